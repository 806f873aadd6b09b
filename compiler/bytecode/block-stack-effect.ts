import { InternalError } from '../text/internal-error.ts';
import { Op } from './op.ts';

/** What an exception pushes for its handler: type, value and traceback, twice. */
const EXCEPTION = 6;

const UNKNOWN = -128;
const BY_OPARG = 127;
const effects = new Int8Array(256).fill(UNKNOWN);

function define(effect: number, ...ops: Op[]): void {
  for (const op of ops) effects[op] = effect;
}

// CPython 3.8, Python/compile.c, stack_effect.
define(-7, Op.END_ASYNC_FOR);
define(-EXCEPTION, Op.END_FINALLY, Op.POP_FINALLY);
define(-3, Op.STORE_SUBSCR, Op.POP_EXCEPT, Op.WITH_CLEANUP_FINISH);
define(-2, Op.MAP_ADD, Op.DELETE_SUBSCR, Op.STORE_ATTR);
define(-1, Op.POP_TOP, Op.SET_ADD, Op.LIST_APPEND, Op.PRINT_EXPR, Op.RETURN_VALUE, Op.IMPORT_STAR, Op.YIELD_FROM);
define(-1, Op.STORE_NAME, Op.STORE_GLOBAL, Op.STORE_FAST, Op.STORE_DEREF, Op.DELETE_ATTR, Op.COMPARE_OP);
define(-1, Op.IMPORT_NAME, Op.POP_JUMP_IF_FALSE, Op.POP_JUMP_IF_TRUE);
define(-1, Op.BINARY_POWER, Op.BINARY_MULTIPLY, Op.BINARY_MATRIX_MULTIPLY, Op.BINARY_MODULO, Op.BINARY_ADD);
define(-1, Op.BINARY_SUBTRACT, Op.BINARY_SUBSCR, Op.BINARY_FLOOR_DIVIDE, Op.BINARY_TRUE_DIVIDE, Op.BINARY_LSHIFT);
define(-1, Op.BINARY_RSHIFT, Op.BINARY_AND, Op.BINARY_XOR, Op.BINARY_OR);
define(-1, Op.INPLACE_POWER, Op.INPLACE_MULTIPLY, Op.INPLACE_MATRIX_MULTIPLY, Op.INPLACE_MODULO, Op.INPLACE_ADD);
define(-1, Op.INPLACE_SUBTRACT, Op.INPLACE_FLOOR_DIVIDE, Op.INPLACE_TRUE_DIVIDE, Op.INPLACE_LSHIFT);
define(-1, Op.INPLACE_RSHIFT, Op.INPLACE_AND, Op.INPLACE_XOR, Op.INPLACE_OR);
define(0, Op.NOP, Op.EXTENDED_ARG, Op.ROT_TWO, Op.ROT_THREE, Op.ROT_FOUR, Op.UNARY_POSITIVE, Op.UNARY_NEGATIVE);
define(0, Op.UNARY_NOT, Op.UNARY_INVERT, Op.GET_ITER, Op.SETUP_ANNOTATIONS, Op.YIELD_VALUE, Op.POP_BLOCK);
define(0, Op.DELETE_NAME, Op.DELETE_GLOBAL, Op.DELETE_FAST, Op.DELETE_DEREF, Op.LOAD_ATTR, Op.JUMP_FORWARD);
define(0, Op.JUMP_ABSOLUTE, Op.GET_AWAITABLE, Op.GET_AITER, Op.GET_YIELD_FROM_ITER);
define(1, Op.DUP_TOP, Op.LOAD_BUILD_CLASS, Op.LOAD_CONST, Op.LOAD_NAME, Op.IMPORT_FROM, Op.LOAD_GLOBAL, Op.LOAD_FAST);
define(1, Op.LOAD_CLOSURE, Op.LOAD_DEREF, Op.LOAD_CLASSDEREF, Op.BEFORE_ASYNC_WITH, Op.GET_ANEXT, Op.LOAD_METHOD);
define(2, Op.DUP_TOP_TWO, Op.WITH_CLEANUP_START);
// It pushes one value, but counts as what END_FINALLY takes after an exception.
define(EXCEPTION, Op.BEGIN_FINALLY);
define(BY_OPARG, Op.UNPACK_SEQUENCE, Op.UNPACK_EX, Op.BUILD_TUPLE, Op.BUILD_LIST, Op.BUILD_SET, Op.BUILD_STRING);
define(BY_OPARG, Op.BUILD_LIST_UNPACK, Op.BUILD_TUPLE_UNPACK, Op.BUILD_SET_UNPACK, Op.BUILD_MAP_UNPACK);
define(BY_OPARG, Op.BUILD_TUPLE_UNPACK_WITH_CALL, Op.BUILD_MAP_UNPACK_WITH_CALL, Op.BUILD_MAP, Op.BUILD_CONST_KEY_MAP);
define(BY_OPARG, Op.BUILD_SLICE, Op.RAISE_VARARGS, Op.CALL_FUNCTION, Op.CALL_METHOD, Op.CALL_FUNCTION_KW);
define(BY_OPARG, Op.CALL_FUNCTION_EX, Op.MAKE_FUNCTION, Op.FORMAT_VALUE);
define(BY_OPARG, Op.SETUP_WITH, Op.SETUP_FINALLY, Op.SETUP_ASYNC_WITH, Op.CALL_FINALLY, Op.FOR_ITER);
define(BY_OPARG, Op.JUMP_IF_TRUE_OR_POP, Op.JUMP_IF_FALSE_OR_POP);

