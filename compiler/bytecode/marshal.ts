import { targetOf } from '../targets/registry.ts';
import type { Target } from '../targets/target.ts';
import { type CodeObject, LocalKind } from './code-object.ts';
import {
  BytesConstant,
  ComplexConstant,
  type Constant,
  Ellipsis,
  FloatConstant,
  FrozenSetConstant,
  SliceConstant,
  TupleConstant,
} from './constants.ts';
import { nameNestedCode } from './qualname.ts';
import { decodeSurrogatePass, encodeSurrogatePass } from './utf8.ts';

/** What marshal.loads() would raise: the bytes end too early, or hold what no constant can be. */
export class MarshalError extends Error {}

/**
 * Reads one value that CPython's marshal.dumps() wrote (Python/marshal.c, r_object; versions 4 and 5). The target gives
 * the layout of code objects. Before 3.11 these don't hold their qualified names: nested ones get theirs from the
 * instructions that make functions of them, the outermost its plain name. Throws MarshalError.
 */
export function loads(bytes: Uint8Array, target: Target): Constant {
  const value = new Reader(bytes, target).object();
  if (!target.features.has('localsPlus') && isCode(value)) nameNestedCode(value, target);
  return value;
}

/**
 * Writes a value so that the target's marshal.loads() reads it (Python/marshal.c, w_object). Strings that CPython would
 * intern are marked so and written once; other repetitions are written again, so the bytes need not equal CPython's.
 * The target of a code object is its own unless another is given.
 */
export function dumps(value: Constant, target?: Target): Uint8Array {
  const wanted = target ?? (isCode(value) ? targetOf(value) : undefined);
  if (wanted === undefined) throw new MarshalError('marshal needs to know for which target it writes');
  const writer = new Writer(wanted);
  writer.object(value);
  return writer.finish();
}

const isCode = (value: Constant): value is CodeObject =>
  typeof value === 'object' && value !== null && value.type === 'code';

const FLAG_REF = 0x80;
const LONG_SHIFT = 15;

/** Type codes of marshal.c. */
const enum Type {
  NULL = 0x30, // '0'
  NONE = 0x4e, // 'N'
  FALSE = 0x46, // 'F'
  TRUE = 0x54, // 'T'
  ELLIPSIS = 0x2e, // '.'
  INT = 0x69, // 'i'
  LONG = 0x6c, // 'l'
  BINARY_FLOAT = 0x67, // 'g'
  BINARY_COMPLEX = 0x79, // 'y'
  STRING = 0x73, // 's'
  INTERNED = 0x74, // 't'
  REF = 0x72, // 'r'
  TUPLE = 0x28, // '('
  SMALL_TUPLE = 0x29, // ')'
  CODE = 0x63, // 'c'
  UNICODE = 0x75, // 'u'
  FROZENSET = 0x3e, // '>'
  SLICE = 0x3a, // ':'
  ASCII = 0x61, // 'a'
  ASCII_INTERNED = 0x41, // 'A'
  SHORT_ASCII = 0x7a, // 'z'
  SHORT_ASCII_INTERNED = 0x5a, // 'Z'
}

class Reader {
  private at = 0;
  private readonly refs: Constant[] = [];
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private readonly target: Target;

