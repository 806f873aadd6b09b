import { Problem } from '../text/problem.ts';
import { decompose, fractionDigits } from './digits.ts';
import { bitLength, fromWholeNumber, type Integer, normalize } from './integer.ts';
import { pow } from './power.ts';

/** The positive `mantissa * 2**exponent` rounded to the nearest float, half to even; Infinity when it is too large. */
export function scale(mantissa: bigint, exponent: number): number {
  const bits = bitLength(mantissa);
  if (bits + exponent > 1024) return Infinity;
  if (bits + exponent < -1075) return 0;
  // The last bit that the result can hold; a subnormal result has fewer than 53 bits.
  const last = Math.max(bits + exponent - 53, -1074);
  let kept = mantissa;
  if (last > exponent) {
    const drop = BigInt(last - exponent);
    kept = mantissa >> drop;
    const rest = mantissa - (kept << drop);
    const half = 1n << (drop - 1n);
    if (rest > half || (rest === half && (kept & 1n) === 1n)) kept += 1n;
  } else {
    kept = mantissa << BigInt(exponent - last);
  }
  return Number(kept) * 2 ** last;
}

/** `numerator / denominator` rounded to the nearest float; both positive. Infinity when it is too large. */
export function ratio(numerator: bigint, denominator: bigint): number {
  const shift = bitLength(numerator) - bitLength(denominator) - 66;
  const scaled = shift > 0 ? numerator / (denominator << BigInt(shift)) : (numerator << BigInt(-shift)) / denominator;
  const exact =
    shift > 0
      ? scaled * (denominator << BigInt(shift)) === numerator
      : scaled * denominator === numerator << BigInt(-shift);
  // A last bit that stands for all that was cut off keeps the second rounding right.
  return exact ? scale(scaled, shift) : scale((scaled << 1n) | 1n, shift - 1);
}

/** `left / right` of two ints: the nearest float to the exact quotient (longobject.c, long_true_divide, 3.14). */
export function trueDivide(left: Integer, right: Integer): number {
  if (right === 0) throw new Problem('ZeroDivisionError', 'division by zero');
  if (left === 0) return right < 0 ? -0 : 0;
  if (typeof left === 'number' && typeof right === 'number') return left / right;
  const a = BigInt(left);
  const b = BigInt(right);
  const size = ratio(a < 0n ? -a : a, b < 0n ? -b : b);
  if (size === Infinity) throw new Problem('OverflowError', 'integer division result too large for a float');
  return a < 0n === b < 0n ? size : -size;
}

/** `float(value)` of an int (longobject.c, PyLong_AsDouble). */
export function toFloat(value: Integer): number {
  if (typeof value === 'number') return value;
  const float = Number(value);
  if (float === Infinity || float === -Infinity)
    throw new Problem('OverflowError', 'int too large to convert to float');
  return float;
}

/** `int(value)` of a float: towards zero. */
export function truncate(value: number): Integer {
  if (!Number.isFinite(value)) throw notAnInteger(value);
  return fromWholeNumber(Math.trunc(value));
}

/** `math.floor(value)` and `math.ceil(value)` come through here too, as whole numbers. */
export function wholeToInteger(value: number): Integer {
  if (!Number.isFinite(value)) throw notAnInteger(value);
  return fromWholeNumber(value);
}

function notAnInteger(value: number): Problem {
  return Number.isNaN(value)
    ? new Problem('ValueError', 'cannot convert float NaN to integer')
    : new Problem('OverflowError', 'cannot convert float infinity to integer');
}

/** Below 0, 0 or above 0 as the int is less than, equal to or greater than the float, exactly; NaN for a NaN. */
export function compareToFloat(integer: Integer, float: number): number {
  if (typeof integer === 'number') {
    return integer < float ? -1 : integer > float ? 1 : integer === float ? 0 : NaN;
  }
  // JavaScript compares a bigint with a number by their exact values.
  return integer < float ? -1 : integer > float ? 1 : Number.isNaN(float) ? NaN : 0;
}

