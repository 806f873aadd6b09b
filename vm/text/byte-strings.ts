import { adjustIndices } from './code-points.ts';
import { LONG_NEEDLE, linearIndexOf } from './linear-search.ts';
import { Problem } from './problem.ts';

// The methods that bytes and bytearray share (Objects/stringlib and bytes_methods.c, 3.14), on byte arrays. Results are new
// arrays or views of the argument's memory: copy them where the argument can change.

/** `indexOf` for a run of bytes from an offset; -1 if there is none. */
function indexOf(bytes: Uint8Array, needle: Uint8Array, from: number): number {
  if (needle.length === 0) return from <= bytes.length ? from : -1;
  if (needle.length === 1) return bytes.indexOf(needle[0], from);
  const last = bytes.length - needle.length;
  if (needle.length > LONG_NEEDLE && last >= from) return linearIndexOf(bytes, needle, from);
  for (let at = bytes.indexOf(needle[0], from); at >= 0 && at <= last; at = bytes.indexOf(needle[0], at + 1)) {
    if (matchesAt(bytes, needle, at)) return at;
  }
  return -1;
}

function lastIndexOf(bytes: Uint8Array, needle: Uint8Array, from: number): number {
  for (let at = Math.min(from, bytes.length - needle.length); at >= 0; at--)
    if (matchesAt(bytes, needle, at)) return at;
  return -1;
}

function matchesAt(bytes: Uint8Array, needle: Uint8Array, at: number): boolean {
  for (let i = 0; i < needle.length; i++) if (bytes[at + i] !== needle[i]) return false;
  return true;
}

export function equal(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && matchesAt(left, right, 0);
}

/** Below 0, 0 or above, as memcmp with the lengths deciding last. */
export function compare(left: Uint8Array, right: Uint8Array): number {
  const length = Math.min(left.length, right.length);
  for (let i = 0; i < length; i++) if (left[i] !== right[i]) return left[i] - right[i];
  return left.length - right.length;
}

export function find(bytes: Uint8Array, needle: Uint8Array, start = 0, end = Infinity): number {
  const [first, last] = adjustIndices(bytes.length, start, end);
  if (first > last) return -1;
  const at = indexOf(bytes.subarray(first, last), needle, 0);
  return at < 0 ? -1 : first + at;
}

export function rfind(bytes: Uint8Array, needle: Uint8Array, start = 0, end = Infinity): number {
  const [first, last] = adjustIndices(bytes.length, start, end);
  if (first > last) return -1;
  const at = lastIndexOf(bytes.subarray(first, last), needle, Infinity);
  return at < 0 ? -1 : first + at;
}

export function index(bytes: Uint8Array, needle: Uint8Array, start?: number, end?: number): number {
  return foundOrRaise(find(bytes, needle, start, end));
}

export function rindex(bytes: Uint8Array, needle: Uint8Array, start?: number, end?: number): number {
  return foundOrRaise(rfind(bytes, needle, start, end));
}

function foundOrRaise(at: number): number {
  if (at < 0) throw new Problem('ValueError', 'subsection not found');
  return at;
}

export function count(bytes: Uint8Array, needle: Uint8Array, start = 0, end = Infinity): number {
  const [first, last] = adjustIndices(bytes.length, start, end);
  if (first > last) return 0;
  if (needle.length === 0) return last - first + 1;
  const part = bytes.subarray(first, last);
  let found = 0;
  for (let at = indexOf(part, needle, 0); at >= 0; at = indexOf(part, needle, at + needle.length)) found++;
  return found;
}

export function startsWith(bytes: Uint8Array, prefix: Uint8Array, start = 0, end = Infinity): boolean {
  const [first, last] = adjustIndices(bytes.length, start, end);
  return first <= last && first + prefix.length <= last && matchesAt(bytes, prefix, first);
}

export function endsWith(bytes: Uint8Array, suffix: Uint8Array, start = 0, end = Infinity): boolean {
  const [first, last] = adjustIndices(bytes.length, start, end);
  return first <= last && first + suffix.length <= last && matchesAt(bytes, suffix, last - suffix.length);
}

export function removePrefix(bytes: Uint8Array, prefix: Uint8Array): Uint8Array {
  return startsWith(bytes, prefix) ? bytes.subarray(prefix.length) : bytes;
}

