import { Op } from '../bytecode/op.ts';
import type { AsyncWith, Location, With } from '../syntax/ast.ts';
import { type Compiler, locationOf } from './compiler.ts';
import { addYieldFrom, visitExpr } from './expressions.ts';
import { FrameBlockType } from './frame-block.ts';
import { NO_LOCATION } from './instruction.ts';
import { visitBody } from './statements.ts';
import { popExceptAndReraise } from './try.ts';
import { callExitWithNones } from './unwind.ts';

/** Loads `__exit__` and its receiver, and calls `__enter__`. */
function enter(c: Compiler, exit: number, enter: number, location: Location): void {
  c.opI(Op.COPY, 1, location);
  c.opI(Op.LOAD_SPECIAL, exit, location);
  c.opI(Op.SWAP, 2, location);
  c.opI(Op.SWAP, 3, location);
  c.opI(Op.LOAD_SPECIAL, enter, location);
  c.opI(Op.CALL, 0, location);
}

function awaitResult(c: Compiler, where: number, location: Location): void {
  c.opI(Op.GET_AWAITABLE, where, location);
  c.loadConst(null, location);
  addYieldFrom(c, true, location);
}

/** `codegen_with_inner`: the items from `position` on, and the body. */
export function withStatement(c: Compiler, s: With, position: number): void {
  const item = s.items[position]!;
  const block = c.newLabel();
  const final = c.newLabel();
  const exit = c.newLabel();
  const cleanup = c.newLabel();
  visitExpr(c, item.context_expr);
  const location = locationOf(item.context_expr);
  enter(c, c.numbers.exit, c.numbers.enter, location);
  c.jump(Op.SETUP_WITH, final, location);
  c.useLabel(block);
  c.pushFrameBlock({ type: FrameBlockType.With, location, block, exit: final, finalbody: null, name: null });
  if (item.optional_vars !== null) visitExpr(c, item.optional_vars);
  else c.op(Op.POP_TOP, location);
  if (position + 1 === s.items.length) visitBody(c, s.body);
  else withStatement(c, s, position + 1);
  c.op(Op.POP_BLOCK, NO_LOCATION);
  c.popFrameBlock();
  callExitWithNones(c, location);
  c.op(Op.POP_TOP, location);
  c.jump(Op.JUMP, exit, location);
  c.useLabel(final);
  c.jump(Op.SETUP_CLEANUP, cleanup, location);
  c.op(Op.PUSH_EXC_INFO, location);
  c.op(Op.WITH_EXCEPT_START, location);
  exceptFinish(c, cleanup);
  c.useLabel(exit);
}

/** `codegen_async_with_inner`. */
export function asyncWith(c: Compiler, s: AsyncWith, position: number): void {
  const item = s.items[position]!;
  const block = c.newLabel();
  const final = c.newLabel();
  const exit = c.newLabel();
  const cleanup = c.newLabel();
  visitExpr(c, item.context_expr);
  const location = locationOf(item.context_expr);
  enter(c, c.numbers.aexit, c.numbers.aenter, location);
  awaitResult(c, 1, location);
  c.jump(Op.SETUP_WITH, final, location);
  c.useLabel(block);
  c.pushFrameBlock({ type: FrameBlockType.AsyncWith, location, block, exit: final, finalbody: null, name: null });
  if (item.optional_vars !== null) visitExpr(c, item.optional_vars);
  else c.op(Op.POP_TOP, location);
  if (position + 1 === s.items.length) visitBody(c, s.body);
  else asyncWith(c, s, position + 1);
  c.popFrameBlock();
  c.op(Op.POP_BLOCK, location);
  callExitWithNones(c, location);
  awaitResult(c, 2, location);
  c.op(Op.POP_TOP, location);
  c.jump(Op.JUMP, exit, location);
  c.useLabel(final);
  c.jump(Op.SETUP_CLEANUP, cleanup, location);
  c.op(Op.PUSH_EXC_INFO, location);
  c.op(Op.WITH_EXCEPT_START, location);
  awaitResult(c, 2, location);
  exceptFinish(c, cleanup);
  c.useLabel(exit);
}

/** What `__exit__` said of an exception: suppressed, or raised again (`codegen_with_except_finish`). */
function exceptFinish(c: Compiler, cleanup: number): void {
  const suppress = c.newLabel();
  c.op(Op.TO_BOOL, NO_LOCATION);
  c.jump(Op.POP_JUMP_IF_TRUE, suppress, NO_LOCATION);
  c.opI(Op.RERAISE, 2, NO_LOCATION);
  c.useLabel(suppress);
  c.op(Op.POP_TOP, NO_LOCATION);
  c.op(Op.POP_BLOCK, NO_LOCATION);
  c.op(Op.POP_EXCEPT, NO_LOCATION);
  c.op(Op.POP_TOP, NO_LOCATION);
  c.op(Op.POP_TOP, NO_LOCATION);
  c.op(Op.POP_TOP, NO_LOCATION);
  const exit = c.newLabel();
  c.jump(Op.JUMP_NO_INTERRUPT, exit, NO_LOCATION);
  c.useLabel(cleanup);
  popExceptAndReraise(c, NO_LOCATION);
  c.useLabel(exit);
}
