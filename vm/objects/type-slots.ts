import { callFunction } from '../interpreter/call.ts';
import { vm } from '../interpreter/state.ts';
import { hashInteger } from '../numbers/hash.ts';
import { index } from '../operations/arithmetic.ts';
import { findAttribute, genericGetAttribute, lookupTypeAttribute, noAttribute } from '../operations/attribute.ts';
import { call, callSpecial, callWith, lookupSpecial } from '../operations/call.ts';
import { unhashable } from '../operations/hash.ts';
import { nextNotImplemented, takeStopValue } from '../operations/iterate.ts';
import { longLengthOf } from '../operations/subscript.ts';
import { isTrue } from '../operations/truth.ts';
import { PyWrapperDescriptor } from './descriptor.ts';
import {
  attributeErrorType,
  isException,
  overflowError,
  PyBaseException,
  stopIteration,
  stopIterationType,
  typeError,
  valueError,
} from './exception.ts';
import { PyFunction } from './function.ts';
import { integerOf } from './int.ts';
import {
  Compare,
  type KwNames,
  NotImplemented,
  objectType,
  type PyType,
  rangeType,
  type Slot,
  type SlotName,
  type TypeSlots,
  typeOf,
  type Value,
} from './object.ts';
import { BuiltinDef, type Implementation } from './signature.ts';
import slotDocs from './slot-docs.json' with { type: 'json' };
import { stringOf } from './str.ts';

/** One special method and the slot it stands for: the rows of CPython's slotdefs[]. */
interface SlotDefinition {
  readonly name: string;
  readonly slot: SlotName;
  readonly signature: string;
  /** Makes of a slot's function the method that Python sees (CPython's wrap_ functions). */
  readonly wrap: (slot: never) => Implementation;
}

type AnyFunction = (...args: never[]) => unknown;

// The slot functions of classes written in Python: each calls the special method (slot_tp_… in typeobject.c).

function callUnary(name: string): (self: Value) => Value {
  return (self) => mustCall(self, name);
}

function mustCall(self: Value, name: string, ...args: Value[]): Value {
  const result = callSpecial(self, name, ...args);
  if (result === undefined) throw typeError(`'${typeOf(self).tp_name}' object has no attribute '${name}'`);
  return result;
}

function callBinary(slot: 'nb_add', name: string, reflected: string): (left: Value, right: Value) => Value {
  const binary = (left: Value, right: Value): Value => {
    const leftType = typeOf(left);
    const rightType = typeOf(right);
    let tryOther = leftType !== rightType && rightType[slot] === binary;
    if (leftType[slot] === binary) {
      if (tryOther && rightType.isSubtype(leftType)) {
        if (rightType.lookup(reflected) !== leftType.lookup(reflected)) {
          const result = binarySpecial(right, reflected, left);
          if (result !== NotImplemented) return result;
          tryOther = false;
        }
      }
      const result = binarySpecial(left, name, right);
      if (result !== NotImplemented || leftType === rightType) return result;
    }
    return tryOther ? binarySpecial(right, reflected, left) : NotImplemented;
  };
  return binary;
}

function powerSlot(left: Value, right: Value, third: Value): Value {
  if (third === null) return binaryPower(left, right);
  if (typeOf(left).nb_power === powerSlot) return binarySpecial(left, '__pow__', right, third);
  return NotImplemented;
}
const binaryPower = ((left: Value, right: Value): Value => {
  const leftType = typeOf(left);
  const rightType = typeOf(right);
  let tryOther = leftType !== rightType && rightType.nb_power === powerSlot;
  if (leftType.nb_power === powerSlot) {
    if (tryOther && rightType.isSubtype(leftType) && rightType.lookup('__rpow__') !== leftType.lookup('__rpow__')) {
      const result = binarySpecial(right, '__rpow__', left);
      if (result !== NotImplemented) return result;
      tryOther = false;
    }
    const result = binarySpecial(left, '__pow__', right);
    if (result !== NotImplemented || leftType === rightType) return result;
  }
  return tryOther ? binarySpecial(right, '__rpow__', left) : NotImplemented;
}) as (left: Value, right: Value) => Value;

