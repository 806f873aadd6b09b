import { divideBig, scaleDown } from './int-arithmetic.ts';

// The doubles nearest to the exact values of elementary functions, computed in fixed point and rounded once. A good libm
// gives the same but for a few of the closest ties; JavaScript's Math promises nothing.

/** Fraction bits of the fixed-point numbers below: enough that rounding errs only at ties that need more by chance. */
const FRACTION_BITS = 320n;
const ONE = 1n << FRACTION_BITS;

/** a ** b for finite a > 0, a ≠ 1. */
export function nearestPower(a: number, b: number): number {
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

/** e ** x. */
export function nearestExp(x: number): number {
  if (!Number.isFinite(x)) return Math.exp(x);
  if (x > 710) return Number.POSITIVE_INFINITY;
  if (x < -746) return 0;
  const value = fixed(x);
  const k = value / ln2();
  return scaleDown(exponential(value - k * ln2()), Number(FRACTION_BITS) - Number(k));
}

/** log(x) for x > 0. */
export function nearestLog(x: number): number {
  if (!Number.isFinite(x) || x <= 0) return Math.log(x);
  const [mantissa, exponent] = binary(x);
  return toDouble(BigInt(exponent) * ln2() + naturalLog(mantissa));
}

export function nearestSin(x: number): number {
  if (Math.abs(x) < TINY) return x;
  return Number.isFinite(x) && x !== 0 ? toDouble(sine(reduced(x))) : Math.sin(x);
}

/** Below this, sin(x) rounds to x. */
const TINY = 2 ** -27;

export function nearestCos(x: number): number {
  return Number.isFinite(x) && x !== 0 ? toDouble(sine(reduced(x) + pi() / 2n)) : Math.cos(x);
}

/** The angle of the point (x, y). */
export function nearestAtan2(y: number, x: number): number {
  if (!Number.isFinite(y) || !Number.isFinite(x) || y === 0 || x === 0) return Math.atan2(y, x);
  const [a, ea] = binary(Math.abs(y));
  const [b, eb] = binary(Math.abs(x));
  const low = Math.min(ea, eb);
  const acute = arctangent(a << BigInt(ea - low), b << BigInt(eb - low));
  const angle = x > 0 ? acute : pi() - acute;
  return y > 0 ? toDouble(angle) : -toDouble(angle);
}

const toDouble = (value: bigint): number => divideBig(value, ONE);

/** A double in fixed point, exactly unless it is tiny. */
function fixed(x: number): bigint {
  const [mantissa, exponent] = binary(x);
  const shift = FRACTION_BITS + BigInt(exponent);
  return shift >= 0n ? mantissa << shift : mantissa >> -shift;
}

let cachedPi: bigint | undefined;
/** Machin: π/4 = 4 arctan(1/5) - arctan(1/239). */
function pi(): bigint {
  cachedPi ??= 4n * (4n * arctangentSeries(ONE / 5n) - arctangentSeries(ONE / 239n));
  return cachedPi;
}

/** Modulo 2π, between -π and π; good to FRACTION_BITS less the bits of x's integer part. */
function reduced(x: number): bigint {
  const turn = 2n * pi();
  const rest = fixed(x) % turn;
  return rest > pi() ? rest - turn : rest < -pi() ? rest + turn : rest;
}

function sine(x: bigint): bigint {
  const square = (x * x) >> FRACTION_BITS;
  let term = x;
  let sum = 0n;
  for (let n = 1n; term !== 0n && term !== -1n; n += 2n) {
    sum += term;
    term = -((term * square) >> FRACTION_BITS) / ((n + 1n) * (n + 2n));
  }
  return sum;
}

/** arctan(a / b) for positive a and b, halved twice before the series so that it is short. */
function arctangent(a: bigint, b: bigint): bigint {
  if (a > b) return pi() / 2n - arctangent(b, a);
  let x = (a << FRACTION_BITS) / b;
  for (let halving = 0; halving < 2; halving++) {
    const root = squareRoot((ONE + ((x * x) >> FRACTION_BITS)) << FRACTION_BITS);
    x = (x << FRACTION_BITS) / (ONE + root);
  }
  return 4n * arctangentSeries(x);
}

function arctangentSeries(x: bigint): bigint {
  const square = (x * x) >> FRACTION_BITS;
  let power = x;
  let sum = 0n;
  for (let n = 1n; power !== 0n; n += 2n) {
    sum += n % 4n === 1n ? power / n : -power / n;
    power = (power * square) >> FRACTION_BITS;
  }
  return sum;
}

/** The integer part of a square root, by Newton. */
function squareRoot(value: bigint): bigint {
  let root = 1n << BigInt(Math.ceil(value.toString(2).length / 2));
  for (;;) {
    const next = (root + value / root) / 2n;
    if (next >= root) return root;
    root = next;
  }
}
