import {
  type Compilation,
  type CompileOptions,
  compile,
  compileTree,
  optimizeTree,
  symbolTable,
} from '../compiler/compile.ts';
import { treeFromPlain } from '../compiler/syntax/from-plain-tree.ts';
import { parse } from '../compiler/syntax/parse.ts';
import { type PlainNode, plainTree } from '../compiler/syntax/plain-tree.ts';
import { py314 } from '../compiler/targets/py314.ts';
import { targetNamed } from '../compiler/targets/registry.ts';
import { isWarning } from '../compiler/text/diagnostic.ts';
import { decodeSource, type SourceText, sourceFromString } from '../compiler/text/source.ts';
import type { CompileResult, Host, ParseResult, SymbolTableResult } from '../vm/host.ts';

// What a program's compile() and its like ask the compiler for. `usual` is the target where a call names none. The start of a
// program does without it: the build makes it a part that is loaded when it is first needed (tools/bundle-vm.mjs).

export type CompileSettings = Parameters<Host['compile']>[1];
export type ParseSettings = Parameters<Host['parse']>[1];

/** Host.compile. */
export function compileSource(source: Uint8Array | string, settings: CompileSettings, usual: string): CompileResult {
  return compileResult(compile(source, compileOptions(settings, usual)));
}

/** Host.compileTree. */
export function compilePlainTree(tree: PlainNode, settings: CompileSettings, usual: string): CompileResult {
  return compileResult(compileTree(treeFromPlain(tree), compileOptions(settings, usual)));
}

/** Host.optimizeTree. */
export function optimizePlainTree(tree: PlainNode, settings: CompileSettings, usual: string): PlainNode {
  const made = treeFromPlain(tree);
  optimizeTree(made, compileOptions(settings, usual));
  return plainTree(made);
}

/** Host.parse. */
export function parseSource(source: Uint8Array | string, { mode, target }: ParseSettings, usual: string): ParseResult {
  const text = typeof source === 'string' ? sourceFromString(source) : decodeSource(source);
  const { tree, diagnostics, textHasLineEnd } = parse(text, { mode, version: target ?? usual });
  const error = diagnostics.find((diagnostic) => !isWarning(diagnostic));
  const errorText = error === undefined ? '' : lineOfError(text, error.lineno, mode, textHasLineEnd);
  return { tree: plainTree(tree), error, errorText, warnings: diagnostics.filter(isWarning) };
}

/** Host.symbolTable. */
export function symbolTableOf(
  source: Uint8Array | string,
  { mode, target }: ParseSettings,
  usual: string,
): SymbolTableResult {
  const named = targetNamed(target ?? usual) ?? py314;
  const { top, diagnostics } = symbolTable(source, { filename: '', mode, target: named });
  const error = diagnostics.find((diagnostic) => !isWarning(diagnostic));
  return { top, error, warnings: diagnostics.filter(isWarning) };
}

function compileOptions(settings: CompileSettings, usual: string): CompileOptions {
  return { ...settings, target: targetNamed(settings.target ?? usual) ?? py314 };
}

function compileResult({ code, diagnostics }: Compilation): CompileResult {
  const error = diagnostics.find((diagnostic) => !isWarning(diagnostic));
  return { code: error === undefined ? code : undefined, error, warnings: diagnostics.filter(isWarning) };
}

/** A line with its end, where CPython has it: the last line of a module gets the end that it lacks. */
function lineOfError({ text, addedLineEnd }: SourceText, lineno: number, mode: string, hasLineEnd: boolean): string {
  const lines = text.split('\n');
  const line = lines[lineno - 1] ?? '';
  const isEnded = hasLineEnd && (mode === 'exec' || lineno < lines.length - (addedLineEnd ? 1 : 0));
  return isEnded ? `${line}\n` : line;
}
