import { writeUnraisable } from '../../builtins/unraisable.ts';
import { vm } from '../../interpreter/state.ts';
import { chainContext, pythonException } from '../../interpreter/unwind.ts';
import { bind } from '../../objects/bind.ts';
import { type Declaration, defineType } from '../../objects/define.ts';
import { PyDict } from '../../objects/dict.ts';
import {
  attributeErrorType,
  baseExceptionType,
  isException,
  newException,
  PyBaseException,
  runtimeError,
  runtimeErrorType,
  stopIterationType,
  typeError,
  valueError,
} from '../../objects/exception.ts';
import { newGenericAlias } from '../../objects/generic-alias.ts';
import { PyList } from '../../objects/list.ts';
import { frozensetType, type KwNames, newType, PyObject, PyType, type Slot, type Value } from '../../objects/object.ts';
import { PySet } from '../../objects/set.ts';
import type { PyTraceback } from '../../objects/traceback.ts';
import { tupleOf } from '../../objects/tuple.ts';
import { getAttribute } from '../../operations/attribute.ts';
import { call } from '../../operations/call.ts';
import { equals } from '../../operations/compare.ts';
import { repr } from '../../operations/text.ts';
import { isTrue } from '../../operations/truth.ts';
import { copyContext } from '../contextvars.ts';
import { FutureIterator } from './future-iterator.ts';
import { invalidState, library } from './library.ts';
import { callSoon, currentLoop, isDebugging } from './loop.ts';

export const futureType = newType('_asyncio.Future');

export const enum FutureState {
  PENDING = 0,
  CANCELLED = 1,
  FINISHED = 2,
}

const stateNames = ['PENDING', 'CANCELLED', 'FINISHED'];

/** A callback and the context that it is to run in. */
export type Callback = readonly [callback: Value, context: Value];

/** CPython's FutureObj. */
export class PyFuture extends PyObject {
  /** Undefined until `__init__` has run. */
  loop: Slot = undefined;
  /** In the order in which they were added. */
  callbacks: Callback[] | undefined = undefined;
  result: Slot = undefined;
  exception: PyBaseException | undefined = undefined;
  /** The traceback that the exception came with, put back the first time that it is raised. */
  exceptionTraceback: PyTraceback | null = null;
  /** Where it was made, in debug mode. */
  sourceTraceback: Slot = undefined;
  cancelMessage: Slot = undefined;
  cancelledError: PyBaseException | undefined = undefined;
  state: FutureState = FutureState.PENDING;
  /** Its exception has not been asked for. */
  logTraceback = false;
  /** It has been yielded by `await`, and nobody has taken it yet. */
  blocking = false;
  /** The future or task that waits for it, or a set of several. */
  awaitedBy: PyFuture | PySet | undefined = undefined;
  override dict: PyDict | undefined = undefined;

  get initialized(): boolean {
    return this.loop !== undefined;
  }

  get done(): boolean {
    return this.loop !== undefined && this.state !== FutureState.PENDING;
  }

  /** Whether dropping it must be told of. */
  get isToldOf(): boolean {
    return this.logTraceback;
  }

  /** Called when it stops pending. */
  finished(): void {}
}

/** Lets the collector know it as long as dropping it must be told of (docs/vm.md, Finalisation). */
export function updateFinalizer(future: PyFuture): void {
  if (future.isToldOf) {
    vm.finalizable.add(future);
    // That of a pending task is left to the collector: a program has many, and hardly ever loses one.
    if (future.logTraceback) vm.lastReferences.watch(future, vm.frame);
  } else if (!future.type.heap) {
    // A subclass may have a __del__ of its own, which is always to be called.
    vm.finalizable.delete(future);
  }
}

/** future_init: makes it pending, whatever it was. */
export function initFuture(future: PyFuture, loop: Value): void {
  future.loop = undefined;
  future.callbacks = undefined;
  future.result = undefined;
  future.exception = undefined;
  future.exceptionTraceback = null;
  future.sourceTraceback = undefined;
  future.cancelMessage = undefined;
  future.cancelledError = undefined;
  future.state = FutureState.PENDING;
  future.logTraceback = false;
  future.blocking = false;
  future.awaitedBy = undefined;
  future.loop = loop === null ? currentLoop() : loop;
  if (isDebugging(future.loop) && !vm.finalizing) {
    future.sourceTraceback = call(library('extractStack'));
  }
}

function ensureInitialized(future: PyFuture): void {
  if (future.loop === undefined) throw runtimeError('Future object is not initialized.');
}

