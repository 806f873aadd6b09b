import { nearestPower } from './exact-functions.ts';

/** `a // b` for b ≠ 0 (CPython 3.14's _float_div_mod). */
export function floatFloorDivide(a: number, b: number): number {
  let remainder = a % b;
  let quotient = (a - remainder) / b;
  if (remainder !== 0) {
    if (b < 0 !== remainder < 0) {
      remainder += b;
      quotient -= 1;
    }
  }
  if (quotient === 0) return Math.sign(a / b) < 0 || Object.is(a / b, -0) ? -0 : 0;
  const floor = Math.floor(quotient);
  return quotient - floor > 0.5 ? floor + 1 : floor;
}

/** `a % b` for b ≠ 0, with b's sign, also of zero (CPython 3.14's float_rem). */
export function floatRemainder(a: number, b: number): number {
  const remainder = a % b;
  if (remainder === 0) return b < 0 || Object.is(b, -0) ? -0 : 0;
  return b < 0 !== remainder < 0 ? remainder + b : remainder;
}

/**
 * `a ** b` where the result is real; undefined where Python raises: zero to a negative power, or overflow
 * (CPython 3.14's float_pow). The result is the double nearest to the exact power, which is what libm's pow gives.
 */
export function floatPower(a: number, b: number): number | undefined {
  if (b === 0 || a === 1) return 1;
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.NaN;
  const isOdd = Math.abs(b % 2) === 1;
  if (!Number.isFinite(b)) {
    const magnitude = Math.abs(a);
    if (magnitude === 1) return 1;
    return b > 0 === magnitude > 1 ? Number.POSITIVE_INFINITY : 0;
  }
  if (!Number.isFinite(a)) {
    if (b > 0) return isOdd ? a : Math.abs(a);
    return isOdd && a < 0 ? -0 : 0;
  }
  if (a === 0) {
    if (b < 0) return undefined;
    return isOdd ? a : 0;
  }
  const magnitude = Math.abs(a) === 1 ? 1 : nearestPower(Math.abs(a), b);
  if (!Number.isFinite(magnitude)) return undefined;
  return a < 0 && isOdd ? -magnitude : magnitude;
}
