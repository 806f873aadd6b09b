import { frameBuiltin } from '../interpreter/frame-builtins.ts';
import * as integer from '../numbers/integer.ts';
import { index } from '../operations/arithmetic.ts';
import { call } from '../operations/call.ts';
import { compareOrdered, equals, richCompare } from '../operations/compare.ts';
import { hashOf, hashSequence } from '../operations/hash.ts';
import { getIterator, items, toArray } from '../operations/iterate.ts';
import { askLength } from '../operations/length-hint.ts';
import { sortValues } from '../operations/sort.ts';
import { indexIn, sliceArray, sliceRange } from '../operations/subscript.ts';
import { repr } from '../operations/text.ts';
import { isTrue } from '../operations/truth.ts';
import { bind } from './bind.ts';
import { defineType } from './define.ts';
import {
  indexError,
  indexErrorType,
  isException,
  overflowError,
  stopIterationType,
  typeError,
  valueError,
} from './exception.ts';
import { newGenericAlias } from './generic-alias.ts';
import { integerOf, isInt } from './int.ts';
import {
  ArrayIterator,
  type CallableIterator,
  callableIteratorType,
  listIteratorType,
  RangeIterator,
  rangeIteratorType,
  type SequenceIterator,
  sequenceIteratorType,
  tupleIteratorType,
} from './iterator.ts';
import { PyList } from './list.ts';
import {
  Compare,
  type KwNames,
  listType,
  NotImplemented,
  newType,
  PyObject,
  type PyType,
  rangeType,
  type Slot,
  sliceType,
  tupleType,
  typeOf,
  type Value,
} from './object.ts';
import { PySlice } from './slice.ts';
import { emptyTuple, PyTuple, tupleOf } from './tuple.ts';

const reprsRunning = new Set<Value>();

/** Runs `write` unless the object's repr is already being written, when `again` stands for it (Py_ReprEnter). */
export function guardRepr(self: Value, again: string, write: () => string): string {
  if (reprsRunning.has(self)) return again;
  reprsRunning.add(self);
  try {
    return write();
  } finally {
    reprsRunning.delete(self);
  }
}

function compareItems(left: readonly Value[], right: readonly Value[], op: Compare): Value {
  if (left.length !== right.length && (op === Compare.EQ || op === Compare.NE)) return op === Compare.NE;
  for (let i = 0; i < left.length && i < right.length; i++) {
    if (equals(left[i], right[i])) continue;
    // Comparing them may have changed the length of a list.
    if (i >= left.length || i >= right.length) break;
    if (op === Compare.EQ) return false;
    if (op === Compare.NE) return true;
    return richCompare(left[i], right[i], op);
  }
  return compareOrdered(left.length, right.length, op);
}

function indexOf(items: readonly Value[], value: Value, start: number, stop: number): number {
  for (let i = start; i < stop && i < items.length; i++) if (equals(items[i], value)) return i;
  return -1;
}

function repeated(items: readonly Value[], count: number): Value[] {
  const times = Math.max(0, count);
  if (items.length * times > 2 ** 31) throw new RangeError('Invalid array length');
  const result: Value[] = [];
  for (let i = 0; i < times; i++) for (const item of items) result.push(item);
  return result;
}

function checkIndex(key: Value, what: string): void {
  if (!isInt(key) && typeOf(key).nb_index === undefined) {
    throw typeError(`${what} indices must be integers or slices, not ${typeOf(key).tp_name}`);
  }
}

function bound(value: Value, length: number): number {
  const at = index(value);
  const plain = typeof at === 'number' ? at : at < 0n ? Number.MIN_SAFE_INTEGER : Number.MAX_SAFE_INTEGER;
  return plain < 0 ? Math.max(0, plain + length) : plain;
}

/**
 * How an iterator is pickled; `state` gives the arguments of iter() and maybe where it stands. It is asked last, as a program may have
 * names of its own among the built-in ones, which compare in code that goes on with this very iterator.
 */
