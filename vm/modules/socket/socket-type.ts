import { vm } from '../../interpreter/state.ts';
import { waits } from '../../interpreter/threads.ts';
import { PyBytes } from '../../objects/bytes.ts';
import { defineType } from '../../objects/define.ts';
import { type PyBaseException, typeError, valueError } from '../../objects/exception.ts';
import { floatOf, PyFloat } from '../../objects/float.ts';
import { integerOf } from '../../objects/int.ts';
import { type KwNames, type PyType, type Slot, typeOf, type Value } from '../../objects/object.ts';
import { BuiltinDef } from '../../objects/signature.ts';
import { tupleOf } from '../../objects/tuple.ts';
import { index } from '../../operations/arithmetic.ts';
import { isTrue } from '../../operations/truth.ts';
import { bytesOf } from '../io/base.ts';
import { addressValue, parseAddress, withPort } from './address.ts';
import * as c from './constants.ts';
import { isAbstract, network, type VirtualSocket } from './network.ts';
import { failure, PySocket, receive, receiveInto, send, sendTo, socketType, whenReady } from './transfer.ts';

const ENOENT = 2;
const EBADF = 9;
const EINVAL = 22;
const EADDRINUSE = 98;
const EAFNOSUPPORT = 97;
const ESOCKTNOSUPPORT = 94;
const EISCONN = 106;
const ENOTCONN = 107;
const ECONNREFUSED = 111;

/** What socket.setdefaulttimeout() set; undefined waits for ever. */
export const defaults: { timeout: number | undefined } = { timeout: undefined };

/** The socket objects of a pair; a `family` left out is AF_UNIX. */
export function wrapPair(
  ends: readonly VirtualSocket[],
  family: number | undefined,
  kind: number,
  proto: number,
): Value[] {
  return ends.map((virtual) => {
    const made = new PySocket(socketType);
    made.family = family ?? c.AF_UNIX;
    made.kind = kind;
    made.proto = proto;
    made.virtual = virtual;
    made.fd = virtual.fd;
    made.timeout = defaults.timeout;
    return made;
  });
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
  self.family = number(family, c.AF_INET);
  self.kind = number(type, c.SOCK_STREAM) & 0xf;
  self.proto = number(proto, 0);
  self.timeout = defaults.timeout;
  if (fileno !== undefined && fileno !== null) {
    const fd = Number(index(fileno));
    if (fd < 0) throw valueError('negative file descriptor');
    const found = network.find(fd);
    if (found === undefined) throw failure(EBADF);
    self.virtual = found;
    self.fd = fd;
    self.kind = found.kind === 'stream' ? c.SOCK_STREAM : c.SOCK_DGRAM;
    if (family === undefined || index(family) === -1) {
      const isV6 = found.address?.replace(/:\d+$/, '').includes(':');
      self.family = found.family === 'unix' ? c.AF_UNIX : isV6 ? c.AF_INET6 : c.AF_INET;
    }
    return;
  }
  if (self.family !== c.AF_INET && self.family !== c.AF_INET6 && self.family !== c.AF_UNIX) throw failure(EAFNOSUPPORT);
  if (self.kind !== c.SOCK_STREAM && self.kind !== c.SOCK_DGRAM) throw failure(ESOCKTNOSUPPORT);
  self.virtual = network.open(
    self.kind === c.SOCK_DGRAM ? 'datagram' : 'stream',
    self.family === c.AF_UNIX ? 'unix' : 'inet',
  );
  self.fd = self.virtual.fd;
}

function close(self: PySocket): void {
  const { virtual, fd } = self;
  self.virtual = undefined;
  self.fd = -1;
  if (virtual === undefined) return;
  if (network.find(fd) !== virtual) throw failure(EBADF);
  network.close(fd);
}

/** What a timeout argument says: undefined waits for ever. */
export function seconds(value: Value): number | undefined {
  if (value === null) return undefined;
  const number = floatOf(value);
  if (number === undefined) throw typeError(`'${typeOf(value).tp_name}' object cannot be interpreted as an integer`);
  if (Number.isNaN(number)) throw valueError('Invalid value NaN (not a number)');
  if (number < 0) throw valueError('Timeout value out of range');
  return number;
}

export const timeoutValue = (timeout: number | undefined): Value =>
  timeout === undefined ? null : new PyFloat(timeout);

function setTimeout(self: PySocket, timeout: number | undefined): void {
  self.open.blocking = timeout === undefined;
  self.timeout = timeout;
}

/** A Unix path can be bound when its folder is there and it isn't. */
function bind(self: PySocket, address: Value): void {
  const { open } = self;
  const name = withPort(parseAddress(address, self.family, 'bind'), self.family);
  if (open.address !== undefined && open.backlog === undefined && open.peer === undefined && open.kind === 'stream') {
    throw failure(EINVAL);
  }
  if (open.family === 'unix' && !isAbstract(name)) {
    if (exists(name)) throw failure(EADDRINUSE);
    const slash = name.lastIndexOf('/');
    if (slash > 0 && !exists(name.slice(0, slash))) throw failure(ENOENT);
  }
  if (!network.bind(open, name)) throw failure(EADDRINUSE);
}

