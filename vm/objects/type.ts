import { intern } from '../interpreter/intern.ts';
import { vm } from '../interpreter/state.ts';
import { index } from '../operations/arithmetic.ts';
import {
  callMethod,
  genericGetAttribute,
  genericSetAttribute,
  getAttribute,
  instanceDict,
  lookupAttribute,
  lookupTypeAttribute,
  setTypeAttribute,
  typeGetAttribute,
} from '../operations/attribute.ts';
import { call, callSpecial, callWith, lookupSpecial } from '../operations/call.ts';
import { identityHash, identityOf } from '../operations/hash.ts';
import { toArray } from '../operations/iterate.ts';
import { repr, str } from '../operations/text.ts';
import { isTrue } from '../operations/truth.ts';
import { builtinDoc } from './builtin-docs.ts';
import { PyCell } from './cell.ts';
import { builtinFunction, defineType, setNewCheck } from './define.ts';
import {
  classMethodType,
  PyGetSet,
  PyMethodKind,
  PySlotMember,
  PyWrapperDescriptor,
  staticMethodType,
} from './descriptor.ts';
import { PyDict } from './dict.ts';
import {
  attributeError,
  PyBaseException,
  type PyBaseException as Raised,
  runtimeError,
  typeError,
  valueError,
} from './exception.ts';
import { addNote } from './exception-notes.ts';
import { PyFunction } from './function.ts';
import { PyList } from './list.ts';
import { PyMappingProxy } from './mapping-proxy.ts';
import {
  Compare,
  dictType,
  type KwNames,
  moduleType,
  NotImplemented,
  objectType,
  PyInstance,
  type PyObject,
  PyType,
  type Slot,
  typeOf,
  typeType,
  type Value,
} from './object.ts';
import { stringOf } from './str.ts';
import { superType } from './super.ts';
import { PyTuple, tupleOf } from './tuple.ts';
import { moduleOf, qualifiedName } from './type-name.ts';
import { updateAllSlots, updateSlotsFor } from './type-slots.ts';

// object

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

/** The places that instances have for `__slots__`, in their order (same_slots_added). */
function slotNamesOf(type: PyType): string[] {
  const names: string[] = [];
  if (type.slotCount === 0) return names;
  for (const base of type.mro) {
    for (const [name, member] of base.attributes) if (member instanceof PySlotMember) names[member.index] = name;
  }
  return names;
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
  if (
    old.layout !== value.layout ||
    old.hasDict !== value.hasDict ||
    slotNamesOf(old).join() !== slotNamesOf(value).join()
  ) {
    throw typeError(`__class__ assignment: '${value.tp_name}' object layout differs from '${old.tp_name}'`);
  }
  if (self instanceof PyInstance) instanceDict(self);
  (self as PyObject).type = value;
}

/** object.__reduce_ex__ of protocol 2 and above, by copyreg.__newobj__ (object___reduce_ex__). */
function reduceEx(self: Value, protocol: Value = 0): Value {
  const reduce = lookupAttribute(self, '__reduce__');
  const objectReduce = objectType.attributes.get('__reduce__');
  if (reduce !== undefined && typeOf(self).lookup('__reduce__') !== objectReduce) return call(reduce);
  return reduceByCopyreg(self, protocol);
}

function reduceByCopyreg(self: Value, protocol: Value): Value {
  const copyreg = vm.importModule('copyreg');
  if (typeof protocol === 'number' && protocol < 2) return call(getAttribute(copyreg, '_reduce_ex'), self, protocol);
  const type = typeOf(self);
  let args: readonly Value[] = [];
  let kwargs: Value = null;
  const newArgsEx = lookupSpecial(self, '__getnewargs_ex__');
  const newArgs = lookupSpecial(self, '__getnewargs__');
  if (newArgsEx !== undefined) {
    [args, kwargs] = extendedNewArgs(call(newArgsEx));
  } else if (newArgs !== undefined) {
    const given = call(newArgs);
    if (!(given instanceof PyTuple)) {
      throw typeError(`__getnewargs__ should return a tuple, not '${typeOf(given).tp_name}'`);
    }
    args = given.items;
  }
  // object_getstate: what a built-in type holds can't be seen from outside, list's and dict's items apart.
  const required =
    newArgs === undefined && newArgsEx === undefined && !(self instanceof PyList || self instanceof PyDict);
  if (required && type !== objectType && !(self instanceof PyInstance) && !describesState(type)) {
    throw typeError(`cannot pickle '${type.tp_name}' object`);
  }
  const state = call(getAttribute(self, '__getstate__'));
  const listItems = self instanceof PyList ? call(vm.builtins.getString('iter')!, self) : null;
  const dictItems =
    self instanceof PyDict ? call(vm.builtins.getString('iter')!, call(getAttribute(self, 'items'))) : null;
  if (kwargs instanceof PyDict && kwargs.used > 0) {
    const made = tupleOf([type, tupleOf(args), kwargs]);
    return tupleOf([getAttribute(copyreg, '__newobj_ex__'), made, state, listItems, dictItems]);
  }
  return tupleOf([getAttribute(copyreg, '__newobj__'), tupleOf([type, ...args]), state, listItems, dictItems]);
}

