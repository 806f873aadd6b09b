import { readFileSync } from 'node:fs';
import { join } from 'node:path';
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
import type { CompileResult, Host, LibraryModule, ParseResult, SymbolTableResult } from '../vm/host.ts';
import { Library } from './library.ts';
import { NodeFiles } from './node-files.ts';
import { optimizeRunLoop } from './run-loop.ts';

export interface NodeHostOptions {
  /** Target of what the program compiles; default '3.14'. */
  readonly target?: string;
  /** Where the packed library is; default: beside the running bundle. */
  readonly library?: string;
  /** The program's working directory, absolute; default: the process's. */
  readonly directory?: string;
  /** Seed of hash() of str and bytes; default by PYTHONHASHSEED, else 0, so that runs are alike. */
  readonly hashSeed?: number;
}

/** How many bytes the Web's crypto gives at once. */
const MOST_RANDOM_BYTES = 65_536;

/** The world of this machine, by Node. */
export class NodeHost implements Host {
  readonly files: NodeFiles;
  readonly hashSeed: number;
  readonly environment: ReadonlyMap<string, string>;
  readonly platform = process.platform;
  readonly pid = process.pid;
  private readonly target: string;
  private readonly libraryPath: string;
  private library: Library | undefined = undefined;
  private readonly encoder = new TextEncoder();

  constructor(options: NodeHostOptions = {}) {
    this.files = new NodeFiles(options.directory);
    this.target = options.target ?? py314.version;
    this.libraryPath = options.library ?? join(__dirname, 'library.bin');
    this.hashSeed = options.hashSeed ?? (Number.parseInt(process.env.PYTHONHASHSEED ?? '0', 10) || 0);
    const environment = Object.entries(process.env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    );
    this.environment = new Map(environment);
  }

  time(): bigint {
    // Date has milliseconds; the fine part comes from the clock that never goes back.
    return BigInt(Math.round((performance.timeOrigin + performance.now()) * 1e3)) * 1000n;
  }

  monotonic(): bigint {
    return process.hrtime.bigint();
  }

  processTime(): bigint {
    const { user, system } = process.cpuUsage();
    return BigInt(user + system) * 1000n;
  }

  sleep(nanoseconds: bigint): void {
    const forever = new Int32Array(new SharedArrayBuffer(4));
    Atomics.wait(forever, 0, 0, Number(nanoseconds) / 1e6);
  }

  randomBytes(count: number): Uint8Array {
    // Not by node:crypto, whose loading takes longer than the rest of the start.
    const bytes = new Uint8Array(count);
    for (let at = 0; at < count; at += MOST_RANDOM_BYTES)
      crypto.getRandomValues(bytes.subarray(at, at + MOST_RANDOM_BYTES));
    return bytes;
  }

  deflate(data: Uint8Array, level: number, dictionary?: Uint8Array): Uint8Array {
    const { deflateRawSync } = process.getBuiltinModule('node:zlib');
    return deflateRawSync(data, dictionary === undefined ? { level } : { level, dictionary });
  }

  write(fd: 1 | 2, text: string): void {
    let bytes: Uint8Array = this.encoder.encode(text);
    while (bytes.length > 0) bytes = bytes.subarray(this.files.write(fd, bytes));
  }

  flush(): void {}

  longRunning(): void {
    optimizeRunLoop();
  }

  compile(source: Uint8Array | string, options: Parameters<Host['compile']>[1]): CompileResult {
    return compileResult(compile(source, this.compileOptions(options)));
  }

  compileTree(tree: PlainNode, options: Parameters<Host['compileTree']>[1]): CompileResult {
    return compileResult(compileTree(treeFromPlain(tree), this.compileOptions(options)));
  }

  optimizeTree(tree: PlainNode, options: Parameters<Host['optimizeTree']>[1]): PlainNode {
    const made = treeFromPlain(tree);
    optimizeTree(made, this.compileOptions(options));
    return plainTree(made);
  }

  private compileOptions(options: Parameters<Host['compile']>[1]): CompileOptions {
    return { ...options, target: targetNamed(options.target ?? this.target) ?? py314 };
  }

  parse(source: Uint8Array | string, options: Parameters<Host['parse']>[1]): ParseResult {
    const text = typeof source === 'string' ? sourceFromString(source) : decodeSource(source);
    const { tree, diagnostics, textHasLineEnd } = parse(text, {
      mode: options.mode,
      version: options.target ?? this.target,
    });
    const error = diagnostics.find((diagnostic) => !isWarning(diagnostic));
    const errorText = error === undefined ? '' : lineOfError(text, error.lineno, options.mode, textHasLineEnd);
    return { tree: plainTree(tree), error, errorText, warnings: diagnostics.filter(isWarning) };
  }

  symbolTable(source: Uint8Array | string, { mode, target }: Parameters<Host['parse']>[1]): SymbolTableResult {
    const named = targetNamed(target ?? this.target) ?? py314;
    const { top, diagnostics } = symbolTable(source, { filename: '', mode, target: named });
    const error = diagnostics.find((diagnostic) => !isWarning(diagnostic));
    return { top, error, warnings: diagnostics.filter(isWarning) };
  }

  libraryModule(name: string): LibraryModule | undefined {
    return this.openLibrary().module(name);
  }

  sourceText(filename: string): string | undefined {
    const packed = this.openLibrary().source(filename);
    if (packed !== undefined) return decodeSource(packed).text;
    try {
      return decodeSource(readFileSync(this.files.at(filename))).text;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== undefined) return undefined;
      throw error;
    }
  }

  private openLibrary(): Library {
    this.library ??= new Library(this.libraryPath);
    return this.library;
  }
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