function reducedIterator(state: () => readonly [args: readonly Value[], index?: number]): Value {
  const iter = frameBuiltin('iter');
  const [args, at] = state();
  return tupleOf(at === undefined ? [iter, tupleOf(args)] : [iter, tupleOf(args), at]);
}

const arrayIterator = {
  subclassable: false,
  tp_iter: (self: Value) => self,
  tp_iternext: (self: ArrayIterator): Slot => {
    const item = self.source?.items[self.index];
    if (item === undefined) self.source = undefined;
    else self.index++;
    return item;
  },
  methods: {
    __length_hint__: [
      '($self, /)',
      (self: ArrayIterator) => (self.source === undefined ? 0 : Math.max(0, self.source.items.length - self.index)),
    ],
    __reduce__: [
      '($self, /)',
      (self: ArrayIterator) =>
        reducedIterator(() => {
          if (self.source === undefined) return [[self.type === listIteratorType ? new PyList([]) : emptyTuple]];
          return [[self.source as unknown as Value], self.index];
        }),
    ],
    __setstate__: [
      '($self, state, /)',
      (self: ArrayIterator, state: Value) => {
        if (self.source !== undefined)
          self.index = Math.max(0, Math.min(Number(index(state)), self.source.items.length));
      },
    ],
  },
} as const;
defineType(listIteratorType, arrayIterator);
defineType(tupleIteratorType, arrayIterator);

defineType(sequenceIteratorType, {
  subclassable: false,
  tp_iter: (self: Value) => self,
  tp_iternext: (self: SequenceIterator) => {
    if (self.sequence === undefined) return undefined;
    try {
      return typeOf(self.sequence).sq_item!(self.sequence, self.index++);
    } catch (error) {
      if (!isException(error, indexErrorType) && !isException(error, stopIterationType)) throw error;
      self.sequence = undefined;
      return undefined;
    }
  },
  methods: {
    __reduce__: [
      '($self, /)',
      (self: SequenceIterator) =>
        reducedIterator(() => (self.sequence === undefined ? [[emptyTuple]] : [[self.sequence], self.index])),
    ],
    __setstate__: [
      '($self, state, /)',
      (self: SequenceIterator, state: Value) => {
        self.index = Math.max(0, Number(index(state)));
      },
    ],
  },
});

defineType(callableIteratorType, {
  subclassable: false,
  tp_iter: (self: Value) => self,
  tp_iternext: (self: CallableIterator) => {
    if (self.callable === undefined) return undefined;
    try {
      const value = call(self.callable);
      // It may have gone on with this iterator to its end.
      if (self.callable === undefined) return undefined;
      if (!equals(value, self.sentinel)) return value;
      self.callable = undefined;
    } catch (error) {
      self.callable = undefined;
      if (!isException(error, stopIterationType)) throw error;
    }
    return undefined;
  },
  methods: {
    __reduce__: [
      '($self, /)',
      (self: CallableIterator) =>
        reducedIterator(() => [self.callable === undefined ? [emptyTuple] : [self.callable, self.sentinel]]),
    ],
  },
});

// tuple

