import { PyBuiltin } from '../../objects/descriptor.ts';
import { type PyObject, PyType, strType, type Value } from '../../objects/object.ts';
import { PyStr } from '../../objects/str.ts';

// The memo goes by identity, and so do the bytes of a pickle. A str of ours is identical to every equal one, as interned
// strings are in CPython. The names of what CPython writes in C aren't interned: here they are boxes, which stay in the pickler.

/** Modules whose functions have a module name that is no interned string: it was made before there were specs. */
const moduleNames: ReadonlyMap<string, PyStr> = new Map(
  ['builtins', 'sys', '_imp', '_signal', '_tracemalloc'].map((name) => [name, new PyStr(name, strType)]),
);

/** Modules whose types are static in C, which have interned module names; of others only those types. */
const staticModules = new Set([
  'builtins',
  'sys',
  'datetime',
  'types',
  'weakref',
  '_contextvars',
  'string.templatelib',
]);
const staticTypes = new Set(['collections.OrderedDict', 'typing.Union', 'typing.TypeAliasType', 'pickle.PickleBuffer']);

/** The names under which protocol 4 writes an object, as the strings that CPython would find. */
export function namesOf(value: PyObject, module: Value, name: Value): readonly [module: Value, name: Value] {
  if (typeof module !== 'string' || typeof name !== 'string') return [module, name];
  if (value instanceof PyBuiltin) return [moduleNames.get(module) ?? module, new PyStr(name, strType)];
  if (!(value instanceof PyType) || value.heap) return [module, name];
  const isStatic = staticModules.has(module) || staticTypes.has(`${module}.${name}`);
  return [isStatic ? module : new PyStr(module, strType), new PyStr(name, strType)];
}

/** A value as programs may see it: without such a box. */
export const unboxed = (value: Value): Value =>
  value instanceof PyStr && value.type === strType ? value.value : value;
