import { codePointLength } from '../text/columns.ts';
import type { Diagnostic } from '../text/diagnostic.ts';
import type { NameTable } from './name-table.ts';
import { TokenKind } from './token.ts';
import type { OpenBracket, Tokens } from './tokens.ts';

/** What the tokenizer knows of an f-string or t-string that it is inside of (CPython's tokenizer_mode). */
export class StringMode {
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

export const enum Class {
  Letter = 1,
  Digit = 2,
}

export const classes = new Uint8Array(128);
for (let c = 0; c < 26; c++) classes[65 + c] = classes[97 + c] = Class.Letter;
for (let c = 48; c < 58; c++) classes[c] = Class.Digit;
classes[95] = Class.Letter;

export const isDigit = (c: number): boolean => c >= 48 && c <= 57;
export const isHexDigit = (c: number): boolean => (c >= 48 && c <= 57) || (c >= 97 && c <= 102) || (c >= 65 && c <= 70);
export const isIdentifierCharacter = (c: number): boolean => c >= 128 || (c >= 0 && classes[c] !== 0);

/** Bytes that a UTF-16 unit takes in UTF-8 beyond one; each half of a surrogate pair counts for two bytes. */
export const extraBytes = (c: number): number => (c < 0x80 ? 0 : c < 0x800 || (c >= 0xd800 && c < 0xe000) ? 1 : 2);

export type Place = Pick<Diagnostic, 'lineno' | 'offset' | 'end_lineno' | 'end_offset'>;

export const hex4 = (c: number): string => c.toString(16).toUpperCase().padStart(4, '0');

/** The state of CPython's lexer (struct tok_state), and how it notes tokens and errors. */
export abstract class Scanner {
  protected text: string;
  protected tokens: Tokens;
  protected names: NameTable;
  protected line = 1;
  protected lineStart = 0;
  /** Byte column = index - shift. Equals the start of the line until a character beyond ASCII is passed. */
  protected shift = 0;
  protected indents: number[] = [0];
  protected altIndents: number[] = [0];
  protected brackets: OpenBracket[] = [];
  protected bracketTokens: number[] = [];
  protected modes: StringMode[] = [];
  protected mode: StringMode | undefined = undefined;

  constructor(tokens: Tokens, names: NameTable) {
    this.text = tokens.text;
    this.tokens = tokens;
    this.names = names;
    tokens.error = undefined;
    tokens.errorIsRaised = false;
    tokens.errorInString = false;
    tokens.unclosed = this.brackets;
  }

  protected add(kind: TokenKind, start: number, end: number): void {
    const tokens = this.tokens;
    if (tokens.count === tokens.capacity) tokens.grow();
    const i = tokens.count++;
    tokens.kinds[i] = kind;
    tokens.starts[i] = start;
    tokens.ends[i] = end;
    tokens.lines[i] = tokens.endLines[i] = this.line;
    tokens.cols[i] = start - this.shift;
    tokens.endCols[i] = end - this.shift;
    tokens.values[i] = 0;
  }

  /** INDENT and DEDENT have no place of their own: CPython gives them column -1. */
  protected addIndentation(kind: TokenKind, pos: number): void {
    this.add(kind, pos, pos);
    const i = this.tokens.count - 1;
    this.tokens.cols[i] = this.tokens.endCols[i] = -1;
  }

  protected newLine(pos: number): void {
    this.line++;
    this.lineStart = this.shift = pos;
  }

  protected bracketPlace(open: OpenBracket): Place {
    return {
      lineno: open.line,
      offset: this.codePoints(open.lineStart, open.position) + 1,
      end_lineno: open.line,
      end_offset: 0,
    };
  }

  protected failAt(pos: number, message: string): false {
    this.tokens.errorIsRaised = true;
    this.tokens.errorInString = this.mode !== undefined;
    this.tokens.error = this.diagnosticAt(pos, message);
    return false;
  }

  /** CPython's _PyTokenizer_syntaxerror with the cursor at `pos`. */
  protected fail(pos: number, message: string): void {
    this.tokens.errorIsRaised = true;
    this.tokens.error = this.diagnosticAt(pos, message);
    this.tokens.errorInString = this.mode !== undefined;
    this.add(TokenKind.ERRORTOKEN, pos, pos);
  }

  protected diagnosticAt(pos: number, message: string): Diagnostic {
    const offset = this.codePoints(this.lineStart, pos);
    return {
      category: 'SyntaxError',
      message,
      lineno: this.line,
      offset,
      end_lineno: this.line,
      end_offset: offset,
    };
  }

  protected report(category: Diagnostic['category'], message: string, place: Place): void {
    this.tokens.error = { category, message, ...place };
    this.tokens.errorInString = this.mode !== undefined;
    this.add(TokenKind.ERRORTOKEN, this.lineStart, this.lineStart);
  }

  protected codePoints(from: number, to: number): number {
    return codePointLength(this.text, from, to);
  }
}
