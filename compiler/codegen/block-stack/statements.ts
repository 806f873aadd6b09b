import type { Constant } from '../../bytecode/constants.ts';
import { TupleConstant } from '../../bytecode/constants.ts';
import { Op } from '../../bytecode/op.ts';
import { isTrue } from '../../flowgraph/constant-truth.ts';
import { isFunctionLike } from '../../symbols/scope.ts';
import {
  type AnnAssign,
  type Assert,
  type Assign,
  type AugAssign,
  type Delete,
  type Expr,
  ExprContext,
  type If,
  type Import,
  type ImportFrom,
  NodeKind,
  type Raise,
  type Return,
  type Stmt,
} from '../../syntax/ast.ts';
import { ScopeType } from '../compiler-unit.ts';
import { isFullTuple } from '../statements.ts';
import type { BlockStackCompiler } from './block-stack-compiler.ts';
import { inplaceOp, jumpIf, subscriptIndex, visitExpr, visitExprs } from './expressions.ts';
import { classDef, functionDef, visitAnnotation } from './functions.ts';
import { asyncForLoop, breakStatement, continueStatement, forLoop, unwindAll, whileLoop } from './loops.ts';
import { nameOp } from './names.ts';
import { asyncWith, tryStatement, withStatement } from './try-with.ts';

export function visitBody(c: BlockStackCompiler, statements: readonly Stmt[], first = 0): void {
  for (let i = first; i < statements.length; i++) visitStmt(c, statements[i]!);
}

/** `compiler_visit_stmt`, 3.8. */
export function visitStmt(c: BlockStackCompiler, s: Stmt): void {
  c.setLine(s);
  switch (s.kind) {
    case NodeKind.FunctionDef:
    case NodeKind.AsyncFunctionDef:
      functionDef(c, s);
      break;
    case NodeKind.ClassDef:
      classDef(c, s);
      break;
    case NodeKind.Return:
      returnStatement(c, s);
      break;
    case NodeKind.Delete:
      deleteStatement(c, s);
      break;
    case NodeKind.Assign:
      assign(c, s);
      break;
    case NodeKind.AugAssign:
      augAssign(c, s);
      break;
    case NodeKind.AnnAssign:
      annAssign(c, s);
      break;
    case NodeKind.For:
      forLoop(c, s);
      break;
    case NodeKind.AsyncFor:
      asyncForLoop(c, s);
      break;
    case NodeKind.While:
      whileLoop(c, s);
      break;
    case NodeKind.If:
      ifStatement(c, s);
      break;
    case NodeKind.With:
      withStatement(c, s, 0);
      break;
    case NodeKind.AsyncWith:
      asyncWith(c, s, 0);
      break;
    case NodeKind.Raise:
      raise(c, s);
      break;
    case NodeKind.Try:
      tryStatement(c, s);
      break;
    case NodeKind.Assert:
      assertStatement(c, s);
      break;
    case NodeKind.Import:
      importStatement(c, s);
      break;
    case NodeKind.ImportFrom:
      importFrom(c, s);
      break;
    case NodeKind.Expr:
      expressionStatement(c, s.value);
      break;
    case NodeKind.Break:
      breakStatement(c, s);
      break;
    case NodeKind.Continue:
      continueStatement(c, s);
      break;
    case NodeKind.Global:
    case NodeKind.Nonlocal:
    case NodeKind.Pass:
      break;
    case NodeKind.TypeAlias:
    case NodeKind.Match:
    case NodeKind.TryStar:
      c.error('this statement needs a later Python', s);
      break;
  }
}

/** The truth of a test that is a constant, or undefined (`expr_constant`). */
export function constantTruth(test: Expr): boolean | undefined {
  return test.kind === NodeKind.Constant ? isTrue(test.value) : undefined;
}

