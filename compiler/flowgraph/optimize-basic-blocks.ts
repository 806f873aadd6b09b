import { Op } from '../bytecode/op.ts';
import { type BasicBlock, CfgInstruction } from './basic-block.ts';
import type { ConstantPool } from './constant-pool.ts';
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
    for (let b: BasicBlock | null = graph.entry; b !== null; b = b.next) {
      if (optimizeBlock(b, graph.constants)) optimizeSwaps(b);
    }
  },
};

/** Whether the block has SWAPs then. */
function optimizeBlock(block: BasicBlock, constants: ConstantPool): boolean {
  const { instructions } = block;
  let hasSwaps = false;
  for (let i = 0; i < instructions.length; i++) {
    const instruction = instructions[i]!;
    const { op, oparg } = instruction;
    switch (op) {
      case Op.BUILD_TUPLE:
        if (oparg > 0 && oparg <= 3 && unpacksSame(instructions[i + 1], oparg)) {
          instruction.set(Op.NOP, 0);
          if (oparg === 1) instructions[i + 1]!.set(Op.NOP, 0);
          else instructions[i + 1]!.op = Op.SWAP;
        } else {
          foldTuple(instructions, i, constants);
        }
        break;
      case Op.BUILD_LIST:
      case Op.BUILD_SET:
        foldSequence(instructions, i, constants);
        break;
      case Op.POP_JUMP_IF_NOT_NONE:
      case Op.POP_JUMP_IF_NONE:
      case Op.POP_JUMP_IF_FALSE:
      case Op.POP_JUMP_IF_TRUE: {
        const landing = instruction.target!.instructions[0]!;
        if (landing.op === Op.JUMP && threadJump(block, instruction, landing, op)) i--;
        break;
      }
      case Op.JUMP_IF_FALSE:
      case Op.JUMP_IF_TRUE: {
        const target: BasicBlock = instruction.target!;
        const landing = target.instructions[0]!;
        if (landing.op === Op.JUMP || landing.op === op) {
          if (threadJump(block, instruction, landing, op)) i--;
        } else if (landing.op === Op.JUMP_IF_TRUE || landing.op === Op.JUMP_IF_FALSE) {
          // The opposite test of the same value: it falls through.
          instruction.target = target.next;
          i--;
        }
        break;
      }
      case Op.JUMP:
      case Op.JUMP_NO_INTERRUPT: {
        const landing = instruction.target!.instructions[0]!;
        if (landing.op === Op.JUMP) {
          if (threadJump(block, instruction, landing, Op.JUMP)) i--;
        } else if (landing.op === Op.JUMP_NO_INTERRUPT) {
          if (threadJump(block, instruction, landing, op)) i--;
        }
        break;
      }
      case Op.STORE_FAST: {
        const next = instructions[i + 1];
        if (next?.op === Op.STORE_FAST && next.oparg === oparg && isSameLine(instruction, next)) {
          instruction.set(Op.POP_TOP, 0);
        }
        break;
      }
      case Op.SWAP:
        hasSwaps = true;
        if (oparg === 1) instruction.set(Op.NOP, 0);
        break;
      case Op.LOAD_GLOBAL: {
        const next = instructions[i + 1];
        if (next?.op === Op.PUSH_NULL && (oparg & 1) === 0) {
          instruction.oparg = oparg | 1;
          next.set(Op.NOP, 0);
        }
        break;
      }
      case Op.COMPARE_OP: {
        const next = instructions[i + 1];
        if (next?.op === Op.TO_BOOL) {
          instruction.set(Op.NOP, 0);
          next.set(Op.COMPARE_OP, oparg | COMPARE_OP_TO_BOOL);
        }
        break;
      }
      case Op.CONTAINS_OP:
      case Op.IS_OP: {
        const next = instructions[i + 1];
        if (next?.op === Op.TO_BOOL || next?.op === Op.UNARY_NOT) {
          instruction.set(Op.NOP, 0);
          next.set(op, next.op === Op.UNARY_NOT ? oparg ^ 1 : oparg);
        }
        break;
      }
      case Op.TO_BOOL:
        if (instructions[i + 1]?.op === Op.TO_BOOL) instruction.set(Op.NOP, 0);
        break;
      case Op.UNARY_NOT: {
        const next = instructions[i + 1];
        if (next?.op === Op.TO_BOOL) {
          instruction.set(Op.NOP, 0);
          next.set(Op.UNARY_NOT, 0);
        } else if (next?.op === Op.UNARY_NOT) {
          instruction.set(Op.NOP, 0);
          next.set(Op.NOP, 0);
        } else {
          foldUnaryOp(instructions, i, constants);
        }
        break;
      }
      case Op.UNARY_INVERT:
      case Op.UNARY_NEGATIVE:
        foldUnaryOp(instructions, i, constants);
        break;
      case Op.CALL_INTRINSIC_1:
        if (oparg === INTRINSIC_LIST_TO_TUPLE) {
          if (instructions[i + 1]?.op === Op.GET_ITER) instruction.set(Op.NOP, 0);
          else foldListToTuple(instructions, i, constants);
        } else if (oparg === INTRINSIC_UNARY_POSITIVE) {
          foldUnaryOp(instructions, i, constants);
        }
        break;
      case Op.BINARY_OP:
        foldBinaryOp(instructions, i, constants);
        break;
    }
  }
  return hasSwaps;
}

const unpacksSame = (next: CfgInstruction | undefined, count: number): boolean =>
  next?.op === Op.UNPACK_SEQUENCE && next.oparg === count;

const isSameLine = (a: CfgInstruction, b: CfgInstruction): boolean => a.location.lineno === b.location.lineno;

/**
 * Makes a jump whose landing is a jump go where that one goes, by a new jump behind it with the landing's location; the
 * old one becomes a NOP that keeps its line (CPython 3.14's jump_thread). False where nothing would change, as in a loop.
 */
function threadJump(block: BasicBlock, jump: CfgInstruction, landing: CfgInstruction, op: Op): boolean {
  if (jump.target === landing.target) return false;
  jump.set(Op.NOP, 0);
  jump.target = null;
  block.add(new CfgInstruction(op, 0, landing.location, landing.target));
  return true;
}
