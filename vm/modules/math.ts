import { combinations, factorial, permutations } from '../numbers/combinatorics.ts';
import { copySign, hypotenuse } from '../numbers/complex.ts';
import { wholeToInteger } from '../numbers/conversion.ts';
import { floatRepr } from '../numbers/float-text.ts';
import { bitLength, gcd, isqrt, lcm, normalize } from '../numbers/integer.ts';
import { pow as cPow, exp, log as naturalLog } from '../numbers/power.ts';
import * as real from '../numbers/real.ts';
import type { Declaration, ModuleDefinition } from '../objects/define.ts';
import { overflowError, typeError, valueError, zeroDivisionError } from '../objects/exception.ts';
import { isNegativeFloat, negativeNaN, PyFloat } from '../objects/float.ts';
import { integerOf, isInt } from '../objects/int.ts';
import { toFloatValue } from '../objects/number-types.ts';
import { floatType, type Slot, typeOf, type Value } from '../objects/object.ts';
import { tupleOf } from '../objects/tuple.ts';
import { add, index, multiply } from '../operations/arithmetic.ts';
import { callSpecial } from '../operations/call.ts';
import { toArray } from '../operations/iterate.ts';

// exp, log and pow are those of numbers/power.ts; the other transcendental functions are JavaScript's, whose last digit can differ
// from the C library's, as it does between C libraries.

const float = (value: number): PyFloat => new PyFloat(value);
const rangeError = () => overflowError('math range error');
const domainError = () => valueError('math domain error');

/** A function of one float: NaN of a number is a domain error, an infinity of a finite one a range error. */
function unary(compute: (x: number) => number, expected: string): Declaration {
  return [
    '($module, x, /)',
    (value: Value) => {
      const x = toFloatValue(value);
      const result = compute(x);
      if (Number.isNaN(result) && !Number.isNaN(x)) throw valueError(`expected ${expected}, got ${floatRepr(x)}`);
      if (!Number.isFinite(result) && Number.isFinite(x)) throw rangeError();
      return float(result);
    },
  ];
}

const FINITE = 'a finite input';
const UNIT = 'a number in range from -1 up to 1';
const POLE = 'a noninteger or positive integer';

/** A function whose poles the computation itself reports, by undefined. */
function withPoles(compute: (x: number) => number | undefined, expected: string): Declaration {
  return [
    '($module, x, /)',
    (value: Value) => {
      const x = toFloatValue(value);
      const result = compute(x);
      if (result === undefined) throw valueError(`expected ${expected}, got ${floatRepr(x)}`);
      return float(result);
    },
  ];
}

/** A logarithm that takes ints of any size (loghelper). */
function logarithm(value: Value, log: (x: number) => number): number {
  const integer = isInt(value) ? integerOf(value) : undefined;
  if (integer === undefined) {
    const x = toFloatValue(value);
    if (x <= 0) throw valueError(`expected a positive input, got ${floatRepr(x)}`);
    return log(x);
  }
  if (integer <= 0) throw valueError('expected a positive input');
  const x = Number(integer);
  if (x !== Infinity) return log(x);
  const bits = bitLength(integer);
  return log(Number(BigInt(integer) >> BigInt(bits - 64))) + log(2) * (bits - 64);
}

function log(value: Value, base: Slot): Value {
  const numerator = logarithm(value, naturalLog);
  if (base === undefined) return float(numerator);
  const denominator = logarithm(base, naturalLog);
  if (denominator === 0) throw zeroDivisionError('division by zero');
  return float(numerator / denominator);
}

/** log2 of a power of two is exact. */
function log2(x: number): number {
  const [fraction, exponent] = real.frexp(x);
  return fraction === 0.5 ? exponent - 1 : Math.log2(x);
}

function pow(left: Value, right: Value): Value {
  const x = toFloatValue(left);
  const y = toFloatValue(right);
  if (x === 1 || (x === -1 && (y === Infinity || y === -Infinity))) return float(1);
  const result = cPow(x, y);
  if (Number.isFinite(x) && Number.isFinite(y)) {
    if (Number.isNaN(result) || (x === 0 && result === Infinity) || (x === 0 && result === -Infinity))
      throw domainError();
    if (!Number.isFinite(result)) throw rangeError();
  }
  return float(result);
}

