import { Problem } from '../text/problem.ts';

/** A Python int: a JavaScript number while Number.isSafeInteger, else a bigint; never a bigint in the safe range. */
export type Integer = number | bigint;

const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);
const MIN_SAFE = BigInt(Number.MIN_SAFE_INTEGER);

/** Brings a bigint into the one form that an Integer of its value has; -0 can't come out of it. */
export function normalize(value: bigint): Integer {
  return value >= MIN_SAFE && value <= MAX_SAFE ? Number(value) : value;
}

/** The Integer of a number that is whole: exact, as every whole double is an int. -0 becomes 0. */
export function fromWholeNumber(value: number): Integer {
  return Number.isSafeInteger(value) ? value + 0 : BigInt(value);
}

export function add(left: Integer, right: Integer): Integer {
  if (typeof left === 'number' && typeof right === 'number') {
    const sum = left + right;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return normalize(BigInt(left) + BigInt(right));
}

export function subtract(left: Integer, right: Integer): Integer {
  if (typeof left === 'number' && typeof right === 'number') {
    const difference = left - right;
    if (Number.isSafeInteger(difference)) return difference;
  }
  return normalize(BigInt(left) - BigInt(right));
}

export function multiply(left: Integer, right: Integer): Integer {
  if (typeof left === 'number' && typeof right === 'number') {
    const product = left * right;
    // Adding 0 makes -0 of 0 * -1 the int 0.
    if (Number.isSafeInteger(product)) return product + 0;
  }
  checkBits(bitLength(left) + bitLength(right));
  return normalize(BigInt(left) * BigInt(right));
}

/** `left // right`, rounding towards minus infinity (longobject.c, l_divmod, 3.14). */
export function floorDivide(left: Integer, right: Integer): Integer {
  if (right === 0) throw new Problem('ZeroDivisionError', 'division by zero');
  if (typeof left === 'number' && typeof right === 'number') {
    // The quotient of two safe integers can round up to the next integer, so it comes from the exact remainder.
    const remainder = left % right;
    const quotient = (left - remainder) / right;
    return remainder !== 0 && remainder < 0 !== right < 0 ? quotient - 1 : quotient + 0;
  }
  const a = BigInt(left);
  const b = BigInt(right);
  const quotient = a / b;
  const inexact = quotient * b !== a;
  return normalize(inexact && a < 0n !== b < 0n ? quotient - 1n : quotient);
}

/** `left % right`, with the sign of `right` (longobject.c, l_mod, 3.14). */
export function modulo(left: Integer, right: Integer): Integer {
  if (right === 0) throw new Problem('ZeroDivisionError', 'division by zero');
  if (typeof left === 'number' && typeof right === 'number') {
    const remainder = left % right;
    return remainder !== 0 && remainder < 0 !== right < 0 ? remainder + right : remainder + 0;
  }
  return normalize(bigModulo(BigInt(left), BigInt(right)));
}

function bigModulo(left: bigint, right: bigint): bigint {
  const remainder = left % right;
  return remainder !== 0n && remainder < 0n !== right < 0n ? remainder + right : remainder;
}

export function divmod(left: Integer, right: Integer): [quotient: Integer, remainder: Integer] {
  if (right === 0) throw new Problem('ZeroDivisionError', 'division by zero');
  return [floorDivide(left, right), modulo(left, right)];
}

/** Bits beyond which JavaScript engines refuse a bigint (V8: 2**30); CPython would need over 128 MB for it. */
const MAX_BITS = 2 ** 30;

function checkBits(bits: number): void {
  if (bits > MAX_BITS) throw new Problem('MemoryError', '');
}

/**
 * `base ** exponent` for an exponent that is not negative (longobject.c, long_pow, 3.14). Negative exponents give a float in Python:
 * see floatPower.
 */
export function power(base: Integer, exponent: Integer): Integer {
  if (exponent === 0) return 1;
  if (base === 0 || base === 1) return base;
  if (base === -1) return modulo(exponent, 2) === 0 ? 1 : -1;
  if (typeof exponent !== 'number') throw new Problem('MemoryError', '');
  if (typeof base === 'number') {
    const small = base ** exponent;
    if (Number.isSafeInteger(small)) return small;
  }
  checkBits((bitLength(base) - 1) * exponent);
  return normalize(BigInt(base) ** BigInt(exponent));
}

/** `pow(base, exponent, modulus)`, with the modular inverse for a negative exponent (longobject.c, long_pow, 3.14). */
export function powerModulo(base: Integer, exponent: Integer, modulus: Integer): Integer {
  if (modulus === 0) throw new Problem('ValueError', 'pow() 3rd argument cannot be 0');
  const m = BigInt(modulus);
  const size = m < 0n ? -m : m;
  let a = BigInt(base);
  let e = BigInt(exponent);
  if (e < 0n) {
    a = inverse(bigModulo(a, size), size);
    e = -e;
  }
  if (size === 1n) return 0;
  a = bigModulo(a, size);
  let result = 1n;
  if (size <= MAX_SAFE && e < 0x100000000n) {
    for (; e > 0n; e >>= 1n) {
      if ((e & 1n) === 1n) result = (result * a) % size;
      a = (a * a) % size;
    }
  } else {
    // Reading the exponent's bits from its hexadecimal text keeps this linear in its length.
    for (const digit of e.toString(16)) {
      const bits = Number.parseInt(digit, 16);
      for (let mask = 8; mask > 0; mask >>= 1) {
        result = (result * result) % size;
        if (bits & mask) result = (result * a) % size;
      }
    }
  }
  return normalize(m < 0n && result !== 0n ? result + m : result);
}

function inverse(value: bigint, modulus: bigint): bigint {
  let [a, b] = [value, modulus];
  let [x, y] = [1n, 0n];
  while (b !== 0n) {
    const quotient = a / b;
    [a, b] = [b, a - quotient * b];
    [x, y] = [y, x - quotient * y];
  }
  if (a !== 1n) throw new Problem('ValueError', 'base is not invertible for the given modulus');
  return bigModulo(x, modulus);
}

export function shiftLeft(value: Integer, count: Integer): Integer {
  if (count < 0) throw new Problem('ValueError', 'negative shift count');
  if (value === 0) return 0;
  if (typeof count !== 'number') throw new Problem('OverflowError', 'too many digits in integer');
  if (typeof value === 'number' && count < 53) {
    const product = value * 2 ** count;
    if (Number.isSafeInteger(product)) return product;
  }
  checkBits(bitLength(value) + count);
  return normalize(BigInt(value) << BigInt(count));
}

export function shiftRight(value: Integer, count: Integer): Integer {
  if (count < 0) throw new Problem('ValueError', 'negative shift count');
  if (typeof value === 'number') {
    if (count > 53) return value < 0 ? -1 : 0;
    if (count < 32 && value >= -0x80000000 && value <= 0x7fffffff) return value >> (count as number);
    return Math.floor(value / 2 ** (count as number));
  }
  if (typeof count !== 'number' || count > MAX_BITS) return value < 0n ? -1 : 0;
  return normalize(value >> BigInt(count));
}

const isInt32 = (value: Integer): value is number => typeof value === 'number' && (value | 0) === value;

export function and(left: Integer, right: Integer): Integer {
  if (isInt32(left) && isInt32(right)) return left & right;
  return normalize(BigInt(left) & BigInt(right));
}

export function or(left: Integer, right: Integer): Integer {
  if (isInt32(left) && isInt32(right)) return left | right;
  return normalize(BigInt(left) | BigInt(right));
}

export function xor(left: Integer, right: Integer): Integer {
  if (isInt32(left) && isInt32(right)) return left ^ right;
  return normalize(BigInt(left) ^ BigInt(right));
}

export function invert(value: Integer): Integer {
  return typeof value === 'number' ? subtract(-1, value) : normalize(~value);
}

export function negate(value: Integer): Integer {
  return typeof value === 'number' ? 0 - value : normalize(-value);
}

export function absolute(value: Integer): Integer {
  return value < 0 ? negate(value) : value;
}

/** `int.bit_length()`. */
export function bitLength(value: Integer): number {
  if (typeof value === 'number') {
    const size = Math.abs(value);
    if (size <= 0xffffffff) return 32 - Math.clz32(size);
    return 64 - Math.clz32(Math.floor(size / 0x100000000));
  }
  const hex = (value < 0n ? -value : value).toString(16);
  return hex.length * 4 + 28 - Math.clz32(Number.parseInt(hex[0], 16));
}

/** `int.bit_count()`: the ones in the absolute value. */
export function bitCount(value: Integer): number {
  const hex = (value < 0 ? -value : value).toString(16);
  let ones = 0;
  for (let i = 0; i < hex.length; i++) ones += ONES[Number.parseInt(hex[i], 16)];
  return ones;
}
const ONES = [0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4];

/** `math.gcd` of two ints. */
export function gcd(left: Integer, right: Integer): Integer {
  let a = absolute(left);
  let b = absolute(right);
  while (typeof a === 'bigint' || typeof b === 'bigint') {
    if (b === 0) return a;
    [a, b] = [b, modulo(a, b)];
  }
  while (b !== 0) [a, b] = [b, a % b];
  return a;
}

/** `math.lcm` of two ints. */
export function lcm(left: Integer, right: Integer): Integer {
  if (left === 0 || right === 0) return 0;
  return absolute(multiply(floorDivide(left, gcd(left, right)), right));
}

/** `math.isqrt`: the floor of the exact square root. */
export function isqrt(value: Integer): Integer {
  if (value < 0) throw new Problem('ValueError', 'isqrt() argument must be nonnegative');
  if (typeof value === 'number') {
    const root = Math.floor(Math.sqrt(value));
    return root * root > value ? root - 1 : root;
  }
  // CPython's adaptive-precision Newton iteration (mathmodule.c, math_isqrt): each step doubles the known bits.
  const c = (bitLength(value) - 1) >> 1;
  let a = 1n;
  let d = 0;
  for (let s = 32 - Math.clz32(c) - 1; s >= 0; s--) {
    const e = d;
    d = c >> s;
    a = (a << BigInt(d - e - 1)) + (value >> BigInt(2 * c - e - d + 1)) / a;
  }
  return normalize(a * a > value ? a - 1n : a);
}

/** `round(value, ndigits)` for an int: to a multiple of 10**-ndigits, half to even (longobject.c, int___round__). */
export function roundInteger(value: Integer, ndigits: Integer): Integer {
  if (ndigits >= 0) return value;
  const places = negate(ndigits);
  if (typeof places !== 'number' || places > bitLength(value) * 0.30103 + 2) return 0;
  const unit = power(10, places);
  const remainder = modulo(value, unit);
  const down = subtract(value, remainder);
  const twice = multiply(remainder, 2);
  if (twice > unit) return add(down, unit);
  if (twice === unit && modulo(floorDivide(down, unit), 2) === 1) return add(down, unit);
  return down;
}

/** `int.to_bytes(length, byteorder, signed=…)`. `littleEndian` says which byteorder. */
export function toBytes(value: Integer, length: number, littleEndian: boolean, signed: boolean): Uint8Array {
  if (length < 0) throw new Problem('ValueError', 'length argument must be non-negative');
  if (value < 0 && !signed) throw new Problem('OverflowError', "can't convert negative int to unsigned");
  const bits = value < 0 ? bitLength(invert(value)) + 1 : bitLength(value) + (signed && value !== 0 ? 1 : 0);
  if (bits > length * 8) throw new Problem('OverflowError', 'int too big to convert');
  const bytes = new Uint8Array(length);
  if (isInt32(value)) {
    let rest = value;
    for (let i = length - 1; i >= 0; i--) {
      bytes[i] = rest & 0xff;
      rest >>= 8;
    }
  } else {
    const hex = BigInt.asUintN(length * 8, BigInt(value))
      .toString(16)
      .padStart(length * 2, '0');
    for (let i = 0; i < length; i++) bytes[i] = Number.parseInt(hex.substring(2 * i, 2 * i + 2), 16);
  }
  return littleEndian ? bytes.reverse() : bytes;
}

/** `int.from_bytes(bytes, byteorder, signed=…)`. */
export function fromBytes(bytes: Uint8Array, littleEndian: boolean, signed: boolean): Integer {
  const length = bytes.length;
  if (length === 0) return 0;
  let value: Integer = 0;
  if (length <= 6) {
    for (let i = 0; i < length; i++) value = (value as number) * 256 + bytes[littleEndian ? length - 1 - i : i];
    const top = bytes[littleEndian ? length - 1 : 0];
    return signed && top >= 0x80 ? (value as number) - 2 ** (8 * length) : value;
  }
  let hex = '0x';
  for (let i = 0; i < length; i++) {
    const byte = bytes[littleEndian ? length - 1 - i : i];
    hex += byte < 16 ? `0${byte.toString(16)}` : byte.toString(16);
  }
  return normalize(signed ? BigInt.asIntN(8 * length, BigInt(hex)) : BigInt(hex));
}