/** Calls a special method with another operand; NotImplemented when the type has none. None is an answer. */
function binarySpecial(self: Value, name: string, other: Value, third?: Value): Value {
  const result = third === undefined ? callSpecial(self, name, other) : callSpecial(self, name, other, third);
  return result === undefined ? NotImplemented : result;
}

const compareNames = ['__lt__', '__le__', '__eq__', '__ne__', '__gt__', '__ge__'];

function richCompareSlot(self: Value, other: Value, op: Compare): Value {
  const name = compareNames[op];
  const type = typeOf(self);
  const found = type.lookup(name);
  if (found === undefined || found instanceof PyFunction || found instanceof PyWrapperDescriptor) {
    return binarySpecial(self, name, other);
  }
  const get = typeOf(found).tp_descr_get;
  let method: Value = found;
  try {
    if (get !== undefined) method = get(found, self, type);
  } catch (error) {
    // A method that can't be had counts as none (lookup_maybe_method).
    if (error instanceof PyBaseException) return NotImplemented;
    throw error;
  }
  return call(method, other);
}

function boolSlot(self: Value): boolean {
  const result = callSpecial(self, '__bool__');
  if (result === undefined) {
    const length = callSpecial(self, '__len__');
    return length === undefined ? true : checkedLength(length) > 0;
  }
  if (typeof result !== 'boolean') {
    throw typeError(`__bool__ should return bool, returned ${typeOf(result).tp_name}`);
  }
  return result;
}

function checkedLength(result: Value): number {
  const length = index(result);
  if (length < 0) throw valueError('__len__() should return >= 0');
  if (typeof length === 'bigint') throw overflowError("cannot fit 'int' into an index-sized integer");
  return length;
}

function hashSlot(self: Value): number | bigint {
  const result = mustCall(self, '__hash__');
  const hash = integerOf(result);
  if (hash === undefined) throw typeError('__hash__ method should return an integer');
  if (typeof hash === 'number') return hash === -1 ? -2 : hash;
  // What fits into a Py_hash_t is the hash itself.
  return BigInt.asIntN(64, hash) === hash ? hash : hashInteger(hash);
}

function textSlot(name: string): (self: Value) => string {
  return (self) => {
    const result = mustCall(self, name);
    const text = stringOf(result);
    if (text === undefined) throw typeError(`${name} returned non-string (type ${typeOf(result).tp_name})`);
    return text;
  };
}

function nextSlot(self: Value): Slot {
  try {
    return mustCall(self, '__next__');
  } catch (error) {
    if (!isException(error, stopIterationType)) throw error;
    vm.stopValue = error.members?.['value'] ?? null;
    vm.stopRaised = error;
    return undefined;
  }
}

function iterSlot(self: Value): Value {
  const method = typeOf(self).lookup('__iter__');
  if (method === null) throw typeError(`'${typeOf(self).tp_name}' object is not iterable`);
  if (method === undefined) {
    const getItem = typeOf(self).lookup('__getitem__');
    if (getItem === undefined) throw typeError(`'${typeOf(self).tp_name}' object is not iterable`);
  }
  return mustCall(self, '__iter__');
}

function getAttributeSlot(self: Value, name: string): Value {
  return mustCall(self, '__getattribute__', name);
}

