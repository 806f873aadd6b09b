import {
  BytesConstant,
  ComplexConstant,
  type Constant,
  FloatConstant,
  SliceConstant,
  SurrogateString,
  TupleConstant,
} from '../bytecode/constants.ts';
import { Op } from '../bytecode/op.ts';
import { complexDivide, complexPower } from './complex-arithmetic.ts';
import { isTrue } from './constant-truth.ts';
import { floatFloorDivide, floatPower, floatRemainder } from './float-arithmetic.ts';
import {
  bitLength,
  type Int,
  intAdd,
  intAnd,
  intFloorDivide,
  intInvert,
  intLeftShift,
  intMultiply,
  intNegative,
  intOr,
  intPower,
  intRemainder,
  intRightShift,
  intSubtract,
  intToFloat,
  intTrueDivide,
  intXor,
} from './int-arithmetic.ts';

/** BINARY_OP's opargs (CPython 3.14, Include/opcode.h). */
export const enum NB {
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
  SUBSCR = 26,
}

/** Limits of what folding may make: bits of an int, items of a tuple, characters, items of nested tuples. */
const MAX_INT_SIZE = 128;
const MAX_COLLECTION_SIZE = 256;
const MAX_STR_SIZE = 4096;
const MAX_TOTAL_ITEMS = 1024;

/** A Python operation on constants; undefined where it raises, or where its result is too large to fold. */
export function unaryOperation(op: Op, operand: Constant): Constant | undefined {
  if (op === Op.UNARY_NOT) return !isTrue(operand);
  const int = asInt(operand);
  if (int !== undefined) {
    // ~True warns when it runs, so it is left to run.
    if (op === Op.UNARY_INVERT) return typeof operand === 'boolean' ? undefined : intInvert(int);
    return op === Op.UNARY_NEGATIVE ? intNegative(int) : int;
  }
  if (op === Op.UNARY_INVERT) return undefined;
  const isNegative = op === Op.UNARY_NEGATIVE;
  if (operand instanceof FloatConstant) return isNegative ? new FloatConstant(-operand.value) : operand;
  if (operand instanceof ComplexConstant) {
    return isNegative ? new ComplexConstant(-operand.real, -operand.imag) : operand;
  }
  return undefined;
}

/**
 * A Python operation on constants by BINARY_OP's oparg; undefined where it raises, or where its result is too large to
 * fold (CPython 3.14's eval_const_binop and const_folding_safe_… functions).
 */
export function binaryOperation(operation: NB, left: Constant, right: Constant): Constant | undefined {
  if (operation === NB.SUBSCR) return item(left, right);
  const leftInt = asInt(left);
  const rightInt = asInt(right);
  if (leftInt !== undefined && rightInt !== undefined) {
    if (typeof left === 'boolean' && typeof right === 'boolean') {
      if (operation === NB.AND) return left && right;
      if (operation === NB.OR) return left || right;
      if (operation === NB.XOR) return left !== right;
    }
    return intOperation(operation, leftInt, rightInt);
  }
  if (isNumber(left) && isNumber(right)) {
    if (left instanceof ComplexConstant || right instanceof ComplexConstant) {
      return complexOperation(operation, left, right);
    }
    const a = asFloat(left);
    const b = asFloat(right);
    return a === undefined || b === undefined ? undefined : floatOperation(operation, a, b);
  }
  if (operation === NB.ADD) return concatenation(left, right);
  if (operation === NB.MULTIPLY) {
    if (leftInt !== undefined) return repetition(right, leftInt);
    if (rightInt !== undefined) return repetition(left, rightInt);
  }
  return undefined;
}

/** The value of an int or a bool. */
function asInt(constant: Constant): Int | undefined {
  if (typeof constant === 'number' || typeof constant === 'bigint') return constant;
  return typeof constant === 'boolean' ? Number(constant) : undefined;
}

type NumberConstant = Int | boolean | FloatConstant | ComplexConstant;

const isNumber = (constant: Constant): constant is NumberConstant =>
  constant instanceof FloatConstant || constant instanceof ComplexConstant || asInt(constant) !== undefined;

/** float() of a real number; undefined where that overflows. */
function asFloat(constant: NumberConstant): number | undefined {
  if (constant instanceof FloatConstant) return constant.value;
  const int = asInt(constant);
  return int === undefined ? undefined : intToFloat(int);
}

