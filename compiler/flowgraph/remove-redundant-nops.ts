import { Op } from '../bytecode/op.ts';
import { ENTRY, NO_BLOCK } from './block.ts';
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
  const { ops, opargs, starts, sizes, nexts, isLabelled } = graph;
  const NONE = -1;
  let isChanged = false;
  let previous = NONE;
  for (let b = ENTRY; b !== NO_BLOCK; b = nexts[b]) {
    removeNopsOf(graph, b);
    // Control can come to a labelled block from elsewhere, without what was pushed before it.
    if (isLabelled[b] === 1) previous = NONE;
    for (let i = starts[b], end = i + sizes[b]; i < end; i++) {
      if (ops[i] === Op.POP_TOP && previous !== NONE) {
        const op: Op = ops[previous];
        if (op === Op.LOAD_CONST || op === Op.LOAD_SMALL_INT || (op === Op.COPY && opargs[previous] === 1)) {
          graph.set(previous, Op.NOP, 0);
          graph.set(i, Op.NOP, 0);
          isChanged = true;
        }
      }
      previous = i;
    }
    if ((previous !== NONE && (opFlags[ops[previous]] & OpFlag.JUMP) !== 0) || !graph.hasFallthrough(b))
      previous = NONE;
  }
  return isChanged;
}

/** How many NOPs were removed (CPython 3.14's remove_redundant_nops). */
export function removeNops(graph: FlowGraph): number {
  const { nexts } = graph;
  let removed = 0;
  for (let b = ENTRY; b !== NO_BLOCK; b = nexts[b]) removed += removeNopsOf(graph, b);
  return removed;
}

/** Removes NOPs where that hides no line from tracing (CPython 3.14's basicblock_remove_redundant_nops). */
function removeNopsOf(graph: FlowGraph, b: number): number {
  const { ops, places } = graph;
  const start = graph.starts[b];
  const end = start + graph.sizes[b];
  let first = start;
  while (first < end && ops[first] !== Op.NOP) first++;
  if (first === end) return 0;
  let kept = first;
  let previousLine = first > start ? graph.lineAt(first - 1) : -1;
  for (let i = first; i < end; i++) {
    const line = graph.lineAt(i);
    if (ops[i] === Op.NOP) {
      if (line < 0 || line === previousLine) continue;
      if (i < end - 1) {
        const nextLine = graph.lineAt(i + 1);
        if (nextLine === line) continue;
        if (nextLine < 0) {
          places[i + 1] = places[i];
          continue;
        }
      } else if (line === firstLine(graph, graph.nextNonEmpty(graph.nexts[b]))) {
        continue;
      }
    }
    if (kept !== i) graph.copy(kept, i);
    kept++;
    previousLine = line;
  }
  graph.sizes[b] = kept - start;
  return end - kept;
}

/** The line that running a block shows first: NOPs without a line will go. */
function firstLine(graph: FlowGraph, b: number): number {
  if (b === NO_BLOCK) return -1;
  for (let i = graph.starts[b], end = i + graph.sizes[b]; i < end; i++) {
    const line = graph.lineAt(i);
    if (graph.ops[i] !== Op.NOP || line >= 0) return line;
  }
  return -1;
}

/** How many jumps to the following block became NOPs (CPython 3.14's remove_redundant_jumps). */
function removeJumps(graph: FlowGraph): number {
  const { targets, nexts } = graph;
  let removed = 0;
  for (let b = ENTRY; b !== NO_BLOCK; b = nexts[b]) {
    if ((opFlags[graph.lastOp(b)] & OpFlag.UNCONDITIONAL) === 0) continue;
    const last = graph.last(b);
    if (graph.nextNonEmpty(targets[last]) !== graph.nextNonEmpty(nexts[b])) continue;
    graph.removeJump(last);
    removed++;
  }
  return removed;
}
