import type { IsPrintable } from '../targets/printable.ts';
import type { CodeObject } from './code-object.ts';
import type { BytesConstant, ComplexConstant, Constant, SurrogateString } from './constants.ts';

/** Shows a code object inside another constant, as code_repr does. */
export type CodeRepr = (code: CodeObject) => string;

/** repr() of a constant, as the version whose printable characters are given shows it. */
export function constantRepr(value: Constant, isPrintable: IsPrintable, codeRepr: CodeRepr): string {
  if (value === null) return 'None';
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (typeof value === 'number' || typeof value === 'bigint') return value.toString();
  if (typeof value === 'string') return stringRepr(value, isPrintable);
  const repr = (item: Constant): string => constantRepr(item, isPrintable, codeRepr);
  switch (value.type) {
    case 'str':
      return stringRepr(value, isPrintable);
    case 'float':
      return floatRepr(value.value);
    case 'complex':
      return complexRepr(value);
    case 'bytes':
      return bytesRepr(value);
    case 'tuple':
      return value.items.length === 1 ? `(${repr(value.items[0])},)` : `(${value.items.map(repr).join(', ')})`;
    case 'frozenset':
      return value.items.length === 0 ? 'frozenset()' : `frozenset({${value.items.map(repr).join(', ')}})`;
    case 'slice':
      return `slice(${repr(value.start)}, ${repr(value.stop)}, ${repr(value.step)})`;
    case 'ellipsis':
      return 'Ellipsis';
    case 'code':
      return codeRepr(value);
  }
}

/** `<code object f at 0x7f00000010c0, file "x.py", line 1>` (Objects/codeobject.c, code_repr). */
export function codeObjectRepr(code: CodeObject, address: number): string {
  const line = code.co_firstlineno === 0 ? -1 : code.co_firstlineno;
  return `<code object ${code.co_name} at 0x${address.toString(16)}, file "${code.co_filename}", line ${line}>`;
}

const FIRST_ADDRESS = 0x7f0000001000;
const ADDRESS_STEP = 0x140;

/**
 * Shows code objects with addresses that stay the same from run to run: CPython's addresses are of the day, so ours
 * count up from a round number in the order in which the code objects are met.
 */
export function stableCodeRepr(): CodeRepr {
  const addresses = new Map<CodeObject, number>();
  return (code) => {
    let address = addresses.get(code);
    if (address === undefined) {
      address = FIRST_ADDRESS + addresses.size * ADDRESS_STEP;
      addresses.set(code, address);
    }
    return codeObjectRepr(code, address);
  };
}

/** repr() of a float: the shortest digits that read back the same (Python/pystrtod.c, format code 'r'). */
export function floatRepr(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value < 0 ? '-inf' : 'inf';
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const shown = floatDigits(value);
  return shown.includes('.') || shown.includes('e') ? shown : `${shown}.0`;
}

/** As floatRepr, without the `.0` of a whole number: the parts of a complex. */
function floatDigits(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value < 0 ? '-inf' : 'inf';
  if (Object.is(value, -0)) return '-0';
  const exponential = value.toExponential();
  const mark = exponential.indexOf('e');
  const exponent = Number(exponential.slice(mark + 1));
  if (exponent >= -4 && exponent < 16) {
    if (exponent >= 0) return String(value);
    const sign = value < 0 ? '-' : '';
    const digits = exponential.slice(sign.length, mark).replace('.', '');
    return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  }
  const size = Math.abs(exponent).toString().padStart(2, '0');
  return `${exponential.slice(0, mark)}e${exponent < 0 ? '-' : '+'}${size}`;
}

function complexRepr({ real, imag }: ComplexConstant): string {
  if (Object.is(real, 0)) return `${floatDigits(imag)}j`;
  const imaginary = floatDigits(imag);
  return `(${floatDigits(real)}${imaginary.startsWith('-') ? '' : '+'}${imaginary}j)`;
}

const quoteFor = (hasSingle: boolean, hasDouble: boolean): string => (hasSingle && !hasDouble ? '"' : "'");

/** Objects/bytesobject.c, PyBytes_Repr. */
function bytesRepr({ value }: BytesConstant): string {
  const quote = quoteFor(value.includes(0x27), value.includes(0x22));
  let text = `b${quote}`;
  for (const byte of value) {
    const character = String.fromCharCode(byte);
    if (character === quote || character === '\\') text += `\\${character}`;
    else if (byte < 0x20 || byte >= 0x7f) text += whitespaceEscape(byte) ?? hexEscape('x', byte, 2);
    else text += character;
  }
  return text + quote;
}

/** Objects/unicodeobject.c, unicode_repr. */
function stringRepr(value: string | SurrogateString, isPrintable: IsPrintable): string {
  const points = typeof value === 'string' ? codePointsOf(value) : value.codePoints;
  const quote = quoteFor(points.includes(0x27), points.includes(0x22));
  let text = quote;
  for (const point of points) {
    if (isPrintable(point)) {
      const character = String.fromCodePoint(point);
      text += character === quote || character === '\\' ? `\\${character}` : character;
    } else if (point < 0x100) text += whitespaceEscape(point) ?? hexEscape('x', point, 2);
    else if (point < 0x10000) text += hexEscape('u', point, 4);
    else text += hexEscape('U', point, 8);
  }
  return text + quote;
}

function codePointsOf(text: string): number[] {
  const points: number[] = [];
  for (let at = 0; at < text.length; at++) {
    const point = text.codePointAt(at) as number;
    if (point > 0xffff) at++;
    points.push(point);
  }
  return points;
}

function whitespaceEscape(point: number): string | undefined {
  if (point === 0x09) return '\\t';
  if (point === 0x0a) return '\\n';
  if (point === 0x0d) return '\\r';
  return undefined;
}

const hexEscape = (letter: string, point: number, width: number): string =>
  `\\${letter}${point.toString(16).padStart(width, '0')}`;
