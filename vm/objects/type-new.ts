import { isInLibrary } from '../importing/library-path.ts';
import { intern } from '../interpreter/intern.ts';
import { vm } from '../interpreter/state.ts';
import { lookupAttribute } from '../operations/attribute.ts';
import { call, callWith, lookupSpecial } from '../operations/call.ts';
import { toArray } from '../operations/iterate.ts';
import { repr } from '../operations/text.ts';
import { PyCell } from './cell.ts';
import { classMethodType, PyMethodKind, PyWrapperDescriptor, staticMethodType } from './descriptor.ts';
import { PyDict } from './dict.ts';
import { attributeError, PyBaseException, typeError } from './exception.ts';
import { addNote } from './exception-notes.ts';
import { PyFunction } from './function.ts';
import { dictType, type KwNames, objectType, PyType, type Slot, typeOf, type Value } from './object.ts';
import { stringOf } from './str.ts';
import { superType } from './super.ts';
import { notAnInstance } from './super-error.ts';
import { PyTuple } from './tuple.ts';
import { checkEncodable, checkTypeName } from './type-attributes.ts';
import { incompleteMro, updateMro } from './type-bases.ts';
import { addSlots, bestBase, checkedBase } from './type-layout.ts';
import { updateAllSlots } from './type-slots.ts';

/** type.__new__ (type_new). */
export function typeNew(meta: PyType, args: Value[], kwNames: KwNames): Value {
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
  checkTypeName(name);
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
  forEachItem(namespace, (key, value) => {
    const text = stringOf(key);
    if (text !== undefined) attributes.set(intern(text), value);
    else vm.warn?.('RuntimeWarning', `non-string key in the __dict__ of class ${name}`);
  });
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
  const doc = attributes.get('__doc__');
  if (doc === undefined) attributes.set('__doc__', null);
  else if (typeof doc === 'string') checkEncodable(doc);
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
  type.mro = incompleteMro;
  updateMro(type);
  // The first class that says which of the two it is decides (inherit_patma_flags).
  const collection = type.mro.find((base) => base !== type && (base.matchesSequence || base.matchesMapping));
  type.matchesSequence = collection?.matchesSequence ?? false;
  type.matchesMapping = collection?.matchesMapping ?? false;
  type.identityEquality = false;
  inheritAllSlots(type);
  // Hash and comparison go together: a class that defines __eq__ alone can't be hashed.
  if (attributes.has('__eq__') && !attributes.has('__hash__')) attributes.set('__hash__', null);
  for (const b of type.bases) b.subclasses.add(type);
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
function forEachItem(namespace: PyDict, visit: (key: Value, value: Value) => void): void {
  if (namespace.type.lookup('__iter__') === dictType.lookup('__iter__')) {
    const { keys, values } = namespace;
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i];
      if (key !== undefined) visit(key, values[i]);
    }
  } else for (const key of toArray(namespace)) visit(key, namespace.get(key) as Value);
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
  type.finalizes = isPythonFinalizer(type.lookup('__del__'));
  if (!type.finalizes || type.base?.finalizes) return;
  const { allocate } = type;
  type.allocate = (made) => {
    const instance = allocate(made);
    announceInstance(instance);
    return instance;
  };
}

/** Lets the collector know a new instance of a class with `__del__`; of some built-in bases none is made by `allocate`. */
export function announceInstance(instance: Value): void {
  if (typeof instance !== 'object' || instance === null || vm.finalizable.has(instance)) return;
  vm.finalizable.add(instance);
  const method = instance.type.lookup('__del__');
  const isLibrary = method instanceof PyFunction && isInLibrary(method.code.code.co_filename);
  if (!isLibrary) vm.lastReferences.watch(instance, vm.frame);
}

/** Whether this is a `__del__` of a class's body; built-in types that have one tell the collector of their instances themselves. */
const isPythonFinalizer = (method: Slot): boolean => method !== undefined && !(method instanceof PyWrapperDescriptor);

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

function setNames(type: PyType): void {
  const names: string[] = [];
  const values: Value[] = [];
  type.attributes.forEach((value, name) => {
    names.push(name);
    values.push(value);
  });
  for (let i = 0; i < names.length; i++) {
    const name = names[i];
    const value = values[i];
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
  if (!type.mro.includes(type)) throw notAnInstance(type, type);
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
