import { BytesConstant, type Constant, type SurrogateString } from '../bytecode/constants.ts';
import type { Diagnostic } from '../text/diagnostic.ts';
import { type Expr, type Location, type Node, NodeKind } from './ast.ts';
import { SyntaxFeature } from './availability.ts';
import { decodeBytes, decodeText, type EscapeProblems, joinText } from './escapes.ts';
import { isLegacyFormatted } from './legacy-formatted.ts';
import { parseNumber } from './numbers.ts';
import { ParameterParser } from './parameters.ts';
import { TokenKind } from './token.ts';

type ConstantExpr = Expr & { kind: NodeKind.Constant };
type JoinedStr = Expr & { kind: NodeKind.JoinedStr };

/** String literals: plain, bytes, formatted, templates, and their implicit concatenation. */
export abstract class StringParser extends ParameterParser {
  protected abstract annotatedRhs(): Expr;

  /** Warnings of string literals, in the order of the text. */
  protected readonly stringWarnings: Diagnostic[] = [];
  /** Tokens that were warned of: looking at them again gives no second warning. */
  private readonly warnedTokens = new Set<number>();

  /** The grammar's `strings`. */
  protected strings(): Expr {
    const start = this.p;
    const kind = this.kinds[start];
    if (kind === TokenKind.STRING && this.kinds[start + 1] > TokenKind.TSTRING_END) return this.string();
    return this.concatenation();
  }

  private concatenation(): Expr {
    const start = this.p;
    const outerFirst = this.firstLiteral;
    this.firstLiteral = start;
    try {
      return this.concatenate(start);
    } finally {
      this.firstLiteral = outerFirst;
    }
  }

  /** First token of the strings that are being read. */
  private firstLiteral = 0;
  /** What `firstLiteralText` gave last, and for which token. */
  private literalText = '';
  private literalToken = -1;

  private concatenate(start: number): Expr {
    const pieces: Expr[] = [];
    let formatted = false;
    let template = false;
    let bytes = false;
    let text = false;
    for (;;) {
      const kind = this.kinds[this.p];
      if (kind === TokenKind.STRING) {
        const piece = this.string();
        if (piece.value instanceof BytesConstant) bytes = true;
        else text = true;
        pieces.push(piece);
      } else if (kind === TokenKind.FSTRING_START) {
        formatted = true;
        this.checkFormatted();
        for (const value of this.formatted(TokenKind.FSTRING_MIDDLE)) pieces.push(value);
      } else if (kind === TokenKind.TSTRING_START) {
        template = true;
        this.use(SyntaxFeature.TemplateStrings, this.p);
        for (const value of this.formatted(TokenKind.TSTRING_MIDDLE)) pieces.push(value);
      } else {
        break;
      }
      if (template && (bytes || text || formatted)) this.fail();
    }
    if (bytes && (text || formatted)) {
      this.fail(this.diagnosticAt(this.p - 1, 'cannot mix bytes and nonbytes literals'));
    }
    const end = this.p - 1;
    const span = {
      lineno: this.lines[start],
      col_offset: this.cols[start],
      end_lineno: this.endLines[end],
      end_col_offset: this.endCols[end],
    };
    if (bytes) {
      const value = concatenateBytes(pieces as ConstantExpr[]);
      return { kind: NodeKind.Constant, ...span, value, literalKind: null };
    }
    const values = foldConstants(pieces, formatted || template);
    if (formatted && this.lacking.has(SyntaxFeature.FormattedStringGrammar)) placeParts(values, span);
    if (formatted) return { kind: NodeKind.JoinedStr, ...span, values };
    if (template) return { kind: NodeKind.TemplateStr, ...span, values };
    return values[0];
  }

  /**
   * What is wrong with the literal of a STRING, NUMBER or MIDDLE token, as SyntaxError's message. Warnings are given at
   * the line of the token `warnAt`, unless that is -1.
   */
  literalProblem(token: number, raw: boolean, warnAt: number): string | undefined {
    const start = this.starts[token];
    const end = this.ends[token];
    const problems: EscapeProblems =
      warnAt < 0 || this.warnedTokens.has(token) ? { error: undefined, warn: () => {} } : this.problems(token, warnAt);
    const kind = this.kinds[token];
    if (kind === TokenKind.NUMBER) {
      const value = parseNumber(this.text, start, end);
      return typeof value === 'string' ? value : undefined;
    }
    if (kind !== TokenKind.STRING) {
      if (!raw) decodeText(this.text.slice(start, end), problems);
      return problems.error === undefined ? undefined : `(unicode error) ${problems.error}`;
    }
    const literal = this.readLiteral(token);
    if (literal.bytes) {
      if (decodeBytes(literal.body, literal.raw, problems) === null) {
        return 'bytes can only contain ASCII literal characters';
      }
      return problems.error === undefined ? undefined : `(value error) ${problems.error}`;
    }
    if (!literal.raw) decodeText(literal.body, problems);
    return problems.error === undefined ? undefined : `(unicode error) ${problems.error}`;
  }

