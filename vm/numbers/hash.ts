import { decompose } from './digits.ts';
import { type Integer, normalize } from './integer.ts';

/** sys.hash_info of a 64-bit CPython: hashes of numbers are remainders by this prime. */
export const HASH_MODULUS = (1n << 61n) - 1n;
export const HASH_INF = 314159;
export const HASH_IMAG = 1000003;

/** `hash(value)` of an int (longobject.c, long_hash). -1 is reserved for errors in C, so it becomes -2. */
export function hashInteger(value: Integer): Integer {
  if (typeof value === 'number') return value === -1 ? -2 : value;
  const size = (value < 0n ? -value : value) % HASH_MODULUS;
  const hash = value < 0n ? -size : size;
  return hash === -1n ? -2 : normalize(hash);
}

/** `hash(value)` of a float other than NaN, whose hash is its object's (pyhash.c, _Py_HashDouble). */
export function hashFloat(value: number): Integer {
  if (Number.isSafeInteger(value)) return value === -1 ? -2 : value + 0;
  if (!Number.isFinite(value)) return value > 0 ? HASH_INF : -HASH_INF;
  const { mantissa, exponent } = decompose(Math.abs(value));
  // 2**61 is 1 modulo the prime, so the power of two goes in by a shift of at most 60.
  const shift = ((exponent % 61) + 61) % 61;
  const size = (mantissa << BigInt(shift)) % HASH_MODULUS;
  return hashInteger(normalize(value < 0 ? -size : size));
}

/** `hash()` of a complex from the hashes of its parts (complexobject.c, complex_hash). */
export function hashComplex(realHash: Integer, imagHash: Integer): Integer {
  if (imagHash === 0) return realHash;
  const hash = BigInt.asIntN(64, BigInt(realHash) + BigInt(HASH_IMAG) * BigInt(imagHash));
  return hash === -1n ? -2 : normalize(hash);
}
