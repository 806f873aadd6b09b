import { unbox } from '../interpreter/actions.ts';
import { frameBuiltin } from '../interpreter/frame-builtins.ts';
import { vm } from '../interpreter/state.ts';
import {
  genericGetAttribute,
  getAttribute,
  instanceDict,
  lookupAttribute,
  setAttribute,
} from '../operations/attribute.ts';
import { call, callWith } from '../operations/call.ts';
import { identityHash } from '../operations/hash.ts';
import { repr } from '../operations/text.ts';
import { isTrue } from '../operations/truth.ts';
import { functionDoc, memberDoc } from './builtin-docs.ts';
import { defineType } from './define.ts';
import {
  builtinFunctionType,
  classMethodDescriptorType,
  classMethodType,
  getSetType,
  memberType,
  methodDescriptorType,
  methodWrapperType,
  PyBuiltin,
  PyGetSet,
  type PyMethodDescriptor,
  PyMethodKind,
  PyMethodWrapper,
  PyProperty,
  type PySlotMember,
  type PyWrapperDescriptor,
  propertyType,
  staticMethodType,
  wrapperDescriptorType,
} from './descriptor.ts';
import { attributeError, typeError } from './exception.ts';
import { PyMethod } from './function.ts';
import { newGenericAlias } from './generic-alias.ts';
import {
  Compare,
  type KwNames,
  NotImplemented,
  type PyObject,
  PyType,
  type Slot,
  typeOf,
  type Value,
} from './object.ts';
import { addressOf } from './object-type.ts';
import type { BuiltinDef } from './signature.ts';
import { tupleOf } from './tuple.ts';
import { fullyQualifiedName } from './type-name.ts';

/** Raises unless a descriptor of `owner` may serve this object (descr_check). */
function checkOwner(name: string, owner: PyType, self: Value): void {
  const type = typeOf(self);
  if (type !== owner && !type.isSubtype(owner)) {
    throw typeError(`descriptor '${name}' for '${owner.tp_name}' objects doesn't apply to a '${type.tp_name}' object`);
  }
}

function takeSelf(def: BuiltinDef, owner: PyType, args: Value[], kwNames: KwNames): Value {
  if (args.length - (kwNames?.length ?? 0) < 1) {
    throw typeError(
      owner.tp_name && def.qualname.includes('.')
        ? `unbound method ${def.qualname}() needs an argument`
        : `descriptor '${def.name}' of '${owner.tp_name}' object needs an argument`,
    );
  }
  checkOwner(def.name, owner, args[0]);
  return owner.unboxSelf && !def.keepsBox ? unbox(args[0]) : args[0];
}

function signatureText(def: BuiltinDef): Value {
  return def.signature;
}

const docAndSignature = {
  __doc__: [(self: { def: BuiltinDef; owner: PyType }) => memberDoc(self.owner, self.def.name, self.def.doc)] as const,
  __text_signature__: [(self: { def: BuiltinDef }) => signatureText(self.def)] as const,
};

