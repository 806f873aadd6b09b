import { pendingTypes } from './pending-types.ts';

// First of all, as the modules below lead back here and define their types on the way.

import { genericGetAttribute } from '../operations/attribute.ts';
import {
  classMethodDescriptorType,
  memberType,
  PyBuiltin,
  PyGetSet,
  PyMethodDescriptor,
  PyMethodKind,
  staticMethodType,
} from './descriptor.ts';
import { earlyDoc } from './early-docs.ts';
import { newModule, type PyModule } from './module.ts';
import {
  type KwNames,
  objectType,
  type PyObject,
  type PyType,
  type Slot,
  type SlotName,
  TypeSlots,
  type Value,
} from './object.ts';
import { BuiltinDef, type Implementation } from './signature.ts';
import { addSlotWrappers } from './type-slots.ts';

/** A method or function: its text signature, its implementation, and maybe its docstring. */
export type Declaration = readonly [signature: string, implementation: Implementation, doc?: string];

/** An attribute with a getter, maybe a setter (undefined deletes) and a docstring. */
export type Accessor = readonly [
  get: (self: never) => Slot,
  set?: ((self: never, value: Slot) => void) | undefined,
  doc?: string,
];

type SlotFunctions = { [Name in SlotName]?: unknown };

/** What defineType is told of a type: slots under CPython's names, and members. */
export interface TypeDefinition extends SlotFunctions {
  doc?: string;
  /** Text signature of the constructor, as `__text_signature__` shows it. */
  signature?: string;
  /** `__module__`; default 'builtins'. */
  module?: string;
  /** Instance methods; the implementation gets the object first. */
  methods?: Record<string, Declaration>;
  /** Methods of a type with `unboxSelf` whose implementation gets an instance of a subclass, or True, as it is. */
  boxedMethods?: Record<string, Declaration>;
  /** The implementation gets the class first. */
  classMethods?: Record<string, Declaration>;
  /** The implementation gets the arguments alone. */
  staticMethods?: Record<string, Declaration>;
  getset?: Record<string, Accessor>;
  /** As getset, shown as member_descriptor: plain fields of the C structure. */
  members?: Record<string, Accessor>;
  /** Any other class attributes. */
  attributes?: Record<string, Value>;
  /** Makes an empty instance of a (sub)type; inherited when left out. */
  allocate?: (type: PyType) => PyObject;
  subclassable?: boolean;
  /** False where calling the type is an error (Py_TPFLAGS_DISALLOW_INSTANTIATION). */
  instantiable?: boolean;
  hasDict?: boolean;
  hasWeakrefs?: boolean;
  identityEquality?: boolean;
  isolatedEquality?: boolean;
  unboxSelf?: boolean;
  matchesSequence?: boolean;
  matchesMapping?: boolean;
}

/**
 * Fills a type made by newType. At module load the work is put off until startTypes, since modules load in any order;
 * after that it is done at once.
 */
export function defineType(type: PyType, definition: TypeDefinition): PyType {
  if (pendingTypes.started) fill(type, definition);
  else pendingTypes.list.push([type, definition]);
  return type;
}

/** Completes every type defined so far, bases first. */
export function startTypes(): void {
  if (pendingTypes.started) return;
  pendingTypes.started = true;
  const waiting = new Map(pendingTypes.list);
  const complete = (type: PyType): void => {
    const definition = waiting.get(type);
    if (definition === undefined) return;
    for (const base of type.bases) complete(base);
    waiting.delete(type);
    fill(type, definition);
  };
  for (const [type] of pendingTypes.list) complete(type);
  pendingTypes.list.length = 0;
}

/** Every slot, in the order in which their wrappers are added. */
const allSlots = Object.keys(new TypeSlots(undefined as unknown as PyType)).filter(
  (name) => name !== 'type',
) as SlotName[];
const slotOrder = new Map<string, number>(allSlots.map((name, index) => [name, index]));

function fill(type: PyType, definition: TypeDefinition): void {
  const slots = type as unknown as Record<string, unknown>;
  const own = (Object.keys(definition) as SlotName[])
    .filter((name) => slotOrder.has(name) && definition[name] !== undefined)
    .sort((a, b) => slotOrder.get(a)! - slotOrder.get(b)!);
  if (type.base !== undefined) type.copySlots(type.base);
  for (const name of own) slots[name] = definition[name];
  if (definition.instantiable === false) slots['tp_new'] = undefined;
  // Hash and comparison are inherited together or not at all.
  if (definition.tp_richcompare !== undefined && definition.tp_hash === undefined) slots['tp_hash'] = undefined;
  // As CPython's static types do, those right below object don't inherit how it makes instances (inherit_special).
  const made = definition.tp_new !== undefined || definition.allocate !== undefined || definition.instantiable === true;
  if (type.base === objectType && !made) {
    slots['tp_new'] = undefined;
  }
  if (definition.allocate !== undefined) {
    type.allocate = definition.allocate;
    type.layout = type;
  } else if (type.base !== undefined) {
    type.allocate = type.base.allocate;
    type.layout = type.base.layout;
  }
  type.textSignature = definition.signature ?? null;
  type.module = definition.module ?? type.module;
  type.doc = earlyDoc(type.module, type.qualname) ?? definition.doc ?? null;
  type.subclassable = definition.subclassable ?? true;
  type.hasDict = definition.hasDict ?? type.base?.hasDict ?? false;
  type.hasWeakrefs = definition.hasWeakrefs ?? type.base?.hasWeakrefs ?? false;
  type.identityEquality = definition.identityEquality ?? false;
  type.isolatedEquality = definition.isolatedEquality ?? false;
  type.unboxSelf = definition.unboxSelf ?? false;
  type.matchesSequence = definition.matchesSequence ?? type.base?.matchesSequence ?? false;
  type.matchesMapping = definition.matchesMapping ?? type.base?.matchesMapping ?? false;
  type.genericGetattr = type.tp_getattro === genericGetAttribute;
  addMembers(type, definition);
  addSlotWrappers(type, own);
  if (definition.tp_hash === undefined && definition.tp_richcompare !== undefined)
    type.attributes.set('__hash__', null);
  if (definition.tp_new !== undefined) type.attributes.set('__new__', newBuiltin(type));
  if (!type.attributes.has('__doc__')) type.attributes.set('__doc__', type.doc);
  type.modified();
}

