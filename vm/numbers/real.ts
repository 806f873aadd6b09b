import { Problem } from '../text/problem.ts';
import { isNegative } from './complex.ts';
import { scale } from './conversion.ts';
import { decompose } from './digits.ts';
import { bitLength, isqrt } from './integer.ts';
import { exp, log, pow } from './power.ts';

// Functions of floats that JavaScript's Math lacks (mathmodule.c, 3.14).

const rangeError = (): Problem => new Problem('OverflowError', 'math range error');

/** The float nearest to mantissa * 2**exponent, either sign. */
function scaled(mantissa: bigint, exponent: number): number {
  if (mantissa === 0n) return 0;
  return mantissa < 0n ? -scale(-mantissa, exponent) : scale(mantissa, exponent);
}

/** C's frexp: value = fraction * 2**exponent with 0.5 <= |fraction| < 1. */
export function frexp(value: number): [fraction: number, exponent: number] {
  if (value === 0 || !Number.isFinite(value)) return [value, 0];
  const { mantissa, exponent } = decompose(value);
  const bits = bitLength(mantissa);
  return [Number(mantissa) / 2 ** bits, exponent + bits];
}

/** `math.ldexp`; the exponent may be any int. */
export function ldexp(value: number, exponent: number | bigint): number {
  if (value === 0 || !Number.isFinite(value)) return value;
  if (exponent > 5000) throw rangeError();
  if (exponent < -5000) return isNegative(value) ? -0 : 0;
  const parts = decompose(value);
  const result = scaled(parts.mantissa, parts.exponent + Number(exponent));
  if (!Number.isFinite(result)) throw rangeError();
  return result === 0 && value < 0 ? -0 : result;
}

/** `math.fma`: one rounding for x * y + z. */
export function fma(x: number, y: number, z: number): number {
  if (!Number.isFinite(x) || !Number.isFinite(y) || !Number.isFinite(z)) {
    // A product of finite numbers is finite before it is rounded.
    const result = Number.isFinite(x) && Number.isFinite(y) ? z : x * y + z;
    if (!Number.isNaN(result) || Number.isNaN(x) || Number.isNaN(y) || Number.isNaN(z)) return result;
    throw new Problem('ValueError', 'invalid operation in fma');
  }
  if (x === 0 || y === 0) return x * y + z;
  const a = decompose(x);
  const b = decompose(y);
  const c = decompose(z);
  const exponent = Math.min(a.exponent + b.exponent, c.exponent);
  const product = (a.mantissa * b.mantissa) << BigInt(a.exponent + b.exponent - exponent);
  const sum = product + (c.mantissa << BigInt(c.exponent - exponent));
  if (sum === 0n) return z === 0 ? x * y + z : x * y < 0 || Object.is(x * y, -0) ? (z > 0 ? 0 : -0) : 0;
  const result = scaled(sum, exponent);
  if (!Number.isFinite(result)) throw new Problem('OverflowError', 'overflow in fma');
  return result === 0 && sum < 0n ? -0 : result;
}

const view = new DataView(new ArrayBuffer(8));

/** `math.nextafter(from, to, steps=steps)`. */
export function nextAfter(from: number, to: number, steps: bigint): number {
  if (steps === 0n) return from;
  if (Number.isNaN(from) || Number.isNaN(to)) return NaN;
  if (from === to) return to;
  // Ordered like the floats themselves: the bits, counted down from zero for negative ones.
  const order = (value: number): bigint => {
    view.setFloat64(0, value);
    const bits = view.getBigInt64(0);
    return bits < 0n ? -(bits & 0x7fffffffffffffffn) : bits;
  };
  const [start, end] = [order(from), order(to)];
  const distance = end > start ? end - start : start - end;
  if (steps >= distance) return to;
  const target = end > start ? start + steps : start - steps;
  if (target === 0n) return isNegative(from) ? -0 : 0;
  view.setBigInt64(0, target < 0n ? -target : target);
  return target < 0n ? -view.getFloat64(0) : view.getFloat64(0);
}

/** `math.ulp`. */
export function ulp(value: number): number {
  if (Number.isNaN(value)) return value;
  const size = Math.abs(value);
  if (size === Infinity) return size;
  const next = nextAfter(size, Infinity, 1n);
  return next === Infinity ? size - nextAfter(size, -Infinity, 1n) : next - size;
}

/** `math.remainder`: x - n*y for the whole number n nearest to x/y, the even one of two. */
export function ieeeRemainder(x: number, y: number): number {
  if (Number.isNaN(x)) return x;
  if (Number.isNaN(y)) return y;
  if (!Number.isFinite(x) || y === 0) throw new Problem('ValueError', 'math domain error');
  if (!Number.isFinite(y)) return x;
  const size = Math.abs(x);
  const unit = Math.abs(y);
  const m = size % unit;
  const c = unit - m;
  let r: number;
  if (m < c) r = m;
  else if (m > c) r = -c;
  else r = m - 2 * ((0.5 * (size - m)) % unit);
  return isNegative(x) ? -r : r;
}

