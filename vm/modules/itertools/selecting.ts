import { valueError } from '../../objects/exception.ts';
import { PyObject, type PyType, type Slot, type Value } from '../../objects/object.ts';
import { call, callWith } from '../../operations/call.ts';
import { getIterator, toArray } from '../../operations/iterate.ts';
import { isTrue } from '../../operations/truth.ts';
import { advance, countOrNone, iteratorType } from './shared.ts';

class Islice extends PyObject {
  /** Undefined once the slice is exhausted. */
  iterator: Value | undefined = undefined;
  /** Index of the next item to give. */
  next = 0;
  stop = Number.POSITIVE_INFINITY;
  step = 1;
  /** Items taken from the iterator so far. */
  taken = 0;
}

const badStop = 'Stop argument for islice() must be None or an integer: 0 <= x <= sys.maxsize.';
const badIndices = 'Indices for islice() must be None or an integer: 0 <= x <= sys.maxsize.';

export const isliceType = iteratorType('islice', {
  doc: 'islice(iterable, stop) or islice(iterable, start, stop[, step]): selected elements of the iterable.',
  signature: '(iterable, start, stop=None, step=None, /)',
  make(type: PyType, iterable: Value, first: Value, second: Slot, third: Slot) {
    const self = new Islice(type);
    const unlimited = Number.POSITIVE_INFINITY;
    if (second === undefined) self.stop = countOrNone(first, unlimited, badStop);
    else {
      self.stop = countOrNone(second, unlimited, badStop);
      self.next = countOrNone(first, 0, badIndices);
    }
    const badStep = 'Step for islice() must be a positive integer or None.';
    self.step = countOrNone(third, 1, badStep);
    if (self.step < 1) throw valueError(badStep);
    self.iterator = getIterator(iterable);
    return self;
  },
  next(self: Islice) {
    const { iterator, stop } = self;
    if (iterator === undefined) return undefined;
    while (self.taken < self.next && self.taken < stop) {
      if (advance(iterator) === undefined) {
        self.iterator = undefined;
        return undefined;
      }
      self.taken++;
    }
    const item = self.taken >= stop ? undefined : advance(iterator);
    if (item === undefined) {
      self.iterator = undefined;
      return undefined;
    }
    self.taken++;
    self.next = Math.min(self.next + self.step, stop);
    return item;
  },
});

/** A function and an iterator: what the filtering types hold. */
class Filtered extends PyObject {
  predicate: Value = null;
  iterator: Value = null;
  /** Whether takewhile has ended, or dropwhile has begun. */
  switched = false;
}

function makeFiltered(type: PyType, predicate: Value, iterable: Value): Filtered {
  const self = new Filtered(type);
  self.predicate = predicate;
  self.iterator = getIterator(iterable);
  return self;
}

export const takewhileType = iteratorType('takewhile', {
  doc: 'Return successive entries from an iterable as long as the predicate evaluates to true for each entry.',
  signature: '(predicate, iterable, /)',
  make: makeFiltered,
  next(self: Filtered) {
    if (self.switched) return undefined;
    const item = advance(self.iterator);
    if (item === undefined || isTrue(call(self.predicate, item))) return item;
    self.switched = true;
    return undefined;
  },
});

export const dropwhileType = iteratorType('dropwhile', {
  doc: 'Drop items from the iterable while the predicate is true; afterwards, return every element.',
  signature: '(predicate, iterable, /)',
  make: makeFiltered,
  next(self: Filtered) {
    for (;;) {
      const item = advance(self.iterator);
      if (item === undefined || self.switched) return item;
      if (!isTrue(call(self.predicate, item))) {
        self.switched = true;
        return item;
      }
    }
  },
});

export const filterfalseType = iteratorType('filterfalse', {
  doc: 'Return those items of the iterable for which function(item) is false; with None, the items that are false.',
  signature: '(function, iterable, /)',
  make: makeFiltered,
  next(self: Filtered) {
    for (;;) {
      const item = advance(self.iterator);
      if (item === undefined) return undefined;
      if (!isTrue(self.predicate === null ? item : call(self.predicate, item))) return item;
    }
  },
});

class Compress extends PyObject {
  data: Value = null;
  selectors: Value = null;
}

export const compressType = iteratorType('compress', {
  doc: 'Return data elements corresponding to true selector elements.',
  signature: '(data, selectors)',
  make(type: PyType, data: Value, selectors: Value) {
    const self = new Compress(type);
    self.data = getIterator(data);
    self.selectors = getIterator(selectors);
    return self;
  },
  next(self: Compress) {
    for (;;) {
      const item = advance(self.data);
      if (item === undefined) return undefined;
      const selector = advance(self.selectors);
      if (selector === undefined) return undefined;
      if (isTrue(selector)) return item;
    }
  },
});

export const starmapType = iteratorType('starmap', {
  doc: 'Return an iterator whose values are returned from the function evaluated with an argument tuple taken from the given sequence.',
  signature: '(function, iterable, /)',
  make: makeFiltered,
  next(self: Filtered) {
    const args = advance(self.iterator);
    return args === undefined ? undefined : callWith(self.predicate, toArray(args), undefined);
  },
});
