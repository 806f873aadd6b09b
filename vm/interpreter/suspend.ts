import { CodeFlag } from '../../compiler/bytecode/code-object.ts';
import { writeUnraisable } from '../builtins/unraisable.ts';
import {
  PyBaseException as BaseException,
  baseExceptionType,
  generatorExitType,
  isException,
  newException,
  type PyBaseException,
  runtimeError,
  runtimeErrorType,
  stopIteration,
  stopIterationType,
  typeError,
  valueError,
} from '../objects/exception.ts';
import { PyGenerator } from '../objects/generator.ts';
import {
  asyncGeneratorType,
  coroutineType,
  generatorType,
  PyType,
  type Slot,
  typeOf,
  type Value,
} from '../objects/object.ts';
import { PyTraceback } from '../objects/traceback.ts';
import { PyTuple } from '../objects/tuple.ts';
import { callMethod, lookupAttribute } from '../operations/attribute.ts';
import { call } from '../operations/call.ts';
import { iterateNext } from '../operations/iterate.ts';
import { repr } from '../operations/text.ts';
import { type Frame, FrameState } from './frame.ts';
import { run } from './run.ts';
import { vm } from './state.ts';
import { chainContext, pythonException } from './unwind.ts';

const kinds = new Map<PyType, string>([
  [generatorType, 'generator'],
  [coroutineType, 'coroutine'],
  [asyncGeneratorType, 'async generator'],
]);

export function kindOf(generator: PyGenerator): string {
  return kinds.get(generator.type)!;
}

/**
 * Resumes a generator with a value (gen_send_ex2): gives what it yields; undefined when it returned, with its value in
 * `vm.stopValue`. With `thrown`, raises that inside instead.
 */
export function resume(generator: PyGenerator, value: Value, thrown?: PyBaseException): Slot {
  const { frame } = generator;
  if (frame?.state === FrameState.EXECUTING) throw valueError(`${kindOf(generator)} already executing`);
  if (frame === undefined) {
    if (generator.type === coroutineType) throw runtimeError('cannot reuse already awaited coroutine');
    if (thrown !== undefined) throw thrown;
    vm.stopValue = null;
    return undefined;
  }
  if (frame.state === FrameState.CREATED && value !== null && thrown === undefined) {
    throw typeError(`can't send non-None value to a just-started ${kindOf(generator)}`);
  }
  if (frame.ip !== 0) frame.stack[frame.sp++] = value;
  frame.back = vm.frame;
  if (thrown !== undefined && generator.handled !== null) chainContext(thrown, generator.handled);
  const result = run(frame, thrown);
  if (generator.frame !== undefined) return result;
  vm.stopValue = result;
  return undefined;
}

/** What SEND does for all but generators that the run loop resumes itself. */
export function sendSlow(receiver: Value, value: Value): Slot {
  vm.stopValue = null;
  if (receiver instanceof PyGenerator && receiver.type !== asyncGeneratorType) return resume(receiver, value);
  if (value === null && typeOf(receiver).tp_iternext !== undefined) return iterateNext(receiver);
  try {
    return callMethod(receiver, 'send', value);
  } catch (error) {
    if (!isException(error, stopIterationType)) throw error;
    vm.stopValue = error.members?.['value'] ?? null;
    vm.stopRaised = error;
    return undefined;
  }
}

/** g.send(value), g.__next__(): raises StopIteration at the end. */
export function send(generator: PyGenerator, value: Value): Value {
  const result = resume(generator, value);
  if (result !== undefined) return result;
  throw stopIteration(takeStop());
}

function takeStop(): Value {
  const value = vm.stopValue;
  vm.stopValue = null;
  return value;
}

/** g.throw(type_or_exception, value, traceback) (_gen_throw). */
export function throwInto(generator: PyGenerator, type: Value, value: Value, traceback: Value): Value {
  if (traceback !== null && !(traceback instanceof PyTraceback)) {
    throw typeError('throw() third argument must be a traceback object');
  }
  let exception: PyBaseException;
  try {
    exception = makeThrown(type, value, traceback);
  } catch (error) {
    // What fails while the exception is made is what the generator gets (PyErr_NormalizeException).
    if (!(type instanceof PyType) || !type.isSubtype(baseExceptionType)) throw error;
    exception = pythonException(error);
  }
  const result = throwException(generator, exception, true);
  if (result !== undefined) return result;
  throw stopIteration(takeStop());
}

