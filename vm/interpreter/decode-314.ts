import { Op, opNames } from '../../compiler/bytecode/op.ts';
import { BinaryOperator } from '../operations/arithmetic.ts';
import { type Draft, Target, type Translation, untranslatable } from './decode.ts';
import { Opcode } from './opcode.ts';

/** CPython's instructions that the run loop has under the same name with the same meaning. */
const sameName: ReadonlyMap<Op, Opcode> = new Map([
  [Op.COPY_FREE_VARS, Opcode.COPY_FREE_VARS],
  [Op.MAKE_CELL, Opcode.MAKE_CELL],
  [Op.RETURN_GENERATOR, Opcode.RETURN_GENERATOR],
  [Op.LOAD_FAST_CHECK, Opcode.LOAD_FAST_CHECK],
  [Op.LOAD_FAST_AND_CLEAR, Opcode.LOAD_FAST_AND_CLEAR],
  [Op.LOAD_FAST_LOAD_FAST, Opcode.LOAD_FAST_LOAD_FAST],
  [Op.STORE_FAST, Opcode.STORE_FAST],
  [Op.STORE_FAST_LOAD_FAST, Opcode.STORE_FAST_LOAD_FAST],
  [Op.STORE_FAST_STORE_FAST, Opcode.STORE_FAST_STORE_FAST],
  [Op.DELETE_FAST, Opcode.DELETE_FAST],
  [Op.LOAD_CONST, Opcode.LOAD_CONST],
  [Op.LOAD_SMALL_INT, Opcode.LOAD_SMALL_INT],
  [Op.LOAD_COMMON_CONSTANT, Opcode.LOAD_COMMON_CONSTANT],
  [Op.LOAD_DEREF, Opcode.LOAD_DEREF],
  [Op.STORE_DEREF, Opcode.STORE_DEREF],
  [Op.DELETE_DEREF, Opcode.DELETE_DEREF],
  [Op.LOAD_FROM_DICT_OR_DEREF, Opcode.LOAD_FROM_DICT_OR_DEREF],
  [Op.LOAD_NAME, Opcode.LOAD_NAME],
  [Op.LOAD_LOCALS, Opcode.LOAD_LOCALS],
  [Op.LOAD_FROM_DICT_OR_GLOBALS, Opcode.LOAD_FROM_DICT_OR_GLOBALS],
  [Op.STORE_NAME, Opcode.STORE_NAME],
  [Op.DELETE_NAME, Opcode.DELETE_NAME],
  [Op.STORE_GLOBAL, Opcode.STORE_GLOBAL],
  [Op.DELETE_GLOBAL, Opcode.DELETE_GLOBAL],
  [Op.LOAD_SUPER_ATTR, Opcode.LOAD_SUPER_ATTR],
  [Op.STORE_ATTR, Opcode.STORE_ATTR],
  [Op.DELETE_ATTR, Opcode.DELETE_ATTR],
  [Op.LOAD_SPECIAL, Opcode.LOAD_SPECIAL],
  [Op.POP_TOP, Opcode.POP_TOP],
  [Op.PUSH_NULL, Opcode.PUSH_NULL],
  [Op.COPY, Opcode.COPY],
  [Op.SWAP, Opcode.SWAP],
  [Op.BINARY_SLICE, Opcode.BINARY_SLICE],
  [Op.STORE_SLICE, Opcode.STORE_SLICE],
  [Op.STORE_SUBSCR, Opcode.STORE_SUBSCR],
  [Op.DELETE_SUBSCR, Opcode.DELETE_SUBSCR],
  [Op.UNARY_NEGATIVE, Opcode.UNARY_NEGATIVE],
  [Op.UNARY_NOT, Opcode.UNARY_NOT],
  [Op.UNARY_INVERT, Opcode.UNARY_INVERT],
  [Op.TO_BOOL, Opcode.TO_BOOL],
  [Op.IS_OP, Opcode.IS_OP],
  [Op.CONTAINS_OP, Opcode.CONTAINS_OP],
  [Op.BUILD_TUPLE, Opcode.BUILD_TUPLE],
  [Op.BUILD_LIST, Opcode.BUILD_LIST],
  [Op.BUILD_SET, Opcode.BUILD_SET],
  [Op.BUILD_MAP, Opcode.BUILD_MAP],
  [Op.BUILD_SLICE, Opcode.BUILD_SLICE],
  [Op.BUILD_STRING, Opcode.BUILD_STRING],
  [Op.BUILD_TEMPLATE, Opcode.BUILD_TEMPLATE],
  [Op.BUILD_INTERPOLATION, Opcode.BUILD_INTERPOLATION],
  [Op.LIST_APPEND, Opcode.LIST_APPEND],
  [Op.LIST_EXTEND, Opcode.LIST_EXTEND],
  [Op.SET_ADD, Opcode.SET_ADD],
  [Op.SET_UPDATE, Opcode.SET_UPDATE],
  [Op.MAP_ADD, Opcode.MAP_ADD],
  [Op.DICT_UPDATE, Opcode.DICT_UPDATE],
  [Op.DICT_MERGE, Opcode.DICT_MERGE],
  [Op.FORMAT_SIMPLE, Opcode.FORMAT_SIMPLE],
  [Op.FORMAT_WITH_SPEC, Opcode.FORMAT_WITH_SPEC],
  [Op.CONVERT_VALUE, Opcode.CONVERT_VALUE],
  [Op.UNPACK_SEQUENCE, Opcode.UNPACK_SEQUENCE],
  [Op.UNPACK_EX, Opcode.UNPACK_EX],
  [Op.GET_ITER, Opcode.GET_ITER],
  [Op.GET_YIELD_FROM_ITER, Opcode.GET_YIELD_FROM_ITER],
  [Op.FOR_ITER, Opcode.FOR_ITER],
  [Op.END_FOR, Opcode.END_FOR],
  [Op.POP_ITER, Opcode.POP_ITER],
  [Op.SEND, Opcode.SEND],
  [Op.END_SEND, Opcode.END_SEND],
  [Op.GET_AWAITABLE, Opcode.GET_AWAITABLE],
  [Op.GET_AITER, Opcode.GET_AITER],
  [Op.GET_ANEXT, Opcode.GET_ANEXT],
  [Op.END_ASYNC_FOR, Opcode.END_ASYNC_FOR],
  [Op.CLEANUP_THROW, Opcode.CLEANUP_THROW],
  [Op.RETURN_VALUE, Opcode.RETURN_VALUE],
  [Op.JUMP_FORWARD, Opcode.JUMP_FORWARD],
  [Op.JUMP_BACKWARD, Opcode.JUMP_BACKWARD],
  [Op.JUMP_BACKWARD_NO_INTERRUPT, Opcode.JUMP_BACKWARD_NO_INTERRUPT],
  [Op.POP_JUMP_IF_FALSE, Opcode.POP_JUMP_IF_FALSE],
  [Op.POP_JUMP_IF_TRUE, Opcode.POP_JUMP_IF_TRUE],
  [Op.POP_JUMP_IF_NONE, Opcode.POP_JUMP_IF_NONE],
  [Op.POP_JUMP_IF_NOT_NONE, Opcode.POP_JUMP_IF_NOT_NONE],
  [Op.CALL, Opcode.CALL],
  [Op.CALL_KW, Opcode.CALL_KW],
  [Op.CALL_FUNCTION_EX, Opcode.CALL_FUNCTION_EX],
  [Op.CALL_INTRINSIC_1, Opcode.CALL_INTRINSIC_1],
  [Op.CALL_INTRINSIC_2, Opcode.CALL_INTRINSIC_2],
  [Op.MAKE_FUNCTION, Opcode.MAKE_FUNCTION],
  [Op.SET_FUNCTION_ATTRIBUTE, Opcode.SET_FUNCTION_ATTRIBUTE],
  [Op.LOAD_BUILD_CLASS, Opcode.LOAD_BUILD_CLASS],
  [Op.SETUP_ANNOTATIONS, Opcode.SETUP_ANNOTATIONS],
  [Op.IMPORT_NAME, Opcode.IMPORT_NAME],
  [Op.IMPORT_FROM, Opcode.IMPORT_FROM],
  [Op.RAISE_VARARGS, Opcode.RAISE_VARARGS],
  [Op.RERAISE, Opcode.RERAISE],
  [Op.PUSH_EXC_INFO, Opcode.PUSH_EXC_INFO],
  [Op.POP_EXCEPT, Opcode.POP_EXCEPT],
  [Op.CHECK_EXC_MATCH, Opcode.CHECK_EXC_MATCH],
  [Op.CHECK_EG_MATCH, Opcode.CHECK_EG_MATCH],
  [Op.WITH_EXCEPT_START, Opcode.WITH_EXCEPT_START],
  [Op.GET_LEN, Opcode.GET_LEN],
  [Op.MATCH_MAPPING, Opcode.MATCH_MAPPING],
  [Op.MATCH_SEQUENCE, Opcode.MATCH_SEQUENCE],
  [Op.MATCH_KEYS, Opcode.MATCH_KEYS],
  [Op.MATCH_CLASS, Opcode.MATCH_CLASS],
  [Op.NOP, Opcode.NOP],
  [Op.EXIT_INIT_CHECK, Opcode.EXIT_INIT_CHECK],
  [Op.LOAD_FAST, Opcode.LOAD_FAST],
  [Op.LOAD_FAST_BORROW, Opcode.LOAD_FAST],
  [Op.LOAD_FAST_BORROW_LOAD_FAST_BORROW, Opcode.LOAD_FAST_LOAD_FAST],
]);

