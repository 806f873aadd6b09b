import { randomBytes, randomInt } from 'node:crypto';
import * as fs from 'node:fs';
import { resolve } from 'node:path';
import { isatty } from 'node:tty';
import { getSystemErrorMap } from 'node:util';
import { compile } from '../compiler/compile.ts';
import { defaultTarget, targetNamed } from '../compiler/targets/registry.ts';
import { isWarning } from '../compiler/text/diagnostic.ts';
import {
  type CompileResult,
  type Host,
  HostError,
  type HostFiles,
  type HostStat,
  type LibraryModule,
} from '../vm/host.ts';

export interface NodeHostOptions {
  /** The program's working directory: absolute. A thread has none of its own in Node, so it is kept here. */
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The version that code is compiled for where the program doesn't say; default 3.14. */
  readonly target?: string;
  readonly library?: (name: string) => LibraryModule | undefined;
}

/** The VM's door to the world on Node: its clock, files and streams, and our compiler. */
export class NodeHost implements Host {
  readonly files: HostFiles;
  readonly environment: ReadonlyMap<string, string>;
  readonly hashSeed: number;
  readonly platform: string = process.platform;
  readonly pid: number = process.pid;
  private readonly target: string;
  private readonly library: ((name: string) => LibraryModule | undefined) | undefined;

  constructor({ cwd, environment, target, library }: NodeHostOptions) {
    this.files = new NodeFiles(cwd);
    const entries = Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined);
    this.environment = new Map(entries);
    this.target = target ?? defaultTarget.version;
    this.library = library;
    this.hashSeed = hashSeedOf(this.environment.get('PYTHONHASHSEED'));
  }

  time(): bigint {
    return BigInt(Math.round((performance.timeOrigin + performance.now()) * 1e6));
  }

  monotonic(): bigint {
    return process.hrtime.bigint();
  }

  processTime(): bigint {
    const { user, system } = process.cpuUsage();
    return BigInt(user + system) * 1000n;
  }

  sleep(nanoseconds: bigint): void {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(nanoseconds) / 1e6);
  }

  randomBytes(count: number): Uint8Array {
    return new Uint8Array(randomBytes(count));
  }

  write(fd: 1 | 2, text: string): void {
    const bytes = Buffer.from(text, 'utf8');
    for (let at = 0; at < bytes.length; ) at += this.files.write(fd, bytes.subarray(at));
  }

  flush(): void {}

  compile(source: Uint8Array | string, options: Parameters<Host['compile']>[1]): CompileResult {
    const { filename, mode, flags, optimize } = options;
    const target = targetNamed(options.target ?? this.target) ?? defaultTarget;
    const { code, diagnostics } = compile(source, { filename, target, mode, optimize, flags });
    const error = diagnostics.find((diagnostic) => !isWarning(diagnostic));
    return { code: error === undefined ? code : undefined, error, warnings: diagnostics.filter(isWarning) };
  }

  libraryModule(name: string): LibraryModule | undefined {
    return this.library?.(name);
  }

  sourceText(filename: string): string | undefined {
    try {
      return fs.readFileSync(filename, 'utf8');
    } catch {
      // A traceback goes without the source line of a file that is gone.
      return undefined;
    }
  }
}

/** PYTHONHASHSEED as CPython takes it; `random` or nothing is another seed in each process. */
function hashSeedOf(setting: string | undefined): number {
  const seed = setting === undefined || setting === '' || setting === 'random' ? Number.NaN : Number(setting);
  return Number.isInteger(seed) && seed >= 0 && seed <= 0xffffffff ? seed : randomInt(1, 0xffffffff);
}

/** Where the next read or write of a descriptor is; undefined for what can't seek. Node has no lseek of its own. */
interface Descriptor {
  position: number | undefined;
  readonly appends: boolean;
}

class NodeFiles implements HostFiles {
  private readonly descriptors = new Map<number, Descriptor>();
  private directory: string;

  constructor(directory: string) {
    this.directory = directory;
  }

  open(path: string, flags: number, mode: number): number {
    return checked(() => {
      const fd = fs.openSync(this.at(path), nodeFlags(flags), mode);
      const seeks = fs.fstatSync(fd).isFile();
      this.descriptors.set(fd, { position: seeks ? 0 : undefined, appends: (flags & Posix.O_APPEND) !== 0 });
      return fd;
    });
  }

  close(fd: number): void {
    checked(() => fs.closeSync(fd));
    this.descriptors.delete(fd);
  }