/** `compiler_if`, 3.8: of a constant test only one side is emitted. */
function ifStatement(c: BlockStackCompiler, s: If): void {
  const ends: number[] = [];
  let branch = s;
  for (;;) {
    const end = c.newLabel();
    ends.push(end);
    const truth = constantTruth(branch.test);
    if (truth !== undefined) {
      const { body, orelse } = branch;
      if (truth) visitBody(c, body);
      else c.withoutEmitting(() => visitBody(c, body));
      if (!truth) visitBody(c, orelse);
      else if (orelse.length > 0) c.withoutEmitting(() => visitBody(c, orelse));
      break;
    }
    const hasElse = branch.orelse.length > 0;
    const next = hasElse ? c.newLabel() : end;
    jumpIf(c, branch.test, next, false);
    visitBody(c, branch.body);
    if (!hasElse) break;
    c.emit(Op.JUMP_FORWARD, end);
    c.useBlock(next);
    const only = branch.orelse.length === 1 ? branch.orelse[0]! : undefined;
    if (only === undefined || only.kind !== NodeKind.If) {
      visitBody(c, branch.orelse);
      break;
    }
    c.setLine(only);
    branch = only;
  }
  for (let i = ends.length - 1; i >= 0; i--) c.useBlock(ends[i]!);
}

function expressionStatement(c: BlockStackCompiler, value: Expr): void {
  if (c.interactiveTopLevel) {
    visitExpr(c, value);
    c.emit(Op.PRINT_EXPR);
  } else if (value.kind !== NodeKind.Constant) {
    visitExpr(c, value);
    c.emit(Op.POP_TOP);
  }
}

/** `compiler_return`, 3.8. */
function returnStatement(c: BlockStackCompiler, s: Return): void {
  const { value } = s;
  const { scope } = c.u;
  if (!isFunctionLike(scope)) {
    c.error("'return' outside function", s);
    return;
  }
  if (value !== null && scope.coroutine && scope.generator) c.error("'return' with value in async generator", s);
  const preserve = value !== null && value.kind !== NodeKind.Constant;
  if (preserve) visitExpr(c, value);
  unwindAll(c, preserve);
  if (value === null) c.emitConst(null);
  else if (!preserve) visitExpr(c, value);
  c.emit(Op.RETURN_VALUE);
}

function deleteStatement(c: BlockStackCompiler, s: Delete): void {
  visitExprs(c, s.targets);
}

function assign(c: BlockStackCompiler, s: Assign): void {
  visitExpr(c, s.value);
  const last = s.targets.length - 1;
  s.targets.forEach((target, i) => {
    if (i < last) c.emit(Op.DUP_TOP);
    visitExpr(c, target);
  });
}

/** `compiler_augassign`, 3.8: an attribute or subscript is visited once to load and once to store. */
function augAssign(c: BlockStackCompiler, s: AugAssign): void {
  const { target } = s;
  switch (target.kind) {
    case NodeKind.Name:
      nameOp(c, target.id, ExprContext.Load);
      visitExpr(c, s.value);
      c.emit(inplaceOp(s.op));
      nameOp(c, target.id, ExprContext.Store);
      break;
    case NodeKind.Attribute:
      onLineOf(c, target, () => {
        visitExpr(c, target.value);
        c.emit(Op.DUP_TOP);
        c.emit(Op.LOAD_ATTR, c.attributeIndex(target));
      });
      visitExpr(c, s.value);
      c.emit(inplaceOp(s.op));
      onLineOf(c, target, () => {
        c.emit(Op.ROT_TWO);
        c.emit(Op.STORE_ATTR, c.attributeIndex(target));
      });
      break;
    case NodeKind.Subscript:
      onLineOf(c, target, () => {
        visitExpr(c, target.value);
        subscriptIndex(c, target.slice);
        c.emit(Op.DUP_TOP_TWO);
        c.emit(Op.BINARY_SUBSCR);
      });
      visitExpr(c, s.value);
      c.emit(inplaceOp(s.op));
      onLineOf(c, target, () => {
        c.emit(Op.ROT_THREE);
        c.emit(Op.STORE_SUBSCR);
      });
      break;
  }
}

/** As visitExpr does it, for a node that is visited in parts. */
function onLineOf(c: BlockStackCompiler, e: Expr, visit: () => void): void {
  const { u } = c;
  const before = u.lineno;
  if (e.lineno !== before) c.setLine(e);
  visit();
  if (before !== u.lineno) {
    u.lineno = before;
    u.lineSet = false;
  }
}

