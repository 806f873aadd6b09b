import { ByteWriter } from '../codecs/byte-writer.ts';
import { type DecodeHandler, UnicodeProblem } from '../codecs/errors.ts';
import type { Decoded } from '../codecs/utf8.ts';
import { hexDigit } from './byte-strings.ts';
import { Problem } from './problem.ts';
import { codePointEscape } from './repr.ts';

const SIMPLE: Readonly<Record<number, string>> = {
  10: '',
  92: '\\',
  39: "'",
  34: '"',
  98: '\b',
  102: '\f',
  116: '\t',
  110: '\n',
  114: '\r',
  118: '\v',
  97: '\x07',
};

const isOctal = (byte: number): boolean => byte >= 0x30 && byte <= 0x37;

/** How many digits follow \x, \u and \U, and what is wrong when there are fewer. */
const HEX_ESCAPES: Readonly<Record<number, readonly [count: number, message: string]>> = {
  120: [2, 'truncated \\xXX escape'],
  117: [4, 'truncated \\uXXXX escape'],
  85: [8, 'truncated \\UXXXXXXXX escape'],
};

/**
 * Decodes the escapes of str literals from Latin-1 (unicodeobject.c, _PyUnicode_DecodeUnicodeEscapeInternal, 3.14). `byName` gives
 * the code point of \N{name}. Unless `final`, an escape cut off at the end is left for later.
 */
export function decodeUnicodeEscape(
  bytes: Uint8Array,
  byName: (name: string) => number | undefined,
  onError: DecodeHandler,
  final = true,
): Decoded {
  let text = '';
  let at = 0;
  while (at < bytes.length) {
    if (bytes[at] !== 0x5c) {
      text += String.fromCharCode(bytes[at++]);
      continue;
    }
    const start = at++;
    let reason = '\\ at end of string';
    const letter = bytes[at];
    if (at < bytes.length) {
      at++;
      const simple = SIMPLE[letter];
      if (simple !== undefined) {
        text += simple;
        continue;
      }
      if (isOctal(letter)) {
        let code = letter - 0x30;
        for (let i = 0; i < 2 && isOctal(bytes[at]); i++) code = code * 8 + bytes[at++] - 0x30;
        text += String.fromCharCode(code);
        continue;
      }
      const hex = HEX_ESCAPES[letter];
      if (hex !== undefined) {
        let code = 0;
        let count = 0;
        while (count < hex[0] && hexDigit(bytes[at]) >= 0) {
          code = code * 16 + hexDigit(bytes[at++]);
          count++;
        }
        if (count === hex[0] && code <= 0x10ffff) {
          text += String.fromCodePoint(code);
          continue;
        }
        if (count < hex[0] && at === bytes.length && !final) return { text, consumed: start };
        reason = count === hex[0] ? 'illegal Unicode character' : hex[1];
      } else if (letter === 0x4e) {
        reason = 'malformed \\N character escape';
        const close = bytes[at] === 0x7b ? bytes.indexOf(0x7d, at) : -1;
        if (close > at + 1) {
          const code = byName(String.fromCharCode(...bytes.subarray(at + 1, close)));
          at = close + 1;
          if (code !== undefined) {
            text += String.fromCodePoint(code);
            continue;
          }
          reason = 'unknown Unicode character name';
        } else if (close < 0) {
          if (!final && (bytes[at] === 0x7b || at === bytes.length)) return { text, consumed: start };
          if (bytes[at] === 0x7b) at = bytes.length;
        } else {
          at = close;
        }
      } else {
        text += `\\${String.fromCharCode(letter)}`;
        continue;
      }
    } else if (!final) {
      return { text, consumed: start };
    }
    const repair = onError(new UnicodeProblem('unicodeescape', bytes, start, at, reason));
    text += repair.replacement;
    at = repair.position;
  }
  return { text, consumed: at };
}

