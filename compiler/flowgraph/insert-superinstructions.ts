import { Op } from '../bytecode/op.ts';
import { ENTRY, NO_BLOCK } from './block.ts';
import type { FlowGraph } from './flow-graph.ts';
import type { Pass } from './pass.ts';
import { removeNops } from './remove-redundant-nops.ts';

/** Joins neighbouring loads and stores of the first 16 locals (CPython 3.14's insert_superinstructions). */
export const insertSuperinstructions: Pass = {
  name: 'insertSuperinstructions',
  after: ['addLoadChecks'],
  run(graph) {
    if (graph.unit.varnames.length > 0) joinAll(graph);
    removeNops(graph);
  },
};

function joinAll(graph: FlowGraph): void {
  const { ops, starts, sizes, nexts } = graph;
  for (let b = ENTRY; b !== NO_BLOCK; b = nexts[b]) {
    for (let i = starts[b], last = i + sizes[b] - 1; i < last; i++) {
      const op: Op = ops[i];
      if (op !== Op.LOAD_FAST && op !== Op.STORE_FAST) continue;
      const next: Op = ops[i + 1];
      if (op === Op.LOAD_FAST) {
        if (next === Op.LOAD_FAST) join(graph, i, Op.LOAD_FAST_LOAD_FAST);
      } else {
        if (next === Op.LOAD_FAST) join(graph, i, Op.STORE_FAST_LOAD_FAST);
        else if (next === Op.STORE_FAST) join(graph, i, Op.STORE_FAST_STORE_FAST);
      }
    }
  }
}

/** Joins the instruction at `i` and the next one, unless a line begins between them. */
function join(graph: FlowGraph, i: number, op: Op): void {
  const line = graph.lineAt(i);
  const nextLine = graph.lineAt(i + 1);
  if (line >= 0 && nextLine >= 0 && line !== nextLine) return;
  const { opargs } = graph;
  if (opargs[i] >= 16 || opargs[i + 1] >= 16) return;
  graph.set(i, op, (opargs[i] << 4) | opargs[i + 1]);
  graph.set(i + 1, Op.NOP, 0);
}
