import { InternalError } from '../internal-error.ts';
import { leaveContext } from '../modules/contextvars.ts';
import { collect, collectWhileIdle } from '../objects/collect.ts';
import { PyBuiltin, PyMethodDescriptor } from '../objects/descriptor.ts';
import { type PyBaseException, runtimeError } from '../objects/exception.ts';
import { PyMethod } from '../objects/function.ts';
import type { Slot, Value } from '../objects/object.ts';
import { PyTuple } from '../objects/tuple.ts';
import { callWith } from '../operations/call.ts';
import { callBase, isUnpackingCall } from './call-base.ts';
import { enteredContext, forwardedCall, frameOfCall } from './forward.ts';
import { type Frame, FrameState, Return } from './frame.ts';
import { isNativeWait, nativeWaitFrame } from './native-wait.ts';
import { Opcode } from './opcode.ts';
import { runOthers } from './run.ts';
import { FUEL_RATION, vm } from './state.ts';
import { type Ended, type ThreadStart, ThreadState, type Wait } from './thread-state.ts';
import { ThreadSwitch } from './thread-switch.ts';
import { chainContext, pythonException } from './unwind.ts';
import { checkWatchdog } from './watchdog.ts';

// Python threads are chains of frames that take turns in one run loop. A turn ends when its ration of fuel is used up, or with a call
// that has to wait; run() then goes on with another thread's frame. What keeps a thread from that is native code that waits for its
// run(): JavaScript's stack can't be changed, so it goes on when all run()s that were started later have returned.

/** How long is slept at most while nothing but Ctrl-C can end a wait, in nanoseconds. */
const LONG = 3_600_000_000_000n;
const SECOND = 1_000_000_000n;

// Starting and ending.

/** A thread that begins with a call, at its first turn. */
export function startThread(start: ThreadStart): ThreadState {
  const thread = new ThreadState(vm.nextThreadIdent++);
  thread.start = start;
  thread.begun = false;
  vm.threads.push(thread);
  return thread;
}

/** Takes the chance to run from all threads but the one that runs: the interpreter ends. */
export function abandonOtherThreads(): void {
  vm.threads = [vm.thread];
}

function endThread(thread: ThreadState, exception: PyBaseException | undefined): void {
  const { onEnd } = thread.start as ThreadStart;
  vm.frame = undefined;
  vm.depth = 0;
  try {
    onEnd(exception);
  } finally {
    for (const action of thread.atEnd) action();
    vm.threads = vm.threads.filter((each) => each !== thread);
  }
}

/** Makes the first call of a thread that runs now; gives false when it has ended with that. */
function begin(thread: ThreadState): boolean {
  thread.begun = true;
  const { callable, args, kwNames } = thread.start as ThreadStart;
  try {
    const frame = frameOfCall(callable, args, kwNames);
    if (
      frame !== undefined &&
      frame.onReturn === Return.VALUE &&
      frame.program.pristine[0] !== Opcode.RETURN_GENERATOR
    ) {
      frame.onReturn = Return.ENTRY;
      frame.state = FrameState.EXECUTING;
      frame.back = undefined;
      thread.base = frame;
      vm.frame = frame;
      vm.depth = 1;
      return true;
    }
    if (frame?.onReturn === Return.CONTEXT) leaveContext();
    callWith(callable, args, kwNames);
    endThread(thread, undefined);
  } catch (error) {
    endThread(thread, pythonException(error));
  }
  return false;
}

// Waiting.

/** Functions that may wait and give nothing back to native code but the result of block(). */
const waiting = new Set<unknown>();

/** Declares a native function whose last act is block(): called from bytecode, it lets other threads run without nesting. */
export function waits<F>(implementation: F): F {
  waiting.add(implementation);
  return implementation;
}

/**
 * Waits, while other threads run; gives what the wait gives. With `yields`, another thread gets its turn even when there is nothing to
 * wait for.
 */
export function block(wait: Wait, yields = false): Value {
  if (!(yields && vm.threads.length > 1) && isOver(wait, undefined)) return wait.finish();
  if (vm.threads.length === 1 || vm.threadsHeld > 0) return waitAlone(wait);
  const contexts = contextsUpToRunLoop();
  if (contexts >= 0) throw new ThreadSwitch(wait, contexts, undefined);
  return runOthers(nativeWaitFrame(), new ThreadSwitch(wait, 0, undefined));
}

