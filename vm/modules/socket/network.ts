import { vm } from '../../interpreter/state.ts';
import { PyObject } from '../../objects/object.ts';

/**
 * The network that programs see: sockets and pipes of this one process that reach each other over loopback. Nothing leaves the VM, so
 * a run can be replayed. Addresses are texts such as '127.0.0.1:8080' or a Unix path.
 */
export class VirtualSocket {
  /** The descriptor that it was opened with; dup() makes more. */
  readonly fd: number;
  readonly kind: 'stream' | 'datagram';
  readonly family: Family;
  /** Bytes that have come and wait to be received; datagrams keep their sender. */
  readonly received: { data: Uint8Array; from: string }[] = [];
  /** How many bytes `received` holds. */
  private held = 0;
  /** What setsockopt() made of SO_SNDBUF and SO_RCVBUF, in bytes. */
  sendBuffer: number | undefined = undefined;
  receiveBuffer: number | undefined = undefined;
  peer: VirtualSocket | undefined = undefined;
  address: string | undefined = undefined;
  peerAddress: string | undefined = undefined;
  /** Connections that wait for accept(); undefined unless it listens. */
  backlog: VirtualSocket[] | undefined = undefined;
  /** The other side has sent its last. */
  ended = false;
  /** Shut down for sending. */
  muted = false;
  closed = false;
  /** Whether a call may wait: by default, until setblocking() or settimeout() says otherwise. */
  blocking = true;
  /** Errno that the next call is told of, once: the other side closed without having read everything. */
  fault: number | undefined = undefined;
  /** TCP takes what is sent to a side that has closed once, before it hears of that. */
  private refused = false;
  /** Descriptors that stand for it. */
  references = 1;

  constructor(fd: number, kind: 'stream' | 'datagram', family: Family) {
    this.fd = fd;
    this.kind = kind;
    this.family = family;
  }

  get readable(): boolean {
    return (
      this.received.length > 0 ||
      this.ended ||
      this.closed ||
      this.fault !== undefined ||
      (this.backlog?.length ?? 0) > 0
    );
  }

  /** As Linux has it: a third of the room must be free. */
  get writable(): boolean {
    if (this.closed || this.backlog !== undefined) return false;
    const { peer } = this;
    if (peer === undefined || peer.closed || this.kind === 'datagram' || this.fault !== undefined) return true;
    return this.room * 3 >= this.capacity;
  }

  /** How many bytes can be on the way from here to the peer. */
  get capacity(): number {
    const half = this.family === 'unix' ? UNIX_BUFFER : TCP_BUFFER;
    return (this.sendBuffer ?? half) + (this.peer?.receiveBuffer ?? half);
  }

  /** How many bytes can be sent at once. */
  get room(): number {
    return this.peer === undefined ? 0 : Math.max(0, this.capacity - this.peer.held);
  }

  /** What sending would fail with; undefined when it wouldn't. Asked once for every call that sends. */
  sendingFails(): number | undefined {
    if (this.fault !== undefined) return this.takeFault();
    if (this.muted) return EPIPE;
    if (this.peer === undefined) return ENOTCONN;
    if (!this.peer.closed) return undefined;
    if (this.family === 'unix' || this.refused) return EPIPE;
    this.refused = true;
    return undefined;
  }

  takeFault(): number | undefined {
    const { fault } = this;
    this.fault = undefined;
    return fault;
  }

  /** Whether as many bytes have come, or no more will. */
  hasAll(count: number): boolean {
    return this.held >= count || this.willGetNoMore;
  }

  /** Whether waiting for more is of no use: nobody will send it, or there is no room for it. */
  get willGetNoMore(): boolean {
    return this.ended || this.closed || this.fault !== undefined || this.peer?.room === 0;
  }

  /** Whether one of these bytes has come. */
  hasByte(...bytes: number[]): boolean {
    return this.received.some(({ data }) => bytes.some((byte) => data.includes(byte)));
  }

  /** Puts bytes where they wait to be received; a socket that is closed drops them. */
  deliver(data: Uint8Array, from: string): void {
    if (this.closed) return;
    this.received.push({ data, from });
    this.held += data.length;
  }

