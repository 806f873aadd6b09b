import { Problem } from '../text/problem.ts';
import { asciiNumber, FloatFormat, floatValue, formatFloat, scanFloat, withoutUnderscores } from './float-text.ts';
import { exp, log, pow } from './power.ts';

/** Complex numbers as pairs, and their arithmetic as complexobject.c has it in 3.14, C11's Annex G included. */
export interface Complex {
  readonly real: number;
  readonly imag: number;
}

const isNaNComplex = (value: Complex): boolean => Number.isNaN(value.real) && Number.isNaN(value.imag);
const isInfinite = (value: number): boolean => value === Infinity || value === -Infinity;

export const isNegative = (value: number): boolean => value < 0 || Object.is(value, -0);
export const copySign = (size: number, sign: number): number => (isNegative(sign) ? -Math.abs(size) : Math.abs(size));

/** An infinity as 1 and all else as 0, with its sign. */
const boxed = (value: number): number => copySign(isInfinite(value) ? 1 : 0, value);
const withoutNaN = (value: number): number => (Number.isNaN(value) ? 0 : value);

/** _Py_c_prod. */
export function multiplyComplex(left: Complex, right: Complex): Complex {
  const ac = left.real * right.real;
  const bd = left.imag * right.imag;
  const ad = left.real * right.imag;
  const bc = left.imag * right.real;
  const result = { real: ac - bd, imag: ad + bc };
  if (!isNaNComplex(result)) return result;
  let [a, b, c, d] = [left.real, left.imag, right.real, right.imag];
  let recover = false;
  if (isInfinite(a) || isInfinite(b)) {
    [a, b, c, d] = [boxed(a), boxed(b), withoutNaN(c), withoutNaN(d)];
    recover = true;
  }
  if (isInfinite(c) || isInfinite(d)) {
    [a, b, c, d] = [withoutNaN(a), withoutNaN(b), boxed(c), boxed(d)];
    recover = true;
  }
  if (!recover && (isInfinite(ac) || isInfinite(bd) || isInfinite(ad) || isInfinite(bc))) {
    [a, b, c, d] = [withoutNaN(a), withoutNaN(b), withoutNaN(c), withoutNaN(d)];
    recover = true;
  }
  return recover ? { real: Infinity * (a * c - b * d), imag: Infinity * (a * d + b * c) } : result;
}

const divisionByZero = (): Problem => new Problem('ZeroDivisionError', 'division by zero');

/** _Py_c_quot. */
export function divideComplex(left: Complex, right: Complex): Complex {
  const { real: a, imag: b } = left;
  const { real: c, imag: d } = right;
  let result: Complex;
  if (Math.abs(c) >= Math.abs(d)) {
    if (c === 0) throw divisionByZero();
    const ratio = d / c;
    const denominator = c + d * ratio;
    result = { real: (a + b * ratio) / denominator, imag: (b - a * ratio) / denominator };
  } else if (Math.abs(d) >= Math.abs(c)) {
    const ratio = c / d;
    const denominator = c * ratio + d;
    result = { real: (a * ratio + b) / denominator, imag: (b * ratio - a) / denominator };
  } else {
    result = { real: NaN, imag: NaN };
  }
  if (!isNaNComplex(result)) return result;
  if ((isInfinite(a) || isInfinite(b)) && Number.isFinite(c) && Number.isFinite(d)) {
    const [x, y] = [boxed(a), boxed(b)];
    return { real: Infinity * (x * c + y * d), imag: Infinity * (y * c - x * d) };
  }
  if ((isInfinite(c) || isInfinite(d)) && Number.isFinite(a) && Number.isFinite(b)) {
    const [x, y] = [boxed(c), boxed(d)];
    return { real: 0 * (a * x + b * y), imag: 0 * (b * x - a * y) };
  }
  return result;
}

/** _Py_cr_quot: a complex by a float. */
export function divideByReal(left: Complex, right: number): Complex {
  if (right === 0) throw divisionByZero();
  return { real: left.real / right, imag: left.imag / right };
}

/** _Py_rc_quot: a float by a complex. */
export function divideReal(left: number, right: Complex): Complex {
  const { real: c, imag: d } = right;
  let result: Complex;
  if (Math.abs(c) >= Math.abs(d)) {
    if (c === 0) throw divisionByZero();
    const ratio = d / c;
    const denominator = c + d * ratio;
    result = { real: left / denominator, imag: (-left * ratio) / denominator };
  } else if (Math.abs(d) >= Math.abs(c)) {
    const ratio = c / d;
    const denominator = c * ratio + d;
    result = { real: (left * ratio) / denominator, imag: -left / denominator };
  } else {
    result = { real: NaN, imag: NaN };
  }
  if (isNaNComplex(result) && Number.isFinite(left) && (isInfinite(c) || isInfinite(d))) {
    return { real: 0 * (left * boxed(c)), imag: 0 * (-left * boxed(d)) };
  }
  return result;
}

/** `abs(value)`: _Py_c_abs. */
export function absoluteComplex(value: Complex): number {
  if (isInfinite(value.real) || isInfinite(value.imag)) return Infinity;
  const size = hypotenuse(value.real, value.imag);
  if (size === Infinity) throw new Problem('OverflowError', 'absolute value too large');
  return size;
}

