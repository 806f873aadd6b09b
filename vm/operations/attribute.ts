import { PyDict } from '../objects/dict.ts';
import {
  attributeError,
  attributeErrorType,
  isException,
  type PyBaseException,
  typeError,
} from '../objects/exception.ts';
import { PyFunction, PyMethod } from '../objects/function.ts';
import {
  MAX_SHAPE_SIZE,
  PyInstance,
  type PyObject,
  type PyType,
  type Slot,
  typeOf,
  type Value,
} from '../objects/object.ts';
import { call } from './call.ts';

/** getattr(self, name). */
export function getAttribute(self: Value, name: string): Value {
  return typeOf(self).tp_getattro!(self, name);
}

/** getattr(self, name) that gives undefined instead of AttributeError (PyObject_GetOptionalAttr). */
export function lookupAttribute(self: Value, name: string): Slot {
  const type = typeOf(self);
  try {
    if (type.genericGetattr) return findAttribute(self, type, name);
    return type.tp_getattro!(self, name);
  } catch (error) {
    if (isException(error, attributeErrorType)) return undefined;
    throw error;
  }
}

/** self.name = value; undefined deletes. */
export function setAttribute(self: Value, name: string, value: Slot): void {
  const type = typeOf(self);
  const { tp_setattro } = type;
  if (tp_setattro === undefined) throw typeError(`'${type.tp_name}' object has no attributes`);
  tp_setattro(self, name, value);
}

/** Calls self.name(…). */
export function callMethod(self: Value, name: string, ...args: Value[]): Value {
  return call(getAttribute(self, name), ...args);
}

/** PyObject_GenericGetAttr. */
export function genericGetAttribute(self: Value, name: string): Value {
  const type = typeOf(self);
  const found = findAttribute(self, type, name);
  if (found === undefined) throw noAttribute(self, name);
  return found;
}

export function noAttribute(self: Value, name: string): PyBaseException {
  return attributeError(`'${typeOf(self).tp_name}' object has no attribute '${name}'`, name, self);
}

/** PyObject_GenericGetAttr that gives undefined where it would raise; an AttributeError of a getter counts as none. */
export function findAttribute(self: Value, type: PyType, name: string): Slot {
  const descriptor = type.lookup(name);
  if (descriptor === undefined) return ownAttribute(self, name);
  if (descriptor instanceof PyFunction) return ownAttribute(self, name) ?? new PyMethod(descriptor, self);
  const descriptorType = typeOf(descriptor);
  const get = descriptorType.tp_descr_get;
  if (get !== undefined && descriptorType.tp_descr_set !== undefined) return get(descriptor, self, type);
  const own = ownAttribute(self, name);
  if (own !== undefined) return own;
  return get === undefined ? descriptor : get(descriptor, self, type);
}

/** An attribute of the instance's own namespace. */
export function ownAttribute(self: Value, name: string): Slot {
  if (typeof self !== 'object' || self === null) return undefined;
  if (self instanceof PyInstance && self.shape !== undefined) {
    const index = self.shape.indices.get(name);
    return index === undefined ? undefined : self.values[index];
  }
  return self.dict?.getString(name);
}

/** PyObject_GenericSetAttr. */
export function genericSetAttribute(self: Value, name: string, value: Slot): void {
  const type = typeOf(self);
  const descriptor = type.lookup(name);
  if (descriptor !== undefined) {
    const set = typeOf(descriptor).tp_descr_set;
    if (set !== undefined) {
      set(descriptor, self as Value, value);
      return;
    }
  }
  if (!type.hasDict || typeof self !== 'object' || self === null) {
    if (descriptor !== undefined) {
      throw attributeError(`'${type.tp_name}' object attribute '${name}' is read-only`, name, self);
    }
    if (value === undefined || typeof self !== 'object' || self === null) throw noAttributeToSet(self, name);
    throw noAttributeToSet(self, name);
  }
  if (self instanceof PyInstance && self.shape !== undefined && value !== undefined) {
    const { shape } = self;
    const index = shape.indices.get(name);
    if (index !== undefined) {
      self.values[index] = value;
      return;
    }
    if (shape.names.length < MAX_SHAPE_SIZE) {
      self.shape = shape.extend(name);
      self.values.push(value);
      return;
    }
  }
  if (value !== undefined) instanceDict(self).setString(name, value);
  else if (ownAttribute(self, name) === undefined || instanceDict(self).delete(name) === undefined) {
    throw noAttribute(self, name);
  }
}

/**
 * Sets an entry of the namespace of an instance that hasn't been asked for its `__dict__`, without making that; false where
 * that can't be.
 */
export function setOwnAttribute(self: Value, name: string, value: Value): boolean {
  if (!(self instanceof PyInstance) || self.shape === undefined || !self.type.hasDict) return false;
  const index = self.shape.indices.get(name);
  if (index !== undefined) self.values[index] = value;
  else if (self.shape.names.length < MAX_SHAPE_SIZE) {
    self.shape = self.shape.extend(name);
    self.values.push(value);
  } else return false;
  return true;
}

function noAttributeToSet(self: Value, name: string): PyBaseException {
  const type = typeOf(self);
  return attributeError(
    `'${type.tp_name}' object has no attribute '${name}'${
      type.hasDict ? '' : ' and no __dict__ for setting new attributes'
    }`,
    name,
    self,
  );
}

/** The instance's `__dict__`, made if need be; the type must have hasDict. */
export function instanceDict(self: PyObject): PyDict {
  if (self instanceof PyInstance && self.shape !== undefined) {
    const dict = new PyDict();
    self.shape.names.forEach((name, index) => {
      dict.setString(name, self.values[index]);
    });
    self.shape = undefined;
    self.values = [];
    self.dict = dict;
    return dict;
  }
  self.dict ??= new PyDict();
  return self.dict;
}

/** type.__getattribute__ (type_getattro). */
export function typeGetAttribute(self: Value, name: string): Value {
  const found = lookupTypeAttribute(self as PyType, name);
  if (found === undefined) {
    throw attributeError(`type object '${(self as PyType).tp_name}' has no attribute '${name}'`, name, self);
  }
  return found;
}

/** Attribute of a type object by the rules of type_getattro; undefined where there is none. */
export function lookupTypeAttribute(self: PyType, name: string): Slot {
  const meta = self.type;
  const metaDescriptor = meta.lookup(name);
  let get: ((self: Value, instance: Slot, owner: Slot) => Value) | undefined;
  if (metaDescriptor !== undefined) {
    const metaDescriptorType = typeOf(metaDescriptor);
    get = metaDescriptorType.tp_descr_get;
    if (get !== undefined && metaDescriptorType.tp_descr_set !== undefined) return get(metaDescriptor, self, meta);
  }
  const own = self.lookup(name);
  if (own !== undefined) {
    const ownGet = typeOf(own).tp_descr_get;
    return ownGet === undefined ? own : ownGet(own, undefined, self);
  }
  if (metaDescriptor === undefined) return undefined;
  return get === undefined ? metaDescriptor : get(metaDescriptor, self, meta);
}

/** Sets an attribute of a type object and tells the caches (type_setattro without the check for built-ins). */
export function setTypeAttribute(self: PyType, name: string, value: Slot): void {
  if (value === undefined) {
    if (!self.attributes.delete(name)) {
      throw attributeError(`type object '${self.tp_name}' has no attribute '${name}'`, name, self);
    }
  } else self.attributes.set(name, value);
  self.modified();
}