export function removeSuffix(bytes: Uint8Array, suffix: Uint8Array): Uint8Array {
  return endsWith(bytes, suffix) ? bytes.subarray(0, bytes.length - suffix.length) : bytes;
}

export function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const result = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}

/** `separator.join(parts)`. */
export function join(separator: Uint8Array, parts: readonly Uint8Array[]): Uint8Array {
  return concatenated(
    separator.length === 0 ? parts : parts.flatMap((part, i) => (i === 0 ? [part] : [separator, part])),
  );
}

export function replace(bytes: Uint8Array, old: Uint8Array, replacement: Uint8Array, limit = -1): Uint8Array {
  const most = limit < 0 ? Infinity : limit;
  const parts: Uint8Array[] = [];
  if (old.length === 0) {
    const times = Math.min(bytes.length + 1, most);
    for (let i = 0; i < times; i++) parts.push(replacement, bytes.subarray(i, i + 1));
    parts.push(bytes.subarray(times));
    return concatenated(parts);
  }
  let copied = 0;
  for (let at = indexOf(bytes, old, 0), done = 0; at >= 0 && done < most; done++) {
    parts.push(bytes.subarray(copied, at), replacement);
    copied = at + old.length;
    at = indexOf(bytes, old, copied);
  }
  parts.push(bytes.subarray(copied));
  return concatenated(parts);
}

const emptySeparator = (): Problem => new Problem('ValueError', 'empty separator');

/** Py_ISSPACE. */
export const isSpace = (byte: number): boolean => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);

export function split(bytes: Uint8Array, separator: Uint8Array | undefined, limit = -1): Uint8Array[] {
  const most = limit < 0 ? Infinity : limit;
  const parts: Uint8Array[] = [];
  if (separator === undefined) {
    for (let i = 0; ; ) {
      while (i < bytes.length && isSpace(bytes[i])) i++;
      if (i === bytes.length) return parts;
      const start = i;
      if (parts.length >= most) i = bytes.length;
      while (i < bytes.length && !isSpace(bytes[i])) i++;
      parts.push(bytes.subarray(start, i));
    }
  }
  if (separator.length === 0) throw emptySeparator();
  let start = 0;
  for (let at = indexOf(bytes, separator, 0); at >= 0 && parts.length < most; ) {
    parts.push(bytes.subarray(start, at));
    start = at + separator.length;
    at = indexOf(bytes, separator, start);
  }
  parts.push(bytes.subarray(start));
  return parts;
}

export function rsplit(bytes: Uint8Array, separator: Uint8Array | undefined, limit = -1): Uint8Array[] {
  const most = limit < 0 ? Infinity : limit;
  const parts: Uint8Array[] = [];
  if (separator === undefined) {
    for (let i = bytes.length; ; ) {
      while (i > 0 && isSpace(bytes[i - 1])) i--;
      if (i === 0) return parts.reverse();
      const end = i;
      if (parts.length >= most) i = 0;
      while (i > 0 && !isSpace(bytes[i - 1])) i--;
      parts.push(bytes.subarray(i, end));
    }
  }
  if (separator.length === 0) throw emptySeparator();
  let end = bytes.length;
  while (parts.length < most) {
    const at = lastIndexOf(bytes, separator, end - separator.length);
    if (at < 0) break;
    parts.push(bytes.subarray(at + separator.length, end));
    end = at;
  }
  parts.push(bytes.subarray(0, end));
  return parts.reverse();
}

/** `bytes.splitlines(keepends)`: only \n, \r and \r\n end lines. */
export function splitLines(bytes: Uint8Array, keepEnds = false): Uint8Array[] {
  const lines: Uint8Array[] = [];
  for (let i = 0; i < bytes.length; ) {
    const start = i;
    while (i < bytes.length && bytes[i] !== 0x0a && bytes[i] !== 0x0d) i++;
    let end = i;
    if (i < bytes.length) {
      i += bytes[i] === 0x0d && bytes[i + 1] === 0x0a ? 2 : 1;
      if (keepEnds) end = i;
    }
    lines.push(bytes.subarray(start, end));
  }
  return lines;
}

