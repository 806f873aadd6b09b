import { equals } from '../operations/compare.ts';
import { hashOf, hashToStore } from '../operations/hash.ts';
import { PyFloat } from './float.ts';
import { PyInt } from './int.ts';
import { IntIndex } from './int-index.ts';
import {
  dictType,
  floatType,
  type Hash,
  intType,
  objectType,
  PyObject,
  type PyType,
  type Slot,
  strType,
  type Value,
} from './object.ts';
import { PyStr } from './str.ts';

/** A JavaScript Map key that stands for a Python key; undefined when equality needs __eq__ (see PyDict). */
type CanonicalKey = string | number | bigint | object | null | undefined;

/** Gives the Map key of a Python key: 1, 1.0 and True share one; objects compared by identity are their own. */
export function canonicalKey(key: Value): CanonicalKey {
  switch (typeof key) {
    case 'string':
    case 'number':
    case 'bigint':
      return key;
    case 'boolean':
      return key ? 1 : 0;
    default:
      if (key === null) return key;
      return canonicalObject(key);
  }
}

function canonicalObject(key: PyObject): CanonicalKey {
  const { type } = key;
  if (type.tp_hash === objectType.tp_hash) return type.tp_richcompare === objectType.tp_richcompare ? key : undefined;
  if (key instanceof PyFloat) {
    if (type.tp_hash !== floatType.tp_hash || type.tp_richcompare !== floatType.tp_richcompare) return undefined;
    const { value } = key;
    if (Number.isInteger(value)) return Number.isSafeInteger(value) ? value : BigInt(value);
    return Number.isNaN(value) ? key : value;
  }
  if (key instanceof PyStr) {
    return type.tp_hash === strType.tp_hash && type.tp_richcompare === strType.tp_richcompare ? key.value : undefined;
  }
  if (key instanceof PyInt) {
    return type.tp_hash === intType.tp_hash && type.tp_richcompare === intType.tp_richcompare ? key.value : undefined;
  }
  // Types, functions and other built-ins that compare by identity have slots of their own that say so.
  return type.identityEquality ? key : undefined;
}

let lastKeysVersion = 0;

/** The index of dicts that have nothing in it. */
const noIndex: Map<CanonicalKey, number> = new Map();

const isSmallInt = (key: CanonicalKey): key is number => typeof key === 'number' && (key | 0) === key;

/**
 * A dict: entries in insertion order, with holes where some were deleted, and an index.
 *
 * Keys whose equality JavaScript's Map knows (str, int, float, None, objects compared by identity) are indexed by their
 * canonical key; those that are small ints in `ints`. All others (tuples, bytes, classes with __eq__) stand in `buckets` by hash and are compared in Python. When such a
 * key could equal a canonical one (only classes of the user's and Decimal and Fraction can), the canonical ones get into the
 * buckets too: `mixed`.
 */
export class PyDict extends PyObject {
  /** Key by entry; undefined is a hole. */
  keys: Slot[] = [];
  values: Value[] = [];
  used = 0;
  /** Changes when a key is added or removed, and is never that of another dict: what cached look-ups compare. */
  keysVersion = ++lastKeysVersion;
  private index = noIndex;
  private ints: IntIndex | undefined = undefined;
  private buckets: Map<Hash, number[]> | undefined = undefined;
  /** Hash by entry, of those in the buckets: a key is asked once for its hash, when it is put in. */
  private hashes: Hash[] | undefined = undefined;
  private mixed = false;

  constructor(type: PyType = dictType) {
    super(type);
  }

  get size(): number {
    return this.used;
  }

  /** Entry of a str key, or -1: the fast path of attribute and name look-ups. */
  findString(key: string): number {
    const entry = this.index.get(key);
    if (entry !== undefined) return entry;
    return this.mixed ? this.findInBuckets(key, hashOf(key)) : -1;
  }

