import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import type { LibraryModule } from '../vm/host.ts';

/** One module in the index of a packed library; offsets count from the end of the index. */
export interface LibraryEntry {
  /** Path below the library's root, such as 'asyncio/__init__.py'. */
  readonly path: string;
  readonly code: readonly [offset: number, length: number];
  /** The source, deflated. */
  readonly source: readonly [offset: number, length: number];
}

/** What a library's file names start with: they are no files of the machine. */
export const LIBRARY_ROOT = '<library>';

/** The dotted name of a module by its path below the library's root. */
export const moduleNameOf = (path: string): string => path.replace(/(?:\/__init__)?\.py$/, '').replaceAll('/', '.');

/** Docstrings lie among the modules as one file of data. */
const isModule = (entry: LibraryEntry): boolean => entry.path.endsWith('.py');

/**
 * The standard library as the build packs it (tools/build-library.ts): four bytes of the index's length, the index as JSON by
 * dotted module name, then packed code and deflated sources. Modules are read one by one, when they are imported.
 */
export class Library {
  private readonly fd: number;
  private readonly start: number;
  private readonly index: Readonly<Record<string, LibraryEntry>>;

  /** Throws an Error that says what to do when there is no such file. */
  constructor(path: string) {
    if (!existsSync(path)) throw new Error(`the packed library ${path} is missing: run «npm run build»`);
    this.fd = openSync(path, 'r');
    const length = Buffer.from(this.read(0, 4)).readUInt32LE();
    this.start = 4 + length;
    this.index = JSON.parse(Buffer.from(this.read(4, length)).toString('utf8'));
  }

  /** Dotted names of all modules and packages. */
  moduleNames(): string[] {
    return Object.keys(this.index).filter((name) => isModule(this.index[name]));
  }

  module(name: string): LibraryModule | undefined {
    const entry = this.entry(name);
    if (entry === undefined || !isModule(entry)) return undefined;
    const [offset, length] = entry.code;
    return {
      isPackage: entry.path.endsWith('/__init__.py'),
      filename: `${LIBRARY_ROOT}/${entry.path}`,
      code: () => this.read(this.start + offset, length),
    };
  }

  /** The text of a library file by the name that its code objects have; undefined for other names. */
  source(filename: string): Uint8Array | undefined {
    if (!filename.startsWith(`${LIBRARY_ROOT}/`)) return undefined;
    const path = filename.slice(LIBRARY_ROOT.length + 1);
    const entry = this.entry(moduleNameOf(path));
    if (entry?.path !== path) return undefined;
    const [offset, length] = entry.source;
    // Node's modules for what few programs need are loaded when they are needed.
    return process.getBuiltinModule('node:zlib').inflateRawSync(this.read(this.start + offset, length));
  }

  close(): void {
    closeSync(this.fd);
  }

  private entry(name: string): LibraryEntry | undefined {
    return Object.hasOwn(this.index, name) ? this.index[name] : undefined;
  }

  private read(offset: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    readSync(this.fd, bytes, 0, length, offset);
    return bytes;
  }
}
