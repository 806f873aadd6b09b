import { Op } from '../bytecode/op.ts';
import { ENTRY, NO_BLOCK } from './block.ts';
import type { FlowGraph } from './flow-graph.ts';
import { OpFlag, opFlags } from './op-flag.ts';
import type { Pass } from './pass.ts';

/** Exit blocks up to this many instructions are copied to where they are jumped to. */
const MAX_COPY_SIZE = 4;

/**
 * Replaces an unconditional jump to a small exit block, or to a block without line numbers that nothing falls out of, by
 * a copy of that block (CPython 3.14's inline_small_or_no_lineno_blocks).
 */
export const inlineSmallExitBlocks: Pass = {
  name: 'inlineSmallExitBlocks',
  after: ['labelExceptionTargets'],
  run(graph) {
    let isChanged: boolean;
    do {
      isChanged = false;
      for (let b = ENTRY; b !== NO_BLOCK; b = graph.nexts[b]) {
        if (inlineTarget(graph, b)) isChanged = true;
      }
    } while (isChanged); // Every change removes a jump, so this ends.
  },
};

function inlineTarget(graph: FlowGraph, b: number): boolean {
  const removed = graph.lastOp(b);
  if ((opFlags[removed] & OpFlag.UNCONDITIONAL) === 0) return false;
  const target = graph.targets[graph.last(b)];
  const count = graph.sizes[target];
  const isSmallExit = graph.exitsScope(target) && count <= MAX_COPY_SIZE;
  const isUnnumbered = !graph.hasFallthrough(target) && graph.hasNoLineNumber(target);
  if (!isSmallExit && !isUnnumbered) return false;
  graph.removeJump(graph.last(b));
  for (let n = 0; n < count; n++) graph.addCopy(b, n, target);
  // The copied jump must check the eval breaker where the removed one did.
  if (isUnnumbered && removed === Op.JUMP && (opFlags[graph.lastOp(b)] & OpFlag.UNCONDITIONAL) !== 0) {
    graph.ops[graph.last(b)] = Op.JUMP;
  }
  graph.predecessors[target]--;
  return true;
}
