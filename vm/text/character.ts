import types from './tables/types.json';
import { unfoldRuns } from './unicode-runs.ts';

// What CPython's unicodetype_db.h knows of every code point, taken from CPython 3.14 itself by tools/generate-unicode.ts.

/** The properties that str's predicates ask for; the bits are those of tools/generate-unicode.ts. */
export const enum CharacterFlag {
  Alpha = 1 << 0,
  Decimal = 1 << 1,
  Digit = 1 << 2,
  Numeric = 1 << 3,
  Lower = 1 << 4,
  Upper = 1 << 5,
  Title = 1 << 6,
  Space = 1 << 7,
  Printable = 1 << 8,
  IdentifierStart = 1 << 9,
  IdentifierContinue = 1 << 10,
  Cased = 1 << 11,
  CaseIgnorable = 1 << 12,
  LineBreak = 1 << 13,
  /** Has another case by the simple mappings: `_sre.unicode_iscased`. */
  HasCase = 1 << 14,
}

const enum Field {
  Flags,
  Upper,
  Lower,
  Title,
  Decimal,
  Digit,
}

const records = types.records as readonly (readonly number[])[];
const flagsOf = Uint16Array.from(records, (record) => record[Field.Flags]);
const upperOf = Int32Array.from(records, (record) => record[Field.Upper]);
const lowerOf = Int32Array.from(records, (record) => record[Field.Lower]);
const titleOf = Int32Array.from(records, (record) => record[Field.Title]);
const decimalOf = Int8Array.from(records, (record) => record[Field.Decimal]);
const digitOf = Int8Array.from(records, (record) => record[Field.Digit]);

// Unfolded at the first question about a character beyond Latin-1; most programs never ask one.
let table = unfoldRuns(types.runs.slice(0, latin1Length(types.runs))).subarray(0, 256);
let complete = false;

/** Length of the part of the runs that covers at least the first 256 code points. */
function latin1Length(runs: string): number {
  let at = 0;
  for (let covered = 0; covered < 256; ) {
    covered += Number.parseInt(runs.slice(at), 36);
    at = runs.indexOf(';', at) + 1;
  }
  return at - 1;
}

function recordOf(codePoint: number): number {
  if (codePoint >= 256 && !complete) {
    table = unfoldRuns(types.runs);
    complete = true;
  }
  return table[codePoint];
}

export function flags(codePoint: number): number {
  return flagsOf[recordOf(codePoint)];
}

export const isSpace = (codePoint: number): boolean => (flags(codePoint) & CharacterFlag.Space) !== 0;
export const isPrintable = (codePoint: number): boolean => (flags(codePoint) & CharacterFlag.Printable) !== 0;
export const isLineBreak = (codePoint: number): boolean => (flags(codePoint) & CharacterFlag.LineBreak) !== 0;
export const isCased = (codePoint: number): boolean => (flags(codePoint) & CharacterFlag.Cased) !== 0;

/** _PyUnicode_IsAlnum: alphabetic or a number of any kind. */
export const isAlphanumeric = (codePoint: number): boolean =>
  (flags(codePoint) & (CharacterFlag.Alpha | CharacterFlag.Decimal | CharacterFlag.Digit | CharacterFlag.Numeric)) !==
  0;

/** The decimal digit's value, or -1. */
export const decimalValue = (codePoint: number): number => decimalOf[recordOf(codePoint)];
/** The digit's value (superscripts and the like included), or -1. */
export const digitValue = (codePoint: number): number => digitOf[recordOf(codePoint)];

/** The simple mappings to one code point: _PyUnicode_ToUppercase and its sisters. */
export const simpleUpper = (codePoint: number): number => codePoint + upperOf[recordOf(codePoint)];
export const simpleLower = (codePoint: number): number => codePoint + lowerOf[recordOf(codePoint)];
export const simpleTitle = (codePoint: number): number => codePoint + titleOf[recordOf(codePoint)];

/** The code points whose case mapping isn't one to one: their upper, lower, title and folded forms. */
const special = new Map<number, readonly string[]>(
  Object.entries(types.special).map(([key, forms]) => [Number.parseInt(key, 36), forms]),
);

export function fullUpper(codePoint: number): string {
  return special.get(codePoint)?.[0] ?? String.fromCodePoint(simpleUpper(codePoint));
}

export function fullLower(codePoint: number): string {
  return special.get(codePoint)?.[1] ?? String.fromCodePoint(simpleLower(codePoint));
}

export function fullTitle(codePoint: number): string {
  return special.get(codePoint)?.[2] ?? String.fromCodePoint(simpleTitle(codePoint));
}

export function foldCase(codePoint: number): string {
  return special.get(codePoint)?.[3] ?? String.fromCodePoint(simpleLower(codePoint));
}
