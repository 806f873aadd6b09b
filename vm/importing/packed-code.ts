import type { CodeObject } from '../../compiler/bytecode/code-object.ts';
import {
  BytesConstant,
  ComplexConstant,
  type Constant,
  Ellipsis as EllipsisConstantValue,
  FloatConstant,
  FrozenSetConstant,
  isCodeObject,
  SliceConstant,
  SurrogateString,
  TupleConstant,
} from '../../compiler/bytecode/constants.ts';
import { InternalError } from '../internal-error.ts';
import { PyBytes } from '../objects/bytes.ts';
import { type CodeSource, PyCode } from '../objects/code.ts';
import { PyComplex } from '../objects/complex.ts';
import { constantOf } from '../objects/constant.ts';
import { PyFloat } from '../objects/float.ts';
import { Ellipsis, frozensetType, type PyObject, type Value } from '../objects/object.ts';
import { PySet } from '../objects/set.ts';
import { PySlice } from '../objects/slice.ts';
import { tupleOf } from '../objects/tuple.ts';

// How the packed library holds a module's code: of the functions that a program imports it calls a few, so each code object is
// read when it is first run or looked at, and only its names and flags before that. Numbers are unsigned LEB128 unless told
// otherwise; a string is an index into the module's table.
//
//   module   u32 of the table's offset, number of the outermost code object's offset at its end; code objects, inner ones first
//   code     co_argcount … co_firstlineno, co_name, co_qualname │ co_filename, co_names, co_localsplusnames and -kinds, co_code,
//            co_linetable, co_exceptiontable, co_consts
//   table    target, offset of the outermost code object, count, u32 starts, text in ASCII

const enum Tag {
  NONE = 0,
  TRUE = 1,
  FALSE = 2,
  ELLIPSIS = 3,
  INT = 4,
  NEGATIVE_INT = 5,
  /** In hexadecimal digits. */
  BIG_INT = 6,
  FLOAT = 7,
  COMPLEX = 8,
  STRING = 9,
  BYTES = 10,
  TUPLE = 11,
  FROZENSET = 12,
  SLICE = 13,
  CODE = 14,
}

/** Bit of a start: the string isn't ASCII, and stands as three characters of six bits for each unit of UTF-16. */
const UNITS = 0x8000_0000;
const FIRST_DIGIT = 48;

/** Writes the code of a module. */
export function packCode(code: CodeObject): Uint8Array {
  return new Packer().module(code);
}

/** The code of a module that packCode wrote. */
export function unpackCode(bytes: Uint8Array): PyCode {
  return new PackedModule(bytes).outermost();
}

class Packer {
  private readonly bytes: number[] = [0, 0, 0, 0];
  private readonly strings = new Map<string, number>();

  module(code: CodeObject): Uint8Array {
    const target = this.string(code.target);
    const outermost = this.code(code);
    const { bytes } = this;
    const table = bytes.length;
    for (let byte = 0; byte < 4; byte++) bytes[byte] = (table >> (byte * 8)) & 0xff;
    this.number(target);
    this.number(outermost);
    this.number(this.strings.size);
    let text = '';
    for (const string of this.strings.keys()) {
      const isAscii = /^[\0-\x7f]*$/.test(string);
      this.word(isAscii ? text.length : (text.length | UNITS) >>> 0);
      text += isAscii ? string : unitDigits(string);
    }
    this.word(text.length);
    for (let at = 0; at < text.length; at++) bytes.push(text.charCodeAt(at));
    return Uint8Array.from(bytes);
  }

  private code(code: CodeObject): number {
    const inner = new Map<CodeObject, number>();
    for (const constant of code.co_consts) if (isCodeObject(constant)) inner.set(constant, this.code(constant));
    const start = this.bytes.length;
    for (const value of [
      code.co_argcount,
      code.co_posonlyargcount,
      code.co_kwonlyargcount,
      code.co_nlocals,
      code.co_stacksize,
      code.co_flags,
      code.co_firstlineno,
      this.string(code.co_name),
      this.string(code.co_qualname),
      this.string(code.co_filename),
    ]) {
      this.number(value);
    }
    this.names(code.co_names);
    this.names(code.co_localsplusnames);
    for (const part of [code.co_localspluskinds, code.co_code, code.co_linetable, code.co_exceptiontable])
      this.blob(part);
    this.number(code.co_consts.length);
    for (const constant of code.co_consts) this.constant(constant, inner);
    return start;
  }

