import { block, waits } from '../../interpreter/threads.ts';
import { PyBytes } from '../../objects/bytes.ts';
import { defineType, type ModuleDefinition } from '../../objects/define.ts';
import {
  newException,
  osErrorType,
  type PyBaseException,
  timeoutErrorType,
  typeError,
  valueError,
} from '../../objects/exception.ts';
import { floatOf, PyFloat } from '../../objects/float.ts';
import { PyList } from '../../objects/list.ts';
import { type KwNames, newType, PyObject, type PyType, type Slot, typeOf, type Value } from '../../objects/object.ts';
import { newOSError } from '../../objects/os-error.ts';
import { BuiltinDef } from '../../objects/signature.ts';
import { stringOf } from '../../objects/str.ts';
import { type PyTuple, tupleOf } from '../../objects/tuple.ts';
import { index } from '../../operations/arithmetic.ts';
import { isTrue } from '../../operations/truth.ts';
import { errorMessage } from '../errno.ts';
import { bytesOf, withWritable } from '../io/base.ts';
import { deadlineAfter } from '../thread/timeout.ts';
import {
  AF_INET,
  AF_INET6,
  AF_UNIX,
  addressValue,
  gaierrorType,
  herrorType,
  hostOf,
  parseAddress,
  resolve,
  withPort,
} from './address.ts';
import { network, type VirtualSocket } from './network.ts';

const SOCK_STREAM = 1;
const SOCK_DGRAM = 2;

export const socketType = newType('_socket.socket');

class PySocket extends PyObject {
  family = AF_INET;
  kind = SOCK_STREAM;
  proto = 0;
  /** Undefined once closed or detached. */
  virtual: VirtualSocket | undefined = undefined;
  /** Seconds that a call waits; undefined for ever. */
  timeout: number | undefined = undefined;
  readonly options = new Map<string, Value>();

  get open(): VirtualSocket {
    if (this.virtual === undefined) throw failure(9);
    return this.virtual;
  }
}

const failure = (errno: number): PyBaseException => newOSError(errno, errorMessage(errno));

let defaultTimeout: number | undefined;

/** Does `act` as soon as that is possible, if the socket's timeout allows to wait for it. */
function whenReady(self: PySocket, what: string, isReady: () => boolean, act: () => Value): Value {
  if (isReady()) return act();
  if (self.timeout === 0) throw failure(11);
  return block({
    what,
    deadline: deadlineAfter(self.timeout),
    ready: isReady,
    finish() {
      if (isReady()) return act();
      throw newException(timeoutErrorType, 'timed out');
    },
  });
}

function setTimeout(self: PySocket, timeout: number | undefined): void {
  self.timeout = timeout;
  if (self.virtual !== undefined) self.virtual.blocking = timeout === undefined;
}

function wrap(virtual: VirtualSocket, like: PySocket): PySocket {
  const made = new PySocket(socketType);
  made.family = like.family;
  made.kind = like.kind;
  made.proto = like.proto;
  made.virtual = virtual;
  made.timeout = defaultTimeout;
  return made;
}

function send(self: PySocket, data: Value): number {
  const bytes = bytesOf(data).slice();
  const { open } = self;
  if (open.muted || open.peer === undefined || open.peer.closed) throw failure(open.peer === undefined ? 107 : 32);
  if (bytes.length > 0) open.peer.received.push({ data: bytes, from: open.address ?? '' });
  return bytes.length;
}

function sendTo(self: PySocket, data: Value, address: Value): number {
  const bytes = bytesOf(data).slice();
  const { open } = self;
  if (open.address === undefined)
    network.bind(open, withPort(parseAddress(tupleOf(['', 0]), self.family), self.family));
  const target = network.at('datagram', parseAddress(address, self.family));
  target?.received.push({ data: bytes, from: open.address ?? '' });
  return bytes.length;
}

