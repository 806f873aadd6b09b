import { decodeAscii } from '../../codecs/single-byte.ts';
import { decodeUtf8 } from '../../codecs/utf8.ts';
import { floatValue, scanFloat } from '../../numbers/float-text.ts';
import { fromBytes } from '../../numbers/integer.ts';
import { PyByteArray, PyBytes } from '../../objects/bytes.ts';
import { PyDict } from '../../objects/dict.ts';
import { eofErrorType, isException, newException, overflowError, valueError } from '../../objects/exception.ts';
import { PyFloat } from '../../objects/float.ts';
import { PyList } from '../../objects/list.ts';
import { memoryviewOf } from '../../objects/memoryview.ts';
import { frozensetType, newType, PyObject, type PyType, type Slot, type Value } from '../../objects/object.ts';
import { PySet } from '../../objects/set.ts';
import { tupleOf } from '../../objects/tuple.ts';
import { getAttribute } from '../../operations/attribute.ts';
import { call } from '../../operations/call.ts';
import { decodeBytes } from '../../operations/codec.ts';
import { iterateNext } from '../../operations/iterate.ts';
import { decodeBytesEscape, decodeRawUnicodeEscape } from '../../text/escapes.ts';
import { decodeHandler } from '../codecs/registry.ts';
import { unpicklingError, unpicklingErrorType } from './errors.ts';
import { PickleInput, truncated } from './input.ts';
import { integerOfLine, latin1Line, longOfLine } from './load-numbers.ts';
import {
  addItems,
  append,
  build,
  loadExtension,
  loadGlobal,
  loadInstance,
  loadNewObject,
  loadObject,
  loadReduce,
  loadStackGlobal,
  setItems,
} from './load-objects.ts';
import { HIGHEST_PROTOCOL, Opcode } from './opcodes.ts';

export const unpicklerType = newType('_pickle.Unpickler');

/** sys.maxsize: no object is larger. */
const MAX_SIZE = 2n ** 63n - 1n;

const scratch = new DataView(new ArrayBuffer(8));

/** Reads pickles (UnpicklerObject). */
export class Unpickler extends PyObject {
  readonly input = new PickleInput();
  stack: Value[] = [];
  /** Heights of the stack at each MARK. */
  marks: number[] = [];
  /** The height at the last MARK, below which nothing is taken; 0 when there is none. */
  fence = 0;
  /** Objects by the number under which the pickle refers to them. */
  memo: Slot[] = [];
  memoLength = 0;
  protocol = 0;
  fixImports = true;
  encoding = 'ASCII';
  errors = 'strict';
  /** The iterator of out-of-band buffers. */
  buffers: Slot = undefined;
  persistentLoad: Slot = undefined;
  /** `persistent_load` as set on this very object. */
  ownPersistentLoad: Slot = undefined;

  constructor(type: PyType = unpicklerType) {
    super(type);
  }

  pop(): Value {
    if (this.stack.length <= this.fence) throw this.underflow();
    return this.stack.pop() as Value;
  }

  top(): Value {
    if (this.stack.length <= this.fence) throw this.underflow();
    return this.stack[this.stack.length - 1];
  }

  underflow(): ReturnType<typeof unpicklingError> {
    return unpicklingError(this.marks.length > 0 ? 'unexpected MARK found' : 'unpickling stack underflow');
  }

  mark(): void {
    this.fence = this.stack.length;
    this.marks.push(this.fence);
  }

  /** The height of the stack at the last MARK, which ends (marker). */
  popMark(): number {
    const mark = this.marks.pop();
    if (mark === undefined) throw unpicklingError('could not find MARK');
    this.fence = this.marks.length > 0 ? this.marks[this.marks.length - 1] : 0;
    return mark;
  }

  /** What lies on the stack from this height on, taken off. */
  popFrom(height: number): Value[] {
    if (height < this.fence) throw this.underflow();
    return this.stack.splice(height);
  }

  remember(number: number, value: Value): void {
    if (this.memo[number] === undefined) this.memoLength++;
    this.memo[number] = value;
  }

  recall(number: number): Value {
    const value = this.memo[number];
    if (value === undefined) throw unpicklingError(`Memo value not found at index ${number}`);
    return value;
  }
}

/** Reads one pickle (load). */
export function load(unpickler: Unpickler): Value {
  const { input } = unpickler;
  unpickler.marks.length = 0;
  unpickler.stack.length = 0;
  unpickler.fence = 0;
  unpickler.protocol = 0;
  unpickler.persistentLoad = getAttribute(unpickler, 'persistent_load');
  try {
    while (loadNext(unpickler, nextOpcode(input)));
    input.skipConsumed();
  } finally {
    unpickler.persistentLoad = undefined;
  }
  return unpickler.pop();
}

