import { Op } from '../bytecode/op.ts';
import { type BasicBlock, nextNonEmptyBlock } from './basic-block.ts';
import type { FlowGraph } from './flow-graph.ts';
import { OpFlag, opFlags } from './op-flag.ts';
import type { Pass } from './pass.ts';

/**
 * Removes values that are pushed and popped again at once, until none is left, and NOPs on the way (CPython 3.14's
 * remove_redundant_nops_and_pairs).
 */
export const removeRedundantPairs: Pass = {
  name: 'removeRedundantPairs',
  after: ['optimizeBasicBlocks'],
  run(graph) {
    while (removePairs(graph));
  },
};

/** Removes NOPs that carry no line of their own and jumps to where control goes anyway, until none is left. */
export const removeRedundantNopsAndJumps: Pass = {
  name: 'removeRedundantNopsAndJumps',
  after: ['resolveLineNumbers'],
  run(graph) {
    while (removeNops(graph) + removeJumps(graph) > 0);
  },
};

/** One round over all blocks; whether a pair was found. */
function removePairs(graph: FlowGraph): boolean {
  let isChanged = false;
  let previous = null;
  for (let b: BasicBlock | null = graph.entry; b !== null; b = b.next) {
    removeNopsOf(b);
    // Control can come to a labelled block from elsewhere, without what was pushed before it.
    if (b.isLabelled) previous = null;
    const { instructions } = b;
    for (let i = 0; i < instructions.length; i++) {
      const instruction = instructions[i]!;
      if (instruction.op === Op.POP_TOP && previous !== null) {
        const { op } = previous;
        if (op === Op.LOAD_CONST || op === Op.LOAD_SMALL_INT || (op === Op.COPY && previous.oparg === 1)) {
          previous.set(Op.NOP, 0);
          instruction.set(Op.NOP, 0);
          isChanged = true;
        }
      }
      previous = instruction;
    }
    if ((previous !== null && (opFlags[previous.op]! & OpFlag.JUMP) !== 0) || !b.hasFallthrough()) previous = null;
  }
  return isChanged;
}

/** How many NOPs were removed (CPython 3.14's remove_redundant_nops). */
export function removeNops(graph: FlowGraph): number {
  let removed = 0;
  for (let b: BasicBlock | null = graph.entry; b !== null; b = b.next) removed += removeNopsOf(b);
  return removed;
}

/** Removes NOPs where that hides no line from tracing (CPython 3.14's basicblock_remove_redundant_nops). */
function removeNopsOf(block: BasicBlock): number {
  const { instructions } = block;
  const size = instructions.length;
  let first = 0;
  while (first < size && instructions[first]!.op !== Op.NOP) first++;
  if (first === size) return 0;
  let kept = first;
  let previousLine = first > 0 ? instructions[first - 1]!.location.lineno : -1;
  for (let i = first; i < size; i++) {
    const instruction = instructions[i]!;
    const line = instruction.location.lineno;
    if (instruction.op === Op.NOP) {
      if (line < 0 || line === previousLine) continue;
      if (i < size - 1) {
        const following = instructions[i + 1]!;
        const nextLine = following.location.lineno;
        if (nextLine === line) continue;
        if (nextLine < 0) {
          following.location = instruction.location;
          continue;
        }
      } else if (line === firstLine(nextNonEmptyBlock(block.next))) {
        continue;
      }
    }
    if (kept !== i) instructions[kept] = instruction;
    kept++;
    previousLine = line;
  }
  if (kept !== size) block.truncate(kept);
  return size - kept;
}

/** The line that running a block shows first: NOPs without a line will go. */
function firstLine(block: BasicBlock | null): number {
  if (block === null) return -1;
  const { instructions } = block;
  for (let i = 0; i < instructions.length; i++) {
    const { op, location } = instructions[i]!;
    if (op !== Op.NOP || location.lineno >= 0) return location.lineno;
  }
  return -1;
}

/** How many jumps to the following block became NOPs (CPython 3.14's remove_redundant_jumps). */
function removeJumps(graph: FlowGraph): number {
  let removed = 0;
  for (let b: BasicBlock | null = graph.entry; b !== null; b = b.next) {
    const last = b.last();
    if (last === undefined || (opFlags[last.op]! & OpFlag.UNCONDITIONAL) === 0) continue;
    if (nextNonEmptyBlock(last.target) !== nextNonEmptyBlock(b.next)) continue;
    last.set(Op.NOP, 0);
    last.target = null;
    removed++;
  }
  return removed;
}
