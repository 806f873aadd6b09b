import { assembleUnit } from './assemble/assemble.ts';
import type { CodeObject } from './bytecode/code-object.ts';
import { generate, symbolsOf } from './codegen/generate.ts';
import { preprocess } from './codegen/preprocess.ts';
import type { Assemble } from './codegen/unit.ts';
import type { Scope } from './symbols/scope.ts';
import type { Mod } from './syntax/ast.ts';
import { NameTable } from './syntax/name-table.ts';
import { parse } from './syntax/parse.ts';
import type { Target } from './targets/target.ts';
import { type Diagnostic, isWarning } from './text/diagnostic.ts';
import { decodeSource, sourceFromString } from './text/source.ts';

export interface CompileOptions {
  readonly filename: string;
  readonly target: Target;
  /** As compile()'s mode; default 'exec'. */
  readonly mode?: 'exec' | 'eval' | 'single';
  /** As -O (1) and -OO (2); default 0. */
  readonly optimize?: 0 | 1 | 2;
  /** CO_FUTURE_ bits inherited from the compiling code, and PyCF_ALLOW_TOP_LEVEL_AWAIT; default 0. */
  readonly flags?: number;
  /** What turns a code block into a code object, for those who look at the stages; default the assembler. */
  readonly assemble?: Assemble;
}

export interface Compilation {
  /** What was understood, also of a broken file. */
  readonly tree: Mod;
  /**
   * The code of the file; undefined only where nothing could be compiled. With errors among the diagnostics it is the
   * code of what was understood, for editors; running or writing it must be refused.
   */
  readonly code: CodeObject | undefined;
  /** In the order CPython would report them: its one error first, then what only an editor wants, then warnings. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Compiles Python source: bytes as a file has them (encoding cookie, BOM) or text already decoded. Never throws for bad input. */
export type Compile = (source: Uint8Array | string, options: CompileOptions) => Compilation;

/** CPython's compile(), from source to code object, for the target's version. */
export const compile: Compile = (source, options) => {
  const mode = options.mode ?? 'exec';
  const text = typeof source === 'string' ? sourceFromString(source) : decodeSource(source);
  const { tree, names, diagnostics } = parse(text, { mode, version: options.target.version });
  return compileTree(tree, options, names, diagnostics);
};

/**
 * Compiles a tree, which is changed as CPython's preprocessing does; `names` and `syntax` are what the parser said of it.
 */
export function compileTree(
  tree: Mod,
  options: CompileOptions,
  names = new NameTable(),
  syntax: readonly Diagnostic[] = [],
): Compilation {
  const { code, diagnostics } = generate(tree, {
    names,
    filename: options.filename,
    target: options.target,
    optimize: options.optimize ?? 0,
    interactive: options.mode === 'single',
    features: options.flags ?? 0,
    assemble: options.assemble ?? assembleUnit,
    broken: syntax.some((diagnostic) => !isWarning(diagnostic)),
  });
  const all = [...syntax, ...diagnostics];
  return { tree, code, diagnostics: [...all.filter((d) => !isWarning(d)), ...all.filter(isWarning)] };
}

/** The block of a module and those within it, as the module `symtable` shows them; undefined where there are errors. */
export function symbolTable(
  source: Uint8Array | string,
  { target, mode = 'exec' }: CompileOptions,
): { top: Scope | undefined; diagnostics: readonly Diagnostic[] } {
  const text = typeof source === 'string' ? sourceFromString(source) : decodeSource(source);
  const { tree, names, diagnostics: syntax } = parse(text, { mode, version: target.version });
  if (!syntax.every(isWarning)) return { top: undefined, diagnostics: syntax };
  const { table, diagnostics } = symbolsOf(tree, { names, target });
  return { top: diagnostics.every(isWarning) ? table?.top : undefined, diagnostics: [...syntax, ...diagnostics] };
}

/** Changes a tree as compiling it would (`_PyAST_Preprocess`): PyCF_OPTIMIZED_AST. What it would say of the tree is left unsaid. */
export function optimizeTree(tree: Mod, { target, optimize = 0, flags = 0 }: CompileOptions): void {
  preprocess(tree, { rules: target.foldingRules, optimize, features: flags }, { error() {}, warn() {}, tooDeep() {} });
}