/** `math.fsum`: the float nearest to the exact sum. */
export function exactSum(values: readonly number[]): number {
  let special = 0;
  let infinities = 0;
  let partials: number[] = [];
  for (const value of values) {
    if (!Number.isFinite(value)) {
      special += value;
      if (!Number.isNaN(value)) infinities += value;
      continue;
    }
    let x = value;
    const kept: number[] = [];
    for (let y of partials) {
      if (Math.abs(x) < Math.abs(y)) [x, y] = [y, x];
      const high = x + y;
      const low = y - (high - x);
      if (low !== 0) kept.push(low);
      x = high;
    }
    if (!Number.isFinite(x)) throw new Problem('OverflowError', 'intermediate overflow in fsum');
    if (x !== 0) kept.push(x);
    partials = kept;
  }
  if (special !== 0) {
    if (Number.isNaN(infinities)) throw new Problem('ValueError', '-inf + inf in fsum');
    return special;
  }
  return roundedSum(partials);
}

/** The sum of finite floats, rounded once. */
function roundedSum(values: readonly number[]): number {
  if (values.length === 0) return 0;
  if (values.length === 1) return values[0];
  let exponent = Infinity;
  const parts = values.map(decompose);
  for (const part of parts) exponent = Math.min(exponent, part.exponent);
  let sum = 0n;
  for (const part of parts) sum += part.mantissa << BigInt(part.exponent - exponent);
  return scaled(sum, exponent);
}

/** The product as a sum of two floats, without rounding (Dekker); NaN in the lower part where the halves overflow. */
function exactProduct(x: number, y: number): [high: number, low: number] {
  const splitX = 134217729 * x;
  const splitY = 134217729 * y;
  const x1 = splitX - (splitX - x);
  const y1 = splitY - (splitY - y);
  const x2 = x - x1;
  const y2 = y - y1;
  const product = x * y;
  return [product, x1 * y1 - product + x1 * y2 + x2 * y1 + x2 * y2];
}

/** A sum of products in three floats, as `math.sumprod` keeps it (mathmodule.c, tl_fma). */
export class TripleSum {
  high = 0;
  low = 0;
  tiny = 0;

  /** Adds x * y; false when the sum isn't finite then, and is left as it was. */
  add(x: number, y: number): boolean {
    let [product, rest] = exactProduct(x, y);
    if (!Number.isFinite(rest) && Number.isFinite(product)) rest = fma(x, y, -product);
    const high = this.high + product;
    if (!Number.isFinite(high)) return false;
    const step = high - this.high;
    const sumRest = this.high - (high - step) + (product - step);
    const low1 = this.low + rest;
    const step1 = low1 - this.low;
    const rest1 = this.low - (low1 - step1) + (rest - step1);
    const low2 = low1 + sumRest;
    const step2 = low2 - low1;
    const rest2 = low1 - (low2 - step2) + (sumRest - step2);
    this.high = high;
    this.low = low2;
    this.tiny += rest1 + rest2;
    return true;
  }

  get value(): number {
    const low = this.low + this.tiny;
    return this.high + low;
  }
}

/** `math.hypot` of any number of coordinates: the float nearest to the exact root. */
export function norm(coordinates: readonly number[]): number {
  if (coordinates.some((x) => x === Infinity || x === -Infinity)) return Infinity;
  if (coordinates.some(Number.isNaN)) return NaN;
  let exponent = Infinity;
  const parts = coordinates.filter((x) => x !== 0).map((x) => decompose(Math.abs(x)));
  if (parts.length === 0) return 0;
  for (const part of parts) exponent = Math.min(exponent, part.exponent);
  let sum = 0n;
  for (const part of parts) sum += (part.mantissa << BigInt(part.exponent - exponent)) ** 2n;
  // Enough bits that one more, set when the root isn't exact, makes the rounding right.
  const shift = Math.max(0, 64 - (bitLength(sum) >> 1));
  const widened = sum << BigInt(2 * shift);
  const root = BigInt(isqrt(widened));
  return scaled((root << 1n) | (root * root === widened ? 0n : 1n), exponent - shift - 1);
}

// Lanczos' approximation with g = 6.0246…, as CPython and Boost have it.
const LANCZOS_G = 6.02468004077673;
const LANCZOS_NUMERATOR = [
  23531376880.41076, 42919803642.6491, 35711959237.35567, 17921034426.03721, 6039542586.352028, 1439720407.3117216,
  248874557.86205417, 31426415.5854002, 2876370.6289353725, 186056.26539522348, 8071.672002365816, 210.82427775157936,
  2.5066282746310002,
];
const LANCZOS_DENOMINATOR = [
  0, 39916800, 120543840, 150917976, 105258076, 45995730, 13339535, 2637558, 357423, 32670, 1925, 66, 1,
];

