import { decimalValue, isSpace } from '../text/character.ts';
import { Problem } from '../text/problem.ts';
import { scale } from './conversion.ts';
import { type Digits, decompose, fractionDigits, shortestDigits, significantDigits } from './digits.ts';

/** `repr(value)` of a float: the shortest text that reads back, with an exponent from 1e16 on and below 1e-4. */
export function floatRepr(value: number): string {
  if (Number.isInteger(value) && value < 1e16 && value > -1e16) {
    return value === 0 && 1 / value < 0 ? '-0.0' : `${value}.0`;
  }
  // From 1e-4 to 1e16, JavaScript and Python write a fraction alike.
  if ((value >= 1e-4 && value < 1e16) || (value <= -1e-4 && value > -1e16)) return `${value}`;
  return formatFloat(value, 'r', 0, FloatFormat.AddDotZero);
}

export const enum FloatFormat {
  None = 0,
  Sign = 1,
  AddDotZero = 2,
  Alternate = 4,
  NoNegativeZero = 8,
}

export type FloatCode = 'e' | 'E' | 'f' | 'F' | 'g' | 'G' | 'r';

/** PyOS_double_to_string (pystrtod.c, 3.14): `code` may be upper case; `precision` is ignored for 'r'. */
export function formatFloat(value: number, code: FloatCode, precision: number, options: number): string {
  const kind = code.toLowerCase();
  const text = formatLower(value, kind as 'e' | 'f' | 'g' | 'r', precision, options);
  return kind === code ? text : text.toUpperCase();
}

function formatLower(value: number, code: 'e' | 'f' | 'g' | 'r', precision: number, options: number): string {
  const plus = (options & FloatFormat.Sign) !== 0 ? '+' : '';
  if (Number.isNaN(value)) return `${plus}nan`;
  const negative = value < 0 || (value === 0 && 1 / value < 0);
  const size = negative ? -value : value;
  if (size === Infinity) return negative ? '-inf' : `${plus}inf`;
  let digits: Digits;
  let useExponent = false;
  let width: number;
  switch (code) {
    case 'e':
      digits = significantDigits(size, precision + 1);
      useExponent = true;
      width = precision + 1;
      break;
    case 'f':
      digits = fractionDigits(size, precision);
      width = digits.point + precision;
      break;
    case 'g':
      width = precision === 0 ? 1 : precision;
      digits = significantDigits(size, width);
      useExponent = digits.point <= -4 || digits.point > width - ((options & FloatFormat.AddDotZero) !== 0 ? 1 : 0);
      if ((options & FloatFormat.Alternate) === 0) width = digits.digits.length;
      break;
    default:
      digits = shortestDigits(size);
      useExponent = digits.point <= -4 || digits.point > 16;
      width = digits.digits.length;
  }
  const isZero = digits.digits === '0';
  const sign = negative && !(isZero && (options & FloatFormat.NoNegativeZero) !== 0) ? '-' : plus;
  return sign + (useExponent ? withExponent(digits, width, options) : withoutExponent(digits, width, options));
}

function withExponent({ digits, point }: Digits, width: number, options: number): string {
  const exponent = point - 1;
  const fraction = digits.substring(1).padEnd(width - 1, '0');
  const dot = fraction !== '' ? `.${fraction}` : (options & FloatFormat.Alternate) !== 0 ? '.' : '';
  const size = Math.abs(exponent);
  return `${digits[0]}${dot}e${exponent < 0 ? '-' : '+'}${size < 10 ? '0' : ''}${size}`;
}

function withoutExponent({ digits, point }: Digits, width: number, options: number): string {
  let whole: string;
  let fraction: string;
  if (point <= 0) {
    whole = '0';
    fraction = ('0'.repeat(-point) + digits).padEnd(width - point, '0').substring(0, Math.max(width - point, 0));
    if (digits === '0') fraction = '0'.repeat(Math.max(width - point, 0));
  } else {
    whole = digits.substring(0, point).padEnd(point, '0');
    fraction = digits.substring(point).padEnd(Math.max(width - point, 0), '0');
  }
  if (fraction === '') {
    if ((options & FloatFormat.AddDotZero) !== 0) return `${whole}.0`;
    return (options & FloatFormat.Alternate) !== 0 ? `${whole}.` : whole;
  }
  return `${whole}.${fraction}`;
}

/** A number's text in ASCII: Unicode digits made ASCII, surrounding space gone (_PyUnicode_TransformDecimalAndSpaceToASCII). */
export function asciiNumber(text: string): string {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) >= 0x80) return strippedAscii(transformDecimalAndSpace(text));
  }
  return strippedAscii(text);
}

