/**
 * The network that programs see: sockets and pipes of this one process that reach each other over loopback. Nothing leaves the VM, so
 * a run can be replayed. Addresses are texts such as '127.0.0.1:8080' or a Unix path.
 */
export class VirtualSocket {
  readonly fd: number;
  readonly kind: 'stream' | 'datagram';
  /** Bytes that have come and wait to be received; datagrams keep their sender. */
  readonly received: { data: Uint8Array; from: string }[] = [];
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

  constructor(fd: number, kind: 'stream' | 'datagram') {
    this.fd = fd;
    this.kind = kind;
  }

  get readable(): boolean {
    return this.received.length > 0 || this.ended || this.closed || (this.backlog?.length ?? 0) > 0;
  }

  get writable(): boolean {
    return !this.closed && this.backlog === undefined;
  }

  /** How many bytes can be sent at once. */
  get room(): number {
    return Number.POSITIVE_INFINITY;
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

  /** Up to `count` bytes; undefined when none have come yet, empty at the end. */
  take(count: number): { data: Uint8Array; from: string } | undefined {
    const first = this.received[0];
    if (first === undefined) return this.ended ? { data: new Uint8Array(0), from: '' } : undefined;
    if (this.kind === 'datagram' || first.data.length <= count) {
      this.received.shift();
      return { data: first.data.subarray(0, count), from: first.from };
    }
    this.received[0] = { data: first.data.subarray(count), from: first.from };
    return { data: first.data.subarray(0, count), from: first.from };
  }
}

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

  override get room(): number {
    let held = 0;
    for (const { data } of this.peer?.received ?? []) held += data.length;
    return Math.max(0, PIPE_CAPACITY - held);
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

  open(kind: 'stream' | 'datagram'): VirtualSocket {
    const socket = new VirtualSocket(this.nextFd++, kind);
    this.sockets.set(socket.fd, socket);
    return socket;
  }

  find(fd: number): VirtualSocket | undefined {
    return this.sockets.get(fd);
  }

  pair(kind: 'stream' | 'datagram'): [VirtualSocket, VirtualSocket] {
    const [a, b] = [this.open(kind), this.open(kind)];
    a.peer = b;
    b.peer = a;
    return [a, b];
  }

  pipe(): [PipeReader, PipeWriter] {
    const reader = new PipeReader(this.nextFd++, 'stream');
    const writer = new PipeWriter(this.nextFd++, 'stream');
    writer.peer = reader;
    this.sockets.set(reader.fd, reader);
    this.sockets.set(writer.fd, writer);
    return [reader, writer];
  }

  freePort(): number {
    return this.nextPort++;
  }

  /** False when the address is taken. */
  bind(socket: VirtualSocket, address: string): boolean {
    const key = `${socket.kind} ${address}`;
    const other = this.bound.get(key);
    if (other !== undefined && !other.closed) return false;
    this.bound.set(key, socket);
    socket.address = address;
    return true;
  }

  /** The socket that is bound to an address, or to its port on every address; undefined when nobody is there. */
  at(kind: 'stream' | 'datagram', address: string): VirtualSocket | undefined {
    const port = address.slice(address.lastIndexOf(':'));
    for (const key of [address, `0.0.0.0${port}`, `::${port}`]) {
      const socket = this.bound.get(`${kind} ${key}`);
      if (socket !== undefined && !socket.closed) return socket;
    }
    return undefined;
  }

  /** Joins a stream to the listener at an address; false when nobody listens there. */
  connect(socket: VirtualSocket, address: string, own: string): boolean {
    const listener = this.at('stream', address);
    if (listener?.backlog === undefined) return false;
    const accepted = this.open('stream');
    accepted.address = address;
    accepted.peerAddress = own;
    accepted.peer = socket;
    socket.address = own;
    socket.peerAddress = address;
    socket.peer = accepted;
    listener.backlog.push(accepted);
    return true;
  }

  close(socket: VirtualSocket): void {
    if (socket.closed) return;
    socket.closed = true;
    this.sockets.delete(socket.fd);
    if (socket.address !== undefined && this.bound.get(`${socket.kind} ${socket.address}`) === socket) {
      this.bound.delete(`${socket.kind} ${socket.address}`);
    }
    if (socket.peer !== undefined) socket.peer.ended = true;
    for (const waiting of socket.backlog ?? []) this.close(waiting);
  }
}

/** The network of the interpreter that runs; a new one with each interpreter. */
export let network = new VirtualNetwork();

export function resetNetwork(): void {
  network = new VirtualNetwork();
}
