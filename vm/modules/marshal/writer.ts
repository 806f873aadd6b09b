import type { CodeObject } from '../../../compiler/bytecode/code-object.ts';
import { FLAG_REF, LONG_SHIFT, MarshalType } from '../../../compiler/bytecode/marshal-type.ts';
import { encodeSurrogatePass } from '../../../compiler/bytecode/utf8.ts';
import { targetOf } from '../../../compiler/targets/registry.ts';
import { ByteWriter } from '../../codecs/byte-writer.ts';
import { formatFloat } from '../../numbers/float-text.ts';
import { PyBytes } from '../../objects/bytes.ts';
import { bufferOf } from '../../objects/bytes-types.ts';
import { PyCode } from '../../objects/code.ts';
import { PyComplex } from '../../objects/complex.ts';
import { PyDict } from '../../objects/dict.ts';
import { stopIterationType, valueError } from '../../objects/exception.ts';
import { PyFloat } from '../../objects/float.ts';
import { PyList } from '../../objects/list.ts';
import {
  dictType,
  Ellipsis,
  frozensetType,
  listType,
  type PyObject,
  tupleType,
  type Value,
} from '../../objects/object.ts';
import { PySet } from '../../objects/set.ts';
import { PySlice } from '../../objects/slice.ts';
import { PyTuple } from '../../objects/tuple.ts';

const MAX_DEPTH = 2000;
const SIGNIFICANT_DIGITS = 17;

/**
 * CPython's w_object (Python/marshal.c) for values of a program. CPython marks what more than one reference leads to, so that it is written
 * once; here all is marked that may come again, which reads the same. Throws ValueError.
 */
export class ValueWriter {
  private out = new ByteWriter(64);
  private readonly version: number;
  private readonly allowCode: boolean;
  /** Number of what was marked: by value for int and str, by identity for all else. */
  private readonly numbers = new Map<unknown, number>();
  private depth = 0;

  constructor(version: number, allowCode: boolean) {
    this.version = version;
    this.allowCode = allowCode;
  }

  finish(): Uint8Array<ArrayBuffer> {
    return this.out.finish();
  }

  object(value: Value): void {
    if (++this.depth > MAX_DEPTH) throw valueError('object too deeply nested to marshal');
    if (value === null) this.out.push(MarshalType.NONE);
    else if (typeof value === 'boolean') this.out.push(value ? MarshalType.TRUE : MarshalType.FALSE);
    else if (value === Ellipsis) this.out.push(MarshalType.ELLIPSIS);
    else if (value === stopIterationType) this.out.push(MarshalType.STOPITER);
    else this.marked(value);
    this.depth--;
  }

  /** What has been written before is told by its number. */
  private marked(value: number | bigint | string | PyObject): void {
    if (this.version < 3) {
      this.content(value, 0);
      return;
    }
    const number = this.numbers.get(value);
    if (number !== undefined) {
      this.out.push(MarshalType.REF);
      this.long(number);
      return;
    }
    this.numbers.set(value, this.numbers.size);
    this.content(value, FLAG_REF);
  }

  private content(value: number | bigint | string | PyObject, flag: number): void {
    if (typeof value === 'number' || typeof value === 'bigint') this.integer(value, flag);
    else if (typeof value === 'string') this.string(value, flag);
    else if (value.type.heap) throw valueError('unmarshallable object');
    else if (value instanceof PyFloat) this.float(value.value, flag);
    else if (value instanceof PyComplex) this.complex(value, flag);
    else if (value instanceof PyBytes) this.blob(MarshalType.STRING | flag, value.bytes);
    else if (value instanceof PyTuple && value.type === tupleType) this.tuple(value.items, flag);
    else if (value instanceof PyList && value.type === listType) this.items(MarshalType.LIST | flag, value.items);
    else if (value instanceof PyDict && value.type === dictType) this.dict(value, flag);
    else if (value instanceof PySet) this.set(value, flag);
    else if (value instanceof PySlice && this.version >= 5) {
      this.out.push(MarshalType.SLICE | flag);
      for (const part of [value.start, value.stop, value.step]) this.object(part);
    } else if (value instanceof PyCode) this.code(value, flag);
    else if (value.type.bf_getbuffer !== undefined) this.blob(MarshalType.STRING | flag, bufferOf(value).bytes);
    else throw valueError('unmarshallable object');
  }

  private integer(value: number | bigint, flag: number): void {
    if (typeof value === 'number' && value === (value | 0)) {
      this.out.push(MarshalType.INT | flag);
      this.long(value);
      return;
    }
    const digits: number[] = [];
    const whole = BigInt(value);
    for (let rest = whole < 0n ? -whole : whole; rest > 0n; rest >>= BigInt(LONG_SHIFT))
      digits.push(Number(rest & 0x7fffn));
    this.out.push(MarshalType.LONG | flag);
    this.long(whole < 0n ? -digits.length : digits.length);
    for (const digit of digits) this.out.pushAll([digit & 0xff, digit >> 8]);
  }

