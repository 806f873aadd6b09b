import { SurrogateString } from './constants.ts';

/**
 * Decodes UTF-8 in which surrogates may stand (CPython's error handler 'surrogatepass'): a JavaScript string, or a
 * SurrogateString where that could not tell two surrogates from one character. `end` is exclusive.
 */
export function decodeSurrogatePass(bytes: Uint8Array, start = 0, end = bytes.length): string | SurrogateString {
  let text = '';
  let from = start;
  for (let at = start; at < end; at++) {
    if (bytes[at] < 0x80) continue;
    text += asciiText(bytes, from, at);
    const point = codePointAt(bytes, at);
    if (point >= 0xdc00 && point <= 0xdfff && endsInHighSurrogate(text)) {
      return new SurrogateString(codePoints(bytes, start, end));
    }
    text += String.fromCodePoint(point);
    at += lengthAt(bytes, at) - 1;
    from = at + 1;
  }
  return text + asciiText(bytes, from, end);
}

/** Encodes a string as UTF-8, lone surrogates as three bytes each (CPython's error handler 'surrogatepass'). */
export function encodeSurrogatePass(text: string | SurrogateString): Uint8Array {
  const points = typeof text === 'string' ? text : text.codePoints;
  const bytes: number[] = [];
  if (typeof points === 'string') {
    for (let at = 0; at < points.length; at++) {
      const point = points.codePointAt(at) as number;
      if (point > 0xffff) at++;
      pushCodePoint(bytes, point);
    }
  } else {
    for (const point of points) pushCodePoint(bytes, point);
  }
  return Uint8Array.from(bytes);
}

const CHUNK = 0x2000;

function asciiText(bytes: Uint8Array, start: number, end: number): string {
  if (end - start <= CHUNK) return String.fromCharCode.apply(null, bytes.subarray(start, end) as unknown as number[]);
  return asciiText(bytes, start, start + CHUNK) + asciiText(bytes, start + CHUNK, end);
}

function endsInHighSurrogate(text: string): boolean {
  const last = text.charCodeAt(text.length - 1);
  return last >= 0xd800 && last <= 0xdbff;
}

const lengthAt = (bytes: Uint8Array, at: number): number =>
  bytes[at] < 0x80 ? 1 : bytes[at] < 0xe0 ? 2 : bytes[at] < 0xf0 ? 3 : 4;

function codePointAt(bytes: Uint8Array, at: number): number {
  const length = lengthAt(bytes, at);
  if (length === 1) return bytes[at];
  let point = bytes[at] & (0x7f >> length);
  for (let index = 1; index < length; index++) point = (point << 6) | (bytes[at + index] & 0x3f);
  return point;
}

function codePoints(bytes: Uint8Array, start: number, end: number): number[] {
  const points: number[] = [];
  for (let at = start; at < end; at += lengthAt(bytes, at)) points.push(codePointAt(bytes, at));
  return points;
}

function pushCodePoint(bytes: number[], point: number): void {
  if (point < 0x80) bytes.push(point);
  else if (point < 0x800) bytes.push(0xc0 | (point >> 6), 0x80 | (point & 0x3f));
  else if (point < 0x10000) bytes.push(0xe0 | (point >> 12), 0x80 | ((point >> 6) & 0x3f), 0x80 | (point & 0x3f));
  else {
    bytes.push(
      0xf0 | (point >> 18),
      0x80 | ((point >> 12) & 0x3f),
      0x80 | ((point >> 6) & 0x3f),
      0x80 | (point & 0x3f),
    );
  }
}
