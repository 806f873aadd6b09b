import { defineType } from '../../objects/define.ts';
import { PyDict } from '../../objects/dict.ts';
import { keyError, typeError } from '../../objects/exception.ts';
import { newGenericAlias } from '../../objects/generic-alias.ts';
import {
  dictType,
  type KwNames,
  NotImplemented,
  newType,
  type PyType,
  type Slot,
  type Value,
} from '../../objects/object.ts';
import { tupleOf } from '../../objects/tuple.ts';
import { callMethod } from '../../operations/attribute.ts';
import { call, isCallable } from '../../operations/call.ts';
import { getIterator } from '../../operations/iterate.ts';
import { enterRepr, leaveRepr } from '../../operations/recursive-repr.ts';
import { repr } from '../../operations/text.ts';

export const defaultdictType = newType('collections.defaultdict', dictType);

export class PyDefaultDict extends PyDict {
  defaultFactory: Value = null;
}

function copyOf(self: PyDefaultDict): Value {
  return call(self.type, self.defaultFactory, self);
}

function union(left: PyDict, right: PyDict, self: PyDefaultDict): Value {
  const result = call(self.type, self.defaultFactory, left);
  callMethod(result, 'update', right);
  return result;
}

defineType(defaultdictType, {
  module: 'collections',
  doc: 'A dict whose default_factory is called without arguments to produce a value when a key is not present.',
  signature: '(default_factory=None, /, *args, **kwargs)',
  allocate: (type) => new PyDefaultDict(type),
  tp_new: (type: PyType) => new PyDefaultDict(type),
  tp_init(self: PyDefaultDict, args: Value[], kwNames: KwNames) {
    const positional = args.length - (kwNames?.length ?? 0);
    let rest = args;
    if (positional > 0) {
      const factory = args[0];
      if (factory !== null && !isCallable(factory)) throw typeError('first argument must be callable or None');
      self.defaultFactory = factory;
      rest = args.slice(1);
    }
    dictType.tp_init!(self, rest, kwNames);
  },
  tp_repr(self: PyDefaultDict) {
    const name = self.type.tp_name.slice(self.type.tp_name.lastIndexOf('.') + 1);
    let factory = '...';
    if (self.defaultFactory === null) factory = 'None';
    else if (enterRepr(self.defaultFactory)) {
      try {
        factory = repr(self.defaultFactory);
      } finally {
        leaveRepr(self.defaultFactory);
      }
    }
    return `${name}(${factory}, ${dictType.tp_repr!(self)})`;
  },
  nb_or(left: Value, right: Value) {
    if (!(left instanceof PyDict) || !(right instanceof PyDict)) return NotImplemented;
    return union(left, right, (left instanceof PyDefaultDict ? left : right) as PyDefaultDict);
  },
  methods: {
    __missing__: [
      '($self, key, /)',
      (self: PyDefaultDict, key: Value) => {
        if (self.defaultFactory === null) throw keyError(key);
        const value = call(self.defaultFactory);
        callMethod(self, '__setitem__', key, value);
        return value;
      },
      'Called by __getitem__ for missing key: gives default_factory().',
    ],
    copy: ['($self, /)', copyOf, 'D.copy() -> a shallow copy of D.'],
    __copy__: ['($self, /)', copyOf, 'D.copy() -> a shallow copy of D.'],
    __reduce__: [
      '($self, /)',
      (self: PyDefaultDict) => {
        const args = self.defaultFactory === null ? tupleOf([]) : tupleOf([self.defaultFactory]);
        return tupleOf([self.type, args, null, null, getIterator(callMethod(self, 'items'))]);
      },
      'Return state information for pickling.',
    ],
  },
  classMethods: {
    __class_getitem__: ['($type, object, /)', newGenericAlias, 'See PEP 585'],
  },
  members: {
    default_factory: [
      (self: PyDefaultDict) => self.defaultFactory,
      (self: PyDefaultDict, value: Slot) => {
        self.defaultFactory = value === undefined ? null : value;
      },
      'Factory for default value called by __missing__().',
    ],
  },
});