/** Hands all callbacks to the loop (future_schedule_callbacks). */
function scheduleCallbacks(future: PyFuture): void {
  future.finished();
  const { callbacks } = future;
  if (callbacks === undefined) return;
  future.callbacks = undefined;
  for (const [callback, context] of callbacks) callSoon(future.loop as Value, callback, future, context);
}

/** future_set_result. */
export function setResult(future: PyFuture, result: Value): void {
  ensureInitialized(future);
  if (future.state !== FutureState.PENDING) throw invalidState('invalid state');
  future.result = result;
  future.state = FutureState.FINISHED;
  scheduleCallbacks(future);
}

/** future_set_exception. */
export function setException(future: PyFuture, given: Value): void {
  if (future.state !== FutureState.PENDING) throw invalidState('invalid state');
  let exception = given;
  if (isExceptionClass(given)) {
    exception = call(given);
    if (future.state !== FutureState.PENDING) throw invalidState('invalid state');
  }
  if (!(exception instanceof PyBaseException)) throw typeError('invalid exception object');
  if (isException(exception, stopIterationType)) {
    const replacement = newException(
      runtimeErrorType,
      'StopIteration interacts badly with generators and cannot be raised into a Future',
    );
    replacement.cause = exception;
    replacement.suppressContext = true;
    replacement.context = exception;
    exception = replacement;
  }
  const raised = exception as PyBaseException;
  future.exception = raised;
  future.exceptionTraceback = raised.traceback;
  future.state = FutureState.FINISHED;
  scheduleCallbacks(future);
  future.logTraceback = true;
  updateFinalizer(future);
}

function isExceptionClass(value: Value): boolean {
  return value instanceof PyType && value.isSubtype(baseExceptionType);
}

/** future_cancel: whether it was pending. */
export function cancelFuture(future: PyFuture, message: Slot): boolean {
  quiet(future);
  if (future.state !== FutureState.PENDING) return false;
  future.state = FutureState.CANCELLED;
  future.cancelMessage = message;
  scheduleCallbacks(future);
  return true;
}

/** Its exception has been seen to. */
export function quiet(future: PyFuture): void {
  if (!future.logTraceback) return;
  future.logTraceback = false;
  updateFinalizer(future);
}

/** The CancelledError to raise; the one that ended a task is given once (create_cancelled_error). */
export function makeCancelledError(future: PyFuture): PyBaseException {
  const known = future.cancelledError;
  if (known !== undefined) {
    future.cancelledError = undefined;
    return known;
  }
  const { cancelMessage } = future;
  const CancelledError = library('CancelledError');
  const made =
    cancelMessage === undefined || cancelMessage === null ? call(CancelledError) : call(CancelledError, cancelMessage);
  return made as PyBaseException;
}

/** As PyErr_SetObject: what is being handled is its context. */
function raised(exception: PyBaseException): PyBaseException {
  chainContext(exception);
  return exception;
}

/**
 * The exception to be raised for it, with its traceback as it was set, or undefined when it has a result (future_get_result).
 * Raises CancelledError, or InvalidStateError when it is pending.
 */
export function takeException(future: PyFuture): PyBaseException | undefined {
  if (future.state === FutureState.CANCELLED) throw raised(makeCancelledError(future));
  if (future.state !== FutureState.FINISHED) throw invalidState('Result is not set.');
  quiet(future);
  const { exception } = future;
  if (exception === undefined) return undefined;
  exception.traceback = future.exceptionTraceback;
  future.exceptionTraceback = null;
  return exception;
}

/** Future.result(). */
export function resultOf(future: PyFuture): Value {
  if (future.loop === undefined) throw invalidState('Future object is not initialized.');
  const exception = takeException(future);
  if (exception !== undefined) throw raised(exception);
  return future.result as Value;
}

function exceptionOf(self: PyFuture): Value {
  if (self.loop === undefined) throw invalidState('Future object is not initialized.');
  if (self.state === FutureState.CANCELLED) throw raised(makeCancelledError(self));
  if (self.state !== FutureState.FINISHED) throw invalidState('Exception is not set.');
  if (self.exception === undefined) return null;
  quiet(self);
  return self.exception;
}

/** future_add_done_callback. */
export function addDoneCallback(future: PyFuture, callback: Value, context: Value): void {
  if (future.loop === undefined) throw runtimeError('uninitialized Future object');
  if (future.state !== FutureState.PENDING) callSoon(future.loop, callback, future, context);
  else if (future.callbacks === undefined) future.callbacks = [[callback, context]];
  else future.callbacks.push([callback, context]);
}

