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
import { valueError } from '../../objects/exception.ts';

const pattern = /^(?:(.)?([<>=^]))?([-+ ])?(z)?(0)?(\d+)?(,)?(?:\.(\d+))?([eEfFgGn%])?$/su;

/** format(Decimal, spec), with the rounding of the context (mpd_qformat_spec). */
export function formatDecimal(x: Decimal, spec: string, rounding: Rounding, capitals: boolean): string {
  const match = pattern.exec(spec);
  if (match === null) throw valueError('invalid format string');
  const [, fillGiven, alignGiven, sign = '-', noNegativeZero, zero, width, grouping, precision, type] = match;
  // What isn't a number is never padded with zeros.
  const padZeros = zero !== undefined && alignGiven === undefined && isFiniteDecimal(x);
  const fill = fillGiven ?? (padZeros ? '0' : ' ');
  const align = alignGiven ?? (padZeros ? '=' : '>');
  let text = isFiniteDecimal(x)
    ? digitsFor(x, type, precision, rounding, capitals)
    : decimalText(x, true) + (type === '%' ? '%' : '');
  let negative = text.startsWith('-');
  if (negative) text = text.slice(1);
  if (negative && noNegativeZero !== undefined && isFiniteDecimal(x) && !/[1-9]/.test(text.replace(/e.*$/i, '')))
    negative = false;
  const prefix = negative ? '-' : sign === '-' ? '' : sign;
  const total = width === undefined ? 0 : Number(width);
  if (isFiniteDecimal(x)) {
    const end = text.search(/[.eE%]/);
    const whole = end < 0 ? text : text.slice(0, end);
    const rest = end < 0 ? '' : text.slice(end);
    const separator = grouping ?? '';
    const least = padZeros ? total - prefix.length - rest.length : 0;
    text = grouped(whole, separator, least) + rest;
  }
  const missing = total - prefix.length - Array.from(text).length;
  if (missing <= 0) return prefix + text;
  if (align === '=') return prefix + fill.repeat(missing) + text;
  if (align === '<') return prefix + text + fill.repeat(missing);
  if (align === '>') return fill.repeat(missing) + prefix + text;
  const left = Math.floor(missing / 2);
  return fill.repeat(left) + prefix + text + fill.repeat(missing - left);
}

/** Digits in groups of three, filled with zeros to a width. */
function grouped(whole: string, separator: string, least: number): string {
  if (separator === '') return whole.padStart(least, '0');
  const group = (digits: string): string => digits.replace(/\B(?=(\d{3})+$)/g, separator);
  let digits = whole;
  while (group(digits).length < least) digits = `0${digits}`;
  return group(digits);
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
  const kind = type === undefined ? 'g' : type.toLowerCase().replace('n', 'g');
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
