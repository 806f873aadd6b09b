import { classes, isDigit, isHexDigit, isIdentifierCharacter, Scanner } from './scanner.ts';
import { TokenKind } from './token.ts';

/** Number literals, and what may follow them. */
export abstract class NumberScanner extends Scanner {
  /** A number that begins with a digit or with '.' and a digit. The index after it, or -1. */
  protected number(start: number): number {
    const text = this.text;
    let pos = start;
    let c = text.charCodeAt(pos);
    if (c === 48) {
      c = text.charCodeAt(++pos);
      const base = c | 32;
      if (base === 120 || base === 111 || base === 98) return this.radixNumber(start, pos, base);
      let nonzero = false;
      for (;;) {
        if (c === 95) {
          c = text.charCodeAt(++pos);
          if (!isDigit(c)) return this.failNumber(pos, 'invalid decimal literal');
        }
        if (c !== 48) break;
        c = text.charCodeAt(++pos);
      }
      const zerosEnd = pos;
      if (isDigit(c)) {
        nonzero = true;
        pos = this.digits(pos);
        if (pos < 0) return -1;
        c = text.charCodeAt(pos);
      }
      if (c !== 46 && (c | 32) !== 101 && (c | 32) !== 106) {
        if (nonzero) {
          this.report(
            'SyntaxError',
            'leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers',
            {
              lineno: this.line,
              offset: this.codePoints(this.lineStart, start) + 1,
              end_lineno: this.line,
              end_offset: this.codePoints(this.lineStart, zerosEnd) + 1,
            },
          );
          this.tokens.errorIsRaised = true;
          return -1;
        }
        return this.endNumber(start, pos, 'decimal');
      }
    } else if (c !== 46) {
      pos = this.digits(pos);
      if (pos < 0) return -1;
      c = text.charCodeAt(pos);
    }
    if (c === 46) {
      c = text.charCodeAt(++pos);
      if (isDigit(c)) {
        pos = this.digits(pos);
        if (pos < 0) return -1;
        c = text.charCodeAt(pos);
      }
    }
    if ((c | 32) === 101) {
      const e = pos;
      c = text.charCodeAt(++pos);
      if (c === 43 || c === 45) {
        c = text.charCodeAt(++pos);
        if (!isDigit(c)) return this.failNumber(pos, 'invalid decimal literal');
      } else if (!isDigit(c)) {
        return this.endNumber(start, e, 'decimal');
      }
      pos = this.digits(pos);
      if (pos < 0) return -1;
      c = text.charCodeAt(pos);
    }
    if ((c | 32) === 106) return this.endNumber(start, pos + 1, 'imaginary');
    return this.endNumber(start, pos, 'decimal');
  }

  protected radixNumber(start: number, letter: number, base: number): number {
    const text = this.text;
    const kind = base === 120 ? 'hexadecimal' : base === 111 ? 'octal' : 'binary';
    const isOwnDigit =
      base === 120 ? isHexDigit : base === 111 ? (c: number) => c >= 48 && c < 56 : (c: number) => c === 48 || c === 49;
    let pos = letter + 1;
    let c = text.charCodeAt(pos);
    do {
      if (c === 95) c = text.charCodeAt(++pos);
      if (!isOwnDigit(c)) {
        if (isDigit(c)) return this.failNumber(pos + 1, `invalid digit '${text[pos]}' in ${kind} literal`);
        return this.failNumber(pos, `invalid ${kind} literal`);
      }
      do c = text.charCodeAt(++pos);
      while (isOwnDigit(c));
    } while (c === 95);
    if (isDigit(c)) return this.failNumber(pos + 1, `invalid digit '${text[pos]}' in ${kind} literal`);
    return this.endNumber(start, pos, kind);
  }

  protected digits(begin: number): number {
    const text = this.text;
    let pos = begin;
    for (;;) {
      let c = text.charCodeAt(pos);
      while (c >= 48 && c <= 57) c = text.charCodeAt(++pos);
      if (c !== 95) return pos;
      if (!isDigit(text.charCodeAt(++pos))) return this.failNumber(pos, 'invalid decimal literal');
    }
  }

  /** CPython's verify_end_of_number: a keyword may follow directly, with a warning; a letter may not. */
  protected endNumber(start: number, end: number, kind: string): number {
    const text = this.text;
    const c = text.charCodeAt(end);
    if (c < 128 && classes[c] !== 0) {
      if (this.keywordFollows(end, c)) {
        const offset = this.codePoints(this.lineStart, end);
        this.tokens.warnings.push({
          category: 'SyntaxWarning',
          message: `invalid ${kind} literal`,
          lineno: this.line,
          offset,
          end_lineno: this.line,
          end_offset: offset,
        });
      } else {
        return this.failNumber(end, `invalid ${kind} literal`);
      }
    }
    this.add(TokenKind.NUMBER, start, end);
    return end;
  }

  protected keywordFollows(pos: number, c: number): boolean {
    const text = this.text;
    const second = text.charCodeAt(pos + 1);
    const whole = (word: string): boolean =>
      text.startsWith(word, pos) && !isIdentifierCharacter(text.charCodeAt(pos + word.length));
    switch (c) {
      case 97:
        return whole('and');
      case 101:
        return whole('else');
      case 102:
        return whole('for');
      case 105:
        return second === 102 || second === 110 || second === 115;
      case 111:
        return whole('or');
      case 110:
        return whole('not');
      default:
        return false;
    }
  }

  protected failNumber(pos: number, message: string): -1 {
    this.fail(pos, message);
    return -1;
  }
}
