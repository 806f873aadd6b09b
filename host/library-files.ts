import { mkdtempSync, rmdirSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HostError, type HostStat } from '../vm/host.ts';
import { isInLibrary } from '../vm/importing/library-path.ts';
import { errorMessage } from '../vm/modules/errno.ts';
import type { Library } from './library.ts';
import { NodeFiles } from './node-files.ts';

const ENOENT = 2;
const ENOTDIR = 20;
const EISDIR = 21;
const EROFS = 30;
/** O_WRONLY, O_RDWR, O_CREAT and O_TRUNC of Linux. */
const WRITING = 0o1 | 0o2 | 0o100 | 0o1000;
const READABLE_FILE = 0o100444;
const READABLE_FOLDER = 0o40555;

/** Files of this machine, and the sources of the packed library where their names say that they are, to be read. */
export class LibraryFiles extends NodeFiles {
  private readonly openLibrary: () => Library;
  private readonly libraryPath: string;

  /** `directory` as NodeFiles has it; `libraryPath` is where the packed library lies. */
  constructor(directory: string | undefined, libraryPath: string, openLibrary: () => Library) {
    super(directory);
    this.libraryPath = libraryPath;
    this.openLibrary = openLibrary;
  }

  override open(path: string, flags: number, mode: number): number {
    if (!isInLibrary(path)) return super.open(path, flags, mode);
    if ((flags & WRITING) !== 0) throw new HostError(EROFS, errorMessage(EROFS), path);
    return this.openCopy(this.sourceOf(path), flags);
  }

  override stat(path: string, followSymlinks: boolean): HostStat {
    if (!isInLibrary(path)) return super.stat(path, followSymlinks);
    const library = this.openLibrary();
    const isFolder = library.folder(path) !== undefined;
    const size = isFolder ? 0 : this.sourceOf(path).length;
    const { dev, uid, gid, atimeNs, mtimeNs, ctimeNs } = statSync(this.libraryPath, { bigint: true });
    return {
      mode: isFolder ? READABLE_FOLDER : READABLE_FILE,
      ino: BigInt(library.numberOf(path)),
      dev,
      nlink: 1,
      uid: Number(uid),
      gid: Number(gid),
      size,
      atime: atimeNs,
      mtime: mtimeNs,
      ctime: ctimeNs,
    };
  }

  override readDirectory(path: string): readonly string[] {
    if (!isInLibrary(path)) return super.readDirectory(path);
    const library = this.openLibrary();
    const names = library.folder(path);
    if (names !== undefined) return names;
    const number = library.source(path) === undefined ? ENOENT : ENOTDIR;
    throw new HostError(number, errorMessage(number), path);
  }

  private sourceOf(path: string): Uint8Array {
    const library = this.openLibrary();
    if (library.folder(path) !== undefined) throw new HostError(EISDIR, errorMessage(EISDIR), path);
    const source = library.source(path);
    if (source === undefined) throw new HostError(ENOENT, errorMessage(ENOENT), path);
    return source;
  }

  /** A descriptor for these bytes: of a file that has lost its name as soon as it is open, where the system lets it. */
  private openCopy(bytes: Uint8Array, flags: number): number {
    const folder = mkdtempSync(join(process.getBuiltinModule('node:os').tmpdir(), 'coroscope-'));
    const copy = join(folder, 'source.py');
    writeFileSync(copy, bytes);
    const fd = super.open(copy, flags, 0);
    try {
      unlinkSync(copy);
      rmdirSync(folder);
    } catch (error) {
      // Windows keeps a file that is open.
      if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    }
    return fd;
  }
}
