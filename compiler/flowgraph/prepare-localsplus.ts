import { CodeFlag } from '../bytecode/code-object.ts';
import { Op } from '../bytecode/op.ts';
import { Place } from '../codegen/instruction.ts';
import type { CodeUnit } from '../codegen/unit.ts';
import { ENTRY, NO_BLOCK } from './block.ts';
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
    if (places.length > 0) placeCells(graph, places);
  },
};

/** Index in localsplus of each cell, then of each free variable. */
function cellPlaces({ varnames, cellvars, freevars }: CodeUnit): readonly number[] {
  if (cellvars.length + freevars.length === 0) return NO_CELLS;
  const locals = new Map<string, number>();
  for (let i = 0; i < varnames.length; i++) locals.set(varnames[i], i);
  let place = varnames.length;
  return [...cellvars.map((name) => locals.get(name) ?? place++), ...freevars.map(() => place++)];
}

const NO_CELLS: readonly number[] = [];

function insertPrefix(graph: FlowGraph, cellPlaces: readonly number[]): void {
  const { cellvars, freevars, flags, firstlineno, sequence } = graph.unit;
  const copiesFree = freevars.length > 0 ? 1 : 0;
  const isGenerator = (flags & IS_GENERATOR) !== 0;
  const count = copiesFree + cellvars.length + (isGenerator ? 2 : 0);
  if (count === 0) return;
  graph.makeRoomAtStart(ENTRY, count);
  let at = graph.starts[ENTRY];
  const put = (op: Op, oparg: number, place: number): void => {
    graph.set(at, op, oparg);
    graph.places[at] = place;
    graph.targets[at] = graph.excepts[at] = NO_BLOCK;
    at++;
  };
  if (copiesFree === 1) put(Op.COPY_FREE_VARS, freevars.length, Place.None);
  const cells = cellvars.map((_, cell) => cell).sort((a, b) => cellPlaces[a] - cellPlaces[b]);
  for (const cell of cells) put(Op.MAKE_CELL, cell, Place.None);
  if (isGenerator) {
    const location = { lineno: firstlineno, col_offset: -1, end_lineno: firstlineno, end_col_offset: -1 };
    const place = sequence.placeOf(location);
    put(Op.RETURN_GENERATOR, 0, place);
    put(Op.POP_TOP, 0, place);
  }
}

function placeCells({ ops, opargs, starts, sizes, nexts }: FlowGraph, places: readonly number[]): void {
  for (let b = ENTRY; b !== NO_BLOCK; b = nexts[b]) {
    for (let i = starts[b], end = i + sizes[b]; i < end; i++) {
      switch (ops[i] as Op) {
        case Op.MAKE_CELL:
        case Op.LOAD_CLOSURE:
        case Op.LOAD_DEREF:
        case Op.STORE_DEREF:
        case Op.DELETE_DEREF:
        case Op.LOAD_FROM_DICT_OR_DEREF:
          opargs[i] = places[opargs[i]];
          break;
      }
    }
  }
}
