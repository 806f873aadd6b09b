import { PyGenerator } from '../objects/generator.ts';
import { coroutineType, generatorType, type PyType, type Slot, type Value } from '../objects/object.ts';
import { type Frame, FrameState, Return } from './frame.ts';
import { Opcode } from './opcode.ts';
import { Word } from './program.ts';
import { vm } from './state.ts';

// How generators' frames enter and leave the call chain. A generator that delegates is resumed only to send to its delegate, and
// gets a value only to yield it: such frames are linked and unlinked here, all of a chain at once, and their SEND and YIELD_VALUE
// don't run. Whoever looks at a frame sees what he would have seen.

/** The frame of a generator that the run loop may resume with this value; undefined where send() raises something instead. */
function resumable(generator: PyGenerator, value: Value): Frame | undefined {
  const { frame } = generator;
  if (frame === undefined || frame.state === FrameState.EXECUTING) return undefined;
  return frame.state === FrameState.CREATED && value !== null ? undefined : frame;
}

/** g.send(value), with g and the value on the caller's stack: the frame to run, undefined if the call is for send() itself. */
export function linkSend(
  owner: PyType,
  stack: readonly Slot[],
  first: number,
  count: number,
  back: Frame,
): Frame | undefined {
  const generator = stack[first];
  if (count !== 2 || !(generator instanceof PyGenerator) || generator.type !== owner) return undefined;
  const value = stack[first + 1] as Value;
  const frame = resumable(generator, value);
  return frame === undefined ? undefined : linkGenerator(frame, back, value, Return.NEXT);
}

/**
 * next(g) or next(g, default), with its arguments on the caller's stack: the frame to run, undefined if the call is for next()
 * itself. The caller's `sp` is set to where the result goes, at `base`, or behind the default that waits there.
 */
export function linkNext(stack: Slot[], base: number, first: number, count: number, back: Frame): Frame | undefined {
  const generator = stack[first];
  if (!(generator instanceof PyGenerator) || generator.type !== generatorType || count > 2) return undefined;
  const frame = resumable(generator, null);
  if (frame === undefined) return undefined;
  if (count === 1) {
    back.sp = base;
    return linkGenerator(frame, back, null, Return.NEXT);
  }
  stack[base] = stack[first + 1];
  back.sp = base + 1;
  return linkGenerator(frame, back, null, Return.NEXT_DEFAULT);
}

/**
 * Links a generator's frame into the call chain, and its delegates' as far as they are generators, to be resumed with `value`; gives
 * the innermost, the one to run.
 */
export function linkGenerator(resumed: Frame, back: Frame, value: Value, onReturn: Return): Frame {
  let frame = resumed;
  let linked = 1;
  frame.back = back;
  frame.onReturn = onReturn;
  if (frame.state === FrameState.SUSPENDED_YIELD_FROM && vm.debugging === undefined && vm.monitoring === undefined) {
    const room = vm.recursionLimit - vm.depth;
    while (linked < room) {
      const delegate = nextDelegate(frame);
      if (delegate === undefined) break;
      frame.state = FrameState.EXECUTING;
      delegate.back = frame;
      delegate.onReturn = Return.SEND;
      frame = delegate;
      linked++;
      if (frame.state !== FrameState.SUSPENDED_YIELD_FROM) break;
    }
  }
  vm.depth += linked;
  vm.fuel -= linked - 1;
  frame.state = FrameState.EXECUTING;
  if (frame.ip !== 0) frame.stack[frame.sp++] = value;
  return frame;
}

/** Whom this frame would send to as the next thing it does, where that is a suspended generator; `ip` then stands behind the SEND. */
function nextDelegate(frame: Frame): Frame | undefined {
  const { words } = frame.program;
  let at = frame.ip;
  let word = words[at];
  if ((word & Word.OPCODE) === Opcode.JUMP_BACKWARD_NO_INTERRUPT) {
    at = word >> Word.SHIFT;
    word = words[at];
  }
  if ((word & Word.OPCODE) !== Opcode.SEND) return undefined;
  const delegate = frame.stack[frame.sp - 1];
  if (!(delegate instanceof PyGenerator)) return undefined;
  if (delegate.type !== generatorType && delegate.type !== coroutineType) return undefined;
  const resumed = delegate.frame;
  if (resumed === undefined || resumed.state === FrameState.EXECUTING) return undefined;
  frame.ip = at + 1;
  return resumed;
}

/**
 * Takes a yielding generator's frame, suspended already, out of the call chain, and those of the generators that delegate to it and
 * would yield the same value next; gives the outermost. Its `back` is left for the caller to clear.
 */
export function unlinkGenerator(yielding: Frame): Frame {
  let frame = yielding;
  let unlinked = 1;
  if (frame.onReturn === Return.SEND && vm.debugging === undefined && vm.monitoring === undefined) {
    do {
      const back = frame.back as Frame;
      if (!yieldsOn(back)) break;
      frame.back = undefined;
      frame = back;
      unlinked++;
    } while (frame.onReturn === Return.SEND);
  }
  vm.depth -= unlinked;
  return frame;
}

/** Whether this frame would yield what its SEND got as the next thing it does; it then stands as after that. */
function yieldsOn(frame: Frame): boolean {
  const word = frame.program.words[frame.ip];
  switch (word & Word.OPCODE) {
    case Opcode.YIELD_DELEGATED:
      frame.ip++;
      break;
    case Opcode.YIELD_FROM_38:
      frame.ip = word >> Word.SHIFT;
      break;
    default:
      return false;
  }
  frame.state = FrameState.SUSPENDED_YIELD_FROM;
  return true;
}
