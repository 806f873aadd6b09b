import { codePointLength, codePointsInBytes } from '../../text/columns.ts';
import { type Diagnostic, markTooShort } from '../../text/diagnostic.ts';
import { keywords, SoftKeyword, TokenKind } from '../token.ts';
import type { Tokens } from '../tokens.ts';
import { actions } from './actions.ts';
import { grammar } from './grammar.ts';
import { type Alternative, type Alternatives, type Item, ItemType, type Rule, readGrammar } from './grammar-reader.ts';

/** What a rule matched: a token, an expression of a kind, or a sequence. */
export class Tree {
  constructor(
    /** An expression's kind, 'token', 'sequence', or '' for nothing. */
    readonly kind: string,
    /** First and last token. */
    readonly start: number,
    readonly end: number,
    readonly items: readonly Tree[],
  ) {}
}

const nothing = new Tree('', 0, 0, []);

/** Parts of an alternative by name. */
export type Parts = Readonly<Record<string, Tree>>;

/** Thrown by an action, as CPython's RAISE_SYNTAX_ERROR family sets the exception. */
export class Raised {
  constructor(readonly diagnostic: Diagnostic) {}
}

/** Thrown when the parser asks for the token at which the tokenizer failed. */
class TokenizerFailed {}

/** What evaluating literals needs from the parser. */
export interface Literals {
  /** What is wrong with the literal of a STRING, NUMBER or MIDDLE token; a specifier's text is never raw. */
  literalProblem(token: number, raw: boolean, warnAt: number): string | undefined;
  isBytes(token: number): boolean;
}

let rules: Map<string, Rule> | undefined;

interface Memo {
  readonly tree: Tree | undefined;
  readonly mark: number;
}

/**
 * Finds the error that CPython reports for text that is no valid Python: runs the whole grammar as its PEG parser does,
 * first without and then with the rules for invalid syntax (_PyPegen_run_parser, Parser/pegen.c, 3.14).
 */
export class SecondPass {
  readonly tokens: Tokens;
  readonly literals: Literals;
  mark: number;
  /** Number of tokens that were ever looked at. */
  fill: number;
  barryAsBdfl: boolean;
  /** Whether this is the second of the two passes, which has the rules for invalid syntax, and warns of nothing. */
  callInvalid = false;
  #memo: Map<number, Memo>[] = [];
  #first: number;

  constructor(tokens: Tokens, literals: Literals, first: number, barryAsBdfl: boolean) {
    rules ??= readGrammar(grammar, keywords);
    this.tokens = tokens;
    this.literals = literals;
    this.mark = this.#first = first;
    this.fill = first;
    this.barryAsBdfl = barryAsBdfl;
  }

  /** The error, or undefined where these rules accept the text. `start` is file, interactive or eval. */
  run(start: string): Diagnostic | undefined {
    const rule = rules!.get(start)!;
    let isAtEnd = false;
    let isFirst = true;
    const told = (error: Diagnostic): Diagnostic => (isAtEnd ? markTooShort(error) : error);
    try {
      if (this.#rule(rule) !== undefined) return undefined;
      const lastToken = this.fill - 1;
      isAtEnd = this.#isAtEnd(lastToken);
      isFirst = false;
      this.mark = this.#first;
      this.#memo = [];
      this.callInvalid = true;
      this.#rule(rule);
      return told(this.#genericError(lastToken));
    } catch (raised) {
      if (raised instanceof Raised) return told(this.#tokenizerErrorInstead(raised.diagnostic));
      if (!(raised instanceof TokenizerFailed)) throw raised;
      const { error } = this.tokens;
      if (error === undefined) return undefined;
      if (isFirst) isAtEnd = /^unterminated triple|^unexpected EOF|was never closed$/.test(error.message);
      return told(error);
    }
  }

  /** Whether only the end of the text follows (_is_end_of_source). */
  #isAtEnd(lastToken: number): boolean {
    const { kinds, starts, text } = this.tokens;
    return kinds[lastToken] === TokenKind.ENDMARKER || starts[lastToken] >= text.length;
  }

  /** _Pypegen_set_syntax_error without an exception. */
  #genericError(lastToken: number): Diagnostic {
    const kind = this.tokens.kinds[lastToken];
    if (kind === TokenKind.INDENT) return this.atLastToken('unexpected indent', 'IndentationError');
    if (kind === TokenKind.DEDENT) return this.atLastToken('unexpected unindent', 'IndentationError');
    return this.#tokenizerErrorInstead(this.range(lastToken, lastToken, 'invalid syntax'));
  }

  /** _PyPegen_tokenize_full_source_to_check_for_errors */
  #tokenizerErrorInstead(diagnostic: Diagnostic): Diagnostic {
    const { tokens } = this;
    const error = tokens.error;
    if (error === undefined || tokens.errorInString) return diagnostic;
    if (tokens.errorIsRaised) return error;
    const open = tokens.unclosed[tokens.unclosed.length - 1];
    if (open !== undefined && tokens.lines[this.fill - 1] > open.line) return this.neverClosed();
    return diagnostic;
  }

