import { HostError } from '../host.ts';
import { vm } from '../interpreter/state.ts';
import { EXTENSION_SUFFIXES } from '../modules/imp.ts';
import { builtinModule, isBuiltinModule } from '../modules/registry.ts';
import { PyDict } from '../objects/dict.ts';
import { attributeErrorType, isException, keyError } from '../objects/exception.ts';
import { PyFloat } from '../objects/float.ts';
import { PyList } from '../objects/list.ts';
import { newModule, PyModule } from '../objects/module.ts';
import type { PyType, Slot, Value } from '../objects/object.ts';
import { addRoot } from '../objects/roots.ts';
import { PySet } from '../objects/set.ts';
import { getAttribute, lookupAttribute, setAttribute } from '../operations/attribute.ts';
import { call, callWith } from '../operations/call.ts';
import { repr } from '../operations/text.ts';
import { findSpec, LibraryFinder, type LibraryLoader, runLibraryModule } from './library-finder.ts';

// A short cut of importlib for built-in modules and those of the packed library: what _find_and_load() of importlib._bootstrap
// does with them, for as long as the program has left the machinery as it was and has one thread, so that no lock is needed.
// Whatever else there is (a file of that name in a folder before the library, a hook, a replaced finder) is importlib's.

/** The classes of importlib that take part, and what they were when it started. */
interface Machinery {
  readonly classes: readonly PyType[];
  readonly versions: readonly number[];
  readonly metaPath: readonly PyType[];
  readonly fileFinder: PyType;
  readonly spec: PyType;
  readonly builtinImporter: PyType;
}

let machinery: Machinery | undefined;
addRoot(() => machinery?.classes);

/** Takes down importlib as it has started; undefined forgets it. */
export function startShortCut(modules: { core: Value; external: Value } | undefined): void {
  machinery = undefined;
  if (modules === undefined) return;
  const { core, external } = modules;
  const builtinImporter = getAttribute(core, 'BuiltinImporter') as PyType;
  const frozenImporter = getAttribute(core, 'FrozenImporter') as PyType;
  const pathFinder = getAttribute(external, 'PathFinder') as PyType;
  const fileFinder = getAttribute(external, 'FileFinder') as PyType;
  const spec = getAttribute(core, 'ModuleSpec') as PyType;
  const classes = [builtinImporter, frozenImporter, pathFinder, fileFinder, spec];
  machinery = {
    classes,
    versions: classes.map(({ version }) => version),
    metaPath: [builtinImporter, frozenImporter, pathFinder],
    fileFinder,
    spec,
    builtinImporter,
  };
}

/** Imports a module that isn't in sys.modules, as _find_and_load() would; undefined when that is for importlib to do. */
export function importFromLibrary(name: string, importFunction: Value): Slot {
  const isBuiltin = isBuiltinModule(name);
  if (!isBuiltin && vm.host.libraryModule(name) === undefined) return undefined;
  const sys = (vm.modules.getString('sys') as PyModule).dict;
  if (machinery === undefined || !isUntouched(machinery, sys) || vm.modules.getString(name) !== undefined)
    return undefined;
  const dot = name.lastIndexOf('.');
  if (dot < 0) {
    const spec = isBuiltin ? builtinSpec(machinery, name) : specOnPath(machinery, sys, name, sys.getString('path'));
    return spec === undefined ? undefined : load(name, spec, isBuiltin);
  }
  const parentName = name.slice(0, dot);
  if (vm.modules.getString(parentName) === undefined) call(importFunction, parentName);
  const loaded = vm.modules.getString(name);
  if (loaded !== undefined && loaded !== null) return loaded;
  const parent = vm.modules.getString(parentName);
  if (!(parent instanceof PyModule) || !isUntouched(machinery, sys)) return undefined;
  const spec = specOnPath(machinery, sys, name, parent.dict.getString('__path__'));
  const parentSpec = parent.dict.getString('__spec__');
  const loading = parentSpec === undefined ? undefined : lookupAttribute(parentSpec, '_uninitialized_submodules');
  if (spec === undefined || !(loading instanceof PyList)) return undefined;
  const child = name.slice(dot + 1);
  loading.items.push(child);
  let module: Value;
  try {
    module = load(name, spec, false);
  } finally {
    loading.items.pop();
  }
  bindToParent(parentName, child, module);
  return module;
}

/** Whether the program has left sys.meta_path and importlib's classes alone, and nobody watches or waits. */
function isUntouched({ classes, versions, metaPath }: Machinery, sys: PyDict): boolean {
  if (vm.threads.length > 1 || vm.monitoring !== undefined || sys.getString('modules') !== vm.modules) return false;
  const finders = sys.getString('meta_path');
  return (
    finders instanceof PyList &&
    finders.items.length === metaPath.length &&
    metaPath.every((finder, i) => finders.items[i] === finder) &&
    classes.every(({ version }, i) => version === versions[i])
  );
}

