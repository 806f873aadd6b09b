import { isLineBreak, isSpace } from './character.ts';
import { adjustIndices, hasSurrogates, lengthOf, pointIndex, slice, splitsPair, unitOffset } from './code-points.ts';
import { LONG_NEEDLE, linearIndexOfText } from './linear-search.ts';
import { Problem } from './problem.ts';

// str's methods on JavaScript strings. Indices and lengths are code points; an optional end is Infinity by default.

/** A needle that begins or ends inside of what could be a pair must not match half of one. */
const isDelicate = (needle: string): boolean =>
  (needle.charCodeAt(0) & 0xfc00) === 0xdc00 || (needle.charCodeAt(needle.length - 1) & 0xfc00) === 0xd800;

/** indexOf by code unit offset that never cuts a pair of surrogates. */
function unitIndexOf(text: string, needle: string, from: number): number {
  if (needle.length > LONG_NEEDLE && text.length - from >= needle.length && !isDelicate(needle)) {
    return linearIndexOfText(text, needle, from);
  }
  let at = text.indexOf(needle, from);
  if (at < 0 || !isDelicate(needle)) return at;
  while (at >= 0 && (splitsPair(text, at) || splitsPair(text, at + needle.length))) at = text.indexOf(needle, at + 1);
  return at;
}

function unitLastIndexOf(text: string, needle: string, from: number): number {
  let at = from < 0 ? -1 : text.lastIndexOf(needle, from);
  if (at < 0 || !isDelicate(needle)) return at;
  while (at >= 0 && (splitsPair(text, at) || splitsPair(text, at + needle.length))) {
    at = at === 0 ? -1 : text.lastIndexOf(needle, at - 1);
  }
  return at;
}

/** `text.find(needle, start, end)`: an index or -1. */
export function find(text: string, needle: string, start = 0, end = Infinity): number {
  if (start === 0 && end === Infinity) {
    const at = unitIndexOf(text, needle, 0);
    return at <= 0 ? at : pointIndex(text, at);
  }
  const [first, last] = adjustIndices(lengthOf(text), start, end);
  if (first > last) return -1;
  const at = unitIndexOf(slice(text, first, last), needle, 0);
  return at < 0 ? -1 : pointIndex(text, unitOffset(text, first) + at);
}

/** `text.rfind(needle, start, end)`. */
export function rfind(text: string, needle: string, start = 0, end = Infinity): number {
  const [first, last] = adjustIndices(lengthOf(text), start, end);
  if (first > last) return -1;
  const at = unitLastIndexOf(slice(text, first, last), needle, Infinity);
  return at < 0 ? -1 : pointIndex(text, unitOffset(text, first) + at);
}

export function index(text: string, needle: string, start?: number, end?: number): number {
  return foundOrRaise(find(text, needle, start, end));
}

export function rindex(text: string, needle: string, start?: number, end?: number): number {
  return foundOrRaise(rfind(text, needle, start, end));
}

function foundOrRaise(at: number): number {
  if (at < 0) throw new Problem('ValueError', 'substring not found');
  return at;
}

/** `needle in text`. */
export function contains(text: string, needle: string): boolean {
  return unitIndexOf(text, needle, 0) >= 0;
}

/** `text.count(needle, start, end)`. */
export function count(text: string, needle: string, start = 0, end = Infinity): number {
  const [first, last] = adjustIndices(lengthOf(text), start, end);
  if (first > last) return 0;
  if (needle === '') return last - first + 1;
  const part = slice(text, first, last);
  let found = 0;
  for (let at = unitIndexOf(part, needle, 0); at >= 0; at = unitIndexOf(part, needle, at + needle.length)) found++;
  return found;
}

/** `text.startswith(prefix, start, end)` for one prefix. */
export function startsWith(text: string, prefix: string, start = 0, end = Infinity): boolean {
  const [first, last] = adjustIndices(lengthOf(text), start, end);
  if (first > last) return false;
  const from = unitOffset(text, first);
  const to = unitOffset(text, last);
  return from + prefix.length <= to && text.startsWith(prefix, from) && !splitsPair(text, from + prefix.length);
}

/** `text.endswith(suffix, start, end)` for one suffix. */
export function endsWith(text: string, suffix: string, start = 0, end = Infinity): boolean {
  const [first, last] = adjustIndices(lengthOf(text), start, end);
  if (first > last) return false;
  const from = unitOffset(text, first);
  const to = unitOffset(text, last);
  return from + suffix.length <= to && text.endsWith(suffix, to) && !splitsPair(text, to - suffix.length);
}

export function removePrefix(text: string, prefix: string): string {
  return startsWith(text, prefix) ? text.substring(prefix.length) : text;
}

export function removeSuffix(text: string, suffix: string): string {
  return suffix !== '' && endsWith(text, suffix) ? text.substring(0, text.length - suffix.length) : text;
}

