import { intern } from '../interpreter/intern.ts';
import { vm } from '../interpreter/state.ts';
import { lookupAttribute, setTypeAttribute, typeGetAttribute } from '../operations/attribute.ts';
import { defineType, setNewCheck } from './define.ts';
import { PyDict } from './dict.ts';
import { typeError } from './exception.ts';
import { PyList } from './list.ts';
import { type KwNames, objectType, PyType, type Slot, typeOf, typeType, type Value } from './object.ts';
import { PyTuple } from './tuple.ts';
import { typeGetSet } from './type-attributes.ts';
import { linearize } from './type-bases.ts';
import { qualifiedName } from './type-name.ts';
import { announceInstance, typeNew } from './type-new.ts';
import { newSlot, updateSlotsFor } from './type-slots.ts';

/** type.__call__ (type_call). */
export function typeCall(self: Value, args: Value[], kwNames: KwNames): Value {
  const type = self as PyType;
  if (type === typeType) {
    if (args.length === 1 && kwNames === undefined) return typeOf(args[0]);
    if (args.length !== 3 && (kwNames === undefined || args.length < 3))
      throw typeError('type() takes 1 or 3 arguments');
  }
  if (type.tp_new === undefined) throw typeError(`cannot create '${type.tp_name}' instances`);
  const instance = type.tp_new(type, args, kwNames);
  if (type.finalizes && type.tp_new !== newSlot) announceInstance(instance);
  const made = typeOf(instance);
  if (made === type || made.isSubtype(type)) made.tp_init!(instance, args, kwNames);
  return instance;
}

setNewCheck((owner, args, kwNames) => {
  const type = args[0];
  if (type === undefined || args.length === (kwNames?.length ?? 0)) {
    throw typeError(`${owner.tp_name}.__new__(): not enough arguments`);
  }
  if (!(type instanceof PyType)) {
    throw typeError(`${owner.tp_name}.__new__(X): X is not a type object (${typeOf(type).tp_name})`);
  }
  if (!type.isSubtype(owner)) {
    throw typeError(`${owner.tp_name}.__new__(${type.tp_name}): ${type.tp_name} is not a subtype of ${owner.tp_name}`);
  }
  let native: PyType | undefined = type;
  while (native?.heap) native = native.base;
  if (native !== undefined && native.tp_new !== owner.tp_new) {
    throw typeError(`${owner.tp_name}.__new__(${type.tp_name}) is not safe, use ${native.tp_name}.__new__()`);
  }
  const instance = owner.tp_new!(type, args.slice(1), kwNames);
  if (type.finalizes) announceInstance(instance);
  return instance;
});

/** type.__setattr__ (type_setattro). */
function typeSetAttribute(self: Value, name: string, value: Slot): void {
  const type = self as PyType;
  if (!type.heap) {
    throw typeError(`cannot set '${name}' attribute of immutable type '${type.tp_name}'`);
  }
  const metaDescriptor = type.type.lookup(name);
  if (metaDescriptor !== undefined) {
    const set = typeOf(metaDescriptor).tp_descr_set;
    if (set !== undefined) {
      set(metaDescriptor, type, value);
      return;
    }
  }
  setTypeAttribute(type, intern(name), value);
  if (name.startsWith('__') && name.endsWith('__')) updateSlotsFor(type, name);
}

function typeRepr(self: Value): string {
  return `<class '${qualifiedName(self as PyType)}'>`;
}

defineType(typeType, {
  doc: "type(object) -> the object's type\ntype(name, bases, dict, **kwds) -> a new type",
  tp_new: typeNew,
  tp_init: (_self: Value, args: Value[], kwNames: KwNames) => {
    const given = args.length - (kwNames?.length ?? 0);
    if (given !== 1 && given !== 3) throw typeError('type.__init__() takes 1 or 3 arguments');
  },
  tp_call: typeCall,
  tp_repr: typeRepr,
  tp_getattro: typeGetAttribute,
  tp_setattro: typeSetAttribute,
  nb_or: (left: Value, right: Value) => vm.makeUnion(left, right),
  allocate: (type: PyType) => new PyType(type, '', [objectType], true),
  hasDict: false,
  hasWeakrefs: true,
  identityEquality: true,
  getset: typeGetSet as never,
  methods: {
    mro: ['($self, /)', (self: PyType) => new PyList(linearize(self))],
    __subclasses__: ['($self, /)', (self: PyType) => new PyList([...self.subclasses])],
    __instancecheck__: [
      '($self, instance, /)',
      (self: PyType, instance: Value) => {
        if (typeOf(instance).isSubtype(self)) return true;
        const claimed = lookupAttribute(instance, '__class__');
        return claimed instanceof PyType && claimed.isSubtype(self);
      },
    ],
    __subclasscheck__: [
      '($self, subclass, /)',
      (self: PyType, subclass: Value) => {
        if (subclass instanceof PyType) return subclass.isSubtype(self);
        return isVirtualSubclass(subclass, self);
      },
    ],
    __dir__: [
      '($self, /)',
      (self: PyType) => {
        const names = new Set<string>();
        for (const type of self.mro) for (const name of type.attributes.keys()) names.add(name);
        return new PyList([...names].sort());
      },
    ],
  },
  classMethods: {
    __prepare__: ['($type, *args, **kwargs)', () => new PyDict()],
  },
});

/** issubclass() of something with `__bases__` that is no type (abstract_issubclass). */
function isVirtualSubclass(derived: Value, wanted: Value): boolean {
  if (derived === wanted) return true;
  const bases = lookupAttribute(derived, '__bases__');
  if (!(bases instanceof PyTuple)) throw typeError('issubclass() arg 1 must be a class');
  return bases.items.some((base) => isVirtualSubclass(base, wanted));
}