/** BuiltinImporter.find_spec(). */
function builtinSpec({ spec, builtinImporter }: Machinery, name: string): Value {
  return callWith(spec, [name, builtinImporter, 'built-in', false], ['origin', 'is_package']);
}

/** PathFinder.find_spec() of a module that the library has; undefined when a finder before it may have one too. */
function specOnPath({ fileFinder }: Machinery, sys: PyDict, name: string, path: Slot): Slot {
  const cache = sys.getString('path_importer_cache');
  if (!(path instanceof PyList) || !(cache instanceof PyDict)) return undefined;
  for (const entry of path.items) {
    if (typeof entry !== 'string') return undefined;
    const finder = cache.getString(entry === '' ? vm.host.files.currentDirectory() : entry);
    if (finder instanceof LibraryFinder) {
      const spec = findSpec(finder, name);
      if (spec !== null) return spec;
    } else if (finder === undefined || finder === null) return undefined;
    else if (typeof finder !== 'object' || finder.type !== fileFinder || mayFind(finder, name)) return undefined;
  }
  return undefined;
}

const suffixes = ['', '.py', '.pyc', ...EXTENSION_SUFFIXES];

/** Whether a folder has what a FileFinder would look at, or has changed since the finder read it. */
function mayFind(finder: Value, name: string): boolean {
  const folder = lookupAttribute(finder, 'path');
  const readAt = lookupAttribute(finder, '_path_mtime');
  if (typeof folder !== 'string' || !(readAt instanceof PyFloat)) return true;
  try {
    const { mtime } = vm.host.files.stat(folder === '' ? vm.host.files.currentDirectory() : folder, true);
    if (Number(mtime) / 1e9 !== readAt.value) return true;
  } catch (error) {
    if (error instanceof HostError) return true;
    throw error;
  }
  const exact = lookupAttribute(finder, '_path_cache');
  const relaxed = lookupAttribute(finder, '_relaxed_path_cache');
  if (!(exact instanceof PySet) || !(relaxed instanceof PySet)) return true;
  const tail = name.slice(name.lastIndexOf('.') + 1);
  return suffixes.some((suffix) => exact.has(tail + suffix) || relaxed.has((tail + suffix).toLowerCase()));
}

/** module_from_spec() and _load_unlocked(). */
function load(name: string, spec: Value, isBuiltin: boolean): Value {
  const module = isBuiltin ? (builtinModule(name) as PyModule) : newModule(name);
  const { dict } = module;
  const loader = getAttribute(spec, 'loader');
  const search = getAttribute(spec, 'submodule_search_locations');
  setIfNone(dict, '__loader__', loader);
  setIfNone(dict, '__package__', search === null ? name.slice(0, Math.max(0, name.lastIndexOf('.'))) : name);
  dict.setString('__spec__', spec);
  if (!isBuiltin) {
    if (search !== null) dict.setString('__path__', search);
    const origin = getAttribute(spec, 'origin') as string;
    const cached = cachedName(origin);
    setAttribute(spec, '_cached', cached);
    dict.setString('__file__', origin);
    dict.setString('__cached__', cached);
  }
  setAttribute(spec, '_initializing', true);
  try {
    vm.modules.setString(name, module);
    if (!isBuiltin) execute(name, loader as LibraryLoader, dict);
    const loaded = vm.modules.delete(name);
    if (loaded === undefined) throw keyError(name);
    vm.modules.setString(name, loaded);
    return loaded;
  } finally {
    setAttribute(spec, '_initializing', false);
  }
}

function execute(name: string, loader: LibraryLoader, dict: PyDict): void {
  try {
    runLibraryModule(loader, dict);
  } catch (error) {
    vm.modules.delete(name);
    throw error;
  }
}

function setIfNone(dict: PyDict, name: string, value: Value): void {
  if ((dict.getString(name) ?? null) === null) dict.setString(name, value);
}

/** importlib._bootstrap_external._get_cached(): where CPython would keep the module's bytecode. */
function cachedName(origin: string): string {
  const slash = origin.lastIndexOf('/');
  return `${origin.slice(0, slash)}/__pycache__/${origin.slice(slash + 1, -'.py'.length)}.cpython-314.pyc`;
}

function bindToParent(parentName: string, child: string, module: Value): void {
  const parent = vm.modules.getString(parentName);
  if (parent === undefined) throw keyError(parentName);
  try {
    setAttribute(parent, child, module);
  } catch (error) {
    if (!isException(error, attributeErrorType)) throw error;
    vm.warn?.('ImportWarning', `Cannot set an attribute on ${repr(parentName)} for child module ${repr(child)}`);
  }
}
