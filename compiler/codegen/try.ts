import { Op } from '../bytecode/op.ts';
import { type ExceptHandler, ExprContext, type Location, type Stmt, type Try, type TryStar } from '../syntax/ast.ts';
import { type Compiler, locationOf } from './compiler.ts';
import { visitExpr } from './expressions.ts';
import { FrameBlockType, NO_LABEL } from './frame-block.ts';
import { NO_LOCATION } from './instruction.ts';
import { nameOp } from './names.ts';
import { visitBody } from './statements.ts';

/** `codegen_try`. */
export function tryStatement(c: Compiler, s: Try): void {
  if (s.finalbody.length === 0) {
    tryExcept(c, s);
    return;
  }
  tryFinally(c, s.finalbody, locationOf(s), () => {
    if (s.handlers.length > 0) tryExcept(c, s);
    else visitBody(c, s.body);
  });
}

/** `codegen_try_star`. */
export function tryStar(c: Compiler, s: TryStar): void {
  if (s.finalbody.length === 0) {
    tryStarExcept(c, s);
    return;
  }
  tryFinally(c, s.finalbody, locationOf(s), () => {
    if (s.handlers.length > 0) tryStarExcept(c, s);
    else visitBody(c, s.body);
  });
}

/** POP_EXCEPT, then the exception again, with the frame's last instruction (`codegen_pop_except_and_reraise`). */
export function popExceptAndReraise(c: Compiler, location: Location): void {
  c.opI(Op.COPY, 3, location);
  c.op(Op.POP_EXCEPT, location);
  c.opI(Op.RERAISE, 1, location);
}

/** `codegen_try_finally`: the final statements are compiled twice, for the regular end and for an exception. */
function tryFinally(c: Compiler, finalbody: readonly Stmt[], location: Location, visitTry: () => void): void {
  const body = c.newLabel();
  const end = c.newLabel();
  const exit = c.newLabel();
  const cleanup = c.newLabel();
  c.jump(Op.SETUP_FINALLY, end, location);
  c.useLabel(body);
  c.pushFrameBlock({ type: FrameBlockType.FinallyTry, location, block: body, exit: end, finalbody, name: null });
  visitTry();
  c.op(Op.POP_BLOCK, NO_LOCATION);
  c.popFrameBlock();
  visitBody(c, finalbody);
  c.jump(Op.JUMP_NO_INTERRUPT, exit, NO_LOCATION);

  c.useLabel(end);
  c.jump(Op.SETUP_CLEANUP, cleanup, NO_LOCATION);
  c.op(Op.PUSH_EXC_INFO, NO_LOCATION);
  const type = FrameBlockType.FinallyEnd;
  c.pushFrameBlock({ type, location: NO_LOCATION, block: end, exit: NO_LABEL, finalbody: null, name: null });
  visitBody(c, finalbody);
  c.popFrameBlock();
  c.opI(Op.RERAISE, 0, NO_LOCATION);
  c.useLabel(cleanup);
  popExceptAndReraise(c, NO_LOCATION);
  c.useLabel(exit);
}

/** `name = None; del name` at the end of a handler that binds `name`. */
function unbindName(c: Compiler, name: string | null): void {
  if (name === null) return;
  c.loadConst(null, NO_LOCATION);
  nameOp(c, name, ExprContext.Store, NO_LOCATION);
  nameOp(c, name, ExprContext.Del, NO_LOCATION);
}

