import { vm } from '../interpreter/state.ts';
import * as arithmetic from '../operations/arithmetic.ts';
import { callMethod, getAttribute, setAttribute } from '../operations/attribute.ts';
import { call, callWith, isCallable } from '../operations/call.ts';
import { richCompare } from '../operations/compare.ts';
import { hashOf, identityOf } from '../operations/hash.ts';
import { getIterator, iterateNext } from '../operations/iterate.ts';
import { contains, lengthOf, setSubscript, subscript } from '../operations/subscript.ts';
import { strValue } from '../operations/text.ts';
import { isTrue } from '../operations/truth.ts';
import { defineType, type TypeDefinition } from './define.ts';
import { newException, referenceErrorType, typeError } from './exception.ts';
import { newGenericAlias } from './generic-alias.ts';
import {
  Compare,
  type Hash,
  type KwNames,
  NotImplemented,
  newType,
  PyObject,
  type PyType,
  type Slot,
  typeOf,
  type Value,
} from './object.ts';
import { BuiltinDef } from './signature.ts';

export const refType = newType('weakref.ReferenceType');
export const proxyType = newType('weakref.ProxyType');
export const callableProxyType = newType('weakref.CallableProxyType');

/**
 * A weak reference or proxy. It holds its referent until the collector finds that nothing else does: the marking
 * (vm/objects/collect.ts) doesn't follow `referent`.
 */
export class PyWeakref extends PyObject {
  /** Undefined once the referent is dead. */
  referent: PyObject | undefined;
  callback: Value;
  hash: Hash | undefined = undefined;
  constructor(type: PyType, referent: PyObject, callback: Value) {
    super(type);
    this.referent = referent;
    this.callback = callback;
  }
}

const references = new WeakMap<PyObject, PyWeakref[]>();

/** Takes a reference that nobody holds any more off its referent: its callback is never called. */
export function dropReference(reference: PyWeakref): void {
  vm.weakReferences.delete(reference);
  const { referent } = reference;
  if (referent === undefined) return;
  const others = references.get(referent)?.filter((each) => each !== reference) ?? [];
  if (others.length === 0) references.delete(referent);
  else references.set(referent, others);
}

/**
 * The weak references to an object that are alive: the plain one and the plain proxy, which all share that ask for no callback,
 * then the others, youngest first (insert_weakref).
 */
export function weakReferences(object: Value): readonly PyWeakref[] {
  const all = (typeof object === 'object' && object !== null ? references.get(object) : undefined) ?? [];
  const isShared = ({ type, callback }: PyWeakref): boolean => callback === null && !type.heap;
  const shared = all.filter(isShared).sort((a, b) => Number(b.type === refType) - Number(a.type === refType));
  return [...shared, ...all.filter((reference) => !isShared(reference)).reverse()];
}

/** A reference of this type; without a callback, the one there is already (weakref_new). */
function makeReference(type: PyType, referent: Value, callback: Value): PyWeakref {
  const { hasWeakrefs, tp_name } = typeOf(referent);
  if (
    typeof referent !== 'object' ||
    referent === null ||
    !(hasWeakrefs || (referent.type.heap && weaklyReferenceable(referent)))
  ) {
    throw typeError(`cannot create weak reference to '${tp_name}' object`);
  }
  const known = references.get(referent);
  if (callback === null && !type.heap) {
    const same = known?.find((ref) => ref.type === type && ref.callback === null);
    if (same !== undefined) return same;
  }
  const made = new PyWeakref(type, referent, callback);
  if (known === undefined) references.set(referent, [made]);
  else known.push(made);
  vm.weakReferences.add(made);
  if (vm.weakReferences.size > vm.collectAt) vm.endRation();
  return made;
}

/** Classes have weak references unless `__slots__` says otherwise. */
function weaklyReferenceable(referent: PyObject): boolean {
  return referent.type.hasDict || referent.type.lookup('__weakref__') !== undefined;
}

