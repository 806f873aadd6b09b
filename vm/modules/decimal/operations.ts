import * as arithmetic from '../../numbers/decimal.ts';
import { type Arithmetic, type Decimal, Kind, Signal } from '../../numbers/decimal.ts';
import * as functions from '../../numbers/decimal-functions.ts';
import { logicalAnd, logicalInvert, logicalOr, logicalXor, rotate, shift } from '../../numbers/decimal-logical.ts';
import { truncated } from '../../numbers/decimal-text.ts';
import { powerModulo } from '../../numbers/integer.ts';
import { NotImplemented, type Value } from '../../objects/object.ts';
import type { PyContext } from './context.ts';
import { integerValue, made, operand } from './convert.ts';

export type Unary = (x: Decimal, context: Arithmetic) => Decimal;
export type Binary = (x: Decimal, y: Decimal, context: Arithmetic) => Decimal;

export const plus: Unary = (x, context) =>
  arithmetic.checkNaNs(context, x) ?? arithmetic.finalize(positiveZero(x, context), context);
const positiveZero = (x: Decimal, context: Arithmetic): Decimal =>
  arithmetic.isZero(x) ? arithmetic.withSign(x, context.rounding === 'ROUND_FLOOR' && x.negative) : x;
export const minus: Unary = (x, context) =>
  arithmetic.checkNaNs(context, x) ?? plus(arithmetic.withSign(x, !x.negative), context);
export const absolute: Unary = (x, context) =>
  arithmetic.checkNaNs(context, x) ?? arithmetic.finalize(arithmetic.withSign(x, false), context);

function compareValues(x: Decimal, y: Decimal, context: Arithmetic): Decimal {
  return arithmetic.checkNaNs(context, x, y) ?? integerValue(arithmetic.order(x, y));
}

function compareSignal(x: Decimal, y: Decimal, context: Arithmetic): Decimal {
  if (arithmetic.isNaNDecimal(x) || arithmetic.isNaNDecimal(y)) context.status |= Signal.INVALID_OPERATION;
  return compareValues(x, y, context);
}

/** The total order of all representations. */
function totalOrder(x: Decimal, y: Decimal): number {
  if (x.negative !== y.negative) return x.negative ? -1 : 1;
  const sign = x.negative ? -1 : 1;
  const rank = (value: Decimal): number =>
    value.kind === Kind.SIGNALING_NAN ? 1 : value.kind === Kind.QUIET_NAN ? 2 : 0;
  if (rank(x) !== rank(y)) return sign * (rank(x) < rank(y) ? -1 : 1);
  if (rank(x) !== 0) return sign * (x.coefficient === y.coefficient ? 0 : x.coefficient < y.coefficient ? -1 : 1);
  const order = arithmetic.order(x, y);
  return order !== 0 ? order : sign * Math.sign(x.exponent - y.exponent);
}

/** max and min: a number wins over a quiet NaN. */
function extreme(greatest: boolean, bySize: boolean): Binary {
  return (x, y, context) => {
    if (x.kind === Kind.QUIET_NAN && !arithmetic.isNaNDecimal(y)) return arithmetic.finalize(y, context);
    if (y.kind === Kind.QUIET_NAN && !arithmetic.isNaNDecimal(x)) return arithmetic.finalize(x, context);
    const nan = arithmetic.checkNaNs(context, x, y);
    if (nan !== undefined) return nan;
    const size = (value: Decimal): Decimal => arithmetic.withSign(value, false);
    let order = bySize ? arithmetic.order(size(x), size(y)) : arithmetic.order(x, y);
    if (order === 0) order = totalOrder(x, y);
    return arithmetic.finalize(order > 0 === greatest ? x : y, context);
  };
}

function adjacent(x: Decimal, up: boolean, context: Arithmetic): Decimal {
  const nan = arithmetic.checkNaNs(context, x);
  if (nan !== undefined) return nan;
  const { prec, Emax, Emin } = context;
  if (!arithmetic.isFiniteDecimal(x)) {
    return x.negative === up ? arithmetic.finite(x.negative, arithmetic.tenTo(prec) - 1n, Emax - prec + 1) : x;
  }
  const work: Arithmetic = { ...context, rounding: up ? 'ROUND_CEILING' : 'ROUND_FLOOR', status: 0 };
  const rounded = arithmetic.finalize(x, work);
  if (arithmetic.order(rounded, x) !== 0) return rounded;
  return arithmetic.add(x, arithmetic.finite(!up, 1n, Emin - prec), work);
}

function nextToward(x: Decimal, y: Decimal, context: Arithmetic): Decimal {
  const nan = arithmetic.checkNaNs(context, x, y);
  if (nan !== undefined) return nan;
  const order = arithmetic.order(x, y);
  if (order === 0) return arithmetic.withSign(x, y.negative);
  const result = adjacent(x, order < 0, context);
  if (!arithmetic.isFiniteDecimal(result)) context.status |= Signal.OVERFLOW | Signal.INEXACT | Signal.ROUNDED;
  else if (arithmetic.isZero(result) || arithmetic.adjusted(result) < context.Emin) {
    context.status |= Signal.UNDERFLOW | Signal.SUBNORMAL | Signal.INEXACT | Signal.ROUNDED;
    if (arithmetic.isZero(result)) context.status |= Signal.CLAMPED;
  }
  return result;
}

