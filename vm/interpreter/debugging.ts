import { LocalKind } from '../../compiler/bytecode/code-object.ts';
import type { PyCell } from '../objects/cell.ts';
import type { PyBaseException } from '../objects/exception.ts';
import type { PyGenerator } from '../objects/generator.ts';
import type { Slot, Value } from '../objects/object.ts';
import type { Frame } from './frame.ts';
import { isNativeWait } from './native-wait.ts';
import { Opcode } from './opcode.ts';
import type { Program } from './program.ts';
import { vm } from './state.ts';
import { frameOf, nameOf, waitOf } from './threads.ts';
import { clearTrap, setTrap, Trap } from './traps.ts';

export type StopReason = 'breakpoint' | 'pause';

/**
 * What a debugger gives the VM. Every call comes from inside the run loop, with `frame.ip` up to date: `frame.index` is the
 * instruction about to run (or that raised, or that yields). The VM goes on when the call returns; to hold the program,
 * don't return. Values, locals and breakpoints may be changed meanwhile.
 */
export interface DebugHooks {
  /** A code object runs for the first time: the moment to set its breakpoints. */
  onDecode(program: Program): void;
  /** A breakpoint, among them those that a debugger steps by, or a pause. */
  onStop(reason: StopReason, frame: Frame): void;
  /** An exception was raised in this frame; called once, before unwinding. Left out, raising costs nothing. */
  onRaise?: ((frame: Frame, exception: PyBaseException) => void) | undefined;
  /** A generator, coroutine or async generator is about to suspend with this value. */
  onSuspend?: ((frame: Frame, value: Value) => void) | undefined;
  /**
   * A frame is entered or resumed: frame.ip is what it runs next. Set it only while it is wanted, and then call
   * `watchEntries`.
   */
  onEntry?: ((frame: Frame) => void) | undefined;
  /** Called about every 20,000 loop turns and calls: true pauses. The place to look at a flag another thread sets. */
  onRation?(): boolean;
}

/** Breakpoints and inspection of the running interpreter. Made by `attachDebugger`. */
export class Debugging {
  readonly hooks: DebugHooks;
  private readonly breakpoints = new Map<Program, Set<number>>();
  private pauseRequested = false;
  private readonly programs = new Set<Program>();
  /** A frame that was made to jump to a breakpoint and is about to run into it: the debugger knows of that. */
  private arrival: Frame | undefined = undefined;
  /** Set while a hook evaluates code of its own, which must not stop. */
  private silent = 0;

  constructor(hooks: DebugHooks) {
    this.hooks = hooks;
  }

  // For the debugger.

  setBreakpoint(program: Program, index: number): void {
    let set = this.breakpoints.get(program);
    if (set === undefined) {
      set = new Set();
      this.breakpoints.set(program, set);
    }
    set.add(index);
    setTrap(program, index, Trap.DEBUGGER);
  }

  clearBreakpoint(program: Program, index: number): void {
    this.breakpoints.get(program)?.delete(index);
    this.restore(program, index);
  }

  /** Every program decoded so far, in the order of decoding. */
  decodedPrograms(): Iterable<Program> {
    return this.programs;
  }

  /** Stops at the next backward jump, call or resumption. */
  requestPause(): void {
    this.pauseRequested = true;
    vm.interruptFuel();
  }

  /** Makes the run loop tell of every frame that is entered or resumed from now on, as long as `onEntry` is set. */
  watchEntries(): void {
    vm.interruptFuel();
  }

  /** Runs `action` with breakpoints and other hooks asleep and other threads standing still: for evaluating in a stopped frame. */
  silently<T>(action: () => T): T {
    const { fuel, fuelLeft } = vm;
    this.silent++;
    vm.threadsHeld++;
    try {
      return action();
    } finally {
      this.silent--;
      vm.threadsHeld--;
      vm.fuel = fuel;
      vm.fuelLeft = fuelLeft;
    }
  }

  // For the run loop.

  decoded(program: Program): void {
    this.programs.add(program);
    this.hooks.onDecode(program);
  }

  /** A TRAP is about to run in place of the instruction at frame.index. */
  hit(frame: Frame): void {
    if (this.silent > 0) return;
    const { arrival } = this;
    this.arrival = undefined;
    if (arrival === frame) return;
    if (this.breakpoints.get(frame.program)?.has(frame.index)) this.hooks.onStop('breakpoint', frame);
  }

