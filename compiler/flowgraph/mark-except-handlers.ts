import { ENTRY, NO_BLOCK } from './block.ts';
import { OpFlag, opFlags } from './op-flag.ts';
import type { Pass } from './pass.ts';

/** Marks the blocks that exceptions arrive at: they are cold (CPython 3.14's mark_except_handlers). */
export const markExceptHandlers: Pass = {
  name: 'markExceptHandlers',
  after: [],
  run({ hasBlockPushes, ops, targets, starts, sizes, nexts, isHandler }) {
    if (!hasBlockPushes) return;
    for (let b = ENTRY; b !== NO_BLOCK; b = nexts[b]) {
      for (let i = starts[b], end = i + sizes[b]; i < end; i++) {
        if ((opFlags[ops[i]] & OpFlag.BLOCK_PUSH) !== 0) isHandler[targets[i]] = 1;
      }
    }
  },
};
