import { TupleConstant } from '../../bytecode/constants.ts';
import { Op } from '../../bytecode/op.ts';
import { isFunctionLike } from '../../symbols/scope.ts';
import {
  type Attribute,
  type BinOp,
  type BoolOp,
  BoolOperator,
  type Compare,
  CompareOperator,
  type Dict,
  type Expr,
  ExprContext,
  type FormattedValue,
  NodeKind,
  Operator,
  type Slice,
  type Subscript,
  UnaryOperator,
} from '../../syntax/ast.ts';
import { checkCompare, checkIndex, checkSubscripter } from '../checks.ts';
import { ScopeType } from '../compiler-unit.ts';
import { conversionNumber } from '../strings.ts';
import type { BlockStackCompiler } from './block-stack-compiler.ts';
import { call } from './calls.ts';
import { comprehension } from './comprehensions.ts';
import { lambda } from './functions.ts';
import { visitName } from './names.ts';

const binaryOps: Readonly<Record<Operator, readonly [Op, Op]>> = {
  [Operator.Add]: [Op.BINARY_ADD, Op.INPLACE_ADD],
  [Operator.Sub]: [Op.BINARY_SUBTRACT, Op.INPLACE_SUBTRACT],
  [Operator.Mult]: [Op.BINARY_MULTIPLY, Op.INPLACE_MULTIPLY],
  [Operator.MatMult]: [Op.BINARY_MATRIX_MULTIPLY, Op.INPLACE_MATRIX_MULTIPLY],
  [Operator.Div]: [Op.BINARY_TRUE_DIVIDE, Op.INPLACE_TRUE_DIVIDE],
  [Operator.Mod]: [Op.BINARY_MODULO, Op.INPLACE_MODULO],
  [Operator.Pow]: [Op.BINARY_POWER, Op.INPLACE_POWER],
  [Operator.LShift]: [Op.BINARY_LSHIFT, Op.INPLACE_LSHIFT],
  [Operator.RShift]: [Op.BINARY_RSHIFT, Op.INPLACE_RSHIFT],
  [Operator.BitOr]: [Op.BINARY_OR, Op.INPLACE_OR],
  [Operator.BitXor]: [Op.BINARY_XOR, Op.INPLACE_XOR],
  [Operator.BitAnd]: [Op.BINARY_AND, Op.INPLACE_AND],
  [Operator.FloorDiv]: [Op.BINARY_FLOOR_DIVIDE, Op.INPLACE_FLOOR_DIVIDE],
};

export function inplaceOp(operator: Operator): Op {
  return binaryOps[operator][1];
}

const unaryOps: Readonly<Record<UnaryOperator, Op>> = {
  [UnaryOperator.Invert]: Op.UNARY_INVERT,
  [UnaryOperator.Not]: Op.UNARY_NOT,
  [UnaryOperator.UAdd]: Op.UNARY_POSITIVE,
  [UnaryOperator.USub]: Op.UNARY_NEGATIVE,
};

/** COMPARE_OP's argument: 3.8's PyCmp_ numbers, in the order of CompareOperator. */
const comparisons: Readonly<Record<CompareOperator, number>> = {
  [CompareOperator.Eq]: 2,
  [CompareOperator.NotEq]: 3,
  [CompareOperator.Lt]: 0,
  [CompareOperator.LtE]: 1,
  [CompareOperator.Gt]: 4,
  [CompareOperator.GtE]: 5,
  [CompareOperator.Is]: 8,
  [CompareOperator.IsNot]: 9,
  [CompareOperator.In]: 6,
  [CompareOperator.NotIn]: 7,
};
export const EXCEPTION_MATCH = 10;

/** `compiler_visit_expr`, 3.8: an expression on a line of its own starts that line. */
export function visitExpr(c: BlockStackCompiler, e: Expr): void {
  const { u } = c;
  const before = u.lineno;
  if (e.lineno !== before) {
    u.lineno = e.lineno;
    u.lineSet = false;
  }
  visitKind(c, e);
  if (before !== u.lineno) {
    u.lineno = before;
    u.lineSet = false;
  }
}

export function visitExprs(c: BlockStackCompiler, exprs: readonly Expr[]): void {
  for (const e of exprs) visitExpr(c, e);
}