/** What `__getnewargs_ex__` gave, checked (_PyObject_GetNewArguments). */
function extendedNewArgs(given: Value): [args: readonly Value[], kwargs: Value] {
  if (!(given instanceof PyTuple)) {
    throw typeError(`__getnewargs_ex__ should return a tuple, not '${typeOf(given).tp_name}'`);
  }
  if (given.items.length !== 2) {
    throw valueError(`__getnewargs_ex__ should return a tuple of length 2, not ${given.items.length}`);
  }
  const [args, kwargs] = given.items;
  if (!(args instanceof PyTuple)) {
    const { tp_name } = typeOf(args);
    throw typeError(`first item of the tuple returned by __getnewargs_ex__ must be a tuple, not '${tp_name}'`);
  }
  if (!(kwargs instanceof PyDict)) {
    const { tp_name } = typeOf(kwargs);
    throw typeError(`second item of the tuple returned by __getnewargs_ex__ must be a dict, not '${tp_name}'`);
  }
  return [args.items, kwargs];
}

/** Has a class a `__getstate__` of its own? */
function describesState(type: PyType): boolean {
  return type.lookup('__getstate__') !== objectType.attributes.get('__getstate__');
}

/** object.__getstate__. */
function getState(self: Value): Value {
  const type = typeOf(self);
  let state: Value = null;
  if (type.hasDict && typeof self === 'object' && self !== null) {
    const dict = instanceDict(self);
    if (dict.used > 0) state = dict.copy();
  }
  const known = type.attributes.get('__slotnames__');
  if (type.slotCount > 0 || known !== undefined) {
    const slots = new PyDict();
    for (const name of toArray(known ?? callMethod(vm.importModule('copyreg'), '_slotnames', type))) {
      const value = lookupAttribute(self, str(name));
      if (value !== undefined) slots.set(name, value);
    }
    if (slots.used > 0) return tupleOf([state, slots]);
  }
  return state;
}

/** dir() of an ordinary object. */
function objectDir(self: Value): Value {
  const names = new Set<string>();
  const dict = lookupAttribute(self, '__dict__');
  if (dict instanceof PyDict) for (const key of dict.keyList()) names.add(str(key));
  for (const type of typeOf(self).mro) for (const name of type.attributes.keys()) names.add(name);
  return new PyList([...names].sort());
}

defineType(objectType, {
  doc: 'The base class of the class hierarchy.\n\nWhen called, it accepts no arguments and returns a new featureless\ninstance that has no instance attributes and cannot be given any.\n',
  signature: '()',
  tp_new: objectNew,
  tp_init: objectInit,
  tp_repr: objectRepr,
  tp_str: (self: Value) => repr(self),
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
        return str(self);
      },
    ],
  },
  classMethods: {
    __init_subclass__: ['($type, /)', () => null],
    __subclasshook__: ['($type, object, /)', () => NotImplemented],
  },
});

// type

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
  return owner.tp_new!(type, args.slice(1), kwNames);
});

