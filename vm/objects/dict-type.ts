import { frameBuiltin } from '../interpreter/frame-builtins.ts';
import { vm } from '../interpreter/state.ts';
import { lookupAttribute } from '../operations/attribute.ts';
import { call, callSpecial } from '../operations/call.ts';
import { equals } from '../operations/compare.ts';
import { forEach, items, toArray } from '../operations/iterate.ts';
import { contains, lengthOf, subscript } from '../operations/subscript.ts';
import { repr } from '../operations/text.ts';
import { defineType } from './define.ts';
import { PyDict } from './dict.ts';
import { keyError, runtimeError, typeError, valueError } from './exception.ts';
import { newGenericAlias } from './generic-alias.ts';
import { PyList } from './list.ts';
import { PyMappingProxy } from './mapping-proxy.ts';
import {
  Compare,
  dictType,
  type KwNames,
  NotImplemented,
  newType,
  PyObject,
  type PyType,
  type Slot,
  typeOf,
  type Value,
} from './object.ts';
import { guardRepr } from './sequence-types.ts';
import { PySet } from './set.ts';
import { forEachHashed } from './set-type.ts';
import { tupleOf } from './tuple.ts';

export const dictKeysType = newType('dict_keys');
export const dictValuesType = newType('dict_values');
export const dictItemsType = newType('dict_items');

export const enum Part {
  KEYS = 0,
  VALUES = 1,
  ITEMS = 2,
}

/** d.keys(), d.values(), d.items(). */
export class DictView extends PyObject {
  readonly source: PyDict;
  readonly part: Part;
  constructor(type: PyType, source: PyDict, part: Part) {
    super(type);
    this.source = source;
    this.part = part;
  }
}

const iteratorTypes = [newType('dict_keyiterator'), newType('dict_valueiterator'), newType('dict_itemiterator')];
const reverseIteratorTypes = [
  newType('dict_reversekeyiterator'),
  newType('dict_reversevalueiterator'),
  newType('dict_reverseitemiterator'),
];

/** Iterates a dict in order, or backwards; raises when its size changes meanwhile. */
class DictIterator extends PyObject {
  source: PyDict | undefined;
  readonly part: Part;
  readonly backwards: boolean;
  private readonly used: number;
  private entry: number;
  /** Items still to be given, while the dict doesn't change. */
  private left: number;
  constructor(source: PyDict, part: Part, backwards: boolean) {
    super((backwards ? reverseIteratorTypes : iteratorTypes)[part]);
    this.source = source;
    this.part = part;
    this.backwards = backwards;
    this.used = source.used;
    this.left = source.used;
    this.entry = backwards ? source.keys.length - 1 : 0;
  }

  get remaining(): number {
    return this.source === undefined || this.source.used !== this.used ? 0 : this.left;
  }

  /** Another iterator that stands where this one does. */
  clone(): DictIterator {
    const clone = new DictIterator(this.source ?? new PyDict(), this.part, this.backwards);
    clone.entry = this.entry;
    clone.left = this.left;
    return clone;
  }

  advance(): Slot {
    const { source } = this;
    if (source === undefined) return undefined;
    if (source.used !== this.used) {
      this.source = undefined;
      throw runtimeError('dictionary changed size during iteration');
    }
    const { keys, values } = source;
    while (this.entry >= 0 && this.entry < keys.length) {
      const at = this.backwards ? this.entry-- : this.entry++;
      const key = keys[at];
      if (key === undefined) continue;
      if (this.left === 0 && !this.backwards) {
        this.source = undefined;
        throw runtimeError('dictionary keys changed during iteration');
      }
      this.left--;
      if (this.part === Part.KEYS) return key;
      return this.part === Part.VALUES ? values[at] : tupleOf([key, values[at]]);
    }
    this.source = undefined;
    return undefined;
  }
}

for (const type of [...iteratorTypes, ...reverseIteratorTypes]) {
  defineType(type, {
    subclassable: false,
    tp_iter: (self: Value) => self,
    tp_iternext: (self: DictIterator) => self.advance(),
    methods: {
      __length_hint__: ['($self, /)', (self: DictIterator) => self.remaining],
      __reduce__: [
        '($self, /)',
        (self: DictIterator) => tupleOf([frameBuiltin('iter'), tupleOf([new PyList(toArray(self.clone()))])]),
      ],
    },
  });
}

