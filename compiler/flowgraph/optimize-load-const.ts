import { Op } from '../bytecode/op.ts';
import { ENTRY, NO_BLOCK } from './block.ts';
import { isSmallInt } from './const-loads.ts';
import { isTrue } from './constant-truth.ts';
import type { FlowGraph } from './flow-graph.ts';
import type { Pass } from './pass.ts';

/** Small ints get their own opcode, and tests of a constant are decided (CPython 3.14's optimize_load_const). */
export const optimizeLoadConst: Pass = {
  name: 'optimizeLoadConst',
  after: ['resolveLineNumbers'],
  run(graph) {
    for (let b = ENTRY; b !== NO_BLOCK; b = graph.nexts[b]) optimizeBlock(graph, graph.starts[b], graph.sizes[b]);
  },
};

function optimizeBlock(graph: FlowGraph, start: number, size: number): void {
  const { ops, opargs, constants } = graph;
  const end = start + size;
  // What the last load pushed; a COPY right after it pushes the same.
  let op: Op = Op.NOP;
  let oparg = 0;
  for (let i = start; i < end; i++) {
    if (ops[i] === Op.LOAD_CONST) {
      const constant = constants.at(opargs[i]);
      if (isSmallInt(constant)) graph.set(i, Op.LOAD_SMALL_INT, constant);
    }
    if (op !== Op.LOAD_CONST || ops[i] !== Op.COPY || opargs[i] !== 1) {
      op = ops[i];
      oparg = opargs[i];
    }
    if ((op !== Op.LOAD_CONST && op !== Op.LOAD_SMALL_INT) || i + 1 === end) continue;
    const next: Op = ops[i + 1];
    switch (next) {
      case Op.POP_JUMP_IF_FALSE:
      case Op.POP_JUMP_IF_TRUE:
      case Op.JUMP_IF_FALSE:
      case Op.JUMP_IF_TRUE: {
        const truth = isTrue(op === Op.LOAD_SMALL_INT ? oparg : constants.at(oparg));
        if (next === Op.POP_JUMP_IF_FALSE || next === Op.POP_JUMP_IF_TRUE) graph.set(i, Op.NOP, 0);
        const jumpsIfTrue = next === Op.POP_JUMP_IF_TRUE || next === Op.JUMP_IF_TRUE;
        if (truth === jumpsIfTrue) ops[i + 1] = Op.JUMP;
        else graph.removeJump(i + 1);
        break;
      }
      case Op.IS_OP:
        if (op === Op.LOAD_CONST && constants.at(oparg) === null) foldIsNone(graph, i, end);
        break;
      case Op.TO_BOOL: {
        const truth = isTrue(op === Op.LOAD_SMALL_INT ? oparg : constants.at(oparg));
        const index = constants.add(truth);
        graph.set(i, Op.NOP, 0);
        graph.set(i + 1, Op.LOAD_CONST, index);
        break;
      }
    }
  }
}

/** `x is None` and `x is not None` as a condition become one jump: LOAD_CONST None stands at `i`, IS_OP after it. */
function foldIsNone(graph: FlowGraph, i: number, end: number): void {
  const { ops, opargs } = graph;
  let jump = i + 2;
  if (jump < end && ops[jump] === Op.TO_BOOL) graph.set(jump++, Op.NOP, 0);
  if (jump >= end || (ops[jump] !== Op.POP_JUMP_IF_FALSE && ops[jump] !== Op.POP_JUMP_IF_TRUE)) return;
  const isInverted = (opargs[i + 1] !== 0) !== (ops[jump] === Op.POP_JUMP_IF_FALSE);
  graph.set(i, Op.NOP, 0);
  graph.set(i + 1, Op.NOP, 0);
  ops[jump] = isInverted ? Op.POP_JUMP_IF_NOT_NONE : Op.POP_JUMP_IF_NONE;
}