defineType(tupleType, {
  doc: "Built-in immutable sequence.\n\nIf no argument is given, the constructor returns an empty tuple.\nIf iterable is specified the tuple is initialized from iterable's items.\n\nIf the argument is a tuple, the return value is the same object.",
  signature: '(iterable=(), /)',
  matchesSequence: true,
  isolatedEquality: true,
  allocate: (type: PyType) => new PyTuple([], type),
  tp_new: (type: PyType, args: Value[], kwNames: KwNames) => {
    if (kwNames !== undefined) {
      if (type.tp_init === tupleType.tp_init) throw typeError('tuple() takes no keyword arguments');
      args = args.slice(0, args.length - kwNames.length);
    }
    if (args.length > 1) throw typeError(`tuple expected at most 1 argument, got ${args.length}`);
    const [iterable] = args;
    if (type === tupleType) {
      if (iterable === undefined) return emptyTuple;
      if (iterable instanceof PyTuple && iterable.type === tupleType) return iterable;
      return tupleOf(toArray(iterable));
    }
    return new PyTuple(iterable === undefined ? [] : toArray(iterable), type);
  },
  tp_repr: (self: PyTuple) =>
    guardRepr(self, '(...)', () =>
      self.items.length === 1 ? `(${repr(self.items[0])},)` : `(${self.items.map(repr).join(', ')})`,
    ),
  tp_hash: (self: PyTuple) => hashSequence(self.items.map(hashOf)),
  tp_richcompare: (self: PyTuple, other: Value, op: Compare) =>
    other instanceof PyTuple ? compareItems(self.items, other.items, op) : NotImplemented,
  tp_iter: (self: PyTuple) => new ArrayIterator(tupleIteratorType, self),
  sq_length: (self: PyTuple) => self.items.length,
  sq_concat: (left: PyTuple, right: Value) => {
    if (!(right instanceof PyTuple))
      throw typeError(`can only concatenate tuple (not "${typeOf(right).tp_name}") to tuple`);
    return tupleOf([...left.items, ...right.items]);
  },
  sq_repeat: (self: PyTuple, count: number) =>
    count === 1 && self.type === tupleType ? self : tupleOf(repeated(self.items, count)),
  sq_contains: (self: PyTuple, item: Value) => indexOf(self.items, item, 0, Number.MAX_SAFE_INTEGER) >= 0,
  sq_item: (self: PyTuple, at: number) => {
    const item = self.items[at];
    if (item === undefined) throw indexError('tuple index out of range');
    return item;
  },
  mp_subscript: (self: PyTuple, key: Value) => {
    if (key instanceof PySlice) return tupleOf(sliceArray(self.items, key));
    checkIndex(key, 'tuple');
    const item = self.items[indexIn(key, self.items.length)];
    if (item === undefined) throw indexError('tuple index out of range');
    return item;
  },
  methods: {
    index: [
      '($self, value, start=0, stop=sys.maxsize, /)',
      (self: PyTuple, value: Value, start: Value = 0, stop: Value = Number.MAX_SAFE_INTEGER) => {
        const { length } = self.items;
        const at = indexOf(self.items, value, bound(start, length), bound(stop, length));
        if (at < 0) throw valueError('tuple.index(x): x not in tuple');
        return at;
      },
    ],
    count: [
      '($self, value, /)',
      (self: PyTuple, value: Value) => self.items.filter((item) => equals(item, value)).length,
    ],
    __getnewargs__: ['($self, /)', (self: PyTuple) => tupleOf([tupleOf(self.items)])],
  },
  classMethods: { __class_getitem__: ['($cls, object, /)', newGenericAlias] },
});

// list

/** What list() takes over (list_extend). */
function toList(iterable: Value): Value[] {
  if (!typeOf(iterable).heap) return toArray(iterable);
  const iterator = getIterator(iterable);
  askLength(iterable);
  const next = typeOf(iterator).tp_iternext!;
  const taken: Value[] = [];
  for (let item = next(iterator); item !== undefined; item = next(iterator)) taken.push(item);
  return taken;
}

const reverseIteratorType = newType('list_reverseiterator');

/** reversed(list). */
class ReverseListIterator extends PyObject {
  list: PyList | undefined;
  /** Index of the next item. */
  index: number;
  constructor(list: PyList) {
    super(reverseIteratorType);
    this.list = list;
    this.index = list.items.length - 1;
  }
}

