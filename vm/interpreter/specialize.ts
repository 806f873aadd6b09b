import {
  PyBuiltin,
  PyMethodDescriptor,
  PyProperty,
  PySlotMember,
  PyWrapperDescriptor,
  propertyType,
} from '../objects/descriptor.ts';
import { PyFunction } from '../objects/function.ts';
import { ArrayIterator, RangeIterator } from '../objects/iterator.ts';
import { PyModule } from '../objects/module.ts';
import {
  dictType,
  MAX_SHAPE_SIZE,
  moduleType,
  PyInstance,
  type PyObject,
  type Slot,
  typeOf,
  type Value,
} from '../objects/object.ts';
import { genericGetAttribute, genericSetAttribute, getAttribute, setAttribute } from '../operations/attribute.ts';
import { programOf } from './decode.ts';
import type { Frame } from './frame.ts';
import { precedes } from './fuse.ts';
import { loadGlobalName } from './names.ts';
import { Opcode } from './opcode.ts';
import { Cache, type Program } from './program.ts';

/** After this many misses an instruction stays unspecialised. */
const MAX_MISSES = 20;

/** The instruction's cache, made at its first use; undefined when it has missed too often. */
function cacheOf(program: Program, index: number): Cache | undefined {
  const caches = program.ownCaches();
  let cache = caches[index];
  if (cache === undefined) {
    cache = new Cache();
    caches[index] = cache;
  } else if (++cache.misses > MAX_MISSES) {
    setOpcode(program, index, program.pristine[index]);
    return undefined;
  }
  // Nothing has this version: until it gets another, the cache is of no use.
  cache.version = 0;
  cache.shape = undefined;
  cache.value = undefined;
  return cache;
}

/** How many kinds of instances an instruction knows at once. */
const MAX_ENTRIES = 4;

/** A cache for one more kind of instance that an instruction has met, as which it becomes or stays `opcode`; undefined as above. */
function cacheForInstance(program: Program, index: number, opcode: Opcode): Cache | undefined {
  const known = program.ownCaches()[index];
  if (known !== undefined && known.misses < MAX_MISSES && program.opcodeAt(index) === opcode) {
    known.misses++;
    let last = known;
    for (let count = 1; count < MAX_ENTRIES; count++) {
      if (last.next === undefined) {
        last.next = new Cache();
        return last.next;
      }
      last = last.next;
    }
  }
  const first = cacheOf(program, index);
  if (first === undefined) return undefined;
  setOpcode(program, index, opcode);
  first.next = undefined;
  return first;
}

/** What an instruction knows of such an instance. */
function knownInstance(program: Program, index: number, owner: PyInstance): Cache | undefined {
  const { shape, type } = owner;
  let cache = program.caches[index];
  while (cache !== undefined && (cache.shape !== shape || cache.version !== type.version)) cache = cache.next;
  return cache;
}

/** Changes an instruction unless a breakpoint stands in its place. */
function setOpcode(program: Program, index: number, opcode: Opcode): void {
  if (program.opcodeAt(index) !== Opcode.TRAP) program.setOpcode(index, opcode);
}

/** Gives up what an instruction was specialised for; gives its index, to run it again. */
export function generalize(program: Program, index: number, opcode: Opcode): number {
  setOpcode(program, index, opcode);
  return index;
}

/** FOR_ITER (_Py_Specialize_ForIter). */
export function forIter(program: Program, index: number, iterator: Value): void {
  let opcode = Opcode.FOR_ITER_ANY;
  const stores = precedes(program, index, Opcode.STORE_FAST);
  if (iterator instanceof RangeIterator) opcode = stores ? Opcode.FOR_ITER_RANGE_STORE : Opcode.FOR_ITER_RANGE;
  else if (iterator instanceof ArrayIterator) opcode = stores ? Opcode.FOR_ITER_ARRAY_STORE : Opcode.FOR_ITER_ARRAY;
  setOpcode(program, index, opcode);
}

