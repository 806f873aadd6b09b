import { frameBuiltin } from '../../interpreter/frame-builtins.ts';
import { vm } from '../../interpreter/state.ts';
import { isViewed } from '../../objects/buffer-holders.ts';
import { PyByteArray, PyBytes } from '../../objects/bytes.ts';
import { bufferOf, bytesArgument } from '../../objects/bytes-types.ts';
import { defineType, type ModuleDefinition } from '../../objects/define.ts';
import {
  bufferErrorType,
  eofErrorType,
  indexError,
  newException,
  runtimeError,
  typeError,
  valueError,
} from '../../objects/exception.ts';
import { newGenericAlias } from '../../objects/generic-alias.ts';
import { isInt } from '../../objects/int.ts';
import { PyList } from '../../objects/list.ts';
import {
  Compare,
  type KwNames,
  NotImplemented,
  newType,
  PyObject,
  type PyType,
  type Slot,
  typeOf,
  type Value,
} from '../../objects/object.ts';
import { PySlice } from '../../objects/slice.ts';
import { stringOf } from '../../objects/str.ts';
import { tupleOf } from '../../objects/tuple.ts';
import { index } from '../../operations/arithmetic.ts';
import { callMethod, getAttribute, lookupAttribute } from '../../operations/attribute.ts';
import { equals, richCompare } from '../../operations/compare.ts';
import { identityOf } from '../../operations/hash.ts';
import { forEach } from '../../operations/iterate.ts';
import { indexIn, sliceRange } from '../../operations/subscript.ts';
import { repr } from '../../operations/text.ts';
import { type ItemKind, isText, itemKind, typecodes } from './items.ts';

export const arrayType = newType('array.array');
const arrayIteratorType = newType('array.arrayiterator');

const BAD_TYPECODE = 'bad typecode (must be b, B, u, w, h, H, i, I, l, L, q, Q, f or d)';

/** Items of one C type in one piece of memory, which has room for more. */
class PyArray extends PyObject {
  kind: ItemKind;
  length = 0;
  /** Open buffers: as long as there are any, the memory must not move. */
  exports = 0;
  private memory = new Uint8Array(0);
  private view = new DataView(this.memory.buffer);

  constructor(kind: ItemKind, type: PyType = arrayType) {
    super(type);
    this.kind = kind;
  }

  get bytes(): Uint8Array {
    return this.memory.subarray(0, this.length * this.kind.size);
  }

  at(i: number): Value {
    return this.kind.get(this.view, i * this.kind.size);
  }

  put(i: number, value: Value): void {
    this.kind.set(this.view, i * this.kind.size, value);
  }

  resize(length: number): void {
    if (length === this.length) return;
    if (this.exports > 0 && isViewed((lender) => lender === this)) {
      throw newException(bufferErrorType, 'cannot resize an array that is exporting buffers');
    }
    this.exports = 0;
    const needed = length * this.kind.size;
    if (needed > this.memory.length) {
      const grown = new Uint8Array(this.length === 0 ? needed : needed + (needed >> 3) + 16);
      grown.set(this.bytes);
      this.memory = grown;
      this.view = new DataView(grown.buffer);
    }
    this.length = length;
  }

  append(value: Value): void {
    const { length } = this;
    this.resize(length + 1);
    try {
      this.put(length, value);
    } catch (error) {
      this.length = length;
      throw error;
    }
  }

  /** Replaces `count` items from `start` by whole items given as bytes. */
  splice(start: number, count: number, replacement: Uint8Array): void {
    const { size } = this.kind;
    const source = replacement.buffer === this.memory.buffer ? replacement.slice() : replacement;
    const added = source.length / size;
    const old = this.length;
    if (added > count) this.resize(old + added - count);
    this.memory.copyWithin((start + added) * size, (start + count) * size, old * size);
    this.memory.set(source, start * size);
    if (added < count) this.resize(old + added - count);
  }

  /** A new plain array of the same kind with these bytes. */
  like(bytes: Uint8Array): PyArray {
    const copy = new PyArray(this.kind);
    copy.splice(0, 0, bytes);
    return copy;
  }
}

function addBytes(self: PyArray, bytes: Uint8Array): void {
  if (bytes.length % self.kind.size !== 0) throw valueError('bytes length not a multiple of item size');
  self.splice(self.length, 0, bytes);
}

function extend(self: PyArray, values: Value): void {
  if (values instanceof PyArray) {
    if (values.kind !== self.kind) throw typeError('can only extend with array of same kind');
    self.splice(self.length, 0, values.bytes);
  } else forEach(values, (value) => self.append(value));
}