/** Raises inside a generator, at its innermost delegate first; as resume() does. */
export function throwException(generator: PyGenerator, exception: PyBaseException, closeOnExit: boolean): Slot {
  const delegate = generator.delegate;
  const { frame } = generator;
  if (frame?.state === FrameState.SUSPENDED_YIELD_FROM && delegate !== null) {
    if (isException(exception, generatorExitType) && closeOnExit) {
      frame.state = FrameState.EXECUTING;
      try {
        closeDelegate(delegate);
      } catch (error) {
        frame.state = FrameState.SUSPENDED_YIELD_FROM;
        if (!(error instanceof BaseException)) throw error;
        return resume(generator, null, error);
      }
      frame.state = FrameState.SUSPENDED_YIELD_FROM;
      return resume(generator, null, exception);
    }
    let result: Slot;
    frame.state = FrameState.EXECUTING;
    const outer = vm.frame;
    frame.back = outer;
    vm.frame = frame;
    generator.passedBy = true;
    try {
      if (delegate instanceof PyGenerator && delegate.type !== asyncGeneratorType) {
        result = throwException(delegate, exception, closeOnExit);
      } else {
        const method = lookupAttribute(delegate, 'throw');
        if (method === undefined) {
          generator.passedBy = false;
          frame.state = FrameState.SUSPENDED_YIELD_FROM;
          vm.frame = outer;
          frame.back = undefined;
          return resume(generator, null, exception);
        }
        result = callStop(() => call(method, exception));
      }
    } catch (error) {
      generator.passedBy = false;
      vm.frame = outer;
      frame.back = undefined;
      frame.state = FrameState.SUSPENDED_YIELD_FROM;
      if (!(error instanceof BaseException)) throw error;
      return resume(generator, null, error);
    }
    generator.passedBy = false;
    vm.frame = outer;
    frame.back = undefined;
    frame.state = FrameState.SUSPENDED_YIELD_FROM;
    if (result !== undefined) return result;
    if (frame.program.blockStack) {
      // Goes on behind YIELD_FROM with the delegate's value in its place.
      frame.sp--;
      frame.ip += YIELD_FROM_PARTS;
      frame.state = FrameState.SUSPENDED;
      return resume(generator, takeStop());
    }
    // The delegate returned: go on behind the SEND, its value on the stack (as an ordinary end of delegation).
    return resume(generator, null, stopIteration(takeStop()));
  }
  return resume(generator, null, exception);
}

function callStop(action: () => Value): Slot {
  try {
    return action();
  } catch (error) {
    if (!isException(error, stopIterationType)) throw error;
    vm.stopValue = error.members?.['value'] ?? null;
    return undefined;
  }
}

/** gen_close_iter: an error in looking up close() is told, and no reason not to go on. */
function closeDelegate(delegate: Value): void {
  if (delegate instanceof PyGenerator && delegate.type !== asyncGeneratorType) {
    close(delegate);
    return;
  }
  let method: Value | undefined;
  try {
    method = lookupAttribute(delegate, 'close');
  } catch (error) {
    writeUnraisable(pythonException(error), `Exception ignored while closing generator ${repr(delegate)}`);
  }
  if (method !== undefined) call(method);
}

/** The exception that throw()'s arguments ask for. */
export function makeThrown(type: Value, value: Value, traceback: PyTraceback | null): PyBaseException {
  let made: Value;
  if (type instanceof PyType && type.isSubtype(baseExceptionType)) {
    if (value instanceof BaseException && value.type.isSubtype(type)) made = value;
    else if (value === null) made = call(type);
    else if (value instanceof PyTuple) made = call(type, ...value.items);
    else made = call(type, value);
    if (!(made instanceof BaseException)) {
      throw typeError(
        `calling ${repr(type)} should have returned an instance of BaseException, not ${typeOf(made).tp_name}`,
      );
    }
  } else if (type instanceof BaseException) {
    if (value !== null) throw typeError('instance exception may not have a separate value');
    made = type;
  } else {
    throw typeError(`exceptions must be classes or instances deriving from BaseException, not ${typeOf(type).tp_name}`);
  }
  const exception = made as PyBaseException;
  if (traceback !== null) exception.traceback = traceback;
  return exception;
}

