import { recursionError } from '../../interpreter/depth.ts';
import { floatRepr } from '../../numbers/float-text.ts';
import { type PyByteArray, PyBytes } from '../../objects/bytes.ts';
import { PyBuiltin, PyMethodDescriptor } from '../../objects/descriptor.ts';
import { PyDict } from '../../objects/dict.ts';
import { isException, keyErrorType, overflowError, valueError } from '../../objects/exception.ts';
import type { PyFloat } from '../../objects/float.ts';
import type { PyList } from '../../objects/list.ts';
import {
  bytearrayType,
  bytesType,
  dictType,
  floatType,
  frozensetType,
  functionType,
  listType,
  NotImplemented,
  newType,
  PyObject,
  type PyType,
  type Slot,
  setType,
  strType,
  tupleType,
  typeType,
  type Value,
} from '../../objects/object.ts';
import type { PySet } from '../../objects/set.ts';
import { type PyStr, stringOf } from '../../objects/str.ts';
import { PyTuple } from '../../objects/tuple.ts';
import { index } from '../../operations/arithmetic.ts';
import { getAttribute, lookupAttribute } from '../../operations/attribute.ts';
import { call } from '../../operations/call.ts';
import { subscript } from '../../operations/subscript.ts';
import { str } from '../../operations/text.ts';
import { picklingError, serializing, typeText } from './errors.ts';
import { pickleLibrary } from './library.ts';
import { DEFAULT_PROTOCOL, HIGHEST_PROTOCOL, Opcode } from './opcodes.ts';
import { PickleOutput } from './output.ts';
import { unboxed } from './own-strings.ts';
import { type PyPickleBuffer, pickleBufferType } from './pickle-buffer.ts';
import { saveByteArray, saveBytes, saveInteger, savePickleBuffer, saveText } from './save-atoms.ts';
import { saveDict, saveFrozenset, saveList, saveSet, saveTuple } from './save-containers.ts';
import { saveGlobal, saveType } from './save-global.ts';
import { saveReduce } from './save-reduce.ts';

export const picklerType = newType('_pickle.Pickler');

/** So deep may objects lie in each other: CPython's bound is its C stack, which holds about as many. */
const MAX_DEPTH = 10_000;

/** Writes pickles (PicklerObject). */
export class Pickler extends PyObject {
  readonly output = new PickleOutput();
  /** Number by object already written. */
  memo = new Map<Value, number>();
  protocol = 0;
  /** Whether opcodes are binary: protocol 1 and above. */
  isBinary = false;
  /** Without a memo; deprecated, and set by programs. */
  fast = 0;
  fastNesting = 0;
  fastOpen: Set<Value> | undefined = undefined;
  fixImports = false;
  bufferCallback: Slot = undefined;
  /** The program's own dispatch_table instead of copyreg's. */
  dispatchTable: Slot = undefined;
  /** What dump() found under these names; undefined where there is nothing to call. */
  persistentId: Slot = undefined;
  reducerOverride: Slot = undefined;
  /** `persistent_id` as set on this very object. */
  ownPersistentId: Slot = undefined;
  depth = 0;

  constructor(type: PyType = picklerType) {
    super(type);
  }

  /** Raises ValueError for protocols yet to come; negative ones mean the highest (_Pickler_SetProtocol). */
  setProtocol(protocol: Value, fixImports: boolean): void {
    const wanted = protocol === null ? DEFAULT_PROTOCOL : index(protocol);
    if (wanted >= 2n ** 63n || wanted < -(2n ** 63n)) throw overflowError('Python int too large to convert to C long');
    if (wanted > HIGHEST_PROTOCOL) throw valueError(`pickle protocol must be <= ${HIGHEST_PROTOCOL}`);
    this.protocol = wanted < 0 ? HIGHEST_PROTOCOL : Number(wanted);
    this.isBinary = this.protocol > 0;
    this.fixImports = fixImports && this.protocol < 3;
  }

  setBufferCallback(callback: Value): void {
    if (callback !== null && this.protocol < 5) throw valueError('buffer_callback needs protocol >= 5');
    this.bufferCallback = callback ?? undefined;
  }