/** type.__new__ (type_new). */
function typeNew(meta: PyType, args: Value[], kwNames: KwNames): Value {
  const kwCount = kwNames?.length ?? 0;
  const given = args.length - kwCount;
  if (given !== 3) throw typeError(`type.__new__() takes exactly 3 arguments (${given} given)`);
  const [name, bases, namespace] = args;
  const text = stringOf(name);
  if (text === undefined) throw typeError(`type.__new__() argument 1 must be str, not ${typeOf(name).tp_name}`);
  if (!(bases instanceof PyTuple)) {
    throw typeError(`type.__new__() argument 2 must be tuple, not ${typeOf(bases).tp_name}`);
  }
  if (!(namespace instanceof PyDict)) {
    throw typeError(`type.__new__() argument 3 must be dict, not ${typeOf(namespace).tp_name}`);
  }
  for (const base of bases.items) {
    if (!(base instanceof PyType) && lookupAttribute(base, '__mro_entries__') !== undefined) {
      throw typeError("type() doesn't support MRO entry resolution; use types.new_class()");
    }
  }
  const winner = calculateMetaclass(meta, bases.items);
  if (winner !== meta && winner.tp_new !== typeNew) return winner.tp_new!(winner, args, kwNames);
  return newClass(winner, text, bases.items, namespace, args.slice(3), kwNames);
}

/** The most derived metaclass of the bases (_PyType_CalculateMetaclass). */
export function calculateMetaclass(meta: PyType, bases: readonly Value[]): PyType {
  let winner = meta;
  for (const base of bases) {
    const type = typeOf(base);
    if (winner.isSubtype(type)) continue;
    if (type.isSubtype(winner)) winner = type;
    else {
      throw typeError(
        'metaclass conflict: the metaclass of a derived class must be a (non-strict) subclass of the metaclasses of all its bases',
      );
    }
  }
  return winner;
}

function newClass(
  meta: PyType,
  name: string,
  givenBases: readonly Value[],
  namespace: PyDict,
  kwargs: Value[],
  kwNames: KwNames,
): PyType {
  const bases = givenBases.length === 0 ? [objectType] : givenBases.map(checkedBase);
  if (name.includes('\0')) throw valueError('type name must not contain null characters');
  // Raises UnicodeEncodeError for what UTF-8 hasn't.
  if (/\p{Surrogate}/u.test(name)) callMethod(name, 'encode');
  const base = bestBase(bases);
  const type = new PyType(meta, name, bases, true);
  type.base = base;
  type.layout = base.layout;
  type.allocate = base.allocate;
  type.hasDict = base.hasDict;
  type.hasWeakrefs = base.hasWeakrefs;
  type.slotCount = base.slotCount;
  for (const other of bases) {
    type.hasDict ||= other.hasDict;
    type.hasWeakrefs ||= other.hasWeakrefs;
  }
  const { attributes } = type;
  for (const [key, value] of namespaceItems(namespace)) {
    const text = stringOf(key);
    if (text !== undefined) attributes.set(intern(text), value);
    else vm.warn?.('RuntimeWarning', `non-string key in the __dict__ of class ${name}`);
  }
  const cell = attributes.get('__classcell__');
  attributes.delete('__classcell__');
  const dictCell = attributes.get('__classdictcell__');
  attributes.delete('__classdictcell__');
  if (dictCell !== undefined && !(dictCell instanceof PyCell)) {
    throw typeError(`__classdictcell__ must be a nonlocal cell, not ${repr(typeOf(dictCell))}`);
  }
  const qualname = attributes.get('__qualname__');
  if (qualname !== undefined) {
    const text = stringOf(qualname);
    if (text === undefined) throw typeError(`type __qualname__ must be a str, not ${typeOf(qualname).tp_name}`);
    type.qualname = text;
    attributes.delete('__qualname__');
  }
  if (!attributes.has('__module__')) {
    const module = vm.frame?.globals.getString('__name__');
    if (module !== undefined) attributes.set('__module__', module);
  }
  addSlots(type, bases);
  if (!attributes.has('__doc__')) attributes.set('__doc__', null);
  for (const [special, kind] of [
    ['__new__', staticMethodType],
    ['__init_subclass__', classMethodType],
    ['__class_getitem__', classMethodType],
  ] as const) {
    const method = attributes.get(special);
    if (!(method instanceof PyFunction)) continue;
    const wrapper = new PyMethodKind(kind);
    wrapper.callable = method;
    attributes.set(special, wrapper);
  }
  // A metaclass's mro() may run methods that use super().
  if (cell instanceof PyCell) cell.contents = type;
  else if (cell !== undefined) {
    throw typeError(`__classcell__ must be a nonlocal cell, not <class '${typeOf(cell).tp_name}'>`);
  }
  type.mro = computeMro(type);
  // The first class that says which of the two it is decides (inherit_patma_flags).
  const collection = type.mro.find((base) => base !== type && (base.matchesSequence || base.matchesMapping));
  type.matchesSequence = collection?.matchesSequence ?? false;
  type.matchesMapping = collection?.matchesMapping ?? false;
  type.identityEquality = false;
  inheritAllSlots(type);
  // Hash and comparison go together: a class that defines __eq__ alone can't be hashed.
  if (attributes.has('__eq__') && !attributes.has('__hash__')) attributes.set('__hash__', null);
  for (const b of bases) b.subclasses.add(type);
  updateAllSlots(type);
  type.modified();
  finalizeInstances(type);
  type.textSignature = signatureInDocstring(type.tp_name, attributes.get('__doc__'));
  setNames(type);
  const hook = superOf(type, '__init_subclass__');
  callWith(hook, kwargs, kwNames);
  return type;
}

