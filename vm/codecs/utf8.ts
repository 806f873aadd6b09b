import { ByteWriter } from './byte-writer.ts';
import { type DecodeHandler, type EncodeHandler, UnicodeProblem } from './errors.ts';
import { isLoneSurrogateFree } from './surrogates.ts';

/** Text, and how many of the bytes it took: all of them unless more can follow. */
export interface Decoded {
  text: string;
  consumed: number;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/**
 * Decodes UTF-8 (unicodeobject.c, unicode_decode_utf8, 3.14). Unless `final`, a character cut off at the end is left
 * for later.
 */
export function decodeUtf8(bytes: Uint8Array, onError: DecodeHandler, final = true): Decoded {
  if (bytes.length > 24) {
    try {
      return { text: decoder.decode(bytes), consumed: bytes.length };
    } catch {
      // The decoder doesn't say where; the loop below finds it.
    }
  }
  let text = '';
  let input = bytes;
  let at = 0;
  // Text up to `copied` is in `text`; ASCII is added in runs.
  let copied = 0;
  while (at < input.length) {
    const byte = input[at];
    if (byte < 0x80) {
      at++;
      continue;
    }
    text += ascii(input, copied, at);
    const length = sequenceLength(input, at);
    if (length > 0) {
      text += String.fromCodePoint(codePointAt(input, at, length));
      at += length;
    } else if (length === CUT_OFF && !final) {
      return { text, consumed: at };
    } else {
      const repair = onError(problemAt(input, at, length));
      text += repair.replacement;
      at = repair.position;
      input = bytes;
    }
    copied = at;
  }
  return { text: text + ascii(input, copied, at), consumed: at };
}

function ascii(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let at = start; at < end; at += 4096) {
    text += String.fromCharCode.apply(null, bytes.subarray(at, Math.min(at + 4096, end)) as unknown as number[]);
  }
  return text;
}

const CUT_OFF = 0;

/** The length of the sequence at `at`, CUT_OFF, or minus the number of bytes that are wrong together. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at];
  if (first < 0xc2 || first > 0xf4) return -1;
  const length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  for (let i = 1; i < length; i++) {
    if (at + i >= bytes.length) return CUT_OFF;
    const byte = bytes[at + i];
    // The second byte's range keeps out overlong forms, surrogates and what is beyond U+10FFFF.
    const low = i > 1 ? 0x80 : first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
    const high = i > 1 ? 0xbf : first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
    if (byte < low || byte > high) return -i - WRONG_CONTINUATION;
  }
  return length;
}

/** Sets wrong continuation bytes apart from wrong start bytes. */
const WRONG_CONTINUATION = 8;

function problemAt(bytes: Uint8Array, at: number, length: number): UnicodeProblem {
  if (length === CUT_OFF) return new UnicodeProblem('utf-8', bytes, at, bytes.length, 'unexpected end of data');
  if (length === -1) return new UnicodeProblem('utf-8', bytes, at, at + 1, 'invalid start byte');
  return new UnicodeProblem('utf-8', bytes, at, at - length - WRONG_CONTINUATION, 'invalid continuation byte');
}

function codePointAt(bytes: Uint8Array, at: number, length: number): number {
  const first = bytes[at];
  if (length === 2) return ((first & 0x1f) << 6) | (bytes[at + 1] & 0x3f);
  if (length === 3) return ((first & 0x0f) << 12) | ((bytes[at + 1] & 0x3f) << 6) | (bytes[at + 2] & 0x3f);
  return (
    ((first & 0x07) << 18) | ((bytes[at + 1] & 0x3f) << 12) | ((bytes[at + 2] & 0x3f) << 6) | (bytes[at + 3] & 0x3f)
  );
}

/** Encodes UTF-8; `onError` gets each run of lone surrogates (utf8_encoder). */
export function encodeUtf8(text: string, onError: EncodeHandler): Uint8Array<ArrayBuffer> {
  if (isLoneSurrogateFree(text)) return encoder.encode(text) as Uint8Array<ArrayBuffer>;
  const points = Array.from(text, (character) => character.codePointAt(0)!);
  const writer = new ByteWriter(text.length * 2);
  for (let i = 0; i < points.length; ) {
    if (!isSurrogate(points[i])) {
      pushUtf8(writer, points[i++]);
      continue;
    }
    let end = i + 1;
    while (end < points.length && isSurrogate(points[end])) end++;
    const problem = new UnicodeProblem('utf-8', text, i, end, 'surrogates not allowed');
    const { replacement, position } = onError(problem);
    if (typeof replacement !== 'string') {
      writer.pushAll(replacement);
    } else {
      for (let k = 0; k < replacement.length; k++) {
        if (replacement.charCodeAt(k) > 0x7f) throw problem;
        writer.push(replacement.charCodeAt(k));
      }
    }
    i = position;
  }
  return writer.finish();
}

const isSurrogate = (codePoint: number): boolean => codePoint >= 0xd800 && codePoint <= 0xdfff;

function pushUtf8(writer: ByteWriter, codePoint: number): void {
  if (codePoint < 0x80) {
    writer.push(codePoint);
  } else if (codePoint < 0x800) {
    writer.push(0xc0 | (codePoint >> 6));
    writer.push(0x80 | (codePoint & 0x3f));
  } else if (codePoint < 0x10000) {
    writer.push(0xe0 | (codePoint >> 12));
    writer.push(0x80 | ((codePoint >> 6) & 0x3f));
    writer.push(0x80 | (codePoint & 0x3f));
  } else {
    writer.push(0xf0 | (codePoint >> 18));
    writer.push(0x80 | ((codePoint >> 12) & 0x3f));
    writer.push(0x80 | ((codePoint >> 6) & 0x3f));
    writer.push(0x80 | (codePoint & 0x3f));
  }
}