/** `text.replace(old, replacement, count)`; a negative count means all. */
export function replace(text: string, old: string, replacement: string, limit = -1): string {
  let left = limit < 0 ? Infinity : limit;
  if (left === 0) return text;
  if (old === '') return interleaved(text, replacement, left);
  if (left === Infinity && !isDelicate(old)) return text.replaceAll(old, () => replacement);
  let result = '';
  let copied = 0;
  for (let at = unitIndexOf(text, old, 0); at >= 0 && left > 0; at = unitIndexOf(text, old, copied)) {
    result += text.substring(copied, at) + replacement;
    copied = at + old.length;
    left--;
  }
  return result + text.substring(copied);
}

/** The replacement before each code point and at the end, `limit` times at most. */
function interleaved(text: string, replacement: string, limit: number): string {
  let result = '';
  let left = limit;
  for (let i = 0; i < text.length; ) {
    if (left-- <= 0) return result + text.substring(i);
    const width = text.codePointAt(i)! > 0xffff ? 2 : 1;
    result += replacement + text.substring(i, i + width);
    i += width;
  }
  return left > 0 ? result + replacement : result;
}

const emptySeparator = (): Problem => new Problem('ValueError', 'empty separator');

/** `text.split(separator, limit)`; without a separator, by runs of white space. */
export function split(text: string, separator: string | undefined, limit = -1): string[] {
  const most = limit < 0 ? Infinity : limit;
  if (separator === undefined) return splitSpace(text, most);
  if (separator === '') throw emptySeparator();
  if (most === Infinity && !isDelicate(separator)) return text.split(separator);
  const parts: string[] = [];
  let start = 0;
  for (let at = unitIndexOf(text, separator, 0); at >= 0 && parts.length < most; ) {
    parts.push(text.substring(start, at));
    start = at + separator.length;
    at = unitIndexOf(text, separator, start);
  }
  parts.push(text.substring(start));
  return parts;
}

// White space is in the basic plane, so code units do where it is looked for.
function splitSpace(text: string, limit: number): string[] {
  const parts: string[] = [];
  let i = 0;
  for (;;) {
    while (i < text.length && isSpace(text.charCodeAt(i))) i++;
    if (i === text.length) return parts;
    if (parts.length >= limit) {
      parts.push(text.substring(i));
      return parts;
    }
    const start = i;
    while (i < text.length && !isSpace(text.charCodeAt(i))) i++;
    parts.push(text.substring(start, i));
  }
}

/** `text.rsplit(separator, limit)`. */
export function rsplit(text: string, separator: string | undefined, limit = -1): string[] {
  if (limit < 0 && !(separator !== undefined && isDelicate(separator))) return rsplitAll(text, separator);
  const most = limit < 0 ? Infinity : limit;
  if (separator === undefined) return rsplitSpace(text, most);
  if (separator === '') throw emptySeparator();
  const parts: string[] = [];
  let end = text.length;
  while (parts.length < most) {
    const at = unitLastIndexOf(text, separator, end - separator.length);
    if (at < 0) break;
    parts.push(text.substring(at + separator.length, end));
    end = at;
  }
  parts.push(text.substring(0, end));
  return parts.reverse();
}

/** Without a limit, the two directions differ only where separators overlap. */
function rsplitAll(text: string, separator: string | undefined): string[] {
  if (separator === undefined) return splitSpace(text, Infinity);
  if (separator === '') throw emptySeparator();
  if (separator.length === 1) return text.split(separator);
  const parts: string[] = [];
  let end = text.length;
  for (let at = unitLastIndexOf(text, separator, end - separator.length); at >= 0; ) {
    parts.push(text.substring(at + separator.length, end));
    end = at;
    at = unitLastIndexOf(text, separator, end - separator.length);
  }
  parts.push(text.substring(0, end));
  return parts.reverse();
}

function rsplitSpace(text: string, limit: number): string[] {
  const parts: string[] = [];
  let i = text.length;
  for (;;) {
    while (i > 0 && isSpace(text.charCodeAt(i - 1))) i--;
    if (i === 0) return parts.reverse();
    if (parts.length >= limit) {
      parts.push(text.substring(0, i));
      return parts.reverse();
    }
    const end = i;
    while (i > 0 && !isSpace(text.charCodeAt(i - 1))) i--;
    parts.push(text.substring(i, end));
  }
}

/** `text.splitlines(keepends)`. */
export function splitLines(text: string, keepEnds = false): string[] {
  const lines: string[] = [];
  for (let i = 0; i < text.length; ) {
    const start = i;
    while (i < text.length && !isLineBreak(text.charCodeAt(i))) i++;
    let end = i;
    if (i < text.length) {
      i += text.charCodeAt(i) === 0x0d && text.charCodeAt(i + 1) === 0x0a ? 2 : 1;
      if (keepEnds) end = i;
    }
    lines.push(text.substring(start, end));
  }
  return lines;
}

