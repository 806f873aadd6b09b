import { CharacterFlag, flags, foldCase, fullLower, fullTitle, fullUpper, isCased } from './character.ts';

/** Beyond ASCII, the mappings are Unicode 16's, whichever version JavaScript's own follow. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the range of ASCII begins with them.
const NON_ASCII = /[^\x00-\x7f]/;

/** `text.upper()`, with the full mappings such as ß to SS. */
export function upper(text: string): string {
  return NON_ASCII.test(text) ? mapped(text, fullUpper) : text.toUpperCase();
}

/** `text.casefold()`. */
export function casefold(text: string): string {
  return NON_ASCII.test(text) ? mapped(text, foldCase) : text.toLowerCase();
}

/** `text.lower()`; a capital sigma at a word's end becomes ς. */
export function lower(text: string): string {
  if (!NON_ASCII.test(text)) return text.toLowerCase();
  let result = '';
  for (let i = 0; i < text.length; i++) {
    const codePoint = text.codePointAt(i)!;
    result += codePoint === CAPITAL_SIGMA ? lowerSigma(text, i) : fullLower(codePoint);
    if (codePoint > 0xffff) i++;
  }
  return result;
}

function mapped(text: string, map: (codePoint: number) => string): string {
  let result = '';
  for (let i = 0; i < text.length; i++) {
    const codePoint = text.codePointAt(i)!;
    result += map(codePoint);
    if (codePoint > 0xffff) i++;
  }
  return result;
}

const CAPITAL_SIGMA = 0x3a3;

/** handle_capital_sigma of unicodeobject.c: the rule for Final_Sigma in Unicode's table 3-17. */
function lowerSigma(text: string, at: number): string {
  let before = at - 1;
  let cased = false;
  while (before >= 0) {
    let codePoint = text.charCodeAt(before);
    if ((codePoint & 0xfc00) === 0xdc00 && before > 0 && (text.charCodeAt(before - 1) & 0xfc00) === 0xd800) {
      codePoint = text.codePointAt(--before)!;
    }
    const properties = flags(codePoint);
    if ((properties & CharacterFlag.CaseIgnorable) === 0) {
      cased = (properties & CharacterFlag.Cased) !== 0;
      break;
    }
    before--;
  }
  if (!cased) return 'σ';
  for (let after = at + 1; after < text.length; after++) {
    const codePoint = text.codePointAt(after)!;
    if (codePoint > 0xffff) after++;
    const properties = flags(codePoint);
    if ((properties & CharacterFlag.CaseIgnorable) === 0) return (properties & CharacterFlag.Cased) !== 0 ? 'σ' : 'ς';
  }
  return 'ς';
}

/** `text.capitalize()`: the first character in title case, the rest lower. */
export function capitalize(text: string): string {
  if (text === '') return '';
  const first = text.codePointAt(0)!;
  let result = fullTitle(first);
  for (let i = first > 0xffff ? 2 : 1; i < text.length; i++) {
    const codePoint = text.codePointAt(i)!;
    result += codePoint === CAPITAL_SIGMA ? lowerSigma(text, i) : fullLower(codePoint);
    if (codePoint > 0xffff) i++;
  }
  return result;
}

/** `text.title()`. */
export function title(text: string): string {
  let result = '';
  let previousIsCased = false;
  for (let i = 0; i < text.length; i++) {
    const codePoint = text.codePointAt(i)!;
    if (!previousIsCased) result += fullTitle(codePoint);
    else result += codePoint === CAPITAL_SIGMA ? lowerSigma(text, i) : fullLower(codePoint);
    previousIsCased = isCased(codePoint);
    if (codePoint > 0xffff) i++;
  }
  return result;
}

/** `text.swapcase()`. */
export function swapcase(text: string): string {
  let result = '';
  for (let i = 0; i < text.length; i++) {
    const codePoint = text.codePointAt(i)!;
    const properties = flags(codePoint);
    if (properties & CharacterFlag.Upper) {
      result += codePoint === CAPITAL_SIGMA ? lowerSigma(text, i) : fullLower(codePoint);
    } else if (properties & CharacterFlag.Lower) {
      result += fullUpper(codePoint);
    } else {
      result += String.fromCodePoint(codePoint);
    }
    if (codePoint > 0xffff) i++;
  }
  return result;
}
