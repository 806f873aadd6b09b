import { HostError } from '../host.ts';
import { runCode } from '../interpreter/call.ts';
import { vm } from '../interpreter/state.ts';
import { builtinModule, isBuiltinModule } from '../modules/registry.ts';
import type { PyDict } from '../objects/dict.ts';
import type { PyBaseException } from '../objects/exception.ts';
import { importErrorType, isException, keyError, newException, typeError, valueError } from '../objects/exception.ts';
import { newModule, PyModule } from '../objects/module.ts';
import type { Slot, Value } from '../objects/object.ts';
import { addRoot } from '../objects/roots.ts';
import { stringOf } from '../objects/str.ts';
import { PyTuple } from '../objects/tuple.ts';
import { callMethod, getAttribute, lookupAttribute } from '../operations/attribute.ts';
import { isTrue } from '../operations/truth.ts';
import { libraryPathHook } from './library-finder.ts';
import { importFromLibrary, startShortCut } from './library-import.ts';
import { unpackCode } from './packed-code.ts';
import { explainMissing } from './unavailable.ts';
import { zipPathHook } from './zip-hook.ts';

// Importing is CPython's own: importlib._bootstrap and _bootstrap_external, run as bytecode. Here are what CPython writes in C
// of it (Python/import.c) and the start of the two.

const BOOTSTRAP = '_frozen_importlib';
const BOOTSTRAP_EXTERNAL = '_frozen_importlib_external';

let bootstrap: Value | undefined;
addRoot(() => bootstrap);

/** Forgets the import machinery of an interpreter that has ended. */
export function resetImporting(): void {
  bootstrap = undefined;
  startShortCut(undefined);
}

/** importlib._bootstrap, started when it is first needed (init_importlib, init_importlib_external). */
export function importlib(): Value {
  if (bootstrap !== undefined) return bootstrap;
  const sys = vm.modules.getString('sys') as Value;
  const imp = builtinModule('_imp') as PyModule;
  vm.modules.setString('_imp', imp);
  const core = runLibraryModule('importlib._bootstrap', BOOTSTRAP);
  bootstrap = core;
  callMethod(core, '_install', sys, imp);
  const external = runLibraryModule('importlib._bootstrap_external', BOOTSTRAP_EXTERNAL);
  callMethod(core, '_install_external_importers');
  const hooks = getAttribute(sys, 'path_hooks');
  callMethod(hooks, 'insert', 0, zipPathHook());
  callMethod(hooks, 'insert', 0, libraryPathHook(core));
  startShortCut({ core, external });
  return bootstrap;
}

/** A module of the packed library run under another name, before there is an import system. */
function runLibraryModule(name: string, as: string): Value {
  const packed = vm.host.libraryModule(name);
  if (packed === undefined) throw new HostError(2, `the packed library has no ${name}`);
  const module = newModule(as);
  vm.modules.setString(as, module);
  module.dict.setString('__builtins__', vm.builtins);
  runCode(unpackCode(packed.code()), module.dict, module.dict);
  return module;
}

/**
 * import name, from name import fromList (PyImport_ImportModuleLevelObject): gives the top package, or with a fromList the
 * module itself with the names of the list that are submodules imported.
 */
export function importModule(name: string, globals: PyDict | null = null, fromList: Value = null, level = 0): Value {
  if (level < 0) throw valueError('level must be >= 0');
  let absolute = name;
  if (level > 0) absolute = resolveName(name, globals, level);
  else if (name === '') throw valueError('Empty module name');
  const module = loadedModule(absolute) ?? findAndLoad(absolute);
  const wantsNames = fromList !== null && isTrue(fromList);
  if (wantsNames) {
    if (lookupAttribute(module, '__path__') === undefined || hasAll(module, fromList)) return module;
    return withoutImportFrames(() => callMethod(importlib(), '_handle_fromlist', module, fromList, importFunction()));
  }
  const dot = name.indexOf('.');
  if (level > 0 && name === '') return module;
  if (dot < 0) return module;
  if (level === 0) {
    const top = name.slice(0, dot);
    return vm.modules.getString(top) ?? findAndLoad(top);
  }
  const cut = absolute.slice(0, absolute.length - (name.length - dot));
  const parent = vm.modules.getString(cut);
  if (parent === undefined) throw keyError(`'${cut}' not in sys.modules as expected`);
  return parent;
}