/** Receives up to `count` bytes, or a datagram, and gives what `use` makes of it. */
function receive(self: PySocket, what: string, count: number, use: (data: Uint8Array, from: string) => Value): Value {
  if (count < 0) throw valueError(`negative buffersize in ${what}`);
  const { open } = self;
  if (open.kind === 'stream' && open.peer === undefined) throw failure(107);
  return whenReady(
    self,
    `socket.${what}()`,
    () => open.readable,
    () => {
      const taken = open.take(count);
      if (taken === undefined) throw failure(9);
      return use(taken.data, taken.from);
    },
  );
}

function connect(self: PySocket, address: Value): void {
  const target = parseAddress(address, self.family);
  const { open } = self;
  if (open.kind === 'datagram') {
    open.peerAddress = target;
    open.peer = network.at('datagram', target);
    return;
  }
  if (open.peer !== undefined) throw failure(106);
  const own = open.address ?? withPort(self.family === AF_INET6 ? '::1:0' : '127.0.0.1:0', self.family);
  if (!network.connect(open, target, own)) throw failure(self.family === AF_UNIX ? 2 : 111);
}

const binder = new BuiltinDef(
  'socket',
  'socket',
  '(family=-1, type=-1, proto=-1, fileno=None)',
  () => null,
  false,
  null,
);

function initialize(self: PySocket, args: Value[], kwNames: KwNames): void {
  const [family, type, proto, fileno] = binder.bind(args, kwNames) as Slot[];
  const number = (value: Slot, missing: number): number => {
    const given = value === undefined ? -1 : Number(index(value));
    return given === -1 ? missing : given;
  };
  self.family = number(family, AF_INET);
  self.kind = number(type, SOCK_STREAM) & 0xf;
  self.proto = number(proto, 0);
  self.timeout = defaultTimeout;
  if (fileno !== undefined && fileno !== null) {
    const found = network.find(Number(index(fileno)));
    if (found === undefined) throw failure(9);
    self.virtual = found;
    self.kind = found.kind === 'stream' ? SOCK_STREAM : SOCK_DGRAM;
  } else self.virtual = network.open(self.kind === SOCK_DGRAM ? 'datagram' : 'stream');
}

function close(self: PySocket): void {
  if (self.virtual !== undefined) network.close(self.virtual);
  self.virtual = undefined;
}

function seconds(value: Value): number | undefined {
  if (value === null) return undefined;
  const number = floatOf(value);
  if (number === undefined) throw typeError(`'${typeOf(value).tp_name}' object cannot be interpreted as an integer`);
  if (number < 0) throw valueError('Timeout value out of range');
  return number;
}

const timeoutValue = (timeout: number | undefined): Value => (timeout === undefined ? null : new PyFloat(timeout));

