import { Op } from '../bytecode/op.ts';
import { ENTRY, NO_BLOCK } from './block.ts';
import type { Pass } from './pass.ts';

/** JUMP_IF_… leaves its value where it is: COPY, TO_BOOL, POP_JUMP_IF_… (convert_pseudo_conditional_jumps). */
export const convertPseudoJumps: Pass = {
  name: 'convertPseudoJumps',
  after: ['pushColdBlocks'],
  run(graph) {
    for (let b = ENTRY; b !== NO_BLOCK; b = graph.nexts[b]) {
      const op = graph.lastOp(b);
      if (op !== Op.JUMP_IF_FALSE && op !== Op.JUMP_IF_TRUE) continue;
      const last = graph.last(b);
      const place = graph.places[last];
      const target = graph.targets[last];
      const except = graph.excepts[last];
      graph.set(last, Op.COPY, 1);
      graph.targets[last] = NO_BLOCK;
      const toBool = graph.add(b, Op.TO_BOOL, 0, place, NO_BLOCK);
      graph.excepts[toBool] = except;
      const jump = graph.add(b, op === Op.JUMP_IF_FALSE ? Op.POP_JUMP_IF_FALSE : Op.POP_JUMP_IF_TRUE, 0, place, target);
      graph.excepts[jump] = except;
    }
  },
};
