import { valueError } from '../../objects/exception.ts';
import { newGenericAlias } from '../../objects/generic-alias.ts';
import { PyObject, type PyType, type Slot, type Value } from '../../objects/object.ts';
import { tupleOf } from '../../objects/tuple.ts';
import { add } from '../../operations/arithmetic.ts';
import { call } from '../../operations/call.ts';
import { getIterator } from '../../operations/iterate.ts';
import { isTrue } from '../../operations/truth.ts';
import { advance, iteratorType, size } from './shared.ts';

class Chain extends PyObject {
  /** Iterator over the iterables; undefined once exhausted. */
  sources: Value | undefined = undefined;
  active: Value | undefined = undefined;
}

function makeChain(type: PyType, iterables: Value): Chain {
  const self = new Chain(type);
  self.sources = getIterator(iterables);
  return self;
}

export const chainType = iteratorType('chain', {
  doc: 'Return elements from the first iterable until it is exhausted, then from the next, until all are exhausted.',
  signature: '(*iterables)',
  make(type: PyType, iterables: Value[]) {
    return makeChain(type, tupleOf(iterables));
  },
  next(self: Chain) {
    for (;;) {
      if (self.active === undefined) {
        if (self.sources === undefined) return undefined;
        const iterable = advance(self.sources);
        if (iterable === undefined) {
          self.sources = undefined;
          return undefined;
        }
        self.active = getIterator(iterable);
      }
      const item = advance(self.active);
      if (item !== undefined) return item;
      self.active = undefined;
    }
  },
  classMethods: {
    from_iterable: [
      '($type, iterable, /)',
      makeChain,
      'Alternative chain() constructor taking a single iterable argument that evaluates lazily.',
    ],
    __class_getitem__: ['($type, object, /)', newGenericAlias, 'See PEP 585'],
  },
});

class ZipLongest extends PyObject {
  iterators: (Value | undefined)[] = [];
  running = 0;
  fillValue: Value = null;
}

export const zipLongestType = iteratorType('zip_longest', {
  doc: 'Return tuples of one item of each iterable; the shorter ones are continued with fillvalue.',
  signature: '(*iterables, fillvalue=None)',
  make(type: PyType, iterables: Value[], fillValue: Slot) {
    const self = new ZipLongest(type);
    self.iterators = iterables.map(getIterator);
    self.running = iterables.length;
    self.fillValue = fillValue === undefined ? null : fillValue;
    return self;
  },
  next(self: ZipLongest) {
    if (self.running === 0) return undefined;
    const { iterators, fillValue } = self;
    const row: Value[] = new Array(iterators.length);
    for (let i = 0; i < iterators.length; i++) {
      const iterator = iterators[i];
      let item = iterator === undefined ? undefined : advance(iterator);
      if (item === undefined) {
        if (iterator !== undefined) {
          iterators[i] = undefined;
          if (--self.running === 0) return undefined;
        }
        item = fillValue;
      }
      row[i] = item;
    }
    return tupleOf(row);
  },
});

class Pairwise extends PyObject {
  iterator: Value | undefined = undefined;
  previous: Slot = undefined;
}

export const pairwiseType = iteratorType('pairwise', {
  doc: 'Return an iterator of overlapping pairs taken from the input iterator.',
  signature: '(iterable, /)',
  make(type: PyType, iterable: Value) {
    const self = new Pairwise(type);
    self.iterator = getIterator(iterable);
    return self;
  },
  next(self: Pairwise) {
    const { iterator } = self;
    if (iterator === undefined) return undefined;
    if (self.previous === undefined) {
      self.previous = advance(iterator);
      // Taking the first item may have run this iterator itself, and ended it.
      if (self.previous === undefined || self.iterator === undefined) {
        self.iterator = undefined;
        return undefined;
      }
    }
    const previous = self.previous;
    const item = advance(iterator);
    if (item === undefined) {
      self.iterator = undefined;
      self.previous = undefined;
      return undefined;
    }
    self.previous = item;
    return tupleOf([previous, item]);
  },
});

class Batched extends PyObject {
  iterator: Value | undefined = undefined;
  size = 1;
  strict = false;
}

export const batchedType = iteratorType('batched', {
  doc: 'Batch data into tuples of length n. The last batch may be shorter than n, unless strict is true.',
  signature: '(iterable, n, *, strict=False)',
  make(type: PyType, iterable: Value, n: Value, strict: Slot) {
    const self = new Batched(type);
    self.size = size(n);
    if (self.size < 1) throw valueError('n must be at least one');
    self.iterator = getIterator(iterable);
    self.strict = strict !== undefined && isTrue(strict);
    return self;
  },
  next(self: Batched) {
    const { iterator } = self;
    if (iterator === undefined) return undefined;
    const batch: Value[] = [];
    while (batch.length < self.size) {
      const item = advance(iterator);
      if (item === undefined) {
        self.iterator = undefined;
        if (batch.length === 0) return undefined;
        if (self.strict) throw valueError('batched(): incomplete batch');
        break;
      }
      batch.push(item);
    }
    return tupleOf(batch);
  },
});

class Accumulate extends PyObject {
  iterator: Value = null;
  func: Value = null;
  initial: Value = null;
  total: Slot = undefined;
}

export const accumulateType = iteratorType('accumulate', {
  doc: 'Return series of accumulated sums, or of the results of any other binary function.',
  signature: '(iterable, func=None, *, initial=None)',
  make(type: PyType, iterable: Value, func: Slot, initial: Slot) {
    const self = new Accumulate(type);
    self.iterator = getIterator(iterable);
    self.func = func === undefined ? null : func;
    self.initial = initial === undefined ? null : initial;
    return self;
  },
  next(self: Accumulate) {
    if (self.initial !== null) {
      self.total = self.initial;
      self.initial = null;
      return self.total;
    }
    const item = advance(self.iterator);
    if (item === undefined) return undefined;
    if (self.total === undefined) self.total = item;
    else self.total = self.func === null ? add(self.total, item) : call(self.func, self.total, item);
    return self.total;
  },
});