/** CALL (_Py_Specialize_Call). */
export function call(program: Program, index: number, callable: Value, self: Slot): void {
  let opcode = Opcode.CALL_ANY;
  if (callable instanceof PyFunction) opcode = Opcode.CALL_PYTHON;
  else if (callable instanceof PyMethodDescriptor && self !== undefined) opcode = Opcode.CALL_METHOD_DESCRIPTOR;
  else if (callable instanceof PyBuiltin && self === undefined) opcode = Opcode.CALL_BUILTIN;
  setOpcode(program, index, opcode);
}

/** LOAD_GLOBAL; remembers the entry of the dict that has the name. */
export function loadGlobal(frame: Frame, program: Program, index: number, nameIndex: number): Value {
  const name = program.names[nameIndex];
  const { globals, builtins } = frame;
  const cache = cacheOf(program, index);
  if (cache === undefined || globals.type !== dictType) return loadGlobalName(frame, name);
  const pushesNull = program.pristine[index] === Opcode.LOAD_GLOBAL_NULL;
  let entry = globals.findString(name);
  if (entry >= 0) {
    cache.index = entry;
    cache.key = globals.keys[entry] as string;
    setOpcode(program, index, pushesNull ? Opcode.LOAD_GLOBAL_MODULE_NULL : Opcode.LOAD_GLOBAL_MODULE);
    return globals.values[entry];
  }
  entry = builtins.findString(name);
  if (entry < 0) return loadGlobalName(frame, name);
  cache.index = entry;
  cache.key = builtins.keys[entry] as string;
  cache.version = globals.keysVersion;
  setOpcode(program, index, pushesNull ? Opcode.LOAD_GLOBAL_BUILTIN_NULL : Opcode.LOAD_GLOBAL_BUILTIN);
  return builtins.values[entry];
}

/** LOAD_ATTR of an ordinary attribute (_Py_Specialize_LoadAttr). */
export function loadAttribute(program: Program, index: number, owner: Value, name: string): Value {
  if (owner instanceof PyInstance && owner.shape !== undefined) {
    const known = knownInstance(program, index, owner);
    if (known !== undefined && known.value === undefined) return owner.values[known.index];
  }
  if (typeof owner !== 'object' || owner === null) return getAttribute(owner, name);
  const { type } = owner;
  if (!type.genericGetattr && type.tp_getattro !== moduleType.tp_getattro) return getAttribute(owner, name);
  if (owner instanceof PyModule) {
    const cache = cacheOf(program, index);
    if (cache === undefined) return getAttribute(owner, name);
    const entry = owner.dict.findString(name);
    if (entry >= 0 && type.lookup(name) === undefined) {
      cache.index = entry;
      cache.key = owner.dict.keys[entry] as string;
      setOpcode(program, index, Opcode.LOAD_ATTR_MODULE);
      return owner.dict.values[entry];
    }
    return getAttribute(owner, name);
  }
  const descriptor = type.lookup(name);
  if (owner instanceof PyInstance && owner.shape !== undefined && !isData(descriptor)) {
    const at = owner.shape.indices.get(name);
    const cache = at === undefined ? undefined : cacheForInstance(program, index, Opcode.LOAD_ATTR_INSTANCE_VALUE);
    if (cache !== undefined) {
      cache.shape = owner.shape;
      cache.version = type.version;
      cache.index = at as number;
      cache.value = undefined;
      return owner.values[cache.index];
    }
    return genericGetAttribute(owner, name);
  }
  if (descriptor instanceof PyProperty && descriptor.type === propertyType && isGetter(descriptor.getter)) {
    const cache = cacheOf(program, index);
    if (cache !== undefined) {
      cache.version = type.version;
      cache.value = descriptor.getter;
      setOpcode(program, index, Opcode.LOAD_ATTR_PROPERTY);
    }
  } else if (descriptor instanceof PySlotMember && typeOf(descriptor).tp_descr_get !== undefined) {
    const cache = cacheOf(program, index);
    if (cache !== undefined) {
      cache.version = type.version;
      cache.index = descriptor.index;
      setOpcode(program, index, Opcode.LOAD_ATTR_SLOT);
    }
  }
  return genericGetAttribute(owner, name);
}

/** Whether a property's getter may be entered as a call of it with one argument. */
function isGetter(getter: Value): boolean {
  return getter instanceof PyFunction && (getter.code.program ?? programOf(getter.code)).simpleArguments === 1;
}

