import { Declarations, declaration, externalId } from './doctype.ts';
import { Problem, XmlProblem } from './errors.ts';
import type { XmlEvents } from './events.ts';
import { characterOf, Incomplete, incomplete, predefined, Scanner } from './scanner.ts';

const XML_URI = 'http://www.w3.org/XML/1998/namespace';
const XMLNS_URI = 'http://www.w3.org/2000/xmlns/';

/** Expat's protection against documents that grow when they are read: how much they may, and from where on that counts. */
const MAX_AMPLIFICATION = 100;
const AMPLIFICATION_COUNTS_FROM = 8_388_608;

const enum Part {
  START = 0,
  PROLOG = 1,
  SUBSET = 2,
  CONTENT = 3,
  CDATA = 4,
  EPILOG = 5,
}

interface OpenElement {
  /** As it is written. */
  readonly raw: string;
  /** As handlers get it. */
  readonly name: string;
  /** Prefixes that it declares, null for the default. */
  readonly prefixes: readonly (string | null)[];
}

/** Between what: how names with a namespace are put together; undefined where namespaces aren't looked at. */
export interface NamespaceOptions {
  readonly separator: string | undefined;
  keepsPrefixes: boolean;
}

/** A line from 1, a column of characters from 0, and an offset of bytes in UTF-8. */
export interface Place {
  readonly line: number;
  readonly column: number;
  readonly byte: number;
}

/** Reads a document piece by piece, as Expat does, and tells its events. It checks that it is well-formed, not that it is valid. */
export class XmlParser {
  private readonly events: XmlEvents;
  private readonly namespaces: NamespaceOptions;
  private readonly scanner = new Scanner('');
  private part = Part.START;
  private hasDoctype = false;
  private readonly open: OpenElement[] = [];
  private readonly declared = new Declarations();
  private standalone = false;
  /** URI by prefix, innermost last. */
  private readonly bindings = new Map<string | null, (string | null)[]>([['xml', [XML_URI]]]);
  private readonly expanding: string[] = [];
  private expandedLength = 0;
  private readLength = 0;
  /** Where Expat tells of an entity that an attribute refers to and nobody has declared. */
  private tagStart = 0;
  /** A '\r' has ended the last piece. */
  private afterReturn = false;
  /** Where the scanner's text begins in the document. */
  private begin: Place = { line: 1, column: 0, byte: 0 };
  /** Where in that text the step began that is under way. */
  private stepAt = 0;

  constructor(events: XmlEvents, namespaces: NamespaceOptions) {
    this.events = events;
    this.namespaces = namespaces;
  }

  /** Reads more; throws an XmlProblem, after which `place` is that of the error. */
  feed(text: string, final: boolean): void {
    const { scanner } = this;
    this.readLength += text.length;
    scanner.text += this.normalized(text);
    try {
      this.read(final);
    } catch (error) {
      if (error instanceof XmlProblem) this.stepTo(error.at);
      throw error;
    }
    this.stepTo(scanner.at);
  }

  private normalized(text: string): string {
    const rest = this.afterReturn && text.startsWith('\n') ? text.slice(1) : text;
    if (text !== '') this.afterReturn = text.endsWith('\r');
    return rest.includes('\r') ? rest.replace(/\r\n?/g, '\n') : rest;
  }

  /** Where what is being told of begins, and between two pieces where the next one begins. */
  get place(): Place {
    return this.placeAt(this.stepAt);
  }

  private placeAt(at: number): Place {
    const passed = this.scanner.text.slice(0, at);
    const lines = passed.split('\n');
    const last = [...lines[lines.length - 1]].length;
    const { line, column, byte } = this.begin;
    return {
      line: line + lines.length - 1,
      column: lines.length > 1 ? last : column + last,
      byte: byte + new TextEncoder().encode(passed).length,
    };
  }

  /** Forgets the text before a place, and counts its lines. */
  private stepTo(at: number): undefined {
    this.begin = this.placeAt(at);
    this.scanner.text = this.scanner.text.slice(at);
    this.scanner.at = 0;
    this.stepAt = 0;
  }