/** The slot of a class with `__getattr__`: asked when the ordinary look-up raises AttributeError. */
function getAttrHookSlot(self: Value, name: string): Value {
  const type = typeOf(self);
  const getattribute = type.lookup('__getattribute__');
  let missing: unknown;
  try {
    if (!(getattribute instanceof PyWrapperDescriptor)) return mustCall(self, '__getattribute__', name);
    if (getattribute.wrapped !== genericGetAttribute) {
      return (getattribute.wrapped as TypeSlots['tp_getattro'])!(self, name);
    }
    // Most often it isn't found, and then nobody is to see an exception.
    const found = findAttribute(self, type, name);
    if (found !== undefined) return found;
  } catch (error) {
    if (!isException(error, attributeErrorType)) throw error;
    missing = error;
  }
  const hook = typeOf(self).lookup('__getattr__');
  if (hook instanceof PyFunction) return callFunction(hook, [self, name], undefined);
  const bound = lookupSpecial(self, '__getattr__');
  if (bound === undefined) throw missing ?? noAttribute(self, name);
  return call(bound, name);
}

function setAttrSlot(self: Value, name: string, value: Slot): void {
  if (value === undefined) mustCall(self, '__delattr__', name);
  else mustCall(self, '__setattr__', name, value);
}

function descriptorSetSlot(self: Value, instance: Value, value: Slot): void {
  if (value === undefined) {
    if (callSpecial(self, '__delete__', instance) === undefined) throw new DescriptorLacks('__delete__').error;
  } else if (callSpecial(self, '__set__', instance, value) === undefined) throw new DescriptorLacks('__set__').error;
}

class DescriptorLacks {
  readonly error: ReturnType<typeof typeError>;
  constructor(name: string) {
    this.error = typeError(name);
    this.error.type = attributeErrorType;
  }
}

function callSlot(self: Value, args: Value[], kwNames: KwNames): Value {
  const method = typeOf(self).lookup('__call__');
  if (method instanceof PyFunction) return callWith(method, [self, ...args], kwNames);
  return callWith(lookupSpecial(self, '__call__')!, args, kwNames);
}

function initSlot(self: Value, args: Value[], kwNames: KwNames): void {
  const method = typeOf(self).lookup('__init__');
  const result =
    method instanceof PyFunction
      ? callWith(method, [self, ...args], kwNames)
      : callWith(lookupSpecial(self, '__init__')!, args, kwNames);
  if (result !== null) throw typeError(`__init__() should return None, not '${typeOf(result).tp_name}'`);
}

/** The tp_new of a class whose `__new__` is written in Python. */
export function newSlot(type: PyType, args: Value[], kwNames: KwNames): Value {
  const method = lookupTypeAttribute(type, '__new__')!;
  return callWith(method, [type, ...args], kwNames);
}

function setItemSlot(self: Value, key: Value, value: Slot): void {
  if (value === undefined) {
    if (callSpecial(self, '__delitem__', key) === undefined) {
      throw typeError(`'${typeOf(self).tp_name}' object does not support item deletion`);
    }
  } else if (callSpecial(self, '__setitem__', key, value) === undefined) {
    throw typeError(`'${typeOf(self).tp_name}' object does not support item assignment`);
  }
}

function containsSlot(self: Value, item: Value): boolean {
  const method = typeOf(self).lookup('__contains__');
  if (method === null) throw typeError(`'${typeOf(self).tp_name}' object is not a container`);
  return isTrue(mustCall(self, '__contains__', item));
}

/** By slot name: the function that a class gets whose method is written in Python. */
const pythonSlots: Partial<Record<SlotName, AnyFunction>> = {
  tp_repr: textSlot('__repr__'),
  tp_str: callUnary('__str__'),
  tp_hash: hashSlot,
  tp_call: callSlot,
  tp_iter: iterSlot,
  tp_iternext: nextSlot,
  tp_richcompare: richCompareSlot,
  tp_setattro: setAttrSlot,
  tp_descr_get: (self: Value, instance: Slot, owner: Slot) =>
    mustCall(self, '__get__', instance ?? null, owner ?? null),
  tp_descr_set: descriptorSetSlot,
  tp_init: initSlot,
  tp_new: newSlot,
  tp_del: (self: Value) => mustCall(self, '__del__'),
  am_await: callUnary('__await__'),
  am_aiter: callUnary('__aiter__'),
  am_anext: callUnary('__anext__'),
  nb_power: powerSlot,
  nb_bool: boolSlot,
  nb_negative: callUnary('__neg__'),
  nb_positive: callUnary('__pos__'),
  nb_absolute: callUnary('__abs__'),
  nb_invert: callUnary('__invert__'),
  nb_int: callUnary('__int__'),
  nb_float: callUnary('__float__'),
  nb_index: callUnary('__index__'),
  sq_length: (self: Value) => checkedLength(mustCall(self, '__len__')),
  sq_contains: containsSlot,
  mp_subscript: (self: Value, key: Value) => mustCall(self, '__getitem__', key),
  mp_ass_subscript: setItemSlot,
  sq_item: (self: Value, at: number) => mustCall(self, '__getitem__', at),
};