defineType(socketType, {
  module: '_socket',
  doc: 'A socket of the network inside the virtual machine: it reaches other sockets of this program over loopback.',
  allocate: (type) => new PySocket(type),
  tp_new: (type: PyType) => type.allocate(type),
  tp_init: initialize,
  tp_repr: (self: PySocket) =>
    `<socket object, fd=${self.virtual?.fd ?? -1}, family=${self.family}, type=${self.kind}, proto=${self.proto}>`,
  methods: {
    bind: [
      '($self, address, /)',
      (self: PySocket, address: Value) => {
        const name = withPort(parseAddress(address, self.family), self.family);
        if (!network.bind(self.open, name)) throw failure(98);
      },
    ],
    listen: [
      '($self, backlog=<unrepresentable>, /)',
      (self: PySocket) => {
        if (self.open.address === undefined) network.bind(self.open, withPort('0.0.0.0:0', self.family));
        self.open.backlog ??= [];
      },
    ],
    _accept: [
      '($self, /)',
      waits((self: PySocket) => {
        const { open } = self;
        const { backlog } = open;
        if (backlog === undefined) throw failure(22);
        return whenReady(
          self,
          'socket.accept()',
          () => backlog.length > 0 || open.closed,
          () => {
            const accepted = backlog.shift();
            if (accepted === undefined || open.closed) throw failure(9);
            return tupleOf([accepted.fd, addressValue(accepted.peerAddress, self.family)]);
          },
        );
      }),
    ],
    connect: ['($self, address, /)', connect],
    connect_ex: [
      '($self, address, /)',
      (self: PySocket, address: Value) => {
        try {
          connect(self, address);
          return 0;
        } catch (error) {
          const errno = (error as PyBaseException).members?.['errno'];
          if (typeof errno !== 'number') throw error;
          return errno;
        }
      },
    ],
    send: ['($self, data, flags=0, /)', send],
    sendall: [
      '($self, data, flags=0, /)',
      (self: PySocket, data: Value) => {
        send(self, data);
      },
    ],
    sendto: [
      '($self, data, flags_or_address, address=None, /)',
      (self: PySocket, data: Value, second: Value, third: Slot) => sendTo(self, data, third ?? second),
    ],
    recv: [
      '($self, bufsize, flags=0, /)',
      waits((self: PySocket, size: Value) =>
        receive(self, 'recv', Number(index(size)), (data) => new PyBytes(data.slice())),
      ),
    ],
    recvfrom: [
      '($self, bufsize, flags=0, /)',
      waits((self: PySocket, size: Value) =>
        receive(self, 'recvfrom', Number(index(size)), (data, from) =>
          tupleOf([new PyBytes(data.slice()), addressValue(from || undefined, self.family)]),
        ),
      ),
    ],
    recv_into: [
      '($self, buffer, nbytes=0, flags=0)',
      waits((self: PySocket, target: Value, count: Slot) => {
        const limit = count === undefined ? 0 : Number(index(count));
        const room = limit === 0 ? withWritable(target, (bytes) => bytes.length) : limit;
        return receive(self, 'recv_into', Number(room), (data) =>
          withWritable(target, (bytes) => {
            bytes.set(data);
            return data.length;
          }),
        );
      }),
    ],
    shutdown: [
      '($self, how, /)',
      (self: PySocket, how: Value) => {
        const which = Number(index(how));
        const { open } = self;
        if (open.peer === undefined) throw failure(107);
        if (which === 0 || which === 2) open.ended = true;
        if (which === 1 || which === 2) {
          open.muted = true;
          open.peer.ended = true;
        }
      },
    ],
    close: ['($self, /)', close],
    detach: [
      '($self, /)',
      (self: PySocket) => {
        const fd = self.virtual?.fd ?? -1;
        self.virtual = undefined;
        return fd;
      },
    ],
    fileno: ['($self, /)', (self: PySocket) => self.virtual?.fd ?? -1],
    getsockname: ['($self, /)', (self: PySocket) => addressValue(self.open.address, self.family)],
    getpeername: [
      '($self, /)',
      (self: PySocket) => {
        if (self.open.peer === undefined) throw failure(107);
        return addressValue(self.open.peerAddress, self.family);
      },
    ],
    setblocking: [
      '($self, flag, /)',
      (self: PySocket, flag: Value) => {
        setTimeout(self, isTrue(flag) ? undefined : 0);
      },
    ],
    getblocking: ['($self, /)', (self: PySocket) => self.timeout !== 0],
    settimeout: [
      '($self, timeout, /)',
      (self: PySocket, timeout: Value) => {
        setTimeout(self, seconds(timeout));
      },
    ],
    gettimeout: ['($self, /)', (self: PySocket) => timeoutValue(self.timeout)],
    setsockopt: [
      '($self, level, optname, value, optlen=None, /)',
      (self: PySocket, level: Value, name: Value, value: Value) => {
        self.options.set(`${index(level)}:${index(name)}`, value);
      },
    ],
    getsockopt: [
      '($self, level, optname, buflen=0, /)',
      (self: PySocket, level: Value, name: Value) => self.options.get(`${index(level)}:${index(name)}`) ?? 0,
    ],
  },
  members: {
    family: [(self: PySocket) => self.family],
    type: [(self: PySocket) => self.kind],
    proto: [(self: PySocket) => self.proto],
  },
  getset: { timeout: [(self: PySocket) => timeoutValue(self.timeout)] },
});

