import type { Target } from '../targets/target.ts';
import { type CodeObject, LocalKind } from './code-object.ts';
import type { Constant } from './constants.ts';
import { FLAG_REF, LONG_SHIFT, MarshalError, MarshalType } from './marshal-type.ts';
import { encodeSurrogatePass } from './utf8.ts';

/** CPython's w_object (Python/marshal.c). Throws MarshalError for what the target's marshal can't hold. */
export class MarshalWriter {
  private bytes = new Uint8Array(1024);
  private view = new DataView(this.bytes.buffer);
  private length = 0;
  private readonly interned = new Map<string, number>();
  private readonly target: Target;

  constructor(target: Target) {
    this.target = target;
  }

  finish(): Uint8Array {
    return this.bytes.slice(0, this.length);
  }

  object(value: Constant): void {
    if (value === null) this.byte(MarshalType.NONE);
    else if (value === true) this.byte(MarshalType.TRUE);
    else if (value === false) this.byte(MarshalType.FALSE);
    else if (typeof value === 'number') this.integer(value);
    else if (typeof value === 'bigint') this.digits(value);
    else if (typeof value === 'string') this.string(value, isIdentifierLike(value));
    else this.boxed(value);
  }

  private boxed(value: Exclude<Constant, null | boolean | number | bigint | string>): void {
    switch (value.type) {
      case 'str':
        this.blob(MarshalType.UNICODE, encodeSurrogatePass(value));
        break;
      case 'float':
        this.byte(MarshalType.BINARY_FLOAT);
        this.double(value.value);
        break;
      case 'complex':
        this.byte(MarshalType.BINARY_COMPLEX);
        this.double(value.real);
        this.double(value.imag);
        break;
      case 'bytes':
        this.blob(MarshalType.STRING, value.value);
        break;
      case 'tuple':
        this.tuple(value.items);
        break;
      case 'frozenset':
        this.byte(MarshalType.FROZENSET);
        this.long(value.items.length);
        for (const item of value.items) this.object(item);
        break;
      case 'slice':
        if (!this.target.features.has('marshalSlices')) {
          throw new MarshalError(`a slice can't be a constant in Python ${this.target.version}`);
        }
        this.byte(MarshalType.SLICE);
        this.object(value.start);
        this.object(value.stop);
        this.object(value.step);
        break;
      case 'ellipsis':
        this.byte(MarshalType.ELLIPSIS);
        break;
      case 'code':
        if (this.target.features.has('localsPlus')) this.code(value);
        else this.codeWithVarnames(value);
        break;
    }
  }

  /** The layout since 3.11. */
  private code(code: CodeObject): void {
    this.byte(MarshalType.CODE);
    this.long(code.co_argcount);
    this.long(code.co_posonlyargcount);
    this.long(code.co_kwonlyargcount);
    this.long(code.co_stacksize);
    this.long(code.co_flags);
    this.blob(MarshalType.STRING, code.co_code);
    this.tuple(code.co_consts);
    this.names(code.co_names);
    this.names(code.co_localsplusnames);
    this.blob(MarshalType.STRING, code.co_localspluskinds);
    this.string(code.co_filename, false);
    this.string(code.co_name, true);
    this.string(code.co_qualname, true);
    this.long(code.co_firstlineno);
    this.blob(MarshalType.STRING, code.co_linetable);
    this.blob(MarshalType.STRING, code.co_exceptiontable);
  }

  /** The layout from 3.8 to 3.10: locals, free variables and cells apart. */
  private codeWithVarnames(code: CodeObject): void {
    const named = (kind: LocalKind) =>
      code.co_localsplusnames.filter((_, index) => (code.co_localspluskinds[index] & kind) !== 0);
    this.byte(MarshalType.CODE);
    this.long(code.co_argcount);
    this.long(code.co_posonlyargcount);
    this.long(code.co_kwonlyargcount);
    this.long(code.co_nlocals);
    this.long(code.co_stacksize);
    this.long(code.co_flags);
    this.blob(MarshalType.STRING, code.co_code);
    this.tuple(code.co_consts);
    this.names(code.co_names);
    this.names(named(LocalKind.LOCAL));
    this.names(named(LocalKind.FREE));
    this.names(named(LocalKind.CELL));
    this.string(code.co_filename, false);
    this.string(code.co_name, true);
    this.long(code.co_firstlineno);
    this.blob(MarshalType.STRING, code.co_linetable);
  }

