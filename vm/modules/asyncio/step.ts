import { vm } from '../../interpreter/state.ts';
import { resume, sendSlow, throwException } from '../../interpreter/suspend.ts';
import { pythonException } from '../../interpreter/unwind.ts';
import { defineType } from '../../objects/define.ts';
import { PyBuiltin } from '../../objects/descriptor.ts';
import {
  isException,
  keyboardInterruptType,
  newException,
  type PyBaseException,
  runtimeError,
  runtimeErrorType,
  stopIterationType,
  systemExitType,
  typeError,
} from '../../objects/exception.ts';
import { PyGenerator } from '../../objects/generator.ts';
import {
  coroutineType,
  generatorType,
  type KwNames,
  newType,
  PyObject,
  type PyType,
  type Slot,
  typeOf,
  type Value,
} from '../../objects/object.ts';
import { BuiltinDef } from '../../objects/signature.ts';
import { callMethod, getAttribute, lookupAttribute, setAttribute } from '../../operations/attribute.ts';
import { callWith } from '../../operations/call.ts';
import { repr } from '../../operations/text.ts';
import { isTrue } from '../../operations/truth.ts';
import { enterContext, exitContext } from '../contextvars.ts';
import {
  addAwaiter,
  addDoneCallback,
  cancelFuture,
  discardAwaiter,
  FutureState,
  futureType,
  makeCancelledError,
  PyFuture,
  setException,
  setResult,
  takeException,
} from './future.ts';
import { invalidState, library } from './library.ts';
import { callSoon } from './loop.ts';
import { enterTask, leaveTask, swapCurrentTask } from './running-loop.ts';
import { type PyTask, registerTask, taskType } from './task.ts';

export const taskStepType = newType('_asyncio.TaskStepMethWrapper');

/** What a task hands to the loop to be called: its next step, which may raise something in the coroutine. */
class TaskStep extends PyObject {
  readonly task: PyTask;
  readonly exception: PyBaseException | undefined;
  constructor(task: PyTask, exception: PyBaseException | undefined) {
    super(taskStepType);
    this.task = task;
    this.exception = exception;
  }

  /** The coroutine that calling it resumes. */
  get resumes(): Slot {
    return this.task.coro;
  }
}

defineType(taskStepType, {
  module: '_asyncio',
  subclassable: false,
  tp_call(self: TaskStep, args: Value[], kwNames: KwNames) {
    if (kwNames !== undefined) throw typeError('function takes no keyword arguments');
    if (args.length > 0) throw typeError('function takes no positional arguments');
    step(self.task, self.exception);
    return null;
  },
  getset: { __self__: [(self: TaskStep) => self.task] },
});

/** task_call_step_soon. */
export function callStepSoon(task: PyTask, exception: PyBaseException | undefined): void {
  callSoon(task.loop as Value, new TaskStep(task, exception), undefined, task.context as Value);
}

const wakeupDefinition = new BuiltinDef('task_wakeup', 'task_wakeup', '($self, object, /)', wakeup, true, null);

/** Goes on with a task whose future is done (task_wakeup). */
function wakeup(task: PyTask, future: Value): void {
  let exception: PyBaseException | undefined;
  try {
    if (future instanceof PyFuture) {
      discardAwaiter(future, task);
      if (isExact(future)) exception = takeException(future);
      else callMethod(future, 'result');
    } else callMethod(future, 'result');
  } catch (error) {
    exception = pythonException(error);
  }
  step(task, exception);
}

/** Whether it is a Future or Task, and no subclass: what is known of it then needs no asking. */
export function isExact(value: Value): value is PyFuture {
  const type = typeOf(value);
  return type === futureType || type === taskType;
}

/** One step of a task, which is the running one meanwhile (task_step). */
function step(task: PyTask, exception: PyBaseException | undefined): void {
  const loop = task.loop as Value;
  enterTask(loop, task);
  try {
    advance(task, exception);
  } catch (error) {
    leaveAfter(error, () => leaveTask(loop, task));
    throw error;
  }
  leaveTask(loop, task);
}

/** What fails after an error has that error as its context (_PyErr_ChainExceptions1). */
function leaveAfter(error: unknown, leave: () => void): void {
  try {
    leave();
  } catch (second) {
    pythonException(second).context ??= pythonException(error);
    throw second;
  }
}

/** Resumes the coroutine, and sees to what came of it (task_step_impl). */
function advance(task: PyTask, given: PyBaseException | undefined): void {
  let exception = given;
  if (task.state !== FutureState.PENDING) {
    throw invalidState(`__step(): already done: ${repr(task)} ${repr(exception ?? null)}`);
  }
  if (task.mustCancel) {
    if (exception === undefined || !isException(exception, library('CancelledError') as PyType)) {
      exception = makeCancelledError(task);
    }
    task.mustCancel = false;
  }
  task.futWaiter = null;
  const { coro } = task;
  if (coro === undefined || coro === null) throw runtimeError('uninitialized Task object');
  let yielded: Slot;
  try {
    yielded = exception === undefined ? send(coro) : raise(coro, exception);
  } catch (error) {
    fail(task, pythonException(error));
    return;
  }
  if (yielded !== undefined) waitFor(task, yielded);
  else {
    const result = vm.stopValue;
    vm.stopValue = null;
    if (task.mustCancel) {
      // It was cancelled right before it ended.
      task.mustCancel = false;
      cancelFuture(task, task.cancelMessage);
    } else setResult(task, result);
  }
}