/** The namespace's items in its own order, which that of a subclass of dict such as OrderedDict may be (PyDict_Copy). */
function* namespaceItems(namespace: PyDict): Iterable<[Value, Value]> {
  if (namespace.type.lookup('__iter__') === dictType.lookup('__iter__')) yield* namespace.entries();
  else for (const key of toArray(namespace)) yield [key, namespace.get(key) as Value];
}

/** The signature that a docstring begins with, as built-in classes write theirs (_PyType_GetTextSignatureFromInternalDoc). */
function signatureInDocstring(name: string, doc: Slot): string | null {
  if (typeof doc !== 'string' || !doc.startsWith(`${name}(`)) return null;
  const end = doc.indexOf(')\n--\n\n');
  const paragraph = doc.indexOf('\n\n');
  return end < 0 || paragraph < end ? null : doc.slice(name.length, end + 1);
}

/** Lets the collector know the instances of a class with `__del__`. */
function finalizeInstances(type: PyType): void {
  if (!isPythonFinalizer(type.lookup('__del__')) || isPythonFinalizer(type.base?.lookup('__del__'))) return;
  const { allocate } = type;
  const method = type.lookup('__del__');
  const isLibrary = method instanceof vm.classes.PyFunction && method.code.code.co_filename.startsWith('<library>');
  type.allocate = (made) => {
    const instance = allocate(made);
    vm.finalizable.add(instance);
    if (!isLibrary) vm.lastReferences.watch(instance, vm.frame);
    return instance;
  };
}

/** Whether this is a `__del__` of a class's body; built-in types that have one tell the collector of their instances themselves. */
const isPythonFinalizer = (method: Slot): boolean => method !== undefined && !(method instanceof PyWrapperDescriptor);

function checkedBase(base: Value): PyType {
  if (!(base instanceof PyType)) throw typeError('bases must be types');
  if (!base.subclassable) throw typeError(`type '${base.tp_name}' is not an acceptable base type`);
  return base;
}

/** The base whose instance layout the class gets (best_base). */
function bestBase(bases: readonly PyType[]): PyType {
  let best = bases[0];
  for (const base of bases.slice(1)) {
    const a = solidBase(best);
    const b = solidBase(base);
    if (a === b || a.isSubtype(b)) continue;
    if (b.isSubtype(a)) best = base;
    else throw typeError('multiple bases have instance lay-out conflict');
  }
  return best;
}

/** The nearest ancestor that added to the layout: a built-in one, or one with `__slots__`. */
function solidBase(type: PyType): PyType {
  let solid: PyType = type;
  while (solid.base !== undefined && solid.layout === solid.base.layout && solid.slotCount === solid.base.slotCount) {
    solid = solid.base;
  }
  return solid;
}

const dictGetSet = (owner: PyType): PyGetSet => new PyGetSet('__dict__', owner, namespaceOf, setNamespace, null);

/** Types and modules have a `__dict__` of their own, which a class's descriptor shows but doesn't set (subtype_dict). */
function namespaceOf(self: PyObject): Value {
  const { layout } = self.type;
  if (layout !== typeType && layout !== moduleType) return instanceDict(self);
  return typeOf(layout.attributes.get('__dict__')!).tp_descr_get!(layout.attributes.get('__dict__')!, self, self.type);
}