/** `text.partition(separator)`. */
export function partition(text: string, separator: string): [string, string, string] {
  if (separator === '') throw emptySeparator();
  const at = unitIndexOf(text, separator, 0);
  return at < 0 ? [text, '', ''] : [text.substring(0, at), separator, text.substring(at + separator.length)];
}

/** `text.rpartition(separator)`. */
export function rpartition(text: string, separator: string): [string, string, string] {
  if (separator === '') throw emptySeparator();
  const at = unitLastIndexOf(text, separator, Infinity);
  return at < 0 ? ['', '', text] : [text.substring(0, at), separator, text.substring(at + separator.length)];
}

/** `text.strip(characters)`; without characters, white space. */
export function strip(text: string, characters?: string): string {
  return strippedRight(strippedLeft(text, characters), characters);
}

export function strippedLeft(text: string, characters?: string): string {
  let i = 0;
  if (characters === undefined) {
    while (i < text.length && isSpace(text.charCodeAt(i))) i++;
    return text.substring(i);
  }
  const set = new Set(characters);
  while (i < text.length) {
    const width = text.codePointAt(i)! > 0xffff ? 2 : 1;
    if (!set.has(text.substring(i, i + width))) break;
    i += width;
  }
  return text.substring(i);
}

export function strippedRight(text: string, characters?: string): string {
  let i = text.length;
  if (characters === undefined) {
    while (i > 0 && isSpace(text.charCodeAt(i - 1))) i--;
    return text.substring(0, i);
  }
  const set = new Set(characters);
  while (i > 0) {
    const width = splitsPair(text, i - 1) ? 2 : 1;
    if (!set.has(text.substring(i - width, i))) break;
    i -= width;
  }
  return text.substring(0, i);
}

/** `text.ljust(width, fill)`; `fill` is one code point. */
export function ljust(text: string, width: number, fill = ' '): string {
  const missing = width - lengthOf(text);
  return missing > 0 ? text + fill.repeat(missing) : text;
}

export function rjust(text: string, width: number, fill = ' '): string {
  const missing = width - lengthOf(text);
  return missing > 0 ? fill.repeat(missing) + text : text;
}

/** `text.center(width, fill)`: an odd one goes left only when the width is odd too. */
export function center(text: string, width: number, fill = ' '): string {
  const missing = width - lengthOf(text);
  if (missing <= 0) return text;
  const left = Math.floor(missing / 2) + (missing & width & 1);
  return fill.repeat(left) + text + fill.repeat(missing - left);
}

/** `text.zfill(width)`. */
export function zfill(text: string, width: number): string {
  const missing = width - lengthOf(text);
  if (missing <= 0) return text;
  const sign = text[0] === '+' || text[0] === '-' ? text[0] : '';
  return sign + '0'.repeat(missing) + text.substring(sign.length);
}

/** `text.expandtabs(size)`. */
export function expandTabs(text: string, size = 8): string {
  let result = '';
  let column = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === 0x09) {
      if (size > 0) {
        const spaces = size - (column % size);
        result += ' '.repeat(spaces);
        column += spaces;
      }
      continue;
    }
    result += text[i];
    if (unit === 0x0a || unit === 0x0d) column = 0;
    else if (!splitsPair(text, i)) column++;
  }
  return result;
}

/**
 * `text.translate(table)`; `lookUp` gives what table[codePoint] holds: a string, null to leave the character out, or
 * undefined where the table has nothing (LookupError).
 */
export function translate(text: string, lookUp: (codePoint: number) => string | null | undefined): string {
  const known = new Map<number, string>();
  let result = '';
  for (let i = 0; i < text.length; i++) {
    const codePoint = text.codePointAt(i)!;
    if (codePoint > 0xffff) i++;
    let replacement = known.get(codePoint);
    if (replacement === undefined) {
      const found = lookUp(codePoint);
      replacement = found === undefined ? String.fromCodePoint(codePoint) : (found ?? '');
      known.set(codePoint, replacement);
    }
    result += replacement;
  }
  return result;
}

/** The pairs of `str.maketrans(from, to)` for two strings of the same length. */
export function translationPairs(from: string, to: string): [codePoint: number, replacement: number][] {
  const sources = Array.from(from, (character) => character.codePointAt(0)!);
  const replacements = Array.from(to, (character) => character.codePointAt(0)!);
  if (sources.length !== replacements.length) {
    throw new Problem('ValueError', 'the first two maketrans arguments must have equal length');
  }
  return sources.map((source, i) => [source, replacements[i]]);
}

/** Whether `text` is one code point, as fill characters and ord()'s argument must be. */
export function isOneCharacter(text: string): boolean {
  return text.length === 1 || (text.length === 2 && hasSurrogates(text) && text.codePointAt(0)! > 0xffff);
}
