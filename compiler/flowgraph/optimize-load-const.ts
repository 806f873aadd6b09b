import { Op } from '../bytecode/op.ts';
import type { BasicBlock, CfgInstruction } from './basic-block.ts';
import { isSmallInt } from './const-loads.ts';
import type { ConstantPool } from './constant-pool.ts';
import { isTrue } from './constant-truth.ts';
import type { Pass } from './pass.ts';

/** Small ints get their own opcode, and tests of a constant are decided (CPython 3.14's optimize_load_const). */
export const optimizeLoadConst: Pass = {
  name: 'optimizeLoadConst',
  after: ['resolveLineNumbers'],
  run(graph) {
    for (let b: BasicBlock | null = graph.entry; b !== null; b = b.next) optimizeBlock(b, graph.constants);
  },
};

function optimizeBlock({ instructions }: BasicBlock, constants: ConstantPool): void {
  // What the last load pushed; a COPY right after it pushes the same.
  let op: Op = Op.NOP;
  let oparg = 0;
  for (let i = 0; i < instructions.length; i++) {
    const instruction = instructions[i]!;
    if (instruction.op === Op.LOAD_CONST) {
      const constant = constants.at(instruction.oparg);
      if (isSmallInt(constant)) instruction.set(Op.LOAD_SMALL_INT, constant);
    }
    if (op !== Op.LOAD_CONST || instruction.op !== Op.COPY || instruction.oparg !== 1) {
      op = instruction.op;
      oparg = instruction.oparg;
    }
    if ((op !== Op.LOAD_CONST && op !== Op.LOAD_SMALL_INT) || i + 1 === instructions.length) continue;
    const next = instructions[i + 1]!;
    switch (next.op) {
      case Op.POP_JUMP_IF_FALSE:
      case Op.POP_JUMP_IF_TRUE:
      case Op.JUMP_IF_FALSE:
      case Op.JUMP_IF_TRUE: {
        const truth = isTrue(op === Op.LOAD_SMALL_INT ? oparg : constants.at(oparg));
        if (next.op === Op.POP_JUMP_IF_FALSE || next.op === Op.POP_JUMP_IF_TRUE) instruction.set(Op.NOP, 0);
        const jumpsIfTrue = next.op === Op.POP_JUMP_IF_TRUE || next.op === Op.JUMP_IF_TRUE;
        if (truth === jumpsIfTrue) {
          next.op = Op.JUMP;
        } else {
          next.set(Op.NOP, 0);
          next.target = null;
        }
        break;
      }
      case Op.IS_OP:
        if (op === Op.LOAD_CONST && constants.at(oparg) === null) foldIsNone(instructions, i);
        break;
      case Op.TO_BOOL: {
        const truth = isTrue(op === Op.LOAD_SMALL_INT ? oparg : constants.at(oparg));
        const index = constants.add(truth);
        instruction.set(Op.NOP, 0);
        next.set(Op.LOAD_CONST, index);
        break;
      }
    }
  }
}

/** `x is None` and `x is not None` as a condition become one jump: LOAD_CONST None stands at `i`, IS_OP after it. */
function foldIsNone(instructions: readonly CfgInstruction[], i: number): void {
  let jump = instructions[i + 2];
  if (jump?.op === Op.TO_BOOL) {
    jump.set(Op.NOP, 0);
    jump = instructions[i + 3];
  }
  if (jump === undefined || (jump.op !== Op.POP_JUMP_IF_FALSE && jump.op !== Op.POP_JUMP_IF_TRUE)) return;
  const comparison = instructions[i + 1]!;
  const isInverted = (comparison.oparg !== 0) !== (jump.op === Op.POP_JUMP_IF_FALSE);
  instructions[i]!.set(Op.NOP, 0);
  comparison.set(Op.NOP, 0);
  jump.op = isInverted ? Op.POP_JUMP_IF_NOT_NONE : Op.POP_JUMP_IF_NONE;
}
