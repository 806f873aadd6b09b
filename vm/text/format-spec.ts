import type { Complex } from '../numbers/complex.ts';
import { toFloat } from '../numbers/conversion.ts';
import { formatFloat as digitsOf, type FloatCode, FloatFormat } from '../numbers/float-text.ts';
import type { Integer } from '../numbers/integer.ts';
import { integerToText } from '../numbers/integer-text.ts';
import { hasSurrogates, lengthOf, slice } from './code-points.ts';
import { Problem } from './problem.ts';

// The format specification mini-language (formatter_unicode.c, 3.14).

/** What `[[fill]align][sign][z][#][0][width][grouping][.precision[grouping]][type]` says; -1 and '' where it says nothing. */
export interface FormatSpec {
  fill: string;
  align: string;
  sign: string;
  noNegativeZero: boolean;
  alternate: boolean;
  width: number;
  /** ',' or '_' or ''. */
  grouping: string;
  precision: number;
  fractionGrouping: string;
  type: string;
}

const valueError = (message: string): Problem => new Problem('ValueError', message);
const isAlign = (character: string | undefined): boolean =>
  character === '<' || character === '>' || character === '=' || character === '^';

/** `type` shows as a character, or as an escape outside of ASCII. */
const shownType = (type: string): string => {
  const codePoint = type.codePointAt(0)!;
  return codePoint > 32 && codePoint < 128 ? `'${type}'` : `'\\x${codePoint.toString(16)}'`;
};

const unknownType = (type: string, typeName: string): Problem =>
  valueError(`Unknown format code ${shownType(type)} for object of type '${typeName}'`);

/** parse_internal_render_format_spec. `typeName` names the object's type in messages. */
export function parseFormatSpec(text: string, typeName: string, defaultType: string, defaultAlign: string): FormatSpec {
  const spec: ArrayLike<string> = hasSurrogates(text) ? Array.from(text) : text;
  const result: FormatSpec = {
    fill: ' ',
    align: defaultAlign,
    sign: '',
    noNegativeZero: false,
    alternate: false,
    width: -1,
    grouping: '',
    precision: -1,
    fractionGrouping: '',
    type: defaultType,
  };
  let at = 0;
  let filled = false;
  let aligned = false;
  if (isAlign(spec[1])) {
    result.fill = spec[0];
    result.align = spec[1];
    filled = aligned = true;
    at = 2;
  } else if (isAlign(spec[0])) {
    result.align = spec[0];
    aligned = true;
    at = 1;
  }
  if (spec[at] === ' ' || spec[at] === '+' || spec[at] === '-') result.sign = spec[at++];
  if (spec[at] === 'z') {
    result.noNegativeZero = true;
    at++;
  }
  if (spec[at] === '#') {
    result.alternate = true;
    at++;
  }
  if (!filled && spec[at] === '0') {
    result.fill = '0';
    if (!aligned && defaultAlign === '>') result.align = '=';
    at++;
  }
  const afterWidth = skipDigits(spec, at);
  if (afterWidth > at) result.width = wholeNumber(spec, at, afterWidth);
  at = afterWidth;
  const afterGrouping = skipGrouping(spec, at);
  if (afterGrouping > at) result.grouping = spec[at];
  at = afterGrouping;
  if (spec[at] === '.') {
    const start = ++at;
    at = skipDigits(spec, start);
    if (at > start) result.precision = wholeNumber(spec, start, at);
    const afterFraction = skipGrouping(spec, at);
    if (afterFraction > at) result.fractionGrouping = spec[at];
    at = afterFraction;
    if (at === start) throw valueError('Format specifier missing precision');
  }
  if (spec.length - at > 1) {
    throw valueError(`Invalid format specifier '${text}' for object of type '${typeName}'`);
  }
  if (at < spec.length) result.type = spec[at];
  checkGrouping(result.grouping, result.type);
  if (result.fractionGrouping !== '' && result.type === 'n') throw cannotGroup(result.fractionGrouping, result.type);
  return result;
}

function skipDigits(spec: ArrayLike<string>, start: number): number {
  let at = start;
  while (at < spec.length && spec[at] >= '0' && spec[at] <= '9' && spec[at].length === 1) at++;
  return at;
}

/** Past one ',' or '_'; both are one too many. */
function skipGrouping(spec: ArrayLike<string>, at: number): number {
  if (spec[at] !== ',' && spec[at] !== '_') return at;
  const after = at + 1;
  if ((spec[after] === ',' || spec[after] === '_') && spec[after] !== spec[at]) {
    throw valueError("Cannot specify both ',' and '_'.");
  }
  return after;
}

/** sys.maxsize of a 64-bit CPython bounds widths and precisions. */
function wholeNumber(spec: ArrayLike<string>, start: number, end: number): number {
  const digits = Array.prototype.slice.call(spec, start, end).join('');
  if (digits.length > 18 && BigInt(digits) > 0x7fffffffffffffffn) {
    throw valueError('Too many decimal digits in format string');
  }
  return Number(digits);
}