  private constant(value: Constant, inner: ReadonlyMap<CodeObject, number>): void {
    if (value === null) this.tag(Tag.NONE);
    else if (typeof value === 'boolean') this.tag(value ? Tag.TRUE : Tag.FALSE);
    else if (typeof value === 'number') {
      this.tag(value < 0 ? Tag.NEGATIVE_INT : Tag.INT);
      this.number(Math.abs(value));
    } else if (typeof value === 'bigint') {
      this.tag(Tag.BIG_INT);
      this.number(this.string(value.toString(16)));
    } else if (typeof value === 'string') {
      this.tag(Tag.STRING);
      this.number(this.string(value));
    } else if (value instanceof FloatConstant) {
      this.tag(Tag.FLOAT);
      this.double(value.value);
    } else if (value instanceof ComplexConstant) {
      this.tag(Tag.COMPLEX);
      this.double(value.real);
      this.double(value.imag);
    } else if (value instanceof SurrogateString) {
      // As a Python value it is the characters that the pairs encode: docs/vm.md, Limits.
      this.tag(Tag.STRING);
      this.number(this.string(String.fromCodePoint(...value.codePoints)));
    } else if (value instanceof BytesConstant) {
      this.tag(Tag.BYTES);
      this.blob(value.value);
    } else if (value instanceof TupleConstant) this.items(Tag.TUPLE, value.items, inner);
    else if (value instanceof FrozenSetConstant) this.items(Tag.FROZENSET, value.items, inner);
    else if (value instanceof SliceConstant) this.items(Tag.SLICE, [value.start, value.stop, value.step], inner);
    else if (value === EllipsisConstantValue) this.tag(Tag.ELLIPSIS);
    else {
      this.tag(Tag.CODE);
      this.number(inner.get(value as CodeObject) as number);
    }
  }

  private items(tag: Tag, items: readonly Constant[], inner: ReadonlyMap<CodeObject, number>): void {
    this.tag(tag);
    this.number(items.length);
    for (const item of items) this.constant(item, inner);
  }

  private names(names: readonly string[]): void {
    this.number(names.length);
    for (const name of names) this.number(this.string(name));
  }

  private string(text: string): number {
    const known = this.strings.get(text);
    if (known !== undefined) return known;
    this.strings.set(text, this.strings.size);
    return this.strings.size - 1;
  }

  private tag(tag: Tag): void {
    this.bytes.push(tag);
  }

  private number(value: number): void {
    if (value < 0) throw new InternalError(`${value} in code that is to be packed`);
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.bytes.push((rest % 0x80) | 0x80);
    this.bytes.push(rest);
  }

  private word(value: number): void {
    for (let byte = 0; byte < 4; byte++) this.bytes.push((value >>> (byte * 8)) & 0xff);
  }

  private double(value: number): void {
    this.bytes.push(...new Uint8Array(Float64Array.of(value).buffer));
  }

  private blob(bytes: Uint8Array): void {
    this.number(bytes.length);
    for (const byte of bytes) this.bytes.push(byte);
  }
}

function unitDigits(text: string): string {
  let digits = '';
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    for (const shift of [12, 6, 0]) digits += String.fromCharCode(FIRST_DIGIT + ((unit >> shift) & 0x3f));
  }
  return digits;
}

/** Reads numbers one after the other. */
class Cursor {
  readonly bytes: Uint8Array;
  at: number;
  constructor(bytes: Uint8Array, at: number) {
    this.bytes = bytes;
    this.at = at;
  }

  number(): number {
    const { bytes } = this;
    let byte = bytes[this.at++];
    if (byte < 0x80) return byte;
    let value = byte & 0x7f;
    let unit = 0x80;
    do {
      byte = bytes[this.at++];
      value += (byte & 0x7f) * unit;
      unit *= 0x80;
    } while (byte >= 0x80);
    return value;
  }

  /** A part of the same memory. */
  blob(): Uint8Array {
    const length = this.number();
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }
}

const ascii = new TextDecoder();

/** The code of a module and its strings. */
class PackedModule {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly target: string;
  private readonly start: number;
  private readonly text: string;
  private readonly starts: number;
  private readonly strings: string[];

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const cursor = new Cursor(bytes, this.view.getUint32(0, true));
    const target = cursor.number();
    this.start = cursor.number();
    const count = cursor.number();
    this.starts = cursor.at;
    this.text = ascii.decode(bytes.subarray(cursor.at + (count + 1) * 4));
    this.strings = new Array(count);
    this.target = this.string(target);
  }

  outermost(): PyCode {
    return this.code(this.start);
  }

  code(at: number): PyCode {
    return new PyCode(undefined, undefined, new PackedCode(this, at));
  }

  string(index: number): string {
    return this.strings[index] ?? this.cut(index);
  }

  private cut(index: number): string {
    const start = this.view.getUint32(this.starts + index * 4, true);
    const end = this.view.getUint32(this.starts + index * 4 + 4, true) & ~UNITS;
    const text = start < UNITS ? this.text.slice(start, end) : this.fromUnits(start - UNITS, end);
    this.strings[index] = text;
    return text;
  }

  private fromUnits(start: number, end: number): string {
    const { text } = this;
    const digit = (at: number): number => text.charCodeAt(at) - FIRST_DIGIT;
    let found = '';
    for (let at = start; at < end; at += 3) {
      found += String.fromCharCode((digit(at) << 12) | (digit(at + 1) << 6) | digit(at + 2));
    }
    return found;
  }
}