  private read(final: boolean): undefined {
    const { scanner } = this;
    while (!scanner.ended) {
      const start = scanner.at;
      this.stepAt = start;
      try {
        this.step(final);
      } catch (error) {
        if (!(error instanceof Incomplete)) throw error;
        scanner.at = start;
        if (final)
          throw new XmlProblem(this.part === Part.CDATA ? Problem.UNCLOSED_CDATA : Problem.UNCLOSED_TOKEN, start);
        return;
      }
      if (scanner.at > 65536) this.stepTo(scanner.at);
    }
    if (!final) return;
    if (this.part === Part.CDATA) throw new XmlProblem(Problem.UNCLOSED_CDATA, scanner.at);
    if (this.part !== Part.EPILOG) throw new XmlProblem(Problem.NO_ELEMENTS, scanner.at);
  }

  private step(final: boolean): undefined {
    switch (this.part) {
      case Part.START:
        if (this.scanner.looksAt('<?xml') && /[\s?]/.test(this.scanner.text[this.scanner.at + 5] ?? ' ')) {
          this.xmlDeclaration();
        }
        this.part = Part.PROLOG;
        return;
      case Part.PROLOG:
      case Part.EPILOG:
        return this.misc();
      case Part.SUBSET:
        return this.subset();
      case Part.CONTENT:
        return this.content(this.scanner, final);
      case Part.CDATA:
        return this.cdata(this.scanner);
    }
  }

