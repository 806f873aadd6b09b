/** Code points are below this. */
export const CODE_POINTS = 0x110000;

/**
 * Unfolds a table of tools/generate-unicode.ts, runs written as 'length,record;…' in base 36 over all code points in order, to an
 * array that gives each code point's record number.
 */
export function unfoldRuns(text: string): Uint16Array {
  const table = new Uint16Array(CODE_POINTS);
  let at = 0;
  let length = 0;
  let number = 0;
  for (let i = 0; i <= text.length; i++) {
    const unit = i < text.length ? text.charCodeAt(i) : 0x3b;
    if (unit === 0x2c) {
      length = number;
      number = 0;
    } else if (unit === 0x3b) {
      // The array starts as zeros, so that the long runs of unassigned code points cost nothing.
      if (number !== 0) table.fill(number, at, at + length);
      at += length;
      number = 0;
    } else {
      number = number * 36 + unit - (unit < 0x3a ? 0x30 : 0x57);
    }
  }
  return table;
}
