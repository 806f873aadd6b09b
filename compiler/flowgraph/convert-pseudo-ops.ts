import { Op } from '../bytecode/op.ts';
import type { BasicBlock } from './basic-block.ts';
import type { Pass } from './pass.ts';
import { removeRedundantNopsAndJumps } from './remove-redundant-nops.ts';

/** Pseudo opcodes become what the interpreter has; block pushes have done their work (CPython 3.14's convert_pseudo_ops). */
export const convertPseudoOps: Pass = {
  name: 'convertPseudoOps',
  after: ['calculateStackDepth', 'prepareLocalsplus'],
  run(graph) {
    for (let b: BasicBlock | null = graph.entry; b !== null; b = b.next) {
      const { instructions } = b;
      for (let i = 0; i < instructions.length; i++) {
        const instruction = instructions[i]!;
        switch (instruction.op) {
          case Op.SETUP_FINALLY:
          case Op.SETUP_WITH:
          case Op.SETUP_CLEANUP:
            instruction.set(Op.NOP, 0);
            instruction.target = null;
            break;
          case Op.LOAD_CLOSURE:
            instruction.op = Op.LOAD_FAST;
            break;
          case Op.STORE_FAST_MAYBE_NULL:
            instruction.op = Op.STORE_FAST;
            break;
        }
      }
    }
    removeRedundantNopsAndJumps.run(graph);
  },
};
