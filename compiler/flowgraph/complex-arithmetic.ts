import { ComplexConstant } from '../bytecode/constants.ts';
import { nearestAtan2, nearestCos, nearestExp, nearestLog, nearestSin } from './exact-functions.ts';
import { floatPower } from './float-arithmetic.ts';

/** (a + bj) / (c + dj); `b` or `d` undefined for a real operand; undefined by zero (CPython 3.14's _Py_c_quot, _Py_cr_quot, _Py_rc_quot). */
export function complexDivide(
  a: number,
  b: number | undefined,
  c: number,
  d: number | undefined,
): ComplexConstant | undefined {
  if (d === undefined) return c === 0 ? undefined : new ComplexConstant(a / c, b! / c);
  if (Math.abs(c) >= Math.abs(d)) {
    if (c === 0) return undefined;
    const ratio = d / c;
    const denominator = c + d * ratio;
    if (b === undefined) return new ComplexConstant(a / denominator, (-a * ratio) / denominator);
    return new ComplexConstant((a + b * ratio) / denominator, (b - a * ratio) / denominator);
  }
  if (Math.abs(d) >= Math.abs(c)) {
    const ratio = c / d;
    const denominator = c * ratio + d;
    if (b === undefined) return new ComplexConstant((a * ratio) / denominator, -a / denominator);
    return new ComplexConstant((a * ratio + b) / denominator, (b * ratio - a) / denominator);
  }
  return new ComplexConstant(Number.NaN, Number.NaN);
}

/** (a + bj) ** (c + dj); undefined where Python raises (CPython 3.14's complex_pow). */
export function complexPower(a: number, b: number, c: number, d: number): ComplexConstant | undefined {
  const result =
    d === 0 && Number.isInteger(c) && Math.abs(c) <= 100 ? integerPower(a, b, c) : generalPower(a, b, c, d);
  if (result === undefined) return undefined;
  const isOverflow =
    Math.abs(result.real) === Number.POSITIVE_INFINITY || Math.abs(result.imag) === Number.POSITIVE_INFINITY;
  return isOverflow ? undefined : result;
}

/** c_powi: repeated squaring, and the quotient of 1 for a negative power. */
function integerPower(a: number, b: number, exponent: number): ComplexConstant | undefined {
  if (exponent < 0) {
    const positive = positivePower(a, b, -exponent);
    return complexDivide(1, 0, positive.real, positive.imag);
  }
  return exponent === 0 ? new ComplexConstant(1, 0) : positivePower(a, b, exponent);
}

function positivePower(a: number, b: number, exponent: number): ComplexConstant {
  let real = 1;
  let imag = 0;
  let baseReal = a;
  let baseImag = b;
  for (let mask = 1; mask > 0 && exponent >= mask; mask <<= 1) {
    if ((exponent & mask) !== 0) {
      [real, imag] = [real * baseReal - imag * baseImag, real * baseImag + imag * baseReal];
    }
    [baseReal, baseImag] = [baseReal * baseReal - baseImag * baseImag, baseReal * baseImag + baseImag * baseReal];
  }
  return new ComplexConstant(real, imag);
}

/** _Py_c_pow, by polar coordinates. */
function generalPower(a: number, b: number, c: number, d: number): ComplexConstant | undefined {
  if (c === 0 && d === 0) return new ComplexConstant(1, 0);
  if (a === 0 && b === 0) return d !== 0 || c < 0 ? undefined : new ComplexConstant(0, 0);
  const magnitude = Math.hypot(a, b);
  let length = floatPower(magnitude, c) ?? Number.POSITIVE_INFINITY;
  const angle = nearestAtan2(b, a);
  let phase = angle * c;
  if (d !== 0) {
    length *= nearestExp(-angle * d);
    phase += d * nearestLog(magnitude);
  }
  return new ComplexConstant(length * nearestCos(phase), length * nearestSin(phase));
}
