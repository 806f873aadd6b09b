import { ByteWriter } from '../codecs/byte-writer.ts';
import { crc32, crcHqx } from '../codecs/checksums.ts';
import { PyBytes } from '../objects/bytes.ts';
import { hexSeparator } from '../objects/bytes-types.ts';
import { defineType, type ModuleDefinition } from '../objects/define.ts';
import {
  exceptionTypeRoot,
  newException,
  type PyBaseException,
  valueError,
  valueErrorType,
} from '../objects/exception.ts';
import { newType, type Slot, type Value } from '../objects/object.ts';
import { stringOf } from '../objects/str.ts';
import { index } from '../operations/arithmetic.ts';
import { isTrue } from '../operations/truth.ts';
import { hex, hexDigit } from '../text/byte-strings.ts';
import { bytesOf } from './io/base.ts';

const errorType = newType('binascii.Error', valueErrorType);
const incompleteType = newType('binascii.Incomplete', exceptionTypeRoot);
defineType(errorType, { module: 'binascii' });
defineType(incompleteType, { module: 'binascii' });

const error = (message: string): PyBaseException => newException(errorType, message);

/** What the a2b functions take: bytes, or a str of ASCII. */
function asciiOf(value: Value): Uint8Array {
  const text = stringOf(value);
  if (text === undefined) return bytesOf(value);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0x7f) throw valueError('string argument should contain only ASCII characters');
    bytes[i] = unit;
  }
  return bytes;
}

const latin1 = (text: string): PyBytes => new PyBytes(Uint8Array.from(text, (c) => c.charCodeAt(0)));
const flag = (value: Slot, otherwise: boolean): boolean => (value === undefined ? otherwise : isTrue(value));

function fromHex(value: Value): Value {
  const text = asciiOf(value);
  if (text.length % 2 === 1) throw error('Odd-length string');
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i++) {
    const high = hexDigit(text[2 * i]);
    const low = hexDigit(text[2 * i + 1]);
    if (high < 0 || low < 0) throw error('Non-hexadecimal digit found');
    bytes[i] = high * 16 + low;
  }
  return new PyBytes(bytes);
}

function toHex(value: Value, separator: Slot, group: Slot): Value {
  const between = hexSeparator(separator);
  return latin1(hex(bytesOf(value), between, group === undefined ? 1 : Number(index(group))));
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const SEXTETS = new Int8Array(256).fill(-1);
for (let i = 0; i < 64; i++) SEXTETS[ALPHABET.charCodeAt(i)] = i;

function toBase64(value: Value, newline: Slot): Value {
  const bytes = bytesOf(value);
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const [a, b = 0, c = 0] = bytes.subarray(i, i + 3);
    text += ALPHABET[a >> 2] + ALPHABET[((a & 3) << 4) | (b >> 4)];
    text += i + 1 < bytes.length ? ALPHABET[((b & 15) << 2) | (c >> 6)] : '=';
    text += i + 2 < bytes.length ? ALPHABET[c & 63] : '=';
  }
  return latin1(flag(newline, true) ? `${text}\n` : text);
}

/** binascii_a2b_base64: what isn't base64 is skipped, unless `strict`. */
function fromBase64(value: Value, strictMode: Slot): Value {
  const text = asciiOf(value);
  const strict = flag(strictMode, false);
  const writer = new ByteWriter(Math.ceil((text.length * 3) / 4));
  if (strict && text[0] === 0x3d) throw error('Leading padding not allowed');
  let quad = 0;
  let left = 0;
  let pads = 0;
  let padded = false;
  for (let i = 0; i < text.length; i++) {
    const byte = text[i];
    if (byte === 0x3d) {
      padded = true;
      if (strict && quad === 0) throw error('Excess padding not allowed');
      if (quad >= 2 && quad + ++pads >= 4) {
        if (strict && i + 1 < text.length) throw error('Excess data after padding');
        return new PyBytes(writer.finish());
      }
      continue;
    }
    const sextet = SEXTETS[byte];
    if (sextet < 0) {
      if (strict) throw error('Only base64 data is allowed');
      continue;
    }
    if (strict && padded) throw error('Discontinuous padding not allowed');
    pads = 0;
    switch (quad) {
      case 0:
        quad = 1;
        left = sextet;
        break;
      case 1:
        quad = 2;
        writer.push((left << 2) | (sextet >> 4));
        left = sextet & 15;
        break;
      case 2:
        quad = 3;
        writer.push((left << 4) | (sextet >> 2));
        left = sextet & 3;
        break;
      default:
        quad = 0;
        writer.push((left << 6) | sextet);
        left = 0;
    }
  }
  const bytes = writer.finish();
  if (quad === 1) {
    const count = Math.floor(bytes.length / 3) * 4 + 1;
    throw error(
      `Invalid base64-encoded string: number of data characters (${count}) cannot be 1 more than a multiple of 4`,
    );
  }
  if (quad !== 0) throw error('Incorrect padding');
  return new PyBytes(bytes);
}

