import { Op } from '../bytecode/op.ts';
import { ENTRY, NO_BLOCK } from './block.ts';
import type { Pass } from './pass.ts';
import { removeRedundantNopsAndJumps } from './remove-redundant-nops.ts';

/** Pseudo opcodes become what the interpreter has; block pushes have done their work (CPython 3.14's convert_pseudo_ops). */
export const convertPseudoOps: Pass = {
  name: 'convertPseudoOps',
  after: ['calculateStackDepth', 'prepareLocalsplus'],
  run(graph) {
    const { ops, starts, sizes, nexts } = graph;
    for (let b = ENTRY; b !== NO_BLOCK; b = nexts[b]) {
      for (let i = starts[b], end = i + sizes[b]; i < end; i++) {
        switch (ops[i] as Op) {
          case Op.SETUP_FINALLY:
          case Op.SETUP_WITH:
          case Op.SETUP_CLEANUP:
            graph.removeJump(i);
            break;
          case Op.LOAD_CLOSURE:
            ops[i] = Op.LOAD_FAST;
            break;
          case Op.STORE_FAST_MAYBE_NULL:
            ops[i] = Op.STORE_FAST;
            break;
        }
      }
    }
    removeRedundantNopsAndJumps.run(graph);
  },
};
