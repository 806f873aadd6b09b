import {
  type Arithmetic,
  adjusted,
  checkNaNs,
  type Decimal,
  digitCount,
  divide,
  finalize,
  finite,
  infinity,
  isFiniteDecimal,
  isZero,
  multiply,
  ONE,
  order,
  type Rounding,
  roundOff,
  Signal,
  signal,
  tenTo,
  ZERO,
} from './decimal.ts';

// Exponentials and logarithms are computed in fixed point with some digits more than asked for, and again with more of them
// while it isn't clear which way to round (Ziv's method).

/** By how many units of the last digit a fixed-point result may be wrong. */
const DOUBT = 1000n;
/** So many extra digits tell any result apart from a rounding border that is not on the border itself. */
const ENOUGH = 300;

interface Approximation {
  readonly coefficient: bigint;
  readonly exponent: number;
}

/** The value approximated by `compute(digits)`, rounded once. */
function rounded(
  context: Arithmetic,
  negative: boolean,
  compute: (digits: number) => Approximation,
  rounding: Rounding = 'ROUND_HALF_EVEN',
): Decimal {
  const own = { ...context, rounding };
  for (let extra = 12; ; extra *= 2) {
    const { coefficient, exponent } = compute(context.prec + extra);
    const drop = digitCount(coefficient) - context.prec;
    const low = drop <= 4 ? 0n : roundOff(coefficient - DOUBT, drop, negative, rounding).rounded;
    const high = drop <= 4 ? 1n : roundOff(coefficient + DOUBT, drop, negative, rounding).rounded;
    if (low !== high && (drop <= 4 || extra < ENOUGH)) continue;
    // What follows the digits is known not to be nothing.
    const sticky = low === high ? coefficient * 10n + 1n : nearest(coefficient, drop) * tenTo(drop + 1);
    const result = finalize(finite(negative, sticky, exponent - 1), own);
    context.status |= own.status | Signal.INEXACT | Signal.ROUNDED;
    return result;
  }
}

/** A result that stays on a border is one that is exact. */
const nearest = (coefficient: bigint, drop: number): bigint =>
  roundOff(coefficient, drop, false, 'ROUND_HALF_EVEN').rounded;

/** x * 10**digits as an integer, cut off. */
function fixed(x: Decimal, digits: number): bigint {
  const shift = x.exponent + digits;
  const size = shift >= 0 ? x.coefficient * tenTo(shift) : x.coefficient / tenTo(-shift);
  return x.negative ? -size : size;
}

/** e**x in fixed point, for x between 0 and 3. */
function fixedExp(x: bigint, unit: bigint): bigint {
  const halvings = 16n;
  const guard = 1n << 24n;
  const one = unit * guard;
  const small = (x * guard) >> halvings;
  let sum = one;
  let term = one;
  for (let n = 1n; term !== 0n; n++) {
    term = (term * small) / (one * n);
    sum += term;
  }
  for (let i = 0n; i < halvings; i++) sum = (sum * sum) / one;
  return sum / guard;
}

/** ln(x) in fixed point, for x between 1 and 10: Halley's iteration from the float's logarithm. */
function fixedLn(x: bigint, digits: number): bigint {
  const unit = tenTo(digits);
  const start = Math.log(Number((x * 1000000000000000n) / unit) / 1e15);
  let y = (BigInt(Math.round(start * 1e15)) * unit) / 1000000000000000n;
  if (y < 0n) y = 0n;
  for (let right = 14; right < digits + 5; right *= 3) {
    const power = fixedExp(y, unit);
    y += (2n * unit * (x - power)) / (x + power);
  }
  return y;
}

const tens = new Map<number, bigint>();

function lnOfTen(digits: number): bigint {
  let value = tens.get(digits);
  if (value === undefined) {
    value = fixedLn(tenTo(digits + 1), digits);
    tens.set(digits, value);
  }
  return value;
}

/** ln of a positive number in fixed point. */
function lnTo(x: Decimal, digits: number): bigint {
  const work = digits + 10;
  const power = adjusted(x);
  const mantissa = fixed(finite(false, x.coefficient, x.exponent - power), work);
  return (fixedLn(mantissa, work) + BigInt(power) * lnOfTen(work)) / tenTo(10);
}

