import { frameBuiltin } from '../interpreter/frame-builtins.ts';
import { callMethod } from '../operations/attribute.ts';
import { hashOf, unhashable } from '../operations/hash.ts';
import { forEach, items } from '../operations/iterate.ts';
import { repr } from '../operations/text.ts';
import { bind, withoutKeywords } from './bind.ts';
import { defineType } from './define.ts';
import { PyDict } from './dict.ts';
import { keyError, runtimeError, typeError } from './exception.ts';
import { newGenericAlias } from './generic-alias.ts';
import { PyList } from './list.ts';
import {
  Compare,
  dictType,
  frozensetType,
  type Hash,
  type KwNames,
  NotImplemented,
  newType,
  PyObject,
  type PyType,
  setType,
  typeOf,
  type Value,
} from './object.ts';
import { guardRepr } from './sequence-types.ts';
import { PySet } from './set.ts';
import { tupleOf } from './tuple.ts';

export const setIteratorType = newType('set_iterator');

/** Goes over the items that the set had in the beginning; a set of another size by then is an error. */
class SetIterator extends PyObject {
  set: PySet | undefined;
  readonly items: readonly Value[];
  readonly size: number;
  at = 0;
  constructor(set: PySet) {
    super(setIteratorType);
    this.set = set;
    this.items = set.items();
    this.size = set.size;
  }
}

defineType(setIteratorType, {
  subclassable: false,
  tp_iter: (self: Value) => self,
  tp_iternext: (self: SetIterator) => {
    if (self.set === undefined) return undefined;
    if (self.set.size !== self.size) {
      self.set = undefined;
      throw runtimeError('Set changed size during iteration');
    }
    if (self.at < self.items.length) return self.items[self.at++];
    self.set = undefined;
    return undefined;
  },
  methods: {
    __length_hint__: [
      '($self, /)',
      ({ set, size, items, at }: SetIterator) => (set === undefined || set.size !== size ? 0 : items.length - at),
    ],
    __reduce__: [
      '($self, /)',
      ({ set, items, at }: SetIterator) => {
        const rest = set === undefined ? [] : items.slice(at);
        return tupleOf([frameBuiltin('iter'), tupleOf([new PyList(rest)])]);
      },
    ],
  },
});

const iterate = (self: PySet): Value => new SetIterator(self);

/** A PySet of any iterable, itself if it is one. */
function asSet(iterable: Value): PySet {
  return iterable instanceof PySet ? iterable : addAll(new PySet(), iterable);
}

/** Visits each item of an iterable, with the hash that a set or dict knows of it already. */
export function forEachHashed(source: Value, visit: (item: Value, hash: Hash | undefined) => void): void {
  if (source instanceof PySet) {
    const known = source.table.knownHashes();
    for (const item of source.items()) visit(item, known?.get(item));
    return;
  }
  const known = source instanceof PyDict && source.type === dictType ? source.knownHashes() : undefined;
  forEach(source, (item) => visit(item, known?.get(item)));
}

/** set or frozenset, of which a set or an instance of a subclass is one. */
const plainType = (self: PySet): PyType => (self.type.layout === frozensetType ? frozensetType : setType);

function addAll(target: PySet, source: Value): PySet {
  forEachHashed(source, (item, hash) => target.add(item, hash));
  return target;
}

function unionOf(self: PySet, others: readonly Value[]): PySet {
  const result = self.copy(plainType(self));
  for (const other of others) addAll(result, other);
  return result;
}

function intersectionOf(self: PySet, others: readonly Value[]): PySet {
  let result = self;
  for (const other of others) {
    const next = new PySet(plainType(self));
    for (const [item, hash] of commonItems(result, other)) next.add(item, hash);
    result = next;
  }
  return others.length === 0 ? self.copy(plainType(self)) : result;
}

/** Items of `other` that are in `self`; the smaller of two sets is walked. */
function* commonItems(self: PySet, other: Value): IterableIterator<readonly [item: Value, hash: Hash | undefined]> {
  if (other instanceof PySet) {
    const [walked, asked] = other.size > self.size ? [self, other] : [other, self];
    const known = walked.table.knownHashes();
    for (const item of walked.items()) {
      const hash = known?.get(item);
      if (asked.has(item, hash)) yield [item, hash];
    }
    return;
  }
  for (const item of items(other)) {
    // Unlike one that is to be put in, an unhashable item is told of in hash()'s own words.
    const hash = hashOf(item);
    if (self.has(item, hash)) yield [item, hash];
  }
}