function intOperation(operation: NB, a: Int, b: Int): Constant | undefined {
  switch (operation) {
    case NB.ADD:
      return intAdd(a, b);
    case NB.SUBTRACT:
      return intSubtract(a, b);
    case NB.MULTIPLY:
      return isZero(a) || isZero(b) || bitLength(a) + bitLength(b) <= MAX_INT_SIZE ? intMultiply(a, b) : undefined;
    case NB.TRUE_DIVIDE: {
      const quotient = intTrueDivide(a, b);
      return quotient === undefined ? undefined : new FloatConstant(quotient);
    }
    case NB.FLOOR_DIVIDE:
      return intFloorDivide(a, b);
    case NB.REMAINDER:
      return intRemainder(a, b);
    case NB.POWER: {
      if (b < 0) {
        const base = intToFloat(a);
        const exponent = intToFloat(b);
        return base === undefined || exponent === undefined ? undefined : floatOperation(operation, base, exponent);
      }
      if (!isZero(a) && !isZero(b) && bitLength(a) > Math.floor(MAX_INT_SIZE / Number(b))) return undefined;
      return intPower(a, b);
    }
    case NB.LSHIFT:
      if (b < 0) return undefined;
      if (!isZero(a) && !isZero(b) && (b > MAX_INT_SIZE || bitLength(a) > MAX_INT_SIZE - Number(b))) return undefined;
      return intLeftShift(a, b);
    case NB.RSHIFT:
      return b < 0 ? undefined : intRightShift(a, b);
    case NB.OR:
      return intOr(a, b);
    case NB.XOR:
      return intXor(a, b);
    case NB.AND:
      return intAnd(a, b);
    default:
      return undefined;
  }
}

const isZero = (int: Int): boolean => int === 0;

function floatOperation(operation: NB, a: number, b: number): Constant | undefined {
  switch (operation) {
    case NB.ADD:
      return new FloatConstant(a + b);
    case NB.SUBTRACT:
      return new FloatConstant(a - b);
    case NB.MULTIPLY:
      return new FloatConstant(a * b);
    case NB.TRUE_DIVIDE:
      return b === 0 ? undefined : new FloatConstant(a / b);
    case NB.FLOOR_DIVIDE:
      return b === 0 ? undefined : new FloatConstant(floatFloorDivide(a, b));
    case NB.REMAINDER:
      return b === 0 ? undefined : new FloatConstant(floatRemainder(a, b));
    case NB.POWER: {
      // A negative number to a broken power is complex (float_pow).
      if (a < 0 && Number.isFinite(a) && Number.isFinite(b) && !Number.isInteger(b)) return complexPower(a, 0, b, 0);
      const power = floatPower(a, b);
      return power === undefined ? undefined : new FloatConstant(power);
    }
    default:
      return undefined;
  }
}

/**
 * As 3.14 does it, an operand that is real stays so: it adds no zero imaginary part to a sum, and scales both parts of a
 * product.
 */
function complexOperation(operation: NB, left: NumberConstant, right: NumberConstant): Constant | undefined {
  const a = left instanceof ComplexConstant ? left.real : asFloat(left);
  const c = right instanceof ComplexConstant ? right.real : asFloat(right);
  if (a === undefined || c === undefined) return undefined;
  const b = left instanceof ComplexConstant ? left.imag : undefined;
  const d = right instanceof ComplexConstant ? right.imag : undefined;
  switch (operation) {
    case NB.ADD:
      return new ComplexConstant(a + c, b === undefined ? d! : d === undefined ? b : b + d);
    case NB.SUBTRACT:
      return new ComplexConstant(a - c, b === undefined ? -d! : d === undefined ? b : b - d);
    case NB.MULTIPLY:
      if (b === undefined) return new ComplexConstant(a * c, a * d!);
      if (d === undefined) return new ComplexConstant(a * c, b * c);
      return new ComplexConstant(a * c - b * d, a * d + b * c);
    case NB.TRUE_DIVIDE:
      return complexDivide(a, b, c, d);
    case NB.POWER:
      return complexPower(a, b ?? 0, c, d ?? 0);
    default:
      return undefined;
  }
}

function concatenation(left: Constant, right: Constant): Constant | undefined {
  if (isStr(left) && isStr(right)) {
    if (typeof left === 'string' && typeof right === 'string' && !joinsSurrogates(left, right)) return left + right;
    return strOf([...codePoints(left), ...codePoints(right)]);
  }
  if (left instanceof TupleConstant && right instanceof TupleConstant) {
    return new TupleConstant([...left.items, ...right.items]);
  }
  if (left instanceof BytesConstant && right instanceof BytesConstant) {
    const joined = new Uint8Array(left.value.length + right.value.length);
    joined.set(left.value);
    joined.set(right.value, left.value.length);
    return new BytesConstant(joined);
  }
  return undefined;
}