  /**
   * Whether CPython takes the error's line from what its tokenizer has just read, line end and all: not when the tokenizer
   * raised the error itself, nor when it is in a later line already (_PyPegen_raise_error_known_location).
   */
  seesLineEnd(error: Diagnostic): boolean {
    const { tokens } = this;
    if (tokens.errorIsRaised && error === tokens.error) return false;
    return this.fill === 0 || tokens.endLines[this.fill - 1] <= error.lineno;
  }

  neverClosed(): Diagnostic {
    const open = this.tokens.unclosed[this.tokens.unclosed.length - 1];
    const column = open.position - open.lineStart;
    return {
      category: 'SyntaxError',
      message: `'${open.character}' was never closed`,
      lineno: open.line,
      offset: [...this.tokens.text.slice(open.lineStart, open.lineStart + column)].length + 1,
      end_lineno: open.line,
      end_offset: 0,
    };
  }

  // --- Running the grammar ---------------------------------------------------------------------------------------

  #token(): number {
    const { mark } = this;
    if (mark >= this.fill) {
      if (this.tokens.kinds[mark] === TokenKind.ERRORTOKEN) throw new TokenizerFailed();
      this.fill = mark + 1;
    }
    return this.tokens.kinds[mark];
  }

  /**
   * The end of a statement that was read whole, where another or a DEDENT follows, so that nothing can continue it; else 0.
   * No rule for invalid syntax has anything to say of such a statement.
   */
  #wholeStatementEnd(): number {
    const { statementEnds, kinds } = this.tokens;
    const end = statementEnds[this.mark];
    return end !== 0 && (statementEnds[end] !== 0 || kinds[end] === TokenKind.DEDENT) ? end : 0;
  }

  #rule(rule: Rule): Tree | undefined {
    if (rule.name === 'statement') {
      const end = this.#wholeStatementEnd();
      if (end !== 0) {
        const begin = this.mark;
        this.mark = end;
        this.fill = Math.max(this.fill, end + 1);
        return this.#node('sequence', begin, []);
      }
    }
    if (!rule.memoized) return this.#alternatives(rule.alternatives);
    const begin = this.mark;
    const key = rule.kept || !this.callInvalid ? rule.index * 2 : rule.index * 2 + 1;
    const at = begin - this.#first;
    let memo = this.#memo[at];
    if (memo === undefined) {
      memo = new Map();
      this.#memo[at] = memo;
    }
    const known = memo.get(key);
    if (known !== undefined) {
      this.mark = known.mark;
      return known.tree;
    }
    if (rule.leftRecursive) return this.#grow(rule, memo, key, begin);
    const tree =
      rule.name === 'expression_without_invalid'
        ? this.#withoutInvalid(rule.alternatives)
        : this.#alternatives(rule.alternatives);
    memo.set(key, { tree, mark: this.mark });
    return tree;
  }

  #withoutInvalid(alternatives: Alternatives): Tree | undefined {
    const before = this.callInvalid;
    this.callInvalid = false;
    const tree = this.#alternatives(alternatives);
    this.callInvalid = before;
    return tree;
  }

  /** A left-recursive rule: each round takes the result of the round before as its first part. */
  #grow(rule: Rule, memo: Map<number, Memo>, key: number, begin: number): Tree | undefined {
    let tree: Tree | undefined;
    let end = begin;
    for (;;) {
      memo.set(key, { tree, mark: end });
      this.mark = begin;
      const next = this.#alternatives(rule.alternatives);
      if (next === undefined || this.mark <= end) break;
      tree = next;
      end = this.mark;
    }
    this.mark = tree === undefined ? begin : end;
    memo.set(key, { tree, mark: this.mark });
    return tree;
  }

  #alternatives(alternatives: Alternatives): Tree | undefined {
    const begin = this.mark;
    for (let a = 0; a < alternatives.length; a++) {
      const alternative = alternatives[a];
      if (alternative.onlyInvalid && !this.callInvalid) continue;
      this.mark = begin;
      let cut = false;
      let complete = true;
      const results: Tree[] = [];
      const { items } = alternative;
      for (let i = 0; i < items.length; i++) {
        const item = items[i];
        const { type } = item;
        if (type === ItemType.Cut) {
          cut = true;
          continue;
        }
        // The two most frequent types take no call of their own: nesting is deep enough without.
        const result =
          type === ItemType.Rule
            ? this.#rule(item.rule!)
            : type === ItemType.Token
              ? this.#token() === item.token
                ? this.#take()
                : undefined
              : this.#item(item);
        if (result === undefined) {
          complete = false;
          break;
        }
        if (type !== ItemType.And && type !== ItemType.Not) results.push(result);
      }
      if (complete) {
        const tree = this.#result(alternative, begin, results);
        if (tree !== undefined) return tree;
      }
      if (cut) break;
    }
    this.mark = begin;
    return undefined;
  }

  #result(alternative: Alternative, begin: number, results: Tree[]): Tree | undefined {
    if (alternative.give !== '' || alternative.action !== '') {
      const parts: Record<string, Tree> = {};
      let i = 0;
      for (const item of alternative.items) {
        if (item.type === ItemType.Cut || item.type === ItemType.And || item.type === ItemType.Not) continue;
        if (item.name !== '') parts[item.name] = results[i];
        i++;
      }
      if (alternative.give !== '') return parts[alternative.give];
      return actions[alternative.action](this, parts, this.#node('sequence', begin, results));
    }
    if (alternative.node !== '') return this.#node(alternative.node, begin, results);
    return results.length === 1 ? results[0] : this.#node('sequence', begin, results);
  }

  #node(kind: string, begin: number, items: readonly Tree[]): Tree {
    let last = this.mark - 1;
    while (last > begin && this.tokens.kinds[last] <= TokenKind.DEDENT) last--;
    return new Tree(kind, begin, last, items);
  }

  #item(item: Item): Tree | undefined {
    switch (item.type) {
      case ItemType.Token:
        return this.#token() === item.token ? this.#take() : undefined;
      case ItemType.Rule:
        return this.#rule(item.rule!);
      case ItemType.Soft:
        return this.#softKeyword(item.text) ? this.#take() : undefined;
      case ItemType.SoftKeyword: {
        const { UNDERSCORE, TYPE } = softKeywordIds;
        if (this.#token() !== TokenKind.NAME) return undefined;
        const id = this.tokens.values[this.mark];
        return id >= UNDERSCORE && id <= TYPE ? this.#take() : undefined;
      }
      case ItemType.Group:
        return this.#alternatives(item.group!);
      case ItemType.Optional: {
        return this.#item(item.inner!) ?? nothing;
      }
      case ItemType.Repeat:
      case ItemType.RepeatOne: {
        const begin = this.mark;
        const items: Tree[] = [];
        for (;;) {
          const before = this.mark;
          const result = this.#item(item.inner!);
          if (result === undefined) {
            this.mark = before;
            break;
          }
          items.push(result);
        }
        if (items.length === 0 && item.type === ItemType.RepeatOne) return undefined;
        return this.#node('sequence', begin, items);
      }
      case ItemType.Gather: {
        const begin = this.mark;
        const first = this.#item(item.inner!);
        if (first === undefined) return undefined;
        const items = [first];
        for (;;) {
          const before = this.mark;
          const next = this.#item(item.separator!) === undefined ? undefined : this.#item(item.inner!);
          if (next === undefined) {
            this.mark = before;
            break;
          }
          items.push(next);
        }
        return this.#node('sequence', begin, items);
      }
      case ItemType.And:
      case ItemType.Not: {
        const before = this.mark;
        const found = this.#item(item.inner!) !== undefined;
        this.mark = before;
        return found === (item.type === ItemType.And) ? nothing : undefined;
      }
      case ItemType.Force: {
        this.#token();
        const result = this.#item(item.inner!);
        if (result === undefined) this.raise(this.range(this.mark, this.mark, `expected '${item.text}'`));
        return result;
      }
      default:
        return undefined;
    }
  }

  #take(): Tree {
    const token = this.mark++;
    return new Tree('token', token, token, []);
  }

  #softKeyword(text: string): boolean {
    return this.#token() === TokenKind.NAME && this.tokens.names[this.tokens.values[this.mark]] === text;
  }

  // --- Errors ----------------------------------------------------------------------------------------------------

  raise(diagnostic: Diagnostic): never {
    throw new Raised(diagnostic);
  }

  /** RAISE_SYNTAX_ERROR: at the last token that was looked at. */
  atLastToken(message: string, category: Diagnostic['category'] = 'SyntaxError'): Diagnostic {
    return this.#atToken(this.fill - 1, message, category);
  }

  /** RAISE_SYNTAX_ERROR_ON_NEXT_TOKEN */
  atNextToken(message: string): Diagnostic {
    this.#token();
    return this.#atToken(this.mark, message, 'SyntaxError');
  }

  #atToken(token: number, message: string, category: Diagnostic['category']): Diagnostic {
    const { tokens } = this;
    const lineno = tokens.lines[token];
    const end_lineno = tokens.endLines[token];
    if (tokens.cols[token] >= 0) {
      return { ...this.range(token, token, message), category };
    }
    // INDENT, DEDENT and ENDMARKER stand nowhere; CPython takes where the tokenizer is.
    const position = tokens.starts[this.fill - 1];
    const lineStart = this.#lineStart(position === tokens.text.length ? position - 1 : position);
    const offset = [...tokens.text.slice(lineStart, position)].length;
    return { category, message, lineno, offset, end_lineno, end_offset: -1 };
  }

  /** RAISE_SYNTAX_ERROR_KNOWN_RANGE: from the start of token `from` to the end of token `to`. */
  range(from: number, to: number, message: string): Diagnostic {
    const { tokens } = this;
    const start = this.#lineStart(tokens.starts[from]);
    // Both columns are counted in the text of the first line, whichever line the end stands in.
    return {
      category: 'SyntaxError',
      message,
      lineno: tokens.lines[from],
      offset: this.#offset(start, tokens.cols[from]),
      end_lineno: tokens.endLines[to],
      end_offset: this.#offset(start, this.#endColumn(to)),
    };
  }

  /** A NEWLINE takes up its line end. */
  #endColumn(token: number): number {
    return this.tokens.endCols[token] + (this.tokens.kinds[token] === TokenKind.NEWLINE ? 1 : 0);
  }

  /** RAISE_SYNTAX_ERROR_STARTING_FROM: up to where the tokenizer is. */
  startingFrom(token: number, message: string): Diagnostic {
    const { tokens } = this;
    const last = this.fill - 1;
    const diagnostic = this.range(token, token, message);
    const start = this.#lineStart(tokens.starts[token]);
    const column =
      tokens.cols[last] < 0 ? tokens.starts[last] - this.#lineStart(tokens.starts[last]) : this.#endColumn(last);
    return {
      ...diagnostic,
      end_lineno: tokens.endLines[last],
      end_offset: this.#offset(start, column - 1),
    };
  }

  /** A byte column from 0 as an offset from 1 in code points, never beyond the line. */
  #offset(lineStart: number, column: number): number {
    if (column < 0) return column + 1;
    const { text } = this.tokens;
    let lineEnd = text.indexOf('\n', lineStart);
    if (lineEnd < 0) lineEnd = text.length;
    const offset = codePointsInBytes(text, lineStart, column) + 1;
    // The line that the tokenizer is in still has its end for CPython; of others it cuts the end off.
    const isCurrent = this.tokens.starts[this.fill - 1] <= lineEnd;
    return Math.min(offset, codePointLength(text, lineStart, lineEnd) + (isCurrent ? 2 : 1));
  }

  #lineStart(position: number): number {
    return position === 0 ? 0 : this.tokens.text.lastIndexOf('\n', position - 1) + 1;
  }

  /** How many brackets are open after a token, those of f-strings' fields included. */
  levelAfter(token: number): number {
    const { kinds } = this.tokens;
    let level = 0;
    for (let i = this.#first; i <= token; i++) {
      const kind = kinds[i];
      if (kind === TokenKind.LPAR || kind === TokenKind.LSQB || kind === TokenKind.LBRACE) level++;
      else if (kind === TokenKind.RPAR || kind === TokenKind.RSQB || kind === TokenKind.RBRACE) level--;
    }
    return level;
  }

  /** The text of a token. */
  textOf(token: number): string {
    return this.tokens.text.slice(this.tokens.starts[token], this.tokens.ends[token]);
  }
}

const softKeywordIds = { UNDERSCORE: SoftKeyword.UNDERSCORE, TYPE: SoftKeyword.TYPE };