  /** Counts a recursion (_Py_EnterRecursiveCall); leave() ends it. */
  enter(): void {
    if (++this.depth > MAX_DEPTH) throw recursionError(' while pickling an object');
  }

  leave(): void {
    this.depth--;
  }

  /** Refers to an object that is in the memo; false when it isn't (memo_get). */
  get(value: Value): boolean {
    const number = this.memo.get(memoKey(value));
    if (number === undefined) return false;
    const { output } = this;
    if (!this.isBinary) {
      output.byte(Opcode.GET);
      output.latin1(`${number}\n`);
    } else if (number < 256) output.bytePair(Opcode.BINGET, number);
    else output.sized(Opcode.LONG_BINGET, number, 4);
    return true;
  }

  has(value: Value): boolean {
    return this.memo.has(memoKey(value));
  }

  /** Puts what has just been written into the memo (memo_put). */
  put(value: Value): void {
    if (this.fast !== 0) return;
    const { memo, output } = this;
    const number = memo.size;
    memo.set(memoKey(value), number);
    if (this.protocol >= 4) output.byte(Opcode.MEMOIZE);
    else if (!this.isBinary) {
      output.byte(Opcode.PUT);
      output.latin1(`${number}\n`);
    } else if (number < 256) output.bytePair(Opcode.BINPUT, number);
    else output.sized(Opcode.LONG_BINPUT, number, 4);
  }
}

const shortBytes: PyBytes[] = [];

/** What stands for an object in the memo: itself, but bytes of length 0 and 1 are one object each in CPython. */
function memoKey(value: Value): Value {
  if (!(value instanceof PyBytes) || value.bytes.length > 1 || value.type !== bytesType) return value;
  const number = value.bytes.length === 0 ? 256 : value.bytes[0];
  shortBytes[number] ??= value;
  return shortBytes[number];
}

/** Writes one pickle into the output (dump). */
export function dump(pickler: Pickler, value: Value): void {
  const { output } = pickler;
  const persistentId = getAttribute(pickler, 'persistent_id');
  pickler.persistentId = isDefaultPersistentId(persistentId, pickler) ? undefined : persistentId;
  pickler.reducerOverride = lookupAttribute(pickler, 'reducer_override');
  const { depth } = pickler;
  try {
    if (pickler.protocol >= 2) {
      output.bytePair(Opcode.PROTO, pickler.protocol);
      if (pickler.protocol >= 4) output.framing = true;
    }
    save(pickler, value);
    output.byte(Opcode.STOP);
    output.commitFrame();
  } finally {
    output.framing = false;
    pickler.persistentId = undefined;
    pickler.reducerOverride = undefined;
    pickler.depth = depth;
  }
}

function isDefaultPersistentId(found: Value, pickler: Pickler): boolean {
  if (!(found instanceof PyBuiltin) || found.self !== pickler) return false;
  const own = picklerType.attributes.get('persistent_id');
  return own instanceof PyMethodDescriptor && found.def === own.def;
}

/** Writes a value, whatever it is (save). `isId` says that it is a persistent id, which has none itself. */
export function save(pickler: Pickler, value: Value, isId = false): void {
  const { output } = pickler;
  output.opcodeBoundary();
  if (!isId && pickler.persistentId !== undefined && savePersistentId(pickler, value)) return;
  switch (typeof value) {
    case 'number':
    case 'bigint':
      saveInteger(pickler, value);
      return;
    case 'string':
      if (!pickler.get(value)) saveText(pickler, value);
      return;
    case 'boolean':
      if (pickler.protocol >= 2) output.byte(value ? Opcode.NEWTRUE : Opcode.NEWFALSE);
      else output.latin1(value ? 'I01\n' : 'I00\n');
      return;
    default:
      break;
  }
  if (value === null) output.byte(Opcode.NONE);
  else if (value.type === floatType) saveFloat(pickler, value as PyFloat);
  else if (pickler.get(value)) return;
  else if (value.type === strType) saveText(pickler, (value as PyStr).value, value);
  else if (value.type === bytesType) saveBytes(pickler, value as PyBytes);
  else {
    pickler.enter();
    saveObject(pickler, value);
    pickler.leave();
  }
}