function fmod(left: Value, right: Value): Value {
  const x = toFloatValue(left);
  const y = toFloatValue(right);
  const result = x % y;
  if (Number.isNaN(result) && !Number.isNaN(x) && !Number.isNaN(y)) throw domainError();
  return float(result);
}

/** floor, ceil: the float's own where there is no method of that name. */
function rounded(value: Value, method: string, round: (x: number) => number): Value {
  if (!(value instanceof PyFloat && value.type === floatType)) {
    const result = callSpecial(value, method);
    if (result !== undefined) return result;
  }
  return wholeToInteger(round(toFloatValue(value)));
}

function trunc(value: Value): Value {
  if (value instanceof PyFloat && value.type === floatType) return wholeToInteger(Math.trunc(value.value));
  const result = callSpecial(value, '__trunc__');
  if (result === undefined) throw typeError(`type ${typeOf(value).tp_name} doesn't define __trunc__ method`);
  return result;
}

function wholeArgument(value: Value, name: string): number | bigint {
  const result = index(value);
  if (result < 0) throw valueError(`${name} must be a non-negative integer`);
  return result;
}

function checkedFactorial(value: Value): Value {
  const n = index(value);
  if (n < 0) throw valueError('factorial() not defined for negative values');
  if (n > Number.MAX_SAFE_INTEGER) {
    throw overflowError('factorial() argument should not exceed 9223372036854775807');
  }
  return factorial(Number(n));
}

function perm(n: Value, k: Slot): Value {
  if (k === undefined || k === null) return checkedFactorial(n);
  const size = wholeArgument(n, 'n');
  const taken = wholeArgument(k, 'k');
  return taken > size ? 0 : permutations(size, Number(taken));
}

function comb(n: Value, k: Value): Value {
  const size = wholeArgument(n, 'n');
  let taken = wholeArgument(k, 'k');
  if (taken > size) return 0;
  const rest = BigInt(size) - BigInt(taken);
  if (rest < taken) taken = rest;
  if (taken > Number.MAX_SAFE_INTEGER) {
    throw overflowError('min(n - k, k) must not exceed 9223372036854775807');
  }
  return combinations(size, Number(taken));
}

function isClose(left: Value, right: Value, relative: Slot, absolute: Slot): Value {
  const a = toFloatValue(left);
  const b = toFloatValue(right);
  const rel = relative === undefined ? 1e-9 : toFloatValue(relative);
  const abs = absolute === undefined ? 0 : toFloatValue(absolute);
  if (rel < 0 || abs < 0) throw valueError('tolerances must be non-negative');
  if (a === b) return true;
  if (!Number.isFinite(a) || !Number.isFinite(b)) return false;
  const difference = Math.abs(b - a);
  return difference <= Math.abs(rel * b) || difference <= Math.abs(rel * a) || difference <= abs;
}

function hypot(coordinates: Value[]): Value {
  const values = coordinates.map(toFloatValue);
  const result = values.length === 2 ? hypotenuse(values[0], values[1]) : real.norm(values);
  return float(result);
}

function dist(p: Value, q: Value): Value {
  const left = toArray(p);
  const right = toArray(q);
  if (left.length !== right.length) throw valueError('both points must have the same number of dimensions');
  return float(real.norm(left.map((x, i) => toFloatValue(x) - toFloatValue(right[i]))));
}

function prod(iterable: Value, start: Slot): Value {
  let result: Value = start ?? 1;
  for (const item of toArray(iterable)) result = multiply(result, item);
  return result;
}

/**
 * math_sumprod: exact for ints, in three floats for floats, by + and * for all else. A kind of item that isn't summed apart any more ends
 * what was summed of it so far.
 */
