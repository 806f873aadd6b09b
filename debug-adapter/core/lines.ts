import type { CodeObject } from '../../compiler/bytecode/code-object.ts';
import { Op } from '../../compiler/bytecode/op.ts';
import { positions } from '../../compiler/bytecode/positions.ts';
import { targetOf } from '../../compiler/targets/registry.ts';
import { Opcode } from '../../vm/interpreter/opcode.ts';
import type { Position, Program } from '../../vm/interpreter/program.ts';

/** A code object and all that are nested in it, outer ones first. */
export function* nestedCode(code: CodeObject): IterableIterator<CodeObject> {
  yield code;
  for (const constant of code.co_consts) {
    if (typeof constant === 'object' && constant !== null && constant.type === 'code') yield* nestedCode(constant);
  }
}

/** The lines of a file on which something runs, ascending. A `def` line counts for the function's definition, not its call. */
export function linesWithCode(module: CodeObject): number[] {
  const lines = new Set<number>();
  for (const code of nestedCode(module)) {
    const places = positions(code);
    for (let unit = firstUnit(code); unit < places.length >> 2; unit++) {
      if (places[unit * 4] > 0) lines.add(places[unit * 4]);
    }
  }
  return [...lines].sort((a, b) => a - b);
}

/** The code unit after the first RESUME: before it, a call is only being set up. */
function firstUnit(code: CodeObject): number {
  const { op } = targetOf(code).opcodes;
  for (let offset = 0; offset < code.co_code.length; offset += 2) {
    if (op[code.co_code[offset]] === Op.RESUME) return (offset >> 1) + 1;
  }
  return 0;
}

/** Where the lines of a decoded code object begin, as indices of its instructions. */
export interface LineStarts {
  /** The first instruction after what only sets up a call. */
  readonly first: number;
  /** One byte per index: 1 where a line begins. */
  readonly begins: Uint8Array;
  readonly indices: readonly number[];
}

const known = new WeakMap<Program, LineStarts>();

/**
 * Where CPython's `line` event would be sent, less the returns from the inner lines of an expression that spans
 * several: after the arguments of a call, its own line doesn't begin again.
 */
export function lineStarts(program: Program): LineStarts {
  let starts = known.get(program);
  if (starts === undefined) {
    starts = findLineStarts(program);
    known.set(program, starts);
  }
  return starts;
}

function findLineStarts(program: Program): LineStarts {
  const { pristine } = program;
  const first = program.entry;
  const begins = new Uint8Array(pristine.length);
  let current: Position | undefined;
  for (let index = first; index < pristine.length; index++) {
    const position = program.position(index);
    if (position.line < 1 || (current !== undefined && continuesExpression(position, current))) continue;
    if (position.line !== current?.line) begins[index] = 1;
    current = position;
  }
  // A loop on a single line begins anew with each round. Awaits and `yield from` jump back by another opcode, and the rounds
  // of a comprehension are nobody's lines.
  for (let index = first; index < pristine.length; index++) {
    if (pristine[index] !== Opcode.JUMP_BACKWARD) continue;
    const target = program.args[index];
    const line = program.lineOf(index);
    if (line > 0 && program.lineOf(target) === line && !isComprehension(pristine, target, index)) begins[index] = 1;
  }
  const indices: number[] = [];
  begins.forEach((begin, index) => {
    if (begin) indices.push(index);
  });
  return { first, begins, indices };
}

function isComprehension(pristine: Uint8Array, from: number, to: number): boolean {
  for (let index = from; index < to; index++) {
    const opcode = pristine[index];
    if (opcode === Opcode.LIST_APPEND || opcode === Opcode.SET_ADD || opcode === Opcode.MAP_ADD) return true;
  }
  return false;
}

/** Whether the instruction belongs to an expression of several lines in which the one before it stands. */
function continuesExpression(whole: Position, part: Position): boolean {
  return whole.endLine > whole.line && part.line > whole.line && part.endLine <= whole.endLine;
}

/** Indices of the instructions by which a frame returns. */
export function returns(program: Program): number[] {
  const found: number[] = [];
  program.pristine.forEach((opcode, index) => {
    if (opcode === Opcode.RETURN_VALUE) found.push(index);
  });
  return found;
}

/** Where a frame goes on when what it called or resumed gives its result: after the call, or past the loop or await. */
export function resumptionIndices(program: Program, callIndex: number): number[] {
  const opcode = program.pristine[callIndex];
  const next = callIndex + 1;
  const jumps = opcode === Opcode.FOR_ITER || opcode === Opcode.SEND;
  return jumps ? [next, program.args[callIndex]] : [next];
}
