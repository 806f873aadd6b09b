import { frameBuiltin } from '../../interpreter/frame-builtins.ts';
import { defineType } from '../../objects/define.ts';
import { PyDict } from '../../objects/dict.ts';
import { DictView, dictItemsType, dictKeysType, dictValuesType, Part } from '../../objects/dict-type.ts';
import { keyError, runtimeError, typeError, valueError } from '../../objects/exception.ts';
import { PyList } from '../../objects/list.ts';
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
} from '../../objects/object.ts';
import { guardRepr } from '../../objects/sequence-types.ts';
import { tupleOf } from '../../objects/tuple.ts';
import { callMethod, instanceDict, lookupAttribute } from '../../operations/attribute.ts';
import { call } from '../../operations/call.ts';
import { equals } from '../../operations/compare.ts';
import { forEach, getIterator, toArray } from '../../operations/iterate.ts';
import { contains, setSubscript, subscript } from '../../operations/subscript.ts';
import { repr } from '../../operations/text.ts';
import { isTrue } from '../../operations/truth.ts';

export const orderedDictType = newType('collections.OrderedDict', dictType);

/** A dict whose keys can be moved to either end, and taken from either. */
class PyOrderedDict extends PyDict {
  /** No entry of `headKeys` before this one is in use, so that taking the first again and again looks at each once. */
  private head = 0;
  private headKeys: readonly Slot[] = this.keys;

  /** The first entry, or -1. */
  get first(): number {
    const entry = this.nextEntry(this.keys === this.headKeys ? this.head : 0);
    this.headKeys = this.keys;
    this.head = Math.max(entry, 0);
    return entry;
  }

  override popLast(): [Value, Value] | undefined {
    const pair = super.popLast();
    this.head = Math.min(this.head, this.keys.length);
    return pair;
  }

  moveEntry(entry: number, toEnd: boolean): void {
    if (toEnd) {
      this.moveToEnd(entry);
      return;
    }
    this.head = this.moveToFront(entry, this.first);
    this.headKeys = this.keys;
  }
}

const iteratorType = newType('odict_iterator');
const viewTypes = [
  newType('odict_keys', dictKeysType),
  newType('odict_values', dictValuesType),
  newType('odict_items', dictItemsType),
];

/** Iterates an OrderedDict; raises at the next key when one was added, removed or moved meanwhile (odictiter_nextkey). */
class OrderedDictIterator extends PyObject {
  source: PyDict | undefined;
  readonly part: Part;
  readonly backwards: boolean;
  private readonly version: number;
  /** Entry of the next key; -1 after the last. */
  private entry: number;

  constructor(source: PyDict, part: Part, backwards: boolean) {
    super(iteratorType);
    this.source = source;
    this.part = part;
    this.backwards = backwards;
    this.version = source.keysVersion;
    this.entry = backwards ? source.previousEntry(source.keys.length - 1) : source.nextEntry(0);
  }

  advance(): Slot {
    const { source, entry } = this;
    if (source === undefined) return undefined;
    if (entry < 0) {
      this.source = undefined;
      return undefined;
    }
    if (source.keysVersion !== this.version) {
      this.source = undefined;
      throw runtimeError('OrderedDict mutated during iteration');
    }
    this.entry = this.backwards ? source.previousEntry(entry - 1) : source.nextEntry(entry + 1);
    const key = source.keys[entry] as Value;
    if (this.part === Part.KEYS) return key;
    const value = source.values[entry];
    return this.part === Part.VALUES ? value : tupleOf([key, value]);
  }

  /** What is still to come. */
  rest(): Value[] {
    const { source } = this;
    const rest: Value[] = [];
    if (source === undefined) return rest;
    const clone = new OrderedDictIterator(source, this.part, this.backwards);
    clone.entry = this.entry;
    for (let item = clone.advance(); item !== undefined; item = clone.advance()) rest.push(item);
    return rest;
  }
}

defineType(iteratorType, {
  subclassable: false,
  tp_iter: (self: Value) => self,
  tp_iternext: (self: OrderedDictIterator) => self.advance(),
  methods: {
    __reduce__: [
      '($self, /)',
      (self: OrderedDictIterator) => tupleOf([frameBuiltin('iter'), tupleOf([new PyList(self.rest())])]),
    ],
  },
});

