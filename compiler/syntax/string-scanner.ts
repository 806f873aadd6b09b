import { NumberScanner } from './number-scanner.ts';
import { extraBytes, StringMode } from './scanner.ts';
import { TokenKind } from './token.ts';

/** CPython's MAXFSTRINGLEVEL and MAX_EXPR_NESTING (Parser/lexer/state.h). */
const maxStringLevel = 150;
const maxExpressionNesting = 3;

/** Strings, bytes, and the text of f-strings and t-strings around their replacement fields. */
export abstract class StringScanner extends NumberScanner {
  /**
   * A string whose prefix is text[start:quote]. The index after it, 0 where those letters are no prefix, -1 with an error.
   */
  protected prefixedString(start: number, quote: number): number {
    let b = false;
    let r = false;
    let u = false;
    let f = false;
    let t = false;
    for (let i = start; i < quote; i++) {
      switch (this.text.charCodeAt(i) | 32) {
        case 98:
          if (b) return 0;
          b = true;
          break;
        case 114:
          if (r) return 0;
          r = true;
          break;
        case 117:
          if (u) return 0;
          u = true;
          break;
        case 102:
          if (f) return 0;
          f = true;
          break;
        case 116:
          if (t) return 0;
          t = true;
          break;
        default:
          return 0;
      }
    }
    const clash =
      u && b
        ? 'ub'
        : u && r
          ? 'ur'
          : u && f
            ? 'uf'
            : u && t
              ? 'ut'
              : b && f
                ? 'bf'
                : b && t
                  ? 'bt'
                  : f && t
                    ? 'ft'
                    : '';
    if (clash !== '') {
      const message = `'${clash[0]}' and '${clash[1]}' prefixes are incompatible`;
      this.report('SyntaxError', message, {
        lineno: this.line,
        offset: this.codePoints(this.lineStart, start) + 1,
        end_lineno: this.line,
        end_offset: this.codePoints(this.lineStart, quote) + 1,
      });
      this.tokens.errorIsRaised = true;
      return -1;
    }
    return f || t ? this.formattedStart(start, quote, r, t) : this.string(start, quote);
  }

  protected formattedStart(start: number, quotePosition: number, raw: boolean, template: boolean): number {
    const text = this.text;
    const quote = text.charCodeAt(quotePosition);
    const size = text.charCodeAt(quotePosition + 1) === quote && text.charCodeAt(quotePosition + 2) === quote ? 3 : 1;
    const end = quotePosition + size;
    const mode = new StringMode(quote, size, raw, template, start, this.line, this.lineStart);
    if (this.modes.length + 1 >= maxStringLevel) {
      this.fail(end, 'too many nested f-strings or t-strings');
      return -1;
    }
    this.add(template ? TokenKind.TSTRING_START : TokenKind.FSTRING_START, start, end);
    this.modes.push(mode);
    this.mode = mode;
    return end;
  }

  /** The text of an f-string up to a replacement field, a doubled brace or the end. The next index, or -1. */
  protected stringMiddle(begin: number, mode: StringMode): number {
    const text = this.text;
    const length = text.length;
    const middle = mode.template ? TokenKind.TSTRING_MIDDLE : TokenKind.FSTRING_MIDDLE;
    const inFormatSpec = mode.inFormatSpec && mode.expressionDepth >= 0;
    let pos = begin;
    let c = text.charCodeAt(pos);
    if (c === 123 && text.charCodeAt(pos + 1) !== 123) return this.enterField(pos, mode);
    if (this.atQuote(pos, mode)) {
      this.add(mode.template ? TokenKind.TSTRING_END : TokenKind.FSTRING_END, pos, pos + mode.quoteSize);
      this.modes.pop();
      this.mode = this.modes[this.modes.length - 1];
      return pos + mode.quoteSize;
    }
    const startLine = this.line;
    const startColumn = pos - this.shift;
    let namedEscape = false;
    for (;;) {
      c = text.charCodeAt(pos);
      if (pos >= length || (c === 10 && mode.quoteSize === 1)) {
        if (inFormatSpec && c === 10) {
          const { prefix } = mode;
          this.fail(
            pos + 1,
            `${prefix}-string: newlines are not allowed in format specifiers for single quoted ${prefix}-strings`,
          );
          return -1;
        }
        return this.unterminatedFormatted(mode, pos >= length);
      }
      if (c === mode.quote && this.atQuote(pos, mode)) {
        this.addMiddle(middle, begin, pos, startLine, startColumn);
        return pos;
      }
      if (c === 123) {
        if (text.charCodeAt(pos + 1) === 123 && !inFormatSpec) {
          this.addBraced(middle, begin, pos, startLine, startColumn);
          return pos + 2;
        }
        this.addMiddle(middle, begin, pos, startLine, startColumn);
        return this.enterField(pos, mode);
      }
      if (c === 125) {
        if (namedEscape) {
          this.addMiddle(middle, begin, pos + 1, startLine, startColumn);
          return pos + 1;
        }
        if (text.charCodeAt(pos + 1) === 125 && !inFormatSpec && mode.curlyDepth === 0) {
          this.addBraced(middle, begin, pos, startLine, startColumn);
          return pos + 2;
        }
        this.addMiddle(middle, begin, pos, startLine, startColumn);
        mode.regular = true;
        mode.inFormatSpec = false;
        return pos;
      }
      if (c === 92) {
        const escaped = text.charCodeAt(pos + 1);
        if (escaped === 123 || escaped === 125) {
          if (!mode.raw) this.warnInvalidEscape(pos, escaped);
          pos++;
          continue;
        }
        if (!mode.raw && escaped === 78 && text.charCodeAt(pos + 2) === 123) {
          namedEscape = true;
          pos += 3;
          continue;
        }
        if (pos + 1 < length) {
          pos++;
          c = escaped;
        }
      }
      if (c === 10) this.newLine(pos + 1);
      else if (c >= 128) this.shift -= extraBytes(c);
      pos++;
    }
  }

