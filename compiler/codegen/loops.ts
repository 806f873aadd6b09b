import { Op } from '../bytecode/op.ts';
import type { AsyncFor, For, While } from '../syntax/ast.ts';
import { type Compiler, locationOf } from './compiler.ts';
import { addYieldFrom, jumpIf, visitExpr } from './expressions.ts';
import { FrameBlockType } from './frame-block.ts';
import { NO_LOCATION } from './instruction.ts';
import { visitBody } from './statements.ts';

/** `codegen_for`. */
export function forLoop(c: Compiler, s: For): void {
  const start = c.newLabel();
  const body = c.newLabel();
  const cleanup = c.newLabel();
  const end = c.newLabel();
  const location = locationOf(s);
  c.pushFrameBlock({ type: FrameBlockType.ForLoop, location, block: start, exit: end, finalbody: null, name: null });
  visitExpr(c, s.iter);
  const iterLocation = locationOf(s.iter);
  c.op(Op.GET_ITER, iterLocation);
  c.useLabel(start);
  c.jump(Op.FOR_ITER, cleanup, iterLocation);
  // So that a `for` over several lines is traced line by line; removed where it is redundant.
  c.op(Op.NOP, locationOf(s.target));
  c.useLabel(body);
  visitExpr(c, s.target);
  visitBody(c, s.body);
  c.jump(Op.JUMP, start, NO_LOCATION);
  c.useLabel(cleanup);
  // Iteration over a generator jumps to END_FOR, over anything else past it: END_FOR must come first.
  c.op(Op.END_FOR, NO_LOCATION);
  c.op(Op.POP_ITER, NO_LOCATION);
  c.popFrameBlock();
  visitBody(c, s.orelse);
  c.useLabel(end);
}

/** `codegen_async_for`. */
export function asyncForLoop(c: Compiler, s: AsyncFor): void {
  const start = c.newLabel();
  const send = c.newLabel();
  const except = c.newLabel();
  const end = c.newLabel();
  const location = locationOf(s);
  visitExpr(c, s.iter);
  const iterLocation = locationOf(s.iter);
  c.op(Op.GET_AITER, iterLocation);
  c.useLabel(start);
  c.pushFrameBlock({ type: FrameBlockType.ForLoop, location, block: start, exit: end, finalbody: null, name: null });
  // Guards the call of __anext__, which ends the loop by StopAsyncIteration.
  c.jump(Op.SETUP_FINALLY, except, location);
  c.op(Op.GET_ANEXT, location);
  c.loadConst(null, location);
  c.useLabel(send);
  addYieldFrom(c, true, location);
  c.op(Op.POP_BLOCK, location);
  c.op(Op.NOT_TAKEN, location);
  visitExpr(c, s.target);
  visitBody(c, s.body);
  c.jump(Op.JUMP, start, NO_LOCATION);
  c.popFrameBlock();
  c.useLabel(except);
  c.jump(Op.END_ASYNC_FOR, send, iterLocation);
  visitBody(c, s.orelse);
  c.useLabel(end);
}

/** `codegen_while`. */
export function whileLoop(c: Compiler, s: While): void {
  const loop = c.newLabel();
  const end = c.newLabel();
  const anchor = c.newLabel();
  const location = locationOf(s);
  c.useLabel(loop);
  c.pushFrameBlock({ type: FrameBlockType.WhileLoop, location, block: loop, exit: end, finalbody: null, name: null });
  jumpIf(c, s.test, anchor, false, location);
  visitBody(c, s.body);
  c.jump(Op.JUMP, loop, NO_LOCATION);
  c.popFrameBlock();
  c.useLabel(anchor);
  visitBody(c, s.orelse);
  c.useLabel(end);
}