function sumprod(p: Value, q: Value): Value {
  const left = toArray(p);
  const right = toArray(q);
  if (left.length !== right.length) throw valueError('Inputs are not the same length');
  let total: Value = 0;
  /** The sum of the ints since the beginning, and of the floats after it; undefined as soon as something else came. */
  let integers: number | bigint | undefined = 0;
  let floats: real.TripleSum | undefined;
  let floatsOver = false;
  for (let i = 0; i < left.length; i++) {
    const x = left[i];
    const y = right[i];
    if (integers !== undefined) {
      const sum: number | bigint | undefined =
        isExactInt(x) && isExactInt(y) && isLong(x) && isLong(y) ? plusProduct(integers, x, y) : undefined;
      if (sum !== undefined && isLong(sum)) {
        integers = sum;
        continue;
      }
      if (integers !== 0) total = add(total, integers);
      integers = undefined;
    }
    if (!floatsOver) {
      const mixed =
        (isExactFloat(x) && (isExactFloat(y) || isExactInt(y) || typeof y === 'boolean')) ||
        (isExactFloat(y) && (isExactInt(x) || typeof x === 'boolean'));
      if (mixed) {
        const sum = floats ?? new real.TripleSum();
        if (sum.add(toFloatValue(x), toFloatValue(y))) {
          floats = sum;
          continue;
        }
      }
      if (floats !== undefined) total = add(total, float(floats.value));
      floatsOver = true;
    }
    total = add(total, multiply(x, y));
  }
  if (integers !== undefined && integers !== 0) total = add(total, integers);
  if (floats !== undefined && !floatsOver) total = add(total, float(floats.value));
  return total;
}

/** sum + x * y, exactly. */
function plusProduct(sum: number | bigint, x: number | bigint, y: number | bigint): number | bigint {
  const quick = Number(sum) + Number(x) * Number(y);
  // Each term below 2**53 is exact, and so is their sum then.
  if (typeof sum === 'number' && Number.isSafeInteger(quick) && Number.isSafeInteger(quick - sum)) return quick;
  return normalize(BigInt(sum) + BigInt(x) * BigInt(y));
}

const isExactInt = (value: Value): value is number | bigint => typeof value === 'number' || typeof value === 'bigint';
const isExactFloat = (value: Value): boolean => value instanceof PyFloat && value.type === floatType;
/** Whether C's long holds it. */
const isLong = (value: number | bigint): boolean => typeof value === 'number' || BigInt.asIntN(64, value) === value;

function nextAfter(from: Value, to: Value, steps: Slot): Value {
  const x = toFloatValue(from);
  const y = toFloatValue(to);
  if (steps === undefined || steps === null) {
    // C's nextafter() keeps the sign of what it leaves; counted steps that reach `to` give `to` itself.
    const next = real.nextAfter(x, y, 1n);
    return float(next !== 0 || x === y ? next : x < 0 ? -0 : 0);
  }
  const count = BigInt(index(steps));
  if (count < 0n) throw valueError('steps must be a non-negative integer');
  return float(real.nextAfter(x, y, count));
}

function ldexp(value: Value, exponent: Value): Value {
  const x = toFloatValue(value);
  const power = isInt(exponent) ? integerOf(exponent) : undefined;
  if (power === undefined) throw typeError('Expected an int as second argument to ldexp.');
  return float(real.ldexp(x, power));
}

/** Folds gcd or lcm over ints. */
function folded(fold: (a: number | bigint, b: number | bigint) => number | bigint, empty: number): Declaration {
  return ['($module, /, *integers)', (integers: Value[]) => integers.map(index).reduce(fold, empty)];
}

const test = (check: (x: number) => boolean): Declaration => [
  '($module, x, /)',
  (value: Value) => check(toFloatValue(value)),
];

/** copysign(x, y), of NaNs too. */
function copySigned(x: Value, y: Value): Value {
  const size = Math.abs(toFloatValue(x));
  const negative = isNegativeFloat(y instanceof PyFloat ? y : float(toFloatValue(y)));
  if (Number.isNaN(size)) return negative ? negativeNaN() : float(size);
  return float(negative ? -size : size);
}

