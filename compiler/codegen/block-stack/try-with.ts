import { Op } from '../../bytecode/op.ts';
import {
  type AsyncWith,
  type ExceptHandler,
  ExprContext,
  type Try,
  type With,
  type WithItem,
} from '../../syntax/ast.ts';
import { ScopeType } from '../compiler-unit.ts';
import { FrameBlockType, NO_LABEL } from '../frame-block.ts';
import type { BlockStackCompiler } from './block-stack-compiler.ts';
import { awaitResult, EXCEPTION_MATCH, visitExpr } from './expressions.ts';
import { pushBlock } from './loops.ts';
import { nameOp } from './names.ts';
import { visitBody } from './statements.ts';

/** `compiler_try`, 3.8. */
export function tryStatement(c: BlockStackCompiler, s: Try): void {
  if (s.finalbody.length > 0) tryFinally(c, s);
  else tryExcept(c, s);
}

/**
 * `compiler_try_finally`, 3.8. The `finally` is compiled first: when it is left by a jump, the stack holds a placeholder
 * for the value that a `return` in the `try` would leave there.
 */
function tryFinally(c: BlockStackCompiler, s: Try): void {
  const body = c.newLabel();
  const end = c.newLabel();
  let isLeft = false;
  c.placeAfter(
    () => {
      c.useBlock(end);
      pushBlock(c, FrameBlockType.FinallyEnd, end, end, s);
      visitBody(c, s.finalbody);
      c.emit(Op.END_FINALLY);
      isLeft = c.finallyIsLeft.delete(c.topFrameBlock()!);
      if (isLeft) c.emit(Op.POP_TOP);
      c.popFrameBlock();
    },
    () => {
      c.setLine(s);
      if (isLeft) c.emitConst(null);
      c.emit(Op.SETUP_FINALLY, end);
      c.useBlock(body);
      pushBlock(c, isLeft ? FrameBlockType.FinallyTry2 : FrameBlockType.FinallyTry, body, end, s);
      if (s.handlers.length > 0) tryExcept(c, s);
      else visitBody(c, s.body);
      c.emit(Op.POP_BLOCK);
      c.emit(Op.BEGIN_FINALLY);
      c.popFrameBlock();
    },
  );
}

/** `compiler_try_except`, 3.8. */
function tryExcept(c: BlockStackCompiler, s: Try): void {
  const body = c.newLabel();
  const orelse = c.newLabel();
  const end = c.newLabel();
  let except = c.newLabel();
  c.emit(Op.SETUP_FINALLY, except);
  c.useBlock(body);
  pushBlock(c, FrameBlockType.TryExcept, body, NO_LABEL, s);
  visitBody(c, s.body);
  c.emit(Op.POP_BLOCK);
  c.popFrameBlock();
  c.emit(Op.JUMP_FORWARD, orelse);
  c.useBlock(except);
  s.handlers.forEach((handler, i) => {
    if (handler.type === null && i < s.handlers.length - 1) c.error("default 'except:' must be last", handler);
    c.setLine(handler);
    except = c.newLabel();
    exceptHandler(c, handler, except);
    c.emit(Op.JUMP_FORWARD, end);
    c.useBlock(except);
  });
  c.emit(Op.END_FINALLY);
  c.useBlock(orelse);
  visitBody(c, s.orelse);
  c.useBlock(end);
}

function exceptHandler(c: BlockStackCompiler, handler: ExceptHandler, next: number): void {
  if (handler.type !== null) {
    c.emit(Op.DUP_TOP);
    visitExpr(c, handler.type);
    c.emit(Op.COMPARE_OP, EXCEPTION_MATCH);
    c.emit(Op.POP_JUMP_IF_FALSE, next);
  }
  c.emit(Op.POP_TOP);
  const cleanupBody = c.newLabel();
  const { name } = handler;
  if (name === null) {
    c.emit(Op.POP_TOP);
    c.emit(Op.POP_TOP);
    c.useBlock(cleanupBody);
    pushBlock(c, FrameBlockType.HandlerCleanup, cleanupBody, NO_LABEL, handler);
    visitBody(c, handler.body);
    c.emit(Op.POP_EXCEPT);
    c.popFrameBlock();
    return;
  }
  const cleanupEnd = c.newLabel();
  nameOp(c, name, ExprContext.Store);
  c.emit(Op.POP_TOP);
  c.emit(Op.SETUP_FINALLY, cleanupEnd);
  c.useBlock(cleanupBody);
  pushBlock(c, FrameBlockType.HandlerCleanup, cleanupBody, cleanupEnd, handler);
  visitBody(c, handler.body);
  c.emit(Op.POP_BLOCK);
  c.emit(Op.BEGIN_FINALLY);
  c.popFrameBlock();
  c.useBlock(cleanupEnd);
  pushBlock(c, FrameBlockType.FinallyEnd, cleanupEnd, NO_LABEL, handler);
  c.emitConst(null);
  nameOp(c, name, ExprContext.Store);
  nameOp(c, name, ExprContext.Del);
  c.emit(Op.END_FINALLY);
  c.emit(Op.POP_EXCEPT);
  c.popFrameBlock();
}

/** `compiler_with`, 3.8: the items from `position` on, and the body. */
export function withStatement(c: BlockStackCompiler, s: With, position: number): void {
  const item = s.items[position]!;
  const block = c.newLabel();
  const final = c.newLabel();
  visitExpr(c, item.context_expr);
  c.emit(Op.SETUP_WITH, final);
  c.useBlock(block);
  pushBlock(c, FrameBlockType.With, block, final, s);
  bindResult(c, item);
  if (position + 1 === s.items.length) visitBody(c, s.body);
  else withStatement(c, s, position + 1);
  beginFinally(c, final, s);
  c.emit(Op.WITH_CLEANUP_START);
  c.emit(Op.WITH_CLEANUP_FINISH);
  c.emit(Op.END_FINALLY);
  c.popFrameBlock();
}

/** `compiler_async_with`, 3.8. */
export function asyncWith(c: BlockStackCompiler, s: AsyncWith, position: number): void {
  if (c.u.type !== ScopeType.AsyncFunction) c.error("'async with' outside async function", s);
  const item = s.items[position]!;
  const block = c.newLabel();
  const final = c.newLabel();
  visitExpr(c, item.context_expr);
  c.emit(Op.BEFORE_ASYNC_WITH);
  awaitResult(c);
  c.emit(Op.SETUP_ASYNC_WITH, final);
  c.useBlock(block);
  pushBlock(c, FrameBlockType.AsyncWith, block, final, s);
  bindResult(c, item);
  if (position + 1 === s.items.length) visitBody(c, s.body);
  else asyncWith(c, s, position + 1);
  beginFinally(c, final, s);
  c.emit(Op.WITH_CLEANUP_START);
  awaitResult(c);
  c.emit(Op.WITH_CLEANUP_FINISH);
  c.emit(Op.END_FINALLY);
  c.popFrameBlock();
}

function bindResult(c: BlockStackCompiler, item: WithItem): void {
  if (item.optional_vars !== null) visitExpr(c, item.optional_vars);
  else c.emit(Op.POP_TOP);
}

function beginFinally(c: BlockStackCompiler, final: number, s: With | AsyncWith): void {
  c.emit(Op.POP_BLOCK);
  c.emit(Op.BEGIN_FINALLY);
  c.popFrameBlock();
  c.useBlock(final);
  pushBlock(c, FrameBlockType.FinallyEnd, final, NO_LABEL, s);
}