function isDisjoint(self: PySet, other: Value): boolean {
  if (other instanceof PySet) return commonItems(self, other).next().done === true;
  for (const item of items(other)) if (self.has(item)) return false;
  return true;
}

function differenceOf(self: PySet, others: readonly Value[]): PySet {
  const result = self.copy(plainType(self));
  for (const other of others) {
    forEachHashed(other, (item, hash) => {
      result.delete(item, hash);
    });
  }
  return result;
}

function symmetricDifferenceOf(self: PySet, other: Value): PySet {
  const right = asSet(other);
  const result = new PySet(plainType(self));
  const addMissing = (from: PySet, other: PySet): void =>
    forEachHashed(from, (item, hash) => {
      if (!other.has(item, hash)) result.add(item, hash);
    });
  addMissing(self, right);
  addMissing(right, self);
  return result;
}

function isSubset(left: PySet, right: PySet): boolean {
  if (left.size > right.size) return false;
  const known = left.table.knownHashes();
  return left.items().every((item) => right.has(item, known?.get(item)));
}

function replaceBy(self: PySet, other: PySet): void {
  const items = other.items().slice();
  const known = other.table.knownHashes();
  self.clear();
  for (const item of items) self.add(item, known?.get(item));
}

function operator(combine: (left: PySet, right: PySet) => PySet) {
  return (left: Value, right: Value): Value =>
    left instanceof PySet && right instanceof PySet ? combine(left, right) : NotImplemented;
}

function inplace(combine: (left: PySet, right: PySet) => PySet) {
  return (self: PySet, other: Value): Value => {
    if (!(other instanceof PySet)) return NotImplemented;
    replaceBy(self, combine(self, other));
    return self;
  };
}

function compare(self: PySet, other: Value, op: Compare): Value {
  if (!(other instanceof PySet)) return NotImplemented;
  switch (op) {
    case Compare.EQ:
      return self.size === other.size && isSubset(self, other);
    case Compare.NE:
      return self.size !== other.size || !isSubset(self, other);
    case Compare.LT:
      return self.size < other.size && isSubset(self, other);
    case Compare.LE:
      return isSubset(self, other);
    case Compare.GT:
      return self.size > other.size && isSubset(other, self);
    default:
      return isSubset(other, self);
  }
}

const MASK = (1n << 64n) - 1n;

/** hash() of a frozenset (frozenset_hash of 3.14). */
function frozenHash(self: PySet): Hash {
  if (self.hash !== undefined) return self.hash;
  let hash = 0n;
  const { table } = self;
  for (let entry = table.nextEntry(0); entry >= 0; entry = table.nextEntry(entry + 1)) {
    const h = BigInt(table.hashAt(entry)) & MASK;
    hash ^= ((h ^ 89869747n ^ (h << 16n)) * 3644798167n) & MASK;
  }
  hash ^= ((BigInt(self.size) + 1n) * 1927868237n) & MASK;
  hash ^= (hash >> 11n) ^ (hash >> 25n);
  hash = (hash * 69069n + 907133923n) & MASK;
  if (hash === MASK) hash = 590923713n;
  const signed = BigInt.asIntN(64, hash);
  self.hash = signed >= Number.MIN_SAFE_INTEGER && signed <= Number.MAX_SAFE_INTEGER ? Number(signed) : signed;
  return self.hash;
}

function setRepr(self: PySet): string {
  const { tp_name } = self.type;
  if (self.size === 0) return `${tp_name}()`;
  return guardRepr(self, `${tp_name}(...)`, () => {
    const inner = `{${self.items().map(repr).join(', ')}}`;
    return self.type === setType ? inner : `${tp_name}(${inner})`;
  });
}

const common = {
  hasWeakrefs: true,
  tp_repr: setRepr,
  tp_richcompare: compare,
  tp_iter: iterate,
  nb_and: operator((a, b) => intersectionOf(a, [b])),
  nb_or: operator((a, b) => unionOf(a, [b])),
  nb_subtract: operator((a, b) => differenceOf(a, [b])),
  nb_xor: operator(symmetricDifferenceOf),
  sq_length: (self: PySet) => self.size,
  sq_contains: (self: PySet, item: Value) => self.has(hashable(item)),
};

/** A set as an item to be found counts as a frozenset of the same items. */
function hashable(item: Value): Value {
  if (!(item instanceof PySet)) return item;
  const { tp_hash } = item.type;
  return tp_hash === undefined || tp_hash === unhashable ? item.copy(frozensetType) : item;
}

