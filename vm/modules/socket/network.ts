/**
 * The network that programs see: sockets of this one process that reach each other over loopback. Nothing leaves the VM, so
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

/** The network of the interpreter that runs; a new one with each `_socket` module. */
export let network = new VirtualNetwork();

export function resetNetwork(): void {
  network = new VirtualNetwork();
}
