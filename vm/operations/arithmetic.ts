import * as integer from '../numbers/integer.ts';
import { overflowError, typeError } from '../objects/exception.ts';
import { PyFloat } from '../objects/float.ts';
import { integerOf, isInt } from '../objects/int.ts';
import { type Binary, NotImplemented, type PyType, typeOf, type Value } from '../objects/object.ts';
import { subscript } from './subscript.ts';

/** BINARY_OP's operand (Include/opcode.h of 3.14). */
export const enum BinaryOperator {
  ADD = 0,
  AND = 1,
  FLOOR_DIVIDE = 2,
  LSHIFT = 3,
  MATRIX_MULTIPLY = 4,
  MULTIPLY = 5,
  REMAINDER = 6,
  OR = 7,
  POWER = 8,
  RSHIFT = 9,
  SUBTRACT = 10,
  TRUE_DIVIDE = 11,
  XOR = 12,
  INPLACE_ADD = 13,
  INPLACE_AND = 14,
  INPLACE_FLOOR_DIVIDE = 15,
  INPLACE_LSHIFT = 16,
  INPLACE_MATRIX_MULTIPLY = 17,
  INPLACE_MULTIPLY = 18,
  INPLACE_REMAINDER = 19,
  INPLACE_OR = 20,
  INPLACE_POWER = 21,
  INPLACE_RSHIFT = 22,
  INPLACE_SUBTRACT = 23,
  INPLACE_TRUE_DIVIDE = 24,
  INPLACE_XOR = 25,
  SUBSCR = 26,
}

type SlotOf = (type: PyType) => Binary | undefined;

/** Asks both operands, a subclass on the right first; NotImplemented when neither knows (binary_op1). */
function binaryOp1(left: Value, right: Value, slotOf: SlotOf): Value {
  const leftType = typeOf(left);
  const rightType = typeOf(right);
  const leftSlot = slotOf(leftType);
  let rightSlot = rightType === leftType ? undefined : slotOf(rightType);
  if (rightSlot === leftSlot) rightSlot = undefined;
  if (leftSlot !== undefined) {
    if (rightSlot !== undefined && rightType.isSubtype(leftType)) {
      const result = rightSlot(left, right);
      if (result !== NotImplemented) return result;
      rightSlot = undefined;
    }
    const result = leftSlot(left, right);
    if (result !== NotImplemented) return result;
  }
  return rightSlot === undefined ? NotImplemented : rightSlot(left, right);
}

function unsupported(symbol: string, left: Value, right: Value): never {
  throw typeError(
    `unsupported operand type(s) for ${symbol}: '${typeOf(left).tp_name}' and '${typeOf(right).tp_name}'`,
  );
}

const slotAdd: SlotOf = (type) => type.nb_add;
const slotSubtract: SlotOf = (type) => type.nb_subtract;
const slotMultiply: SlotOf = (type) => type.nb_multiply;
const slotRemainder: SlotOf = (type) => type.nb_remainder;
const slotDivmod: SlotOf = (type) => type.nb_divmod;
const slotLshift: SlotOf = (type) => type.nb_lshift;
const slotRshift: SlotOf = (type) => type.nb_rshift;
const slotAnd: SlotOf = (type) => type.nb_and;
const slotXor: SlotOf = (type) => type.nb_xor;
const slotOr: SlotOf = (type) => type.nb_or;
const slotFloorDivide: SlotOf = (type) => type.nb_floor_divide;
const slotTrueDivide: SlotOf = (type) => type.nb_true_divide;
const slotMatrixMultiply: SlotOf = (type) => type.nb_matrix_multiply;

function simple(slotOf: SlotOf, symbol: string): Binary {
  return (left, right) => {
    const result = binaryOp1(left, right, slotOf);
    return result === NotImplemented ? unsupported(symbol, left, right) : result;
  };
}

