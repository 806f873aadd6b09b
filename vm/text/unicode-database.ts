import { digitValue, flags } from './character.ts';
import database from './tables/database.json';
import { unfoldRuns } from './unicode-runs.ts';

// The Unicode character database, version 16, as CPython 3.14's unicodedata has it.

const enum Field {
  Category,
  Bidirectional,
  Combining,
  Mirrored,
  EastAsianWidth,
}

type Properties = readonly [string, string, number, number, string];

const records = database.records as unknown as readonly Properties[];
let table: Uint16Array | undefined;

function propertiesOf(codePoint: number): Properties {
  table ??= unfoldRuns(database.runs);
  return records[table[codePoint]];
}

export const category = (codePoint: number): string => propertiesOf(codePoint)[Field.Category];
export const bidirectional = (codePoint: number): string => propertiesOf(codePoint)[Field.Bidirectional];
export const combining = (codePoint: number): number => propertiesOf(codePoint)[Field.Combining];
export const mirrored = (codePoint: number): number => propertiesOf(codePoint)[Field.Mirrored];
export const eastAsianWidth = (codePoint: number): string => propertiesOf(codePoint)[Field.EastAsianWidth];

export const unicodeVersion: string = database.unicode;

/** The numeric value of characters whose value isn't their digit's: fractions and larger numbers. */
export function numericValue(codePoint: number): number | undefined {
  return (database.numeric as Record<string, number>)[codePoint.toString(36)];
}

/** The numeric value of any character; undefined when it has none. */
export function numberOf(codePoint: number): number | undefined {
  const digit = digitValue(codePoint);
  return numericValue(codePoint) ?? (digit < 0 ? undefined : digit);
}

let decompositions: Map<number, string> | undefined;

/** The decomposition mapping as the database writes it, such as '<compat> 0020 0301'; '' if there is none. */
export function decomposition(codePoint: number): string {
  if (decompositions === undefined) {
    decompositions = new Map();
    let at = 0;
    for (const row of database.decomposition.split(';')) {
      const colon = row.indexOf(':');
      at += Number.parseInt(row.slice(0, colon), 36);
      decompositions.set(at, row.slice(colon + 1));
    }
  }
  return decompositions.get(codePoint) ?? '';
}

export type NormalForm = 'NFC' | 'NFD' | 'NFKC' | 'NFKD';

/**
 * Normalises by JavaScript's own tables, which agree on every character that Unicode 16 has; characters that only a later
 * version of JavaScript's knows are left as they are.
 */
export function normalize(text: string, form: NormalForm): string {
  return normalizeParts(text, form, isAssigned);
}

function isAssigned(codePoint: number): boolean {
  return codePoint < 0x300 || flags(codePoint) !== 0 || category(codePoint) !== 'Cn';
}

/** Normalises what lies between the characters that aren't assigned. */
export function normalizeParts(text: string, form: NormalForm, assigned: (codePoint: number) => boolean): string {
  let result = '';
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    const codePoint = text.codePointAt(i)!;
    const width = codePoint > 0xffff ? 2 : 1;
    if (!assigned(codePoint)) {
      result += text.substring(start, i).normalize(form) + text.substring(i, i + width);
      start = i + width;
    }
    i += width - 1;
  }
  return result + text.substring(start).normalize(form);
}