  constructor(bytes: Uint8Array, target: Target) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.target = target;
  }

  object(): Constant {
    const code = this.byte();
    if ((code & FLAG_REF) === 0) return this.value(code);
    // Containers take their number before their contents.
    const index = this.refs.push(null) - 1;
    const value = this.value(code & ~FLAG_REF);
    this.refs[index] = value;
    return value;
  }

  private value(type: number): Constant {
    switch (type) {
      case Type.NONE:
        return null;
      case Type.FALSE:
        return false;
      case Type.TRUE:
        return true;
      case Type.ELLIPSIS:
        return Ellipsis;
      case Type.INT:
        return this.long();
      case Type.LONG:
        return this.digits();
      case Type.BINARY_FLOAT:
        return new FloatConstant(this.double());
      case Type.BINARY_COMPLEX: {
        const real = this.double();
        return new ComplexConstant(real, this.double());
      }
      case Type.STRING:
        return new BytesConstant(this.take(this.long()).slice());
      case Type.INTERNED:
      case Type.UNICODE:
      case Type.ASCII:
      case Type.ASCII_INTERNED:
        return decodeSurrogatePass(this.take(this.long()));
      case Type.SHORT_ASCII:
      case Type.SHORT_ASCII_INTERNED:
        return decodeSurrogatePass(this.take(this.byte()));
      case Type.TUPLE:
        return new TupleConstant(this.objects(this.long()));
      case Type.SMALL_TUPLE:
        return new TupleConstant(this.objects(this.byte()));
      case Type.FROZENSET:
        return new FrozenSetConstant(this.objects(this.long()));
      case Type.SLICE: {
        const [start, stop, step] = this.objects(3);
        return new SliceConstant(start, stop, step);
      }
      case Type.REF: {
        const index = this.long();
        if (index < 0 || index >= this.refs.length) throw new MarshalError('bad marshal data (invalid reference)');
        return this.refs[index];
      }
      case Type.CODE:
        return this.target.features.has('localsPlus') ? this.code() : this.codeWithVarnames();
      default:
        throw new MarshalError(`bad marshal data (unknown type code ${type} at byte ${this.at - 1})`);
    }
  }

  /** The layout since 3.11. */
  private code(): CodeObject {
    const co_argcount = this.long();
    const co_posonlyargcount = this.long();
    const co_kwonlyargcount = this.long();
    const co_stacksize = this.long();
    const co_flags = this.long();
    const co_code = this.byteString();
    const co_consts = this.tuple();
    const co_names = this.names();
    const co_localsplusnames = this.names();
    const co_localspluskinds = this.byteString();
    return {
      type: 'code',
      target: this.target.version,
      co_argcount,
      co_posonlyargcount,
      co_kwonlyargcount,
      co_nlocals: countLocals(co_localspluskinds),
      co_stacksize,
      co_flags,
      co_code,
      co_consts,
      co_names,
      co_localsplusnames,
      co_localspluskinds,
      co_filename: this.string(),
      co_name: this.string(),
      co_qualname: this.string(),
      co_firstlineno: this.long(),
      co_linetable: this.byteString(),
      co_exceptiontable: this.byteString(),
    };
  }

  /** The layout from 3.8 to 3.10: locals, free variables and cells apart. */
  private codeWithVarnames(): CodeObject {
    const co_argcount = this.long();
    const co_posonlyargcount = this.long();
    const co_kwonlyargcount = this.long();
    const co_nlocals = this.long();
    const co_stacksize = this.long();
    const co_flags = this.long();
    const co_code = this.byteString();
    const co_consts = this.tuple();
    const co_names = this.names();
    const varnames = this.names();
    const freevars = this.names();
    const cellvars = this.names();
    const co_filename = this.string();
    const co_name = this.string();
    return {
      type: 'code',
      target: this.target.version,
      co_argcount,
      co_posonlyargcount,
      co_kwonlyargcount,
      co_nlocals,
      co_stacksize,
      co_flags,
      co_code,
      co_consts,
      co_names,
      co_localsplusnames: [...varnames, ...cellvars, ...freevars],
      co_localspluskinds: Uint8Array.from([
        ...varnames.map(() => LocalKind.LOCAL),
        ...cellvars.map(() => LocalKind.CELL),
        ...freevars.map(() => LocalKind.FREE),
      ]),
      co_filename,
      co_name,
      co_qualname: co_name,
      co_firstlineno: this.long(),
      co_linetable: this.byteString(),
      co_exceptiontable: new Uint8Array(0),
    };
  }

  private objects(count: number): Constant[] {
    const items: Constant[] = [];
    for (let index = 0; index < count; index++) items.push(this.object());
    return items;
  }

  private tuple(): readonly Constant[] {
    const value = this.object();
    if (value instanceof TupleConstant) return value.items;
    throw new MarshalError('bad marshal data (a code object holds no tuple where it must)');
  }

  private names(): string[] {
    return this.tuple().map(plainString);
  }

  private string(): string {
    return plainString(this.object());
  }

  private byteString(): Uint8Array {
    const value = this.object();
    if (value instanceof BytesConstant) return value.value;
    throw new MarshalError('bad marshal data (a code object holds no bytes where it must)');
  }

  private digits(): number | bigint {
    const size = this.long();
    let value = 0n;
    for (let index = 0; index < Math.abs(size); index++) {
      value |= BigInt(this.view.getUint16(this.advance(2), true)) << BigInt(index * LONG_SHIFT);
    }
    if (size < 0) value = -value;
    return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  }

  private byte(): number {
    return this.view.getUint8(this.advance(1));
  }

  private long(): number {
    return this.view.getInt32(this.advance(4), true);
  }

  private double(): number {
    return this.view.getFloat64(this.advance(8), true);
  }

  private take(length: number): Uint8Array {
    const start = this.advance(length);
    return this.bytes.subarray(start, start + length);
  }

  private advance(length: number): number {
    const start = this.at;
    if (length < 0 || start + length > this.bytes.length) throw new MarshalError('marshal data too short');
    this.at = start + length;
    return start;
  }
}

function plainString(value: Constant): string {
  if (typeof value === 'string') return value;
  throw new MarshalError('bad marshal data (a code object holds no str where it must)');
}