/** Bit 4 of COMPARE_OP's operand asks for a bool. */
const COMPARE_TO_BOOL = 16;

/** BINARY_OP by its operand: the commonest operators have instructions of their own, which keep the operand. */
export function binaryOpcode(operator: BinaryOperator): Opcode {
  switch (operator) {
    case BinaryOperator.ADD:
    case BinaryOperator.INPLACE_ADD:
      return Opcode.BINARY_ADD;
    case BinaryOperator.SUBTRACT:
    case BinaryOperator.INPLACE_SUBTRACT:
      return Opcode.BINARY_SUBTRACT;
    case BinaryOperator.MULTIPLY:
    case BinaryOperator.INPLACE_MULTIPLY:
      return Opcode.BINARY_MULTIPLY;
    case BinaryOperator.SUBSCR:
      return Opcode.BINARY_SUBSCR;
    default:
      return Opcode.BINARY_OP;
  }
}

/** Opcode by Op of what has its name and meaning in the run loop; TRAP, which no target has, for the others. */
const plain = new Uint8Array(opNames.length);
for (const [op, opcode] of sameName) plain[op] = opcode;

/** From CPython 3.14's instruction set, which the run loop's own follows most closely. */
export const translation314: Translation = {
  preamble() {},

  translate(draft: Draft, op: Op, arg: number, _unit: number, next: number): void {
    const opcode: Opcode = plain[op];
    switch (op) {
      case Op.RESUME:
      case Op.NOT_TAKEN:
      case Op.CACHE:
        return;
      case Op.LOAD_GLOBAL:
        draft.add(arg & 1 ? Opcode.LOAD_GLOBAL_NULL : Opcode.LOAD_GLOBAL, arg >> 1, Target.NONE);
        break;
      case Op.LOAD_ATTR:
        draft.add(arg & 1 ? Opcode.LOAD_ATTR_METHOD : Opcode.LOAD_ATTR, arg >> 1, Target.NONE);
        break;
      case Op.COMPARE_OP:
        draft.add(arg & COMPARE_TO_BOOL ? Opcode.COMPARE_OP_BOOL : Opcode.COMPARE_OP, arg >> 5, Target.NONE);
        break;
      case Op.YIELD_VALUE:
        draft.add(arg === 0 ? Opcode.YIELD_VALUE : Opcode.YIELD_DELEGATED, arg, Target.NONE);
        break;
      case Op.BINARY_OP:
        draft.add(binaryOpcode(arg), arg, Target.NONE);
        break;
      case Op.FOR_ITER:
        // At its end the loop goes on behind END_FOR.
        draft.add(opcode, next + arg + 1, Target.UNIT);
        break;
      case Op.JUMP_BACKWARD:
      case Op.JUMP_BACKWARD_NO_INTERRUPT:
        draft.add(opcode, next - arg, Target.UNIT);
        break;
      case Op.SEND:
      case Op.JUMP_FORWARD:
      case Op.POP_JUMP_IF_FALSE:
      case Op.POP_JUMP_IF_TRUE:
      case Op.POP_JUMP_IF_NONE:
      case Op.POP_JUMP_IF_NOT_NONE:
        draft.add(opcode, next + arg, Target.UNIT);
        break;
      default:
        if (opcode === Opcode.TRAP) untranslatable(op);
        draft.add(opcode, arg, Target.NONE);
    }
  },

  endsPreamble: (op, arg) => op === Op.RESUME && (arg & 3) === 0,
  suspendedLasti: 2,
};