/** `codegen_try_except`. */
function tryExcept(c: Compiler, s: Try): void {
  const location = locationOf(s);
  const body = c.newLabel();
  const except = c.newLabel();
  const end = c.newLabel();
  const cleanup = c.newLabel();
  tryBody(c, s, body, except, location);
  visitBody(c, s.orelse);
  c.jump(Op.JUMP_NO_INTERRUPT, end, NO_LOCATION);

  c.useLabel(except);
  c.jump(Op.SETUP_CLEANUP, cleanup, NO_LOCATION);
  c.op(Op.PUSH_EXC_INFO, NO_LOCATION);
  const type = FrameBlockType.ExceptionHandler;
  c.pushFrameBlock({ type, location, block: NO_LABEL, exit: NO_LABEL, finalbody: null, name: null });
  s.handlers.forEach((handler, i) => {
    exceptHandler(c, handler, i === s.handlers.length - 1, end);
  });
  c.popFrameBlock();
  c.opI(Op.RERAISE, 0, NO_LOCATION);
  c.useLabel(cleanup);
  popExceptAndReraise(c, NO_LOCATION);
  c.useLabel(end);
}

function tryBody(c: Compiler, s: Try | TryStar, body: number, except: number, location: Location): void {
  c.jump(Op.SETUP_FINALLY, except, location);
  c.useLabel(body);
  const type = FrameBlockType.TryExcept;
  c.pushFrameBlock({ type, location, block: body, exit: NO_LABEL, finalbody: null, name: null });
  visitBody(c, s.body);
  c.popFrameBlock();
  c.op(Op.POP_BLOCK, NO_LOCATION);
}

function exceptHandler(c: Compiler, handler: ExceptHandler, isLast: boolean, end: number): void {
  const location = locationOf(handler);
  const { name } = handler;
  if (handler.type === null && !isLast) c.error("default 'except:' must be last", handler);
  const next = c.newLabel();
  if (handler.type !== null) {
    visitExpr(c, handler.type);
    c.op(Op.CHECK_EXC_MATCH, location);
    c.jump(Op.POP_JUMP_IF_FALSE, next, location);
  }
  const type = FrameBlockType.HandlerCleanup;
  if (name !== null) {
    const cleanupEnd = c.newLabel();
    const cleanupBody = c.newLabel();
    nameOp(c, name, ExprContext.Store, location);
    c.jump(Op.SETUP_CLEANUP, cleanupEnd, location);
    c.useLabel(cleanupBody);
    c.pushFrameBlock({ type, location, block: cleanupBody, exit: NO_LABEL, finalbody: null, name });
    visitBody(c, handler.body);
    c.popFrameBlock();
    c.op(Op.POP_BLOCK, NO_LOCATION);
    c.op(Op.POP_BLOCK, NO_LOCATION);
    c.op(Op.POP_EXCEPT, NO_LOCATION);
    unbindName(c, name);
    c.jump(Op.JUMP_NO_INTERRUPT, end, NO_LOCATION);
    c.useLabel(cleanupEnd);
    unbindName(c, name);
    c.opI(Op.RERAISE, 1, NO_LOCATION);
  } else {
    const cleanupBody = c.newLabel();
    c.op(Op.POP_TOP, location);
    c.useLabel(cleanupBody);
    c.pushFrameBlock({ type, location, block: cleanupBody, exit: NO_LABEL, finalbody: null, name });
    visitBody(c, handler.body);
    c.popFrameBlock();
    c.op(Op.POP_BLOCK, NO_LOCATION);
    c.op(Op.POP_EXCEPT, NO_LOCATION);
    c.jump(Op.JUMP_NO_INTERRUPT, end, NO_LOCATION);
  }
  c.useLabel(next);
}

/**
 * `codegen_try_star_except`. On the stack while the handlers run: the original group, the list of what handlers
 * raised, and what is left unmatched.
 */