  /** Up to `count` bytes, from as many pieces as have come; a single datagram. */
  takeAll(count: number): Uint8Array {
    const pieces: Uint8Array[] = [];
    let length = 0;
    while (length < count && this.received.length > 0) {
      const piece = this.take(count - length)?.data ?? new Uint8Array(0);
      pieces.push(piece);
      length += piece.length;
      if (this.kind === 'datagram') break;
    }
    const all = new Uint8Array(length);
    let at = 0;
    for (const piece of pieces) {
      all.set(piece, at);
      at += piece.length;
    }
    return all;
  }

  /** Up to `count` bytes; undefined when none have come yet, empty at the end. With `peek` they stay where they are. */
  take(count: number, peek = false): { data: Uint8Array; from: string } | undefined {
    const first = this.received[0];
    if (first === undefined) return this.ended ? { data: new Uint8Array(0), from: '' } : undefined;
    const { data, from } = first;
    const taken = { data: data.subarray(0, count), from };
    if (peek) return taken;
    if (this.kind === 'datagram' || data.length <= count) {
      this.received.shift();
      this.held -= data.length;
    } else {
      this.received[0] = { data: data.subarray(count), from };
      this.held -= count;
    }
    return taken;
  }
}

/** What waits for a socket: the object that Python has. */
export class WaitingSocket extends PyObject {
  /** Undefined once closed or detached. */
  virtual: VirtualSocket | undefined = undefined;
  /** Seconds that a call waits; undefined for ever. */
  timeout: number | undefined = undefined;
  /** Somebody has waited in place of the next call, until its time was over. */
  waitedInVain = false;
}

export type Family = 'inet' | 'unix';

const EPIPE = 32;
const ECONNRESET = 104;
const ENOTCONN = 107;

/** What one side of a stream keeps by default, in bytes: with the other's it is about what Linux lets go before a sender waits. */
const TCP_BUFFER = 1_310_720;
const UNIX_BUFFER = 106_496;

/** What a pipe holds before its writers have to wait, in bytes (Linux). */
const PIPE_CAPACITY = 65536;

export class PipeReader extends VirtualSocket {
  override get readable(): boolean {
    return this.received.length > 0 || this.ended || this.closed;
  }

  override get writable(): boolean {
    return false;
  }
}

export class PipeWriter extends VirtualSocket {
  /** As poll() has it: the reader is gone. */
  override get readable(): boolean {
    return this.peer?.closed === true;
  }

  override get writable(): boolean {
    return this.peer?.closed === true || this.room > 0;
  }

  override get capacity(): number {
    return PIPE_CAPACITY;
  }
}

/** First descriptor of sockets: far above those of files. */
const FIRST_FD = 1000;

/** All sockets of an interpreter. */
export class VirtualNetwork {
  private nextFd = FIRST_FD;
  private nextPort = 40000;
  private readonly sockets = new Map<number, VirtualSocket>();
  /** Listening streams and bound datagram sockets, by kind and address. */
  private readonly bound = new Map<string, VirtualSocket>();
  /** Paths that bind() made files of, by the descriptors of their sockets: they stay until they are removed. */
  private readonly files = new Map<string, number>();

  /** Forgets everything: a new interpreter begins. */
  reset(): void {
    this.nextFd = FIRST_FD;
    this.nextPort = 40000;
    this.sockets.clear();
    this.bound.clear();
    this.files.clear();
  }

  open(kind: 'stream' | 'datagram', family: Family): VirtualSocket {
    const socket = new VirtualSocket(this.nextFd++, kind, family);
    this.sockets.set(socket.fd, socket);
    return socket;
  }

  find(fd: number): VirtualSocket | undefined {
    return this.sockets.get(fd);
  }

  pair(kind: 'stream' | 'datagram'): [VirtualSocket, VirtualSocket] {
    const [a, b] = [this.open(kind, 'unix'), this.open(kind, 'unix')];
    a.peer = b;
    b.peer = a;
    return [a, b];
  }

  pipe(): [PipeReader, PipeWriter] {
    const reader = new PipeReader(this.nextFd++, 'stream', 'unix');
    const writer = new PipeWriter(this.nextFd++, 'stream', 'unix');
    writer.peer = reader;
    this.sockets.set(reader.fd, reader);
    this.sockets.set(writer.fd, writer);
    return [reader, writer];
  }