function saveFloat({ isBinary, output }: Pickler, float: PyFloat): void {
  if (isBinary) output.double(Opcode.BINFLOAT, float.value);
  else {
    output.byte(Opcode.FLOAT);
    output.latin1(`${floatRepr(float.value)}\n`);
  }
}

function saveObject(pickler: Pickler, value: PyObject): void {
  const { type } = value;
  if (type === dictType) saveDict(pickler, value as PyDict);
  else if (type === setType) saveSet(pickler, value as PySet);
  else if (type === frozensetType) saveFrozenset(pickler, value as PySet);
  else if (type === listType) saveList(pickler, value as PyList);
  else if (type === tupleType) saveTuple(pickler, value as PyTuple);
  else if (type === bytearrayType) saveByteArray(pickler, value as PyByteArray);
  else if (type === pickleBufferType) savePickleBuffer(pickler, value as PyPickleBuffer);
  else saveReducible(pickler, value);
}

/** Writes what a reducing function tells of, or a class or function by its name. */
function saveReducible(pickler: Pickler, value: PyObject): void {
  const { type } = value;
  const reduced = pickler.reducerOverride === undefined ? NotImplemented : call(pickler.reducerOverride, value);
  if (reduced !== NotImplemented) {
    saveReduced(pickler, value, reduced);
    return;
  }
  if (type === typeType) {
    saveType(pickler, value as PyType);
    return;
  }
  if (type === functionType) {
    saveGlobal(pickler, value, undefined);
    return;
  }
  const reducer = registeredReducer(pickler, type);
  if (reducer !== undefined) saveReduced(pickler, value, call(reducer, value));
  else if (type.isSubtype(typeType)) saveGlobal(pickler, value, undefined);
  else saveReduced(pickler, value, reduceByMethod(pickler, value));
}

function registeredReducer(pickler: Pickler, type: PyType): Slot {
  const { dispatchTable } = pickler;
  if (dispatchTable === undefined) return pickleLibrary().dispatchTable.get(type);
  if (dispatchTable instanceof PyDict && dispatchTable.type === dictType) return dispatchTable.get(type);
  try {
    return subscript(dispatchTable, type);
  } catch (error) {
    if (isException(error, keyErrorType)) return undefined;
    throw error;
  }
}

function reduceByMethod(pickler: Pickler, value: Value): Value {
  const reduceEx = lookupAttribute(value, '__reduce_ex__');
  if (reduceEx !== undefined) return call(reduceEx, pickler.protocol);
  const reduce = lookupAttribute(value, '__reduce__');
  if (reduce !== undefined) return call(reduce);
  throw picklingError(`Can't pickle ${typeText(value)} object`);
}

function saveReduced(pickler: Pickler, value: PyObject, reduced: Value): void {
  if (stringOf(reduced) !== undefined) {
    saveGlobal(pickler, value, reduced);
    return;
  }
  try {
    if (!(reduced instanceof PyTuple)) {
      throw picklingError(`__reduce__ must return a string or tuple, not ${typeText(reduced)}`);
    }
    saveReduce(pickler, reduced, value);
  } catch (error) {
    throw serializing(error, value, 'object');
  }
}

/** Writes the id that persistent_id() gives an object; false when it gives None (save_pers). */
function savePersistentId(pickler: Pickler, value: Value): boolean {
  const { output } = pickler;
  const id = call(pickler.persistentId as Value, unboxed(value));
  if (id === null) return false;
  if (pickler.isBinary) {
    save(pickler, id, true);
    output.byte(Opcode.BINPERSID);
    return true;
  }
  const text = str(id);
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) > 0x7f) throw picklingError('persistent IDs in protocol 0 must be ASCII strings');
  }
  output.byte(Opcode.PERSID);
  output.latin1(`${text}\n`);
  return true;
}