function exists(path: string): boolean {
  try {
    vm.host.files.stat(path, true);
    return true;
  } catch (error) {
    if ((error as { errno?: number }).errno === undefined) throw error;
    return false;
  }
}

function connect(self: PySocket, address: Value): void {
  const target = parseAddress(address, self.family, 'connect');
  const { open } = self;
  const own = self.family === c.AF_UNIX ? '' : self.family === c.AF_INET6 ? '::1:0' : '127.0.0.1:0';
  if (open.kind === 'datagram') {
    open.peer = network.at('datagram', target, open.family);
    if (open.peer === undefined && open.family === 'unix') {
      throw failure(network.fileAt(target) === undefined ? ENOENT : ECONNREFUSED);
    }
    open.peerAddress = target;
    if (open.address === undefined && open.family === 'inet') network.bind(open, withPort(own, self.family));
    return;
  }
  if (open.peer !== undefined) throw failure(EISCONN);
  if (network.connect(open, target, open.address ?? withPort(own, self.family))) return;
  const isFile = network.fileAt(target) !== undefined || exists(target);
  throw failure(self.family === c.AF_UNIX && !isFile ? ENOENT : ECONNREFUSED);
}

function connectEx(self: PySocket, address: Value): Value {
  try {
    connect(self, address);
    return 0;
  } catch (error) {
    const errno = (error as PyBaseException).members?.['errno'];
    if (typeof errno !== 'number') throw error;
    return errno;
  }
}

function accept(self: PySocket): Value {
  const { open } = self;
  const { backlog } = open;
  if (backlog === undefined) throw failure(EINVAL);
  return whenReady(
    self,
    'socket.accept()',
    () => backlog.length > 0 || open.closed,
    () => {
      const accepted = backlog.shift();
      if (accepted === undefined || open.closed) throw failure(EBADF);
      return tupleOf([accepted.fd, addressValue(accepted.peerAddress, self.family)]);
    },
  );
}

function shutdown(self: PySocket, how: Value): void {
  const which = Number(index(how));
  const { open } = self;
  if (which < 0 || which > 2) throw failure(EINVAL);
  if (open.peer === undefined) throw failure(ENOTCONN);
  if (which === 0 || which === 2) open.ended = true;
  if (which === 1 || which === 2) {
    open.muted = true;
    if (open.kind === 'stream') open.peer.ended = true;
  }
}

/** Linux keeps twice what it is told, and no less than these. */
const SMALLEST_SEND_BUFFER = 4608;
const SMALLEST_RECEIVE_BUFFER = 2304;

function setOption(self: PySocket, level: Value, name: Value, value: Value): void {
  const { open } = self;
  const [at, option] = [index(level), index(name)];
  const number = integerOf(value);
  if (number === undefined && value !== null && typeOf(value).bf_getbuffer === undefined) {
    throw typeError(`a bytes-like object is required, not '${typeOf(value).tp_name}'`);
  }
  if (at === c.SOL_SOCKET && number !== undefined) {
    if (option === c.SO_SNDBUF) open.sendBuffer = Math.max(SMALLEST_SEND_BUFFER, 2 * Number(number));
    if (option === c.SO_RCVBUF) open.receiveBuffer = Math.max(SMALLEST_RECEIVE_BUFFER, 2 * Number(number));
  }
  self.options.set(`${at}:${option}`, number ?? new PyBytes(bytesOf(value).slice()));
}

function optionOf(self: PySocket, level: Value, name: Value): Value {
  const { open } = self;
  if (index(level) === c.SOL_SOCKET) {
    switch (index(name)) {
      case c.SO_TYPE:
        return self.kind;
      case c.SO_DOMAIN:
        return self.family;
      case c.SO_PROTOCOL:
        return open.family === 'unix' ? 0 : self.kind === c.SOCK_STREAM ? 6 : 17;
      case c.SO_ACCEPTCONN:
        return open.backlog === undefined ? 0 : 1;
      case c.SO_ERROR:
        return open.takeFault() ?? 0;
      case c.SO_SNDBUF:
        return open.sendBuffer ?? (open.family === 'unix' || open.kind === 'datagram' ? 212992 : 16384);
      case c.SO_RCVBUF:
        return open.receiveBuffer ?? (open.family === 'unix' || open.kind === 'datagram' ? 212992 : 131072);
    }
  }
  return self.options.get(`${index(level)}:${index(name)}`) ?? 0;
}

