/** Python's int as a constant: a number while it is safe, else a bigint. */
export type Int = number | bigint;

/** The canonical form of an exact result. */
const fromBig = (value: bigint): Int =>
  value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;

const big = (value: Int): bigint => BigInt(value);

/** A result that doubles gave, if it is exact, with no negative zero. */
const exact = (value: number): number | undefined => (Number.isSafeInteger(value) ? value + 0 : undefined);

/** int.bit_length(). */
export const bitLength = (value: Int): number => {
  const magnitude = value < 0 ? -big(value) : big(value);
  return magnitude === 0n ? 0 : magnitude.toString(2).length;
};

export const intAdd = (a: Int, b: Int): Int =>
  (typeof a === 'number' && typeof b === 'number' ? exact(a + b) : undefined) ?? fromBig(big(a) + big(b));

export const intSubtract = (a: Int, b: Int): Int =>
  (typeof a === 'number' && typeof b === 'number' ? exact(a - b) : undefined) ?? fromBig(big(a) - big(b));

export const intMultiply = (a: Int, b: Int): Int => fromBig(big(a) * big(b));

export const intNegative = (a: Int): Int => fromBig(-big(a));

export const intInvert = (a: Int): Int => fromBig(~big(a));

export const intAnd = (a: Int, b: Int): Int => fromBig(big(a) & big(b));
export const intOr = (a: Int, b: Int): Int => fromBig(big(a) | big(b));
export const intXor = (a: Int, b: Int): Int => fromBig(big(a) ^ big(b));

/** `a << b` for b ≥ 0; the caller limits the size. */
export const intLeftShift = (a: Int, b: Int): Int => (a === 0 ? 0 : fromBig(big(a) << big(b)));

/** `a >> b` for b ≥ 0. */
export const intRightShift = (a: Int, b: Int): Int => {
  if (b >= bitLength(a)) return a < 0 ? -1 : 0;
  return fromBig(big(a) >> big(b));
};

/** `a // b`, rounded down; undefined by zero. */
export const intFloorDivide = (a: Int, b: Int): Int | undefined => {
  if (b === 0) return undefined;
  const quotient = big(a) / big(b);
  return fromBig(quotient * big(b) !== big(a) && a < 0 !== b < 0 ? quotient - 1n : quotient);
};

/** `a % b`, with b's sign; undefined by zero. */
export const intRemainder = (a: Int, b: Int): Int | undefined => {
  if (b === 0) return undefined;
  const remainder = big(a) % big(b);
  return fromBig(remainder !== 0n && remainder < 0n !== b < 0 ? remainder + big(b) : remainder);
};

/** `a ** b` for b ≥ 0; the caller limits the size. */
export const intPower = (a: Int, b: Int): Int => {
  if (a === 0 || a === 1) return b === 0 ? 1 : a;
  return fromBig(big(a) ** big(b));
};

/** float(a), to the nearest, ties to even; undefined where it overflows (PyLong_AsDouble). */
export const intToFloat = (a: Int): number | undefined => {
  const value = Number(a);
  return Number.isFinite(value) ? value : undefined;
};

/** `a / b`, correctly rounded; undefined by zero or where it overflows (long_true_divide). */
export const intTrueDivide = (a: Int, b: Int): number | undefined => {
  if (b === 0) return undefined;
  if (typeof a === 'number' && typeof b === 'number') return a / b;
  const quotient = divideBig(big(a), big(b));
  return Number.isFinite(quotient) ? quotient : undefined;
};

/** The double nearest to a ratio, ties to even: a quotient of at least 64 bits with a sticky bit, scaled. */
export function divideBig(a: bigint, b: bigint): number {
  if (a === 0n) return b < 0n ? -0 : 0;
  const isNegative = a < 0n !== b < 0n;
  const numerator = a < 0n ? -a : a;
  const denominator = b < 0n ? -b : b;
  // The quotient lies in [2^(exponent - 1), 2^(exponent + 1)).
  const exponent = bitLength(numerator) - bitLength(denominator);
  // Below the normal range fewer bits count, and rounding must happen once, at the last bit that does.
  const shift = Math.min(66 - exponent, 1074 + 2);
  const scaledNumerator = shift >= 0 ? numerator << BigInt(shift) : numerator;
  const scaledDenominator = shift >= 0 ? denominator : denominator << BigInt(-shift);
  let quotient = scaledNumerator / scaledDenominator;
  if (quotient * scaledDenominator !== scaledNumerator) quotient |= 1n;
  const magnitude = scaleDown(quotient, shift);
  return isNegative ? -magnitude : magnitude;
}

/** `value` / 2^shift, rounded once to the nearest, ties to even. */
export function scaleDown(value: bigint, shift: number): number {
  const bits = bitLength(value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value);
  // Bits that a double keeps: 53, or those above 2^-1074.
  const kept = Math.min(53, bits - shift + 1074);
  if (kept < 0) return 0;
  const dropped = bits - kept;
  let significand = value;
  if (dropped > 0) {
    const half = 1n << BigInt(dropped - 1);
    const rest = value & ((half << 1n) - 1n);
    significand = value >> BigInt(dropped);
    if (rest > half || (rest === half && (significand & 1n) === 1n)) significand++;
  }
  const power = Math.max(dropped, 0) - shift;
  // Two steps, as 2^power alone may leave the range of a double; the product is exact.
  const firstStep = Math.max(-1000, Math.min(power, 900));
  return Number(significand) * 2 ** firstStep * 2 ** (power - firstStep);
}
