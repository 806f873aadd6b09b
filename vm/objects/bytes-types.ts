import { frameBuiltin } from '../interpreter/frame-builtins.ts';
import { vm } from '../interpreter/state.ts';
import { index } from '../operations/arithmetic.ts';
import { getAttribute } from '../operations/attribute.ts';
import { call, callSpecial } from '../operations/call.ts';
import { decodeBytes, encodeText } from '../operations/codec.ts';
import { compareOrdered } from '../operations/compare.ts';
import { hashBytes } from '../operations/hash.ts';
import { forEach, toArray } from '../operations/iterate.ts';
import { indexIn, lengthOf, sliceRange, subscript } from '../operations/subscript.ts';
import { ascii, repr, str } from '../operations/text.ts';
import { isTrue } from '../operations/truth.ts';
import * as byteStrings from '../text/byte-strings.ts';
import { percentFormatBytes } from '../text/percent-format.ts';
import { bytesRepr } from '../text/repr.ts';
import { bind } from './bind.ts';
import { isViewed } from './buffer-holders.ts';
import { PyByteArray, PyBytes } from './bytes.ts';
import { type Declaration, defineType } from './define.ts';
import { bufferErrorType, indexError, newException, overflowError, typeError, valueError } from './exception.ts';
import { integerOf, isInt } from './int.ts';
import { PyList } from './list.ts';
import { toFloatValue, toInteger } from './number-types.ts';
import {
  type Buffer,
  bytearrayType,
  bytesType,
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
import { PySlice } from './slice.ts';
import { stringOf } from './str.ts';
import { PyTuple, tupleOf } from './tuple.ts';

type AnyBytes = PyBytes | PyByteArray;

/** The bytes that an object lends; raises TypeError when it lends none (PyObject_GetBuffer). */
export function bufferOf(value: Value): Buffer {
  const { bf_getbuffer, tp_name } = typeOf(value);
  if (bf_getbuffer === undefined) throw typeError(`a bytes-like object is required, not '${tp_name}'`);
  return bf_getbuffer(value);
}

/** Bytes of an argument that is only read. */
export function bytesArgument(value: Value): Uint8Array {
  if (value instanceof PyBytes || value instanceof PyByteArray) return value.bytes;
  return bufferOf(value).bytes;
}

const isBytes = (value: Value): value is AnyBytes => value instanceof PyBytes || value instanceof PyByteArray;

function plainBuffer(bytes: Uint8Array, readonly: boolean, release: () => void): Buffer {
  return { bytes, readonly, format: 'B', itemsize: 1, shape: [bytes.length], release };
}

function byteOf(value: Value, what: string): number {
  const byte = index(value);
  if (byte < 0 || byte > 255) throw valueError(`${what} must be in range(0, 256)`);
  return Number(byte);
}

function collect(iterable: Value, what: string): Uint8Array {
  const bytes: number[] = [];
  forEach(iterable, (item) => {
    bytes.push(byteOf(item, what));
  });
  return Uint8Array.from(bytes);
}

/** The bytes that bytes(…) and bytearray(…) are made of. */
/** What stands between groups of hexadecimal digits: one character of ASCII, in a str or in bytes (_Py_strhex_impl). */
export function hexSeparator(separator: Slot): string {
  if (separator === undefined) return '';
  const length = lengthOf(separator);
  if (length !== 1) throw valueError('sep must be length 1.');
  const text = stringOf(separator) ?? (isBytes(separator) ? latin1(separator.bytes) : undefined);
  if (text === undefined) throw typeError('sep must be str or bytes.');
  if (text.charCodeAt(0) > 127) throw valueError('sep must be ASCII.');
  return text;
}

function textArgument(name: string, argument: string, value: Value): string {
  const text = stringOf(value);
  if (text !== undefined) return text;
  throw typeError(`${name}() argument '${argument}' must be str, not ${typeOf(value).tp_name}`);
}

function contents(name: string, args: Value[], kwNames: KwNames): Uint8Array {
  const [source, encoding, errors] = bind(name, "(source=b'', encoding='utf-8', errors='strict')", args, kwNames);
  if (source === undefined) {
    if (encoding !== undefined || errors !== undefined) {
      throw typeError(`${encoding !== undefined ? 'encoding' : 'errors'} without a string argument`);
    }
    return new Uint8Array(0);
  }
  const text = stringOf(source);
  if (text !== undefined) {
    if (encoding === undefined) throw typeError('string argument without an encoding');
    return encodeText(text, textArgument(name, 'encoding', encoding), textArgument(name, 'errors', errors ?? 'strict'));
  }
  if (encoding !== undefined || errors !== undefined) {
    throw typeError(`${encoding !== undefined ? 'encoding' : 'errors'} without a string argument`);
  }
  if (isBytes(source)) return source.bytes.slice();
  const { nb_index, bf_getbuffer, tp_iter, sq_item, tp_name } = typeOf(source);
  if (isInt(source) || (nb_index !== undefined && bf_getbuffer === undefined)) {
    const count = index(source);
    // What no index can be is told of first, whatever its sign.
    if (count >= 2n ** 63n || count < -(2n ** 63n)) throw overflowError("cannot fit 'int' into an index-sized integer");
    if (count < 0) throw valueError('negative count');
    if (count > 2 ** 32) throw new RangeError('Invalid typed array length');
    return new Uint8Array(Number(count));
  }
  if (bf_getbuffer !== undefined) return bf_getbuffer(source).bytes.slice();
  if (tp_iter === undefined && sq_item === undefined) {
    throw typeError(`cannot convert '${tp_name}' object to ${name}`);
  }
  return collect(source, name === 'bytes' ? 'bytes' : 'byte');
}

const like = (self: AnyBytes, bytes: Uint8Array): Value =>
  self instanceof PyByteArray ? new PyByteArray(bytes) : new PyBytes(bytes);

function compare(self: AnyBytes, other: Value, op: Compare): Value {
  if (!isBytes(other)) {
    const buffer = typeOf(other).bf_getbuffer;
    if (buffer === undefined || self instanceof PyBytes) return NotImplemented;
    return compareOrdered(byteStrings.compare(self.bytes, buffer(other).bytes), 0, op);
  }
  if (op === Compare.EQ) return byteStrings.equal(self.bytes, other.bytes);
  if (op === Compare.NE) return !byteStrings.equal(self.bytes, other.bytes);
  return compareOrdered(byteStrings.compare(self.bytes, other.bytes), 0, op);
}

function item(self: AnyBytes, key: Value): Value {
  if (key instanceof PySlice) {
    const { start, stop, step, count } = sliceRange(key, self.bytes.length);
    if (step === 1) return like(self, self.bytes.slice(start, Math.max(start, stop)));
    return like(
      self,
      Uint8Array.from({ length: count }, (_, i) => self.bytes[start + i * step]),
    );
  }
  const name = self instanceof PyByteArray ? 'bytearray' : 'byte';
  if (!isInt(key) && typeOf(key).nb_index === undefined) {
    throw typeError(`${name} indices must be integers or slices, not ${typeOf(key).tp_name}`);
  }
  const byte = self.bytes[indexIn(key, self.bytes.length)];
  if (byte === undefined)
    throw indexError(self instanceof PyByteArray ? 'bytearray index out of range' : 'index out of range');
  return byte;
}

function bound(value: Value, otherwise: number): number {
  return value === null ? otherwise : Number(index(value));
}

function needle(value: Value): Uint8Array {
  if (isInt(value)) return Uint8Array.of(byteOf(value, 'byte'));
  const { bf_getbuffer, tp_name } = typeOf(value);
  if (bf_getbuffer === undefined) throw typeError(`argument should be integer or bytes-like object, not '${tp_name}'`);
  return bf_getbuffer(value).bytes;
}

function searcher(search: (bytes: Uint8Array, needle: Uint8Array, start: number, end: number) => number): Declaration {
  return [
    '($self, sub, start=None, end=None, /)',
    (self: AnyBytes, sub: Value, start: Value = null, end: Value = null) =>
      search(self.bytes, needle(sub), bound(start, 0), bound(end, Number.MAX_SAFE_INTEGER)),
  ];
}

function affix(
  name: string,
  test: (bytes: Uint8Array, part: Uint8Array, start: number, end: number) => boolean,
): Declaration {
  return [
    '($self, prefix, start=None, end=None, /)',
    (self: AnyBytes, given: Value, start: Value = null, end: Value = null) => {
      const from = bound(start, 0);
      const to = bound(end, Number.MAX_SAFE_INTEGER);
      if (given instanceof PyTuple) return given.items.some((part) => test(self.bytes, bytesArgument(part), from, to));
      if (typeOf(given).bf_getbuffer === undefined) {
        throw typeError(`${name} first arg must be bytes or a tuple of bytes, not ${typeOf(given).tp_name}`);
      }
      return test(self.bytes, bytesArgument(given), from, to);
    },
  ];
}

const transformed = (transform: (bytes: Uint8Array) => Uint8Array): Declaration => [
  '($self, /)',
  (self: AnyBytes) => like(self, transform(self.bytes)),
];
const tested = (test: (bytes: Uint8Array) => boolean): Declaration => [
  '($self, /)',
  (self: AnyBytes) => test(self.bytes),
];
const stripped = (strip: (bytes: Uint8Array, characters?: Uint8Array) => Uint8Array): Declaration => [
  '($self, bytes=None, /)',
  (self: AnyBytes, characters: Value = null) =>
    like(self, strip(self.bytes, characters === null ? undefined : bytesArgument(characters)).slice()),
];
const padded = (pad: (bytes: Uint8Array, width: number, fill: number) => Uint8Array): Declaration => [
  "($self, width, fillchar=b' ', /)",
  (self: AnyBytes, width: Value, fill?: Value) =>
    like(self, pad(self.bytes, Number(index(width)), fill === undefined ? 0x20 : bytesArgument(fill)[0])),
];
const splitter = (
  split: (bytes: Uint8Array, separator: Uint8Array | undefined, limit: number) => Uint8Array[],
): Declaration => [
  '($self, /, sep=None, maxsplit=-1)',
  (self: AnyBytes, separator: Value = null, limit: Value = -1) =>
    new PyList(
      split(self.bytes, separator === null ? undefined : bytesArgument(separator), Number(index(limit))).map((part) =>
        like(self, part),
      ),
    ),
];
const partitioned = (partition: (bytes: Uint8Array, separator: Uint8Array) => Uint8Array[]): Declaration => [
  '($self, sep, /)',
  (self: AnyBytes, separator: Value) =>
    tupleOf(partition(self.bytes, bytesArgument(separator)).map((part) => like(self, part))),
];

function latin1(bytes: Uint8Array): string {
  return decodeBytes(bytes, 'latin-1', 'strict');
}

function modulo(left: Value, right: Value): Value {
  if (!isBytes(left)) return NotImplemented;
  const lookUp =
    !(right instanceof PyTuple) &&
    !isBytes(right) &&
    stringOf(right) === undefined &&
    typeOf(right).mp_subscript !== undefined
      ? (key: string): Value => subscript(right, new PyBytes(encodeText(key, 'latin-1', 'strict')))
      : undefined;
  const text = percentFormatBytes<Value>(latin1(left.bytes), {
    items: right instanceof PyTuple ? right.items : [right],
    lookUp,
    maxDigits: vm.intMaxStrDigits,
    typeName: (value) => typeOf(value).tp_name,
    str,
    repr,
    ascii,
    int: integerOf,
    toInt: (value) =>
      typeOf(value).nb_int === undefined && typeOf(value).nb_index === undefined ? undefined : toInteger(value),
    toIndex: (value) => (isInt(value) || typeOf(value).nb_index !== undefined ? index(value) : undefined),
    toFloat: toFloatValue,
    text: (value) => (isBytes(value) ? latin1(value.bytes) : undefined),
    bytes: (value) => {
      if (typeOf(value).bf_getbuffer !== undefined) return latin1(bytesArgument(value));
      const special = callSpecial(value, '__bytes__');
      if (special instanceof PyBytes) return latin1(special.bytes);
      throw typeError(
        `%b requires a bytes-like object, or an object that implements __bytes__, not '${typeOf(value).tp_name}'`,
      );
    },
  });
  return like(left, encodeText(text, 'latin-1', 'strict'));
}

const methods: Record<string, Declaration> = {
  find: searcher(byteStrings.find),
  rfind: searcher(byteStrings.rfind),
  index: searcher(byteStrings.index),
  rindex: searcher(byteStrings.rindex),
  count: searcher(byteStrings.count),
  startswith: affix('startswith', byteStrings.startsWith),
  endswith: affix('endswith', byteStrings.endsWith),
  upper: transformed(byteStrings.upper),
  lower: transformed(byteStrings.lower),
  swapcase: transformed(byteStrings.swapcase),
  capitalize: transformed(byteStrings.capitalize),
  title: transformed(byteStrings.title),
  isalpha: tested(byteStrings.isalpha),
  isdigit: tested(byteStrings.isdigit),
  isalnum: tested(byteStrings.isalnum),
  isspace: tested(byteStrings.isspace),
  isascii: tested(byteStrings.isascii),
  islower: tested(byteStrings.islower),
  isupper: tested(byteStrings.isupper),
  istitle: tested(byteStrings.istitle),
  strip: stripped(byteStrings.strip),
  lstrip: stripped(byteStrings.strippedLeft),
  rstrip: stripped(byteStrings.strippedRight),
  ljust: padded(byteStrings.ljust),
  rjust: padded(byteStrings.rjust),
  center: padded(byteStrings.center),
  split: splitter(byteStrings.split),
  rsplit: splitter(byteStrings.rsplit),
  partition: partitioned(byteStrings.partition),
  rpartition: partitioned(byteStrings.rpartition),
  splitlines: [
    '($self, /, keepends=False)',
    (self: AnyBytes, keep: Value = false) =>
      new PyList(byteStrings.splitLines(self.bytes, isTrue(keep)).map((line) => like(self, line))),
  ],
  zfill: [
    '($self, width, /)',
    (self: AnyBytes, width: Value) => like(self, byteStrings.zfill(self.bytes, Number(index(width)))),
  ],
  expandtabs: [
    '($self, /, tabsize=8)',
    (self: AnyBytes, size: Value = 8) => like(self, byteStrings.expandTabs(self.bytes, Number(index(size)))),
  ],
  removeprefix: [
    '($self, prefix, /)',
    (self: AnyBytes, prefix: Value) => like(self, byteStrings.removePrefix(self.bytes, bytesArgument(prefix)).slice()),
  ],
  removesuffix: [
    '($self, suffix, /)',
    (self: AnyBytes, suffix: Value) => like(self, byteStrings.removeSuffix(self.bytes, bytesArgument(suffix)).slice()),
  ],
  replace: [
    '($self, old, new, count=-1, /)',
    (self: AnyBytes, old: Value, replacement: Value, count: Value = -1) =>
      like(self, byteStrings.replace(self.bytes, bytesArgument(old), bytesArgument(replacement), Number(index(count)))),
  ],
  translate: [
    "($self, table, /, delete=b'')",
    (self: AnyBytes, table: Value, deleted?: Value) => {
      const map = table === null ? undefined : bytesArgument(table);
      if (map !== undefined && map.length !== 256) throw valueError('translation table must be 256 characters long');
      return like(
        self,
        byteStrings.translate(self.bytes, map, deleted === undefined ? new Uint8Array(0) : bytesArgument(deleted)),
      );
    },
  ],
  join: [
    '($self, iterable_of_bytes, /)',
    (self: AnyBytes, iterable: Value) =>
      like(
        self,
        byteStrings.join(
          self.bytes,
          pinned(self, () => toArray(iterable)).map((part, i) => {
            const { bf_getbuffer, tp_name } = typeOf(part);
            if (bf_getbuffer === undefined)
              throw typeError(`sequence item ${i}: expected a bytes-like object, ${tp_name} found`);
            return bf_getbuffer(part).bytes;
          }),
        ),
      ),
  ],
  decode: [
    "($self, /, encoding='utf-8', errors='strict')",
    (self: AnyBytes, encoding: Value = 'utf-8', errors: Value = 'strict') =>
      decodeBytes(self.bytes, str(encoding), str(errors)),
  ],
  hex: [
    '($self, /, sep=<unrepresentable>, bytes_per_sep=1)',
    (self: AnyBytes, separator: Slot, group: Value = 1) =>
      byteStrings.hex(self.bytes, hexSeparator(separator), Number(index(group))),
  ],
};

const classMethods: Record<string, Declaration> = {
  fromhex: [
    '($type, string, /)',
    (type: PyType, text: Value) => {
      const source = stringOf(text) ?? (isBytes(text) ? latin1(text.bytes) : undefined);
      if (source === undefined)
        throw typeError(`fromhex() argument must be str or bytes-like, not ${typeOf(text).tp_name}`);
      const value = byteStrings.fromHex(source);
      if (type === bytesType) return new PyBytes(value);
      if (type === bytearrayType) return new PyByteArray(value);
      return call(type, new PyBytes(value));
    },
  ],
};
const staticMethods: Record<string, Declaration> = {
  maketrans: [
    '(frm, to, /)',
    (from: Value, to: Value) => new PyBytes(byteStrings.makeTranslation(bytesArgument(from), bytesArgument(to))),
  ],
};

const bytesIteratorType = newType('bytes_iterator');
const bytearrayIteratorType = newType('bytearray_iterator');

class BytesIterator extends PyObject {
  source: AnyBytes | undefined;
  index = 0;
  constructor(source: AnyBytes) {
    super(source instanceof PyBytes ? bytesIteratorType : bytearrayIteratorType);
    this.source = source;
  }
}

for (const type of [bytesIteratorType, bytearrayIteratorType]) {
  defineType(type, {
    subclassable: false,
    tp_iter: (self: Value) => self,
    tp_iternext: (self: BytesIterator) => {
      const byte = self.source?.bytes[self.index];
      if (byte === undefined) self.source = undefined;
      else self.index++;
      return byte;
    },
    methods: {
      __length_hint__: [
        '($self, /)',
        ({ source, index: at }: BytesIterator) => (source === undefined ? 0 : Math.max(0, source.bytes.length - at)),
      ],
      __reduce__: [
        '($self, /)',
        (self: BytesIterator) => {
          const iter = frameBuiltin('iter');
          if (self.source === undefined) return tupleOf([iter, tupleOf([tupleOf([])])]);
          return tupleOf([iter, tupleOf([self.source]), self.index]);
        },
      ],
      __setstate__: [
        '($self, state, /)',
        (self: BytesIterator, state: Value) => {
          const { source } = self;
          if (source !== undefined) self.index = Math.max(0, Math.min(Number(index(state)), source.bytes.length));
        },
      ],
    },
  });
}

const common = {
  tp_richcompare: compare,
  tp_iter: (self: AnyBytes) => new BytesIterator(self),
  nb_remainder: modulo,
  sq_length: (self: AnyBytes) => self.bytes.length,
  sq_concat: (left: AnyBytes, right: Value) => {
    const { bf_getbuffer, tp_name } = typeOf(right);
    if (bf_getbuffer === undefined) throw typeError(`can't concat ${tp_name} to ${left.type.tp_name}`);
    return like(left, byteStrings.concatenated([left.bytes, bf_getbuffer(right).bytes]));
  },
  sq_repeat: (self: AnyBytes, count: number) => {
    if (count === 1 && self.type === bytesType) return self;
    const times = Math.max(0, count);
    const result = new Uint8Array(self.bytes.length * times);
    if (result.length > 0) result.set(self.bytes);
    // What is there already is doubled.
    for (let length = self.bytes.length; length > 0 && length < result.length; length *= 2) {
      result.copyWithin(length, 0, Math.min(length, result.length - length));
    }
    return like(self, result);
  },
  sq_contains: (self: AnyBytes, part: Value) => {
    if (isInt(part)) return self.bytes.includes(byteOf(part, 'byte'));
    return byteStrings.find(self.bytes, bytesArgument(part)) >= 0;
  },
  sq_item: (self: AnyBytes, at: number) => {
    const byte = self.bytes[at];
    if (byte === undefined) throw indexError('index out of range');
    return byte;
  },
  mp_subscript: item,
  classMethods,
  staticMethods,
};

defineType(bytesType, {
  ...common,
  doc: 'bytes(iterable_of_ints) -> bytes\nbytes(string, encoding[, errors]) -> bytes\nbytes(bytes_or_buffer) -> immutable copy of bytes_or_buffer\nbytes(int) -> bytes object of size given by the parameter initialized with null bytes\nbytes() -> empty bytes object\n\nConstruct an immutable array of bytes from:\n  - an iterable yielding integers in range(256)\n  - a text string encoded using the specified encoding\n  - any object implementing the buffer API.\n  - an integer',
  isolatedEquality: true,
  allocate: (type: PyType) => new PyBytes(new Uint8Array(0), type),
  tp_new: (type: PyType, args: Value[], kwNames: KwNames) => {
    if (args.length === 1 && kwNames === undefined) {
      if (type === bytesType && typeOf(args[0]) === bytesType) return args[0];
      // A plain str has none, but a subclass may.
      if (typeof args[0] !== 'string') {
        const special = callSpecial(args[0], '__bytes__');
        if (special !== undefined) {
          if (!(special instanceof PyBytes))
            throw typeError(`__bytes__ returned non-bytes (type ${typeOf(special).tp_name})`);
          return type === bytesType ? special : new PyBytes(special.bytes, type);
        }
      }
    }
    return new PyBytes(contents('bytes', args, kwNames), type);
  },
  tp_repr: (self: PyBytes) => bytesRepr(self.bytes),
  tp_str: (self: PyBytes) => bytesRepr(self.bytes),
  tp_hash: (self: PyBytes) => hashBytes(self.bytes),
  bf_getbuffer: (self: PyBytes) => plainBuffer(self.bytes, true, () => undefined),
  methods: {
    ...methods,
    __getnewargs__: ['($self, /)', (self: PyBytes) => tupleOf([new PyBytes(self.bytes)])],
    __bytes__: ['($self, /)', (self: PyBytes) => (self.type === bytesType ? self : new PyBytes(self.bytes))],
  },
});

/** Does something for which these bytes must keep their size. */
function pinned<T>(self: AnyBytes, action: () => T): T {
  if (self instanceof PyBytes) return action();
  self.pinned++;
  try {
    return action();
  } finally {
    self.pinned--;
  }
}

function checkResizable(self: PyByteArray): void {
  if (self.exports === 0 && self.pinned === 0) return;
  if (self.pinned > 0 || isViewed((lender) => lender === self)) {
    throw newException(bufferErrorType, 'Existing exports of data: object cannot be re-sized');
  }
  self.exports = 0;
}

function splice(self: PyByteArray, start: number, count: number, replacement: Uint8Array): void {
  if (replacement.length === count) {
    self.bytes.set(replacement, start);
    return;
  }
  checkResizable(self);
  const { length } = self.bytes;
  if (count === 0 && start === length) {
    self.grow(replacement.length);
    self.bytes.set(replacement, length);
    return;
  }
  if (replacement.length === 0 && start + count === length) {
    self.bytes = self.bytes.subarray(0, start);
    return;
  }
  if (replacement.length === 0 && start === 0) {
    self.bytes = self.bytes.subarray(count);
    return;
  }
  self.bytes = byteStrings.concatenated([
    self.bytes.subarray(0, start),
    replacement,
    self.bytes.subarray(start + count),
  ]);
}

/** What pickle makes a bytearray of; before protocol 3 there are no bytes but those of a str (_common_reduce). */
function reduceByteArray(self: PyByteArray, protocol: number): Value {
  const state = call(getAttribute(self, '__getstate__'));
  const args: Value[] =
    self.bytes.length === 0 ? [] : protocol < 3 ? [latin1(self.bytes), 'latin-1'] : [new PyBytes(self.bytes.slice())];
  return tupleOf([self.type, tupleOf(args), state]);
}

function onlyBytes(): never {
  throw typeError('can assign only bytes, buffers, or iterables of ints in range(0, 256)');
}

function setItem(self: PyByteArray, key: Value, value: Slot): void {
  if (key instanceof PySlice) {
    const { start, step, count } = sliceRange(key, self.bytes.length);
    const replacement =
      value === undefined
        ? new Uint8Array(0)
        : isInt(value) || stringOf(value) !== undefined
          ? onlyBytes()
          : contents('bytearray', [value], undefined);
    if (step === 1) {
      splice(self, start, count, replacement);
      return;
    }
    if (replacement.length === 0) {
      const doomed = new Set(Array.from({ length: count }, (_, i) => start + i * step));
      checkResizable(self);
      self.bytes = self.bytes.filter((_, i) => !doomed.has(i));
      return;
    }
    if (replacement.length !== count) {
      throw valueError(`attempt to assign bytes of size ${replacement.length} to extended slice of size ${count}`);
    }
    replacement.forEach((byte, i) => {
      self.bytes[start + i * step] = byte;
    });
    return;
  }
  if (!isInt(key) && typeOf(key).nb_index === undefined) {
    throw typeError(`bytearray indices must be integers or slices, not ${typeOf(key).tp_name}`);
  }
  const at = indexIn(key, self.bytes.length);
  // The value's __index__ may change the size.
  const byte = value === undefined ? 0 : byteOf(value, 'byte');
  if (at < 0 || at >= self.bytes.length) throw indexError('bytearray index out of range');
  if (value === undefined) splice(self, at, 1, new Uint8Array(0));
  else self.bytes[at] = byte;
}

function append(self: PyByteArray, item: Value): void {
  const byte = byteOf(item, 'byte');
  checkResizable(self);
  self.grow(1);
  self.bytes[self.bytes.length - 1] = byte;
}

/** What bytearray() takes for nothing but something to iterate over. */
function isOnlyIterable(source: Value): boolean {
  const { tp_iter, nb_index, bf_getbuffer } = typeOf(source);
  return (
    tp_iter !== undefined && nb_index === undefined && bf_getbuffer === undefined && stringOf(source) === undefined
  );
}

defineType(bytearrayType, {
  ...common,
  doc: 'bytearray(iterable_of_ints) -> bytearray\nbytearray(string, encoding[, errors]) -> bytearray\nbytearray(bytes_or_buffer) -> mutable copy of bytes_or_buffer\nbytearray(int) -> bytes array of size given by the parameter initialized with null bytes\nbytearray() -> empty bytes array\n\nConstruct a mutable bytearray object from:\n  - an iterable yielding integers in range(256)\n  - a text string encoded using the specified encoding\n  - a bytes or a buffer object\n  - any object implementing the buffer API.\n  - an integer',
  allocate: (type: PyType) => new PyByteArray(new Uint8Array(0), type),
  tp_new: (type: PyType) => new PyByteArray(new Uint8Array(0), type),
  tp_init: (self: PyByteArray, args: Value[], kwNames: KwNames) => {
    if (args.length === 1 && kwNames === undefined && isOnlyIterable(args[0])) {
      // What goes on meanwhile sees the bytes come.
      splice(self, 0, self.bytes.length, new Uint8Array(0));
      forEach(args[0], (item) => append(self, item));
    } else self.bytes = contents('bytearray', args, kwNames);
  },
  tp_repr: (self: PyByteArray) => `${self.type.tp_name}(${bytesRepr(self.bytes)})`,
  tp_str: (self: PyByteArray) => `${self.type.tp_name}(${bytesRepr(self.bytes)})`,
  bf_getbuffer: (self: PyByteArray) => {
    self.exports++;
    let open = true;
    return plainBuffer(self.bytes, false, () => {
      if (open && self.exports > 0) self.exports--;
      open = false;
    });
  },
  sq_inplace_concat: (self: PyByteArray, other: Value) => {
    splice(self, self.bytes.length, 0, bytesArgument(other).slice());
    return self;
  },
  sq_inplace_repeat: (self: PyByteArray, count: number) => {
    checkResizable(self);
    self.bytes = (common.sq_repeat(self, count) as PyByteArray).bytes;
    return self;
  },
  mp_ass_subscript: setItem,
  methods: {
    ...methods,
    append: ['($self, item, /)', append],
    extend: [
      '($self, iterable_of_ints, /)',
      (self: PyByteArray, source: Value) => {
        const { tp_iter, sq_item, bf_getbuffer, tp_name } = typeOf(source);
        const isIterable = tp_iter !== undefined || sq_item !== undefined || bf_getbuffer !== undefined;
        if (!isIterable) throw typeError(`can't extend bytearray with ${tp_name}`);
        if (stringOf(source) !== undefined) throw typeError(`expected iterable of integers; got: '${tp_name}'`);
        splice(self, self.bytes.length, 0, contents('bytearray', [source], undefined));
      },
    ],
    insert: [
      '($self, index, item, /)',
      (self: PyByteArray, at: Value, byte: Value) => {
        const position = Number(index(at));
        const { length } = self.bytes;
        const start = Math.min(length, position < 0 ? Math.max(0, position + length) : position);
        splice(self, start, 0, Uint8Array.of(byteOf(byte, 'byte')));
      },
    ],
    pop: [
      '($self, index=-1, /)',
      (self: PyByteArray, at: Value = -1) => {
        if (self.bytes.length === 0) throw indexError('pop from empty bytearray');
        const position = indexIn(at, self.bytes.length);
        const byte = self.bytes[position];
        if (byte === undefined) throw indexError('pop index out of range');
        splice(self, position, 1, new Uint8Array(0));
        return byte;
      },
    ],
    remove: [
      '($self, value, /)',
      (self: PyByteArray, byte: Value) => {
        const at = self.bytes.indexOf(byteOf(byte, 'byte'));
        if (at < 0) throw valueError('value not found in bytearray');
        splice(self, at, 1, new Uint8Array(0));
      },
    ],
    __reduce__: [
      '($self, /)',
      (self: PyByteArray) => reduceByteArray(self, 2),
      'Return state information for pickling.',
    ],
    __reduce_ex__: [
      '($self, proto=0, /)',
      (self: PyByteArray, protocol: Value = 0) => reduceByteArray(self, Number(index(protocol))),
      'Return state information for pickling.',
    ],
    resize: [
      '($self, size, /)',
      (self: PyByteArray, wanted: Value) => {
        const size = Number(index(wanted));
        if (size < 0) throw valueError(`Can only resize to positive sizes, got ${size}`);
        const { length } = self.bytes;
        if (size < length) splice(self, size, length - size, new Uint8Array(0));
        else splice(self, length, 0, new Uint8Array(size - length));
      },
      'Resize the internal buffer of bytearray to len.\n\n  size\n    New size to resize to.',
    ],
    __alloc__: [
      '($self, /)',
      // One more for C's NUL at the end, where there is anything.
      (self: PyByteArray) => (self.capacity === 0 ? 0 : self.capacity + 1),
      'B.__alloc__() -> int\n\nReturn the number of bytes actually allocated.',
    ],
    clear: ['($self, /)', (self: PyByteArray) => splice(self, 0, self.bytes.length, new Uint8Array(0))],
    copy: ['($self, /)', (self: PyByteArray) => new PyByteArray(self.bytes.slice())],
    reverse: [
      '($self, /)',
      (self: PyByteArray) => {
        self.bytes.reverse();
      },
    ],
  },
});