for (const type of viewTypes) {
  defineType(type, {
    subclassable: false,
    tp_iter: (self: DictView) => new OrderedDictIterator(self.source, self.part, false),
    methods: {
      __reversed__: ['($self, /)', (self: DictView) => new OrderedDictIterator(self.source, self.part, true)],
    },
  });
}

const view = (self: PyDict, part: Part): DictView => new DictView(viewTypes[part], self, part);

/** Puts what update() is given into any mapping, by its own `__setitem__` (mutablemapping_update_arg). */
function updateFrom(self: Value, other: Value): void {
  if (other instanceof PyDict && other.type === dictType) {
    for (const [key, value] of [...other.entries()]) setSubscript(self, key, value);
    return;
  }
  const keys = lookupAttribute(other, 'keys');
  if (keys !== undefined) {
    for (const key of toArray(call(keys))) setSubscript(self, key, subscript(other, key));
    return;
  }
  const items = lookupAttribute(other, 'items');
  forEach(items === undefined ? other : call(items), (pair) => {
    const parts = toArray(pair);
    if (parts.length < 2) {
      throw valueError(`need more than ${parts.length} value${parts.length === 1 ? '' : 's'} to unpack`);
    }
    if (parts.length > 2) throw valueError('too many values to unpack (expected 2)');
    setSubscript(self, parts[0], parts[1]);
  });
}

/** The arguments of OrderedDict() and update() (mutablemapping_update). */
function update(self: Value, args: readonly Value[], kwargs: Iterable<[Value, Value]>): void {
  if (args.length > 1) throw typeError(`update() takes at most 1 positional argument (${args.length} given)`);
  if (args.length === 1) updateFrom(self, args[0]);
  for (const [key, value] of kwargs) setSubscript(self, key, value);
}

function moveToEnd(self: PyOrderedDict, key: Value, last: Slot): void {
  const entry = self.find(key);
  if (entry < 0) throw keyError(key);
  self.moveEntry(entry, last === undefined || isTrue(last));
}

function popItem(self: PyOrderedDict, last: Slot): Value {
  const fromEnd = last === undefined || isTrue(last);
  if (self.used === 0) throw keyError('dictionary is empty');
  if (fromEnd) return tupleOf(self.popLast()!);
  const { first } = self;
  const pair = tupleOf([self.keys[first] as Value, self.values[first]]);
  self.removeEntry(first);
  return pair;
}

function copy(self: PyOrderedDict): Value {
  const made = call(self.type);
  for (const key of self.keyList()) {
    setSubscript(made, key, self.type === orderedDictType ? (self.get(key) as Value) : subscript(self, key));
  }
  return made;
}

/** Whether two have the same keys in the same order (_odict_keys_equal). */
function sameOrder(left: PyDict, right: PyDict): boolean {
  const versions = [left.keysVersion, right.keysVersion];
  const keys = right.keyList();
  const same = left.keyList().every((key, i) => {
    const equal = keys[i] !== undefined && equals(key, keys[i]);
    if (left.keysVersion !== versions[0] || right.keysVersion !== versions[1]) {
      throw runtimeError('OrderedDict mutated during iteration');
    }
    return equal;
  });
  return same && left.used === right.used;
}

function union(left: Value, right: Value): Value {
  if (!(left instanceof PyDict) || !(right instanceof PyDict)) return NotImplemented;
  const made = call(left instanceof PyOrderedDict ? left.type : right.type, left);
  updateFrom(made, right);
  return made;
}