function addText(self: PyArray, text: string): void {
  for (const char of text) self.append(char);
}

/** array(typecode, initializer) (array_new). */
function create(type: PyType, args: Value[], kwNames: KwNames): Value {
  if (kwNames !== undefined && type === arrayType) throw typeError('array.array() takes no keyword arguments');
  if (args.length === 0) throw typeError('array() takes at least 1 argument (0 given)');
  if (args.length > 2) throw typeError(`array() takes at most 2 arguments (${args.length} given)`);
  const [code, initial] = args;
  const name = stringOf(code);
  if (name === undefined) {
    throw typeError(`array() argument 1 must be a unicode character, not ${typeOf(code).tp_name}`);
  }
  if (Array.from(name).length !== 1) {
    throw typeError(
      `array() argument 1 must be a unicode character, not a string of length ${Array.from(name).length}`,
    );
  }
  const kind = itemKind(name);
  const text = initial === undefined ? undefined : stringOf(initial);
  if (kind === undefined) throw valueError(BAD_TYPECODE);
  if (!isText(kind)) {
    if (text !== undefined) throw typeError(`cannot use a str to initialize an array with typecode '${name}'`);
    if (initial instanceof PyArray && isText(initial.kind)) {
      throw typeError(`cannot use a unicode array to initialize an array with typecode '${name}'`);
    }
  }
  if (name === 'u')
    vm.warn?.('DeprecationWarning', "The 'u' type code is deprecated and will be removed in Python 3.16");
  const array = new PyArray(kind, type);
  if (initial === undefined || initial === null) return array;
  if (text !== undefined) addText(array, text);
  else if (initial instanceof PyBytes || initial instanceof PyByteArray) addBytes(array, initial.bytes);
  else if (initial instanceof PyArray && initial.kind === kind) extend(array, initial);
  else forEach(initial, (value) => array.append(value));
  return array;
}

function itemAt(self: PyArray, i: number): Value {
  if (i < 0 || i >= self.length) throw indexError('array index out of range');
  return self.at(i);
}

function subscriptKey(key: Value): void {
  if (!isInt(key) && typeOf(key).nb_index === undefined) throw typeError('array indices must be integers');
}

function subscript(self: PyArray, key: Value): Value {
  if (!(key instanceof PySlice)) {
    subscriptKey(key);
    return itemAt(self, indexIn(key, self.length));
  }
  const { start, step, count } = sliceRange(key, self.length);
  const { size } = self.kind;
  const { bytes } = self;
  if (step === 1) return self.like(bytes.subarray(start * size, (start + count) * size));
  const picked = new Uint8Array(count * size);
  for (let i = 0; i < count; i++) {
    const at = (start + i * step) * size;
    picked.set(bytes.subarray(at, at + size), i * size);
  }
  return self.like(picked);
}

function assign(self: PyArray, key: Value, value: Slot): void {
  if (!(key instanceof PySlice)) {
    subscriptKey(key);
    const at = indexIn(key, self.length);
    if (at < 0 || at >= self.length) throw indexError('array assignment index out of range');
    if (value === undefined) self.splice(at, 1, new Uint8Array(0));
    else self.put(at, value);
    return;
  }
  if (value !== undefined && !(value instanceof PyArray)) {
    throw typeError(`can only assign array (not "${typeOf(value).tp_name}") to array slice`);
  }
  if (value !== undefined && value.kind !== self.kind) throw typeError('bad argument type for built-in operation');
  const { start, step, count } = sliceRange(key, self.length);
  const { size } = self.kind;
  if (step === 1) {
    self.splice(start, count, value === undefined ? new Uint8Array(0) : value.bytes);
    return;
  }
  if (value === undefined) {
    const places = Array.from({ length: count }, (_, i) => start + i * step).sort((a, b) => b - a);
    for (const at of places) self.splice(at, 1, new Uint8Array(0));
    return;
  }
  if (value.length !== count) {
    throw valueError(`attempt to assign array of size ${value.length} to extended slice of size ${count}`);
  }
  const source = value.bytes.slice();
  for (let i = 0; i < count; i++) self.bytes.set(source.subarray(i * size, (i + 1) * size), (start + i * step) * size);
}

function search(self: PyArray, value: Value, from = 0, to = Number.MAX_SAFE_INTEGER): number {
  for (let i = from; i < self.length && i < to; i++) if (equals(self.at(i), value)) return i;
  return -1;
}

