import { normalize } from '../../numbers/integer.ts';
import { overflowError, typeError, valueError } from '../../objects/exception.ts';
import { PyFloat } from '../../objects/float.ts';
import { toFloatValue } from '../../objects/number-types.ts';
import { typeOf, type Value } from '../../objects/object.ts';
import { stringOf } from '../../objects/str.ts';
import { index } from '../../operations/arithmetic.ts';

/** How the items of one typecode lie in memory (struct arraydescr). */
export interface ItemKind {
  readonly code: string;
  readonly size: number;
  /** As the buffer protocol and struct call it. */
  readonly format: string;
  /** For pickles between machines (enum machine_format_code). */
  readonly machineFormat: number;
  get(view: DataView, at: number): Value;
  /** Raises for a value of the wrong type or out of range, before anything is written. */
  set(view: DataView, at: number, value: Value): void;
}

const LONG_MIN = -(2n ** 63n);
const LONG_MAX = 2n ** 63n - 1n;

/** Small integers are read as a C long first, whose range tells which of two errors it is. */
function small(
  code: string,
  size: number,
  machineFormat: number,
  least: number,
  greatest: number,
  name: string,
  get: (view: DataView, at: number) => number,
  write: (view: DataView, at: number, value: number) => void,
): ItemKind {
  return {
    code,
    size,
    format: code,
    machineFormat,
    get,
    set(view, at, value) {
      const number = index(value);
      if (number < LONG_MIN || number > LONG_MAX) throw overflowError('Python int too large to convert to C long');
      if (number < least) throw overflowError(`${name} is less than minimum`);
      if (number > greatest) throw overflowError(`${name} is greater than maximum`);
      write(view, at, Number(number));
    },
  };
}

function large(code: string, signed: boolean, machineFormat: number, negative: string, tooLarge: string): ItemKind {
  return {
    code,
    size: 8,
    format: code,
    machineFormat,
    get: (view, at) => normalize(signed ? view.getBigInt64(at, true) : view.getBigUint64(at, true)),
    set(view, at, value) {
      const number = BigInt(index(value));
      if (!signed && number < 0n) throw overflowError(negative);
      if (number < LONG_MIN || number > (signed ? LONG_MAX : 2n ** 64n - 1n)) throw overflowError(tooLarge);
      view.setBigInt64(at, BigInt.asIntN(64, number), true);
    },
  };
}

function character(code: string): ItemKind {
  return {
    code,
    size: 4,
    format: 'w',
    machineFormat: 20,
    get(view, at) {
      const point = view.getUint32(at, true);
      if (point > 0x10ffff) {
        throw valueError(`character U+${point.toString(16)} is not in range [U+0000; U+10ffff]`);
      }
      return String.fromCodePoint(point);
    },
    set(view, at, value) {
      const text = stringOf(value);
      if (text === undefined) {
        throw typeError(`array item must be a unicode character, not ${typeOf(value).tp_name}`);
      }
      const point = text.codePointAt(0);
      if (point === undefined || text.length !== (point > 0xffff ? 2 : 1)) {
        throw typeError(`array item must be a string of length 1, not a string of length ${Array.from(text).length}`);
      }
      view.setUint32(at, point, true);
    },
  };
}

const SHORT = 'signed short integer';
const kinds: readonly ItemKind[] = [
  small(
    'b',
    1,
    1,
    -128,
    127,
    'signed char',
    (v, at) => v.getInt8(at),
    (v, at, x) => v.setInt8(at, x),
  ),
  small(
    'B',
    1,
    0,
    0,
    255,
    'unsigned byte integer',
    (v, at) => v.getUint8(at),
    (v, at, x) => v.setUint8(at, x),
  ),
  character('u'),
  character('w'),
  small(
    'h',
    2,
    4,
    -32768,
    32767,
    SHORT,
    (v, at) => v.getInt16(at, true),
    (v, at, x) => v.setInt16(at, x, true),
  ),
  small(
    'H',
    2,
    2,
    0,
    65535,
    'unsigned short',
    (v, at) => v.getUint16(at, true),
    (v, at, x) => v.setUint16(at, x, true),
  ),
  small(
    'i',
    4,
    8,
    -(2 ** 31),
    2 ** 31 - 1,
    'signed integer',
    (v, at) => v.getInt32(at, true),
    (v, at, x) => v.setInt32(at, x, true),
  ),
  {
    code: 'I',
    size: 4,
    format: 'I',
    machineFormat: 6,
    get: (view, at) => view.getUint32(at, true),
    set(view, at, value) {
      const number = index(value);
      if (number < 0) throw overflowError("can't convert negative value to unsigned int");
      if (number >= 2n ** 64n) throw overflowError('Python int too large to convert to C unsigned long');
      if (number >= 2 ** 32) throw overflowError('unsigned int is greater than maximum');
      view.setUint32(at, Number(number), true);
    },
  },
  large('l', true, 12, '', 'Python int too large to convert to C long'),
  large(
    'L',
    false,
    10,
    "can't convert negative value to unsigned int",
    'Python int too large to convert to C unsigned long',
  ),
  large('q', true, 12, '', 'int too big to convert'),
  large('Q', false, 10, "can't convert negative int to unsigned", 'int too big to convert'),
  {
    code: 'f',
    size: 4,
    format: 'f',
    machineFormat: 14,
    get: (view, at) => new PyFloat(view.getFloat32(at, true)),
    set: (view, at, value) => view.setFloat32(at, toFloatValue(value), true),
  },
  {
    code: 'd',
    size: 8,
    format: 'd',
    machineFormat: 16,
    get: (view, at) => new PyFloat(view.getFloat64(at, true)),
    set: (view, at, value) => view.setFloat64(at, toFloatValue(value), true),
  },
];

export const typecodes: string = kinds.map((kind) => kind.code).join('');

const byCode = new Map(kinds.map((kind) => [kind.code, kind]));

export const itemKind = (code: string): ItemKind | undefined => byCode.get(code);

export const isText = (kind: ItemKind): boolean => kind.code === 'u' || kind.code === 'w';
