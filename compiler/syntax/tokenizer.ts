import { firstInvalidIdentifierCharacter, isPrintable } from '../text/unicode.ts';
import { NameTable } from './name-table.ts';
import { Class, classes, extraBytes, hex4, isDigit, type Place } from './scanner.ts';
import { StringScanner } from './string-scanner.ts';
import { keywords, TokenKind } from './token.ts';
import type { Tokens } from './tokens.ts';

/** CPython's MAXLEVEL and MAXINDENT (Parser/lexer/state.h). */
const maxLevel = 200;
const maxIndent = 100;

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

class Tokenizer extends StringScanner {
  run(from: Resumption | undefined): void {
    const text = this.text;
    const length = text.length;
    const tokens = this.tokens;
    const names = this.names;
    let pos = 0;
    let lineBegins = true;
    if (from !== undefined) {
      pos = this.lineStart = this.shift = from.position;
      this.line = from.line;
      this.indents = from.indents.slice();
      this.altIndents = from.indents.slice();
    }

    for (;;) {
      const mode = this.mode;
      if (mode !== undefined && !mode.regular) {
        pos = this.stringMiddle(pos, mode);
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
            pos = this.continueLine(pos);
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
          this.newLine(++pos);
          lineBegins = true;
          continue;
        }
        if (pos >= length) {
          this.endOfText(length);
          return;
        }
        if (this.brackets.length === 0) {
          if (continuationColumn !== 0) column = altColumn = continuationColumn;
          if (!this.indentation(pos, column, altColumn)) return;
        }
      }

      let c = text.charCodeAt(pos);
      while (c === 32 || c === 9 || c === 12) c = text.charCodeAt(++pos);
      const start = pos;

      // Identifiers, keywords and string prefixes.
      if (c >= 128 || classes[c] === Class.Letter) {
        let hash = 0;
        let nonAscii = 0;
        const column = start - this.shift;
        do {
          hash = (Math.imul(hash, 31) + c) | 0;
          if (c >= 128) nonAscii += extraBytes(c);
          c = text.charCodeAt(++pos);
        } while (c >= 128 || classes[c] !== 0);
        if ((c === 34 || c === 39) && pos - start <= 4 && nonAscii === 0) {
          const prefixed = this.prefixedString(start, pos);
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
          if (!this.verifyIdentifier(start, pos)) return;
          this.shift -= nonAscii;
          id = names.internString(text.slice(start, pos).normalize('NFKC'));
        }
        const kind = id < keywords.length ? TokenKind.FALSE + id : TokenKind.NAME;
        if (tokens.count === tokens.capacity) tokens.grow();
        const i = tokens.count++;
        // Keywords are recognised by spelling: a normalised one is a NAME for CPython too.
        tokens.kinds[i] = nonAscii === 0 ? kind : TokenKind.NAME;
        tokens.starts[i] = start;
        tokens.ends[i] = pos;
        tokens.lines[i] = tokens.endLines[i] = this.line;
        tokens.cols[i] = column;
        tokens.endCols[i] = pos - this.shift;
        tokens.values[i] = id;
        continue;
      }

      let kind: TokenKind = TokenKind.OP;
      const next = text.charCodeAt(pos + 1);
      switch (c) {
        case 10: // newline
          if (this.brackets.length === 0) this.add(TokenKind.NEWLINE, start, pos);
          this.newLine(++pos);
          lineBegins = true;
          continue;
        case 35: // #
          pos = text.indexOf('\n', pos);
          // A NEWLINE begins where its comment does.
          if (this.brackets.length === 0) this.add(TokenKind.NEWLINE, start, pos);
          this.newLine(++pos);
          lineBegins = true;
          continue;
        case 34: // "
        case 39: // '
          pos = this.string(start, pos);
          if (pos < 0) return;
          continue;
        case 92: // backslash
          pos = this.continueLine(pos);
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
            pos = this.number(start);
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
            pos = this.number(start);
            if (pos < 0) return;
            continue;
          }
          if (pos >= length) {
            this.endOfText(length);
            return;
          }
          if (c < 32 || c === 127) {
            this.fail(pos + 1, `invalid non-printable character U+${hex4(c)}`);
            return;
          }
      }
      pos++;
      if (tokens.count === tokens.capacity) tokens.grow();
      const i = tokens.count++;
      tokens.kinds[i] = kind;
      tokens.starts[i] = start;
      tokens.ends[i] = pos;
      tokens.lines[i] = tokens.endLines[i] = this.line;
      tokens.cols[i] = start - this.shift;
      tokens.endCols[i] = pos - this.shift;
      tokens.values[i] = 0;
      if (kind <= TokenKind.RBRACE && kind >= TokenKind.LPAR && !this.bracket(kind, start)) {
        tokens.count--;
        this.add(TokenKind.ERRORTOKEN, start, pos);
        return;
      }
    }
  }

  protected indentation(pos: number, column: number, altColumn: number): boolean {
    const indents = this.indents;
    const altIndents = this.altIndents;
    let top = indents.length - 1;
    if (column === indents[top]) {
      if (altColumn !== altIndents[top]) return this.tabError();
      return true;
    }
    if (column > indents[top]) {
      if (top + 1 >= maxIndent) {
        this.report('IndentationError', 'too many levels of indentation', this.lineEndPlace());
        return false;
      }
      if (altColumn <= altIndents[top]) return this.tabError();
      indents.push(column);
      altIndents.push(altColumn);
      this.addIndentation(TokenKind.INDENT, pos);
      this.tokens.values[this.tokens.count - 1] = column;
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
      const end = this.text.indexOf('\n', pos);
      this.report('IndentationError', 'unindent does not match any outer indentation level', {
        lineno: this.line,
        offset: this.codePoints(this.lineStart, end) + 1,
        end_lineno: this.line,
        end_offset: -1,
      });
      return false;
    }
    if (altColumn !== altIndents[top]) return this.tabError();
    for (let i = 0; i < dedents; i++) this.addIndentation(TokenKind.DEDENT, pos);
    return true;
  }

  protected tabError(): false {
    this.report('TabError', 'inconsistent use of tabs and spaces in indentation', this.lineEndPlace());
    return false;
  }

  protected lineEndPlace(): Place {
    return { lineno: this.line, offset: 1, end_lineno: this.line, end_offset: 0 };
  }

  protected endOfText(length: number): void {
    if (this.brackets.length > 0) {
      // The parser decides what this means; by itself it is the bracket that was never closed.
      const open = this.brackets[this.brackets.length - 1];
      this.report('SyntaxError', `'${open.character}' was never closed`, this.bracketPlace(open));
      return;
    }
    // CPython has not begun another line.
    if (length > 0) {
      this.line--;
      this.lineStart = this.shift = this.text.lastIndexOf('\n', length - 2) + 1;
    }
    while (this.indents.length > 1) {
      this.indents.pop();
      this.addIndentation(TokenKind.DEDENT, length);
    }
    this.addIndentation(TokenKind.ENDMARKER, length);
  }

  /** Keeps track of nesting, and of the ends of replacement fields. False where brackets don't fit. */
  protected bracket(kind: TokenKind, pos: number): boolean {
    const mode = this.mode;
    const brackets = this.brackets;
    if (kind === TokenKind.LPAR || kind === TokenKind.LSQB || kind === TokenKind.LBRACE) {
      if (brackets.length >= maxLevel) return this.failAt(pos + 1, 'too many nested parentheses');
      brackets.push({
        character: this.text[pos],
        line: this.line,
        lineStart: this.lineStart,
        position: pos,
      });
      this.bracketTokens.push(this.tokens.count - 1);
      if (mode !== undefined) mode.curlyDepth++;
      return true;
    }
    const character = this.text[pos];
    if (mode !== undefined && mode.curlyDepth === 0 && kind === TokenKind.RBRACE) {
      return this.failAt(pos + 1, `${mode.prefix}-string: single '}' is not allowed`);
    }
    const open = brackets.pop();
    if (open === undefined) return this.failAt(pos + 1, `unmatched '${character}'`);
    this.tokens.values[this.bracketTokens.pop()!] = this.tokens.count - 1;
    const expected = open.character === '(' ? ')' : open.character === '[' ? ']' : '}';
    if (character !== expected) {
      if (mode !== undefined && open.character === '{' && mode.curlyDepth - 1 === mode.expressionDepth) {
        return this.failAt(pos + 1, `${mode.prefix}-string: unmatched '${character}'`);
      }
      const where = open.line === this.line ? '' : ` on line ${open.line}`;
      return this.failAt(
        pos + 1,
        `closing parenthesis '${character}' does not match opening parenthesis '${open.character}'${where}`,
      );
    }
    if (mode !== undefined) {
      mode.curlyDepth--;
      if (mode.curlyDepth < 0) return this.failAt(pos + 1, `${mode.prefix}-string: unmatched '${character}'`);
      if (kind === TokenKind.RBRACE && mode.curlyDepth === mode.expressionDepth) {
        mode.expressionDepth--;
        mode.regular = false;
        mode.inFormatSpec = false;
      }
    }
    return true;
  }

  protected verifyIdentifier(start: number, end: number): boolean {
    const invalid = firstInvalidIdentifierCharacter(this.text, start, end);
    if (invalid < 0) return true;
    const character = this.text.codePointAt(invalid)!;
    const number = `U+${hex4(character)}`;
    const message = isPrintable(character)
      ? `invalid character '${String.fromCodePoint(character)}' (${number})`
      : `invalid non-printable character ${number}`;
    this.fail(invalid + (character > 0xffff ? 2 : 1), message);
    return false;
  }

  /** `pos` is the index after the backslash's line end, or -1 with an error. */
  protected continueLine(pos: number): number {
    if (this.text.charCodeAt(pos + 1) !== 10) {
      this.report('SyntaxError', 'unexpected character after line continuation character', {
        lineno: this.line,
        offset: this.codePoints(this.lineStart, pos + 1) + 1,
        end_lineno: this.line,
        end_offset: 0,
      });
      return -1;
    }
    if (pos + 2 >= this.text.length) {
      const open = this.brackets[this.brackets.length - 1];
      if (open !== undefined) {
        this.report('SyntaxError', `'${open.character}' was never closed`, this.bracketPlace(open));
      } else {
        this.report('SyntaxError', 'unexpected EOF while parsing', {
          lineno: this.line,
          offset: this.codePoints(this.lineStart, pos + 1) + 1,
          end_lineno: this.line,
          end_offset: -1,
        });
      }
      return -1;
    }
    this.newLine(pos + 2);
    return pos + 2;
  }
}