function setNamespace(self: PyObject, value: Slot): void {
  const { layout } = self.type;
  if (layout === typeType || layout === moduleType) {
    throw attributeError(`attribute '__dict__' of '${layout.tp_name}' objects is not writable`, '__dict__', self);
  }
  if (value !== undefined && !(value instanceof PyDict)) {
    throw typeError(`__dict__ must be set to a dictionary, not a '${typeOf(value).tp_name}'`);
  }
  instanceDict(self);
  self.dict = value ?? new PyDict();
}

const weakrefGetSet = (owner: PyType): PyGetSet => new PyGetSet('__weakref__', owner, () => null, undefined, null);

function addSlots(type: PyType, bases: readonly PyType[]): void {
  const { attributes } = type;
  const given = attributes.get('__slots__');
  if (given === undefined) {
    if (!type.hasDict) {
      type.hasDict = true;
      // A metaclass has type's `__dict__`, the namespace of the class.
      if (type.layout !== typeType && !attributes.has('__dict__')) attributes.set('__dict__', dictGetSet(type));
    }
    if (!type.hasWeakrefs && type.layout === objectType) {
      type.hasWeakrefs = true;
      attributes.set('__weakref__', weakrefGetSet(type));
    }
    type.hasWeakrefs = true;
    return;
  }
  const names = stringOf(given) !== undefined ? [given] : toArray(given);
  const members: string[] = [];
  for (const item of names) {
    const name = stringOf(item);
    if (name === undefined) throw typeError(`__slots__ items must be strings, not '${typeOf(item).tp_name}'`);
    if (name === '__dict__') {
      if (bases.some((b) => b.hasDict) || attributes.has('__dict__'))
        throw typeError('__dict__ slot disallowed: we already got one');
      type.hasDict = true;
      attributes.set('__dict__', dictGetSet(type));
    } else if (name === '__weakref__') {
      if (bases.some((b) => b.hasWeakrefs) || attributes.has('__weakref__'))
        throw typeError('__weakref__ slot disallowed: we already got one');
      type.hasWeakrefs = true;
      attributes.set('__weakref__', weakrefGetSet(type));
    } else {
      if (!/^[\p{ID_Start}_][\p{ID_Continue}]*$/u.test(name)) throw typeError('__slots__ must be identifiers');
      members.push(mangle(type.tp_name, name));
    }
  }
  if (members.length > 0 && ['int', 'bytes', 'tuple', 'type'].includes(type.layout.tp_name)) {
    throw typeError(`nonempty __slots__ not supported for subtype of '${type.layout.tp_name}'`);
  }
  for (const name of members.sort()) {
    if (attributes.has(name) && name !== '__qualname__' && name !== '__classcell__') {
      throw valueError(`'${name}' in __slots__ conflicts with class variable`);
    }
    attributes.set(intern(name), new PySlotMember(name, type, type.slotCount++));
  }
}

function mangle(className: string, name: string): string {
  if (!name.startsWith('__') || name.endsWith('__')) return name;
  const stripped = className.replace(/^_+/, '');
  return stripped === '' ? name : `_${stripped}${name}`;
}

function inheritAllSlots(type: PyType): void {
  const own = type as unknown as Record<string, unknown>;
  const base = type.base as unknown as Record<string, unknown>;
  for (const name of [
    'tp_new',
    'bf_getbuffer',
    'tp_del',
    'sq_concat',
    'sq_repeat',
    'sq_inplace_concat',
    'sq_inplace_repeat',
  ]) {
    own[name] = base[name];
  }
  // A mixin's buffer counts as well.
  for (const other of type.mro) own['bf_getbuffer'] ??= other.bf_getbuffer;
}

/** C3 linearisation (mro_implementation), or what a metaclass's mro() gives. */
function computeMro(type: PyType): PyType[] {
  if (type.type !== typeType) {
    const custom = type.type.lookup('mro');
    if (custom !== typeType.attributes.get('mro')) {
      return toArray(callSpecial(type, 'mro')!).map((item) => {
        if (!(item instanceof PyType)) throw typeError(`mro() returned a non-class ('${typeOf(item).tp_name}')`);
        // mro_check: the methods of a class further down may be called with our instances.
        if (item !== type && !solidBase(type).isSubtype(solidBase(item))) {
          throw typeError(`mro() returned base with unsuitable layout ('${item.tp_name}')`);
        }
        return item;
      });
    }
  }
  return linearize(type);
}

