import { ENTRY, NO_BLOCK } from './block.ts';
import { OpFlag, opFlags } from './op-flag.ts';
import type { Pass } from './pass.ts';

/** By constant: -1 while no instruction is known to load it, then where it moves. */
let newIndex = new Int32Array(64);

/** Drops constants that no instruction loads any more; the first stays, it may be the docstring (remove_unused_consts). */
export const removeUnusedConsts: Pass = {
  name: 'removeUnusedConsts',
  after: ['optimizeBasicBlocks'],
  run({ ops, opargs, starts, sizes, nexts, constants }) {
    const { list } = constants;
    if (list.length === 0) return;
    if (newIndex.length < list.length) newIndex = new Int32Array(list.length * 2);
    newIndex.fill(-1, 0, list.length);
    newIndex[0] = 0;
    let used = 1;
    for (let b = ENTRY; b !== NO_BLOCK; b = nexts[b]) {
      for (let i = starts[b], end = i + sizes[b]; i < end; i++) {
        if ((opFlags[ops[i]] & OpFlag.CONST) === 0 || newIndex[opargs[i]] !== -1) continue;
        newIndex[opargs[i]] = 0;
        used++;
      }
    }
    if (used === list.length) return;
    let kept = 0;
    for (let i = 0; i < list.length; i++) {
      if (newIndex[i] === -1) continue;
      list[kept] = list[i];
      newIndex[i] = kept++;
    }
    list.length = kept;
    for (let b = ENTRY; b !== NO_BLOCK; b = nexts[b]) {
      for (let i = starts[b], end = i + sizes[b]; i < end; i++) {
        if ((opFlags[ops[i]] & OpFlag.CONST) !== 0) opargs[i] = newIndex[opargs[i]];
      }
    }
  },
};
