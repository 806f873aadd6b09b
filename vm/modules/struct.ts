import { normalize } from '../numbers/integer.ts';
import { bind } from '../objects/bind.ts';
import { PyByteArray, PyBytes } from '../objects/bytes.ts';
import { PyComplex } from '../objects/complex.ts';
import { defineType, type ModuleDefinition } from '../objects/define.ts';
import {
  exceptionTypeRoot,
  isException,
  newException,
  overflowError,
  overflowErrorType,
  type PyBaseException,
  typeError,
} from '../objects/exception.ts';
import { PyFloat } from '../objects/float.ts';
import { integerOf } from '../objects/int.ts';
import { toFloatValue } from '../objects/number-types.ts';
import { type KwNames, newType, PyObject, type PyType, type Slot, typeOf, type Value } from '../objects/object.ts';
import { stringOf } from '../objects/str.ts';
import { tupleOf } from '../objects/tuple.ts';
import { index } from '../operations/arithmetic.ts';
import { repr } from '../operations/text.ts';
import { isTrue } from '../operations/truth.ts';
import { bytesOf } from './io/base.ts';

const errorType = newType('struct.error', exceptionTypeRoot);
defineType(errorType, { module: 'struct' });

const error = (message: string): PyBaseException => newException(errorType, message);

/** What a format character stands for: how many bytes, and which kind of value. */
interface Format {
  readonly size: number;
  readonly kind: 'int' | 'uint' | 'float' | 'complex' | 'char' | 'bool' | 'string' | 'pascal' | 'pad';
}

const format = (kind: Format['kind'], size: number): Format => ({ kind, size });

const STANDARD: Readonly<Record<string, Format>> = {
  x: format('pad', 1),
  c: format('char', 1),
  b: format('int', 1),
  B: format('uint', 1),
  '?': format('bool', 1),
  h: format('int', 2),
  H: format('uint', 2),
  i: format('int', 4),
  I: format('uint', 4),
  l: format('int', 4),
  L: format('uint', 4),
  q: format('int', 8),
  Q: format('uint', 8),
  e: format('float', 2),
  f: format('float', 4),
  d: format('float', 8),
  F: format('complex', 8),
  D: format('complex', 16),
  s: format('string', 1),
  p: format('pascal', 1),
};

/** Sizes of C's types on a 64-bit Linux, which are aligned to themselves. */
const NATIVE: Readonly<Record<string, Format>> = {
  ...STANDARD,
  l: format('int', 8),
  L: format('uint', 8),
  n: format('int', 8),
  N: format('uint', 8),
  P: format('uint', 8),
};

interface Item {
  readonly code: string;
  readonly format: Format;
  readonly offset: number;
  /** The length of a string; 1 for all else. */
  readonly count: number;
}

class PyStruct extends PyObject {
  format = '';
  items: readonly Item[] = [];
  size = 0;
  littleEndian = true;
  /** Native floats overflow to infinity. */
  native = true;
}

/** prepare_s: reads a format. */
function prepare(self: PyStruct, text: string): void {
  let at = 0;
  self.format = text;
  self.littleEndian = text[0] !== '>' && text[0] !== '!';
  self.native = text === '' || !'<>!='.includes(text[0]);
  if (text !== '' && '<>!=@'.includes(text[0])) at++;
  const formats = self.native ? NATIVE : STANDARD;
  const items: Item[] = [];
  let offset = 0;
  while (at < text.length) {
    const start = at;
    if (/\s/.test(text[at])) {
      at++;
      continue;
    }
    while (text[at] >= '0' && text[at] <= '9') at++;
    const repeat = at === start ? 1 : Number(text.substring(start, at));
    if (repeat > Number.MAX_SAFE_INTEGER) throw error('total struct size too long');
    if (at === text.length) throw error('repeat count given without format specifier');
    const code = text[at++];
    const known = formats[code];
    if (code === '\0') throw error('embedded null character');
    if (known === undefined) throw error('bad char in struct format');
    if (self.native) {
      const alignment = known.kind === 'complex' ? known.size / 2 : known.size;
      offset = Math.ceil(offset / alignment) * alignment;
    }
    if (known.kind === 'string' || known.kind === 'pascal') {
      items.push({ code, format: known, offset, count: repeat });
    } else if (known.kind !== 'pad') {
      for (let i = 0; i < repeat; i++) items.push({ code, format: known, offset: offset + i * known.size, count: 1 });
    }
    offset += repeat * known.size;
    if (offset > Number.MAX_SAFE_INTEGER) throw error('total struct size too long');
  }
  self.items = items;
  self.size = offset;
}

