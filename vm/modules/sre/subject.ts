import { PyBytes } from '../../objects/bytes.ts';
import { typeError } from '../../objects/exception.ts';
import { typeOf, type Value } from '../../objects/object.ts';
import { stringOf } from '../../objects/str.ts';
import type { Characters } from '../../sre/characters.ts';
import { hasSurrogates, slice, toCodePoints } from '../../text/code-points.ts';

/** What a pattern is matched on: a str by code point or a bytes-like object, and the object that it came from. */
export interface Subject {
  readonly object: Value;
  readonly chars: Characters;
  /** The text of a str; undefined for bytes. */
  readonly text: string | undefined;
}

let latest: Subject | undefined;

/** getstring: a loop of matches on one text unpacks it once. */
export function subjectOf(object: Value, patternIsBytes: boolean | undefined): Subject {
  const text = stringOf(object);
  if (text === undefined) {
    const bytes = bytesOf(object);
    if (patternIsBytes === false) throw typeError('cannot use a string pattern on a bytes-like object');
    return { object, chars: bytes, text };
  }
  if (patternIsBytes) throw typeError('cannot use a bytes pattern on a string-like object');
  if (latest !== undefined && latest.text === text && latest.object === object) return latest;
  latest = { object, chars: charactersOf(text), text };
  return latest;
}

/** A copy of what a bytes-like object holds now. */
export function bytesOf(object: Value): Uint8Array {
  if (object instanceof PyBytes) return object.bytes;
  const { bf_getbuffer, tp_name } = typeOf(object);
  if (bf_getbuffer === undefined) throw typeError(`expected string or bytes-like object, got '${tp_name}'`);
  const buffer = bf_getbuffer(object);
  const bytes = buffer.bytes.slice();
  buffer.release();
  return bytes;
}

function charactersOf(text: string): Characters {
  if (hasSurrogates(text)) return toCodePoints(text);
  const chars = new Uint16Array(text.length);
  for (let i = 0; i < text.length; i++) chars[i] = text.charCodeAt(i);
  return chars;
}

/** A part of the subject as it is now, if it can change: what a match gives (match_getslice_by_index). */
export function currentSliceOf(subject: Subject, start: number, end: number): Value {
  const { text, object } = subject;
  if (text !== undefined || object instanceof PyBytes) return sliceOf(subject, start, end);
  const buffer = typeOf(object).bf_getbuffer!(object);
  const part = new PyBytes(buffer.bytes.slice(start, end));
  buffer.release();
  return part;
}

/** A part of the subject as Python has it (getslice). */
export function sliceOf(subject: Subject, start: number, end: number): Value {
  const { text, object, chars } = subject;
  if (text !== undefined) return start === 0 && end === chars.length ? text : slice(text, start, end);
  if (start === 0 && end === chars.length && object instanceof PyBytes && !object.type.heap) return object;
  return new PyBytes((chars as Uint8Array).slice(start, end));
}

/** Parts of one kind in one piece (join_list). */
export function joined(subject: Subject, parts: readonly Value[]): Value {
  if (subject.text !== undefined) {
    return parts
      .map((part, i) => {
        const text = stringOf(part);
        if (text === undefined) {
          throw typeError(`sequence item ${i}: expected str instance, ${typeOf(part).tp_name} found`);
        }
        return text;
      })
      .join('');
  }
  const chunks = parts.map((part, i) => {
    if (part instanceof PyBytes) return part.bytes;
    if (typeOf(part).bf_getbuffer === undefined) {
      throw typeError(`sequence item ${i}: expected a bytes-like object, ${typeOf(part).tp_name} found`);
    }
    return bytesOf(part);
  });
  const whole = new Uint8Array(chunks.reduce((length, chunk) => length + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return new PyBytes(whole);
}