function getAddressInfo(host: Value, port: Value, family: Slot, type: Slot, proto: Slot): Value {
  const wanted = family === undefined ? 0 : Number(index(family));
  const kind = type === undefined ? 0 : Number(index(type));
  const number = stringOf(port) !== undefined ? Number(stringOf(port)) : port === null ? 0 : Number(index(port));
  if (!Number.isInteger(number)) throw newException(gaierrorType, -8, 'Servname not supported for ai_socktype');
  const name = host === null ? 'localhost' : (stringOf(host) ?? new TextDecoder().decode(bytesOf(host)));
  const isV6 = name.includes(':');
  const families = wanted !== 0 ? [wanted] : [isV6 ? AF_INET6 : AF_INET];
  const kinds = kind !== 0 ? [kind] : [SOCK_STREAM, SOCK_DGRAM];
  return new PyList(
    families.flatMap((each) =>
      kinds.map((one) => {
        const protocol = proto !== undefined && index(proto) !== 0 ? index(proto) : one === SOCK_STREAM ? 6 : 17;
        return tupleOf([each, one, protocol, '', addressValue(`${resolve(name, each)}:${number}`, each)]);
      }),
    ),
  );
}

function packAddress(text: string): Uint8Array {
  const parts = text.split('.').map(Number);
  if (parts.length !== 4 || parts.some((part) => !(part >= 0 && part <= 255))) {
    throw newException(osErrorType, 'illegal IP address string passed to inet_aton');
  }
  return Uint8Array.from(parts);
}

function packAddress6(text: string): Uint8Array {
  const [head, tail] = text.split('::');
  const groups = (part: string | undefined): number[] =>
    part ? part.split(':').map((group) => Number.parseInt(group, 16)) : [];
  const left = groups(head);
  const right = groups(tail);
  const middle = tail === undefined ? [] : new Array(8 - left.length - right.length).fill(0);
  const all = [...left, ...middle, ...right];
  if (all.length !== 8 || all.some((group) => !(group >= 0 && group <= 0xffff))) {
    throw newException(osErrorType, 'illegal IP address string passed to inet_pton');
  }
  return Uint8Array.from(all.flatMap((group) => [group >> 8, group & 0xff]));
}

function unpackAddress6(bytes: Uint8Array): string {
  const groups = Array.from({ length: 8 }, (_, i) => ((bytes[2 * i] << 8) | bytes[2 * i + 1]).toString(16));
  let best = '';
  const text = groups.join(':');
  for (const run of text.matchAll(/(?:^|:)0(?::0)+(?=:|$)/g)) if (run[0].length > best.length) best = run[0];
  return best === ''
    ? text
    : text
        .replace(best, text.startsWith(best) ? ':' : '')
        .replace(/^:(?!:)/, '::')
        .replace(/([^:])$/, '$1') || '::';
}