  isBytes(token: number): boolean {
    return this.readLiteral(token).bytes;
  }

  /** Takes a STRING token apart. */
  private readLiteral(token: number): { body: string; raw: boolean; bytes: boolean; literalKind: string | null } {
    const text = this.text;
    const end = this.ends[token];
    let quotePosition = this.starts[token];
    let raw = false;
    let bytes = false;
    let literalKind: string | null = null;
    let quote = text.charCodeAt(quotePosition);
    while (quote !== 34 && quote !== 39) {
      const letter = quote | 32;
      if (letter === 114) raw = true;
      else if (letter === 98) bytes = true;
      else if (quote === 117) literalKind = 'u';
      quote = text.charCodeAt(++quotePosition);
    }
    const triple =
      end - quotePosition >= 6 &&
      text.charCodeAt(quotePosition + 1) === quote &&
      text.charCodeAt(quotePosition + 2) === quote;
    const size = triple ? 3 : 1;
    return { body: text.slice(quotePosition + size, end - size), raw, bytes, literalKind };
  }

  /** One STRING token. */
  private string(): ConstantExpr {
    const token = this.p++;
    const { body, raw, bytes, literalKind } = this.readLiteral(token);
    let value: Constant;
    if (bytes) {
      const problems = raw ? undefined : this.problems(token, token);
      value = decodeBytes(body, raw, problems);
      if (value === null) {
        this.fail(this.diagnosticAt(token, 'bytes can only contain ASCII literal characters'));
      }
      if (problems?.error !== undefined) this.fail(this.diagnosticAt(token, `(value error) ${problems.error}`));
    } else if (raw || !body.includes('\\')) {
      value = body;
    } else {
      value = this.decode(body, token);
    }
    return {
      kind: NodeKind.Constant,
      lineno: this.lines[token],
      col_offset: this.cols[token],
      end_lineno: this.endLines[token],
      end_col_offset: this.endCols[token],
      value,
      literalKind,
    };
  }

  private decode(body: string, token: number, warnAt = token): string | SurrogateString {
    const problems = this.problems(token, warnAt);
    const value = decodeText(body, problems);
    if (problems.error !== undefined) this.fail(this.diagnosticAt(token, `(unicode error) ${problems.error}`));
    return value;
  }

  private problems(token: number, warnAt: number): EscapeProblems {
    return {
      error: undefined,
      warn: (message, newlines, escaped) => {
        const isBrace = escaped === 123 || escaped === 125;
        // The tokenizer has warned of a backslash before a brace.
        if (isBrace && this.kinds[token] !== TokenKind.STRING) return;
        this.warnedTokens.add(token);
        this.warnEscape(warnAt, message, newlines);
      },
    };
  }

  /** CPython counts the newlines before the escape from the line of the token. */
  private warnEscape(token: number, message: string, newlines: number): void {
    this.stringWarnings.push({
      category: 'SyntaxWarning',
      message,
      lineno: this.lines[token] + newlines,
      offset: this.offset(token),
      end_lineno: this.endLines[token],
      end_offset: this.endOffset(token),
    });
  }

  /** From FSTRING_START to FSTRING_END, or the same of a t-string. */
  private formatted(middle: TokenKind): Expr[] {
    const opening = this.p++;
    const raw = this.isRaw(opening);
    const values: Expr[] = [];
    const constants: { constant: ConstantExpr; token: number }[] = [];
    const end = middle === TokenKind.FSTRING_MIDDLE ? TokenKind.FSTRING_END : TokenKind.TSTRING_END;
    while (this.kinds[this.p] !== end) {
      if (this.kinds[this.p] === middle) {
        const token = this.p++;
        const constant = this.middle(token);
        constants.push({ constant, token });
        values.push(constant);
      } else {
        this.enter(17);
        this.replacementField(middle, raw, values);
        this.leave(17);
      }
    }
    const closing = this.p++;
    // As in CPython, the texts are evaluated when the whole string is known, and warned of at its end.
    if (!raw) {
      for (const { constant, token } of constants) {
        if ((constant.value as string).includes('\\')) {
          constant.value = this.decode(constant.value as string, token, closing);
        }
      }
    }
    return values.filter((value) => !(value.kind === NodeKind.Constant && value.value === ''));
  }

