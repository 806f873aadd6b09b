import { InternalError } from '../text/internal-error.ts';
import { Op } from './op.ts';

/** In the tables below: the number depends on the oparg, so `numPopped` and `numPushed` compute it. */
const BY_OPARG = -1;
const UNKNOWN = -2;

const popped = new Int8Array(256).fill(UNKNOWN);
const pushed = new Int8Array(256).fill(UNKNOWN);

function define(pops: number, pushes: number, ...ops: Op[]): void {
  for (const op of ops) {
    popped[op] = pops;
    pushed[op] = pushes;
  }
}

// CPython 3.14, Python/bytecodes.c: how many values each opcode takes and leaves, read in groups of equal shape.
define(0, 0, Op.NOP, Op.RESUME, Op.NOT_TAKEN, Op.SETUP_ANNOTATIONS, Op.DELETE_NAME, Op.DELETE_GLOBAL, Op.DELETE_FAST);
define(0, 0, Op.DELETE_DEREF, Op.MAKE_CELL, Op.COPY_FREE_VARS, Op.EXTENDED_ARG, Op.CACHE, Op.POP_BLOCK);
define(0, 0, Op.ANNOTATIONS_PLACEHOLDER, Op.JUMP, Op.JUMP_NO_INTERRUPT, Op.JUMP_FORWARD, Op.JUMP_BACKWARD);
define(0, 0, Op.JUMP_BACKWARD_NO_INTERRUPT);
define(0, 1, Op.LOAD_CONST, Op.LOAD_SMALL_INT, Op.LOAD_COMMON_CONSTANT, Op.LOAD_NAME, Op.LOAD_LOCALS, Op.LOAD_DEREF);
define(0, 1, Op.LOAD_FAST, Op.LOAD_FAST_BORROW, Op.LOAD_FAST_CHECK, Op.LOAD_FAST_AND_CLEAR, Op.LOAD_CLOSURE);
define(0, 1, Op.LOAD_BUILD_CLASS, Op.PUSH_NULL, Op.RETURN_GENERATOR);
define(0, 2, Op.LOAD_FAST_LOAD_FAST, Op.LOAD_FAST_BORROW_LOAD_FAST_BORROW);
define(1, 0, Op.POP_TOP, Op.POP_ITER, Op.END_FOR, Op.POP_EXCEPT, Op.EXIT_INIT_CHECK, Op.INTERPRETER_EXIT);
define(1, 0, Op.STORE_NAME, Op.STORE_GLOBAL, Op.STORE_FAST, Op.STORE_FAST_MAYBE_NULL, Op.STORE_DEREF);
define(1, 0, Op.DELETE_ATTR, Op.POP_JUMP_IF_FALSE, Op.POP_JUMP_IF_TRUE, Op.POP_JUMP_IF_NONE, Op.POP_JUMP_IF_NOT_NONE);
define(1, 1, Op.UNARY_NEGATIVE, Op.UNARY_NOT, Op.UNARY_INVERT, Op.TO_BOOL, Op.CONVERT_VALUE, Op.FORMAT_SIMPLE);
define(1, 1, Op.GET_ITER, Op.GET_YIELD_FROM_ITER, Op.GET_AITER, Op.GET_AWAITABLE, Op.MAKE_FUNCTION);
define(1, 1, Op.LOAD_FROM_DICT_OR_DEREF, Op.LOAD_FROM_DICT_OR_GLOBALS, Op.CALL_INTRINSIC_1, Op.YIELD_VALUE);
define(1, 1, Op.STORE_FAST_LOAD_FAST, Op.RETURN_VALUE, Op.JUMP_IF_FALSE, Op.JUMP_IF_TRUE);
define(1, 2, Op.FOR_ITER, Op.GET_ANEXT, Op.GET_LEN, Op.IMPORT_FROM, Op.LOAD_SPECIAL, Op.MATCH_MAPPING);
define(1, 2, Op.MATCH_SEQUENCE, Op.PUSH_EXC_INFO);
define(2, 0, Op.DELETE_SUBSCR, Op.STORE_ATTR, Op.STORE_FAST_STORE_FAST, Op.END_ASYNC_FOR);
define(2, 1, Op.BINARY_OP, Op.COMPARE_OP, Op.CONTAINS_OP, Op.IS_OP, Op.IMPORT_NAME, Op.CALL_INTRINSIC_2, Op.END_SEND);
define(2, 1, Op.FORMAT_WITH_SPEC, Op.BUILD_TEMPLATE, Op.SET_FUNCTION_ATTRIBUTE);
define(2, 2, Op.CHECK_EG_MATCH, Op.CHECK_EXC_MATCH, Op.SEND);
define(2, 3, Op.MATCH_KEYS);
define(3, 0, Op.STORE_SUBSCR);
define(3, 1, Op.BINARY_SLICE, Op.MATCH_CLASS);
define(3, 2, Op.CLEANUP_THROW);
define(4, 0, Op.STORE_SLICE);
define(4, 1, Op.CALL_FUNCTION_EX);
define(5, 6, Op.WITH_EXCEPT_START);
// What a block push pushes is seen by its handler alone: see `netEffect`.
define(0, 1, Op.SETUP_FINALLY, Op.SETUP_WITH);
define(0, 2, Op.SETUP_CLEANUP);
define(BY_OPARG, 0, Op.RAISE_VARARGS);
define(BY_OPARG, 1, Op.BUILD_LIST, Op.BUILD_MAP, Op.BUILD_SET, Op.BUILD_SLICE, Op.BUILD_STRING, Op.BUILD_TUPLE);
define(BY_OPARG, 1, Op.BUILD_INTERPOLATION, Op.CALL, Op.CALL_KW);
define(BY_OPARG, BY_OPARG, Op.COPY, Op.SWAP, Op.LIST_APPEND, Op.LIST_EXTEND, Op.SET_ADD, Op.SET_UPDATE, Op.MAP_ADD);
define(BY_OPARG, BY_OPARG, Op.DICT_MERGE, Op.DICT_UPDATE, Op.RERAISE);
define(0, BY_OPARG, Op.LOAD_GLOBAL);
define(1, BY_OPARG, Op.LOAD_ATTR, Op.UNPACK_EX, Op.UNPACK_SEQUENCE);
define(3, BY_OPARG, Op.LOAD_SUPER_ATTR);