const logb: Unary = (x, context) => {
  const nan = arithmetic.checkNaNs(context, x);
  if (nan !== undefined) return nan;
  if (!arithmetic.isFiniteDecimal(x)) return arithmetic.infinity(false);
  if (arithmetic.isZero(x)) {
    context.status |= Signal.DIVISION_BY_ZERO;
    return arithmetic.infinity(true);
  }
  return arithmetic.finalize(integerValue(arithmetic.adjusted(x)), context);
};

const scaleb: Binary = (x, y, context) => {
  const nan = arithmetic.checkNaNs(context, x, y);
  if (nan !== undefined) return nan;
  const limit = BigInt(2 * (context.Emax + context.prec));
  if (!arithmetic.isFiniteDecimal(y) || y.exponent !== 0 || y.coefficient > limit) {
    return arithmetic.signal(context, Signal.INVALID_OPERATION);
  }
  if (!arithmetic.isFiniteDecimal(x)) return x;
  const shift = Number(y.coefficient) * (y.negative ? -1 : 1);
  return arithmetic.finalize(arithmetic.finite(x.negative, x.coefficient, x.exponent + shift), context);
};

export const unaryOperations: Readonly<Record<string, Unary>> = {
  exp: functions.exp,
  ln: functions.ln,
  log10: functions.log10,
  sqrt: arithmetic.squareRoot,
  normalize: arithmetic.normalize,
  logb,
  logical_invert: logicalInvert,
  next_minus: (x, context) => adjacent(x, false, context),
  next_plus: (x, context) => adjacent(x, true, context),
};

export const binaryOperations: Readonly<Record<string, Binary>> = {
  compare: compareValues,
  compare_signal: compareSignal,
  compare_total: (x, y) => integerValue(totalOrder(x, y)),
  compare_total_mag: (x, y) => integerValue(totalOrder(arithmetic.withSign(x, false), arithmetic.withSign(y, false))),
  logical_and: logicalAnd,
  logical_or: logicalOr,
  logical_xor: logicalXor,
  max: extreme(true, false),
  max_mag: extreme(true, true),
  min: extreme(false, false),
  min_mag: extreme(false, true),
  next_toward: nextToward,
  remainder_near: (x, y, context) => arithmetic.remainder(x, y, context, true),
  copy_sign: (x, y) => arithmetic.withSign(x, y.negative),
  rotate,
  scaleb,
  shift,
};

export const tests: Readonly<Record<string, (x: Decimal, context: PyContext) => boolean>> = {
  is_canonical: () => true,
  is_finite: arithmetic.isFiniteDecimal,
  is_infinite: (x) => x.kind === Kind.INFINITE,
  is_nan: arithmetic.isNaNDecimal,
  is_qnan: (x) => x.kind === Kind.QUIET_NAN,
  is_snan: (x) => x.kind === Kind.SIGNALING_NAN,
  is_signed: (x) => x.negative,
  is_zero: arithmetic.isZero,
  is_normal: (x, context) =>
    arithmetic.isFiniteDecimal(x) && !arithmetic.isZero(x) && arithmetic.adjusted(x) >= context.Emin,
  is_subnormal: (x, context) =>
    arithmetic.isFiniteDecimal(x) && !arithmetic.isZero(x) && arithmetic.adjusted(x) < context.Emin,
};

export function numberClass(x: Decimal, context: PyContext): string {
  if (arithmetic.isNaNDecimal(x)) return x.kind === Kind.SIGNALING_NAN ? 'sNaN' : 'NaN';
  const sign = x.negative ? '-' : '+';
  if (!arithmetic.isFiniteDecimal(x)) return `${sign}Infinity`;
  if (arithmetic.isZero(x)) return `${sign}Zero`;
  return `${sign}${arithmetic.adjusted(x) < context.Emin ? 'Subnormal' : 'Normal'}`;
}

export const sameQuantum = (x: Decimal, y: Decimal): boolean =>
  arithmetic.isFiniteDecimal(x) && arithmetic.isFiniteDecimal(y)
    ? x.exponent === y.exponent
    : arithmetic.isNaNDecimal(x) === arithmetic.isNaNDecimal(y) &&
      arithmetic.isFiniteDecimal(x) === arithmetic.isFiniteDecimal(y);

export function powerOf(left: Value, right: Value, modulus: Value, context: PyContext): Value {
  const [x, y] = [operand(left), operand(right)];
  if (x === undefined || y === undefined) return NotImplemented;
  if (modulus === null) return made(context.run((own) => functions.power(x, y, own)));
  const z = operand(modulus);
  if (z === undefined) return NotImplemented;
  return made(context.run((own) => powerModuloOf(x, y, z, own)));
}

function powerModuloOf(x: Decimal, y: Decimal, z: Decimal, context: Arithmetic): Decimal {
  const nan = arithmetic.checkNaNs(context, x, y, z);
  if (nan !== undefined) return nan;
  const whole = [x, y, z].every(functions.isInteger);
  if (
    !whole ||
    (y.negative && !arithmetic.isZero(y)) ||
    arithmetic.isZero(z) ||
    (arithmetic.isZero(x) && arithmetic.isZero(y))
  ) {
    return arithmetic.signal(context, Signal.INVALID_OPERATION);
  }
  const modulus = truncated(arithmetic.withSign(z, false));
  if (arithmetic.digitCount(modulus) > context.prec) return arithmetic.signal(context, Signal.INVALID_OPERATION);
  const size = BigInt(powerModulo(truncated(arithmetic.withSign(x, false)), truncated(y), modulus));
  return arithmetic.finite(x.negative && functions.isOdd(y), size, 0);
}
