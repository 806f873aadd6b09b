/** Signals and conditions of the General Decimal Arithmetic Specification, as bits. */
export const enum Signal {
  INVALID_OPERATION = 1,
  FLOAT_OPERATION = 2,
  DIVISION_BY_ZERO = 4,
  OVERFLOW = 8,
  UNDERFLOW = 16,
  SUBNORMAL = 32,
  INEXACT = 64,
  ROUNDED = 128,
  CLAMPED = 256,
  CONVERSION_SYNTAX = 512,
  DIVISION_IMPOSSIBLE = 1024,
  DIVISION_UNDEFINED = 2048,
  INVALID_CONTEXT = 4096,
}

/** Everything that the signal InvalidOperation stands for. */
export const INVALID =
  Signal.INVALID_OPERATION |
  Signal.CONVERSION_SYNTAX |
  Signal.DIVISION_IMPOSSIBLE |
  Signal.DIVISION_UNDEFINED |
  Signal.INVALID_CONTEXT;

export const roundings = [
  'ROUND_UP',
  'ROUND_DOWN',
  'ROUND_CEILING',
  'ROUND_FLOOR',
  'ROUND_HALF_UP',
  'ROUND_HALF_DOWN',
  'ROUND_HALF_EVEN',
  'ROUND_05UP',
] as const;
export type Rounding = (typeof roundings)[number];

export const enum Kind {
  FINITE,
  INFINITE,
  QUIET_NAN,
  SIGNALING_NAN,
}

/** (-1)^sign * coefficient * 10^exponent, an infinity, or a NaN whose coefficient is its payload. Never changed. */
export interface Decimal {
  readonly kind: Kind;
  readonly negative: boolean;
  readonly coefficient: bigint;
  readonly exponent: number;
}

/** What an operation needs to know, and where it notes what happened. */
export interface Arithmetic {
  prec: number;
  rounding: Rounding;
  Emin: number;
  Emax: number;
  clamp: number;
  /** Signals so far of this operation. */
  status: number;
}

export const finite = (negative: boolean, coefficient: bigint, exponent: number): Decimal => ({
  kind: Kind.FINITE,
  negative,
  coefficient,
  exponent,
});
export const infinity = (negative: boolean): Decimal => ({
  kind: Kind.INFINITE,
  negative,
  coefficient: 0n,
  exponent: 0,
});
export const NAN: Decimal = { kind: Kind.QUIET_NAN, negative: false, coefficient: 0n, exponent: 0 };
export const ONE = finite(false, 1n, 0);
export const ZERO = finite(false, 0n, 0);

export const isNaNDecimal = (x: Decimal): boolean => x.kind >= Kind.QUIET_NAN;
export const isFiniteDecimal = (x: Decimal): boolean => x.kind === Kind.FINITE;
export const isZero = (x: Decimal): boolean => x.kind === Kind.FINITE && x.coefficient === 0n;
export const withSign = ({ kind, coefficient, exponent }: Decimal, negative: boolean): Decimal => ({
  kind,
  negative,
  coefficient,
  exponent,
});

const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);

/** How many digits a coefficient has; 0 has one. */
export function digitCount(coefficient: bigint): number {
  if (coefficient > MAX_SAFE) {
    for (let digits = 16; digits < KNOWN_POWERS; digits++) if (coefficient < tenTo(digits)) return digits;
    return coefficient.toString().length;
  }
  const size = Number(coefficient);
  let digits = 1;
  for (let limit = 10; size >= limit; limit *= 10) digits++;
  return digits;
}
/** The exponent of the first digit. */
export const adjusted = (x: Decimal): number => x.exponent + digitCount(x.coefficient) - 1;

const KNOWN_POWERS = 80;
const powersOfTen = Array.from({ length: KNOWN_POWERS }, (_, power) => 10n ** BigInt(power));

export const tenTo = (power: number): bigint => (power < KNOWN_POWERS ? powersOfTen[power] : 10n ** BigInt(power));

