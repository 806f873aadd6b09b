import { block } from '../../interpreter/threads.ts';
import {
  newException,
  type PyBaseException,
  timeoutErrorType,
  typeError,
  valueError,
} from '../../objects/exception.ts';
import { newType, type Slot, type Value } from '../../objects/object.ts';
import { newOSError } from '../../objects/os-error.ts';
import { tupleOf } from '../../objects/tuple.ts';
import { index } from '../../operations/arithmetic.ts';
import { errorMessage } from '../errno.ts';
import { bytesOf, withWritable } from '../io/base.ts';
import { deadlineAfter } from '../thread/timeout.ts';
import { parseAddress, withPort } from './address.ts';
import { AF_INET, MSG_DONTWAIT, MSG_PEEK, MSG_WAITALL, SOCK_STREAM } from './constants.ts';
import { network, type VirtualSocket, WaitingSocket } from './network.ts';

export const socketType = newType('_socket.socket');

export class PySocket extends WaitingSocket {
  family = AF_INET;
  kind = SOCK_STREAM;
  proto = 0;
  fd = -1;
  readonly options = new Map<string, Value>();

  /** What it stands for; raises when that was closed, be it by its descriptor alone. */
  get open(): VirtualSocket {
    if (this.virtual === undefined || network.find(this.fd) !== this.virtual) throw failure(EBADF);
    return this.virtual;
  }
}

const EBADF = 9;
const EAGAIN = 11;
const EDESTADDRREQ = 89;
const ENOTCONN = 107;

export const failure = (errno: number): PyBaseException => newOSError(errno, errorMessage(errno));

/** Does `act` as soon as that is possible, if the socket's timeout allows to wait for it. */
export function whenReady(
  self: PySocket,
  what: string,
  isReady: () => boolean,
  act: () => Value,
  waits = self.timeout !== 0,
): Value {
  const { waitedInVain } = self;
  self.waitedInVain = false;
  if (isReady()) return act();
  if (!waits) throw failure(EAGAIN);
  if (waitedInVain) throw newException(timeoutErrorType, 'timed out');
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

const flagsOf = (flags: Slot): number => (flags === undefined ? 0 : Number(index(flags)));

/**
 * Sends to the peer, and gives how many bytes it took, or `answer`. A socket that waits takes all once there is room for some; one that doesn't,
 * what there is room for.
 */
export function send(self: PySocket, data: Value, flags: Slot, what = 'socket.send()', answer?: Value): Value {
  const bytes = bytesOf(data).slice();
  const { open } = self;
  const waits = self.timeout !== 0 && (flagsOf(flags) & MSG_DONTWAIT) === 0;
  const isReady = (): boolean => open.closed || open.writable || open.muted;
  const act = (): Value => {
    if (open.closed) throw failure(EBADF);
    const problem = open.sendingFails();
    if (problem !== undefined) throw failure(open.kind === 'datagram' && problem === ENOTCONN ? EDESTADDRREQ : problem);
    const isStream = open.kind === 'stream';
    const count = waits || !isStream ? bytes.length : Math.min(bytes.length, open.room);
    if (count > 0 || !isStream) open.peer?.deliver(bytes.subarray(0, count), open.address ?? '');
    return answer === undefined ? count : answer;
  };
  return whenReady(self, what, isReady, act, waits);
}

/** sendto(data, address) and sendto(data, flags, address). */
export function sendTo(self: PySocket, data: Value, rest: readonly Value[]): Value {
  if (rest.length !== 1 && rest.length !== 2) {
    throw typeError(`sendto() takes 2 or 3 arguments (${1 + rest.length} given)`);
  }
  const bytes = bytesOf(data).slice();
  const { open } = self;
  const family = open.family;
  if (open.kind === 'stream') return send(self, data, rest.length === 2 ? rest[0] : 0);
  const target = parseAddress(rest[rest.length - 1], self.family, 'sendto');
  if (open.address === undefined && family === 'inet') {
    network.bind(open, withPort(parseAddress(tupleOf(['', 0]), self.family, 'bind'), self.family));
  }
  const receiver = network.at('datagram', target, family);
  if (receiver === undefined && family === 'unix') throw failure(network.fileAt(target) === undefined ? 2 : 111);
  receiver?.deliver(bytes, open.address ?? '');
  return bytes.length;
}

/** Receives up to `count` bytes, or a datagram, and gives what `use` makes of it. */
export function receive(
  self: PySocket,
  what: string,
  count: number,
  flags: Slot,
  use: (data: Uint8Array, from: string) => Value,
): Value {
  if (count < 0) throw valueError(`negative buffersize in ${what}`);
  const { open } = self;
  if (open.kind === 'stream' && open.peer === undefined) throw failure(ENOTCONN);
  const bits = flagsOf(flags);
  const waitsForAll = (bits & MSG_WAITALL) !== 0 && open.kind === 'stream';
  const isReady = (): boolean => (waitsForAll ? open.hasAll(count) : open.readable);
  const act = (): Value => {
    if (open.closed) throw failure(EBADF);
    if (open.received.length === 0) {
      const problem = open.takeFault();
      if (problem !== undefined) throw failure(problem);
    }
    if (waitsForAll && open.received.length > 0) return use(open.takeAll(count), '');
    const taken = open.take(count, (bits & MSG_PEEK) !== 0);
    if (taken === undefined) throw failure(EBADF);
    return use(taken.data, taken.from);
  };
  return whenReady(self, `socket.${what}()`, isReady, act, self.timeout !== 0 && (bits & MSG_DONTWAIT) === 0);
}

/** recv_into() and recvfrom_into(): `answer` makes the result of how many bytes came from whom. */
export function receiveInto(
  self: PySocket,
  what: 'recv_into' | 'recvfrom_into',
  target: Value,
  count: Slot,
  flags: Slot,
  answer: (length: number, from: string) => Value,
): Value {
  const limit = count === undefined ? 0 : Number(index(count));
  if (limit < 0) throw valueError(`negative buffersize in ${what}`);
  const size = withWritable(target, (bytes) => bytes.length);
  if (limit > size) {
    throw valueError(
      what === 'recv_into' ? 'buffer too small for requested bytes' : 'nbytes is greater than the length of the buffer',
    );
  }
  return receive(self, what, limit === 0 ? size : limit, flags, (data, from) =>
    answer(
      withWritable(target, (bytes) => {
        bytes.set(data);
        return data.length;
      }),
      from,
    ),
  );
}
