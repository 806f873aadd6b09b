import * as integer from '../numbers/integer.ts';
import { bind, withoutKeywords } from '../objects/bind.ts';
import { type Declaration, defineType } from '../objects/define.ts';
import { indexErrorType, isException, stopIterationType, typeError, valueError } from '../objects/exception.ts';
import { newGenericAlias } from '../objects/generic-alias.ts';
import { type KwNames, newType, PyObject, type PyType, type Slot, typeOf, type Value } from '../objects/object.ts';
import { tupleOf } from '../objects/tuple.ts';
import { index } from '../operations/arithmetic.ts';
import { call, lookupSpecial } from '../operations/call.ts';
import { getIterator, iterateNext } from '../operations/iterate.ts';
import { lengthOf } from '../operations/subscript.ts';
import { isTrue } from '../operations/truth.ts';

export const enumerateType = newType('enumerate');
export const zipType = newType('zip');
export const mapType = newType('map');
export const filterType = newType('filter');
export const reversedType = newType('reversed');

class Enumerate extends PyObject {
  iterator: Value = null;
  count: number | bigint = 0;
}

const self_ = (self: Value): Value => self;

/** enumerate_vectorcall has its own words for wrong arguments. */
function enumerateArguments(args: Value[], kwNames: KwNames): [Value, Slot] {
  const given = args.length - (kwNames?.length ?? 0);
  if (args.length > 2) throw typeError(`enumerate() takes at most 2 arguments (${args.length} given)`);
  const bound: [Slot, Slot] = [args[0], args[1]];
  if (kwNames !== undefined) {
    if (given === 0) bound.fill(undefined);
    const allowed = given === 1 ? ['start'] : kwNames.length === 1 ? ['iterable'] : ['iterable', 'start'];
    kwNames.forEach((name, i) => {
      if (!allowed.includes(name)) throw typeError(`'${name}' is an invalid keyword argument for enumerate()`);
      bound[name === 'start' ? 1 : 0] = args[given + i];
    });
  }
  const [iterable, start] = bound;
  if (iterable === undefined) throw typeError("enumerate() missing required argument 'iterable'");
  return [iterable, start];
}

defineType(enumerateType, {
  doc: 'Return an enumerate object.\n\n  iterable\n    an object supporting iteration\n\nThe enumerate object yields pairs containing a count (from start, which\ndefaults to zero) and a value yielded by the iterable argument.\n\nenumerate is useful for obtaining an indexed list:\n    (0, seq[0]), (1, seq[1]), (2, seq[2]), ...',
  signature: '(iterable, start=0)',
  allocate: (type: PyType) => new Enumerate(type),
  tp_new: (type: PyType, args: Value[], kwNames: KwNames) => {
    const [iterable, start] = enumerateArguments(args, kwNames);
    const made = new Enumerate(type);
    made.iterator = getIterator(iterable as Value);
    made.count = start === undefined ? 0 : index(start);
    return made;
  },
  tp_iter: self_,
  tp_iternext: (self: Enumerate) => {
    const item = iterateNext(self.iterator);
    if (item === undefined) return undefined;
    const pair = tupleOf([self.count, item]);
    self.count = integer.add(self.count, 1);
    return pair;
  },
  methods: {
    __reduce__: ['($self, /)', (self: Enumerate) => tupleOf([self.type, tupleOf([self.iterator, self.count])])],
  },
  classMethods: { __class_getitem__: ['($cls, object, /)', newGenericAlias] },
});

class Zip extends PyObject {
  iterators: Value[] = [];
  strict = false;
}

/** How zip and map are pickled: `strict` is their state, which __init__'s arguments don't tell. */
function reduceStrict(self: Zip | MapIterator, args: readonly Value[]): Value {
  return tupleOf(self.strict ? [self.type, tupleOf([...args]), true] : [self.type, tupleOf([...args])]);
}

const strictState: Declaration = [
  '($self, state, /)',
  (self: Zip | MapIterator, state: Value) => {
    self.strict = isTrue(state);
  },
];

