import type { BasicBlock } from './basic-block.ts';
import { OpFlag, opFlags } from './op-flag.ts';
import type { Pass } from './pass.ts';

/** Marks the blocks that exceptions arrive at: they are cold (CPython 3.14's mark_except_handlers). */
export const markExceptHandlers: Pass = {
  name: 'markExceptHandlers',
  after: [],
  run(graph) {
    if (!graph.hasBlockPushes) return;
    for (let b: BasicBlock | null = graph.entry; b !== null; b = b.next) {
      const { instructions } = b;
      for (let i = 0; i < instructions.length; i++) {
        const instruction = instructions[i]!;
        if ((opFlags[instruction.op]! & OpFlag.BLOCK_PUSH) !== 0) instruction.target!.isHandler = true;
      }
    }
  },
};
