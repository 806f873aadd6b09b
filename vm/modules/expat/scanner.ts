import { Problem, XmlProblem } from './errors.ts';

const NAME_START =
  ':A-Z_a-z\\xC0-\\xD6\\xD8-\\xF6\\xF8-\\u02FF\\u0370-\\u037D\\u037F-\\u1FFF\\u200C\\u200D\\u2070-\\u218F\\u2C00-\\u2FEF\\u3001-\\uD7FF\\uF900-\\uFDCF\\uFDF0-\\uFFFD\\u{10000}-\\u{EFFFF}';
const NAME = new RegExp(`[${NAME_START}][${NAME_START}\\-.0-9\\xB7\\u0300-\\u036F\\u203F\\u2040]*`, 'uy');
const NMTOKEN = new RegExp(`[${NAME_START}\\-.0-9\\xB7\\u0300-\\u036F\\u203F\\u2040]+`, 'uy');
const SPACE = /[ \t\r\n]*/y;
/** What no document may contain. */
const ILLEGAL = /(?![\t\n\r\x7F-\x9F])\p{Cc}|[\uFFFE\uFFFF]/u;

/** Thrown where the text that has come ends in the middle of something: it is read again when more has come. */
export class Incomplete extends Error {}
export const incomplete = new Incomplete('the text goes on');

/** Reads the parts that markup is made of. Lines end in '\n' already. */
export class Scanner {
  text: string;
  at = 0;
  constructor(text: string) {
    this.text = text;
  }

  get ended(): boolean {
    return this.at >= this.text.length;
  }

  peek(): string {
    if (this.ended) throw incomplete;
    return this.text[this.at];
  }

  looksAt(what: string): boolean {
    if (this.text.startsWith(what, this.at)) return true;
    if (what.startsWith(this.text.slice(this.at, this.at + what.length)) && this.at + what.length > this.text.length) {
      throw incomplete;
    }
    return false;
  }

  take(what: string): boolean {
    if (!this.looksAt(what)) return false;
    this.at += what.length;
    return true;
  }

  expect(what: string): void {
    for (const char of what) {
      if (this.peek() !== char) this.invalid();
      this.at++;
    }
  }

  invalid(at = this.at): never {
    throw new XmlProblem(Problem.INVALID_TOKEN, at);
  }

  /** Steps over white space; gives whether there was any. */
  space(): boolean {
    SPACE.lastIndex = this.at;
    const length = SPACE.exec(this.text)?.[0].length ?? 0;
    this.at += length;
    return length > 0;
  }

  requireSpace(): void {
    if (!this.space()) {
      this.peek();
      this.invalid();
    }
  }

  name(): string {
    return this.match(NAME);
  }

  nameToken(): string {
    return this.match(NMTOKEN);
  }

  private match(pattern: RegExp): string {
    this.peek();
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found === null) this.invalid();
    this.at += found[0].length;
    if (this.ended) throw incomplete;
    return found[0];
  }

  /** What stands in quotes. */
  literal(): string {
    const quote = this.peek();
    if (quote !== '"' && quote !== "'") this.invalid();
    const end = this.text.indexOf(quote, this.at + 1);
    if (end < 0) throw incomplete;
    const found = this.text.slice(this.at + 1, end);
    this.checkCharacters(found, this.at + 1);
    this.at = end + 1;
    return found;
  }

  /** What stands before `end`, which is stepped over too. */
  until(end: string): string {
    const found = this.text.indexOf(end, this.at);
    const text = this.text.slice(this.at, found < 0 ? undefined : found);
    this.checkCharacters(text, this.at);
    if (found < 0) throw incomplete;
    this.at = found + end.length;
    return text;
  }

  checkCharacters(text: string, at: number): void {
    const illegal = text.search(ILLEGAL);
    if (illegal >= 0) this.invalid(at + illegal);
  }
}

/** The character of a reference such as '#65' or '#x41'; undefined for a number that is no character. */
export function characterOf(reference: string): string | undefined {
  const number = reference.startsWith('#x') ? Number.parseInt(reference.slice(2), 16) : Number(reference.slice(1));
  const isCharacter =
    number === 9 ||
    number === 10 ||
    number === 13 ||
    (number >= 0x20 && number < 0xd800) ||
    (number > 0xdfff && number < 0xfffe) ||
    (number > 0xffff && number <= 0x10ffff);
  return isCharacter ? String.fromCodePoint(number) : undefined;
}

export const predefined: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
