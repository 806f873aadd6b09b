import { vm } from '../../interpreter/state.ts';
import { bind } from '../../objects/bind.ts';
import { defineType } from '../../objects/define.ts';
import { runtimeError, typeError } from '../../objects/exception.ts';
import { newGenericAlias } from '../../objects/generic-alias.ts';
import { isInt } from '../../objects/int.ts';
import { type KwNames, newType, type PyType, type Slot, strType, typeOf, type Value } from '../../objects/object.ts';
import { callMethod } from '../../operations/attribute.ts';
import { call } from '../../operations/call.ts';
import { repr, str } from '../../operations/text.ts';
import { isTrue } from '../../operations/truth.ts';
import { copyContext } from '../contextvars.ts';
import {
  cannotDelete,
  FutureState,
  finalizeFuture,
  futureType,
  initFuture,
  newIterator,
  PyFuture,
  quiet,
  sharedMethods,
  tellOfDropped,
  updateFinalizer,
} from './future.ts';
import { isCoroutine, library } from './library.ts';
import { callStepSoon, startEagerly } from './step.ts';

export const taskType = newType('_asyncio.Task', futureType);

/** CPython's TaskObj. */
export class PyTask extends PyFuture {
  /** None once an eager start has run it to its end; undefined until `__init__` has run. */
  coro: Slot = undefined;
  /** A number until somebody asks for the name that is made of it. */
  name: Slot = undefined;
  context: Slot = undefined;
  /** What it waits for. */
  futWaiter: Value = null;
  /** cancel() was called when there was nothing to cancel: the next step raises CancelledError. */
  mustCancel = false;
  logDestroyPending = false;
  cancelsRequested = 0;

  override get isToldOf(): boolean {
    return this.logTraceback || (this.logDestroyPending && this.state === FutureState.PENDING);
  }

  override finished(): void {
    unregisterTask(this);
    updateFinalizer(this);
  }

  /** The coroutine that calling its step or wake-up resumes. */
  get resumes(): Slot {
    return this.coro;
  }
}

/** The tasks of coroutines, for the debugger: kept while one is attached. */
export const debuggedTasks = new WeakMap<Value & object, PyTask>();

let nameCounter = 0;

/** Tasks of a new interpreter are counted from 1. */
export function resetTaskNames(): void {
  nameCounter = 0;
}

/** Adds it to what all_tasks() looks through (register_task). */
export function registerTask(task: PyTask): void {
  vm.tasks.add(task);
}

export function unregisterTask(task: PyTask): void {
  vm.tasks.delete(task);
}

const signature = '(coro, *, loop=None, name=None, context=None, eager_start=False)';

function initTask(self: PyTask, args: Value[], kwNames: KwNames): void {
  const [coro, loop = null, name = null, context = null, eager = false] = bind('Task', signature, args, kwNames) as [
    Value,
    ...Value[],
  ];
  initFuture(self, loop);
  if (!isCoroutine(coro)) {
    self.logDestroyPending = false;
    updateFinalizer(self);
    throw typeError(`a coroutine was expected, got ${repr(coro)}`);
  }
  self.context = context === null ? copyContext() : context;
  self.futWaiter = null;
  self.mustCancel = false;
  self.logDestroyPending = true;
  self.cancelsRequested = 0;
  self.coro = coro;
  if (vm.debugging !== undefined && typeof coro === 'object' && coro !== null) debuggedTasks.set(coro, self);
  if (name === null) self.name = ++nameCounter;
  else self.name = typeOf(name) === strType ? name : str(name);
  updateFinalizer(self);
  if (isTrue(eager) && callMethod(loop, 'is_running') === true) {
    startEagerly(self);
    return;
  }
  callStepSoon(self, undefined);
  registerTask(self);
}

/** The name, made of the number if it has none yet (get_name). */
export function nameOf(task: PyTask): Value {
  if (task.name === undefined) return null;
  if (isInt(task.name)) task.name = `Task-${task.name}`;
  return task.name;
}

function cancelTask(self: PyTask, message: Value): boolean {
  quiet(self);
  if (self.state !== FutureState.PENDING) return false;
  self.cancelsRequested++;
  if (self.futWaiter !== null && isTrue(callMethod(self.futWaiter, 'cancel', message))) return true;
  self.mustCancel = true;
  self.cancelMessage = message;
  return true;
}

function uncancel(self: PyTask): number {
  if (self.cancelsRequested > 0 && --self.cancelsRequested === 0) self.mustCancel = false;
  return self.cancelsRequested;
}

/** TaskObj_finalize. */
function finalizeTask(self: PyTask): void {
  unregisterTask(self);
  if (self.state === FutureState.PENDING && self.logDestroyPending) {
    tellOfDropped(self, [
      ['message', 'Task was destroyed but it is pending!'],
      ['task', self],
    ]);
  }
  finalizeFuture(self);
}