function compare(self: PyArray, other: Value, op: Compare): Value {
  if (!(other instanceof PyArray)) return NotImplemented;
  if (self.length !== other.length && (op === Compare.EQ || op === Compare.NE)) return op === Compare.NE;
  const common = Math.min(self.length, other.length);
  for (let i = 0; i < common; i++) {
    const [left, right] = [self.at(i), other.at(i)];
    if (richCompare(left, right, Compare.EQ) === true) continue;
    if (op === Compare.EQ || op === Compare.NE) return op === Compare.NE;
    return richCompare(left, right, op);
  }
  return richCompare(self.length, other.length, op);
}

function repeated(self: PyArray, count: number): Uint8Array {
  const { bytes } = self;
  const times = Math.max(0, count);
  const result = new Uint8Array(bytes.length * times);
  for (let i = 0; i < times; i++) result.set(bytes, i * bytes.length);
  return result;
}

function byteswap(self: PyArray): void {
  const { size } = self.kind;
  const { bytes } = self;
  for (let at = 0; at < bytes.length; at += size) bytes.subarray(at, at + size).reverse();
}

function reverse(self: PyArray): void {
  const { size } = self.kind;
  const old = self.bytes.slice();
  const { bytes } = self;
  for (let i = 0, from = old.length - size; from >= 0; i += size, from -= size)
    bytes.set(old.subarray(from, from + size), i);
}

const listOf = (self: PyArray): Value[] => Array.from({ length: self.length }, (_, i) => self.at(i));

function text(self: PyArray): string {
  if (!isText(self.kind)) {
    throw valueError("tounicode() may only be called on unicode type arrays ('u' or 'w')");
  }
  return listOf(self).join('');
}

function fromFile(self: PyArray, file: Value, count: Value): void {
  const items = Number(index(count));
  const bytes = callMethod(file, 'read', items * self.kind.size);
  if (items < 0) throw valueError('negative count');
  if (!(bytes instanceof PyBytes)) throw typeError("read() didn't return bytes");
  addBytes(self, bytes.bytes);
  if (bytes.bytes.length !== items * self.kind.size)
    throw newException(eofErrorType, "read() didn't return enough bytes");
}

function reduce(self: PyArray, protocol: Value): Value {
  const state = lookupAttribute(self, '__dict__') ?? null;
  const code = self.kind.code;
  if (Number(index(protocol)) < 3) {
    return tupleOf([self.type, tupleOf([code, isText(self.kind) ? text(self) : new PyList(listOf(self))]), state]);
  }
  const reconstructor = getAttribute(vm.importModule('array'), '_array_reconstructor');
  const parts = [self.type, code, machineFormatOf(self.kind), new PyBytes(self.bytes.slice())];
  return tupleOf([reconstructor, tupleOf(parts), state]);
}

const machineFormatOf = (kind: ItemKind): number => kind.machineFormat;

/** Makes an array of bytes that a pickle holds, written by any machine (array__array_reconstructor_impl). */
function reconstruct(type: Value, code: Value, format: Value, items: Value): Value {
  const kind = itemKind(stringOf(code) ?? '');
  if (kind === undefined) {
    throw valueError('second parameter must be a valid type code');
  }
  if (!(items instanceof PyBytes)) throw typeError(`fourth argument should be bytes, not ${typeOf(items).tp_name}`);
  const given = Number(index(format));
  if (given < 0 || given > 21) throw valueError('third parameter must be a valid machine format code.');
  const array = new PyArray(kind, type as PyType);
  const bigEndian = given % 2 === 1 && given !== 1;
  if ((given & ~1) !== (kind.machineFormat & ~1)) {
    throw valueError(`items of machine format ${given} cannot become items of typecode '${kind.code}'`);
  }
  addBytes(array, items.bytes);
  if (bigEndian) byteswap(array);
  return array;
}

class ArrayIterator extends PyObject {
  array: PyArray | undefined;
  at = 0;
  constructor(array: PyArray) {
    super(arrayIteratorType);
    this.array = array;
  }
}

defineType(arrayIteratorType, {
  module: 'array',
  tp_iter: (self: Value) => self,
  tp_iternext(self: ArrayIterator) {
    if (self.array === undefined) return undefined;
    if (self.at < self.array.length) return self.array.at(self.at++);
    self.array = undefined;
    return undefined;
  },
  methods: {
    __reduce__: [
      '($self, /)',
      (self: ArrayIterator) => {
        const iter = frameBuiltin('iter');
        return self.array === undefined
          ? tupleOf([iter, tupleOf([tupleOf([])])])
          : tupleOf([iter, tupleOf([self.array]), self.at]);
      },
    ],
    __setstate__: [
      '($self, state, /)',
      (self: ArrayIterator, state: Value) => {
        if (self.array !== undefined) self.at = Math.min(Math.max(Number(index(state)), 0), self.array.length);
      },
    ],
  },
});

