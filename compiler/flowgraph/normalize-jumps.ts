import { Op } from '../bytecode/op.ts';
import { ENTRY, NO_BLOCK } from './block.ts';
import { OpFlag, opFlags } from './op-flag.ts';
import type { Pass } from './pass.ts';

/**
 * Conditional jumps only go forward: one that goes back becomes the opposite one over a JUMP. The path where it does not
 * jump starts with NOT_TAKEN, for monitoring (CPython 3.14's normalize_jumps).
 */
export const normalizeJumps: Pass = {
  name: 'normalizeJumps',
  after: ['convertPseudoOps'],
  run(graph) {
    graph.clearVisited();
    for (let b = ENTRY; b !== NO_BLOCK; b = graph.nexts[b]) {
      graph.isVisited[b] = 1;
      const op = graph.lastOp(b);
      if ((opFlags[op] & OpFlag.CONDITIONAL) === 0) continue;
      const jump = graph.last(b);
      const target = graph.targets[jump];
      const place = graph.places[jump];
      if (graph.isVisited[target] === 0) {
        graph.add(b, Op.NOT_TAKEN, 0, place, NO_BLOCK);
        continue;
      }
      const back = graph.newBlock(false);
      graph.add(back, Op.NOT_TAKEN, 0, place, NO_BLOCK);
      graph.add(back, Op.JUMP, 0, place, target);
      graph.startDepths[back] = graph.startDepths[target];
      graph.isCold[back] = graph.isCold[b];
      graph.isVisited[back] = 1;
      graph.nexts[back] = graph.nexts[b];
      graph.ops[jump] = opposite(op);
      graph.targets[jump] = graph.nexts[b];
      graph.nexts[b] = back;
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