defineType(reverseIteratorType, {
  subclassable: false,
  tp_iter: (self: Value) => self,
  tp_iternext: (self: ReverseListIterator) => {
    const item = self.list?.items[self.index];
    if (item === undefined) self.list = undefined;
    else self.index--;
    return item;
  },
  methods: {
    __length_hint__: [
      '($self, /)',
      ({ list, index: at }: ReverseListIterator) => (list === undefined || list.items.length < at + 1 ? 0 : at + 1),
    ],
    __reduce__: [
      '($self, /)',
      (self: ReverseListIterator) => {
        const reversed = frameBuiltin('reversed');
        if (self.list === undefined) return tupleOf([reversed, tupleOf([new PyList([])])]);
        return tupleOf([reversed, tupleOf([self.list]), self.index]);
      },
    ],
    __setstate__: [
      '($self, state, /)',
      (self: ReverseListIterator, state: Value) => {
        if (self.list === undefined) return;
        self.index = Math.max(-1, Math.min(Number(index(state)), self.list.items.length - 1));
      },
    ],
  },
});

function setListItem(self: PyList, key: Value, value: Slot): void {
  const { items } = self;
  if (key instanceof PySlice) {
    if (value === undefined) deleteSlice(self, key);
    else assignSlice(self, key, value);
    return;
  }
  checkIndex(key, 'list');
  const at = indexIn(key, items.length);
  if (at < 0 || at >= items.length) throw indexError('list assignment index out of range');
  if (value === undefined) items.splice(at, 1);
  else items[at] = value;
}

function deleteSlice(self: PyList, slice: PySlice): void {
  const { start, step, count } = sliceRange(slice, self.items.length);
  if (step === 1) {
    self.items.splice(start, count);
    return;
  }
  const doomed = new Set(Array.from({ length: count }, (_, i) => start + i * step));
  self.items = self.items.filter((_, i) => !doomed.has(i));
}

function assignSlice(self: PyList, slice: PySlice, value: Value): void {
  if (typeOf(value).tp_iter === undefined && typeOf(value).sq_item === undefined) {
    throw typeError(
      slice.step === null || slice.step === 1
        ? 'can only assign an iterable'
        : 'must assign iterable to extended slice',
    );
  }
  const values = toArray(value);
  const { start, step, count } = sliceRange(slice, self.items.length);
  if (step === 1) {
    if (values.length < 10_000) self.items.splice(start, count, ...values);
    else self.items = [...self.items.slice(0, start), ...values, ...self.items.slice(start + count)];
    return;
  }
  if (values.length !== count) {
    throw valueError(`attempt to assign sequence of size ${values.length} to extended slice of size ${count}`);
  }
  values.forEach((item, i) => {
    self.items[start + i * step] = item;
  });
}