// The definitions, in CPython's order.

const definitions: SlotDefinition[] = [];

/** The special methods' `__doc__`, as CPython 3.14 has them. */
const docs: Readonly<Record<string, string>> = slotDocs;

function define(name: string, slot: SlotName, signature: string, wrap: (slot: never) => Implementation): void {
  definitions.push({ name, slot, signature, wrap });
}

/**
 * Refuses `object.__setattr__(int, …)`: a built-in type's way of setting attributes isn't to be gone round by that of one
 * of its bases (hackcheck).
 */
function checkSetAttribute(self: Value, slot: AnyFunction, name: string): void {
  const type = typeOf(self);
  let defining: PyType | undefined = type;
  for (let i = type.mro.length - 1; i >= 0; i--) {
    const { tp_setattro } = type.mro[i];
    if (tp_setattro === setAttrSlot || tp_setattro !== type.tp_setattro) continue;
    defining = type.mro[i];
    break;
  }
  for (; defining !== undefined; defining = defining.base) {
    if (defining.tp_setattro === slot) return;
    if (defining.tp_setattro !== setAttrSlot) throw typeError(`can't apply this ${name} to ${type.tp_name} object`);
  }
}

const asIs = (slot: AnyFunction): Implementation => slot as Implementation;

define('__getattribute__', 'tp_getattro', '($self, name, /)', (slot: NonNullable<TypeSlots['tp_getattro']>) => {
  return (self: Value, name: Value) => slot(self, attributeName(name));
});
define('__setattr__', 'tp_setattro', '($self, name, value, /)', (slot: NonNullable<TypeSlots['tp_setattro']>) => {
  return (self: Value, name: Value, value: Value) => {
    checkSetAttribute(self, slot, '__setattr__');
    slot(self, attributeName(name), value);
  };
});
define('__delattr__', 'tp_setattro', '($self, name, /)', (slot: NonNullable<TypeSlots['tp_setattro']>) => {
  return (self: Value, name: Value) => {
    checkSetAttribute(self, slot, '__delattr__');
    slot(self, attributeName(name), undefined);
  };
});
define('__repr__', 'tp_repr', '($self, /)', asIs);
define('__hash__', 'tp_hash', '($self, /)', asIs);
define('__call__', 'tp_call', '($self, /, *args, **kwargs)', (slot: NonNullable<TypeSlots['tp_call']>) => {
  return (self: Value, args: Value[], kwargs: import('./dict.ts').PyDict) => {
    const names = kwargs.keyList() as string[];
    return slot(self, [...args, ...kwargs.valueList()], names.length === 0 ? undefined : names);
  };
});
define('__str__', 'tp_str', '($self, /)', asIs);
for (let op = Compare.LT; op <= Compare.GE; op++) {
  const compare = op;
  define(compareNames[op], 'tp_richcompare', '($self, value, /)', (slot: NonNullable<TypeSlots['tp_richcompare']>) => {
    return (self: Value, other: Value) => slot(self, other, compare);
  });
}
define('__iter__', 'tp_iter', '($self, /)', asIs);
define('__next__', 'tp_iternext', '($self, /)', (slot: NonNullable<TypeSlots['tp_iternext']>) => {
  return (self: Value) => {
    vm.stopValue = null;
    const item = slot(self);
    if (item === undefined) throw stopIteration(takeStopValue());
    return item;
  };
});
define(
  '__get__',
  'tp_descr_get',
  '($self, instance, owner=None, /)',
  (slot: NonNullable<TypeSlots['tp_descr_get']>) => {
    return (self: Value, instance: Value, owner: Value = null) => {
      if (instance === null && owner === null) throw typeError('__get__(None, None) is invalid');
      return slot(self, instance === null ? undefined : instance, owner === null ? undefined : owner);
    };
  },
);
define('__set__', 'tp_descr_set', '($self, instance, value, /)', asIs);
define('__delete__', 'tp_descr_set', '($self, instance, /)', (slot: NonNullable<TypeSlots['tp_descr_set']>) => {
  return (self: Value, instance: Value) => slot(self, instance, undefined);
});
define('__init__', 'tp_init', '($self, /, *args, **kwargs)', (slot: NonNullable<TypeSlots['tp_init']>) => {
  return (self: Value, args: Value[], kwargs: import('./dict.ts').PyDict) => {
    const names = kwargs.keyList() as string[];
    slot(self, [...args, ...kwargs.valueList()], names.length === 0 ? undefined : names);
  };
});
define('__del__', 'tp_del', '($self, /)', asIs);
define('__await__', 'am_await', '($self, /)', asIs);
define('__aiter__', 'am_aiter', '($self, /)', asIs);
define('__anext__', 'am_anext', '($self, /)', asIs);

