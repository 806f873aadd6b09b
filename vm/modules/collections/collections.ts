import { defineType, type ModuleDefinition } from '../../objects/define.ts';
import { PyDict } from '../../objects/dict.ts';
import { attributeErrorType, newException, typeError } from '../../objects/exception.ts';
import {
  dictType,
  type KwNames,
  newType,
  PyObject,
  type PyType,
  type Slot,
  typeOf,
  type Value,
} from '../../objects/object.ts';
import { PyTuple, tupleOf } from '../../objects/tuple.ts';
import { add, index } from '../../operations/arithmetic.ts';
import { callMethod } from '../../operations/attribute.ts';
import { forEach } from '../../operations/iterate.ts';
import { setSubscript } from '../../operations/subscript.ts';
import { repr } from '../../operations/text.ts';
import { defaultdictType } from './defaultdict.ts';
import { dequeIteratorType, dequeReverseIteratorType, dequeType } from './deque.ts';
import { orderedDictType } from './ordered-dict.ts';

/** The descriptor of a namedtuple's field: the item at `index`. */
class TupleGetter extends PyObject {
  index = 0;
  doc: Value = null;
}

const tupleGetterType = defineType(newType('_collections._tuplegetter'), {
  module: '_collections',
  allocate: (type) => new TupleGetter(type),
  tp_new(type: PyType, args: Value[], kwNames: KwNames) {
    if (args.length !== 2 || kwNames !== undefined) {
      throw typeError(`_tuplegetter expected 2 arguments, got ${args.length}`);
    }
    const self = new TupleGetter(type);
    self.index = Number(index(args[0]));
    self.doc = args[1];
    return self;
  },
  tp_descr_get(self: TupleGetter, instance: Slot) {
    if (instance === undefined || instance === null) return self;
    if (!(instance instanceof PyTuple)) {
      throw typeError(
        `descriptor for index '${self.index}' for tuple subclasses doesn't apply to '${typeOf(instance).tp_name}' object`,
      );
    }
    if (self.index >= instance.items.length) throw typeError('tuple index out of range');
    return instance.items[self.index];
  },
  tp_descr_set(_self: TupleGetter, _instance: Value, value: Slot) {
    throw newException(attributeErrorType, value === undefined ? "can't delete attribute" : "can't set attribute");
  },
  tp_repr: (self: TupleGetter) => `_tuplegetter(${self.index}, ${repr(self.doc)})`,
  members: {
    __doc__: [
      (self: TupleGetter) => self.doc,
      (self: TupleGetter, value: Slot) => {
        self.doc = value ?? null;
      },
    ],
  },
  methods: {
    __reduce__: ['($self, /)', (self: TupleGetter) => tupleOf([self.type, tupleOf([self.index, self.doc])])],
  },
});

/** Counts elements of an iterable into a mapping. */
function countElements(mapping: Value, iterable: Value): void {
  if (mapping instanceof PyDict && mapping.type.mp_ass_subscript === dictType.mp_ass_subscript) {
    forEach(iterable, (item) => {
      const entry = mapping.find(item);
      if (entry < 0) mapping.set(item, 1);
      else mapping.values[entry] = add(mapping.values[entry], 1);
    });
    return;
  }
  forEach(iterable, (item) => {
    setSubscript(mapping, item, add(callMethod(mapping, 'get', item, 0), 1));
  });
}

/**
 * CPython 3.14's Modules/_collectionsmodule.c.
 */
export const collections: ModuleDefinition = {
  name: '_collections',
  doc: 'High performance data structures.',
  functions: {
    _count_elements: ['(mapping, iterable, /)', countElements, 'Count elements in the iterable, updating the mapping'],
  },
  attributes: {
    deque: dequeType,
    defaultdict: defaultdictType,
    OrderedDict: orderedDictType,
    _deque_iterator: dequeIteratorType,
    _deque_reverse_iterator: dequeReverseIteratorType,
    _tuplegetter: tupleGetterType,
  },
};