function visitKind(c: BlockStackCompiler, e: Expr): void {
  switch (e.kind) {
    case NodeKind.Name:
      visitName(c, e);
      break;
    case NodeKind.Constant:
      c.emitConst(e.value);
      break;
    case NodeKind.Attribute:
      attribute(c, e);
      break;
    case NodeKind.Call:
      call(c, e);
      break;
    case NodeKind.Subscript:
      subscript(c, e);
      break;
    case NodeKind.BinOp:
      binOp(c, e);
      break;
    case NodeKind.BoolOp:
      boolOp(c, e);
      break;
    case NodeKind.UnaryOp:
      visitExpr(c, e.operand);
      c.emit(unaryOps[e.op]);
      break;
    case NodeKind.Compare:
      compare(c, e);
      break;
    case NodeKind.NamedExpr:
      visitExpr(c, e.value);
      c.emit(Op.DUP_TOP);
      visitExpr(c, e.target);
      break;
    case NodeKind.Lambda:
      lambda(c, e);
      break;
    case NodeKind.IfExp: {
      const end = c.newLabel();
      const next = c.newLabel();
      jumpIf(c, e.test, next, false);
      visitExpr(c, e.body);
      c.emit(Op.JUMP_FORWARD, end);
      c.useBlock(next);
      visitExpr(c, e.orelse);
      c.useBlock(end);
      break;
    }
    case NodeKind.Dict:
      dict(c, e);
      break;
    case NodeKind.Set:
      starUnpack(c, e.elts, Op.BUILD_SET, Op.BUILD_SET, Op.BUILD_SET_UNPACK);
      break;
    case NodeKind.List:
    case NodeKind.Tuple:
      if (e.ctx === ExprContext.Store) unpackInto(c, e.elts);
      else if (e.ctx === ExprContext.Del) visitExprs(c, e.elts);
      else if (e.kind === NodeKind.List) starUnpack(c, e.elts, Op.BUILD_LIST, Op.BUILD_TUPLE, Op.BUILD_LIST_UNPACK);
      else starUnpack(c, e.elts, Op.BUILD_TUPLE, Op.BUILD_TUPLE, Op.BUILD_TUPLE_UNPACK);
      break;
    case NodeKind.GeneratorExp:
    case NodeKind.ListComp:
    case NodeKind.SetComp:
    case NodeKind.DictComp:
      comprehension(c, e);
      break;
    case NodeKind.Yield:
      if (e.value !== null) visitExpr(c, e.value);
      else c.emitConst(null);
      if (isFunctionLike(c.u.scope)) c.emit(Op.YIELD_VALUE);
      else c.error("'yield' outside function", e);
      break;
    case NodeKind.YieldFrom:
      visitExpr(c, e.value);
      if (!isFunctionLike(c.u.scope)) c.error("'yield' outside function", e);
      else if (c.u.type === ScopeType.AsyncFunction) c.error("'yield from' inside async function", e);
      else {
        c.emit(Op.GET_YIELD_FROM_ITER);
        c.emitConst(null);
        c.emit(Op.YIELD_FROM);
      }
      break;
    case NodeKind.Await:
      checkAwait(c, e);
      visitExpr(c, e.value);
      awaitResult(c);
      break;
    case NodeKind.JoinedStr:
      visitExprs(c, e.values);
      if (e.values.length !== 1) c.emit(Op.BUILD_STRING, e.values.length);
      break;
    case NodeKind.FormattedValue:
      formattedValue(c, e);
      break;
    case NodeKind.TemplateStr:
    case NodeKind.Interpolation:
      c.error('template strings need Python 3.14', e);
      break;
    case NodeKind.Starred:
      c.error(
        e.ctx === ExprContext.Store
          ? 'starred assignment target must be in a list or tuple'
          : "can't use starred expression here",
        e,
      );
      visitExpr(c, e.value);
      break;
    case NodeKind.Slice:
      slice(c, e);
      break;
  }
}

function checkAwait(c: BlockStackCompiler, e: Expr): void {
  if (!isFunctionLike(c.u.scope)) c.error("'await' outside function", e);
  else if (c.u.type !== ScopeType.AsyncFunction && c.u.type !== ScopeType.Comprehension) {
    c.error("'await' outside async function", e);
  }
}

/** Waits for the awaitable on top of the stack. */
export function awaitResult(c: BlockStackCompiler): void {
  c.emit(Op.GET_AWAITABLE);
  c.emitConst(null);
  c.emit(Op.YIELD_FROM);
}

function binOp(c: BlockStackCompiler, e: BinOp): void {
  visitExpr(c, e.left);
  visitExpr(c, e.right);
  c.emit(binaryOps[e.op][0]);
}

function boolOp(c: BlockStackCompiler, e: BoolOp): void {
  const jump = e.op === BoolOperator.And ? Op.JUMP_IF_FALSE_OR_POP : Op.JUMP_IF_TRUE_OR_POP;
  const end = c.newLabel();
  const last = e.values.length - 1;
  for (let i = 0; i < last; i++) {
    visitExpr(c, e.values[i]!);
    c.emit(jump, end);
  }
  visitExpr(c, e.values[last]!);
  c.useBlock(end);
}

