import { isPrintable } from './character.ts';

const NEEDS_CARE = /[^ -~]|['\\]/;

/** `repr(text)` of a str (unicodeobject.c, unicode_repr, 3.14). */
export function strRepr(text: string): string {
  return NEEDS_CARE.test(text) ? escaped(text, false) : `'${text}'`;
}

/** `ascii(text)` of a str. */
export function strAscii(text: string): string {
  return NEEDS_CARE.test(text) ? escaped(text, true) : `'${text}'`;
}

/** `ascii()` of any other object from its repr: all beyond ASCII becomes escapes (PyObject_ASCII). */
export function asciiOnly(repr: string): string {
  let result = '';
  let copied = 0;
  for (let i = 0; i < repr.length; i++) {
    const codePoint = repr.codePointAt(i)!;
    if (codePoint < 0x80) continue;
    const width = codePoint > 0xffff ? 2 : 1;
    result += repr.substring(copied, i) + codePointEscape(codePoint);
    i += width - 1;
    copied = i + 1;
  }
  return result + repr.substring(copied);
}

/** The shortest of \xhh, \uhhhh and \Uhhhhhhhh for a code point. */
export function codePointEscape(codePoint: number): string {
  if (codePoint < 0x100) return `\\x${codePoint.toString(16).padStart(2, '0')}`;
  if (codePoint < 0x10000) return `\\u${codePoint.toString(16).padStart(4, '0')}`;
  return `\\U${codePoint.toString(16).padStart(8, '0')}`;
}

/** Double quotes spare escapes where there are single ones only. */
const quoteFor = (hasSingle: boolean, hasDouble: boolean): string => (hasSingle && !hasDouble ? '"' : "'");

function escaped(text: string, onlyAscii: boolean): string {
  const quote = quoteFor(text.includes("'"), text.includes('"'));
  const quoteUnit = quote.charCodeAt(0);
  let result = quote;
  let copied = 0;
  for (let i = 0; i < text.length; i++) {
    const start = i;
    const codePoint = text.codePointAt(i)!;
    if (codePoint > 0xffff) i++;
    let written: string;
    if (codePoint === quoteUnit || codePoint === 0x5c) written = `\\${text[start]}`;
    else if (codePoint >= 0x20 && codePoint < 0x7f) continue;
    else if (codePoint === 0x0a) written = '\\n';
    else if (codePoint === 0x0d) written = '\\r';
    else if (codePoint === 0x09) written = '\\t';
    else if (!onlyAscii && isPrintable(codePoint)) continue;
    else written = codePointEscape(codePoint);
    result += text.substring(copied, start) + written;
    copied = i + 1;
  }
  return result + text.substring(copied) + quote;
}

const BYTE_TEXT: readonly string[] = Array.from({ length: 256 }, (_, byte) => {
  if (byte === 0x5c) return '\\\\';
  if (byte === 0x09) return '\\t';
  if (byte === 0x0a) return '\\n';
  if (byte === 0x0d) return '\\r';
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : codePointEscape(byte);
});

/** `repr(bytes)` (bytesobject.c, PyBytes_Repr). A bytearray's has the same inside of `bytearray(…)`. */
export function bytesRepr(bytes: Uint8Array): string {
  const quote = quoteFor(bytes.includes(0x27), bytes.includes(0x22));
  const quoteByte = quote.charCodeAt(0);
  let result = `b${quote}`;
  for (let i = 0; i < bytes.length; i++) {
    result += bytes[i] === quoteByte ? `\\${quote}` : BYTE_TEXT[bytes[i]];
  }
  return result + quote;
}
