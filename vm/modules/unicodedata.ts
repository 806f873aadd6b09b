import { characterByName, nameOfCharacter } from '../../compiler/text/unicode-names.ts';
import { type Declaration, defineType, type ModuleDefinition } from '../objects/define.ts';
import { keyErrorType, newException, typeError, valueError } from '../objects/exception.ts';
import { PyFloat } from '../objects/float.ts';
import { newType, PyObject, type Slot, typeOf, type Value } from '../objects/object.ts';
import { stringOf } from '../objects/str.ts';
import { decimalValue, digitValue } from '../text/character.ts';
import { lengthOf } from '../text/code-points.ts';
import * as database32 from '../text/unicode-3.2.ts';
import * as database from '../text/unicode-database.ts';

function character(value: Value, name: string, numbered = false): number {
  const text = stringOf(value);
  const where = numbered ? `${name}(): argument 1` : `${name}() argument`;
  const plain = numbered ? `${name}() argument 1` : where;
  if (text === undefined) throw typeError(`${plain} must be a unicode character, not ${typeOf(value).tp_name}`);
  const length = lengthOf(text);
  if (length !== 1) {
    throw typeError(
      `${name}(): argument ${numbered ? '1 ' : ''}must be a unicode character, not a string of length ${length}`,
    );
  }
  return text.codePointAt(0)!;
}

/** What a version of the database knows of characters; -1 and undefined stand for nothing. */
interface Database {
  readonly unicodeVersion: string;
  category(codePoint: number): string;
  bidirectional(codePoint: number): string;
  combining(codePoint: number): number;
  mirrored(codePoint: number): number;
  eastAsianWidth(codePoint: number): string;
  decimal(codePoint: number): number;
  digit(codePoint: number): number;
  number(codePoint: number): number | undefined;
  decomposition(codePoint: number): string;
  normalize(text: string, form: database.NormalForm): string;
}

const present: Database = { ...database, decimal: decimalValue, digit: digitValue, number: database.numberOf };
const old: Database = { ...database32, number: database32.numericValue };

const known = (value: number): Slot => (value < 0 ? undefined : value);

function formOf(value: Value): database.NormalForm {
  const form = stringOf(value);
  if (form === 'NFC' || form === 'NFD' || form === 'NFKC' || form === 'NFKD') return form;
  throw valueError('invalid normalization form');
}

function textOf(value: Value, name: string): string {
  const text = stringOf(value);
  if (text === undefined) throw typeError(`${name}() argument 2 must be str, not ${typeOf(value).tp_name}`);
  return text;
}

/** The functions of a database: of the module, or methods of the object `self` that stands for it. */
function functionsOf(of: Database, self: '$module' | '$self'): Record<string, Declaration> {
  const isMethod = self === '$self';
  /** The arguments without the object itself. */
  const own = (given: Value[]): Value[] => (isMethod ? given.slice(1) : given);
  const property = (name: string, value: (codePoint: number) => Value): Declaration => [
    `(${self}, chr, /)`,
    (...given: Value[]) => value(character(own(given)[0], name)),
  ];
  /** A value that not every character has: `missing` says so where there is no default. */
  const optional = (name: string, value: (codePoint: number) => Slot, missing: string): Declaration => [
    `(${self}, chr, default=<unrepresentable>, /)`,
    (...given: Value[]) => {
      const [chr, otherwise] = own(given) as [Value, Slot];
      const found = value(character(chr, name, true)) ?? otherwise;
      if (found === undefined) throw valueError(missing);
      return found;
    },
  ];
  return {
    bidirectional: property('bidirectional', of.bidirectional),
    category: property('category', of.category),
    combining: property('combining', of.combining),
    decimal: optional('decimal', (c) => known(of.decimal(c)), 'not a decimal'),
    decomposition: property('decomposition', of.decomposition),
    digit: optional('digit', (c) => known(of.digit(c)), 'not a digit'),
    east_asian_width: property('east_asian_width', of.eastAsianWidth),
    is_normalized: [
      `(${self}, form, unistr, /)`,
      (...given: Value[]) => {
        const [form, unistr] = own(given);
        const text = textOf(unistr, 'is_normalized');
        return of.normalize(text, formOf(form)) === text;
      },
    ],
    lookup: [`(${self}, name, /)`, (...given: Value[]) => lookup(of, own(given)[0])],
    mirrored: property('mirrored', of.mirrored),
    name: optional('name', (c) => (of.category(c) === 'Cn' ? undefined : nameOfCharacter(c)), 'no such name'),
    normalize: [
      `(${self}, form, unistr, /)`,
      (...given: Value[]) => {
        const [form, unistr] = own(given);
        return of.normalize(textOf(unistr, 'normalize'), formOf(form));
      },
    ],
    numeric: optional(
      'numeric',
      (c) => {
        const value = of.number(c);
        return value === undefined ? undefined : new PyFloat(value);
      },
      'not a numeric character',
    ),
  };
}

function lookup(of: Database, value: Value): Value {
  const name = stringOf(value) ?? '';
  const found = characterByName(name);
  if (found === undefined || of.category(found) === 'Cn') {
    throw newException(keyErrorType, `undefined character name '${name}'`);
  }
  return String.fromCodePoint(found);
}

const ucdType = defineType(newType('unicodedata.UCD'), {
  module: 'unicodedata',
  subclassable: false,
  instantiable: false,
  methods: functionsOf(old, '$self'),
  members: { unidata_version: [() => old.unicodeVersion] },
});

/** CPython 3.14's Modules/unicodedata.c. Named sequences are not there. */
export const unicodedata: ModuleDefinition = {
  name: 'unicodedata',
  doc: 'Access to the Unicode character database.',
  functions: functionsOf(present, '$module'),
  attributes: {
    unidata_version: present.unicodeVersion,
    UCD: ucdType,
    ucd_3_2_0: new PyObject(ucdType),
  },
};