function zipNext(self: Zip): Slot {
  const { iterators } = self;
  if (iterators.length === 0) return undefined;
  const row: Value[] = new Array(iterators.length);
  for (let i = 0; i < iterators.length; i++) {
    const item = typeOf(iterators[i]).tp_iternext!(iterators[i]);
    if (item === undefined) {
      if (self.strict) zipStrict(iterators, i);
      return undefined;
    }
    row[i] = item;
  }
  return tupleOf(row);
}

function zipStrict(iterators: readonly Value[], ended: number): void {
  const plural = (n: number): string => (n === 1 ? ' ' : `s 1-`);
  if (ended > 0) throw valueError(`zip() argument ${ended + 1} is shorter than argument${plural(ended)}${ended}`);
  for (let i = 1; i < iterators.length; i++) {
    if (iterateNext(iterators[i]) !== undefined) {
      throw valueError(`zip() argument ${i + 1} is longer than argument${plural(i)}${i}`);
    }
  }
}

defineType(zipType, {
  doc: "The zip object yields n-length tuples, where n is the number of iterables\npassed as positional arguments to zip().  The i-th element in every tuple\ncomes from the i-th iterable argument to zip().  This continues until the\nshortest argument is exhausted.\n\nIf strict is true and one of the arguments is exhausted before the others,\nraise a ValueError.\n\n   >>> list(zip('abcdefg', range(3), range(4)))\n   [('a', 0, 0), ('b', 1, 1), ('c', 2, 2)]",
  allocate: (type: PyType) => new Zip(type),
  tp_new: (type: PyType, args: Value[], kwNames: KwNames) => {
    const made = new Zip(type);
    const given = args.length - (kwNames?.length ?? 0);
    kwNames?.forEach((name, i) => {
      if (name !== 'strict') throw typeError(`zip() got an unexpected keyword argument '${name}'`);
      made.strict = isTrue(args[given + i]);
    });
    made.iterators = args.slice(0, given).map((arg) => {
      if (typeOf(arg).tp_iter === undefined && typeOf(arg).sq_item === undefined) {
        throw typeError(`'${typeOf(arg).tp_name}' object is not iterable`);
      }
      return getIterator(arg);
    });
    return made;
  },
  tp_iter: self_,
  tp_iternext: zipNext,
  methods: {
    __reduce__: ['($self, /)', (self: Zip) => reduceStrict(self, self.iterators)],
    __setstate__: strictState,
  },
});

class MapIterator extends PyObject {
  func: Value = null;
  iterators: Value[] = [];
  strict = false;
}

defineType(mapType, {
  doc: 'Make an iterator that computes the function using arguments from\neach of the iterables.  Stops when the shortest iterable is exhausted.\n\nIf strict is true and one of the arguments is exhausted before the others,\nraise a ValueError.',
  signature: '(function, iterable, /, *iterables, strict=False)',
  allocate: (type: PyType) => new MapIterator(type),
  tp_new: (type: PyType, args: Value[], kwNames: KwNames) => {
    const made = new MapIterator(type);
    const areOfInit = type.tp_init !== mapType.tp_init;
    const given = args.length - (kwNames?.length ?? 0);
    if (given < 2) throw typeError('map() must have at least two arguments.');
    kwNames?.forEach((name, i) => {
      if (areOfInit) return;
      if (name !== 'strict') throw typeError(`map() got an unexpected keyword argument '${name}'`);
      made.strict = isTrue(args[given + i]);
    });
    made.func = args[0];
    made.iterators = args.slice(1, given).map(getIterator);
    return made;
  },
  tp_iter: self_,
  tp_iternext: (self: MapIterator) => {
    const { iterators } = self;
    if (iterators.length === 1) {
      const item = typeOf(iterators[0]).tp_iternext!(iterators[0]);
      return item === undefined ? undefined : call(self.func, item);
    }
    const row: Value[] = [];
    for (let i = 0; i < iterators.length; i++) {
      const item = typeOf(iterators[i]).tp_iternext!(iterators[i]);
      if (item === undefined) {
        if (self.strict) zipStrict(iterators, i);
        return undefined;
      }
      row.push(item);
    }
    return call(self.func, ...row);
  },
  methods: {
    __reduce__: ['($self, /)', (self: MapIterator) => reduceStrict(self, [self.func, ...self.iterators])],
    __setstate__: strictState,
  },
});