function nextOpcode(input: PickleInput): number {
  if (input.at < input.end) return input.bytes[input.at++];
  try {
    return littleEndian(input, 1);
  } catch (error) {
    if (isException(error, unpicklingErrorType)) throw newException(eofErrorType, 'Ran out of input');
    throw error;
  }
}

/** Does what one opcode says; false at STOP. */
function loadNext(unpickler: Unpickler, opcode: Opcode): boolean {
  const { stack, input } = unpickler;
  switch (opcode) {
    case Opcode.NONE:
      stack.push(null);
      return true;
    case Opcode.NEWTRUE:
      stack.push(true);
      return true;
    case Opcode.NEWFALSE:
      stack.push(false);
      return true;
    case Opcode.BININT:
      stack.push(littleEndian(input, 4) | 0);
      return true;
    case Opcode.BININT1:
      stack.push(littleEndian(input, 1));
      return true;
    case Opcode.BININT2:
      stack.push(littleEndian(input, 2));
      return true;
    case Opcode.INT:
      stack.push(integerOfLine(wholeLine(input)));
      return true;
    case Opcode.LONG:
      stack.push(longOfLine(wholeLine(input)));
      return true;
    case Opcode.LONG1:
      stack.push(fromBytes(input.take(littleEndian(input, 1)), true, true));
      return true;
    case Opcode.LONG4: {
      const length = littleEndian(input, 4) | 0;
      if (length < 0) throw unpicklingError('LONG pickle has negative byte count');
      stack.push(fromBytes(input.take(length), true, true));
      return true;
    }
    case Opcode.FLOAT:
      stack.push(new PyFloat(floatOfLine(wholeLine(input))));
      return true;
    case Opcode.BINFLOAT: {
      const at = input.next(8);
      for (let i = 0; i < 8; i++) scratch.setUint8(i, input.bytes[at + i]);
      stack.push(new PyFloat(scratch.getFloat64(0)));
      return true;
    }
    case Opcode.SHORT_BINBYTES:
      stack.push(new PyBytes(input.take(littleEndian(input, 1))));
      return true;
    case Opcode.BINBYTES:
      stack.push(new PyBytes(input.take(littleEndian(input, 4))));
      return true;
    case Opcode.BINBYTES8:
      stack.push(new PyBytes(input.take(longSize(input, 'BINBYTES'))));
      return true;
    case Opcode.BYTEARRAY8:
      stack.push(new PyByteArray(input.take(longSize(input, 'BYTEARRAY8'))));
      return true;
    case Opcode.NEXT_BUFFER:
      stack.push(nextBuffer(unpickler));
      return true;
    case Opcode.READONLY_BUFFER:
      stack[stack.length - 1] = readOnly(unpickler.top());
      return true;
    case Opcode.SHORT_BINSTRING:
      stack.push(oldString(unpickler, input.take(littleEndian(input, 1))));
      return true;
    case Opcode.BINSTRING: {
      const length = littleEndian(input, 4) | 0;
      if (length < 0) throw unpicklingError('BINSTRING pickle has negative byte count');
      stack.push(oldString(unpickler, input.take(length)));
      return true;
    }
    case Opcode.STRING:
      stack.push(oldString(unpickler, decodeBytesEscape(unquoted(input.line()), 'strict')));
      return true;
    case Opcode.UNICODE:
      stack.push(decodeRawUnicodeEscape(withoutNewline(input.line()), decodeHandler('strict')).text);
      return true;
    case Opcode.SHORT_BINUNICODE:
      stack.push(text(input, littleEndian(input, 1)));
      return true;
    case Opcode.BINUNICODE:
      stack.push(text(input, littleEndian(input, 4)));
      return true;
    case Opcode.BINUNICODE8:
      stack.push(text(input, longSize(input, 'BINUNICODE')));
      return true;
    case Opcode.EMPTY_TUPLE:
      loadTuple(unpickler, 0);
      return true;
    case Opcode.TUPLE1:
      loadTuple(unpickler, 1);
      return true;
    case Opcode.TUPLE2:
      loadTuple(unpickler, 2);
      return true;
    case Opcode.TUPLE3:
      loadTuple(unpickler, 3);
      return true;
    case Opcode.TUPLE:
      stack.push(tupleOf(unpickler.popFrom(unpickler.popMark())));
      return true;
    case Opcode.EMPTY_LIST:
      stack.push(new PyList([]));
      return true;
    case Opcode.LIST:
      stack.push(new PyList(unpickler.popFrom(unpickler.popMark())));
      return true;
    case Opcode.EMPTY_DICT:
      stack.push(new PyDict());
      return true;
    case Opcode.DICT:
      loadDict(unpickler);
      return true;
    case Opcode.EMPTY_SET:
      stack.push(new PySet());
      return true;
    case Opcode.ADDITEMS:
      addItems(unpickler);
      return true;
    case Opcode.FROZENSET: {
      const set = new PySet(frozensetType);
      for (const item of unpickler.popFrom(unpickler.popMark())) set.add(item);
      stack.push(set);
      return true;
    }
    case Opcode.OBJ:
      loadObject(unpickler);
      return true;
    case Opcode.INST:
      loadInstance(unpickler, () => name(unpickler, decodeStrictAscii));
      return true;
    case Opcode.NEWOBJ:
      loadNewObject(unpickler, undefined);
      return true;
    case Opcode.NEWOBJ_EX:
      loadNewObject(unpickler, unpickler.pop());
      return true;
    case Opcode.GLOBAL:
      loadGlobal(unpickler, name(unpickler, decodeStrictUtf8), name(unpickler, decodeStrictUtf8));
      return true;
    case Opcode.STACK_GLOBAL:
      loadStackGlobal(unpickler);
      return true;
    case Opcode.APPEND:
      if (stack.length - 1 <= unpickler.fence) throw unpickler.underflow();
      append(unpickler, stack.length - 1);
      return true;
    case Opcode.APPENDS:
      append(unpickler, unpickler.popMark());
      return true;
    case Opcode.BUILD:
      build(unpickler);
      return true;
    case Opcode.DUP:
      stack.push(unpickler.top());
      return true;
    case Opcode.BINGET:
      stack.push(unpickler.recall(littleEndian(input, 1)));
      return true;
    case Opcode.LONG_BINGET:
      stack.push(unpickler.recall(littleEndian(input, 4)));
      return true;
    case Opcode.GET:
      stack.push(unpickler.recall(memoNumber(input)));
      return true;
    case Opcode.MARK:
      unpickler.mark();
      return true;
    case Opcode.BINPUT:
      unpickler.remember(littleEndian(input, 1), unpickler.top());
      return true;
    case Opcode.LONG_BINPUT:
      unpickler.remember(littleEndian(input, 4), unpickler.top());
      return true;
    case Opcode.PUT: {
      const line = wholeLine(input);
      const value = unpickler.top();
      const number = Number(longOfLine(line));
      if (number < 0) throw valueError('negative PUT argument');
      unpickler.remember(number, value);
      return true;
    }
    case Opcode.MEMOIZE:
      unpickler.remember(unpickler.memoLength, unpickler.top());
      return true;
    case Opcode.POP:
      popOne(unpickler);
      return true;
    case Opcode.POP_MARK:
      stack.length = unpickler.popMark();
      return true;
    case Opcode.SETITEM:
      setItems(unpickler, stack.length - 2);
      return true;
    case Opcode.SETITEMS:
      setItems(unpickler, unpickler.popMark());
      return true;
    case Opcode.PERSID:
      stack.push(call(unpickler.persistentLoad as Value, persistentId(input)));
      return true;
    case Opcode.BINPERSID:
      stack.push(call(unpickler.persistentLoad as Value, unpickler.pop()));
      return true;
    case Opcode.REDUCE:
      loadReduce(unpickler);
      return true;
    case Opcode.PROTO: {
      const protocol = littleEndian(input, 1);
      if (protocol > HIGHEST_PROTOCOL) throw valueError(`unsupported pickle protocol: ${protocol}`);
      unpickler.protocol = protocol;
      return true;
    }
    case Opcode.FRAME:
      loadFrame(input);
      return true;
    case Opcode.EXT1:
      loadExtension(unpickler, littleEndian(input, 1));
      return true;
    case Opcode.EXT2:
      loadExtension(unpickler, littleEndian(input, 2));
      return true;
    case Opcode.EXT4:
      loadExtension(unpickler, littleEndian(input, 4) | 0);
      return true;
    case Opcode.STOP:
      return false;
    default:
      throw unknownOpcode(opcode);
  }
}

