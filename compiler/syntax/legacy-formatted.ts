/** How many brackets an expression may nest, and how deep fields may stand inside format specifiers, before 3.12. */
const mostBrackets = 200;
const deepestField = 2;

const closing: Record<string, string> = { '(': ')', '[': ']', '{': '}' };

/**
 * Whether an f-string literal, with its prefix and quotes, is one to the versions before PEP 701, which found its end as any
 * string's and then took its text apart by themselves (fstring_find_expr, Python/ast.c, 3.8). The expressions themselves
 * are known to be right.
 */
export function isLegacyFormatted(literal: string): boolean {
  const quoteAt = literal.search(/['"]/);
  const raw = /r/i.test(literal.slice(0, quoteAt));
  const quote = literal[quoteAt];
  const size = literal.startsWith(quote.repeat(3), quoteAt) && literal.length - quoteAt >= 6 ? 3 : 1;
  const begin = quoteAt + size;
  const end = literal.length - size;
  if (stringEnd(literal, begin, quote.repeat(size)) !== end) return false;
  if (size === 1 && /(?<!\\)\n/.test(literal)) return false;
  const scanner = new Scanner(literal.slice(begin, end), raw);
  return scanner.text(0) && scanner.atEnd;
}

/** Where a string that began before `at` ends: at its first quote that no backslash precedes. */
function stringEnd(text: string, at: number, quote: string): number {
  for (let i = at; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text.startsWith(quote, i)) return i;
  }
  return -1;
}

class Scanner {
  #at = 0;
  readonly #body: string;
  readonly #raw: boolean;

  constructor(body: string, raw: boolean) {
    this.#body = body;
    this.#raw = raw;
  }

  get atEnd(): boolean {
    return this.#at >= this.#body.length;
  }

  /** Text and fields, up to the end or, in a format specifier, to the brace that closes it. */
  text(level: number): boolean {
    const body = this.#body;
    while (!this.atEnd) {
      const c = body[this.#at];
      if (c === '\\' && !this.#raw && body.startsWith('\\N{', this.#at)) {
        const close = body.indexOf('}', this.#at);
        this.#at = close < 0 ? body.length : close + 1;
      } else if (c === '\\' && !this.#raw) {
        this.#at += body[this.#at + 1] === '{' || body[this.#at + 1] === '}' ? 1 : 2;
      } else if (c === '{' || c === '}') {
        if (level === 0 && body[this.#at + 1] === c) this.#at += 2;
        else if (c === '}') return level > 0;
        else if (!this.#field(level)) return false;
      } else {
        this.#at++;
      }
    }
    return true;
  }

  #field(level: number): boolean {
    if (level >= deepestField) return false;
    const body = this.#body;
    const start = ++this.#at;
    if (!this.#expression() || body.slice(start, this.#at).trim() === '') return false;
    if (body[this.#at] === '=') {
      this.#at++;
      while (/\s/.test(body[this.#at] ?? '')) this.#at++;
    }
    if (body[this.#at] === '!') {
      if (!'sra'.includes(body[this.#at + 1] ?? ' ')) return false;
      this.#at += 2;
    }
    if (body[this.#at] === ':') {
      this.#at++;
      if (!this.text(level + 1)) return false;
    }
    return body[this.#at++] === '}';
  }

  /** Up to what ends an expression outside of its brackets and strings. */
  #expression(): boolean {
    const body = this.#body;
    const open: string[] = [];
    let quote = '';
    for (; this.#at < body.length; this.#at++) {
      const c = body[this.#at];
      if (c === '\\') return false;
      if (quote !== '') {
        if (body.startsWith(quote, this.#at)) {
          this.#at += quote.length - 1;
          quote = '';
        }
      } else if (c === "'" || c === '"') {
        quote = body.startsWith(c.repeat(3), this.#at) ? c.repeat(3) : c;
        this.#at += quote.length - 1;
      } else if (c === '#') {
        return false;
      } else if (c in closing) {
        if (open.length >= mostBrackets) return false;
        open.push(closing[c]);
      } else if (open.length === 0 && '!:}=<>'.includes(c)) {
        if (body[this.#at + 1] === '=' && '!=<>'.includes(c)) this.#at++;
        else if (c !== '<' && c !== '>') return true;
      } else if (c === ')' || c === ']' || c === '}') {
        if (open.pop() !== c) return false;
      }
    }
    return false;
  }
}
