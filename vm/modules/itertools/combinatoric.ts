import { typeError, valueError } from '../../objects/exception.ts';
import { isInt } from '../../objects/int.ts';
import { PyObject, type PyType, type Slot, type Value } from '../../objects/object.ts';
import { tupleOf } from '../../objects/tuple.ts';
import { toArray } from '../../operations/iterate.ts';
import { iteratorType, size } from './shared.ts';

/** A pool of items and the indices of the arrangement given last; undefined before the first and after the end. */
class Arrangement extends PyObject {
  pool: readonly Value[] = [];
  indices: number[] = [];
  /** permutations: how far each place has turned. */
  cycles: number[] = [];
  started = false;
  done = false;

  give(): Value {
    const { pool } = this;
    return tupleOf(this.indices.map((i) => pool[i]));
  }
}

class Product extends PyObject {
  pools: readonly (readonly Value[])[] = [];
  indices: number[] = [];
  started = false;
  done = false;
}

export const productType = iteratorType('product', {
  doc: 'Cartesian product of input iterables: equivalent to nested for-loops.',
  signature: '(*iterables, repeat=1)',
  make(type: PyType, iterables: Value[], repeat: Slot) {
    const self = new Product(type);
    const times = repeat === undefined ? 1 : size(repeat);
    if (times < 0) throw valueError('repeat argument cannot be negative');
    const pools = times === 0 ? [] : iterables.map(toArray);
    self.pools = Array.from({ length: pools.length * times }, (_, i) => pools[i % pools.length]);
    self.indices = new Array(self.pools.length).fill(0);
    return self;
  },
  next(self: Product) {
    if (self.done) return undefined;
    const { pools, indices } = self;
    if (!self.started) {
      self.started = true;
      self.done = pools.some((pool) => pool.length === 0);
    } else {
      let i = pools.length - 1;
      while (i >= 0 && ++indices[i] === pools[i].length) indices[i--] = 0;
      self.done = i < 0;
    }
    return self.done ? undefined : tupleOf(pools.map((pool, i) => pool[indices[i]]));
  },
});

function lengthOf(r: Value): number {
  const length = size(r);
  if (length < 0) throw valueError('r must be non-negative');
  return length;
}

export const combinationsType = iteratorType('combinations', {
  doc: 'Return successive r-length combinations of elements in the iterable.',
  signature: '(iterable, r)',
  make(type: PyType, iterable: Value, r: Value) {
    const self = new Arrangement(type);
    self.pool = toArray(iterable);
    const length = lengthOf(r);
    self.done = length > self.pool.length;
    self.indices = self.done ? [] : Array.from({ length }, (_, i) => i);
    return self;
  },
  next(self: Arrangement) {
    if (self.done) return undefined;
    const { indices, pool } = self;
    const r = indices.length;
    if (!self.started) {
      self.started = true;
      return self.give();
    }
    let i = r - 1;
    while (i >= 0 && indices[i] === i + pool.length - r) i--;
    if (i < 0) {
      self.done = true;
      return undefined;
    }
    indices[i]++;
    for (let j = i + 1; j < r; j++) indices[j] = indices[j - 1] + 1;
    return self.give();
  },
});

export const combinationsWithReplacementType = iteratorType('combinations_with_replacement', {
  doc: 'Return successive r-length combinations of elements in the iterable allowing individual elements to have successive repeats.',
  signature: '(iterable, r)',
  make(type: PyType, iterable: Value, r: Value) {
    const self = new Arrangement(type);
    self.pool = toArray(iterable);
    const length = lengthOf(r);
    self.done = self.pool.length === 0 && length > 0;
    self.indices = self.done ? [] : new Array(length).fill(0);
    return self;
  },
  next(self: Arrangement) {
    if (self.done) return undefined;
    const { indices, pool } = self;
    if (!self.started) {
      self.started = true;
      return self.give();
    }
    let i = indices.length - 1;
    while (i >= 0 && indices[i] === pool.length - 1) i--;
    if (i < 0) {
      self.done = true;
      return undefined;
    }
    indices.fill(indices[i] + 1, i);
    return self.give();
  },
});

export const permutationsType = iteratorType('permutations', {
  doc: 'Return successive r-length permutations of elements in the iterable.',
  signature: '(iterable, r=None)',
  make(type: PyType, iterable: Value, r: Slot) {
    const self = new Arrangement(type);
    self.pool = toArray(iterable);
    if (r !== undefined && r !== null && !isInt(r)) throw typeError('Expected int as r');
    const length = r === undefined || r === null ? self.pool.length : lengthOf(r);
    const n = self.pool.length;
    self.done = length > n;
    if (!self.done) {
      self.indices = Array.from({ length: n }, (_, i) => i);
      self.cycles = Array.from({ length }, (_, i) => n - i);
    }
    return self;
  },
  next(self: Arrangement) {
    if (self.done) return undefined;
    const { indices, cycles, pool } = self;
    const r = cycles.length;
    const give = (): Value => tupleOf(cycles.map((_, i) => pool[indices[i]]));
    if (!self.started) {
      self.started = true;
      return give();
    }
    for (let i = r - 1; i >= 0; i--) {
      if (--cycles[i] > 0) {
        const j = indices.length - cycles[i];
        [indices[i], indices[j]] = [indices[j], indices[i]];
        return give();
      }
      indices.push(indices.splice(i, 1)[0]);
      cycles[i] = indices.length - i;
    }
    self.done = true;
    return undefined;
  },
});