function unknownOpcode(opcode: number): ReturnType<typeof unpicklingError> {
  const isPlain = opcode >= 0x20 && opcode <= 0x7e && opcode !== 0x27 && opcode !== 0x5c;
  const shown = isPlain ? String.fromCharCode(opcode) : `\\x${opcode.toString(16).padStart(2, '0')}`;
  return unpicklingError(`invalid load key, '${shown}'.`);
}

/** An unsigned number of up to 4 bytes. */
function littleEndian(input: PickleInput, size: number): number {
  const at = input.next(size);
  const { bytes } = input;
  let value = 0;
  for (let i = size - 1; i >= 0; i--) value = value * 256 + bytes[at + i];
  return value;
}

/** A length of 8 bytes. */
function longSize(input: PickleInput, what: string, among = 'maximum size'): number {
  const low = littleEndian(input, 4);
  const high = littleEndian(input, 4);
  if (high > 0x7fffffff) throw overflowError(`${what} exceeds system's ${among} of ${MAX_SIZE} bytes`);
  return high * 2 ** 32 + low;
}

/** A frame is read as a whole, so that a file is asked seldom. */
function loadFrame(input: PickleInput): void {
  const at = input.next(8);
  const { bytes } = input;
  if (bytes[at + 7] > 0x7f) throw overflowError(`FRAME length exceeds system's maximum of ${MAX_SIZE} bytes`);
  let length = 0;
  for (let i = 7; i >= 0; i--) length = length * 256 + bytes[at + i];
  input.next(length);
  input.at -= length;
}

