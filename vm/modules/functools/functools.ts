import { defineType, type ModuleDefinition } from '../../objects/define.ts';
import { typeError } from '../../objects/exception.ts';
import {
  type Compare,
  type KwNames,
  newType,
  PyObject,
  type PyType,
  type Slot,
  typeOf,
  type Value,
} from '../../objects/object.ts';
import { BuiltinDef } from '../../objects/signature.ts';
import { call } from '../../operations/call.ts';
import { richCompare } from '../../operations/compare.ts';
import { getIterator } from '../../operations/iterate.ts';
import { lruCacheType } from './lru-cache.ts';
import { partialType, placeholder } from './partial.ts';

const keyType = newType('functools.KeyWrapper');

/** What cmp_to_key() gives, and what calling that gives. */
class KeyWrapper extends PyObject {
  readonly compare: Value;
  readonly object: Slot;
  constructor(compare: Value, object: Slot) {
    super(keyType);
    this.compare = compare;
    this.object = object;
  }
}

const keyBinder = new BuiltinDef('K', 'K', '(obj)', () => null, false, null);

defineType(keyType, {
  module: 'functools',
  tp_call(self: KeyWrapper, args: Value[], kwNames: KwNames) {
    return new KeyWrapper(self.compare, keyBinder.bind(args, kwNames)[0] as Value);
  },
  tp_richcompare(self: KeyWrapper, other: Value, op: Compare) {
    if (!(other instanceof KeyWrapper)) throw typeError('other argument must be K instance');
    if (self.object === undefined || other.object === undefined) throw typeError('object');
    return richCompare(call(self.compare, self.object, other.object), 0, op);
  },
  getset: { __text_signature__: [() => '(obj)'] },
  members: {
    obj: [(self: KeyWrapper) => self.object, undefined, 'Value wrapped by a key function.'],
  },
});

function reduce(func: Value, iterable: Value, initial: Slot): Value {
  if (typeOf(iterable).tp_iter === undefined && typeOf(iterable).sq_item === undefined) {
    throw typeError('reduce() arg 2 must support iteration');
  }
  const iterator = getIterator(iterable);
  const next = typeOf(iterator).tp_iternext!;
  let result = initial === undefined ? next(iterator) : initial;
  if (result === undefined) throw typeError('reduce() of empty iterable with no initial value');
  for (;;) {
    const item = next(iterator);
    if (item === undefined) return result;
    result = call(func, result, item);
  }
}

/** CPython 3.14's Modules/_functoolsmodule.c. */
export const functools: ModuleDefinition = {
  name: '_functools',
  doc: 'Tools that operate on functions.',
  functions: {
    cmp_to_key: [
      '(mycmp)',
      (compare: Value) => new KeyWrapper(compare, undefined),
      'Convert a cmp= function into a key= function.',
    ],
    reduce: [
      '(function, iterable, /, initial=<functools._initial_missing>)',
      reduce,
      'Apply a function of two arguments cumulatively to the items of an iterable, from left to right.',
    ],
  },
  attributes: {
    partial: partialType as PyType,
    Placeholder: placeholder,
    _PlaceholderType: placeholder.type,
    _lru_cache_wrapper: lruCacheType,
  },
};
