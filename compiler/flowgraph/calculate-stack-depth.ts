import { Op } from '../bytecode/op.ts';
import { fixedEffects, netEffect, VARIABLE_EFFECT } from '../bytecode/stack-effect.ts';
import { InternalError } from '../text/internal-error.ts';
import type { BasicBlock } from './basic-block.ts';
import type { Pass } from './pass.ts';

/** Follows every path to find the depth of the stack at each block and its maximum (CPython 3.14's calculate_stackdepth). */
export const calculateStackDepth: Pass = {
  name: 'calculateStackDepth',
  after: ['convertPseudoJumps'],
  run(graph) {
    for (let b: BasicBlock | null = graph.entry; b !== null; b = b.next) b.startDepth = -1;
    const todo: BasicBlock[] = [];
    let maximum = 0;
    arriveWith(graph.entry, 0, todo);
    for (let block = todo.pop(); block !== undefined; block = todo.pop()) {
      let depth = block.startDepth;
      const { instructions } = block;
      for (let i = 0; i < instructions.length; i++) {
        const { op, oparg, target } = instructions[i]!;
        if (depth > maximum) maximum = depth;
        if (target !== null && op !== Op.END_ASYNC_FOR) arriveWith(target, depth + netEffect(op, oparg, true), todo);
        const fixed = fixedEffects[op]!;
        depth += fixed === VARIABLE_EFFECT ? netEffect(op, oparg, false) : fixed;
        if (depth < 0) throw new InternalError(`stack underflow at opcode ${op}`);
      }
      if (block.next !== null && block.hasFallthrough()) arriveWith(block.next, depth, todo);
    }
    graph.stackSize = maximum;
  },
};

function arriveWith(block: BasicBlock, depth: number, todo: BasicBlock[]): void {
  if (block.startDepth === depth) return;
  if (block.startDepth >= 0) throw new InternalError(`stack depths ${block.startDepth} and ${depth} meet`);
  block.startDepth = depth;
  todo.push(block);
}
