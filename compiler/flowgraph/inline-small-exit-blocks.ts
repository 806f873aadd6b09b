import { Op } from '../bytecode/op.ts';
import type { BasicBlock } from './basic-block.ts';
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
      for (let b: BasicBlock | null = graph.entry; b !== null; b = b.next) {
        if (inlineTarget(b)) isChanged = true;
      }
    } while (isChanged); // Every change removes a jump, so this ends.
  },
};

function inlineTarget(block: BasicBlock): boolean {
  const jump = block.last();
  if (jump === undefined || (opFlags[jump.op]! & OpFlag.UNCONDITIONAL) === 0) return false;
  const target = jump.target!;
  const isSmallExit = target.exitsScope() && target.instructions.length <= MAX_COPY_SIZE;
  const isUnnumbered = !target.hasFallthrough() && target.hasNoLineNumber();
  if (!isSmallExit && !isUnnumbered) return false;
  const removed = jump.op;
  jump.set(Op.NOP, 0);
  jump.target = null;
  const count = target.instructions.length;
  for (let i = 0; i < count; i++) block.instructions.push(target.instructions[i]!.copy());
  const last = block.last()!;
  // The copied jump must check the eval breaker where the removed one did.
  if (isUnnumbered && removed === Op.JUMP && (opFlags[last.op]! & OpFlag.UNCONDITIONAL) !== 0) last.op = Op.JUMP;
  target.predecessors--;
  return true;
}