/** g.close() (gen_close): gives what the generator returned instead, if it did. */
export function close(generator: PyGenerator): Value {
  const { frame } = generator;
  if (frame === undefined) return null;
  if (frame.state === FrameState.EXECUTING) throw valueError(`${kindOf(generator)} already executing`);
  if (frame.state === FrameState.CREATED) {
    generator.finish();
    return null;
  }
  if (isUnguarded(frame)) {
    generator.finish();
    return null;
  }
  let result: Slot;
  try {
    result = throwException(generator, newException(generatorExitType), true);
  } catch (error) {
    if (isException(error, generatorExitType)) return null;
    if (isException(error, stopIterationType)) return error.members?.['value'] ?? null;
    throw error;
  }
  if (result === undefined) return takeStop();
  throw newException(runtimeErrorType, `${kindOf(generator)} ignored GeneratorExit`);
}

/** Set in the operand of the RESUME that follows a yield outside of all handlers but that of the whole body (RESUME_OPARG_DEPTH1_MASK). */
const RESUME_DEPTH1 = 4;

/** Whether GeneratorExit would find nobody where the frame stands: then nothing is thrown, and nothing told of. */
function isUnguarded({ program, lasti }: Frame): boolean {
  return !program.blockStack && (program.code.code.co_code[lasti + 1] & RESUME_DEPTH1) !== 0;
}

/** GET_AWAITABLE (_PyCoro_GetAwaitableIter, _PyEval_GetAwaitable). `where` is its operand. */
export function awaitable(value: Value, where: number): Value {
  if (value instanceof PyGenerator && value.type === coroutineType) {
    if (value.delegate !== null) throw runtimeError('coroutine is being awaited already');
    return value;
  }
  if (isIterableCoroutine(value)) return value;
  const type = typeOf(value);
  if (type.am_await === undefined) {
    if (where === 1) {
      throw typeError(
        `'async with' received an object from __aenter__ that does not implement __await__: ${type.tp_name}`,
      );
    }
    if (where === 2) {
      throw typeError(
        `'async with' received an object from __aexit__ that does not implement __await__: ${type.tp_name}`,
      );
    }
    throw typeError(`'${type.tp_name}' object can't be awaited`);
  }
  return awaitIterator(value, type);
}

export function isIterableCoroutine(value: Value): value is PyGenerator {
  return (
    value instanceof PyGenerator &&
    value.type === generatorType &&
    (value.code.code.co_flags & CodeFlag.CO_ITERABLE_COROUTINE) !== 0
  );
}

/** The iterator that __await__ gives, checked. */
export function awaitIterator(value: Value, type: PyType): Value {
  if (value instanceof PyGenerator && (value.type === coroutineType || isIterableCoroutine(value))) return value;
  if (type.am_await === undefined) throw typeError(`'${type.tp_name}' object can't be awaited`);
  const iterator = type.am_await(value);
  if (iterator instanceof PyGenerator && (iterator.type === coroutineType || isIterableCoroutine(iterator))) {
    throw typeError('__await__() returned a coroutine');
  }
  if (typeOf(iterator).tp_iternext === undefined) {
    throw typeError(`__await__() returned non-iterator of type '${typeOf(iterator).tp_name}'`);
  }
  return iterator;
}

/** Of how many instructions a YIELD_FROM consists (decode-38.ts). */
const YIELD_FROM_PARTS = 3;

const CANNOT_CATCH = 'catching classes that do not inherit from BaseException is not allowed';

/** CHECK_EXC_MATCH: whether `except pattern` takes the exception. */
export function checkExceptionMatch(exception: Value, pattern: Value): boolean {
  if (pattern instanceof PyType) {
    if (!pattern.isSubtype(baseExceptionType)) throw typeError(CANNOT_CATCH);
    return typeOf(exception).isSubtype(pattern);
  }
  if (pattern instanceof PyTuple) {
    for (const item of pattern.items) {
      if (!(item instanceof PyType) || !item.isSubtype(baseExceptionType)) throw typeError(CANNOT_CATCH);
    }
    return pattern.items.some((item) => typeOf(exception).isSubtype(item as PyType));
  }
  throw typeError(CANNOT_CATCH);
}