defineType(builtinFunctionType, {
  subclassable: false,
  tp_repr: (self: PyBuiltin) =>
    self.self === undefined || self.self === null
      ? `<built-in function ${self.def.name}>`
      : `<built-in method ${self.def.name} of ${typeOf(self.self).tp_name} object at ${addressOf(self.self)}>`,
  tp_call: (self: PyBuiltin, args: Value[], kwNames: KwNames) => self.def.call(self.self, args, kwNames),
  tp_hash: (self: PyBuiltin) => (self.self === undefined ? identityHash(self) : identityHash(self.self)),
  tp_richcompare: (self: PyBuiltin, other: Value, op: Compare) => {
    if ((op !== Compare.EQ && op !== Compare.NE) || !(other instanceof PyBuiltin)) return NotImplemented;
    return (
      (self === other || (self.def === other.def && self.self === other.self && self.self !== undefined)) ===
      (op === Compare.EQ)
    );
  },
  getset: {
    ...docAndSignature,
    __doc__: [functionDoc],
    __name__: [(self: PyBuiltin) => self.def.name],
    __qualname__: [
      (self: PyBuiltin) => {
        if (self.self === undefined || self.self === null) return self.def.name;
        const owner = self.self instanceof PyType ? self.self : typeOf(self.self);
        return `${owner.qualname}.${self.def.name}`;
      },
    ],
    // A function of a module is bound to it.
    __self__: [
      (self: PyBuiltin) => {
        // A static method has its type, and doesn't tell.
        if (self.self instanceof PyType && !self.def.hasSelf && self.def.name !== '__new__') return null;
        if (self.self !== undefined) return self.self;
        return (typeof self.module === 'string' ? vm.modules.getString(self.module) : undefined) ?? null;
      },
    ],
  },
  members: { __module__: [(self: PyBuiltin) => self.module] },
  methods: {
    __reduce__: [
      '($self, /)',
      (self: PyBuiltin) =>
        self.self === undefined
          ? self.def.name
          : tupleOf([frameBuiltin('getattr'), tupleOf([self.self, self.def.name])]),
    ],
  },
});

const methodGetSet = {
  ...docAndSignature,
  __qualname__: [(self: PyMethodDescriptor) => `${self.owner.qualname}.${self.def.name}`] as const,
};
const methodMembers = {
  __objclass__: [(self: PyMethodDescriptor) => self.owner] as const,
  __name__: [(self: PyMethodDescriptor) => self.def.name] as const,
};

defineType(methodDescriptorType, {
  subclassable: false,
  tp_repr: (self: PyMethodDescriptor) => `<method '${self.def.name}' of '${self.owner.tp_name}' objects>`,
  tp_call: (self: PyMethodDescriptor, args: Value[], kwNames: KwNames) => {
    const object = takeSelf(self.def, self.owner, args, kwNames);
    return self.def.call(object, args.slice(1), kwNames);
  },
  tp_descr_get: (self: PyMethodDescriptor, instance: Slot) => {
    if (instance === undefined) return self;
    checkOwner(self.def.name, self.owner, instance);
    const { def, owner } = self;
    return new PyBuiltin(def, owner.unboxSelf && !def.keepsBox ? unbox(instance) : instance, null);
  },
  getset: methodGetSet,
  members: methodMembers,
  methods: {
    __reduce__: [
      '($self, /)',
      (self: PyMethodDescriptor) => tupleOf([frameBuiltin('getattr'), tupleOf([self.owner, self.def.name])]),
    ],
  },
});

defineType(classMethodDescriptorType, {
  subclassable: false,
  tp_repr: (self: PyMethodDescriptor) => `<method '${self.def.name}' of '${self.owner.tp_name}' objects>`,
  tp_call: (self: PyMethodDescriptor, args: Value[], kwNames: KwNames) =>
    self.def.call(args[0], args.slice(1), kwNames),
  tp_descr_get: (self: PyMethodDescriptor, instance: Slot, owner: Slot) =>
    new PyBuiltin(self.def, owner ?? typeOf(instance as Value), null),
  getset: methodGetSet,
  members: methodMembers,
});

defineType(wrapperDescriptorType, {
  subclassable: false,
  tp_repr: (self: PyWrapperDescriptor) => `<slot wrapper '${self.name}' of '${self.owner.tp_name}' objects>`,
  tp_call: (self: PyWrapperDescriptor, args: Value[], kwNames: KwNames) => {
    if (args.length - (kwNames?.length ?? 0) < 1) {
      throw typeError(`descriptor '${self.name}' of '${self.owner.tp_name}' object needs an argument`);
    }
    const type = typeOf(args[0]);
    if (!type.isSubtype(self.owner)) {
      throw typeError(
        `descriptor '${self.name}' requires a '${self.owner.tp_name}' object but received a '${type.tp_name}'`,
      );
    }
    return self.def.call(args[0], args.slice(1), kwNames);
  },
  tp_descr_get: (self: PyWrapperDescriptor, instance: Slot) => {
    if (instance === undefined) return self;
    checkOwner(self.name, self.owner, instance);
    return new PyMethodWrapper(self, instance);
  },
  methods: {
    __reduce__: [
      '($self, /)',
      (self: PyWrapperDescriptor) => tupleOf([vm.builtins.getString('getattr')!, tupleOf([self.owner, self.name])]),
    ],
  },
  getset: { ...docAndSignature, __qualname__: [(self: PyWrapperDescriptor) => `${self.owner.qualname}.${self.name}`] },
  members: {
    __objclass__: [(self: PyWrapperDescriptor) => self.owner],
    __name__: [(self: PyWrapperDescriptor) => self.name],
  },
});

