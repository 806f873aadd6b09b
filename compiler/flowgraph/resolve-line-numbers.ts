import { NO_LOCATION } from '../codegen/instruction.ts';
import { BasicBlock, nextNonEmptyBlock } from './basic-block.ts';
import { OpFlag, opFlags } from './op-flag.ts';
import type { Pass } from './pass.ts';

/**
 * Gives a line to what has none. Exits must know theirs (PEP 626), so exit blocks without one are copied until each has a
 * single predecessor to take it from (CPython 3.14's resolve_line_numbers).
 */
export const resolveLineNumbers: Pass = {
  name: 'resolveLineNumbers',
  after: ['removeUnreachable'],
  run(graph) {
    duplicateExitsWithoutLine(graph.entry);
    propagateLineNumbers(graph.entry);
  },
};

function duplicateExitsWithoutLine(entry: BasicBlock): void {
  for (let b: BasicBlock | null = entry; b !== null; b = b.next) {
    const last = b.last();
    if (last === undefined || (opFlags[last.op]! & OpFlag.JUMP) === 0) continue;
    const target = nextNonEmptyBlock(last.target)!;
    if (target.predecessors <= 1 || !isExitOrEvalCheckWithoutLine(target)) continue;
    const copy = new BasicBlock(true);
    for (let i = 0; i < target.instructions.length; i++) copy.instructions.push(target.instructions[i]!.copy());
    copy.instructions[0]!.location = last.location;
    last.target = copy;
    target.predecessors--;
    copy.predecessors = 1;
    copy.next = target.next;
    target.next = copy;
  }
  // Those that are left can only be fallen into, so they have one predecessor.
  for (let b: BasicBlock | null = entry; b !== null; b = b.next) {
    const { next } = b;
    if (next === null || b.instructions.length === 0 || !b.hasFallthrough()) continue;
    if (isExitOrEvalCheckWithoutLine(next)) next.instructions[0]!.location = b.last()!.location;
  }
}

const isExitOrEvalCheckWithoutLine = (block: BasicBlock): boolean =>
  block.hasNoLineNumber() && (block.exitsScope() || block.hasEvalBreak());

/** Lets an instruction inherit the location before it, also out of the only block that leads here. */
function propagateLineNumbers(entry: BasicBlock): void {
  for (let b: BasicBlock | null = entry; b !== null; b = b.next) {
    const last = b.last();
    if (last === undefined) continue;
    const { instructions } = b;
    let location = NO_LOCATION;
    for (let i = 0; i < instructions.length; i++) {
      const instruction = instructions[i]!;
      if (instruction.location.lineno === NO_LOCATION.lineno) instruction.location = location;
      else location = instruction.location;
    }
    if (b.next !== null && b.next.predecessors === 1 && b.hasFallthrough()) inherit(b.next, location);
    if ((opFlags[last.op]! & OpFlag.JUMP) !== 0 && last.target!.predecessors === 1) inherit(last.target!, location);
  }
}

function inherit(block: BasicBlock, location: typeof NO_LOCATION): void {
  const first = block.instructions[0];
  if (first !== undefined && first.location.lineno === NO_LOCATION.lineno) first.location = location;
}