/** Ends all weak references to an object that dies; gives those whose callbacks are to be called, youngest first. */
export function clearWeakReferences(object: PyObject): PyWeakref[] {
  const dead = references.get(object) ?? [];
  references.delete(object);
  for (const ref of dead) {
    ref.referent = undefined;
    vm.weakReferences.delete(ref);
  }
  return dead.filter((ref) => ref.callback !== null).reverse();
}

const binder = new BuiltinDef('weakref', 'weakref', '(object, callback=None, /)', () => null, false, null);

defineType(refType, {
  module: 'weakref',
  allocate: (type) => new PyWeakref(type, type, null),
  tp_new(type: PyType, args: Value[]) {
    const [object, callback] = binder.bind(args.slice(0, 2), undefined) as [Value, Slot];
    return makeReference(type, object, callback ?? null);
  },
  tp_init(_self: Value, args: Value[], kwNames: KwNames) {
    binder.bind(args, kwNames);
  },
  tp_call(self: PyWeakref, args: Value[]) {
    if (args.length > 0) throw typeError(`weakref.__call__() takes no arguments (${args.length} given)`);
    return self.referent ?? null;
  },
  tp_hash(self: PyWeakref): Hash {
    if (self.hash === undefined) {
      if (self.referent === undefined) throw typeError('weak object has gone away');
      self.hash = hashOf(self.referent);
    }
    return self.hash;
  },
  tp_richcompare(self: PyWeakref, other: Value, op: Compare) {
    if ((op !== Compare.EQ && op !== Compare.NE) || !(other instanceof PyWeakref)) return NotImplemented;
    if (self.referent === undefined || other.referent === undefined) return (self === other) === (op === Compare.EQ);
    return richCompare(self.referent, other.referent, op);
  },
  tp_repr(self: PyWeakref) {
    const start = `<${self.type === refType ? 'weakref' : self.type.tp_name} at 0x${identityOf(self).toString(16)}; `;
    if (self.referent === undefined) return `${start}dead>`;
    return `${start}to '${self.referent.type.tp_name}' at 0x${identityOf(self.referent).toString(16)}>`;
  },
  classMethods: { __class_getitem__: ['($type, object, /)', newGenericAlias, 'See PEP 585'] },
  members: { __callback__: [(self: PyWeakref) => (self.referent === undefined ? null : self.callback)] },
});

/** The object that a proxy stands for, or the value itself. Raises ReferenceError for a dead one. */
function unwrap(value: Value): Value {
  if (!(value instanceof PyWeakref) || (value.type !== proxyType && value.type !== callableProxyType)) return value;
  if (value.referent === undefined) throw newException(referenceErrorType, 'weakly-referenced object no longer exists');
  return value.referent;
}

const unary = (operation: (value: Value) => Value) => (self: Value) => operation(unwrap(self));
const binary = (operation: (left: Value, right: Value) => Value) => (left: Value, right: Value) =>
  operation(unwrap(left), unwrap(right));

/** `proxy += x` asks the object's own way of it. */
const inplaceSlots = Object.fromEntries(
  (
    [
      ['add', arithmetic.BinaryOperator.INPLACE_ADD],
      ['subtract', arithmetic.BinaryOperator.INPLACE_SUBTRACT],
      ['multiply', arithmetic.BinaryOperator.INPLACE_MULTIPLY],
      ['true_divide', arithmetic.BinaryOperator.INPLACE_TRUE_DIVIDE],
      ['floor_divide', arithmetic.BinaryOperator.INPLACE_FLOOR_DIVIDE],
      ['remainder', arithmetic.BinaryOperator.INPLACE_REMAINDER],
      ['power', arithmetic.BinaryOperator.INPLACE_POWER],
      ['lshift', arithmetic.BinaryOperator.INPLACE_LSHIFT],
      ['rshift', arithmetic.BinaryOperator.INPLACE_RSHIFT],
      ['and', arithmetic.BinaryOperator.INPLACE_AND],
      ['xor', arithmetic.BinaryOperator.INPLACE_XOR],
      ['or', arithmetic.BinaryOperator.INPLACE_OR],
      ['matrix_multiply', arithmetic.BinaryOperator.INPLACE_MATRIX_MULTIPLY],
    ] as const
  ).map(([name, operator]) => [
    `nb_inplace_${name}`,
    binary((left, right) => arithmetic.binaryOperation(operator, left, right)),
  ]),
);