defineType(listType, {
  doc: 'Built-in mutable sequence.\n\nIf no argument is given, the constructor creates a new empty list.\nThe argument must be an iterable if specified.',
  signature: '(iterable=(), /)',
  matchesSequence: true,
  allocate: (type: PyType) => new PyList([], type),
  tp_new: (type: PyType) => new PyList([], type),
  tp_init: (self: PyList, args: Value[], kwNames: KwNames) => {
    if (kwNames !== undefined && kwNames.length > 0 && self.type.tp_new === listType.tp_new) {
      throw typeError('list() takes no keyword arguments');
    }
    if (kwNames !== undefined) args = args.slice(0, args.length - kwNames.length);
    const [iterable] = bind('list', '(iterable=(), /)', args, undefined);
    self.items = iterable === undefined ? [] : toList(iterable);
  },
  tp_repr: (self: PyList) => guardRepr(self, '[...]', () => `[${self.items.map(repr).join(', ')}]`),
  tp_hash: undefined,
  tp_richcompare: (self: PyList, other: Value, op: Compare) =>
    other instanceof PyList ? compareItems(self.items, other.items, op) : NotImplemented,
  tp_iter: (self: PyList) => new ArrayIterator(listIteratorType, self),
  sq_length: (self: PyList) => self.items.length,
  sq_concat: (left: PyList, right: Value) => {
    if (!(right instanceof PyList))
      throw typeError(`can only concatenate list (not "${typeOf(right).tp_name}") to list`);
    return new PyList(left.items.concat(right.items));
  },
  sq_repeat: (self: PyList, count: number) => new PyList(repeated(self.items, count)),
  sq_inplace_concat: (self: PyList, other: Value) => {
    for (const item of toArray(other)) self.items.push(item);
    return self;
  },
  sq_inplace_repeat: (self: PyList, count: number) => {
    self.items = repeated(self.items, count);
    return self;
  },
  sq_contains: (self: PyList, item: Value) => indexOf(self.items, item, 0, Number.MAX_SAFE_INTEGER) >= 0,
  sq_item: (self: PyList, at: number) => {
    const item = self.items[at];
    if (item === undefined) throw indexError('list index out of range');
    return item;
  },
  mp_subscript: (self: PyList, key: Value) => {
    if (key instanceof PySlice) return new PyList(sliceArray(self.items, key));
    checkIndex(key, 'list');
    const item = self.items[indexIn(key, self.items.length)];
    if (item === undefined) throw indexError('list index out of range');
    return item;
  },
  mp_ass_subscript: setListItem,
  methods: {
    append: [
      '($self, object, /)',
      (self: PyList, item: Value) => {
        self.items.push(item);
      },
      'Append object to the end of the list.',
    ],
    extend: [
      '($self, iterable, /)',
      (self: PyList, iterable: Value) => {
        for (const item of toList(iterable)) self.items.push(item);
      },
    ],
    insert: [
      '($self, index, object, /)',
      (self: PyList, at: Value, item: Value) => {
        self.items.splice(bound(at, self.items.length), 0, item);
      },
    ],
    pop: [
      '($self, index=-1, /)',
      (self: PyList, at: Value = -1) => {
        if (self.items.length === 0) throw indexError('pop from empty list');
        if (at === -1) return self.items.pop();
        const position = indexIn(at, self.items.length);
        if (position < 0 || position >= self.items.length) throw indexError('pop index out of range');
        return self.items.splice(position, 1)[0];
      },
    ],
    remove: [
      '($self, value, /)',
      (self: PyList, value: Value) => {
        const at = indexOf(self.items, value, 0, Number.MAX_SAFE_INTEGER);
        if (at < 0) throw valueError('list.remove(x): x not in list');
        self.items.splice(at, 1);
      },
    ],
    clear: [
      '($self, /)',
      (self: PyList) => {
        self.items.length = 0;
      },
    ],
    copy: ['($self, /)', (self: PyList) => new PyList(self.items.slice())],
    reverse: [
      '($self, /)',
      (self: PyList) => {
        self.items.reverse();
      },
    ],
    index: [
      '($self, value, start=0, stop=sys.maxsize, /)',
      (self: PyList, value: Value, start: Value = 0, stop: Value = Number.MAX_SAFE_INTEGER) => {
        const { length } = self.items;
        const at = indexOf(self.items, value, bound(start, length), bound(stop, length));
        if (at < 0) throw valueError('list.index(x): x not in list');
        return at;
      },
    ],
    count: [
      '($self, value, /)',
      (self: PyList, value: Value) => {
        let count = 0;
        for (let i = 0; i < self.items.length; i++) if (equals(self.items[i], value)) count++;
        return count;
      },
    ],
    sort: [
      '($self, /, *, key=None, reverse=False)',
      (self: PyList, key: Value = null, reverse: Value = false) => {
        const { items } = self;
        self.items = [];
        let sorted = items;
        let changed = false;
        try {
          sorted = sortValues(items, key, isTrue(reverse));
        } finally {
          changed = self.items.length > 0;
          self.items = sorted;
        }
        if (changed) throw valueError('list modified during sort');
      },
    ],
    __reversed__: [
      '($self, /)',
      (self: PyList) => {
        return new ReverseListIterator(self);
      },
    ],
    __sizeof__: ['($self, /)', (self: PyList) => 56 + 8 * self.items.length],
  },
  classMethods: { __class_getitem__: ['($cls, object, /)', newGenericAlias] },
});

