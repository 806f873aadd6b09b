import { ByteWriter } from './byte-writer.ts';
import { type DecodeHandler, UnicodeProblem } from './errors.ts';
import type { Decoded } from './utf8.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
/** The value of each base64 digit; -1 for all other bytes. */
const digits = new Int8Array(256).fill(-1);
for (let i = 0; i < 64; i++) digits[ALPHABET.charCodeAt(i)] = i;

const PLUS = 0x2b;
const MINUS = 0x2d;

/** Characters that stand for themselves outside of base64: RFC 2152's sets D and O, and white space. */
const direct = /^[A-Za-z0-9'(),\-./:?!"#$%&*;<=>@[\]^_`{|} \t\n\r]$/;
const isDirect = new Uint8Array(128);
for (let i = 1; i < 128; i++) isDirect[i] = direct.test(String.fromCharCode(i)) ? 1 : 0;

/** Encodes UTF-7 (_PyUnicode_EncodeUTF7, 3.14). Every text can be encoded. */
export function encodeUtf7(text: string): Uint8Array {
  const out = new ByteWriter(text.length + (text.length >> 1));
  let shifted = false;
  let bits = 0;
  let buffer = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    const plain = unit < 128 && isDirect[unit] === 1;
    if (!shifted) {
      if (unit === PLUS || plain) {
        out.push(unit);
        if (unit === PLUS) out.push(MINUS);
        continue;
      }
      out.push(PLUS);
      shifted = true;
    } else if (plain) {
      if (bits > 0) out.push(ALPHABET.charCodeAt((buffer << (6 - bits)) & 63));
      bits = buffer = 0;
      shifted = false;
      // Whatever isn't a digit of base64 ends the sequence by itself.
      if (digits[unit] >= 0 || unit === MINUS) out.push(MINUS);
      out.push(unit);
      continue;
    }
    buffer = (buffer << 16) | unit;
    for (bits += 16; bits >= 6; bits -= 6) out.push(ALPHABET.charCodeAt((buffer >> (bits - 6)) & 63));
    buffer &= (1 << bits) - 1;
  }
  if (bits > 0) out.push(ALPHABET.charCodeAt((buffer << (6 - bits)) & 63));
  if (shifted) out.push(MINUS);
  return out.finish();
}

/**
 * Decodes UTF-7 (PyUnicode_DecodeUTF7Stateful, 3.14). A base64 sequence that isn't ended is left for the next time, with all
 * that it gave, unless this is the end.
 */
export function decodeUtf7(bytes: Uint8Array, onError: DecodeHandler, final = true): Decoded {
  let text = '';
  let at = 0;
  let start = 0;
  let shifted = false;
  let textBeforeShift = '';
  let bits = 0;
  let buffer = 0;
  let surrogate = 0;
  const repair = (end: number, reason: string): void => {
    const { replacement, position } = onError(new UnicodeProblem('utf7', bytes, start, end, reason));
    text += replacement;
    at = position;
  };
  for (;;) {
    while (at < bytes.length) {
      const byte = bytes[at];
      if (shifted) {
        const digit = digits[byte];
        if (digit >= 0) {
          buffer = (buffer << 6) | digit;
          bits += 6;
          at++;
          if (bits < 16) continue;
          bits -= 16;
          const unit = buffer >> bits;
          buffer &= (1 << bits) - 1;
          text += String.fromCharCode(unit);
          surrogate = (unit & 0xfc00) === 0xd800 ? unit : 0;
          continue;
        }
        shifted = false;
        const padded = bits < 6 && buffer === 0;
        // A high surrogate alone is kept only where the sequence ends well.
        if (surrogate !== 0 && !(padded && byte <= 127 && byte !== PLUS)) text = text.slice(0, -1);
        if (!padded) {
          repair(at + 1, bits >= 6 ? 'partial character in shift sequence' : 'non-zero padding bits in shift sequence');
          continue;
        }
        surrogate = 0;
        if (byte === MINUS) at++;
      } else if (byte === PLUS) {
        start = at++;
        if (at < bytes.length && bytes[at] === MINUS) {
          text += '+';
          at++;
        } else if (at < bytes.length && digits[bytes[at]] < 0) {
          repair(at + 1, 'ill-formed sequence');
        } else {
          shifted = true;
          textBeforeShift = text;
          surrogate = bits = buffer = 0;
        }
      } else if (byte <= 127) {
        text += String.fromCharCode(byte);
        at++;
      } else {
        start = at;
        repair(at + 1, 'unexpected special character');
      }
    }
    if (!shifted) return { text, consumed: at };
    if (!final) return { text: textBeforeShift, consumed: start };
    shifted = false;
    if (surrogate === 0 && bits < 6 && !(bits > 0 && buffer > 0)) return { text, consumed: at };
    if (surrogate !== 0) text = text.slice(0, -1);
    repair(bytes.length, 'unterminated shift sequence');
  }
}
