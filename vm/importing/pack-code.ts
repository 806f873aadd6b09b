import type { CodeObject } from '../../compiler/bytecode/code-object.ts';
import {
  BytesConstant,
  ComplexConstant,
  type Constant,
  Ellipsis,
  FloatConstant,
  FrozenSetConstant,
  isCodeObject,
  SliceConstant,
  SurrogateString,
  TupleConstant,
} from '../../compiler/bytecode/constants.ts';
import { InternalError } from '../internal-error.ts';

// How the packed library holds a module's code: of the functions that a program imports it calls a few, so each code object is
// read when it is first run or looked at, and only its names and flags before that. Numbers are unsigned LEB128 unless told
// otherwise; a string is an index into the module's table.
//
//   module   u32 of the table's offset, number of the outermost code object's offset at its end; code objects, inner ones first
//   code     co_argcount … co_firstlineno, co_name, co_qualname │ co_filename, co_names, co_localsplusnames and -kinds, co_code,
//            co_linetable, co_exceptiontable, co_consts, 1 if what decoding gives follows: entry, counts of words and handlers, these at a multiple of
//            four bytes, pristine opcodes
//   table    target, offset of the outermost code object, count, u32 starts, text in ASCII

export const enum Tag {
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
export const UNITS = 0x8000_0000;
/** Stands for the six bits 0. */
export const FIRST_DIGIT = 48;

/** What is kept of decoded code: Decoded of interpreter/decode.ts. */
interface Decoded {
  readonly words: Int32Array;
  readonly pristine: Uint8Array;
  readonly handlers: Int32Array;
  readonly entry: number;
}

/** Writes the code of a module, and with it what `decode` makes of each of its code objects. */
export function packCode(code: CodeObject, decode?: (code: CodeObject) => Decoded): Uint8Array<ArrayBuffer> {
  return new Packer(decode).module(code);
}

class Packer {
  private readonly bytes: number[] = [0, 0, 0, 0];
  private readonly strings = new Map<string, number>();
  private readonly decode: ((code: CodeObject) => Decoded) | undefined;

  constructor(decode?: (code: CodeObject) => Decoded) {
    this.decode = decode;
  }

  module(code: CodeObject): Uint8Array<ArrayBuffer> {
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
    this.number(this.decode === undefined ? 0 : 1);
    if (this.decode !== undefined) this.decoded(this.decode(code));
    return start;
  }

  private decoded({ entry, words, handlers, pristine }: Decoded): void {
    this.number(entry);
    this.number(words.length);
    this.number(handlers.length);
    while (this.bytes.length % 4 !== 0) this.bytes.push(0);
    for (const word of words) this.word(word >>> 0);
    for (const word of handlers) this.word(word >>> 0);
    for (const opcode of pristine) this.bytes.push(opcode);
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
    else if (value === Ellipsis) this.tag(Tag.ELLIPSIS);
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
