import { codePointLength } from '../text/columns.ts';
import type { Diagnostic } from '../text/diagnostic.ts';
import { firstInvalidIdentifierCharacter, isPrintable } from '../text/unicode.ts';
import { NameTable } from './name-table.ts';
import { keywords, TokenKind } from './token.ts';
import type { OpenBracket, Tokens } from './tokens.ts';

/** CPython's MAXLEVEL, MAXINDENT, MAXFSTRINGLEVEL and MAX_EXPR_NESTING (Parser/lexer/state.h). */
const maxLevel = 200;
const maxIndent = 100;
const maxStringLevel = 150;
const maxExpressionNesting = 3;

/** What the tokenizer knows of an f-string or t-string that it is inside of (CPython's tokenizer_mode). */
class StringMode {
  /** Whether the text stands inside a replacement field, where tokens are ordinary. */
  regular = false;
  inFormatSpec = false;
  curlyDepth = 0;
  expressionDepth = -1;
  constructor(
    readonly quote: number,
    readonly quoteSize: number,
    readonly raw: boolean,
    readonly template: boolean,
    readonly start: number,
    readonly line: number,
    readonly lineStart: number,
  ) {}
  get prefix(): string {
    return this.template ? 't' : 'f';
  }
}

const enum Class {
  Letter = 1,
  Digit = 2,
}

const classes = new Uint8Array(128);
for (let c = 0; c < 26; c++) classes[65 + c] = classes[97 + c] = Class.Letter;
for (let c = 48; c < 58; c++) classes[c] = Class.Digit;
classes[95] = Class.Letter;

const isDigit = (c: number): boolean => c >= 48 && c <= 57;
const isHexDigit = (c: number): boolean => (c >= 48 && c <= 57) || (c >= 97 && c <= 102) || (c >= 65 && c <= 70);
const isIdentifierCharacter = (c: number): boolean => c >= 128 || (c >= 0 && classes[c] !== 0);

/** Bytes that a UTF-16 unit takes in UTF-8 beyond one; each half of a surrogate pair counts for two bytes. */
const extraBytes = (c: number): number => (c < 0x80 ? 0 : c < 0x800 || (c >= 0xd800 && c < 0xe000) ? 1 : 2);

/**
 * Splits text into tokens as CPython's lexer does (Parser/lexer/lexer.c, 3.14). The text has '\n' line ends only, and
 * ends with one unless it is empty. Stops at the first error with an ERRORTOKEN and `tokens.error`.
 */
export function tokenize(text: string, tokens: Tokens): void {
  tokens.text = text;
  tokens.count = 0;
  tokens.nameTable = new NameTable();
  tokens.names = tokens.nameTable.names;
  tokens.warnings = [];
  new Tokenizer(tokens, tokens.nameTable).run(undefined);
  tokens.statementEnds.fill(0, 0, tokens.count);
}

/** Goes on after an error, at the start of a line: adds the tokens of the rest of the text. */
export function resumeTokenizing(tokens: Tokens, from: Resumption): void {
  const first = tokens.count;
  new Tokenizer(tokens, tokens.nameTable!).run(from);
  tokens.statementEnds.fill(0, first, tokens.count);
}

/** Where to go on after a syntax error: the start of a line, with the indentation that still holds. */
export interface Resumption {
  readonly position: number;
  readonly line: number;
  readonly indents: readonly number[];
}

class Tokenizer {
  #text: string;
  #tokens: Tokens;
  #names: NameTable;
  #line = 1;
  #lineStart = 0;
  /** Byte column = index - shift. Equals the start of the line until a character beyond ASCII is passed. */
  #shift = 0;
  #indents: number[] = [0];
  #altIndents: number[] = [0];
  #brackets: OpenBracket[] = [];
  #bracketTokens: number[] = [];
  #modes: StringMode[] = [];
  #mode: StringMode | undefined = undefined;

  constructor(tokens: Tokens, names: NameTable) {
    this.#text = tokens.text;
    this.#tokens = tokens;
    this.#names = names;
    tokens.error = undefined;
    tokens.errorIsRaised = false;
    tokens.errorInString = false;
    tokens.unclosed = this.#brackets;
  }

