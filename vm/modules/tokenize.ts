import { PyBytes } from '../objects/bytes.ts';
import { defineType, type ModuleDefinition } from '../objects/define.ts';
import {
  indentationErrorType,
  isException,
  PyBaseException,
  stopIterationType,
  syntaxErrorType,
  typeError,
} from '../objects/exception.ts';
import { NativeIterator } from '../objects/iterator.ts';
import { type KwNames, newType, type PyType, type Value } from '../objects/object.ts';
import { BuiltinDef } from '../objects/signature.ts';
import { stringOf } from '../objects/str.ts';
import { tupleOf } from '../objects/tuple.ts';
import { call } from '../operations/call.ts';
import { decodeBytes } from '../operations/codec.ts';
import { isTrue } from '../operations/truth.ts';

/** Numbers of the module token of CPython 3.14. */
const enum Token {
  ENDMARKER = 0,
  NAME = 1,
  NUMBER = 2,
  STRING = 3,
  NEWLINE = 4,
  INDENT = 5,
  DEDENT = 6,
  OP = 55,
  FSTRING_START = 59,
  FSTRING_MIDDLE = 60,
  FSTRING_END = 61,
  TSTRING_START = 62,
  TSTRING_MIDDLE = 63,
  TSTRING_END = 64,
  COMMENT = 65,
  NL = 66,
}

interface Position {
  readonly line: number;
  /** Index into the whole text; -1 in an error that has no column. */
  readonly at: number;
}

/** An f- or t-string that is open: what ends it, and where its replacement field began. */
interface OpenString {
  readonly quote: string;
  readonly raw: boolean;
  readonly template: boolean;
  readonly begin: Position;
  /** How many brackets were open where the innermost field begins; one more for each field inside a format specification. */
  readonly fields: number[];
  /** True while a format specification is read, for each field. */
  readonly inFormat: boolean[];
}

const name = /[\p{XID_Start}_][\p{XID_Continue}]*/uy;
const number =
  /(?:0[xX](?:_?[\da-fA-F])+|0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|(?:\d(?:_?\d)*\.(?:\d(?:_?\d)*)?|\.\d(?:_?\d)*|\d(?:_?\d)*)(?:[eE][-+]?\d(?:_?\d)*)?[jJ]?)/y;