/** The frame whose native call has something left to do after what it waits for. */
let stayingFrame: Frame | undefined;

/** What a function declared by waits() does that isn't its last act: native code that it calls can't leave it when it waits. */
export function staying<T>(action: () => T): T {
  const before = stayingFrame;
  stayingFrame = vm.frame;
  try {
    return action();
  } finally {
    stayingFrame = before;
  }
}

/** Runs Python code to which no other thread's turn comes. */
export function holdingThreads<T>(action: () => T): T {
  vm.threadsHeld++;
  try {
    return action();
  } finally {
    vm.threadsHeld--;
  }
}

/**
 * How many contexts Context.run has entered between the innermost run loop and the native function that waits; -1 when there
 * is native code between them that can't be left.
 */
function contextsUpToRunLoop(): number {
  const { frame } = vm;
  const base = frame === undefined ? undefined : callBase(frame);
  if (frame === undefined || base === undefined || frame === stayingFrame) return -1;
  const { stack, sp } = frame;
  let callable = stack[base] as Value;
  const self = stack[base + 1];
  let args: Value[];
  if (isUnpackingCall(frame)) {
    const given = stack[base + 2];
    args = given instanceof PyTuple ? given.items.slice() : [];
  } else args = stack.slice(self === undefined ? base + 2 : base + 1, sp) as Value[];
  // The run loop has put a bound method's object where it belongs.
  if (callable instanceof PyMethod && self !== undefined) callable = callable.func;
  for (let contexts = 0; ; ) {
    if (typeof callable !== 'object' || callable === null) return -1;
    if (callable instanceof PyMethodDescriptor) callable = new PyBuiltin(callable.def, args.shift(), null);
    if (callable instanceof PyBuiltin) {
      if (waiting.has(callable.def.implementation)) return contexts;
      if (enteredContext(callable) === undefined || args.length === 0) return -1;
      contexts++;
      [callable, ...args] = args;
      continue;
    }
    const forwarded = forwardedCall(callable, args, undefined);
    if (forwarded === undefined) return -1;
    ({ callable, args } = forwarded);
  }
}

function isOver(wait: Wait, now: bigint | undefined): boolean {
  if (wait.ready()) return true;
  return wait.deadline !== undefined && wait.deadline <= (now ?? vm.host.monotonic());
}

/** Waits where there is no other thread to run. */
function waitAlone(wait: Wait): Value {
  const { thread } = vm;
  const before = thread.wait;
  thread.wait = wait;
  try {
    do {
      vm.onRation?.();
      vm.checkSignals?.();
      if (vm.threadsHeld > 0 && vm.threads.length > 1 && wait.deadline === undefined) {
        throw runtimeError(`${wait.what} would have to wait for another thread, and none may run now`);
      }
      sleepUntil(wait.deadline, [thread]);
      vm.onRation?.();
      vm.checkSignals?.();
      const raised = takeRaised();
      if (raised !== undefined) throw raised;
      // What ran in between may have started a thread.
      if (vm.threads.length > 1 && vm.threadsHeld === 0) break;
    } while (!isOver(wait, undefined));
  } catch (error) {
    wait.cancel?.();
    throw error;
  } finally {
    thread.wait = before;
  }
  return block(wait);
}

/** What is to be raised in the thread that runs, before it goes on. */
export function takeRaised(): PyBaseException | undefined {
  const { raised } = vm.thread;
  vm.thread.raised = undefined;
  if (raised !== undefined && raised.traceback === null) chainContext(raised);
  return raised;
}

/** Sleeps until something can have changed. Collects what the program has dropped, if there is time. */
function sleepUntil(deadline: bigint | undefined, waiters: readonly ThreadState[]): void {
  checkWatchdog();
  const end = earliest(earliest(deadline, vm.nextTimer?.()), vm.watchdog?.deadline);
  const before = vm.host.monotonic();
  if (end !== undefined && end <= before) return;
  // A finaliser may have ended a wait.
  if (collectWhileIdle(end === undefined ? LONG : end - before)) return;
  if (end === undefined) {
    endlessWait(waiters);
    return;
  }
  const rest = end - vm.host.monotonic();
  if (rest > 0n) vm.host.sleep(rest < LONG ? rest : LONG);
  checkWatchdog();
}

