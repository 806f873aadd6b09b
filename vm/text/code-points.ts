// A Python str is a JavaScript string read by code point: a high surrogate that a low one follows counts as one. Nearly all
// strings have no surrogates, and for them code points are code units.

const SURROGATE = /[\ud800-\udfff]/;

/** Whether indices of code points and of code units can differ in `text`. V8 answers at once for Latin-1 strings. */
export function hasSurrogates(text: string): boolean {
  return SURROGATE.test(text);
}

const isHigh = (unit: number): boolean => (unit & 0xfc00) === 0xd800;
const isLow = (unit: number): boolean => (unit & 0xfc00) === 0xdc00;

/** Whether a pair of surrogates stands around the code unit offset `unit`, so that no code point begins there. */
export function splitsPair(text: string, unit: number): boolean {
  return unit > 0 && isLow(text.charCodeAt(unit)) && isHigh(text.charCodeAt(unit - 1));
}

let lastText = '';
let lastStarts = new Uint32Array(1);

/**
 * The code unit offsets at which the code points of `text` begin, and its length at the end. The latest answer is kept,
 * so that a loop over a string's indices takes linear time.
 */
function starts(text: string): Uint32Array {
  if (text === lastText) return lastStarts;
  const found = new Uint32Array(text.length + 1);
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    found[count++] = i;
    if (isHigh(text.charCodeAt(i)) && isLow(text.charCodeAt(i + 1))) i++;
  }
  found[count] = text.length;
  lastText = text;
  lastStarts = found.subarray(0, count + 1);
  return lastStarts;
}

/** `len(text)`. */
export function lengthOf(text: string): number {
  return hasSurrogates(text) ? starts(text).length - 1 : text.length;
}

/** The code point number `index` as a string; `index` must be in range. */
export function characterAt(text: string, index: number): string {
  if (!hasSurrogates(text)) return text[index];
  const offsets = starts(text);
  return text.substring(offsets[index], offsets[index + 1]);
}

/** The code unit offset of code point number `index`, from 0 to the length. */
export function unitOffset(text: string, index: number): number {
  return hasSurrogates(text) ? starts(text)[index] : index;
}

/** The number of the code point that begins at a code unit offset. */
export function pointIndex(text: string, unit: number): number {
  if (!hasSurrogates(text)) return unit;
  const offsets = starts(text);
  let low = 0;
  let high = offsets.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (offsets[middle] < unit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** `text[start:stop]`, with indices from 0 to the length. */
export function slice(text: string, start: number, stop: number): string {
  if (stop <= start) return '';
  if (!hasSurrogates(text)) return text.substring(start, stop);
  const offsets = starts(text);
  return text.substring(offsets[start], offsets[stop]);
}

/** The `count` code points at start, start + step, …: an extended slice whose bounds are resolved already. */
export function extendedSlice(text: string, start: number, step: number, count: number): string {
  if (step === 1) return slice(text, start, start + count);
  let result = '';
  if (!hasSurrogates(text)) {
    for (let i = 0, at = start; i < count; i++, at += step) result += text[at];
    return result;
  }
  const offsets = starts(text);
  for (let i = 0, at = start; i < count; i++, at += step) result += text.substring(offsets[at], offsets[at + 1]);
  return result;
}

export function toCodePoints(text: string): Uint32Array {
  if (!hasSurrogates(text)) {
    const points = new Uint32Array(text.length);
    for (let i = 0; i < text.length; i++) points[i] = text.charCodeAt(i);
    return points;
  }
  const offsets = starts(text);
  const points = new Uint32Array(offsets.length - 1);
  for (let i = 0; i < points.length; i++) points[i] = text.codePointAt(offsets[i])!;
  return points;
}

/** Compares by code point, as Python orders strings: below 0, 0 or above. */
export function compare(left: string, right: string): number {
  if (left === right) return 0;
  if (!hasSurrogates(left) && !hasSurrogates(right)) return left < right ? -1 : 1;
  const length = Math.min(left.length, right.length);
  for (let i = 0; i < length; i++) {
    if (left.charCodeAt(i) === right.charCodeAt(i)) continue;
    // Inside of a pair that one side has, the first half is the same on both, and the whole code points decide.
    const at = splitsPair(left, i) || splitsPair(right, i) ? i - 1 : i;
    return left.codePointAt(at)! - right.codePointAt(at)!;
  }
  return left.length - right.length;
}

/** Clamps the optional start and end of a search as Python does with slices (ADJUST_INDICES). */
export function adjustIndices(length: number, start: number, end: number): [start: number, end: number] {
  let last = end;
  if (last > length) last = length;
  else if (last < 0) last = Math.max(last + length, 0);
  return [start < 0 ? Math.max(start + length, 0) : start, last];
}