  protected atQuote(pos: number, mode: StringMode): boolean {
    const text = this.text;
    const quote = mode.quote;
    return (
      text.charCodeAt(pos) === quote &&
      (mode.quoteSize === 1 || (text.charCodeAt(pos + 1) === quote && text.charCodeAt(pos + 2) === quote))
    );
  }

  protected enterField(pos: number, mode: StringMode): number {
    mode.expressionDepth++;
    if (mode.expressionDepth >= maxExpressionNesting) {
      this.fail(pos, `${mode.prefix}-string: expressions nested too deeply`);
      return -1;
    }
    mode.regular = true;
    mode.inFormatSpec = false;
    return pos;
  }

  protected addMiddle(kind: TokenKind, start: number, end: number, line: number, column: number): void {
    this.add(kind, start, end);
    const i = this.tokens.count - 1;
    this.tokens.lines[i] = line;
    this.tokens.cols[i] = column;
  }

  /** Text that ends with a doubled brace: one brace in the text, two in the span. */
  protected addBraced(kind: TokenKind, start: number, brace: number, line: number, column: number): void {
    this.addMiddle(kind, start, brace + 1, line, column);
    this.tokens.endCols[this.tokens.count - 1]++;
  }

  protected unterminatedFormatted(mode: StringMode, atEnd: boolean): -1 {
    const detected = this.detectedLine(atEnd);
    const kind = mode.quoteSize === 3 ? `triple-quoted ${mode.prefix}-string` : `${mode.prefix}-string`;
    this.line = mode.line;
    this.lineStart = mode.lineStart;
    this.fail(mode.start + 1, `unterminated ${kind} literal (detected at line ${detected})`);
    return -1;
  }

  /** At the end of the text no further line has begun for CPython. */
  protected detectedLine(atEnd: boolean): number {
    return atEnd ? this.line - 1 : this.line;
  }

  protected warnInvalidEscape(pos: number, escaped: number): void {
    const character = String.fromCharCode(escaped);
    const offset = this.codePoints(this.lineStart, pos) + 1;
    this.tokens.warnings.push({
      category: 'SyntaxWarning',
      message: `"\\${character}" is an invalid escape sequence. Such sequences will not work in the future. Did you mean "\\\\${character}"? A raw string is also an option.`,
      lineno: this.line,
      offset,
      end_lineno: this.line,
      end_offset: offset + 2,
    });
  }

  /** A string or bytes literal whose prefix is text[start:quotePosition]. The index after it, or -1. */
  protected string(start: number, quotePosition: number): number {
    const text = this.text;
    const length = text.length;
    const quote = text.charCodeAt(quotePosition);
    const line = this.line;
    const lineStart = this.lineStart;
    const column = start - this.shift;
    let pos = quotePosition + 1;
    let triple = false;
    let escapedQuote = false;
    let c = text.charCodeAt(pos);
    if (c === quote) {
      pos++;
      if (text.charCodeAt(pos) === quote) {
        pos++;
        triple = true;
      }
    }
    if (triple || c !== quote) {
      for (;;) {
        c = text.charCodeAt(pos);
        if (c === quote) {
          pos++;
          if (!triple) break;
          if (text.charCodeAt(pos) === quote && text.charCodeAt(pos + 1) === quote) {
            pos += 2;
            break;
          }
          continue;
        }
        if (c === 92) {
          c = text.charCodeAt(++pos);
          if (c === quote) escapedQuote = true;
        } else if (c === 10 && !triple) {
          return this.unterminated(start, quote, triple, escapedQuote, line, lineStart, pos);
        }
        if (c === 10) this.newLine(pos + 1);
        else if (c >= 128) this.shift -= extraBytes(c);
        else if (pos >= length) return this.unterminated(start, quote, triple, escapedQuote, line, lineStart, pos);
        pos++;
      }
    }
    this.addMiddle(TokenKind.STRING, start, pos, line, column);
    return pos;
  }

  protected unterminated(
    start: number,
    quote: number,
    triple: boolean,
    escapedQuote: boolean,
    line: number,
    lineStart: number,
    pos: number,
  ): -1 {
    const detected = this.detectedLine(pos >= this.text.length);
    this.line = line;
    this.lineStart = lineStart;
    const mode = this.mode;
    if (mode !== undefined && mode.quote === quote && mode.quoteSize === (triple ? 3 : 1)) {
      this.fail(start + 1, `${mode.prefix}-string: expecting '}'`);
    } else if (triple) {
      this.fail(start + 1, `unterminated triple-quoted string literal (detected at line ${detected})`);
    } else {
      const hint = escapedQuote ? '; perhaps you escaped the end quote?' : '';
      this.fail(start + 1, `unterminated string literal (detected at line ${detected})${hint}`);
    }
    return -1;
  }
}
