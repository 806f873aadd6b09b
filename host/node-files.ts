import fs from 'node:fs';
import { isAbsolute } from 'node:path';
import { HostError, type HostFileSystem, type HostFiles, type HostStat } from '../vm/host.ts';
import { errorMessage, errorNumber } from '../vm/modules/errno.ts';

const ENOENT = 2;
const EINVAL = 22;
const ESPIPE = 29;

/**
 * Files of this machine. Positions are kept here, since Node reads and writes at a position only when told one; and so is the
 * working directory, since a thread has none of its own in Node.
 */
export class NodeFiles implements HostFiles {
  private directory: string;
  /** Position by descriptor, of those that can be sought. */
  private readonly positions = new Map<number, number>();
  private readonly appending = new Set<number>();

  /** `directory` is absolute; by default the process's own. */
  constructor(directory = process.cwd()) {
    this.directory = directory;
  }

  /** The absolute path that a path stands for; an empty one stands for none. */
  at(path: string): string {
    return path === '' || isAbsolute(path) ? path : `${this.directory}/${path}`;
  }

  open(path: string, flags: number, mode: number): number {
    return call(path, () => {
      // O_CLOEXEC (0o2000000) is Node's habit already, and no flag that it passes on.
      const fd = fs.openSync(this.at(path), flags & ~0o2000000, mode);
      if (isSeekable(fd)) this.positions.set(fd, 0);
      if (flags & fs.constants.O_APPEND) this.appending.add(fd);
      return fd;
    });
  }

  close(fd: number): void {
    this.positions.delete(fd);
    this.appending.delete(fd);
    call(undefined, () => fs.closeSync(fd));
  }

  read(fd: number, length: number): Uint8Array {
    const buffer = new Uint8Array(length);
    const position = this.position(fd);
    const count = call(undefined, () => readSync(fd, buffer, position));
    if (position !== undefined) this.positions.set(fd, position + count);
    return buffer.subarray(0, count);
  }

  write(fd: number, data: Uint8Array): number {
    const position = this.position(fd);
    // Standard streams go on where the process's own offset stands, which others that write to the same file share.
    if (position === undefined || fd <= 2 || this.appending.has(fd)) {
      const count = call(undefined, () => writeSync(fd, data));
      if (position !== undefined)
        this.positions.set(
          fd,
          call(undefined, () => fs.fstatSync(fd).size),
        );
      return count;
    }
    const count = call(undefined, () => fs.writeSync(fd, data, 0, data.length, position));
    this.positions.set(fd, position + count);
    return count;
  }

  seek(fd: number, offset: number, whence: number): number {
    const position = this.position(fd);
    if (position === undefined) {
      // A device such as /dev/null is always at its start.
      if (isCharacterDevice(fd) && !this.isatty(fd)) return 0;
      throw new HostError(ESPIPE, errorMessage(ESPIPE));
    }
    const from = whence === 0 ? 0 : whence === 1 ? position : call(undefined, () => fs.fstatSync(fd).size);
    const target = from + offset;
    if (target < 0 || whence < 0 || whence > 2) throw new HostError(EINVAL, errorMessage(EINVAL));
    this.positions.set(fd, target);
    return target;
  }

  truncate(fd: number, length: number): void {
    call(undefined, () => fs.ftruncateSync(fd, length));
  }

  fstat(fd: number): HostStat {
    return call(undefined, () => fs.fstatSync(fd, { bigint: true }), hostStat);
  }

  isatty(fd: number): boolean {
    // Loading node:tty takes some milliseconds, which a program without a terminal is spared.
    return isCharacterDevice(fd) && process.getBuiltinModule('node:tty').isatty(fd);
  }

  stat(path: string, followSymlinks: boolean): HostStat {
    const stat = followSymlinks ? fs.statSync : fs.lstatSync;
    // Imports ask for much that isn't there, and an Error of Node's takes longer than the answer.
    const found = call(path, () => stat(this.at(path), { bigint: true, throwIfNoEntry: false }));
    if (found === undefined) throw new HostError(ENOENT, errorMessage(ENOENT), path);
    return hostStat(found);
  }

  readDirectory(path: string): readonly string[] {
    return call(path, () => fs.readdirSync(this.at(path)));
  }

  makeDirectory(path: string, mode: number): void {
    call(path, () => fs.mkdirSync(this.at(path), { mode }));
  }

  removeDirectory(path: string): void {
    call(path, () => fs.rmdirSync(this.at(path)));
  }

  unlink(path: string): void {
    call(path, () => fs.unlinkSync(this.at(path)));
  }

  rename(from: string, to: string): void {
    call(from, () => fs.renameSync(this.at(from), this.at(to)));
  }

