import { writeUnraisable } from '../../builtins/unraisable.ts';
import { vm } from '../../interpreter/state.ts';
import type { ThreadStart, ThreadState } from '../../interpreter/thread-state.ts';
import { block, startThread, waits } from '../../interpreter/threads.ts';
import { defineType } from '../../objects/define.ts';
import { type PyBaseException, runtimeError, systemExitType } from '../../objects/exception.ts';
import { newType, PyObject, type PyType, type Slot, type Value } from '../../objects/object.ts';
import { identityOf } from '../../operations/hash.ts';
import { repr } from '../../operations/text.ts';
import { deadlineAfter, secondsOf } from './timeout.ts';

export const threadHandleType = newType('_thread._ThreadHandle');

/** A thread as start_joinable_thread() gives it: what others join. */
export class ThreadHandle extends PyObject {
  ident: Value = null;
  thread: ThreadState | undefined = undefined;
  started = false;
  done = false;
}

/** Threads that the interpreter waits for at its end, until they are done. */
export const joinedAtExit = new Set<ThreadHandle>();

/** Starts a thread; `handle` stands for it from now on. */
export function start(
  handle: ThreadHandle,
  call: Pick<ThreadStart, 'callable' | 'args' | 'kwNames'>,
  daemon: boolean,
): ThreadState {
  const thread = startThread({
    ...call,
    onEnd(exception) {
      // Marked before the report, which may raise: whoever joins must not wait for ever.
      try {
        if (exception !== undefined) report(exception, call.callable);
      } finally {
        handle.done = true;
        joinedAtExit.delete(handle);
      }
    },
  });
  handle.ident = thread.ident;
  handle.thread = thread;
  handle.started = true;
  if (!daemon) joinedAtExit.add(handle);
  return thread;
}

function report(exception: PyBaseException, callable: Value): void {
  if (exception.type.isSubtype(systemExitType)) return;
  writeUnraisable(exception, `Exception ignored in thread started by ${repr(callable)}`);
}

const join = waits((self: ThreadHandle, timeout?: Slot): Value => {
  const given = timeout === undefined || timeout === null ? -1 : secondsOf(timeout);
  const seconds = given < 0 ? undefined : given;
  if (!self.started && !self.done) throw runtimeError('thread not started');
  if (self.thread === vm.thread && !self.done) throw runtimeError('Cannot join current thread');
  return block({
    what: `join() of thread ${self.ident}`,
    deadline: deadlineAfter(seconds),
    ready: () => self.done,
    finish: () => null,
  });
});

defineType(threadHandleType, {
  module: '_thread',
  doc: 'A _ThreadHandle stands for a thread.',
  hasWeakrefs: true,
  tp_new: (type: PyType) => new ThreadHandle(type),
  tp_repr: (self: ThreadHandle) =>
    `<${self.type.tp_name} object at 0x${identityOf(self).toString(16)}: ident=${self.ident ?? 0}>`,
  methods: {
    join: ['($self, timeout=None, /)', join],
    is_done: ['($self, /)', (self: ThreadHandle) => self.done],
    _set_done: [
      '($self, /)',
      (self: ThreadHandle) => {
        if (!self.started) throw runtimeError('thread not started');
        self.done = true;
        joinedAtExit.delete(self);
      },
    ],
  },
  getset: { ident: [(self: ThreadHandle) => self.ident] },
});