defineType(taskType, {
  module: '_asyncio',
  signature,
  doc: 'A coroutine wrapped in a Future.',
  allocate: (type) => new PyTask(type),
  tp_new: (type: PyType) => type.allocate(type),
  tp_init: initTask,
  tp_repr: (self: PyTask) => call(library('taskRepr'), self) as string,
  tp_iter: newIterator,
  am_await: newIterator,
  tp_del: finalizeTask,
  methods: {
    ...sharedMethods,
    set_result: [
      '($self, result, /)',
      (_self: PyTask, _result: Value) => {
        throw runtimeError('Task does not support set_result operation');
      },
    ],
    set_exception: [
      '($self, exception, /)',
      (_self: PyTask, _exception: Value) => {
        throw runtimeError('Task does not support set_exception operation');
      },
    ],
    cancel: [
      '($self, /, msg=None)',
      (self: PyTask, message: Value = null) => cancelTask(self, message),
      "Request that this task cancel itself.\n\nThis arranges for a CancelledError to be thrown into the\nwrapped coroutine on the next cycle through the event loop.\nThe coroutine then has a chance to clean up or even deny\nthe request using try/except/finally.\n\nUnlike Future.cancel, this does not guarantee that the\ntask will be cancelled: the exception might be caught and\nacted upon, delaying cancellation of the task or preventing\ncancellation completely.  The task may also return a value or\nraise a different exception.\n\nImmediately after this method is called, Task.cancelled() will\nnot return True (unless the task was already cancelled).  A\ntask will be marked as cancelled when the wrapped coroutine\nterminates with a CancelledError exception (even if cancel()\nwas not called).\n\nThis also increases the task's count of cancellation requests.",
    ],
    cancelling: [
      '($self, /)',
      (self: PyTask) => self.cancelsRequested,
      "Return the count of the task's cancellation requests.\n\nThis count is incremented when .cancel() is called\nand may be decremented using .uncancel().",
    ],
    uncancel: [
      '($self, /)',
      uncancel,
      "Decrement the task's count of cancellation requests.\n\nThis should be used by tasks that catch CancelledError\nand wish to continue indefinitely until they are cancelled again.\n\nReturns the remaining number of cancellation requests.",
    ],
    get_stack: [
      '($self, $class, /, *, limit=None)',
      (self: PyTask, limit: Value = null) => call(library('taskGetStack'), self, limit),
      "Return the list of stack frames for this task's coroutine.\n\nIf the coroutine is not done, this returns the stack where it is\nsuspended.  If the coroutine has completed successfully or was\ncancelled, this returns an empty list.  If the coroutine was\nterminated by an exception, this returns the list of traceback\nframes.\n\nThe frames are always ordered from oldest to newest.\n\nThe optional limit gives the maximum number of frames to\nreturn; by default all available frames are returned.  Its\nmeaning differs depending on whether a stack or a traceback is\nreturned: the newest frames of a stack are returned, but the\noldest frames of a traceback are returned.  (This matches the\nbehavior of the traceback module.)\n\nFor reasons beyond our control, only one stack frame is\nreturned for a suspended coroutine.",
    ],
    print_stack: [
      '($self, $class, /, *, limit=None, file=None)',
      (self: PyTask, limit: Value = null, file: Value = null) => call(library('taskPrintStack'), self, limit, file),
      "Print the stack or traceback for this task's coroutine.\n\nThis produces output similar to that of the traceback module,\nfor the frames retrieved by get_stack().  The limit argument\nis passed to get_stack().  The file argument is an I/O stream\nto which the output is written; by default output is written\nto sys.stderr.",
    ],
    get_name: ['($self, /)', nameOf],
    set_name: [
      '($self, value, /)',
      (self: PyTask, value: Value) => {
        self.name = typeOf(value) === strType ? value : str(value);
      },
    ],
    get_coro: ['($self, /)', (self: PyTask) => self.coro ?? null],
    get_context: ['($self, /)', (self: PyTask) => self.context ?? null],
  },
  classMethods: { __class_getitem__: ['($type, object, /)', newGenericAlias, 'See PEP 585'] },
  getset: {
    _log_destroy_pending: [
      (self: PyTask) => self.logDestroyPending,
      (self: PyTask, value: Slot) => {
        if (value === undefined) throw cannotDelete();
        self.logDestroyPending = isTrue(value);
        updateFinalizer(self);
      },
    ],
    _must_cancel: [(self: PyTask) => self.mustCancel],
    _coro: [(self: PyTask) => self.coro ?? null],
    _fut_waiter: [(self: PyTask) => self.futWaiter],
  },
});