  /** Reports an f-string that the target's own way of taking f-strings apart refuses. */
  private checkFormatted(): void {
    if (!this.lacking.has(SyntaxFeature.FormattedStringGrammar)) return;
    const literal = this.text.slice(this.starts[this.p], this.ends[this.endOfFormatted(this.p)]);
    if (!isLegacyFormatted(literal)) this.use(SyntaxFeature.FormattedStringGrammar, this.p);
  }

  /** The FSTRING_END that belongs to an FSTRING_START. */
  private endOfFormatted(opening: number): number {
    let depth = 0;
    for (let i = opening; ; i++) {
      const kind = this.kinds[i];
      if (kind === TokenKind.FSTRING_START || kind === TokenKind.TSTRING_START) depth++;
      else if (kind === TokenKind.FSTRING_END || kind === TokenKind.TSTRING_END) depth--;
      else if (kind <= TokenKind.ERRORTOKEN && kind !== TokenKind.NEWLINE) return i - 1;
      if (depth === 0) return i;
    }
  }

  /**
   * Before PEP 701 an expression was parsed by itself and then placed where its text, with its braces, first occurs in the
   * first literal of the concatenation; if nowhere, at that literal's line (fstring_fix_node_location, 3.8).
   */
  private placeLegacyExpression(open: number, value: Expr): void {
    if (value.kind === NodeKind.Starred) this.use(SyntaxFeature.FormattedStringGrammar, open);
    const { text, firstLiteral } = this;
    const literal = this.firstLiteralText();
    const source = text.slice(this.starts[open], this.starts[this.p]);
    const found = literal.indexOf(`${source}}`);
    const newlines = found < 0 ? 0 : literal.slice(0, found).split('\n').length - 1;
    shiftLines(value, this.lines[firstLiteral] + newlines - this.lines[open]);
  }

  /** The text of the first literal of the concatenation, which may have thousands of fields that ask for it. */
  private firstLiteralText(): string {
    const { firstLiteral } = this;
    if (this.literalToken !== firstLiteral) {
      const isFormatted = this.kinds[firstLiteral] === TokenKind.FSTRING_START;
      const last = isFormatted ? this.endOfFormatted(firstLiteral) : firstLiteral;
      this.literalText = this.text.slice(this.starts[firstLiteral], this.ends[last]);
      this.literalToken = firstLiteral;
    }
    return this.literalText;
  }

  private isRaw(opening: number): boolean {
    const first = this.text.charCodeAt(this.starts[opening]) | 32;
    const second = this.text.charCodeAt(this.starts[opening] + 1) | 32;
    return first === 114 || second === 114;
  }

  /** A MIDDLE token as it stands. */
  private middle(token: number): ConstantExpr {
    const value = this.text.slice(this.starts[token], this.ends[token]);
    return {
      kind: NodeKind.Constant,
      lineno: this.lines[token],
      col_offset: this.cols[token],
      end_lineno: this.endLines[token],
      end_col_offset: this.endCols[token],
      value,
      literalKind: null,
    };
  }

  /**
   * `{expression=!r:spec}`; a debug text comes before the value, as a constant. In the format specification of a template
   * it is formatted at once.
   */
  private replacementField(middle: TokenKind, raw: boolean, values: Expr[], inSpec = false): void {
    const open = this.p;
    this.expect(TokenKind.LBRACE);
    const value = this.annotatedRhs();
    const expressionEnd = this.p;
    if (this.lacking.has(SyntaxFeature.FormattedStringGrammar)) this.placeLegacyExpression(open, value);
    const debug = this.accept(TokenKind.EQUAL);
    let conversion = -1;
    const afterExpression = this.p;
    if (this.kinds[this.p] === TokenKind.EXCLAMATION) {
      this.p++;
      const token = this.p;
      // The conversion must follow '!' directly.
      const name = this.name();
      if (this.starts[token] !== this.ends[token - 1] || name.length !== 1 || !'sra'.includes(name)) this.fail();
      conversion = name.charCodeAt(0);
    }
    const colon = this.p;
    const format_spec = this.kinds[this.p] === TokenKind.COLON ? this.formatSpec(middle, raw) : null;
    if (debug && format_spec === null && conversion < 0) conversion = 114;
    const close = this.p;
    this.expect(TokenKind.RBRACE);
    if (debug) {
      const source = withoutComments(this.text.slice(this.ends[open], this.starts[afterExpression]));
      const [endLine, endColumn] = this.debugEnd(afterExpression, colon, close, format_spec !== null);
      values.push({
        kind: NodeKind.Constant,
        lineno: this.lines[open],
        col_offset: this.cols[open] + 1,
        end_lineno: endLine,
        end_col_offset: endColumn,
        value: source,
        literalKind: null,
      });
    }
    const span = {
      lineno: this.lines[open],
      col_offset: this.cols[open],
      end_lineno: this.endLines[close],
      end_col_offset: this.endCols[close],
    };
    if (middle === TokenKind.TSTRING_MIDDLE && !inSpec) {
      const str = withoutComments(this.text.slice(this.ends[open], this.starts[expressionEnd])).trimEnd();
      values.push({ kind: NodeKind.Interpolation, ...span, value, str, conversion, format_spec });
    } else {
      values.push({ kind: NodeKind.FormattedValue, ...span, value, conversion, format_spec });
    }
  }