function toUu(value: Value, backtick: Slot): Value {
  const bytes = bytesOf(value);
  if (bytes.length > 45) throw error('At most 45 bytes at once');
  const letter = (sextet: number): string =>
    sextet === 0 && flag(backtick, false) ? '`' : String.fromCharCode(0x20 + sextet);
  let text = letter(bytes.length);
  for (let i = 0; i < bytes.length; i += 3) {
    const [a, b = 0, c = 0] = bytes.subarray(i, i + 3);
    text += letter(a >> 2) + letter(((a & 3) << 4) | (b >> 4)) + letter(((b & 15) << 2) | (c >> 6)) + letter(c & 63);
  }
  return latin1(`${text}\n`);
}

function fromUu(value: Value): Value {
  const text = asciiOf(value);
  const length = ((text[0] ?? 0) - 0x20) & 0x3f;
  const bytes = new Uint8Array(length);
  let written = 0;
  let at = 1;
  let bits = 0;
  let left = 0;
  while (written < length) {
    // Lines whose trailing blanks were cut off read as if they had them.
    let sextet = 0;
    const byte = at < text.length ? text[at++] : 0x0a;
    if (byte !== 0x0a && byte !== 0x0d) {
      if (byte < 0x20 || byte > 0x60) throw error('Illegal char');
      sextet = (byte - 0x20) & 0x3f;
    }
    left = (left << 6) | sextet;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[written++] = (left >> bits) & 0xff;
      left &= (1 << bits) - 1;
    }
  }
  for (; at < text.length; at++) {
    if (![0x20, 0x60, 0x0a, 0x0d].includes(text[at])) throw error('Trailing garbage');
  }
  return new PyBytes(bytes);
}

/** CPython 3.14's Modules/binascii.c. Quoted-printable is left to the library's quopri, which has it in Python. */
export const binascii: ModuleDefinition = {
  name: 'binascii',
  doc: 'Conversion between binary data and ASCII',
  functions: {
    a2b_hex: ['($module, hexstr, /)', fromHex],
    unhexlify: ['($module, hexstr, /)', fromHex],
    b2a_hex: ['($module, data, sep=<unrepresentable>, bytes_per_sep=1)', toHex],
    hexlify: ['($module, data, sep=<unrepresentable>, bytes_per_sep=1)', toHex],
    a2b_base64: ['($module, data, /, *, strict_mode=False)', fromBase64],
    b2a_base64: ['($module, data, /, *, newline=True)', toBase64],
    a2b_uu: ['($module, data, /)', fromUu],
    b2a_uu: ['($module, data, /, *, backtick=False)', toUu],
    crc32: [
      '($module, data, crc=0, /)',
      (data: Value, start: Slot) =>
        crc32(bytesOf(data), start === undefined ? 0 : Number(BigInt.asUintN(32, BigInt(index(start))))),
    ],
    crc_hqx: [
      '($module, data, crc, /)',
      (data: Value, start: Value) => crcHqx(bytesOf(data), Number(BigInt.asUintN(16, BigInt(index(start))))),
    ],
  },
  attributes: { Error: errorType, Incomplete: incompleteType },
};