function packInteger(view: DataView, at: number, item: Item, value: Value, little: boolean): void {
  let integer = integerOf(value);
  if (integer === undefined) {
    if (typeOf(value).nb_index === undefined) throw error('required argument is not an integer');
    integer = index(value);
  }
  const { size, kind } = item.format;
  if (typeof integer === 'number' && size < 8) {
    const span = 2 ** (8 * size);
    const least = kind === 'int' ? -span / 2 : 0;
    if (integer >= least && integer < least + span) {
      if (size === 1) view.setUint8(at, integer);
      else if (size === 2) view.setUint16(at, integer, little);
      else view.setUint32(at, integer, little);
      return;
    }
  }
  const bits = BigInt(8 * size);
  const low = kind === 'int' ? -(1n << (bits - 1n)) : 0n;
  const high = kind === 'int' ? (1n << (bits - 1n)) - 1n : (1n << bits) - 1n;
  if (integer < low || integer > high) throw error(`'${item.code}' format requires ${low} <= number <= ${high}`);
  if (size === 1) view.setUint8(at, Number(integer) & 0xff);
  else if (size === 2) view.setUint16(at, Number(integer) & 0xffff, little);
  else if (size === 4) view.setUint32(at, Number(integer), little);
  else view.setBigUint64(at, BigInt.asUintN(64, BigInt(integer)), little);
}

function unpackInteger(view: DataView, at: number, { size, kind }: Format, little: boolean): Value {
  const signed = kind === 'int';
  if (size === 1) return signed ? view.getInt8(at) : view.getUint8(at);
  if (size === 2) return signed ? view.getInt16(at, little) : view.getUint16(at, little);
  if (size === 4) return signed ? view.getInt32(at, little) : view.getUint32(at, little);
  return normalize(signed ? view.getBigInt64(at, little) : view.getBigUint64(at, little));
}

/** The bits of a float of 16 bits nearest to `value`, half to even; undefined when it is too large. */
function halfBits(value: number): number | undefined {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (Number.isNaN(value)) return 0x7e00;
  if (size === Infinity) return sign | 0x7c00;
  const exponent = Math.max(Math.floor(Math.log2(size || 1e-300)), -14);
  const unit = 2 ** (exponent - 10);
  const scaled = size / unit;
  const floor = Math.floor(scaled);
  const rest = scaled - floor;
  const mantissa = rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
  const bits = mantissa < 1024 ? mantissa : ((exponent + 14) << 10) + mantissa;
  return bits >= 0x7c00 ? undefined : sign | bits;
}

