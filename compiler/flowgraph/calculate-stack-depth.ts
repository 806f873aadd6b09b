import { Op } from '../bytecode/op.ts';
import { fixedEffects, netEffect, VARIABLE_EFFECT } from '../bytecode/stack-effect.ts';
import { InternalError } from '../text/internal-error.ts';
import { ENTRY, NO_BLOCK } from './block.ts';
import type { FlowGraph } from './flow-graph.ts';
import type { Pass } from './pass.ts';

/** Follows every path to find the depth of the stack at each block and its maximum (CPython 3.14's calculate_stackdepth). */
export const calculateStackDepth: Pass = {
  name: 'calculateStackDepth',
  after: ['convertPseudoJumps'],
  run(graph) {
    const { ops, opargs, targets, starts, sizes, nexts, startDepths, todo } = graph;
    startDepths.fill(-1, 0, graph.blockCount);
    let maximum = 0;
    arriveWith(graph, ENTRY, 0);
    for (let b = todo.pop(); b !== NO_BLOCK; b = todo.pop()) {
      let depth = startDepths[b];
      for (let i = starts[b], end = i + sizes[b]; i < end; i++) {
        const op: Op = ops[i];
        if (depth > maximum) maximum = depth;
        const target = targets[i];
        if (target !== NO_BLOCK && op !== Op.END_ASYNC_FOR) {
          arriveWith(graph, target, depth + netEffect(op, opargs[i], true));
        }
        const fixed = fixedEffects[op];
        depth += fixed === VARIABLE_EFFECT ? netEffect(op, opargs[i], false) : fixed;
        if (depth < 0) throw new InternalError(`stack underflow at opcode ${op}`);
      }
      if (nexts[b] !== NO_BLOCK && graph.hasFallthrough(b)) arriveWith(graph, nexts[b], depth);
    }
    graph.stackSize = maximum;
  },
};

function arriveWith({ startDepths, todo }: FlowGraph, b: number, depth: number): void {
  const known = startDepths[b];
  if (known === depth) return;
  if (known >= 0) throw new InternalError(`stack depths ${known} and ${depth} meet`);
  startDepths[b] = depth;
  todo.push(b);
}
