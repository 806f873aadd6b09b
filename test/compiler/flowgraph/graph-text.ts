import type { Constant } from '../../../compiler/bytecode/constants.ts';
import { type Op, opNames } from '../../../compiler/bytecode/op.ts';
import { InstructionSequence, NO_LOCATION } from '../../../compiler/codegen/instruction.ts';
import type { CodeUnit } from '../../../compiler/codegen/unit.ts';
import type { BasicBlock } from '../../../compiler/flowgraph/basic-block.ts';
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
export function textOf({ entry }: FlowGraph): string[] {
  const labels = new Map<BasicBlock, string>();
  const targets = new Set<BasicBlock>();
  for (let b: BasicBlock | null = entry; b !== null; b = b.next) {
    for (const { target } of b.instructions) if (target !== null) targets.add(target);
  }
  for (let b: BasicBlock | null = entry; b !== null; b = b.next)
    if (targets.has(b)) labels.set(b, `L${labels.size + 1}`);
  const rows: string[] = [];
  for (let b: BasicBlock | null = entry; b !== null; b = b.next) {
    if (labels.has(b)) rows.push(`${labels.get(b)}:`);
    for (const { op, oparg, location, target } of b.instructions) {
      const line = location.lineno < 0 ? '-' : location.lineno;
      const argument = (opFlags[op]! & OpFlag.HAS_TARGET) !== 0 && target !== null ? labels.get(target) : oparg;
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