/**
 * Change of the stack's depth by an instruction of a target with a block stack, where it jumps or where it does not
 * (CPython 3.8's stack_effect).
 */
export function blockStackEffect(op: Op, oparg: number, jump: boolean): number {
  const effect = effects[op]!;
  if (effect !== BY_OPARG && effect !== UNKNOWN) return effect;
  switch (op) {
    case Op.UNPACK_SEQUENCE:
      return oparg - 1;
    case Op.UNPACK_EX:
      return (oparg & 0xff) + (oparg >> 8);
    case Op.BUILD_TUPLE:
    case Op.BUILD_LIST:
    case Op.BUILD_SET:
    case Op.BUILD_STRING:
    case Op.BUILD_LIST_UNPACK:
    case Op.BUILD_TUPLE_UNPACK:
    case Op.BUILD_TUPLE_UNPACK_WITH_CALL:
    case Op.BUILD_SET_UNPACK:
    case Op.BUILD_MAP_UNPACK:
    case Op.BUILD_MAP_UNPACK_WITH_CALL:
      return 1 - oparg;
    case Op.BUILD_MAP:
      return 1 - 2 * oparg;
    case Op.BUILD_CONST_KEY_MAP:
    case Op.RAISE_VARARGS:
    case Op.CALL_FUNCTION:
      return -oparg;
    case Op.BUILD_SLICE:
      return oparg === 3 ? -2 : -1;
    case Op.CALL_METHOD:
    case Op.CALL_FUNCTION_KW:
      return -oparg - 1;
    case Op.CALL_FUNCTION_EX:
      return -1 - (oparg & 1);
    case Op.MAKE_FUNCTION:
      return -1 - (oparg & 1) - ((oparg >> 1) & 1) - ((oparg >> 2) & 1) - ((oparg >> 3) & 1);
    case Op.FORMAT_VALUE:
      return (oparg & 4) !== 0 ? -1 : 0;
    // A handler's block starts at the depth of the block's start, with the exception pushed.
    case Op.SETUP_FINALLY:
      return jump ? EXCEPTION : 0;
    case Op.SETUP_WITH:
      return jump ? EXCEPTION : 1;
    case Op.SETUP_ASYNC_WITH:
      return jump ? EXCEPTION - 1 : 0;
    case Op.CALL_FINALLY:
      return jump ? 1 : 0;
    case Op.FOR_ITER:
      return jump ? -1 : 1;
    case Op.JUMP_IF_TRUE_OR_POP:
    case Op.JUMP_IF_FALSE_OR_POP:
      return jump ? 0 : -1;
    default:
      throw new InternalError(`no stack effect for opcode ${op}`);
  }
}

const pops = new Int8Array(256).fill(UNKNOWN);

function takes(count: number, ...ops: Op[]): void {
  for (const op of ops) pops[op] = count;
}