function compare(c: BlockStackCompiler, e: Compare): void {
  checkCompare(c, e);
  visitExpr(c, e.left);
  const last = e.ops.length - 1;
  if (last === 0) {
    visitExpr(c, e.comparators[0]!);
    c.emit(Op.COMPARE_OP, comparisons[e.ops[0]!]);
    return;
  }
  const cleanup = c.newLabel();
  for (let i = 0; i < last; i++) {
    visitExpr(c, e.comparators[i]!);
    c.emit(Op.DUP_TOP);
    c.emit(Op.ROT_THREE);
    c.emit(Op.COMPARE_OP, comparisons[e.ops[i]!]);
    c.emit(Op.JUMP_IF_FALSE_OR_POP, cleanup);
  }
  visitExpr(c, e.comparators[last]!);
  c.emit(Op.COMPARE_OP, comparisons[e.ops[last]!]);
  const end = c.newLabel();
  c.emit(Op.JUMP_FORWARD, end);
  c.useBlock(cleanup);
  c.emit(Op.ROT_TWO);
  c.emit(Op.POP_TOP);
  c.useBlock(end);
}

/** `compiler_jump_if`, 3.8. */
export function jumpIf(c: BlockStackCompiler, e: Expr, next: number, condition: boolean): void {
  switch (e.kind) {
    case NodeKind.UnaryOp:
      if (e.op !== UnaryOperator.Not) break;
      jumpIf(c, e.operand, next, !condition);
      return;
    case NodeKind.BoolOp: {
      const isOr = e.op === BoolOperator.Or;
      const next2 = isOr === condition ? next : c.newLabel();
      const last = e.values.length - 1;
      for (let i = 0; i < last; i++) jumpIf(c, e.values[i]!, next2, isOr);
      jumpIf(c, e.values[last]!, next, condition);
      if (next2 !== next) c.useBlock(next2);
      return;
    }
    case NodeKind.IfExp: {
      const end = c.newLabel();
      const next2 = c.newLabel();
      jumpIf(c, e.test, next2, false);
      jumpIf(c, e.body, next, condition);
      c.emit(Op.JUMP_FORWARD, end);
      c.useBlock(next2);
      jumpIf(c, e.orelse, next, condition);
      c.useBlock(end);
      return;
    }
    case NodeKind.Compare:
      if (e.ops.length === 1) break;
      jumpIfChain(c, e, next, condition);
      return;
  }
  visitExpr(c, e);
  c.emit(condition ? Op.POP_JUMP_IF_TRUE : Op.POP_JUMP_IF_FALSE, next);
}

function jumpIfChain(c: BlockStackCompiler, e: Compare, next: number, condition: boolean): void {
  const last = e.ops.length - 1;
  checkCompare(c, e);
  const cleanup = c.newLabel();
  visitExpr(c, e.left);
  for (let i = 0; i < last; i++) {
    visitExpr(c, e.comparators[i]!);
    c.emit(Op.DUP_TOP);
    c.emit(Op.ROT_THREE);
    c.emit(Op.COMPARE_OP, comparisons[e.ops[i]!]);
    c.emit(Op.POP_JUMP_IF_FALSE, cleanup);
  }
  visitExpr(c, e.comparators[last]!);
  c.emit(Op.COMPARE_OP, comparisons[e.ops[last]!]);
  c.emit(condition ? Op.POP_JUMP_IF_TRUE : Op.POP_JUMP_IF_FALSE, next);
  const end = c.newLabel();
  c.emit(Op.JUMP_FORWARD, end);
  c.useBlock(cleanup);
  c.emit(Op.POP_TOP);
  if (!condition) c.emit(Op.JUMP_FORWARD, next);
  c.useBlock(end);
}

/** `starunpack_helper`, 3.8: runs of items become collections of their own, joined at the end. */
function starUnpack(c: BlockStackCompiler, elts: readonly Expr[], single: Op, inner: Op, outer: Op): void {
  let seen = 0;
  let parts = 0;
  for (const elt of elts) {
    if (elt.kind !== NodeKind.Starred) {
      visitExpr(c, elt);
      seen++;
      continue;
    }
    if (seen > 0) {
      c.emit(inner, seen);
      seen = 0;
      parts++;
    }
    visitExpr(c, elt.value);
    parts++;
  }
  if (parts === 0) {
    c.emit(single, seen);
    return;
  }
  if (seen > 0) {
    c.emit(inner, seen);
    parts++;
  }
  c.emit(outer, parts);
}

