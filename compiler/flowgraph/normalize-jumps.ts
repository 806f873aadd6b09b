import { Op } from '../bytecode/op.ts';
import { BasicBlock, CfgInstruction, clearVisited } from './basic-block.ts';
import { OpFlag, opFlags } from './op-flag.ts';
import type { Pass } from './pass.ts';

/**
 * Conditional jumps only go forward: one that goes back becomes the opposite one over a JUMP. The path where it does not
 * jump starts with NOT_TAKEN, for monitoring (CPython 3.14's normalize_jumps).
 */
export const normalizeJumps: Pass = {
  name: 'normalizeJumps',
  after: ['convertPseudoOps'],
  run({ entry }) {
    clearVisited(entry);
    for (let b: BasicBlock | null = entry; b !== null; b = b.next) {
      b.isVisited = true;
      const jump = b.last();
      if (jump === undefined || (opFlags[jump.op]! & OpFlag.CONDITIONAL) === 0) continue;
      const target = jump.target!;
      if (!target.isVisited) {
        b.add(new CfgInstruction(Op.NOT_TAKEN, 0, jump.location, null));
        continue;
      }
      const back = new BasicBlock(false);
      back.instructions.push(new CfgInstruction(Op.NOT_TAKEN, 0, jump.location, null));
      back.instructions.push(new CfgInstruction(Op.JUMP, 0, jump.location, target));
      back.startDepth = target.startDepth;
      back.isCold = b.isCold;
      back.isVisited = true;
      back.next = b.next;
      jump.op = opposite(jump.op);
      jump.target = b.next;
      b.next = back;
      b = back;
    }
  },
};

function opposite(op: Op): Op {
  switch (op) {
    case Op.POP_JUMP_IF_NOT_NONE:
      return Op.POP_JUMP_IF_NONE;
    case Op.POP_JUMP_IF_NONE:
      return Op.POP_JUMP_IF_NOT_NONE;
    case Op.POP_JUMP_IF_FALSE:
      return Op.POP_JUMP_IF_TRUE;
    default:
      return Op.POP_JUMP_IF_FALSE;
  }
}