/** The context with which nothing is rounded that fits into memory. */
export const unbounded = (): Arithmetic => ({
  prec: 1e18,
  rounding: 'ROUND_HALF_EVEN',
  Emin: -1e18,
  Emax: 1e18,
  clamp: 0,
  status: 0,
});

export function signal(context: Arithmetic, status: number): Decimal {
  context.status |= status;
  return NAN;
}

/** The quotient by 10**drop, rounded; `exact` says whether digits were lost that are not 0. */
export function roundOff(
  coefficient: bigint,
  drop: number,
  negative: boolean,
  rounding: Rounding,
): { rounded: bigint; exact: boolean } {
  if (drop > digitCount(coefficient) + 1) {
    const up = coefficient !== 0n && roundsUp(0n, -1, negative, rounding);
    return { rounded: up ? 1n : 0n, exact: coefficient === 0n };
  }
  const unit = tenTo(drop);
  const quotient = coefficient / unit;
  const rest = coefficient - quotient * unit;
  if (rest === 0n) return { rounded: quotient, exact: true };
  const twice = 2n * rest;
  const half = twice === unit ? 0 : twice < unit ? -1 : 1;
  return { rounded: roundsUp(quotient, half, negative, rounding) ? quotient + 1n : quotient, exact: false };
}

/** Whether a quotient with a rest goes away from zero; `half` compares the rest with one half. */
function roundsUp(quotient: bigint, half: number, negative: boolean, rounding: Rounding): boolean {
  switch (rounding) {
    case 'ROUND_UP':
      return true;
    case 'ROUND_DOWN':
      return false;
    case 'ROUND_CEILING':
      return !negative;
    case 'ROUND_FLOOR':
      return negative;
    case 'ROUND_HALF_UP':
      return half >= 0;
    case 'ROUND_HALF_DOWN':
      return half > 0;
    case 'ROUND_HALF_EVEN':
      return half > 0 || (half === 0 && (quotient & 1n) === 1n);
    case 'ROUND_05UP':
      return quotient % 5n === 0n;
  }
}

function overflow(negative: boolean, context: Arithmetic): Decimal {
  context.status |= Signal.OVERFLOW | Signal.INEXACT | Signal.ROUNDED;
  const { rounding, prec, Emax } = context;
  const toLargest =
    rounding === 'ROUND_DOWN' ||
    rounding === 'ROUND_05UP' ||
    (rounding === 'ROUND_CEILING' && negative) ||
    (rounding === 'ROUND_FLOOR' && !negative);
  return toLargest ? finite(negative, tenTo(prec) - 1n, Emax - prec + 1) : infinity(negative);
}

/** Makes an exact result one of the context, and notes what that did (mpd_qfinalize). */
export function finalize(x: Decimal, context: Arithmetic): Decimal {
  const { prec, Emin, Emax, clamp } = context;
  if (x.kind !== Kind.FINITE) {
    if (!isNaNDecimal(x) || digitCount(x.coefficient) <= prec - clamp) return x;
    return { ...x, coefficient: prec - clamp <= 0 ? 0n : x.coefficient % tenTo(prec - clamp) };
  }
  const { negative, coefficient, exponent } = x;
  const tiny = Emin - prec + 1;
  const top = Emax - prec + 1;
  if (coefficient === 0n) {
    const nearest = Math.min(Math.max(exponent, tiny), clamp ? top : Emax);
    if (nearest === exponent) return x;
    context.status |= Signal.CLAMPED;
    return finite(negative, 0n, nearest);
  }
  let least = digitCount(coefficient) + exponent - prec;
  if (least > top) return overflow(negative, context);
  const subnormal = least < tiny;
  if (subnormal) {
    least = tiny;
    context.status |= Signal.SUBNORMAL;
  }
  if (exponent < least) {
    let { rounded, exact } = roundOff(coefficient, least - exponent, negative, context.rounding);
    if (digitCount(rounded) > prec) {
      rounded /= 10n;
      least++;
    }
    if (least > top) return overflow(negative, context);
    context.status |= Signal.ROUNDED;
    if (!exact) context.status |= Signal.INEXACT;
    if (!exact && subnormal) context.status |= Signal.UNDERFLOW;
    if (rounded === 0n) context.status |= Signal.CLAMPED;
    return finite(negative, rounded, least);
  }
  if (clamp && exponent > top) {
    context.status |= Signal.CLAMPED;
    return finite(negative, coefficient * tenTo(exponent - top), top);
  }
  return x;
}

