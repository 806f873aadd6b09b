import type { Diagnostic } from '../text/diagnostic.ts';
import type { NameTable } from './name-table.ts';

/**
 * The tokens of one source, a column for each attribute. Lines count from 1, columns from 0 in UTF-8 bytes; `starts`
 * and `ends` are indices into `text`.
 */
export class Tokens {
  text = '';
  count = 0;
  capacity: number;
  kinds: Uint8Array;
  starts: Int32Array;
  ends: Int32Array;
  lines: Int32Array;
  cols: Int32Array;
  endLines: Int32Array;
  endCols: Int32Array;
  /**
   * For a NAME the index into `names`; for an opening bracket the index of its closing token, 0 where there is none; for an
   * INDENT the column that its line begins at.
   */
  values: Int32Array;
  /** For the first token of a statement that was read whole the index after its last token, else 0. */
  statementEnds: Int32Array;
  /** Identifiers, keywords first, NFKC-normalised, each spelling once. */
  names: string[] = [];
  nameTable: NameTable | undefined = undefined;
  /** What the ERRORTOKEN at the end means. */
  error: Diagnostic | undefined = undefined;
  /** CPython's tokenizer raises some errors itself; others its parser derives from a code when it asks for the token. */
  errorIsRaised = false;
  /** The error stands inside an f-string or t-string: it does not displace one that the parser found before. */
  errorInString = false;
  /** Positions of brackets that are still open at the end, innermost last. */
  unclosed: OpenBracket[] = [];
  warnings: Diagnostic[] = [];

  constructor(capacity: number) {
    this.capacity = capacity;
    this.kinds = new Uint8Array(capacity);
    this.starts = new Int32Array(capacity);
    this.ends = new Int32Array(capacity);
    this.lines = new Int32Array(capacity);
    this.cols = new Int32Array(capacity);
    this.endLines = new Int32Array(capacity);
    this.endCols = new Int32Array(capacity);
    this.values = new Int32Array(capacity);
    this.statementEnds = new Int32Array(capacity);
  }

  /** Lets go of the text and what was made of it; the columns stay for the next one. */
  clear(): void {
    this.text = '';
    this.count = 0;
    this.names = [];
    this.nameTable = undefined;
    this.error = undefined;
    this.unclosed = [];
    this.warnings = [];
  }

  grow(): void {
    const capacity = this.capacity * 2;
    const larger = (column: Int32Array): Int32Array => {
      const copy = new Int32Array(capacity);
      copy.set(column);
      return copy;
    };
    const kinds = new Uint8Array(capacity);
    kinds.set(this.kinds);
    this.kinds = kinds;
    this.starts = larger(this.starts);
    this.ends = larger(this.ends);
    this.lines = larger(this.lines);
    this.cols = larger(this.cols);
    this.endLines = larger(this.endLines);
    this.endCols = larger(this.endCols);
    this.values = larger(this.values);
    this.statementEnds = larger(this.statementEnds);
    this.capacity = capacity;
  }
}

export interface OpenBracket {
  /** '(' , '[' or '{' */
  readonly character: string;
  readonly line: number;
  /** Start of the bracket's line and the bracket, as indices into the text. */
  readonly lineStart: number;
  readonly position: number;
}
