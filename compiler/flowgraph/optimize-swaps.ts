import { Op } from '../bytecode/op.ts';
import type { FlowGraph } from './flow-graph.ts';

const VISITED = -1;

/** Shortens runs of SWAPs and, where it can, swaps the instructions that consume the values instead. */
export function optimizeSwaps(graph: FlowGraph, b: number): void {
  const start = graph.starts[b];
  const end = start + graph.sizes[b];
  for (let i = start; i < end; i++) {
    if (graph.ops[i] !== Op.SWAP) continue;
    i = shortenSwapRun(graph, i, end);
    applyStaticSwaps(graph, start, end, i);
  }
}

/**
 * Replaces the run of SWAPs and NOPs that starts at `start` by the shortest one of the same effect, placed at the run's
 * end; gives the index of the run's last instruction (CPython 3.14's swaptimize).
 */
function shortenSwapRun(graph: FlowGraph, start: number, blockEnd: number): number {
  const { ops, opargs } = graph;
  let depth = opargs[start];
  let end = start + 1;
  let isSingle = true;
  for (; end < blockEnd; end++) {
    const op: Op = ops[end];
    if (op === Op.SWAP) {
      depth = Math.max(depth, opargs[end]);
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
    if (ops[i] !== Op.SWAP) continue;
    const other = opargs[i] - 1;
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
      if (j !== 0) graph.set(current--, Op.SWAP, j + 1);
      if (stack[j] === VISITED) break;
      const next = stack[j]!;
      stack[j] = VISITED;
      j = next;
    }
  }
  while (current >= start) graph.set(current--, Op.NOP, 0);
  return end - 1;
}

/** Opcodes that only pop one value, and can neither raise nor jump. */
const isSwappable = (op: Op): boolean => op === Op.STORE_FAST || op === Op.STORE_FAST_MAYBE_NULL || op === Op.POP_TOP;

/** The local that an instruction stores to, -1 where it stores to none. */
const storedLocal = ({ ops, opargs }: FlowGraph, i: number): number =>
  ops[i] === Op.STORE_FAST || ops[i] === Op.STORE_FAST_MAYBE_NULL ? opargs[i] : -1;

/** Index of the next swappable instruction, all on `line` when that is not negative; -1 where something else comes. */
function nextSwappable(graph: FlowGraph, from: number, end: number, line: number): number {
  for (let i = from + 1; i < end; i++) {
    if (line >= 0 && graph.lineAt(i) !== line) return -1;
    const op: Op = graph.ops[i];
    if (op === Op.NOP) continue;
    return isSwappable(op) ? i : -1;
  }
  return -1;
}

/**
 * Swaps instructions instead of values, for the SWAPs at `from` and before in the block: SWAP 2, POP_TOP, STORE_FAST x
 * becomes STORE_FAST x, POP_TOP (CPython 3.14's apply_static_swaps).
 */
function applyStaticSwaps(graph: FlowGraph, start: number, end: number, from: number): void {
  for (let i = from; i >= start; i--) {
    const op: Op = graph.ops[i];
    if (op !== Op.SWAP) {
      if (op === Op.NOP || isSwappable(op)) continue;
      return;
    }
    const first = nextSwappable(graph, i, end, -1);
    if (first < 0) return;
    // Across lines, a tracer could see the names bound in another order.
    const line = graph.lineAt(first);
    let second = first;
    for (let count = graph.opargs[i] - 1; count > 0; count--) {
      second = nextSwappable(graph, second, end, line);
      if (second < 0) return;
    }
    if (storesInterfere(graph, first, second)) return;
    graph.set(i, Op.NOP, 0);
    graph.exchange(first, second);
  }
}

/** Whether two stores, or one between them, go to the same local, so that their order matters. */
function storesInterfere(graph: FlowGraph, first: number, second: number): boolean {
  const a = storedLocal(graph, first);
  const b = storedLocal(graph, second);
  if (a < 0 && b < 0) return false;
  if (a === b) return true;
  for (let i = first + 1; i < second; i++) {
    const between = storedLocal(graph, i);
    if (between >= 0 && (between === a || between === b)) return true;
  }
  return false;
}
