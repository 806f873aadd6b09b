import type { CodeObject } from '../../compiler/bytecode/code-object.ts';
import { InternalError } from '../internal-error.ts';
import type { Decoded } from '../interpreter/decode.ts';
import { intern } from '../interpreter/intern.ts';
import { withoutKind } from '../interpreter/program.ts';
import { PyBytes } from '../objects/bytes.ts';
import { type CodeSource, PyCode } from '../objects/code.ts';
import { PyComplex } from '../objects/complex.ts';
import { constantOf } from '../objects/constant.ts';
import { PyFloat } from '../objects/float.ts';
import { Ellipsis, frozensetType, type PyObject, type Value } from '../objects/object.ts';
import { PySet } from '../objects/set.ts';
import { PySlice } from '../objects/slice.ts';
import { tupleOf } from '../objects/tuple.ts';
import { FIRST_DIGIT, Tag, UNITS } from './pack-code.ts';

// Reads code that pack-code.ts wrote, which tells the format.

/** The code of a module that packCode wrote. */
export function unpackCode(bytes: Uint8Array): PyCode {
  return new PackedModule(bytes).outermost();
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
/** As the words of decoded code are kept. */
const isLittleEndian = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

/** The code of a module and its strings. */
class PackedModule {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly target: string;
  private readonly start: number;
  private readonly text: string;
  private readonly starts: number;
  private readonly strings: string[];
  private readonly names: string[];

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
    this.names = new Array(count);
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

  /** A name, as names.ts and the run loop want them. */
  name(index: number): string {
    let name = this.names[index];
    if (name === undefined) {
      name = intern(this.string(index));
      this.names[index] = name;
    }
    return name;
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

  read(): { code: CodeObject; consts: Value[]; decoded: Decoded | undefined } {
    const { module } = this;
    const cursor = new Cursor(module.bytes, this.rest);
    const filename = module.string(cursor.number());
    const names = this.names(cursor);
    const localsplusnames = this.names(cursor);
    const localspluskinds = cursor.blob();
    const code = cursor.blob();
    const linetable = cursor.blob();
    const exceptiontable = cursor.blob();
    const consts = withoutKind(this.values(cursor));
    const decoded = cursor.number() === 1 && isLittleEndian ? this.decoded(cursor) : undefined;
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
    return { code: read, consts, decoded };
  }

  private decoded(cursor: Cursor): Decoded {
    const { bytes } = cursor;
    const entry = cursor.number();
    const count = cursor.number();
    const handlerCount = cursor.number();
    const start = (cursor.at + 3) & ~3;
    const at = start + bytes.byteOffset;
    const rest = start + (count + handlerCount) * 4;
    return {
      entry,
      words: new Int32Array(bytes.buffer, at, count),
      handlers: new Int32Array(bytes.buffer, at + count * 4, handlerCount),
      pristine: bytes.subarray(rest, rest + count),
    };
  }

  private names(cursor: Cursor): string[] {
    const names: string[] = [];
    for (let rest = cursor.number(); rest > 0; rest--) names.push(this.module.name(cursor.number()));
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
