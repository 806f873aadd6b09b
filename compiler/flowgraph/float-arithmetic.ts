import { scaleDown } from './int-arithmetic.ts';

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

/** Fraction bits of the fixed-point numbers below: enough that rounding errs only at ties that need more by chance. */
const FRACTION_BITS = 320n;
const ONE = 1n << FRACTION_BITS;

/** a ** b for finite a > 0, a ≠ 1: exp(b × log a) in fixed point, rounded once. */
function nearestPower(a: number, b: number): number {
  const estimate = b * Math.log2(a);
  if (estimate > 1025) return Number.POSITIVE_INFINITY;
  if (estimate < -1080) return 0;
  const [mantissa, exponent] = binary(a);
  const [factor, factorExponent] = binary(b);
  const log = BigInt(exponent) * ln2() + naturalLog(mantissa);
  const scaled = log * factor;
  const product = factorExponent >= 0 ? scaled << BigInt(factorExponent) : scaled >> BigInt(-factorExponent);
  // exp(product) = 2^k × exp(rest)
  const k = product / ln2();
  return scaleDown(exponential(product - k * ln2()), Number(FRACTION_BITS) - Number(k));
}

/** An integer m and e with value = m × 2^e. */
function binary(value: number): [mantissa: bigint, exponent: number] {
  let exponent = 0;
  let mantissa = value;
  while (!Number.isInteger(mantissa)) {
    mantissa *= 2;
    exponent--;
  }
  return [BigInt(mantissa), exponent];
}

let cachedLn2: bigint | undefined;
function ln2(): bigint {
  cachedLn2 ??= logRatio(1n, 3n) * 2n;
  return cachedLn2;
}

/** log of a positive integer, in fixed point. */
function naturalLog(value: bigint): bigint {
  const bits = BigInt(value.toString(2).length - 1);
  const one = 1n << bits;
  // value = 2^bits × m with 1 ≤ m < 2; log m = 2 artanh((m - 1) / (m + 1))
  return bits * ln2() + 2n * logRatio(value - one, value + one);
}

/** artanh(numerator / denominator), by its series. */
function logRatio(numerator: bigint, denominator: bigint): bigint {
  const x = (numerator << FRACTION_BITS) / denominator;
  const square = (x * x) >> FRACTION_BITS;
  let power = x;
  let sum = 0n;
  for (let n = 1n; power !== 0n; n += 2n) {
    sum += power / n;
    power = (power * square) >> FRACTION_BITS;
  }
  return sum;
}

function exponential(x: bigint): bigint {
  let term = ONE;
  let sum = 0n;
  for (let n = 1n; term !== 0n; n++) {
    sum += term;
    term = (term * x) / (n << FRACTION_BITS);
  }
  return sum;
}