/** left + right (PyNumber_Add). */
export function add(left: Value, right: Value): Value {
  if (typeof left === 'number' && typeof right === 'number') return integer.add(left, right);
  if (typeof left === 'string' && typeof right === 'string') return left + right;
  const result = binaryOp1(left, right, slotAdd);
  if (result !== NotImplemented) return result;
  const { sq_concat } = typeOf(left);
  return sq_concat === undefined ? unsupported('+', left, right) : sq_concat(left, right);
}

export function subtract(left: Value, right: Value): Value {
  if (typeof left === 'number' && typeof right === 'number') return integer.subtract(left, right);
  const result = binaryOp1(left, right, slotSubtract);
  return result === NotImplemented ? unsupported('-', left, right) : result;
}

/** left * right (PyNumber_Multiply). */
export function multiply(left: Value, right: Value): Value {
  if (typeof left === 'number' && typeof right === 'number') return integer.multiply(left, right);
  const result = binaryOp1(left, right, slotMultiply);
  return result === NotImplemented ? multiplySequence('*', left, right) : result;
}

function multiplySequence(symbol: string, left: Value, right: Value): Value {
  const leftRepeat = typeOf(left).sq_repeat;
  if (leftRepeat !== undefined) return leftRepeat(left, repeatCount(right));
  const rightRepeat = typeOf(right).sq_repeat;
  if (rightRepeat !== undefined) return rightRepeat(right, repeatCount(left));
  return unsupported(symbol, left, right);
}

function repeatCount(value: Value): number {
  if (!isInt(value) && typeOf(value).nb_index === undefined) {
    throw typeError(`can't multiply sequence by non-int of type '${typeOf(value).tp_name}'`);
  }
  const count = index(value);
  if (typeof count === 'number') return count;
  // What a Py_ssize_t holds is a count, though there is no memory for so much.
  if (BigInt.asIntN(64, count) !== count) throw overflowError("cannot fit 'int' into an index-sized integer");
  return Number(count);
}

export const remainder = simple(slotRemainder, '%');
export const divmod = simple(slotDivmod, 'divmod()');
export const leftShift = simple(slotLshift, '<<');
export const rightShift = simple(slotRshift, '>>');
export const bitAnd = simple(slotAnd, '&');
export const bitXor = simple(slotXor, '^');
export const bitOr = simple(slotOr, '|');
export const floorDivide = simple(slotFloorDivide, '//');
export const trueDivide = simple(slotTrueDivide, '/');
export const matrixMultiply = simple(slotMatrixMultiply, '@');

/** pow(left, right, third) (ternary_op). */
export function power(left: Value, right: Value, third: Value = null): Value {
  const leftType = typeOf(left);
  const rightType = typeOf(right);
  const leftSlot = leftType.nb_power;
  let rightSlot = rightType === leftType ? undefined : rightType.nb_power;
  if (rightSlot === leftSlot) rightSlot = undefined;
  if (leftSlot !== undefined) {
    if (rightSlot !== undefined && rightType.isSubtype(leftType)) {
      const result = rightSlot(left, right, third);
      if (result !== NotImplemented) return result;
      rightSlot = undefined;
    }
    const result = leftSlot(left, right, third);
    if (result !== NotImplemented) return result;
  }
  if (rightSlot !== undefined) {
    const result = rightSlot(left, right, third);
    if (result !== NotImplemented) return result;
  }
  const thirdSlot = typeOf(third).nb_power;
  if (thirdSlot !== undefined && thirdSlot !== leftSlot && thirdSlot !== rightSlot) {
    const result = thirdSlot(left, right, third);
    if (result !== NotImplemented) return result;
  }
  if (third === null) return unsupported('** or pow()', left, right);
  throw typeError(
    `unsupported operand type(s) for ** or pow(): '${leftType.tp_name}', '${rightType.tp_name}', '${typeOf(third).tp_name}'`,
  );
}