const binaryOperators: readonly [slot: string, name: string][] = [
  ['nb_add', 'add'],
  ['nb_subtract', 'sub'],
  ['nb_multiply', 'mul'],
  ['nb_remainder', 'mod'],
  ['nb_divmod', 'divmod'],
  ['nb_lshift', 'lshift'],
  ['nb_rshift', 'rshift'],
  ['nb_and', 'and'],
  ['nb_xor', 'xor'],
  ['nb_or', 'or'],
  ['nb_floor_divide', 'floordiv'],
  ['nb_true_divide', 'truediv'],
  ['nb_matrix_multiply', 'matmul'],
];
for (const [slot, name] of binaryOperators) {
  define(`__${name}__`, slot as SlotName, '($self, value, /)', asIs);
  define(`__r${name}__`, slot as SlotName, '($self, value, /)', (native: NonNullable<TypeSlots['nb_add']>) => {
    return (self: Value, other: Value) => native(other, self);
  });
  pythonSlots[slot as SlotName] = callBinary(slot as 'nb_add', `__${name}__`, `__r${name}__`);
}
define('__pow__', 'nb_power', '($self, value, mod=None, /)', (slot: NonNullable<TypeSlots['nb_power']>) => {
  return (self: Value, other: Value, modulus: Value = null) => slot(self, other, modulus);
});
define('__rpow__', 'nb_power', '($self, value, mod=None, /)', (slot: NonNullable<TypeSlots['nb_power']>) => {
  return (self: Value, other: Value, modulus: Value = null) => slot(other, self, modulus);
});
for (const [slot, name] of [
  ['nb_negative', 'neg'],
  ['nb_positive', 'pos'],
  ['nb_absolute', 'abs'],
  ['nb_bool', 'bool'],
  ['nb_invert', 'invert'],
  ['nb_int', 'int'],
  ['nb_float', 'float'],
  ['nb_index', 'index'],
]) {
  define(`__${name}__`, slot as SlotName, '($self, /)', asIs);
}
const inplaceOperators = binaryOperators.filter(([slot]) => slot !== 'nb_divmod');
for (const [slot, name] of [...inplaceOperators, ['nb_power', 'pow']]) {
  const inplace = slot.replace('nb_', 'nb_inplace_') as SlotName;
  define(`__i${name}__`, inplace, '($self, value, /)', asIs);
  pythonSlots[inplace] = (left: Value, right: Value) => binarySpecial(left, `__i${name}__`, right);
}
define('__len__', 'sq_length', '($self, /)', (slot: NonNullable<TypeSlots['sq_length']>) => {
  // A range may be longer than what a slot gives.
  return (self: Value) => (typeOf(self) === rangeType ? longLengthOf(self) : slot(self));
});
define('__getitem__', 'mp_subscript', '($self, key, /)', asIs);
define('__setitem__', 'mp_ass_subscript', '($self, key, value, /)', asIs);
define('__delitem__', 'mp_ass_subscript', '($self, key, /)', (slot: NonNullable<TypeSlots['mp_ass_subscript']>) => {
  return (self: Value, key: Value) => slot(self, key, undefined);
});
define('__contains__', 'sq_contains', '($self, key, /)', asIs);
define('__add__', 'sq_concat', '($self, value, /)', asIs);
const wrapRepeat = (slot: NonNullable<TypeSlots['sq_repeat']>): Implementation => {
  return (self: Value, count: Value) => {
    const times = index(count);
    if (typeof times === 'bigint') throw overflowError("cannot fit 'int' into an index-sized integer");
    return slot(self, times);
  };
};
define('__mul__', 'sq_repeat', '($self, value, /)', wrapRepeat);
define('__rmul__', 'sq_repeat', '($self, value, /)', wrapRepeat);
define('__iadd__', 'sq_inplace_concat', '($self, value, /)', asIs);
define('__imul__', 'sq_inplace_repeat', '($self, value, /)', wrapRepeat);

