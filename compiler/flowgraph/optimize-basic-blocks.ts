import { Op } from '../bytecode/op.ts';
import { ENTRY, NO_BLOCK } from './block.ts';
import type { FlowGraph } from './flow-graph.ts';
import { foldBinaryOp, foldListToTuple, foldSequence, foldTuple, foldUnaryOp } from './fold-constants.ts';
import { optimizeSwaps } from './optimize-swaps.ts';
import type { Pass } from './pass.ts';

/** CALL_INTRINSIC_1 opargs that can be folded. */
const INTRINSIC_UNARY_POSITIVE = 5;
const INTRINSIC_LIST_TO_TUPLE = 6;
/** COMPARE_OP converts its result to bool. */
const COMPARE_OP_TO_BOOL = 16;

/**
 * Peephole optimisation of every block: constants are folded, jumps to jumps shortened, tests merged, and runs of SWAPs
 * reordered (CPython 3.14's optimize_basic_block).
 */
export const optimizeBasicBlocks: Pass = {
  name: 'optimizeBasicBlocks',
  after: ['optimizeLoadConst'],
  run(graph) {
    for (let b = ENTRY; b !== NO_BLOCK; b = graph.nexts[b]) {
      if (optimizeBlock(graph, b)) optimizeSwaps(graph, b);
    }
  },
};

/** Whether the block has SWAPs then. */
function optimizeBlock(graph: FlowGraph, b: number): boolean {
  const { ops, opargs } = graph;
  const start = graph.starts[b];
  const end = start + graph.sizes[b];
  let hasSwaps = false;
  for (let i = start; i < end; i++) {
    const op: Op = ops[i];
    const next: Op = i + 1 < end ? ops[i + 1] : Op.NOP;
    switch (op) {
      case Op.BUILD_TUPLE: {
        const count = opargs[i];
        if (count > 0 && count <= 3 && next === Op.UNPACK_SEQUENCE && opargs[i + 1] === count) {
          graph.set(i, Op.NOP, 0);
          if (count === 1) graph.set(i + 1, Op.NOP, 0);
          else ops[i + 1] = Op.SWAP;
        } else {
          foldTuple(graph, start, i);
        }
        break;
      }
      case Op.BUILD_LIST:
      case Op.BUILD_SET:
        foldSequence(graph, start, end, i);
        break;
      case Op.POP_JUMP_IF_NOT_NONE:
      case Op.POP_JUMP_IF_NONE:
      case Op.POP_JUMP_IF_FALSE:
      case Op.POP_JUMP_IF_TRUE:
      case Op.JUMP_IF_FALSE:
      case Op.JUMP_IF_TRUE:
      case Op.JUMP:
      case Op.JUMP_NO_INTERRUPT:
        threadJumps(graph, b);
        break;
      case Op.STORE_FAST:
        if (next === Op.STORE_FAST && opargs[i + 1] === opargs[i] && graph.lineAt(i) === graph.lineAt(i + 1)) {
          graph.set(i, Op.POP_TOP, 0);
        }
        break;
      case Op.SWAP:
        hasSwaps = true;
        if (opargs[i] === 1) graph.set(i, Op.NOP, 0);
        break;
      case Op.LOAD_GLOBAL:
        if (next === Op.PUSH_NULL && (opargs[i] & 1) === 0) {
          opargs[i] |= 1;
          graph.set(i + 1, Op.NOP, 0);
        }
        break;
      case Op.COMPARE_OP:
        if (next === Op.TO_BOOL) {
          graph.set(i + 1, Op.COMPARE_OP, opargs[i] | COMPARE_OP_TO_BOOL);
          graph.set(i, Op.NOP, 0);
        }
        break;
      case Op.CONTAINS_OP:
      case Op.IS_OP:
        if (next === Op.TO_BOOL || next === Op.UNARY_NOT) {
          graph.set(i + 1, op, next === Op.UNARY_NOT ? opargs[i] ^ 1 : opargs[i]);
          graph.set(i, Op.NOP, 0);
        }
        break;
      case Op.TO_BOOL:
        if (next === Op.TO_BOOL) graph.set(i, Op.NOP, 0);
        break;
      case Op.UNARY_NOT:
        if (next === Op.TO_BOOL) {
          graph.set(i, Op.NOP, 0);
          graph.set(i + 1, Op.UNARY_NOT, 0);
        } else if (next === Op.UNARY_NOT) {
          graph.set(i, Op.NOP, 0);
          graph.set(i + 1, Op.NOP, 0);
        } else {
          foldUnaryOp(graph, start, i);
        }
        break;
      case Op.UNARY_INVERT:
      case Op.UNARY_NEGATIVE:
        foldUnaryOp(graph, start, i);
        break;
      case Op.CALL_INTRINSIC_1:
        if (opargs[i] === INTRINSIC_LIST_TO_TUPLE) {
          if (next === Op.GET_ITER) graph.set(i, Op.NOP, 0);
          else foldListToTuple(graph, start, i);
        } else if (opargs[i] === INTRINSIC_UNARY_POSITIVE) {
          foldUnaryOp(graph, start, i);
        }
        break;
      case Op.BINARY_OP:
        foldBinaryOp(graph, start, i);
        break;
    }
  }
  return hasSwaps;
}

/** Shortens the way of the jump that a block ends with, as long as it leads to another jump. */
function threadJumps(graph: FlowGraph, b: number): void {
  while (threadJump(graph, b));
}

/** One step of that way; false where there is nothing to shorten, as in a loop. */
function threadJump(graph: FlowGraph, b: number): boolean {
  const i = graph.last(b);
  const op: Op = graph.ops[i];
  const target = graph.targets[i];
  const landing = graph.starts[target];
  const landingOp: Op = graph.sizes[target] === 0 ? Op.NOP : graph.ops[landing];
  switch (op) {
    case Op.JUMP_IF_FALSE:
    case Op.JUMP_IF_TRUE:
      if (landingOp === Op.JUMP || landingOp === op) return redirect(graph, b, landing, op);
      if (landingOp !== Op.JUMP_IF_TRUE && landingOp !== Op.JUMP_IF_FALSE) return false;
      // The opposite test of the same value: it falls through.
      graph.targets[i] = graph.nexts[target];
      return true;
    case Op.JUMP:
    case Op.JUMP_NO_INTERRUPT:
      if (landingOp === Op.JUMP) return redirect(graph, b, landing, Op.JUMP);
      return landingOp === Op.JUMP_NO_INTERRUPT && redirect(graph, b, landing, op);
    default:
      return landingOp === Op.JUMP && redirect(graph, b, landing, op);
  }
}

/**
 * Makes a jump whose landing is a jump go where that one goes, by a new jump behind it with the landing's location; the
 * old one becomes a NOP that keeps its line (CPython 3.14's jump_thread). False where nothing would change, as in a loop.
 */
function redirect(graph: FlowGraph, b: number, landing: number, op: Op): boolean {
  const jump = graph.last(b);
  const target = graph.targets[landing];
  if (graph.targets[jump] === target) return false;
  const place = graph.places[landing];
  graph.removeJump(jump);
  graph.add(b, op, 0, place, target);
  return true;
}
