import { writeUnraisable } from '../builtins/unraisable.ts';
import { DEPRECATED_SIGNATURE, deprecated } from '../builtins/warn.ts';
import { FrameState } from '../interpreter/frame.ts';
import { vm } from '../interpreter/state.ts';
import { makeThrown, resume, throwException } from '../interpreter/suspend.ts';
import { pythonException } from '../interpreter/unwind.ts';
import { call } from '../operations/call.ts';
import { repr } from '../operations/text.ts';
import { defineType } from './define.ts';
import {
  generatorExitType,
  isException,
  newException,
  type PyBaseException,
  runtimeError,
  stopAsyncIterationType,
  stopIteration,
  stopIterationType,
} from './exception.ts';
import type { PyGenerator } from './generator.ts';
import { generatorNames } from './generator-type.ts';
import { newGenericAlias } from './generic-alias.ts';
import { asyncGeneratorType, newType, PyObject, type Slot, type Value } from './object.ts';
import { addressOf } from './object-type.ts';
import type { PyTraceback } from './traceback.ts';

const wrappedValueType = newType('async_generator_wrapped_value');
export const asendType = newType('async_generator_asend');
export const athrowType = newType('async_generator_athrow');
export const anextAwaitableType = newType('anext_awaitable');

/** A value that an async generator yields itself, told apart from what it awaits. */
class WrappedValue extends PyObject {
  readonly value: Value;
  constructor(value: Value) {
    super(wrappedValueType);
    this.value = value;
  }
}

/** INTRINSIC_ASYNC_GEN_WRAP. */
export function wrapAsyncValue(value: Value): Value {
  return new WrappedValue(value);
}

const enum AwaitState {
  /** Not awaited yet. */
  INIT = 0,
  ITER = 1,
  CLOSED = 2,
}

/** What agen.__anext__() and asend() give. */
class AsyncSend extends PyObject {
  readonly generator: PyGenerator;
  readonly value: Value;
  state = AwaitState.INIT;
  constructor(generator: PyGenerator, value: Value) {
    super(asendType);
    this.generator = generator;
    this.value = value;
  }

  get method(): string {
    return 'asend';
  }
}

/** What agen.athrow() and aclose() give; `thrown` is undefined for aclose(). */
class AsyncThrow extends PyObject {
  readonly generator: PyGenerator;
  readonly thrown: readonly Value[] | undefined;
  state = AwaitState.INIT;
  constructor(generator: PyGenerator, thrown: readonly Value[] | undefined) {
    super(athrowType);
    this.generator = generator;
    this.thrown = thrown;
  }

  get method(): string {
    return this.thrown === undefined ? 'aclose' : 'athrow';
  }
}

/** An awaitable that a program has got hold of: it is missed when nobody awaits it. */
function handedOut<T extends AsyncSend | AsyncThrow>(awaitable: T): T {
  vm.finalizable.add(awaitable);
  vm.lastReferences.watch(awaitable, vm.frame);
  return awaitable;
}

/** Its first use, which ends the waiting for one. */
function leaveInit(awaitable: AsyncSend | AsyncThrow, state: AwaitState): void {
  awaitable.state = state;
  vm.finalizable.delete(awaitable);
}

/** Warns that it was dropped before it was awaited (_PyErr_WarnUnawaitedAgenMethod). */
function finalizeAwaitable(self: AsyncSend | AsyncThrow): void {
  if (self.state !== AwaitState.INIT) return;
  const { generator } = self;
  const message = `coroutine method '${self.method}' of ${repr(generator.qualname)} was never awaited`;
  try {
    vm.warn?.('RuntimeWarning', message, generator);
  } catch (error) {
    writeUnraisable(pythonException(error), `Exception ignored while finalizing async generator ${repr(generator)}`);
  }
}

/** What GET_ANEXT takes from an async generator: awaited at once. */
export function nextAwaitable(generator: PyGenerator): Value {
  initHooks(generator);
  return new AsyncSend(generator, null);
}

/** Calls the hooks of sys.set_asyncgen_hooks at the first use (async_gen_init_hooks). */
function initHooks(generator: PyGenerator): void {
  if (generator.hooksInitialized) return;
  generator.hooksInitialized = true;
  generator.finalizer = vm.thread.asyncGenFinalizer;
  if (vm.thread.asyncGenFirstIter !== null) call(vm.thread.asyncGenFirstIter, generator);
}

/**
 * What a resumption of an async generator means to its awaiter (async_gen_unwrap_value): undefined is the end; a wrapped value is the
 * result, given as undefined with `vm.stopValue` set; all else is being awaited and goes outwards.
 */
