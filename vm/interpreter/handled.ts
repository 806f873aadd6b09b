import type { PyBaseException } from '../objects/exception.ts';
import type { Frame } from './frame.ts';
import { vm } from './state.ts';

// An exception that is handled belongs to the innermost generator that runs, or outside of generators to the thread, as in CPython,
// which links all of these into a list (tstate->exc_info) whenever a generator is resumed. Here the frames are looked through instead,
// when an exception is raised or caught: generators are resumed far more often.

/** Whoever has `handled`, a generator or the thread, for code that runs in this frame of the thread that runs. */
export function holderOfHandled(frame: Frame | undefined): { handled: PyBaseException | null } {
  for (let next = frame; next !== undefined; next = next.back) {
    const { generator } = next;
    if (generator !== undefined && !generator.passedBy) return generator;
  }
  return vm.thread;
}

/** The exception being handled now, wherever in the chain of generators and their callers (_PyErr_GetTopmostException). */
export function handledException(innermost = vm.frame, thread = vm.thread): PyBaseException | null {
  for (let frame = innermost; frame !== undefined; frame = frame.back) {
    const { generator } = frame;
    if (generator !== undefined && generator.handled !== null && !generator.passedBy) return generator.handled;
  }
  return thread.handled;
}