/** The NaN that an operation on NaNs gives, if there is one among them (mpd_qcheck_nans). */
export function checkNaNs(context: Arithmetic, a: Decimal, b: Decimal = a, c: Decimal = b): Decimal | undefined {
  if (!isNaNDecimal(a) && !isNaNDecimal(b) && !isNaNDecimal(c)) return undefined;
  const operands = [a, b, c];
  const signaling = operands.find((x) => x.kind === Kind.SIGNALING_NAN);
  if (signaling !== undefined) context.status |= Signal.INVALID_OPERATION;
  const found = signaling ?? (operands.find(isNaNDecimal) as Decimal);
  return finalize({ ...found, kind: Kind.QUIET_NAN }, context);
}

/** -1, 0 or 1 for two numbers that are no NaNs. */
export function order(a: Decimal, b: Decimal): number {
  const signOf = (x: Decimal): number => (isZero(x) ? 0 : x.negative ? -1 : 1);
  const [left, right] = [signOf(a), signOf(b)];
  if (left !== right) return left < right ? -1 : 1;
  if (left === 0) return 0;
  return left * orderOfSizes(a, b);
}

function orderOfSizes(a: Decimal, b: Decimal): number {
  if (a.kind === Kind.INFINITE || b.kind === Kind.INFINITE) {
    return Number(a.kind === Kind.INFINITE) - Number(b.kind === Kind.INFINITE);
  }
  const difference = adjusted(a) - adjusted(b);
  if (difference !== 0) return Math.sign(difference);
  const exponent = Math.min(a.exponent, b.exponent);
  const x = a.coefficient * tenTo(a.exponent - exponent);
  const y = b.coefficient * tenTo(b.exponent - exponent);
  return x === y ? 0 : x < y ? -1 : 1;
}

const notZero = (x: Decimal): boolean => x.coefficient !== 0n;

/** From here on a number may be too small beside the other to matter. */
const FAR = 64;

export function add(a: Decimal, b: Decimal, context: Arithmetic): Decimal {
  const apart = a.exponent - b.exponent;
  if (isFiniteDecimal(a) && isFiniteDecimal(b) && notZero(a) && notZero(b) && apart <= FAR && -apart <= FAR) {
    const x = apart > 0 ? a.coefficient * tenTo(apart) : a.coefficient;
    const y = apart < 0 ? b.coefficient * tenTo(-apart) : b.coefficient;
    const exponent = apart > 0 ? b.exponent : a.exponent;
    if (a.negative === b.negative) return finalize(finite(a.negative, x + y, exponent), context);
    if (x === y) return finalize(finite(context.rounding === 'ROUND_FLOOR', 0n, exponent), context);
    return finalize(x > y ? finite(a.negative, x - y, exponent) : finite(b.negative, y - x, exponent), context);
  }
  const nan = checkNaNs(context, a, b);
  if (nan !== undefined) return nan;
  if (!isFiniteDecimal(a) || !isFiniteDecimal(b)) {
    if (isFiniteDecimal(b)) return a;
    return isFiniteDecimal(a) || a.negative === b.negative ? b : signal(context, Signal.INVALID_OPERATION);
  }
  const exponent = Math.min(a.exponent, b.exponent);
  if (!notZero(a) && !notZero(b)) {
    const negative = a.negative === b.negative ? a.negative : context.rounding === 'ROUND_FLOOR';
    return finalize(finite(negative, 0n, exponent), context);
  }
  // A number too small to matter but for its sign stands in for one whose digits would be far away.
  let [large, small] = adjusted(a) >= adjusted(b) || !notZero(b) ? [a, b] : [b, a];
  if (!notZero(large)) [large, small] = [small, large];
  const place = Math.min(large.exponent, adjusted(large) - context.prec - 2);
  if (notZero(small) && adjusted(small) < place) small = finite(small.negative, 1n, place - 1);
  const shared = notZero(small)
    ? Math.min(large.exponent, small.exponent)
    : Math.max(exponent, Math.min(large.exponent, adjusted(large) - context.prec));
  const value = (x: Decimal): bigint => {
    if (!notZero(x)) return 0n;
    const size = x.coefficient * tenTo(x.exponent - shared);
    return x.negative ? -size : size;
  };
  const sum = value(large) + value(small);
  const negative = sum === 0n ? context.rounding === 'ROUND_FLOOR' : sum < 0n;
  return finalize(finite(negative, sum < 0n ? -sum : sum, shared), context);
}