function linearize(type: PyType): PyType[] {
  if (new Set(type.bases).size < type.bases.length) {
    const twice = type.bases.find((base, index) => type.bases.indexOf(base) !== index)!;
    throw typeError(`duplicate base class ${twice.tp_name}`);
  }
  const lists = [...type.bases.map((base) => base.mro.slice()), type.bases.slice()];
  const mro = [type];
  for (;;) {
    const remaining = lists.filter((list) => list.length > 0);
    if (remaining.length === 0) return mro;
    const next = remaining.map((list) => list[0]).find((head) => !remaining.some((list) => list.indexOf(head) > 0));
    if (next === undefined) {
      const names = [...new Set(remaining.map((list) => list[0].tp_name))].join(', ');
      throw typeError(`Cannot create a consistent method resolution order (MRO) for bases ${names}`);
    }
    mro.push(next);
    for (const list of lists) if (list[0] === next) list.shift();
  }
}

function setNames(type: PyType): void {
  for (const [name, value] of [...type.attributes]) {
    const hook = lookupSpecial(value, '__set_name__');
    if (hook === undefined) continue;
    try {
      call(hook, type, name);
    } catch (error) {
      if (error instanceof PyBaseException) {
        addNote(
          error,
          `Error calling __set_name__ on '${typeOf(value).tp_name}' instance '${name}' in '${type.tp_name}'`,
        );
      }
      throw error;
    }
  }
}

/** super(type, type).name */
function superOf(type: PyType, name: string): Value {
  for (const base of type.mro.slice(1)) {
    const found = base.attributes.get(name);
    if (found === undefined) continue;
    const get = typeOf(found).tp_descr_get;
    return get === undefined ? found : get(found, undefined, type);
  }
  // What no class after this one has, the super object has itself.
  const own = superType.lookup(name);
  const get = own === undefined ? undefined : typeOf(own).tp_descr_get;
  if (own === undefined || get === undefined) {
    throw attributeError(`'super' object has no attribute '${name}'`, name, type);
  }
  return get(own, undefined, superType);
}

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

function needsHeap(type: PyType, name: string, value: Slot): Value {
  if (!type.heap) throw typeError(`cannot set '${name}' attribute of immutable type '${type.tp_name}'`);
  if (value === undefined) throw typeError(`cannot delete '${name}' attribute of immutable type '${type.tp_name}'`);
  return value;
}

/** The type's annotations, by `__annotate__` when they weren't asked for yet (type_get_annotations). */
function getAnnotations(type: PyType): Value {
  if (!type.heap)
    throw attributeError(`type object '${type.tp_name}' has no attribute '__annotations__'`, '__annotations__', type);
  const known = type.attributes.get('__annotations__') ?? type.attributes.get('__annotations_cache__');
  if (known !== undefined) {
    const get = typeOf(known).tp_descr_get;
    return get === undefined ? known : get(known, undefined, type);
  }
  const annotate = getAnnotate(type);
  const annotations = annotate === null ? new PyDict() : call(annotate, 1);
  if (!(annotations instanceof PyDict)) {
    throw typeError(`__annotate__() must return a dict, not ${typeOf(annotations).tp_name}`);
  }
  type.attributes.set('__annotations_cache__', annotations);
  return annotations;
}

function getAnnotate(type: PyType): Value {
  if (!type.heap)
    throw attributeError(`type object '${type.tp_name}' has no attribute '__annotate__'`, '__annotate__', type);
  const found = type.attributes.get('__annotate__') ?? type.attributes.get('__annotate_func__');
  if (found === undefined) return null;
  const get = typeOf(found).tp_descr_get;
  return get === undefined || found instanceof PyFunction ? found : get(found, undefined, type);
}

