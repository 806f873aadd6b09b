import { vm } from '../../interpreter/state.ts';
import type { Value } from '../../objects/object.ts';
import { addRoot } from '../../objects/roots.ts';
import { PySet } from '../../objects/set.ts';
import { callMethod } from '../../operations/attribute.ts';
import { call } from '../../operations/call.ts';
import { toArray } from '../../operations/iterate.ts';
import { FutureState } from './future.ts';
import { library } from './library.ts';
import { loopOf } from './step.ts';
import { PyTask, registerTask, taskType, unregisterTask } from './task.ts';

/** Tasks of classes that don't inherit Task: a WeakSet, made when first needed, and those in their eager first step. */
let otherTasks: Value = null;
let otherEagerTasks = new PySet();
addRoot(() => otherTasks);
addRoot(() => otherEagerTasks);

/** A new interpreter knows no tasks. */
export function resetRegistry(): void {
  otherTasks = null;
  otherEagerTasks = new PySet();
}

function others(): Value {
  otherTasks ??= call(library('WeakSet'));
  return otherTasks;
}

/** _register_task. */
export function register(task: Value): void {
  if (task instanceof PyTask) registerTask(task);
  else callMethod(others(), 'add', task);
}

/** _register_eager_task. */
export function registerEager(task: Value): void {
  if (task instanceof PyTask) registerTask(task);
  else otherEagerTasks.add(task);
}

/** _unregister_task. */
export function unregister(task: Value): void {
  if (task instanceof PyTask) unregisterTask(task);
  else callMethod(others(), 'discard', task);
}

/** _unregister_eager_task. */
export function unregisterEager(task: Value): void {
  if (task instanceof PyTask) unregisterTask(task);
  else otherEagerTasks.delete(task);
}

/** all_tasks() of a loop. */
export function allTasks(loop: Value): PySet {
  const found = new PySet();
  const tasks = [...otherEagerTasks.items(), ...(otherTasks === null ? [] : toArray(otherTasks)), ...vm.tasks];
  for (const task of tasks) if (isPending(task) && loopOf(task) === loop) found.add(task);
  return found;
}

function isPending(task: Value): boolean {
  if (task instanceof PyTask && task.type === taskType) return task.state === FutureState.PENDING;
  return callMethod(task, 'done') !== true;
}
