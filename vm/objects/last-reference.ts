import { isInLibrary } from '../importing/library-path.ts';
import { programOf } from '../interpreter/decode.ts';
import { type Frame, FrameState } from '../interpreter/frame.ts';
import { Opcode } from '../interpreter/opcode.ts';
import { type Program, Word } from '../interpreter/program.ts';
import { vm } from '../interpreter/state.ts';
import { clearTrap, setTrap, Trap } from '../interpreter/traps.ts';
import { finalizeUnreachable, holdsItself, type Parents, reachable, reachableNearby } from './collect.ts';
import { PyDict } from './dict.ts';
import type { PyBaseException } from './exception.ts';
import { PyFunction, PyMethod } from './function.ts';
import { PyGenerator } from './generator.ts';
import { asyncGeneratorType, coroutineType, type PyObject } from './object.ts';

// CPython finalises an object when its last reference goes. Nobody counts references here; but of the few objects whose end a
// program can observe, those that the collector would look for are watched from their making on: traps stand behind the
// instructions of the program's own code that can drop something, and there each watched object is looked for, first where it was
// last seen, then in the frames, then everywhere. What isn't found is finalised there, at the line and in the order of CPython.
//
// All of it is rationed, so that a program that makes many such objects soon pays nothing and leaves them to the collector
// (collect.ts). The rations count instructions and objects, never time: every run of a program is the same.

/** How many watched objects may be alive at once. */
const MAX_WATCHED = 32;
/** How many traps may be run into before watching ends, and how many an object that was found lost earns. */
const TRAPS = 100_000;
const TRAPS_EARNED = 500;
/** After so many traps with nothing to watch they are taken away. */
const IDLE = 100;
/** How many objects may be visited by marking in all, and how many more each ration of fuel gives. */
const VISITS = 4_000_000;
const VISITS_A_RATION = 4_000;
/** How many objects around the frames are looked through before everything is: marking a program that imports unittest visits 20,000. */
const NEARBY = 400;
/** After so many rations of fuel watching begins again, on a small allowance. */
const RATIONS_OFF = 4;
const TRAPS_AGAIN = 1_000;

/** From an object to what holds it, and so on up to a root: where to look for it first. */
type Path = readonly Link[];
interface Link {
  readonly holder: object;
  readonly key: unknown;
  readonly held: object;
}

export class LastReferences {
  private readonly watched = new Map<PyObject, Path | undefined>();
  private readonly programs = new Set<Program>();
  private traps = TRAPS;
  private visits = VISITS;
  private rationsOff = 0;
  private idle = 0;
  private busy = false;
  private asleep = false;

  /** Watches a generator whose end can be observed: it has something to clean up, or will be missed when nobody awaits it. */
  watchGenerator(generator: PyGenerator, maker: Frame | undefined): void {
    if (generator.type === coroutineType) {
      if (maker !== undefined && opcodeAt(maker) === Opcode.GET_AWAITABLE) return;
    } else if (!cleansUp(generator)) return;
    this.watch(generator, maker);
  }

  /** Watches an object that code of this frame, or of one that called it, has made. */
  watch(object: PyObject, maker: Frame | undefined): void {
    if (this.traps <= 0 || this.asleep) return;
    if (this.watched.size >= MAX_WATCHED) this.forgetSettled();
    if (this.watched.size >= MAX_WATCHED) {
      // The oldest is left to the collector.
      for (const oldest of this.watched.keys()) {
        this.watched.delete(oldest);
        break;
      }
    }
    this.watched.set(object, undefined);
    this.idle = 0;
    for (let frame = maker; frame !== undefined; frame = frame.back) {
      if (this.programs.has(frame.program)) break;
      this.place(frame.program);
    }
  }

  /** Runs what makes no objects that anybody misses: it is neither watched nor trapped. */
  ignoring(action: () => void): void {
    this.asleep = true;
    try {
      action();
    } finally {
      this.asleep = false;
    }
  }

  /** A ration of fuel has been used up. */
  ration(): void {
    this.visits = Math.min(VISITS, this.visits + VISITS_A_RATION);
    if (this.traps > 0 || ++this.rationsOff < RATIONS_OFF) return;
    this.rationsOff = 0;
    this.traps = TRAPS_AGAIN;
  }

  /** Before an instruction behind one that can drop something. */
  hit(frame: Frame): void {
    if (this.busy) return;
    if (this.watched.size === 0) {
      if (++this.idle > IDLE) this.takeTraps();
      return;
    }
    if (--this.traps <= 0) {
      this.stop();
      return;
    }
    const { program, index } = frame;
    if (returnsOrYields(program.pristine[index]) && frame.back !== undefined) this.place(frame.back.program);
    this.followCall(frame);
    // The instruction that dropped something is the one before.
    if (this.suspects()) this.finalizeLost(frame, index);
  }

