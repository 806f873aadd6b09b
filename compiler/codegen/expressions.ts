import { SliceConstant } from '../bytecode/constants.ts';
import { Op } from '../bytecode/op.ts';
import { isFunctionLike } from '../symbols/scope.ts';
import {
  type Attribute,
  type BoolOp,
  BoolOperator,
  type Compare,
  CompareOperator,
  type Dict,
  type Expr,
  ExprContext,
  type IfExp,
  type ListDisplay,
  type Location,
  NodeKind,
  type Slice,
  type Subscript,
  type Tuple,
  type UnaryOp,
  UnaryOperator,
  type Yield,
  type YieldFrom,
} from '../syntax/ast.ts';
import { deepOperand, isOperation, leansRight, type Operation } from '../syntax/operations.ts';
import { afterCallee, beforeCallee } from './calls.ts';
import { checkCompare, checkIndex, checkSubscripter } from './checks.ts';
import { type Compiler, locationOf } from './compiler.ts';
import { ScopeType } from './compiler-unit.ts';
import { comprehension } from './comprehensions.ts';
import { lambda } from './functions.ts';
import { NO_LOCATION } from './instruction.ts';
import { nameOp, visitName } from './names.ts';
import { Resume, STACK_USE_GUIDELINE } from './numbers.ts';
import { formattedValue, interpolation, joinedStr, templateStr } from './strings.ts';
import { canOptimizeSuperCall, loadArgsForSuper } from './super.ts';

/** `codegen_visit_expr`, 3.14. */
export function visitExpr(c: Compiler, e: Expr): void {
  switch (e.kind) {
    case NodeKind.Name:
      visitName(c, e, locationOf(e));
      break;
    case NodeKind.Constant:
      c.loadConst(e.value, locationOf(e));
      break;
    case NodeKind.Attribute:
    case NodeKind.Call:
    case NodeKind.Subscript:
    case NodeKind.BinOp:
    case NodeKind.UnaryOp:
      operation(c, e);
      break;
    case NodeKind.BoolOp:
      boolOp(c, e);
      break;
    case NodeKind.Compare:
      compare(c, e);
      break;
    case NodeKind.NamedExpr:
      visitExpr(c, e.value);
      c.opI(Op.COPY, 1, locationOf(e));
      visitExpr(c, e.target);
      break;
    case NodeKind.Lambda:
      lambda(c, e);
      break;
    case NodeKind.IfExp:
      ifExp(c, e);
      break;
    case NodeKind.Dict:
      dict(c, e);
      break;
    case NodeKind.Set:
      starUnpack(c, e.elts, null, 0, Op.BUILD_SET, Op.SET_ADD, Op.SET_UPDATE, false, locationOf(e));
      break;
    case NodeKind.List:
    case NodeKind.Tuple:
      sequence(c, e);
      break;
    case NodeKind.GeneratorExp:
    case NodeKind.ListComp:
    case NodeKind.SetComp:
    case NodeKind.DictComp:
      comprehension(c, e);
      break;
    case NodeKind.Yield:
      yieldExpr(c, e);
      break;
    case NodeKind.YieldFrom:
      yieldFrom(c, e);
      break;
    case NodeKind.Await: {
      visitExpr(c, e.value);
      const location = locationOf(e);
      c.opI(Op.GET_AWAITABLE, 0, location);
      c.loadConst(null, location);
      addYieldFrom(c, true, location);
      break;
    }
    case NodeKind.JoinedStr:
      joinedStr(c, e);
      break;
    case NodeKind.TemplateStr:
      templateStr(c, e);
      break;
    case NodeKind.FormattedValue:
      formattedValue(c, e);
      break;
    case NodeKind.Interpolation:
      interpolation(c, e);
      break;
    case NodeKind.Starred:
      c.error(
        e.ctx === ExprContext.Store
          ? 'starred assignment target must be in a list or tuple'
          : "can't use starred expression here",
        e,
      );
      // So that the code around it stays in balance.
      visitExpr(c, e.value);
      break;
    case NodeKind.Slice:
      slice(c, e);
      break;
  }
}

export function visitExprs(c: Compiler, exprs: readonly Expr[]): void {
  for (const e of exprs) visitExpr(c, e);
}

