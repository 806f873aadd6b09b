import { defineType } from '../../objects/define.ts';
import {
  indexError,
  newException,
  overflowError,
  runtimeError,
  runtimeErrorType,
  typeError,
  valueError,
} from '../../objects/exception.ts';
import { newGenericAlias } from '../../objects/generic-alias.ts';
import { isInt } from '../../objects/int.ts';
import {
  Compare,
  type KwNames,
  NotImplemented,
  newType,
  PyObject,
  type PyType,
  type Slot,
  typeOf,
  type Value,
} from '../../objects/object.ts';
import { BuiltinDef } from '../../objects/signature.ts';
import { tupleOf } from '../../objects/tuple.ts';
import { index } from '../../operations/arithmetic.ts';
import { callMethod } from '../../operations/attribute.ts';
import { call } from '../../operations/call.ts';
import { equals, richCompare } from '../../operations/compare.ts';
import { forEach, getIterator } from '../../operations/iterate.ts';
import { enterRepr, leaveRepr } from '../../operations/recursive-repr.ts';
import { indexIn } from '../../operations/subscript.ts';
import { repr } from '../../operations/text.ts';
import { Ring } from './ring.ts';

export const dequeType = newType('collections.deque');
export const dequeIteratorType = newType('collections._deque_iterator');
export const dequeReverseIteratorType = newType('collections._deque_reverse_iterator');

export class PyDeque extends PyObject {
  readonly ring = new Ring();
  /** -1 for no limit. */
  maxlen = -1;
  /** Changes with every change of length: iterators notice. */
  state = 0;

  append(value: Value): void {
    this.state++;
    this.ring.push(value);
    if (this.maxlen >= 0 && this.ring.length > this.maxlen) this.ring.shift();
  }

  appendleft(value: Value): void {
    this.state++;
    this.ring.unshift(value);
    if (this.maxlen >= 0 && this.ring.length > this.maxlen) this.ring.pop();
  }
}

class DequeIterator extends PyObject {
  readonly deque: PyDeque;
  readonly state: number;
  remaining: number;
  constructor(type: PyType, deque: PyDeque) {
    super(type);
    this.deque = deque;
    this.state = deque.state;
    this.remaining = deque.ring.length;
  }
}

function nextOf(self: DequeIterator, at: (length: number) => number): Slot {
  const { deque } = self;
  if (self.state !== deque.state) {
    self.remaining = 0;
    throw newException(runtimeErrorType, 'deque mutated during iteration');
  }
  if (self.remaining === 0) return undefined;
  const item = deque.ring.at(at(deque.ring.length));
  self.remaining--;
  return item;
}

/** An iterator that has given so many items already: what one is pickled as (dequeiter_new). */
function newIterator(type: PyType, args: Value[], kwNames: KwNames): Value {
  const given = args.length - (kwNames?.length ?? 0);
  if (given === 0) throw typeError('function takes at least 1 argument (0 given)');
  const [deque, skipped = 0] = args;
  if (!(deque instanceof PyDeque)) {
    throw typeError(`argument 1 must be collections.deque, not ${typeOf(deque).tp_name}`);
  }
  const made = new DequeIterator(type, deque);
  made.remaining = Math.max(0, made.remaining - Math.max(0, Number(index(skipped))));
  return made;
}

const reduceIterator = (self: DequeIterator): Value =>
  tupleOf([self.type, tupleOf([self.deque, self.deque.ring.length - self.remaining])]);

defineType(dequeIteratorType, {
  module: 'collections',
  tp_new: newIterator,
  tp_iter: (self: Value) => self,
  tp_iternext: (self: DequeIterator) => nextOf(self, (length) => length - self.remaining),
  methods: {
    __reduce__: ['($self, /)', reduceIterator],
    __length_hint__: ['($self, /)', (self: DequeIterator) => self.remaining],
  },
});

defineType(dequeReverseIteratorType, {
  module: 'collections',
  tp_new: newIterator,
  tp_iter: (self: Value) => self,
  tp_iternext: (self: DequeIterator) => nextOf(self, () => self.remaining - 1),
  methods: {
    __reduce__: ['($self, /)', reduceIterator],
    __length_hint__: ['($self, /)', (self: DequeIterator) => self.remaining],
  },
});

function copyOf(self: PyDeque): Value {
  if (self.type === dequeType) {
    const copy = new PyDeque(dequeType);
    copy.maxlen = self.maxlen;
    for (const item of self.ring.toArray()) copy.ring.push(item);
    return copy;
  }
  return self.maxlen < 0 ? call(self.type, self) : call(self.type, self, self.maxlen);
}

function extend(self: PyDeque, iterable: Value): void {
  const source = iterable === self ? tupleOf(self.ring.toArray()) : iterable;
  forEach(source, (item) => self.append(item));
}

function extendLeft(self: PyDeque, iterable: Value): void {
  const source = iterable === self ? tupleOf(self.ring.toArray()) : iterable;
  forEach(source, (item) => self.appendleft(item));
}