/** Adds what dict.update() is given: a mapping with keys(), or pairs (dict_update_arg, PyDict_MergeFromSeq2). */
export function updateDict(self: PyDict, other: Value): void {
  if (other instanceof PyDict && (!other.type.heap || other.type.tp_iter === dictType.tp_iter)) {
    const { keys, values } = other;
    const count = other.used;
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i];
      if (key === undefined) continue;
      self.set(key, values[i]);
      if (other.used !== count) throw runtimeError('dict mutated during update');
    }
    return;
  }
  const keys = lookupAttribute(other, 'keys');
  if (keys !== undefined) {
    forEach(call(keys), (key) => {
      self.set(key, subscript(other, key));
    });
    return;
  }
  let at = 0;
  forEach(other, (pair) => {
    if (typeOf(pair).tp_iter === undefined && typeOf(pair).sq_item === undefined)
      throw typeError(`cannot convert dictionary update sequence element #${at} to a sequence`);
    const items = toArray(pair);
    if (items.length !== 2) {
      throw valueError(`dictionary update sequence element #${at} has length ${items.length}; 2 is required`);
    }
    self.set(items[0], items[1]);
    at++;
  });
}

function update(self: PyDict, args: Value[], kwNames: KwNames, name: string): void {
  const given = args.length - (kwNames?.length ?? 0);
  if (given > 1) throw typeError(`${name} expected at most 1 argument, got ${given}`);
  if (given === 1) updateDict(self, args[0]);
  kwNames?.forEach((key, i) => {
    self.setString(key, args[given + i]);
  });
}

function sameDicts(left: PyDict, right: PyDict): boolean {
  if (left.used !== right.used) return false;
  for (const [key, value] of left.entries()) {
    const other = right.get(key);
    if (other === undefined || !equals(value, other)) return false;
  }
  return true;
}

function union(left: Value, right: Value): Value {
  if (!(left instanceof PyDict) || !(right instanceof PyDict)) return NotImplemented;
  const result = left.copy();
  updateDict(result, right);
  return result;
}

function dictSubscript(self: PyDict, key: Value): Value {
  const value = self.get(key);
  if (value !== undefined) return value;
  if (self.type !== dictType) {
    const missing = callSpecial(self, '__missing__', key);
    if (missing !== undefined) return missing;
  }
  throw keyError(key);
}

defineType(dictType, {
  doc: "dict() -> new empty dictionary\ndict(mapping) -> new dictionary initialized from a mapping object's\n    (key, value) pairs\ndict(iterable) -> new dictionary initialized as if via:\n    d = {}\n    for k, v in iterable:\n        d[k] = v\ndict(**kwargs) -> new dictionary initialized with the name=value pairs\n    in the keyword argument list.  For example:  dict(one=1, two=2)",
  matchesMapping: true,
  allocate: (type: PyType) => new PyDict(type),
  tp_new: (type: PyType) => new PyDict(type),
  tp_init: (self: PyDict, args: Value[], kwNames: KwNames) => update(self, args, kwNames, 'dict'),
  tp_repr: (self: PyDict) =>
    guardRepr(self, '{...}', () => {
      const parts: string[] = [];
      for (const [key, value] of self.entries()) parts.push(`${repr(key)}: ${repr(value)}`);
      return `{${parts.join(', ')}}`;
    }),
  tp_richcompare: (self: PyDict, other: Value, op: Compare) => {
    if (!(other instanceof PyDict) || (op !== Compare.EQ && op !== Compare.NE)) return NotImplemented;
    return sameDicts(self, other) === (op === Compare.EQ);
  },
  tp_iter: (self: PyDict) => new DictIterator(self, Part.KEYS, false),
  nb_or: union,
  nb_inplace_or: (self: PyDict, other: Value) => {
    updateDict(self, other);
    return self;
  },
  sq_length: (self: PyDict) => self.used,
  sq_contains: (self: PyDict, key: Value) => self.has(key),
  mp_subscript: dictSubscript,
  mp_ass_subscript: (self: PyDict, key: Value, value: Slot) => {
    if (value !== undefined) self.set(key, value);
    else if (self.delete(key) === undefined) throw keyError(key);
  },
  methods: {
    get: [
      '($self, key, default=None, /)',
      (self: PyDict, key: Value, fallback: Value = null) => {
        const entry = self.find(key);
        return entry < 0 ? fallback : self.values[entry];
      },
    ],
    setdefault: [
      '($self, key, default=None, /)',
      (self: PyDict, key: Value, fallback: Value = null) => {
        return self.setDefault(key, fallback);
      },
    ],
    pop: [
      '($self, key, default=<unrepresentable>, /)',
      (self: PyDict, key: Value, fallback?: Value) => {
        // An empty dict doesn't ask for the hash.
        const value = self.used === 0 ? undefined : self.delete(key);
        if (value !== undefined) return value;
        if (fallback === undefined) throw keyError(key);
        return fallback;
      },
    ],
    popitem: [
      '($self, /)',
      (self: PyDict) => {
        const pair = self.popLast();
        if (pair === undefined) throw keyError('popitem(): dictionary is empty');
        return tupleOf(pair);
      },
    ],
    keys: ['($self, /)', (self: PyDict) => new DictView(dictKeysType, self, Part.KEYS)],
    values: ['($self, /)', (self: PyDict) => new DictView(dictValuesType, self, Part.VALUES)],
    items: ['($self, /)', (self: PyDict) => new DictView(dictItemsType, self, Part.ITEMS)],
    clear: [
      '($self, /)',
      (self: PyDict) => {
        self.clear();
      },
    ],
    copy: ['($self, /)', (self: PyDict) => self.copy()],
    update: [
      '($self, /, *args, **kwargs)',
      (self: PyDict, args: Value[], kwargs: PyDict) => {
        update(self, args, undefined, 'update');
        updateDict(self, kwargs);
      },
    ],
    __reversed__: ['($self, /)', (self: PyDict) => new DictIterator(self, Part.KEYS, true)],
    __sizeof__: ['($self, /)', (self: PyDict) => 64 + 24 * self.used],
  },
  classMethods: {
    fromkeys: [
      '($type, iterable, value=None, /)',
      (type: PyType, iterable: Value, value: Value = null) => {
        const dict = call(type);
        if (dict instanceof PyDict && dict.type === dictType) {
          forEachHashed(iterable, (key, hash) => {
            if (hash === undefined) dict.set(key, value);
            else dict.setHashed(key, value, hash);
          });
          return dict;
        }
        forEach(iterable, (key) => {
          vm.setItem(dict, key, value);
        });
        return dict;
      },
    ],
    __class_getitem__: ['($cls, object, /)', newGenericAlias],
  },
});

