import { type CodeObject, LocalKind } from '../../../compiler/bytecode/code-object.ts';
import { FLAG_REF, LONG_SHIFT, MarshalType } from '../../../compiler/bytecode/marshal-type.ts';
import { py314 } from '../../../compiler/targets/py314.ts';
import { InternalError } from '../../internal-error.ts';
import { parseFloatText } from '../../numbers/float-text.ts';
import { normalize } from '../../numbers/integer.ts';
import { PyBytes } from '../../objects/bytes.ts';
import { PyCode } from '../../objects/code.ts';
import { PyComplex } from '../../objects/complex.ts';
import { constantOf } from '../../objects/constant.ts';
import { PyDict } from '../../objects/dict.ts';
import { eofErrorType, newException, stopIterationType, typeError, valueError } from '../../objects/exception.ts';
import { PyFloat } from '../../objects/float.ts';
import { PyList } from '../../objects/list.ts';
import { Ellipsis, frozensetType, type Slot, type Value } from '../../objects/object.ts';
import { PySet } from '../../objects/set.ts';
import { PySlice } from '../../objects/slice.ts';
import { PyTuple, tupleOf } from '../../objects/tuple.ts';
import { callMethod } from '../../operations/attribute.ts';
import { repr } from '../../operations/text.ts';

const MAX_DEPTH = 2000;

/** Gives so many bytes, or fewer at the end. */
export type Source = (count: number) => Uint8Array;

/** CPython's r_object (Python/marshal.c) for values of a program. Throws EOFError, TypeError and ValueError. */
export class ValueReader {
  private readonly source: Source;
  private readonly allowCode: boolean;
  /** What was marked; undefined while it is being read and can't be referred to. */
  private readonly refs: Slot[] = [];
  private depth = 0;

  constructor(source: Source, allowCode: boolean) {
    this.source = source;
    this.allowCode = allowCode;
  }

  /** One value, at the outermost level. */
  whole(): Value {
    return present(this.object(), 'object');
  }

  /** A value; undefined for the NULL that ends a dict. */
  private object(): Slot {
    const [code] = this.source(1);
    if (code === undefined) throw newException(eofErrorType, 'EOF read where object expected');
    if (++this.depth > MAX_DEPTH) throw valueError('recursion limit exceeded');
    const index = (code & FLAG_REF) === 0 ? -1 : this.refs.push(undefined) - 1;
    const value = this.value(code & ~FLAG_REF, index);
    if (index >= 0) this.refs[index] = value;
    this.depth--;
    return value;
  }

  private value(type: number, index: number): Slot {
    switch (type) {
      case MarshalType.NULL:
        return undefined;
      case MarshalType.NONE:
        return null;
      case MarshalType.FALSE:
        return false;
      case MarshalType.TRUE:
        return true;
      case MarshalType.ELLIPSIS:
        return Ellipsis;
      case MarshalType.STOPITER:
        return stopIterationType;
      case MarshalType.INT:
        return this.long();
      case MarshalType.INT64:
        return normalize(this.view(8).getBigInt64(0, true));
      case MarshalType.LONG:
        return this.digits();
      case MarshalType.FLOAT:
        return new PyFloat(this.floatText());
      case MarshalType.BINARY_FLOAT:
        return new PyFloat(this.double());
      case MarshalType.COMPLEX: {
        const real = this.floatText();
        return new PyComplex(real, this.floatText());
      }
      case MarshalType.BINARY_COMPLEX: {
        const real = this.double();
        return new PyComplex(real, this.double());
      }
      case MarshalType.STRING:
        return new PyBytes(this.take(this.size('bytes object')).slice());
      case MarshalType.INTERNED:
      case MarshalType.UNICODE:
        return this.text(this.size('string'));
      case MarshalType.ASCII:
      case MarshalType.ASCII_INTERNED:
        return this.ascii(this.size('string'));
      case MarshalType.SHORT_ASCII:
      case MarshalType.SHORT_ASCII_INTERNED:
        return this.ascii(this.take(1)[0]);
      case MarshalType.SMALL_TUPLE:
        return tupleOf(this.items(this.take(1)[0], 'tuple'));
      case MarshalType.TUPLE:
        return tupleOf(this.items(this.size('tuple'), 'tuple'));
      case MarshalType.LIST:
        return this.list(index);
      case MarshalType.DICT:
        return this.dict(index);
      case MarshalType.SET:
        return this.set(new PySet(), index);
      case MarshalType.FROZENSET:
        return this.set(new PySet(frozensetType), -1);
      case MarshalType.SLICE: {
        const [start, stop, step] = this.items(3, 'slice');
        return new PySlice(start, stop, step);
      }
      case MarshalType.REF:
        return this.reference();
      case MarshalType.CODE:
        return this.code();
      default:
        throw valueError('bad marshal data (unknown type code)');
    }
  }

  private reference(): Value {
    const found = this.refs[this.long()];
    if (found === undefined) throw valueError('bad marshal data (invalid reference)');
    return found;
  }

