import type { HostError } from '../host.ts';
import * as exceptions from './exception.ts';
import type { PyType, Value } from './object.ts';
import { tupleOf } from './tuple.ts';

/** The subclass of OSError by errno of Linux (Objects/exceptions.c, errnomap). */
const typesByErrno = new Map<number, PyType>([
  [11, exceptions.blockingIOErrorType],
  [114, exceptions.blockingIOErrorType],
  [115, exceptions.blockingIOErrorType],
  [32, exceptions.brokenPipeErrorType],
  [108, exceptions.brokenPipeErrorType],
  [10, exceptions.childProcessErrorType],
  [103, exceptions.connectionAbortedErrorType],
  [111, exceptions.connectionRefusedErrorType],
  [104, exceptions.connectionResetErrorType],
  [17, exceptions.fileExistsErrorType],
  [2, exceptions.fileNotFoundErrorType],
  [21, exceptions.isADirectoryErrorType],
  [20, exceptions.notADirectoryErrorType],
  [4, exceptions.interruptedErrorType],
  [13, exceptions.permissionErrorType],
  [1, exceptions.permissionErrorType],
  [3, exceptions.processLookupErrorType],
  [110, exceptions.timeoutErrorType],
]);

/** Which class OSError(errno, …) makes. */
export function osErrorTypeFor(errno: Value): PyType {
  return (typeof errno === 'number' ? typesByErrno.get(errno) : undefined) ?? exceptions.osErrorType;
}

/** The OSError of a host's error. */
export function osError(
  error: HostError,
  filename: Value = error.path ?? null,
  second?: Value,
): exceptions.PyBaseException {
  const exception = newOSError(error.errno, error.message, filename);
  if (second !== undefined && exception.members !== undefined) exception.members['filename2'] = second;
  return exception;
}

/** What a stream that doesn't block raises when it took only the first `written` bytes. */
export function newBlockingIOError(message: string, written: number): exceptions.PyBaseException {
  const exception = new exceptions.PyBaseException(exceptions.blockingIOErrorType, tupleOf([EAGAIN, message, written]));
  exception.members = { errno: EAGAIN, strerror: message, filename: null, characters_written: written };
  return exception;
}

const EAGAIN = 11;

export function newOSError(errno: number, message: string, filename: Value = null): exceptions.PyBaseException {
  const exception = new exceptions.PyBaseException(osErrorTypeFor(errno), tupleOf([errno, message]));
  exception.members = { errno, strerror: message, filename };
  return exception;
}