// Views

const view = {
  subclassable: false,
  tp_iter: (self: DictView) => new DictIterator(self.source, self.part, false),
  tp_repr: (self: DictView) =>
    guardRepr(self, '...', () => `${self.type.tp_name}([${toArray(self).map(repr).join(', ')}])`),
  sq_length: (self: DictView) => self.source.used,
  getset: { mapping: [(self: DictView) => new PyMappingProxy(self.source)] as const },
};
const reversed = {
  __reversed__: ['($self, /)', (self: DictView) => new DictIterator(self.source, self.part, true)] as const,
};

function viewSet(value: Value): PySet {
  const set = new PySet();
  forEach(value, (item) => {
    set.add(item);
  });
  return set;
}

function setOperation(combine: (left: PySet, right: PySet) => PySet) {
  return (left: Value, right: Value): Value => {
    if (!(left instanceof DictView) && !(right instanceof DictView)) return NotImplemented;
    return combine(viewSet(left), viewSet(right));
  };
}

function filtered(left: PySet, keep: (item: Value) => boolean): PySet {
  const result = new PySet();
  for (const item of left.table.keyList()) if (keep(item)) result.add(item);
  return result;
}

function joined(left: PySet, right: PySet): PySet {
  const result = left.copy();
  for (const item of right.table.keyList()) result.add(item);
  return result;
}

/** all_contained_in: items are looked for, which values of items need no hash for. */
function allContained(view: Value, other: Value): boolean {
  for (const item of items(view)) if (!contains(other, item)) return false;
  return true;
}

const setLike = {
  ...view,
  tp_richcompare: (self: DictView, other: Value, op: Compare) => {
    if (!(other instanceof DictView && other.part !== Part.VALUES) && !(other instanceof PySet)) return NotImplemented;
    const size = lengthOf(self);
    const otherSize = lengthOf(other);
    switch (op) {
      case Compare.EQ:
        return size === otherSize && allContained(self, other);
      case Compare.NE:
        return size !== otherSize || !allContained(self, other);
      case Compare.LT:
        return size < otherSize && allContained(self, other);
      case Compare.LE:
        return size <= otherSize && allContained(self, other);
      case Compare.GT:
        return size > otherSize && allContained(other, self);
      default:
        return size >= otherSize && allContained(other, self);
    }
  },
  nb_and: setOperation((a, b) => filtered(b, (item) => a.has(item))),
  nb_or: setOperation(joined),
  nb_subtract: setOperation((a, b) => filtered(a, (item) => !b.has(item))),
  nb_xor: setOperation((a, b) =>
    joined(
      filtered(a, (item) => !b.has(item)),
      filtered(b, (item) => !a.has(item)),
    ),
  ),
  methods: {
    ...reversed,
    isdisjoint: [
      '($self, other, /)',
      (self: DictView, other: Value) => {
        const mine = viewSet(self);
        return !toArray(other).some((item) => mine.has(item));
      },
    ] as const,
  },
};

defineType(dictKeysType, { ...setLike, sq_contains: (self: DictView, key: Value) => self.source.has(key) });
defineType(dictItemsType, {
  ...setLike,
  sq_contains: (self: DictView, pair: Value) => {
    const items =
      pair !== null && typeof pair === 'object' && 'items' in pair && Array.isArray(pair.items) ? pair.items : [];
    if (items.length !== 2) return false;
    const value = self.source.get(items[0]);
    return value !== undefined && equals(value, items[1]);
  },
});
defineType(dictValuesType, { ...view, methods: reversed });