const definitionsBySlot = new Map<SlotName, SlotDefinition[]>();
const slotsByName = new Map<string, Set<SlotName>>();
for (const definition of definitions) {
  const { slot, name } = definition;
  definitionsBySlot.set(slot, [...(definitionsBySlot.get(slot) ?? []), definition]);
  slotsByName.set(name, (slotsByName.get(name) ?? new Set()).add(slot));
}
slotsByName.set('__getattr__', new Set(['tp_getattro']));
slotsByName.set('__new__', new Set(['tp_new']));
slotsByName.get('__getitem__')!.add('sq_item');
slotsByName.get('__len__')!.add('nb_bool');

/** Every slot that special methods fill. */
export const slotNames: readonly SlotName[] = [...definitionsBySlot.keys(), 'tp_new', 'sq_item'];

function attributeName(name: Value): string {
  const text = stringOf(name);
  if (text === undefined) throw typeError(`attribute name must be string, not '${typeOf(name).tp_name}'`);
  return text;
}

/** Gives a built-in type the methods that show its own slots, such as int.__add__ (add_operators). */
export function addSlotWrappers(type: PyType, own: Iterable<SlotName>): void {
  for (const slot of own) {
    const native = type[slot] as AnyFunction | undefined;
    if (native === undefined) continue;
    if (slot === 'tp_hash' && native === unhashable) {
      type.attributes.set('__hash__', null);
      continue;
    }
    for (const definition of definitionsBySlot.get(slot) ?? []) {
      if (type.attributes.has(definition.name)) continue;
      const implementation = definition.wrap(native as never);
      const doc = docs[definition.name] ?? null;
      const def = new BuiltinDef(definition.name, definition.name, definition.signature, implementation, true, doc);
      type.attributes.set(definition.name, new PyWrapperDescriptor(definition.name, slot, native, type, def));
    }
  }
}

/** Sets every slot of a class from the special methods it has or inherits (fixup_slot_dispatchers). */
export function updateAllSlots(type: PyType): void {
  const base = plainBase(type);
  if (base === undefined) {
    for (const slot of slotNames) updateSlot(type, slot);
    updateGetattr(type);
    return;
  }
  type.copySlots(base);
  type.genericGetattr = base.genericGetattr;
  type.attributes.forEach((_, name) => {
    const slots = slotsByName.get(name);
    if (slots !== undefined) for (const slot of slots) updateSlotOrGetattr(type, slot);
  });
}