  read(fd: number, length: number): Uint8Array {
    const descriptor = this.descriptors.get(fd);
    const buffer = new Uint8Array(length);
    for (;;) {
      try {
        const count = fs.readSync(fd, buffer, 0, length, descriptor?.position ?? null);
        if (descriptor?.position !== undefined) descriptor.position += count;
        return buffer.subarray(0, count);
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === 'EOF') return new Uint8Array(0);
        if (code !== 'EAGAIN') throw hostError(error);
        // Stdin of a terminal or pipe doesn't block in Node; there is nothing to do but to look again.
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
      }
    }
  }

  write(fd: number, data: Uint8Array): number {
    const descriptor = this.descriptors.get(fd);
    for (;;) {
      try {
        const position = descriptor?.appends ? null : (descriptor?.position ?? null);
        const count = fs.writeSync(fd, data, 0, data.length, position);
        if (descriptor?.position !== undefined) {
          descriptor.position = descriptor.appends ? fs.fstatSync(fd).size : descriptor.position + count;
        }
        return count;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw hostError(error);
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
      }
    }
  }

  seek(fd: number, offset: number, whence: number): number {
    const descriptor = this.descriptors.get(fd);
    if (descriptor?.position === undefined) throw new HostError(Errno.ESPIPE, 'Illegal seek');
    const from = whence === 0 ? 0 : whence === 1 ? descriptor.position : checked(() => fs.fstatSync(fd).size);
    if (from + offset < 0) throw new HostError(Errno.EINVAL, 'Invalid argument');
    descriptor.position = from + offset;
    return descriptor.position;
  }

  truncate(fd: number, length: number): void {
    checked(() => fs.ftruncateSync(fd, length));
  }

  fstat(fd: number): HostStat {
    return checked(() => toHostStat(fs.fstatSync(fd, { bigint: true })));
  }

  isatty(fd: number): boolean {
    return isatty(fd);
  }

  stat(path: string, followSymlinks: boolean): HostStat {
    const stat = followSymlinks ? fs.statSync : fs.lstatSync;
    return checked(() => toHostStat(stat(this.at(path), { bigint: true })));
  }

  readDirectory(path: string): readonly string[] {
    return checked(() => fs.readdirSync(this.at(path)));
  }

  makeDirectory(path: string, mode: number): void {
    checked(() => fs.mkdirSync(this.at(path), { mode }));
  }

  removeDirectory(path: string): void {
    checked(() => fs.rmdirSync(this.at(path)));
  }

  unlink(path: string): void {
    checked(() => fs.unlinkSync(this.at(path)));
  }

  rename(from: string, to: string): void {
    checked(() => fs.renameSync(this.at(from), this.at(to)));
  }

  readLink(path: string): string {
    return checked(() => fs.readlinkSync(this.at(path)));
  }

  symlink(target: string, path: string): void {
    checked(() => fs.symlinkSync(target, this.at(path)));
  }

  chmod(path: string, mode: number): void {
    checked(() => fs.chmodSync(this.at(path), mode));
  }

  currentDirectory(): string {
    return this.directory;
  }

  changeDirectory(path: string): void {
    const directory = this.at(path);
    if (!checked(() => fs.statSync(directory)).isDirectory()) throw new HostError(Errno.ENOTDIR, 'Not a directory');
    this.directory = directory;
  }

  private at(path: string): string {
    return resolve(this.directory, path);
  }
}

const enum Errno {
  EIO = 5,
  ENOTDIR = 20,
  EINVAL = 22,
  ESPIPE = 29,
}

/** The POSIX flags of Linux, which the VM uses everywhere. */
const enum Posix {
  O_WRONLY = 0o1,
  O_RDWR = 0o2,
  O_CREAT = 0o100,
  O_EXCL = 0o200,
  O_TRUNC = 0o1000,
  O_APPEND = 0o2000,
}

function nodeFlags(flags: number): number {
  const { constants } = fs;
  const pairs: readonly (readonly [number, number])[] = [
    [Posix.O_WRONLY, constants.O_WRONLY],
    [Posix.O_RDWR, constants.O_RDWR],
    [Posix.O_CREAT, constants.O_CREAT],
    [Posix.O_EXCL, constants.O_EXCL],
    [Posix.O_TRUNC, constants.O_TRUNC],
    [Posix.O_APPEND, constants.O_APPEND],
  ];
  return pairs.reduce((result, [posix, own]) => (flags & posix ? result | own : result), 0);
}

function toHostStat(stat: fs.BigIntStats): HostStat {
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

function checked<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw hostError(error);
  }
}

/** An error of Node's as the errno and message that the C library has for it. */
function hostError(error: unknown): Error {
  const { errno } = error as NodeJS.ErrnoException;
  if (errno === undefined) return error as Error;
  const message = getSystemErrorMap().get(errno)?.[1] ?? 'input/output error';
  return new HostError(Math.abs(errno) || Errno.EIO, message.charAt(0).toUpperCase() + message.slice(1));
}