/** Decodes \u and \U alone (_PyUnicode_DecodeRawUnicodeEscapeStateful). */
export function decodeRawUnicodeEscape(bytes: Uint8Array, onError: DecodeHandler, final = true): Decoded {
  let text = '';
  let at = 0;
  while (at < bytes.length) {
    if (bytes[at] !== 0x5c || (at + 1 >= bytes.length && final)) {
      text += String.fromCharCode(bytes[at++]);
      continue;
    }
    if (at + 1 >= bytes.length) return { text, consumed: at };
    const start = at;
    const letter = bytes[at + 1];
    if (letter !== 0x75 && letter !== 0x55) {
      text += `\\${String.fromCharCode(letter)}`;
      at += 2;
      continue;
    }
    at += 2;
    const [wanted, truncated] = HEX_ESCAPES[letter];
    let code = 0;
    let count = 0;
    while (count < wanted && hexDigit(bytes[at]) >= 0) {
      code = code * 16 + hexDigit(bytes[at++]);
      count++;
    }
    if (count === wanted && code <= 0x10ffff) {
      text += String.fromCodePoint(code);
      continue;
    }
    if (count < wanted && at === bytes.length && !final) return { text, consumed: start };
    const reason = count === wanted ? '\\Uxxxxxxxx out of range' : truncated;
    const repair = onError(new UnicodeProblem('rawunicodeescape', bytes, start, at, reason));
    text += repair.replacement;
    at = repair.position;
  }
  return { text, consumed: at };
}

const NAMED: Readonly<Record<number, string>> = { 9: '\\t', 10: '\\n', 13: '\\r', 92: '\\\\' };

/** PyUnicode_AsUnicodeEscapeString; all of it is ASCII. */
export function encodeUnicodeEscape(text: string): string {
  let result = '';
  for (const character of text) {
    const code = character.codePointAt(0)!;
    result += NAMED[code] ?? (code >= 0x20 && code < 0x7f ? character : codePointEscape(code));
  }
  return result;
}

/** PyUnicode_AsRawUnicodeEscapeString; all of it is Latin-1. */
export function encodeRawUnicodeEscape(text: string): string {
  let result = '';
  for (const character of text) {
    const code = character.codePointAt(0)!;
    result += code < 0x100 ? character : codePointEscape(code);
  }
  return result;
}

/** `_codecs.escape_decode`: the escapes of bytes literals (_PyBytes_DecodeEscape2). */
export function decodeBytesEscape(bytes: Uint8Array, errors: string): Uint8Array {
  const writer = new ByteWriter(bytes.length);
  for (let at = 0; at < bytes.length; ) {
    if (bytes[at] !== 0x5c) {
      writer.push(bytes[at++]);
      continue;
    }
    const start = at++;
    if (at === bytes.length) throw new Problem('ValueError', 'Trailing \\ in string');
    const letter = bytes[at++];
    const simple = SIMPLE[letter];
    if (simple !== undefined) {
      if (simple !== '') writer.push(simple.charCodeAt(0));
    } else if (isOctal(letter)) {
      let code = letter - 0x30;
      for (let i = 0; i < 2 && isOctal(bytes[at]); i++) code = code * 8 + bytes[at++] - 0x30;
      writer.push(code & 0xff);
    } else if (letter !== 0x78) {
      writer.push(0x5c);
      at--;
    } else if (hexDigit(bytes[at]) >= 0 && hexDigit(bytes[at + 1]) >= 0) {
      writer.push(hexDigit(bytes[at]) * 16 + hexDigit(bytes[at + 1]));
      at += 2;
    } else {
      if (errors === 'strict') throw new Problem('ValueError', `invalid \\x escape at position ${start}`);
      if (errors === 'replace') writer.push(0x3f);
      else if (errors !== 'ignore') {
        throw new Problem('ValueError', `decoding error; unknown error handling code: ${errors}`);
      }
      if (hexDigit(bytes[at]) >= 0) at++;
    }
  }
  return writer.finish();
}

/** `_codecs.escape_encode`: a bytes repr without its quotes, single ones escaped. */
export function encodeBytesEscape(bytes: Uint8Array): string {
  let result = '';
  for (const byte of bytes) {
    if (byte === 0x27) result += "\\'";
    else result += NAMED[byte] ?? (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : codePointEscape(byte));
  }
  return result;
}