function unpackInto(c: BlockStackCompiler, elts: readonly Expr[]): void {
  let star = -1;
  for (let i = 0; i < elts.length; i++) {
    const elt = elts[i]!;
    if (elt.kind !== NodeKind.Starred) continue;
    if (star >= 0) {
      c.error('two starred expressions in assignment', elt);
      break;
    }
    star = i;
    const after = elts.length - i - 1;
    if (i >= 1 << 8 || after >= 0x7fffff) c.error('too many expressions in star-unpacking assignment', elt);
    c.emit(Op.UNPACK_EX, i + (after << 8));
  }
  if (star < 0) c.emit(Op.UNPACK_SEQUENCE, elts.length);
  for (const elt of elts) visitExpr(c, elt.kind === NodeKind.Starred ? elt.value : elt);
}

/** `compiler_dict`, 3.8. */
function dict(c: BlockStackCompiler, e: Dict): void {
  const { keys, values } = e;
  let containers = 0;
  let elements = 0;
  let unpacking = false;
  for (let i = 0; i < values.length; i++) {
    unpacking = keys[i] === null;
    if (elements === 0xffff || (elements > 0 && unpacking)) {
      subDict(c, e, i - elements, i);
      containers++;
      elements = 0;
    }
    if (unpacking) {
      visitExpr(c, values[i]!);
      containers++;
    } else elements++;
  }
  if (elements > 0 || containers === 0) {
    subDict(c, e, values.length - elements, values.length);
    containers++;
  }
  // A single dict that is unpacked must be copied.
  if (containers > 1 || unpacking) c.emit(Op.BUILD_MAP_UNPACK, containers);
}

function subDict(c: BlockStackCompiler, e: Dict, begin: number, end: number): void {
  const keys = e.keys.slice(begin, end);
  const constants = keys.flatMap((key) => (key?.kind === NodeKind.Constant ? [key.value] : []));
  const count = end - begin;
  if (count > 1 && constants.length === count) {
    for (let i = begin; i < end; i++) visitExpr(c, e.values[i]!);
    c.emitConst(new TupleConstant(constants));
    c.emit(Op.BUILD_CONST_KEY_MAP, count);
    return;
  }
  for (let i = begin; i < end; i++) {
    visitExpr(c, e.keys[i]!);
    visitExpr(c, e.values[i]!);
  }
  c.emit(Op.BUILD_MAP, count);
}

function formattedValue(c: BlockStackCompiler, e: FormattedValue): void {
  visitExpr(c, e.value);
  let oparg = e.conversion === -1 ? 0 : conversionNumber(e.conversion);
  if (e.format_spec !== null) {
    visitExpr(c, e.format_spec);
    oparg |= 4;
  }
  c.emit(Op.FORMAT_VALUE, oparg);
}

const attributeOps = [Op.LOAD_ATTR, Op.STORE_ATTR, Op.DELETE_ATTR];

function attribute(c: BlockStackCompiler, e: Attribute): void {
  visitExpr(c, e.value);
  if (e.attr === '__debug__' && e.ctx === ExprContext.Store) c.error('cannot assign to __debug__', e);
  c.emit(attributeOps[e.ctx]!, c.attributeIndex(e));
}

const subscriptOps = [Op.BINARY_SUBSCR, Op.STORE_SUBSCR, Op.DELETE_SUBSCR];

function subscript(c: BlockStackCompiler, e: Subscript): void {
  if (e.ctx === ExprContext.Load) {
    checkSubscripter(c, e.value);
    checkIndex(c, e.value, e.slice);
  }
  visitExpr(c, e.value);
  subscriptIndex(c, e.slice);
  c.emit(subscriptOps[e.ctx]!);
}

/** `compiler_visit_slice`, 3.8: slices, and tuples of them, are no expressions there and start no line. */
export function subscriptIndex(c: BlockStackCompiler, index: Expr): void {
  if (index.kind === NodeKind.Slice) slice(c, index);
  else if (index.kind === NodeKind.Tuple && index.elts.some((elt) => elt.kind === NodeKind.Slice)) {
    for (const elt of index.elts) subscriptIndex(c, elt);
    c.emit(Op.BUILD_TUPLE, index.elts.length);
  } else visitExpr(c, index);
}

function slice(c: BlockStackCompiler, e: Slice): void {
  if (e.lower !== null) visitExpr(c, e.lower);
  else c.emitConst(null);
  if (e.upper !== null) visitExpr(c, e.upper);
  else c.emitConst(null);
  if (e.step !== null) visitExpr(c, e.step);
  c.emit(Op.BUILD_SLICE, e.step === null ? 2 : 3);
}