/** What `isOperation` knows but conditional expressions, which begin with another operand than the deep one. */
type OperandFirst = Exclude<Operation, IfExp>;

const isOperandFirst = (e: Expr): e is OperandFirst => e.kind !== NodeKind.IfExp && isOperation(e);

/**
 * An operation: its operand, and the operand of that, and so on in a loop, so that long chains can't use up the stack;
 * then what each does with it, from the innermost outwards.
 */
function operation(c: Compiler, outermost: OperandFirst): void {
  let operand = beforeOperand(c, outermost);
  if (operand === undefined) return;
  if (!isOperandFirst(operand)) {
    visitExpr(c, operand);
    afterOperand(c, outermost);
    return;
  }
  const path = [outermost];
  while (operand !== undefined && isOperandFirst(operand)) {
    const inner: Expr | undefined = beforeOperand(c, operand);
    if (inner !== undefined) path.push(operand);
    operand = inner;
  }
  if (operand !== undefined) visitExpr(c, operand);
  for (let i = path.length - 1; i >= 0; i--) afterOperand(c, path[i]!);
}

/** Gives the operand that is to be visited; undefined where the whole operation is done already. */
function beforeOperand(c: Compiler, e: OperandFirst): Expr | undefined {
  switch (e.kind) {
    case NodeKind.Attribute:
      return beforeObject(c, e);
    case NodeKind.Call:
      return beforeCallee(c, e);
    case NodeKind.Subscript:
      if (e.ctx === ExprContext.Load) {
        checkSubscripter(c, e.value);
        checkIndex(c, e.value, e.slice);
      }
      return e.value;
    case NodeKind.BinOp:
      if (leansRight(e)) visitExpr(c, e.left);
      return deepOperand(e);
    case NodeKind.UnaryOp:
      return e.operand;
  }
}

function afterOperand(c: Compiler, e: OperandFirst): void {
  switch (e.kind) {
    case NodeKind.Attribute:
      attribute(c, e);
      break;
    case NodeKind.Call:
      afterCallee(c, e);
      break;
    case NodeKind.Subscript:
      subscript(c, e);
      break;
    case NodeKind.BinOp:
      if (!leansRight(e)) visitExpr(c, e.right);
      c.opI(Op.BINARY_OP, c.numbers.binary[e.op]!, locationOf(e));
      break;
    case NodeKind.UnaryOp:
      unaryOp(c, e);
      break;
  }
}

function boolOp(c: Compiler, e: BoolOp): void {
  const location = locationOf(e);
  const jump = e.op === BoolOperator.And ? Op.JUMP_IF_FALSE : Op.JUMP_IF_TRUE;
  const end = c.newLabel();
  const last = e.values.length - 1;
  for (let i = 0; i < last; i++) {
    visitExpr(c, e.values[i]!);
    c.jump(jump, end, location);
    c.op(Op.POP_TOP, location);
  }
  visitExpr(c, e.values[last]!);
  c.useLabel(end);
}

function unaryOp(c: Compiler, e: UnaryOp): void {
  const location = locationOf(e);
  switch (e.op) {
    case UnaryOperator.UAdd:
      c.opI(Op.CALL_INTRINSIC_1, c.numbers.UNARY_POSITIVE, location);
      break;
    case UnaryOperator.Not:
      c.op(Op.TO_BOOL, location);
      c.op(Op.UNARY_NOT, location);
      break;
    case UnaryOperator.Invert:
      c.op(Op.UNARY_INVERT, location);
      break;
    case UnaryOperator.USub:
      c.op(Op.UNARY_NEGATIVE, location);
      break;
  }
}

/** `codegen_addcompare`. */
export function addCompare(c: Compiler, operator: CompareOperator, location: Location): void {
  switch (operator) {
    case CompareOperator.Is:
      c.opI(Op.IS_OP, 0, location);
      break;
    case CompareOperator.IsNot:
      c.opI(Op.IS_OP, 1, location);
      break;
    case CompareOperator.In:
      c.opI(Op.CONTAINS_OP, 0, location);
      break;
    case CompareOperator.NotIn:
      c.opI(Op.CONTAINS_OP, 1, location);
      break;
    default:
      c.opI(Op.COMPARE_OP, c.numbers.compare[operator]!, location);
  }
}