const proxySlots: TypeDefinition = {
  module: 'weakref',
  subclassable: false,
  tp_getattro: (self: Value, name: string) => getAttribute(unwrap(self), name),
  tp_setattro: (self: Value, name: string, value: Slot) => setAttribute(unwrap(self), name, value),
  tp_repr: (self: PyWeakref) =>
    self.referent === undefined
      ? `<weakproxy at 0x${identityOf(self).toString(16)}; dead>`
      : `<weakproxy at 0x${identityOf(self).toString(16)}; to '${self.referent.type.tp_name}' at 0x${identityOf(self.referent).toString(16)}>`,
  tp_str: unary(strValue),
  tp_richcompare: (self: Value, other: Value, op: Compare) => richCompare(unwrap(self), unwrap(other), op),
  tp_hash(self: Value): Hash {
    throw typeError(`unhashable type: '${typeOf(self).tp_name}'`);
  },
  tp_iter: unary(getIterator),
  tp_iternext: (self: Value) => {
    const iterator = unwrap(self);
    if (typeOf(iterator).tp_iternext === undefined) {
      throw typeError(`Weakref proxy referenced a non-iterator '${typeOf(iterator).tp_name}' object`);
    }
    return iterateNext(iterator);
  },
  methods: {
    __bytes__: ['($self, /)', (self: Value) => callMethod(unwrap(self), '__bytes__')],
    __reversed__: ['($self, /)', (self: Value) => call(vm.builtins.getString('reversed')!, unwrap(self))],
  },
  nb_bool: (self: Value) => isTrue(unwrap(self)),
  nb_add: binary(arithmetic.add),
  nb_subtract: binary(arithmetic.subtract),
  nb_multiply: binary(arithmetic.multiply),
  nb_true_divide: binary(arithmetic.trueDivide),
  nb_floor_divide: binary(arithmetic.floorDivide),
  nb_remainder: binary(arithmetic.remainder),
  nb_divmod: binary(arithmetic.divmod),
  nb_and: binary(arithmetic.bitAnd),
  nb_or: binary(arithmetic.bitOr),
  nb_xor: binary(arithmetic.bitXor),
  nb_lshift: binary(arithmetic.leftShift),
  nb_rshift: binary(arithmetic.rightShift),
  nb_matrix_multiply: binary(arithmetic.matrixMultiply),
  nb_power: (left: Value, right: Value, third: Value) => arithmetic.power(unwrap(left), unwrap(right), unwrap(third)),
  ...inplaceSlots,
  nb_negative: unary(arithmetic.negative),
  nb_positive: unary(arithmetic.positive),
  nb_absolute: unary(arithmetic.absolute),
  nb_invert: unary(arithmetic.invert),
  nb_index: unary(arithmetic.index),
  sq_length: (self: Value) => lengthOf(unwrap(self)),
  sq_contains: (self: Value, item: Value) => contains(unwrap(self), item),
  mp_subscript: binary(subscript),
  mp_ass_subscript: (self: Value, key: Value, value: Slot) => setSubscript(unwrap(self), key, value),
};

defineType(proxyType, proxySlots);
defineType(callableProxyType, {
  ...proxySlots,
  tp_call: (self: Value, args: Value[], kwNames: KwNames) => callWith(unwrap(self), args, kwNames),
});

/** weakref.proxy(). */
export function makeProxy(object: Value, callback: Slot): Value {
  return makeReference(isCallable(object) ? callableProxyType : proxyType, object, callback ?? null);
}