function removeDoneCallback(self: PyFuture, callback: Value): Value {
  ensureInitialized(self);
  const before = self.callbacks?.length ?? 0;
  const kept: Callback[] = [];
  // The comparison is Python code, which may change the list under our feet.
  for (let i = 0; i < (self.callbacks?.length ?? 0); i++) {
    const each = (self.callbacks as Callback[])[i];
    if (!equals(each[0], callback)) kept.push(each);
  }
  self.callbacks = self.callbacks === undefined || kept.length === 0 ? undefined : kept;
  return before - (self.callbacks === undefined ? 0 : kept.length);
}

/** future_awaited_by_add. */
export function addAwaiter(future: PyFuture, awaiter: PyFuture): void {
  const { awaitedBy } = future;
  if (awaitedBy === undefined) future.awaitedBy = awaiter;
  else if (awaitedBy instanceof PySet) awaitedBy.add(awaiter);
  else {
    const several = new PySet();
    several.add(awaiter);
    several.add(awaitedBy);
    future.awaitedBy = several;
  }
}

/** future_awaited_by_discard. */
export function discardAwaiter(future: PyFuture, awaiter: PyFuture): void {
  const { awaitedBy } = future;
  if (awaitedBy === awaiter) future.awaitedBy = undefined;
  else if (awaitedBy instanceof PySet) awaitedBy.delete(awaiter);
}

/** The futures and tasks that wait for it. */
export function awaitersOf(future: PyFuture): readonly Value[] {
  const { awaitedBy } = future;
  if (awaitedBy === undefined) return [];
  return awaitedBy instanceof PySet ? awaitedBy.items() : [awaitedBy];
}

function awaitedBySet(self: PyFuture): Value {
  if (self.awaitedBy === undefined) return null;
  const set = new PySet(frozensetType);
  for (const awaiter of awaitersOf(self)) set.add(awaiter);
  return set;
}

/** FutureObj_finalize: tells the loop of an exception that nobody has asked for. */
export function finalizeFuture(self: PyFuture): void {
  if (!self.logTraceback) return;
  self.logTraceback = false;
  tellOfDropped(self, [
    ['message', `${self.type.heap ? self.type.tp_name : self.type.qualname} exception was never retrieved`],
    ['exception', self.exception as PyBaseException],
    ['future', self],
  ]);
}

/** Calls the loop's exception handler with these and with where the future was made. */
export function tellOfDropped(future: PyFuture, entries: readonly (readonly [string, Value])[]): void {
  const context = new PyDict();
  for (const [key, value] of entries) context.setString(key, value);
  if (future.sourceTraceback !== undefined) context.setString('source_traceback', future.sourceTraceback);
  const handler = getAttribute(future.loop as Value, 'call_exception_handler');
  try {
    call(handler, context);
  } catch (error) {
    writeUnraisable(pythonException(error), `Exception ignored while calling asyncio function ${repr(handler)}`);
  }
}

export const cannotDelete = () => newException(attributeErrorType, 'cannot delete attribute');

/** The attributes that need an initialised future say so. */
const checked =
  (get: (self: PyFuture) => Slot) =>
  (self: PyFuture): Value => {
    ensureInitialized(self);
    return get(self) ?? null;
  };

function callbackList(self: PyFuture): Value {
  return self.callbacks === undefined ? null : new PyList(self.callbacks.map((each) => tupleOf([...each])));
}

/** The methods that Task has as its own, too, though it inherits Future. */
export const sharedMethods: Readonly<Record<string, Declaration>> = {
  result: [
    '($self, /)',
    resultOf,
    "Return the result this future represents.\n\nIf the future has been cancelled, raises CancelledError.  If the\nfuture's result isn't yet available, raises InvalidStateError.  If\nthe future is done and has an exception set, this exception is raised.",
  ],
  exception: [
    '($self, $class, /)',
    exceptionOf,
    "Return the exception that was set on this future.\n\nThe exception (or None if no exception was set) is returned only if\nthe future is done.  If the future has been cancelled, raises\nCancelledError.  If the future isn't done yet, raises\nInvalidStateError.",
  ],
  add_done_callback: [
    '($self, $class, fn, /, *, context=<unrepresentable>)',
    (self: PyFuture, callback: Value, context: Value = copyContext()) => addDoneCallback(self, callback, context),
    'Add a callback to be run when the future becomes done.\n\nThe callback is called with a single argument - the future object. If\nthe future is already done when this is called, the callback is\nscheduled with call_soon.',
  ],
  remove_done_callback: [
    '($self, $class, fn, /)',
    removeDoneCallback,
    'Remove all instances of a callback from the "call when done" list.\n\nReturns the number of callbacks removed.',
  ],
  cancelled: [
    '($self, /)',
    (self: PyFuture) => self.initialized && self.state === FutureState.CANCELLED,
    'Return True if the future was cancelled.',
  ],
  done: [
    '($self, /)',
    (self: PyFuture) => self.done,
    'Return True if the future is done.\n\nDone means either that a result / exception are available, or that the\nfuture was cancelled.',
  ],
  _make_cancelled_error: [
    '($self, /)',
    makeCancelledError,
    'Create the CancelledError to raise if the Future is cancelled.\n\nThis should only be called once when handling a cancellation since\nit erases the context exception value.',
  ],
};