  /** Entry of a key, or -1. May call __hash__ and __eq__, and so raise. */
  find(key: Value): number {
    if (typeof key === 'string') return this.findString(key);
    const canonical = canonicalKey(key);
    if (canonical !== undefined) {
      const entry = this.findCanonical(canonical);
      if (entry >= 0) return entry;
      return this.mixed ? this.findInBuckets(key, hashOf(key)) : -1;
    }
    return this.findHashed(key, hashToStore(key, 'dict key'));
  }

  /** Entry of a key that isn't canonical, whose hash is known, or -1. */
  findHashed(key: Value, hash: Hash): number {
    if (this.used === 0) return -1;
    if (!this.mixed && !comparesOnlyWithItsLike(key)) this.mix();
    return this.findInBuckets(key, hash);
  }

  private findCanonical(key: CanonicalKey): number {
    if (isSmallInt(key)) return this.ints === undefined ? -1 : this.ints.get(key);
    return this.index.get(key) ?? -1;
  }

  private addCanonical(key: CanonicalKey, entry: number): void {
    if (isSmallInt(key)) {
      this.ints ??= new IntIndex();
      this.ints.add(key, entry);
    } else {
      if (this.index === noIndex) this.index = new Map();
      this.index.set(key, entry);
    }
  }

  get(key: Value): Slot {
    const entry = this.find(key);
    return entry < 0 ? undefined : this.values[entry];
  }

  getString(key: string): Slot {
    const entry = this.findString(key);
    return entry < 0 ? undefined : this.values[entry];
  }

  has(key: Value): boolean {
    return this.find(key) >= 0;
  }

  set(key: Value, value: Value): void {
    if (typeof key === 'string') {
      this.setString(key, value);
      return;
    }
    const canonical = canonicalKey(key);
    if (canonical === undefined) {
      this.setHashed(key, value, hashToStore(key, 'dict key'));
      return;
    }
    const entry = this.find(key);
    if (entry >= 0) this.values[entry] = value;
    else this.append(key, value);
  }

  /** Sets the value of a key that isn't canonical, whose hash is known. */
  setHashed(key: Value, value: Value, hash: Hash): void {
    const entry = this.findHashed(key, hash);
    if (entry >= 0) this.values[entry] = value;
    else this.append(key, value, hash);
  }

  setString(key: string, value: Value): void {
    const entry = this.findString(key);
    if (entry >= 0) this.values[entry] = value;
    else this.append(key, value);
  }

  /** Removes a key; gives its value, or undefined when it wasn't there. */
  delete(key: Value): Slot {
    const entry = this.find(key);
    if (entry < 0) return undefined;
    const value = this.values[entry];
    this.removeEntry(entry);
    return value;
  }

  removeEntry(entry: number): void {
    const key = this.keys[entry] as Value;
    const canonical = canonicalKey(key);
    if (isSmallInt(canonical)) this.ints!.delete(canonical);
    else if (canonical !== undefined) this.index.delete(canonical);
    if (this.buckets !== undefined && (canonical === undefined || this.mixed)) this.leaveBucket(entry);
    this.keys[entry] = undefined;
    this.values[entry] = null;
    this.used--;
    this.keysVersion = ++lastKeysVersion;
  }

  /** Removes the last entry; undefined when there is none. Only this makes room at the end again, as popitem() does. */
  popLast(): [Value, Value] | undefined {
    const { keys, values } = this;
    let last = keys.length - 1;
    while (last >= 0 && keys[last] === undefined) last--;
    if (last < 0) return undefined;
    const pair: [Value, Value] = [keys[last] as Value, values[last]];
    this.removeEntry(last);
    keys.length = last;
    values.length = last;
    return pair;
  }

  /** The value of a key; `value`, put in, when there is none. The key is asked once for its hash. */
  setDefault(key: Value, value: Value): Value {
    const hash = canonicalKey(key) === undefined ? hashToStore(key, 'dict key') : undefined;
    const entry = hash === undefined ? this.find(key) : this.findHashed(key, hash);
    if (entry >= 0) return this.values[entry];
    this.append(key, value, hash);
    return value;
  }