const earliest = (one: bigint | undefined, other: bigint | undefined): bigint | undefined =>
  one === undefined || (other !== undefined && other < one) ? other : one;

// Deadlock.

/** Nothing in the program can end the wait of any of its threads. Says so; only where somebody may press Ctrl-C it goes on waiting. */
function endlessWait(waiters: readonly ThreadState[]): void {
  const { host } = vm;
  // What nothing holds any more may have been what would have ended a wait: an executor that is dropped stops its threads.
  if (collect() > 0) return;
  const patient = vm.debugging !== undefined || host.files.isatty(0);
  if (patient) {
    if (vm.toldOfDeadlock !== vm.threads.length) host.write(2, `coroscope: ${describeDeadlock()}\n`);
    vm.toldOfDeadlock = vm.threads.length;
    host.sleep(SECOND);
    return;
  }
  const victim = waiters.find((thread) => thread === vm.mainThread) ?? waiters[0];
  if (victim === undefined) throw new InternalError(describeDeadlock());
  victim.raised = runtimeError(describeDeadlock());
}

function describeDeadlock(): string {
  const lines = vm.threads.map((thread) => {
    const seen = frameOf(thread);
    const place =
      seen === undefined ? '' : `, ${seen.code.code.co_name}() in ${seen.code.code.co_filename}:${seen.line ?? '?'}`;
    const what = thread.ended !== undefined ? 'native code of another thread' : (waitOf(thread)?.what ?? 'native code');
    return `${nameOf(thread)} waits for ${what}${place}`;
  });
  return `deadlock: no thread can ever go on: ${lines.join('; ')}`;
}

/** What a thread waits for; undefined when it can go on. */
export function waitOf(thread: ThreadState): Wait | undefined {
  return thread.wait ?? thread.interruptedWait;
}

/** The name of a thread for messages and debuggers. */
export function nameOf(thread: ThreadState): string {
  if (thread === vm.mainThread) return 'MainThread';
  return thread.name === '' ? `Thread-${thread.ident - 1}` : thread.name;
}

/** A frame of the program's own: without those that stand for native code. */
export function visibleFrame(frame: Frame | undefined): Frame | undefined {
  return frame !== undefined && isNativeWait(frame) ? frame.back : frame;
}

/** Where a thread is, whether it runs or stands still. */
export function frameOf(thread: ThreadState): Frame | undefined {
  return visibleFrame(thread === vm.thread ? vm.frame : thread.frame);
}

// Switching.

function save(thread: ThreadState): void {
  thread.frame = vm.frame;
  thread.depth = vm.depth;
  thread.stopValue = vm.stopValue;
}

function restore(thread: ThreadState): void {
  vm.thread = thread;
  vm.frame = thread.frame;
  vm.depth = thread.depth;
  vm.stopValue = thread.stopValue;
}

/**
 * Ends the turn of the thread that runs, and lets the next one that can go on do so in the run() of `entry`: `vm` is that thread's
 * then. Gives what `entry` has given, when it is this run()'s turn to return. What the thread is to raise, takeRaised() tells.
 */
export function switchThread(entry: Frame): Ended | undefined {
  const left = vm.thread;
  const change = vm.switching as ThreadSwitch;
  vm.switching = undefined;
  const { ended } = change;
  if (ended !== undefined) vm.frame = ended.back;
  save(left);
  left.wait = change.wait;
  left.contexts = change.contexts;
  let at = vm.threads.indexOf(left);
  if (ended !== undefined) {
    if (ended.frame === left.base) {
      endThread(left, ended.exception);
      at--;
    } else left.ended = ended;
  }
  for (;;) {
    const next = chooseThread(at, entry);
    if (next === undefined) {
      idle();
      continue;
    }
    at = vm.threads.indexOf(next);
    restore(next);
    vm.fuel = Math.min(vm.turnFuel, FUEL_RATION);
    vm.fuelLeft = 0;
    vm.debugging?.turnBegins();
    if (vm.monitoring?.wantsAll) vm.interruptFuel();
    if (!next.begun) {
      if (begin(next)) return undefined;
      at--;
      continue;
    }
    if (next === vm.mainThread && vm.signalsPending) within(next, () => vm.checkSignals?.());
    if (next.ended !== undefined) {
      const result = next.ended;
      next.ended = undefined;
      return result;
    }
    if (next.wait !== undefined && !goOn(next)) continue;
    return undefined;
  }
}