defineType(methodWrapperType, {
  subclassable: false,
  tp_repr: (self: PyMethodWrapper) =>
    `<method-wrapper '${self.descriptor.name}' of ${typeOf(self.self).tp_name} object at ${addressOf(self.self)}>`,
  tp_call: (self: PyMethodWrapper, args: Value[], kwNames: KwNames) =>
    self.descriptor.def.call(self.self, args, kwNames),
  tp_hash: (self: PyMethodWrapper) => identityHash(self.self),
  tp_richcompare: (self: PyMethodWrapper, other: Value, op: Compare) => {
    if ((op !== Compare.EQ && op !== Compare.NE) || !(other instanceof PyMethodWrapper)) return NotImplemented;
    return (self.descriptor === other.descriptor && self.self === other.self) === (op === Compare.EQ);
  },
  methods: {
    __reduce__: [
      '($self, /)',
      (self: PyMethodWrapper) =>
        tupleOf([vm.builtins.getString('getattr') as Value, tupleOf([self.self, self.descriptor.name])]),
    ],
  },
  getset: {
    __self__: [(self: PyMethodWrapper) => self.self],
    __name__: [(self: PyMethodWrapper) => self.descriptor.name],
    __qualname__: [(self: PyMethodWrapper) => `${self.descriptor.owner.qualname}.${self.descriptor.name}`],
    __objclass__: [(self: PyMethodWrapper) => self.descriptor.owner],
    __doc__: [
      (self: PyMethodWrapper) => memberDoc(self.descriptor.owner, self.descriptor.name, self.descriptor.def.doc),
    ],
    __text_signature__: [(self: PyMethodWrapper) => self.descriptor.def.signature],
  },
});

const getSetSlots = {
  subclassable: false,
  tp_descr_get: (self: PyGetSet, instance: Slot) => {
    if (instance === undefined) return self;
    checkOwner(self.name, self.owner, instance);
    const value = self.get(instance as never);
    if (value === undefined)
      throw attributeError(`'${typeOf(instance).tp_name}' object has no attribute '${self.name}'`, self.name, instance);
    return value;
  },
  tp_descr_set: (self: PyGetSet, instance: Value, value: Slot) => {
    checkOwner(self.name, self.owner, instance);
    if (self.set === undefined) {
      if (self.type === memberType) throw attributeError('readonly attribute', self.name, instance);
      throw attributeError(
        `attribute '${self.name}' of '${self.owner.tp_name}' objects is not writable`,
        self.name,
        instance,
      );
    }
    self.set(instance as never, value);
  },
};
const getSetMembers = {
  __objclass__: [(self: PyGetSet) => self.owner] as const,
  __name__: [(self: PyGetSet) => self.name] as const,
};
const getSetGetSet = {
  __qualname__: [(self: PyGetSet) => `${self.owner.qualname}.${self.name}`] as const,
  __doc__: [(self: PyGetSet) => memberDoc(self.owner, self.name, self.doc ?? null)] as const,
};

defineType(getSetType, {
  ...getSetSlots,
  tp_repr: (self: PyGetSet) => `<attribute '${self.name}' of '${self.owner.tp_name}' objects>`,
  members: getSetMembers,
  getset: getSetGetSet,
});