  readLink(path: string): string {
    return call(path, () => fs.readlinkSync(this.at(path)));
  }

  symlink(target: string, path: string): void {
    call(path, () => fs.symlinkSync(target, this.at(path)));
  }

  link(target: string, path: string): void {
    call(target, () => fs.linkSync(this.at(target), this.at(path)));
  }

  setTimes(path: string, accessed: bigint, modified: bigint, followSymlinks: boolean): void {
    // Node takes seconds as a number, and cuts them to microseconds: a quarter of one more keeps it from cutting one too many.
    const times = [Number(accessed) / 1e9 + 2.5e-7, Number(modified) / 1e9 + 2.5e-7] as const;
    call(path, () => (followSymlinks ? fs.utimesSync : fs.lutimesSync)(this.at(path), ...times));
  }

  fileSystem(path: string): HostFileSystem {
    return call(
      path,
      () => fs.statfsSync(this.at(path)),
      ({ bsize, blocks, bfree, bavail, files, ffree }) => ({
        blockSize: bsize,
        blocks,
        freeBlocks: bfree,
        availableBlocks: bavail,
        files,
        freeFiles: ffree,
      }),
    );
  }

  chmod(path: string, mode: number): void {
    call(path, () => fs.chmodSync(this.at(path), mode));
  }

  chown(path: string, user: number, group: number, followSymlinks: boolean): void {
    call(path, () => {
      const stat = followSymlinks ? fs.statSync(this.at(path)) : fs.lstatSync(this.at(path));
      const change = followSymlinks ? fs.chownSync : fs.lchownSync;
      change(this.at(path), user < 0 ? stat.uid : user, group < 0 ? stat.gid : group);
    });
  }

  currentDirectory(): string {
    return this.directory;
  }

  changeDirectory(path: string): void {
    if (path === '') throw new HostError(ENOENT, errorMessage(ENOENT), path);
    call(path, () => {
      const directory = fs.realpathSync(this.at(path));
      // Fails with the errno that chdir() gives: for what is no directory, or may not be entered.
      fs.opendirSync(directory).closeSync();
      fs.accessSync(directory, fs.constants.X_OK);
      this.directory = directory;
    });
  }

  /** Where a descriptor stands; undefined for pipes, terminals and the like. */
  private position(fd: number): number | undefined {
    const known = this.positions.get(fd);
    if (known !== undefined || fd > 2 || !isSeekable(fd)) return known;
    // A standard stream that is a file: whoever started us may have written to it before.
    const start = fd === 0 ? 0 : fs.fstatSync(fd).size;
    this.positions.set(fd, start);
    return start;
  }
}

function isCharacterDevice(fd: number): boolean {
  try {
    return fs.fstatSync(fd).isCharacterDevice();
  } catch {
    return false;
  }
}

function isSeekable(fd: number): boolean {
  try {
    const stat = fs.fstatSync(fd);
    return stat.isFile() || stat.isDirectory();
  } catch {
    return false;
  }
}

/** Reads what is there; waits while a pipe or terminal that doesn't block has nothing yet. */
function readSync(fd: number, buffer: Uint8Array, position: number | undefined): number {
  for (;;) {
    try {
      return fs.readSync(fd, buffer, 0, buffer.length, position ?? null);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EOF') return 0;
      if (code !== 'EAGAIN') throw error;
      pause();
    }
  }
}

function writeSync(fd: number, data: Uint8Array): number {
  for (;;) {
    try {
      return fs.writeSync(fd, data);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      pause();
    }
  }
}

const never = new Int32Array(new SharedArrayBuffer(4));

function pause(): void {
  Atomics.wait(never, 0, 0, 5);
}

function hostStat(stat: fs.BigIntStats): HostStat {
  return {
    mode: Number(stat.mode),
    ino: stat.ino,
    dev: stat.dev,
    nlink: Number(stat.nlink),
    uid: Number(stat.uid),
    gid: Number(stat.gid),
    size: Number(stat.size),
    atime: stat.atimeNs,
    mtime: stat.mtimeNs,
    ctime: stat.ctimeNs,
  };
}

/** Asks Node; its errors become HostErrors with the system's own text. */
function call<T>(path: string | undefined, ask: () => T): T;
function call<T, R>(path: string | undefined, ask: () => T, convert: (answer: T) => R): R;
function call<T, R>(path: string | undefined, ask: () => T, convert?: (answer: T) => R): T | R {
  try {
    const answer = ask();
    return convert === undefined ? answer : convert(answer);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    const number = errorNumber(code) ?? EINVAL;
    throw new HostError(number, errorNumber(code) === undefined ? message : errorMessage(number), path);
  }
}