/** Whether a module's namespace has all names that are imported from it, so that none is looked for as a submodule. */
function hasAll(module: Value, names: Value): boolean {
  if (!(module instanceof PyModule) || !(names instanceof PyTuple)) return false;
  return names.items.every((name) => typeof name === 'string' && module.dict.getString(name) !== undefined);
}

/** The module itself by its dotted name, as importlib.import_module() gives it. */
export function importByName(name: string): Value {
  return loadedModule(name) ?? findAndLoad(name);
}

/** A module of sys.modules that has been imported whole; waits for one that another thread imports. */
function loadedModule(name: string): Slot {
  const module = vm.modules.getString(name);
  if (module === undefined || module === null) return undefined;
  const spec = module instanceof PyModule ? module.dict.getString('__spec__') : lookupAttribute(module, '__spec__');
  if (spec !== undefined && spec !== null && lookupAttribute(spec, '_initializing') === true) {
    callMethod(importlib(), '_lock_unlock_module', name);
  }
  return module;
}

function findAndLoad(name: string): Value {
  if (isBuiltinModule(name) && bootstrap === undefined && vm.modules.getString(name) === undefined) {
    const module = builtinModule(name) as PyModule;
    vm.modules.setString(name, module);
    return module;
  }
  const core = importlib();
  return withoutImportFrames(
    () => importFromLibrary(name, importFunction()) ?? callMethod(core, '_find_and_load', name, importFunction()),
  );
}

function withoutImportFrames(load: () => Value): Value {
  try {
    return load();
  } catch (error) {
    removeImportFrames(error);
    explainMissing(error);
    throw error;
  }
}

const importFunction = (): Value => vm.builtins.getString('__import__') as Value;

const importlibFiles = new Set(['<frozen importlib._bootstrap>', '<frozen importlib._bootstrap_external>']);

/**
 * Takes importlib's own frames out of a traceback (remove_importlib_frames): all of them for an ImportError, else those
 * that end where a module's code is run: `_call_with_frames_removed`, or `_load_unlocked` for a module of the library.
 */
function removeImportFrames(error: unknown): void {
  const { traceback } = error as PyBaseException;
  if (traceback === undefined || traceback === null) return;
  const always = isException(error, importErrorType);
  const exception = error as PyBaseException;
  let chunk: PyBaseException['traceback'] = null;
  let before: PyBaseException['traceback'] = null;
  let kept: PyBaseException['traceback'] = null;
  for (let entry: PyBaseException['traceback'] = traceback; entry !== null; entry = entry.next) {
    const { co_filename, co_name } = entry.frame.code.code;
    if (!importlibFiles.has(co_filename)) {
      kept = entry;
      chunk = null;
      continue;
    }
    if (chunk === null) {
      chunk = entry;
      before = kept;
    }
    if (always || co_name === '_call_with_frames_removed' || co_name === '_load_unlocked') {
      if (before === null) exception.traceback = entry.next;
      else before.next = entry.next;
      kept = before;
      chunk = null;
    } else kept = entry;
  }
}

/** The absolute name of a relative import (resolve_name). */
function resolveName(name: string, globals: PyDict | null, level: number): string {
  if (globals === null) throw keyError("'__name__' not in globals");
  const base = packageOf(globals);
  if (base === '') throw newException(importErrorType, 'attempted relative import with no known parent package');
  const parts = base.split('.');
  if (level > parts.length) throw newException(importErrorType, 'attempted relative import beyond top-level package');
  const prefix = parts.slice(0, parts.length - level + 1).join('.');
  return name === '' ? prefix : `${prefix}.${name}`;
}

function packageOf(globals: PyDict): string {
  const given = globals.getString('__package__');
  const spec = globals.getString('__spec__');
  if (given !== undefined && given !== null) {
    const text = stringOf(given);
    if (text === undefined) throw typeError('package must be a string');
    return text;
  }
  if (spec !== undefined && spec !== null) {
    const parent = stringOf(getAttribute(spec, 'parent'));
    if (parent === undefined) throw typeError('__spec__.parent must be a string');
    return parent;
  }
  vm.warn?.(
    'ImportWarning',
    "can't resolve package from __spec__ or __package__, falling back on __name__ and __path__",
  );
  const name = globals.getString('__name__');
  if (name === undefined) throw keyError("'__name__' not in globals");
  const text = stringOf(name);
  if (text === undefined) throw typeError('__name__ must be a string');
  if (globals.getString('__path__') !== undefined) return text;
  const dot = text.lastIndexOf('.');
  return dot < 0 ? '' : text.slice(0, dot);
}

// Types find modules that they need through the state, to stay independent of load order.
vm.importModule = importByName;