defineType(futureType, {
  module: '_asyncio',
  signature: '(*, loop=None)',
  doc:
    'This class is *almost* compatible with concurrent.futures.Future.\n\n' +
    '    Differences:\n\n' +
    "    - result() and exception() do not take a timeout argument and\n      raise an exception when the future isn't done yet.\n\n" +
    "    - Callbacks registered with add_done_callback() are always called\n      via the event loop's call_soon_threadsafe().\n\n" +
    '    - This class is not compatible with the wait() and as_completed()\n      methods in the concurrent.futures package.',
  allocate: (type) => new PyFuture(type),
  hasDict: true,
  hasWeakrefs: true,
  tp_new: (type: PyType) => type.allocate(type),
  tp_init(self: PyFuture, args: Value[], kwNames: KwNames) {
    const [loop] = bind('Future', '(*, loop=None)', args, kwNames);
    initFuture(self, loop ?? null);
  },
  tp_repr(self: PyFuture) {
    ensureInitialized(self);
    return call(library('futureRepr'), self) as string;
  },
  tp_iter: newIterator,
  am_await: newIterator,
  tp_del: finalizeFuture,
  methods: {
    ...sharedMethods,
    set_result: [
      '($self, $class, result, /)',
      setResult,
      'Mark the future done and set its result.\n\nIf the future is already done when this method is called, raises\nInvalidStateError.',
    ],
    set_exception: [
      '($self, $class, exception, /)',
      (self: PyFuture, exception: Value) => {
        ensureInitialized(self);
        setException(self, exception);
      },
      'Mark the future done and set an exception.\n\nIf the future is already done when this method is called, raises\nInvalidStateError.',
    ],
    cancel: [
      '($self, $class, /, msg=None)',
      (self: PyFuture, message: Value = null) => {
        ensureInitialized(self);
        return cancelFuture(self, message);
      },
      "Cancel the future and schedule callbacks.\n\nIf the future is already done or cancelled, return False.  Otherwise,\nchange the future's state to cancelled, schedule the callbacks and\nreturn True.",
    ],
    get_loop: ['($self, $class, /)', checked((self) => self.loop), 'Return the event loop the Future is bound to.'],
  },
  classMethods: { __class_getitem__: ['($type, object, /)', newGenericAlias, 'See PEP 585'] },
  getset: {
    _state: [checked((self) => stateNames[self.state])],
    _asyncio_future_blocking: [
      (self: PyFuture) => self.initialized && self.blocking,
      (self: PyFuture, value: Slot) => {
        ensureInitialized(self);
        if (value === undefined) throw cannotDelete();
        self.blocking = isTrue(value);
      },
    ],
    _loop: [(self: PyFuture) => self.loop ?? null],
    _callbacks: [checked(callbackList)],
    _result: [checked((self) => self.result)],
    _exception: [checked((self) => self.exception)],
    _log_traceback: [
      checked((self) => self.logTraceback),
      (self: PyFuture, value: Slot) => {
        if (value === undefined) throw cannotDelete();
        if (isTrue(value)) throw valueError('_log_traceback can only be set to False');
        quiet(self);
      },
    ],
    _source_traceback: [(self: PyFuture) => self.sourceTraceback ?? null],
    _cancel_message: [
      (self: PyFuture) => self.cancelMessage ?? null,
      (self: PyFuture, value: Slot) => {
        if (value === undefined) throw cannotDelete();
        self.cancelMessage = value;
      },
    ],
    _asyncio_awaited_by: [awaitedBySet],
  },
});

/** What `await` and `yield from` make of a future (future_new_iter). */
export function newIterator(self: PyFuture): Value {
  ensureInitialized(self);
  return new FutureIterator(self);
}
