// With the u flag, \p{Cs} sees lone surrogates only, as pairs are one character.
const LONE = /\p{Cs}/u;

/** Whether no code point of `text` is a surrogate, so that every encoding of Unicode can write it. */
export function isLoneSurrogateFree(text: string): boolean {
  return !LONE.test(text);
}
