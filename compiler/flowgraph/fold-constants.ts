import { type Constant, TupleConstant } from '../bytecode/constants.ts';
import { Op } from '../bytecode/op.ts';
import {
  constLoadsBefore,
  constValue,
  constValues,
  loadsConst,
  MAX_FOLDED_ITEMS,
  makeLoadConst,
  nopOut,
} from './const-loads.ts';
import { binaryOperation, unaryOperation } from './constant-operations.ts';
import type { FlowGraph } from './flow-graph.ts';
import { frozenSetOf } from './frozenset-order.ts';

// In all of these `i` is the index of the instruction in question and `start` that of its block's first one.

/** A display of fewer constants than this is built item by item, unless it is only iterated or searched. */
const MIN_CONST_SEQUENCE_SIZE = 3;

/** Folds a BUILD_TUPLE of constants (CPython 3.14's fold_tuple_of_constants). */
export function foldTuple(graph: FlowGraph, start: number, i: number): void {
  const count = graph.opargs[i];
  if (count > MAX_FOLDED_ITEMS) return;
  const loads = constLoadsBefore(graph, start, i, count);
  if (loads < 0) return;
  const tuple = new TupleConstant(constValues(graph, loads, i));
  nopOut(graph, loads, i);
  makeLoadConst(graph, i, tuple);
}

/**
 * Folds a long tuple display, which codegen builds as a list, at its CALL_INTRINSIC_1 INTRINSIC_LIST_TO_TUPLE
 * (CPython 3.14's fold_constant_intrinsic_list_to_tuple).
 */
export function foldListToTuple(graph: FlowGraph, start: number, i: number): void {
  const { ops, opargs } = graph;
  const items: Constant[] = [];
  let expectsAppend = true;
  for (let at = i - 1; at >= start; at--) {
    const op: Op = ops[at];
    if (op === Op.NOP) continue;
    if (op === Op.BUILD_LIST && opargs[at] === 0) {
      if (!expectsAppend) return;
      nopOut(graph, at, i);
      makeLoadConst(graph, i, new TupleConstant(items.reverse()));
      return;
    }
    if (expectsAppend) {
      if (op !== Op.LIST_APPEND || opargs[at] !== 1) return;
    } else {
      if (!loadsConst(op)) return;
      items.push(constValue(graph, at));
    }
    expectsAppend = !expectsAppend;
  }
}

/**
 * A list or set display: one that is only iterated or searched becomes a tuple or a constant; other displays of three or
 * more constants extend an empty one from a constant (CPython 3.14's optimize_lists_and_sets).
 */
export function foldSequence(graph: FlowGraph, start: number, end: number, i: number): void {
  const { ops, opargs, places, constants } = graph;
  const op: Op = ops[i];
  const count = opargs[i];
  const isOnlyRead = i + 1 < end && (ops[i + 1] === Op.GET_ITER || ops[i + 1] === Op.CONTAINS_OP);
  if (count > MAX_FOLDED_ITEMS || (count < MIN_CONST_SEQUENCE_SIZE && !isOnlyRead)) return;
  const loads = constLoadsBefore(graph, start, i, count);
  if (loads < 0) {
    if (isOnlyRead && op === Op.BUILD_LIST) ops[i] = Op.BUILD_TUPLE;
    return;
  }
  const items = constValues(graph, loads, i);
  const index = constants.add(op === Op.BUILD_SET ? frozenSetOf(items) : new TupleConstant(items));
  nopOut(graph, loads, i);
  if (isOnlyRead) {
    graph.set(i, Op.LOAD_CONST, index);
    return;
  }
  places[i - 2] = places[i];
  graph.set(i - 2, op, 0);
  graph.set(i - 1, Op.LOAD_CONST, index);
  graph.set(i, op === Op.BUILD_LIST ? Op.LIST_EXTEND : Op.SET_UPDATE, 1);
}

/** Folds a BINARY_OP of two constants, unless it would raise or grow too large (fold_const_binop). */
export function foldBinaryOp(graph: FlowGraph, start: number, i: number): void {
  const loads = constLoadsBefore(graph, start, i, 2);
  if (loads < 0) return;
  const [left, right] = constValues(graph, loads, i);
  const result = binaryOperation(graph.opargs[i], left, right);
  if (result === undefined) return;
  nopOut(graph, loads, i);
  makeLoadConst(graph, i, result);
}

/** Folds a unary operation on a constant, unless it would raise (CPython 3.14's fold_const_unaryop). */
export function foldUnaryOp(graph: FlowGraph, start: number, i: number): void {
  const load = constLoadsBefore(graph, start, i, 1);
  if (load < 0) return;
  const result = unaryOperation(graph.ops[i], constValue(graph, load));
  if (result === undefined) return;
  nopOut(graph, load, i);
  makeLoadConst(graph, i, result);
}