function checkGrouping(grouping: string, type: string): void {
  if (grouping === '' || type === '' || (type.length === 1 && 'defgEG%F'.includes(type))) return;
  if (grouping === '_' && type.length === 1 && 'boxX'.includes(type)) return;
  throw cannotGroup(grouping, type);
}

const cannotGroup = (grouping: string, type: string): Problem =>
  valueError(`Cannot specify '${grouping}' with ${shownType(type)}.`);

/** `format(text, spec)` of a str. */
export function formatStr(text: string, spec: string, typeName = 'str'): string {
  if (spec === '') return text;
  const format = parseFormatSpec(spec, typeName, 's', '<');
  if (format.type !== 's') throw unknownType(format.type, typeName);
  if (format.sign === ' ') throw valueError('Space not allowed in string format specifier');
  if (format.sign !== '') throw valueError('Sign not allowed in string format specifier');
  if (format.noNegativeZero) {
    throw valueError('Negative zero coercion (z) not allowed in string format specifier');
  }
  if (format.alternate) throw valueError('Alternate form (#) not allowed in string format specifier');
  if (format.align === '=') throw valueError("'=' alignment not allowed in string format specifier");
  const length = lengthOf(text);
  const cut = format.precision >= 0 && format.precision < length ? slice(text, 0, format.precision) : text;
  return padded(cut, format);
}

/** Fills up to the width on the sides that the alignment says ('=' as '>'). */
function padded(text: string, { fill, align, width }: FormatSpec): string {
  const missing = width - lengthOf(text);
  if (missing <= 0) return text;
  checkWidth(width);
  if (align === '<') return text + fill.repeat(missing);
  if (align !== '^') return fill.repeat(missing) + text;
  const left = missing >> 1;
  return fill.repeat(left) + text + fill.repeat(missing - left);
}

/** No JavaScript string can be longer. */
function checkWidth(width: number): void {
  if (width > 0x1fffffe8) throw new Problem('MemoryError', '');
}

/** `format(value, spec)` of an int; `maxDigits` as for integerToText. */
export function formatInteger(value: Integer, spec: string, typeName = 'int', maxDigits?: number): string {
  if (spec === '') return integerToText(value, maxDigits);
  const format = parseFormatSpec(spec, typeName, 'd', '>');
  switch (format.type) {
    case 'b':
    case 'c':
    case 'd':
    case 'o':
    case 'x':
    case 'X':
    case 'n':
      return formatWhole(value, format, maxDigits);
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G':
    case '%':
      return formatReal(toFloat(value), format);
    default:
      throw unknownType(format.type, typeName);
  }
}

function formatWhole(value: Integer, format: FormatSpec, maxDigits: number | undefined): string {
  if (format.precision >= 0) throw valueError('Precision not allowed in integer format specifier');
  if (format.noNegativeZero) {
    throw valueError('Negative zero coercion (z) not allowed in integer format specifier');
  }
  if (format.type === 'c') return formatCharacter(value, format);
  const negative = value < 0;
  const size = negative ? -value : value;
  let digits: string;
  let prefix = '';
  if (format.type === 'd' || format.type === 'n') {
    digits = integerToText(size, maxDigits);
  } else {
    const base = format.type === 'b' ? 2 : format.type === 'o' ? 8 : 16;
    digits = size.toString(base);
    prefix = format.alternate ? `0${format.type}` : '';
    if (format.type === 'X') digits = digits.toUpperCase();
  }
  return assembled(negative, prefix, digits, '', format);
}

function formatCharacter(value: Integer, format: FormatSpec): string {
  if (format.sign !== '') throw valueError("Sign not allowed with integer format specifier 'c'");
  if (format.alternate) throw valueError("Alternate form (#) not allowed with integer format specifier 'c'");
  if (BigInt.asIntN(64, BigInt(value)) !== BigInt(value)) {
    throw new Problem('OverflowError', 'Python int too large to convert to C long');
  }
  if (value < 0 || value > 0x10ffff) throw new Problem('OverflowError', '%c arg not in range(0x110000)');
  return assembled(false, '', String.fromCodePoint(Number(value)), '', format);
}

/** `format(value, spec)` of a float. */
export function formatFloat(value: number, spec: string, typeName = 'float'): string {
  const format = parseFormatSpec(spec, typeName, '', '>');
  if (format.type !== '' && !isFloatType(format.type)) throw unknownType(format.type, typeName);
  return formatReal(value, format);
}

const isFloatType = (type: string): boolean => type.length === 1 && 'eEfFgGn%'.includes(type);

/** format_float_internal: `type` is '' (like str), or one of eEfFgGn%. */
function formatReal(value: number, format: FormatSpec): string {
  const percent = format.type === '%';
  const text = digitsText(percent ? value * 100 : value, format, FloatFormat.AddDotZero);
  return assembledFloat(text, percent ? '%' : '', format);
}