const prefixedQuote = /([a-zA-Z]{0,2})('''|"""|'|")/y;
const operator = /\*\*=|\/\/=|>>=|<<=|\.\.\.|[-+*/%&|^=<>!:@]=|->|\*\*|\/\/|>>|<<|<>|[-+*/%&|^~<>()[\]{},:.;@=!$?`]/y;
const prefixes = /^(?:|[bB][rR]?|[rR][bBfFtT]?|[uU]|[fFtT][rR]?)$/;
const opening = '([{';
const closing = ')]}';

/** Splits text as the C tokenizer does when it is asked for comments and line ends too (Python-tokenize.c, extra_tokens). */
class ExtraTokenizer {
  private readonly text: string;
  readonly out: Value[] = [];
  private readonly lineStarts: number[] = [0];
  private at = 0;
  private line = 1;
  private readonly indents = [0];
  private readonly brackets: string[] = [];
  private readonly strings: OpenString[] = [];
  private readonly addedLineEnd: boolean;

  constructor(text: string) {
    this.addedLineEnd = text !== '' && !text.endsWith('\n');
    this.text = this.addedLineEnd ? `${text}\n` : text;
    for (let i = this.text.indexOf('\n'); i >= 0; i = this.text.indexOf('\n', i + 1)) this.lineStarts.push(i + 1);
  }

  /** Fills `out`; an error comes after the tokens before it. */
  run(): void {
    let lineBegins = true;
    for (;;) {
      const open = this.strings.at(-1);
      if (open !== undefined && this.inText(open)) {
        this.stringMiddle(open);
        continue;
      }
      if (lineBegins) {
        lineBegins = false;
        if (this.at >= this.text.length) break;
        if (this.brackets.length === 0 && open === undefined) this.indentation();
      }
      lineBegins = this.next();
      if (this.at >= this.text.length && !lineBegins) lineBegins = true;
    }
    if (this.brackets.length > 0 || this.strings.length > 0) {
      throw this.error('unexpected EOF in multi-line statement', { line: this.line - 1, at: -1 });
    }
    const end: Position = { line: this.line, at: this.at };
    while (this.indents.length > 1) {
      this.indents.pop();
      this.add(Token.DEDENT, end, end, '');
    }
    this.add(Token.ENDMARKER, end, end, '');
  }

  /** Counts the columns of a line that isn't blank, and tells what changed. */
  private indentation(): void {
    const { text } = this;
    let column = 0;
    let at = this.at;
    for (; ; at++) {
      const c = text[at];
      if (c === ' ') column++;
      else if (c === '\t') column = (Math.floor(column / 8) + 1) * 8;
      else if (c === '\f') column = 0;
      else break;
    }
    const c = text[at];
    if (c === '\n' || c === '#' || c === '\r' || c === undefined || (c === '\\' && text[at + 1] === '\n')) return;
    const start: Position = { line: this.line, at: this.at };
    const end: Position = { line: this.line, at };
    if (column > this.indents[this.indents.length - 1]) {
      this.indents.push(column);
      this.add(Token.INDENT, start, end, text.slice(this.at, at));
      return;
    }
    while (column < this.indents[this.indents.length - 1]) {
      this.indents.pop();
      if (column > this.indents[this.indents.length - 1]) {
        throw this.error('unindent does not match any outer indentation level', end, indentationErrorType);
      }
      this.add(Token.DEDENT, end, end, '');
    }
  }

  /** Reads one token; true when it ended a line. */
  private next(): boolean {
    const { text } = this;
    while (text[this.at] === ' ' || text[this.at] === '\t' || text[this.at] === '\f') this.at++;
    const start: Position = { line: this.line, at: this.at };
    const c = text[this.at];
    if (c === undefined) return true;
    if (c === '\\' && (text[this.at + 1] === '\n' || text.startsWith('\r\n', this.at + 1))) {
      this.at = text.indexOf('\n', this.at) + 1;
      this.line++;
      if (this.at >= text.length) throw this.error('unexpected EOF in multi-line statement', start);
      return false;
    }
    if (c === '#') {
      let end = text.indexOf('\n', this.at);
      if (text[end - 1] === '\r') end--;
      this.take(Token.COMMENT, start, end);
      return false;
    }
    if (c === '\n' || (c === '\r' && text[this.at + 1] === '\n')) return this.lineEnd(start, c === '\r' ? 2 : 1);
    prefixedQuote.lastIndex = this.at;
    const quoted = prefixedQuote.exec(text);
    if (quoted !== null && prefixes.test(quoted[1])) {
      this.string(start, quoted[1].toLowerCase(), quoted[2]);
      return false;
    }
    for (const [pattern, type] of [
      [name, Token.NAME],
      [number, Token.NUMBER],
    ] as const) {
      pattern.lastIndex = this.at;
      if (pattern.test(text)) {
        this.take(type, start, pattern.lastIndex);
        return false;
      }
    }
    this.operator(start);
    return false;
  }

  /** NEWLINE after a statement, NL after anything else. */
  private lineEnd(start: Position, length: number): boolean {
    const last = this.out.length > 0 ? this.lastType : Token.NL;
    const blank =
      this.brackets.length > 0 ||
      this.strings.length > 0 ||
      last === Token.NL ||
      last === Token.NEWLINE ||
      last === Token.INDENT ||
      last === Token.DEDENT ||
      (last === Token.COMMENT && this.commentAlone);
    const added = this.addedLineEnd && start.at === this.text.length - 1;
    const end: Position = { line: start.line, at: start.at + length };
    this.add(blank ? Token.NL : Token.NEWLINE, start, end, added ? '' : this.text.slice(start.at, end.at));
    this.at = end.at;
    this.line++;
    return true;
  }

  private operator(start: Position): void {
    operator.lastIndex = this.at;
    const found = operator.exec(this.text);
    const open = this.strings.at(-1);
    let text = found?.[0] ?? String.fromCodePoint(this.text.codePointAt(this.at) as number);
    if (found === null)
      throw this.error(
        `invalid non-printable character U+${text.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}`,
        start,
      );
    const atField = open !== undefined && open.fields.at(-1) === this.brackets.length;
    // At the level of a field, ':' begins its format and '!' its conversion, whatever follows.
    if (atField && (text[0] === ':' || (text[0] === '!' && text !== '!='))) text = text[0];
    if (opening.includes(text)) this.brackets.push(text);
    else if (closing.includes(text)) {
      // Brackets that don't match are not this tokenizer's concern (tok_extra_tokens).
      this.brackets.pop();
      if (atField && text === '}') {
        open.fields.pop();
        open.inFormat.pop();
      }
    } else if (atField && text === ':') open.inFormat[open.inFormat.length - 1] = true;
    this.take(Token.OP, start, this.at + text.length);
  }

  private string(start: Position, prefix: string, quote: string): void {
    const { text } = this;
    const begin = this.at + prefix.length + quote.length;
    if (prefix.includes('f') || prefix.includes('t')) {
      const template = prefix.includes('t');
      this.take(template ? Token.TSTRING_START : Token.FSTRING_START, start, begin);
      this.strings.push({ quote, raw: prefix.includes('r'), template, begin: start, fields: [], inFormat: [] });
      return;
    }
    let at = begin;
    let { line } = this;
    while (!text.startsWith(quote, at)) {
      if (at >= text.length || (text[at] === '\n' && quote.length === 1)) throw this.unterminated(start, quote, line);
      if (text[at] === '\\') {
        at++;
        if (text[at] === '\r' && text[at + 1] === '\n') at++;
      }
      if (text[at] === '\n') line++;
      at++;
    }
    this.line = line;
    this.take(Token.STRING, start, at + quote.length);
  }

  private unterminated(start: Position, quote: string, line: number): PyBaseException {
    return this.error(
      quote.length === 3
        ? `unterminated triple-quoted string literal (detected at line ${Math.max(start.line, this.lineStarts.length - 1)})`
        : `unterminated string literal (detected at line ${line})`,
      start,
    );
  }

  /** Is the text of an f-string next, rather than an expression in it? */
  private inText(open: OpenString): boolean {
    return (
      open.fields.length === 0 ||
      (open.inFormat[open.inFormat.length - 1] && open.fields.at(-1) === this.brackets.length)
    );
  }

  /** Text up to the next field or the end; doubled braces end a token at the first of them. */
  private stringMiddle(open: OpenString): void {
    const { text } = this;
    const start: Position = { line: this.line, at: this.at };
    const type = open.template ? Token.TSTRING_MIDDLE : Token.FSTRING_MIDDLE;
    const inFormat = open.fields.length > 0;
    let at = this.at;
    let { line } = this;
    for (;;) {
      const c = text[at];
      if (c === undefined || (c === '\n' && open.quote.length === 1 && !inFormat)) {
        throw this.unterminatedFormatted(open, line);
      }
      if (!inFormat && text.startsWith(open.quote, at)) break;
      if (inFormat && (c === '\n' || text.startsWith(open.quote, at)) && open.quote.length === 1) {
        throw this.unterminatedFormatted(open, line);
      }
      if ((c === '{' || c === '}') && text[at + 1] === c && !inFormat) {
        this.line = line;
        this.add(type, start, { line, at: at + 1 }, text.slice(start.at, at + 1));
        this.at = at + 2;
        return;
      }
      if (c === '{' || c === '}') break;
      if (c === '\\') {
        if (!open.raw && text.startsWith('N{', at + 1)) {
          const end = text.indexOf('}', at);
          if (end > 0) {
            this.line = line;
            this.take(type, start, end + 1);
            return;
          }
        }
        if (text[at + 1] !== '{' && text[at + 1] !== '}') at++;
      }
      if (text[at] === '\n') line++;
      at++;
    }
    // A format that is empty, or ends with a field, ends with an empty text.
    if (at > start.at || (inFormat && text[at] === '}' && this.lastType === Token.OP)) {
      this.line = line;
      this.take(type, start, at);
      return;
    }
    if (text[at] === '{') {
      this.brackets.push('{');
      open.fields.push(this.brackets.length);
      open.inFormat.push(false);
      this.take(Token.OP, start, at + 1);
    } else if (inFormat) {
      open.inFormat[open.inFormat.length - 1] = false;
      this.operator(start);
    } else if (text[at] === '}') {
      throw this.error(`${open.template ? 't' : 'f'}-string: single '}' is not allowed`, start);
    } else {
      this.strings.pop();
      this.take(open.template ? Token.TSTRING_END : Token.FSTRING_END, start, at + open.quote.length);
    }
  }

  private unterminatedFormatted(open: OpenString, line: number): PyBaseException {
    const what = `${open.quote.length === 3 ? 'triple-quoted ' : ''}${open.template ? 't' : 'f'}-string literal`;
    return this.error(`unterminated ${what} (detected at line ${line})`, open.begin);
  }

  private lastType: Token = Token.NL;
  private commentAlone = false;

  private take(type: Token, start: Position, end: number): void {
    this.add(type, start, { line: this.line, at: end }, this.text.slice(start.at, end));
    this.at = end;
  }

  private add(type: Token, start: Position, end: Position, text: string): void {
    if (type === Token.COMMENT) {
      const last = this.lastType;
      this.commentAlone = last === Token.NL || last === Token.NEWLINE || last === Token.INDENT || last === Token.DEDENT;
    }
    this.lastType = type;
    const place = (position: Position): Value =>
      tupleOf([position.line, [...this.text.slice(this.lineStarts[position.line - 1], position.at)].length]);
    const lineEnd = this.lineStarts[end.line] ?? this.text.length;
    let line = this.text.slice(this.lineStarts[start.line - 1], lineEnd);
    if (this.addedLineEnd && lineEnd === this.text.length && line.endsWith('\n')) line = line.slice(0, -1);
    this.out.push(tupleOf([type, text, place(start), place(end), type === Token.ENDMARKER ? '' : line]));
  }

  private error(message: string, position: Position, type: PyType = syntaxErrorType): PyBaseException {
    const start = this.lineStarts[position.line - 1];
    const offset = position.at < 0 ? 0 : [...this.text.slice(start, position.at)].length + 1;
    const line = this.text.slice(start, this.lineStarts[position.line] ?? this.text.length);
    const where = {
      filename: '<string>',
      lineno: position.line,
      offset,
      text: line,
      end_lineno: position.line,
      end_offset: offset,
    };
    const exception = new PyBaseException(type, tupleOf([message, tupleOf(Object.values(where))]));
    exception.members = { msg: message, ...where };
    return exception;
  }
}

/** All lines that a readline function gives, until it gives an empty one or stops. */
function readAll(readline: Value, encoding: string | undefined): string {
  let text = '';
  for (;;) {
    let line: Value;
    try {
      line = call(readline);
    } catch (error) {
      if (isException(error, stopIterationType)) return text;
      throw error;
    }
    let decoded: string | undefined;
    if (encoding === undefined) decoded = stringOf(line);
    else if (line instanceof PyBytes) decoded = decodeBytes(line.bytes, encoding, 'replace');
    if (decoded === undefined) {
      throw typeError(`readline() returned a non-${encoding === undefined ? 'string' : 'bytes'} object`);
    }
    if (decoded === '') return text;
    text += decoded;
  }
}

const binder = new BuiltinDef(
  'tokenizeriter',
  'tokenizeriter',
  '(readline, /, *, extra_tokens, encoding=None)',
  () => null,
  false,
  null,
);

/** `_tokenize.TokenizerIter` (Python-tokenize.c of CPython 3.14). The text is read as a whole when the first token is asked for. */
const tokenizerIterType = defineType(newType('_tokenize.TokenizerIter'), {
  module: '_tokenize',
  tp_new(_type: PyType, args: Value[], kwNames: KwNames) {
    const [readline, extraTokens, encoding] = binder.bind(args, kwNames) as [Value, Value, Value | undefined];
    if (!isTrue(extraTokens)) throw typeError('TokenizerIter without extra_tokens is not supported');
    let tokens: Value[] | undefined;
    let failure: unknown;
    let next = 0;
    return new NativeIterator(tokenizerIterType, () => {
      if (tokens === undefined) {
        const tokenizer = new ExtraTokenizer(readAll(readline, stringOf(encoding ?? null)));
        tokens = tokenizer.out;
        try {
          tokenizer.run();
        } catch (error) {
          failure = error;
        }
      }
      if (next === tokens.length && failure !== undefined) {
        const error = failure;
        failure = undefined;
        throw error;
      }
      return tokens[next++];
    });
  },
  tp_iter: (self: Value) => self,
  tp_iternext: (self: NativeIterator) => self.advance?.(),
});

/** `_tokenize` of CPython 3.14, which the library's tokenize is made of. */
export const tokenize = (): ModuleDefinition => ({
  name: '_tokenize',
  attributes: { TokenizerIter: tokenizerIterType },
});
