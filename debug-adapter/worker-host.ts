import type { PlainNode } from '../compiler/syntax/plain-tree.ts';
import type {
  CompileResult,
  Host,
  HostFiles,
  LibraryModule,
  LibraryText,
  ParseResult,
  SymbolTableResult,
} from '../vm/host.ts';
import { vm } from '../vm/interpreter/state.ts';
import type { Channel } from './core/channel.ts';
import type { Session } from './core/session.ts';

const NANOSECONDS_PER_MILLISECOND = 1e6;

/**
 * The door to the world of a program that is debugged: what it prints goes to the client, what it reads comes from there,
 * and while it sleeps or waits for input the debugger answers. All else is the other host's.
 */
export class WorkerHost implements Host {
  readonly files: HostFiles;
  readonly hashSeed: number;
  readonly environment: ReadonlyMap<string, string>;
  readonly platform: string;
  readonly pid: number;
  private readonly base: Host;
  private readonly channel: Channel;
  private readonly session: Session;
  private readonly stdin: StandardInput;

  constructor(base: Host, channel: Channel, session: Session, stdin: StandardInput) {
    this.base = base;
    this.channel = channel;
    this.session = session;
    this.stdin = stdin;
    this.hashSeed = base.hashSeed;
    this.environment = base.environment;
    this.platform = base.platform;
    this.pid = base.pid;
    this.files = programFiles(
      base.files,
      (fd, text) => this.write(fd, text),
      (length) => this.read(length),
    );
  }

  time(): bigint {
    return this.base.time();
  }

  monotonic(): bigint {
    return this.base.monotonic();
  }

  processTime(): bigint {
    return this.base.processTime();
  }

  sleep(nanoseconds: bigint): void {
    this.session.idle(() => false, Number(nanoseconds) / NANOSECONDS_PER_MILLISECOND, vm.frame);
  }

  randomBytes(count: number): Uint8Array {
    return this.base.randomBytes(count);
  }

  write(fd: 1 | 2, text: string): void {
    this.channel.send({ event: 'output', body: { category: fd === 1 ? 'stdout' : 'stderr', text } });
  }

  /** Python flushes at each line; the channel knows better when pieces are worth sending. */
  flush(): void {}

  compile(source: Uint8Array | string, options: Parameters<Host['compile']>[1]): CompileResult {
    return this.base.compile(source, options);
  }

  compileTree(tree: PlainNode, options: Parameters<Host['compileTree']>[1]): CompileResult {
    return this.base.compileTree(tree, options);
  }

  optimizeTree(tree: PlainNode, options: Parameters<Host['optimizeTree']>[1]): PlainNode {
    return this.base.optimizeTree(tree, options);
  }

  parse(source: Uint8Array | string, options: Parameters<Host['parse']>[1]): ParseResult {
    return this.base.parse(source, options);
  }

  symbolTable(source: Uint8Array | string, options: Parameters<Host['parse']>[1]): SymbolTableResult {
    return this.base.symbolTable(source, options);
  }

  deflate(data: Uint8Array, level: number, dictionary: Uint8Array | undefined, final: boolean): Uint8Array {
    return this.base.deflate(data, level, dictionary, final);
  }

  libraryModule(name: string): LibraryModule | undefined {
    return this.base.libraryModule(name);
  }

  libraryText(kind: LibraryText, text: string): Uint8Array | undefined {
    return this.base.libraryText(kind, text);
  }

  sourceText(filename: string): string | undefined {
    return this.base.sourceText(filename);
  }

  interrupted(): boolean {
    return this.session.interrupted();
  }

  private read(length: number): Uint8Array {
    const { stdin, session } = this;
    if (stdin.isEmpty) {
      session.waitsForInput = true;
      this.channel.send({ event: 'waitingForInput' });
      session.idle(() => !stdin.isEmpty, Number.POSITIVE_INFINITY, vm.frame);
      session.waitsForInput = false;
    }
    return stdin.take(length);
  }
}

/** What was typed for the program and not read yet. */
export class StandardInput {
  private bytes = new Uint8Array(0);
  private ended = false;

  /** Null is the end of the input. */
  add(text: string | null): void {
    if (text === null) {
      this.ended = true;
      return;
    }
    const more = new TextEncoder().encode(text);
    const all = new Uint8Array(this.bytes.length + more.length);
    all.set(this.bytes);
    all.set(more, this.bytes.length);
    this.bytes = all;
  }

  get isEmpty(): boolean {
    return this.bytes.length === 0 && !this.ended;
  }

  /** At most a line, as a terminal gives it; nothing at the end. */
  take(length: number): Uint8Array {
    const newline = this.bytes.indexOf(10);
    const count = Math.min(length, newline < 0 ? this.bytes.length : newline + 1);
    const taken = this.bytes.slice(0, count);
    this.bytes = this.bytes.slice(count);
    return taken;
  }
}

/** The descriptors 0, 1 and 2 by these functions, all else by `files`. */
function programFiles(
  files: HostFiles,
  write: (fd: 1 | 2, text: string) => void,
  read: (length: number) => Uint8Array,
): HostFiles {
  // A character's bytes may come in two writes.
  const decoders = { 1: new TextDecoder(), 2: new TextDecoder() };
  return {
    open: (path, flags, mode) => files.open(path, flags, mode),
    close: (fd) => {
      if (fd > 2) files.close(fd);
    },
    read: (fd, length) => (fd === 0 ? read(length) : files.read(fd, length)),
    write: (fd, data) => {
      if (fd !== 1 && fd !== 2) return files.write(fd, data);
      write(fd, decoders[fd].decode(data, { stream: true }));
      return data.length;
    },
    seek: (fd, offset, whence) => files.seek(fd, offset, whence),
    truncate: (fd, length) => files.truncate(fd, length),
    fstat: (fd) => files.fstat(fd),
    isatty: (fd) => (fd <= 2 ? false : files.isatty(fd)),
    stat: (path, follow) => files.stat(path, follow),
    readDirectory: (path) => files.readDirectory(path),
    makeDirectory: (path, mode) => files.makeDirectory(path, mode),
    removeDirectory: (path) => files.removeDirectory(path),
    unlink: (path) => files.unlink(path),
    rename: (from, to) => files.rename(from, to),
    readLink: (path) => files.readLink(path),
    symlink: (target, path) => files.symlink(target, path),
    chown: (path, user, group, followSymlinks) => files.chown(path, user, group, followSymlinks),
    link: (target, path) => files.link(target, path),
    setTimes: (path, accessed, modified, followSymlinks) => files.setTimes(path, accessed, modified, followSymlinks),
    fileSystem: (path) => files.fileSystem(path),
    chmod: (path, mode) => files.chmod(path, mode),
    currentDirectory: () => files.currentDirectory(),
    changeDirectory: (path) => files.changeDirectory(path),
  };
}
