import type { LibraryModule, LibraryText } from '../vm/host.ts';
import { LIBRARY_PATH } from '../vm/importing/library-path.ts';
import { type Extent, PackedFile } from './packed-file.ts';

/** One module in the index of a packed library. */
export interface LibraryEntry {
  /** Path below the library's root, such as 'asyncio/__init__.py'. */
  readonly path: string;
  readonly code: Extent;
  /** The source, deflated. */
  readonly source: Extent;
}

/** The dotted name of a module by its path below the library's root. */
export const moduleNameOf = (path: string): string => path.replace(/(?:\/__init__)?\.py$/, '').replaceAll('/', '.');

/** Docstrings lie among the modules as one file of data. */
const isModule = (entry: LibraryEntry): boolean => entry.path.endsWith('.py');

/** What the library compiles, by textKey. */
export type TextIndex = Readonly<Record<string, Extent>>;

/** The name in a TextIndex of a text that is compiled as `kind` says. */
export const textKey = (kind: LibraryText, text: string): string => `${kind}\n${text}`;

/**
 * The standard library as the build packs it (tools/build-library.ts): packed code and deflated sources by dotted module name. Modules
 * are read one by one, when they are imported. Beside it lies the code of what they give exec() and eval() (tools/pack-texts.ts).
 */
export class Library {
  private readonly file: PackedFile<Readonly<Record<string, LibraryEntry>>>;
  private readonly path: string;
  private texts: PackedFile<TextIndex> | undefined;
  /** Names of what is in each folder, by its file name. */
  private folders: ReadonlyMap<string, readonly string[]> | undefined;

  /** Throws an Error that says what to do when there is no such file. */
  constructor(path: string) {
    this.path = path;
    this.file = new PackedFile(path);
  }

  /** Dotted names of all modules and packages. */
  moduleNames(): string[] {
    const { index } = this.file;
    return Object.keys(index).filter((name) => isModule(index[name]));
  }

  module(name: string): LibraryModule | undefined {
    const entry = this.entry(name);
    if (entry === undefined || !isModule(entry)) return undefined;
    return {
      isPackage: entry.path.endsWith('/__init__.py'),
      filename: `${LIBRARY_PATH}/${entry.path}`,
      code: () => this.file.read(entry.code),
    };
  }

  /** The text of a library file by the name that its code objects have; undefined for other names. */
  source(filename: string): Uint8Array | undefined {
    if (!filename.startsWith(`${LIBRARY_PATH}/`)) return undefined;
    const path = filename.slice(LIBRARY_PATH.length + 1);
    const entry = this.entry(moduleNameOf(path));
    if (entry?.path !== path) return undefined;
    // Node's modules for what few programs need are loaded when they are needed.
    return process.getBuiltinModule('node:zlib').inflateRawSync(this.file.read(entry.source));
  }

  /** Names of the files and folders in a folder of the library; undefined where there is none of this name. */
  folder(filename: string): readonly string[] | undefined {
    this.folders ??= foldersOf(Object.values(this.file.index).filter(isModule));
    return this.folders.get(withoutSlash(filename));
  }

  /** A number of its own for each file and folder, from 1. */
  numberOf(filename: string): number {
    const names = Object.values(this.file.index).map(({ path }) => `${LIBRARY_PATH}/${path}`);
    return [...names, ...(this.folders?.keys() ?? [])].indexOf(withoutSlash(filename)) + 1;
  }

  /** What became of a text that the library's modules compile; undefined for one that the build hasn't met. */
  text(kind: LibraryText, text: string): Uint8Array | undefined {
    this.texts ??= new PackedFile(textsOf(this.path));
    const { index } = this.texts;
    const key = textKey(kind, text);
    return Object.hasOwn(index, key) ? this.texts.read(index[key]) : undefined;
  }

  close(): void {
    this.file.close();
    this.texts?.close();
  }

  private entry(name: string): LibraryEntry | undefined {
    const { index } = this.file;
    return Object.hasOwn(index, name) ? index[name] : undefined;
  }
}

/** The file of texts that belongs to a packed library. */
export const textsOf = (library: string): string => library.replace(/\.bin$/, '-texts.bin');

const withoutSlash = (filename: string): string => filename.replace(/\/+$/, '');

function foldersOf(entries: readonly LibraryEntry[]): Map<string, string[]> {
  const folders = new Map<string, string[]>([[LIBRARY_PATH, []]]);
  for (const { path } of entries) {
    const parts = path.split('/');
    for (let depth = 0; depth < parts.length; depth++) {
      const folder = [LIBRARY_PATH, ...parts.slice(0, depth)].join('/');
      const names = folders.get(folder);
      if (names === undefined) folders.set(folder, [parts[depth]]);
      else if (!names.includes(parts[depth])) names.push(parts[depth]);
    }
  }
  return folders;
}