// slice

defineType(sliceType, {
  doc: 'slice(stop)\nslice(start, stop[, step])\n\nCreate a slice object.  This is used for extended slicing (e.g. a[0:10:2]).',
  subclassable: false,
  isolatedEquality: true,
  tp_new: (_type: PyType, args: Value[], kwNames: KwNames) => {
    if (kwNames !== undefined) throw typeError('slice() takes no keyword arguments');
    if (args.length === 0) throw typeError('slice expected at least 1 argument, got 0');
    if (args.length > 3) throw typeError(`slice expected at most 3 arguments, got ${args.length}`);
    if (args.length === 1) return new PySlice(null, args[0], null);
    return new PySlice(args[0], args[1], args[2] ?? null);
  },
  tp_repr: (self: PySlice) => `slice(${repr(self.start)}, ${repr(self.stop)}, ${repr(self.step)})`,
  tp_hash: (self: PySlice) => hashSequence([hashOf(self.start), hashOf(self.stop), hashOf(self.step)]),
  tp_richcompare: (self: PySlice, other: Value, op: Compare) =>
    other instanceof PySlice
      ? compareItems([self.start, self.stop, self.step], [other.start, other.stop, other.step], op)
      : NotImplemented,
  members: {
    start: [(self: PySlice) => self.start],
    stop: [(self: PySlice) => self.stop],
    step: [(self: PySlice) => self.step],
  },
  methods: {
    indices: [
      '($self, object, /)',
      (self: PySlice, length: Value) => {
        const count = index(length);
        if (count < 0) throw valueError('length should not be negative');
        return tupleOf(longSlice(self, count));
      },
    ],
    __reduce__: ['($self, /)', (self: PySlice) => tupleOf([sliceType, tupleOf([self.start, self.stop, self.step])])],
  },
  classMethods: { __class_getitem__: ['($cls, object, /)', newGenericAlias] },
});

type Integer = number | bigint;

/** Start, stop and step of a slice of a sequence of any length (_PySlice_GetLongIndices). */
function longSlice(slice: PySlice, length: Integer): [start: Integer, stop: Integer, step: Integer] {
  const step = slice.step === null ? 1 : sliceInteger(slice.step);
  if (step === 0) throw valueError('slice step cannot be zero');
  const [least, most] = step < 0 ? [-1, integer.subtract(length, 1)] : [0, length];
  const place = (value: Value): Integer => {
    const given = sliceInteger(value);
    const at = given < 0 ? integer.add(given, length) : given;
    return at < least ? least : at > most ? most : at;
  };
  const start = slice.start === null ? (step < 0 ? most : least) : place(slice.start);
  const stop = slice.stop === null ? (step < 0 ? least : most) : place(slice.stop);
  return [start, stop, step];
}

function sliceInteger(value: Value): Integer {
  if (!isInt(value) && typeOf(value).nb_index === undefined) {
    throw typeError('slice indices must be integers or None or have an __index__ method');
  }
  return index(value);
}

// range

export class PyRange extends PyObject {
  readonly start: number | bigint;
  readonly stop: number | bigint;
  readonly step: number | bigint;
  readonly length: number | bigint;
  constructor(start: number | bigint, stop: number | bigint, step: number | bigint) {
    super(rangeType);
    this.start = start;
    this.stop = stop;
    this.step = step;
    const span = step > 0 ? integer.subtract(stop, start) : integer.subtract(start, stop);
    this.length =
      span <= 0 ? 0 : integer.add(integer.floorDivide(integer.subtract(span, 1), integer.absolute(step)), 1);
  }

  at(position: number | bigint): number | bigint {
    return integer.add(this.start, integer.multiply(position, this.step));
  }

