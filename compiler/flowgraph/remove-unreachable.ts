import { ENTRY, NO_BLOCK } from './block.ts';
import type { FlowGraph } from './flow-graph.ts';
import { OpFlag, opFlags } from './op-flag.ts';
import type { Pass } from './pass.ts';

/** Empties the blocks that no path reaches and counts each block's predecessors (CPython 3.14's remove_unreachable). */
export const removeUnreachable: Pass = {
  name: 'removeUnreachable',
  after: ['labelExceptionTargets'],
  run(graph) {
    const { ops, targets, starts, sizes, nexts, predecessors, hasBlockPushes, blockCount, todo } = graph;
    graph.clearVisited();
    predecessors.fill(0, 0, blockCount);
    reach(graph, ENTRY);
    for (let b = todo.pop(); b !== NO_BLOCK; b = todo.pop()) {
      if (nexts[b] !== NO_BLOCK && graph.hasFallthrough(b)) reach(graph, nexts[b]);
      const end = starts[b] + sizes[b];
      // Jumps stand last; only block pushes don't.
      for (let i = hasBlockPushes ? starts[b] : Math.max(end - 1, starts[b]); i < end; i++) {
        if ((opFlags[ops[i]] & OpFlag.HAS_TARGET) !== 0) reach(graph, targets[i]);
      }
    }
    for (let b = ENTRY; b !== NO_BLOCK; b = nexts[b]) {
      if (predecessors[b] > 0) continue;
      sizes[b] = 0;
      graph.isHandler[b] = 0;
    }
  },
};

function reach({ isVisited, predecessors, todo }: FlowGraph, b: number): void {
  if (isVisited[b] === 0) {
    isVisited[b] = 1;
    todo.push(b);
  }
  predecessors[b]++;
}
