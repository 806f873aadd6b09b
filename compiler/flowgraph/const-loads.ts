import type { Constant } from '../bytecode/constants.ts';
import { Op } from '../bytecode/op.ts';
import { Place } from '../codegen/instruction.ts';
import type { FlowGraph } from './flow-graph.ts';

/** Longest run of constants that one fold takes (_PY_STACK_USE_GUIDELINE). */
export const MAX_FOLDED_ITEMS = 30;

export const loadsConst = (op: Op): boolean => op === Op.LOAD_CONST || op === Op.LOAD_SMALL_INT;

/** The value of a LOAD_CONST or LOAD_SMALL_INT. */
export const constValue = ({ ops, opargs, constants }: FlowGraph, i: number): Constant =>
  ops[i] === Op.LOAD_SMALL_INT ? opargs[i] : constants.at(opargs[i]);

/**
 * Index from which on the instructions up to index `end` load `count` constants, NOPs skipped; -1 where anything else stands
 * among them, or the block, which begins at `start`, has fewer (CPython 3.14's get_const_loading_instrs).
 */
export function constLoadsBefore({ ops }: FlowGraph, start: number, end: number, count: number): number {
  let i = end;
  for (let found = 0; found < count; ) {
    if (i === start) return -1;
    const op: Op = ops[--i];
    if (op === Op.NOP) continue;
    if (!loadsConst(op)) return -1;
    found++;
  }
  return i;
}

/** The constants that the instructions between two indices load. */
export function constValues(graph: FlowGraph, start: number, end: number): Constant[] {
  const values: Constant[] = [];
  for (let i = start; i < end; i++) if (graph.ops[i] !== Op.NOP) values.push(constValue(graph, i));
  return values;
}

/** Makes NOPs without a location of instructions whose work is done elsewhere, so that they vanish. NOPs stay as they are. */
export function nopOut(graph: FlowGraph, start: number, end: number): void {
  for (let i = start; i < end; i++) {
    if (graph.ops[i] === Op.NOP) continue;
    graph.set(i, Op.NOP, 0);
    graph.places[i] = Place.None;
  }
}

/** Whether LOAD_SMALL_INT can load it (_PY_IS_SMALL_INT). */
export const isSmallInt = (constant: Constant): constant is number =>
  typeof constant === 'number' && constant >= 0 && constant < 256;

/** Turns an instruction into the load of a constant, whichever opcode fits (CPython 3.14's instr_make_load_const). */
export function makeLoadConst(graph: FlowGraph, i: number, constant: Constant): void {
  if (isSmallInt(constant)) graph.set(i, Op.LOAD_SMALL_INT, constant);
  else graph.set(i, Op.LOAD_CONST, graph.constants.add(constant));
}
