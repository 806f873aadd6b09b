import { TupleConstant } from '../bytecode/constants.ts';
import { Op } from '../bytecode/op.ts';
import { Def } from '../symbols/scope.ts';
import {
  type Attribute,
  type Call,
  type Expr,
  ExprContext,
  type Keyword,
  type Location,
  type Name,
  NodeKind,
} from '../syntax/ast.ts';
import { checkCaller } from './checks.ts';
import { type Compiler, locationOf } from './compiler.ts';
import { attributeLocation, starUnpack, visitExpr, visitExprs } from './expressions.ts';
import { NO_LOCATION } from './instruction.ts';
import { nameOp } from './names.ts';
import { STACK_USE_GUIDELINE } from './numbers.ts';
import { canOptimizeSuperCall, loadArgsForSuper } from './super.ts';

/**
 * `codegen_call`, 3.14, up to what is called: gives that, or the object whose method it is, which is to be visited
 * before `afterCallee`; undefined where the whole call is done.
 */
export function beforeCallee(c: Compiler, e: Call): Expr | undefined {
  validateKeywords(c, e.keywords);
  if (!isMethodCall(c, e)) {
    checkCaller(c, e.func);
    return e.func;
  }
  const { func } = e;
  if (!canOptimizeSuperCall(c, func)) return func.value;
  const location = locationOf(func);
  const args = loadArgsForSuper(c, func);
  c.opI(Op.LOAD_SUPER_ATTR, (c.attributeIndex(func) << 2) | (args === 0 ? 1 : 3), location);
  const at = attributeLocation(location, func);
  c.op(Op.NOP, at);
  methodArguments(c, e, func, at);
  return undefined;
}

/** The rest of `codegen_call`. */
export function afterCallee(c: Compiler, e: Call): void {
  if (isMethodCall(c, e)) {
    const at = attributeLocation(locationOf(e.func), e.func);
    c.opI(Op.LOAD_ATTR, (c.attributeIndex(e.func) << 1) | 1, at);
    methodArguments(c, e, e.func, at);
    return;
  }
  const skip = c.newLabel();
  if (isCallOfGenerator(e)) callOfGenerator(c, e.func, e.args[0]!, skip);
  c.op(Op.PUSH_NULL, locationOf(e.func));
  callHelper(c, 0, e.args, null, e.keywords, locationOf(e));
  c.useLabel(skip);
}

/** `codegen_validate_keywords`. */
export function validateKeywords(c: Compiler, keywords: readonly Keyword[]): void {
  for (let i = 0; i < keywords.length; i++) {
    const { arg } = keywords[i]!;
    if (arg === null) continue;
    for (let j = i + 1; j < keywords.length; j++) {
      if (keywords[j]!.arg !== arg) continue;
      c.error(`keyword argument repeated: ${arg}`, keywords[j]!);
      return;
    }
  }
}

/** The conditions of `maybe_optimize_method_call`: the call can use LOAD_ATTR's method form. */
function isMethodCall(c: Compiler, e: Call): e is Call & { func: Attribute } {
  const { func, args, keywords } = e;
  if (func.kind !== NodeKind.Attribute || func.ctx !== ExprContext.Load) return false;
  // What is imported is more likely a module than an object with methods.
  if (func.value.kind === NodeKind.Name) {
    const flags = c.symbols.top.symbols.get(func.value.id) ?? 0;
    if ((flags & Def.IMPORT) !== 0) return false;
  }
  if (args.length + keywords.length + (keywords.length === 0 ? 0 : 1) >= STACK_USE_GUIDELINE) return false;
  for (const arg of args) if (arg.kind === NodeKind.Starred) return false;
  for (const keyword of keywords) if (keyword.arg === null) return false;
  return true;
}

function methodArguments(c: Compiler, e: Call, func: Attribute, location: Location): void {
  visitExprs(c, e.args);
  const { keywords } = e;
  for (const keyword of keywords) visitExpr(c, keyword.value);
  if (keywords.length > 0) keywordNames(c, keywords, location);
  const count = e.args.length + keywords.length;
  c.opI(keywords.length > 0 ? Op.CALL_KW : Op.CALL, count, attributeLocation(locationOf(e), func));
}

type GeneratorCall = Call & { func: Name };

/** A call such as `all(x for x in y)`, of which `maybe_optimize_function_call` may make a loop. */
function isCallOfGenerator(e: Call): e is GeneratorCall {
  return (
    e.func.kind === NodeKind.Name &&
    e.args.length === 1 &&
    e.keywords.length === 0 &&
    e.args[0]!.kind === NodeKind.GeneratorExp &&
    (e.func.id === 'all' || e.func.id === 'any' || e.func.id === 'tuple')
  );
}

