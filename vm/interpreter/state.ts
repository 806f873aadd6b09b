import type { Host } from '../host.ts';
import type { PyTask } from '../modules/asyncio/task.ts';
import type { PyDict } from '../objects/dict.ts';
import type { PyBaseException } from '../objects/exception.ts';
import type { PyFunction } from '../objects/function.ts';
import type { PyGenerator } from '../objects/generator.ts';
import type { LastReferences } from '../objects/last-reference.ts';
import type { PyObject, Slot, Value } from '../objects/object.ts';
import type { PyWeakref } from '../objects/weakref.ts';
import type { Debugging } from './debugging.ts';
import type { Frame } from './frame.ts';
import type { Monitoring } from './monitoring.ts';
import { ThreadState } from './thread-state.ts';
import type { ThreadSwitch } from './thread-switch.ts';
import type { Watchdog } from './watchdog.ts';

/** How much fuel is given out at once: how often a running program looks up for pause requests. */
export const FUEL_RATION = 20_000;

/** The state of the running interpreter; one a JavaScript realm, reset by `startInterpreter`. */
export class VmState {
  host!: Host;
  /** The Python thread that runs. */
  thread = new ThreadState(1);
  mainThread = this.thread;
  /** Those that have been started and have not ended, in that order. */
  threads: ThreadState[] = [this.thread];
  nextThreadIdent = 2;
  /** Why the thread that runs gives up its turn; undefined while it goes on. */
  switching: ThreadSwitch | undefined = undefined;
  /** What the frame that run() was called for raised, on its way from the run loop to run(). */
  escaped: PyBaseException | undefined = undefined;
  /** Above zero, the thread that runs keeps its turn. */
  threadsHeld = 0;
  /** How much fuel a turn has while there is more than one thread; sys.setswitchinterval() changes it. */
  turnFuel = FUEL_RATION;
  /** sys.getswitchinterval(), in seconds. */
  switchInterval = 0.005;
  /** The number of threads for which a deadlock has been reported. */
  toldOfDeadlock = 0;
  /** The frame that runs, or undefined outside Python code. */
  frame: Frame | undefined = undefined;
  /** Nested run() calls and native recursions, and Python frames above the entry of each. */
  depth = 0;
  recursionLimit = 1000;
  /** Lowered at backward jumps and frame entries; below zero, `Debugging.outOfFuel` is asked. */
  fuel = FUEL_RATION;
  /** What is left of the ration whose use was interrupted; 0 when it is used up as soon as `fuel` is. */
  fuelLeft = 0;
  /** The value of the StopIteration that a tp_iternext stands for when it gives undefined. */
  stopValue: Value = null;
  debugging: Debugging | undefined = undefined;
  /** Whom sys.monitoring, sys.settrace() and sys.setprofile() tell of events; made when first asked for. */
  monitors: Monitoring | undefined = undefined;
  /** The same, there while anybody wants to be told. */
  monitoring: Monitoring | undefined = undefined;
  /** The StopIteration raised by a `__next__` or send() whose iteration it has ended. */
  stopRaised: PyBaseException | undefined = undefined;
  /** The result of a call of the library's function at whose entry the frame stands, where it is known without running it. */
  knownResult: ((frame: Frame) => Slot) | undefined = undefined;
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
  /** Finds out when nothing holds an object any more whose end a program can observe. */
  lastReferences!: LastReferences;
  /** How long the three lists may become together before the unreachable are looked for (objects/collect.ts). */
  collectAt = 2000;
  /** Between the end of the program and that of the interpreter. */
  finalizing = false;
  intMaxStrDigits = 4300;
  /** sys.flags.optimize: the level that compile() has when it is told none. */
  optimize: 0 | 1 | 2 = 0;
  // Doors that break import cycles between modules; set by their owners when they load.
  importModule!: (name: string) => Value;
  /** Which functions of the module site have been called for their built-in names. */
  siteMade = new Set<string>();
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
  /** Called each time fuel has run out, and before and after sleeping: Ctrl-C, time limits. */
  onRation: (() => void) | undefined = undefined;
  /** Signals have come whose handlers the main thread has to call. */
  signalsPending = false;
  /** What acts when the program takes too long. */
  watchdog: Watchdog | undefined = undefined;
  /** Calls the handlers of pending signals, when the main thread runs. */
  checkSignals: (() => void) | undefined = undefined;
  /** When the next interval timer sends its signal, by host.monotonic(). */
  nextTimer: (() => bigint | undefined) | undefined = undefined;

  /** Makes the run loop look up at its next backward jump or call, without changing how long turns are. */
  interruptFuel(): void {
    this.fuelLeft += this.fuel;
    this.fuel = 0;
  }

  /** Makes this the end of the ration, and of the turn. */
  endRation(): void {
    this.fuel = 0;
    this.fuelLeft = 0;
  }

  /** Begins with one thread and nothing running. */
  resetThreads(): void {
    this.thread = new ThreadState(1);
    this.mainThread = this.thread;
    this.threads = [this.thread];
    this.nextThreadIdent = 2;
    this.threadsHeld = 0;
    this.switching = undefined;
    this.escaped = undefined;
    this.turnFuel = FUEL_RATION;
    this.switchInterval = 0.005;
    this.toldOfDeadlock = 0;
    this.frame = undefined;
    this.depth = 0;
    this.fuel = FUEL_RATION;
    this.fuelLeft = 0;
    this.signalsPending = false;
    this.watchdog = undefined;
  }
}

/** The one interpreter of this realm. */
export const vm = new VmState();