function countLocals(kinds: Uint8Array): number {
  let count = 0;
  for (const kind of kinds) if ((kind & LocalKind.LOCAL) !== 0) count++;
  return count;
}

class Writer {
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
    if (value === null) this.byte(Type.NONE);
    else if (value === true) this.byte(Type.TRUE);
    else if (value === false) this.byte(Type.FALSE);
    else if (typeof value === 'number') this.integer(value);
    else if (typeof value === 'bigint') this.digits(value);
    else if (typeof value === 'string') this.string(value, isIdentifierLike(value));
    else this.boxed(value);
  }

  private boxed(value: Exclude<Constant, null | boolean | number | bigint | string>): void {
    switch (value.type) {
      case 'str':
        this.blob(Type.UNICODE, encodeSurrogatePass(value));
        break;
      case 'float':
        this.byte(Type.BINARY_FLOAT);
        this.double(value.value);
        break;
      case 'complex':
        this.byte(Type.BINARY_COMPLEX);
        this.double(value.real);
        this.double(value.imag);
        break;
      case 'bytes':
        this.blob(Type.STRING, value.value);
        break;
      case 'tuple':
        this.tuple(value.items);
        break;
      case 'frozenset':
        this.byte(Type.FROZENSET);
        this.long(value.items.length);
        for (const item of value.items) this.object(item);
        break;
      case 'slice':
        if (!this.target.features.has('marshalSlices')) {
          throw new MarshalError(`a slice can't be a constant in Python ${this.target.version}`);
        }
        this.byte(Type.SLICE);
        this.object(value.start);
        this.object(value.stop);
        this.object(value.step);
        break;
      case 'ellipsis':
        this.byte(Type.ELLIPSIS);
        break;
      case 'code':
        if (this.target.features.has('localsPlus')) this.code(value);
        else this.codeWithVarnames(value);
        break;
    }
  }

  /** The layout since 3.11. */
  private code(code: CodeObject): void {
    this.byte(Type.CODE);
    this.long(code.co_argcount);
    this.long(code.co_posonlyargcount);
    this.long(code.co_kwonlyargcount);
    this.long(code.co_stacksize);
    this.long(code.co_flags);
    this.blob(Type.STRING, code.co_code);
    this.tuple(code.co_consts);
    this.names(code.co_names);
    this.names(code.co_localsplusnames);
    this.blob(Type.STRING, code.co_localspluskinds);
    this.string(code.co_filename, false);
    this.string(code.co_name, true);
    this.string(code.co_qualname, true);
    this.long(code.co_firstlineno);
    this.blob(Type.STRING, code.co_linetable);
    this.blob(Type.STRING, code.co_exceptiontable);
  }

  /** The layout from 3.8 to 3.10: locals, free variables and cells apart. */
  private codeWithVarnames(code: CodeObject): void {
    const named = (kind: LocalKind) =>
      code.co_localsplusnames.filter((_, index) => (code.co_localspluskinds[index] & kind) !== 0);
    this.byte(Type.CODE);
    this.long(code.co_argcount);
    this.long(code.co_posonlyargcount);
    this.long(code.co_kwonlyargcount);
    this.long(code.co_nlocals);
    this.long(code.co_stacksize);
    this.long(code.co_flags);
    this.blob(Type.STRING, code.co_code);
    this.tuple(code.co_consts);
    this.names(code.co_names);
    this.names(named(LocalKind.LOCAL));
    this.names(named(LocalKind.FREE));
    this.names(named(LocalKind.CELL));
    this.string(code.co_filename, false);
    this.string(code.co_name, true);
    this.long(code.co_firstlineno);
    this.blob(Type.STRING, code.co_linetable);
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
      this.byte(Type.SMALL_TUPLE);
      this.byte(length);
    } else {
      this.byte(Type.TUPLE);
      this.long(length);
    }
  }

  private string(text: string, intern: boolean): void {
    if (!intern) {
      this.text(text, Type.SHORT_ASCII, Type.ASCII, Type.UNICODE);
      return;
    }
    const index = this.interned.get(text);
    if (index !== undefined) {
      this.byte(Type.REF);
      this.long(index);
      return;
    }
    this.interned.set(text, this.interned.size);
    this.text(text, Type.SHORT_ASCII_INTERNED | FLAG_REF, Type.ASCII_INTERNED | FLAG_REF, Type.INTERNED | FLAG_REF);
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
      this.byte(Type.INT);
      this.long(value);
    } else this.digits(BigInt(value));
  }

  private digits(value: bigint): void {
    const digits: number[] = [];
    for (let rest = value < 0n ? -value : value; rest > 0n; rest >>= BigInt(LONG_SHIFT)) {
      digits.push(Number(rest & 0x7fffn));
    }
    this.byte(Type.LONG);
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