/** The loop instead of the call, taken when the name is still the built-in; then goes on at `end`. */
function callOfGenerator(c: Compiler, func: Name, generator: Expr, end: number): void {
  const location = locationOf(func);
  const skip = c.newLabel();
  const isTuple = func.id === 'tuple';
  const isAll = func.id === 'all';
  c.opI(Op.COPY, 1, location);
  c.opI(Op.LOAD_COMMON_CONSTANT, isTuple ? c.numbers.tuple : isAll ? c.numbers.all : c.numbers.any, location);
  c.opI(Op.IS_OP, 0, location);
  c.jump(Op.POP_JUMP_IF_FALSE, skip, location);
  c.op(Op.POP_TOP, location);
  if (isTuple) c.opI(Op.BUILD_LIST, 0, location);
  visitExpr(c, generator);
  const loop = c.newLabel();
  const cleanup = c.newLabel();
  c.useLabel(loop);
  c.jump(Op.FOR_ITER, cleanup, location);
  if (isTuple) {
    c.opI(Op.LIST_APPEND, 2, location);
    c.jump(Op.JUMP, loop, location);
  } else {
    c.op(Op.TO_BOOL, location);
    c.jump(isAll ? Op.POP_JUMP_IF_TRUE : Op.POP_JUMP_IF_FALSE, loop, location);
  }
  c.op(Op.POP_ITER, NO_LOCATION);
  if (!isTuple) c.loadConst(!isAll, location);
  c.jump(Op.JUMP, end, location);
  c.useLabel(cleanup);
  c.op(Op.END_FOR, NO_LOCATION);
  c.op(Op.POP_ITER, NO_LOCATION);
  if (isTuple) c.opI(Op.CALL_INTRINSIC_1, c.numbers.LIST_TO_TUPLE, location);
  else c.loadConst(isAll, location);
  c.jump(Op.JUMP, end, location);
  c.useLabel(skip);
}

/** The tuple of keyword names before CALL_KW (`codegen_call_simple_kw_helper`). */
function keywordNames(c: Compiler, keywords: readonly Keyword[], location: Location): void {
  c.loadConst(new TupleConstant(keywords.map((keyword) => keyword.arg)), location);
}

/**
 * The arguments and the call (`codegen_call_helper_impl`); the callable is on the stack, and so are `pushed` arguments.
 * `injected` names a value passed after the positional ones, or is null.
 */
export function callHelper(
  c: Compiler,
  pushed: number,
  args: readonly Expr[],
  injected: string | null,
  keywords: readonly Keyword[],
  location: Location,
): void {
  validateKeywords(c, keywords);
  if (needsCallEx(args, keywords)) {
    callEx(c, pushed, args, injected, keywords, location);
    return;
  }
  visitExprs(c, args);
  let count = pushed + args.length + keywords.length;
  if (injected !== null) {
    nameOp(c, injected, ExprContext.Load, location);
    count++;
  }
  if (keywords.length > 0) {
    for (const keyword of keywords) visitExpr(c, keyword.value);
    keywordNames(c, keywords, location);
    c.opI(Op.CALL_KW, count, location);
  } else c.opI(Op.CALL, count, location);
}

function needsCallEx(args: readonly Expr[], keywords: readonly Keyword[]): boolean {
  if (args.length + keywords.length * 2 > STACK_USE_GUIDELINE) return true;
  for (const arg of args) if (arg.kind === NodeKind.Starred) return true;
  for (const keyword of keywords) if (keyword.arg === null) return true;
  return false;
}

function callEx(
  c: Compiler,
  pushed: number,
  args: readonly Expr[],
  injected: string | null,
  keywords: readonly Keyword[],
  location: Location,
): void {
  const only = args[0];
  if (pushed === 0 && args.length === 1 && only?.kind === NodeKind.Starred) visitExpr(c, only.value);
  else starUnpack(c, args, injected, pushed, Op.BUILD_LIST, Op.LIST_APPEND, Op.LIST_EXTEND, true, location);
  if (keywords.length === 0) c.op(Op.PUSH_NULL, location);
  else keywordDict(c, keywords, location);
  c.op(Op.CALL_FUNCTION_EX, location);
}

function keywordDict(c: Compiler, keywords: readonly Keyword[], location: Location): void {
  let haveDict = false;
  let seen = 0;
  const flush = (end: number) => {
    subKeywords(c, keywords, end - seen, end, location);
    if (haveDict) c.opI(Op.DICT_MERGE, 1, location);
    haveDict = true;
    seen = 0;
  };
  for (let i = 0; i < keywords.length; i++) {
    const keyword = keywords[i]!;
    if (keyword.arg !== null) {
      seen++;
      continue;
    }
    if (seen > 0) flush(i);
    if (!haveDict) {
      c.opI(Op.BUILD_MAP, 0, location);
      haveDict = true;
    }
    visitExpr(c, keyword.value);
    c.opI(Op.DICT_MERGE, 1, location);
  }
  if (seen > 0) flush(keywords.length);
}

/** `codegen_subkwargs`. */
function subKeywords(c: Compiler, keywords: readonly Keyword[], begin: number, end: number, location: Location): void {
  const count = end - begin;
  const big = count * 2 > STACK_USE_GUIDELINE;
  if (big) c.opI(Op.BUILD_MAP, 0, NO_LOCATION);
  for (let i = begin; i < end; i++) {
    const keyword = keywords[i]!;
    c.loadConst(keyword.arg, location);
    visitExpr(c, keyword.value);
    if (big) c.opI(Op.MAP_ADD, 1, NO_LOCATION);
  }
  if (!big) c.opI(Op.BUILD_MAP, count, location);
}
