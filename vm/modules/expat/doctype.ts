import { Problem, XmlProblem } from './errors.ts';
import type { ContentModel, EntityDeclaration, XmlEvents } from './events.ts';
import { characterOf, type Scanner } from './scanner.ts';

export interface DeclaredAttribute {
  readonly name: string;
  readonly isCdata: boolean;
  readonly fallback: string | null;
}

/** What the internal subset of a document type declares. */
export class Declarations {
  readonly entities = new Map<string, EntityDeclaration>();
  readonly parameters = new Map<string, EntityDeclaration>();
  /** Attributes by element, in order. */
  readonly attributes = new Map<string, DeclaredAttribute[]>();
  /** Something may be declared where nobody looks: an external subset, or a parameter entity. */
  incomplete = false;
}

interface ExternalId {
  readonly systemId: string | null;
  readonly publicId: string | null;
}

/** SYSTEM "…" or PUBLIC "…" "…"; undefined when there is neither. */
export function externalId(scanner: Scanner, needsSystem = true): ExternalId | undefined {
  if (scanner.take('SYSTEM')) {
    scanner.requireSpace();
    return { systemId: scanner.literal(), publicId: null };
  }
  if (!scanner.take('PUBLIC')) return undefined;
  scanner.requireSpace();
  const publicId = scanner
    .literal()
    .replace(/[ \n]+/g, ' ')
    .trim();
  const spaced = scanner.space();
  const next = scanner.peek();
  if (next === '"' || next === "'") {
    if (!spaced) scanner.invalid();
    return { publicId, systemId: scanner.literal() };
  }
  if (needsSystem) scanner.invalid();
  return { publicId, systemId: null };
}

/** Reads one declaration of a subset, from its '<!' on, whose name comes next. */
export function declaration(scanner: Scanner, declared: Declarations, events: XmlEvents): boolean {
  if (scanner.take('<!ENTITY')) return entity(scanner, declared, events);
  if (scanner.take('<!ATTLIST')) return attributes(scanner, declared, events);
  if (scanner.take('<!ELEMENT')) return element(scanner, events);
  if (scanner.take('<!NOTATION')) return notation(scanner, events);
  return scanner.invalid(scanner.at + 2);
}

function entity(scanner: Scanner, declared: Declarations, events: XmlEvents): boolean {
  scanner.requireSpace();
  const isParameter = scanner.take('%');
  if (isParameter) scanner.requireSpace();
  const name = scanner.name();
  scanner.requireSpace();
  const external = externalId(scanner);
  let value: string | undefined;
  let notationName: string | null = null;
  if (external === undefined) value = entityValue(scanner, declared);
  else if (scanner.space() && !isParameter && scanner.take('NDATA')) {
    scanner.requireSpace();
    notationName = scanner.name();
  }
  scanner.space();
  scanner.expect('>');
  const { systemId, publicId } = external ?? { systemId: null, publicId: null };
  const made: EntityDeclaration = { name, isParameter, value, systemId, publicId, notation: notationName };
  const all = isParameter ? declared.parameters : declared.entities;
  if (all.has(name)) return true;
  all.set(name, made);
  return events.entity(made);
}

/** The replacement text of an entity: characters and parameter entities are put in, general entities wait. */
function entityValue(scanner: Scanner, declared: Declarations): string {
  const start = scanner.at + 1;
  const literal = scanner.literal();
  return literal.replace(/&(#x[0-9a-fA-F]+|#\d+);|%([^;\s]+);/g, (whole, character, parameter, at: number) => {
    if (character !== undefined) {
      const found = characterOf(character);
      if (found === undefined) throw new XmlProblem(Problem.BAD_CHARACTER, start + at);
      return found;
    }
    if (!declared.parameters.has(parameter)) return whole;
    throw new XmlProblem(Problem.INVALID_TOKEN, start + at);
  });
}

