import { LocalKind } from '../../compiler/bytecode/code-object.ts';
import { siteBuiltin } from '../builtins/site-builtins.ts';
import { PyCell } from '../objects/cell.ts';
import { PyDict } from '../objects/dict.ts';
import {
  isException,
  keyErrorType,
  nameError,
  nameErrorType,
  newException,
  type PyBaseException,
  systemErrorType,
  unboundLocalErrorType,
} from '../objects/exception.ts';
import { dictType, type Slot, type Value } from '../objects/object.ts';
import { setSubscript, subscript } from '../operations/subscript.ts';
import type { Frame } from './frame.ts';
import { lookupBuiltin } from './frame-builtins.ts';
import { vm } from './state.ts';

export function unboundLocal(frame: Frame, index: number): PyBaseException {
  const name = frame.code.code.co_localsplusnames[index];
  return nameError(
    unboundLocalErrorType,
    `cannot access local variable '${name}' where it is not associated with a value`,
    name,
  );
}

export function unboundCell(frame: Frame, index: number): PyBaseException {
  const { co_localsplusnames, co_localspluskinds } = frame.code.code;
  const name = co_localsplusnames[index];
  if (co_localspluskinds[index] & LocalKind.FREE) {
    return nameError(
      nameErrorType,
      `cannot access free variable '${name}' where it is not associated with a value in enclosing scope`,
      name,
    );
  }
  return unboundLocal(frame, index);
}

function undefinedName(name: string): PyBaseException {
  return nameError(nameErrorType, `name '${name}' is not defined`, name);
}

/** Value of a name in a mapping: a dict quickly, anything else by __getitem__. */
export function fromMapping(mapping: Value, name: string): Slot {
  if (mapping instanceof PyDict && mapping.type === dictType) return mapping.getString(name);
  try {
    return subscript(mapping, name);
  } catch (error) {
    if (isException(error, keyErrorType)) return undefined;
    throw error;
  }
}

export function localsMapping(frame: Frame): Value {
  if (frame.locals === undefined) throw newException(systemErrorType, 'no locals');
  return frame.locals;
}

export function loadName(frame: Frame, name: string): Value {
  if (frame.locals !== undefined && frame.locals !== frame.globals) {
    const value = fromMapping(frame.locals, name);
    if (value !== undefined) return value;
  }
  return loadGlobalName(frame, name);
}

export function loadGlobalName(frame: Frame, name: string): Value {
  const value = globalOrBuiltin(frame, name);
  if (value === undefined) throw undefinedName(name);
  return value;
}

function globalOrBuiltin(frame: Frame, name: string): Slot {
  const { globals, builtins } = frame;
  // A subclass of dict may have a __missing__ that gives names: annotationlib runs functions in such globals.
  const value = globals.type === dictType ? globals.getString(name) : fromMapping(globals, name);
  if (value !== undefined) return value;
  const builtin = builtins.type === dictType ? builtins.getString(name) : lookupBuiltin(builtins, name);
  return builtin === undefined && builtins === vm.builtins ? siteBuiltin(name) : builtin;
}

export function loadFromDictOrGlobals(frame: Frame, mapping: Value, name: string): Value {
  const value = fromMapping(mapping, name);
  return value === undefined ? loadGlobalName(frame, name) : value;
}

export function loadFromDictOrDeref(frame: Frame, mapping: Value, index: number): Value {
  const value = fromMapping(mapping, frame.code.code.co_localsplusnames[index]);
  if (value !== undefined) return value;
  const { contents } = frame.stack[index] as PyCell;
  if (contents === undefined) throw unboundCell(frame, index);
  return contents;
}

export function storeName(frame: Frame, name: string, value: Value): void {
  const { locals } = frame;
  if (locals instanceof PyDict && locals.type === dictType) locals.setString(name, value);
  else setSubscript(localsMapping(frame), name, value);
}

export function deleteName(frame: Frame, name: string): void {
  const locals = localsMapping(frame);
  if (locals instanceof PyDict && locals.type === dictType) {
    if (locals.delete(name) === undefined) throw undefinedName(name);
    return;
  }
  try {
    setSubscript(locals, name, undefined);
  } catch (error) {
    throw isException(error, keyErrorType) ? undefinedName(name) : error;
  }
}

export function deleteGlobal(frame: Frame, name: string): void {
  if (frame.globals.delete(name) === undefined) throw undefinedName(name);
}

export function buildClassFunction(frame: Frame): Value {
  const found = lookupBuiltin(frame.builtins, '__build_class__');
  if (found === undefined) throw nameError(nameErrorType, '__build_class__ not found', '__build_class__');
  return found;
}

/** SETUP_ANNOTATIONS: `__annotations__` in the class's or module's namespace. */
export function setupAnnotations(frame: Frame): void {
  if (fromMapping(localsMapping(frame), '__annotations__') === undefined) {
    storeName(frame, '__annotations__', new PyDict());
  }
}

/** locals() of a frame: the mapping itself, or a new dict of a function's variables. */
export function frameLocals(frame: Frame): Value {
  if (frame.locals !== undefined) return frame.locals;
  const dict = new PyDict();
  const { co_localsplusnames, co_localspluskinds } = frame.code.code;
  co_localsplusnames.forEach((name, index) => {
    if (co_localspluskinds[index] & LocalKind.HIDDEN) return;
    const slot = frame.stack[index];
    const value =
      slot instanceof PyCell && co_localspluskinds[index] & (LocalKind.CELL | LocalKind.FREE) ? slot.contents : slot;
    if (value !== undefined) dict.setString(name, value);
  });
  return dict;
}