defineType(memberType, {
  subclassable: false,
  tp_repr: (self: PyGetSet | PySlotMember) => `<member '${self.name}' of '${self.owner.tp_name}' objects>`,
  tp_descr_get: (self: PyGetSet | PySlotMember, instance: Slot) => {
    if (self instanceof PyGetSet) return getSetSlots.tp_descr_get(self, instance);
    if (instance === undefined) return self;
    checkOwner(self.name, self.owner, instance);
    const value = (instance as PyObject).slots?.[self.index];
    if (value === undefined) {
      throw attributeError(
        `'${fullyQualifiedName(typeOf(instance))}' object has no attribute '${self.name}'`,
        self.name,
        instance,
      );
    }
    return value;
  },
  tp_descr_set: (self: PyGetSet | PySlotMember, instance: Value, value: Slot) => {
    if (self instanceof PyGetSet) {
      getSetSlots.tp_descr_set(self, instance, value);
      return;
    }
    checkOwner(self.name, self.owner, instance);
    const object = instance as PyObject;
    if (value === undefined && object.slots?.[self.index] === undefined)
      throw attributeError(self.name, self.name, instance);
    object.slots ??= [];
    object.slots[self.index] = value;
  },
  members: getSetMembers,
  getset: getSetGetSet,
});

// property

function propertyName(self: PyProperty): string | undefined {
  const name = self.name ?? (self.getter === null ? undefined : lookupAttribute(self.getter, '__name__'));
  return name === undefined ? undefined : repr(name);
}

function noAccessor(self: PyProperty, instance: Value, kind: string): never {
  const name = propertyName(self);
  const owner = qualifiedNameOf(instance);
  throw attributeError(
    name === undefined
      ? `property of '${owner}' object has no ${kind}`
      : `property ${name} of '${owner}' object has no ${kind}`,
    '',
    instance,
  );
}

function qualifiedNameOf(instance: Value): string {
  return typeOf(instance).qualname;
}

function copyProperty(self: PyProperty, getter: Value, setter: Value, deleter: Value): Value {
  const doc = self.docFromGetter && getter !== null ? null : self.doc;
  const copy = call(self.type, getter, setter, deleter, doc) as PyProperty;
  if (copy instanceof PyProperty) copy.name = self.name;
  return copy;
}

defineType(propertyType, {
  doc: 'Property attribute.',
  signature: '(fget=None, fset=None, fdel=None, doc=None)',
  allocate: (type: PyType) => new PyProperty(type, null, null, null, null),
  tp_new: (type: PyType) => type.allocate(type),
  tp_init: (self: PyProperty, args: Value[], kwNames: KwNames) => {
    const names = ['fget', 'fset', 'fdel', 'doc'];
    const values: Value[] = [null, null, null, null];
    const given = args.length - (kwNames?.length ?? 0);
    if (given > 4) throw typeError(`property expected at most 4 arguments, got ${given}`);
    for (let i = 0; i < given; i++) values[i] = args[i];
    kwNames?.forEach((name, i) => {
      const at = names.indexOf(name);
      if (at < 0) throw typeError(`property() got an unexpected keyword argument '${name}'`);
      values[at] = args[given + i];
    });
    [self.getter, self.setter, self.deleter, self.doc] = values;
    self.docFromGetter = false;
    if (self.doc === null && self.getter !== null) {
      const doc = lookupAttribute(self.getter, '__doc__');
      if (doc !== undefined && doc !== null) {
        self.doc = doc;
        self.docFromGetter = true;
      }
    }
    if (self.type !== propertyType && self.type.hasDict && self.doc !== null) setAttribute(self, '__doc__', self.doc);
  },
  tp_descr_get: (self: PyProperty, instance: Slot) => {
    if (instance === undefined || instance === null) return self;
    if (self.getter === null) noAccessor(self, instance, 'getter');
    return call(self.getter, instance);
  },
  tp_descr_set: (self: PyProperty, instance: Value, value: Slot) => {
    if (value === undefined) {
      if (self.deleter === null) noAccessor(self, instance, 'deleter');
      call(self.deleter, instance);
    } else {
      if (self.setter === null) noAccessor(self, instance, 'setter');
      call(self.setter, instance, value);
    }
  },
  members: {
    fget: [(self: PyProperty) => self.getter],
    fset: [(self: PyProperty) => self.setter],
    fdel: [(self: PyProperty) => self.deleter],
    __doc__: [
      (self: PyProperty) => self.doc,
      (self: PyProperty, value: Slot) => {
        self.doc = value ?? null;
      },
    ],
  },
  getset: {
    __name__: [
      (self: PyProperty) => {
        const name = self.name ?? (self.getter === null ? undefined : lookupAttribute(self.getter, '__name__'));
        if (name === undefined) throw attributeError("'property' object has no attribute '__name__'", '__name__', self);
        return name;
      },
      (self: PyProperty, value: Slot) => {
        self.name = value;
      },
    ],
    __isabstractmethod__: [
      (self: PyProperty) => [self.getter, self.setter, self.deleter].some((f) => f !== null && isAbstract(f)),
    ],
  },
  methods: {
    getter: ['($self, fget, /)', (self: PyProperty, f: Value) => copyProperty(self, f, self.setter, self.deleter)],
    setter: ['($self, fset, /)', (self: PyProperty, f: Value) => copyProperty(self, self.getter, f, self.deleter)],
    deleter: ['($self, fdel, /)', (self: PyProperty, f: Value) => copyProperty(self, self.getter, self.setter, f)],
    __set_name__: [
      '($self, owner, name, /)',
      (self: PyProperty, _owner: Value, name: Value) => {
        self.name = name;
      },
    ],
  },
});

