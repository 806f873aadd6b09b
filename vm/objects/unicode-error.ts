import type { UnicodeProblem } from '../codecs/errors.ts';
import { PyBytes } from './bytes.ts';
import { PyBaseException, unicodeDecodeErrorType, unicodeEncodeErrorType } from './exception.ts';
import { tupleOf } from './tuple.ts';

/** The UnicodeDecodeError or UnicodeEncodeError that a codec's problem is. */
export function unicodeError(problem: UnicodeProblem): PyBaseException {
  const { encoding, start, end, reason } = problem;
  const isText = typeof problem.object === 'string';
  const object = typeof problem.object === 'string' ? problem.object : new PyBytes(problem.object.slice());
  const type = isText ? unicodeEncodeErrorType : unicodeDecodeErrorType;
  const exception = new PyBaseException(type, tupleOf([encoding, object, start, end, reason]));
  exception.members = { encoding, object, start, end, reason };
  return exception;
}