  private float(value: number, flag: number): void {
    if (this.version > 1) {
      this.out.push(MarshalType.BINARY_FLOAT | flag);
      this.double(value);
    } else {
      this.out.push(MarshalType.FLOAT | flag);
      this.floatText(value);
    }
  }

  private complex({ real, imag }: PyComplex, flag: number): void {
    this.out.push((this.version > 1 ? MarshalType.BINARY_COMPLEX : MarshalType.COMPLEX) | flag);
    for (const part of [real, imag]) {
      if (this.version > 1) this.double(part);
      else this.floatText(part);
    }
  }

  private floatText(value: number): void {
    const text = formatFloat(value, 'g', SIGNIFICANT_DIGITS, 0);
    this.out.push(text.length);
    this.out.pushAll(encodeSurrogatePass(text));
  }

  /** As CPython does with str constants, which it interns: they are what is written most. */
  private string(text: string, flag: number): void {
    const bytes = encodeSurrogatePass(text);
    const isAscii = bytes.length === text.length;
    const interned = this.version >= 3 && (isAscii || (text.length === 1 && text.charCodeAt(0) < 0x100));
    if (this.version >= 4 && isAscii) {
      if (bytes.length < 256) {
        this.out.push((interned ? MarshalType.SHORT_ASCII_INTERNED : MarshalType.SHORT_ASCII) | flag);
        this.out.push(bytes.length);
        this.out.pushAll(bytes);
      } else this.blob((interned ? MarshalType.ASCII_INTERNED : MarshalType.ASCII) | flag, bytes);
    } else this.blob((interned ? MarshalType.INTERNED : MarshalType.UNICODE) | flag, bytes);
  }

  private tuple(items: readonly Value[], flag: number): void {
    if (this.version >= 4 && items.length < 256) {
      this.out.push(MarshalType.SMALL_TUPLE | flag);
      this.out.push(items.length);
      for (const item of items) this.object(item);
    } else this.items(MarshalType.TUPLE | flag, items);
  }

  private items(type: number, items: readonly Value[]): void {
    this.out.push(type);
    this.long(items.length);
    for (const item of items) this.object(item);
  }

  private dict(dict: PyDict, flag: number): void {
    this.out.push(MarshalType.DICT | flag);
    for (const [key, value] of dict.entries()) {
      this.object(key);
      this.object(value);
    }
    this.out.push(MarshalType.NULL);
  }

  /** In the order of what the items are written as alone, so that equal sets are written alike (bpo-37596). */
  private set(set: PySet, flag: number): void {
    this.out.push((set.type === frozensetType ? MarshalType.FROZENSET : MarshalType.SET) | flag);
    const sorted = set.items().map((item) => {
      const writer = new ValueWriter(this.version, this.allowCode);
      writer.object(item);
      return { item, bytes: writer.finish() };
    });
    sorted.sort((a, b) => compareBytes(a.bytes, b.bytes));
    this.long(sorted.length);
    for (const { item } of sorted) this.object(item);
  }

  private code(value: PyCode, flag: number): void {
    if (!this.allowCode) throw valueError('marshalling code objects is disallowed');
    const { code } = value;
    if (!targetOf(code).features.has('localsPlus')) {
      throw valueError(`code compiled for ${code.target} can be marshalled alone, but not within other objects`);
    }
    this.out.push(MarshalType.CODE | flag);
    for (const field of counts(code)) this.long(field);
    this.blob(MarshalType.STRING, code.co_code);
    this.tuple(value.consts, 0);
    this.tuple(code.co_names, 0);
    this.tuple(code.co_localsplusnames, 0);
    this.blob(MarshalType.STRING, code.co_localspluskinds);
    for (const text of [code.co_filename, code.co_name, code.co_qualname]) this.object(text);
    this.long(code.co_firstlineno);
    this.blob(MarshalType.STRING, code.co_linetable);
    this.blob(MarshalType.STRING, code.co_exceptiontable);
  }

  private blob(type: number, bytes: Uint8Array): void {
    this.out.push(type);
    this.long(bytes.length);
    this.out.pushAll(bytes);
  }

  private long(value: number): void {
    this.out.pushAll([value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff, (value >> 24) & 0xff]);
  }

  private double(value: number): void {
    const view = new DataView(new ArrayBuffer(8));
    view.setFloat64(0, value, true);
    this.out.pushAll(new Uint8Array(view.buffer));
  }
}

const counts = ({
  co_argcount,
  co_posonlyargcount,
  co_kwonlyargcount,
  co_stacksize,
  co_flags,
}: CodeObject): number[] => [co_argcount, co_posonlyargcount, co_kwonlyargcount, co_stacksize, co_flags];

function compareBytes(left: Uint8Array, right: Uint8Array): number {
  const at = left.findIndex((byte, i) => byte !== right[i]);
  return at < 0 ? left.length - right.length : left[at] - (right[at] ?? -1);
}