/** One code object of a packed module, of which the first fields are read. */
class PackedCode implements CodeSource {
  readonly name: string;
  readonly qualname: string;
  readonly flags: number;
  private readonly module: PackedModule;
  private readonly argcount: number;
  private readonly posonlyargcount: number;
  private readonly kwonlyargcount: number;
  private readonly nlocals: number;
  private readonly stacksize: number;
  private readonly firstlineno: number;
  /** Where the other fields begin. */
  private readonly rest: number;

  constructor(module: PackedModule, at: number) {
    const cursor = new Cursor(module.bytes, at);
    this.module = module;
    this.argcount = cursor.number();
    this.posonlyargcount = cursor.number();
    this.kwonlyargcount = cursor.number();
    this.nlocals = cursor.number();
    this.stacksize = cursor.number();
    this.flags = cursor.number();
    this.firstlineno = cursor.number();
    this.name = module.string(cursor.number());
    this.qualname = module.string(cursor.number());
    this.rest = cursor.at;
  }

  read(): { code: CodeObject; consts: Value[] } {
    const { module } = this;
    const cursor = new Cursor(module.bytes, this.rest);
    const filename = module.string(cursor.number());
    const names = this.names(cursor);
    const localsplusnames = this.names(cursor);
    const localspluskinds = cursor.blob();
    const code = cursor.blob();
    const linetable = cursor.blob();
    const exceptiontable = cursor.blob();
    const consts = this.values(cursor);
    const read: CodeObject = {
      type: 'code',
      target: module.target,
      co_argcount: this.argcount,
      co_posonlyargcount: this.posonlyargcount,
      co_kwonlyargcount: this.kwonlyargcount,
      co_nlocals: this.nlocals,
      co_stacksize: this.stacksize,
      co_flags: this.flags,
      co_code: code,
      // Asked for by those who look at the code, not by the machine.
      get co_consts() {
        return consts.map((value) => constantOf(value, notPacked));
      },
      co_names: names,
      co_localsplusnames: localsplusnames,
      co_localspluskinds: localspluskinds,
      co_filename: filename,
      co_name: this.name,
      co_qualname: this.qualname,
      co_firstlineno: this.firstlineno,
      co_linetable: linetable,
      co_exceptiontable: exceptiontable,
    };
    return { code: read, consts };
  }

  private names(cursor: Cursor): string[] {
    const names: string[] = [];
    for (let rest = cursor.number(); rest > 0; rest--) names.push(this.module.string(cursor.number()));
    return names;
  }

  private values(cursor: Cursor): Value[] {
    const values: Value[] = [];
    for (let rest = cursor.number(); rest > 0; rest--) values.push(this.value(cursor));
    return values;
  }

  private value(cursor: Cursor): Value {
    const { module } = this;
    const tag: Tag = cursor.bytes[cursor.at++];
    switch (tag) {
      case Tag.NONE:
        return null;
      case Tag.TRUE:
        return true;
      case Tag.FALSE:
        return false;
      case Tag.ELLIPSIS:
        return Ellipsis;
      case Tag.INT:
        return cursor.number();
      case Tag.NEGATIVE_INT:
        return -cursor.number();
      case Tag.BIG_INT: {
        const digits = module.string(cursor.number());
        return digits.startsWith('-') ? -BigInt(`0x${digits.slice(1)}`) : BigInt(`0x${digits}`);
      }
      case Tag.FLOAT:
        return new PyFloat(this.double(cursor));
      case Tag.COMPLEX: {
        const real = this.double(cursor);
        return new PyComplex(real, this.double(cursor));
      }
      case Tag.STRING:
        return module.string(cursor.number());
      case Tag.BYTES:
        return new PyBytes(cursor.blob().slice());
      case Tag.TUPLE:
        return tupleOf(this.values(cursor));
      case Tag.FROZENSET: {
        const set = new PySet(frozensetType);
        for (const item of this.values(cursor)) set.add(item);
        return set;
      }
      case Tag.SLICE: {
        const [start, stop, step] = this.values(cursor);
        return new PySlice(start, stop, step);
      }
      case Tag.CODE:
        return module.code(cursor.number());
      default:
        throw new InternalError(`packed code has a constant of the kind ${tag satisfies never}`);
    }
  }

  private double(cursor: Cursor): number {
    cursor.at += 8;
    return this.module.view.getFloat64(cursor.at - 8, true);
  }
}

function notPacked(value: PyObject): never {
  throw new InternalError(`packed code has a constant of type ${value.type.tp_name}`);
}
