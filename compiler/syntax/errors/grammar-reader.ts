import { TokenKind } from '../token.ts';

/** A part of an alternative. */
export const enum ItemType {
  Token,
  Soft,
  Rule,
  Group,
  Optional,
  Repeat,
  RepeatOne,
  Gather,
  And,
  Not,
  Cut,
  Force,
  SoftKeyword,
}

export class Item {
  name = '';
  constructor(
    readonly type: ItemType,
    /** The token's kind, of a Token. */
    readonly token: number,
    /** A soft keyword's text, or what an insisted token looks like in the message. */
    readonly text: string,
    /** The alternatives of a Group, or one alternative for the part under an operator. */
    readonly group: Alternatives | undefined,
    /** The part under an operator. */
    readonly inner: Item | undefined,
    readonly separator: Item | undefined,
  ) {}
  /** The rule that a Rule names, once all are read. */
  rule: Rule | undefined = undefined;
}

export class Alternative {
  /** An expression's kind, or ''. */
  node = '';
  /** The part to give, or ''. */
  give = '';
  action = '';
  /** Nothing but a rule for invalid syntax: left out in the first pass. */
  onlyInvalid = false;
  constructor(readonly items: readonly Item[]) {}
}

export type Alternatives = readonly Alternative[];

export class Rule {
  alternatives: Alternatives = [];
  leftRecursive = false;
  /** False inside a left-recursive cycle that another rule leads. */
  memoized = true;
  /** CPython keeps this rule's results itself, so they outlive a switch of the pass. */
  kept = false;
  constructor(
    readonly name: string,
    readonly index: number,
  ) {}
}

const kindByText: Record<string, TokenKind> = {
  NAME: TokenKind.NAME,
  NUMBER: TokenKind.NUMBER,
  STRING: TokenKind.STRING,
  NEWLINE: TokenKind.NEWLINE,
  INDENT: TokenKind.INDENT,
  DEDENT: TokenKind.DEDENT,
  ENDMARKER: TokenKind.ENDMARKER,
  FSTRING_START: TokenKind.FSTRING_START,
  FSTRING_MIDDLE: TokenKind.FSTRING_MIDDLE,
  FSTRING_END: TokenKind.FSTRING_END,
  TSTRING_START: TokenKind.TSTRING_START,
  TSTRING_MIDDLE: TokenKind.TSTRING_MIDDLE,
  TSTRING_END: TokenKind.TSTRING_END,
  '(': TokenKind.LPAR,
  ')': TokenKind.RPAR,
  '[': TokenKind.LSQB,
  ']': TokenKind.RSQB,
  '{': TokenKind.LBRACE,
  '}': TokenKind.RBRACE,
  ':': TokenKind.COLON,
  ',': TokenKind.COMMA,
  ';': TokenKind.SEMI,
  '.': TokenKind.DOT,
  '...': TokenKind.ELLIPSIS,
  '->': TokenKind.RARROW,
  ':=': TokenKind.COLONEQUAL,
  '!': TokenKind.EXCLAMATION,
  '=': TokenKind.EQUAL,
  '+=': TokenKind.PLUSEQUAL,
  '-=': TokenKind.MINEQUAL,
  '*=': TokenKind.STAREQUAL,
  '@=': TokenKind.ATEQUAL,
  '/=': TokenKind.SLASHEQUAL,
  '%=': TokenKind.PERCENTEQUAL,
  '**=': TokenKind.DOUBLESTAREQUAL,
  '<<=': TokenKind.LEFTSHIFTEQUAL,
  '>>=': TokenKind.RIGHTSHIFTEQUAL,
  '|=': TokenKind.VBAREQUAL,
  '^=': TokenKind.CIRCUMFLEXEQUAL,
  '&=': TokenKind.AMPEREQUAL,
  '//=': TokenKind.DOUBLESLASHEQUAL,
  '+': TokenKind.PLUS,
  '-': TokenKind.MINUS,
  '*': TokenKind.STAR,
  '@': TokenKind.AT,
  '/': TokenKind.SLASH,
  '%': TokenKind.PERCENT,
  '**': TokenKind.DOUBLESTAR,
  '<<': TokenKind.LEFTSHIFT,
  '>>': TokenKind.RIGHTSHIFT,
  '|': TokenKind.VBAR,
  '^': TokenKind.CIRCUMFLEX,
  '&': TokenKind.AMPER,
  '//': TokenKind.DOUBLESLASH,
  '~': TokenKind.TILDE,
  '==': TokenKind.EQEQUAL,
  '!=': TokenKind.NOTEQUAL,
  '<': TokenKind.LESS,
  '<=': TokenKind.LESSEQUAL,
  '>': TokenKind.GREATER,
  '>=': TokenKind.GREATEREQUAL,
  '<>': TokenKind.LESSGREATER,
};

