import { CodeFlag, LocalKind } from '../../compiler/bytecode/code-object.ts';
import { Op } from '../../compiler/bytecode/op.ts';
import type { PyCode } from '../objects/code.ts';
import { BinaryOperator } from '../operations/arithmetic.ts';
import { type Draft, Target, type Translation, untranslatable } from './decode.ts';
import { binaryOpcode } from './decode-314.ts';
import { Opcode } from './opcode.ts';

/** Instructions that have their name and meaning in the run loop. */
const sameName: ReadonlyMap<Op, Opcode> = new Map([
  [Op.POP_TOP, Opcode.POP_TOP],
  [Op.NOP, Opcode.NOP],
  [Op.UNARY_POSITIVE, Opcode.UNARY_POSITIVE],
  [Op.UNARY_NEGATIVE, Opcode.UNARY_NEGATIVE],
  [Op.UNARY_INVERT, Opcode.UNARY_INVERT],
  [Op.BINARY_SUBSCR, Opcode.BINARY_SUBSCR],
  [Op.STORE_SUBSCR, Opcode.STORE_SUBSCR],
  [Op.DELETE_SUBSCR, Opcode.DELETE_SUBSCR],
  [Op.GET_ITER, Opcode.GET_ITER],
  [Op.GET_YIELD_FROM_ITER, Opcode.GET_YIELD_FROM_ITER],
  [Op.GET_AITER, Opcode.GET_AITER],
  [Op.GET_ANEXT, Opcode.GET_ANEXT],
  [Op.LOAD_BUILD_CLASS, Opcode.LOAD_BUILD_CLASS],
  [Op.RETURN_VALUE, Opcode.RETURN_VALUE],
  [Op.SETUP_ANNOTATIONS, Opcode.SETUP_ANNOTATIONS],
  [Op.STORE_NAME, Opcode.STORE_NAME],
  [Op.DELETE_NAME, Opcode.DELETE_NAME],
  [Op.UNPACK_SEQUENCE, Opcode.UNPACK_SEQUENCE],
  [Op.UNPACK_EX, Opcode.UNPACK_EX],
  [Op.STORE_ATTR, Opcode.STORE_ATTR],
  [Op.DELETE_ATTR, Opcode.DELETE_ATTR],
  [Op.STORE_GLOBAL, Opcode.STORE_GLOBAL],
  [Op.DELETE_GLOBAL, Opcode.DELETE_GLOBAL],
  [Op.LOAD_CONST, Opcode.LOAD_CONST],
  [Op.LOAD_NAME, Opcode.LOAD_NAME],
  [Op.BUILD_TUPLE, Opcode.BUILD_TUPLE],
  [Op.BUILD_LIST, Opcode.BUILD_LIST],
  [Op.BUILD_SET, Opcode.BUILD_SET],
  [Op.BUILD_MAP, Opcode.BUILD_MAP],
  [Op.LOAD_ATTR, Opcode.LOAD_ATTR],
  [Op.IMPORT_NAME, Opcode.IMPORT_NAME],
  [Op.IMPORT_FROM, Opcode.IMPORT_FROM],
  [Op.LOAD_GLOBAL, Opcode.LOAD_GLOBAL],
  [Op.LOAD_FAST, Opcode.LOAD_FAST_CHECK],
  [Op.STORE_FAST, Opcode.STORE_FAST],
  [Op.DELETE_FAST, Opcode.DELETE_FAST],
  [Op.RAISE_VARARGS, Opcode.RAISE_VARARGS],
  [Op.BUILD_SLICE, Opcode.BUILD_SLICE],
  [Op.LIST_APPEND, Opcode.LIST_APPEND],
  [Op.SET_ADD, Opcode.SET_ADD],
  [Op.MAP_ADD, Opcode.MAP_ADD],
  [Op.BUILD_CONST_KEY_MAP, Opcode.BUILD_CONST_KEY_MAP],
  [Op.BUILD_STRING, Opcode.BUILD_STRING],
  [Op.LOAD_METHOD, Opcode.LOAD_ATTR_METHOD],
  [Op.CALL_METHOD, Opcode.CALL],
  [Op.CALL_FUNCTION, Opcode.CALL_FUNCTION_38],
  [Op.CALL_FUNCTION_KW, Opcode.CALL_FUNCTION_KW_38],
  [Op.CALL_FUNCTION_EX, Opcode.CALL_FUNCTION_EX_38],
  [Op.YIELD_VALUE, Opcode.YIELD_VALUE_38],
  [Op.BEGIN_FINALLY, Opcode.PUSH_NULL],
  [Op.POP_BLOCK, Opcode.POP_BLOCK_38],
  [Op.POP_EXCEPT, Opcode.POP_EXCEPT_38],
  [Op.END_FINALLY, Opcode.END_FINALLY_38],
  [Op.POP_FINALLY, Opcode.POP_FINALLY_38],
  [Op.BEFORE_ASYNC_WITH, Opcode.BEFORE_ASYNC_WITH_38],
  [Op.WITH_CLEANUP_START, Opcode.WITH_CLEANUP_START_38],
  [Op.WITH_CLEANUP_FINISH, Opcode.WITH_CLEANUP_FINISH_38],
  [Op.END_ASYNC_FOR, Opcode.END_ASYNC_FOR_38],
  [Op.MAKE_FUNCTION, Opcode.MAKE_FUNCTION_38],
  [Op.FORMAT_VALUE, Opcode.FORMAT_VALUE_38],
  [Op.IMPORT_STAR, Opcode.IMPORT_STAR_38],
  [Op.BUILD_LIST_UNPACK, Opcode.BUILD_LIST_UNPACK_38],
  [Op.BUILD_TUPLE_UNPACK, Opcode.BUILD_TUPLE_UNPACK_38],
  [Op.BUILD_TUPLE_UNPACK_WITH_CALL, Opcode.BUILD_TUPLE_UNPACK_WITH_CALL_38],
  [Op.BUILD_SET_UNPACK, Opcode.BUILD_SET_UNPACK_38],
  [Op.BUILD_MAP_UNPACK, Opcode.BUILD_MAP_UNPACK_38],
  [Op.BUILD_MAP_UNPACK_WITH_CALL, Opcode.BUILD_MAP_UNPACK_WITH_CALL_38],
]);

