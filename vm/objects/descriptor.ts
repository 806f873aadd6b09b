import type { PyDict } from './dict.ts';
import { newType, PyObject, type PyType, type Slot, type SlotName, type Value } from './object.ts';
import type { BuiltinDef } from './signature.ts';

export const builtinFunctionType = newType('builtin_function_or_method');
export const methodDescriptorType = newType('method_descriptor');
export const classMethodDescriptorType = newType('classmethod_descriptor');
export const wrapperDescriptorType = newType('wrapper_descriptor');
export const methodWrapperType = newType('method-wrapper');
export const getSetType = newType('getset_descriptor');
export const memberType = newType('member_descriptor');
export const propertyType = newType('property');
export const classMethodType = newType('classmethod');
export const staticMethodType = newType('staticmethod');

/** A function written in TypeScript, or a method of a built-in type bound to an object. */
export class PyBuiltin extends PyObject {
  readonly def: BuiltinDef;
  /** The bound object; undefined for a plain function. */
  readonly self: Slot;
  readonly module: Value;
  constructor(def: BuiltinDef, self: Slot, module: Value) {
    super(builtinFunctionType);
    this.def = def;
    this.self = self;
    this.module = module;
  }
}

/** A method of a built-in type, such as list.append. */
export class PyMethodDescriptor extends PyObject {
  readonly def: BuiltinDef;
  readonly owner: PyType;
  constructor(def: BuiltinDef, owner: PyType, type: PyType = methodDescriptorType) {
    super(type);
    this.def = def;
    this.owner = owner;
  }
}

/** A slot of a built-in type seen as a method, such as int.__add__. */
export class PyWrapperDescriptor extends PyObject {
  readonly name: string;
  readonly slot: SlotName;
  /** The slot's own function, by which update_slot knows that a class didn't override it. */
  readonly wrapped: unknown;
  readonly owner: PyType;
  readonly def: BuiltinDef;
  constructor(name: string, slot: SlotName, wrapped: unknown, owner: PyType, def: BuiltinDef) {
    super(wrapperDescriptorType);
    this.name = name;
    this.slot = slot;
    this.wrapped = wrapped;
    this.owner = owner;
    this.def = def;
  }
}

/** A wrapper descriptor bound to an object, such as (1).__add__. */
export class PyMethodWrapper extends PyObject {
  readonly descriptor: PyWrapperDescriptor;
  readonly self: Value;
  constructor(descriptor: PyWrapperDescriptor, self: Value) {
    super(methodWrapperType);
    this.descriptor = descriptor;
    this.self = self;
  }
}

/** An attribute computed by TypeScript. */
export class PyGetSet extends PyObject {
  readonly name: string;
  readonly owner: PyType;
  readonly get: (self: never) => Slot;
  readonly set: ((self: never, value: Slot) => void) | undefined;
  readonly doc: Value;
  constructor(
    name: string,
    owner: PyType,
    get: (self: never) => Slot,
    set: ((self: never, value: Slot) => void) | undefined,
    doc: Value,
    type: PyType = getSetType,
  ) {
    super(type);
    this.name = name;
    this.owner = owner;
    this.get = get;
    this.set = set;
    this.doc = doc;
  }
}

/** A name of `__slots__`. */
export class PySlotMember extends PyObject {
  readonly name: string;
  readonly owner: PyType;
  readonly index: number;
  constructor(name: string, owner: PyType, index: number) {
    super(memberType);
    this.name = name;
    this.owner = owner;
    this.index = index;
  }
}

export class PyProperty extends PyObject {
  getter: Value;
  setter: Value;
  deleter: Value;
  doc: Value;
  name: Slot = undefined;
  docFromGetter = false;
  override dict: PyDict | undefined = undefined;
  constructor(type: PyType, getter: Value, setter: Value, deleter: Value, doc: Value) {
    super(type);
    this.getter = getter;
    this.setter = setter;
    this.deleter = deleter;
    this.doc = doc;
  }
}

/** classmethod and staticmethod; `type` tells which. */
export class PyMethodKind extends PyObject {
  callable: Value = null;
  override dict: PyDict | undefined = undefined;
}