function isAbstract(f: Value): boolean {
  const flag = lookupAttribute(f, '__isabstractmethod__');
  return flag !== undefined && isTrue(flag);
}

// classmethod and staticmethod

const wrapped = ['__module__', '__name__', '__qualname__', '__doc__'];

const kindDefinition = {
  hasDict: true,
  allocate: (type: PyType) => new PyMethodKind(type),
  tp_new: (type: PyType) => type.allocate(type),
  tp_init: (self: PyMethodKind, args: Value[]) => {
    if (args.length !== 1) {
      throw typeError(`${self.type.tp_name} expected 1 argument, got ${args.length}`);
    }
    [self.callable] = args;
    for (const name of wrapped) {
      const value = lookupAttribute(self.callable, name);
      if (value !== undefined) instanceDict(self).setString(name, value);
    }
  },
  tp_getattro: genericGetAttribute,
  members: {
    __func__: [(self: PyMethodKind) => self.callable] as const,
    __wrapped__: [(self: PyMethodKind) => self.callable] as const,
  },
  getset: {
    __isabstractmethod__: [(self: PyMethodKind) => isAbstract(self.callable)] as const,
    __dict__: [(self: PyMethodKind) => instanceDict(self)] as const,
    __annotations__: [(self: PyMethodKind) => getAttribute(self.callable, '__annotations__')] as const,
    __annotate__: [(self: PyMethodKind) => getAttribute(self.callable, '__annotate__')] as const,
  },
  classMethods: { __class_getitem__: ['($cls, object, /)', newGenericAlias] as const },
};

defineType(staticMethodType, {
  ...kindDefinition,
  signature: '(function, /)',
  tp_repr: (self: PyMethodKind) => `<staticmethod(${repr(self.callable)})>`,
  tp_call: (self: PyMethodKind, args: Value[], kwNames: KwNames) => callWith(self.callable, args, kwNames),
  tp_descr_get: (self: PyMethodKind) => self.callable,
});

defineType(classMethodType, {
  ...kindDefinition,
  signature: '(function, /)',
  tp_repr: (self: PyMethodKind) => `<classmethod(${repr(self.callable)})>`,
  tp_descr_get: (self: PyMethodKind, instance: Slot, owner: Slot) =>
    new PyMethod(self.callable, owner ?? typeOf(instance as Value)),
});
