import { decimalValue, isAlphanumeric, isLineBreak, isSpace, simpleLower, simpleUpper } from '../text/character.ts';
import { At, Category, Sre } from './constants.ts';

/** Characters of a subject, one an element: code points or bytes. */
export type Characters = Uint8Array | Uint16Array | Uint32Array;

const isAsciiDigit = (ch: number): boolean => ch >= 0x30 && ch <= 0x39;
const isAsciiSpace = (ch: number): boolean => ch === 0x20 || (ch >= 0x09 && ch <= 0x0d);
const isAsciiWord = (ch: number): boolean =>
  (ch >= 0x61 && ch <= 0x7a) || (ch >= 0x41 && ch <= 0x5a) || (ch >= 0x30 && ch <= 0x39) || ch === 0x5f;
const isWord = (ch: number): boolean => (ch < 0x80 ? isAsciiWord(ch) : isAlphanumeric(ch));

/** sre_lower_ascii. */
export const lowerAscii = (ch: number): number => (ch >= 0x41 && ch <= 0x5a ? ch + 32 : ch);
export const upperAscii = (ch: number): number => (ch >= 0x61 && ch <= 0x7a ? ch - 32 : ch);
/** sre_lower_unicode and sre_upper_unicode. */
export const lowerUnicode = (ch: number): number => (ch < 0x80 ? lowerAscii(ch) : simpleLower(ch));
export const upperUnicode = (ch: number): number => (ch < 0x80 ? upperAscii(ch) : simpleUpper(ch));

/** `_sre.ascii_iscased` and `_sre.unicode_iscased`. */
export const asciiIsCased = (ch: number): boolean => ch < 128 && isAsciiWord(ch) && !isAsciiDigit(ch) && ch !== 0x5f;
export const unicodeIsCased = (ch: number): boolean => lowerUnicode(ch) !== ch || upperUnicode(ch) !== ch;

/** sre_category. The locale is C's, in which letters are ASCII's. */
export function isInCategory(category: number, ch: number): boolean {
  switch (category) {
    case Category.DIGIT:
      return isAsciiDigit(ch);
    case Category.NOT_DIGIT:
      return !isAsciiDigit(ch);
    case Category.SPACE:
      return isAsciiSpace(ch);
    case Category.NOT_SPACE:
      return !isAsciiSpace(ch);
    case Category.WORD:
    case Category.LOC_WORD:
      return isAsciiWord(ch);
    case Category.NOT_WORD:
    case Category.LOC_NOT_WORD:
      return !isAsciiWord(ch);
    case Category.LINEBREAK:
      return ch === 0x0a;
    case Category.NOT_LINEBREAK:
      return ch !== 0x0a;
    case Category.UNI_DIGIT:
      return decimalValue(ch) >= 0;
    case Category.UNI_NOT_DIGIT:
      return decimalValue(ch) < 0;
    case Category.UNI_SPACE:
      return isSpace(ch);
    case Category.UNI_NOT_SPACE:
      return !isSpace(ch);
    case Category.UNI_WORD:
      return isWord(ch);
    case Category.UNI_NOT_WORD:
      return !isWord(ch);
    case Category.UNI_LINEBREAK:
      return isLineBreak(ch);
    case Category.UNI_NOT_LINEBREAK:
      return !isLineBreak(ch);
    default:
      return false;
  }
}

/** SRE(charset): whether a character is in the set that begins at `at` in the code. */
export function isInSet(code: Uint32Array, at: number, ch: number): boolean {
  let found = true;
  let p = at;
  for (;;) {
    switch (code[p++]) {
      case Sre.FAILURE:
        return !found;
      case Sre.LITERAL:
        if (ch === code[p]) return found;
        p++;
        break;
      case Sre.CATEGORY:
        if (isInCategory(code[p], ch)) return found;
        p++;
        break;
      case Sre.CHARSET:
        if (ch < 256 && (code[p + (ch >> 5)] & (1 << (ch & 31))) !== 0) return found;
        p += 8;
        break;
      case Sre.RANGE:
        if (code[p] <= ch && ch <= code[p + 1]) return found;
        p += 2;
        break;
      case Sre.RANGE_UNI_IGNORE: {
        if (code[p] <= ch && ch <= code[p + 1]) return found;
        const upper = upperUnicode(ch);
        if (code[p] <= upper && upper <= code[p + 1]) return found;
        p += 2;
        break;
      }
      case Sre.NEGATE:
        found = !found;
        break;
      case Sre.BIGCHARSET: {
        // 256 bytes name a block of 256 bits for each high byte; the blocks follow.
        const count = code[p++];
        if (ch < 0x10000) {
          const high = ch >> 8;
          const block = (code[p + (high >> 2)] >> (8 * (high & 3))) & 0xff;
          if ((code[p + 64 + block * 8 + ((ch & 0xff) >> 5)] & (1 << (ch & 31))) !== 0) return found;
        }
        p += 64 + count * 8;
        break;
      }
      default:
        return false;
    }
  }
}