const absolute = (x: bigint): bigint => (x < 0n ? -x : x);

/** e**x for x in fixed point, with as many digits. */
function expOf(x: bigint, digits: number): Approximation {
  const unit = tenTo(digits);
  const ln10 = lnOfTen(digits);
  let power = x / ln10;
  if (x < 0n && power * ln10 !== x) power--;
  return { coefficient: fixedExp(x - power * ln10, unit), exponent: Number(power) - digits };
}

/** Far beyond every context: overflow, or with `down` underflow to zero. */
function beyond(context: Arithmetic, negative: boolean, down: boolean): Decimal {
  return finalize(finite(negative, 1n, down ? 2 * context.Emin - 2 * context.prec : 2 * context.Emax + 10), context);
}

export function exp(x: Decimal, context: Arithmetic): Decimal {
  const nan = checkNaNs(context, x);
  if (nan !== undefined) return nan;
  if (!isFiniteDecimal(x)) return x.negative ? ZERO : x;
  if (isZero(x)) return ONE;
  const place = adjusted(x);
  if (place > 19 || place > Math.log10(context.Emax - context.Emin + context.prec) + 2) {
    const own: Arithmetic = { ...context, rounding: 'ROUND_HALF_EVEN', status: 0 };
    const result = beyond(own, false, x.negative);
    context.status |= own.status;
    return result;
  }
  if (place < -context.prec - 2) {
    const digits = context.prec + 3;
    const coefficient = tenTo(digits) + (x.negative ? -1n : 1n);
    return finalize(finite(false, coefficient, -digits), context);
  }
  return rounded(context, false, (digits) => {
    const work = digits + Math.max(place, 0) + 4;
    return expOf(fixed(x, work), work);
  });
}

export function ln(x: Decimal, context: Arithmetic): Decimal {
  const special = logarithmOfSpecial(x, context);
  if (special !== undefined) return special;
  if (order(x, ONE) === 0) return ZERO;
  return rounded(context, order(x, ONE) < 0, (digits) => ({
    coefficient: absolute(lnTo(x, digits)),
    exponent: -digits,
  }));
}

export function log10(x: Decimal, context: Arithmetic): Decimal {
  const special = logarithmOfSpecial(x, context);
  if (special !== undefined) return special;
  const power = adjusted(x);
  if (x.coefficient === tenTo(power - x.exponent)) {
    return finalize(finite(power < 0, BigInt(Math.abs(power)), 0), context);
  }
  return rounded(context, order(x, ONE) < 0, (digits) => ({
    coefficient: absolute((lnTo(x, digits) * tenTo(digits)) / lnOfTen(digits)),
    exponent: -digits,
  }));
}

function logarithmOfSpecial(x: Decimal, context: Arithmetic): Decimal | undefined {
  const nan = checkNaNs(context, x);
  if (nan !== undefined) return nan;
  if (isZero(x)) return infinity(true);
  if (x.negative) return signal(context, Signal.INVALID_OPERATION);
  return isFiniteDecimal(x) ? undefined : x;
}

export function isInteger(x: Decimal): boolean {
  if (!isFiniteDecimal(x)) return false;
  if (x.exponent >= 0 || x.coefficient === 0n) return true;
  return -x.exponent < digitCount(x.coefficient) + 1 && x.coefficient % tenTo(-x.exponent) === 0n;
}

export function isOdd(x: Decimal): boolean {
  return isInteger(x) && x.exponent <= 0 && ((x.coefficient / tenTo(-x.exponent)) & 1n) === 1n;
}

