import type { Location, Stmt } from '../syntax/ast.ts';

/** CPython's COMPILE_FBLOCK_ kinds: what a `return`, `break` or `continue` must unwind on its way out. */
export const enum FrameBlockType {
  WhileLoop,
  ForLoop,
  TryExcept,
  FinallyTry,
  FinallyEnd,
  With,
  AsyncWith,
  HandlerCleanup,
  PopValue,
  ExceptionHandler,
  ExceptionGroupHandler,
  AsyncComprehensionGenerator,
  StopIteration,
  /** 3.8: the `try` of a `finally` that is itself left by a jump. */
  FinallyTry2,
}

export const NO_LABEL = -1;

/** CPython's `_PyCompile_FBlockInfo`. */
export interface FrameBlock {
  readonly type: FrameBlockType;
  readonly location: Location;
  /** Label of the block's start: where `continue` goes. */
  readonly block: number;
  /** Label where `break` goes, or of the handler. */
  readonly exit: number;
  /** The statements of a `finally`, where the block is one. */
  readonly finalbody: readonly Stmt[] | null;
  /** The name that an exception handler binds, or null. */
  readonly name: string | null;
}
