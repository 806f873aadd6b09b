import { decodeLatin1 } from '../../codecs/single-byte.ts';
import { encodeUtf8 } from '../../codecs/utf8.ts';
import { vm } from '../../interpreter/state.ts';
import { bitLength, type Integer, toBytes } from '../../numbers/integer.ts';
import { integerToText } from '../../numbers/integer-text.ts';
import { type PyByteArray, PyBytes } from '../../objects/bytes.ts';
import { overflowError } from '../../objects/exception.ts';
import { bytearrayType, bytesType, type Value } from '../../objects/object.ts';
import { tupleOf } from '../../objects/tuple.ts';
import { call } from '../../operations/call.ts';
import { isTrue } from '../../operations/truth.ts';
import { codePointEscape } from '../../text/repr.ts';
import { encodeHandler } from '../codecs/registry.ts';
import { picklingError } from './errors.ts';
import { pickleLibrary } from './library.ts';
import { Opcode } from './opcodes.ts';
import type { PyPickleBuffer } from './pickle-buffer.ts';
import type { Pickler } from './pickler.ts';
import { saveReduce } from './save-reduce.ts';

/** Writes an int (save_long). */
export function saveInteger({ output, isBinary, protocol }: Pickler, value: Integer): void {
  if (value >= -0x80000000 && value <= 0x7fffffff) {
    const small = Number(value);
    if (!isBinary) output.latin1(`I${small}\n`);
    else if (small < 0 || small > 0xffff) output.sized(Opcode.BININT, small, 4);
    else if (small > 0xff) output.sized(Opcode.BININT2, small, 2);
    else output.bytePair(Opcode.BININT1, small);
    return;
  }
  if (protocol < 2) {
    output.latin1(`L${integerToText(value, vm.intMaxStrDigits)}L\n`);
    return;
  }
  const bytes = twosComplement(value);
  if (bytes.length < 256) output.bytePair(Opcode.LONG1, bytes.length);
  else output.sized(Opcode.LONG4, bytes.length, 4);
  output.raw(bytes);
}

/** The fewest little-endian bytes that hold a number and its sign. */
function twosComplement(value: Integer): ArrayLike<number> {
  if (typeof value === 'number') {
    const bytes: number[] = [];
    for (let rest = value; ; ) {
      const byte = ((rest % 256) + 256) % 256;
      bytes.push(byte);
      rest = Math.floor(rest / 256);
      if (rest === (byte < 0x80 ? 0 : -1)) return bytes;
    }
  }
  const length = Math.floor(bitLength(value) / 8) + 1;
  const bytes = toBytes(value, length, true, true);
  const isRedundant = value < 0n && length > 1 && bytes[length - 1] === 0xff && bytes[length - 2] >= 0x80;
  return isRedundant ? bytes.subarray(0, length - 1) : bytes;
}

/** Writes a str and puts it into the memo, as `identity` where it isn't interned (save_unicode). */
export function saveText(pickler: Pickler, text: string, identity: Value = text): void {
  const { output, protocol } = pickler;
  if (!pickler.isBinary) output.latin1(`V${rawEscaped(text)}\n`);
  else if (protocol < 4 || text.length > 0xff || !output.shortAscii(Opcode.SHORT_BINUNICODE, text)) {
    const data = encodeUtf8(text, encodeHandler('surrogatepass'));
    if (data.length <= 0xff && protocol >= 4) output.payload(Opcode.SHORT_BINUNICODE, 1, data, undefined);
    else if (data.length <= 0xffffffff) output.payload(Opcode.BINUNICODE, 4, data, undefined);
    else if (protocol >= 4) output.payload(Opcode.BINUNICODE8, 8, data, undefined);
    else throw overflowError('serializing a string larger than 4 GiB requires pickle protocol 4 or higher');
  }
  pickler.put(identity);
}

/** Text as protocol 0 has it: on one line, with escapes for what isn't Latin-1 (raw_unicode_escape). */
function rawEscaped(text: string): string {
  let escaped = '';
  for (const character of text) {
    const code = character.codePointAt(0) as number;
    if (code >= 0x100) escaped += codePointEscape(code);
    else if (ESCAPED.includes(character)) escaped += `\\u${code.toString(16).padStart(4, '0')}`;
    else escaped += character;
  }
  return escaped;
}

const ESCAPED = '\\\0\n\r\x1a';

/** Writes bytes (save_bytes). */
export function saveBytes(pickler: Pickler, value: PyBytes): void {
  if (pickler.protocol >= 3) {
    saveReadOnly(pickler, value, value.bytes);
    return;
  }
  // Python 2's bytes are its str: codecs.encode() makes the right one of the two there and here.
  const reduced =
    value.bytes.length === 0
      ? [bytesType, tupleOf([])]
      : [pickleLibrary().encode, tupleOf([decodeLatin1(value.bytes), 'latin1'])];
  saveReduce(pickler, tupleOf(reduced), value);
}

/** _save_bytes_data. */
function saveReadOnly(pickler: Pickler, value: Value, data: Uint8Array): void {
  const { output } = pickler;
  if (data.length <= 0xff) output.payload(Opcode.SHORT_BINBYTES, 1, data, value);
  else if (data.length <= 0xffffffff) output.payload(Opcode.BINBYTES, 4, data, value);
  else if (pickler.protocol >= 4) output.payload(Opcode.BINBYTES8, 8, data, value);
  else throw overflowError('serializing a bytes object larger than 4 GiB requires pickle protocol 4 or higher');
  pickler.put(value);
}

/** Writes a bytearray (save_bytearray). */
export function saveByteArray(pickler: Pickler, value: PyByteArray): void {
  if (pickler.protocol >= 5) {
    saveWritable(pickler, value, value.bytes);
    return;
  }
  const args = value.bytes.length === 0 ? [] : [new PyBytes(value.bytes.slice())];
  saveReduce(pickler, tupleOf([bytearrayType, tupleOf(args)]), value);
}

/** _save_bytearray_data. */
function saveWritable(pickler: Pickler, value: Value, data: Uint8Array): void {
  pickler.output.payload(Opcode.BYTEARRAY8, 8, data, value);
  pickler.put(value);
}

/** Writes a PickleBuffer, or that the program gets its data elsewhere (save_picklebuffer). */
export function savePickleBuffer(pickler: Pickler, value: PyPickleBuffer): void {
  if (pickler.protocol < 5) throw picklingError('PickleBuffer can only be pickled with protocol >= 5');
  const { view } = value;
  if (!view.contiguous) {
    throw picklingError('PickleBuffer can not be pickled when pointing to a non-contiguous buffer');
  }
  const { bufferCallback, output } = pickler;
  if (bufferCallback === undefined || isTrue(call(bufferCallback, value))) {
    const data = view.copyBytes();
    if (view.readonly) saveReadOnly(pickler, value, data);
    else saveWritable(pickler, value, data);
    return;
  }
  output.byte(Opcode.NEXT_BUFFER);
  if (view.readonly) output.byte(Opcode.READONLY_BUFFER);
}
