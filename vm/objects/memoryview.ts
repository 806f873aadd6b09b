import { index } from '../operations/arithmetic.ts';
import { equals } from '../operations/compare.ts';
import { hashBytes, identityOf } from '../operations/hash.ts';
import { toArray } from '../operations/iterate.ts';
import { indexIn, sliceRange } from '../operations/subscript.ts';
import { isTrue } from '../operations/truth.ts';
import { hex } from '../text/byte-strings.ts';
import { PyBytes } from './bytes.ts';
import { defineType } from './define.ts';
import {
  bufferErrorType,
  indexError,
  newException,
  notImplementedErrorType,
  typeError,
  valueError,
} from './exception.ts';
import { PyFloat } from './float.ts';
import { SequenceIterator } from './iterator.ts';
import { PyList } from './list.ts';
import {
  type Buffer,
  Compare,
  type KwNames,
  NotImplemented,
  newType,
  PyObject,
  type PyType,
  type Slot,
  typeOf,
  type Value,
} from './object.ts';
import { BuiltinDef } from './signature.ts';
import { PySlice } from './slice.ts';
import { stringOf } from './str.ts';
import { PyTuple, tupleOf } from './tuple.ts';

export const memoryviewType = newType('memoryview');

/** Size in bytes of an item by its native format character. */
const itemSizes: Readonly<Record<string, number>> = {
  B: 1,
  b: 1,
  c: 1,
  '?': 1,
  h: 2,
  H: 2,
  e: 2,
  i: 4,
  I: 4,
  f: 4,
  l: 8,
  L: 8,
  q: 8,
  Q: 8,
  n: 8,
  N: 8,
  P: 8,
  d: 8,
};

/** What several memoryviews of one buffer share: the last one to be released releases it. */
class Lease {
  readonly buffer: Buffer;
  readonly object: Value;
  views = 1;
  constructor(buffer: Buffer, object: Value) {
    this.buffer = buffer;
    this.object = object;
  }
}

/** A view of another object's bytes: items of `format` at `offset`, spaced by `strides`. */
export class PyMemoryView extends PyObject {
  lease: Lease | undefined;
  readonly format: string;
  readonly itemsize: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
  readonly readonly: boolean;
  hash: number | bigint | undefined = undefined;
  /** Buffers lent out from this view. */
  exports = 0;

  constructor(
    lease: Lease,
    layout: {
      format: string;
      itemsize: number;
      shape: readonly number[];
      strides: readonly number[];
      offset: number;
      readonly: boolean;
    },
  ) {
    super(memoryviewType);
    this.lease = lease;
    this.format = layout.format;
    this.itemsize = layout.itemsize;
    this.shape = layout.shape;
    this.strides = layout.strides;
    this.offset = layout.offset;
    this.readonly = layout.readonly;
  }

  /** The bytes of the whole buffer. Raises ValueError once released. */
  get bytes(): Uint8Array {
    if (this.lease === undefined) throw valueError('operation forbidden on released memoryview object');
    return this.lease.buffer.bytes;
  }

  get count(): number {
    return this.shape.reduce((product, extent) => product * extent, 1);
  }

  get contiguous(): boolean {
    return contiguousStrides(this.shape, this.itemsize).every(
      (stride, i) => stride === this.strides[i] || this.shape[i] <= 1,
    );
  }

  /** A copy of the bytes that the view shows, in C order. */
  copyBytes(): Uint8Array {
    const { bytes } = this;
    const total = this.count * this.itemsize;
    if (this.contiguous) return bytes.slice(this.offset, this.offset + total);
    const copy = new Uint8Array(total);
    let at = 0;
    for (const offset of this.offsets()) {
      copy.set(bytes.subarray(offset, offset + this.itemsize), at);
      at += this.itemsize;
    }
    return copy;
  }

  /** Byte offset of every item, in C order. */
  *offsets(dimension = 0, start = this.offset): IterableIterator<number> {
    if (dimension === this.shape.length) {
      yield start;
      return;
    }
    for (let i = 0; i < this.shape[dimension]; i++)
      yield* this.offsets(dimension + 1, start + i * this.strides[dimension]);
  }

  /** A view of the same items that can't be written through. */
  toReadOnly(): PyMemoryView {
    this.bytes;
    const lease = this.lease as Lease;
    lease.views++;
    return new PyMemoryView(lease, { ...this, readonly: true });
  }

