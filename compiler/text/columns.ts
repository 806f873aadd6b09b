/** Number of code points in text[from:to]. */
export function codePointLength(text: string, from: number, to: number): number {
  let count = to - from;
  for (let i = from; i < to; i++) {
    const c = text.charCodeAt(i);
    if (c >= 0xd800 && c < 0xdc00 && i + 1 < to) {
      const low = text.charCodeAt(i + 1);
      if (low >= 0xdc00 && low < 0xe000) {
        count--;
        i++;
      }
    }
  }
  return count;
}

/** Number of bytes that text[from:to] takes in UTF-8. */
export function utf8Length(text: string, from: number, to: number): number {
  let bytes = 0;
  for (let i = from; i < to; i++) {
    const c = text.charCodeAt(i);
    // Each half of a surrogate pair counts for two of its four bytes.
    bytes += c < 0x80 ? 1 : c < 0x800 || (c >= 0xd800 && c < 0xe000) ? 2 : 3;
  }
  return bytes;
}

/** Number of code points in the first `bytes` UTF-8 bytes of the line that begins at index `lineStart`. */
export function codePointsInBytes(text: string, lineStart: number, bytes: number): number {
  let count = 0;
  let rest = bytes;
  for (let i = lineStart; rest > 0 && i < text.length; i++) {
    const c = text.codePointAt(i)!;
    rest -= c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    if (c > 0xffff) i++;
    count++;
  }
  return count + Math.max(0, rest);
}
