import { codePointsInBytes } from '../text/columns.ts';
import type { Diagnostic } from '../text/diagnostic.ts';
import { lackingMessage, type ParserRules, parserRules, type SyntaxFeature } from './availability.ts';
import { TokenKind } from './token.ts';
import type { Tokens } from './tokens.ts';

/** Thrown where the text is no valid Python; who catches it finds out what CPython says of it. */
export class ParseFailure {
  /** What is wrong, where that is known already: the value of a literal that can't be had. */
  diagnostic: Diagnostic | undefined = undefined;
}

/** What CPython raises where text nests too deeply for its parser. */
export const tooDeep: Diagnostic = {
  category: 'MemoryError',
  message: 'Parser stack overflowed - Python source too complex to parse',
  lineno: 0,
  offset: 0,
  end_lineno: 0,
  end_offset: 0,
};

const lacksNothing: ReadonlySet<SyntaxFeature> = new Set();

/** A place in the token columns, and the small steps that every rule takes. */
export abstract class Cursor {
  protected readonly tokens: Tokens;
  protected readonly text: string;
  protected kinds: Uint8Array;
  protected starts: Int32Array;
  protected ends: Int32Array;
  protected lines: Int32Array;
  protected cols: Int32Array;
  protected endLines: Int32Array;
  protected endCols: Int32Array;
  protected values: Int32Array;
  protected readonly names: readonly string[];
  /** Index of the current token. */
  protected p = 0;
  protected depth = 0;
  protected rules: ParserRules = parserRules();

  /** What the target does not know. */
  protected lacking: ReadonlySet<SyntaxFeature> = lacksNothing;
  /** Where the text uses what the target does not know. */
  protected readonly lacks: Diagnostic[] = [];

  constructor(tokens: Tokens) {
    this.tokens = tokens;
    this.text = tokens.text;
    this.kinds = tokens.kinds;
    this.starts = tokens.starts;
    this.ends = tokens.ends;
    this.lines = tokens.lines;
    this.cols = tokens.cols;
    this.endLines = tokens.endLines;
    this.endCols = tokens.endCols;
    this.values = tokens.values;
    this.names = tokens.names;
  }

  /** Takes the columns anew after more tokens were made. */
  protected attachColumns(): void {
    const { tokens } = this;
    this.kinds = tokens.kinds;
    this.starts = tokens.starts;
    this.ends = tokens.ends;
    this.lines = tokens.lines;
    this.cols = tokens.cols;
    this.endLines = tokens.endLines;
    this.endCols = tokens.endCols;
    this.values = tokens.values;
  }

  protected expect(kind: TokenKind): void {
    if (this.kinds[this.p] !== kind) this.fail();
    this.p++;
  }

  /** Steps over a token of that kind if it is the current one. */
  protected accept(kind: TokenKind): boolean {
    if (this.kinds[this.p] !== kind) return false;
    this.p++;
    return true;
  }

  /** Steps over a NAME and gives its text. */
  protected name(): string {
    if (this.kinds[this.p] !== TokenKind.NAME) this.fail();
    return this.names[this.values[this.p++]];
  }

  protected isName(id: number): boolean {
    return this.kinds[this.p] === TokenKind.NAME && this.values[this.p] === id;
  }

  protected fail(diagnostic?: Diagnostic): never {
    const failure = new ParseFailure();
    failure.diagnostic = diagnostic;
    throw failure;
  }

  /** The construct that begins at the token `start` is one of `feature`. */
  protected use(feature: SyntaxFeature, start: number): void {
    if (this.lacking.has(feature)) this.lacks.push(this.diagnosticAt(start, lackingMessage(feature)));
  }

  /** A SyntaxError at a token. */
  protected diagnosticAt(token: number, message: string): Diagnostic {
    return {
      category: 'SyntaxError',
      message,
      lineno: this.lines[token],
      offset: this.offset(token),
      end_lineno: this.endLines[token],
      end_offset: this.endOffset(token),
    };
  }

  /** A token's place as SyntaxError has it: from 1, in code points. */
  protected offset(token: number): number {
    const start = this.starts[token];
    return codePointsInBytes(this.text, this.lineStart(start), this.cols[token]) + 1;
  }

  protected endOffset(token: number): number {
    return codePointsInBytes(this.text, this.lineStart(this.ends[token]), this.endCols[token]) + 1;
  }

  private lineStart(index: number): number {
    return index === 0 ? 0 : this.text.lastIndexOf('\n', index - 1) + 1;
  }

  /** Begins what takes so many levels of the stack of CPython's parser; see `ParserRules`. */
  protected enter(levels: number): void {
    this.depth += levels;
    if (this.depth > this.rules.stackLevels) this.fail(tooDeep);
  }

  protected leave(levels: number): void {
    this.depth -= levels;
  }
}
