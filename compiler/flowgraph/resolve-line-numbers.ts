import { Place } from '../codegen/instruction.ts';
import { ENTRY, NO_BLOCK } from './block.ts';
import type { FlowGraph } from './flow-graph.ts';
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
    duplicateExitsWithoutLine(graph);
    propagateLineNumbers(graph);
  },
};

function duplicateExitsWithoutLine(graph: FlowGraph): void {
  for (let b = ENTRY; b !== NO_BLOCK; b = graph.nexts[b]) {
    if ((opFlags[graph.lastOp(b)] & OpFlag.JUMP) === 0) continue;
    const target = graph.nextNonEmpty(graph.targets[graph.last(b)]);
    if (graph.predecessors[target] <= 1 || !isExitOrEvalCheckWithoutLine(graph, target)) continue;
    const copy = graph.newBlock(true);
    for (let n = 0; n < graph.sizes[target]; n++) graph.addCopy(copy, n, target);
    graph.places[graph.starts[copy]] = graph.places[graph.last(b)];
    graph.targets[graph.last(b)] = copy;
    graph.predecessors[target]--;
    graph.predecessors[copy] = 1;
    graph.nexts[copy] = graph.nexts[target];
    graph.nexts[target] = copy;
  }
  // Those that are left can only be fallen into, so they have one predecessor.
  const { nexts, sizes, starts, places } = graph;
  for (let b = ENTRY; b !== NO_BLOCK; b = nexts[b]) {
    const next = nexts[b];
    if (next === NO_BLOCK || sizes[b] === 0 || !graph.hasFallthrough(b)) continue;
    if (isExitOrEvalCheckWithoutLine(graph, next)) places[starts[next]] = places[graph.last(b)];
  }
}

const isExitOrEvalCheckWithoutLine = (graph: FlowGraph, b: number): boolean =>
  graph.hasNoLineNumber(b) && (graph.exitsScope(b) || graph.hasEvalBreak(b));

/** Lets an instruction inherit the location before it, also out of the only block that leads here. */
function propagateLineNumbers(graph: FlowGraph): void {
  const { ops, places, targets, starts, sizes, nexts, predecessors } = graph;
  for (let b = ENTRY; b !== NO_BLOCK; b = nexts[b]) {
    const end = starts[b] + sizes[b];
    if (end === starts[b]) continue;
    let place: number = Place.None;
    for (let i = starts[b]; i < end; i++) {
      if (places[i] === Place.None) places[i] = place;
      else place = places[i];
    }
    const next = nexts[b];
    if (next !== NO_BLOCK && predecessors[next] === 1 && graph.hasFallthrough(b)) inherit(graph, next, place);
    if ((opFlags[ops[end - 1]] & OpFlag.JUMP) === 0) continue;
    const target = targets[end - 1];
    if (predecessors[target] === 1) inherit(graph, target, place);
  }
}

function inherit({ places, starts, sizes }: FlowGraph, b: number, place: number): void {
  if (sizes[b] > 0 && places[starts[b]] === Place.None) places[starts[b]] = place;
}
