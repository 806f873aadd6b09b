import { utf8Length } from '../../../compiler/text/columns.ts';
import { vm } from '../../interpreter/state.ts';
import {
  type Decimal,
  digitCount,
  finite,
  isFiniteDecimal,
  isZero,
  type Rounding,
  rescale,
  roundOff,
  unbounded,
} from '../../numbers/decimal.ts';
import { decimalText } from '../../numbers/decimal-text.ts';
import { PyDict } from '../../objects/dict.ts';
import { overflowError, typeError, valueError } from '../../objects/exception.ts';
import type { Slot } from '../../objects/object.ts';
import { stringOf } from '../../objects/str.ts';
import { lengthOf } from '../../text/code-points.ts';
import { MAX_EMAX, MAX_SSIZE, type PyContext } from './context.ts';

const pattern = /^(?:(.)?([<>=^]))?([-+ ])?(z)?(#)?(0)?(\d+)?(,)?(?:\.(\d+))?([eEfFgGnN%])?$/su;

/** What stands between the digits: as in C's localeconv(), sizes of groups from the right, the last for all that follow. */
interface Punctuation {
  readonly point: string;
  readonly separator: string;
  readonly sizes: readonly number[];
}

/** In a list of sizes of groups: what is left is one group (CHAR_MAX). */
const UNDIVIDED = 127;

/**
 * format(Decimal, spec), with the rounding of the context (dec_format). `override` is a dict in the form of localeconv() for what the
 * specification leaves open. Raises ValueError for specifications that can't be.
 */
export function formatDecimal(x: Decimal, spec: string, context: PyContext, override: Slot): string {
  if (spec.endsWith('N')) vm.warn?.('DeprecationWarning', "Format specifier 'N' is deprecated");
  const match = pattern.exec(spec);
  if (match === null) throw valueError('invalid format string');
  const [, fillGiven, alignGiven, sign = '-', noNegativeZero, alternate, zero, width, comma, precision, given] = match;
  // The forms that libmpdec doesn't know are those of _pydecimal, which takes no other punctuation.
  const isExtended = noNegativeZero !== undefined || alternate !== undefined;
  const byLocale = given === 'n' || given === 'N';
  if (byLocale && (comma !== undefined || (given === 'N' && isExtended))) throw valueError('invalid format string');
  const type = given === 'n' ? 'g' : given === 'N' ? 'G' : given;
  const usual = comma === undefined ? PLAIN : THOUSANDS;
  const { point, separator, sizes } =
    override === undefined || isExtended ? usual : overridden(override, byLocale || comma !== undefined ? usual : NONE);
  const total = sizeOf(width);
  sizeOf(precision);
  // What isn't a number is never padded with zeros.
  const isNumber = isFiniteDecimal(x);
  const padZeros = zero !== undefined && alignGiven === undefined && isNumber;
  const fill = fillGiven ?? (padZeros ? '0' : ' ');
  const align = alignGiven ?? (padZeros ? '=' : '>');
  let text = isNumber
    ? digitsFor(x, type, precision, context.rounding, context.capitals === 1)
    : decimalText(x, true) + (type === '%' ? '%' : '');
  let negative = text.startsWith('-');
  if (negative) text = text.slice(1);
  if (negative && noNegativeZero !== undefined && isNumber && !/[1-9]/.test(text.replace(/e.*$/i, '')))
    negative = false;
  const prefix = negative ? '-' : sign === '-' ? '' : sign;
  if (isNumber) {
    const end = text.search(/[.eE%]/);
    const whole = end < 0 ? text : text.slice(0, end);
    let rest = end < 0 ? '' : text.slice(end);
    if (rest.startsWith('.')) rest = point + rest.slice(1);
    else if (alternate !== undefined) rest = point + rest;
    const least = padZeros ? total - prefix.length - lengthOf(rest) : 0;
    text = grouped(whole, separator, sizes, least) + rest;
  }
  const missing = total - prefix.length - lengthOf(text);
  if (missing <= 0) return prefix + text;
  if (align === '=') return prefix + fill.repeat(missing) + text;
  if (align === '<') return prefix + text + fill.repeat(missing);
  if (align === '>') return fill.repeat(missing) + prefix + text;
  const left = Math.floor(missing / 2);
  return fill.repeat(left) + prefix + text + fill.repeat(missing - left);
}

const PLAIN: Punctuation = { point: '.', separator: '', sizes: [] };
const THOUSANDS: Punctuation = { point: '.', separator: ',', sizes: [3] };
/** Where nothing but an override says how numbers are written. */
const NONE: Punctuation = { point: '', separator: '', sizes: [] };

/** Punctuation as a dict has it, whose texts are at most four bytes long (mpd_validate_lconv). */
function overridden(override: Slot, usual: Punctuation): Punctuation {
  if (!(override instanceof PyDict)) throw typeError('optional argument must be a dict');
  const entry = (name: string): string | undefined => {
    const value = override.getString(name);
    if (value === undefined) return undefined;
    const text = stringOf(value);
    if (text === undefined) throw typeError('bad argument type for built-in operation');
    return text;
  };
  const { point, separator } = {
    point: entry('decimal_point') ?? usual.point,
    separator: entry('thousands_sep') ?? usual.separator,
  };
  const given = entry('grouping');
  const sizes = given === undefined ? usual.sizes : Array.from(given.split('\0')[0], (size) => size.charCodeAt(0));
  const isShort = (text: string): boolean => utf8Length(text, 0, text.length) <= 4;
  if (point === '' || !isShort(point) || !isShort(separator) || sizes.some((size) => size > UNDIVIDED)) {
    throw valueError('invalid override dict');
  }
  return { point, separator, sizes };
}

/** A width or precision of a specification, 0 when it has none. */
function sizeOf(digits: string | undefined): number {
  if (digits === undefined) return 0;
  const size = BigInt(digits);
  if (size > MAX_SSIZE) throw overflowError("cannot fit 'int' into an index-sized integer");
  if (size > MAX_EMAX) throw valueError('format specification exceeds internal limits of _decimal');
  return Number(size);
}

/** Digits in groups, filled with zeros to a width; no group begins with a separator. */
function grouped(whole: string, separator: string, sizes: readonly number[], least: number): string {
  if (separator === '' || sizes.length === 0) return whole.padStart(least, '0');
  const groups: string[] = [];
  let digits = whole;
  let room = least;
  for (let i = 0; groups.length === 0 || digits !== '' || room > 0; i++) {
    if (i > 0) room -= lengthOf(separator);
    const left = Math.max(digits.length, room, 1);
    const size = sizes[Math.min(i, sizes.length - 1)];
    const length = size === UNDIVIDED ? left : Math.min(left, size);
    groups.unshift(digits.slice(-length).padStart(length, '0'));
    digits = digits.slice(0, -length);
    room -= length;
  }
  return groups.join(separator);
}

function digitsFor(
  given: Decimal,
  type: string | undefined,
  precisionText: string | undefined,
  rounding: Rounding,
  capitals: boolean,
): string {
  const context = { ...unbounded(), rounding };
  let x = given;
  if (type === '%') x = finite(x.negative, x.coefficient, x.exponent + 2);
  const precision = precisionText === undefined ? undefined : Number(precisionText);
  const upper = type === undefined ? capitals : type === 'E' || type === 'G' || type === 'F';
  const kind = type === undefined ? 'g' : type.toLowerCase();
  if (precision !== undefined) {
    if (kind === 'e') x = toDigits(x, precision + 1, rounding);
    else if (kind === 'f' || kind === '%') x = rescale(x, -precision, context);
    else if (digitCount(x.coefficient) > Math.max(1, precision)) x = toDigits(x, Math.max(1, precision), rounding);
  }
  if (isZero(x) && x.exponent > 0 && (kind === 'f' || kind === '%')) x = rescale(x, 0, context);
  const sign = x.negative ? '-' : '';
  const digits = x.coefficient.toString();
  const left = x.exponent + digits.length;
  let point: number;
  if (kind === 'e') point = isZero(x) && precision !== undefined ? 1 - precision : 1;
  else if (kind === 'f' || kind === '%') point = left;
  else point = x.exponent <= 0 && left > -6 ? left : 1;
  let text: string;
  if (point <= 0) text = `0.${'0'.repeat(-point)}${digits}`;
  else if (point >= digits.length) text = digits + '0'.repeat(point - digits.length);
  else text = `${digits.slice(0, point)}.${digits.slice(point)}`;
  if (kind === 'f' || kind === '%') return `${sign}${text}${kind === '%' ? '%' : ''}`;
  if (kind === 'g' && left === point) return sign + text;
  const power = left - point;
  return `${sign}${text}${upper ? 'E' : 'e'}${power < 0 ? '' : '+'}${power}`;
}

/** x rounded to so many digits, padded with zeros where there are fewer. */
function toDigits(x: Decimal, count: number, rounding: Rounding): Decimal {
  const have = digitCount(x.coefficient);
  if (x.coefficient === 0n) return finite(x.negative, 0n, x.exponent);
  if (have <= count)
    return finite(x.negative, x.coefficient * 10n ** BigInt(count - have), x.exponent - (count - have));
  const { rounded } = roundOff(x.coefficient, have - count, x.negative, rounding);
  const carried = digitCount(rounded) > count;
  return finite(x.negative, carried ? rounded / 10n : rounded, x.exponent + have - count + (carried ? 1 : 0));
}