  private tuple(items: readonly Constant[]): void {
    this.tupleStart(items.length);
    for (const item of items) this.object(item);
  }

  private names(names: readonly string[]): void {
    this.tupleStart(names.length);
    for (const name of names) this.string(name, true);
  }

  private tupleStart(length: number): void {
    if (length < 256) {
      this.byte(MarshalType.SMALL_TUPLE);
      this.byte(length);
    } else {
      this.byte(MarshalType.TUPLE);
      this.long(length);
    }
  }

  private string(text: string, intern: boolean): void {
    if (!intern) {
      this.text(text, MarshalType.SHORT_ASCII, MarshalType.ASCII, MarshalType.UNICODE);
      return;
    }
    const index = this.interned.get(text);
    if (index !== undefined) {
      this.byte(MarshalType.REF);
      this.long(index);
      return;
    }
    this.interned.set(text, this.interned.size);
    this.text(
      text,
      MarshalType.SHORT_ASCII_INTERNED | FLAG_REF,
      MarshalType.ASCII_INTERNED | FLAG_REF,
      MarshalType.INTERNED | FLAG_REF,
    );
  }

  private text(text: string, shortAscii: number, ascii: number, unicode: number): void {
    const bytes = encodeSurrogatePass(text);
    if (bytes.length !== text.length) this.blob(unicode, bytes);
    else if (bytes.length >= 256) this.blob(ascii, bytes);
    else {
      this.byte(shortAscii);
      this.byte(bytes.length);
      this.raw(bytes);
    }
  }

  private blob(type: number, bytes: Uint8Array): void {
    this.byte(type);
    this.long(bytes.length);
    this.raw(bytes);
  }

  private integer(value: number): void {
    if (value === (value | 0)) {
      this.byte(MarshalType.INT);
      this.long(value);
    } else this.digits(BigInt(value));
  }

  private digits(value: bigint): void {
    const digits: number[] = [];
    for (let rest = value < 0n ? -value : value; rest > 0n; rest >>= BigInt(LONG_SHIFT)) {
      digits.push(Number(rest & 0x7fffn));
    }
    this.byte(MarshalType.LONG);
    this.long(value < 0n ? -digits.length : digits.length);
    for (const digit of digits) {
      this.reserve(2);
      this.view.setUint16(this.length - 2, digit, true);
    }
  }

  private byte(value: number): void {
    this.reserve(1);
    this.view.setUint8(this.length - 1, value);
  }

  private long(value: number): void {
    this.reserve(4);
    this.view.setInt32(this.length - 4, value, true);
  }

  private double(value: number): void {
    this.reserve(8);
    this.view.setFloat64(this.length - 8, value, true);
  }

  private raw(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.length - bytes.length);
  }

  private reserve(count: number): void {
    this.length += count;
    if (this.length > this.bytes.length) {
      const grown = new Uint8Array(Math.max(this.length, this.bytes.length * 2));
      grown.set(this.bytes);
      this.bytes = grown;
      this.view = new DataView(grown.buffer);
    }
  }
}

/** The string constants that a code object interns (Objects/codeobject.c, should_intern_string). */
function isIdentifierLike(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    const isNameChar =
      (unit >= 0x61 && unit <= 0x7a) ||
      (unit >= 0x41 && unit <= 0x5a) ||
      (unit >= 0x30 && unit <= 0x39) ||
      unit === 0x5f;
    if (!isNameChar) return false;
  }
  return true;
}