// CPython 3.14's Objects/odictobject.c. The order of its linked list is here that of the dict's entries.
defineType(orderedDictType, {
  module: 'collections',
  doc: 'Dictionary that remembers insertion order',
  hasDict: true,
  hasWeakrefs: true,
  allocate: (type) => new PyOrderedDict(type),
  tp_new: (type: PyType) => type.allocate(type),
  tp_init(self: PyOrderedDict, args: Value[], kwNames: KwNames) {
    const given = args.length - (kwNames?.length ?? 0);
    if (given > 1) throw typeError(`expected at most 1 arguments, got ${given}`);
    update(
      self,
      args.slice(0, given),
      (kwNames ?? []).map((name, i) => [name, args[given + i]]),
    );
  },
  tp_repr: (self: PyOrderedDict) => {
    const name = self.type.tp_name.slice(self.type.tp_name.lastIndexOf('.') + 1);
    if (self.used === 0) return `${name}()`;
    return guardRepr(self, '...', () => {
      const plain = new PyDict();
      if (self.type === orderedDictType) for (const [key, value] of self.entries()) plain.set(key, value);
      else
        for (const pair of toArray(callMethod(self, 'items'))) {
          const [key, value] = toArray(pair);
          plain.set(key, value);
        }
      return `${name}(${repr(plain)})`;
    });
  },
  tp_richcompare: (self: PyOrderedDict, other: Value, op: Compare) => {
    if (!(other instanceof PyDict) || (op !== Compare.EQ && op !== Compare.NE)) return NotImplemented;
    const same =
      dictType.tp_richcompare!(self, other, Compare.EQ) === true &&
      (!(other instanceof PyOrderedDict) || sameOrder(self, other));
    return same === (op === Compare.EQ);
  },
  tp_iter: (self: PyOrderedDict) => new OrderedDictIterator(self, Part.KEYS, false),
  nb_or: union,
  nb_inplace_or: (self: PyOrderedDict, other: Value) => {
    updateFrom(self, other);
    return self;
  },
  mp_ass_subscript: dictType.mp_ass_subscript,
  methods: {
    setdefault: [
      '($self, /, key, default=None)',
      (self: PyOrderedDict, key: Value, fallback: Value = null) => {
        if (self.type === orderedDictType) return self.setDefault(key, fallback);
        if (contains(self, key)) return subscript(self, key);
        setSubscript(self, key, fallback);
        return fallback;
      },
    ],
    pop: [
      '($self, /, key, default=<unrepresentable>)',
      (self: PyOrderedDict, key: Value, fallback?: Value) => {
        const value = self.delete(key) ?? fallback;
        if (value === undefined) throw keyError(key);
        return value;
      },
    ],
    popitem: ['($self, /, last=True)', popItem],
    keys: ['($self, /)', (self: PyOrderedDict) => view(self, Part.KEYS)],
    values: ['($self, /)', (self: PyOrderedDict) => view(self, Part.VALUES)],
    items: ['($self, /)', (self: PyOrderedDict) => view(self, Part.ITEMS)],
    update: [
      '($self, /, *args, **kwargs)',
      (self: PyOrderedDict, args: Value[], kwargs: PyDict) => update(self, args, kwargs.entries()),
    ],
    clear: [
      '($self, /)',
      (self: PyOrderedDict) => {
        self.clear();
      },
    ],
    copy: ['($self, /)', copy],
    move_to_end: ['($self, /, key, last=True)', moveToEnd],
    __reversed__: ['($self, /)', (self: PyOrderedDict) => new OrderedDictIterator(self, Part.KEYS, true)],
    __sizeof__: ['($self, /)', (self: PyOrderedDict) => 128 + 88 * self.used],
    __reduce__: [
      '($self, /)',
      (self: PyOrderedDict) =>
        tupleOf([
          self.type,
          tupleOf([]),
          callMethod(self, '__getstate__'),
          null,
          getIterator(callMethod(self, 'items')),
        ]),
    ],
  },
  getset: {
    __dict__: [
      (self: PyOrderedDict) => instanceDict(self),
      (self: PyOrderedDict, value: Slot) => {
        if (value === undefined) throw typeError('cannot delete __dict__');
        if (!(value instanceof PyDict)) {
          throw typeError(`__dict__ must be set to a dictionary, not a '${typeOf(value).tp_name}'`);
        }
        self.dict = value;
      },
    ],
  },
  classMethods: {
    fromkeys: [
      '($type, /, iterable, value=None)',
      (type: PyType, iterable: Value, value: Value = null) => {
        const made = call(type);
        forEach(iterable, (key) => setSubscript(made, key, value));
        return made;
      },
    ],
  },
});
