import { intern } from '../interpreter/intern.ts';
import { instanceDict } from '../operations/attribute.ts';
import { toArray } from '../operations/iterate.ts';
import { PyGetSet, PySlotMember } from './descriptor.ts';
import { PyDict } from './dict.ts';
import { typeError, valueError } from './exception.ts';
import { objectType, type PyObject, PyType, type Slot, typeOf, typeType, type Value } from './object.ts';
import { stringOf } from './str.ts';
import { weakReferences } from './weakref.ts';

export function checkedBase(base: Value): PyType {
  if (!(base instanceof PyType)) throw typeError('bases must be types');
  if (!base.subclassable) throw typeError(`type '${base.tp_name}' is not an acceptable base type`);
  return base;
}

/** The base whose instance layout the class gets (best_base). */
export function bestBase(bases: readonly PyType[]): PyType {
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
export function solidBase(type: PyType): PyType {
  let solid: PyType = type;
  while (solid.base !== undefined && solid.layout === solid.base.layout && solid.slotCount === solid.base.slotCount) {
    solid = solid.base;
  }
  return solid;
}

const dictGetSet = (owner: PyType): PyGetSet => new PyGetSet('__dict__', owner, namespaceOf, setNamespace, null);

/** The descriptor of a built-in base that has a `__dict__` itself, as types, modules and exceptions do (get_builtin_base_with_dict). */
function builtinDescriptor({ type }: PyObject): Slot {
  const found = type.layout.lookup('__dict__');
  return found !== undefined && typeOf(found).tp_descr_set !== undefined ? found : undefined;
}

/** What a class's descriptor of `__dict__` shows (subtype_dict). */
function namespaceOf(self: PyObject): Value {
  const found = builtinDescriptor(self);
  return found === undefined ? instanceDict(self) : typeOf(found).tp_descr_get!(found, self, self.type);
}

/** Sets or deletes it, where a built-in base lets one (subtype_setdict). */
function setNamespace(self: PyObject, value: Slot): void {
  const found = builtinDescriptor(self);
  if (found !== undefined) {
    typeOf(found).tp_descr_set!(found, self, value);
    return;
  }
  if (value !== undefined && !(value instanceof PyDict)) {
    throw typeError(`__dict__ must be set to a dictionary, not a '${typeOf(value).tp_name}'`);
  }
  instanceDict(self);
  self.dict = value ?? new PyDict();
}

const firstReference = (self: PyObject): Value => weakReferences(self)[0] ?? null;
const weakrefGetSet = (owner: PyType): PyGetSet => new PyGetSet('__weakref__', owner, firstReference, undefined, null);

export function addSlots(type: PyType, bases: readonly PyType[]): void {
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
