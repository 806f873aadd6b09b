/** A needle this long, in a text this much longer, might cost the product of both to find; the searches below cost their sum. */
export const LONG_NEEDLE = 256;

/**
 * Where `needle` first stands in `haystack` from an offset on, -1 if nowhere: in time linear in both, as CPython's two-way
 * search promises (fastsearch.h). Knuth, Morris and Pratt's: `borders[i]` is the length of the longest proper prefix of the
 * needle that ends at i.
 */
export function linearIndexOf(haystack: ArrayLike<number>, needle: ArrayLike<number>, from: number): number {
  const borders = new Int32Array(needle.length);
  for (let i = 1, matched = 0; i < needle.length; i++) {
    while (matched > 0 && needle[i] !== needle[matched]) matched = borders[matched - 1];
    if (needle[i] === needle[matched]) matched++;
    borders[i] = matched;
  }
  for (let at = from, matched = 0; at < haystack.length; at++) {
    while (matched > 0 && haystack[at] !== needle[matched]) matched = borders[matched - 1];
    if (haystack[at] === needle[matched]) matched++;
    if (matched === needle.length) return at - matched + 1;
  }
  return -1;
}

/** linearIndexOf of strings, in UTF-16 units. */
export function linearIndexOfText(haystack: string, needle: string, from: number): number {
  return linearIndexOf(unitsOf(haystack), unitsOf(needle), from);
}

function unitsOf(text: string): Uint16Array {
  const units = new Uint16Array(text.length);
  for (let i = 0; i < text.length; i++) units[i] = text.charCodeAt(i);
  return units;
}
