import { enterNative, leaveNative } from '../interpreter/depth.ts';
import { typeError } from '../objects/exception.ts';
import { PyFloat } from '../objects/float.ts';
import { Compare, NotImplemented, typeOf, type Value } from '../objects/object.ts';
import { compare as compareByCodePoint } from '../text/code-points.ts';
import { isTrue } from './truth.ts';

const symbols = ['<', '<=', '==', '!=', '>', '>='];
/** By Compare: what the right operand is asked. */
const swapped = [Compare.GT, Compare.GE, Compare.EQ, Compare.NE, Compare.LT, Compare.LE];

/** left op right, as the operator gives it (PyObject_RichCompare). */
export function richCompare(left: Value, right: Value, op: Compare): Value {
  if (typeof left === 'number' && typeof right === 'number') return compareOrdered(left, right, op);
  if (typeof left === 'string' && typeof right === 'string') return compareStrings(left, right, op);
  enterNative(' in comparison');
  try {
    return richCompareObjects(left, right, op);
  } finally {
    leaveNative();
  }
}

function richCompareObjects(left: Value, right: Value, op: Compare): Value {
  const leftType = typeOf(left);
  const rightType = typeOf(right);
  let reflectedTried = false;
  if (leftType !== rightType && rightType.tp_richcompare !== undefined && rightType.isSubtype(leftType)) {
    reflectedTried = true;
    const result = rightType.tp_richcompare(right, left, swapped[op]);
    if (result !== NotImplemented) return result;
  }
  if (leftType.tp_richcompare !== undefined) {
    const result = leftType.tp_richcompare(left, right, op);
    if (result !== NotImplemented) return result;
  }
  if (!reflectedTried && rightType.tp_richcompare !== undefined) {
    const result = rightType.tp_richcompare(right, left, swapped[op]);
    if (result !== NotImplemented) return result;
  }
  if (op === Compare.EQ) return left === right;
  if (op === Compare.NE) return left !== right;
  throw typeError(
    `'${symbols[op]}' not supported between instances of '${leftType.tp_name}' and '${rightType.tp_name}'`,
  );
}

/** Compares what JavaScript orders as Python does: numbers with numbers, bigints with either. */
export function compareOrdered(left: number | bigint, right: number | bigint, op: Compare): boolean {
  switch (op) {
    case Compare.LT:
      return left < right;
    case Compare.LE:
      return left <= right;
    case Compare.EQ:
      // biome-ignore lint/suspicious/noDoubleEquals: a bigint and a number are compared by value.
      return left == right;
    case Compare.NE:
      // biome-ignore lint/suspicious/noDoubleEquals: a bigint and a number are compared by value.
      return left != right;
    case Compare.GT:
      return left > right;
    default:
      return left >= right;
  }
}

/** The same for numbers alone, which V8 makes one instruction of as long as it never sees a bigint here. */
export function compareNumbers(left: number, right: number, op: Compare): boolean {
  switch (op) {
    case Compare.LT:
      return left < right;
    case Compare.LE:
      return left <= right;
    case Compare.EQ:
      return left === right;
    case Compare.NE:
      return left !== right;
    case Compare.GT:
      return left > right;
    default:
      return left >= right;
  }
}

/** Compares by code point: UTF-16 order differs where surrogates meet U+E000 and above. */
export function compareStrings(left: string, right: string, op: Compare): boolean {
  if (op === Compare.EQ) return left === right;
  if (op === Compare.NE) return left !== right;
  return compareOrdered(compareByCodePoint(left, right), 0, op);
}

/** left is right or left == right, as containers compare (PyObject_RichCompareBool). */
export function equals(left: Value, right: Value): boolean {
  if (left === right) return true;
  if (typeof left === 'string' && typeof right === 'string') return false;
  if (typeof left === 'number' && typeof right === 'number') return false;
  if (left instanceof PyFloat && right instanceof PyFloat && !left.type.heap && !right.type.heap) {
    return left.value === right.value;
  }
  const result = richCompare(left, right, Compare.EQ);
  return typeof result === 'boolean' ? result : isTrue(result);
}

/** left < right, as sorting compares. */
export function isLess(left: Value, right: Value): boolean {
  if (typeof left === 'number' && typeof right === 'number') return left < right;
  const result = richCompare(left, right, Compare.LT);
  return typeof result === 'boolean' ? result : isTrue(result);
}
