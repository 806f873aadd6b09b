import { CharacterFlag, flags } from './character.ts';

/** Whether `text` isn't empty and each of its characters has one of `wanted`. */
function every(text: string, wanted: number): boolean {
  for (let i = 0; i < text.length; i++) {
    const codePoint = text.codePointAt(i)!;
    if ((flags(codePoint) & wanted) === 0) return false;
    if (codePoint > 0xffff) i++;
  }
  return text !== '';
}

const ALPHANUMERIC = CharacterFlag.Alpha | CharacterFlag.Decimal | CharacterFlag.Digit | CharacterFlag.Numeric;

export const isalpha = (text: string): boolean => every(text, CharacterFlag.Alpha);
export const isalnum = (text: string): boolean => every(text, ALPHANUMERIC);
export const isdecimal = (text: string): boolean => every(text, CharacterFlag.Decimal);
export const isdigit = (text: string): boolean => every(text, CharacterFlag.Digit);
export const isnumeric = (text: string): boolean => every(text, CharacterFlag.Numeric);
export const isspace = (text: string): boolean => every(text, CharacterFlag.Space);
export const isprintable = (text: string): boolean => text === '' || every(text, CharacterFlag.Printable);

export function isascii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}

export function islower(text: string): boolean {
  return hasOnlyCase(text, CharacterFlag.Lower, CharacterFlag.Upper | CharacterFlag.Title);
}

export function isupper(text: string): boolean {
  return hasOnlyCase(text, CharacterFlag.Upper, CharacterFlag.Lower | CharacterFlag.Title);
}

function hasOnlyCase(text: string, wanted: number, forbidden: number): boolean {
  let found = false;
  for (let i = 0; i < text.length; i++) {
    const codePoint = text.codePointAt(i)!;
    const properties = flags(codePoint);
    if (properties & forbidden) return false;
    if (properties & wanted) found = true;
    if (codePoint > 0xffff) i++;
  }
  return found;
}

export function istitle(text: string): boolean {
  let found = false;
  let previousIsCased = false;
  for (let i = 0; i < text.length; i++) {
    const codePoint = text.codePointAt(i)!;
    const properties = flags(codePoint);
    if (properties & (CharacterFlag.Upper | CharacterFlag.Title)) {
      if (previousIsCased) return false;
      found = previousIsCased = true;
    } else if (properties & CharacterFlag.Lower) {
      if (!previousIsCased) return false;
    } else {
      previousIsCased = false;
    }
    if (codePoint > 0xffff) i++;
  }
  return found;
}

export function isidentifier(text: string): boolean {
  if (text === '') return false;
  let wanted = CharacterFlag.IdentifierStart;
  for (let i = 0; i < text.length; i++) {
    const codePoint = text.codePointAt(i)!;
    if ((flags(codePoint) & wanted) === 0) return false;
    if (codePoint > 0xffff) i++;
    wanted = CharacterFlag.IdentifierContinue;
  }
  return true;
}