/** The first thread after the one at `at` that can go on, in turn. */
function chooseThread(at: number, entry: Frame): ThreadState | undefined {
  const { threads } = vm;
  let now: bigint | undefined;
  for (let i = 1; i <= threads.length; i++) {
    const thread = threads[(at + i) % threads.length];
    if (thread.ended !== undefined) {
      if (thread.ended.frame === entry) return thread;
      continue;
    }
    const { wait } = thread;
    if (wait === undefined || thread.raised !== undefined) return thread;
    if (thread === vm.mainThread && vm.signalsPending) return thread;
    if (wait.ready()) return thread;
    if (wait.deadline === undefined) continue;
    now ??= vm.host.monotonic();
    if (wait.deadline <= now) return firstToWake(thread, wait.deadline);
  }
  return undefined;
}

/** Of threads whose time is over, the one whose time was over first: on a busy machine several are at once. */
function firstToWake(found: ThreadState, deadline: bigint): ThreadState {
  let first = found;
  let end = deadline;
  for (const thread of vm.threads) {
    const own = thread.wait?.deadline;
    if (thread.ended !== undefined || own === undefined || own >= end) continue;
    first = thread;
    end = own;
  }
  return first;
}

/** Ends the wait of a thread, in which `vm` is; false when it isn't over after all. */
function goOn(thread: ThreadState): boolean {
  const wait = thread.wait as Wait;
  let value: Value = null;
  if (thread.raised !== undefined) wait.cancel?.();
  else if (!isOver(wait, undefined)) return false;
  else {
    try {
      value = wait.finish();
    } catch (error) {
      thread.raised = pythonException(error);
    }
  }
  thread.wait = undefined;
  for (; thread.contexts > 0; thread.contexts--) leaveContext();
  if (thread.raised === undefined) giveResult(vm.frame as Frame, value);
  return true;
}

/** Puts the result of the call that a frame is at where it belongs. */
function giveResult(frame: Frame, value: Slot): void {
  const base = isNativeWait(frame) ? frame.sp : callBase(frame);
  if (base === undefined) throw new InternalError('a wait outside a call');
  frame.stack[base] = value;
  frame.sp = base + 1;
}

/** Runs Python code in a thread that waits, as if the wait had called it; what that raises is raised in the thread. */
function within(thread: ThreadState, action: () => void): void {
  const { frame, depth, stopValue, wait, contexts } = thread;
  restore(thread);
  vm.frame = visibleFrame(frame);
  thread.wait = undefined;
  thread.contexts = 0;
  thread.interruptedWait = wait;
  try {
    action();
  } catch (error) {
    thread.raised = pythonException(error);
  }
  thread.frame = frame;
  thread.depth = depth;
  thread.stopValue = stopValue;
  thread.wait = wait;
  thread.interruptedWait = undefined;
  thread.contexts = contexts;
  restore(thread);
}

/** No thread can go on now: sleeps until one may. */
function idle(): void {
  const waiters = vm.threads.filter((thread) => thread.wait !== undefined);
  let deadline: bigint | undefined;
  for (const { wait } of waiters) {
    const end = wait?.deadline;
    if (end !== undefined && (deadline === undefined || end < deadline)) deadline = end;
  }
  // A debugger that pauses the program now shows a thread that waits, best the main thread.
  const shown = waiters.find((thread) => thread === vm.mainThread) ?? waiters[0];
  if (shown === undefined) throw new InternalError(describeDeadlock());
  within(shown, () => {
    vm.onRation?.();
    if (vm.signalsPending) return;
    sleepUntil(deadline, waiters);
    vm.onRation?.();
  });
}

/** The first frame of the run() or thread that a frame belongs to, and how deep in it the frame is. */
export function segmentOf(frame: Frame): { first: Frame; depth: number } {
  let first = frame;
  let depth = 0;
  while (first.onReturn !== Return.ENTRY && first.back !== undefined) {
    first = first.back;
    depth++;
  }
  return { first, depth };
}