function isBlockPush(op: Op): boolean {
  return op === Op.SETUP_FINALLY || op === Op.SETUP_WITH || op === Op.SETUP_CLEANUP;
}

/** In `fixedEffects`: ask `netEffect`. */
export const VARIABLE_EFFECT = 127;

/** Change of the stack's depth where it does not jump, by Op, for opcodes whose oparg does not matter. */
export const fixedEffects = Int8Array.from(popped, (pops, op) =>
  pops >= 0 && pushed[op]! >= 0 && !isBlockPush(op) ? pushed[op]! - pops : VARIABLE_EFFECT,
);

/** Values that an instruction of 3.11's kind takes from the stack (CPython 3.14's _PyOpcode_num_popped). */
export function numPopped(op: Op, oparg: number): number {
  const fixed = popped[op]!;
  if (fixed >= 0) return fixed;
  switch (op) {
    case Op.BUILD_LIST:
    case Op.BUILD_SET:
    case Op.BUILD_SLICE:
    case Op.BUILD_STRING:
    case Op.BUILD_TUPLE:
    case Op.COPY:
    case Op.RAISE_VARARGS:
    case Op.SWAP:
      return oparg;
    case Op.BUILD_INTERPOLATION:
      return 2 + (oparg & 1);
    case Op.BUILD_MAP:
      return oparg * 2;
    case Op.CALL:
      return 2 + oparg;
    case Op.CALL_KW:
      return 3 + oparg;
    case Op.LIST_APPEND:
    case Op.LIST_EXTEND:
    case Op.SET_ADD:
    case Op.SET_UPDATE:
    case Op.DICT_UPDATE:
    case Op.RERAISE:
      return 1 + oparg;
    case Op.MAP_ADD:
      return 2 + oparg;
    case Op.DICT_MERGE:
      return 4 + oparg;
    default:
      throw new InternalError(`no stack effect for opcode ${op}`);
  }
}

/** Values that an instruction leaves in place of those it took (CPython 3.14's _PyOpcode_num_pushed). */
export function numPushed(op: Op, oparg: number): number {
  const fixed = pushed[op]!;
  if (fixed >= 0) return fixed;
  switch (op) {
    case Op.COPY:
      return oparg + 1;
    case Op.SWAP:
    case Op.LIST_APPEND:
    case Op.LIST_EXTEND:
    case Op.SET_ADD:
    case Op.SET_UPDATE:
    case Op.DICT_UPDATE:
    case Op.MAP_ADD:
    case Op.RERAISE:
    case Op.UNPACK_SEQUENCE:
      return oparg;
    case Op.DICT_MERGE:
      return 3 + oparg;
    case Op.LOAD_ATTR:
    case Op.LOAD_GLOBAL:
    case Op.LOAD_SUPER_ATTR:
      return 1 + (oparg & 1);
    case Op.UNPACK_EX:
      return 1 + (oparg & 0xff) + (oparg >> 8);
    default:
      throw new InternalError(`no stack effect for opcode ${op}`);
  }
}

/**
 * Change of the stack's depth, on the path that does not jump or the one that does: they differ for block pushes, whose
 * exception arrives at the handler only (CPython 3.14's PyCompile_OpcodeStackEffectWithJump).
 */
export function netEffect(op: Op, oparg: number, jump: boolean): number {
  if (!jump && isBlockPush(op)) return 0;
  return numPushed(op, oparg) - numPopped(op, oparg);
}
