import { codePointLength } from '../text/columns.ts';
import type { Diagnostic } from '../text/diagnostic.ts';
import { NodeKind, type Stmt } from './ast.ts';
import { ParseFailure, tooDeep } from './cursor.ts';
import { SecondPass } from './errors/second-pass.ts';
import { StatementParser } from './statements.ts';
import { TokenKind } from './token.ts';
import { resumeTokenizing } from './tokenizer.ts';

/** After that many errors a file is not worth going on with. */
const mostErrors = 50;

const headers = new Set<number>([
  TokenKind.DEF,
  TokenKind.CLASS,
  TokenKind.ASYNC,
  TokenKind.IF,
  TokenKind.FOR,
  TokenKind.WHILE,
  TokenKind.WITH,
]);

/** What a line looks like that can't be the rest of parameters or arguments. */
const beginsStatement =
  /^(?:(?:return|raise|yield|pass|if|for|while|with|try|def|class|async|import|from|assert|del|global|nonlocal)\b|[\w.]+ = .*[^,]$|@)/;

/** Thrown where nothing more is to be read. */
export class GaveUp {}

/**
 * Keeps going after syntax errors, for editors: the first error is CPython's; then the next statement is read as if
 * nothing had happened, and every block that was understood stays in the tree.
 */
export abstract class RecoveringParser extends StatementParser {
  readonly errors: Diagnostic[] = [];
  /** First token of the last whole statement of the file: what is wrong may be how the next one continues it. */
  protected wholeStatement = 0;
  protected barryAtWholeStatement = false;
  /** CPython's warnings end at its error. */
  protected warningsBeforeError: Diagnostic[] | undefined;

  protected recover(start: number, into: Stmt[], failure: unknown, salvaged: number): void {
    if (!(failure instanceof ParseFailure || failure instanceof RangeError)) throw failure;
    this.report(start, failure);
    if (this.errors.length >= mostErrors || this.errors[0].category === 'MemoryError') throw new GaveUp();
    this.skipToNextStatement(start);
    for (const body of this.salvage.splice(salvaged)) into.push(...body);
    if (this.kinds[this.p] === TokenKind.INDENT) this.readOrphanBlock(start, into);
  }

  private report(start: number, failure: ParseFailure | RangeError): void {
    if (failure instanceof RangeError || failure.diagnostic === tooDeep) {
      this.errors.push(tooDeep);
      return;
    }
    const isFirst = this.errors.length === 0;
    const error = isFirst
      ? this.explain('file', this.wholeStatement, this.barryAtWholeStatement)
      : this.explain('file', start, this.barryAsBdfl);
    this.warningsBeforeError ??= [...this.tokens.warnings, ...this.stringWarnings];
    const isNew = this.errors.every((other) => other.lineno !== error.lineno);
    if (isNew) this.errors.push(error);
  }

  /** Of the first error. */
  protected textHasLineEnd = true;

  /** The error that CPython reports for text of which everything before the token `from` is right. */
  protected explain(rule: 'file' | 'eval' | 'interactive', from: number, barry: boolean): Diagnostic {
    try {
      const pass = new SecondPass(this.tokens, this, from, barry);
      const error = pass.run(rule) ?? this.generic();
      if (this.errors.length === 0) this.textHasLineEnd = pass.seesLineEnd(error);
      return error;
    } catch (failure) {
      // The text nests deeper than the stack allows for these rules.
      if (!(failure instanceof RangeError)) throw failure;
      return this.generic();
    }
  }

  private generic(): Diagnostic {
    return this.tokens.error ?? this.diagnosticAt(this.p, 'invalid syntax');
  }

  /** Leaves the current token at a statement, an INDENT, a DEDENT or the end. */
  private skipToNextStatement(start: number): void {
    const before = this.kinds[this.p - 1];
    const standsAtLine = before === TokenKind.NEWLINE || before === TokenKind.DEDENT;
    if (this.p > start && standsAtLine && this.kinds[this.p] !== TokenKind.ERRORTOKEN) return;
    for (;;) {
      switch (this.kinds[this.p]) {
        case TokenKind.NEWLINE:
          this.p++;
          return;
        case TokenKind.ENDMARKER:
          return;
        case TokenKind.INDENT:
          if (this.p === start) return;
          break;
        case TokenKind.ERRORTOKEN:
          this.resumeAfterTokenizerError(start);
          return;
      }
      this.p++;
    }
  }

