import { ByteWriter } from './byte-writer.ts';
import { type DecodeHandler, type EncodeHandler, UnicodeProblem } from './errors.ts';

/** Bytes as the characters of the same numbers; never fails. */
export function decodeLatin1(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192) {
    text += String.fromCharCode.apply(null, bytes.subarray(at, at + 8192) as unknown as number[]);
  }
  return text;
}

/** Decodes ASCII (PyUnicode_DecodeASCII). */
export function decodeAscii(bytes: Uint8Array, onError: DecodeHandler): string {
  let text = '';
  let copied = 0;
  for (let at = 0; at < bytes.length; ) {
    if (bytes[at] < 0x80) {
      at++;
      continue;
    }
    text += decodeLatin1(bytes.subarray(copied, at));
    const repair = onError(new UnicodeProblem('ascii', bytes, at, at + 1, 'ordinal not in range(128)'));
    text += repair.replacement;
    copied = at = repair.position;
  }
  return text + decodeLatin1(bytes.subarray(copied));
}

export function encodeLatin1(text: string, onError: EncodeHandler): Uint8Array<ArrayBuffer> {
  return encodeBelow(text, 256, 'latin-1', onError);
}

export function encodeAscii(text: string, onError: EncodeHandler): Uint8Array<ArrayBuffer> {
  return encodeBelow(text, 128, 'ascii', onError);
}

/** unicode_encode_ucs1: `onError` gets each run of characters from `limit` on. */
function encodeBelow(text: string, limit: number, encoding: string, onError: EncodeHandler): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= limit) return encodeWithRepairs(text, limit, encoding, onError);
    bytes[i] = unit;
  }
  return bytes;
}

function encodeWithRepairs(
  text: string,
  limit: number,
  encoding: string,
  onError: EncodeHandler,
): Uint8Array<ArrayBuffer> {
  const byteOf = (codePoint: number): number => (codePoint < limit ? codePoint : -1);
  return encodeMapped(text, byteOf, encoding, `ordinal not in range(${limit})`, onError);
}

/** Encodes by a function from code points to bytes (-1: none), giving runs without bytes to `onError`. */
export function encodeMapped(
  text: string,
  byteOf: (codePoint: number) => number | Uint8Array,
  encoding: string,
  reason: string,
  onError: EncodeHandler,
): Uint8Array<ArrayBuffer> {
  const points = Array.from(text, (character) => character.codePointAt(0)!);
  const writer = new ByteWriter(points.length);
  const push = (byte: number | Uint8Array): void =>
    typeof byte === 'number' ? writer.push(byte) : writer.pushAll(byte);
  for (let i = 0; i < points.length; ) {
    const byte = byteOf(points[i]);
    if (byte !== -1) {
      push(byte);
      i++;
      continue;
    }
    let end = i + 1;
    while (end < points.length && byteOf(points[end]) === -1) end++;
    const problem = new UnicodeProblem(encoding, text, i, end, reason);
    const { replacement, position } = onError(problem);
    if (typeof replacement !== 'string') {
      writer.pushAll(replacement);
    } else {
      for (const character of replacement) {
        const substitute = byteOf(character.codePointAt(0)!);
        if (substitute === -1) throw problem;
        push(substitute);
      }
    }
    i = position;
  }
  return writer.finish();
}

/** What a decoding table says of a byte: text, or undefined where it has none. */
export type DecodingMap = (byte: number) => string | undefined;

/** `_codecs.charmap_decode` (PyUnicode_DecodeCharmap). */
export function decodeCharmap(bytes: Uint8Array, map: DecodingMap, onError: DecodeHandler): string {
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const character = map(bytes[at]);
    if (character !== undefined) {
      text += character;
      at++;
      continue;
    }
    const repair = onError(new UnicodeProblem('charmap', bytes, at, at + 1, 'character maps to <undefined>'));
    text += repair.replacement;
    at = repair.position;
  }
  return text;
}

/** `_codecs.charmap_encode` (_PyUnicode_EncodeCharmap); `map` gives -1 for characters that the table lacks. */
export function encodeCharmap(
  text: string,
  map: (codePoint: number) => number | Uint8Array,
  onError: EncodeHandler,
): Uint8Array<ArrayBuffer> {
  return encodeMapped(text, map, 'charmap', 'character maps to <undefined>', onError);
}
