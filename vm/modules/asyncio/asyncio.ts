import { vm } from '../../interpreter/state.ts';
import type { ModuleDefinition } from '../../objects/define.ts';
import type { Value } from '../../objects/object.ts';
import { addAwaiter, discardAwaiter, futureType, PyFuture } from './future.ts';
import { resetLibrary } from './library.ts';
import { currentLoop } from './loop.ts';
import { allTasks, register, registerEager, resetRegistry, unregister, unregisterEager } from './registry.ts';
import { currentTask, enterTask, leaveTask, runningLoop, swapCurrentTask } from './running-loop.ts';
import { resetTaskNames, taskType } from './task.ts';

/** Calls `change` for two native futures or tasks; who awaits others isn't kept. */
const ofNative = (change: (future: PyFuture, awaiter: PyFuture) => void) => (future: Value, awaiter: Value) => {
  if (future instanceof PyFuture && awaiter instanceof PyFuture) change(future, awaiter);
};

/** CPython 3.14's Modules/_asynciomodule.c. */
export function asyncio(): ModuleDefinition {
  resetLibrary();
  resetRegistry();
  resetTaskNames();
  return {
    name: '_asyncio',
    doc: 'Accelerator module for asyncio',
    functions: {
      current_task: ['($module, /, loop=None)', currentTask, 'Return a currently executed task.'],
      get_event_loop: [
        '($module, /)',
        currentLoop,
        'Return an asyncio event loop.\n\nWhen called from a coroutine or a callback (e.g. scheduled with\ncall_soon or similar API), this function will always return the\nrunning event loop.\n\nIf there is no running event loop set, the function will return\nthe result of `get_event_loop_policy().get_event_loop()` call.',
      ],
      get_running_loop: [
        '($module, /)',
        runningLoop,
        'Return the running event loop.  Raise a RuntimeError if there is none.\n\nThis function is thread-specific.',
      ],
      _get_running_loop: [
        '($module, /)',
        () => vm.thread.runningLoop,
        'Return the running event loop or None.\n\nThis is a low-level function intended to be used by event loops.\nThis function is thread-specific.',
      ],
      _set_running_loop: [
        '($module, loop, /)',
        (loop: Value) => {
          vm.thread.runningLoop = loop;
        },
        'Set the running event loop.\n\nThis is a low-level function intended to be used by event loops.\nThis function is thread-specific.',
      ],
      _register_task: [
        '($module, /, task)',
        register,
        'Register a new task in asyncio as executed by loop.\n\nReturns None.',
      ],
      _register_eager_task: [
        '($module, /, task)',
        registerEager,
        'Register a new task in asyncio as executed by loop.\n\nReturns None.',
      ],
      _unregister_task: ['($module, /, task)', unregister, 'Unregister a task.\n\nReturns None.'],
      _unregister_eager_task: ['($module, /, task)', unregisterEager, 'Unregister a task.\n\nReturns None.'],
      _enter_task: [
        '($module, /, loop, task)',
        enterTask,
        'Enter into task execution or resume suspended task.\n\nTask belongs to loop.\n\nReturns None.',
      ],
      _leave_task: [
        '($module, /, loop, task)',
        leaveTask,
        'Leave task execution or suspend a task.\n\nTask belongs to loop.\n\nReturns None.',
      ],
      _swap_current_task: [
        '($module, /, loop, task)',
        swapCurrentTask,
        'Temporarily swap in the supplied task and return the original one (or None).\n\nThis is intended for use during eager coroutine execution.',
      ],
      all_tasks: [
        '($module, /, loop=None)',
        (loop: Value = null) => allTasks(loop ?? runningLoop()),
        'Return a set of all tasks for the loop.',
      ],
      future_add_to_awaited_by: [
        '($module, fut, waiter, /)',
        ofNative(addAwaiter),
        'Record that `fut` is awaited on by `waiter`.',
      ],
      future_discard_from_awaited_by: ['($module, fut, waiter, /)', ofNative(discardAwaiter)],
    },
    attributes: { Future: futureType, Task: taskType },
  };
}