  /**
   * Makes tokens again from a later line. Where a bracket or a long string was left open, that is the next line which is
   * indented no more than the broken statement and closes nothing; after a broken header also a line of its block.
   */
  private resumeAfterTokenizerError(start: number): void {
    const { text, tokens } = this;
    const error = tokens.error!;
    const open = tokens.unclosed.length > 0 || error.message.startsWith('unterminated triple');
    const limit = open ? this.indents[this.indents.length - 1] : Number.POSITIVE_INFINITY;
    const isHeader = headers.has(this.kinds[start]);
    let line = Math.max(this.lines[start], open ? this.lines[start] : error.lineno);
    let position = this.startOfLine(line + 1);
    line++;
    while (position < text.length) {
      const column = columnOf(text, position);
      const next = text.indexOf('\n', position);
      const content = text.slice(position + indentLength(text, position), next);
      if (column >= 0 && (column <= limit ? !/^[)\]}]/.test(content) : isHeader && beginsStatement.test(content)))
        break;
      position = next < 0 ? text.length : next + 1;
      line++;
    }
    this.p = tokens.count;
    resumeTokenizing(tokens, { position, line, indents: this.indents });
    this.attachColumns();
  }

  private startOfLine(line: number): number {
    let position = 0;
    for (let i = 1; i < line; i++) {
      const next = this.text.indexOf('\n', position);
      if (next < 0) return this.text.length;
      position = next + 1;
    }
    return position;
  }

  /** A block whose header is broken, or which nothing introduced. A broken `def` or `class` keeps its name and body. */
  private readOrphanBlock(start: number, into: Stmt[]): void {
    const body: Stmt[] = [];
    this.p++;
    this.indents.push(this.values[this.p - 1]);
    this.statements(body);
    this.indents.pop();
    this.accept(TokenKind.DEDENT);
    const definition = body.length > 0 ? this.definitionOf(start, body) : undefined;
    if (definition !== undefined) into.push(definition);
    else into.push(...body);
  }

  private definitionOf(start: number, body: Stmt[]): Stmt | undefined {
    const isAsync = this.kinds[start] === TokenKind.ASYNC;
    const keyword = isAsync ? start + 1 : start;
    const nameToken = keyword + 1;
    const isFunction = this.kinds[keyword] === TokenKind.DEF;
    if (!isFunction && (isAsync || this.kinds[keyword] !== TokenKind.CLASS)) return undefined;
    if (this.kinds[nameToken] !== TokenKind.NAME) return undefined;
    const last = body[body.length - 1];
    const common = {
      lineno: this.lines[start],
      col_offset: this.cols[start],
      end_lineno: last.end_lineno,
      end_col_offset: last.end_col_offset,
      name: this.names[this.values[nameToken]],
    };
    const nameLocation = {
      lineno: this.lines[nameToken],
      col_offset: this.cols[nameToken],
      end_lineno: this.endLines[nameToken],
      end_col_offset: this.endCols[nameToken],
    };
    if (!isFunction) {
      return {
        kind: NodeKind.ClassDef,
        ...common,
        bases: [],
        keywords: [],
        body,
        decorator_list: [],
        type_params: [],
        nameLocation,
      };
    }
    return {
      kind: isAsync ? NodeKind.AsyncFunctionDef : NodeKind.FunctionDef,
      ...common,
      args: this.noParameters(),
      body,
      decorator_list: [],
      returns: null,
      type_params: [],
      nameLocation,
    };
  }
}

const indentLength = (text: string, position: number): number => {
  let end = position;
  while (text[end] === ' ' || text[end] === '\t' || text[end] === '\f') end++;
  return end - position;
};

/** Where the line's text begins, with tabs at every eighth column; -1 for a blank line or a comment. */
function columnOf(text: string, position: number): number {
  const end = position + indentLength(text, position);
  const first = text[end];
  if (first === undefined || first === '\n' || first === '#') return -1;
  let column = 0;
  for (let i = position; i < end; i++) {
    if (text[i] === '\t') column = (Math.floor(column / 8) + 1) * 8;
    else if (text[i] === '\f') column = 0;
    else column += codePointLength(text, i, i + 1);
  }
  return column;
}