function unwrap(generator: PyGenerator, step: () => Slot): Slot {
  let result: Slot;
  try {
    result = step();
  } catch (error) {
    if (isException(error, stopAsyncIterationType)) generator.closed = true;
    else if (isException(error, generatorExitType)) generator.closed = true;
    generator.runningAsync = false;
    throw error;
  }
  if (result === undefined) {
    generator.runningAsync = false;
    generator.closed = true;
    throw newException(stopAsyncIterationType);
  }
  if (result instanceof WrappedValue) {
    generator.runningAsync = false;
    vm.stopValue = result.value;
    return undefined;
  }
  return result;
}

function advanceSend(self: AsyncSend, sent: Value): Slot {
  const { generator } = self;
  if (self.state === AwaitState.CLOSED) throw runtimeError('cannot reuse already awaited __anext__()/asend()');
  let value = sent;
  if (self.state === AwaitState.INIT) {
    if (generator.runningAsync) {
      leaveInit(self, AwaitState.CLOSED);
      throw runtimeError('anext(): asynchronous generator is already running');
    }
    if (value === null) value = self.value;
    leaveInit(self, AwaitState.ITER);
  }
  generator.runningAsync = true;
  try {
    const result = unwrap(generator, () => resume(generator, value));
    if (result === undefined) self.state = AwaitState.CLOSED;
    return result;
  } catch (error) {
    self.state = AwaitState.CLOSED;
    throw error;
  }
}

function throwSend(self: AsyncSend, exception: PyBaseException): Slot {
  const { generator } = self;
  if (self.state === AwaitState.CLOSED) throw runtimeError('cannot reuse already awaited __anext__()/asend()');
  if (self.state === AwaitState.INIT) {
    if (generator.runningAsync) {
      leaveInit(self, AwaitState.CLOSED);
      throw runtimeError('anext(): asynchronous generator is already running');
    }
    leaveInit(self, AwaitState.ITER);
    generator.runningAsync = true;
  }
  try {
    const result = unwrap(generator, () => throwException(generator, exception, false));
    if (result === undefined) self.state = AwaitState.CLOSED;
    return result;
  } catch (error) {
    self.state = AwaitState.CLOSED;
    throw error;
  }
}

function advanceThrow(self: AsyncThrow, sent: Value): Slot {
  const { generator } = self;
  const closing = self.thrown === undefined;
  if (self.state === AwaitState.CLOSED) throw runtimeError('cannot reuse already awaited aclose()/athrow()');
  if (generator.frame === undefined) {
    leaveInit(self, AwaitState.CLOSED);
    vm.stopValue = null;
    return undefined;
  }
  if (self.state === AwaitState.INIT) {
    if (generator.runningAsync) {
      leaveInit(self, AwaitState.CLOSED);
      throw runtimeError(
        closing
          ? 'aclose(): asynchronous generator is already running'
          : 'athrow(): asynchronous generator is already running',
      );
    }
    if (generator.closed) {
      leaveInit(self, AwaitState.CLOSED);
      throw newException(stopAsyncIterationType);
    }
    if (sent !== null) throw runtimeError("can't send non-None value to a just-started coroutine");
    leaveInit(self, AwaitState.ITER);
    generator.runningAsync = true;
    if (closing) {
      generator.closed = true;
      return settleClose(self, () => {
        if (generator.frame?.state === FrameState.CREATED) {
          generator.finish();
          return undefined;
        }
        return throwException(generator, newException(generatorExitType), false);
      });
    }
    const [type, value = null, traceback = null] = self.thrown as Value[];
    const exception = makeThrown(type, value, traceback as PyTraceback | null);
    return settleThrow(self, () => throwException(generator, exception, false));
  }
  return closing ? settleClose(self, () => resume(generator, sent)) : settleThrow(self, () => resume(generator, sent));
}

function settleThrow(self: AsyncThrow, step: () => Slot): Slot {
  try {
    const result = unwrap(self.generator, step);
    if (result === undefined) self.state = AwaitState.CLOSED;
    return result;
  } catch (error) {
    self.state = AwaitState.CLOSED;
    throw error;
  }
}

function settleClose(self: AsyncThrow, step: () => Slot): Slot {
  const { generator } = self;
  let result: Slot;
  try {
    result = step();
  } catch (error) {
    generator.runningAsync = false;
    self.state = AwaitState.CLOSED;
    if (isException(error, stopAsyncIterationType) || isException(error, generatorExitType)) {
      vm.stopValue = null;
      return undefined;
    }
    throw error;
  }
  if (result === undefined) {
    generator.runningAsync = false;
    self.state = AwaitState.CLOSED;
    vm.stopValue = null;
    return undefined;
  }
  if (result instanceof WrappedValue) {
    generator.runningAsync = false;
    self.state = AwaitState.CLOSED;
    throw runtimeError('async generator ignored GeneratorExit');
  }
  return result;
}

