import { CodeFlag } from '../bytecode/code-object.ts';
import { Op } from '../bytecode/op.ts';
import { NO_LOCATION } from '../codegen/instruction.ts';
import type { CodeUnit } from '../codegen/unit.ts';
import { type BasicBlock, CfgInstruction } from './basic-block.ts';
import type { FlowGraph } from './flow-graph.ts';
import type { Pass } from './pass.ts';

const IS_GENERATOR = CodeFlag.CO_GENERATOR | CodeFlag.CO_COROUTINE | CodeFlag.CO_ASYNC_GENERATOR;

/**
 * Cells and free variables get their places behind the locals, a cell that is an argument the argument's own; the code
 * that makes cells, copies the closure and makes the generator is put in front (CPython 3.14's prepare_localsplus).
 */
export const prepareLocalsplus: Pass = {
  name: 'prepareLocalsplus',
  after: ['calculateStackDepth'],
  run(graph) {
    const { unit } = graph;
    const places = cellPlaces(unit);
    insertPrefix(graph, places);
    if (places.length > 0) placeCells(graph.entry, places);
  },
};

/** Index in localsplus of each cell, then of each free variable. */
function cellPlaces({ varnames, cellvars, freevars }: CodeUnit): number[] {
  if (cellvars.length + freevars.length === 0) return [];
  const locals = new Map<string, number>();
  for (let i = 0; i < varnames.length; i++) locals.set(varnames[i]!, i);
  let place = varnames.length;
  return [...cellvars.map((name) => locals.get(name) ?? place++), ...freevars.map(() => place++)];
}

function insertPrefix({ unit, entry }: FlowGraph, places: readonly number[]): void {
  const prefix: CfgInstruction[] = [];
  if (unit.freevars.length > 0) {
    prefix.push(new CfgInstruction(Op.COPY_FREE_VARS, unit.freevars.length, NO_LOCATION, null));
  }
  const cells = unit.cellvars.map((_, cell) => cell).sort((a, b) => places[a]! - places[b]!);
  for (const cell of cells) prefix.push(new CfgInstruction(Op.MAKE_CELL, cell, NO_LOCATION, null));
  if ((unit.flags & IS_GENERATOR) !== 0) {
    const { firstlineno } = unit;
    const location = { lineno: firstlineno, col_offset: -1, end_lineno: firstlineno, end_col_offset: -1 };
    prefix.push(new CfgInstruction(Op.RETURN_GENERATOR, 0, location, null));
    prefix.push(new CfgInstruction(Op.POP_TOP, 0, location, null));
  }
  if (prefix.length === 0) return;
  const rest = entry.instructions.splice(0);
  for (const instruction of prefix) entry.instructions.push(instruction);
  for (const instruction of rest) entry.instructions.push(instruction);
}

function placeCells(entry: BasicBlock, places: readonly number[]): void {
  for (let b: BasicBlock | null = entry; b !== null; b = b.next) {
    const { instructions } = b;
    for (let i = 0; i < instructions.length; i++) {
      const instruction = instructions[i]!;
      switch (instruction.op) {
        case Op.MAKE_CELL:
        case Op.LOAD_CLOSURE:
        case Op.LOAD_DEREF:
        case Op.STORE_DEREF:
        case Op.DELETE_DEREF:
        case Op.LOAD_FROM_DICT_OR_DEREF:
          instruction.oparg = places[instruction.oparg]!;
          break;
      }
    }
  }
}
