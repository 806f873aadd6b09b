import { Op } from '../bytecode/op.ts';
import type { BasicBlock, CfgInstruction } from './basic-block.ts';
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
  for (let b: BasicBlock | null = graph.entry; b !== null; b = b.next) {
    const { instructions } = b;
    for (let i = 0; i + 1 < instructions.length; i++) {
      const first = instructions[i]!;
      const second = instructions[i + 1]!;
      if (first.op === Op.LOAD_FAST) {
        if (second.op === Op.LOAD_FAST) join(first, second, Op.LOAD_FAST_LOAD_FAST);
      } else if (first.op === Op.STORE_FAST) {
        if (second.op === Op.LOAD_FAST) join(first, second, Op.STORE_FAST_LOAD_FAST);
        else if (second.op === Op.STORE_FAST) join(first, second, Op.STORE_FAST_STORE_FAST);
      }
    }
  }
}

function join(first: CfgInstruction, second: CfgInstruction, op: Op): void {
  const line1 = first.location.lineno;
  const line2 = second.location.lineno;
  if (line1 >= 0 && line2 >= 0 && line1 !== line2) return;
  if (first.oparg >= 16 || second.oparg >= 16) return;
  first.set(op, (first.oparg << 4) | second.oparg);
  second.set(Op.NOP, 0);
}
