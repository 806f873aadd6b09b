import type { CodeObject } from '../compiler/bytecode/code-object.ts';
import type { Scope } from '../compiler/symbols/scope.ts';
import type { PlainNode } from '../compiler/syntax/plain-tree.ts';
import type { Diagnostic } from '../compiler/text/diagnostic.ts';

/** What compile() gave: code, or the error that CPython reports first. */
export interface CompileResult {
  readonly code: CodeObject | undefined;
  readonly error: Diagnostic | undefined;
  readonly warnings: readonly Diagnostic[];
}

/** What a parse gave: the tree of ast.parse, or the error that CPython reports first. */
export interface ParseResult {
  readonly tree: PlainNode;
  readonly error: Diagnostic | undefined;
  /** SyntaxError.text: the line that the error names, as CPython has it. */
  readonly errorText: string;
  readonly warnings: readonly Diagnostic[];
}

/** What the names of a program are to each of its blocks, or the error that CPython reports first. */
export interface SymbolTableResult {
  readonly top: Scope | undefined;
  readonly error: Diagnostic | undefined;
  readonly warnings: readonly Diagnostic[];
}

/** An error of the operating system, with CPython's errno; the VM makes the OSError of it. */
export class HostError extends Error {
  readonly errno: number;
  readonly path: string | undefined;
  constructor(errno: number, message: string, path?: string) {
    super(message);
    this.errno = errno;
    this.path = path;
  }
}

/** os.stat()'s fields; times in nanoseconds. */
export interface HostStat {
  readonly mode: number;
  readonly ino: bigint;
  readonly dev: bigint;
  readonly nlink: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly atime: bigint;
  readonly mtime: bigint;
  readonly ctime: bigint;
}

/** os.statvfs()'s fields, as far as Node tells them. */
export interface HostFileSystem {
  readonly blockSize: number;
  readonly blocks: number;
  readonly freeBlocks: number;
  readonly availableBlocks: number;
  readonly files: number;
  readonly freeFiles: number;
}

/** Files by descriptor, synchronous. Paths are str as Python has them. All methods throw HostError. */
export interface HostFiles {
  /** `flags` are the POSIX O_ flags of Linux. */
  open(path: string, flags: number, mode: number): number;
  close(fd: number): void;
  /** Reads at the descriptor's position; an empty array at the end. */
  read(fd: number, length: number): Uint8Array;
  /** Gives how many bytes were written. */
  write(fd: number, data: Uint8Array): number;
  /** `whence` as lseek's; gives the new position. */
  seek(fd: number, offset: number, whence: number): number;
  truncate(fd: number, length: number): void;
  fstat(fd: number): HostStat;
  isatty(fd: number): boolean;
  stat(path: string, followSymlinks: boolean): HostStat;
  readDirectory(path: string): readonly string[];
  makeDirectory(path: string, mode: number): void;
  removeDirectory(path: string): void;
  unlink(path: string): void;
  rename(from: string, to: string): void;
  readLink(path: string): string;
  symlink(target: string, path: string): void;
  /** A second name of a file. */
  link(target: string, path: string): void;
  /** Sets the times of access and change, in nanoseconds. */
  setTimes(path: string, accessed: bigint, modified: bigint, followSymlinks: boolean): void;
  fileSystem(path: string): HostFileSystem;
  chmod(path: string, mode: number): void;
  /** An owner or group of -1 stays. */
  chown(path: string, user: number, group: number, followSymlinks: boolean): void;
  currentDirectory(): string;
  changeDirectory(path: string): void;
}

/**
 * The one door from the VM to the world. Everything behind it can be recorded and replayed; the VM uses no other clock,
 * randomness, file or environment.
 */
export interface Host {
  /** Nanoseconds since 1970. */
  time(): bigint;
  /** Nanoseconds of a clock that never goes back. */
  monotonic(): bigint;
  /** Nanoseconds of processor time. */
  processTime(): bigint;
  sleep(nanoseconds: bigint): void;
  /** Bytes for os.urandom. */
  randomBytes(count: number): Uint8Array;
  /**
   * What zlib makes of data: raw deflate, at a level from 0 to 9. What isn't `final` ends at a byte, and more may follow;
   * `dictionary` is what came before.
   */
  deflate(data: Uint8Array, level: number, dictionary: Uint8Array | undefined, final: boolean): Uint8Array;
  /** Seeds hash() of str and bytes; 0 is PYTHONHASHSEED=0. */
  readonly hashSeed: number;
  /** Descriptors 0, 1 and 2 are stdin, stdout and stderr. */
  readonly files: HostFiles;
  /** What print() reaches when sys.stdout is the original one: text that may be buffered until `flush`. */
  write(fd: 1 | 2, text: string): void;
  flush(): void;
  /** Told once, when a program has run for some tenths of a second. */
  longRunning?(): void;
  readonly environment: ReadonlyMap<string, string>;
  readonly platform: string;
  readonly pid: number;
  /** Compiles for the target named, such as '3.14'; undefined target: the host's default. */
  compile(
    source: Uint8Array | string,
    options: {
      filename: string;
      mode: 'exec' | 'eval' | 'single';
      flags: number;
      optimize: 0 | 1 | 2;
      target: string | undefined;
    },
  ): CompileResult;
  /** Compiles a tree whose fields are valid; the position of an error is that of its node. */
  compileTree(tree: PlainNode, options: Parameters<Host['compile']>[1]): CompileResult;
  /** What the compiler makes of a tree before it compiles it (PyCF_OPTIMIZED_AST). */
  optimizeTree(tree: PlainNode, options: Parameters<Host['compile']>[1]): PlainNode;
  /** The tree alone (PyCF_ONLY_AST), for the same targets. */
  parse(
    source: Uint8Array | string,
    options: { mode: 'exec' | 'eval' | 'single'; target: string | undefined },
  ): ParseResult;
  /** The symbol table alone (the module `symtable`), for the same targets. */
  symbolTable(source: Uint8Array | string, options: Parameters<Host['parse']>[1]): SymbolTableResult;
  /** Source and code of a module of the standard library, by dotted name; undefined where there is none. */
  libraryModule(name: string): LibraryModule | undefined;
  /** What became of a text that modules of the library compile, where the build has done it (importing/library-texts.ts). */
  libraryText(kind: LibraryText, text: string): Uint8Array | undefined;
  /** Text of a source file shown in tracebacks (linecache); undefined where it can't be read. */
  sourceText(filename: string): string | undefined;
  /** Asked now and then: a pending Ctrl-C. */
  interrupted?(): boolean;
}

/** Texts for exec() and eval(); flags, a line end and a pattern of str or bytes for re. */
export type LibraryText = 'exec' | 'eval' | 'str pattern' | 'bytes pattern';

export interface LibraryModule {
  readonly isPackage: boolean;
  readonly filename: string;
  /** Its code as packCode wrote it (importing/packed-code.ts). */
  code(): Uint8Array;
}