  run(from: Resumption | undefined): void {
    const text = this.#text;
    const length = text.length;
    const tokens = this.#tokens;
    const names = this.#names;
    let pos = 0;
    let lineBegins = true;
    if (from !== undefined) {
      pos = this.#lineStart = this.#shift = from.position;
      this.#line = from.line;
      this.#indents = from.indents.slice();
      this.#altIndents = from.indents.slice();
    }

    for (;;) {
      const mode = this.#mode;
      if (mode !== undefined && !mode.regular) {
        pos = this.#stringMiddle(pos, mode);
        if (pos < 0) return;
        continue;
      }

      if (lineBegins) {
        lineBegins = false;
        // Blank lines and comment lines say nothing about indentation.
        let c = text.charCodeAt(pos);
        let column = 0;
        let altColumn = 0;
        let continuationColumn = 0;
        while (c === 32 || c === 9 || c === 12 || c === 92) {
          if (c === 32) {
            column++;
            altColumn++;
          } else if (c === 9) {
            column = (Math.floor(column / 8) + 1) * 8;
            altColumn++;
          } else if (c === 12) {
            column = altColumn = 0;
          } else {
            continuationColumn ||= column;
            pos = this.#continueLine(pos);
            if (pos < 0) return;
            pos--;
          }
          c = text.charCodeAt(++pos);
        }
        if (c === 35) {
          pos = text.indexOf('\n', pos);
          c = 10;
        }
        if (c === 10) {
          this.#newLine(++pos);
          lineBegins = true;
          continue;
        }
        if (pos >= length) {
          this.#endOfText(length);
          return;
        }
        if (this.#brackets.length === 0) {
          if (continuationColumn !== 0) column = altColumn = continuationColumn;
          if (!this.#indentation(pos, column, altColumn)) return;
        }
      }

      let c = text.charCodeAt(pos);
      while (c === 32 || c === 9 || c === 12) c = text.charCodeAt(++pos);
      const start = pos;

      // Identifiers, keywords and string prefixes.
      if (c >= 128 || classes[c] === Class.Letter) {
        let hash = 0;
        let nonAscii = 0;
        const column = start - this.#shift;
        do {
          hash = (Math.imul(hash, 31) + c) | 0;
          if (c >= 128) nonAscii += extraBytes(c);
          c = text.charCodeAt(++pos);
        } while (c >= 128 || classes[c] !== 0);
        if ((c === 34 || c === 39) && pos - start <= 4 && nonAscii === 0) {
          const prefixed = this.#prefixedString(start, pos);
          if (prefixed < 0) return;
          if (prefixed > 0) {
            pos = prefixed;
            continue;
          }
        }
        let id: number;
        if (nonAscii === 0) {
          id = names.intern(text, start, pos, hash);
        } else {
          if (!this.#verifyIdentifier(start, pos)) return;
          this.#shift -= nonAscii;
          id = names.internString(text.slice(start, pos).normalize('NFKC'));
        }
        const kind = id < keywords.length ? TokenKind.FALSE + id : TokenKind.NAME;
        if (tokens.count === tokens.capacity) tokens.grow();
        const i = tokens.count++;
        // Keywords are recognised by spelling: a normalised one is a NAME for CPython too.
        tokens.kinds[i] = nonAscii === 0 ? kind : TokenKind.NAME;
        tokens.starts[i] = start;
        tokens.ends[i] = pos;
        tokens.lines[i] = tokens.endLines[i] = this.#line;
        tokens.cols[i] = column;
        tokens.endCols[i] = pos - this.#shift;
        tokens.values[i] = id;
        continue;
      }

      let kind: TokenKind = TokenKind.OP;
      const next = text.charCodeAt(pos + 1);
      switch (c) {
        case 10: // newline
          if (this.#brackets.length === 0) this.#add(TokenKind.NEWLINE, start, pos);
          this.#newLine(++pos);
          lineBegins = true;
          continue;
        case 35: // #
          pos = text.indexOf('\n', pos);
          // A NEWLINE begins where its comment does.
          if (this.#brackets.length === 0) this.#add(TokenKind.NEWLINE, start, pos);
          this.#newLine(++pos);
          lineBegins = true;
          continue;
        case 34: // "
        case 39: // '
          pos = this.#string(start, pos);
          if (pos < 0) return;
          continue;
        case 92: // backslash
          pos = this.#continueLine(pos);
          if (pos < 0) return;
          continue;
        case 40: // (
          kind = TokenKind.LPAR;
          break;
        case 41: // )
          kind = TokenKind.RPAR;
          break;
        case 91: // [
          kind = TokenKind.LSQB;
          break;
        case 93: // ]
          kind = TokenKind.RSQB;
          break;
        case 123: // {
          kind = TokenKind.LBRACE;
          break;
        case 125: // }
          kind = TokenKind.RBRACE;
          break;
        case 44: // ,
          kind = TokenKind.COMMA;
          break;
        case 59: // ;
          kind = TokenKind.SEMI;
          break;
        case 126: // ~
          kind = TokenKind.TILDE;
          break;
        case 46: // .
          if (isDigit(next)) {
            pos = this.#number(start);
            if (pos < 0) return;
            continue;
          }
          kind = TokenKind.DOT;
          if (next === 46 && text.charCodeAt(pos + 2) === 46) {
            kind = TokenKind.ELLIPSIS;
            pos += 2;
          }
          break;
        case 58: // :
          kind = TokenKind.COLON;
          if (mode !== undefined && mode.expressionDepth >= 0 && mode.curlyDepth - 1 === mode.expressionDepth) {
            // At the top of a replacement field the colon begins the format specifier, even in `:=`.
            mode.regular = false;
            mode.inFormatSpec = true;
          } else if (next === 61) {
            kind = TokenKind.COLONEQUAL;
            pos++;
          }
          break;
        case 61: // =
          kind = TokenKind.EQUAL;
          if (next === 61) {
            kind = TokenKind.EQEQUAL;
            pos++;
          }
          break;
        case 33: // !
          kind = TokenKind.EXCLAMATION;
          if (next === 61) {
            kind = TokenKind.NOTEQUAL;
            pos++;
          }
          break;
        case 60: // <
          kind = TokenKind.LESS;
          if (next === 61) {
            kind = TokenKind.LESSEQUAL;
            pos++;
          } else if (next === 62) {
            kind = TokenKind.LESSGREATER;
            pos++;
          } else if (next === 60) {
            kind = TokenKind.LEFTSHIFT;
            if (text.charCodeAt(++pos + 1) === 61) {
              kind = TokenKind.LEFTSHIFTEQUAL;
              pos++;
            }
          }
          break;
        case 62: // >
          kind = TokenKind.GREATER;
          if (next === 61) {
            kind = TokenKind.GREATEREQUAL;
            pos++;
          } else if (next === 62) {
            kind = TokenKind.RIGHTSHIFT;
            if (text.charCodeAt(++pos + 1) === 61) {
              kind = TokenKind.RIGHTSHIFTEQUAL;
              pos++;
            }
          }
          break;
        case 43: // +
          kind = TokenKind.PLUS;
          if (next === 61) {
            kind = TokenKind.PLUSEQUAL;
            pos++;
          }
          break;
        case 45: // -
          kind = TokenKind.MINUS;
          if (next === 61) {
            kind = TokenKind.MINEQUAL;
            pos++;
          } else if (next === 62) {
            kind = TokenKind.RARROW;
            pos++;
          }
          break;
        case 42: // *
          kind = TokenKind.STAR;
          if (next === 61) {
            kind = TokenKind.STAREQUAL;
            pos++;
          } else if (next === 42) {
            kind = TokenKind.DOUBLESTAR;
            if (text.charCodeAt(++pos + 1) === 61) {
              kind = TokenKind.DOUBLESTAREQUAL;
              pos++;
            }
          }
          break;
        case 47: // /
          kind = TokenKind.SLASH;
          if (next === 61) {
            kind = TokenKind.SLASHEQUAL;
            pos++;
          } else if (next === 47) {
            kind = TokenKind.DOUBLESLASH;
            if (text.charCodeAt(++pos + 1) === 61) {
              kind = TokenKind.DOUBLESLASHEQUAL;
              pos++;
            }
          }
          break;
        case 37: // %
          kind = TokenKind.PERCENT;
          if (next === 61) {
            kind = TokenKind.PERCENTEQUAL;
            pos++;
          }
          break;
        case 38: // &
          kind = TokenKind.AMPER;
          if (next === 61) {
            kind = TokenKind.AMPEREQUAL;
            pos++;
          }
          break;
        case 124: // |
          kind = TokenKind.VBAR;
          if (next === 61) {
            kind = TokenKind.VBAREQUAL;
            pos++;
          }
          break;
        case 94: // ^
          kind = TokenKind.CIRCUMFLEX;
          if (next === 61) {
            kind = TokenKind.CIRCUMFLEXEQUAL;
            pos++;
          }
          break;
        case 64: // @
          kind = TokenKind.AT;
          if (next === 61) {
            kind = TokenKind.ATEQUAL;
            pos++;
          }
          break;
        default:
          if (isDigit(c)) {
            pos = this.#number(start);
            if (pos < 0) return;
            continue;
          }
          if (pos >= length) {
            this.#endOfText(length);
            return;
          }
          if (c < 32 || c === 127) {
            this.#fail(pos + 1, `invalid non-printable character U+${hex4(c)}`);
            return;
          }
      }
      pos++;
      if (tokens.count === tokens.capacity) tokens.grow();
      const i = tokens.count++;
      tokens.kinds[i] = kind;
      tokens.starts[i] = start;
      tokens.ends[i] = pos;
      tokens.lines[i] = tokens.endLines[i] = this.#line;
      tokens.cols[i] = start - this.#shift;
      tokens.endCols[i] = pos - this.#shift;
      tokens.values[i] = 0;
      if (kind <= TokenKind.RBRACE && kind >= TokenKind.LPAR && !this.#bracket(kind, start)) {
        tokens.count--;
        this.#add(TokenKind.ERRORTOKEN, start, pos);
        return;
      }
    }
  }

  #add(kind: TokenKind, start: number, end: number): void {
    const tokens = this.#tokens;
    if (tokens.count === tokens.capacity) tokens.grow();
    const i = tokens.count++;
    tokens.kinds[i] = kind;
    tokens.starts[i] = start;
    tokens.ends[i] = end;
    tokens.lines[i] = tokens.endLines[i] = this.#line;
    tokens.cols[i] = start - this.#shift;
    tokens.endCols[i] = end - this.#shift;
    tokens.values[i] = 0;
  }

  /** INDENT and DEDENT have no place of their own: CPython gives them column -1. */
  #addIndentation(kind: TokenKind, pos: number): void {
    this.#add(kind, pos, pos);
    const i = this.#tokens.count - 1;
    this.#tokens.cols[i] = this.#tokens.endCols[i] = -1;
  }

  #newLine(pos: number): void {
    this.#line++;
    this.#lineStart = this.#shift = pos;
  }

  /** `pos` is the index after the backslash's line end, or -1 with an error. */
  #continueLine(pos: number): number {
    if (this.#text.charCodeAt(pos + 1) !== 10) {
      this.#report('SyntaxError', 'unexpected character after line continuation character', {
        lineno: this.#line,
        offset: this.#codePoints(this.#lineStart, pos + 1) + 1,
        end_lineno: this.#line,
        end_offset: 0,
      });
      return -1;
    }
    if (pos + 2 >= this.#text.length) {
      const open = this.#brackets[this.#brackets.length - 1];
      if (open !== undefined) {
        this.#report('SyntaxError', `'${open.character}' was never closed`, this.#bracketPlace(open));
      } else {
        this.#report('SyntaxError', 'unexpected EOF while parsing', {
          lineno: this.#line,
          offset: this.#codePoints(this.#lineStart, pos + 1) + 1,
          end_lineno: this.#line,
          end_offset: -1,
        });
      }
      return -1;
    }
    this.#newLine(pos + 2);
    return pos + 2;
  }

  #indentation(pos: number, column: number, altColumn: number): boolean {
    const indents = this.#indents;
    const altIndents = this.#altIndents;
    let top = indents.length - 1;
    if (column === indents[top]) {
      if (altColumn !== altIndents[top]) return this.#tabError();
      return true;
    }
    if (column > indents[top]) {
      if (top + 1 >= maxIndent) {
        this.#report('IndentationError', 'too many levels of indentation', this.#lineEndPlace());
        return false;
      }
      if (altColumn <= altIndents[top]) return this.#tabError();
      indents.push(column);
      altIndents.push(altColumn);
      this.#addIndentation(TokenKind.INDENT, pos);
      this.#tokens.values[this.#tokens.count - 1] = column;
      return true;
    }
    let dedents = 0;
    while (top > 0 && column < indents[top]) {
      indents.pop();
      altIndents.pop();
      top--;
      dedents++;
    }
    if (column !== indents[top]) {
      const end = this.#text.indexOf('\n', pos);
      this.#report('IndentationError', 'unindent does not match any outer indentation level', {
        lineno: this.#line,
        offset: this.#codePoints(this.#lineStart, end) + 1,
        end_lineno: this.#line,
        end_offset: -1,
      });
      return false;
    }
    if (altColumn !== altIndents[top]) return this.#tabError();
    for (let i = 0; i < dedents; i++) this.#addIndentation(TokenKind.DEDENT, pos);
    return true;
  }

  #tabError(): false {
    this.#report('TabError', 'inconsistent use of tabs and spaces in indentation', this.#lineEndPlace());
    return false;
  }

  #lineEndPlace(): Place {
    return { lineno: this.#line, offset: 1, end_lineno: this.#line, end_offset: 0 };
  }

  #endOfText(length: number): void {
    if (this.#brackets.length > 0) {
      // The parser decides what this means; by itself it is the bracket that was never closed.
      const open = this.#brackets[this.#brackets.length - 1];
      this.#report('SyntaxError', `'${open.character}' was never closed`, this.#bracketPlace(open));
      return;
    }
    // CPython has not begun another line.
    if (length > 0) {
      this.#line--;
      this.#lineStart = this.#shift = this.#text.lastIndexOf('\n', length - 2) + 1;
    }
    while (this.#indents.length > 1) {
      this.#indents.pop();
      this.#addIndentation(TokenKind.DEDENT, length);
    }
    this.#addIndentation(TokenKind.ENDMARKER, length);
  }

  #bracketPlace(open: OpenBracket): Place {
    return {
      lineno: open.line,
      offset: this.#codePoints(open.lineStart, open.position) + 1,
      end_lineno: open.line,
      end_offset: 0,
    };
  }

  /** Keeps track of nesting, and of the ends of replacement fields. False where brackets don't fit. */
  #bracket(kind: TokenKind, pos: number): boolean {
    const mode = this.#mode;
    const brackets = this.#brackets;
    if (kind === TokenKind.LPAR || kind === TokenKind.LSQB || kind === TokenKind.LBRACE) {
      if (brackets.length >= maxLevel) return this.#failAt(pos + 1, 'too many nested parentheses');
      brackets.push({
        character: this.#text[pos],
        line: this.#line,
        lineStart: this.#lineStart,
        position: pos,
      });
      this.#bracketTokens.push(this.#tokens.count - 1);
      if (mode !== undefined) mode.curlyDepth++;
      return true;
    }
    const character = this.#text[pos];
    if (mode !== undefined && mode.curlyDepth === 0 && kind === TokenKind.RBRACE) {
      return this.#failAt(pos + 1, `${mode.prefix}-string: single '}' is not allowed`);
    }
    const open = brackets.pop();
    if (open === undefined) return this.#failAt(pos + 1, `unmatched '${character}'`);
    this.#tokens.values[this.#bracketTokens.pop()!] = this.#tokens.count - 1;
    const expected = open.character === '(' ? ')' : open.character === '[' ? ']' : '}';
    if (character !== expected) {
      if (mode !== undefined && open.character === '{' && mode.curlyDepth - 1 === mode.expressionDepth) {
        return this.#failAt(pos + 1, `${mode.prefix}-string: unmatched '${character}'`);
      }
      const where = open.line === this.#line ? '' : ` on line ${open.line}`;
      return this.#failAt(
        pos + 1,
        `closing parenthesis '${character}' does not match opening parenthesis '${open.character}'${where}`,
      );
    }
    if (mode !== undefined) {
      mode.curlyDepth--;
      if (mode.curlyDepth < 0) return this.#failAt(pos + 1, `${mode.prefix}-string: unmatched '${character}'`);
      if (kind === TokenKind.RBRACE && mode.curlyDepth === mode.expressionDepth) {
        mode.expressionDepth--;
        mode.regular = false;
        mode.inFormatSpec = false;
      }
    }
    return true;
  }

  #verifyIdentifier(start: number, end: number): boolean {
    const invalid = firstInvalidIdentifierCharacter(this.#text, start, end);
    if (invalid < 0) return true;
    const character = this.#text.codePointAt(invalid)!;
    const number = `U+${hex4(character)}`;
    const message = isPrintable(character)
      ? `invalid character '${String.fromCodePoint(character)}' (${number})`
      : `invalid non-printable character ${number}`;
    this.#fail(invalid + (character > 0xffff ? 2 : 1), message);
    return false;
  }

  /**
   * A string whose prefix is text[start:quote]. The index after it, 0 where those letters are no prefix, -1 with an error.
   */
  #prefixedString(start: number, quote: number): number {
    let b = false;
    let r = false;
    let u = false;
    let f = false;
    let t = false;
    for (let i = start; i < quote; i++) {
      switch (this.#text.charCodeAt(i) | 32) {
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
      this.#report('SyntaxError', message, {
        lineno: this.#line,
        offset: this.#codePoints(this.#lineStart, start) + 1,
        end_lineno: this.#line,
        end_offset: this.#codePoints(this.#lineStart, quote) + 1,
      });
      this.#tokens.errorIsRaised = true;
      return -1;
    }
    return f || t ? this.#formattedStart(start, quote, r, t) : this.#string(start, quote);
  }

  #formattedStart(start: number, quotePosition: number, raw: boolean, template: boolean): number {
    const text = this.#text;
    const quote = text.charCodeAt(quotePosition);
    const size = text.charCodeAt(quotePosition + 1) === quote && text.charCodeAt(quotePosition + 2) === quote ? 3 : 1;
    const end = quotePosition + size;
    const mode = new StringMode(quote, size, raw, template, start, this.#line, this.#lineStart);
    if (this.#modes.length + 1 >= maxStringLevel) {
      this.#fail(end, 'too many nested f-strings or t-strings');
      return -1;
    }
    this.#add(template ? TokenKind.TSTRING_START : TokenKind.FSTRING_START, start, end);
    this.#modes.push(mode);
    this.#mode = mode;
    return end;
  }

  /** The text of an f-string up to a replacement field, a doubled brace or the end. The next index, or -1. */
  #stringMiddle(begin: number, mode: StringMode): number {
    const text = this.#text;
    const length = text.length;
    const middle = mode.template ? TokenKind.TSTRING_MIDDLE : TokenKind.FSTRING_MIDDLE;
    const inFormatSpec = mode.inFormatSpec && mode.expressionDepth >= 0;
    let pos = begin;
    let c = text.charCodeAt(pos);
    if (c === 123 && text.charCodeAt(pos + 1) !== 123) return this.#enterField(pos, mode);
    if (this.#atQuote(pos, mode)) {
      this.#add(mode.template ? TokenKind.TSTRING_END : TokenKind.FSTRING_END, pos, pos + mode.quoteSize);
      this.#modes.pop();
      this.#mode = this.#modes[this.#modes.length - 1];
      return pos + mode.quoteSize;
    }
    const startLine = this.#line;
    const startColumn = pos - this.#shift;
    let namedEscape = false;
    for (;;) {
      c = text.charCodeAt(pos);
      if (pos >= length || (c === 10 && mode.quoteSize === 1)) {
        if (inFormatSpec && c === 10) {
          const { prefix } = mode;
          this.#fail(
            pos + 1,
            `${prefix}-string: newlines are not allowed in format specifiers for single quoted ${prefix}-strings`,
          );
          return -1;
        }
        return this.#unterminatedFormatted(mode, pos >= length);
      }
      if (c === mode.quote && this.#atQuote(pos, mode)) {
        this.#addMiddle(middle, begin, pos, startLine, startColumn);
        return pos;
      }
      if (c === 123) {
        if (text.charCodeAt(pos + 1) === 123 && !inFormatSpec) {
          this.#addBraced(middle, begin, pos, startLine, startColumn);
          return pos + 2;
        }
        this.#addMiddle(middle, begin, pos, startLine, startColumn);
        return this.#enterField(pos, mode);
      }
      if (c === 125) {
        if (namedEscape) {
          this.#addMiddle(middle, begin, pos + 1, startLine, startColumn);
          return pos + 1;
        }
        if (text.charCodeAt(pos + 1) === 125 && !inFormatSpec && mode.curlyDepth === 0) {
          this.#addBraced(middle, begin, pos, startLine, startColumn);
          return pos + 2;
        }
        this.#addMiddle(middle, begin, pos, startLine, startColumn);
        mode.regular = true;
        mode.inFormatSpec = false;
        return pos;
      }
      if (c === 92) {
        const escaped = text.charCodeAt(pos + 1);
        if (escaped === 123 || escaped === 125) {
          if (!mode.raw) this.#warnInvalidEscape(pos, escaped);
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
      if (c === 10) this.#newLine(pos + 1);
      else if (c >= 128) this.#shift -= extraBytes(c);
      pos++;
    }
  }

  #atQuote(pos: number, mode: StringMode): boolean {
    const text = this.#text;
    const quote = mode.quote;
    return (
      text.charCodeAt(pos) === quote &&
      (mode.quoteSize === 1 || (text.charCodeAt(pos + 1) === quote && text.charCodeAt(pos + 2) === quote))
    );
  }

  #enterField(pos: number, mode: StringMode): number {
    mode.expressionDepth++;
    if (mode.expressionDepth >= maxExpressionNesting) {
      this.#fail(pos, `${mode.prefix}-string: expressions nested too deeply`);
      return -1;
    }
    mode.regular = true;
    mode.inFormatSpec = false;
    return pos;
  }

  #addMiddle(kind: TokenKind, start: number, end: number, line: number, column: number): void {
    this.#add(kind, start, end);
    const i = this.#tokens.count - 1;
    this.#tokens.lines[i] = line;
    this.#tokens.cols[i] = column;
  }

  /** Text that ends with a doubled brace: one brace in the text, two in the span. */
  #addBraced(kind: TokenKind, start: number, brace: number, line: number, column: number): void {
    this.#addMiddle(kind, start, brace + 1, line, column);
    this.#tokens.endCols[this.#tokens.count - 1]++;
  }

  #unterminatedFormatted(mode: StringMode, atEnd: boolean): -1 {
    const detected = this.#detectedLine(atEnd);
    const kind = mode.quoteSize === 3 ? `triple-quoted ${mode.prefix}-string` : `${mode.prefix}-string`;
    this.#line = mode.line;
    this.#lineStart = mode.lineStart;
    this.#fail(mode.start + 1, `unterminated ${kind} literal (detected at line ${detected})`);
    return -1;
  }

  /** At the end of the text no further line has begun for CPython. */
  #detectedLine(atEnd: boolean): number {
    return atEnd ? this.#line - 1 : this.#line;
  }

  #warnInvalidEscape(pos: number, escaped: number): void {
    const character = String.fromCharCode(escaped);
    const offset = this.#codePoints(this.#lineStart, pos) + 1;
    this.#tokens.warnings.push({
      category: 'SyntaxWarning',
      message: `"\\${character}" is an invalid escape sequence. Such sequences will not work in the future. Did you mean "\\\\${character}"? A raw string is also an option.`,
      lineno: this.#line,
      offset,
      end_lineno: this.#line,
      end_offset: offset + 2,
    });
  }

  /** A string or bytes literal whose prefix is text[start:quotePosition]. The index after it, or -1. */
  #string(start: number, quotePosition: number): number {
    const text = this.#text;
    const length = text.length;
    const quote = text.charCodeAt(quotePosition);
    const line = this.#line;
    const lineStart = this.#lineStart;
    const column = start - this.#shift;
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
          return this.#unterminated(start, quote, triple, escapedQuote, line, lineStart, pos);
        }
        if (c === 10) this.#newLine(pos + 1);
        else if (c >= 128) this.#shift -= extraBytes(c);
        else if (pos >= length) return this.#unterminated(start, quote, triple, escapedQuote, line, lineStart, pos);
        pos++;
      }
    }
    this.#addMiddle(TokenKind.STRING, start, pos, line, column);
    return pos;
  }

  #unterminated(
    start: number,
    quote: number,
    triple: boolean,
    escapedQuote: boolean,
    line: number,
    lineStart: number,
    pos: number,
  ): -1 {
    const detected = this.#detectedLine(pos >= this.#text.length);
    this.#line = line;
    this.#lineStart = lineStart;
    const mode = this.#mode;
    if (mode !== undefined && mode.quote === quote && mode.quoteSize === (triple ? 3 : 1)) {
      this.#fail(start + 1, `${mode.prefix}-string: expecting '}'`);
    } else if (triple) {
      this.#fail(start + 1, `unterminated triple-quoted string literal (detected at line ${detected})`);
    } else {
      const hint = escapedQuote ? '; perhaps you escaped the end quote?' : '';
      this.#fail(start + 1, `unterminated string literal (detected at line ${detected})${hint}`);
    }
    return -1;
  }

  /** A number that begins with a digit or with '.' and a digit. The index after it, or -1. */
  #number(start: number): number {
    const text = this.#text;
    let pos = start;
    let c = text.charCodeAt(pos);
    if (c === 48) {
      c = text.charCodeAt(++pos);
      const base = c | 32;
      if (base === 120 || base === 111 || base === 98) return this.#radixNumber(start, pos, base);
      let nonzero = false;
      for (;;) {
        if (c === 95) {
          c = text.charCodeAt(++pos);
          if (!isDigit(c)) return this.#failNumber(pos, 'invalid decimal literal');
        }
        if (c !== 48) break;
        c = text.charCodeAt(++pos);
      }
      const zerosEnd = pos;
      if (isDigit(c)) {
        nonzero = true;
        pos = this.#digits(pos);
        if (pos < 0) return -1;
        c = text.charCodeAt(pos);
      }
      if (c !== 46 && (c | 32) !== 101 && (c | 32) !== 106) {
        if (nonzero) {
          this.#report(
            'SyntaxError',
            'leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers',
            {
              lineno: this.#line,
              offset: this.#codePoints(this.#lineStart, start) + 1,
              end_lineno: this.#line,
              end_offset: this.#codePoints(this.#lineStart, zerosEnd) + 1,
            },
          );
          this.#tokens.errorIsRaised = true;
          return -1;
        }
        return this.#endNumber(start, pos, 'decimal');
      }
    } else if (c !== 46) {
      pos = this.#digits(pos);
      if (pos < 0) return -1;
      c = text.charCodeAt(pos);
    }
    if (c === 46) {
      c = text.charCodeAt(++pos);
      if (isDigit(c)) {
        pos = this.#digits(pos);
        if (pos < 0) return -1;
        c = text.charCodeAt(pos);
      }
    }
    if ((c | 32) === 101) {
      const e = pos;
      c = text.charCodeAt(++pos);
      if (c === 43 || c === 45) {
        c = text.charCodeAt(++pos);
        if (!isDigit(c)) return this.#failNumber(pos, 'invalid decimal literal');
      } else if (!isDigit(c)) {
        return this.#endNumber(start, e, 'decimal');
      }
      pos = this.#digits(pos);
      if (pos < 0) return -1;
      c = text.charCodeAt(pos);
    }
    if ((c | 32) === 106) return this.#endNumber(start, pos + 1, 'imaginary');
    return this.#endNumber(start, pos, 'decimal');
  }

  #radixNumber(start: number, letter: number, base: number): number {
    const text = this.#text;
    const kind = base === 120 ? 'hexadecimal' : base === 111 ? 'octal' : 'binary';
    const isOwnDigit =
      base === 120 ? isHexDigit : base === 111 ? (c: number) => c >= 48 && c < 56 : (c: number) => c === 48 || c === 49;
    let pos = letter + 1;
    let c = text.charCodeAt(pos);
    do {
      if (c === 95) c = text.charCodeAt(++pos);
      if (!isOwnDigit(c)) {
        if (isDigit(c)) return this.#failNumber(pos + 1, `invalid digit '${text[pos]}' in ${kind} literal`);
        return this.#failNumber(pos, `invalid ${kind} literal`);
      }
      do c = text.charCodeAt(++pos);
      while (isOwnDigit(c));
    } while (c === 95);
    if (isDigit(c)) return this.#failNumber(pos + 1, `invalid digit '${text[pos]}' in ${kind} literal`);
    return this.#endNumber(start, pos, kind);
  }

  #digits(begin: number): number {
    const text = this.#text;
    let pos = begin;
    for (;;) {
      let c = text.charCodeAt(pos);
      while (c >= 48 && c <= 57) c = text.charCodeAt(++pos);
      if (c !== 95) return pos;
      if (!isDigit(text.charCodeAt(++pos))) return this.#failNumber(pos, 'invalid decimal literal');
    }
  }

  /** CPython's verify_end_of_number: a keyword may follow directly, with a warning; a letter may not. */
  #endNumber(start: number, end: number, kind: string): number {
    const text = this.#text;
    const c = text.charCodeAt(end);
    if (c < 128 && classes[c] !== 0) {
      if (this.#keywordFollows(end, c)) {
        const offset = this.#codePoints(this.#lineStart, end);
        this.#tokens.warnings.push({
          category: 'SyntaxWarning',
          message: `invalid ${kind} literal`,
          lineno: this.#line,
          offset,
          end_lineno: this.#line,
          end_offset: offset,
        });
      } else {
        return this.#failNumber(end, `invalid ${kind} literal`);
      }
    }
    this.#add(TokenKind.NUMBER, start, end);
    return end;
  }

  #keywordFollows(pos: number, c: number): boolean {
    const text = this.#text;
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

  #failNumber(pos: number, message: string): -1 {
    this.#fail(pos, message);
    return -1;
  }

  #failAt(pos: number, message: string): false {
    this.#tokens.errorIsRaised = true;
    this.#tokens.errorInString = this.#mode !== undefined;
    this.#tokens.error = this.#diagnosticAt(pos, message);
    return false;
  }

  /** CPython's _PyTokenizer_syntaxerror with the cursor at `pos`. */
  #fail(pos: number, message: string): void {
    this.#tokens.errorIsRaised = true;
    this.#tokens.error = this.#diagnosticAt(pos, message);
    this.#tokens.errorInString = this.#mode !== undefined;
    this.#add(TokenKind.ERRORTOKEN, pos, pos);
  }

  #diagnosticAt(pos: number, message: string): Diagnostic {
    const offset = this.#codePoints(this.#lineStart, pos);
    return {
      category: 'SyntaxError',
      message,
      lineno: this.#line,
      offset,
      end_lineno: this.#line,
      end_offset: offset,
    };
  }

  #report(category: Diagnostic['category'], message: string, place: Place): void {
    this.#tokens.error = { category, message, ...place };
    this.#tokens.errorInString = this.#mode !== undefined;
    this.#add(TokenKind.ERRORTOKEN, this.#lineStart, this.#lineStart);
  }

  #codePoints(from: number, to: number): number {
    return codePointLength(this.#text, from, to);
  }
}

type Place = Pick<Diagnostic, 'lineno' | 'offset' | 'end_lineno' | 'end_offset'>;

const hex4 = (c: number): string => c.toString(16).toUpperCase().padStart(4, '0');