  clear(): void {
    this.keys = [];
    this.values = [];
    this.used = 0;
    this.keysVersion = ++lastKeysVersion;
    this.index = noIndex;
    this.ints = undefined;
    this.buckets = undefined;
    this.hashes = undefined;
    this.mixed = false;
  }

  /** First entry at or after `from` that isn't a hole, or -1. */
  nextEntry(from: number): number {
    const { keys } = this;
    for (let entry = from; entry < keys.length; entry++) if (keys[entry] !== undefined) return entry;
    return -1;
  }

  /** Last entry at or before `from` that isn't a hole, or -1. */
  previousEntry(from: number): number {
    const { keys } = this;
    for (let entry = from; entry >= 0; entry--) if (keys[entry] !== undefined) return entry;
    return -1;
  }

  /** Makes an entry the last one. */
  moveToEnd(entry: number): void {
    const key = this.keys[entry] as Value;
    const value = this.values[entry];
    const hash = this.hashes?.[entry];
    this.removeEntry(entry);
    this.append(key, value, hash);
  }

  /**
   * Makes an entry the first one, and gives where it stands then; `first` is the one that is. Holes in front make this as cheap as
   * moving to the end.
   */
  moveToFront(entry: number, first: number): number {
    if (entry === first) return first;
    const key = this.keys[entry] as Value;
    const value = this.values[entry];
    const hash = this.hashes?.[entry];
    this.removeEntry(entry);
    let at = first - 1;
    if (at < 0) {
      at = (this.used >> 1) + 8;
      this.rebuild(at + 1);
    }
    this.enter(at, key, value, hash);
    return at;
  }

  /** Keys and values in order; for TypeScript code that doesn't change the dict meanwhile. */
  *entries(): IterableIterator<[Value, Value]> {
    for (let entry = 0; entry < this.keys.length; entry++) {
      const key = this.keys[entry];
      if (key !== undefined) yield [key, this.values[entry]];
    }
  }

  keyList(): Value[] {
    return this.used === this.keys.length
      ? (this.keys.slice() as Value[])
      : this.keys.filter((key) => key !== undefined);
  }

  valueList(): Value[] {
    return this.used === this.keys.length
      ? this.values.slice()
      : this.values.filter((_, entry) => this.keys[entry] !== undefined);
  }

  copy(): PyDict {
    const copy = new PyDict();
    copy.used = this.used;
    if (this.buckets !== undefined) {
      copy.mixed = this.mixed;
      copy.refill(this.keys, this.values, this.hashes as Hash[]);
      return copy;
    }
    if (this.used === this.keys.length) {
      copy.keys = this.keys.slice();
      copy.values = this.values.slice();
      if (this.index.size > 0) copy.index = new Map(this.index);
      copy.ints = this.ints?.copy();
      return copy;
    }
    copy.keys = this.keyList();
    copy.values = this.valueList();
    copy.keys.forEach((key, entry) => {
      copy.addCanonical(canonicalKey(key as Value), entry);
    });
    return copy;
  }

  /** `hash` is that of a key which isn't canonical. */
  private append(key: Value, value: Value, hash?: Hash): void {
    if (this.keys.length > 32 && this.used < this.keys.length >> 1) this.rebuild(0);
    const entry = this.keys.length;
    const canonical = typeof key === 'string' ? key : canonicalKey(key);
    this.keys.push(key);
    this.values.push(value);
    this.used++;
    this.keysVersion = ++lastKeysVersion;
    if (canonical !== undefined) this.addCanonical(canonical, entry);
    if (canonical === undefined || this.mixed) this.enterBucket(hash ?? hashOf(key), entry);
  }