  private xmlDeclaration(): undefined {
    const { scanner } = this;
    const start = scanner.at;
    const end = scanner.text.indexOf('?>', start);
    if (end < 0) throw incomplete;
    const text = scanner.text.slice(start, end + 2);
    const found =
      /^<\?xml\s+version\s*=\s*(["'])([\w.:-]+)\1(?:\s+encoding\s*=\s*(["'])([A-Za-z][\w.-]*)\3)?(?:\s+standalone\s*=\s*(["'])(yes|no)\5)?\s*\?>$/.exec(
        text,
      );
    if (found === null) throw new XmlProblem(Problem.DECLARATION, start + Math.min(6, text.length - 2));
    scanner.at = end + 2;
    this.standalone = found[6] === 'yes';
    const standalone = found[6] === undefined ? -1 : Number(this.standalone);
    if (!this.events.xmlDeclaration(found[2], found[4] ?? null, standalone)) this.events.untaken(text);
  }

  /** What may stand before and behind the root element. */
  private misc(): undefined {
    const { scanner } = this;
    const start = scanner.at;
    if (scanner.space()) {
      this.events.untaken(scanner.text.slice(start, scanner.at));
      return;
    }
    if (scanner.peek() !== '<') throw new XmlProblem(this.part === Part.EPILOG ? Problem.JUNK : Problem.SYNTAX, start);
    if (scanner.text.length < start + 2) throw incomplete;
    const next = scanner.text[start + 1];
    if (next === '?') return this.instruction(scanner);
    if (next === '!') {
      if (scanner.looksAt('<!--')) return this.comment(scanner);
      if (scanner.looksAt('<!DOCTYPE')) {
        if (this.part === Part.EPILOG) throw new XmlProblem(Problem.JUNK, start);
        if (this.hasDoctype) throw new XmlProblem(Problem.SYNTAX, start);
        return this.doctype();
      }
      scanner.invalid(start + 2);
    }
    if (this.part === Part.EPILOG) {
      scanner.at++;
      scanner.name();
      throw new XmlProblem(Problem.JUNK, start);
    }
    this.startTag(scanner);
  }

  private comment(scanner: Scanner): undefined {
    const start = scanner.at;
    scanner.at += 4;
    const text = scanner.until('--');
    if (scanner.peek() !== '>') scanner.invalid();
    scanner.at++;
    if (!this.events.comment(text)) this.events.untaken(scanner.text.slice(start, scanner.at));
  }

  private instruction(scanner: Scanner): undefined {
    const start = scanner.at;
    scanner.at += 2;
    const target = scanner.name();
    if (target.toLowerCase() === 'xml') {
      if (target === 'xml') throw new XmlProblem(Problem.MISPLACED_DECLARATION, start);
      scanner.invalid(start + 2);
    }
    const spaced = scanner.space();
    if (!spaced && !scanner.looksAt('?>')) scanner.invalid();
    const data = scanner.until('?>');
    if (!this.events.processingInstruction(target, data)) this.events.untaken(scanner.text.slice(start, scanner.at));
  }

  private doctype(): undefined {
    const { scanner, events } = this;
    const start = scanner.at;
    scanner.at += '<!DOCTYPE'.length;
    scanner.requireSpace();
    const name = scanner.name();
    scanner.space();
    const id = externalId(scanner);
    scanner.space();
    const hasSubset = scanner.take('[');
    if (!hasSubset) scanner.expect('>');
    this.hasDoctype = true;
    if (id !== undefined) this.declared.incomplete = true;
    if (!events.startDoctype(name, id?.systemId ?? null, id?.publicId ?? null, hasSubset)) {
      // Told word by word, as Expat reads it.
      const written = scanner.text.slice(start, scanner.at);
      for (const [word] of written.matchAll(/<!DOCTYPE|"[^"]*"|'[^']*'|[[>]|\s+|[^\s[>"']+/g)) events.untaken(word);
    }
    if (hasSubset) this.part = Part.SUBSET;
    else events.endDoctype();
  }

  private subset(): undefined {
    const { scanner, events } = this;
    const start = scanner.at;
    if (scanner.space()) {
      events.untaken(scanner.text.slice(start, scanner.at));
      return;
    }
    switch (scanner.peek()) {
      case ']':
        scanner.at++;
        scanner.space();
        scanner.expect('>');
        this.part = Part.PROLOG;
        if (!events.endDoctype())
          for (const [word] of scanner.text.slice(start, scanner.at).matchAll(/\s+|\S/g)) events.untaken(word);
        return;
      case '%':
        scanner.at++;
        scanner.name();
        scanner.expect(';');
        // What a parameter entity holds isn't read.
        this.declared.incomplete = true;
        events.untaken(scanner.text.slice(start, scanner.at));
        return;
      case '<':
        if (scanner.looksAt('<!--')) return this.comment(scanner);
        if (scanner.looksAt('<?')) return this.instruction(scanner);
        if (!declaration(scanner, this.declared, events)) {
          const written = scanner.text.slice(start, scanner.at);
          for (const [word] of written.matchAll(/<!\w+|"[^"]*"|'[^']*'|>|\s+|[^\s>"']+/g)) events.untaken(word);
        }
        return;
      default:
        throw new XmlProblem(Problem.SYNTAX, start);
    }
  }

  /** One piece of what stands in elements. */
  private content(scanner: Scanner, final: boolean): undefined {
    const start = scanner.at;
    switch (scanner.peek()) {
      case '<':
        if (scanner.text.length < start + 2) throw incomplete;
        switch (scanner.text[start + 1]) {
          case '/':
            return this.endTag(scanner);
          case '?':
            return this.instruction(scanner);
          case '!':
            if (scanner.looksAt('<!--')) return this.comment(scanner);
            if (scanner.take('<![CDATA[')) {
              this.part = Part.CDATA;
              if (!this.events.startCdata()) this.events.untaken('<![CDATA[');
              return;
            }
            return scanner.invalid(start + 2);
          default:
            return this.startTag(scanner);
        }
      case '&':
        return this.reference(scanner);
      default:
        return this.text(scanner, final);
    }
  }

  private text(scanner: Scanner, final: boolean): undefined {
    const start = scanner.at;
    if (scanner.text[start] === '\n') {
      scanner.at++;
      return this.tell('\n');
    }
    const pattern = /[<&\n]|\]\]>/g;
    pattern.lastIndex = start;
    const found = pattern.exec(scanner.text);
    let end = found === null ? scanner.text.length : found.index;
    scanner.checkCharacters(scanner.text.slice(start, end), start);
    if (found?.[0] === ']]>') scanner.invalid(found.index + 2);
    if (found === null && !final) {
      // The beginning of ']]>' may be at the end.
      const brackets = /\]{1,2}$/.exec(scanner.text.slice(start))?.[0].length ?? 0;
      end -= brackets;
      if (end === start) throw incomplete;
    }
    scanner.at = end;
    this.tell(scanner.text.slice(start, end));
  }

  private tell(text: string): undefined {
    if (!this.events.characters(text)) this.events.untaken(text);
  }

  private cdata(scanner: Scanner): undefined {
    const start = scanner.at;
    if (scanner.text[start] === '\n') {
      scanner.at++;
      return this.tell('\n');
    }
    if (scanner.text.startsWith(']]>', start)) {
      scanner.at += 3;
      this.part = Part.CONTENT;
      if (!this.events.endCdata()) this.events.untaken(']]>');
      return;
    }
    const pattern = /\n|\]\]>/g;
    pattern.lastIndex = start;
    let end = pattern.exec(scanner.text)?.index ?? -1;
    if (end < 0) end = scanner.text.length - (/\]{1,2}$/.exec(scanner.text)?.[0].length ?? 0);
    if (end === start) throw incomplete;
    scanner.checkCharacters(scanner.text.slice(start, end), start);
    scanner.at = end;
    this.tell(scanner.text.slice(start, end));
  }

  private reference(scanner: Scanner): undefined {
    const start = scanner.at;
    scanner.at++;
    const written = this.referenceName(scanner);
    const whole = scanner.text.slice(start, scanner.at);
    if (written.startsWith('#')) {
      const character = characterOf(written);
      if (character === undefined) throw new XmlProblem(Problem.BAD_CHARACTER, start);
      return this.tell(character);
    }
    const known = predefined[written];
    if (known !== undefined) return this.tell(known);
    const entity = this.declared.entities.get(written);
    if (entity === undefined) {
      if (!this.declared.incomplete || this.standalone) throw new XmlProblem(Problem.UNDEFINED_ENTITY, start);
      if (!this.events.skippedEntity(written)) this.events.untaken(whole);
      return;
    }
    if (this.expanding.includes(written)) throw new XmlProblem(Problem.RECURSIVE_ENTITY, start);
    if (entity.notation !== null) throw new XmlProblem(Problem.BINARY_ENTITY, start);
    if (entity.value === undefined) {
      const answer = this.events.externalEntity(written, entity.systemId, entity.publicId);
      if (answer === 'failed') throw new XmlProblem(Problem.EXTERNAL_HANDLING, start);
      if (answer === 'untaken') this.events.untaken(whole);
      return;
    }
    if (this.events.keepsReferences) {
      if (!this.events.skippedEntity(written)) this.events.untaken(whole);
      return;
    }
    this.countExpansion(entity.value.length, start);
    this.expanding.push(written);
    this.expand(entity.value, start);
    this.expanding.pop();
  }

  /** Between '&' and ';'. */
  private referenceName(scanner: Scanner): string {
    if (scanner.peek() !== '#') {
      const name = scanner.name();
      scanner.expect(';');
      return name;
    }
    const start = scanner.at;
    scanner.at++;
    const isHexadecimal = scanner.peek() === 'x';
    if (isHexadecimal) scanner.at++;
    const digit = isHexadecimal ? /[0-9a-fA-F]/ : /[0-9]/;
    if (!digit.test(scanner.peek())) scanner.invalid();
    while (digit.test(scanner.peek())) scanner.at++;
    scanner.expect(';');
    return scanner.text.slice(start, scanner.at - 1);
  }

  private countExpansion(length: number, at: number): undefined {
    this.expandedLength += length;
    const total = this.expandedLength + this.readLength;
    if (total > AMPLIFICATION_COUNTS_FROM && total > MAX_AMPLIFICATION * this.readLength) {
      throw new XmlProblem(Problem.AMPLIFICATION, at);
    }
  }

  /** Reads the replacement of an entity; its elements end in it. Errors are told of at the reference. */
  private expand(text: string, at: number): undefined {
    const inner = new Scanner(text);
    const depth = this.open.length;
    try {
      while (!inner.ended) {
        if ((this.part as Part) === Part.CDATA) this.cdata(inner);
        else this.content(inner, true);
        if (this.open.length < depth) throw new XmlProblem(Problem.ASYNC_ENTITY, at);
      }
    } catch (error) {
      if (error instanceof Incomplete) throw new XmlProblem(Problem.UNCLOSED_TOKEN, at);
      throw error instanceof XmlProblem ? new XmlProblem(error.code, at) : error;
    }
    if (this.open.length !== depth || (this.part as Part) === Part.CDATA)
      throw new XmlProblem(Problem.ASYNC_ENTITY, at);
  }

  private startTag(scanner: Scanner): undefined {
    const start = scanner.at;
    this.tagStart = start;
    scanner.at++;
    const raw = scanner.name();
    const given: { name: string; value: string; at: number }[] = [];
    for (;;) {
      const spaced = scanner.space();
      const next = scanner.peek();
      if (next === '>' || next === '/') break;
      if (!spaced) scanner.invalid();
      const at = scanner.at;
      const name = scanner.name();
      scanner.space();
      scanner.expect('=');
      scanner.space();
      const value = this.attributeValue(scanner);
      if (given.some((other) => other.name === name)) throw new XmlProblem(Problem.DUPLICATE_ATTRIBUTE, at);
      given.push({ name, value: this.collapsed(raw, name, value), at });
    }
    const isEmpty = scanner.take('/');
    scanner.expect('>');
    this.startElement(raw, given, start, scanner.text.slice(start, scanner.at), isEmpty);
  }

  private startElement(
    raw: string,
    given: readonly { name: string; value: string }[],
    at: number,
    written: string,
    isEmpty: boolean,
  ): void {
    const { events } = this;
    const defaults = (this.declared.attributes.get(raw) ?? [])
      .filter(({ name, fallback }) => fallback !== null && !given.some((other) => other.name === name))
      .map(({ name, fallback }) => ({ name, value: fallback as string }));
    const all = [...given, ...defaults];
    const prefixes: (string | null)[] = [];
    let name = raw;
    const flat: string[] = [];
    let specified = given.length;
    if (this.namespaces.separator === undefined) for (const each of all) flat.push(each.name, each.value);
    else {
      for (const each of all)
        if (this.declareNamespace(each.name, each.value, prefixes, at)) {
          if (given.includes(each)) specified--;
        }
      name = this.expandedName(raw, true, at);
      const seen = new Set<string>();
      for (const each of all) {
        if (each.name === 'xmlns' || each.name.startsWith('xmlns:')) continue;
        const expanded = this.expandedName(each.name, false, at);
        if (seen.has(expanded)) throw new XmlProblem(Problem.DUPLICATE_ATTRIBUTE, at);
        seen.add(expanded);
        flat.push(expanded, each.value);
      }
    }
    this.open.push({ raw, name, prefixes });
    this.part = Part.CONTENT;
    const taken = events.startElement(name, flat, 2 * specified);
    if (!taken && !isEmpty) events.untaken(written);
    if (isEmpty) {
      const ended = this.closeElement();
      if (!taken && !ended) events.untaken(written);
    }
  }

  private attributeValue(scanner: Scanner): string {
    const quote = scanner.peek();
    if (quote !== '"' && quote !== "'") scanner.invalid();
    scanner.at++;
    let value = '';
    for (;;) {
      const char = scanner.peek();
      if (char === quote) break;
      if (char === '<') scanner.invalid();
      if (char === '&') value += this.attributeReference(scanner);
      else {
        const from = scanner.at;
        while (!scanner.ended && !/["'<&]/.test(scanner.text[scanner.at])) scanner.at++;
        if (scanner.at === from) scanner.at++;
        const piece = scanner.text.slice(from, scanner.at);
        scanner.checkCharacters(piece, from);
        value += piece.replace(/[\t\n]/g, ' ');
      }
    }
    scanner.at++;
    if (scanner.ended) throw incomplete;
    return value;
  }

  private attributeReference(scanner: Scanner): string {
    const start = scanner.at;
    scanner.at++;
    const name = this.referenceName(scanner);
    if (name.startsWith('#')) {
      const character = characterOf(name);
      if (character === undefined) throw new XmlProblem(Problem.BAD_CHARACTER, start);
      return character;
    }
    const known = predefined[name];
    if (known !== undefined) return known;
    const entity = this.declared.entities.get(name);
    if (entity === undefined) {
      if (!this.declared.incomplete || this.standalone) throw new XmlProblem(Problem.UNDEFINED_ENTITY, this.tagStart);
      return '';
    }
    if (this.expanding.includes(name)) throw new XmlProblem(Problem.RECURSIVE_ENTITY, start);
    if (entity.notation !== null) throw new XmlProblem(Problem.BINARY_ENTITY, start);
    if (entity.value === undefined) throw new XmlProblem(Problem.EXTERNAL_IN_ATTRIBUTE, start);
    this.countExpansion(entity.value.length, start);
    this.expanding.push(name);
    const inner = new Scanner(entity.value);
    let value = '';
    while (!inner.ended) {
      const char = inner.peek();
      if (char === '<') throw new XmlProblem(Problem.INVALID_TOKEN, start);
      if (char === '&') value += this.attributeReference(inner);
      else {
        value += char === '\n' || char === '\t' ? ' ' : char;
        inner.at++;
      }
    }
    this.expanding.pop();
    return value;
  }

  /** Values that aren't CDATA have no white space around them, and no two of it in a row. */
  private collapsed(element: string, name: string, value: string): string {
    const known = this.declared.attributes.get(element)?.find((each) => each.name === name);
    return known === undefined || known.isCdata ? value : value.replace(/ +/g, ' ').trim();
  }

  private endTag(scanner: Scanner): undefined {
    const start = scanner.at;
    scanner.at += 2;
    const name = scanner.name();
    scanner.space();
    scanner.expect('>');
    if (this.open.at(-1)?.raw !== name) throw new XmlProblem(Problem.TAG_MISMATCH, start + 2);
    if (!this.closeElement()) this.events.untaken(scanner.text.slice(start, scanner.at));
  }

  private closeElement(): boolean {
    const { name, prefixes } = this.open.pop() as OpenElement;
    const taken = this.events.endElement(name);
    for (const prefix of [...prefixes].reverse()) {
      this.bindings.get(prefix)?.pop();
      this.events.endNamespace(prefix);
    }
    if (this.open.length === 0) this.part = Part.EPILOG;
    return taken;
  }

  /** Binds the prefix that an attribute declares; false for other attributes. */
  private declareNamespace(name: string, value: string, prefixes: (string | null)[], at: number): boolean {
    if (name !== 'xmlns' && !name.startsWith('xmlns:')) return false;
    const prefix = name === 'xmlns' ? null : name.slice(6);
    if (prefix === 'xmlns') throw new XmlProblem(Problem.RESERVED_XMLNS, at);
    if ((prefix === 'xml') !== (value === XML_URI)) {
      throw new XmlProblem(prefix === 'xml' ? Problem.RESERVED_XML : Problem.RESERVED_URI, at);
    }
    if (value === XMLNS_URI) throw new XmlProblem(Problem.RESERVED_URI, at);
    if (prefix !== null && value === '') throw new XmlProblem(Problem.UNDECLARED_PREFIX, at);
    const uri = value === '' ? null : value;
    const bound = this.bindings.get(prefix) ?? [];
    bound.push(uri);
    this.bindings.set(prefix, bound);
    prefixes.push(prefix);
    this.events.startNamespace(prefix, uri);
    return true;
  }

  /** A name with the URI of its namespace before it, where it has one. */
  private expandedName(name: string, isElement: boolean, at: number): string {
    const colon = name.indexOf(':');
    if (colon < 0 && !isElement) return name;
    const prefix = colon < 0 ? null : name.slice(0, colon);
    const uri = this.bindings.get(prefix)?.at(-1) ?? null;
    if (uri === null) {
      if (prefix === null) return name;
      throw new XmlProblem(Problem.UNBOUND_PREFIX, at);
    }
    const { separator = '', keepsPrefixes } = this.namespaces;
    const suffix = keepsPrefixes && prefix !== null && separator !== '' ? separator + prefix : '';
    return uri + separator + name.slice(colon + 1) + suffix;
  }
}