function compare(c: Compiler, e: Compare): void {
  const location = locationOf(e);
  checkCompare(c, e);
  visitExpr(c, e.left);
  const last = e.ops.length - 1;
  if (last === 0) {
    visitExpr(c, e.comparators[0]!);
    addCompare(c, e.ops[0]!, location);
    return;
  }
  const cleanup = c.newLabel();
  for (let i = 0; i < last; i++) {
    visitExpr(c, e.comparators[i]!);
    c.opI(Op.SWAP, 2, location);
    c.opI(Op.COPY, 2, location);
    addCompare(c, e.ops[i]!, location);
    c.opI(Op.COPY, 1, location);
    c.op(Op.TO_BOOL, location);
    c.jump(Op.POP_JUMP_IF_FALSE, cleanup, location);
    c.op(Op.POP_TOP, location);
  }
  visitExpr(c, e.comparators[last]!);
  addCompare(c, e.ops[last]!, location);
  const end = c.newLabel();
  c.jump(Op.JUMP_NO_INTERRUPT, end, NO_LOCATION);
  c.useLabel(cleanup);
  c.opI(Op.SWAP, 2, location);
  c.op(Op.POP_TOP, location);
  c.useLabel(end);
}

/** Jumps to `next` when the truth of `e` is `condition`, without making a bool of it (`codegen_jump_if`). */
export function jumpIf(c: Compiler, e: Expr, next: number, condition: boolean, location: Location): void {
  switch (e.kind) {
    case NodeKind.UnaryOp: {
      if (e.op !== UnaryOperator.Not) break;
      let operand: Expr = e;
      let sought = condition;
      while (operand.kind === NodeKind.UnaryOp && operand.op === UnaryOperator.Not) {
        operand = operand.operand;
        sought = !sought;
      }
      jumpIf(c, operand, next, sought, location);
      return;
    }
    case NodeKind.BoolOp: {
      const isOr = e.op === BoolOperator.Or;
      const next2 = isOr === condition ? next : c.newLabel();
      const last = e.values.length - 1;
      for (let i = 0; i < last; i++) jumpIf(c, e.values[i]!, next2, isOr, location);
      jumpIf(c, e.values[last]!, next, condition, location);
      if (next2 !== next) c.useLabel(next2);
      return;
    }
    case NodeKind.IfExp: {
      const ends: number[] = [];
      let orelse: Expr = e;
      while (orelse.kind === NodeKind.IfExp) {
        const end = c.newLabel();
        const next2 = c.newLabel();
        jumpIf(c, orelse.test, next2, false, location);
        jumpIf(c, orelse.body, next, condition, location);
        c.jump(Op.JUMP_NO_INTERRUPT, end, NO_LOCATION);
        c.useLabel(next2);
        ends.push(end);
        orelse = orelse.orelse;
      }
      jumpIf(c, orelse, next, condition, location);
      for (let i = ends.length - 1; i >= 0; i--) c.useLabel(ends[i]!);
      return;
    }
    case NodeKind.Compare:
      if (e.ops.length === 1) break;
      jumpIfChain(c, e, next, condition);
      return;
  }
  visitExpr(c, e);
  const here = locationOf(e);
  c.op(Op.TO_BOOL, here);
  c.jump(condition ? Op.POP_JUMP_IF_TRUE : Op.POP_JUMP_IF_FALSE, next, here);
}

