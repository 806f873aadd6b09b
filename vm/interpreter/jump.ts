import { Op } from '../../compiler/bytecode/op.ts';
import { exceptionEntries } from '../../compiler/bytecode/positions.ts';
import { numPopped, numPushed } from '../../compiler/bytecode/stack-effect.ts';
import { targetOf } from '../../compiler/targets/registry.ts';
import { type PyBaseException, valueError } from '../objects/exception.ts';
import { planBlockStackJump } from './block-stack-jump.ts';
import type { Frame } from './frame.ts';
import { holderOfHandled } from './handled.ts';
import type { Program } from './program.ts';

// A frame made to go on at another line: `frame.f_lineno = line` and the debugger's «jump to cursor» (frame_lineno_set_impl of
// Objects/frameobject.c, 3.14).

/** Where a frame goes on, and what it leaves behind. */
export interface Jump {
  /** Index of the instruction to run next. */
  readonly index: number;
  /** How much of the value stack is kept. */
  readonly depth: number;
  /** What it loses, from there on. */
  readonly popped: readonly Kind[];
  /** How many blocks are left; for targets with a block stack. */
  readonly blocks: number;
  /** It goes back to the RESUME, which no Program has: the frame tells of its call once more. */
  readonly restarts: boolean;
}

/** What a place of the value stack holds: a digit, so that a whole stack is a string of them, bottom first. */
export const enum Kind {
  ITERATOR = '1',
  /** An exception, which is being handled. */
  EXCEPT = '2',
  OBJECT = '3',
  NULL = '4',
  /** Where a re-raised exception comes from. */
  LASTI = '5',
}

/** A stack that is deeper than CPython's model of it. */
const OVERFLOWED = 'overflowed';
/** No path leads here. */
const UNREACHED = undefined;
type Stack = string | typeof UNREACHED;

/** MAX_STACK_ENTRIES: what fits into 63 bits of three each. */
const DEEPEST = 21;

/** How to go on at the first line with code from `line` on. Throws CPython's ValueError where that can't be. */
export function planJump(frame: Frame, line: number): Jump {
  const { program } = frame;
  const { co_firstlineno } = program.code.code;
  if (line < co_firstlineno) throw valueError(`line ${line} comes before the current code block`);
  if (program.blockStack) return planBlockStackJump(frame, line);
  const starts = lineStarts(program);
  const target = firstNotBefore(starts, line);
  if (target === undefined) throw valueError(`line ${line} comes after the current code block`);
  const stacks = markStacks(program);
  const from = stacks[program.offsets[frame.index] >> 1];
  let best: string | undefined;
  let bestUnit = -1;
  let problem: string | undefined;
  for (const [unit, startsLine] of starts) {
    if (startsLine !== target) continue;
    const to = stacks[unit];
    if (isCompatible(from, to)) {
      if (best === undefined || isDeeper(to as string, best)) {
        best = to;
        bestUnit = unit;
      }
    } else problem ??= explain(from, to);
  }
  if (best === undefined) throw valueError(problem ?? 'cannot find bytecode for specified line');
  const depth = best.length;
  const index = program.indices[bestUnit];
  const restarts = index === program.entry && bestUnit < program.offsets[index] >> 1;
  return { index, depth, popped: [...(from as string).slice(depth)] as Kind[], blocks: 0, restarts };
}

/**
 * Does it: from now on `frame.index` is the instruction to be run next. Local variables that have no value get None, since the
 * compiler may have relied on their having one in the new place; 3.8's compiler relies on nothing.
 */