  /** Where _PyPegen_formatted_value lets a debug text end. */
  private debugEnd(conversion: number, colon: number, close: number, hasSpec: boolean): [number, number] {
    if (conversion !== colon) return [this.lines[conversion + 1], this.cols[conversion + 1] - 1];
    if (hasSpec) return [this.lines[colon], this.cols[colon]];
    return [this.endLines[close], this.endCols[close] - 1];
  }

  private formatSpec(middle: TokenKind, raw: boolean): JoinedStr {
    const colon = this.p++;
    const pieces: Expr[] = [];
    while (this.kinds[this.p] !== TokenKind.RBRACE) {
      if (this.kinds[this.p] === middle) {
        const token = this.p++;
        const constant = this.middle(token);
        const text = constant.value as string;
        if (!raw && text.includes('\\')) constant.value = this.decode(text, token);
        pieces.push(constant);
      } else {
        this.enter(17);
        this.replacementField(middle, raw, pieces, true);
        this.leave(17);
      }
    }
    const end = this.p - 1;
    return {
      kind: NodeKind.JoinedStr,
      lineno: this.lines[colon],
      col_offset: this.cols[colon],
      end_lineno: this.endLines[end],
      end_col_offset: this.endCols[end],
      values: foldConstants(pieces, true),
    };
  }
}

/** Drops what stands from '#' to the line's end, as the tokenizer does for debug texts. */
function withoutComments(source: string): string {
  return source.includes('#') ? source.replace(/#[^\n]*/g, '') : source;
}

function concatenateBytes(pieces: readonly ConstantExpr[]): BytesConstant {
  if (pieces.length === 1) return pieces[0].value as BytesConstant;
  const parts = pieces.map((piece) => (piece.value as BytesConstant).value);
  const result = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return new BytesConstant(result);
}

/** Joins neighbouring constants; the first one's kind stays. In formatted strings empty constants vanish. */
function foldConstants(pieces: readonly Expr[], formatted: boolean): Expr[] {
  const values: Expr[] = [];
  for (let i = 0; i < pieces.length; i++) {
    const piece = pieces[i];
    if (piece.kind !== NodeKind.Constant) {
      values.push(piece);
      continue;
    }
    let last = i;
    while (last + 1 < pieces.length && pieces[last + 1].kind === NodeKind.Constant) last++;
    let value = piece.value as string | SurrogateString;
    for (let j = i + 1; j <= last; j++) {
      value = joinText(value, (pieces[j] as ConstantExpr).value as string | SurrogateString);
    }
    if (!(formatted && value === '')) {
      values.push({
        kind: NodeKind.Constant,
        lineno: piece.lineno,
        col_offset: piece.col_offset,
        end_lineno: pieces[last].end_lineno,
        end_col_offset: pieces[last].end_col_offset,
        value,
        literalKind: piece.literalKind,
      });
    }
    i = last;
  }
  return values;
}

/** Moves an expression and all in it by some lines. */
function shiftLines(node: Node, lines: number): void {
  if (lines === 0) return;
  if ('lineno' in node) {
    node.lineno += lines;
    node.end_lineno += lines;
  }
  for (const field of Object.values(node) as unknown[]) {
    if (Array.isArray(field)) {
      for (const item of field) if (isNode(item)) shiftLines(item, lines);
    } else if (isNode(field)) {
      shiftLines(field, lines);
    }
  }
}

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && 'kind' in value;

/** Before PEP 701 all parts of an f-string stood where the whole string stands. */
function placeParts(parts: readonly Expr[], span: Location): void {
  for (const part of parts) {
    if (part.kind !== NodeKind.Constant && part.kind !== NodeKind.FormattedValue) continue;
    Object.assign(part, span);
    if (part.kind === NodeKind.FormattedValue && part.format_spec !== null) {
      Object.assign(part.format_spec, span);
      placeParts(part.format_spec.values, span);
    }
  }
}
