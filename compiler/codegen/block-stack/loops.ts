import { Op } from '../../bytecode/op.ts';
import type { AsyncFor, For, Location, While } from '../../syntax/ast.ts';
import { ScopeType } from '../compiler-unit.ts';
import { type FrameBlock, FrameBlockType, NO_LABEL } from '../frame-block.ts';
import type { BlockStackCompiler } from './block-stack-compiler.ts';
import { awaitResult, jumpIf, visitExpr } from './expressions.ts';
import { constantTruth, visitBody } from './statements.ts';

/** Enters a frame block; `exit` is NO_LABEL where there is none. */
export function pushBlock(
  c: BlockStackCompiler,
  type: FrameBlockType,
  block: number,
  exit: number,
  at: Location,
): void {
  c.pushFrameBlock({ type, location: at, block, exit, finalbody: null, name: null });
}

/** `compiler_for`, 3.8. */
export function forLoop(c: BlockStackCompiler, s: For): void {
  const start = c.newLabel();
  const cleanup = c.newLabel();
  const end = c.newLabel();
  pushBlock(c, FrameBlockType.ForLoop, start, end, s);
  visitExpr(c, s.iter);
  c.emit(Op.GET_ITER);
  c.useBlock(start);
  c.emit(Op.FOR_ITER, cleanup);
  visitExpr(c, s.target);
  visitBody(c, s.body);
  c.emit(Op.JUMP_ABSOLUTE, start);
  c.useBlock(cleanup);
  c.popFrameBlock();
  visitBody(c, s.orelse);
  c.useBlock(end);
}

/** `compiler_async_for`, 3.8. */
export function asyncForLoop(c: BlockStackCompiler, s: AsyncFor): void {
  if (c.u.type !== ScopeType.AsyncFunction) c.error("'async for' outside async function", s);
  const start = c.newLabel();
  const except = c.newLabel();
  const end = c.newLabel();
  visitExpr(c, s.iter);
  c.emit(Op.GET_AITER);
  c.useBlock(start);
  pushBlock(c, FrameBlockType.ForLoop, start, end, s);
  c.emit(Op.SETUP_FINALLY, except);
  c.emit(Op.GET_ANEXT);
  c.emitConst(null);
  c.emit(Op.YIELD_FROM);
  c.emit(Op.POP_BLOCK);
  visitExpr(c, s.target);
  visitBody(c, s.body);
  c.emit(Op.JUMP_ABSOLUTE, start);
  c.popFrameBlock();
  c.useBlock(except);
  c.emit(Op.END_ASYNC_FOR);
  visitBody(c, s.orelse);
  c.useBlock(end);
}

/** `compiler_while`, 3.8. */
export function whileLoop(c: BlockStackCompiler, s: While): void {
  const truth = constantTruth(s.test);
  if (truth === false) {
    c.withoutEmitting(() => {
      pushBlock(c, FrameBlockType.WhileLoop, NO_LABEL, NO_LABEL, s);
      visitBody(c, s.body);
    });
    visitBody(c, s.orelse);
    return;
  }
  const loop = c.newLabel();
  const end = c.newLabel();
  const anchor = c.newLabel();
  c.useBlock(loop);
  pushBlock(c, FrameBlockType.WhileLoop, loop, end, s);
  if (truth === undefined) jumpIf(c, s.test, anchor, false);
  visitBody(c, s.body);
  c.emit(Op.JUMP_ABSOLUTE, loop);
  if (truth === undefined) c.useBlock(anchor);
  c.popFrameBlock();
  visitBody(c, s.orelse);
  c.useBlock(end);
}

/** Leaves one frame block on the way out of a jump (`compiler_unwind_fblock`, 3.8). */
function unwindBlock(c: BlockStackCompiler, block: FrameBlock, preserve: boolean): void {
  switch (block.type) {
    case FrameBlockType.ForLoop:
      if (preserve) c.emit(Op.ROT_TWO);
      c.emit(Op.POP_TOP);
      break;
    case FrameBlockType.TryExcept:
      c.emit(Op.POP_BLOCK);
      break;
    case FrameBlockType.FinallyTry:
      c.emit(Op.POP_BLOCK);
      c.emit(Op.CALL_FINALLY, block.exit);
      break;
    case FrameBlockType.FinallyTry2:
      c.emit(Op.POP_BLOCK);
      if (preserve) {
        c.emit(Op.ROT_TWO);
        c.emit(Op.POP_TOP);
        c.emit(Op.CALL_FINALLY, block.exit);
      } else {
        c.emit(Op.CALL_FINALLY, block.exit);
        c.emit(Op.POP_TOP);
      }
      break;
    case FrameBlockType.FinallyEnd:
      c.finallyIsLeft.add(block);
      c.emit(Op.POP_FINALLY, preserve ? 1 : 0);
      if (preserve) c.emit(Op.ROT_TWO);
      c.emit(Op.POP_TOP);
      break;
    case FrameBlockType.With:
    case FrameBlockType.AsyncWith:
      c.emit(Op.POP_BLOCK);
      if (preserve) c.emit(Op.ROT_TWO);
      c.emit(Op.BEGIN_FINALLY);
      c.emit(Op.WITH_CLEANUP_START);
      if (block.type === FrameBlockType.AsyncWith) awaitResult(c);
      c.emit(Op.WITH_CLEANUP_FINISH);
      c.emit(Op.POP_FINALLY, 0);
      break;
    case FrameBlockType.HandlerCleanup:
      if (preserve) c.emit(Op.ROT_FOUR);
      if (block.exit !== NO_LABEL) {
        c.emit(Op.POP_BLOCK);
        c.emit(Op.POP_EXCEPT);
        c.emit(Op.CALL_FINALLY, block.exit);
      } else c.emit(Op.POP_EXCEPT);
      break;
  }
}

/** Leaves every frame block, for `return`. */
export function unwindAll(c: BlockStackCompiler, preserve: boolean): void {
  const { frameBlocks } = c.u;
  for (let i = frameBlocks.length - 1; i >= 0; i--) unwindBlock(c, frameBlocks[i]!, preserve);
}

const isLoop = (block: FrameBlock): boolean =>
  block.type === FrameBlockType.WhileLoop || block.type === FrameBlockType.ForLoop;

/** `compiler_break`, 3.8. */
export function breakStatement(c: BlockStackCompiler, s: Location): void {
  const { frameBlocks } = c.u;
  for (let i = frameBlocks.length - 1; i >= 0; i--) {
    const block = frameBlocks[i]!;
    unwindBlock(c, block, false);
    if (!isLoop(block)) continue;
    c.emit(Op.JUMP_ABSOLUTE, block.exit);
    return;
  }
  c.error("'break' outside loop", s);
}

/** `compiler_continue`, 3.8. */
export function continueStatement(c: BlockStackCompiler, s: Location): void {
  const { frameBlocks } = c.u;
  for (let i = frameBlocks.length - 1; i >= 0; i--) {
    const block = frameBlocks[i]!;
    if (isLoop(block)) {
      c.emit(Op.JUMP_ABSOLUTE, block.block);
      return;
    }
    unwindBlock(c, block, false);
  }
  c.error("'continue' not properly in loop", s);
}
