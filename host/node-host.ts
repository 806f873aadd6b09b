import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PlainNode } from '../compiler/syntax/plain-tree.ts';
import { py314 } from '../compiler/targets/py314.ts';
import { decodeSource } from '../compiler/text/source.ts';
import type { CompileResult, Host, LibraryModule, LibraryText, ParseResult, SymbolTableResult } from '../vm/host.ts';
import {
  type CompileSettings,
  compilePlainTree,
  compileSource,
  optimizePlainTree,
  type ParseSettings,
  parseSource,
  symbolTableOf,
} from './compiling.ts';
import { Library } from './library.ts';
import { LibraryFiles } from './library-files.ts';
import type { NodeFiles } from './node-files.ts';
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
    this.target = options.target ?? py314.version;
    this.libraryPath = options.library ?? join(__dirname, 'library.bin');
    this.files = new LibraryFiles(options.directory, this.libraryPath, () => this.openLibrary());
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

  deflate(data: Uint8Array, level: number, dictionary: Uint8Array | undefined, final: boolean): Uint8Array {
    const { constants, deflateRawSync } = process.getBuiltinModule('node:zlib');
    const finishFlush = final ? constants.Z_FINISH : constants.Z_SYNC_FLUSH;
    return deflateRawSync(data, dictionary === undefined ? { level, finishFlush } : { level, finishFlush, dictionary });
  }

  write(fd: 1 | 2, text: string): void {
    let bytes: Uint8Array = this.encoder.encode(text);
    while (bytes.length > 0) bytes = bytes.subarray(this.files.write(fd, bytes));
  }

  flush(): void {}

  longRunning(): void {
    optimizeRunLoop();
  }

  compile(source: Uint8Array | string, options: CompileSettings): CompileResult {
    return compileSource(source, options, this.target);
  }

  compileTree(tree: PlainNode, options: CompileSettings): CompileResult {
    return compilePlainTree(tree, options, this.target);
  }

  optimizeTree(tree: PlainNode, options: CompileSettings): PlainNode {
    return optimizePlainTree(tree, options, this.target);
  }

  parse(source: Uint8Array | string, options: ParseSettings): ParseResult {
    return parseSource(source, options, this.target);
  }

  symbolTable(source: Uint8Array | string, options: ParseSettings): SymbolTableResult {
    return symbolTableOf(source, options, this.target);
  }

  libraryModule(name: string): LibraryModule | undefined {
    return this.openLibrary().module(name);
  }

  libraryText(kind: LibraryText, text: string): Uint8Array | undefined {
    return this.openLibrary().text(kind, text);
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