class FilterIterator extends PyObject {
  func: Value = null;
  iterator: Value = null;
}

defineType(filterType, {
  doc: 'Return an iterator yielding those items of iterable for which function(item)\nis true. If function is None, return the items that are true.',
  signature: '(function, iterable, /)',
  allocate: (type: PyType) => new FilterIterator(type),
  tp_new: (type: PyType, args: Value[], kwNames: KwNames) => {
    const given = withoutKeywords('filter', filterType, type, args, kwNames);
    const [func, iterable] = bind('filter', '(function, iterable, /)', given, undefined);
    const made = new FilterIterator(type);
    made.func = func as Value;
    made.iterator = getIterator(iterable as Value);
    return made;
  },
  tp_iter: self_,
  tp_iternext: (self: FilterIterator) => {
    const next = typeOf(self.iterator).tp_iternext!;
    for (;;) {
      const item = next(self.iterator);
      if (item === undefined || isTrue(self.func === null ? item : call(self.func, item))) return item;
    }
  },
  methods: {
    __reduce__: ['($self, /)', (self: FilterIterator) => tupleOf([self.type, tupleOf([self.func, self.iterator])])],
  },
});

class Reversed extends PyObject {
  sequence: Value | undefined = undefined;
  at = -1;
}

defineType(reversedType, {
  doc: 'Return a reverse iterator over the values of the given sequence.',
  signature: '(sequence, /)',
  allocate: (type: PyType) => new Reversed(type),
  tp_new: (type: PyType, args: Value[], kwNames: KwNames) => {
    const given = withoutKeywords('reversed', reversedType, type, args, kwNames);
    const [sequence] = bind('reversed', '(object, /)', given, undefined) as [Value];
    const method = typeOf(sequence).lookup('__reversed__');
    if (method !== undefined && method !== null) return call(lookupSpecial(sequence, '__reversed__')!);
    const { sq_item, sq_length, tp_name } = typeOf(sequence);
    if (method === null || sq_item === undefined || sq_length === undefined) {
      throw typeError(`'${tp_name}' object is not reversible`);
    }
    const made = new Reversed(type);
    made.sequence = sequence;
    made.at = sq_length(sequence) - 1;
    return made;
  },
  tp_iter: self_,
  tp_iternext: (self: Reversed) => {
    if (self.sequence === undefined) return undefined;
    if (self.at >= 0) {
      try {
        return typeOf(self.sequence).sq_item!(self.sequence, self.at--);
      } catch (error) {
        self.sequence = undefined;
        if (isException(error, indexErrorType) || isException(error, stopIterationType)) return undefined;
        throw error;
      }
    }
    self.sequence = undefined;
    return undefined;
  },
  methods: {
    __length_hint__: [
      '($self, /)',
      (self: Reversed) => {
        if (self.sequence === undefined) return 0;
        return lengthOf(self.sequence) < self.at + 1 ? 0 : self.at + 1;
      },
    ],
    __reduce__: [
      '($self, /)',
      (self: Reversed) => {
        if (self.sequence === undefined) return tupleOf([self.type, tupleOf([tupleOf([])])]);
        return tupleOf([self.type, tupleOf([self.sequence]), self.at]);
      },
    ],
    __setstate__: [
      '($self, state, /)',
      (self: Reversed, state: Value) => {
        if (self.sequence === undefined) return;
        self.at = Math.max(-1, Math.min(Number(index(state)), lengthOf(self.sequence) - 1));
      },
    ],
  },
});