const copyOf = (self: PyArray): Value => self.like(self.bytes);

defineType(arrayType, {
  module: 'array',
  doc: 'array(typecode [, initializer]) -> array\n\nReturn a new array whose items are restricted by typecode.',
  allocate: (type) => new PyArray(itemKind('b') as ItemKind, type),
  hasWeakrefs: true,
  matchesSequence: true,
  tp_new: create,
  tp_repr(self: PyArray) {
    const { code } = self.kind;
    if (self.length === 0) return `${self.type.tp_name.replace(/^.*\./, '')}('${code}')`;
    const items = isText(self.kind) ? repr(text(self)) : repr(new PyList(listOf(self)));
    return `${self.type.tp_name.replace(/^.*\./, '')}('${code}', ${items})`;
  },
  tp_richcompare: compare,
  tp_iter: (self: PyArray) => new ArrayIterator(self),
  sq_length: (self: PyArray) => self.length,
  sq_item: itemAt,
  sq_contains: (self: PyArray, value: Value) => search(self, value) >= 0,
  mp_subscript: subscript,
  mp_ass_subscript: assign,
  sq_concat(self: PyArray, other: Value) {
    if (!(other instanceof PyArray)) {
      throw typeError(`can only append array (not "${typeOf(other).tp_name}") to array`);
    }
    if (other.kind !== self.kind) throw typeError('bad argument type for built-in operation');
    const sum = self.like(self.bytes);
    extend(sum, other);
    return sum;
  },
  sq_inplace_concat(self: PyArray, other: Value) {
    if (!(other instanceof PyArray)) {
      throw typeError(`can only extend array with array (not "${typeOf(other).tp_name}")`);
    }
    extend(self, other);
    return self;
  },
  sq_repeat: (self: PyArray, count: number) => self.like(repeated(self, count)),
  sq_inplace_repeat(self: PyArray, count: number) {
    self.splice(0, self.length, repeated(self, count));
    return self;
  },
  bf_getbuffer(self: PyArray) {
    self.exports++;
    let open = true;
    return {
      bytes: self.bytes,
      readonly: false,
      format: self.kind.format,
      itemsize: self.kind.size,
      shape: [self.length],
      release() {
        if (open && self.exports > 0) self.exports--;
        open = false;
      },
    };
  },
  methods: {
    append: [
      '($self, v, /)',
      (self: PyArray, v: Value) => self.append(v),
      'Append new value v to the end of the array.',
    ],
    buffer_info: [
      '($self, /)',
      (self: PyArray) => tupleOf([identityOf(self), self.length]),
      "Return a tuple (address, length) giving the current memory address and the length in items of the buffer used to hold array's contents.",
    ],
    byteswap: ['($self, /)', byteswap, 'Byteswap all items of the array.'],
    clear: ['($self, /)', (self: PyArray) => self.resize(0), 'Remove all items from the array.'],
    __copy__: ['($self, /)', copyOf, 'Return a copy of the array.'],
    __deepcopy__: ['($self, unused, /)', copyOf, 'Return a copy of the array.'],
    count: [
      '($self, v, /)',
      (self: PyArray, v: Value) => {
        let count = 0;
        for (let i = 0; i < self.length; i++) if (equals(self.at(i), v)) count++;
        return count;
      },
      'Return number of occurrences of v in the array.',
    ],
    extend: ['($self, bb, /)', extend, 'Append items to the end of the array.'],
    frombytes: [
      '($self, buffer, /)',
      (self: PyArray, source: Value) => {
        if (stringOf(source) !== undefined) throw typeError("a bytes-like object is required, not 'str'");
        const buffer = bufferOf(source);
        if (buffer.itemsize !== 1) throw typeError('a bytes-like object is required');
        buffer.release();
        addBytes(self, bytesArgument(source));
      },
      'Appends items from the string, interpreting it as an array of machine values, as if it had been read from a file using the fromfile() method.',
    ],
    fromfile: [
      '($self, f, n, /)',
      fromFile,
      'Read n objects from the file object f and append them to the end of the array.',
    ],
    fromlist: [
      '($self, list, /)',
      (self: PyArray, list: Value) => {
        if (!(list instanceof PyList)) throw typeError('arg must be list');
        const { length } = self;
        try {
          for (let i = 0; i < list.items.length; i++) {
            const size = list.items.length;
            self.append(list.items[i]);
            if (size !== list.items.length) throw runtimeError('list changed size during iteration');
          }
        } catch (error) {
          self.resize(length);
          throw error;
        }
      },
      'Append items to array from list.',
    ],
    fromunicode: [
      '($self, ustr, /)',
      (self: PyArray, value: Value) => {
        const characters = stringOf(value);
        if (characters === undefined) {
          throw typeError(`fromunicode() argument must be str, not ${typeOf(value).tp_name}`);
        }
        if (!isText(self.kind)) {
          throw valueError("fromunicode() may only be called on unicode type arrays ('u' or 'w')");
        }
        addText(self, characters);
      },
      'Extends this array with data from the unicode string ustr.',
    ],
    index: [
      '($self, v, start=0, stop=sys.maxsize, /)',
      (self: PyArray, v: Value, start: Slot, stop: Slot) => {
        const bound = (value: Slot, otherwise: number): number => {
          if (value === undefined) return otherwise;
          const at = Number(index(value));
          return at < 0 ? Math.max(0, at + self.length) : at;
        };
        const at = search(self, v, bound(start, 0), bound(stop, Number.MAX_SAFE_INTEGER));
        if (at < 0) throw valueError('array.index(x): x not in array');
        return at;
      },
      'Return index of first occurrence of v in the array.',
    ],
    insert: [
      '($self, i, v, /)',
      (self: PyArray, i: Value, v: Value) => {
        const { length } = self;
        const at = Math.min(Math.max(indexIn(i, length), 0), length);
        const one = new PyArray(self.kind);
        one.append(v);
        self.splice(at, 0, one.bytes);
      },
      'Insert a new item v into the array before position i.',
    ],
    pop: [
      '($self, i=-1, /)',
      (self: PyArray, i: Value = -1) => {
        if (self.length === 0) throw indexError('pop from empty array');
        const at = indexIn(i, self.length);
        if (at < 0 || at >= self.length) throw indexError('pop index out of range');
        const value = self.at(at);
        self.splice(at, 1, new Uint8Array(0));
        return value;
      },
      'Return the i-th element and delete it from the array.',
    ],
    __reduce_ex__: ['($self, protocol, /)', reduce, 'Return state information for pickling.'],
    remove: [
      '($self, v, /)',
      (self: PyArray, v: Value) => {
        const at = search(self, v);
        if (at < 0) throw valueError('array.remove(x): x not in array');
        self.splice(at, 1, new Uint8Array(0));
      },
      'Remove the first occurrence of v in the array.',
    ],
    reverse: ['($self, /)', reverse, 'Reverse the order of the items in the array.'],
    tobytes: [
      '($self, /)',
      (self: PyArray) => new PyBytes(self.bytes.slice()),
      'Convert the array to an array of machine values and return the bytes representation.',
    ],
    tofile: [
      '($self, f, /)',
      (self: PyArray, file: Value) => {
        callMethod(file, 'write', new PyBytes(self.bytes.slice()));
      },
      'Write all items (as machine values) to the file object f.',
    ],
    tolist: [
      '($self, /)',
      (self: PyArray) => new PyList(listOf(self)),
      'Convert array to an ordinary list with the same items.',
    ],
    tounicode: ['($self, /)', text, 'Extends this array with data from the unicode string ustr.'],
  },
  classMethods: {
    __class_getitem__: ['($type, object, /)', newGenericAlias, 'See PEP 585'],
  },
  getset: {
    typecode: [(self: PyArray) => self.kind.code, undefined, 'the typecode character used to create the array'],
    itemsize: [(self: PyArray) => self.kind.size, undefined, 'the size, in bytes, of one array item'],
  },
});

/** CPython 3.14's Modules/arraymodule.c on a little-endian 64-bit machine. */
export const array = (): ModuleDefinition => {
  callMethod(getAttribute(vm.importModule('_collections_abc'), 'MutableSequence'), 'register', arrayType);
  return arrayModule;
};

const arrayModule: ModuleDefinition = {
  name: 'array',
  doc: 'This module defines an object type which can efficiently represent an array of basic values: characters, integers, floating-point numbers.',
  functions: {
    _array_reconstructor: [
      '($module, arraytype, typecode, mformat_code, items, /)',
      reconstruct,
      'Internal. Used for pickling support.',
    ],
  },
  attributes: { array: arrayType, ArrayType: arrayType, typecodes },
};