function jumpIfChain(c: Compiler, e: Compare, next: number, condition: boolean): void {
  const location = locationOf(e);
  const last = e.ops.length - 1;
  checkCompare(c, e);
  const cleanup = c.newLabel();
  visitExpr(c, e.left);
  for (let i = 0; i < last; i++) {
    visitExpr(c, e.comparators[i]!);
    c.opI(Op.SWAP, 2, location);
    c.opI(Op.COPY, 2, location);
    addCompare(c, e.ops[i]!, location);
    c.op(Op.TO_BOOL, location);
    c.jump(Op.POP_JUMP_IF_FALSE, cleanup, location);
  }
  visitExpr(c, e.comparators[last]!);
  addCompare(c, e.ops[last]!, location);
  c.op(Op.TO_BOOL, location);
  c.jump(condition ? Op.POP_JUMP_IF_TRUE : Op.POP_JUMP_IF_FALSE, next, location);
  const end = c.newLabel();
  c.jump(Op.JUMP_NO_INTERRUPT, end, NO_LOCATION);
  c.useLabel(cleanup);
  c.op(Op.POP_TOP, location);
  if (!condition) c.jump(Op.JUMP_NO_INTERRUPT, next, NO_LOCATION);
  c.useLabel(end);
}

function ifExp(c: Compiler, e: IfExp): void {
  const ends: number[] = [];
  let orelse: Expr = e;
  while (orelse.kind === NodeKind.IfExp) {
    const end = c.newLabel();
    const next = c.newLabel();
    jumpIf(c, orelse.test, next, false, locationOf(orelse));
    visitExpr(c, orelse.body);
    c.jump(Op.JUMP_NO_INTERRUPT, end, NO_LOCATION);
    c.useLabel(next);
    ends.push(end);
    orelse = orelse.orelse;
  }
  visitExpr(c, orelse);
  for (let i = ends.length - 1; i >= 0; i--) c.useLabel(ends[i]!);
}

// --- displays ----------------------------------------------------------------------------------------------------

/**
 * `starunpack_helper_impl`: a list, set or tuple display, or the positional arguments of a call. `pushed` values are
 * on the stack already; `injected` is a name loaded after the others, or null.
 */
export function starUnpack(
  c: Compiler,
  elts: readonly Expr[],
  injected: string | null,
  pushed: number,
  build: Op,
  add: Op,
  extend: Op,
  tuple: boolean,
  location: Location,
): void {
  const count = elts.length + (injected === null ? 0 : 1) + pushed;
  const big = count > STACK_USE_GUIDELINE;
  if (!big && !elts.some((elt) => elt.kind === NodeKind.Starred)) {
    visitExprs(c, elts);
    if (injected !== null) nameOp(c, injected, ExprContext.Load, location);
    c.opI(tuple ? Op.BUILD_TUPLE : build, count, location);
    return;
  }
  let built = big;
  if (big) c.opI(build, pushed, location);
  for (let i = 0; i < elts.length; i++) {
    const elt = elts[i]!;
    if (elt.kind === NodeKind.Starred) {
      if (!built) {
        c.opI(build, i + pushed, location);
        built = true;
      }
      visitExpr(c, elt.value);
      c.opI(extend, 1, location);
    } else {
      visitExpr(c, elt);
      if (built) c.opI(add, 1, location);
    }
  }
  if (injected !== null) {
    nameOp(c, injected, ExprContext.Load, location);
    c.opI(add, 1, location);
  }
  if (tuple) c.opI(Op.CALL_INTRINSIC_1, c.numbers.LIST_TO_TUPLE, location);
}

function sequence(c: Compiler, e: ListDisplay | Tuple): void {
  const location = locationOf(e);
  if (e.ctx === ExprContext.Store) unpackInto(c, e.elts, location);
  else if (e.ctx === ExprContext.Load) {
    const tuple = e.kind === NodeKind.Tuple;
    starUnpack(c, e.elts, null, 0, Op.BUILD_LIST, Op.LIST_APPEND, Op.LIST_EXTEND, tuple, location);
  } else visitExprs(c, e.elts);
}

/** `assignment_helper`: unpacks the value on the stack into targets. */
function unpackInto(c: Compiler, elts: readonly Expr[], location: Location): void {
  let star = -1;
  for (let i = 0; i < elts.length; i++) {
    if (elts[i]!.kind !== NodeKind.Starred) continue;
    if (star >= 0) {
      c.error('multiple starred expressions in assignment', location);
      break;
    }
    star = i;
    const after = elts.length - i - 1;
    if (i >= 1 << 8 || after >= 0x7fffff) c.error('too many expressions in star-unpacking assignment', location);
    c.opI(Op.UNPACK_EX, i + (after << 8), location);
  }
  if (star < 0) c.opI(Op.UNPACK_SEQUENCE, elts.length, location);
  for (const elt of elts) visitExpr(c, elt.kind === NodeKind.Starred ? elt.value : elt);
}