  positionOf(value: number | bigint): number | bigint | undefined {
    const inside = this.step > 0 ? value >= this.start && value < this.stop : value <= this.start && value > this.stop;
    if (!inside) return undefined;
    const offset = integer.subtract(value, this.start);
    return integer.modulo(offset, this.step) === 0 ? integer.floorDivide(offset, this.step) : undefined;
  }
}

const longRangeIteratorType = newType('longrange_iterator');

/** An iterator over a range that leaves the safe integers. */
class LongRangeIterator extends PyObject {
  readonly range: PyRange;
  position: number | bigint = 0;
  constructor(range: PyRange) {
    super(longRangeIteratorType);
    this.range = range;
  }
}

defineType(longRangeIteratorType, {
  subclassable: false,
  tp_iter: (self: Value) => self,
  tp_iternext: (self: LongRangeIterator) => {
    const { range, position } = self;
    if (position >= range.length) return undefined;
    self.position = integer.add(position, 1);
    return range.at(position);
  },
  methods: {
    __length_hint__: ['($self, /)', (self: LongRangeIterator) => integer.subtract(self.range.length, self.position)],
    __reduce__: [
      '($self, /)',
      ({ range, position }: LongRangeIterator) => {
        const rest = new PyRange(range.at(position), range.at(range.length), range.step);
        return tupleOf([frameBuiltin('iter'), tupleOf([rest]), null]);
      },
    ],
    __setstate__: [
      '($self, state, /)',
      (self: LongRangeIterator, state: Value) => {
        const steps = index(state);
        const rest = integer.subtract(self.range.length, self.position);
        if (steps > 0) self.position = integer.add(self.position, steps > rest ? rest : steps);
      },
    ],
  },
});

function iterateRange(range: PyRange): Value {
  const { start, step, length } = range;
  if (
    typeof start === 'number' &&
    typeof step === 'number' &&
    typeof length === 'number' &&
    Number.isSafeInteger(start + step * length)
  ) {
    return new RangeIterator(start, step, length);
  }
  return new LongRangeIterator(range);
}

defineType(rangeIteratorType, {
  subclassable: false,
  tp_iter: (self: Value) => self,
  tp_iternext: (self: RangeIterator) => {
    if (self.remaining <= 0) return undefined;
    self.remaining--;
    const value = self.next;
    self.next += self.step;
    return value;
  },
  methods: {
    __length_hint__: ['($self, /)', (self: RangeIterator) => self.remaining],
    __reduce__: [
      '($self, /)',
      (self: RangeIterator) =>
        tupleOf([
          frameBuiltin('iter'),
          tupleOf([new PyRange(self.next, self.next + self.remaining * self.step, self.step)]),
          null,
        ]),
    ],
    __setstate__: [
      '($self, state, /)',
      (self: RangeIterator, state: Value) => {
        const steps = Math.max(0, Math.min(Number(index(state)), self.remaining));
        self.next += steps * self.step;
        self.remaining -= steps;
      },
    ],
  },
});

/** The value of an int or bool; what a subclass of int equals is its own affair. */
function exactInteger(value: Value): Integer | undefined {
  return typeof value === 'object' ? undefined : integerOf(value);
}