  /** Another descriptor of the same socket or pipe. */
  duplicate(socket: VirtualSocket): number {
    socket.references++;
    const fd = this.nextFd++;
    this.sockets.set(fd, socket);
    return fd;
  }

  freePort(): number {
    return this.nextPort++;
  }

  /** False when the address is taken. */
  bind(socket: VirtualSocket, address: string): boolean {
    const key = keyOf(socket, address);
    const other = this.bound.get(key);
    if (other !== undefined && !other.closed) return false;
    if (socket.family === 'unix' && !isAbstract(address)) {
      const path = absolute(address);
      if (this.files.has(path)) return false;
      this.files.set(path, socket.fd);
    }
    this.bound.set(key, socket);
    socket.address = address;
    return true;
  }

  /** What stands for the inode of a socket's file; undefined when there is none at this path. */
  fileAt(path: string): number | undefined {
    return this.files.size === 0 ? undefined : this.files.get(absolute(path));
  }

  /** Removes the file of a socket: nobody can connect by it any more. False when there is none. */
  unlink(path: string): boolean {
    if (this.files.size === 0 || !this.files.delete(absolute(path))) return false;
    this.bound.delete(`stream ${absolute(path)}`);
    this.bound.delete(`datagram ${absolute(path)}`);
    return true;
  }

  /** The socket that is bound to an address, or to its port on every address; undefined when nobody is there. */
  at(kind: 'stream' | 'datagram', address: string, family: Family): VirtualSocket | undefined {
    if (family === 'unix') return this.bound.get(`${kind} ${isAbstract(address) ? address : absolute(address)}`);
    const port = address.slice(address.lastIndexOf(':'));
    for (const key of [address, `0.0.0.0${port}`, `::${port}`]) {
      const socket = this.bound.get(`${kind} ${key}`);
      if (socket !== undefined && !socket.closed) return socket;
    }
    return undefined;
  }

  /** Joins a stream to the listener at an address; false when nobody listens there. */
  connect(socket: VirtualSocket, address: string, own: string): boolean {
    const listener = this.at('stream', address, socket.family);
    if (listener?.backlog === undefined) return false;
    const accepted = this.open('stream', socket.family);
    accepted.address = address;
    accepted.peerAddress = own;
    accepted.peer = socket;
    accepted.sendBuffer = listener.sendBuffer;
    accepted.receiveBuffer = listener.receiveBuffer;
    socket.address = own;
    socket.peerAddress = address;
    socket.peer = accepted;
    listener.backlog.push(accepted);
    return true;
  }

  /** Closes a descriptor, and what it stands for with the last one. */
  close(fd: number): void {
    const socket = this.sockets.get(fd);
    if (socket === undefined) return;
    this.sockets.delete(fd);
    if (--socket.references > 0) return;
    socket.closed = true;
    if (socket.address !== undefined) {
      const key = keyOf(socket, socket.address);
      if (this.bound.get(key) === socket) this.bound.delete(key);
    }
    const { peer } = socket;
    if (peer !== undefined && socket.kind === 'stream') {
      peer.ended = true;
      if (socket.received.length > 0 && !(socket instanceof PipeReader)) peer.fault = ECONNRESET;
    }
    for (const waiting of socket.backlog ?? []) {
      if (waiting.peer !== undefined) waiting.peer.fault = ECONNRESET;
      this.close(waiting.fd);
    }
  }
}

/** Addresses of Unix sockets that are no files begin with a null character, or are empty. */
export const isAbstract = (address: string): boolean => address === '' || address.startsWith('\0');

/** Where a path leads from the current directory. */
const absolute = (path: string): string =>
  path.startsWith('/') ? path : `${vm.host.files.currentDirectory()}/${path.replace(/^(\.\/+)+/, '')}`;

const keyOf = (socket: VirtualSocket, address: string): string =>
  `${socket.kind} ${socket.family === 'unix' && !isAbstract(address) ? absolute(address) : address}`;

/** The network of the interpreter that runs. */
export const network = new VirtualNetwork();