/** As resume(): what it yields, or undefined with its value in `vm.stopValue`. */
function send(coro: Value): Slot {
  if (coro instanceof PyGenerator && (coro.type === coroutineType || coro.type === generatorType)) {
    return resume(coro, null);
  }
  return sendSlow(coro, null);
}

function raise(coro: Value, exception: PyBaseException): Slot {
  if (coro instanceof PyGenerator && (coro.type === coroutineType || coro.type === generatorType)) {
    return throwException(coro, exception, true);
  }
  try {
    return callMethod(coro, 'throw', exception);
  } catch (error) {
    if (!isException(error, stopIterationType)) throw error;
    vm.stopValue = error.members?.['value'] ?? null;
    return undefined;
  }
}

/** The coroutine has ended by an exception. */
function fail(task: PyTask, exception: PyBaseException): void {
  if (isException(exception, library('CancelledError') as PyType)) {
    task.cancelledError = exception;
    cancelFuture(task, undefined);
    return;
  }
  setException(task, exception);
  if (isException(exception, keyboardInterruptType) || isException(exception, systemExitType)) throw exception;
}

/** The coroutine has yielded: goes on when what it waits for is done (task_step_handle_result_impl). */
function waitFor(task: PyTask, yielded: Value): void {
  if (yielded === task) failSoon(task, `Task cannot await on itself: ${repr(task)}`);
  else if (isExact(yielded)) {
    if (yielded.loop !== task.loop) failSoon(task, differentLoop(task, yielded));
    else if (!yielded.blocking) failSoon(task, notAwaited(task, yielded));
    else {
      addAwaiter(yielded, task);
      yielded.blocking = false;
      addDoneCallback(yielded, new PyBuiltin(wakeupDefinition, task, null), task.context as Value);
      task.futWaiter = yielded;
      cancelIfDue(task, yielded);
    }
  } else if (yielded === null) callStepSoon(task, undefined);
  else waitForCompatible(task, yielded);
}

/** Of anything that says that it is a future, by having `_asyncio_future_blocking`. */
function waitForCompatible(task: PyTask, yielded: Value): void {
  const blocking = lookupAttribute(yielded, '_asyncio_future_blocking');
  if (blocking === undefined || blocking === null) {
    failSoon(
      task,
      yielded instanceof PyGenerator && yielded.type === generatorType
        ? `yield was used instead of yield from for generator in task ${repr(task)} with ${repr(yielded)}`
        : `Task got bad yield: ${repr(yielded)}`,
    );
    return;
  }
  const isBlocking = isTrue(blocking);
  if (loopOf(yielded) !== task.loop) failSoon(task, differentLoop(task, yielded));
  else if (!isBlocking) failSoon(task, notAwaited(task, yielded));
  else {
    if (yielded instanceof PyFuture) addAwaiter(yielded, task);
    setAttribute(yielded, '_asyncio_future_blocking', false);
    const callback = new PyBuiltin(wakeupDefinition, task, null);
    callWith(getAttribute(yielded, 'add_done_callback'), [callback, task.context as Value], ['context']);
    task.futWaiter = yielded;
    cancelIfDue(task, yielded);
  }
}

/** cancel() was called while the coroutine ran: what it waits for now is cancelled instead. */
function cancelIfDue(task: PyTask, future: Value): void {
  if (task.mustCancel && isTrue(callMethod(future, 'cancel', task.cancelMessage ?? null))) task.mustCancel = false;
}

const differentLoop = (task: PyTask, future: Value): string =>
  `Task ${repr(task)} got Future ${repr(future)} attached to a different loop`;

const notAwaited = (task: PyTask, future: Value): string =>
  `yield was used instead of yield from in task ${repr(task)} with ${repr(future)}`;

/** The next step raises RuntimeError in the coroutine (task_set_error_soon). */
function failSoon(task: PyTask, message: string): void {
  callStepSoon(task, newException(runtimeErrorType, message));
}

/** get_future_loop. */
export function loopOf(future: Value): Value {
  if (isExact(future)) return future.loop ?? null;
  const getLoop = lookupAttribute(future, 'get_loop');
  return getLoop === undefined ? getAttribute(future, '_loop') : callWith(getLoop, [], undefined);
}

/** Runs the first step at once, within the task that makes this one (task_eager_start). */
export function startEagerly(task: PyTask): void {
  const loop = task.loop as Value;
  const previous = swapCurrentTask(loop, task);
  registerTask(task);
  enterContext(task.context as Value);
  try {
    advance(task, undefined);
  } catch (error) {
    leaveAfter(error, () => swapCurrentTask(loop, previous));
    exitContext(task.context as Value);
    throw error;
  }
  swapCurrentTask(loop, previous);
  exitContext(task.context as Value);
  if (task.state !== FutureState.PENDING) task.coro = null;
}