function attributes(scanner: Scanner, declared: Declarations, events: XmlEvents): boolean {
  scanner.requireSpace();
  const owner = scanner.name();
  let taken = true;
  for (;;) {
    const spaced = scanner.space();
    if (scanner.take('>')) return taken;
    if (!spaced) scanner.invalid();
    const name = scanner.name();
    scanner.requireSpace();
    const type = attributeType(scanner);
    scanner.requireSpace();
    let fallback: string | null = null;
    let required = false;
    if (scanner.take('#REQUIRED')) required = true;
    else if (!scanner.take('#IMPLIED')) {
      if (scanner.take('#FIXED')) {
        required = true;
        scanner.requireSpace();
      }
      fallback = scanner.literal().replace(/[\t\n]/g, ' ');
      fallback = fallback.replace(/&(#x[0-9a-fA-F]+|#\d+);/g, (_, reference) => characterOf(reference) ?? '');
      fallback = fallback.replace(/&(lt|gt|amp|quot|apos);/g, (_, known: string) => SHORT[known]);
    }
    const list = declared.attributes.get(owner) ?? [];
    if (!list.some((each) => each.name === name)) list.push({ name, isCdata: type === 'CDATA', fallback });
    declared.attributes.set(owner, list);
    taken = events.attribute(owner, name, type, fallback, required) && taken;
  }
}

const SHORT: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
const TYPES = ['CDATA', 'IDREFS', 'IDREF', 'ID', 'ENTITY', 'ENTITIES', 'NMTOKENS', 'NMTOKEN'];

function attributeType(scanner: Scanner): string {
  const known = TYPES.find((type) => scanner.take(type));
  if (known !== undefined) return known;
  let type = '';
  if (scanner.take('NOTATION')) {
    scanner.requireSpace();
    type = 'NOTATION';
  }
  scanner.expect('(');
  const names: string[] = [];
  do {
    scanner.space();
    names.push(scanner.nameToken());
    scanner.space();
  } while (scanner.take('|'));
  scanner.expect(')');
  return `${type}(${names.join('|')})`;
}

const enum Kind {
  EMPTY = 1,
  ANY = 2,
  MIXED = 3,
  NAME = 4,
  CHOICE = 5,
  SEQUENCE = 6,
}

const QUANTITIES = ['?', '*', '+'];

function quantity(scanner: Scanner): number {
  const number = QUANTITIES.indexOf(scanner.peek()) + 1;
  if (number > 0) scanner.at++;
  return number;
}

function element(scanner: Scanner, events: XmlEvents): boolean {
  scanner.requireSpace();
  const name = scanner.name();
  scanner.requireSpace();
  let model: ContentModel;
  if (scanner.take('EMPTY')) model = { kind: Kind.EMPTY, quantity: 0, name: null, children: [] };
  else if (scanner.take('ANY')) model = { kind: Kind.ANY, quantity: 0, name: null, children: [] };
  else model = group(scanner);
  scanner.space();
  scanner.expect('>');
  return events.element(name, model);
}

function group(scanner: Scanner): ContentModel {
  scanner.expect('(');
  scanner.space();
  const children: ContentModel[] = [];
  if (scanner.take('#PCDATA')) {
    scanner.space();
    while (scanner.take('|')) {
      scanner.space();
      children.push({ kind: Kind.NAME, quantity: 0, name: scanner.name(), children: [] });
      scanner.space();
    }
    scanner.expect(')');
    const many = scanner.peek() === '*';
    if (many) scanner.at++;
    else if (children.length > 0) scanner.invalid();
    return { kind: Kind.MIXED, quantity: many ? 2 : 0, name: null, children };
  }
  let separator = '';
  for (;;) {
    scanner.space();
    if (scanner.peek() === '(') children.push(group(scanner));
    else {
      const name = scanner.name();
      children.push({ kind: Kind.NAME, quantity: quantity(scanner), name, children: [] });
    }
    scanner.space();
    const next = scanner.peek();
    if (next === ')') break;
    if ((next !== '|' && next !== ',') || (separator !== '' && separator !== next)) scanner.invalid();
    separator = next;
    scanner.at++;
  }
  scanner.at++;
  const kind = separator === '|' ? Kind.CHOICE : Kind.SEQUENCE;
  return { kind, quantity: quantity(scanner), name: null, children };
}

function notation(scanner: Scanner, events: XmlEvents): boolean {
  scanner.requireSpace();
  const name = scanner.name();
  scanner.requireSpace();
  const id = externalId(scanner, false);
  if (id === undefined) scanner.invalid();
  scanner.space();
  scanner.expect('>');
  return events.notation(name, id.systemId, id.publicId);
}