/** `C.__bases__ = …` (type_set_bases). */
function setBases(type: PyType, value: Slot): void {
  const bases = needsHeap(type, '__bases__', value);
  if (!(bases instanceof PyTuple) || bases.items.length === 0) {
    throw typeError(`can only assign non-empty tuple to ${type.tp_name}.__bases__, not ${typeOf(bases).tp_name}`);
  }
  const types = bases.items.map((base) => {
    if (!(base instanceof PyType)) {
      throw typeError(`${type.tp_name}.__bases__ must be tuple of classes, not '${typeOf(base).tp_name}'`);
    }
    if (base.isSubtype(type)) throw typeError('a __bases__ item causes an inheritance cycle');
    return checkedBase(base);
  });
  const base = bestBase(types);
  if (base.layout !== type.layout) {
    throw typeError(`__bases__ assignment: '${base.tp_name}' object layout differs from '${type.base?.tp_name}'`);
  }
  const { bases: oldBases, base: oldBase } = type;
  const orders = new Map<PyType, PyType[]>();
  const refresh = (changed: PyType): void => {
    const mro = computeMro(changed);
    if (!orders.has(changed)) orders.set(changed, changed.mro);
    changed.mro = mro;
    for (const subclass of changed.subclasses) refresh(subclass);
  };
  type.bases = types;
  type.base = base;
  try {
    refresh(type);
  } catch (error) {
    for (const [changed, mro] of orders) changed.mro = mro;
    type.bases = oldBases;
    type.base = oldBase;
    throw error;
  }
  for (const old of oldBases) old.subclasses.delete(type);
  for (const b of types) b.subclasses.add(type);
  const update = (changed: PyType): void => {
    changed.modified();
    updateAllSlots(changed);
    for (const subclass of changed.subclasses) update(subclass);
  };
  update(type);
}

const typeGetSet: Record<string, [(self: PyType) => Slot, ((self: PyType, value: Slot) => void)?]> = {
  __name__: [
    (self) => self.tp_name.slice(self.heap ? 0 : self.tp_name.lastIndexOf('.') + 1),
    (self, value) => {
      const name = stringOf(needsHeap(self, '__name__', value));
      if (name === undefined) {
        throw typeError(`can only assign string to ${self.tp_name}.__name__, not '${typeOf(value as Value).tp_name}'`);
      }
      self.tp_name = name;
    },
  ],
  __qualname__: [
    (self) => self.qualname.slice(self.heap ? 0 : self.qualname.lastIndexOf('.') + 1),
    (self, value) => {
      const name = stringOf(needsHeap(self, '__qualname__', value));
      if (name === undefined) {
        throw typeError(
          `can only assign string to ${self.tp_name}.__qualname__, not '${typeOf(value as Value).tp_name}'`,
        );
      }
      self.qualname = name;
    },
  ],
  __module__: [
    moduleOf,
    (self, value) => {
      setTypeAttribute(self, '__module__', needsHeap(self, '__module__', value));
      self.attributes.delete('__firstlineno__');
    },
  ],
  __bases__: [(self) => tupleOf(self.bases), setBases],
  __base__: [(self) => self.base ?? null],
  __mro__: [(self) => tupleOf(self.mro)],
  __dict__: [(self) => new PyMappingProxy(self)],
  __doc__: [
    (self) => {
      if (!self.heap) return builtinDoc(self.module, self.qualname) ?? self.doc;
      const doc = self.attributes.get('__doc__');
      if (doc === undefined) return null;
      const get = typeOf(doc).tp_descr_get;
      return get === undefined ? doc : get(doc, undefined, self);
    },
    (self, value) => {
      setTypeAttribute(self, '__doc__', needsHeap(self, '__doc__', value));
    },
  ],
  __text_signature__: [(self) => self.textSignature],
  __annotations__: [
    getAnnotations,
    (self, value) => {
      if (!self.heap) throw typeError(`cannot set '__annotations__' attribute of immutable type '${self.tp_name}'`);
      self.attributes.delete('__annotations_cache__');
      if (value !== undefined) setTypeAttribute(self, '__annotations__', value);
      else self.attributes.delete('__annotations__');
    },
  ],
  __annotate__: [
    getAnnotate,
    (self, value) => {
      self.attributes.delete('__annotations_cache__');
      setTypeAttribute(self, '__annotate_func__', needsHeap(self, '__annotate__', value));
    },
  ],
  __type_params__: [
    (self) => (self === typeType ? undefined : self.attributes.get('__type_params__')) ?? tupleOf([]),
    (self, value) => setTypeAttribute(self, '__type_params__', needsHeap(self, '__type_params__', value)),
  ],
  __abstractmethods__: [
    (self) => {
      const found = self === typeType ? undefined : self.attributes.get('__abstractmethods__');
      if (found === undefined) throw attributeError('__abstractmethods__', '__abstractmethods__', self);
      return found;
    },
    (self, value) => {
      setTypeAttribute(self, '__abstractmethods__', value);
      self.isAbstract = value !== undefined && isTrue(value);
    },
  ],
  __basicsize__: [() => 32],
  __itemsize__: [(self) => itemSizes[self.layout.tp_name] ?? 0],
  __flags__: [
    (self) => (self.heap ? 0x200 : 0x100) | (self.subclassable ? 0x400 : 0) | (self.isAbstract ? 0x100000 : 0),
  ],
  __dictoffset__: [(self) => (self.hasDict ? -1 : 0)],
  __weakrefoffset__: [(self) => (self.hasWeakrefs ? -8 : 0)],
};