function halfValue(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

function packFloat(view: DataView, at: number, size: number, code: string, value: number, self: PyStruct): void {
  const { littleEndian } = self;
  if (size === 8) {
    view.setFloat64(at, value, littleEndian);
  } else if (size === 4) {
    if (!self.native && Number.isFinite(value) && !Number.isFinite(Math.fround(value))) {
      throw overflowError('float too large to pack with f format');
    }
    view.setFloat32(at, value, littleEndian);
  } else {
    const bits = halfBits(value);
    if (bits === undefined) throw overflowError(`float too large to pack with ${code} format`);
    view.setUint16(at, bits, littleEndian);
  }
}

function unpackFloat(view: DataView, at: number, size: number, little: boolean): number {
  if (size === 8) return view.getFloat64(at, little);
  return size === 4 ? view.getFloat32(at, little) : halfValue(view.getUint16(at, little));
}

function floatArgument(value: Value): number {
  try {
    return toFloatValue(value);
  } catch {
    throw error('required argument is not a float');
  }
}

function packItem(bytes: Uint8Array, view: DataView, start: number, item: Item, value: Value, self: PyStruct): void {
  const at = start + item.offset;
  const { kind, size } = item.format;
  switch (kind) {
    case 'int':
    case 'uint':
      packInteger(view, at, item, value, self.littleEndian);
      break;
    case 'float':
      try {
        packFloat(view, at, size, item.code, floatArgument(value), self);
      } catch (thrown) {
        if (isException(thrown, overflowErrorType) && integerOf(value) !== undefined) {
          throw error('int too large to convert');
        }
        throw thrown;
      }
      break;
    case 'complex': {
      let real: number;
      let imag = 0;
      if (value instanceof PyComplex) ({ real, imag } = value);
      else if (typeOf(value).nb_float === undefined) throw error('required argument is not a complex');
      else real = toFloatValue(value);
      packFloat(view, at, size / 2, item.code, real, self);
      packFloat(view, at + size / 2, size / 2, item.code, imag, self);
      break;
    }
    case 'char':
      if (!(value instanceof PyBytes) || value.bytes.length !== 1) {
        throw error('char format requires a bytes object of length 1');
      }
      bytes[at] = value.bytes[0];
      break;
    case 'bool':
      bytes[at] = isTrue(value) ? 1 : 0;
      break;
    case 'string':
    case 'pascal': {
      if (!(value instanceof PyBytes || value instanceof PyByteArray)) {
        throw error(`argument for '${item.code}' must be a bytes object`);
      }
      if (item.count === 0) break;
      if (kind === 'string') {
        bytes.set(value.bytes.subarray(0, item.count), at);
      } else {
        const data = value.bytes.subarray(0, item.count - 1);
        bytes[at] = Math.min(data.length, 255);
        bytes.set(data, at + 1);
      }
      break;
    }
  }
}

function unpackItem(bytes: Uint8Array, view: DataView, start: number, item: Item, self: PyStruct): Value {
  const at = start + item.offset;
  const { kind, size } = item.format;
  switch (kind) {
    case 'int':
    case 'uint':
      return unpackInteger(view, at, item.format, self.littleEndian);
    case 'float':
      return new PyFloat(unpackFloat(view, at, size, self.littleEndian));
    case 'complex':
      return new PyComplex(
        unpackFloat(view, at, size / 2, self.littleEndian),
        unpackFloat(view, at + size / 2, size / 2, self.littleEndian),
      );
    case 'char':
      return new PyBytes(bytes.slice(at, at + 1));
    case 'bool':
      return bytes[at] !== 0;
    case 'string':
      return new PyBytes(bytes.slice(at, at + item.count));
    default: {
      const length = item.count === 0 ? 0 : Math.min(bytes[at], item.count - 1);
      return new PyBytes(bytes.slice(at + 1, at + 1 + length));
    }
  }
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

function packInto(self: PyStruct, name: string, bytes: Uint8Array, start: number, values: readonly Value[]): void {
  if (values.length !== self.items.length) {
    throw error(`${name} expected ${self.items.length} items for packing (got ${values.length})`);
  }
  const view = viewOf(bytes);
  bytes.fill(0, start, start + self.size);
  self.items.forEach((item, i) => {
    packItem(bytes, view, start, item, values[i], self);
  });
}

function pack(self: PyStruct, values: Value[]): Value {
  const bytes = new Uint8Array(self.size);
  packInto(self, 'pack', bytes, 0, values);
  return new PyBytes(bytes);
}

function packIntoBuffer(self: PyStruct, target: Value, offset: Value, values: Value[]): void {
  const buffer = typeOf(target).bf_getbuffer?.(target);
  if (buffer === undefined || buffer.readonly) {
    buffer?.release();
    throw typeError(`argument must be read-write bytes-like object, not ${typeOf(target).tp_name}`);
  }
  try {
    const { length } = buffer.bytes;
    let start = Number(index(offset));
    if (start < 0) {
      if (start + self.size > 0) throw error(`no space to pack ${self.size} bytes at offset ${start}`);
      if (start + length < 0) throw error(`offset ${start} out of range for ${length}-byte buffer`);
      start += length;
    }
    if (length - start < self.size) {
      throw error(
        `pack_into requires a buffer of at least ${endOf(offset, start, self)} bytes for packing ${self.size} bytes at offset ${index(offset) < 0 ? start : index(offset)} (actual buffer size is ${length})`,
      );
    }
    packInto(self, 'pack_into', buffer.bytes, start, values);
  } finally {
    buffer.release();
  }
}

/** Where a buffer would have to end, exactly even where the offset is no safe integer. */
function endOf(offset: Value, start: number, self: PyStruct): number | bigint {
  const given = index(offset);
  return typeof given === 'bigint' ? given + BigInt(self.size) : start + self.size;
}

function unpackAt(self: PyStruct, bytes: Uint8Array, start: number): Value {
  const view = viewOf(bytes);
  return tupleOf(self.items.map((item) => unpackItem(bytes, view, start, item, self)));
}

function unpack(self: PyStruct, data: Value): Value {
  const bytes = bytesOf(data);
  if (bytes.length !== self.size) throw error(`unpack requires a buffer of ${self.size} bytes`);
  return unpackAt(self, bytes, 0);
}

function unpackFrom(self: PyStruct, data: Value, offset: Slot): Value {
  const bytes = bytesOf(data);
  let start = offset === undefined ? 0 : Number(index(offset));
  if (start < 0) {
    if (start + self.size > 0) throw error(`not enough data to unpack ${self.size} bytes at offset ${start}`);
    if (start + bytes.length < 0) throw error(`offset ${start} out of range for ${bytes.length}-byte buffer`);
    start += bytes.length;
  }
  if (bytes.length - start < self.size) {
    throw error(
      `unpack_from requires a buffer of at least ${endOf(offset ?? 0, start, self)} bytes for unpacking ${self.size} bytes at offset ${offset === undefined || index(offset) < 0 ? start : index(offset)} (actual buffer size is ${bytes.length})`,
    );
  }
  return unpackAt(self, bytes, start);
}

const unpackIteratorType = newType('_struct.unpack_iterator');
defineType(unpackIteratorType, {
  module: '_struct',
  subclassable: false,
  instantiable: false,
  tp_iter: (self: Value) => self,
  tp_iternext: (self: UnpackIterator) => {
    const { struct, bytes, at } = self;
    if (at >= bytes.length) return undefined;
    self.at += struct.size;
    return unpackAt(struct, bytes, at);
  },
  methods: {
    __length_hint__: ['($self, /)', (self: UnpackIterator) => (self.bytes.length - self.at) / self.struct.size],
  },
});

class UnpackIterator extends PyObject {
  readonly struct: PyStruct;
  readonly bytes: Uint8Array;
  at = 0;
  constructor(struct: PyStruct, bytes: Uint8Array) {
    super(unpackIteratorType);
    this.struct = struct;
    this.bytes = bytes;
  }
}

function iterUnpack(self: PyStruct, data: Value): Value {
  const bytes = bytesOf(data);
  if (self.size === 0) throw error('cannot iteratively unpack with a struct of length 0');
  if (bytes.length % self.size !== 0) {
    throw error(`iterative unpacking requires a buffer of a multiple of ${self.size} bytes`);
  }
  return new UnpackIterator(self, bytes);
}

const structType = newType('_struct.Struct');

function formatText(value: Value): string {
  const text = stringOf(value);
  if (text !== undefined) return text;
  if (value instanceof PyBytes) return String.fromCharCode(...value.bytes);
  throw typeError(`Struct() argument 1 must be a str or bytes object, not ${typeOf(value).tp_name}`);
}

const known = new Map<string, PyStruct>();

/** Structures by format, as the module's functions use them again and again. */
function structOf(value: Value): PyStruct {
  const text = formatText(value);
  let found = known.get(text);
  if (found === undefined) {
    found = new PyStruct(structType);
    prepare(found, text);
    if (known.size >= 100) known.clear();
    known.set(text, found);
  }
  return found;
}

defineType(structType, {
  module: '_struct',
  doc: 'Struct(fmt) --> compiled struct object',
  signature: '(format)',
  allocate: (type: PyType) => new PyStruct(type),
  hasWeakrefs: true,
  tp_new: (type: PyType) => type.allocate(type),
  tp_init: (self: PyStruct, args: Value[], kwNames: KwNames) => {
    prepare(self, formatText(bind('Struct', '(format)', args, kwNames)[0] as Value));
  },
  tp_repr: (self: PyStruct) => `${self.type.tp_name.replace(/^.*\./, '')}(${repr(self.format)})`,
  methods: {
    pack: ['($self, /, *values)', pack],
    pack_into: ['($self, buffer, offset, /, *values)', packIntoBuffer],
    unpack: ['($self, buffer, /)', unpack],
    unpack_from: ['($self, /, buffer, offset=0)', unpackFrom],
    iter_unpack: ['($self, buffer, /)', iterUnpack],
  },
  getset: {
    format: [(self: PyStruct) => self.format, undefined, 'struct format string'],
    size: [(self: PyStruct) => self.size, undefined, 'struct size in bytes'],
  },
});

/** CPython 3.14's Modules/_struct.c. */
export const struct: ModuleDefinition = {
  name: '_struct',
  doc: 'Functions to convert between Python values and C structs.',
  functions: {
    calcsize: ['($module, format, /)', (format: Value) => structOf(format).size],
    pack: ['($module, format, /, *values)', (format: Value, values: Value[]) => pack(structOf(format), values)],
    pack_into: [
      '($module, format, buffer, offset, /, *values)',
      (format: Value, buffer: Value, offset: Value, values: Value[]) =>
        packIntoBuffer(structOf(format), buffer, offset, values),
    ],
    unpack: ['($module, format, buffer, /)', (format: Value, buffer: Value) => unpack(structOf(format), buffer)],
    unpack_from: [
      '($module, format, /, buffer, offset=0)',
      (format: Value, buffer: Value, offset: Slot) => unpackFrom(structOf(format), buffer, offset),
    ],
    iter_unpack: ['($module, format, buffer, /)', (format: Value, data: Value) => iterUnpack(structOf(format), data)],
    _clearcache: ['($module, /)', () => known.clear()],
  },
  attributes: { Struct: structType, error: errorType },
};