  release(): void {
    if (this.lease === undefined) return;
    if (this.exports > 0) {
      throw newException(
        bufferErrorType,
        `memoryview has ${this.exports} exported buffer${this.exports === 1 ? '' : 's'}`,
      );
    }
    if (--this.lease.views === 0) this.lease.buffer.release();
    this.lease = undefined;
  }
}

function contiguousStrides(shape: readonly number[], itemsize: number): number[] {
  const strides: number[] = new Array(shape.length);
  let stride = itemsize;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = stride;
    stride *= shape[i];
  }
  return strides;
}

/** memoryview(object). */
export function memoryviewOf(object: Value): PyMemoryView {
  if (object instanceof PyMemoryView) {
    if (object.lease === undefined) throw valueError('operation forbidden on released memoryview object');
    object.lease.views++;
    return new PyMemoryView(object.lease, object);
  }
  const { bf_getbuffer, tp_name } = typeOf(object);
  if (bf_getbuffer === undefined) throw typeError(`memoryview: a bytes-like object is required, not '${tp_name}'`);
  const buffer = bf_getbuffer(object);
  const strides = contiguousStrides(buffer.shape, buffer.itemsize);
  const lease = new Lease(buffer, buffer.object ?? object);
  return new PyMemoryView(lease, { ...buffer, strides, offset: 0, readonly: buffer.readonly });
}

/** The format's one character; NotImplementedError for what memoryview can't take apart. */
function itemFormat(view: PyMemoryView): string {
  const format = view.format.startsWith('@') ? view.format.slice(1) : view.format;
  if (!(format in itemSizes))
    throw newException(notImplementedErrorType, `memoryview: format ${view.format} not supported`);
  return format;
}

