import { vm } from '../../interpreter/state.ts';
import { block, waits } from '../../interpreter/threads.ts';
import type { ModuleDefinition } from '../../objects/define.ts';
import { PyDict } from '../../objects/dict.ts';
import {
  newException,
  runtimeError,
  runtimeErrorType,
  systemExitType,
  typeError,
  valueError,
} from '../../objects/exception.ts';
import { PyFloat } from '../../objects/float.ts';
import type { Slot, Value } from '../../objects/object.ts';
import { stringOf } from '../../objects/str.ts';
import { PyTuple } from '../../objects/tuple.ts';
import { index } from '../../operations/arithmetic.ts';
import { isCallable } from '../../operations/call.ts';
import { isTrue } from '../../operations/truth.ts';
import { interruptMain } from '../signal.ts';
import { joinedAtExit, start, ThreadHandle, threadHandleType } from './handle.ts';
import { localType } from './local.ts';
import { Lock, lockType, rlockType } from './lock.ts';
import { TIMEOUT_MAX } from './timeout.ts';

/** The least size of a thread's stack that CPython takes, in bytes. */
const LEAST_STACK = 32_768;

function startNewThread(callable: Value, args: Value, kwargs?: Slot): Value {
  if (!isCallable(callable)) throw typeError('first arg must be callable');
  if (!(args instanceof PyTuple)) throw typeError('2nd arg must be a tuple');
  if (kwargs !== undefined && !(kwargs instanceof PyDict)) throw typeError('optional 3rd arg must be a dictionary');
  requireRunning();
  const names =
    kwargs === undefined || kwargs.used === 0 ? undefined : kwargs.keyList().map((name) => stringOf(name) ?? '');
  const values = kwargs === undefined ? [] : kwargs.valueList();
  const call = { callable, args: [...args.items, ...values], kwNames: names };
  return start(new ThreadHandle(threadHandleType), call, true).ident;
}

function startJoinableThread(callable: Value, handle?: Slot, daemon?: Slot): Value {
  if (!isCallable(callable)) throw typeError('thread function must be callable');
  const isGiven = handle !== undefined && handle !== null;
  if (isGiven && !(handle instanceof ThreadHandle)) throw typeError("'handle' must be a _ThreadHandle");
  requireRunning();
  const own = isGiven ? (handle as ThreadHandle) : new ThreadHandle(threadHandleType);
  if (own.started) throw runtimeError('thread already started');
  start(own, { callable, args: [], kwNames: undefined }, daemon === undefined || isTrue(daemon));
  return own;
}

function requireRunning(): void {
  if (vm.finalizing) throw newException(pythonFinalizationError(), "can't create new thread at interpreter shutdown");
}

function pythonFinalizationError(): typeof runtimeErrorType {
  return (vm.builtins.getString('PythonFinalizationError') as typeof runtimeErrorType | undefined) ?? runtimeErrorType;
}

/** Waits for all threads that aren't daemons (thread_shutdown). */
const shutdown = waits(() =>
  block({
    what: 'the end of the other threads',
    deadline: undefined,
    ready: () => [...joinedAtExit].every((handle) => handle.thread === vm.thread),
    finish: () => null,
  }),
);

/** CPython 3.14's Modules/_threadmodule.c. Threads take turns; see docs/vm.md. */
export const thread = (): ModuleDefinition => {
  joinedAtExit.clear();
  let stackSize = 0;
  const exit = (): never => {
    throw newException(systemExitType);
  };
  return {
    name: '_thread',
    doc: "This module provides primitive operations to write multi-threaded programs.\nThe 'threading' module provides a more convenient interface.",
    functions: {
      allocate_lock: ['()', () => new Lock(lockType), 'Create a new lock object.'],
      allocate: ['()', () => new Lock(lockType)],
      get_ident: [
        '()',
        () => vm.thread.ident,
        'Return a non-zero integer that uniquely identifies the current thread.',
      ],
      get_native_id: ['()', () => vm.host.pid + vm.thread.ident - 1],
      _get_main_thread_ident: ['()', () => vm.mainThread.ident],
      _is_main_interpreter: ['()', () => true],
      _count: [
        '()',
        () => vm.threads.length - 1,
        'Return the number of currently running Python threads, excluding the main thread.',
      ],
      daemon_threads_allowed: ['()', () => true],
      stack_size: [
        '(size=0, /)',
        (size: Slot) => {
          const before = stackSize;
          const wanted = size === undefined ? before : Number(index(size));
          if (wanted < 0) throw valueError('size must be 0 or a positive value');
          if (wanted !== 0 && wanted < LEAST_STACK) throw valueError(`size not valid: ${wanted} bytes`);
          stackSize = wanted;
          return before;
        },
      ],
      start_new_thread: [
        '(function, args, kwargs=<unrepresentable>, /)',
        startNewThread,
        'Start a new thread and return its identifier.',
      ],
      start_new: ['(function, args, kwargs=<unrepresentable>, /)', startNewThread],
      start_joinable_thread: ['(function, handle=None, daemon=True)', startJoinableThread],
      _make_thread_handle: [
        '(ident, /)',
        (ident: Value) => {
          const handle = new ThreadHandle(threadHandleType);
          handle.ident = index(ident);
          handle.started = true;
          handle.thread = vm.threads.find((each) => each.ident === handle.ident);
          return handle;
        },
      ],
      _shutdown: ['()', shutdown],
      interrupt_main: ['(signum=2, /)', interruptMain],
      set_name: [
        '(name)',
        (name: Value) => {
          const text = stringOf(name);
          if (text === undefined) throw typeError('set_name() argument must be str');
          vm.thread.name = text;
        },
      ],
      exit: ['()', exit],
      exit_thread: ['()', exit],
    },
    attributes: {
      error: runtimeErrorType,
      LockType: lockType,
      lock: lockType,
      RLock: rlockType,
      _local: localType,
      _ThreadHandle: threadHandleType,
      TIMEOUT_MAX: new PyFloat(TIMEOUT_MAX),
    },
  };
};
