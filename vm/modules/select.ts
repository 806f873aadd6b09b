import { vm } from '../interpreter/state.ts';
import type { ModuleDefinition } from '../objects/define.ts';
import { osErrorType, typeError, valueError } from '../objects/exception.ts';
import { floatOf } from '../objects/float.ts';
import { integerOf } from '../objects/int.ts';
import { PyList } from '../objects/list.ts';
import { type Slot, typeOf, type Value } from '../objects/object.ts';
import { newOSError } from '../objects/os-error.ts';
import { tupleOf } from '../objects/tuple.ts';
import { callMethod, lookupAttribute } from '../operations/attribute.ts';
import { toArray } from '../operations/iterate.ts';
import { errorMessage } from './errno.ts';
import { network } from './socket/network.ts';

const EBADF = 9;
/** How long a wait for ever sleeps at once, in nanoseconds. */
const SLICE = 50_000_000n;

function descriptorOf(object: Value): number {
  const plain =
    integerOf(object) ??
    (lookupAttribute(object, 'fileno') === undefined ? undefined : integerOf(callMethod(object, 'fileno')));
  if (plain === undefined) throw typeError('argument must be an int, or have a fileno() method.');
  if (plain < 0) throw valueError(`file descriptor cannot be a negative integer (${plain})`);
  return Number(plain);
}

/** Whether reading, or writing, wouldn't block. Files always are ready. */
function isReady(fd: number, what: 'readable' | 'writable'): boolean {
  const socket = network.find(fd);
  if (socket !== undefined) return socket[what];
  try {
    vm.host.files.fstat(fd);
    return true;
  } catch {
    throw newOSError(EBADF, errorMessage(EBADF));
  }
}

/**
 * select.select(): those of the objects that are ready. All sockets are this process's own, so while it waits nothing but time
 * changes: the wait is the host's sleep, which a debugger can see, fake or replay.
 */
function select(readers: Value, writers: Value, others: Value, timeout: Slot): Value {
  const seconds = timeout === undefined || timeout === null ? undefined : floatOf(timeout);
  if (timeout !== undefined && timeout !== null && seconds === undefined) {
    throw typeError(`timeout must be a float, int or None, not '${typeOf(timeout).tp_name}'`);
  }
  if (seconds !== undefined && seconds < 0) throw valueError('timeout must be non-negative');
  const read = toArray(readers).map((object) => [object, descriptorOf(object)] as const);
  const write = toArray(writers).map((object) => [object, descriptorOf(object)] as const);
  toArray(others).forEach(descriptorOf);
  const end = seconds === undefined ? undefined : vm.host.monotonic() + BigInt(Math.ceil(seconds * 1e9));
  for (;;) {
    const readable = read.filter(([, fd]) => isReady(fd, 'readable')).map(([object]) => object);
    const writable = write.filter(([, fd]) => isReady(fd, 'writable')).map(([object]) => object);
    const rest = end === undefined ? SLICE : end - vm.host.monotonic();
    if (readable.length > 0 || writable.length > 0 || rest <= 0n) {
      return tupleOf([new PyList(readable), new PyList(writable), new PyList([])]);
    }
    vm.host.sleep(rest);
    vm.onRation?.();
  }
}

/** CPython 3.14's Modules/selectmodule.c, select() alone: what selectors.DefaultSelector then uses. */
export const selectModule = (): ModuleDefinition => ({
  name: 'select',
  doc: 'This module supports asynchronous I/O on multiple file descriptors.',
  functions: { select: ['(rlist, wlist, xlist, timeout=None, /)', select] },
  attributes: { error: osErrorType, PIPE_BUF: 4096 },
});
