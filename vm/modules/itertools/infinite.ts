import { PyComplex } from '../../objects/complex.ts';
import { typeError } from '../../objects/exception.ts';
import { isInt } from '../../objects/int.ts';
import { PyObject, type PyType, type Slot, typeOf, type Value } from '../../objects/object.ts';
import { add } from '../../operations/arithmetic.ts';
import { getIterator } from '../../operations/iterate.ts';
import { repr } from '../../operations/text.ts';
import { advance, iteratorType, size } from './shared.ts';

class Count extends PyObject {
  value: Value = 0;
  step: Value = 1;
}

const isNumber = (value: Value): boolean => {
  const type = typeOf(value);
  return (
    type.nb_int !== undefined ||
    type.nb_float !== undefined ||
    type.nb_index !== undefined ||
    value instanceof PyComplex
  );
};

export const countType = iteratorType('count', {
  doc: 'Return a count object whose .__next__() method returns consecutive values.',
  signature: '(start=0, step=1)',
  make(type: PyType, start: Slot, step: Slot) {
    const self = new Count(type);
    self.value = start === undefined ? 0 : start;
    self.step = step === undefined ? 1 : step;
    if (!isNumber(self.value) || !isNumber(self.step)) throw typeError('a number is required');
    return self;
  },
  next(self: Count) {
    const { value } = self;
    self.value = add(value, self.step);
    return value;
  },
  tp_repr(self: Count) {
    const step = isInt(self.step) && self.step === 1 ? '' : `, ${repr(self.step)}`;
    return `count(${repr(self.value)}${step})`;
  },
});

class Cycle extends PyObject {
  iterator: Value | undefined = undefined;
  readonly saved: Value[] = [];
  at = 0;
}

export const cycleType = iteratorType('cycle', {
  doc: 'Return elements from the iterable until it is exhausted. Then repeat the sequence indefinitely.',
  signature: '(iterable, /)',
  make(type: PyType, iterable: Value) {
    const self = new Cycle(type);
    self.iterator = getIterator(iterable);
    return self;
  },
  next(self: Cycle) {
    if (self.iterator !== undefined) {
      const item = advance(self.iterator);
      if (item !== undefined) {
        self.saved.push(item);
        return item;
      }
      self.iterator = undefined;
    }
    if (self.saved.length === 0) return undefined;
    const item = self.saved[self.at];
    self.at = (self.at + 1) % self.saved.length;
    return item;
  },
});

class Repeat extends PyObject {
  object: Value = null;
  /** Items still to give; -1 for no end. */
  remaining = -1;
}

export const repeatType = iteratorType('repeat', {
  doc: 'Return the object over and over: for the given number of times, or without end.',
  signature: '(object, times=-1)',
  make(type: PyType, object: Value, times: Slot) {
    const self = new Repeat(type);
    self.object = object;
    if (times !== undefined) self.remaining = Math.max(0, size(times));
    return self;
  },
  next(self: Repeat) {
    if (self.remaining === 0) return undefined;
    if (self.remaining > 0) self.remaining--;
    return self.object;
  },
  tp_repr(self: Repeat) {
    return self.remaining < 0 ? `repeat(${repr(self.object)})` : `repeat(${repr(self.object)}, ${self.remaining})`;
  },
  methods: {
    __length_hint__: [
      '($self, /)',
      (self: Repeat) => {
        if (self.remaining < 0) throw typeError('len() of unsized object');
        return self.remaining;
      },
      'Private method returning an estimate of len(list(it)).',
    ],
  },
});