const operators: ReadonlyMap<Op, BinaryOperator> = new Map([
  [Op.BINARY_ADD, BinaryOperator.ADD],
  [Op.BINARY_AND, BinaryOperator.AND],
  [Op.BINARY_FLOOR_DIVIDE, BinaryOperator.FLOOR_DIVIDE],
  [Op.BINARY_LSHIFT, BinaryOperator.LSHIFT],
  [Op.BINARY_MATRIX_MULTIPLY, BinaryOperator.MATRIX_MULTIPLY],
  [Op.BINARY_MULTIPLY, BinaryOperator.MULTIPLY],
  [Op.BINARY_MODULO, BinaryOperator.REMAINDER],
  [Op.BINARY_OR, BinaryOperator.OR],
  [Op.BINARY_POWER, BinaryOperator.POWER],
  [Op.BINARY_RSHIFT, BinaryOperator.RSHIFT],
  [Op.BINARY_SUBTRACT, BinaryOperator.SUBTRACT],
  [Op.BINARY_TRUE_DIVIDE, BinaryOperator.TRUE_DIVIDE],
  [Op.BINARY_XOR, BinaryOperator.XOR],
  [Op.INPLACE_ADD, BinaryOperator.INPLACE_ADD],
  [Op.INPLACE_AND, BinaryOperator.INPLACE_AND],
  [Op.INPLACE_FLOOR_DIVIDE, BinaryOperator.INPLACE_FLOOR_DIVIDE],
  [Op.INPLACE_LSHIFT, BinaryOperator.INPLACE_LSHIFT],
  [Op.INPLACE_MATRIX_MULTIPLY, BinaryOperator.INPLACE_MATRIX_MULTIPLY],
  [Op.INPLACE_MULTIPLY, BinaryOperator.INPLACE_MULTIPLY],
  [Op.INPLACE_MODULO, BinaryOperator.INPLACE_REMAINDER],
  [Op.INPLACE_OR, BinaryOperator.INPLACE_OR],
  [Op.INPLACE_POWER, BinaryOperator.INPLACE_POWER],
  [Op.INPLACE_RSHIFT, BinaryOperator.INPLACE_RSHIFT],
  [Op.INPLACE_SUBTRACT, BinaryOperator.INPLACE_SUBTRACT],
  [Op.INPLACE_TRUE_DIVIDE, BinaryOperator.INPLACE_TRUE_DIVIDE],
  [Op.INPLACE_XOR, BinaryOperator.INPLACE_XOR],
]);

/** One instruction of the run loop. */
interface Part {
  readonly opcode: Opcode;
  readonly arg: number;
  readonly target: Target;
}

const part = (opcode: Opcode, arg = 0, target = Target.NONE): Part => ({ opcode, arg, target });
/** A part whose operand is the index of a code unit. */
const jump = (opcode: Opcode, unit: number): Part => part(opcode, unit, Target.UNIT);
/** A part whose operand is an index counted from the instruction's own first part. */
const local = (opcode: Opcode, offset: number): Part => part(opcode, offset, Target.OWN);

function comparison(arg: number): Part {
  if (arg < 6) return part(Opcode.COMPARE_OP, arg);
  if (arg === 10) return part(Opcode.COMPARE_EXC_MATCH_38);
  return part(arg < 8 ? Opcode.CONTAINS_OP : Opcode.IS_OP, arg & 1);
}

/**
 * From CPython 3.8's instruction set. Its jumps count bytes, its cells are numbered behind the locals, its loops and tests pop what they
 * test: most differences vanish here, by one instruction becoming several.
 */
