import { decimalValue } from './character.ts';
import { Problem } from './problem.ts';

// str.format's templates (Objects/stringlib/unicode_format.h, 3.14).

/** Literal text and the replacement field behind it, if there is one. */
export interface TemplatePart {
  literal: string;
  field?: ReplacementField;
}

export interface ReplacementField {
  name: string;
  /** The character behind '!', or ''. */
  conversion: string;
  spec: string;
  /** Whether the specification has fields of its own. */
  nested: boolean;
}

const valueError = (message: string): Problem => new Problem('ValueError', message);

/** Steps through a template; errors come when their part is reached, as CPython's iterator has it (MarkupIterator). */
export class TemplateReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** The next part, or undefined at the end (MarkupIterator_next). */
  next(): TemplatePart | undefined {
    const text = this.#text;
    const start = this.#at;
    if (start >= text.length) return undefined;
    let at = start;
    while (at < text.length && text[at] !== '{' && text[at] !== '}') at++;
    if (at === text.length) {
      this.#at = at;
      return { literal: text.substring(start) };
    }
    const brace = text[at];
    if (text[at + 1] === brace) {
      this.#at = at + 2;
      return { literal: text.substring(start, at + 1) };
    }
    if (brace === '}') throw valueError("Single '}' encountered in format string");
    if (at + 1 === text.length) throw valueError("Single '{' encountered in format string");
    this.#at = at + 1;
    return { literal: text.substring(start, at), field: this.#field() };
  }

  /** parse_field: from behind '{' to behind its '}'. */
  #field(): ReplacementField {
    const text = this.#text;
    const start = this.#at;
    let at = start;
    let end = '';
    while (at < text.length) {
      const character = text[at++];
      if (character === '{') throw valueError("unexpected '{' in field name");
      if (character === '[') {
        while (at < text.length && text[at] !== ']') at++;
      } else if (character === '}' || character === ':' || character === '!') {
        end = character;
        break;
      }
    }
    if (end === '') throw valueError("expected '}' before end of string");
    const field: ReplacementField = { name: text.substring(start, at - 1), conversion: '', spec: '', nested: false };
    this.#at = at;
    if (end === '}') return field;
    if (end === '!' && this.#conversion(field)) return field;
    this.#spec(field);
    return field;
  }

  /** True when the field ends behind the conversion. */
  #conversion(field: ReplacementField): boolean {
    const text = this.#text;
    if (this.#at >= text.length) throw valueError('end of string while looking for conversion specifier');
    field.conversion = String.fromCodePoint(text.codePointAt(this.#at)!);
    this.#at += field.conversion.length;
    if (this.#at >= text.length) return false;
    const next = text[this.#at++];
    if (next !== '}' && next !== ':') throw valueError("expected ':' after conversion specifier");
    return next === '}';
  }

  #spec(field: ReplacementField): void {
    const text = this.#text;
    const start = this.#at;
    let depth = 1;
    for (let at = start; at < text.length; at++) {
      if (text[at] === '{') {
        field.nested = true;
        depth++;
      } else if (text[at] === '}' && --depth === 0) {
        field.spec = text.substring(start, at);
        this.#at = at + 1;
        return;
      }
    }
    throw valueError("unmatched '{' in format spec");
  }
}

/** One step from an object to a part of it: `.name`, `[name]` or `[number]`. */
export interface FieldStep {
  isAttribute: boolean;
  key: string | number;
}

/** get_integer: the number that `text` writes in decimal digits of any script, or -1. */
function wholeNumber(text: string): number {
  let value = 0;
  for (let i = 0; i < text.length; i++) {
    const codePoint = text.codePointAt(i)!;
    if (codePoint > 0xffff) i++;
    const digit = decimalValue(codePoint);
    if (digit < 0) return -1;
    value = value * 10 + digit;
    if (value >= 2 ** 63) throw valueError('Too many decimal digits in format string');
  }
  return text === '' ? -1 : value;
}

/** The part of a field name before its first '.' or '[', a number where it is one, and where the rest begins. */
export function firstOfField(name: string): { first: string | number; rest: number } {
  let rest = 0;
  while (rest < name.length && name[rest] !== '.' && name[rest] !== '[') rest++;
  const text = name.substring(0, rest);
  const index = wholeNumber(text);
  return { first: index < 0 ? text : index, rest };
}

/** FieldNameIterator_next: the step at `at` in a field name, and where the next one begins; undefined at the end. */
export function nextFieldStep(name: string, at: number): { step: FieldStep; next: number } | undefined {
  if (at >= name.length) return undefined;
  let end = at + 1;
  let next: number;
  const isAttribute = name[at] === '.';
  if (isAttribute) {
    while (end < name.length && name[end] !== '.' && name[end] !== '[') end++;
    next = end;
  } else if (name[at] === '[') {
    while (end < name.length && name[end] !== ']') end++;
    if (end === name.length) throw valueError("Missing ']' in format string");
    next = end + 1;
  } else {
    throw valueError("Only '.' or '[' may follow ']' in format field specifier");
  }
  const text = name.substring(at + 1, end);
  const index = isAttribute ? -1 : wholeNumber(text);
  if (text === '') throw valueError('Empty attribute in format string');
  return { step: { isAttribute, key: index < 0 ? text : index }, next };
}

/** What a template asks of the objects that it formats. */
export interface TemplateValues<V> {
  /** The positional argument, or undefined when there are too few; absent for format_map, which takes none. */
  positional?(index: number): V | undefined;
  /** kwargs[name]; raises KeyError. */
  keyword(name: string): V;
  attribute(object: V, name: string): V;
  item(object: V, key: string | number): V;
  /** `conversion` is r, s or a. */
  convert(object: V, conversion: 'r' | 's' | 'a'): V;
  format(object: V, spec: string): string;
}

const enum Numbering {
  Unknown,
  Automatic,
  Manual,
}

/** `template.format(…)`. */
export function formatTemplate<V>(template: string, values: TemplateValues<V>): string {
  return new Formatter(values).build(template, 2);
}

class Formatter<V> {
  readonly #values: TemplateValues<V>;
  #numbering = Numbering.Unknown;
  #nextNumber = 0;

  constructor(values: TemplateValues<V>) {
    this.#values = values;
  }

  build(template: string, depth: number): string {
    if (depth <= 0) throw valueError('Max string recursion exceeded');
    const reader = new TemplateReader(template);
    let result = '';
    for (let part = reader.next(); part !== undefined; part = reader.next()) {
      result += part.literal;
      if (part.field !== undefined) result += this.#field(part.field, depth);
    }
    return result;
  }

  #field({ name, conversion, spec, nested }: ReplacementField, depth: number): string {
    let object = this.#object(name);
    if (conversion !== '') {
      if (conversion !== 'r' && conversion !== 's' && conversion !== 'a') throw unknownConversion(conversion);
      object = this.#values.convert(object, conversion);
    }
    return this.#values.format(object, nested ? this.build(spec, depth - 1) : spec);
  }

  /** get_field_object. */
  #object(name: string): V {
    let { first, rest } = firstOfField(name);
    const isEmpty = rest === 0;
    if (isEmpty || typeof first === 'number') this.#checkNumbering(isEmpty);
    if (isEmpty) first = this.#nextNumber++;
    let object = typeof first === 'number' ? this.#positional(first) : this.#values.keyword(first);
    for (let found = nextFieldStep(name, rest); found !== undefined; found = nextFieldStep(name, rest)) {
      const { isAttribute, key } = found.step;
      object = isAttribute ? this.#values.attribute(object, key as string) : this.#values.item(object, key);
      rest = found.next;
    }
    return object;
  }

  #positional(index: number): V {
    if (this.#values.positional === undefined) throw valueError('Format string contains positional fields');
    const object = this.#values.positional(index);
    if (object === undefined) {
      throw new Problem('IndexError', `Replacement index ${index} out of range for positional args tuple`);
    }
    return object;
  }

  #checkNumbering(automatic: boolean): void {
    if (this.#numbering === Numbering.Unknown) {
      this.#numbering = automatic ? Numbering.Automatic : Numbering.Manual;
    } else if (this.#numbering === Numbering.Manual && automatic) {
      throw valueError('cannot switch from manual field specification to automatic field numbering');
    } else if (this.#numbering === Numbering.Automatic && !automatic) {
      throw valueError('cannot switch from automatic field numbering to manual field specification');
    }
  }
}

function unknownConversion(conversion: string): Problem {
  const codePoint = conversion.codePointAt(0)!;
  const shown = codePoint > 32 && codePoint < 127 ? conversion : `\\x${codePoint.toString(16)}`;
  return valueError(`Unknown conversion specifier ${shown}`);
}