/** A line that holds something besides its newline. */
function wholeLine(input: PickleInput): Uint8Array {
  const line = input.line();
  if (line.length < 2) throw truncated();
  return line;
}

const withoutNewline = (line: Uint8Array): Uint8Array => line.subarray(0, line.length - 1);

function name({ input }: Unpickler, decode: (bytes: Uint8Array) => string): string {
  return decode(withoutNewline(wholeLine(input)));
}

const decodeStrictAscii = (bytes: Uint8Array): string => decodeAscii(bytes, decodeHandler('strict'));
const decodeStrictUtf8 = (bytes: Uint8Array): string => decodeUtf8(bytes, decodeHandler('strict')).text;

function memoNumber(input: PickleInput): number {
  return Number(longOfLine(wholeLine(input)));
}

/** The float that a line writes (load_float). */
function floatOfLine(line: Uint8Array): number {
  const written = latin1Line(line);
  const end = scanFloat(written, 0);
  if (end === 0) throw valueError(`could not convert string to float: '${written}'`);
  const value = floatValue(written.slice(0, end));
  if (!Number.isFinite(value) && /\d/.test(written.slice(0, end))) {
    throw overflowError(`value too large to convert to float: '${written}'`);
  }
  if (end < written.length - 1 && written[end] !== '\0') throw valueError('could not convert string to float');
  return value;
}

function text(input: PickleInput, size: number): string {
  const at = input.next(size);
  const { bytes } = input;
  if (size <= SHORT_TEXT) {
    let ascii = '';
    for (let i = at; i < at + size; i++) {
      if (bytes[i] > 0x7f) return decodeUtf8(bytes.subarray(at, at + size), decodeHandler('surrogatepass')).text;
      ascii += String.fromCharCode(bytes[i]);
    }
    return ascii;
  }
  return decodeUtf8(bytes.subarray(at, at + size), decodeHandler('surrogatepass')).text;
}

/** Up to here a character at a time is faster than a decoder. */
const SHORT_TEXT = 24;

/** A str of Python 2: bytes, or text in the encoding that the program names. */
function oldString({ encoding, errors }: Unpickler, bytes: Uint8Array): Value {
  return encoding === 'bytes' ? new PyBytes(bytes) : decodeBytes(bytes, encoding, errors);
}

function unquoted(line: Uint8Array): Uint8Array {
  const last = line.length - 2;
  const [quote] = line;
  if (last < 1 || line[last] !== quote || (quote !== 0x27 && quote !== 0x22)) {
    throw unpicklingError('the STRING opcode argument must be quoted');
  }
  return line.subarray(1, last);
}

function persistentId(input: PickleInput): string {
  const bytes = withoutNewline(input.line());
  if (bytes.some((byte) => byte > 0x7f)) {
    throw unpicklingError('persistent IDs in protocol 0 must be ASCII strings');
  }
  return decodeStrictAscii(bytes);
}

function nextBuffer({ buffers }: Unpickler): Value {
  if (buffers === undefined) {
    throw unpicklingError('pickle stream refers to out-of-band data but no *buffers* argument was given');
  }
  const buffer = iterateNext(buffers);
  if (buffer === undefined) throw unpicklingError('not enough out-of-band buffers');
  return buffer;
}

/** A view that can't be written through; the object itself if it can't be written to anyway. */
function readOnly(value: Value): Value {
  const view = memoryviewOf(value);
  if (!view.readonly) return view.toReadOnly();
  view.release();
  return value;
}

function loadTuple(unpickler: Unpickler, length: number): void {
  const { stack } = unpickler;
  if (stack.length < length) throw unpickler.underflow();
  stack.push(tupleOf(unpickler.popFrom(stack.length - length)));
}

function loadDict(unpickler: Unpickler): void {
  const items = unpickler.popFrom(unpickler.popMark());
  const dict = new PyDict();
  if (items.length % 2 !== 0) throw unpicklingError('odd number of items for DICT');
  for (let i = 0; i < items.length; i += 2) dict.set(items[i], items[i + 1]);
  unpickler.stack.push(dict);
}

/** A MARK, if it is the last that came, or an object (load_pop). */
function popOne(unpickler: Unpickler): void {
  const { stack, marks } = unpickler;
  if (marks.length > 0 && marks[marks.length - 1] === stack.length) unpickler.popMark();
  else unpickler.pop();
}
