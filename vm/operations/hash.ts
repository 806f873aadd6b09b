import { vm } from '../interpreter/state.ts';
import { hashInteger } from '../numbers/hash.ts';
import { PyBaseException, typeError, typeErrorType } from '../objects/exception.ts';
import { type Hash, typeOf, type Value } from '../objects/object.ts';
import { fullyQualifiedName } from '../objects/type-name.ts';

/** hash(value). */
export function hashOf(value: Value): Hash {
  switch (typeof value) {
    case 'string':
      return hashString(value);
    case 'number':
      return value === -1 ? -2 : value;
    case 'bigint':
      return hashInteger(value);
    case 'boolean':
      return value ? 1 : 0;
    default:
      break;
  }
  if (value === null) return NONE_HASH;
  const { tp_hash, tp_name } = typeOf(value);
  if (tp_hash === undefined) throw typeError(`unhashable type: '${tp_name}'`);
  return tp_hash(value);
}

/** The hash of what is to be a key or element; a TypeError says so (dict_unhashable_type, set_unhashable_type). */
export function hashToStore(value: Value, role: 'dict key' | 'set element'): Hash {
  try {
    return hashOf(value);
  } catch (error) {
    if (!(error instanceof PyBaseException) || error.type !== typeErrorType) throw error;
    throw typeError(`cannot use '${fullyQualifiedName(typeOf(value))}' as a ${role} (${error.type.tp_str!(error)})`);
  }
}

/** tp_hash of a type whose `__hash__` is None. */
export function unhashable(self: Value): Hash {
  throw typeError(`unhashable type: '${typeOf(self).tp_name}'`);
}

/** As hash(None) has been since CPython 3.12. */
const NONE_HASH = 0xfca86420;

const stringHashes = new Map<string, number>();

/** A 53-bit hash of text, seeded by the host: two 32-bit FNV-like lanes. */
export function hashString(text: string): number {
  if (text.length === 0) return 0;
  if (text.length > 64) return computeHash(text);
  let hash = stringHashes.get(text);
  if (hash === undefined) {
    if (stringHashes.size > 50_000) stringHashes.clear();
    hash = computeHash(text);
    stringHashes.set(text, hash);
  }
  return hash;
}

function computeHash(text: string): number {
  let low = vm.host.hashSeed ^ 0x9e3779b9;
  let high = vm.host.hashSeed ^ 0x41c6ce57;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    low = Math.imul(low ^ unit, 2654435761);
    high = Math.imul(high ^ unit, 1597334677);
  }
  return mixed(low, high);
}

function mixed(low: number, high: number): number {
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  return 4294967296 * (0x1fffff & high) + (low >>> 0);
}

let nextIdentity = 0x7f0000001000;
const identities = new WeakMap<object, number>();
const plainIdentities = new Map<unknown, number>();

/** id(value): the same object always gives the same number, in order of asking. */
export function identityOf(value: Value): number {
  const known = typeof value === 'object' && value !== null ? identities.get(value) : plainIdentities.get(value);
  if (known !== undefined) return known;
  const identity = nextIdentity;
  nextIdentity += 16;
  if (typeof value === 'object' && value !== null) identities.set(value, identity);
  else plainIdentities.set(value, identity);
  return identity;
}

/** object.__hash__. */
export function identityHash(value: Value): Hash {
  return identityOf(value) / 16;
}

const MASK = (1n << 64n) - 1n;
const PRIME_1 = 11400714785074694791n;
const PRIME_2 = 14029467366897019727n;
const PRIME_5 = 2870177450012600261n;

/** hash() of a tuple whose items hash to these (xxHash's 64-bit round, Objects/tupleobject.c of 3.14). */
export function hashSequence(hashes: readonly Hash[]): Hash {
  let sum = PRIME_5;
  for (const hash of hashes) {
    sum = (sum + (BigInt(hash) & MASK) * PRIME_2) & MASK;
    sum = ((sum << 31n) | (sum >> 33n)) & MASK;
    sum = (sum * PRIME_1) & MASK;
  }
  sum = (sum + (BigInt(hashes.length) ^ (PRIME_5 ^ 3527539n))) & MASK;
  if (sum === MASK) return 1546275796;
  const signed = BigInt.asIntN(64, sum);
  return signed >= Number.MIN_SAFE_INTEGER && signed <= Number.MAX_SAFE_INTEGER ? Number(signed) : signed;
}

/** hash() of bytes, as of text of the same units. */
export function hashBytes(bytes: Uint8Array): Hash {
  if (bytes.length === 0) return 0;
  let low = vm.host.hashSeed ^ 0x9e3779b9;
  let high = vm.host.hashSeed ^ 0x41c6ce57;
  for (let i = 0; i < bytes.length; i++) {
    const unit = bytes[i];
    low = Math.imul(low ^ unit, 2654435761);
    high = Math.imul(high ^ unit, 1597334677);
  }
  return mixed(low, high);
}
