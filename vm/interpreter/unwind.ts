import { UnicodeProblem } from '../codecs/errors.ts';
import { HostError } from '../host.ts';
import { InternalError } from '../internal-error.ts';
import * as exceptions from '../objects/exception.ts';
import { PyBaseException as BaseException, type PyBaseException } from '../objects/exception.ts';
import type { PyType } from '../objects/object.ts';
import { osError } from '../objects/os-error.ts';
import { PyTraceback } from '../objects/traceback.ts';
import { unicodeError } from '../objects/unicode-error.ts';
import { Problem, type ProblemKind } from '../text/problem.ts';
import { recursionError } from './depth.ts';
import type { Frame } from './frame.ts';
import { handledException } from './handled.ts';
import { isNativeWait } from './native-wait.ts';
import { Opcode } from './opcode.ts';
import type { Program } from './program.ts';

const problemTypes: Record<ProblemKind, PyType> = {
  AttributeError: exceptions.attributeErrorType,
  IndexError: exceptions.indexErrorType,
  KeyError: exceptions.keyErrorType,
  LookupError: exceptions.lookupErrorType,
  MemoryError: exceptions.memoryErrorType,
  OverflowError: exceptions.overflowErrorType,
  RecursionError: exceptions.recursionErrorType,
  RuntimeError: exceptions.runtimeErrorType,
  SystemError: exceptions.systemErrorType,
  TypeError: exceptions.typeErrorType,
  ValueError: exceptions.valueErrorType,
  ZeroDivisionError: exceptions.zeroDivisionErrorType,
};

/** The Python exception that something thrown stands for. Faults of our own are thrown on. */
export function pythonException(thrown: unknown): PyBaseException {
  if (thrown instanceof BaseException) return thrown;
  if (thrown instanceof Problem) return exceptions.newException(problemTypes[thrown.exception], thrown.message);
  if (thrown instanceof UnicodeProblem) return unicodeError(thrown);
  if (thrown instanceof HostError) return osError(thrown);
  if (thrown instanceof RangeError) {
    if (thrown.message.includes('call stack')) return recursionError('');
    if (
      /Invalid (array|string|typed array) length|BigInt too big|Maximum BigInt size exceeded|Array buffer allocation/.test(
        thrown.message,
      )
    ) {
      return exceptions.newException(exceptions.memoryErrorType);
    }
  }
  throw thrown instanceof Error ? thrown : new InternalError(`${String(thrown)} was thrown`);
}

/** Offset in `program.handlers` of the entry for an instruction, or -1: the last one of those that hold it wins nothing, they don't overlap. */
export function findHandler(program: Program, index: number): number {
  const { handlers } = program;
  for (let at = 0; at < handlers.length; at += 5) {
    if (index >= handlers[at] && index < handlers[at + 1]) return at;
  }
  return -1;
}

/** PyTraceBack_Here. */
export function addTraceback(exception: PyBaseException, frame: Frame): void {
  if (isNativeWait(frame)) return;
  const index = frame.ip - 1;
  const { program } = frame;
  if (frame.extra !== undefined && frame.extra.unseen >= 0) {
    exception.traceback = new PyTraceback(exception.traceback, frame, frame.lasti, frame.line ?? null);
    return;
  }
  let lasti = index < 0 ? -1 : program.offsets[index];
  // What is thrown into a generator is raised where it goes on.
  if (index >= 0 && isYield(program.pristine[index])) lasti += program.suspendedLasti;
  const line = index < 0 ? frame.code.code.co_firstlineno : program.lineOf(index);
  exception.traceback = new PyTraceback(exception.traceback, frame, lasti, line < 0 ? null : line);
}

const isYield = (opcode: Opcode): boolean => opcode === Opcode.YIELD_VALUE || opcode === Opcode.YIELD_DELEGATED;

/** Sets `__context__` of a newly raised exception to the handled one, without making a cycle (_PyErr_SetObject). */
export function chainContext(exception: PyBaseException, handled = handledException()): void {
  if (handled === null || handled === exception) return;
  for (let outer: PyBaseException = handled, slow = handled, step = 0; ; step++) {
    const { context } = outer;
    if (context === null) break;
    if (context === exception) {
      outer.context = null;
      break;
    }
    outer = context;
    if (step & 1) {
      slow = slow.context as PyBaseException;
      if (slow === outer) break;
    }
  }
  exception.context = handled;
}
