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
import { FLAG_REF, LONG_SHIFT, MarshalError, MarshalType } from './marshal-type.ts';
import { decodeSurrogatePass } from './utf8.ts';

/** CPython's r_object (Python/marshal.c), for one value. Throws MarshalError. */
export class MarshalReader {
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
      case MarshalType.NONE:
        return null;
      case MarshalType.FALSE:
        return false;
      case MarshalType.TRUE:
        return true;
      case MarshalType.ELLIPSIS:
        return Ellipsis;
      case MarshalType.INT:
        return this.long();
      case MarshalType.LONG:
        return this.digits();
      case MarshalType.BINARY_FLOAT:
        return new FloatConstant(this.double());
      case MarshalType.BINARY_COMPLEX: {
        const real = this.double();
        return new ComplexConstant(real, this.double());
      }
      case MarshalType.STRING:
        return new BytesConstant(this.take(this.long()).slice());
      case MarshalType.INTERNED:
      case MarshalType.UNICODE:
      case MarshalType.ASCII:
      case MarshalType.ASCII_INTERNED:
        return decodeSurrogatePass(this.take(this.long()));
      case MarshalType.SHORT_ASCII:
      case MarshalType.SHORT_ASCII_INTERNED:
        return decodeSurrogatePass(this.take(this.byte()));
      case MarshalType.TUPLE:
        return new TupleConstant(this.objects(this.long()));
      case MarshalType.SMALL_TUPLE:
        return new TupleConstant(this.objects(this.byte()));
      case MarshalType.FROZENSET:
        return new FrozenSetConstant(this.objects(this.long()));
      case MarshalType.SLICE: {
        const [start, stop, step] = this.objects(3);
        return new SliceConstant(start, stop, step);
      }
      case MarshalType.REF: {
        const index = this.long();
        if (index < 0 || index >= this.refs.length) throw new MarshalError('bad marshal data (invalid reference)');
        return this.refs[index];
      }
      case MarshalType.CODE:
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
