import { newType, PyObject, type PyType, type Slot, type Value } from './object.ts';

export const sequenceIteratorType = newType('iterator');
export const callableIteratorType = newType('callable_iterator');

/** iter() of an object that has __getitem__ but no __iter__. */
export class SequenceIterator extends PyObject {
  sequence: Value | undefined;
  index = 0;
  constructor(sequence: Value) {
    super(sequenceIteratorType);
    this.sequence = sequence;
  }
}

/** iter(callable, sentinel). */
export class CallableIterator extends PyObject {
  callable: Value | undefined;
  sentinel: Value;
  constructor(callable: Value, sentinel: Value) {
    super(callableIteratorType);
    this.callable = callable;
    this.sentinel = sentinel;
  }
}

/**
 * An iterator over items that a TypeScript function gives one by one; undefined ends it. `sources` is all that the function
 * holds and that could hold an object: the collector sees that, not the function's variables.
 */
export class NativeIterator extends PyObject {
  advance: (() => Slot) | undefined;
  readonly sources: unknown;
  constructor(type: PyType, advance: () => Slot, sources: unknown = undefined) {
    super(type);
    this.advance = advance;
    this.sources = sources;
  }
}

/** An iterator over a list or tuple: the fast path of FOR_ITER. */
export class ArrayIterator extends PyObject {
  /** The object iterated; undefined once exhausted. */
  source: { items: readonly Value[] } | undefined;
  index = 0;
  constructor(type: PyType, source: { items: readonly Value[] }) {
    super(type);
    this.source = source;
  }
}

export const listIteratorType = newType('list_iterator');
export const tupleIteratorType = newType('tuple_iterator');
export const rangeIteratorType = newType('range_iterator');

/** An iterator over a range of safe integers: the fast path of FOR_ITER. */
export class RangeIterator extends PyObject {
  next: number;
  readonly step: number;
  remaining: number;
  constructor(start: number, step: number, count: number) {
    super(rangeIteratorType);
    this.next = start;
    this.step = step;
    this.remaining = count;
  }
}