/** `value.as_integer_ratio()` of a float: in lowest terms, the denominator positive. */
export function floatRatio(value: number): [numerator: Integer, denominator: Integer] {
  if (Number.isNaN(value)) throw new Problem('ValueError', 'cannot convert NaN to integer ratio');
  if (!Number.isFinite(value)) throw new Problem('OverflowError', 'cannot convert Infinity to integer ratio');
  if (Number.isInteger(value)) return [fromWholeNumber(value), 1];
  let { mantissa, exponent } = decompose(value);
  while ((mantissa & 1n) === 0n) {
    mantissa >>= 1n;
    exponent++;
  }
  return [normalize(mantissa), normalize(1n << BigInt(-exponent))];
}

/** `round(value, ndigits)` of a float, by the exact decimal expansion (floatobject.c, double_round, 3.14). */
export function roundFloat(value: number, ndigits: Integer): number {
  if (!Number.isFinite(value) || value === 0) return value;
  // Beyond these, the result is the value itself or zero (NDIGITS_MAX, NDIGITS_MIN).
  if (ndigits > 323) return value;
  if (ndigits < -308) return 0 * value;
  const { digits, point } = fractionDigits(Math.abs(value), Number(ndigits));
  const size = Number(`0.${digits}e${point}`);
  if (size === Infinity) throw new Problem('OverflowError', 'rounded value too large to represent');
  return value < 0 ? -size : size;
}

/** `round(value)` of a float: to an int, half to even. */
export function roundToInteger(value: number): Integer {
  if (!Number.isFinite(value)) throw notAnInteger(value);
  const floor = Math.floor(value);
  const rest = value - floor;
  return fromWholeNumber(rest > 0.5 || (rest === 0.5 && floor % 2 !== 0) ? floor + 1 : floor);
}

/** `left % right` of floats: the sign of `right`, of zeros too (floatobject.c, float_rem). */
export function floatModulo(left: number, right: number): number {
  if (right === 0) throw new Problem('ZeroDivisionError', 'division by zero');
  const remainder = left % right;
  if (remainder === 0) return right < 0 ? -0 : 0;
  return right < 0 !== remainder < 0 ? remainder + right : remainder;
}

/** `divmod(left, right)` of floats (floatobject.c, _float_div_mod). */
export function floatDivmod(left: number, right: number): [quotient: number, remainder: number] {
  if (right === 0) throw new Problem('ZeroDivisionError', 'division by zero');
  let remainder = left % right;
  let quotient = (left - remainder) / right;
  if (remainder !== 0) {
    if (right < 0 !== remainder < 0) {
      remainder += right;
      quotient -= 1;
    }
  } else {
    remainder = right < 0 ? -0 : 0;
  }
  if (quotient === 0) return [left / right < 0 || Object.is(left / right, -0) ? -0 : 0, remainder];
  const floor = Math.floor(quotient);
  return [quotient - floor > 0.5 ? floor + 1 : floor, remainder];
}

/** `left // right` of floats. */
export function floatFloorDivide(left: number, right: number): number {
  return floatDivmod(left, right)[0];
}

/** The message of errno ERANGE, which CPython's OverflowError of a power carries with its number. */
export const RESULT_TOO_LARGE = "(34, 'Numerical result out of range')";

/**
 * `left ** right` of floats (floatobject.c, float_pow, 3.14); undefined where Python gives a complex: a negative base with
 * a fraction as exponent.
 */
export function floatPower(left: number, right: number): number | undefined {
  if (right === 0 || left === 1) return 1;
  if (left === -1 && !Number.isFinite(right)) return Number.isNaN(right) ? NaN : 1;
  if (left === 0 && right < 0 && Number.isFinite(right))
    throw new Problem('ZeroDivisionError', 'zero to a negative power');
  if (left < 0 && Number.isFinite(left) && Number.isFinite(right) && !Number.isInteger(right)) return undefined;
  const result = pow(left, right);
  if (!Number.isFinite(result) && Number.isFinite(left) && Number.isFinite(right)) {
    throw new Problem('OverflowError', RESULT_TOO_LARGE);
  }
  return result;
}