function transformDecimalAndSpace(text: string): string {
  let result = '';
  for (const character of text) {
    const codePoint = character.codePointAt(0)!;
    if (codePoint < 0x80) {
      result += character;
    } else if (isSpace(codePoint)) {
      result += ' ';
    } else {
      const digit = decimalValue(codePoint);
      result += digit < 0 ? '?' : digit;
    }
  }
  return result;
}

const isAsciiSpace = (unit: number): boolean => unit === 0x20 || (unit >= 0x09 && unit <= 0x0d);
const isDigit = (unit: number): boolean => unit >= 0x30 && unit <= 0x39;

function strippedAscii(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isAsciiSpace(text.charCodeAt(start))) start++;
  while (end > start && isAsciiSpace(text.charCodeAt(end - 1))) end--;
  return start === 0 && end === text.length ? text : text.substring(start, end);
}

/** Without its underscores, or undefined where one isn't between two digits (_Py_string_to_number_with_underscores). */
export function withoutUnderscores(text: string): string | undefined {
  if (!text.includes('_')) return text;
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) === 0x5f && !(isDigit(text.charCodeAt(i - 1)) && isDigit(text.charCodeAt(i + 1)))) {
      return undefined;
    }
  }
  return text.replaceAll('_', '');
}

/** Where the longest float that starts at `start` ends, or `start` if there is none (_PyOS_ascii_strtod). */
export function scanFloat(text: string, start: number): number {
  let i = start;
  const sign = text.charCodeAt(i);
  if (sign === 0x2b || sign === 0x2d) i++;
  const letter = text.charCodeAt(i) | 0x20;
  if (letter === 0x69 || letter === 0x6e) {
    const word = /^(?:inf(?:inity)?|nan)/i.exec(text.substring(i, i + 8));
    return word === null ? start : i + word[0].length;
  }
  const wholeStart = i;
  while (isDigit(text.charCodeAt(i))) i++;
  let digits = i - wholeStart;
  if (text.charCodeAt(i) === 0x2e) {
    const fractionStart = ++i;
    while (isDigit(text.charCodeAt(i))) i++;
    digits += i - fractionStart;
  }
  if (digits === 0) return start;
  if ((text.charCodeAt(i) | 0x20) === 0x65) {
    let j = i + 1;
    const exponentSign = text.charCodeAt(j);
    if (exponentSign === 0x2b || exponentSign === 0x2d) j++;
    if (isDigit(text.charCodeAt(j))) {
      while (isDigit(text.charCodeAt(j))) j++;
      i = j;
    }
  }
  return i;
}

/** The value of what scanFloat found. */
export function floatValue(text: string): number {
  const last = text.charCodeAt(text.length - 1) | 0x20;
  if (last === 0x66 || last === 0x79) return text[0] === '-' ? -Infinity : Infinity;
  if (last === 0x6e) return NaN;
  return Number(text);
}

/**
 * `float(text)`; `repr` writes the original argument for the error message, as bytes have another one than str
 * (floatobject.c, PyFloat_FromString, 3.14).
 */
export function parseFloatText(text: string, repr: () => string): number {
  const ascii = asciiNumber(text);
  const plain = withoutUnderscores(ascii);
  if (plain !== undefined && plain !== '' && scanFloat(plain, 0) === plain.length) return floatValue(plain);
  throw new Problem('ValueError', `could not convert string to float: ${repr()}`);
}

/** `value.hex()`. */
export function floatHex(value: number): string {
  if (!Number.isFinite(value)) return floatRepr(value);
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  if (value === 0) return `${sign}0x0.0p+0`;
  const { mantissa, exponent } = decompose(Math.abs(value));
  const hex = mantissa.toString(16).padStart(14, '0');
  const power = exponent + 52;
  return `${sign}0x${hex[0]}.${hex.substring(1)}p${power < 0 ? '' : '+'}${power}`;
}

const HEX_FLOAT = /^([+-]?)(?:0x)?([0-9a-f]*)(?:\.([0-9a-f]*))?(?:p([+-]?[0-9]+))?$/i;

/** `float.fromhex(text)` (floatobject.c, float_fromhex, 3.14). */
export function floatFromHex(text: string): number {
  const plain = strippedAscii(text);
  if (/^[+-]?(?:inf(?:inity)?|nan)$/i.test(plain)) return floatValue(plain);
  const match = HEX_FLOAT.exec(plain);
  if (match === null || (match[2] === '' && !match[3])) {
    throw new Problem('ValueError', 'invalid hexadecimal floating-point string');
  }
  const [, sign, whole, fraction = '', exponent = '0'] = match;
  const mantissa = BigInt(`0x${whole}${fraction}`);
  const size = mantissa === 0n ? 0 : scale(mantissa, Number(exponent) - 4 * fraction.length);
  if (size === Infinity) throw new Problem('OverflowError', 'hexadecimal value too large to represent as a float');
  return sign === '-' ? -size : size;
}
