import type { Diagnostic } from '../text/diagnostic.ts';
import { TokenKind } from './token.ts';
import type { Tokens } from './tokens.ts';

/** Thrown where the text is no valid Python; who catches it finds out what CPython says of it. */
export class ParseFailure {
  /** What is wrong, where that is known already: the value of a literal that can't be had. */
  diagnostic: Diagnostic | undefined = undefined;
}

/** How deep expressions and statements may nest before CPython's parser gives up, too. */
const maxDepth = 1000;

/** A place in the token columns, and the small steps that every rule takes. */
export abstract class Cursor {
  protected readonly tokens: Tokens;
  protected readonly text: string;
  protected readonly kinds: Uint8Array;
  protected readonly starts: Int32Array;
  protected readonly ends: Int32Array;
  protected readonly lines: Int32Array;
  protected readonly cols: Int32Array;
  protected readonly endLines: Int32Array;
  protected readonly endCols: Int32Array;
  protected readonly values: Int32Array;
  protected readonly names: readonly string[];
  /** Index of the current token. */
  protected p = 0;
  protected depth = 0;

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

  protected enter(): void {
    if (++this.depth > maxDepth) this.fail();
  }

  protected leave(): void {
    this.depth--;
  }
}