/** C's `hypot`: within one unit in the last place, without overflow on the way. */
export function hypotenuse(x: number, y: number): number {
  let a = Math.abs(x);
  let b = Math.abs(y);
  if (a === Infinity || b === Infinity) return Infinity;
  if (Number.isNaN(a) || Number.isNaN(b)) return NaN;
  if (a < b) [a, b] = [b, a];
  if (b === 0 || a / b > 2 ** 60) return a + b;
  let unit = 1;
  if (a > 2 ** 510) {
    unit = 2 ** 600;
  } else if (b < 2 ** -450) {
    unit = 2 ** -600;
  }
  a /= unit;
  b /= unit;
  // The squares' rounding errors go into the sum, and the root is corrected by one Newton step.
  const [aa, aLow] = squared(a);
  const [bb, bLow] = squared(b);
  const root = Math.sqrt(aLow + bLow + bb + aa);
  const [rr, rLow] = squared(root);
  return unit * (root + (aa - rr + bb + (aLow + bLow - rLow)) / (2 * root));
}

/** The square as a sum of two floats, without rounding (Dekker). */
function squared(value: number): [high: number, low: number] {
  const split = 134217729 * value;
  const high = split - (split - value);
  const low = value - high;
  const square = value * value;
  return [square, high * high - square + 2 * high * low + low * low];
}

const ONE: Complex = { real: 1, imag: 0 };

/** `left ** right`: complex_pow. */
export function powerComplex(left: Complex, right: Complex): Complex {
  const n = right.real;
  const small = right.imag === 0 && Number.isInteger(n) && Math.abs(n) <= 100;
  const result = small ? wholePower(left, n) : generalPower(left, right);
  if (isInfinite(result.real) || isInfinite(result.imag)) {
    throw new Problem('OverflowError', 'complex exponentiation');
  }
  return result;
}

const zeroPower = (): Problem => new Problem('ZeroDivisionError', 'zero to a negative or complex power');

function wholePower(base: Complex, exponent: number): Complex {
  if (exponent >= 0) return repeatedProduct(base, exponent);
  const divisor = repeatedProduct(base, -exponent);
  if (divisor.real === 0 && divisor.imag === 0) throw zeroPower();
  return divideComplex(ONE, divisor);
}

function repeatedProduct(base: Complex, exponent: number): Complex {
  let result = ONE;
  let power = base;
  for (let rest = exponent; rest > 0; rest >>= 1) {
    if (rest & 1) result = multiplyComplex(result, power);
    power = multiplyComplex(power, power);
  }
  return result;
}

function generalPower(left: Complex, right: Complex): Complex {
  if (right.real === 0 && right.imag === 0) return ONE;
  if (left.real === 0 && left.imag === 0) {
    if (right.imag !== 0 || right.real < 0) throw zeroPower();
    return { real: 0, imag: 0 };
  }
  const size = hypotenuse(left.real, left.imag);
  const angle = Math.atan2(left.imag, left.real);
  let length = pow(size, right.real);
  let phase = angle * right.real;
  if (right.imag !== 0) {
    length *= exp(-angle * right.imag);
    phase += right.imag * log(size);
  }
  return { real: length * Math.cos(phase), imag: length * Math.sin(phase) };
}

/** `repr(value)`: complex_repr. */
export function complexRepr({ real, imag }: Complex): string {
  if (Object.is(real, 0)) return `${formatFloat(imag, 'r', 0, FloatFormat.None)}j`;
  return `(${formatFloat(real, 'r', 0, FloatFormat.None)}${formatFloat(imag, 'r', 0, FloatFormat.Sign)}j)`;
}

/** `complex(text)`; `repr` writes the argument for the error message (complex_from_string_inner). */
export function parseComplex(text: string, repr: () => string): Complex {
  const plain = withoutUnderscores(asciiNumber(text));
  if (plain === undefined) throw new Problem('ValueError', `could not convert string to complex: ${repr()}`);
  const value = scanComplex(plain);
  if (value === undefined) throw new Problem('ValueError', 'complex() arg is a malformed string');
  return value;
}

function scanComplex(given: string): Complex | undefined {
  let text = given;
  if (text.startsWith('(')) {
    if (!text.endsWith(')')) return undefined;
    text = text.substring(1, text.length - 1).replace(/^[ \t-\r]+|[ \t-\r]+$/g, '');
  }
  const end = scanFloat(text, 0);
  if (end === 0) {
    // Only a bare unit is left: j, +j or -j.
    const unit = /^([+-]?)[jJ]$/.exec(text);
    return unit === null ? undefined : { real: 0, imag: unit[1] === '-' ? -1 : 1 };
  }
  const first = floatValue(text.substring(0, end));
  if (end === text.length) return { real: first, imag: 0 };
  const rest = text.substring(end);
  if (rest === 'j' || rest === 'J') return { real: 0, imag: first };
  if (!/^[+-].*[jJ]$/s.test(rest)) return undefined;
  const imagEnd = scanFloat(rest, 0);
  if (imagEnd === rest.length - 1) return { real: first, imag: floatValue(rest.substring(0, imagEnd)) };
  return rest.length === 2 ? { real: first, imag: rest[0] === '-' ? -1 : 1 } : undefined;
}
