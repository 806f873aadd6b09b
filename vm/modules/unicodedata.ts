import { characterByName, nameOfCharacter } from '../../compiler/text/unicode-names.ts';
import type { Declaration, ModuleDefinition } from '../objects/define.ts';
import { keyErrorType, newException, typeError, valueError } from '../objects/exception.ts';
import { PyFloat } from '../objects/float.ts';
import { type Slot, typeOf, type Value } from '../objects/object.ts';
import { stringOf } from '../objects/str.ts';
import { decimalValue, digitValue } from '../text/character.ts';
import { lengthOf } from '../text/code-points.ts';
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

function property(name: string, of: (codePoint: number) => Value): Declaration {
  return ['($module, chr, /)', (value: Value) => of(character(value, name))];
}

/** A value that not every character has: `missing` says so where there is no default. */
function optional(name: string, of: (codePoint: number) => Slot, missing: string): Declaration {
  return [
    '($module, chr, default=<unrepresentable>, /)',
    (value: Value, otherwise: Slot) => {
      const found = of(character(value, name, true)) ?? otherwise;
      if (found === undefined) throw valueError(missing);
      return found;
    },
  ];
}

const known = (value: number): Slot => (value < 0 ? undefined : value);

function numeric(codePoint: number): Slot {
  const value = database.numericValue(codePoint) ?? digitValue(codePoint);
  return value === -1 && database.numericValue(codePoint) === undefined ? undefined : new PyFloat(value);
}

function lookup(value: Value): Value {
  const name = stringOf(value) ?? '';
  const found = characterByName(name);
  if (found === undefined) throw newException(keyErrorType, `undefined character name '${name}'`);
  return String.fromCodePoint(found);
}

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

/** CPython 3.14's Modules/unicodedata.c. Named sequences, and the database of version 3.2, are not there. */
export const unicodedata: ModuleDefinition = {
  name: 'unicodedata',
  doc: 'Access to the Unicode character database.',
  functions: {
    bidirectional: property('bidirectional', database.bidirectional),
    category: property('category', database.category),
    combining: property('combining', database.combining),
    decimal: optional('decimal', (c) => known(decimalValue(c)), 'not a decimal'),
    decomposition: property('decomposition', database.decomposition),
    digit: optional('digit', (c) => known(digitValue(c)), 'not a digit'),
    east_asian_width: property('east_asian_width', database.eastAsianWidth),
    is_normalized: [
      '($module, form, unistr, /)',
      (form: Value, text: Value) => {
        const given = textOf(text, 'is_normalized');
        return database.normalize(given, formOf(form)) === given;
      },
    ],
    lookup: ['($module, name, /)', lookup],
    mirrored: property('mirrored', database.mirrored),
    name: optional('name', nameOfCharacter, 'no such name'),
    normalize: [
      '($module, form, unistr, /)',
      (form: Value, text: Value) => database.normalize(textOf(text, 'normalize'), formOf(form)),
    ],
    numeric: optional('numeric', numeric, 'not a numeric character'),
  },
  attributes: { unidata_version: database.unicodeVersion },
};