function rotate(self: PyDeque, n: Slot): void {
  const { ring } = self;
  if (ring.length <= 1) return;
  const steps = Number(n === undefined ? 1 : index(n)) % ring.length;
  self.state++;
  for (let i = 0; i < steps; i++) ring.unshift(ring.pop());
  for (let i = 0; i > steps; i--) ring.push(ring.shift());
}

/** Index of the first item equal to `value`, or -1. */
function search(self: PyDeque, value: Value, from: number, to: number): number {
  const { state } = self;
  for (let i = from; i < to; i++) {
    const found = equals(self.ring.at(i), value);
    if (self.state !== state) throw runtimeError('deque mutated during iteration');
    if (found) return i;
  }
  return -1;
}

function itemIndex(self: PyDeque, key: Value): number {
  if (!isInt(key) && typeOf(key).nb_index === undefined) {
    throw typeError(`sequence index must be integer, not '${typeOf(key).tp_name}'`);
  }
  const at = indexIn(key, self.ring.length);
  if (at < 0 || at >= self.ring.length) throw indexError('deque index out of range');
  return at;
}

function bounded(value: Slot, length: number, missing: number): number {
  if (value === undefined) return missing;
  const plain = Number(index(value));
  return Math.min(length, Math.max(0, plain < 0 ? plain + length : plain));
}

function compareDeques(self: PyDeque, other: Value, op: Compare): Value {
  if (!(other instanceof PyDeque)) return NotImplemented;
  const left = self.ring.toArray();
  const right = other.ring.toArray();
  if (op === Compare.EQ && left.length !== right.length) return false;
  if (op === Compare.NE && left.length !== right.length) return true;
  const length = Math.min(left.length, right.length);
  let i = 0;
  while (i < length && equals(left[i], right[i])) i++;
  if (i < length) {
    if (op === Compare.EQ) return false;
    if (op === Compare.NE) return true;
    return richCompare(left[i], right[i], op);
  }
  return richCompare(left.length, right.length, op);
}

function repeated(self: PyDeque, count: number): PyDeque {
  const result = new PyDeque(dequeType);
  result.maxlen = self.maxlen;
  const items = self.ring.toArray();
  for (let i = 0; i < count; i++) for (const item of items) result.append(item);
  return result;
}

const initializer = new BuiltinDef('deque', 'deque', '(iterable=(), maxlen=None)', () => null, false, null);

