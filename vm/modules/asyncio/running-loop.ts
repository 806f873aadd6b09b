import { vm } from '../../interpreter/state.ts';
import type { ThreadState } from '../../interpreter/thread-state.ts';
import { runtimeError } from '../../objects/exception.ts';
import type { Value } from '../../objects/object.ts';
import { repr } from '../../operations/text.ts';

// `runningLoop` and `runningTask` of a thread are CPython's asyncio_running_loop and asyncio_running_task of _PyThreadStateImpl.

/** The running loop of this thread. Raises RuntimeError when there is none (get_running_loop). */
export function runningLoop(): Value {
  const loop = vm.thread.runningLoop;
  if (loop === null) throw runtimeError('no running event loop');
  return loop;
}

/** The task that a loop runs now, in whichever thread; by default that of this thread's loop. */
export function currentTask(given: Value = null): Value {
  const loop = given ?? runningLoop();
  return threadOf(loop)?.runningTask ?? null;
}

/** The thread that a loop runs in. */
function threadOf(loop: Value): ThreadState | undefined {
  return vm.thread.runningLoop === loop ? vm.thread : vm.threads.find((thread) => thread.runningLoop === loop);
}

/** Raises RuntimeError unless `loop` is the one that runs, and no task is running in it (enter_task). */
export function enterTask(loop: Value, task: Value): void {
  const { thread } = vm;
  if (thread.runningLoop !== loop) throw notRunning(loop);
  if (thread.runningTask !== null) {
    throw runtimeError(
      `Cannot enter into task ${repr(task)} while another task ${repr(thread.runningTask)} is being executed.`,
    );
  }
  thread.runningTask = task;
}

/** Raises RuntimeError unless `task` is the one that runs (leave_task). */
export function leaveTask(loop: Value, task: Value): void {
  const { thread } = vm;
  if (thread.runningLoop !== loop) throw notRunning(loop);
  if (thread.runningTask !== task) {
    throw runtimeError(
      `Invalid attempt to leave task ${repr(task)} while task ${repr(thread.runningTask)} is entered.`,
    );
  }
  thread.runningTask = null;
}

/** Makes `task` (None for none) the running one; gives the one before (swap_current_task). */
export function swapCurrentTask(loop: Value, task: Value): Value {
  const { thread } = vm;
  if (thread.runningLoop !== loop) throw notRunning(loop);
  const previous = thread.runningTask;
  thread.runningTask = task;
  return previous;
}

const notRunning = (loop: Value) => runtimeError(`loop ${repr(loop)} is not the running loop`);
