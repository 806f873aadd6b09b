import { defineType } from '../../objects/define.ts';
import { runtimeError, valueError } from '../../objects/exception.ts';
import { newType, PyObject, type PyType, type Slot, type Value } from '../../objects/object.ts';
import { tupleOf } from '../../objects/tuple.ts';
import { index } from '../../operations/arithmetic.ts';
import { call } from '../../operations/call.ts';
import { equals } from '../../operations/compare.ts';
import { getIterator } from '../../operations/iterate.ts';
import { advance, iteratorType } from './shared.ts';

class GroupBy extends PyObject {
  iterator: Value = null;
  keyFunction: Value = null;
  /** Key of the group that was given last. */
  targetKey: Slot = undefined;
  currentKey: Slot = undefined;
  currentItem: Slot = undefined;
  group: Group | undefined = undefined;

  /** Takes one more item; false at the end. */
  step(): boolean {
    const item = advance(this.iterator);
    if (item === undefined) return false;
    const key = this.keyFunction === null ? item : call(this.keyFunction, item);
    this.currentItem = item;
    this.currentKey = key;
    return true;
  }
}

const groupType = newType('_grouper');

/** The items of one key; ends early once its groupby moves on. */
class Group extends PyObject {
  readonly parent: GroupBy;
  readonly key: Value;
  constructor(parent: GroupBy, key: Value) {
    super(groupType);
    this.parent = parent;
    this.key = key;
  }
}

defineType(groupType, {
  module: 'itertools',
  tp_iter: (self: Value) => self,
  tp_iternext(self: Group) {
    const { parent } = self;
    if (parent.group !== self) return undefined;
    if (parent.currentItem === undefined && !parent.step()) return undefined;
    if (!equals(self.key, parent.currentKey as Value)) return undefined;
    const item = parent.currentItem;
    parent.currentItem = undefined;
    return item;
  },
});

export const groupbyType = iteratorType('groupby', {
  doc: 'Make an iterator that returns consecutive keys and groups from the iterable.',
  signature: '(iterable, key=None)',
  make(type: PyType, iterable: Value, key: Slot) {
    const self = new GroupBy(type);
    self.keyFunction = key === undefined ? null : key;
    self.iterator = getIterator(iterable);
    return self;
  },
  next(self: GroupBy) {
    self.group = undefined;
    for (;;) {
      if (self.currentKey !== undefined) {
        if (self.targetKey === undefined) break;
        if (!equals(self.targetKey, self.currentKey)) break;
      }
      if (!self.step()) return undefined;
    }
    const key = self.currentKey;
    self.targetKey = key;
    self.group = new Group(self, key);
    return tupleOf([key, self.group]);
  },
});

/** Items that tee has read and some of its iterators have not: a linked list, whose read part is garbage. */
class TeeLink {
  item: Slot = undefined;
  next: TeeLink | undefined = undefined;
}

/** The iterator that several tee objects share. */
class TeeSource {
  readonly iterator: Value;
  running = false;
  constructor(iterator: Value) {
    this.iterator = iterator;
  }
}

class Tee extends PyObject {
  source!: TeeSource;
  /** The next item to give; filled when somebody reaches it first. */
  link!: TeeLink;
}

function makeTee(type: PyType, iterable: Value): Tee {
  const self = new Tee(type);
  const iterator = getIterator(iterable);
  if (iterator instanceof Tee) {
    self.source = iterator.source;
    self.link = iterator.link;
  } else {
    self.source = new TeeSource(iterator);
    self.link = new TeeLink();
  }
  return self;
}

function copyTee(self: Tee): Tee {
  const copy = new Tee(self.type);
  copy.source = self.source;
  copy.link = self.link;
  return copy;
}

export const teeType = iteratorType('_tee', {
  doc: 'Iterator wrapped to make it copyable.',
  signature: '(iterable, /)',
  make: makeTee,
  next(self: Tee) {
    const { link, source } = self;
    if (link.next === undefined) {
      if (source.running) throw runtimeError('cannot re-enter the tee iterator');
      source.running = true;
      try {
        const item = advance(source.iterator);
        if (item === undefined) return undefined;
        link.item = item;
        link.next = new TeeLink();
      } finally {
        source.running = false;
      }
    }
    self.link = link.next;
    return link.item;
  },
  methods: {
    __copy__: ['($self, /)', copyTee, 'Returns an independent iterator.'],
  },
});

/** itertools.tee(iterable, n=2). */
export function tee(iterable: Value, n: Slot): Value {
  const count = n === undefined ? 2 : index(n);
  if (count < 0) throw valueError('n must be >= 0');
  if (count === 0) return tupleOf([]);
  const copies: Value[] = [makeTee(teeType, iterable)];
  while (copies.length < count) copies.push(copyTee(copies[0] as Tee));
  return tupleOf(copies);
}