const commonMethods = {
  copy: ['($self, /)', (self: PySet) => (self.type === frozensetType ? self : self.copy(plainType(self)))] as const,
  union: ['($self, /, *others)', unionOf] as const,
  intersection: ['($self, /, *others)', intersectionOf] as const,
  difference: ['($self, /, *others)', differenceOf] as const,
  symmetric_difference: ['($self, other, /)', symmetricDifferenceOf] as const,
  issubset: [
    '($self, other, /)',
    (self: PySet, other: Value) =>
      other instanceof PySet ? isSubset(self, other) : intersectionOf(self, [other]).size === self.size,
  ] as const,
  issuperset: ['($self, other, /)', (self: PySet, other: Value) => isSubset(asSet(other), self)] as const,
  isdisjoint: ['($self, other, /)', isDisjoint] as const,
  __reduce__: [
    '($self, /)',
    (self: PySet) =>
      tupleOf([self.type, tupleOf([new PyList(self.items().slice())]), callMethod(self, '__getstate__')]),
  ] as const,
  __sizeof__: ['($self, /)', (self: PySet) => 200 + 16 * self.size] as const,
};

defineType(setType, {
  ...common,
  doc: 'Build an unordered collection of unique elements.',
  signature: '(iterable=(), /)',
  allocate: (type: PyType) => new PySet(type),
  tp_new: (type: PyType) => new PySet(type),
  tp_init: (self: PySet, args: Value[], kwNames: KwNames) => {
    if (kwNames !== undefined && self.type === setType) throw typeError('set() takes no keyword arguments');
    const [iterable] = bind('set', '(iterable=(), /)', args, kwNames);
    self.clear();
    if (iterable !== undefined) addAll(self, iterable);
  },
  nb_inplace_and: inplace((a, b) => intersectionOf(a, [b])),
  nb_inplace_or: (self: PySet, other: Value) => (other instanceof PySet ? addAll(self, other) : NotImplemented),
  nb_inplace_subtract: inplace((a, b) => differenceOf(a, [b])),
  nb_inplace_xor: inplace(symmetricDifferenceOf),
  methods: {
    ...commonMethods,
    add: [
      '($self, object, /)',
      (self: PySet, item: Value) => {
        self.add(item);
      },
    ],
    remove: [
      '($self, object, /)',
      (self: PySet, item: Value) => {
        if (!self.delete(hashable(item))) throw keyError(item);
      },
    ],
    discard: [
      '($self, object, /)',
      (self: PySet, item: Value) => {
        self.delete(hashable(item));
      },
    ],
    pop: [
      '($self, /)',
      (self: PySet) => {
        const item = self.pop();
        if (item === undefined) throw keyError('pop from an empty set');
        return item;
      },
    ],
    clear: [
      '($self, /)',
      (self: PySet) => {
        self.clear();
      },
    ],
    update: [
      '($self, /, *others)',
      (self: PySet, others: Value[]) => {
        for (const other of others) addAll(self, other);
      },
    ],
    intersection_update: [
      '($self, /, *others)',
      (self: PySet, others: Value[]) => replaceBy(self, intersectionOf(self, others)),
    ],
    difference_update: [
      '($self, /, *others)',
      (self: PySet, others: Value[]) => replaceBy(self, differenceOf(self, others)),
    ],
    symmetric_difference_update: [
      '($self, other, /)',
      (self: PySet, other: Value) => replaceBy(self, symmetricDifferenceOf(self, other)),
    ],
  },
  classMethods: { __class_getitem__: ['($cls, object, /)', newGenericAlias] },
});

defineType(frozensetType, {
  ...common,
  doc: 'Build an immutable unordered collection of unique elements.',
  signature: '(iterable=(), /)',
  isolatedEquality: true,
  allocate: (type: PyType) => new PySet(type),
  tp_new: (type: PyType, args: Value[], kwNames: KwNames) => {
    const given = withoutKeywords('frozenset', frozensetType, type, args, kwNames);
    if (given.length > 1) throw typeError(`frozenset expected at most 1 argument, got ${given.length}`);
    const [iterable] = given;
    if (type === frozensetType && iterable !== undefined && typeOf(iterable) === frozensetType) return iterable;
    const set = new PySet(type);
    return iterable === undefined ? set : addAll(set, iterable);
  },
  tp_hash: frozenHash,
  methods: commonMethods,
  classMethods: { __class_getitem__: ['($cls, object, /)', newGenericAlias] },
});