function lanczosSum(x: number): number {
  let numerator = 0;
  let denominator = 0;
  if (x < 5) {
    for (let i = LANCZOS_NUMERATOR.length - 1; i >= 0; i--) {
      numerator = numerator * x + LANCZOS_NUMERATOR[i];
      denominator = denominator * x + LANCZOS_DENOMINATOR[i];
    }
  } else {
    for (let i = 0; i < LANCZOS_NUMERATOR.length; i++) {
      numerator = numerator / x + LANCZOS_NUMERATOR[i];
      denominator = denominator / x + LANCZOS_DENOMINATOR[i];
    }
  }
  return numerator / denominator;
}

/** sin(pi * x), exact where x is a whole number. */
function sinPi(x: number): number {
  const y = Math.abs(x) % 2;
  const n = Math.round(2 * y);
  let r: number;
  if (n === 0 || n === 4) r = Math.sin(Math.PI * (n === 0 ? y : y - 2));
  else if (n === 1) r = Math.cos(Math.PI * (y - 0.5));
  else if (n === 2) r = Math.sin(Math.PI * (1 - y));
  else r = -Math.cos(Math.PI * (y - 1.5));
  return x < 0 ? -r : r;
}

/** Undefined where the function has a pole. */
export function gamma(x: number): number | undefined {
  if (!Number.isFinite(x)) return x === -Infinity ? undefined : x;
  if (x === 0) return undefined;
  if (Number.isInteger(x)) {
    if (x < 0) return undefined;
    if (x <= 23) {
      let product = 1;
      for (let i = 2; i < x; i++) product *= i;
      return product;
    }
  }
  const size = Math.abs(x);
  if (size < 1e-20) {
    const r = 1 / x;
    if (!Number.isFinite(r)) throw rangeError();
    return r;
  }
  if (size > 200) {
    if (x < 0) return 0 / sinPi(x);
    throw rangeError();
  }
  const y = size + (LANCZOS_G - 0.5);
  let z = size > LANCZOS_G - 0.5 ? y - size - (LANCZOS_G - 0.5) : y - (LANCZOS_G - 0.5) - size;
  z = (z * LANCZOS_G) / y;
  let r: number;
  if (x < 0) {
    r = (-Math.PI / sinPi(size) / size) * (exp(y) / lanczosSum(size));
    r -= z * r;
    if (size < 140) r /= pow(y, size - 0.5);
    else r = r / pow(y, size / 2 - 0.25) / pow(y, size / 2 - 0.25);
  } else {
    r = lanczosSum(size) / exp(y);
    r += z * r;
    if (size < 140) r *= pow(y, size - 0.5);
    else r = r * pow(y, size / 2 - 0.25) * pow(y, size / 2 - 0.25);
  }
  if (!Number.isFinite(r)) throw rangeError();
  return r;
}

/** Undefined where the function has a pole. */
export function lgamma(x: number): number | undefined {
  if (Number.isNaN(x)) return x;
  if (!Number.isFinite(x)) return Infinity;
  if (Number.isInteger(x) && x <= 2) return x <= 0 ? undefined : 0;
  const size = Math.abs(x);
  if (size < 1e-20) return -log(size);
  let r = log(lanczosSum(size)) - LANCZOS_G;
  r += (size - 0.5) * (log(size + LANCZOS_G - 0.5) - 1);
  if (x < 0) r = log(Math.PI) - log(Math.abs(sinPi(size))) - log(size) - r;
  if (!Number.isFinite(r)) throw rangeError();
  return r;
}

const SQRT_PI = 1.772453850905516;

export function erf(x: number): number {
  if (Number.isNaN(x)) return x;
  const size = Math.abs(x);
  if (size < 1.5) return erfSeries(x);
  const rest = erfcFraction(size);
  return x > 0 ? 1 - rest : rest - 1;
}

export function erfc(x: number): number {
  if (Number.isNaN(x)) return x;
  const size = Math.abs(x);
  if (size < 1.5) return 1 - erfSeries(x);
  const rest = erfcFraction(size);
  return x > 0 ? rest : 2 - rest;
}

function erfSeries(x: number): number {
  const square = x * x;
  let sum = 0;
  let k = 25.5;
  for (let i = 0; i < 25; i++) {
    sum = 2 + (square * sum) / k;
    k -= 1;
  }
  return (sum * x * exp(-square)) / SQRT_PI;
}

function erfcFraction(x: number): number {
  if (x >= 30) return 0;
  const square = x * x;
  let a = 0;
  let da = 0.5;
  let p = 1;
  let p1 = 0;
  let q = da + square;
  let q1 = 1;
  for (let i = 0; i < 50; i++) {
    a += da;
    da += 2;
    const b = da + square;
    [p, p1] = [b * p - a * p1, p];
    [q, q1] = [b * q - a * q1, q];
  }
  return ((p / q) * x * exp(-square)) / SQRT_PI;
}