function isData(descriptor: Slot): boolean {
  return descriptor !== undefined && typeOf(descriptor).tp_descr_set !== undefined;
}

/**
 * LOAD_ATTR for a call: puts the function at `at` and gives the object to be its first argument, or puts the attribute there and
 * gives undefined.
 */
export function loadMethod(
  program: Program,
  index: number,
  owner: Value,
  name: string,
  stack: Slot[],
  at: number,
): Slot {
  if (owner instanceof PyInstance && owner.shape !== undefined) {
    const known = knownInstance(program, index, owner);
    if (known !== undefined && known.value !== undefined) {
      stack[at] = known.value;
      return owner;
    }
  }
  const type = typeOf(owner);
  if (type.genericGetattr) {
    const descriptor = type.lookup(name);
    if (descriptor !== undefined && isPlainMethod(descriptor)) {
      if (isUnshadowed(owner, name)) {
        rememberMethod(program, index, owner, descriptor);
        stack[at] = descriptor;
        return owner;
      }
    }
    if (owner instanceof PyModule && descriptor === undefined) {
      const value = owner.dict.getString(name);
      if (value !== undefined) {
        stack[at] = value;
        return undefined;
      }
    }
  }
  stack[at] = getAttribute(owner, name);
  return undefined;
}

/** Py_TPFLAGS_METHOD_DESCRIPTOR: called with the object before its arguments, it is what its binding would be. */
function isPlainMethod(descriptor: Value): descriptor is PyObject {
  if (descriptor instanceof PyFunction || descriptor instanceof PyWrapperDescriptor) return true;
  return descriptor instanceof PyMethodDescriptor && descriptor.type.tp_name === 'method_descriptor';
}

function isUnshadowed(owner: Value, name: string): boolean {
  if (typeof owner !== 'object' || owner === null) return true;
  if (owner instanceof PyInstance && owner.shape !== undefined) return !owner.shape.indices.has(name);
  return owner.dict === undefined || owner.dict.findString(name) < 0;
}

function rememberMethod(program: Program, index: number, owner: Value, descriptor: Value): void {
  const type = typeOf(owner);
  if (owner instanceof PyInstance && owner.shape !== undefined) {
    const cache = cacheForInstance(program, index, Opcode.LOAD_ATTR_METHOD_WITH_SHAPE);
    if (cache === undefined) return;
    cache.shape = owner.shape;
    cache.version = type.version;
    cache.value = descriptor;
  } else if (!type.hasDict) {
    const cache = cacheOf(program, index);
    if (cache === undefined) return;
    cache.version = type.version;
    cache.value = descriptor;
    setOpcode(program, index, Opcode.LOAD_ATTR_METHOD_NO_DICT);
  }
}

/** STORE_ATTR (_Py_Specialize_StoreAttr). */
export function storeAttribute(program: Program, index: number, owner: Value, name: string, value: Value): void {
  if (owner instanceof PyInstance && owner.shape !== undefined) {
    const known = knownInstance(program, index, owner);
    if (known !== undefined) {
      if (known.nextShape === undefined) owner.values[known.index] = value;
      else {
        owner.values.push(value);
        owner.shape = known.nextShape;
      }
      return;
    }
  }
  const type = typeOf(owner);
  if (
    owner instanceof PyInstance &&
    owner.shape !== undefined &&
    type.tp_setattro === genericSetAttribute &&
    type.hasDict
  ) {
    if (!isData(type.lookup(name))) {
      const { shape } = owner;
      const at = shape.indices.get(name);
      if (at !== undefined || shape.names.length < MAX_SHAPE_SIZE) {
        const cache = cacheForInstance(program, index, Opcode.STORE_ATTR_INSTANCE_VALUE);
        if (cache !== undefined) {
          cache.shape = shape;
          cache.version = type.version;
          cache.index = at ?? 0;
          cache.nextShape = at === undefined ? shape.extend(name) : undefined;
        }
      }
      genericSetAttribute(owner, name, value);
      return;
    }
  }
  setAttribute(owner, name, value);
}
