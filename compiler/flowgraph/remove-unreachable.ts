import type { BasicBlock } from './basic-block.ts';
import { OpFlag, opFlags } from './op-flag.ts';
import type { Pass } from './pass.ts';

/** Empties the blocks that no path reaches and counts each block's predecessors (CPython 3.14's remove_unreachable). */
export const removeUnreachable: Pass = {
  name: 'removeUnreachable',
  after: ['labelExceptionTargets'],
  run(graph) {
    const { entry, hasBlockPushes } = graph;
    for (let b: BasicBlock | null = entry; b !== null; b = b.next) {
      b.predecessors = 0;
      b.isVisited = false;
    }
    entry.predecessors = 1;
    entry.isVisited = true;
    const todo: BasicBlock[] = [entry];
    for (let block = todo.pop(); block !== undefined; block = todo.pop()) {
      if (block.next !== null && block.hasFallthrough()) reach(block.next, todo);
      const { instructions } = block;
      // Jumps stand last; only block pushes don't.
      for (let i = hasBlockPushes ? 0 : Math.max(instructions.length - 1, 0); i < instructions.length; i++) {
        const instruction = instructions[i]!;
        if ((opFlags[instruction.op]! & OpFlag.HAS_TARGET) !== 0) reach(instruction.target!, todo);
      }
    }
    for (let b: BasicBlock | null = entry; b !== null; b = b.next) {
      if (b.predecessors > 0) continue;
      b.truncate(0);
      b.isHandler = false;
    }
  },
};

function reach(block: BasicBlock, todo: BasicBlock[]): void {
  if (!block.isVisited) {
    block.isVisited = true;
    todo.push(block);
  }
  block.predecessors++;
}
