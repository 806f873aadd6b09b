import { decimalValue, digitValue } from './character.ts';
import database from './tables/database-3.2.json';
import * as now from './unicode-database.ts';
import { unfoldRuns } from './unicode-runs.ts';

// The Unicode character database, version 3.2, as far as it differs from the present one: unicodedata.ucd_3_2_0, which the rules
// of internationalised domain names are written for.

const enum Field {
  Category,
  Bidirectional,
  Combining,
  Mirrored,
  EastAsianWidth,
  Decimal,
  Digit,
}

type Properties = readonly [string, string, number, number, string, number, number];

const records = database.records as unknown as readonly Properties[];
let table: Uint16Array | undefined;

/** The properties that a character had; undefined when they are those of now. */
function changed(codePoint: number): Properties | undefined {
  table ??= unfoldRuns(database.runs);
  const record = table[codePoint];
  return record === 0 ? undefined : records[record];
}

const isAssigned = (codePoint: number): boolean => category(codePoint) !== 'Cn';

export const category = (c: number): string => changed(c)?.[Field.Category] ?? now.category(c);
export const bidirectional = (c: number): string => changed(c)?.[Field.Bidirectional] ?? now.bidirectional(c);
export const combining = (c: number): number => changed(c)?.[Field.Combining] ?? now.combining(c);
export const mirrored = (c: number): number => changed(c)?.[Field.Mirrored] ?? now.mirrored(c);
export const eastAsianWidth = (c: number): string => changed(c)?.[Field.EastAsianWidth] ?? now.eastAsianWidth(c);
export const decimal = (c: number): number => changed(c)?.[Field.Decimal] ?? decimalValue(c);
export const digit = (c: number): number => changed(c)?.[Field.Digit] ?? digitValue(c);

export const unicodeVersion: string = database.unicode;

const numeric: Readonly<Record<string, number | null>> = database.numeric;

export function numericValue(codePoint: number): number | undefined {
  if (!isAssigned(codePoint)) return undefined;
  const own = numeric[codePoint.toString(36)];
  if (own !== undefined) return own ?? undefined;
  return now.numberOf(codePoint);
}

export function decomposition(codePoint: number): string {
  if (!isAssigned(codePoint)) return '';
  const own = (database.decomposition as Readonly<Record<string, string>>)[codePoint.toString(36)];
  return own ?? now.decomposition(codePoint);
}

const corrections = new Map<string, string>(
  Object.entries(database.corrections).map(([key, form]) => [String.fromCodePoint(Number.parseInt(key, 36)), form]),
);

/** Characters that 3.2 doesn't have stay as they are, and some had another decomposition. */
export function normalize(text: string, form: now.NormalForm): string {
  let corrected = '';
  for (const character of text) corrected += corrections.get(character) ?? character;
  return now.normalizeParts(corrected, form, isAssigned);
}