function dict(c: Compiler, e: Dict): void {
  const location = locationOf(e);
  let haveDict = false;
  let elements = 0;
  const flush = (begin: number, end: number) => {
    subDict(c, e, begin, end, location);
    if (haveDict) c.opI(Op.DICT_UPDATE, 1, location);
    haveDict = true;
    elements = 0;
  };
  for (let i = 0; i < e.values.length; i++) {
    if (e.keys[i] === null) {
      if (elements > 0) flush(i - elements, i);
      if (!haveDict) {
        c.opI(Op.BUILD_MAP, 0, location);
        haveDict = true;
      }
      visitExpr(c, e.values[i]!);
      c.opI(Op.DICT_UPDATE, 1, location);
    } else if (elements * 2 > STACK_USE_GUIDELINE) flush(i - elements, i + 1);
    else elements++;
  }
  if (elements > 0) flush(e.values.length - elements, e.values.length);
  if (!haveDict) c.opI(Op.BUILD_MAP, 0, location);
}

function subDict(c: Compiler, e: Dict, begin: number, end: number, location: Location): void {
  const count = end - begin;
  const big = count * 2 > STACK_USE_GUIDELINE;
  if (big) c.opI(Op.BUILD_MAP, 0, location);
  for (let i = begin; i < end; i++) {
    visitExpr(c, e.keys[i]!);
    visitExpr(c, e.values[i]!);
    if (big) c.opI(Op.MAP_ADD, 1, location);
  }
  if (!big) c.opI(Op.BUILD_MAP, count, location);
}

// --- attributes and subscripts -----------------------------------------------------------------------------------

/** An attribute on a line of its own is reported there (`update_start_location_to_match_attr`). */
export function attributeLocation(location: Location, attr: Attribute): Location {
  if (location.lineno === attr.end_lineno) return location;
  const lineno = attr.end_lineno;
  let { end_lineno, end_col_offset } = location;
  const length = codePointLength(attr.attr);
  let col_offset = -1;
  if (length <= attr.end_col_offset) col_offset = attr.end_col_offset - length;
  else end_col_offset = -1;
  end_lineno = Math.max(lineno, end_lineno);
  if (lineno === end_lineno) end_col_offset = Math.max(col_offset, end_col_offset);
  return { lineno, col_offset, end_lineno, end_col_offset };
}

function codePointLength(text: string): number {
  let length = text.length;
  for (let i = 0; i < text.length; i++) if ((text.charCodeAt(i) & 0xfc00) === 0xdc00) length--;
  return length;
}

/** What precedes the object of an attribute, which it gives; undefined where there is nothing left to do. */
function beforeObject(c: Compiler, e: Attribute): Expr | undefined {
  if (e.ctx === ExprContext.Load && canOptimizeSuperCall(c, e)) {
    const location = locationOf(e);
    const args = loadArgsForSuper(c, e);
    c.opI(Op.LOAD_SUPER_ATTR, (c.attributeIndex(e) << 2) | (args === 0 ? 0 : 2), location);
    c.op(Op.NOP, attributeLocation(location, e));
    return undefined;
  }
  if (e.ctx === ExprContext.Store && e.value.kind === NodeKind.Name && e.value.id === 'self') {
    c.addStaticAttribute(e.attr);
  }
  return e.value;
}

function attribute(c: Compiler, e: Attribute): void {
  const at = attributeLocation(locationOf(e), e);
  if (e.ctx === ExprContext.Load) c.opI(Op.LOAD_ATTR, c.attributeIndex(e) << 1, at);
  else c.opI(e.ctx === ExprContext.Store ? Op.STORE_ATTR : Op.DELETE_ATTR, c.attributeIndex(e), at);
}

function isConstantSlice(e: Slice): boolean {
  return (
    (e.lower === null || e.lower.kind === NodeKind.Constant) &&
    (e.upper === null || e.upper.kind === NodeKind.Constant) &&
    (e.step === null || e.step.kind === NodeKind.Constant)
  );
}