const EMPTY = new Uint8Array(0);

export function partition(bytes: Uint8Array, separator: Uint8Array): [Uint8Array, Uint8Array, Uint8Array] {
  if (separator.length === 0) throw emptySeparator();
  const at = indexOf(bytes, separator, 0);
  if (at < 0) return [bytes, EMPTY, EMPTY];
  return [bytes.subarray(0, at), separator, bytes.subarray(at + separator.length)];
}

export function rpartition(bytes: Uint8Array, separator: Uint8Array): [Uint8Array, Uint8Array, Uint8Array] {
  if (separator.length === 0) throw emptySeparator();
  const at = lastIndexOf(bytes, separator, Infinity);
  if (at < 0) return [EMPTY, EMPTY, bytes];
  return [bytes.subarray(0, at), separator, bytes.subarray(at + separator.length)];
}

export function strip(bytes: Uint8Array, characters?: Uint8Array): Uint8Array {
  return strippedRight(strippedLeft(bytes, characters), characters);
}

export function strippedLeft(bytes: Uint8Array, characters?: Uint8Array): Uint8Array {
  let i = 0;
  while (i < bytes.length && (characters === undefined ? isSpace(bytes[i]) : characters.includes(bytes[i]))) i++;
  return bytes.subarray(i);
}

export function strippedRight(bytes: Uint8Array, characters?: Uint8Array): Uint8Array {
  let i = bytes.length;
  while (i > 0 && (characters === undefined ? isSpace(bytes[i - 1]) : characters.includes(bytes[i - 1]))) i--;
  return bytes.subarray(0, i);
}

function padded(bytes: Uint8Array, left: number, right: number, fill: number): Uint8Array {
  if (left + right <= 0) return bytes;
  const result = new Uint8Array(left + bytes.length + right).fill(fill);
  result.set(bytes, left);
  return result;
}

export function ljust(bytes: Uint8Array, width: number, fill = 0x20): Uint8Array {
  return padded(bytes, 0, Math.max(width - bytes.length, 0), fill);
}

export function rjust(bytes: Uint8Array, width: number, fill = 0x20): Uint8Array {
  return padded(bytes, Math.max(width - bytes.length, 0), 0, fill);
}

export function center(bytes: Uint8Array, width: number, fill = 0x20): Uint8Array {
  const missing = Math.max(width - bytes.length, 0);
  const left = Math.floor(missing / 2) + (missing & width & 1);
  return padded(bytes, left, missing - left, fill);
}

export function zfill(bytes: Uint8Array, width: number): Uint8Array {
  const missing = width - bytes.length;
  if (missing <= 0) return bytes;
  const result = padded(bytes, missing, 0, 0x30);
  if (bytes[0] === 0x2b || bytes[0] === 0x2d) {
    result[missing] = 0x30;
    result[0] = bytes[0];
  }
  return result;
}

export function expandTabs(bytes: Uint8Array, size = 8): Uint8Array {
  const result: number[] = [];
  let column = 0;
  for (const byte of bytes) {
    if (byte === 0x09) {
      for (let spaces = size > 0 ? size - (column % size) : 0; spaces > 0; spaces--, column++) result.push(0x20);
    } else {
      result.push(byte);
      column = byte === 0x0a || byte === 0x0d ? 0 : column + 1;
    }
  }
  return Uint8Array.from(result);
}

/** `bytes.translate(table, delete)`; `table` has 256 bytes. */
export function translate(bytes: Uint8Array, table: Uint8Array | undefined, deleted: Uint8Array): Uint8Array {
  const kept = deleted.length === 0 ? bytes : bytes.filter((byte) => !deleted.includes(byte));
  return table === undefined ? kept : kept.map((byte) => table[byte]);
}

/** `bytes.maketrans(from, to)`. */
export function makeTranslation(from: Uint8Array, to: Uint8Array): Uint8Array {
  if (from.length !== to.length) throw new Problem('ValueError', 'maketrans arguments must have same length');
  const table = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  from.forEach((byte, i) => {
    table[byte] = to[i];
  });
  return table;
}

// The ASCII-only case mappings and predicates of bytes_methods.c.