/** CPython 3.14's Modules/socketmodule.c over the network inside the VM. */
export const socketModule = (): ModuleDefinition => {
  defaultTimeout = undefined;
  return {
    name: '_socket',
    doc: 'Implementation module for socket operations: loopback inside the virtual machine.',
    functions: {
      socketpair: [
        '(family=<unrepresentable>, type=1, proto=0, /)',
        (family: Slot, type: Slot) => {
          const like = new PySocket(socketType);
          like.family = family === undefined || family === null ? AF_UNIX : Number(index(family));
          like.kind = type === undefined ? SOCK_STREAM : Number(index(type)) & 0xf;
          return tupleOf(
            network.pair(like.kind === SOCK_DGRAM ? 'datagram' : 'stream').map((each) => wrap(each, like)),
          );
        },
      ],
      dup: ['(fd, /)', (fd: Value) => fd],
      close: [
        '(fd, /)',
        (fd: Value) => {
          const found = network.find(Number(index(fd)));
          if (found === undefined) throw failure(9);
          network.close(found);
        },
      ],
      getaddrinfo: ['(host, port, family=0, type=0, proto=0, flags=0)', getAddressInfo],
      getnameinfo: [
        '(sockaddr, flags, /)',
        (address: Value) => {
          const [host, port] = (address as PyTuple).items;
          return tupleOf([host, String(index(port))]);
        },
      ],
      gethostname: ['()', () => 'localhost'],
      gethostbyname: ['(host, /)', (host: Value) => resolve(stringOf(host) ?? '', AF_INET)],
      gethostbyname_ex: [
        '(host, /)',
        (host: Value) => {
          const name = stringOf(host) ?? '';
          return tupleOf([name, new PyList([]), new PyList([resolve(name, AF_INET)])]);
        },
      ],
      gethostbyaddr: [
        '(host, /)',
        (host: Value) => {
          const { name, address } = hostOf(stringOf(host) ?? '');
          return tupleOf([name, new PyList([]), new PyList([address])]);
        },
      ],
      getdefaulttimeout: ['()', () => timeoutValue(defaultTimeout)],
      setdefaulttimeout: [
        '(timeout, /)',
        (timeout: Value) => {
          defaultTimeout = seconds(timeout);
        },
      ],
      htons: ['(x, /)', (x: Value) => swap(Number(index(x)), 2)],
      ntohs: ['(x, /)', (x: Value) => swap(Number(index(x)), 2)],
      htonl: ['(x, /)', (x: Value) => swap(Number(index(x)), 4)],
      ntohl: ['(x, /)', (x: Value) => swap(Number(index(x)), 4)],
      inet_aton: ['(ip_addr, /)', (text: Value) => new PyBytes(packAddress(stringOf(text) ?? ''))],
      inet_ntoa: ['(packed_ip, /)', (packed: Value) => bytesOf(packed).join('.')],
      inet_pton: [
        '(address_family, ip_string, /)',
        (family: Value, text: Value) =>
          new PyBytes(
            index(family) === AF_INET6 ? packAddress6(stringOf(text) ?? '') : packAddress(stringOf(text) ?? ''),
          ),
      ],
      inet_ntop: [
        '(address_family, packed_ip, /)',
        (family: Value, packed: Value) =>
          index(family) === AF_INET6 ? unpackAddress6(bytesOf(packed)) : bytesOf(packed).join('.'),
      ],
    },
    attributes: {
      socket: socketType,
      SocketType: socketType,
      error: osErrorType,
      gaierror: gaierrorType,
      herror: herrorType,
      timeout: timeoutErrorType,
      has_ipv6: true,
      AF_UNSPEC: 0,
      AF_UNIX,
      AF_INET,
      AF_INET6,
      SOCK_STREAM,
      SOCK_DGRAM,
      SOCK_NONBLOCK: 0o4000,
      SOCK_CLOEXEC: 0o2000000,
      SOL_SOCKET: 1,
      SOL_TCP: 6,
      SO_REUSEADDR: 2,
      SO_TYPE: 3,
      SO_ERROR: 4,
      SO_BROADCAST: 6,
      SO_SNDBUF: 7,
      SO_RCVBUF: 8,
      SO_KEEPALIVE: 9,
      SO_LINGER: 13,
      SO_REUSEPORT: 15,
      SOMAXCONN: 4096,
      IPPROTO_IP: 0,
      IPPROTO_TCP: 6,
      IPPROTO_UDP: 17,
      IPPROTO_IPV6: 41,
      IPV6_V6ONLY: 26,
      TCP_NODELAY: 1,
      SHUT_RD: 0,
      SHUT_WR: 1,
      SHUT_RDWR: 2,
      MSG_PEEK: 2,
      AI_PASSIVE: 1,
      AI_CANONNAME: 2,
      AI_NUMERICHOST: 4,
      AI_ADDRCONFIG: 32,
      EAI_NONAME: -2,
      EAI_FAMILY: -6,
      EAI_SERVICE: -8,
      NI_NUMERICHOST: 1,
      NI_NUMERICSERV: 2,
      INADDR_ANY: 0,
      INADDR_LOOPBACK: 0x7f000001,
      CAPI: null,
    },
  };
};

function swap(value: number, size: 2 | 4): number {
  const view = new DataView(new ArrayBuffer(4));
  if (size === 2) {
    view.setUint16(0, value, false);
    return view.getUint16(0, true);
  }
  view.setUint32(0, value, false);
  return view.getUint32(0, true);
}
