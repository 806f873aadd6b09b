import { Op } from '../bytecode/op.ts';
import { ExprContext, type Location } from '../syntax/ast.ts';
import type { Compiler } from './compiler.ts';
import { addYieldFrom } from './expressions.ts';
import { type FrameBlock, FrameBlockType, NO_LABEL } from './frame-block.ts';
import { NO_LOCATION } from './instruction.ts';
import { nameOp } from './names.ts';
import { visitBody } from './statements.ts';

/** `exit(None, None, None)` at the regular end of a `with`; `__exit__` is on the stack. */
export function callExitWithNones(c: Compiler, location: Location): void {
  c.loadConst(null, location);
  c.loadConst(null, location);
  c.loadConst(null, location);
  c.opI(Op.CALL, 3, location);
}

/**
 * Leaves one frame block on the way out of a `return`, `break` or `continue` (`codegen_unwind_fblock`). With
 * `preserve`, the value on top of the stack stays there. Gives the span for what follows: none where the block's own
 * code should seem to come last.
 */
export function unwindBlock(c: Compiler, block: FrameBlock, preserve: boolean, location: Location): Location {
  switch (block.type) {
    case FrameBlockType.WhileLoop:
    case FrameBlockType.ExceptionHandler:
    case FrameBlockType.ExceptionGroupHandler:
    case FrameBlockType.AsyncComprehensionGenerator:
    case FrameBlockType.StopIteration:
    case FrameBlockType.FinallyTry2:
      return location;
    case FrameBlockType.ForLoop:
      if (preserve) c.opI(Op.SWAP, 2, location);
      c.op(Op.POP_TOP, location);
      return location;
    case FrameBlockType.TryExcept:
      c.op(Op.POP_BLOCK, location);
      return location;
    case FrameBlockType.FinallyTry:
      c.op(Op.POP_BLOCK, location);
      if (preserve) {
        const type = FrameBlockType.PopValue;
        c.pushFrameBlock({ type, location, block: NO_LABEL, exit: NO_LABEL, finalbody: null, name: null });
      }
      visitBody(c, block.finalbody!);
      if (preserve) c.popFrameBlock();
      return NO_LOCATION;
    case FrameBlockType.FinallyEnd:
      if (preserve) c.opI(Op.SWAP, 2, location);
      c.op(Op.POP_TOP, location);
      if (preserve) c.opI(Op.SWAP, 2, location);
      c.op(Op.POP_BLOCK, location);
      c.op(Op.POP_EXCEPT, location);
      return location;
    case FrameBlockType.With:
    case FrameBlockType.AsyncWith: {
      const here = block.location;
      c.op(Op.POP_BLOCK, here);
      if (preserve) {
        c.opI(Op.SWAP, 3, here);
        c.opI(Op.SWAP, 2, here);
      }
      callExitWithNones(c, here);
      if (block.type === FrameBlockType.AsyncWith) {
        c.opI(Op.GET_AWAITABLE, 2, here);
        c.loadConst(null, here);
        addYieldFrom(c, true, here);
      }
      c.op(Op.POP_TOP, here);
      return NO_LOCATION;
    }
    case FrameBlockType.HandlerCleanup:
      if (block.name !== null) c.op(Op.POP_BLOCK, location);
      if (preserve) c.opI(Op.SWAP, 2, location);
      c.op(Op.POP_BLOCK, location);
      c.op(Op.POP_EXCEPT, location);
      if (block.name !== null) {
        c.loadConst(null, location);
        nameOp(c, block.name, ExprContext.Store, location);
        nameOp(c, block.name, ExprContext.Del, location);
      }
      return location;
    case FrameBlockType.PopValue:
      if (preserve) c.opI(Op.SWAP, 2, location);
      c.op(Op.POP_TOP, location);
      return location;
  }
}

/** Leaves every frame block of the function, for `return`. Gives the span for what follows. */
export function unwindBlocks(c: Compiler, preserve: boolean, location: Location): Location {
  return unwind(c, preserve, location, false).location;
}

/** A loop that `break` or `continue` was unwound to, and the span for the jump. */
export interface UnwoundLoop {
  readonly loop: FrameBlock;
  readonly location: Location;
}

/** Leaves frame blocks up to the innermost loop. Where there is none, or none may be left, reports it: `outside` says how. */
export function unwindToLoop(c: Compiler, origin: Location, outside: string): UnwoundLoop | undefined {
  const { loop, location, refused } = unwind(c, false, origin, true);
  if (loop !== undefined && !refused) return { loop, location };
  if (!refused) c.error(outside, origin);
  return undefined;
}

/** `codegen_unwind_fblock_stack`: blocks are off the stack while their code is emitted, and put back afterwards. */
function unwind(
  c: Compiler,
  preserve: boolean,
  location: Location,
  toLoop: boolean,
): { loop: FrameBlock | undefined; location: Location; refused: boolean } {
  const unwound: FrameBlock[] = [];
  let loop: FrameBlock | undefined;
  let refused = false;
  const { sequence } = c;
  const begun = sequence.length;
  let here = location;
  for (let top = c.topFrameBlock(); top !== undefined; top = c.topFrameBlock()) {
    if (top.type === FrameBlockType.ExceptionGroupHandler) {
      c.error("'break', 'continue' and 'return' cannot appear in an except* block", here);
      refused = true;
      break;
    }
    if (toLoop && (top.type === FrameBlockType.WhileLoop || top.type === FrameBlockType.ForLoop)) {
      loop = top;
      break;
    }
    unwound.push(c.popFrameBlock());
    here = unwindBlock(c, top, preserve, here);
  }
  // Half an unwinding would leave the stack out of balance.
  if (refused || (toLoop && loop === undefined)) sequence.length = begun;
  while (unwound.length > 0) c.pushFrameBlock(unwound.pop()!);
  return { loop, location: here, refused };
}