/** The number's text by type and precision, a minus in front; `whenShortest` are options for an omitted type. */
function digitsText(value: number, format: FormatSpec, whenShortest: number): string {
  checkPrecision(format.precision);
  let options =
    (format.alternate ? FloatFormat.Alternate : 0) | (format.noNegativeZero ? FloatFormat.NoNegativeZero : 0);
  let code: FloatCode;
  let precision = format.precision < 0 ? 6 : format.precision;
  switch (format.type) {
    case '':
      code = format.precision < 0 ? 'r' : 'g';
      options |= whenShortest;
      break;
    case 'n':
      code = 'g';
      break;
    case '%':
      code = 'f';
      break;
    default:
      code = format.type as FloatCode;
  }
  if (code === 'r') precision = 0;
  return digitsOf(value, code, precision, options);
}

function checkPrecision(precision: number): void {
  if (precision > 0x7fffffff) throw valueError('precision too big');
}

/** Splits a float's text into what grouping takes and what stays as it is, and puts all together. */
function assembledFloat(text: string, suffix: string, format: FormatSpec): string {
  const negative = text[0] === '-';
  const start = negative ? 1 : 0;
  let end = start;
  while (end < text.length && text[end] >= '0' && text[end] <= '9') end++;
  let fractionEnd = end;
  if (text[end] === '.') {
    fractionEnd++;
    while (fractionEnd < text.length && text[fractionEnd] >= '0' && text[fractionEnd] <= '9') fractionEnd++;
  }
  const fraction = text.substring(end, fractionEnd);
  const rest = groupedFraction(fraction, format.fractionGrouping) + text.substring(fractionEnd) + suffix;
  return assembled(negative, '', text.substring(start, end), rest, format);
}

/** A separator after every three digits behind the point. */
function groupedFraction(fraction: string, separator: string): string {
  if (separator === '' || fraction.length <= 4) return fraction;
  let result = fraction.substring(0, 4);
  for (let i = 4; i < fraction.length; i += 3) result += separator + fraction.substring(i, i + 3);
  return result;
}

/** fill_number: sign, prefix, padding, grouped digits and the rest, to the width. */
function assembled(negative: boolean, prefix: string, digits: string, rest: string, format: FormatSpec): string {
  const sign = negative ? '-' : format.sign === '-' ? '' : format.sign;
  const fixed = lengthOf(sign) + prefix.length + rest.length;
  checkWidth(format.width);
  const zeros = format.fill === '0' && format.align === '=';
  const isNumber = digits !== '';
  const shown = isNumber ? grouped(digits, format, zeros ? format.width - fixed : 0) : digits;
  const missing = format.width - fixed - lengthOf(shown);
  const written = prefix === '0X' ? '0X' : prefix;
  const head = sign + written;
  if (missing <= 0) return head + shown + rest;
  const { fill } = format;
  switch (format.align) {
    case '<':
      return head + shown + rest + fill.repeat(missing);
    case '=':
      return head + fill.repeat(missing) + shown + rest;
    case '^':
      return fill.repeat(missing >> 1) + head + shown + rest + fill.repeat(missing - (missing >> 1));
    default:
      return fill.repeat(missing) + head + shown + rest;
  }
}

/**
 * Digits in groups, with zeros in front up to `minWidth` (_PyUnicode_InsertThousandsGrouping): separators count, but
 * no group is left empty in front, so that the text can be one longer than asked for.
 */
function grouped(digits: string, format: FormatSpec, minWidth: number): string {
  if (format.grouping === '')
    return lengthOf(digits) < minWidth ? '0'.repeat(minWidth - lengthOf(digits)) + digits : digits;
  const size = 'boxX'.includes(format.type) && format.type !== '' ? 4 : 3;
  const groups: string[] = [];
  let remaining = digits.length;
  let missing = minWidth;
  for (;;) {
    const length = Math.min(size, Math.max(remaining, missing, 1));
    const taken = Math.min(remaining, length);
    groups.push('0'.repeat(length - taken) + digits.substring(remaining - taken, remaining));
    remaining -= taken;
    missing -= length;
    if (remaining <= 0 && missing <= 0) return groups.reverse().join(format.grouping);
    missing -= 1;
  }
}

/** `format(value, spec)` of a complex. */
export function formatComplex(value: Complex, spec: string, typeName = 'complex'): string {
  const format = parseFormatSpec(spec, typeName, '', '>');
  if (format.type !== '' && (!isFloatType(format.type) || format.type === '%'))
    throw unknownType(format.type, typeName);
  if (format.fill === '0') throw valueError('Zero padding is not allowed in complex format specifier');
  if (format.align === '=') throw valueError("'=' alignment flag is not allowed in complex format specifier");
  const like = format.type === '';
  const onlyImaginary = like && Object.is(value.real, 0);
  const part: FormatSpec = { ...format, width: -1, align: '<' };
  const imaginary = assembledFloat(
    digitsText(value.imag, format, 0),
    '',
    onlyImaginary ? part : { ...part, sign: '+' },
  );
  const text = onlyImaginary
    ? `${imaginary}j`
    : `${assembledFloat(digitsText(value.real, format, 0), '', part)}${imaginary}j`;
  return padded(like && !onlyImaginary ? `(${text})` : text, format);
}