/** `compiler_annassign`, 3.8. */
function annAssign(c: BlockStackCompiler, s: AnnAssign): void {
  const { target } = s;
  const evaluates = c.u.type === ScopeType.Module || c.u.type === ScopeType.Class;
  if (s.value !== null) {
    visitExpr(c, s.value);
    visitExpr(c, target);
  }
  switch (target.kind) {
    case NodeKind.Name:
      if (!s.simple || !evaluates) break;
      visitAnnotation(c, s.annotation);
      c.emitName(Op.LOAD_NAME, '__annotations__');
      c.emitConst(c.mangled(target.id));
      c.emit(Op.STORE_SUBSCR);
      break;
    case NodeKind.Attribute:
      if (s.value === null) checkAnnotated(c, target.value);
      break;
    case NodeKind.Subscript:
      if (s.value !== null) break;
      checkAnnotated(c, target.value);
      checkAnnotatedIndex(c, target.slice);
      break;
  }
  if (!s.simple && evaluates) checkAnnotated(c, s.annotation);
}

function checkAnnotated(c: BlockStackCompiler, e: Expr): void {
  visitExpr(c, e);
  c.emit(Op.POP_TOP);
}

function checkAnnotatedIndex(c: BlockStackCompiler, e: Expr): void {
  if (e.kind === NodeKind.Slice) {
    for (const part of [e.lower, e.upper, e.step]) if (part !== null) checkAnnotated(c, part);
  } else if (e.kind === NodeKind.Tuple && e.elts.some((elt) => elt.kind === NodeKind.Slice)) {
    for (const elt of e.elts) checkAnnotatedIndex(c, elt);
  } else checkAnnotated(c, e);
}

function raise(c: BlockStackCompiler, s: Raise): void {
  let count = 0;
  if (s.exc !== null) {
    visitExpr(c, s.exc);
    count++;
    if (s.cause !== null) {
      visitExpr(c, s.cause);
      count++;
    }
  }
  c.emit(Op.RAISE_VARARGS, count);
}

/** `compiler_assert`, 3.8. */
function assertStatement(c: BlockStackCompiler, s: Assert): void {
  if (c.options.optimize > 0) return;
  if (isFullTuple(s.test)) c.warn('assertion is always true, perhaps remove parentheses?', s);
  const end = c.newLabel();
  jumpIf(c, s.test, end, true);
  c.emitName(Op.LOAD_GLOBAL, 'AssertionError');
  if (s.msg !== null) {
    visitExpr(c, s.msg);
    c.emit(Op.CALL_FUNCTION, 1);
  }
  c.emit(Op.RAISE_VARARGS, 1);
  c.useBlock(end);
}

function importStatement(c: BlockStackCompiler, s: Import): void {
  for (const alias of s.names) {
    c.emitConst(0);
    c.emitConst(null);
    c.emitName(Op.IMPORT_NAME, alias.name);
    const parts = alias.name.split('.');
    if (alias.asname === null) {
      nameOp(c, parts[0]!, ExprContext.Store);
      continue;
    }
    for (let i = 1; i < parts.length; i++) {
      c.emitName(Op.IMPORT_FROM, parts[i]!);
      if (i === parts.length - 1) break;
      c.emit(Op.ROT_TWO);
      c.emit(Op.POP_TOP);
    }
    nameOp(c, alias.asname, ExprContext.Store);
    if (parts.length > 1) c.emit(Op.POP_TOP);
  }
}

function importFrom(c: BlockStackCompiler, s: ImportFrom): void {
  const names: Constant[] = s.names.map((alias) => alias.name);
  c.emitConst(s.level);
  c.emitConst(new TupleConstant(names));
  c.emitName(Op.IMPORT_NAME, s.module ?? '');
  if (names[0] === '*') {
    c.emit(Op.IMPORT_STAR);
    return;
  }
  for (const alias of s.names) {
    c.emitName(Op.IMPORT_FROM, alias.name);
    nameOp(c, alias.asname ?? alias.name, ExprContext.Store);
  }
  c.emit(Op.POP_TOP);
}