/** Reads the notation of grammar.ts. `keywords` in the order of their token kinds from FALSE on. */
export function readGrammar(source: string, keywords: readonly string[]): Map<string, Rule> {
  for (const [i, keyword] of keywords.entries()) kindByText[keyword] = TokenKind.FALSE + i;
  const rules = new Map<string, Rule>();
  const lines = source.split('\n').filter((line) => line !== '');
  for (const line of lines) {
    const name = /^\w+/.exec(line)![0];
    const rule = new Rule(name, rules.size);
    rule.kept = line[name.length] === '*';
    rules.set(name, rule);
  }
  for (const line of lines) {
    const colon = line.indexOf(':');
    const rule = rules.get(/^\w+/.exec(line)![0])!;
    rule.alternatives = new Reader(line.slice(colon + 1), rules).alternatives();
    rule.leftRecursive = rule.alternatives.some((alternative) => alternative.items[0].rule === rule);
  }
  // name_or_attr and attr lead to each other: attr grows, name_or_attr must look every time.
  rules.get('attr')!.leftRecursive = true;
  rules.get('name_or_attr')!.memoized = false;
  return rules;
}

class Reader {
  #tokens: string[];
  #at = 0;
  readonly #rules: Map<string, Rule>;

  constructor(source: string, rules: Map<string, Rule>) {
    this.#tokens = source.match(/'[^']+'|"[^"]+"|\w+=|\w+|&&|[#>@]\w+|\S/g) ?? [];
    this.#rules = rules;
  }

  alternatives(): Alternatives {
    const result = [this.#alternative()];
    while (this.#tokens[this.#at] === '|') {
      this.#at++;
      result.push(this.#alternative());
    }
    return result;
  }

  #alternative(): Alternative {
    const items: Item[] = [];
    let tail = '';
    for (;;) {
      const token = this.#tokens[this.#at];
      if (token === undefined || token === '|' || token === ')' || token === ']') break;
      if (/^[#>@]\w/.test(token)) {
        tail = token;
        this.#at++;
        break;
      }
      items.push(this.#item());
    }
    const alternative = new Alternative(items);
    if (tail[0] === '#') alternative.node = tail.slice(1);
    else if (tail[0] === '>') alternative.give = tail.slice(1);
    else if (tail[0] === '@') alternative.action = tail.slice(1);
    alternative.onlyInvalid = items.length === 1 && (items[0].rule?.name.startsWith('invalid_') ?? false);
    return alternative;
  }

  #item(): Item {
    const token = this.#tokens[this.#at];
    if (/^\w+=$/.test(token)) {
      this.#at++;
      const named = this.#item();
      named.name = token.slice(0, -1);
      return named;
    }
    switch (token) {
      case '!':
        this.#at++;
        return new Item(ItemType.Not, 0, '', undefined, this.#item(), undefined);
      case '&':
        this.#at++;
        return new Item(ItemType.And, 0, '', undefined, this.#item(), undefined);
      case '&&': {
        this.#at++;
        const text = this.#tokens[this.#at].slice(1, -1);
        return new Item(ItemType.Force, 0, text, undefined, this.#item(), undefined);
      }
      case '~':
        this.#at++;
        return new Item(ItemType.Cut, 0, '', undefined, undefined, undefined);
    }
    const atom = this.#atom();
    switch (this.#tokens[this.#at]) {
      case '?':
        this.#at++;
        return new Item(ItemType.Optional, 0, '', undefined, atom, undefined);
      case '*':
        this.#at++;
        return new Item(ItemType.Repeat, 0, '', undefined, atom, undefined);
      case '+':
        this.#at++;
        return new Item(ItemType.RepeatOne, 0, '', undefined, atom, undefined);
      case '.': {
        this.#at++;
        const element = this.#atom();
        this.#at++; // the '+' of a gathering
        return new Item(ItemType.Gather, 0, '', undefined, element, atom);
      }
      default:
        return atom;
    }
  }

  #atom(): Item {
    const token = this.#tokens[this.#at++];
    if (token === '(' || token === '[') {
      const group = this.alternatives();
      this.#at++;
      const item = new Item(ItemType.Group, 0, '', group, undefined, undefined);
      return token === '(' ? item : new Item(ItemType.Optional, 0, '', undefined, item, undefined);
    }
    if (token[0] === '"') {
      const text = token.slice(1, -1);
      const kind = kindByText[text];
      // Punctuation in double quotes is a token like any other.
      return kind === undefined
        ? new Item(ItemType.Soft, 0, text, undefined, undefined, undefined)
        : new Item(ItemType.Token, kind, text, undefined, undefined, undefined);
    }
    if (token === 'SOFT_KEYWORD') return new Item(ItemType.SoftKeyword, 0, '', undefined, undefined, undefined);
    const text = token[0] === "'" ? token.slice(1, -1) : token;
    const rule = this.#rules.get(token);
    if (rule !== undefined) {
      const item = new Item(ItemType.Rule, 0, text, undefined, undefined, undefined);
      item.rule = rule;
      return item;
    }
    const kind = kindByText[text];
    if (kind === undefined) throw new Error(`the grammar names ${token}, which is neither a rule nor a token`);
    return new Item(ItemType.Token, kind, text, undefined, undefined, undefined);
  }
}
