import { ComplexConstant, type Constant, FloatConstant, TupleConstant } from '../../bytecode/constants.ts';
import { Op } from '../../bytecode/op.ts';
import { binaryOperation, NB, unaryOperation } from '../../flowgraph/constant-operations.ts';
import { isTrue } from '../../flowgraph/constant-truth.ts';
import { frozenSetOf } from '../../flowgraph/frozenset-order.ts';
import {
  type BinOp,
  type Compare,
  CompareOperator,
  type ConstantExpr,
  type Expr,
  ExprContext,
  type Location,
  NodeKind,
  Operator,
  type Subscript,
  type Tuple,
  type UnaryOp,
  UnaryOperator,
} from '../../syntax/ast.ts';

/** Constant folding in the tree, as CPython 3.8 does it before the symbol table (ast_opt.c). Each gives the node or its constant. */

function constant(value: Constant, at: Location): ConstantExpr {
  const { lineno, col_offset, end_lineno, end_col_offset } = at;
  return { kind: NodeKind.Constant, value, literalKind: null, lineno, col_offset, end_lineno, end_col_offset };
}

const inverse: Partial<Record<CompareOperator, CompareOperator>> = {
  [CompareOperator.Is]: CompareOperator.IsNot,
  [CompareOperator.IsNot]: CompareOperator.Is,
  [CompareOperator.In]: CompareOperator.NotIn,
  [CompareOperator.NotIn]: CompareOperator.In,
};

/** `fold_unaryop`. */
export function foldUnaryOp(e: UnaryOp): Expr {
  const { operand } = e;
  if (operand.kind !== NodeKind.Constant) {
    if (e.op !== UnaryOperator.Not || operand.kind !== NodeKind.Compare || operand.ops.length !== 1) return e;
    const op = inverse[operand.ops[0]!];
    if (op === undefined) return e;
    operand.ops[0] = op;
    return operand;
  }
  const value = unaryValue(e.op, operand.value);
  return value === undefined ? e : constant(value, e);
}

function unaryValue(op: UnaryOperator, operand: Constant): Constant | undefined {
  if (op === UnaryOperator.Not) return !isTrue(operand);
  const number = typeof operand === 'boolean' ? Number(operand) : operand;
  switch (op) {
    case UnaryOperator.Invert:
      return unaryOperation(Op.UNARY_INVERT, number);
    case UnaryOperator.USub:
      return unaryOperation(Op.UNARY_NEGATIVE, number);
    case UnaryOperator.UAdd:
      return isNumber(number) ? number : undefined;
  }
}

function isNumber(value: Constant): boolean {
  if (typeof value === 'number' || typeof value === 'bigint') return true;
  return value !== null && typeof value === 'object' && (value.type === 'float' || value.type === 'complex');
}

const operations: Partial<Record<Operator, NB>> = {
  [Operator.Add]: NB.ADD,
  [Operator.Sub]: NB.SUBTRACT,
  [Operator.Mult]: NB.MULTIPLY,
  [Operator.Div]: NB.TRUE_DIVIDE,
  [Operator.FloorDiv]: NB.FLOOR_DIVIDE,
  [Operator.Mod]: NB.REMAINDER,
  [Operator.Pow]: NB.POWER,
  [Operator.LShift]: NB.LSHIFT,
  [Operator.RShift]: NB.RSHIFT,
  [Operator.BitOr]: NB.OR,
  [Operator.BitXor]: NB.XOR,
  [Operator.BitAnd]: NB.AND,
};

/** `fold_binop`. */
export function foldBinOp(e: BinOp): Expr {
  if (e.left.kind !== NodeKind.Constant || e.right.kind !== NodeKind.Constant) return e;
  const operation = operations[e.op];
  if (operation === undefined) return e;
  const [left, right] = promoted(e.left.value, e.right.value);
  const value = binaryOperation(operation, left, right);
  return value === undefined ? e : constant(value, e);
}

/** Before 3.14 a real operand of complex arithmetic becomes a complex one first. */
function promoted(left: Constant, right: Constant): readonly [Constant, Constant] {
  const isComplex = (value: Constant) => value instanceof ComplexConstant;
  if (isComplex(left) === isComplex(right)) return [left, right];
  return [asComplex(left), asComplex(right)];
}

function asComplex(value: Constant): Constant {
  if (typeof value === 'number' || typeof value === 'boolean') return new ComplexConstant(Number(value), 0);
  return value instanceof FloatConstant ? new ComplexConstant(value.value, 0) : value;
}

function constantsOf(elts: readonly Expr[]): Constant[] | undefined {
  const values: Constant[] = [];
  for (const elt of elts) {
    if (elt.kind !== NodeKind.Constant) return undefined;
    values.push(elt.value);
  }
  return values;
}

/** `fold_tuple`. */
export function foldTuple(e: Tuple): Expr {
  if (e.ctx !== ExprContext.Load) return e;
  const values = constantsOf(e.elts);
  return values === undefined ? e : constant(new TupleConstant(values), e);
}

/** `fold_subscr`. */
export function foldSubscript(e: Subscript): Expr {
  if (e.ctx !== ExprContext.Load || e.value.kind !== NodeKind.Constant || e.slice.kind !== NodeKind.Constant) return e;
  const value = binaryOperation(NB.SUBSCR, e.value.value, e.slice.value);
  return value === undefined ? e : constant(value, e);
}

/** `fold_iter`: a list or set that is only iterated over or searched is a tuple or frozenset. */
export function foldIter(e: Expr): Expr {
  if (e.kind === NodeKind.List) {
    if (e.elts.some((elt) => elt.kind === NodeKind.Starred)) return e;
    const { elts, ctx, lineno, col_offset, end_lineno, end_col_offset } = e;
    return foldTuple({ kind: NodeKind.Tuple, elts, ctx, lineno, col_offset, end_lineno, end_col_offset });
  }
  if (e.kind !== NodeKind.Set) return e;
  const values = constantsOf(e.elts);
  return values === undefined ? e : constant(frozenSetOf(values), e);
}

/** `fold_compare`. */
export function foldCompare(e: Compare): Expr {
  const last = e.ops.length - 1;
  const op = e.ops[last]!;
  if (op === CompareOperator.In || op === CompareOperator.NotIn) e.comparators[last] = foldIter(e.comparators[last]!);
  return e;
}
