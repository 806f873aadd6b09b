const identifierStart = /^[\p{XID_Start}_]$/u;
const identifierContinue = /^\p{XID_Continue}$/u;
/** What str.isprintable() calls unprintable: Other and Separator, but for the space. */
const unprintable = /^[\p{C}\p{Z}]$/u;

/**
 * Index of the first character of text[start:end] that may not stand there in an identifier, or -1. The first
 * character may be a digit only after the start. As CPython's _PyUnicode_ScanIdentifier.
 */
export function firstInvalidIdentifierCharacter(text: string, start: number, end: number): number {
  for (let i = start; i < end; i++) {
    const c = text.codePointAt(i)!;
    if (c >= 128) {
      const character = String.fromCodePoint(c);
      if (!(i === start ? identifierStart : identifierContinue).test(character)) return i;
    }
    if (c > 0xffff) i++;
  }
  return -1;
}

export function isPrintable(c: number): boolean {
  return c === 32 || !unprintable.test(String.fromCodePoint(c));
}