export function jump(frame: Frame, { index, depth, popped, blocks, restarts }: Jump): void {
  const { stack, program } = frame;
  if (!program.blockStack) {
    for (let slot = 0; slot < program.localCount; slot++) if (stack[slot] === undefined) stack[slot] = null;
  }
  frame.sp = program.localCount + depth;
  // The outermost handler that it leaves is the last to restore what was handled before.
  const left = popped.indexOf(Kind.EXCEPT);
  if (left >= 0) holderOfHandled(frame).handled = stack[frame.sp + left] as PyBaseException | null;
  if (frame.blocks !== undefined) frame.blocks.length = blocks;
  frame.ip = index + 1;
  const { extra } = frame;
  if (extra === undefined) return;
  // The line that it jumps to isn't told of.
  extra.previous = restarts ? -1 : index;
  extra.unseen = restarts ? program.offsets[index] - 2 : -1;
  if (!restarts) return;
  extra.started = false;
  frame.ip = index;
}

/** How many local variables `jump` will give None. */
export function unboundLocals({ stack, program }: Frame): number {
  let unbound = 0;
  if (program.blockStack) return unbound;
  for (let slot = 0; slot < program.localCount; slot++) if (stack[slot] === undefined) unbound++;
  return unbound;
}

/** Where lines begin, by code unit (marklines): stretches without a line don't end one. */
function lineStarts(program: Program): Map<number, number> {
  const starts = new Map<number, number>();
  let last = -1;
  for (let unit = 0; unit < program.indices.length - 1; unit++) {
    const line = program.lineOfUnit(unit);
    if (line === -1 || line === last) continue;
    starts.set(unit, line);
    last = line;
  }
  return starts;
}

function firstNotBefore(starts: Map<number, number>, line: number): number | undefined {
  let found: number | undefined;
  for (const start of starts.values()) if (start >= line && (found === undefined || start < found)) found = start;
  return found;
}

// The model of the value stack.

const known = new WeakMap<Program, Stack[]>();

/** The value stack before each code unit (mark_stacks). */
function markStacks(program: Program): Stack[] {
  let stacks = known.get(program);
  if (stacks === undefined) {
    stacks = modelStacks(program);
    known.set(program, stacks);
  }
  return stacks;
}

function modelStacks({ code: { code } }: Program): Stack[] {
  const { op: ops, caches } = targetOf(code).opcodes;
  const bytes = code.co_code;
  const length = bytes.length >> 1;
  const handlers = exceptionEntries(code);
  const stacks: Stack[] = new Array(length + 1).fill(UNREACHED);
  stacks[0] = '';
  for (let again = true; again; ) {
    again = false;
    for (let unit = 0; unit < length; ) {
      const stack = stacks[unit];
      let op: Op = ops[bytes[unit * 2]];
      let arg = bytes[unit * 2 + 1];
      while (op === Op.EXTENDED_ARG) {
        unit++;
        op = ops[bytes[unit * 2]];
        arg = (arg << 8) | bytes[unit * 2 + 1];
        stacks[unit] = stack;
      }
      const next = unit + 1 + caches[op];
      if (stack !== undefined) again = flow(stacks, stack, op, arg, unit, next) || again;
      unit = next;
    }
    for (const { start, target, depth, lasti } of handlers) {
      const stack = stacks[start >> 1];
      if (stack === undefined || stacks[target >> 1] !== UNREACHED) continue;
      const kept = stack === OVERFLOWED ? stack : stack.slice(0, depth);
      stacks[target >> 1] = push(lasti ? push(kept, Kind.LASTI) : kept, Kind.EXCEPT);
      again = true;
    }
  }
  return stacks;
}