/** `should_apply_two_element_slice_optimization`: BINARY_SLICE and STORE_SLICE take both bounds from the stack. */
export function isTwoPartSlice(e: Expr): e is Slice {
  return e.kind === NodeKind.Slice && e.step === null && !isConstantSlice(e);
}

export function sliceBounds(c: Compiler, e: Slice): void {
  if (e.lower !== null) visitExpr(c, e.lower);
  else c.loadConst(null, locationOf(e));
  if (e.upper !== null) visitExpr(c, e.upper);
  else c.loadConst(null, locationOf(e));
}

function slice(c: Compiler, e: Slice): void {
  if (isConstantSlice(e)) {
    const value = (part: Expr | null) => (part?.kind === NodeKind.Constant ? part.value : null);
    c.loadConst(new SliceConstant(value(e.lower), value(e.upper), value(e.step)), locationOf(e));
    return;
  }
  sliceBounds(c, e);
  if (e.step !== null) visitExpr(c, e.step);
  c.opI(Op.BUILD_SLICE, e.step === null ? 2 : 3, locationOf(e));
}

function subscript(c: Compiler, e: Subscript): void {
  const location = locationOf(e);
  if (e.ctx !== ExprContext.Del && isTwoPartSlice(e.slice)) {
    sliceBounds(c, e.slice);
    c.op(e.ctx === ExprContext.Load ? Op.BINARY_SLICE : Op.STORE_SLICE, location);
    return;
  }
  visitExpr(c, e.slice);
  if (e.ctx === ExprContext.Load) c.opI(Op.BINARY_OP, c.numbers.subscr, location);
  else c.op(e.ctx === ExprContext.Store ? Op.STORE_SUBSCR : Op.DELETE_SUBSCR, location);
}

// --- suspension --------------------------------------------------------------------------------------------------

function yieldExpr(c: Compiler, e: Yield): void {
  const location = locationOf(e);
  const allowed = isFunctionLike(c.u.scope);
  if (!allowed) c.error("'yield' outside function", e);
  if (e.value !== null) visitExpr(c, e.value);
  else c.loadConst(null, location);
  if (allowed) addYield(c, location);
}

/** `codegen_addop_yield`. */
export function addYield(c: Compiler, location: Location): void {
  const { scope } = c.u;
  if (scope.generator && scope.coroutine) c.opI(Op.CALL_INTRINSIC_1, c.numbers.ASYNC_GEN_WRAP, location);
  c.opI(Op.YIELD_VALUE, 0, location);
  c.opI(Op.RESUME, Resume.AFTER_YIELD, location);
}

function yieldFrom(c: Compiler, e: YieldFrom): void {
  const location = locationOf(e);
  if (!isFunctionLike(c.u.scope)) {
    c.error("'yield from' outside function", e);
    visitExpr(c, e.value);
    return;
  }
  if (c.u.type === ScopeType.AsyncFunction) c.error("'yield from' inside async function", e);
  visitExpr(c, e.value);
  c.op(Op.GET_YIELD_FROM_ITER, location);
  c.loadConst(null, location);
  addYieldFrom(c, false, location);
}

/**
 * The loop that delegates to an iterator or awaitable (`codegen_add_yield_from`). The SETUP_FINALLY guards the only
 * way that YIELD_VALUE raises: StopIteration out of a close() or throw().
 */
export function addYieldFrom(c: Compiler, awaited: boolean, location: Location): void {
  const send = c.newLabel();
  const fail = c.newLabel();
  const exit = c.newLabel();
  c.useLabel(send);
  c.jump(Op.SEND, exit, location);
  c.jump(Op.SETUP_FINALLY, fail, location);
  c.opI(Op.YIELD_VALUE, 1, location);
  c.op(Op.POP_BLOCK, NO_LOCATION);
  c.opI(Op.RESUME, awaited ? Resume.AFTER_AWAIT : Resume.AFTER_YIELD_FROM, location);
  c.jump(Op.JUMP_NO_INTERRUPT, send, location);
  c.useLabel(fail);
  c.op(Op.CLEANUP_THROW, location);
  c.useLabel(exit);
  c.op(Op.END_SEND, location);
}
