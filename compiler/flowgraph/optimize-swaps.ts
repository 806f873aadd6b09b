import { Op } from '../bytecode/op.ts';
import type { BasicBlock, CfgInstruction } from './basic-block.ts';

const VISITED = -1;

/** Shortens runs of SWAPs and, where it can, swaps the instructions that consume the values instead. */
export function optimizeSwaps({ instructions }: BasicBlock): void {
  for (let i = 0; i < instructions.length; i++) {
    if (instructions[i]!.op !== Op.SWAP) continue;
    i = shortenSwapRun(instructions, i);
    applyStaticSwaps(instructions, i);
  }
}

/**
 * Replaces the run of SWAPs and NOPs that starts at `start` by the shortest one of the same effect, placed at the run's
 * end; gives the index of the run's last instruction (CPython 3.14's swaptimize).
 */
function shortenSwapRun(instructions: CfgInstruction[], start: number): number {
  let depth = instructions[start]!.oparg;
  let end = start + 1;
  let isSingle = true;
  for (; end < instructions.length; end++) {
    const { op, oparg } = instructions[end]!;
    if (op === Op.SWAP) {
      depth = Math.max(depth, oparg);
      isSingle = false;
    } else if (op !== Op.NOP) {
      break;
    }
  }
  if (isSingle) return start;

  // Run it on a stack of positions, top first.
  const stack: number[] = [];
  for (let i = 0; i < depth; i++) stack.push(i);
  for (let i = start; i < end; i++) {
    if (instructions[i]!.op !== Op.SWAP) continue;
    const other = instructions[i]!.oparg - 1;
    const top = stack[0]!;
    stack[0] = stack[other]!;
    stack[other] = top;
  }
  // Each cycle of the permutation takes one SWAP an item; written from the end, as this unshuffles in reverse.
  let current = end - 1;
  for (let i = 0; i < depth; i++) {
    if (stack[i] === VISITED || stack[i] === i) continue;
    let j = i;
    for (;;) {
      if (j !== 0) instructions[current--]!.set(Op.SWAP, j + 1);
      if (stack[j] === VISITED) break;
      const next = stack[j]!;
      stack[j] = VISITED;
      j = next;
    }
  }
  while (current >= start) instructions[current--]!.set(Op.NOP, 0);
  return end - 1;
}

/** Opcodes that only pop one value, and can neither raise nor jump. */
const isSwappable = (op: Op): boolean => op === Op.STORE_FAST || op === Op.STORE_FAST_MAYBE_NULL || op === Op.POP_TOP;

const storedLocal = ({ op, oparg }: CfgInstruction): number =>
  op === Op.STORE_FAST || op === Op.STORE_FAST_MAYBE_NULL ? oparg : -1;

/** Index of the next swappable instruction, all on `line` when that is not negative; -1 where something else comes. */
function nextSwappable(instructions: readonly CfgInstruction[], from: number, line: number): number {
  for (let i = from + 1; i < instructions.length; i++) {
    const instruction = instructions[i]!;
    if (line >= 0 && instruction.location.lineno !== line) return -1;
    if (instruction.op === Op.NOP) continue;
    return isSwappable(instruction.op) ? i : -1;
  }
  return -1;
}

/**
 * Swaps instructions instead of values, for the SWAPs at `from` and before: SWAP 2, POP_TOP, STORE_FAST x becomes
 * STORE_FAST x, POP_TOP (CPython 3.14's apply_static_swaps).
 */
function applyStaticSwaps(instructions: CfgInstruction[], from: number): void {
  for (let i = from; i >= 0; i--) {
    const swap = instructions[i]!;
    if (swap.op !== Op.SWAP) {
      if (swap.op === Op.NOP || isSwappable(swap.op)) continue;
      return;
    }
    const first = nextSwappable(instructions, i, -1);
    if (first < 0) return;
    // Across lines, a tracer could see the names bound in another order.
    const line = instructions[first]!.location.lineno;
    let second = first;
    for (let count = swap.oparg - 1; count > 0; count--) {
      second = nextSwappable(instructions, second, line);
      if (second < 0) return;
    }
    if (storesInterfere(instructions, first, second)) return;
    swap.set(Op.NOP, 0);
    const instruction = instructions[first]!;
    instructions[first] = instructions[second]!;
    instructions[second] = instruction;
  }
}

/** Whether two stores, or one between them, go to the same local, so that their order matters. */
function storesInterfere(instructions: readonly CfgInstruction[], first: number, second: number): boolean {
  const a = storedLocal(instructions[first]!);
  const b = storedLocal(instructions[second]!);
  if (a < 0 && b < 0) return false;
  if (a === b) return true;
  for (let i = first + 1; i < second; i++) {
    const between = storedLocal(instructions[i]!);
    if (between >= 0 && (between === a || between === b)) return true;
  }
  return false;
}