function dataView(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

const small = (value: bigint): Value =>
  value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;

function unpackItem(view: PyMemoryView, offset: number): Value {
  const data = dataView(view.bytes);
  switch (itemFormat(view)) {
    case 'B':
      return data.getUint8(offset);
    case 'b':
      return data.getInt8(offset);
    case 'c':
      return new PyBytes(view.bytes.slice(offset, offset + 1));
    case '?':
      return data.getUint8(offset) !== 0;
    case 'h':
      return data.getInt16(offset, true);
    case 'H':
      return data.getUint16(offset, true);
    case 'i':
      return data.getInt32(offset, true);
    case 'I':
      return data.getUint32(offset, true);
    case 'l':
    case 'q':
    case 'n':
      return small(data.getBigInt64(offset, true));
    case 'L':
    case 'Q':
    case 'N':
    case 'P':
      return small(data.getBigUint64(offset, true));
    case 'f':
      return new PyFloat(data.getFloat32(offset, true));
    case 'd':
      return new PyFloat(data.getFloat64(offset, true));
    default:
      return new PyFloat(halfToNumber(data.getUint16(offset, true)));
  }
}

function halfToNumber(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Lowest and highest value by integer format. */
function integerRange(format: string): [bigint, bigint] {
  const bits = BigInt(itemSizes[format] * 8);
  const signed = 'bhilqn'.includes(format);
  return signed ? [-(1n << (bits - 1n)), (1n << (bits - 1n)) - 1n] : [0n, (1n << bits) - 1n];
}

function packItem(view: PyMemoryView, offset: number, value: Value): void {
  const format = itemFormat(view);
  const data = dataView(view.bytes);
  const wrongType = () => typeError(`memoryview: invalid type for format '${view.format}'`);
  if (format === 'c') {
    if (!(value instanceof PyBytes)) throw wrongType();
    if (value.bytes.length !== 1) throw valueError(`memoryview: invalid value for format '${view.format}'`);
    data.setUint8(offset, value.bytes[0]);
    return;
  }
  if (format === '?') {
    data.setUint8(offset, isTrue(value) ? 1 : 0);
    return;
  }
  if ('fde'.includes(format)) {
    const number =
      value instanceof PyFloat
        ? value.value
        : typeof value === 'number' || typeof value === 'bigint'
          ? Number(value)
          : undefined;
    if (number === undefined) throw wrongType();
    if (format === 'f') data.setFloat32(offset, number, true);
    else if (format === 'd') data.setFloat64(offset, number, true);
    else throw newException(notImplementedErrorType, 'memoryview: assignment of half floats is not supported');
    return;
  }
  if (typeof value !== 'number' && typeOf(value).nb_index === undefined) throw wrongType();
  const integer = BigInt(index(value));
  const [low, high] = integerRange(format);
  if (integer < low || integer > high) throw valueError(`memoryview: invalid value for format '${view.format}'`);
  switch (itemSizes[format]) {
    case 1:
      data.setUint8(offset, Number(BigInt.asUintN(8, integer)));
      break;
    case 2:
      data.setUint16(offset, Number(BigInt.asUintN(16, integer)), true);
      break;
    case 4:
      data.setUint32(offset, Number(BigInt.asUintN(32, integer)), true);
      break;
    default:
      data.setBigUint64(offset, BigInt.asUintN(64, integer), true);
  }
}

/** Byte offset of the item that an index, or a tuple of one for each dimension, names. */
function itemOffset(view: PyMemoryView, key: Value): number {
  const keys = key instanceof PyTuple ? key.items : [key];
  if (keys.length < view.shape.length) throw newException(notImplementedErrorType, 'sub-views are not implemented');
  if (keys.length > view.shape.length) {
    throw typeError(`cannot index ${view.shape.length}-dimension view with ${keys.length}-element tuple`);
  }
  let offset = view.offset;
  keys.forEach((each, dimension) => {
    const at = indexIn(each, view.shape[dimension]);
    if (at < 0 || at >= view.shape[dimension]) throw indexError(`index out of bounds on dimension ${dimension + 1}`);
    offset += at * view.strides[dimension];
  });
  return offset;
}

function sliced(view: PyMemoryView, slice: PySlice): PyMemoryView {
  if (view.shape.length !== 1)
    throw newException(notImplementedErrorType, 'multi-dimensional slicing is not implemented');
  const lease = view.lease as Lease;
  lease.views++;
  let range: ReturnType<typeof sliceRange>;
  try {
    // What the bounds run may release the view, but not what it shares with its slice.
    range = sliceRange(slice, view.shape[0]);
  } catch (error) {
    if (--lease.views === 0) lease.buffer.release();
    throw error;
  }
  const { start, step, count } = range;
  return new PyMemoryView(lease, {
    format: view.format,
    itemsize: view.itemsize,
    shape: [count],
    strides: [view.strides[0] * step],
    offset: view.offset + start * view.strides[0],
    readonly: view.readonly,
  });
}

const isIndex = (key: Value): boolean => typeof key === 'number' || typeOf(key).nb_index !== undefined;

function subscript(view: PyMemoryView, key: Value): Value {
  view.bytes;
  if (view.shape.length === 0) {
    if (key instanceof PyTuple && key.items.length === 0) return unpackItem(view, view.offset);
    throw typeError('invalid indexing of 0-dim memory');
  }
  if (key instanceof PySlice) return sliced(view, key);
  if (isIndex(key) || (key instanceof PyTuple && key.items.every(isIndex)))
    return unpackItem(view, itemOffset(view, key));
  if (isMultiSlice(key)) throw newException(notImplementedErrorType, 'multi-dimensional slicing is not implemented');
  throw typeError('memoryview: invalid slice key');
}

const isMultiSlice = (key: Value): boolean =>
  key instanceof PyTuple && key.items.length > 0 && key.items.every((item) => item instanceof PySlice);

function assign(view: PyMemoryView, key: Value, value: Slot): void {
  view.bytes;
  if (view.readonly) throw typeError('cannot modify read-only memory');
  if (value === undefined) throw typeError('cannot delete memory');
  if (key instanceof PySlice) {
    const target = sliced(view, key);
    const source = memoryviewOf(value);
    try {
      if (source.format.replace('@', '') !== view.format.replace('@', '') || source.count !== target.count) {
        throw valueError('memoryview assignment: lvalue and rvalue have different structures');
      }
      const data = source.copyBytes();
      let at = 0;
      for (const offset of target.offsets()) {
        view.bytes.set(data.subarray(at, at + view.itemsize), offset);
        at += view.itemsize;
      }
    } finally {
      source.release();
      target.release();
    }
    return;
  }
  if (isMultiSlice(key)) {
    const message = 'memoryview slice assignments are currently restricted to ndim = 1';
    throw newException(notImplementedErrorType, message);
  }
  if (!isIndex(key) && !(key instanceof PyTuple && key.items.every(isIndex))) {
    throw typeError('memoryview: invalid slice key');
  }
  packItem(view, itemOffset(view, key), value);
}

function nested(view: PyMemoryView, dimension: number, start: number): Value {
  if (dimension === view.shape.length) return unpackItem(view, start);
  const items: Value[] = [];
  for (let i = 0; i < view.shape[dimension]; i++)
    items.push(nested(view, dimension + 1, start + i * view.strides[dimension]));
  return new PyList(items);
}

function cast(view: PyMemoryView, format: Value, shape: Slot): Value {
  const text = stringOf(format);
  if (text === undefined) throw typeError('memoryview: format argument must be a string');
  view.bytes;
  if (!view.contiguous) throw typeError('memoryview: casts are restricted to C-contiguous views');
  const plain = text.replace('@', '');
  const itemsize = itemSizes[plain];
  if (itemsize === undefined) {
    throw valueError(
      "memoryview: destination format must be a native single character format prefixed with an optional '@'",
    );
  }
  const total = view.count * view.itemsize;
  if (!'Bbc'.includes(plain) && !'Bbc'.includes(view.format.replace('@', ''))) {
    throw typeError('memoryview: cannot cast between two non-byte formats');
  }
  if (total % itemsize !== 0) throw typeError('memoryview: length is not a multiple of itemsize');
  const newShape = shape === undefined ? [total / itemsize] : toArray(shape).map((extent) => Number(index(extent)));
  if (newShape.reduce((product, extent) => product * extent, itemsize) !== total) {
    throw typeError('memoryview: product(shape) * itemsize != buffer size');
  }
  const lease = view.lease as Lease;
  lease.views++;
  return new PyMemoryView(lease, {
    format: text,
    itemsize,
    shape: newShape,
    strides: contiguousStrides(newShape, itemsize),
    offset: view.offset,
    readonly: view.readonly,
  });
}

function sameItems(left: PyMemoryView, right: PyMemoryView): boolean {
  if (left.shape.length !== right.shape.length || left.shape.some((extent, i) => extent !== right.shape[i]))
    return false;
  const theirs = right.offsets();
  for (const offset of left.offsets()) {
    const other = theirs.next().value as number;
    if (!equals(unpackItem(left, offset), unpackItem(right, other))) return false;
  }
  return true;
}

const binder = new BuiltinDef('memoryview', 'memoryview', '(object)', () => null, false, null);

const shapeTuple = (extents: readonly number[]): Value => tupleOf([...extents]);

function checked<T>(get: (view: PyMemoryView) => T): (view: PyMemoryView) => T {
  return (view) => {
    view.bytes;
    return get(view);
  };
}

defineType(memoryviewType, {
  doc: 'Create a new memoryview object which references the given object.',
  signature: '(object)',
  subclassable: false,
  hasWeakrefs: true,
  matchesSequence: true,
  isolatedEquality: true,
  tp_new: (_type: PyType, args: Value[], kwNames: KwNames) => memoryviewOf(binder.bind(args, kwNames)[0] as Value),
  tp_repr: (self: PyMemoryView) =>
    `<${self.lease === undefined ? 'released memory' : 'memory'} at 0x${identityOf(self).toString(16)}>`,
  tp_hash(self: PyMemoryView) {
    if (self.hash !== undefined) return self.hash;
    self.bytes;
    if (!self.readonly) throw valueError('cannot hash writable memoryview object');
    if (!'Bbc'.includes(self.format)) throw valueError("memoryview: hashing is restricted to formats 'B', 'b' or 'c'");
    self.hash = hashBytes(self.copyBytes());
    return self.hash;
  },
  tp_richcompare(self: PyMemoryView, other: Value, op: Compare) {
    if (op !== Compare.EQ && op !== Compare.NE) return NotImplemented;
    if (self === other) return op === Compare.EQ;
    if (!(other instanceof PyMemoryView) && typeOf(other).bf_getbuffer === undefined) return NotImplemented;
    if (self.lease === undefined || (other instanceof PyMemoryView && other.lease === undefined))
      return op === Compare.NE;
    const view = memoryviewOf(other);
    try {
      return sameItems(self, view) === (op === Compare.EQ);
    } finally {
      view.release();
    }
  },
  tp_iter: (self: PyMemoryView) => {
    self.bytes;
    if (self.shape.length === 0) throw typeError('invalid indexing of 0-dim memory');
    return new SequenceIterator(self);
  },
  sq_length(self: PyMemoryView) {
    self.bytes;
    if (self.shape.length === 0) throw typeError('0-dim memory has no length');
    return self.shape[0];
  },
  sq_item(self: PyMemoryView, at: number) {
    if (at < 0 || at >= self.shape[0]) throw indexError('index out of bounds on dimension 1');
    return unpackItem(self, self.offset + at * self.strides[0]);
  },
  mp_subscript: subscript,
  mp_ass_subscript: assign,
  bf_getbuffer(self: PyMemoryView): Buffer {
    const { bytes } = self;
    self.exports++;
    let released = false;
    const start = self.offset;
    return {
      bytes: self.contiguous ? bytes.subarray(start, start + self.count * self.itemsize) : self.copyBytes(),
      readonly: self.readonly || !self.contiguous,
      format: self.format,
      itemsize: self.itemsize,
      shape: self.shape,
      release() {
        if (!released) self.exports--;
        released = true;
      },
    };
  },
  methods: {
    tobytes: [
      "($self, /, order='C')",
      (self: PyMemoryView) => new PyBytes(self.copyBytes()),
      'Return the data in the buffer as a byte string.',
    ],
    tolist: [
      '($self, /)',
      (self: PyMemoryView) => {
        self.bytes;
        return nested(self, 0, self.offset);
      },
      'Return the data in the buffer as a list of elements.',
    ],
    hex: [
      '($self, /, sep=<unrepresentable>, bytes_per_sep=1)',
      (self: PyMemoryView, sep: Slot, group: Slot) =>
        hex(
          self.copyBytes(),
          sep instanceof PyBytes ? String.fromCharCode(...sep.bytes) : sep === undefined ? '' : (stringOf(sep) ?? ''),
          group === undefined ? 1 : Number(index(group)),
        ),
    ],
    cast: ['($self, /, format, shape=<unrepresentable>)', cast, 'Cast a memoryview to a new format or shape.'],
    release: [
      '($self, /)',
      (self: PyMemoryView) => self.release(),
      'Release the underlying buffer exposed by the memoryview object.',
    ],
    toreadonly: ['($self, /)', (self: PyMemoryView) => self.toReadOnly()],
    count: [
      '($self, value, /)',
      (self: PyMemoryView, value: Value) => {
        let count = 0;
        for (const offset of self.offsets()) if (equals(unpackItem(self, offset), value)) count++;
        return count;
      },
    ],
    index: [
      '($self, value, start=0, stop=sys.maxsize, /)',
      (self: PyMemoryView, value: Value, start: Slot, stop: Slot) => {
        const length = self.shape[0];
        const bound = (given: Slot, missing: number): number => {
          if (given === undefined) return missing;
          const plain = Number(index(given));
          return Math.min(length, Math.max(0, plain < 0 ? plain + length : plain));
        };
        for (let i = bound(start, 0); i < bound(stop, length); i++) {
          if (equals(unpackItem(self, self.offset + i * self.strides[0]), value)) return i;
        }
        throw valueError('memoryview.index(x): x not found');
      },
    ],
    __enter__: [
      '($self, /)',
      (self: PyMemoryView) => {
        self.bytes;
        return self;
      },
    ],
    __exit__: ['($self, /, *args)', (self: PyMemoryView) => self.release()],
  },
  getset: {
    obj: [checked((self) => (self.lease as Lease).object)],
    nbytes: [checked((self) => self.count * self.itemsize)],
    readonly: [checked((self) => self.readonly)],
    itemsize: [checked((self) => self.itemsize)],
    format: [checked((self) => self.format)],
    ndim: [checked((self) => self.shape.length)],
    shape: [checked((self) => shapeTuple(self.shape))],
    strides: [checked((self) => shapeTuple(self.strides))],
    suboffsets: [checked(() => tupleOf([]))],
    c_contiguous: [checked((self) => self.contiguous)],
    f_contiguous: [checked((self) => self.contiguous && self.shape.length <= 1)],
    contiguous: [checked((self) => self.contiguous)],
  },
});
