import { type Constant, TupleConstant } from '../bytecode/constants.ts';
import { Op } from '../bytecode/op.ts';
import type { CfgInstruction } from './basic-block.ts';
import { constLoadsBefore, constValue, loadsConst, MAX_FOLDED_ITEMS, makeLoadConst, nopOut } from './const-loads.ts';
import { binaryOperation, unaryOperation } from './constant-operations.ts';
import type { ConstantPool } from './constant-pool.ts';
import { frozenSetOf } from './frozenset-order.ts';

type Instructions = readonly CfgInstruction[];

/** A display of fewer constants than this is built item by item, unless it is only iterated or searched. */
const MIN_CONST_SEQUENCE_SIZE = 3;

/** Folds a BUILD_TUPLE of constants at index `i` (CPython 3.14's fold_tuple_of_constants). */
export function foldTuple(instructions: Instructions, i: number, constants: ConstantPool): void {
  const build = instructions[i]!;
  if (build.oparg > MAX_FOLDED_ITEMS) return;
  const loads = constLoadsBefore(instructions, i, build.oparg);
  if (loads === undefined) return;
  const tuple = new TupleConstant(loads.map((load) => constValue(load, constants)));
  nopOut(loads);
  makeLoadConst(build, tuple, constants);
}

/**
 * Folds a long tuple display, which codegen builds as a list, at its CALL_INTRINSIC_1 INTRINSIC_LIST_TO_TUPLE
 * (CPython 3.14's fold_constant_intrinsic_list_to_tuple).
 */
export function foldListToTuple(instructions: Instructions, i: number, constants: ConstantPool): void {
  const items: Constant[] = [];
  let expectsAppend = true;
  for (let start = i - 1; start >= 0; start--) {
    const instruction = instructions[start]!;
    const { op, oparg } = instruction;
    if (op === Op.NOP) continue;
    if (op === Op.BUILD_LIST && oparg === 0) {
      if (!expectsAppend) return;
      nopOut(instructions.slice(start, i).filter((between) => between.op !== Op.NOP));
      makeLoadConst(instructions[i]!, new TupleConstant(items.reverse()), constants);
      return;
    }
    if (expectsAppend) {
      if (op !== Op.LIST_APPEND || oparg !== 1) return;
    } else {
      if (!loadsConst(op)) return;
      items.push(constValue(instruction, constants));
    }
    expectsAppend = !expectsAppend;
  }
}

/**
 * A list or set display at index `i`: one that is only iterated or searched becomes a tuple or a constant; other displays
 * of three or more constants extend an empty one from a constant (CPython 3.14's optimize_lists_and_sets).
 */
export function foldSequence(instructions: Instructions, i: number, constants: ConstantPool): void {
  const build = instructions[i]!;
  const { op, oparg } = build;
  const nextOp = instructions[i + 1]?.op;
  const isOnlyRead = nextOp === Op.GET_ITER || nextOp === Op.CONTAINS_OP;
  if (oparg > MAX_FOLDED_ITEMS || (oparg < MIN_CONST_SEQUENCE_SIZE && !isOnlyRead)) return;
  const loads = constLoadsBefore(instructions, i, oparg);
  if (loads === undefined) {
    if (isOnlyRead && op === Op.BUILD_LIST) build.op = Op.BUILD_TUPLE;
    return;
  }
  const items = loads.map((load) => constValue(load, constants));
  const index = constants.add(op === Op.BUILD_SET ? frozenSetOf(items) : new TupleConstant(items));
  nopOut(loads);
  if (isOnlyRead) {
    build.set(Op.LOAD_CONST, index);
    return;
  }
  const first = instructions[i - 2]!;
  first.location = build.location;
  first.set(op, 0);
  instructions[i - 1]!.set(Op.LOAD_CONST, index);
  build.set(op === Op.BUILD_LIST ? Op.LIST_EXTEND : Op.SET_UPDATE, 1);
}

/** Folds a BINARY_OP of two constants at index `i`, unless it would raise or grow too large (fold_const_binop). */
export function foldBinaryOp(instructions: Instructions, i: number, constants: ConstantPool): void {
  const loads = constLoadsBefore(instructions, i, 2);
  if (loads === undefined) return;
  const operation = instructions[i]!;
  const left = constValue(loads[0]!, constants);
  const right = constValue(loads[1]!, constants);
  const result = binaryOperation(operation.oparg, left, right);
  if (result === undefined) return;
  nopOut(loads);
  makeLoadConst(operation, result, constants);
}

/** Folds a unary operation on a constant at index `i`, unless it would raise (CPython 3.14's fold_const_unaryop). */
export function foldUnaryOp(instructions: Instructions, i: number, constants: ConstantPool): void {
  const loads = constLoadsBefore(instructions, i, 1);
  if (loads === undefined) return;
  const operation = instructions[i]!;
  const result = unaryOperation(operation.op, constValue(loads[0]!, constants));
  if (result === undefined) return;
  nopOut(loads);
  makeLoadConst(operation, result, constants);
}
