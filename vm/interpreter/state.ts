import type { Host } from '../host.ts';
import type { PyTask } from '../modules/asyncio/task.ts';
import type { PyDict } from '../objects/dict.ts';
import type { PyFunction } from '../objects/function.ts';
import type { PyGenerator } from '../objects/generator.ts';
import type { PyObject, Value } from '../objects/object.ts';
import type { PyWeakref } from '../objects/weakref.ts';
import type { Debugging } from './debugging.ts';
import type { Frame } from './frame.ts';
import { type HandledException, ThreadState } from './thread-state.ts';
import type { Tracing } from './tracing.ts';

/** How much fuel is given out at once: how often a running program looks up for pause requests. */
export const FUEL_RATION = 20_000;

/** The state of the running interpreter; one a JavaScript realm, reset by `startInterpreter`. */
export class VmState {
  host!: Host;
  /** The Python thread that runs. */
  thread = new ThreadState(1);
  /** The frame that runs, or undefined outside Python code. */
  frame: Frame | undefined = undefined;
  /** Nested run() calls and native recursions, and Python frames above the entry of each. */
  depth = 0;
  recursionLimit = 1000;
  /** Lowered at backward jumps and frame entries; below zero, `Debugging.outOfFuel` is asked. */
  fuel = FUEL_RATION;
  handled: HandledException = this.thread.handled;
  /** The value of the StopIteration that a tp_iternext stands for when it gives undefined. */
  stopValue: Value = null;
  debugging: Debugging | undefined = undefined;
  /** There while a thread has a function set by sys.settrace() or sys.setprofile(). */
  tracing: Tracing | undefined = undefined;
  modules!: PyDict;
  builtins!: PyDict;
  /** Head of the list of live generators, coroutines and async generators, oldest first. */
  firstGenerator: PyGenerator | undefined = undefined;
  lastGenerator: PyGenerator | undefined = undefined;
  generatorCount = 0;
  /** Weak references that are alive, in the order of their making. */
  weakReferences = new Set<PyWeakref>();
  /** Objects whose type has tp_del and for which it hasn't been called, but for generators. */
  finalizable = new Set<PyObject>();
  /** Tasks of `_asyncio` that aren't done, oldest first (asyncio_tasks_head of all threads). */
  tasks = new Set<PyTask>();
  /** How long the three lists may become together before the unreachable are looked for (objects/collect.ts). */
  collectAt = 2000;
  /** Between the end of the program and that of the interpreter. */
  finalizing = false;
  intMaxStrDigits = 4300;
  // Doors that break import cycles between modules; set by their owners when they load.
  importModule!: (name: string) => Value;
  makeUnion!: (left: Value, right: Value) => Value;
  /** Runs a class body in a namespace; gives its `__class__` cell, if any. */
  runClassBody!: (func: PyFunction, namespace: Value) => Value;
  builtinsOf!: (globals: PyDict) => PyDict;
  /** Issues a warning of a built-in category as the `warnings` module would; `source` is the object that it is about. */
  warn: ((category: string, message: string, source?: Value) => void) | undefined = undefined;
  builtinsModule!: Value;
  /** Classes that code would otherwise import in a cycle. */
  classes!: { PyFunction: typeof PyFunction };
  isInstance!: (value: Value, type: Value) => boolean;
  isSubclass!: (derived: Value, type: Value) => boolean;
  setItem!: (container: Value, key: Value, value: Value) => void;
  /** Called each time fuel has run out: pending signals, time limits. */
  onRation: (() => void) | undefined = undefined;
}

/** The one interpreter of this realm. */
export const vm = new VmState();