  private items(count: number, of: string): Value[] {
    const items: Value[] = [];
    for (let i = 0; i < count; i++) items.push(present(this.object(), of));
    return items;
  }

  /** Containers that may hold themselves can be referred to before they are full. */
  private known<Container extends Value>(container: Container, index: number): Container {
    if (index >= 0) this.refs[index] = container;
    return container;
  }

  private list(index: number): PyList {
    const count = this.size('list');
    const list = this.known(new PyList([]), index);
    for (let i = 0; i < count; i++) list.items.push(present(this.object(), 'list'));
    return list;
  }

  private dict(index: number): PyDict {
    const dict = this.known(new PyDict(), index);
    for (;;) {
      const key = this.object();
      if (key === undefined) return dict;
      const value = this.object();
      if (value === undefined) return dict;
      dict.set(key, value);
    }
  }

  private set(set: PySet, index: number): PySet {
    const count = this.size('set');
    this.known(set, index);
    for (let i = 0; i < count; i++) set.add(present(this.object(), 'set'));
    return set;
  }

  private code(): PyCode {
    if (!this.allowCode) throw valueError('unmarshalling code objects is disallowed');
    const [co_argcount, co_posonlyargcount, co_kwonlyargcount, co_stacksize, co_flags] = Array.from({ length: 5 }, () =>
      this.long(),
    );
    const co_code = this.bytesOfCode();
    const consts = this.tupleOfCode();
    const co_names = this.tupleOfCode().map(nameOfCode);
    const co_localsplusnames = this.tupleOfCode().map(nameOfCode);
    const co_localspluskinds = this.bytesOfCode();
    const co_filename = nameOfCode(this.whole());
    const co_name = nameOfCode(this.whole());
    const co_qualname = nameOfCode(this.whole());
    const co_firstlineno = this.long();
    const co_linetable = this.bytesOfCode();
    const code: CodeObject = {
      type: 'code',
      target: py314.version,
      co_argcount,
      co_posonlyargcount,
      co_kwonlyargcount,
      co_nlocals: co_localspluskinds.filter((kind) => (kind & LocalKind.LOCAL) !== 0).length,
      co_stacksize,
      co_flags,
      co_code,
      co_consts: consts.map((value) => constantOf(value, noConstant)),
      co_names,
      co_localsplusnames,
      co_localspluskinds,
      co_filename,
      co_name,
      co_qualname,
      co_firstlineno,
      co_linetable,
      co_exceptiontable: this.bytesOfCode(),
    };
    return new PyCode(code, consts);
  }

  private bytesOfCode(): Uint8Array {
    const value = this.whole();
    if (value instanceof PyBytes) return value.bytes;
    throw valueError('bad marshal data (a code object holds no bytes where it must)');
  }

  private tupleOfCode(): Value[] {
    const value = this.whole();
    if (value instanceof PyTuple) return [...value.items];
    throw valueError('bad marshal data (a code object holds no tuple where it must)');
  }

  private text(length: number): Value {
    return callMethod(new PyBytes(this.take(length).slice()), 'decode', 'utf-8', 'surrogatepass');
  }

  private ascii(length: number): string {
    let text = '';
    for (const byte of this.take(length)) text += String.fromCharCode(byte);
    return text;
  }

  private floatText(): number {
    const text = this.ascii(this.take(1)[0]);
    return parseFloatText(text, () => repr(text));
  }

  private digits(): Value {
    const size = this.long();
    let value = 0n;
    let digit = 1;
    for (let i = 0; i < Math.abs(size); i++) {
      digit = this.view(2).getUint16(0, true);
      if (digit >> LONG_SHIFT !== 0) throw valueError('bad marshal data (digit out of range in long)');
      value |= BigInt(digit) << BigInt(i * LONG_SHIFT);
    }
    if (digit === 0) throw valueError('bad marshal data (unnormalized long data)');
    return normalize(size < 0 ? -value : value);
  }

  private size(of: string): number {
    const size = this.long();
    if (size < 0) throw valueError(`bad marshal data (${of} size out of range)`);
    return size;
  }

  private long(): number {
    return this.view(4).getInt32(0, true);
  }

  private double(): number {
    return this.view(8).getFloat64(0, true);
  }

  private view(length: number): DataView {
    const bytes = this.take(length);
    return new DataView(bytes.buffer, bytes.byteOffset, length);
  }

  private take(length: number): Uint8Array {
    const bytes = this.source(length);
    if (bytes.length < length) throw newException(eofErrorType, 'marshal data too short');
    return bytes;
  }
}

function present(value: Slot, of: string): Value {
  if (value === undefined) throw typeError(`NULL object in marshal data for ${of}`);
  return value;
}

function nameOfCode(value: Value): string {
  if (typeof value === 'string') return value;
  throw valueError('bad marshal data (a code object holds no str where it must)');
}

/** Lists and the like among a code object's constants, which no compiler puts there. */
function noConstant(value: { type: { tp_name: string } }): never {
  throw new InternalError(`a marshalled code object has a constant of type ${value.type.tp_name}`);
}