export const subtract = (a: Decimal, b: Decimal, context: Arithmetic): Decimal =>
  add(a, isNaNDecimal(b) ? b : withSign(b, !b.negative), context);

export function multiply(a: Decimal, b: Decimal, context: Arithmetic): Decimal {
  const nan = checkNaNs(context, a, b);
  if (nan !== undefined) return nan;
  const negative = a.negative !== b.negative;
  if (!isFiniteDecimal(a) || !isFiniteDecimal(b)) {
    return isZero(a) || isZero(b) ? signal(context, Signal.INVALID_OPERATION) : infinity(negative);
  }
  return finalize(finite(negative, a.coefficient * b.coefficient, a.exponent + b.exponent), context);
}

export function divide(a: Decimal, b: Decimal, context: Arithmetic): Decimal {
  const nan = checkNaNs(context, a, b);
  if (nan !== undefined) return nan;
  const negative = a.negative !== b.negative;
  if (!isFiniteDecimal(a)) return isFiniteDecimal(b) ? infinity(negative) : signal(context, Signal.INVALID_OPERATION);
  if (!isFiniteDecimal(b)) {
    context.status |= Signal.CLAMPED;
    return finite(negative, 0n, context.Emin - context.prec + 1);
  }
  if (!notZero(b)) {
    if (!notZero(a)) return signal(context, Signal.DIVISION_UNDEFINED);
    context.status |= Signal.DIVISION_BY_ZERO;
    return infinity(negative);
  }
  const ideal = a.exponent - b.exponent;
  if (!notZero(a)) return finalize(finite(negative, 0n, ideal), context);
  const shift = digitCount(b.coefficient) - digitCount(a.coefficient) + context.prec + 1;
  let exponent = ideal - shift;
  const dividend = shift >= 0 ? a.coefficient * tenTo(shift) : a.coefficient;
  const divisor = shift >= 0 ? b.coefficient : b.coefficient * tenTo(-shift);
  let quotient = dividend / divisor;
  if (quotient * divisor !== dividend) {
    if (quotient % 5n === 0n) quotient++;
  } else [quotient, exponent] = trimmed(quotient, exponent, ideal);
  return finalize(finite(negative, quotient, exponent), context);
}

/** Takes zeros off the end until the exponent is the ideal one. */
function trimmed(coefficient: bigint, exponent: number, ideal: number): [coefficient: bigint, exponent: number] {
  let [digits, power] = [coefficient, exponent];
  while (power < ideal && digits % 10n === 0n) {
    digits /= 10n;
    power++;
  }
  return [digits, power];
}