  /** An exception takes what this frame has on its value stack, down to where its handler finds it. */
  unwinds(frame: Frame, exception: PyBaseException, handler: number): void {
    if (this.busy || this.watched.size === 0 || --this.traps <= 0) return;
    const { localCount, handlers } = frame.program;
    frame.sp = handler < 0 ? localCount : localCount + handlers[handler + 3];
    frame.stack[frame.sp++] = exception;
    if (this.suspects()) this.finalizeLost(frame, frame.ip);
  }

  /** A way to an object from the frames, if there is a short one. */
  private pathNearby(object: PyObject): Path | undefined {
    const parents = reachableNearby(object, NEARBY);
    this.visits -= parents?.size ?? NEARBY;
    return parents === undefined ? undefined : pathOf(object, parents);
  }

  /** Whether an object isn't where it was last seen, nor near a frame. */
  private suspects(): boolean {
    let found = false;
    for (const [object, path] of this.watched) {
      if (isSettled(object)) this.watched.delete(object);
      else if (isExecuting(object) || (path !== undefined && isIntact(path))) continue;
      else {
        const seen = pathInFrames(object) ?? this.pathNearby(object);
        if (seen === undefined) found = true;
        else this.watched.set(object, seen);
      }
    }
    return found;
  }

  /** Looks everywhere, and finalises what isn't found, with the frame standing at `ip`. */
  private finalizeLost(frame: Frame, at: number): void {
    this.busy = true;
    const { ip } = frame;
    try {
      // Whatever the end of an object lets go may be the last of others.
      for (let again = true; again && this.visits > 0; ) {
        const parents = reachable();
        if (parents === undefined) return;
        this.visits -= parents.size;
        const lost: PyObject[] = [];
        for (const object of this.watched.keys()) {
          if (isExecuting(object)) continue;
          if (parents.has(object)) this.watched.set(object, pathOf(object, parents));
          else {
            // What holds itself is found by the collector alone, in CPython as well.
            if (!holdsItself(object, parents)) lost.push(object);
            this.watched.delete(object);
          }
        }
        again = lost.length > 0 && this.watched.size > 0;
        if (lost.length === 0) return;
        this.traps = Math.min(TRAPS, this.traps + lost.length * TRAPS_EARNED);
        frame.ip = at;
        finalizeUnreachable(lost);
      }
    } finally {
      frame.ip = ip;
      this.busy = false;
    }
  }

  /** What is given to a function may be dropped there. */
  private followCall(frame: Frame): void {
    const { program, index, stack, sp } = frame;
    if (program.pristine[index] !== Opcode.CALL) return;
    const base = sp - (program.words[index] >> Word.SHIFT) - 2;
    const callable = stack[base];
    const func = callable instanceof PyMethod ? callable.func : callable;
    if (!(func instanceof PyFunction)) return;
    for (let i = base + 1; i < sp; i++) {
      if (this.watched.has(stack[i] as PyObject)) {
        this.place(programOf(func.code));
        return;
      }
    }
  }

  private place(program: Program): void {
    if (this.programs.has(program) || isLibrary(program)) return;
    this.programs.add(program);
    const { pristine } = program;
    this.traps -= pristine.length >> 3;
    for (let index = 0; index < pristine.length; index++) {
      const opcode: Opcode = pristine[index];
      const follows = index > 0 && canDrop(pristine[index - 1]);
      if (follows || opcode === Opcode.CALL || returnsOrYields(opcode)) setTrap(program, index, Trap.LAST_REFERENCE);
    }
  }

  private stop(): void {
    this.traps = 0;
    this.watched.clear();
    this.takeTraps();
  }

  private takeTraps(): void {
    for (const program of this.programs) {
      for (let index = 0; index < program.pristine.length; index++) clearTrap(program, index, Trap.LAST_REFERENCE);
    }
    this.programs.clear();
  }

  private forgetSettled(): void {
    for (const object of this.watched.keys()) if (isSettled(object)) this.watched.delete(object);
  }
}

const opcodeAt = ({ program, ip }: Frame): Opcode => program.pristine[ip];

/** Whether closing it where it is, or where it may come to be, runs code of its own. */
function cleansUp({ code, type }: PyGenerator): boolean {
  const program = code.program as Program;
  // What is thrown into it is told of.
  if (vm.monitoring?.wantsAll) return true;
  program.cleansUp ??= yieldsGuarded(program);
  return program.cleansUp || (type === asyncGeneratorType && vm.thread.asyncGenFinalizer !== null);
}

/** Whether there is a yield inside a try or with: a handler other than that of the whole body, which turns StopIteration into an error. */
function yieldsGuarded(program: Program): boolean {
  const { pristine, handlers, words, blockStack } = program;
  for (let index = 0; index < pristine.length; index++) {
    const opcode: Opcode = pristine[index];
    if (blockStack && isBlockSetup(opcode)) return true;
    if (opcode !== Opcode.YIELD_VALUE && opcode !== Opcode.YIELD_DELEGATED) continue;
    for (let at = 0; at < handlers.length; at += 5) {
      if (index < handlers[at] || index >= handlers[at + 1]) continue;
      const first: Opcode = pristine[handlers[at + 2]];
      const closes = first === Opcode.CLEANUP_THROW;
      const wraps = first === Opcode.CALL_INTRINSIC_1 && words[handlers[at + 2]] >> Word.SHIFT === STOP_ITERATION_ERROR;
      if (!closes && !wraps) return true;
    }
  }
  return false;
}

