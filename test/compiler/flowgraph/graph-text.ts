import type { Constant } from '../../../compiler/bytecode/constants.ts';
import { type Op, opNames } from '../../../compiler/bytecode/op.ts';
import { InstructionSequence, NO_LOCATION } from '../../../compiler/codegen/instruction.ts';
import type { CodeUnit } from '../../../compiler/codegen/unit.ts';
import { ENTRY, NO_BLOCK } from '../../../compiler/flowgraph/block.ts';
import { type FlowGraph, flowGraphFrom } from '../../../compiler/flowgraph/flow-graph.ts';
import { OpFlag, opFlags } from '../../../compiler/flowgraph/op-flag.ts';
import type { Pass } from '../../../compiler/flowgraph/pass.ts';
import { bareUnit } from '../../../tools/flowgraph-oracle.ts';

const opByName = new Map(opNames.map((name, op) => [name, op as Op]));

/**
 * A sequence from text: a line each, of the source line (`-` for none), the opcode, and the oparg or the label that it
 * goes to; `L1:` places a label.
 */
export function sequenceOf(text: string): InstructionSequence {
  const sequence = new InstructionSequence();
  const labels = new Map<string, number>();
  const label = (name: string): number => {
    const known = labels.get(name) ?? sequence.newLabel();
    labels.set(name, known);
    return known;
  };
  for (const row of text.trim().split('\n')) {
    const [line = '', name = '', argument = '0'] = row.trim().split(/\s+/);
    if (line.endsWith(':')) {
      sequence.useLabel(label(line.slice(0, -1)));
      continue;
    }
    const lineno = Number(line);
    const location = line === '-' ? NO_LOCATION : { lineno, end_lineno: lineno, col_offset: 0, end_col_offset: 1 };
    const op = opByName.get(name)!;
    sequence.add(op, argument.startsWith('L') ? label(argument) : Number(argument), location);
  }
  return sequence;
}

/** The graph of such a text, with these constants and this many locals. */
export function graphOf(
  text: string,
  { consts = [], locals = 0, ...fields }: { consts?: Constant[]; locals?: number } & Partial<CodeUnit> = {},
): FlowGraph {
  return flowGraphFrom({ ...bareUnit(sequenceOf(text), consts, locals), ...fields });
}

/** The graph as such a text again; the labels are numbered in the order of the code. */
export function textOf(graph: FlowGraph): string[] {
  const { ops, opargs, targets, starts, sizes, nexts } = graph;
  const labels = new Map<number, string>();
  const jumpedTo = new Set<number>();
  for (let b = ENTRY; b !== NO_BLOCK; b = nexts[b]) {
    for (let i = starts[b]; i < starts[b] + sizes[b]; i++) if (targets[i] !== NO_BLOCK) jumpedTo.add(targets[i]!);
  }
  for (let b = ENTRY; b !== NO_BLOCK; b = nexts[b]) if (jumpedTo.has(b)) labels.set(b, `L${labels.size + 1}`);
  const rows: string[] = [];
  for (let b = ENTRY; b !== NO_BLOCK; b = nexts[b]) {
    if (labels.has(b)) rows.push(`${labels.get(b)}:`);
    for (let i = starts[b]; i < starts[b] + sizes[b]; i++) {
      const op: Op = ops[i];
      const line = graph.lineAt(i) < 0 ? '-' : graph.lineAt(i);
      const hasTarget = (opFlags[op] & OpFlag.HAS_TARGET) !== 0 && targets[i] !== NO_BLOCK;
      const argument = hasTarget ? labels.get(targets[i]) : opargs[i];
      rows.push(`${line} ${opNames[op]}${argument === 0 ? '' : ` ${argument}`}`);
    }
  }
  return rows;
}

/** What passes make of a graph. */
export function textAfter(graph: FlowGraph, ...passes: readonly Pass[]): string[] {
  for (const pass of passes) pass.run(graph);
  return textOf(graph);
}

/** Rows without their indentation. */
export const rows = (text: string): string[] =>
  text
    .trim()
    .split('\n')
    .map((row) => row.trim());
