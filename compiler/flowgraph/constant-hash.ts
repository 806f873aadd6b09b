import type { Constant } from '../bytecode/constants.ts';
import { InternalError } from '../text/internal-error.ts';

/** pyhash.c, 64 bit: numeric hashes are values modulo this prime. */
const MODULUS = (1n << 61n) - 1n;
const HASH_BITS = 61n;
const HASH_INF = 314159n;
const HASH_IMAG = 1000003n;
const HASH_NONE = 0xfca86420n;

const u64 = (value: bigint): bigint => BigInt.asUintN(64, value);
const s64 = (value: bigint): bigint => BigInt.asIntN(64, value);

/** -1 means an error in C, so no hash is -1. */
const notMinusOne = (hash: bigint): bigint => (hash === -1n ? -2n : hash);

/** hash() of a constant in CPython 3.14 on 64 bit with PYTHONHASHSEED=0. */
export function constantHash(constant: Constant): bigint {
  if (constant === null) return HASH_NONE;
  switch (typeof constant) {
    case 'boolean':
      return constant ? 1n : 0n;
    case 'number':
    case 'bigint':
      return intHash(BigInt(constant));
    case 'string':
      return bytesHash(strBytes(Array.from(constant, (character) => character.codePointAt(0)!)));
  }
  switch (constant.type) {
    case 'float':
      return floatHash(constant.value);
    case 'complex':
      return notMinusOne(s64(u64(floatHash(constant.real)) + HASH_IMAG * u64(floatHash(constant.imag))));
    case 'str':
      return bytesHash(strBytes(constant.codePoints));
    case 'bytes':
      return bytesHash(constant.value);
    case 'tuple':
      return tupleHash(constant.items);
    case 'frozenset':
      return frozenSetHash(constant.items);
    case 'ellipsis':
      // An address in CPython, so any order is one that it can give.
      return 0n;
    case 'slice':
    case 'code':
      throw new InternalError(`a ${constant.type} stands in no constant set`);
  }
}

function intHash(value: bigint): bigint {
  const magnitude = (value < 0n ? -value : value) % MODULUS;
  return notMinusOne(value < 0n ? -magnitude : magnitude);
}

/** _Py_HashDouble. */
function floatHash(value: number): bigint {
  if (value === Number.POSITIVE_INFINITY) return HASH_INF;
  if (value === Number.NEGATIVE_INFINITY) return -HASH_INF;
  if (Number.isInteger(value)) return intHash(BigInt(value));
  if (Number.isNaN(value)) return 0n;
  let mantissa = Math.abs(value);
  let exponent = 0n;
  while (!Number.isInteger(mantissa)) {
    mantissa *= 2;
    exponent++;
  }
  // Division by 2^exponent modulo the prime is a rotation.
  const rotation = (HASH_BITS - (exponent % HASH_BITS)) % HASH_BITS;
  const hash = (BigInt(mantissa) << rotation) % MODULUS;
  return notMinusOne(value < 0 ? -hash : hash);
}

/** tuple_hash: xxHash's mixing of the items' hashes. */
function tupleHash(items: readonly Constant[]): bigint {
  const prime1 = 11400714785074694791n;
  const prime2 = 14029467366897019727n;
  const prime5 = 2870177450012600261n;
  let accumulator = prime5;
  for (const item of items) {
    accumulator = u64(accumulator + u64(constantHash(item)) * prime2);
    accumulator = u64((accumulator << 31n) | (accumulator >> 33n));
    accumulator = u64(accumulator * prime1);
  }
  accumulator = u64(accumulator + (BigInt(items.length) ^ prime5 ^ 3527539n));
  return accumulator === u64(-1n) ? 1546275796n : s64(accumulator);
}

/** frozenset_hash. */
function frozenSetHash(items: readonly Constant[]): bigint {
  let hash = 0n;
  for (const item of items) {
    const h = u64(constantHash(item));
    hash ^= u64((h ^ 89869747n ^ u64(h << 16n)) * 3644798167n);
  }
  hash ^= u64((BigInt(items.length) + 1n) * 1927868237n);
  hash ^= (hash >> 11n) ^ (hash >> 25n);
  hash = u64(hash * 69069n + 907133923n);
  return hash === u64(-1n) ? 590923713n : s64(hash);
}

/** A str's buffer: 1, 2 or 4 bytes a code point, whichever fits all. */
function strBytes(points: readonly number[]): Uint8Array {
  let maximum = 0;
  for (const point of points) if (point > maximum) maximum = point;
  if (maximum < 0x100) return Uint8Array.from(points);
  const units = maximum < 0x10000 ? Uint16Array.from(points) : Uint32Array.from(points);
  return new Uint8Array(units.buffer);
}

/** SipHash-1-3 with the key 0. */
function bytesHash(bytes: Uint8Array): bigint {
  if (bytes.length === 0) return 0n;
  const state = { v0: 0x736f6d6570736575n, v1: 0x646f72616e646f6dn, v2: 0x6c7967656e657261n, v3: 0x7465646279746573n };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const whole = bytes.length - (bytes.length % 8);
  for (let i = 0; i < whole; i += 8) absorb(state, view.getBigUint64(i, true));
  let tail = BigInt(bytes.length & 0xff) << 56n;
  for (let i = whole; i < bytes.length; i++) tail |= BigInt(bytes[i]!) << BigInt(8 * (i - whole));
  absorb(state, tail);
  state.v2 ^= 0xffn;
  for (let round = 0; round < 3; round++) sipRound(state);
  return notMinusOne(s64(state.v0 ^ state.v1 ^ state.v2 ^ state.v3));
}

interface SipState {
  v0: bigint;
  v1: bigint;
  v2: bigint;
  v3: bigint;
}

function absorb(state: SipState, word: bigint): void {
  state.v3 ^= word;
  sipRound(state);
  state.v0 ^= word;
}

const rotate = (value: bigint, bits: bigint): bigint => u64((value << bits) | (value >> (64n - bits)));

function sipRound(state: SipState): void {
  let { v0, v1, v2, v3 } = state;
  v0 = u64(v0 + v1);
  v1 = rotate(v1, 13n) ^ v0;
  v0 = rotate(v0, 32n);
  v2 = u64(v2 + v3);
  v3 = rotate(v3, 16n) ^ v2;
  v0 = u64(v0 + v3);
  v3 = rotate(v3, 21n) ^ v0;
  v2 = u64(v2 + v1);
  v1 = rotate(v1, 17n) ^ v2;
  v2 = rotate(v2, 32n);
  state.v0 = v0;
  state.v1 = v1;
  state.v2 = v2;
  state.v3 = v3;
}