/** INTRINSIC_STOPITERATION_ERROR. */
const STOP_ITERATION_ERROR = 3;

const isBlockSetup = (opcode: Opcode): boolean =>
  opcode === Opcode.SETUP_FINALLY_38 || opcode === Opcode.SETUP_WITH_38 || opcode === Opcode.SETUP_ASYNC_WITH_38;

/** The library's own code drops nothing that is worth the traps: its callers see to it a little later. */
const isLibrary = ({ code }: Program): boolean => isInLibrary(code.code.co_filename);

/** Whether its end can't be observed any more. */
function isSettled(object: PyObject): boolean {
  if (!(object instanceof PyGenerator)) return !vm.finalizable.has(object);
  const { frame } = object;
  if (frame === undefined) return true;
  return object.type === coroutineType && frame.state !== FrameState.CREATED && !cleansUp(object);
}

const isExecuting = (object: PyObject): boolean =>
  object instanceof PyGenerator && object.frame?.state === FrameState.EXECUTING;

const returnsOrYields = (opcode: Opcode): boolean =>
  opcode === Opcode.RETURN_VALUE || opcode === Opcode.YIELD_VALUE || opcode === Opcode.YIELD_VALUE_38;

function canDrop(opcode: Opcode): boolean {
  switch (opcode) {
    case Opcode.STORE_FAST:
    case Opcode.STORE_FAST_LOAD_FAST:
    case Opcode.STORE_FAST_STORE_FAST:
    case Opcode.STORE_DEREF:
    case Opcode.STORE_NAME:
    case Opcode.STORE_GLOBAL:
    case Opcode.STORE_ATTR:
    case Opcode.STORE_SUBSCR:
    case Opcode.DELETE_FAST:
    case Opcode.DELETE_DEREF:
    case Opcode.DELETE_NAME:
    case Opcode.DELETE_GLOBAL:
    case Opcode.DELETE_ATTR:
    case Opcode.DELETE_SUBSCR:
    case Opcode.POP_TOP:
    case Opcode.POP_CALL_RESULT:
    case Opcode.POP_ITER:
    case Opcode.POP_EXCEPT:
    case Opcode.POP_EXCEPT_38:
    case Opcode.LOAD_ATTR:
    case Opcode.CALL:
    case Opcode.CALL_KW:
    case Opcode.CALL_FUNCTION_EX:
    case Opcode.CALL_FUNCTION_38:
    case Opcode.CALL_FUNCTION_KW_38:
    case Opcode.CALL_FUNCTION_EX_38:
      return true;
    default:
      return false;
  }
}

/** A place in a frame of the call chain that holds the object itself. */
function pathInFrames(object: PyObject): Path | undefined {
  for (let frame = vm.frame; frame !== undefined; frame = frame.back) {
    const key = frame.stack.indexOf(object);
    if (key < 0) continue;
    const link = { holder: frame, key, held: object };
    if (holds(link)) return [link];
  }
  return undefined;
}

/** How the collector came to an object. */
function pathOf(object: PyObject, parents: Parents): Path {
  const path: Link[] = [];
  let held: object = object;
  for (let holder = parents.get(held); holder !== undefined; holder = parents.get(held)) {
    path.push({ holder, key: keyOf(holder, held), held });
    held = holder;
  }
  return path;
}

function isIntact(path: Path): boolean {
  if (path.length === 0) return false;
  for (const link of path) if (!holds(link)) return false;
  const root = path[path.length - 1].holder;
  return !(root as Frame).program || (root as Frame).state === FrameState.EXECUTING;
}

function keyOf(holder: object, held: object): unknown {
  if (Array.isArray(holder)) return holder.indexOf(held);
  if (holder instanceof PyDict) {
    const at = holder.values.indexOf(held as PyObject);
    if (at >= 0) return at;
  }
  if (holder instanceof Map) {
    for (const [key, value] of holder) if (value === held || key === held) return key;
  }
  if (holder instanceof Set) return held;
  if ('stack' in holder && Array.isArray(holder.stack) && holder.stack.includes(held))
    return holder.stack.indexOf(held);
  for (const name in holder) if ((holder as Record<string, unknown>)[name] === held) return name;
  return undefined;
}

/** Whether a holder still holds what it held, at the same place. */
function holds({ holder, key, held }: Link): boolean {
  if (Array.isArray(holder)) return holder[key as number] === held;
  if (typeof key === 'number') {
    if (holder instanceof PyDict) return holder.values[key] === held;
    const { stack, sp, program } = holder as Frame;
    return stack[key] === held && (key < sp || key < program.localCount);
  }
  if (holder instanceof Map) return holder.get(key) === held || key === held;
  if (holder instanceof Set) return holder.has(held);
  return key !== undefined && (holder as Record<string, unknown>)[key as string] === held;
}