function addMembers(type: PyType, definition: TypeDefinition): void {
  const { attributes, qualname } = type;
  for (const [name, [signature, implementation, doc]] of Object.entries(definition.methods ?? {})) {
    const def = new BuiltinDef(name, `${qualname}.${name}`, signature, implementation, true, doc ?? null);
    attributes.set(name, new PyMethodDescriptor(def, type));
  }
  for (const [name, [signature, implementation, doc]] of Object.entries(definition.boxedMethods ?? {})) {
    const def = new BuiltinDef(name, `${qualname}.${name}`, signature, implementation, true, doc ?? null);
    def.keepsBox = true;
    attributes.set(name, new PyMethodDescriptor(def, type));
  }
  for (const [name, [signature, implementation, doc]] of Object.entries(definition.classMethods ?? {})) {
    const def = new BuiltinDef(name, `${qualname}.${name}`, signature, implementation, true, doc ?? null);
    attributes.set(name, new PyMethodDescriptor(def, type, classMethodDescriptorType));
  }
  for (const [name, [signature, implementation, doc]] of Object.entries(definition.staticMethods ?? {})) {
    const def = new BuiltinDef(name, `${qualname}.${name}`, signature, implementation, false, doc ?? null);
    const wrapper = new PyMethodKind(staticMethodType);
    wrapper.callable = new PyBuiltin(def, type, null);
    attributes.set(name, wrapper);
  }
  for (const [name, [get, set, doc]] of Object.entries(definition.getset ?? {})) {
    attributes.set(name, new PyGetSet(name, type, get, set, doc ?? null));
  }
  for (const [name, [get, set, doc]] of Object.entries(definition.members ?? {})) {
    attributes.set(name, new PyGetSet(name, type, get, set, doc ?? null, memberType));
  }
  for (const [name, value] of Object.entries(definition.attributes ?? {})) attributes.set(name, value);
}

/** `T.__new__` of a built-in type: checks that it isn't asked for a type it can't make (tp_new_wrapper). */
function newBuiltin(owner: PyType): PyBuiltin {
  const implementation = (args: Value[], kwargs: import('./dict.ts').PyDict): Value => {
    const names = kwargs.keyList() as string[];
    return newChecked(owner, [...args, ...kwargs.valueList()], names.length === 0 ? undefined : names);
  };
  const def = new BuiltinDef(
    '__new__',
    `${owner.tp_name}.__new__`,
    '($type, *args, **kwargs)',
    implementation,
    false,
    newDoc,
  );
  return new PyBuiltin(def, owner, null);
}

const newDoc = 'Create and return a new object.  See help(type) for accurate signature.';

let newChecked: (owner: PyType, args: Value[], kwNames: KwNames) => Value;

/** type.ts gives the check that `__new__` does; set so to keep modules independent of load order. */
export function setNewCheck(check: typeof newChecked): void {
  newChecked = check;
}

/** A function for a module's namespace or any other place. */
export function builtinFunction(name: string, declaration: Declaration, module: Value = null): PyBuiltin {
  const [signature, implementation, doc] = declaration;
  const qualified = module === null || module === 'builtins' ? name : `${module}.${name}`;
  return new PyBuiltin(
    new BuiltinDef(name, qualified, signature, implementation, false, doc ?? null),
    undefined,
    module,
  );
}

/** What a module written in TypeScript consists of. */
export interface ModuleDefinition {
  name: string;
  doc?: string;
  functions?: Record<string, Declaration>;
  /** Types, constants and whatever else. */
  attributes?: Record<string, Value>;
}

/** Makes a module; called once an interpreter, when it is first imported. */
export function defineModule(definition: ModuleDefinition): PyModule {
  const module = newModule(definition.name, definition.doc ?? null);
  for (const [name, declaration] of Object.entries(definition.functions ?? {})) {
    module.dict.setString(name, builtinFunction(name, declaration, definition.name));
  }
  for (const [name, value] of Object.entries(definition.attributes ?? {})) module.dict.setString(name, value);
  return module;
}