/** Tells those that follow an instruction of the stack it leaves; true where one that lies before it has been reached so. */
function flow(stacks: Stack[], stack: string, op: Op, arg: number, unit: number, next: number): boolean {
  switch (op) {
    case Op.POP_JUMP_IF_FALSE:
    case Op.POP_JUMP_IF_TRUE:
    case Op.POP_JUMP_IF_NONE:
    case Op.POP_JUMP_IF_NOT_NONE:
      stacks[next + arg] = pop(stack);
      stacks[next] = pop(stack);
      return false;
    case Op.SEND:
      stacks[next + arg] = stack;
      stacks[next] = stack;
      return false;
    case Op.JUMP_FORWARD:
      stacks[next + arg] = stack;
      return false;
    case Op.JUMP_BACKWARD:
    case Op.JUMP_BACKWARD_NO_INTERRUPT: {
      const isNew = stacks[next - arg] === UNREACHED && next - arg < unit;
      stacks[next - arg] = stack;
      return isNew;
    }
    case Op.FOR_ITER:
      stacks[next + arg] = push(stack, Kind.OBJECT);
      stacks[next] = push(stack, Kind.OBJECT);
      return false;
    case Op.RETURN_VALUE:
    case Op.RAISE_VARARGS:
    case Op.RERAISE:
      return false;
    default:
      stacks[next] = after(stack, op, arg);
      return false;
  }
}

/** The stack after an instruction that doesn't jump. */
function after(stack: string, op: Op, arg: number): string {
  switch (op) {
    case Op.GET_ITER:
    case Op.GET_AITER:
      return push(pop(stack), Kind.ITERATOR);
    case Op.PUSH_EXC_INFO:
      return push(stack, Kind.EXCEPT);
    case Op.PUSH_NULL:
      return push(stack, Kind.NULL);
    case Op.LOAD_GLOBAL:
      return arg & 1 ? push(push(stack, Kind.OBJECT), Kind.NULL) : push(stack, Kind.OBJECT);
    case Op.LOAD_ATTR:
      return arg & 1 ? push(push(pop(stack), Kind.OBJECT), Kind.NULL) : stack;
    case Op.SWAP: {
      if (stack === OVERFLOWED) return stack;
      const at = stack.length - arg;
      return `${stack.slice(0, at)}${stack.at(-1)}${stack.slice(at + 1, -1)}${stack[at]}`;
    }
    case Op.COPY:
      return stack === OVERFLOWED ? stack : push(stack, stack[stack.length - arg] as Kind);
    default: {
      let left = stack;
      let delta = numPushed(op, arg) - numPopped(op, arg);
      for (; delta < 0; delta++) left = pop(left);
      for (; delta > 0; delta--) left = push(left, Kind.OBJECT);
      return left;
    }
  }
}

const push = (stack: string, kind: Kind): string =>
  stack === OVERFLOWED || stack.length >= DEEPEST ? OVERFLOWED : stack + kind;

const pop = (stack: string): string => (stack === OVERFLOWED ? stack : stack.slice(0, -1));

/** Compares as the numbers do that CPython makes of stacks. */
const isDeeper = (left: string, right: string): boolean =>
  left.length === right.length ? left > right : left.length > right.length;

/** Whether `to` is what remains when enough is taken from `from` (compatible_stack). */
function isCompatible(from: Stack, to: Stack): boolean {
  if (from === UNREACHED || from === OVERFLOWED || to === UNREACHED || to === OVERFLOWED) return false;
  let kept = from;
  while (isDeeper(kept, to)) kept = pop(kept);
  return kept.length === to.length && [...kept].every((kind, at) => isCompatibleKind(kind as Kind, to[at] as Kind));
}

function isCompatibleKind(from: Kind, to: Kind): boolean {
  if (to === Kind.OBJECT) return from !== Kind.NULL;
  return to === Kind.NULL || from === to;
}

/** Why there is no way from one stack to the other. */
function explain(from: Stack, to: Stack): string {
  if (from === OVERFLOWED) return 'stack to deep to analyze';
  if (from === UNREACHED) return "can't jump from unreachable code";
  if (to === OVERFLOWED) return 'stack is too deep to analyze';
  if (to === UNREACHED) return "can't jump into an exception handler, or code may be unreachable";
  switch (to.at(-1)) {
    case Kind.EXCEPT:
      return "can't jump into an 'except' block as there's no exception";
    case Kind.LASTI:
      return "can't jump into a re-raising block as there's no location";
    case Kind.ITERATOR:
      return "can't jump into the body of a for loop";
    default:
      return 'incompatible stacks';
  }
}
