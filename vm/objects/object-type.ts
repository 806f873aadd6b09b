import { index } from '../operations/arithmetic.ts';
import {
  genericGetAttribute,
  genericSetAttribute,
  instanceDict,
  lookupAttribute,
  lookupTypeAttribute,
} from '../operations/attribute.ts';
import { identityHash, identityOf } from '../operations/hash.ts';
import { toArray } from '../operations/iterate.ts';
import { reprValue, str, strValue } from '../operations/text.ts';
import { isTrue } from '../operations/truth.ts';
import { defineType } from './define.ts';
import { PySlotMember } from './descriptor.ts';
import { PyDict } from './dict.ts';
import { type PyBaseException as Raised, typeError } from './exception.ts';
import { PyList } from './list.ts';
import {
  Compare,
  type KwNames,
  NotImplemented,
  objectType,
  PyInstance,
  type PyObject,
  PyType,
  type Slot,
  typeOf,
  type Value,
} from './object.ts';
import { getState, reduceByCopyreg, reduceEx } from './object-reduce.ts';
import { stringOf } from './str.ts';
import { qualifiedName } from './type-name.ts';

/** object.__new__ (object_new): complains of arguments that nobody takes. */
export function objectNew(type: PyType, args: Value[], _kwNames: KwNames): Value {
  if (args.length > 0) {
    if (type.tp_new !== objectNew) {
      throw typeError('object.__new__() takes exactly one argument (the type to instantiate)');
    }
    if (type.tp_init === objectInit) throw typeError(`${type.tp_name}() takes no arguments`);
  }
  if (type.isAbstract) throw abstractInstance(type);
  return type.allocate(type);
}

function abstractInstance(type: PyType): Raised {
  const names = toArray(lookupTypeAttribute(type, '__abstractmethods__')!).map(str).sort();
  const list = names.map((name) => `'${name}'`).join(', ');
  return typeError(
    `Can't instantiate abstract class ${type.tp_name} without an implementation for abstract method${
      names.length === 1 ? '' : 's'
    } ${list}`,
  );
}

/** object.__init__ (object_init). */
export function objectInit(self: Value, args: Value[], _kwNames: KwNames): void {
  if (args.length === 0) return;
  const type = typeOf(self);
  if (type.tp_init !== objectInit) {
    throw typeError('object.__init__() takes exactly one argument (the instance to initialize)');
  }
  if (type.tp_new === objectNew)
    throw typeError(`${type.tp_name}.__init__() takes exactly one argument (the instance to initialize)`);
}

/** object.__repr__. */
export function objectRepr(self: Value): string {
  return `<${qualifiedName(typeOf(self))} object at ${addressOf(self)}>`;
}

/** An address as repr() shows it. */
export function addressOf(self: Value): string {
  return `0x${identityOf(self).toString(16).padStart(12, '0')}`;
}

function objectCompare(self: Value, other: Value, op: Compare): Value {
  if (op === Compare.EQ) return self === other ? true : NotImplemented;
  if (op === Compare.NE) {
    const result = typeOf(self).tp_richcompare!(self, other, Compare.EQ);
    return result === NotImplemented ? result : !isTrue(result);
  }
  return NotImplemented;
}

function classOf(self: Value): Value {
  return typeOf(self);
}

/** The nearest class up from this one that added something to its instances (compatible_with_tp_base). */
function layingOut(type: PyType): PyType {
  let found = type;
  for (let { base } = type; base !== undefined; base = base.base) {
    const same =
      found.layout === base.layout &&
      found.slotCount === base.slotCount &&
      found.hasDict === base.hasDict &&
      found.hasWeakrefs === base.hasWeakrefs;
    if (!same) break;
    found = base;
  }
  return found;
}

/** The names that a class adds by `__slots__`, in the order of their places. */
function slotsAdded(type: PyType): string {
  const names: string[] = [];
  for (const [name, member] of type.attributes) if (member instanceof PySlotMember) names[member.index] = name;
  return names.join();
}

/** Whether instances of two classes are made alike, so that one may become of the other (compatible_for_assignment). */
function laidOutAlike(a: PyType, b: PyType): boolean {
  const [left, right] = [layingOut(a), layingOut(b)];
  if (left === right) return true;
  const same = left.layout === right.layout && left.hasDict === right.hasDict && left.hasWeakrefs === right.hasWeakrefs;
  return same && left.base === right.base && slotsAdded(left) === slotsAdded(right);
}

/** `x.__class__ = C` (object_set_class). */
function setClass(self: Value, value: Slot): void {
  if (value === undefined) throw typeError("can't delete __class__ attribute");
  if (!(value instanceof PyType)) {
    throw typeError(`__class__ must be set to a class, not '${typeOf(value).tp_name}' object`);
  }
  const old = typeOf(self);
  if (typeof self !== 'object' || self === null || !old.heap || !value.heap) {
    if (!(typeof self === 'object' && self !== null && old.layout.tp_name === 'module')) {
      throw typeError('__class__ assignment only supported for mutable types or ModuleType subclasses');
    }
  }
  if (!laidOutAlike(old, value)) {
    throw typeError(`__class__ assignment: '${value.tp_name}' object layout differs from '${old.tp_name}'`);
  }
  if (self instanceof PyInstance) instanceDict(self);
  (self as PyObject).type = value;
}

/** dir() of an ordinary object. */
function objectDir(self: Value): Value {
  const names = new Set<string>();
  const dict = lookupAttribute(self, '__dict__');
  if (dict instanceof PyDict) for (const key of dict.keyList()) names.add(str(key));
  const claimed = lookupAttribute(self, '__class__');
  for (const type of claimed instanceof PyType ? claimed.mro : [])
    for (const name of type.attributes.keys()) names.add(name);
  return new PyList([...names].sort());
}

defineType(objectType, {
  doc: 'The base class of the class hierarchy.\n\nWhen called, it accepts no arguments and returns a new featureless\ninstance that has no instance attributes and cannot be given any.\n',
  signature: '()',
  tp_new: objectNew,
  tp_init: objectInit,
  tp_repr: objectRepr,
  tp_str: reprValue,
  tp_hash: identityHash,
  tp_getattro: genericGetAttribute,
  tp_setattro: genericSetAttribute,
  tp_richcompare: objectCompare,
  allocate: (type: PyType) => new PyInstance(type),
  getset: { __class__: [classOf, setClass] },
  methods: {
    __reduce__: ['($self, /)', (self: Value) => reduceByCopyreg(self, 0)],
    __reduce_ex__: ['($self, protocol, /)', (self: Value, protocol: Value) => reduceEx(self, index(protocol))],
    __getstate__: ['($self, /)', getState],
    __dir__: ['($self, /)', objectDir],
    __sizeof__: ['($self, /)', () => 16],
    __format__: [
      '($self, format_spec, /)',
      (self: Value, spec: Value) => {
        if (stringOf(spec) === undefined)
          throw typeError(`__format__() argument must be str, not ${typeOf(spec).tp_name}`);
        if (spec !== '') throw typeError(`unsupported format string passed to ${typeOf(self).tp_name}.__format__`);
        return strValue(self);
      },
    ],
  },
  classMethods: {
    __init_subclass__: ['($type, /)', () => null],
    __subclasshook__: ['($type, object, /)', () => NotImplemented],
  },
});