export const translation38: Translation = {
  suspendedLasti: 0,

  /** What later targets do by instructions at a function's start: cells, free variables, and the generator. */
  preamble(draft: Draft, code: PyCode): void {
    const { co_localspluskinds: kinds, co_flags } = code.code;
    const add = (opcode: Opcode, arg: number): void => draft.add(opcode, arg, Target.NONE);
    let free = 0;
    kinds.forEach((kind, index) => {
      if (kind & LocalKind.FREE) free++;
      else if (kind & LocalKind.CELL) add(Opcode.MAKE_CELL_38, index);
    });
    if (free > 0) add(Opcode.COPY_FREE_VARS, free);
    if (co_flags & (CodeFlag.CO_GENERATOR | CodeFlag.CO_COROUTINE | CodeFlag.CO_ASYNC_GENERATOR)) {
      add(Opcode.RETURN_GENERATOR, 0);
      add(Opcode.POP_TOP, 0);
    }
  },

  translate(draft: Draft, op: Op, arg: number, unit: number, next: number, code: PyCode): void {
    for (const made of parts(op, arg, unit, next, code)) draft.add(made.opcode, made.arg, made.target);
  },

  endsPreamble: () => false,
};

function parts(op: Op, arg: number, unit: number, next: number, code: PyCode): Part[] {
  const cell = code.code.co_nlocals + arg;
  const target = arg >> 1;
  switch (op) {
    case Op.ROT_TWO:
      return [part(Opcode.SWAP, 2)];
    case Op.ROT_THREE:
      return [part(Opcode.SWAP, 3), part(Opcode.SWAP, 2)];
    case Op.ROT_FOUR:
      return [part(Opcode.SWAP, 4), part(Opcode.SWAP, 3), part(Opcode.SWAP, 2)];
    case Op.DUP_TOP:
      return [part(Opcode.COPY, 1)];
    case Op.DUP_TOP_TWO:
      return [part(Opcode.COPY, 2), part(Opcode.COPY, 2)];
    case Op.UNARY_NOT:
      return [part(Opcode.TO_BOOL), part(Opcode.UNARY_NOT)];
    case Op.COMPARE_OP:
      return [comparison(arg)];
    case Op.POP_JUMP_IF_FALSE:
      return [part(Opcode.TO_BOOL), jump(Opcode.POP_JUMP_IF_FALSE, target)];
    case Op.POP_JUMP_IF_TRUE:
      return [part(Opcode.TO_BOOL), jump(Opcode.POP_JUMP_IF_TRUE, target)];
    case Op.JUMP_IF_FALSE_OR_POP:
      return [part(Opcode.COPY, 1), part(Opcode.TO_BOOL), jump(Opcode.POP_JUMP_IF_FALSE, target), part(Opcode.POP_TOP)];
    case Op.JUMP_IF_TRUE_OR_POP:
      return [part(Opcode.COPY, 1), part(Opcode.TO_BOOL), jump(Opcode.POP_JUMP_IF_TRUE, target), part(Opcode.POP_TOP)];
    case Op.JUMP_FORWARD:
      return [jump(Opcode.JUMP_FORWARD, next + target)];
    case Op.JUMP_ABSOLUTE:
      return [jump(target <= unit ? Opcode.JUMP_BACKWARD : Opcode.JUMP_FORWARD, target)];
    case Op.FOR_ITER:
      return [
        local(Opcode.FOR_ITER, 2),
        local(Opcode.JUMP_FORWARD, 4),
        part(Opcode.POP_ITER),
        jump(Opcode.JUMP_FORWARD, next + target),
      ];
    case Op.YIELD_FROM:
      // A suspended YIELD_FROM runs again when resumed, which is why f_lasti stands before it.
      return [local(Opcode.SEND, 2), local(Opcode.YIELD_FROM_38, 0), part(Opcode.END_SEND)];
    case Op.GET_AWAITABLE:
      return [part(Opcode.GET_AWAITABLE)];
    case Op.SETUP_FINALLY:
      return [jump(Opcode.SETUP_FINALLY_38, next + target)];
    case Op.SETUP_WITH:
      return [jump(Opcode.SETUP_WITH_38, next + target)];
    case Op.SETUP_ASYNC_WITH:
      return [jump(Opcode.SETUP_ASYNC_WITH_38, next + target)];
    case Op.CALL_FINALLY:
      return [jump(Opcode.CALL_FINALLY_38, next + target)];
    case Op.LOAD_CLOSURE:
      return [part(Opcode.LOAD_CLOSURE, cell)];
    case Op.LOAD_DEREF:
      return [part(Opcode.LOAD_DEREF, cell)];
    case Op.STORE_DEREF:
      return [part(Opcode.STORE_DEREF, cell)];
    case Op.DELETE_DEREF:
      return [part(Opcode.DELETE_DEREF, cell)];
    case Op.LOAD_CLASSDEREF:
      return [part(Opcode.LOAD_LOCALS), part(Opcode.LOAD_FROM_DICT_OR_DEREF, cell)];
    case Op.PRINT_EXPR:
      return [part(Opcode.CALL_INTRINSIC_1, 1), part(Opcode.POP_TOP)];
    default: {
      const operator = operators.get(op);
      if (operator !== undefined) return [part(binaryOpcode(operator), operator)];
      return [part(sameName.get(op) ?? untranslatable(op), arg)];
    }
  }
}
