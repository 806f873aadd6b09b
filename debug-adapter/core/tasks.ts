import { awaitersOf, type PyFuture } from '../../vm/modules/asyncio/future.ts';
import { FutureIterator } from '../../vm/modules/asyncio/future-iterator.ts';
import { debuggedTasks, nameOf, PyTask } from '../../vm/modules/asyncio/task.ts';
import { PyGenerator } from '../../vm/objects/generator.ts';
import type { Value } from '../../vm/objects/object.ts';

// What the debugger knows of asyncio: which coroutines are tasks, what they wait for, and who waits for them.

/** The task that a coroutine is the whole of, if it is one and not done. */
export function taskOf(unit: PyGenerator): PyTask | undefined {
  const task = debuggedTasks.get(unit);
  return task !== undefined && !task.done ? task : undefined;
}

/** As get_name() gives it. */
export const taskName = (task: PyTask): string => String(nameOf(task));

/** What a unit waits for, None if for nothing: the future itself, not the iterator that `await` makes of it. */
export function awaitedBy(unit: PyGenerator): Value {
  const { delegate } = unit;
  return delegate instanceof FutureIterator ? (delegate.future ?? null) : delegate;
}

/** The unit that a unit waits for: one that it delegates to, or that of a task. */
export function awaitedUnit(unit: PyGenerator): PyGenerator | undefined {
  const awaited = awaitedBy(unit);
  const found = awaited instanceof PyTask ? awaited.coro : awaited;
  return found instanceof PyGenerator && found.frame !== undefined ? found : undefined;
}

/**
 * The tasks that wait for a future or task, also by way of futures such as that of gather(). Those that await it come first, each once.
 */
export function awaitingTasks(future: PyFuture): PyTask[] {
  const found = new Set<PyTask>();
  const seen = new Set<Value>([future]);
  const pending: PyFuture[] = [future];
  for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
    for (const awaiter of awaitersOf(next)) {
      if (seen.has(awaiter)) continue;
      seen.add(awaiter);
      if (awaiter instanceof PyTask) found.add(awaiter);
      else pending.push(awaiter as PyFuture);
    }
  }
  return [...found];
}

/** The coroutine in which a task stands still: the innermost one that it delegates to. */
export function innermostUnit(task: PyTask): PyGenerator | undefined {
  let unit: PyGenerator | undefined;
  for (let inner = task.coro; inner instanceof PyGenerator; inner = unit.delegate) unit = inner;
  return unit;
}