function throwThrow(self: AsyncThrow, exception: PyBaseException): Slot {
  const { generator } = self;
  if (self.state === AwaitState.CLOSED) throw runtimeError('cannot reuse already awaited aclose()/athrow()');
  if (self.state === AwaitState.INIT) {
    if (generator.runningAsync) {
      leaveInit(self, AwaitState.CLOSED);
      throw runtimeError(
        self.thrown === undefined
          ? 'aclose(): asynchronous generator is already running'
          : 'athrow(): asynchronous generator is already running',
      );
    }
    leaveInit(self, AwaitState.ITER);
    generator.runningAsync = true;
  }
  const step = (): Slot => throwException(generator, exception, false);
  return self.thrown === undefined ? settleClose(self, step) : settleThrow(self, step);
}

function orStop(result: Slot): Value {
  if (result !== undefined) return result;
  const value = vm.stopValue;
  vm.stopValue = null;
  throw stopIteration(value);
}

function awaitableDefinition<T extends AsyncSend | AsyncThrow>(
  advance: (self: T, value: Value) => Slot,
  raise: (self: T, exception: PyBaseException) => Slot,
) {
  return {
    subclassable: false,
    tp_del: finalizeAwaitable,
    tp_iter: (self: Value) => self,
    am_await: (self: Value) => self,
    tp_iternext: (self: T) => advance(self, null),
    methods: {
      send: ['($self, value, /)', (self: T, value: Value) => orStop(advance(self, value))] as const,
      throw: [
        '($self, type, value=<unrepresentable>, traceback=<unrepresentable>, /)',
        (self: T, type: Value, value?: Value, traceback: Value = null) => {
          if (value !== undefined) deprecated(`the (type, exc, tb) signature of throw() ${DEPRECATED_SIGNATURE}`);
          return orStop(raise(self, makeThrown(type, value ?? null, traceback as PyTraceback | null)));
        },
      ] as const,
      close: [
        '($self, /)',
        (self: T) => {
          if (self.state === AwaitState.CLOSED) return null;
          try {
            if (raise(self, newException(generatorExitType)) === undefined) return null;
          } catch (error) {
            if (
              isException(error, generatorExitType) ||
              isException(error, stopIterationType) ||
              isException(error, stopAsyncIterationType)
            ) {
              return null;
            }
            throw error;
          }
          throw runtimeError('coroutine ignored GeneratorExit');
        },
      ] as const,
    },
  };
}

defineType(wrappedValueType, { subclassable: false });
defineType(asendType, awaitableDefinition(advanceSend, throwSend));
defineType(athrowType, awaitableDefinition(advanceThrow, throwThrow));

defineType(asyncGeneratorType, {
  subclassable: false,
  hasWeakrefs: true,
  tp_repr: (self: PyGenerator) => `<async_generator object ${String(self.qualname)} at ${addressOf(self)}>`,
  am_aiter: (self: Value) => self,
  am_anext: (self: PyGenerator) => {
    initHooks(self);
    return handedOut(new AsyncSend(self, null));
  },
  methods: {
    asend: [
      '($self, value, /)',
      (self: PyGenerator, value: Value) => {
        initHooks(self);
        return handedOut(new AsyncSend(self, value));
      },
    ],
    athrow: [
      '($self, type, value=<unrepresentable>, traceback=<unrepresentable>, /)',
      (self: PyGenerator, ...args: Value[]) => {
        const given = args.filter((arg) => arg !== undefined);
        if (given.length > 1) deprecated(`the (type, exc, tb) signature of athrow() ${DEPRECATED_SIGNATURE}`);
        initHooks(self);
        return handedOut(new AsyncThrow(self, given));
      },
    ],
    aclose: [
      '($self, /)',
      (self: PyGenerator) => {
        initHooks(self);
        return handedOut(new AsyncThrow(self, undefined));
      },
    ],
  },
  classMethods: { __class_getitem__: ['($cls, object, /)', newGenericAlias] },
  getset: {
    ...generatorNames('async generator'),
    ag_await: [(self: PyGenerator) => self.delegate],
    ag_running: [(self: PyGenerator) => self.runningAsync],
    ag_suspended: [(self: PyGenerator) => self.suspended],
    ag_frame: [(self: PyGenerator) => self.frame ?? null],
    ag_code: [(self: PyGenerator) => self.code],
  },
});
