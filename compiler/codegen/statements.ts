import { Op } from '../bytecode/op.ts';
import { isFunctionLike } from '../symbols/scope.ts';
import {
  type Assert,
  type Assign,
  type AugAssign,
  type Expr,
  ExprContext,
  type If,
  type Location,
  NodeKind,
  type Raise,
  type Return,
  type Stmt,
} from '../syntax/ast.ts';
import { annAssign } from './annotations.ts';
import { classDef } from './classes.ts';
import { type Compiler, locationOf } from './compiler.ts';
import { attributeLocation, isTwoPartSlice, jumpIf, sliceBounds, visitExpr, visitExprs } from './expressions.ts';
import { functionDef } from './functions.ts';
import { importFrom, importStatement } from './imports.ts';
import { NO_LOCATION } from './instruction.ts';
import { asyncForLoop, forLoop, whileLoop } from './loops.ts';
import { match } from './match.ts';
import { nameOp } from './names.ts';
import { tryStar, tryStatement } from './try.ts';
import { typeAlias } from './type-params.ts';
import { unwindBlock, unwindBlocks, unwindToLoop } from './unwind.ts';
import { asyncWith, withStatement } from './with.ts';

export function visitBody(c: Compiler, statements: readonly Stmt[], first = 0): void {
  for (let i = first; i < statements.length; i++) visitStmt(c, statements[i]!);
}

/** `codegen_visit_stmt`, 3.14. */
export function visitStmt(c: Compiler, s: Stmt): void {
  switch (s.kind) {
    case NodeKind.Expr:
      expressionStatement(c, s.value, locationOf(s));
      return;
    case NodeKind.Assign:
      assign(c, s);
      return;
    case NodeKind.Return:
      returnStatement(c, s);
      return;
    case NodeKind.FunctionDef:
    case NodeKind.AsyncFunctionDef:
      functionDef(c, s);
      return;
    case NodeKind.ClassDef:
      classDef(c, s);
      return;
    case NodeKind.TypeAlias:
      typeAlias(c, s);
      return;
    case NodeKind.Delete:
      visitExprs(c, s.targets);
      return;
    case NodeKind.AugAssign:
      augAssign(c, s);
      return;
    case NodeKind.AnnAssign:
      annAssign(c, s);
      return;
    case NodeKind.Raise:
      raise(c, s);
      return;
    case NodeKind.Assert:
      assertStatement(c, s);
      return;
    case NodeKind.Import:
      importStatement(c, s);
      return;
    case NodeKind.ImportFrom:
      importFrom(c, s);
      return;
    case NodeKind.Global:
    case NodeKind.Nonlocal:
      return;
    case NodeKind.Pass:
      c.op(Op.NOP, locationOf(s));
      return;
    case NodeKind.Break:
      breakStatement(c, locationOf(s));
      return;
    case NodeKind.Continue:
      continueStatement(c, locationOf(s));
      return;
  }
  c.enterConditionalBlock();
  switch (s.kind) {
    case NodeKind.If:
      ifStatement(c, s);
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
    case NodeKind.Match:
      match(c, s);
      break;
    case NodeKind.Try:
      tryStatement(c, s);
      break;
    case NodeKind.TryStar:
      tryStar(c, s);
      break;
    case NodeKind.With:
      withStatement(c, s, 0);
      break;
    case NodeKind.AsyncWith:
      asyncWith(c, s, 0);
      break;
  }
  c.leaveConditionalBlock();
}

/** `codegen_stmt_expr`. */
function expressionStatement(c: Compiler, value: Expr, location: Location): void {
  if (c.interactiveTopLevel) {
    visitExpr(c, value);
    c.opI(Op.CALL_INTRINSIC_1, c.numbers.PRINT, location);
    c.op(Op.POP_TOP, NO_LOCATION);
  } else if (value.kind === NodeKind.Constant) c.op(Op.NOP, location);
  else {
    visitExpr(c, value);
    c.op(Op.POP_TOP, NO_LOCATION);
  }
}

function assign(c: Compiler, s: Assign): void {
  visitExpr(c, s.value);
  const last = s.targets.length - 1;
  for (let i = 0; i <= last; i++) {
    if (i < last) c.opI(Op.COPY, 1, locationOf(s));
    visitExpr(c, s.targets[i]!);
  }
}