/** getsockopt(): an int, or with a length for it its bytes. */
function getOption(self: PySocket, level: Value, name: Value, length: Slot): Value {
  const value = optionOf(self, level, name);
  const count = length === undefined ? 0 : Number(index(length));
  if (count === 0) return value instanceof PyBytes ? 0 : value;
  if (value instanceof PyBytes) return new PyBytes(value.bytes.slice(0, count));
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setInt32(0, Number(value), true);
  return new PyBytes(bytes.slice(0, count));
}

defineType(socketType, {
  module: '_socket',
  doc: 'A socket of the network inside the virtual machine: it reaches other sockets of this program over loopback.',
  allocate: (type) => new PySocket(type),
  tp_new: (type: PyType) => type.allocate(type),
  tp_init: initialize,
  tp_repr: (self: PySocket) =>
    `<socket object, fd=${self.fd}, family=${self.family}, type=${self.kind}, proto=${self.proto}>`,
  methods: {
    bind: ['($self, address, /)', bind],
    listen: [
      '($self, backlog=<unrepresentable>, /)',
      (self: PySocket) => {
        const { open } = self;
        if (open.family === 'inet' && open.address === undefined) {
          network.bind(open, withPort(self.family === c.AF_INET6 ? ':::0' : '0.0.0.0:0', self.family));
        }
        open.backlog ??= [];
      },
    ],
    _accept: ['($self, /)', waits(accept)],
    connect: ['($self, address, /)', connect],
    connect_ex: ['($self, address, /)', connectEx],
    send: ['($self, data, flags=0, /)', waits((self: PySocket, data: Value, flags: Slot) => send(self, data, flags))],
    sendall: [
      '($self, data, flags=0, /)',
      waits((self: PySocket, data: Value, flags: Slot) => sendAll(self, data, flags)),
    ],
    sendto: [
      '($self, data, /, *args)',
      waits((self: PySocket, data: Value, rest: Value[]) => sendTo(self, data, rest)),
    ],
    recv: [
      '($self, bufsize, flags=0, /)',
      waits((self: PySocket, size: Value, flags: Slot) =>
        receive(self, 'recv', Number(index(size)), flags, (data) => new PyBytes(data.slice())),
      ),
    ],
    recvfrom: [
      '($self, bufsize, flags=0, /)',
      waits((self: PySocket, size: Value, flags: Slot) =>
        receive(self, 'recvfrom', Number(index(size)), flags, (data, from) =>
          tupleOf([new PyBytes(data.slice()), senderValue(self, from)]),
        ),
      ),
    ],
    recv_into: [
      '($self, buffer, nbytes=0, flags=0)',
      waits((self: PySocket, target: Value, count: Slot, flags: Slot) =>
        receiveInto(self, 'recv_into', target, count, flags, (length) => length),
      ),
    ],
    recvfrom_into: [
      '($self, buffer, nbytes=0, flags=0)',
      waits((self: PySocket, target: Value, count: Slot, flags: Slot) =>
        receiveInto(self, 'recvfrom_into', target, count, flags, (length, from) =>
          tupleOf([length, senderValue(self, from)]),
        ),
      ),
    ],
    shutdown: ['($self, how, /)', shutdown],
    close: ['($self, /)', close],
    detach: [
      '($self, /)',
      (self: PySocket) => {
        const { fd } = self;
        self.virtual = undefined;
        self.fd = -1;
        return fd;
      },
    ],
    fileno: ['($self, /)', (self: PySocket) => self.fd],
    getsockname: ['($self, /)', (self: PySocket) => addressValue(self.open.address, self.family)],
    getpeername: [
      '($self, /)',
      (self: PySocket) => {
        if (self.open.peer === undefined) throw failure(ENOTCONN);
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
    setsockopt: ['($self, level, optname, value, optlen=None, /)', setOption],
    getsockopt: ['($self, level, optname, buflen=0, /)', getOption],
  },
  members: {
    family: [(self: PySocket) => self.family],
    type: [(self: PySocket) => self.kind],
    proto: [(self: PySocket) => self.proto],
  },
  getset: { timeout: [(self: PySocket) => timeoutValue(self.timeout)] },
});

/** sendall() gives nothing; of a socket that doesn't wait, and hasn't room for all, it raises as CPython's second send() does. */
function sendAll(self: PySocket, data: Value, flags: Slot): Value {
  const { open } = self;
  const whole = bytesOf(data).length;
  const fits = self.timeout !== 0 || open.kind === 'datagram' || open.peer === undefined || open.peer.closed;
  if (fits || open.room >= whole) return send(self, data, flags, 'socket.sendall()', null);
  send(self, data, flags);
  throw failure(11);
}

/** Who sent: nobody is named where a stream is connected, or a Unix socket has no name. */
const senderValue = (self: PySocket, from: string): Value =>
  (self.kind === c.SOCK_STREAM && self.virtual?.peer !== undefined) || (self.family === c.AF_UNIX && from === '')
    ? null
    : addressValue(from || undefined, self.family);