const isUpperByte = (byte: number): boolean => byte >= 0x41 && byte <= 0x5a;
const isLowerByte = (byte: number): boolean => byte >= 0x61 && byte <= 0x7a;
const isAlphaByte = (byte: number): boolean => isUpperByte(byte & 0xdf) && byte < 0x80;
const isDigitByte = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;
const upperByte = (byte: number): number => (isLowerByte(byte) ? byte - 0x20 : byte);
const lowerByte = (byte: number): number => (isUpperByte(byte) ? byte + 0x20 : byte);

export const upper = (bytes: Uint8Array): Uint8Array => bytes.map(upperByte);
export const lower = (bytes: Uint8Array): Uint8Array => bytes.map(lowerByte);
export const swapcase = (bytes: Uint8Array): Uint8Array =>
  bytes.map((byte) => (isAlphaByte(byte) ? byte ^ 0x20 : byte));
export const capitalize = (bytes: Uint8Array): Uint8Array =>
  bytes.map((byte, i) => (i === 0 ? upperByte(byte) : lowerByte(byte)));
export const title = (bytes: Uint8Array): Uint8Array =>
  bytes.map((byte, i) => (i > 0 && isAlphaByte(bytes[i - 1]) ? lowerByte(byte) : upperByte(byte)));

const every = (bytes: Uint8Array, test: (byte: number) => boolean): boolean => bytes.length > 0 && bytes.every(test);

export const isalpha = (bytes: Uint8Array): boolean => every(bytes, isAlphaByte);
export const isdigit = (bytes: Uint8Array): boolean => every(bytes, isDigitByte);
export const isalnum = (bytes: Uint8Array): boolean => every(bytes, (byte) => isAlphaByte(byte) || isDigitByte(byte));
export const isspace = (bytes: Uint8Array): boolean => every(bytes, isSpace);
export const isascii = (bytes: Uint8Array): boolean => bytes.every((byte) => byte < 0x80);
export const islower = (bytes: Uint8Array): boolean => bytes.some(isLowerByte) && !bytes.some(isUpperByte);
export const isupper = (bytes: Uint8Array): boolean => bytes.some(isUpperByte) && !bytes.some(isLowerByte);

export function istitle(bytes: Uint8Array): boolean {
  let found = false;
  for (let i = 0; i < bytes.length; i++) {
    const afterLetter = i > 0 && isAlphaByte(bytes[i - 1]);
    if (isUpperByte(bytes[i]) ? afterLetter : isLowerByte(bytes[i]) && !afterLetter) return false;
    found ||= isUpperByte(bytes[i]);
  }
  return found;
}

const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/**
 * `bytes.hex(separator, group)`: a separator after every `group` bytes, counted from the end, or from the start when
 * `group` is negative (pystrhex.c).
 */
export function hex(bytes: Uint8Array, separator = '', group = 1): string {
  let text = '';
  const size = Math.abs(group);
  for (let i = 0; i < bytes.length; i++) {
    if (i > 0 && size > 0 && (group > 0 ? bytes.length - i : i) % size === 0) text += separator;
    text += HEX[bytes[i]];
  }
  return text;
}

/** `bytes.fromhex(text)`: white space may stand between the bytes (_PyBytes_FromHex). */
export function fromHex(text: string): Uint8Array {
  // A character beyond ASCII is reported before all else.
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) throw notHex(i);
  const result: number[] = [];
  for (let i = 0; i < text.length; i++) {
    if (isSpace(text.charCodeAt(i))) continue;
    const high = hexDigit(text.charCodeAt(i));
    if (high < 0) throw notHex(i);
    const low = hexDigit(text.charCodeAt(i + 1));
    if (low < 0) {
      if (i + 1 >= text.length) {
        throw new Problem('ValueError', 'fromhex() arg must contain an even number of hexadecimal digits');
      }
      throw notHex(i + 1);
    }
    result.push(high * 16 + low);
    i++;
  }
  return Uint8Array.from(result);
}

const notHex = (at: number): Problem =>
  new Problem('ValueError', `non-hexadecimal number found in fromhex() arg at position ${at}`);

/** The value of a hexadecimal digit, or -1. */
export function hexDigit(unit: number): number {
  if (unit >= 0x30 && unit <= 0x39) return unit - 0x30;
  const letter = unit | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}
