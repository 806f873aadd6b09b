import { isPrintableIn } from '../targets/printable.ts';
import printable from '../targets/unicode/3.14.json' with { type: 'json' };
import identifiers from './tables/identifiers.json' with { type: 'json' };

/** What str.isprintable() of CPython 3.14 says of a code point. */
export const isPrintable = isPrintableIn(printable);

/**
 * Characters that may begin an identifier, and that may go on in one, as CPython 3.14's str.isidentifier() knows them. Read when the
 * first one that isn't ASCII is met.
 */
let starts: Uint32Array | undefined;
let continues: Uint32Array | undefined;

function mayStand(codePoint: number, first: boolean): boolean {
  starts ??= boundsOf(identifiers.start);
  continues ??= boundsOf(identifiers.continue);
  return isIn(first ? starts : continues, codePoint);
}

/** Where ranges begin and end, alternately. */
function boundsOf(distances: readonly number[]): Uint32Array {
  const bounds = new Uint32Array(distances.length);
  let at = 0;
  for (let i = 0; i < distances.length; i++) {
    at += distances[i];
    bounds[i] = at;
  }
  return bounds;
}

/** A code point after an odd number of bounds is in a range. */
function isIn(bounds: Uint32Array, codePoint: number): boolean {
  let low = 0;
  let high = bounds.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (bounds[middle] <= codePoint) low = middle + 1;
    else high = middle;
  }
  return (low & 1) === 1;
}

/**
 * Index of the first character of text[start:end] that may not stand there in an identifier, or -1. As CPython's
 * _PyUnicode_ScanIdentifier.
 */
export function firstInvalidIdentifierCharacter(text: string, start: number, end: number): number {
  for (let i = start; i < end; i++) {
    const c = text.codePointAt(i)!;
    if (c >= 128 && !mayStand(c, i === start)) return i;
    if (c > 0xffff) i++;
  }
  return -1;
}