/** The base whose slots a class has, but for those that its own attributes stand for: an only base that is a class too, or object. */
function plainBase({ bases, mro }: PyType): PyType | undefined {
  const [base] = bases;
  const isPlain = bases.length === 1 && (base.heap || base === objectType) && mro.length === base.mro.length + 1;
  return isPlain && mro[1] === base ? base : undefined;
}

/** Sets the slots that a changed attribute stands for, in a class and its subclasses (update_slot). */
export function updateSlotsFor(type: PyType, name: string): void {
  const slots = slotsByName.get(name);
  if (slots === undefined) return;
  for (const slot of slots) updateSlotOrGetattr(type, slot);
  for (const subclass of type.subclasses) updateSlotsFor(subclass, name);
}

function updateSlotOrGetattr(type: PyType, slot: SlotName): void {
  if (slot === 'tp_getattro') updateGetattr(type);
  else updateSlot(type, slot);
}

function updateSlot(type: PyType, slot: SlotName): void {
  if (slot === 'tp_getattro') return;
  (type as unknown as Record<SlotName, unknown>)[slot] = slotFunction(type, slot);
}

function slotFunction(type: PyType, slot: SlotName): unknown {
  if (slot === 'tp_new') {
    const method = type.lookup('__new__');
    return (method as { def?: { name: string } })?.def?.name === '__new__' ? nativeNew(type) : pythonSlots.tp_new;
  }
  if (slot === 'sq_item') {
    return type.lookup('__getitem__') === undefined
      ? undefined
      : (inheritedNative(type, 'sq_item', '__getitem__', 'mp_subscript') ?? pythonSlots.sq_item);
  }
  let native: unknown;
  let python = false;
  for (const { name } of definitionsBySlot.get(slot)!) {
    const method = type.lookup(name);
    if (method === undefined) continue;
    if (name === '__hash__' && method === null) return unhashable;
    if (method instanceof PyWrapperDescriptor && method.slot === slot && type.isSubtype(method.owner)) {
      if (native === undefined || native === method.wrapped) native = method.wrapped;
      else python = true;
    } else if (
      method instanceof PyWrapperDescriptor &&
      method.name === name &&
      method.slot !== slot &&
      type.isSubtype(method.owner)
    ) {
      // __add__ of a sequence is sq_concat's, which leaves nb_add empty.
    } else python = true;
  }
  if (
    python &&
    (slot === 'sq_concat' || slot === 'sq_repeat' || slot === 'sq_inplace_concat' || slot === 'sq_inplace_repeat')
  ) {
    return undefined;
  }
  if (slot === 'tp_iternext' && native === undefined && !python && type.tp_iternext !== undefined)
    return nextNotImplemented;
  return python ? pythonSlots[slot] : native;
}

function inheritedNative(type: PyType, slot: SlotName, name: string, viaSlot: SlotName): unknown {
  const method = type.lookup(name);
  if (method instanceof PyWrapperDescriptor && method.slot === viaSlot) return method.owner[slot];
  return (method as { def?: unknown })?.def === undefined ? undefined : type.base?.[slot];
}

function nativeNew(type: PyType): unknown {
  for (const base of type.mro) if (!base.heap && base.attributes.has('__new__')) return base.tp_new;
  return type.base?.tp_new;
}

function updateGetattr(type: PyType): void {
  const getattribute = type.lookup('__getattribute__');
  const hook = type.lookup('__getattr__');
  if (hook !== undefined) type.tp_getattro = getAttrHookSlot;
  else if (getattribute instanceof PyWrapperDescriptor && getattribute.slot === 'tp_getattro') {
    type.tp_getattro = getattribute.wrapped as TypeSlots['tp_getattro'];
  } else type.tp_getattro = getAttributeSlot;
  type.genericGetattr = type.tp_getattro === genericGetAttribute;
}