defineType(rangeType, {
  doc: 'range(stop) -> range object\nrange(start, stop[, step]) -> range object\n\nReturn an object that produces a sequence of integers from start (inclusive)\nto stop (exclusive) by step.  range(i, j) produces i, i+1, i+2, ..., j-1.\nstart defaults to 0, and stop is omitted!  range(4) produces 0, 1, 2, 3.\nThese are exactly the valid indices for a list of 4 elements.\nWhen step is given, it specifies the increment (or decrement).',
  subclassable: false,
  matchesSequence: true,
  isolatedEquality: true,
  tp_new: (_type: PyType, args: Value[], kwNames: KwNames) => {
    if (kwNames !== undefined) throw typeError('range() takes no keyword arguments');
    if (args.length === 0) throw typeError('range expected at least 1 argument, got 0');
    if (args.length > 3) throw typeError(`range expected at most 3 arguments, got ${args.length}`);
    if (args.length === 1) return new PyRange(0, index(args[0]), 1);
    const step = args.length === 3 ? index(args[2]) : 1;
    if (step === 0) throw valueError('range() arg 3 must not be zero');
    return new PyRange(index(args[0]), index(args[1]), step);
  },
  tp_repr: (self: PyRange) =>
    self.step === 1 ? `range(${self.start}, ${self.stop})` : `range(${self.start}, ${self.stop}, ${self.step})`,
  tp_hash: (self: PyRange) =>
    hashSequence(
      [self.length, self.length === 0 ? hashOf(null) : self.start, self.length <= 1 ? hashOf(null) : self.step].map(
        hashOf,
      ),
    ),
  tp_richcompare: (self: PyRange, other: Value, op: Compare) => {
    if (!(other instanceof PyRange) || (op !== Compare.EQ && op !== Compare.NE)) return NotImplemented;
    const same =
      self.length === other.length &&
      (self.length === 0 || (self.start === other.start && (self.length === 1 || self.step === other.step)));
    return same === (op === Compare.EQ);
  },
  tp_iter: iterateRange,
  nb_bool: (self: PyRange) => self.length !== 0,
  sq_length: (self: PyRange) => {
    if (typeof self.length === 'bigint') throw overflowError('Python int too large to convert to C ssize_t');
    return self.length;
  },
  sq_contains: (self: PyRange, item: Value) => {
    const value = exactInteger(item);
    if (value !== undefined) return self.positionOf(value) !== undefined;
    for (const other of items(self)) if (equals(other, item)) return true;
    return false;
  },
  mp_subscript: (self: PyRange, key: Value) => {
    if (key instanceof PySlice) {
      const [start, stop, step] = longSlice(key, self.length);
      return new PyRange(self.at(start), self.at(stop), integer.multiply(self.step, step));
    }
    if (!isInt(key) && typeOf(key).nb_index === undefined) {
      throw typeError(`range indices must be integers or slices, not ${typeOf(key).tp_name}`);
    }
    let at = index(key);
    if (at < 0) at = integer.add(at, self.length);
    if (at < 0 || at >= self.length) throw indexError('range object index out of range');
    return self.at(at);
  },
  members: {
    start: [(self: PyRange) => self.start],
    stop: [(self: PyRange) => self.stop],
    step: [(self: PyRange) => self.step],
  },
  methods: {
    count: [
      '($self, value, /)',
      (self: PyRange, item: Value) => {
        const value = exactInteger(item);
        if (value !== undefined) return self.positionOf(value) === undefined ? 0 : 1;
        let count = 0;
        for (const other of items(self)) if (equals(other, item)) count++;
        return count;
      },
    ],
    index: [
      '($self, value, /)',
      (self: PyRange, item: Value) => {
        const value = exactInteger(item);
        if (value !== undefined) {
          const at = self.positionOf(value);
          if (at === undefined) throw valueError(`${repr(item)} is not in range`);
          return at;
        }
        let at: Integer = 0;
        for (const other of items(self)) {
          if (equals(other, item)) return at;
          at = integer.add(at, 1);
        }
        throw valueError('sequence.index(x): x not in sequence');
      },
    ],
    __reversed__: [
      '($self, /)',
      (self: PyRange) =>
        iterateRange(
          new PyRange(
            self.at(integer.subtract(self.length, 1)),
            integer.subtract(self.start, self.step),
            integer.negate(self.step),
          ),
        ),
    ],
    __reduce__: ['($self, /)', (self: PyRange) => tupleOf([rangeType, tupleOf([self.start, self.stop, self.step])])],
  },
});