/** tp_itemsize of the types whose instances differ in length, as CPython has them on a machine of 64 bits. */
const itemSizes: Readonly<Record<string, number>> = {
  int: 4,
  bool: 4,
  bytes: 1,
  tuple: 8,
  type: 40,
  code: 2,
  frame: 8,
  generator: 8,
  coroutine: 8,
  async_generator: 8,
};

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

/** `__build_class__` (builtin___build_class__). */
export const buildClass = builtinFunction(
  '__build_class__',
  [
    '(func, name, /, *bases, **kwds)',
    (func: Value, name: Value, bases: Value[], kwargs: PyDict) => {
      if (!(func instanceof PyFunction)) throw typeError('__build_class__: func must be a function');
      const original = tupleOf(bases);
      const resolved = resolveBases(original);
      let meta: Value;
      const explicit = kwargs.getString('metaclass');
      if (explicit !== undefined) {
        meta = explicit;
        kwargs.delete('metaclass');
      } else meta = resolved.items.length === 0 ? typeType : typeOf(resolved.items[0]);
      if (meta instanceof PyType) meta = calculateMetaclass(meta, resolved.items);
      const kwNames = kwargs.used === 0 ? undefined : (kwargs.keyList() as string[]);
      const kwValues = kwargs.valueList();
      const prepare = lookupAttribute(meta, '__prepare__');
      const namespace =
        prepare === undefined ? new PyDict() : callWith(prepare, [name, resolved, ...kwValues], kwNames);
      if (typeOf(namespace).mp_subscript === undefined) {
        const who = meta instanceof PyType ? meta.tp_name : '<metaclass>';
        throw typeError(`${who}.__prepare__() must return a mapping, not ${typeOf(namespace).tp_name}`);
      }
      const cell = vm.runClassBody(func, namespace);
      if (resolved !== original) vm.setItem(namespace, '__orig_bases__', original);
      const made = callWith(meta, [name, resolved, namespace, ...kwValues], kwNames);
      if (cell instanceof PyCell && made instanceof PyType) {
        if (cell.contents === undefined) {
          throw runtimeError(
            `__class__ not set defining ${repr(name)} as ${repr(made)}. Was __classcell__ propagated to type.__new__?`,
          );
        }
        if (cell.contents !== made) {
          throw typeError(`__class__ set to ${repr(cell.contents)} defining ${repr(name)} as ${repr(made)}`);
        }
      }
      return made;
    },
  ],
  'builtins',
);

/** Replaces bases that aren't classes by what their `__mro_entries__` gives (update_bases). */
function resolveBases(bases: PyTuple): PyTuple {
  let changed = false;
  const resolved: Value[] = [];
  for (const base of bases.items) {
    const hook = base instanceof PyType ? undefined : lookupAttribute(base, '__mro_entries__');
    if (hook === undefined) {
      resolved.push(base);
      continue;
    }
    const entries = call(hook, bases);
    if (!(entries instanceof PyTuple)) throw typeError('__mro_entries__ must return a tuple');
    resolved.push(...entries.items);
    changed = true;
  }
  return changed ? tupleOf(resolved) : bases;
}