/** CPython 3.14's Modules/mathmodule.c. */
export const math: ModuleDefinition = {
  name: 'math',
  doc: 'Functions of mathematics on floats and ints.',
  functions: {
    acos: unary(Math.acos, UNIT),
    acosh: unary(Math.acosh, 'argument value not less than 1'),
    asin: unary(Math.asin, UNIT),
    asinh: unary(Math.asinh, FINITE),
    atan: unary(Math.atan, FINITE),
    atan2: ['($module, y, x, /)', (y: Value, x: Value) => float(Math.atan2(toFloatValue(y), toFloatValue(x)))],
    atanh: unary((x) => (Math.abs(x) === 1 ? NaN : Math.atanh(x)), 'a number between -1 and 1'),
    cbrt: unary(Math.cbrt, FINITE),
    ceil: ['($module, x, /)', (x: Value) => rounded(x, '__ceil__', Math.ceil)],
    comb: ['($module, n, k, /)', comb],
    copysign: ['($module, x, y, /)', copySigned],
    cos: unary(Math.cos, FINITE),
    cosh: unary(Math.cosh, FINITE),
    degrees: ['($module, x, /)', (x: Value) => float(toFloatValue(x) * (180 / Math.PI))],
    dist: ['($module, p, q, /)', dist],
    erf: ['($module, x, /)', (x: Value) => float(real.erf(toFloatValue(x)))],
    erfc: ['($module, x, /)', (x: Value) => float(real.erfc(toFloatValue(x)))],
    exp: unary(exp, FINITE),
    exp2: unary((x) => cPow(2, x), FINITE),
    expm1: unary(Math.expm1, FINITE),
    fabs: ['($module, x, /)', (x: Value) => float(Math.abs(toFloatValue(x)))],
    factorial: ['($module, n, /)', checkedFactorial],
    floor: ['($module, x, /)', (x: Value) => rounded(x, '__floor__', Math.floor)],
    fma: [
      '($module, x, y, z, /)',
      (x: Value, y: Value, z: Value) => float(real.fma(toFloatValue(x), toFloatValue(y), toFloatValue(z))),
    ],
    fmod: ['($module, x, y, /)', fmod],
    frexp: [
      '($module, x, /)',
      (x: Value) => {
        const [fraction, exponent] = real.frexp(toFloatValue(x));
        return tupleOf([float(fraction), exponent]);
      },
    ],
    fsum: ['($module, seq, /)', (items: Value) => float(real.exactSum(toArray(items).map(toFloatValue)))],
    gamma: withPoles(real.gamma, POLE),
    gcd: folded(gcd, 0),
    hypot: ['($module, /, *coordinates)', hypot],
    isclose: ['($module, /, a, b, *, rel_tol=1e-09, abs_tol=0.0)', isClose],
    isfinite: test(Number.isFinite),
    isinf: test((x) => x === Infinity || x === -Infinity),
    isnan: test(Number.isNaN),
    isqrt: ['($module, n, /)', (n: Value) => isqrt(index(n))],
    lcm: folded(lcm, 1),
    ldexp: ['($module, x, i, /)', ldexp],
    lgamma: withPoles(real.lgamma, POLE),
    log: ['($module, x, base=math.e, /)', log],
    log10: ['($module, x, /)', (x: Value) => float(logarithm(x, Math.log10))],
    log1p: unary((x) => (x <= -1 ? NaN : Math.log1p(x)), 'argument value > -1'),
    log2: ['($module, x, /)', (x: Value) => float(logarithm(x, log2))],
    modf: [
      '($module, x, /)',
      (value: Value) => {
        const x = toFloatValue(value);
        const whole = Math.trunc(x);
        const fraction = Number.isFinite(x) ? x - whole : Number.isNaN(x) ? x : 0;
        return tupleOf([float(copySign(fraction, x)), float(whole)]);
      },
    ],
    nextafter: ['($module, x, y, /, *, steps=None)', nextAfter],
    perm: ['($module, n, k=None, /)', perm],
    pow: ['($module, x, y, /)', pow],
    prod: ['($module, iterable, /, *, start=1)', prod],
    radians: ['($module, x, /)', (x: Value) => float(toFloatValue(x) * (Math.PI / 180))],
    remainder: [
      '($module, x, y, /)',
      (x: Value, y: Value) => float(real.ieeeRemainder(toFloatValue(x), toFloatValue(y))),
    ],
    sin: unary(Math.sin, FINITE),
    sinh: unary(Math.sinh, FINITE),
    sqrt: unary(Math.sqrt, 'a nonnegative input'),
    sumprod: ['($module, p, q, /)', sumprod],
    tan: unary(Math.tan, FINITE),
    tanh: unary(Math.tanh, FINITE),
    trunc: ['($module, x, /)', trunc],
    ulp: ['($module, x, /)', (x: Value) => float(real.ulp(toFloatValue(x)))],
  },
  attributes: {
    pi: float(Math.PI),
    e: float(Math.E),
    tau: float(2 * Math.PI),
    inf: float(Infinity),
    nan: float(NaN),
  },
};
