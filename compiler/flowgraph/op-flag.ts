import { Op } from '../bytecode/op.ts';

/** What the flow graph asks about an opcode (CPython 3.14, pycore_opcode_utils.h and the flags of opcode_metadata.h). */
export const enum OpFlag {
  /** OPCODE_HAS_JUMP. */
  JUMP = 1,
  /** IS_BLOCK_PUSH_OPCODE: the target is an exception handler. */
  BLOCK_PUSH = 2,
  /** IS_UNCONDITIONAL_JUMP_OPCODE. */
  UNCONDITIONAL = 4,
  /** IS_SCOPE_EXIT_OPCODE. */
  SCOPE_EXIT = 8,
  /** OPCODE_HAS_EVAL_BREAK. */
  EVAL_BREAK = 16,
  /** OPCODE_HAS_CONST. */
  CONST = 32,
  /** IS_CONDITIONAL_JUMP_OPCODE. */
  CONDITIONAL = 64,
  /** Afterwards a local may be unset. */
  UNSETS_LOCAL = 128,

  HAS_TARGET = JUMP | BLOCK_PUSH,
  TERMINATOR = JUMP | SCOPE_EXIT,
  NO_FALLTHROUGH = UNCONDITIONAL | SCOPE_EXIT,
}

/** OpFlag set by Op. */
export const opFlags = new Uint8Array(256);

function mark(flag: number, ...ops: Op[]): void {
  for (const op of ops) opFlags[op]! |= flag;
}

mark(OpFlag.JUMP, Op.FOR_ITER, Op.SEND, Op.END_ASYNC_FOR, Op.JUMP_IF_FALSE, Op.JUMP_IF_TRUE);
mark(OpFlag.JUMP | OpFlag.CONDITIONAL, Op.POP_JUMP_IF_FALSE, Op.POP_JUMP_IF_TRUE);
mark(OpFlag.JUMP | OpFlag.CONDITIONAL, Op.POP_JUMP_IF_NONE, Op.POP_JUMP_IF_NOT_NONE);
mark(OpFlag.JUMP | OpFlag.UNCONDITIONAL, Op.JUMP, Op.JUMP_NO_INTERRUPT, Op.JUMP_FORWARD);
mark(OpFlag.JUMP | OpFlag.UNCONDITIONAL, Op.JUMP_BACKWARD, Op.JUMP_BACKWARD_NO_INTERRUPT);
mark(OpFlag.BLOCK_PUSH, Op.SETUP_FINALLY, Op.SETUP_WITH, Op.SETUP_CLEANUP);
mark(OpFlag.SCOPE_EXIT, Op.RETURN_VALUE, Op.RAISE_VARARGS, Op.RERAISE);
mark(OpFlag.EVAL_BREAK, Op.JUMP, Op.JUMP_BACKWARD, Op.RESUME, Op.CALL, Op.CALL_FUNCTION_EX);
mark(OpFlag.CONST, Op.LOAD_CONST);
mark(OpFlag.UNSETS_LOCAL, Op.DELETE_FAST, Op.LOAD_FAST_AND_CLEAR, Op.STORE_FAST_MAYBE_NULL);