function tryStarExcept(c: Compiler, s: TryStar): void {
  const location = locationOf(s);
  const body = c.newLabel();
  const except = c.newLabel();
  const orelse = c.newLabel();
  const end = c.newLabel();
  const cleanup = c.newLabel();
  const reraiseStar = c.newLabel();
  tryBody(c, s, body, except, location);
  c.jump(Op.JUMP_NO_INTERRUPT, orelse, NO_LOCATION);

  c.useLabel(except);
  c.jump(Op.SETUP_CLEANUP, cleanup, NO_LOCATION);
  c.op(Op.PUSH_EXC_INFO, NO_LOCATION);
  const type = FrameBlockType.ExceptionGroupHandler;
  c.pushFrameBlock({ type, location, block: NO_LABEL, exit: NO_LABEL, finalbody: null, name: null });
  s.handlers.forEach((handler, i) => {
    if (i === 0) {
      c.opI(Op.BUILD_LIST, 0, locationOf(handler));
      c.opI(Op.COPY, 2, locationOf(handler));
    }
    exceptStarHandler(c, handler);
    if (i === s.handlers.length - 1) {
      c.opI(Op.LIST_APPEND, 1, NO_LOCATION);
      c.jump(Op.JUMP_NO_INTERRUPT, reraiseStar, NO_LOCATION);
    }
  });
  c.popFrameBlock();
  const reraise = c.newLabel();
  c.useLabel(reraiseStar);
  c.opI(Op.CALL_INTRINSIC_2, c.numbers.PREP_RERAISE_STAR, NO_LOCATION);
  c.opI(Op.COPY, 1, NO_LOCATION);
  c.jump(Op.POP_JUMP_IF_NOT_NONE, reraise, NO_LOCATION);
  c.op(Op.POP_TOP, NO_LOCATION);
  c.op(Op.POP_BLOCK, NO_LOCATION);
  c.op(Op.POP_EXCEPT, NO_LOCATION);
  c.jump(Op.JUMP_NO_INTERRUPT, end, NO_LOCATION);
  c.useLabel(reraise);
  c.op(Op.POP_BLOCK, NO_LOCATION);
  c.opI(Op.SWAP, 2, NO_LOCATION);
  c.op(Op.POP_EXCEPT, NO_LOCATION);
  c.opI(Op.RERAISE, 0, NO_LOCATION);
  c.useLabel(cleanup);
  popExceptAndReraise(c, NO_LOCATION);
  c.useLabel(orelse);
  visitBody(c, s.orelse);
  c.useLabel(end);
}

function exceptStarHandler(c: Compiler, handler: ExceptHandler): void {
  const location = locationOf(handler);
  const next = c.newLabel();
  const nextWithError = c.newLabel();
  const noMatch = c.newLabel();
  if (handler.type !== null) {
    visitExpr(c, handler.type);
    c.op(Op.CHECK_EG_MATCH, location);
    c.opI(Op.COPY, 1, location);
    c.jump(Op.POP_JUMP_IF_NONE, noMatch, location);
  }
  const cleanupEnd = c.newLabel();
  const cleanupBody = c.newLabel();
  if (handler.name !== null) nameOp(c, handler.name, ExprContext.Store, location);
  else c.op(Op.POP_TOP, location);
  c.jump(Op.SETUP_CLEANUP, cleanupEnd, location);
  c.useLabel(cleanupBody);
  const type = FrameBlockType.HandlerCleanup;
  c.pushFrameBlock({ type, location, block: cleanupBody, exit: NO_LABEL, finalbody: null, name: handler.name });
  visitBody(c, handler.body);
  c.popFrameBlock();
  c.op(Op.POP_BLOCK, NO_LOCATION);
  unbindName(c, handler.name);
  c.jump(Op.JUMP_NO_INTERRUPT, next, NO_LOCATION);

  c.useLabel(cleanupEnd);
  unbindName(c, handler.name);
  // What the handler raised joins the list.
  c.opI(Op.LIST_APPEND, 3, NO_LOCATION);
  c.op(Op.POP_TOP, NO_LOCATION);
  c.jump(Op.JUMP_NO_INTERRUPT, nextWithError, NO_LOCATION);
  c.useLabel(next);
  c.op(Op.NOP, NO_LOCATION);
  c.jump(Op.JUMP_NO_INTERRUPT, nextWithError, NO_LOCATION);
  c.useLabel(noMatch);
  c.op(Op.POP_TOP, location);
  c.useLabel(nextWithError);
}