/** char_loc_ignore and charset_loc_ignore in C's locale. */
export function equalsIgnoringLocaleCase(wanted: number, ch: number): boolean {
  return ch === wanted || lowerAscii(ch) === wanted || upperAscii(ch) === wanted;
}

export function isInSetIgnoringLocaleCase(code: Uint32Array, at: number, ch: number): boolean {
  const lower = lowerAscii(ch);
  if (isInSet(code, at, lower)) return true;
  const upper = upperAscii(ch);
  return upper !== lower && isInSet(code, at, upper);
}

/** SRE(at): whether the position `ptr` is what an AT instruction asks for; `end` is the subject's. */
export function isAt(chars: Characters, ptr: number, end: number, kind: number): boolean {
  switch (kind) {
    case At.BEGINNING:
    case At.BEGINNING_STRING:
      return ptr === 0;
    case At.BEGINNING_LINE:
      return ptr === 0 || chars[ptr - 1] === 0x0a;
    case At.END:
      return ptr === end || (end - ptr === 1 && chars[ptr] === 0x0a);
    case At.END_LINE:
      return ptr === end || chars[ptr] === 0x0a;
    case At.END_STRING:
      return ptr === end;
    case At.BOUNDARY:
    case At.LOC_BOUNDARY:
      return (ptr > 0 && isAsciiWord(chars[ptr - 1])) !== (ptr < end && isAsciiWord(chars[ptr]));
    case At.NON_BOUNDARY:
    case At.LOC_NON_BOUNDARY:
      return (ptr > 0 && isAsciiWord(chars[ptr - 1])) === (ptr < end && isAsciiWord(chars[ptr]));
    case At.UNI_BOUNDARY:
      return (ptr > 0 && isWord(chars[ptr - 1])) !== (ptr < end && isWord(chars[ptr]));
    case At.UNI_NON_BOUNDARY:
      return (ptr > 0 && isWord(chars[ptr - 1])) === (ptr < end && isWord(chars[ptr]));
    default:
      return false;
  }
}

/** Whether a character matches an instruction that consumes exactly one. */
export function matchesOne(code: Uint32Array, p: number, ch: number): boolean {
  switch (code[p]) {
    case Sre.IN:
      return isInSet(code, p + 2, ch);
    case Sre.ANY:
      return ch !== 0x0a;
    case Sre.ANY_ALL:
      return true;
    case Sre.LITERAL:
      return ch === code[p + 1];
    case Sre.NOT_LITERAL:
      return ch !== code[p + 1];
    case Sre.CATEGORY:
      return isInCategory(code[p + 1], ch);
    case Sre.IN_IGNORE:
      return isInSet(code, p + 2, lowerAscii(ch));
    case Sre.IN_UNI_IGNORE:
      return isInSet(code, p + 2, lowerUnicode(ch));
    case Sre.IN_LOC_IGNORE:
      return isInSetIgnoringLocaleCase(code, p + 2, ch);
    case Sre.LITERAL_IGNORE:
      return lowerAscii(ch) === code[p + 1];
    case Sre.NOT_LITERAL_IGNORE:
      return lowerAscii(ch) !== code[p + 1];
    case Sre.LITERAL_UNI_IGNORE:
      return lowerUnicode(ch) === code[p + 1];
    case Sre.NOT_LITERAL_UNI_IGNORE:
      return lowerUnicode(ch) !== code[p + 1];
    case Sre.LITERAL_LOC_IGNORE:
      return equalsIgnoringLocaleCase(code[p + 1], ch);
    case Sre.NOT_LITERAL_LOC_IGNORE:
      return !equalsIgnoringLocaleCase(code[p + 1], ch);
    default:
      throw new Error(`not an instruction for one character: ${code[p]}`);
  }
}