/** The integer part of a quotient and the remainder; `nearest` gives the IEEE remainder. Undefined when it has too many digits. */
function divideWhole(
  a: Decimal,
  b: Decimal,
  context: Arithmetic,
  nearest: boolean,
): [quotient: Decimal, remainder: Decimal] | undefined {
  const negative = a.negative !== b.negative;
  const exponent = isFiniteDecimal(b) ? Math.min(a.exponent, b.exponent) : a.exponent;
  if (!notZero(a) || !isFiniteDecimal(b)) return [finite(negative, 0n, 0), finite(a.negative, a.coefficient, exponent)];
  if (adjusted(a) - adjusted(b) > context.prec) return undefined;
  if (adjusted(a) - adjusted(b) <= -2) {
    const rest = a.exponent <= b.exponent ? a.coefficient : a.coefficient * tenTo(a.exponent - exponent);
    return [finite(negative, 0n, 0), finite(a.negative, rest, exponent)];
  }
  const x = a.coefficient * tenTo(a.exponent - exponent);
  const y = b.coefficient * tenTo(b.exponent - exponent);
  let quotient = x / y;
  let rest = x - quotient * y;
  if (nearest && (2n * rest > y || (2n * rest === y && (quotient & 1n) === 1n))) {
    quotient++;
    rest -= y;
  }
  if (digitCount(quotient) > context.prec) return undefined;
  const remainder = finite(rest < 0n ? !a.negative : a.negative, rest < 0n ? -rest : rest, exponent);
  return [finite(negative, quotient, 0), remainder];
}

export function divideInteger(a: Decimal, b: Decimal, context: Arithmetic): Decimal {
  const nan = checkNaNs(context, a, b);
  if (nan !== undefined) return nan;
  const negative = a.negative !== b.negative;
  if (!isFiniteDecimal(a)) return isFiniteDecimal(b) ? infinity(negative) : signal(context, Signal.INVALID_OPERATION);
  if (isZero(b)) {
    if (isZero(a)) return signal(context, Signal.DIVISION_UNDEFINED);
    context.status |= Signal.DIVISION_BY_ZERO;
    return infinity(negative);
  }
  const parts = divideWhole(a, b, context, false);
  return parts === undefined ? signal(context, Signal.DIVISION_IMPOSSIBLE) : finalize(parts[0], context);
}

export function remainder(a: Decimal, b: Decimal, context: Arithmetic, nearest = false): Decimal {
  const nan = checkNaNs(context, a, b);
  if (nan !== undefined) return nan;
  if (!isFiniteDecimal(a)) return signal(context, Signal.INVALID_OPERATION);
  if (isZero(b)) return signal(context, isZero(a) ? Signal.DIVISION_UNDEFINED : Signal.INVALID_OPERATION);
  if (!isFiniteDecimal(b)) return finalize(a, context);
  const parts = divideWhole(a, b, context, nearest);
  return parts === undefined ? signal(context, Signal.DIVISION_IMPOSSIBLE) : finalize(parts[1], context);
}

/** a rounded to the exponent of b. */
export function quantize(a: Decimal, b: Decimal, context: Arithmetic): Decimal {
  const nan = checkNaNs(context, a, b);
  if (nan !== undefined) return nan;
  if (!isFiniteDecimal(a) || !isFiniteDecimal(b)) {
    return isFiniteDecimal(a) || isFiniteDecimal(b) ? signal(context, Signal.INVALID_OPERATION) : a;
  }
  const { exponent } = b;
  const { prec, Emin, Emax } = context;
  if (exponent < Emin - prec + 1 || exponent > Emax) return signal(context, Signal.INVALID_OPERATION);
  if (notZero(a) && (adjusted(a) > Emax || adjusted(a) - exponent + 1 > prec)) {
    return signal(context, Signal.INVALID_OPERATION);
  }
  const given = context.status;
  const result = rescale(a, exponent, context);
  if (adjusted(result) > Emax || digitCount(result.coefficient) > prec) {
    context.status = given;
    return signal(context, Signal.INVALID_OPERATION);
  }
  if (notZero(result) && adjusted(result) < Emin) context.status |= Signal.SUBNORMAL;
  const before = context.status;
  const checked = finalize(result, context);
  context.status = before | (context.status & Signal.CLAMPED);
  return checked;
}