export function power(base: Decimal, exponent: Decimal, context: Arithmetic): Decimal {
  const nan = checkNaNs(context, base, exponent);
  if (nan !== undefined) return nan;
  const negative = base.negative && isOdd(exponent);
  if (isZero(exponent)) return isZero(base) ? signal(context, Signal.INVALID_OPERATION) : ONE;
  if (isZero(base)) return exponent.negative ? infinity(negative) : finite(negative, 0n, 0);
  if (base.negative && !isInteger(exponent)) return signal(context, Signal.INVALID_OPERATION);
  const size = { ...base, negative: false };
  const toOne = order(size, ONE);
  if (!isFiniteDecimal(exponent)) {
    if (toOne === 0) return paddedOne(negative, context);
    return toOne > 0 === !exponent.negative ? infinity(negative) : finite(negative, 0n, 0);
  }
  if (!isFiniteDecimal(base)) return exponent.negative ? finite(negative, 0n, 0) : infinity(negative);
  if (toOne === 0) {
    if (!isInteger(exponent)) return paddedOne(negative, context);
    const wanted = exponent.negative ? 0 : size.exponent * Math.min(Number(fixed(exponent, 0)), context.prec);
    const place = Math.max(wanted, 1 - context.prec);
    if (place !== wanted) context.status |= Signal.ROUNDED;
    return finite(negative, tenTo(-Math.min(place, 0)), Math.min(place, 0));
  }
  const estimate =
    Math.abs(
      Math.log10(Number(`${size.coefficient.toString().slice(0, 17)}e0`)) +
        size.exponent +
        Math.max(0, digitCount(size.coefficient) - 17),
    ) * Number(`1e${adjusted(exponent)}`);
  if (estimate > 1e19) return beyond(context, negative, toOne > 0 === exponent.negative);
  // |ln(size)| is less than 2.4 times the count of places of size.
  const largest = adjusted(exponent) + 1 + Math.log10(2.4 * (Math.abs(adjusted(size)) + 1));
  if (largest < -(context.prec + 2)) return nearlyOne(negative, toOne > 0 !== exponent.negative, context);
  if (isInteger(exponent) && adjusted(exponent) < 9) return wholePower(size, exponent, negative, context);
  return rounded(
    context,
    negative,
    (digits) => {
      const work = digits + Math.max(0, adjusted(exponent)) + 24;
      const logarithm = lnTo(size, work) * exponent.coefficient;
      const product =
        exponent.exponent >= 0 ? logarithm * tenTo(exponent.exponent) : logarithm / tenTo(-exponent.exponent);
      return expOf(exponent.negative ? -product : product, work);
    },
    context.rounding,
  );
}

/** The power of a number by one so small that the result differs from 1 only beyond the context's precision. */
function nearlyOne(negative: boolean, isAbove: boolean, context: Arithmetic): Decimal {
  const places = context.prec + 3;
  return finalize(finite(negative, tenTo(places) + (isAbove ? 1n : -1n), -places), context);
}

function paddedOne(negative: boolean, context: Arithmetic): Decimal {
  context.status |= Signal.INEXACT | Signal.ROUNDED;
  return finite(negative, tenTo(context.prec - 1), 1 - context.prec);
}

/** Repeated squaring with a few digits more (_mpd_qpow_int). */
function wholePower(size: Decimal, exponent: Decimal, negative: boolean, context: Arithmetic): Decimal {
  const work: Arithmetic = {
    ...context,
    prec: context.prec + digitCount(exponent.coefficient) + exponent.exponent + 2 + (exponent.negative ? 1 : 0),
    rounding: 'ROUND_HALF_EVEN',
    clamp: 0,
    status: 0,
  };
  const base = exponent.negative ? divide(ONE, size, work) : size;
  const bits = fixed({ ...exponent, negative: false }, 0).toString(2);
  let result = base;
  for (let i = 1; i < bits.length && isFiniteDecimal(result) && !isZero(result); i++) {
    result = multiply(result, result, work);
    if (bits[i] === '1') result = multiply(result, base, work);
  }
  context.status |= work.status & ~(Signal.ROUNDED | Signal.CLAMPED);
  if (work.status & Signal.ROUNDED && work.status & Signal.INEXACT) context.status |= Signal.ROUNDED;
  // Rounding may want the largest number in place of an infinity.
  if (!isFiniteDecimal(result)) return beyond(context, negative, false);
  return finalize({ ...result, negative }, context);
}
