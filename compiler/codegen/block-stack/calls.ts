import { TupleConstant } from '../../bytecode/constants.ts';
import { Op } from '../../bytecode/op.ts';
import { type Attribute, type Call, type Expr, ExprContext, type Keyword, NodeKind } from '../../syntax/ast.ts';
import { validateKeywords } from '../calls.ts';
import { checkCaller } from '../checks.ts';
import type { BlockStackCompiler } from './block-stack-compiler.ts';
import { visitExpr, visitExprs } from './expressions.ts';

/** `compiler_call`, 3.8. */
export function call(c: BlockStackCompiler, e: Call): void {
  for (const keyword of e.keywords) if (keyword.arg === '__debug__') c.error('cannot assign to __debug__', keyword);
  if (isMethodCall(e)) {
    visitExpr(c, e.func.value);
    c.emit(Op.LOAD_METHOD, c.attributeIndex(e.func));
    visitExprs(c, e.args);
    c.emit(Op.CALL_METHOD, e.args.length);
    return;
  }
  checkCaller(c, e.func);
  visitExpr(c, e.func);
  callHelper(c, 0, e.args, e.keywords);
}

function isMethodCall(e: Call): e is Call & { func: Attribute } {
  if (e.func.kind !== NodeKind.Attribute || e.func.ctx !== ExprContext.Load || e.keywords.length > 0) return false;
  for (const arg of e.args) if (arg.kind === NodeKind.Starred) return false;
  return true;
}

/** `compiler_call_helper`, 3.8; `pushed` arguments are on the stack. */
export function callHelper(
  c: BlockStackCompiler,
  pushed: number,
  args: readonly Expr[],
  keywords: readonly Keyword[],
): void {
  validateKeywords(c, keywords);
  const unpacksDict = keywords.some((keyword) => keyword.arg === null);
  let seen = pushed;
  let tuples = 0;
  for (const arg of args) {
    if (arg.kind !== NodeKind.Starred) {
      visitExpr(c, arg);
      seen++;
      continue;
    }
    if (seen > 0) {
      c.emit(Op.BUILD_TUPLE, seen);
      seen = 0;
      tuples++;
    }
    visitExpr(c, arg.value);
    tuples++;
  }
  if (tuples > 0 || unpacksDict) {
    if (seen > 0) {
      c.emit(Op.BUILD_TUPLE, seen);
      tuples++;
    }
    if (tuples > 1) c.emit(Op.BUILD_TUPLE_UNPACK_WITH_CALL, tuples);
    else if (tuples === 0) c.emit(Op.BUILD_TUPLE, 0);
    const dicts = keywordDicts(c, keywords);
    if (dicts > 1) c.emit(Op.BUILD_MAP_UNPACK_WITH_CALL, dicts);
    c.emit(Op.CALL_FUNCTION_EX, dicts > 0 ? 1 : 0);
    return;
  }
  const count = pushed + args.length + keywords.length;
  if (keywords.length === 0) {
    c.emit(Op.CALL_FUNCTION, count);
    return;
  }
  for (const keyword of keywords) visitExpr(c, keyword.value);
  c.emitConst(new TupleConstant(keywords.map((keyword) => keyword.arg)));
  c.emit(Op.CALL_FUNCTION_KW, count);
}

/** Pushes the keyword arguments as dicts, and gives how many. */
function keywordDicts(c: BlockStackCompiler, keywords: readonly Keyword[]): number {
  let seen = 0;
  let dicts = 0;
  keywords.forEach((keyword, i) => {
    if (keyword.arg !== null) {
      seen++;
      return;
    }
    if (seen > 0) {
      subKeywords(c, keywords.slice(i - seen, i));
      dicts++;
      seen = 0;
    }
    visitExpr(c, keyword.value);
    dicts++;
  });
  if (seen > 0) {
    subKeywords(c, keywords.slice(keywords.length - seen));
    dicts++;
  }
  return dicts;
}

function subKeywords(c: BlockStackCompiler, keywords: readonly Keyword[]): void {
  const [only] = keywords;
  if (keywords.length === 1) {
    c.emitConst(only!.arg);
    visitExpr(c, only!.value);
    c.emit(Op.BUILD_MAP, 1);
    return;
  }
  for (const keyword of keywords) visitExpr(c, keyword.value);
  c.emitConst(new TupleConstant(keywords.map((keyword) => keyword.arg)));
  c.emit(Op.BUILD_CONST_KEY_MAP, keywords.length);
}