  /** Fuel has run out in this frame, at its entry (entering) or at a backward jump. */
  outOfFuel(frame: Frame, entering: boolean): void {
    if (this.silent > 0) return;
    if (this.pauseRequested || this.hooks.onRation?.()) {
      this.pauseRequested = false;
      const { ip } = frame;
      this.hooks.onStop('pause', frame);
      // Where it has been made to jump, `index` is what it runs next; here it is `ip`.
      if (frame.ip !== ip) {
        frame.ip = frame.index;
        if (this.breakpoints.get(frame.program)?.has(frame.ip)) this.arrival = frame;
      }
    }
    if (this.hooks.onEntry !== undefined) {
      vm.interruptFuel();
      // A frame that TypeScript code resumes isn't told from one that jumps back, but by where it stands.
      if (entering || frame.program.pristine[frame.index] !== Opcode.JUMP_BACKWARD) this.hooks.onEntry(frame);
    }
  }

  /** A thread's turn begins with a full ration. */
  turnBegins(): void {
    if (this.hooks.onEntry !== undefined) vm.interruptFuel();
  }

  raised(frame: Frame, exception: PyBaseException): void {
    if (this.silent === 0 && !isNativeWait(frame)) this.hooks.onRaise?.(frame, exception);
  }

  suspends(frame: Frame, value: Value): void {
    if (this.silent === 0) this.hooks.onSuspend?.(frame, value);
  }

  private restore(program: Program, index: number): void {
    if (!this.breakpoints.get(program)?.has(index)) clearTrap(program, index, Trap.DEBUGGER);
  }
}

/** Connects a debugger to the interpreter of this realm; before any code is decoded, so that onDecode sees all of it. */
export function attachDebugger(hooks: DebugHooks): Debugging {
  vm.debugging = new Debugging(hooks);
  return vm.debugging;
}

/** A local, cell or free variable of a frame. */
export interface LocalVariable {
  readonly name: string;
  readonly kind: 'local' | 'cell' | 'free';
  /** Undefined while unbound. */
  readonly value: Slot;
}

/** The fast locals of a frame in the order of co_localsplusnames, cells opened; empty for a module or class body. */
export function localVariables(frame: Frame): LocalVariable[] {
  const { co_localsplusnames: names, co_localspluskinds: kinds } = frame.code.code;
  return names.map((name, index) => {
    const kind = kinds[index] & LocalKind.FREE ? 'free' : kinds[index] & LocalKind.CELL ? 'cell' : 'local';
    const slot = frame.stack[index];
    return { name, kind, value: kind === 'local' || !isCell(slot) ? slot : slot.contents };
  });
}

/** The value stack, bottom first; undefined stands for CPython's NULL. */
export function valueStack(frame: Frame): Slot[] {
  return frame.stack.slice(frame.program.localCount, frame.sp);
}

/** Assigns a fast local or the contents of its cell; false when the frame has no such variable. */
export function setLocalVariable(frame: Frame, name: string, value: Value): boolean {
  const index = frame.code.code.co_localsplusnames.indexOf(name);
  if (index < 0) return false;
  const slot = frame.stack[index];
  if (isCell(slot)) slot.contents = value;
  else frame.stack[index] = value;
  return true;
}

/** Every generator, coroutine and async generator that has not finished, oldest first. */
export function liveGenerators(): PyGenerator[] {
  const found: PyGenerator[] = [];
  for (let next = vm.firstGenerator; next !== undefined; next = next.nextLive) found.push(next);
  return found;
}

/** The frames of the call chain, innermost first. */
export function callChain(frame: Frame | undefined = vm.frame): Frame[] {
  const frames: Frame[] = [];
  for (let next = frame; next !== undefined; next = next.back) frames.push(next);
  return frames;
}

/** A Python thread as it stands. */
export interface PythonThread {
  /** threading.get_ident(). */
  readonly ident: number;
  readonly name: string;
  readonly isMain: boolean;
  /** Whether it is the one that runs, or stopped. */
  readonly isCurrent: boolean;
  /** Its innermost frame, to be given to `callChain`; undefined before it has begun and within native code alone. */
  readonly frame: Frame | undefined;
  /** What it waits for, such as 'lock.acquire()'; undefined when it can go on. */
  readonly waitsFor: string | undefined;
}

/** The threads that have been started and have not ended, the main thread first. */
export function pythonThreads(): PythonThread[] {
  return vm.threads.map((thread) => ({
    ident: thread.ident,
    name: nameOf(thread),
    isMain: thread === vm.mainThread,
    isCurrent: thread === vm.thread,
    frame: frameOf(thread),
    waitsFor: waitOf(thread)?.what,
  }));
}

function isCell(slot: Slot): slot is PyCell {
  return typeof slot === 'object' && slot !== null && 'contents' in slot;
}
