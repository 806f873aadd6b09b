import { LocalKind } from '../../compiler/bytecode/code-object.ts';
import { vm } from '../interpreter/state.ts';
import { genericGetAttribute, lookupAttribute } from '../operations/attribute.ts';
import { PyCell } from './cell.ts';
import { defineType } from './define.ts';
import { runtimeError, typeError } from './exception.ts';
import { type KwNames, newType, PyObject, PyType, type Slot, typeOf, type Value } from './object.ts';
import { noSuchSuperAttribute, notAnInstance } from './super-error.ts';

export const superType = newType('super');

export class PySuper extends PyObject {
  owner: PyType | null = null;
  self: Value = null;
  selfType: PyType | null = null;
}

/** The type whose MRO a super() walks (supercheck). */
function checkSuper(owner: PyType, self: Value): PyType {
  if (self instanceof PyType && self.isSubtype(owner)) return self;
  const type = typeOf(self);
  if (type.isSubtype(owner)) return type;
  const claimed = lookupAttribute(self, '__class__');
  if (claimed instanceof PyType && claimed !== type && claimed.isSubtype(owner)) return claimed;
  throw notAnInstance(owner, self);
}

/** The raw attribute that super(owner, self).name finds, not bound; undefined when there is none. */
export function superLookup(owner: PyType, self: Value, name: string): Slot {
  return findAbove(owner, checkSuper(owner, self), name);
}

function findAbove(owner: PyType, start: PyType, name: string): Slot {
  const { mro } = start;
  for (let i = mro.indexOf(owner) + 1; i < mro.length; i++) {
    const found = mro[i].attributes.get(name);
    if (found !== undefined) return found;
  }
  return undefined;
}

function getSuperAttribute(self: Value, name: string): Value {
  const proxy = self as PySuper;
  if (proxy.selfType !== null && name !== '__class__') {
    const found = findAbove(proxy.owner!, proxy.selfType, name);
    if (found !== undefined) {
      const get = typeOf(found).tp_descr_get;
      return get === undefined
        ? found
        : get(found, proxy.self === proxy.selfType ? undefined : proxy.self, proxy.selfType);
    }
  }
  try {
    return genericGetAttribute(self, name);
  } catch (error) {
    throw noSuchSuperAttribute(error, name, self);
  }
}

/** super() without arguments: `__class__` and the first argument of the calling frame (super_init_without_args). */
function fromFrame(): [PyType, Value] {
  const { frame } = vm;
  if (frame === undefined) throw runtimeError('super(): no current frame');
  const { code } = frame.code;
  if (code.co_argcount === 0) throw runtimeError('super(): no arguments');
  // Before 3.11 an argument that is also a cell has a second place, where it is.
  const cell = code.co_localsplusnames.lastIndexOf(code.co_localsplusnames[0]);
  const first = frame.stack[cell];
  const self = first instanceof PyCell && code.co_localspluskinds[cell] & LocalKind.CELL ? first.contents : first;
  if (self === undefined) throw runtimeError('super(): arg[0] deleted');
  const index = code.co_localsplusnames.findIndex(
    (name, i) => name === '__class__' && (code.co_localspluskinds[i] & LocalKind.FREE) !== 0,
  );
  if (index < 0) throw runtimeError('super(): __class__ cell not found');
  const owner = (frame.stack[index] as PyCell).contents;
  if (owner === undefined) throw runtimeError('super(): empty __class__ cell');
  if (!(owner instanceof PyType)) throw runtimeError(`super(): __class__ is not a type (${typeOf(owner).tp_name})`);
  return [owner, self];
}

defineType(superType, {
  doc: 'super() -> same as super(__class__, <first argument>)\nsuper(type) -> unbound super object\nsuper(type, obj) -> bound super object; requires isinstance(obj, type)\nsuper(type, type2) -> bound super object; requires issubclass(type2, type)\nTypical use to call a cooperative superclass method:\nclass C(B):\n    def meth(self, arg):\n        super().meth(arg)\nThis works for class methods too:\nclass C(B):\n    @classmethod\n    def cmeth(cls, arg):\n        super().cmeth(arg)\n',
  allocate: (type: PyType) => new PySuper(type),
  tp_new: (type: PyType) => type.allocate(type),
  tp_init: (self: PySuper, args: Value[], kwNames: KwNames) => {
    if (kwNames !== undefined) throw typeError('super() takes no keyword arguments');
    if (args.length > 2) throw typeError(`super() expected at most 2 arguments, got ${args.length}`);
    let [owner, object]: Slot[] = args;
    if (owner === undefined) [owner, object] = fromFrame();
    if (!(owner instanceof PyType)) throw typeError(`super() argument 1 must be a type, not ${typeOf(owner).tp_name}`);
    self.owner = owner;
    if (object !== undefined && object !== null) {
      self.selfType = checkSuper(owner, object);
      self.self = object;
    }
  },
  tp_repr: (self: PySuper) =>
    self.selfType === null
      ? `<super: <class '${self.owner?.tp_name}'>, NULL>`
      : `<super: <class '${self.owner?.tp_name}'>, <${self.selfType.tp_name} object>>`,
  tp_getattro: getSuperAttribute,
  tp_descr_get: (self: PySuper, instance: Slot) => {
    if (instance === undefined || instance === null || self.selfType !== null) return self;
    const bound = new PySuper(self.type);
    bound.owner = self.owner;
    bound.selfType = checkSuper(self.owner!, instance);
    bound.self = instance;
    return bound;
  },
  members: {
    __thisclass__: [(self: PySuper) => self.owner],
    __self__: [(self: PySuper) => self.self],
    __self_class__: [(self: PySuper) => self.selfType],
  },
});