/** x with this exponent, rounded where digits go. */
export function rescale(x: Decimal, exponent: number, context: Arithmetic): Decimal {
  if (x.coefficient === 0n) return finite(x.negative, 0n, exponent);
  if (x.exponent >= exponent) return finite(x.negative, x.coefficient * tenTo(x.exponent - exponent), exponent);
  const { rounded, exact } = roundOff(x.coefficient, exponent - x.exponent, x.negative, context.rounding);
  context.status |= exact ? Signal.ROUNDED : Signal.ROUNDED | Signal.INEXACT;
  return finite(x.negative, rounded, exponent);
}

/** x as a whole number; `exact` also notes what was lost. */
export function toIntegral(x: Decimal, context: Arithmetic, exact: boolean): Decimal {
  const nan = checkNaNs(context, x);
  if (nan !== undefined) return nan;
  if (!isFiniteDecimal(x) || x.exponent >= 0) return x;
  const before = context.status;
  const result = rescale(x, 0, context);
  if (!exact) context.status = before;
  return result;
}

/** x without zeros at its end. */
export function normalize(x: Decimal, context: Arithmetic): Decimal {
  const nan = checkNaNs(context, x);
  if (nan !== undefined) return nan;
  const rounded = finalize(x, context);
  if (!isFiniteDecimal(rounded)) return rounded;
  if (rounded.coefficient === 0n) return finite(rounded.negative, 0n, 0);
  const limit = context.clamp ? context.Emax - context.prec + 1 : context.Emax;
  const [coefficient, exponent] = trimmed(rounded.coefficient, rounded.exponent, limit);
  return finite(rounded.negative, coefficient, exponent);
}

export function integerSquareRoot(n: bigint): bigint {
  if (n < 2n) return n;
  let root = 1n << BigInt((n.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (root + n / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

export function squareRoot(x: Decimal, context: Arithmetic): Decimal {
  const nan = checkNaNs(context, x);
  if (nan !== undefined) return nan;
  const ideal = Math.floor(x.exponent / 2);
  if (isZero(x)) return finalize(finite(x.negative, 0n, ideal), context);
  if (x.negative) return signal(context, Signal.INVALID_OPERATION);
  if (!isFiniteDecimal(x)) return x;
  // One digit more than asked for, with a last digit that shows whether there is a rest.
  const wanted = context.prec + 1;
  const even = (x.exponent & 1) === 0;
  let coefficient = even ? x.coefficient : x.coefficient * 10n;
  const length = even ? (digitCount(x.coefficient) + 1) >> 1 : (digitCount(x.coefficient) >> 1) + 1;
  const shift = wanted - length;
  let exact = true;
  if (shift >= 0) coefficient *= tenTo(2 * shift);
  else {
    const unit = tenTo(-2 * shift);
    exact = coefficient % unit === 0n;
    coefficient /= unit;
  }
  let exponent = ideal - shift;
  let root = integerSquareRoot(coefficient);
  exact &&= root * root === coefficient;
  if (exact) {
    if (shift >= 0) {
      root /= tenTo(shift);
    } else root *= tenTo(-shift);
    exponent = ideal;
  } else if (root % 5n === 0n) root++;
  const { rounding } = context;
  context.rounding = 'ROUND_HALF_EVEN';
  const result = finalize(finite(false, root, exponent), context);
  context.rounding = rounding;
  return result;
}

/** a * b + c, rounded once. */
export function fusedMultiplyAdd(a: Decimal, b: Decimal, c: Decimal, context: Arithmetic): Decimal {
  const nan = checkNaNs(context, a, b);
  if (a.kind === Kind.SIGNALING_NAN || b.kind === Kind.SIGNALING_NAN) return nan as Decimal;
  if (nan !== undefined) return checkNaNs(context, nan, c) as Decimal;
  const exact = unbounded();
  const product = multiply(a, b, exact);
  if (exact.status & INVALID) return signal(context, exact.status & INVALID);
  return add(product, c, context);
}
