import { Op } from '../bytecode/op.ts';
import { type BasicBlock, CfgInstruction } from './basic-block.ts';
import type { Pass } from './pass.ts';

/** JUMP_IF_… leaves its value where it is: COPY, TO_BOOL, POP_JUMP_IF_… (convert_pseudo_conditional_jumps). */
export const convertPseudoJumps: Pass = {
  name: 'convertPseudoJumps',
  after: ['pushColdBlocks'],
  run(graph) {
    for (let b: BasicBlock | null = graph.entry; b !== null; b = b.next) {
      const jump = b.last();
      if (jump === undefined || (jump.op !== Op.JUMP_IF_FALSE && jump.op !== Op.JUMP_IF_TRUE)) continue;
      jump.op = jump.op === Op.JUMP_IF_FALSE ? Op.POP_JUMP_IF_FALSE : Op.POP_JUMP_IF_TRUE;
      const copy = new CfgInstruction(Op.COPY, 1, jump.location, null);
      const toBool = new CfgInstruction(Op.TO_BOOL, 0, jump.location, null);
      copy.except = toBool.except = jump.except;
      b.instructions.pop();
      b.instructions.push(copy, toBool, jump);
    }
  },
};