/** `codegen_augassign`. */
function augAssign(c: Compiler, s: AugAssign): void {
  const { target } = s;
  const location = locationOf(target);
  switch (target.kind) {
    case NodeKind.Name:
      nameOp(c, target.id, ExprContext.Load, location);
      augmented(c, s);
      nameOp(c, target.id, ExprContext.Store, location);
      break;
    case NodeKind.Attribute: {
      const at = attributeLocation(location, target);
      visitExpr(c, target.value);
      c.opI(Op.COPY, 1, location);
      c.opI(Op.LOAD_ATTR, c.attributeIndex(target) << 1, at);
      augmented(c, s);
      c.opI(Op.SWAP, 2, at);
      c.opI(Op.STORE_ATTR, c.attributeIndex(target), at);
      break;
    }
    case NodeKind.Subscript:
      visitExpr(c, target.value);
      if (isTwoPartSlice(target.slice)) {
        sliceBounds(c, target.slice);
        c.opI(Op.COPY, 3, location);
        c.opI(Op.COPY, 3, location);
        c.opI(Op.COPY, 3, location);
        c.op(Op.BINARY_SLICE, location);
        augmented(c, s);
        c.opI(Op.SWAP, 4, location);
        c.opI(Op.SWAP, 3, location);
        c.opI(Op.SWAP, 2, location);
        c.op(Op.STORE_SLICE, location);
      } else {
        visitExpr(c, target.slice);
        c.opI(Op.COPY, 2, location);
        c.opI(Op.COPY, 2, location);
        c.opI(Op.BINARY_OP, c.numbers.subscr, location);
        augmented(c, s);
        c.opI(Op.SWAP, 3, location);
        c.opI(Op.SWAP, 2, location);
        c.op(Op.STORE_SUBSCR, location);
      }
      break;
  }
}

function augmented(c: Compiler, s: AugAssign): void {
  visitExpr(c, s.value);
  c.opI(Op.BINARY_OP, c.numbers.inplace[s.op]!, locationOf(s));
}

function raise(c: Compiler, s: Raise): void {
  let count = 0;
  if (s.exc !== null) {
    visitExpr(c, s.exc);
    count++;
    if (s.cause !== null) {
      visitExpr(c, s.cause);
      count++;
    }
  }
  c.opI(Op.RAISE_VARARGS, count, locationOf(s));
}

/** Whether an assertion's test is a tuple that is never empty. */
export function isFullTuple(test: Expr): boolean {
  if (test.kind === NodeKind.Tuple) return test.elts.length > 0;
  if (test.kind !== NodeKind.Constant) return false;
  const { value } = test;
  return value !== null && typeof value === 'object' && value.type === 'tuple' && value.items.length > 0;
}

/** `codegen_assert`. */
function assertStatement(c: Compiler, s: Assert): void {
  if (isFullTuple(s.test)) c.warn('assertion is always true, perhaps remove parentheses?', s);
  if (c.options.optimize > 0) return;
  const location = locationOf(s);
  const end = c.newLabel();
  jumpIf(c, s.test, end, true, location);
  c.opI(Op.LOAD_COMMON_CONSTANT, c.numbers.AssertionError, location);
  if (s.msg !== null) {
    visitExpr(c, s.msg);
    c.opI(Op.CALL, 0, location);
  }
  c.opI(Op.RAISE_VARARGS, 1, locationOf(s.test));
  c.useLabel(end);
}

/** `codegen_if`; a chain of `elif`s is walked in a loop, so that no length of it uses up the stack. */
function ifStatement(c: Compiler, s: If): void {
  const ends: number[] = [];
  let branch = s;
  for (;;) {
    const location = locationOf(branch);
    const end = c.newLabel();
    ends.push(end);
    const hasElse = branch.orelse.length > 0;
    const next = hasElse ? c.newLabel() : end;
    jumpIf(c, branch.test, next, false, location);
    visitBody(c, branch.body);
    if (!hasElse) break;
    c.jump(Op.JUMP_NO_INTERRUPT, end, NO_LOCATION);
    c.useLabel(next);
    const only = branch.orelse.length === 1 ? branch.orelse[0]! : undefined;
    if (only === undefined || only.kind !== NodeKind.If) {
      visitBody(c, branch.orelse);
      break;
    }
    branch = only;
  }
  for (let i = ends.length - 1; i >= 0; i--) c.useLabel(ends[i]!);
}

/** `codegen_return`. */
function returnStatement(c: Compiler, s: Return): void {
  const { value } = s;
  let location = locationOf(s);
  const { scope } = c.u;
  if (!isFunctionLike(scope)) {
    c.error("'return' outside function", s);
    return;
  }
  if (value !== null && scope.coroutine && scope.generator) c.error("'return' with value in async generator", s);
  const preserve = value !== null && value.kind !== NodeKind.Constant;
  if (preserve) visitExpr(c, value);
  else if (value !== null) {
    location = locationOf(value);
    c.op(Op.NOP, location);
  }
  if (value === null || value.lineno !== s.lineno) {
    location = locationOf(s);
    c.op(Op.NOP, location);
  }
  location = unwindBlocks(c, preserve, location);
  if (value === null) c.loadConst(null, location);
  else if (!preserve && value.kind === NodeKind.Constant) c.loadConst(value.value, location);
  c.op(Op.RETURN_VALUE, location);
}

/** `codegen_break`. */
function breakStatement(c: Compiler, origin: Location): void {
  c.op(Op.NOP, origin);
  const found = unwindToLoop(c, origin, "'break' outside loop");
  if (found === undefined) return;
  const location = unwindBlock(c, found.loop, false, found.location);
  c.jump(Op.JUMP, found.loop.exit, location);
}

/** `codegen_continue`. */
function continueStatement(c: Compiler, origin: Location): void {
  c.op(Op.NOP, origin);
  const found = unwindToLoop(c, origin, "'continue' not properly in loop");
  if (found !== undefined) c.jump(Op.JUMP, found.loop.block, found.location);
}
