import { vm } from '../interpreter/state.ts';
import { block, waits } from '../interpreter/threads.ts';
import type { ModuleDefinition } from '../objects/define.ts';
import { osErrorType, PyBaseException, typeError, valueError } from '../objects/exception.ts';
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
import { deadlineAfter } from './thread/timeout.ts';

const EBADF = 9;

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

/** The objects of an argument of select(), each with its descriptor. */
function descriptorsOf(objects: Value): (readonly [Value, number])[] {
  if (typeOf(objects).tp_iter === undefined && typeOf(objects).sq_item === undefined) {
    throw typeError('arguments 1-3 must be sequences');
  }
  return toArray(objects).map((object) => [object, descriptorOf(object)] as const);
}

/**
 * select.select(): those of the objects that are ready. All sockets are this process's own, so while every thread waits nothing
 * but time changes: the wait is the host's sleep, which a debugger can see, fake or replay.
 */
const select = waits((readers: Value, writers: Value, others: Value, timeout?: Slot): Value => {
  const seconds = timeout === undefined || timeout === null ? undefined : floatOf(timeout);
  if (timeout !== undefined && timeout !== null && seconds === undefined) {
    throw typeError(`timeout must be a float, int or None, not '${typeOf(timeout).tp_name}'`);
  }
  if (seconds !== undefined && seconds < 0) throw valueError('timeout must be non-negative');
  const read = descriptorsOf(readers);
  const write = descriptorsOf(writers);
  descriptorsOf(others);
  const isOne = (): boolean =>
    read.some(([, fd]) => isReady(fd, 'readable')) || write.some(([, fd]) => isReady(fd, 'writable'));
  return block({
    what: 'select.select()',
    deadline: deadlineAfter(seconds),
    ready() {
      try {
        return isOne();
      } catch (error) {
        // A descriptor closed by another thread: finish() raises what is to be raised.
        if (error instanceof PyBaseException) return true;
        throw error;
      }
    },
    finish() {
      const readable = read.filter(([, fd]) => isReady(fd, 'readable')).map(([object]) => object);
      const writable = write.filter(([, fd]) => isReady(fd, 'writable')).map(([object]) => object);
      return tupleOf([new PyList(readable), new PyList(writable), new PyList([])]);
    },
  });
});

/** CPython 3.14's Modules/selectmodule.c, select() alone: what selectors.DefaultSelector then uses. */
export const selectModule = (): ModuleDefinition => ({
  name: 'select',
  doc: 'This module supports asynchronous I/O on multiple file descriptors.',
  functions: { select: ['(rlist, wlist, xlist, timeout=None, /)', select] },
  attributes: { error: osErrorType, PIPE_BUF: 4096 },
});