// CPython 3.8, Python/ceval.c: how many values each opcode takes where it doesn't jump, and where no exception is under way.
takes(0, Op.NOP, Op.EXTENDED_ARG, Op.SETUP_ANNOTATIONS, Op.POP_BLOCK, Op.SETUP_FINALLY, Op.SETUP_ASYNC_WITH);
takes(0, Op.DELETE_NAME, Op.DELETE_GLOBAL, Op.DELETE_FAST, Op.DELETE_DEREF, Op.JUMP_FORWARD, Op.JUMP_ABSOLUTE);
takes(0, Op.LOAD_BUILD_CLASS, Op.LOAD_CONST, Op.LOAD_NAME, Op.LOAD_GLOBAL, Op.LOAD_FAST, Op.LOAD_CLOSURE);
takes(0, Op.LOAD_DEREF, Op.LOAD_CLASSDEREF, Op.CALL_FINALLY);
takes(1, Op.POP_TOP, Op.UNARY_POSITIVE, Op.UNARY_NEGATIVE, Op.UNARY_NOT, Op.UNARY_INVERT, Op.GET_ITER, Op.GET_AITER);
takes(1, Op.GET_AWAITABLE, Op.GET_YIELD_FROM_ITER, Op.YIELD_VALUE, Op.RETURN_VALUE, Op.IMPORT_STAR, Op.PRINT_EXPR);
takes(1, Op.STORE_NAME, Op.STORE_GLOBAL, Op.STORE_FAST, Op.STORE_DEREF, Op.LOAD_ATTR, Op.DELETE_ATTR, Op.LOAD_METHOD);
takes(1, Op.POP_JUMP_IF_FALSE, Op.POP_JUMP_IF_TRUE, Op.JUMP_IF_FALSE_OR_POP, Op.JUMP_IF_TRUE_OR_POP);
takes(1, Op.UNPACK_SEQUENCE, Op.UNPACK_EX, Op.SETUP_WITH, Op.BEFORE_ASYNC_WITH);
takes(2, Op.BINARY_POWER, Op.BINARY_MULTIPLY, Op.BINARY_MATRIX_MULTIPLY, Op.BINARY_MODULO, Op.BINARY_ADD);
takes(2, Op.BINARY_SUBTRACT, Op.BINARY_SUBSCR, Op.BINARY_FLOOR_DIVIDE, Op.BINARY_TRUE_DIVIDE, Op.BINARY_LSHIFT);
takes(2, Op.BINARY_RSHIFT, Op.BINARY_AND, Op.BINARY_XOR, Op.BINARY_OR, Op.COMPARE_OP, Op.IMPORT_NAME);
takes(2, Op.INPLACE_POWER, Op.INPLACE_MULTIPLY, Op.INPLACE_MATRIX_MULTIPLY, Op.INPLACE_MODULO, Op.INPLACE_ADD);
takes(2, Op.INPLACE_SUBTRACT, Op.INPLACE_FLOOR_DIVIDE, Op.INPLACE_TRUE_DIVIDE, Op.INPLACE_LSHIFT);
takes(2, Op.INPLACE_RSHIFT, Op.INPLACE_AND, Op.INPLACE_XOR, Op.INPLACE_OR, Op.STORE_ATTR, Op.DELETE_SUBSCR);
takes(2, Op.YIELD_FROM);
takes(3, Op.STORE_SUBSCR, Op.POP_EXCEPT);
takes(7, Op.END_ASYNC_FOR);
takes(BY_OPARG, Op.BUILD_TUPLE, Op.BUILD_LIST, Op.BUILD_SET, Op.BUILD_STRING, Op.BUILD_MAP, Op.BUILD_CONST_KEY_MAP);
takes(BY_OPARG, Op.BUILD_LIST_UNPACK, Op.BUILD_TUPLE_UNPACK, Op.BUILD_SET_UNPACK, Op.BUILD_MAP_UNPACK);
takes(BY_OPARG, Op.BUILD_TUPLE_UNPACK_WITH_CALL, Op.BUILD_MAP_UNPACK_WITH_CALL, Op.BUILD_SLICE, Op.RAISE_VARARGS);
takes(BY_OPARG, Op.CALL_FUNCTION, Op.CALL_METHOD, Op.CALL_FUNCTION_KW, Op.CALL_FUNCTION_EX, Op.MAKE_FUNCTION);
takes(BY_OPARG, Op.FORMAT_VALUE);

/**
 * Values that an instruction of a target with a block stack takes; what it leaves in their place follows from its effect. Undefined
 * for those that take what lies deeper, or whose doing depends on an exception: they have no such number.
 */
export function blockStackPopped(op: Op, oparg: number): number | undefined {
  const fixed = pops[op]!;
  if (fixed === UNKNOWN) return undefined;
  if (fixed !== BY_OPARG) return fixed;
  switch (op) {
    case Op.BUILD_MAP:
      return 2 * oparg;
    case Op.BUILD_CONST_KEY_MAP:
    case Op.CALL_FUNCTION:
      return oparg + 1;
    case Op.CALL_METHOD:
    case Op.CALL_FUNCTION_KW:
      return oparg + 2;
    case Op.CALL_FUNCTION_EX:
      return 2 + (oparg & 1);
    case Op.MAKE_FUNCTION:
      return 2 + (oparg & 1) + ((oparg >> 1) & 1) + ((oparg >> 2) & 1) + ((oparg >> 3) & 1);
    case Op.FORMAT_VALUE:
      return 1 + ((oparg >> 2) & 1);
    default:
      return oparg;
  }
}
