/** The built-in exceptions that the pure algorithms of `numbers/`, `text/`, `codecs/` and `sre/` report. */
export type ProblemKind =
  | 'AttributeError'
  | 'IndexError'
  | 'KeyError'
  | 'LookupError'
  | 'MemoryError'
  | 'OverflowError'
  | 'RecursionError'
  | 'RuntimeError'
  | 'SystemError'
  | 'TypeError'
  | 'ValueError'
  | 'ZeroDivisionError';

/**
 * A Python exception before there is an object model: the name of its class and CPython's message. Whoever calls a pure
 * algorithm from an operation or a built-in turns it into the Python exception. No Error of JavaScript's, which would collect a stack
 * trace that nobody reads.
 */
export class Problem {
  readonly exception: ProblemKind;
  readonly message: string;
  constructor(exception: ProblemKind, message: string) {
    this.exception = exception;
    this.message = message;
  }
}