function inplace(slotOf: SlotOf, fallback: SlotOf, symbol: string): Binary {
  return (left, right) => {
    const slot = slotOf(typeOf(left));
    if (slot !== undefined) {
      const result = slot(left, right);
      if (result !== NotImplemented) return result;
    }
    const result = binaryOp1(left, right, fallback);
    return result === NotImplemented ? unsupported(symbol, left, right) : result;
  };
}

/** left += right (PyNumber_InPlaceAdd). */
export function inplaceAdd(left: Value, right: Value): Value {
  if (typeof left === 'number' && typeof right === 'number') return integer.add(left, right);
  if (typeof left === 'string' && typeof right === 'string') return left + right;
  const type = typeOf(left);
  if (type.nb_inplace_add !== undefined) {
    const result = type.nb_inplace_add(left, right);
    if (result !== NotImplemented) return result;
  }
  const result = binaryOp1(left, right, slotAdd);
  if (result !== NotImplemented) return result;
  const concat = type.sq_inplace_concat ?? type.sq_concat;
  return concat === undefined ? unsupported('+=', left, right) : concat(left, right);
}

/** left *= right (PyNumber_InPlaceMultiply). */
export function inplaceMultiply(left: Value, right: Value): Value {
  const type = typeOf(left);
  if (type.nb_inplace_multiply !== undefined) {
    const result = type.nb_inplace_multiply(left, right);
    if (result !== NotImplemented) return result;
  }
  const result = binaryOp1(left, right, slotMultiply);
  if (result !== NotImplemented) return result;
  const repeat = type.sq_inplace_repeat ?? type.sq_repeat;
  if (repeat !== undefined) return repeat(left, repeatCount(right));
  const rightRepeat = typeOf(right).sq_repeat;
  return rightRepeat === undefined ? unsupported('*=', left, right) : rightRepeat(right, repeatCount(left));
}

/** left **= right. */
function inplacePower(left: Value, right: Value): Value {
  const slot = typeOf(left).nb_inplace_power;
  if (slot !== undefined) {
    const result = slot(left, right);
    if (result !== NotImplemented) return result;
  }
  try {
    return power(left, right);
  } catch (error) {
    throw renameOperator(error, '** or pow()', '**=');
  }
}

function renameOperator(error: unknown, from: string, to: string): unknown {
  const args = (error as { args?: { items: Value[] } }).args;
  const message = args?.items[0];
  const start = `unsupported operand type(s) for ${from}:`;
  if (typeof message === 'string' && message.startsWith(start)) {
    return typeError(`unsupported operand type(s) for ${to}:${message.slice(start.length)}`);
  }
  return error;
}

/** By BinaryOperator. */
const operations: readonly Binary[] = [
  add,
  bitAnd,
  floorDivide,
  leftShift,
  matrixMultiply,
  multiply,
  remainder,
  bitOr,
  (left, right) => power(left, right),
  rightShift,
  subtract,
  trueDivide,
  bitXor,
  inplaceAdd,
  inplace((type) => type.nb_inplace_and, slotAnd, '&='),
  inplace((type) => type.nb_inplace_floor_divide, slotFloorDivide, '//='),
  inplace((type) => type.nb_inplace_lshift, slotLshift, '<<='),
  inplace((type) => type.nb_inplace_matrix_multiply, slotMatrixMultiply, '@='),
  inplaceMultiply,
  inplace((type) => type.nb_inplace_remainder, slotRemainder, '%='),
  inplace((type) => type.nb_inplace_or, slotOr, '|='),
  inplacePower,
  inplace((type) => type.nb_inplace_rshift, slotRshift, '>>='),
  inplace((type) => type.nb_inplace_subtract, slotSubtract, '-='),
  inplace((type) => type.nb_inplace_true_divide, slotTrueDivide, '/='),
  inplace((type) => type.nb_inplace_xor, slotXor, '^='),
  subscript,
];