  /** Puts a new key into a hole. */
  private enter(entry: number, key: Value, value: Value, hash: Hash | undefined): void {
    const canonical = canonicalKey(key);
    this.keys[entry] = key;
    this.values[entry] = value;
    this.used++;
    this.keysVersion = ++lastKeysVersion;
    if (canonical !== undefined) this.addCanonical(canonical, entry);
    if (canonical === undefined || this.mixed) this.enterBucket(hash ?? hashOf(key), entry);
  }

  private enterBucket(hash: Hash, entry: number): void {
    this.buckets ??= new Map();
    this.hashes ??= [];
    this.hashes[entry] = hash;
    const bucket = this.buckets.get(hash);
    if (bucket === undefined) this.buckets.set(hash, [entry]);
    else bucket.push(entry);
    if (!this.mixed && canonicalKey(this.keys[entry] as Value) === undefined) {
      if (!comparesOnlyWithItsLike(this.keys[entry] as Value)) this.mix();
    }
  }

  /** The hash of an entry's key, which isn't asked for it again. */
  hashAt(entry: number): Hash {
    return this.hashes?.[entry] ?? hashOf(this.keys[entry] as Value);
  }

  /** The hashes of the keys that aren't canonical and were asked for theirs, so that whoever takes keys over needn't ask again; undefined when none was. */
  knownHashes(): ReadonlyMap<Value, Hash> | undefined {
    if (this.hashes === undefined) return undefined;
    const known = new Map<Value, Hash>();
    this.hashes.forEach((hash, entry) => {
      const key = this.keys[entry];
      if (key !== undefined && canonicalKey(key) === undefined) known.set(key, hash);
    });
    return known;
  }

  private leaveBucket(entry: number): void {
    const hash = this.hashes![entry];
    const bucket = this.buckets!.get(hash);
    if (bucket === undefined) return;
    const at = bucket.indexOf(entry);
    if (at >= 0) bucket.splice(at, 1);
    if (bucket.length === 0) this.buckets!.delete(hash);
  }

  private findInBuckets(key: Value, hash: Hash): number {
    const bucket = this.buckets?.get(hash);
    if (bucket === undefined) return -1;
    for (const entry of bucket.length === 1 ? bucket : bucket.slice()) {
      const other = this.keys[entry];
      if (other !== undefined && (other === key || equals(other, key))) return entry;
    }
    return -1;
  }

  /** Puts the canonical keys into the buckets too. */
  private mix(): void {
    if (this.mixed) return;
    this.mixed = true;
    this.buckets ??= new Map();
    for (let entry = 0; entry < this.keys.length; entry++) {
      const key = this.keys[entry];
      if (key !== undefined && canonicalKey(key) !== undefined) this.enterBucket(hashOf(key), entry);
    }
  }

  /** Leaves out the holes, and makes new ones in front. */
  private rebuild(holes: number): void {
    const { keys, values, hashes } = this;
    this.keys = new Array(holes).fill(undefined);
    this.values = new Array(holes).fill(null);
    this.index = noIndex;
    this.ints = undefined;
    this.buckets = undefined;
    this.hashes = undefined;
    this.refill(keys, values, hashes);
  }

  /** Takes over entries without their holes; no key is asked for anything. */
  private refill(keys: readonly Slot[], values: readonly Value[], hashes: readonly Hash[] | undefined): void {
    for (let entry = 0; entry < keys.length; entry++) {
      const key = keys[entry];
      if (key === undefined) continue;
      const canonical = canonicalKey(key);
      const at = this.keys.push(key) - 1;
      this.values.push(values[entry]);
      if (canonical !== undefined) this.addCanonical(canonical, at);
      if (canonical === undefined || this.mixed) this.enterBucket(hashes![entry], at);
    }
  }
}

/** Whether a key that isn't canonical can only equal keys that aren't either: built-in tuples, bytes, frozensets, complex. */
function comparesOnlyWithItsLike(key: Value): boolean {
  if (typeof key !== 'object' || key === null) return false;
  const { layout } = key.type;
  return layout.isolatedEquality && key.type.tp_richcompare === layout.tp_richcompare;
}