defineType(dequeType, {
  module: 'collections',
  doc: 'A list-like sequence optimized for data accesses near its endpoints.',
  signature: '([iterable[, maxlen]])',
  allocate: (type) => new PyDeque(type),
  hasWeakrefs: true,
  tp_new: (type: PyType) => new PyDeque(type),
  tp_init(self: PyDeque, args: Value[], kwNames: KwNames) {
    const [iterable, maxlen] = initializer.bind(args, kwNames) as Slot[];
    self.maxlen = -1;
    if (maxlen !== undefined && maxlen !== null) {
      if (!isInt(maxlen)) throw typeError('an integer is required');
      const limit = index(maxlen);
      if (limit < 0) throw valueError('maxlen must be non-negative');
      if (typeof limit === 'bigint') throw overflowError('Python int too large to convert to C ssize_t');
      self.maxlen = limit;
    }
    self.ring.clear();
    if (iterable !== undefined) extend(self, iterable);
  },
  tp_hash: undefined,
  tp_richcompare: compareDeques,
  tp_repr(self: PyDeque) {
    const name = self.type.tp_name.slice(self.type.tp_name.lastIndexOf('.') + 1);
    if (!enterRepr(self)) return '[...]';
    try {
      const items = self.ring.toArray().map(repr).join(', ');
      return self.maxlen < 0 ? `${name}([${items}])` : `${name}([${items}], maxlen=${self.maxlen})`;
    } finally {
      leaveRepr(self);
    }
  },
  tp_iter: (self: PyDeque) => new DequeIterator(dequeIteratorType, self),
  nb_bool: (self: PyDeque) => self.ring.length > 0,
  sq_length: (self: PyDeque) => self.ring.length,
  sq_contains: (self: PyDeque, item: Value) => search(self, item, 0, self.ring.length) >= 0,
  mp_subscript: (self: PyDeque, key: Value) => self.ring.at(itemIndex(self, key)),
  sq_item(self: PyDeque, at: number) {
    if (at < 0 || at >= self.ring.length) throw indexError('deque index out of range');
    return self.ring.at(at);
  },
  mp_ass_subscript(self: PyDeque, key: Value, value: Slot) {
    const at = itemIndex(self, key);
    if (value !== undefined) self.ring.put(at, value);
    else {
      self.state++;
      self.ring.removeAt(at);
    }
  },
  sq_concat(self: PyDeque, other: Value) {
    if (!(other instanceof PyDeque)) {
      throw typeError(`can only concatenate deque (not "${typeOf(other).tp_name}") to deque`);
    }
    const result = copyOf(self) as PyDeque;
    extend(result, other);
    return result;
  },
  sq_inplace_concat(self: PyDeque, other: Value) {
    extend(self, other);
    return self;
  },
  sq_repeat: repeated,
  sq_inplace_repeat(self: PyDeque, count: number) {
    const items = repeated(self, count).ring.toArray();
    self.state++;
    self.ring.clear();
    for (const item of items) self.ring.push(item);
    return self;
  },
  methods: {
    append: [
      '($self, item, /)',
      (self: PyDeque, item: Value) => self.append(item),
      'Add an element to the right side of the deque.',
    ],
    appendleft: [
      '($self, item, /)',
      (self: PyDeque, item: Value) => self.appendleft(item),
      'Add an element to the left side of the deque.',
    ],
    clear: [
      '($self, /)',
      (self: PyDeque) => {
        self.state++;
        self.ring.clear();
      },
      'Remove all elements from the deque.',
    ],
    copy: ['($self, /)', copyOf, 'Return a shallow copy of a deque.'],
    __copy__: ['($self, /)', copyOf, 'Return a shallow copy of a deque.'],
    count: [
      '($self, value, /)',
      (self: PyDeque, value: Value) => {
        const { state } = self;
        let count = 0;
        for (let i = 0; i < self.ring.length; i++) {
          if (equals(self.ring.at(i), value)) count++;
          if (self.state !== state) throw runtimeError('deque mutated during iteration');
        }
        return count;
      },
      'Return number of occurrences of value.',
    ],
    extend: ['($self, iterable, /)', extend, 'Extend the right side of the deque with elements from the iterable.'],
    extendleft: [
      '($self, iterable, /)',
      extendLeft,
      'Extend the left side of the deque with elements from the iterable.',
    ],
    index: [
      '($self, value, start=0, stop=sys.maxsize, /)',
      (self: PyDeque, value: Value, start: Slot, stop: Slot) => {
        const { length } = self.ring;
        const at = search(self, value, bounded(start, length, 0), bounded(stop, length, length));
        if (at < 0) throw valueError(`${repr(value)} is not in deque`);
        return at;
      },
      'Return first index of value. Raises ValueError if the value is not present.',
    ],
    insert: [
      '($self, index, value, /)',
      (self: PyDeque, key: Value, value: Value) => {
        const { length } = self.ring;
        if (self.maxlen >= 0 && length >= self.maxlen) throw indexError('deque already at its maximum size');
        self.state++;
        self.ring.insert(bounded(key, length, 0), value);
      },
      'Insert value before index.',
    ],
    pop: [
      '($self, /)',
      (self: PyDeque) => {
        if (self.ring.length === 0) throw indexError('pop from an empty deque');
        self.state++;
        return self.ring.pop();
      },
      'Remove and return the rightmost element.',
    ],
    popleft: [
      '($self, /)',
      (self: PyDeque) => {
        if (self.ring.length === 0) throw indexError('pop from an empty deque');
        self.state++;
        return self.ring.shift();
      },
      'Remove and return the leftmost element.',
    ],
    remove: [
      '($self, value, /)',
      (self: PyDeque, value: Value) => {
        const { state } = self;
        for (let i = 0; i < self.ring.length; i++) {
          const found = equals(self.ring.at(i), value);
          if (self.state !== state) throw indexError('deque mutated during remove().');
          if (found) {
            self.state++;
            self.ring.removeAt(i);
            return;
          }
        }
        throw valueError('deque.remove(x): x not in deque');
      },
      'Remove first occurrence of value.',
    ],
    reverse: [
      '($self, /)',
      (self: PyDeque) => {
        const items = self.ring.toArray().reverse();
        items.forEach((item, i) => {
          self.ring.put(i, item);
        });
      },
      'Reverse *IN PLACE*.',
    ],
    rotate: ['($self, n=1, /)', rotate, 'Rotate the deque n steps to the right.  If n is negative, rotates left.'],
    __reversed__: [
      '($self, /)',
      (self: PyDeque) => new DequeIterator(dequeReverseIteratorType, self),
      'Return a reverse iterator over the deque.',
    ],
    __reduce__: [
      '($self, /)',
      (self: PyDeque) => {
        const state = callMethod(self, '__getstate__');
        const args = self.maxlen < 0 ? tupleOf([]) : tupleOf([tupleOf([]), self.maxlen]);
        return tupleOf([self.type, args, state, getIterator(self)]);
      },
      'Return state information for pickling.',
    ],
  },
  classMethods: {
    __class_getitem__: ['($type, object, /)', newGenericAlias, 'See PEP 585'],
  },
  getset: {
    maxlen: [
      (self: PyDeque) => (self.maxlen < 0 ? null : self.maxlen),
      undefined,
      'maximum size of a deque or None if unbounded',
    ],
  },
});