/** BINARY_OP: `op` is a BinaryOperator. */
export function binaryOperation(op: number, left: Value, right: Value): Value {
  if (typeof left === 'number' && typeof right === 'number') {
    switch (op) {
      case BinaryOperator.REMAINDER:
      case BinaryOperator.INPLACE_REMAINDER:
        if (right > 0 && left >= 0) return left % right;
        return integer.modulo(left, right);
      case BinaryOperator.FLOOR_DIVIDE:
      case BinaryOperator.INPLACE_FLOOR_DIVIDE:
        return integer.floorDivide(left, right);
      case BinaryOperator.ADD:
      case BinaryOperator.INPLACE_ADD:
        return integer.add(left, right);
      case BinaryOperator.SUBTRACT:
      case BinaryOperator.INPLACE_SUBTRACT:
        return integer.subtract(left, right);
      case BinaryOperator.MULTIPLY:
      case BinaryOperator.INPLACE_MULTIPLY:
        return integer.multiply(left, right);
      case BinaryOperator.AND:
      case BinaryOperator.INPLACE_AND:
        if ((left | 0) === left && (right | 0) === right) return left & right;
        break;
      case BinaryOperator.OR:
      case BinaryOperator.INPLACE_OR:
        if ((left | 0) === left && (right | 0) === right) return left | right;
        break;
      case BinaryOperator.XOR:
      case BinaryOperator.INPLACE_XOR:
        if ((left | 0) === left && (right | 0) === right) return left ^ right;
        break;
      default:
    }
  } else if (typeof left === 'string' && typeof right === 'string') {
    if (op === BinaryOperator.ADD || op === BinaryOperator.INPLACE_ADD) return left + right;
  } else if (left instanceof PyFloat && right instanceof PyFloat && !left.type.heap && !right.type.heap) {
    switch (op) {
      case BinaryOperator.ADD:
      case BinaryOperator.INPLACE_ADD:
        return new PyFloat(left.value + right.value);
      case BinaryOperator.SUBTRACT:
      case BinaryOperator.INPLACE_SUBTRACT:
        return new PyFloat(left.value - right.value);
      case BinaryOperator.MULTIPLY:
      case BinaryOperator.INPLACE_MULTIPLY:
        return new PyFloat(left.value * right.value);
      case BinaryOperator.TRUE_DIVIDE:
      case BinaryOperator.INPLACE_TRUE_DIVIDE:
        if (right.value !== 0) return new PyFloat(left.value / right.value);
        break;
      default:
    }
  }
  return operations[op](left, right);
}

export function negative(value: Value): Value {
  if (typeof value === 'number') return 0 - value;
  const { nb_negative, tp_name } = typeOf(value);
  if (nb_negative === undefined) throw typeError(`bad operand type for unary -: '${tp_name}'`);
  return nb_negative(value);
}

export function positive(value: Value): Value {
  const { nb_positive, tp_name } = typeOf(value);
  if (nb_positive === undefined) throw typeError(`bad operand type for unary +: '${tp_name}'`);
  return nb_positive(value);
}

export function invert(value: Value): Value {
  const { nb_invert, tp_name } = typeOf(value);
  if (nb_invert === undefined) throw typeError(`bad operand type for unary ~: '${tp_name}'`);
  return nb_invert(value);
}

export function absolute(value: Value): Value {
  const { nb_absolute, tp_name } = typeOf(value);
  if (nb_absolute === undefined) throw typeError(`bad operand type for abs(): '${tp_name}'`);
  return nb_absolute(value);
}

/** operator.index(value) as a plain integer (PyNumber_Index). */
export function index(value: Value): number | bigint {
  const plain = integerOf(value);
  if (plain !== undefined) return plain;
  const { nb_index, tp_name } = typeOf(value);
  if (nb_index === undefined) throw typeError(`'${tp_name}' object cannot be interpreted as an integer`);
  const result = nb_index(value);
  const integerResult = integerOf(result);
  if (integerResult === undefined) {
    throw typeError(`${tp_name}.__index__() must return an int, not ${typeOf(result).tp_name}`);
  }
  return integerResult;
}
