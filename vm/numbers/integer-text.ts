import { Problem } from '../text/problem.ts';
import { asciiNumber } from './float-text.ts';
import { type Integer, normalize } from './integer.ts';

/** sys.int_info.default_max_str_digits and str_digits_check_threshold. */
export const DEFAULT_MAX_STR_DIGITS = 4300;
export const STR_DIGITS_CHECK_THRESHOLD = 640;

const LIMIT = (limit: number): string => `Exceeds the limit (${limit} digits) for integer string conversion`;
const ADVICE = 'use sys.set_int_max_str_digits() to increase the limit';

/** `str(value)`, which `limit` digits bound (0: no bound; sys.set_int_max_str_digits). */
export function integerToText(value: Integer, limit = DEFAULT_MAX_STR_DIGITS): string {
  if (typeof value === 'number') return `${value}`;
  const text = value.toString();
  if (limit > 0 && text.length > limit && text.length - (value < 0n ? 1 : 0) > limit) {
    throw new Problem('ValueError', `${LIMIT(limit)}; ${ADVICE}`);
  }
  return text;
}

/** The digits of `value` in base 2, 8 or 16, without a prefix; the sign in front. */
export function integerInBase(value: Integer, base: 2 | 8 | 16): string {
  return value.toString(base);
}

const digitOf = (unit: number): number => {
  if (unit >= 0x30 && unit <= 0x39) return unit - 0x30;
  const letter = unit | 0x20;
  return letter >= 0x61 && letter <= 0x7a ? letter - 0x57 : 99;
};

/**
 * `int(text, base)` (longobject.c, PyLong_FromUnicodeObject, 3.14). `repr` writes the original argument for the
 * error message.
 */
export function parseInteger(text: string, base: Integer, repr: () => string, limit = DEFAULT_MAX_STR_DIGITS): Integer {
  if (base !== 0 && (base < 2 || base > 36)) throw new Problem('ValueError', 'int() base must be >= 2 and <= 36, or 0');
  const value = parseAscii(asciiNumber(text), Number(base), limit);
  if (value !== undefined) return value;
  const shown = Array.from(repr()).slice(0, 200).join('');
  throw new Problem('ValueError', `invalid literal for int() with base ${base}: ${shown}`);
}

const PREFIX: Readonly<Record<string, number>> = { x: 16, X: 16, o: 8, O: 8, b: 2, B: 2 };

function parseAscii(text: string, givenBase: number, limit: number): Integer | undefined {
  let i = 0;
  const negative = text[0] === '-';
  if (negative || text[0] === '+') i++;
  let base = givenBase;
  let onlyZeros = false;
  const prefix = text[i] === '0' ? PREFIX[text[i + 1]] : undefined;
  if (base === 0) {
    base = prefix ?? 10;
    // 010 was octal once, so that without a base only zeros may start with a zero.
    onlyZeros = prefix === undefined && text[i] === '0';
  }
  if (prefix !== undefined && prefix === base) {
    i += 2;
    if (text[i] === '_') i++;
  }
  const start = i;
  let afterDigit = false;
  let underscores = false;
  let digits = 0;
  let value = 0;
  for (; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === 0x5f) {
      if (!afterDigit) return undefined;
      afterDigit = false;
      underscores = true;
      continue;
    }
    const digit = digitOf(unit);
    if (digit >= base) return undefined;
    if (onlyZeros && digit !== 0) return undefined;
    value = value * base + digit;
    afterDigit = true;
    digits++;
  }
  if (!afterDigit) return undefined;
  if ((base & (base - 1)) !== 0 && limit > 0 && digits > limit) {
    throw new Problem('ValueError', `${LIMIT(limit)}: value has ${digits} digits; ${ADVICE}`);
  }
  if (Number.isSafeInteger(value)) return negative ? 0 - value : value;
  const plain = underscores ? text.substring(start).replaceAll('_', '') : text.substring(start);
  const size = parseDigits(plain, base);
  return normalize(negative ? -size : size);
}

function parseDigits(digits: string, base: number): bigint {
  if (base === 10) return BigInt(digits);
  if (base === 16) return BigInt(`0x${digits}`);
  if (base === 8) return BigInt(`0o${digits}`);
  if (base === 2) return BigInt(`0b${digits}`);
  return halves(digits, BigInt(base));
}

/** Splitting in halves lets the engine's fast multiplication do the work of long texts. */
function halves(digits: string, base: bigint): bigint {
  if (digits.length <= 9) return BigInt(Number.parseInt(digits, Number(base)));
  const low = digits.length >> 1;
  const cut = digits.length - low;
  return halves(digits.substring(0, cut), base) * base ** BigInt(low) + halves(digits.substring(cut), base);
}
