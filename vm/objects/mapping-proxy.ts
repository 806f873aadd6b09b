import { bitOr } from '../operations/arithmetic.ts';
import { callMethod } from '../operations/attribute.ts';
import { richCompare } from '../operations/compare.ts';
import { hashOf } from '../operations/hash.ts';
import { getIterator } from '../operations/iterate.ts';
import { contains, lengthOf, subscript } from '../operations/subscript.ts';
import { repr, str } from '../operations/text.ts';
import { defineType } from './define.ts';
import { PyDict } from './dict.ts';
import { keyError, typeError } from './exception.ts';
import { newGenericAlias } from './generic-alias.ts';
import { type Compare, type KwNames, newType, PyObject, PyType, type Slot, typeOf, type Value } from './object.ts';

export const mappingProxyType = newType('mappingproxy');

/** An attribute of types that CPython keeps elsewhere. */
const HIDDEN = '__annotations_cache__';

/** A read-only view of a mapping, or of a type's namespace. */
export class PyMappingProxy extends PyObject {
  private readonly source: Value;
  constructor(source: Value) {
    super(mappingProxyType);
    this.source = source;
  }

  /** The mapping; of a type, its attributes as a dict of now. */
  get mapping(): Value {
    if (!(this.source instanceof PyType)) return this.source;
    const dict = new PyDict();
    this.source.attributes.forEach((value, name) => {
      if (name !== HIDDEN) dict.setString(name, value);
    });
    return dict;
  }

  /** Whether a key may be one of a type's attributes, which `attribute` gives without copying them all. */
  isAttribute(key: Value): key is string {
    return typeof key === 'string' && this.source instanceof PyType;
  }

  attribute(name: string): Slot {
    return name === HIDDEN ? undefined : (this.source as PyType).attributes.get(name);
  }
}

defineType(mappingProxyType, {
  doc: 'Read-only proxy of a mapping.',
  subclassable: false,
  tp_new: (_type: PyType, args: Value[], _kwNames: KwNames) => {
    const [mapping] = args;
    if (args.length !== 1) throw typeError("mappingproxy() missing required argument 'mapping' (pos 1)");
    if (
      typeOf(mapping).mp_subscript === undefined ||
      typeOf(mapping).tp_name === 'list' ||
      typeOf(mapping).tp_name === 'tuple'
    ) {
      throw typeError(`mappingproxy() argument must be a mapping, not ${typeOf(mapping).tp_name}`);
    }
    return new PyMappingProxy(mapping);
  },
  tp_repr: (self: PyMappingProxy) => `mappingproxy(${repr(self.mapping)})`,
  tp_str: (self: PyMappingProxy) => str(self.mapping),
  tp_hash: (self: PyMappingProxy) => hashOf(self.mapping),
  tp_iter: (self: PyMappingProxy) => getIterator(self.mapping),
  tp_richcompare: (self: PyMappingProxy, other: Value, op: Compare) =>
    richCompare(self.mapping, other instanceof PyMappingProxy ? other.mapping : other, op),
  nb_inplace_or: (self: PyMappingProxy) => {
    throw typeError(`'|=' is not supported by ${self.type.tp_name}; use '|' instead`);
  },
  nb_or: (left: Value, right: Value) => bitOr(unwrap(left), unwrap(right)),
  sq_length: (self: PyMappingProxy) => lengthOf(self.mapping),
  sq_contains: (self: PyMappingProxy, key: Value) =>
    self.isAttribute(key) ? self.attribute(key) !== undefined : contains(self.mapping, key),
  mp_subscript: (self: PyMappingProxy, key: Value) => {
    if (!self.isAttribute(key)) return subscript(self.mapping, key);
    const found = self.attribute(key);
    if (found === undefined) throw keyError(key);
    return found;
  },
  matchesMapping: true,
  methods: {
    get: [
      '($self, key, default=None, /)',
      (self: PyMappingProxy, key: Value, fallback: Value = null) => {
        if (!self.isAttribute(key)) return callMethod(self.mapping, 'get', key, fallback);
        const found = self.attribute(key);
        return found === undefined ? fallback : found;
      },
    ],
    keys: ['($self, /)', (self: PyMappingProxy) => callMethod(self.mapping, 'keys')],
    values: ['($self, /)', (self: PyMappingProxy) => callMethod(self.mapping, 'values')],
    items: ['($self, /)', (self: PyMappingProxy) => callMethod(self.mapping, 'items')],
    copy: ['($self, /)', (self: PyMappingProxy) => callMethod(self.mapping, 'copy')],
    __reversed__: ['($self, /)', (self: PyMappingProxy) => callMethod(self.mapping, '__reversed__')],
  },
  classMethods: {
    __class_getitem__: ['($cls, object, /)', newGenericAlias],
  },
});

function unwrap(value: Value): Value {
  return value instanceof PyMappingProxy ? value.mapping : value;
}