function repetition(sequence: Constant, times: Int): Constant | undefined {
  // What Py_ssize_t can't hold raises, also where nothing is repeated.
  if (BigInt.asIntN(64, BigInt(times)) !== BigInt(times)) return undefined;
  const count = Number(times);
  const mayRepeat = (size: number, limit: number) => size === 0 || (count >= 0 && count <= Math.floor(limit / size));
  if (sequence instanceof TupleConstant) {
    const { items } = sequence;
    if (!mayRepeat(items.length, MAX_COLLECTION_SIZE)) return undefined;
    if (items.length === 0 || count === 0) return new TupleConstant([]);
    if (itemsLeft(sequence, Math.floor(MAX_TOTAL_ITEMS / count)) < 0) return undefined;
    return new TupleConstant(Array.from({ length: count }, () => items).flat());
  }
  if (isStr(sequence)) {
    const points = codePoints(sequence);
    if (!mayRepeat(points.length, MAX_STR_SIZE)) return undefined;
    if (points.length === 0) return '';
    return strOf(Array.from({ length: count }, () => points).flat());
  }
  if (sequence instanceof BytesConstant) {
    const { value } = sequence;
    if (!mayRepeat(value.length, MAX_STR_SIZE)) return undefined;
    const result = new Uint8Array(value.length === 0 ? 0 : value.length * count);
    for (let i = 0; i < result.length; i += value.length) result.set(value, i);
    return new BytesConstant(result);
  }
  return undefined;
}

/** `limit` less the items of nested tuples; negative once it is passed (const_folding_check_complexity). */
function itemsLeft(constant: Constant, limit: number): number {
  if (!(constant instanceof TupleConstant)) return limit;
  let left = limit - constant.items.length;
  for (let i = 0; left >= 0 && i < constant.items.length; i++) left = itemsLeft(constant.items[i]!, left);
  return left;
}

function item(container: Constant, key: Constant): Constant | undefined {
  const index = asInt(key);
  if (index === undefined && !(key instanceof SliceConstant)) return undefined;
  if (isStr(container)) {
    const points = codePoints(container);
    if (index !== undefined) {
      const at = position(index, points.length);
      return at === undefined ? undefined : strOf([points[at]!]);
    }
    const chosen = sliced(key as SliceConstant, points);
    return chosen === undefined ? undefined : strOf(chosen);
  }
  if (container instanceof BytesConstant) {
    if (index !== undefined) {
      const at = position(index, container.value.length);
      return at === undefined ? undefined : container.value[at]!;
    }
    const chosen = sliced(key as SliceConstant, Array.from(container.value));
    return chosen === undefined ? undefined : new BytesConstant(Uint8Array.from(chosen));
  }
  if (container instanceof TupleConstant) {
    if (index !== undefined) {
      const at = position(index, container.items.length);
      return at === undefined ? undefined : container.items[at]!;
    }
    const chosen = sliced(key as SliceConstant, container.items);
    return chosen === undefined ? undefined : new TupleConstant(chosen);
  }
  return undefined;
}

/** Where an index points, counted from the end when negative; undefined outside. */
function position(index: Int, length: number): number | undefined {
  const at = Number(index) + (index < 0 ? length : 0);
  return at >= 0 && at < length ? at : undefined;
}

/** The items that a slice chooses (PySlice_Unpack and PySlice_AdjustIndices); undefined where its bounds are no ints. */
function sliced<T>(slice: SliceConstant, items: readonly T[]): T[] | undefined {
  const step = slice.step === null ? 1 : asInt(slice.step);
  if (step === undefined || step === 0) return undefined;
  const stride = Number(step);
  const { length } = items;
  const bound = (constant: Constant, missing: number): number | undefined => {
    if (constant === null) return missing;
    const int = asInt(constant);
    if (int === undefined) return undefined;
    const at = Number(int) + (int < 0 ? length : 0);
    return stride < 0 ? Math.max(-1, Math.min(at, length - 1)) : Math.max(0, Math.min(at, length));
  };
  const start = bound(slice.start, stride < 0 ? length - 1 : 0);
  const stop = bound(slice.stop, stride < 0 ? -1 : length);
  if (start === undefined || stop === undefined) return undefined;
  const chosen: T[] = [];
  for (let i = start; stride < 0 ? i > stop : i < stop; i += stride) chosen.push(items[i]!);
  return chosen;
}

const isStr = (constant: Constant): constant is string | SurrogateString =>
  typeof constant === 'string' || constant instanceof SurrogateString;

function codePoints(str: string | SurrogateString): readonly number[] {
  return typeof str === 'string' ? Array.from(str, (character) => character.codePointAt(0)!) : str.codePoints;
}

const isHighSurrogate = (code: number): boolean => code >= 0xd800 && code < 0xdc00;
const isLowSurrogate = (code: number): boolean => code >= 0xdc00 && code < 0xe000;

const joinsSurrogates = (left: string, right: string): boolean =>
  isHighSurrogate(left.charCodeAt(left.length - 1)) && isLowSurrogate(right.charCodeAt(0));

/** The str of these code points: a plain string where JavaScript can tell it from others. */
function strOf(points: readonly number[]): string | SurrogateString {
  for (let i = 1; i < points.length; i++) {
    if (isLowSurrogate(points[i]!) && isHighSurrogate(points[i - 1]!)) return new SurrogateString(points);
  }
  let text = '';
  for (const point of points) text += String.fromCodePoint(point);
  return text;
}
