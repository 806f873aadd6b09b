import { Problem } from '../text/problem.ts';
import { type Complex, copySign, hypotenuse, isNegative } from './complex.ts';
import { exp, log } from './power.ts';

// The functions of cmathmodule.c, 3.14. Each works in three ranges: arguments that are infinite or no numbers are looked up, very
// large and very small ones are scaled so that nothing overflows on the way, and the rest is computed.

const LN2 = Math.LN2;
/** A quarter of the largest float: sums of two squares' roots don't overflow below it. */
const LARGE = Number.MAX_VALUE / 4;
const SQRT_LARGE = Math.sqrt(LARGE);
const LOG_LARGE = Math.log(LARGE);
const SMALLEST_NORMAL = 2 ** -1022;
const SQRT_SMALLEST = Math.sqrt(SMALLEST_NORMAL);

const domainError = (): Problem => new Problem('ValueError', 'math domain error');
const rangeError = (): Problem => new Problem('OverflowError', 'math range error');

const { sin, cos, tan, sinh, cosh, tanh, asinh, atan2, log1p, abs, sqrt, PI } = Math;

const isInfinite = (x: number): boolean => x === Infinity || x === -Infinity;
const isSpecial = (z: Complex): boolean => !Number.isFinite(z.real) || !Number.isFinite(z.imag);

/** Throws when a result has overflowed. */
function inRange(z: Complex): Complex {
  if (isInfinite(z.real) || isInfinite(z.imag)) throw rangeError();
  return z;
}

const cellValues: Readonly<Record<string, number>> = {
  '0': 0,
  '1': 1,
  I: Infinity,
  N: NaN,
  P: PI,
  P34: 0.75 * PI,
  P12: 0.5 * PI,
  P14: 0.25 * PI,
};

/** A part of a cell, such as '-P12'. */
function cellValue(text: string): number {
  return text.startsWith('-') ? -cellValues[text.slice(1)] : cellValues[text];
}

/**
 * What a function gives for arguments that aren't finite: rows by the real part, columns by the imaginary one, each of
 * -inf, negative, -0.0, 0.0, positive, inf, nan. E is a domain error, a dot is a finite argument or one that the function computes.
 */
function specialValues(text: string): (z: Complex) => Complex {
  const rows = text
    .trim()
    .split('\n')
    .map((row) => row.split('|').map((cell) => cell.trim()));
  return ({ real, imag }) => {
    const cell = rows[kindOf(real)][kindOf(imag)];
    if (cell === 'E') throw domainError();
    const [a, b] = cell.split(' ');
    return { real: cellValue(a), imag: cellValue(b) };
  };
}

function kindOf(x: number): number {
  if (Number.isNaN(x)) return 6;
  if (isInfinite(x)) return x < 0 ? 0 : 5;
  if (x === 0) return isNegative(x) ? 2 : 3;
  return x < 0 ? 1 : 4;
}

const specialAcos = specialValues(`
  P34 I | P I | P I   | P -I   | P -I | P34 -I | N I
  P12 I | .   | .     | .      | .    | P12 -I | N N
  P12 I | .   | .     | .      | .    | P12 -I | P12 N
  P12 I | .   | .     | .      | .    | P12 -I | P12 N
  P12 I | .   | .     | .      | .    | P12 -I | N N
  P14 I | 0 I | 0 I   | 0 -I   | 0 -I | P14 -I | N I
  N I   | N N | N N   | N N    | N N  | N -I   | N N`);

/** The same for acosh and for log. */
const specialLog = specialValues(`
  I -P34 | I -P | I -P | I P | I P | I P34 | I N
  I -P12 | .    | .    | .   | .   | I P12 | N N
  I -P12 | .    | .    | .   | .   | I P12 | N N
  I -P12 | .    | .    | .   | .   | I P12 | N N
  I -P12 | .    | .    | .   | .   | I P12 | N N
  I -P14 | I -0 | I -0 | I 0 | I 0 | I P14 | I N
  I N    | N N  | N N  | N N | N N | I N   | N N`);

const specialAsinh = specialValues(`
  -I -P14 | -I -0 | -I -0 | -I 0 | -I 0 | -I P14 | -I N
  -I -P12 | .     | .     | .    | .    | -I P12 | N N
  -I -P12 | .     | .     | .    | .    | -I P12 | N N
  I -P12  | .     | .     | .    | .    | I P12  | N N
  I -P12  | .     | .     | .    | .    | I P12  | N N
  I -P14  | I -0  | I -0  | I 0  | I 0  | I P14  | I N
  I N     | N N   | N -0  | N 0  | N N  | I N    | N N`);

const specialAtanh = specialValues(`
  -0 -P12 | -0 -P12 | -0 -P12 | -0 P12 | -0 P12 | -0 P12 | -0 N
  -0 -P12 | .       | .       | .      | .      | -0 P12 | N N
  -0 -P12 | .       | .       | .      | .      | -0 P12 | -0 N
  0 -P12  | .       | .       | .      | .      | 0 P12  | 0 N
  0 -P12  | .       | .       | .      | .      | 0 P12  | N N
  0 -P12  | 0 -P12  | 0 -P12  | 0 P12  | 0 P12  | 0 P12  | 0 N
  0 -P12  | N N     | N N     | N N    | N N    | 0 P12  | N N`);

const specialCosh = specialValues(`
  E   | .   | I 0  | I -0 | .   | E   | I N
  E   | .   | .    | .    | .   | E   | N N
  E   | .   | .    | .    | .   | E   | N 0
  E   | .   | .    | .    | .   | E   | N 0
  E   | .   | .    | .    | .   | E   | N N
  E   | .   | I -0 | I 0  | .   | E   | I N
  N N | N N | N 0  | N 0  | N N | N N | N N`);

const specialExp = specialValues(`
  0 0 | .   | 0 -0 | 0 0 | .   | 0 0 | 0 0
  E   | .   | .    | .   | .   | E   | N N
  E   | .   | .    | .   | .   | E   | N N
  E   | .   | .    | .   | .   | E   | N N
  E   | .   | .    | .   | .   | E   | N N
  E   | .   | I -0 | I 0 | .   | E   | I N
  N N | N N | N -0 | N 0 | N N | N N | N N`);

const specialSinh = specialValues(`
  E   | .   | -I -0 | -I 0 | .   | E   | I N
  E   | .   | .     | .    | .   | E   | N N
  E   | .   | .     | .    | .   | E   | 0 N
  E   | .   | .     | .    | .   | E   | 0 N
  E   | .   | .     | .    | .   | E   | N N
  E   | .   | I -0  | I 0  | .   | E   | I N
  N N | N N | N -0  | N 0  | N N | N N | N N`);

const specialSqrt = specialValues(`
  I -I | 0 -I | 0 -I | 0 I | 0 I | I I | N I
  I -I | .    | .    | .   | .   | I I | N N
  I -I | .    | .    | .   | .   | I I | N N
  I -I | .    | .    | .   | .   | I I | N N
  I -I | .    | .    | .   | .   | I I | N N
  I -I | I -0 | I -0 | I 0 | I 0 | I I | I N
  I -I | N N  | N N  | N N | N N | I I | N N`);

const specialTanh = specialValues(`
  -1 0 | .   | -1 -0 | -1 0 | .   | -1 0 | -1 0
  E    | .   | .     | .    | .   | E    | N N
  E    | .   | .     | .    | .   | E    | N N
  E    | .   | .     | .    | .   | E    | N N
  E    | .   | .     | .    | .   | E    | N N
  1 0  | .   | 1 -0  | 1 0  | .   | 1 0  | 1 0
  N N  | N N | N -0  | N 0  | N N | N N  | N N`);

const specialRect = specialValues(`
  E   | .   | -I 0 | -I -0 | .   | E   | I N
  E   | .   | .    | .     | .   | E   | N N
  0 0 | .   | .    | .     | .   | 0 0 | 0 0
  0 0 | .   | .    | .     | .   | 0 0 | 0 0
  E   | .   | .    | .     | .   | E   | N N
  E   | .   | I -0 | I 0   | .   | E   | I N
  N N | N N | N 0  | N 0   | N N | N N | N N`);

/** An infinity whose angle is a finite number other than zero: its parts are those of the angle, without end. */
const isRay = (length: number, angle: number): boolean => isInfinite(length) && Number.isFinite(angle) && angle !== 0;
const isLarge = ({ real, imag }: Complex): boolean => abs(real) > LARGE || abs(imag) > LARGE;
/** log(|z|) of a large z. */
const largeLog = ({ real, imag }: Complex): number => log(hypotenuse(real / 2, imag / 2)) + LN2;

/** i * z and its inverse. */
const turned = (z: Complex): Complex => ({ real: -z.imag, imag: z.real });
const turnedBack = (z: Complex): Complex => ({ real: z.imag, imag: -z.real });

export function complexAcos(z: Complex): Complex {
  if (isSpecial(z)) return specialAcos(z);
  if (isLarge(z)) {
    const size = largeLog(z) + LN2;
    return {
      real: atan2(abs(z.imag), z.real),
      imag: z.real < 0 ? -copySign(size, z.imag) : copySign(size, -z.imag),
    };
  }
  const s1 = complexSqrt({ real: 1 - z.real, imag: -z.imag });
  const s2 = complexSqrt({ real: 1 + z.real, imag: z.imag });
  return { real: 2 * atan2(s1.real, s2.real), imag: asinh(s2.real * s1.imag - s2.imag * s1.real) };
}

export function complexAcosh(z: Complex): Complex {
  if (isSpecial(z)) return specialLog(z);
  if (isLarge(z)) return { real: largeLog(z) + LN2, imag: atan2(z.imag, z.real) };
  const s1 = complexSqrt({ real: z.real - 1, imag: z.imag });
  const s2 = complexSqrt({ real: z.real + 1, imag: z.imag });
  return { real: asinh(s1.real * s2.real + s1.imag * s2.imag), imag: 2 * atan2(s1.imag, s2.real) };
}

export const complexAsin = (z: Complex): Complex => turnedBack(complexAsinh(turned(z)));

export function complexAsinh(z: Complex): Complex {
  if (isSpecial(z)) return specialAsinh(z);
  if (isLarge(z)) {
    const size = largeLog(z) + LN2;
    return {
      real: isNegative(z.imag) && z.imag !== 0 ? -copySign(size, -z.real) : copySign(size, z.real),
      imag: atan2(z.imag, abs(z.real)),
    };
  }
  const s1 = complexSqrt({ real: 1 + z.imag, imag: -z.real });
  const s2 = complexSqrt({ real: 1 - z.imag, imag: z.real });
  return {
    real: asinh(s1.real * s2.imag - s2.real * s1.imag),
    imag: atan2(z.imag, s1.real * s2.real - s1.imag * s2.imag),
  };
}

export const complexAtan = (z: Complex): Complex => turnedBack(complexAtanh(turned(z)));

export function complexAtanh(z: Complex): Complex {
  if (isSpecial(z)) return specialAtanh(z);
  if (isNegative(z.real)) {
    const { real, imag } = complexAtanh({ real: -z.real, imag: -z.imag });
    return { real: -real, imag: -imag };
  }
  const ay = abs(z.imag);
  if (z.real > SQRT_LARGE || ay > SQRT_LARGE) {
    const h = hypotenuse(z.real / 2, z.imag / 2);
    return { real: z.real / 4 / h / h, imag: -copySign(PI / 2, -z.imag) };
  }
  if (z.real === 1 && ay < SQRT_SMALLEST) {
    if (ay === 0) throw domainError();
    return { real: -log(sqrt(ay) / sqrt(hypotenuse(ay, 2))), imag: copySign(atan2(2, -ay) / 2, z.imag) };
  }
  const rest = 1 - z.real;
  return {
    real: log1p((4 * z.real) / (rest * rest + ay * ay)) / 4,
    imag: -atan2(-2 * z.imag, rest * (1 + z.real) - ay * ay) / 2,
  };
}

export const complexCos = (z: Complex): Complex => complexCosh(turned(z));

export function complexCosh(z: Complex): Complex {
  const { real: x, imag: y } = z;
  if (isSpecial(z)) {
    if (!isRay(x, y)) return specialCosh(z);
    const imag = copySign(Infinity, sin(y));
    return { real: copySign(Infinity, cos(y)), imag: x > 0 ? imag : -imag };
  }
  if (abs(x) > LOG_LARGE) {
    const less = x - copySign(1, x);
    return inRange({ real: cos(y) * cosh(less) * Math.E, imag: sin(y) * sinh(less) * Math.E });
  }
  return inRange({ real: cos(y) * cosh(x), imag: sin(y) * sinh(x) });
}

export function complexExp(z: Complex): Complex {
  const { real: x, imag: y } = z;
  if (isSpecial(z)) {
    if (!isRay(x, y)) return specialExp(z);
    const size = x > 0 ? Infinity : 0;
    return { real: copySign(size, cos(y)), imag: copySign(size, sin(y)) };
  }
  if (x > LOG_LARGE) {
    const size = exp(x - 1);
    return inRange({ real: size * cos(y) * Math.E, imag: size * sin(y) * Math.E });
  }
  const size = exp(x);
  return inRange({ real: size * cos(y), imag: size * sin(y) });
}

/** c_log: of zero it is a domain error. */
export function complexLog(z: Complex): Complex {
  if (isSpecial(z)) return specialLog(z);
  const ax = abs(z.real);
  const ay = abs(z.imag);
  let real: number;
  if (isLarge(z)) real = largeLog(z);
  else if (ax < SMALLEST_NORMAL && ay < SMALLEST_NORMAL) {
    if (ax === 0 && ay === 0) throw domainError();
    real = log(hypotenuse(ax * 2 ** 53, ay * 2 ** 53)) - 53 * LN2;
  } else {
    const h = hypotenuse(ax, ay);
    if (h >= 0.71 && h <= 1.73) {
      // Near one the logarithm would cancel.
      const larger = Math.max(ax, ay);
      const smaller = Math.min(ax, ay);
      real = log1p((larger - 1) * (larger + 1) + smaller * smaller) / 2;
    } else real = log(h);
  }
  return { real, imag: atan2(z.imag, z.real) };
}

export function complexLog10(z: Complex): Complex {
  const { real, imag } = complexLog(z);
  return { real: real / Math.LN10, imag: imag / Math.LN10 };
}

export const complexSin = (z: Complex): Complex => turnedBack(complexSinh(turned(z)));

export function complexSinh(z: Complex): Complex {
  const { real: x, imag: y } = z;
  if (isSpecial(z)) {
    if (!isRay(x, y)) return specialSinh(z);
    const real = copySign(Infinity, cos(y));
    return { real: x > 0 ? real : -real, imag: copySign(Infinity, sin(y)) };
  }
  if (abs(x) > LOG_LARGE) {
    const less = x - copySign(1, x);
    return inRange({ real: cos(y) * sinh(less) * Math.E, imag: sin(y) * cosh(less) * Math.E });
  }
  return inRange({ real: cos(y) * sinh(x), imag: sin(y) * cosh(x) });
}

export function complexSqrt(z: Complex): Complex {
  if (isSpecial(z)) return specialSqrt(z);
  if (z.real === 0 && z.imag === 0) return { real: 0, imag: z.imag };
  let ax = abs(z.real);
  const ay = abs(z.imag);
  let s: number;
  if (ax < SMALLEST_NORMAL && ay < SMALLEST_NORMAL) {
    ax *= 2 ** 53;
    s = sqrt(ax + hypotenuse(ax, ay * 2 ** 53)) * 2 ** -27;
  } else {
    ax /= 8;
    s = 2 * sqrt(ax + hypotenuse(ax, ay / 8));
  }
  const d = ay / (2 * s);
  return z.real >= 0 ? { real: s, imag: copySign(d, z.imag) } : { real: d, imag: copySign(s, z.imag) };
}

export const complexTan = (z: Complex): Complex => turnedBack(complexTanh(turned(z)));

export function complexTanh(z: Complex): Complex {
  const { real: x, imag: y } = z;
  if (isSpecial(z)) {
    if (!isRay(x, y)) return specialTanh(z);
    return { real: x > 0 ? 1 : -1, imag: copySign(0, 2 * sin(y) * cos(y)) };
  }
  if (abs(x) > LOG_LARGE) {
    return { real: copySign(1, x), imag: 4 * sin(y) * cos(y) * exp(-2 * abs(x)) };
  }
  const tx = tanh(x);
  const ty = tan(y);
  const cx = 1 / cosh(x);
  const product = tx * ty;
  const denominator = 1 + product * product;
  return { real: (tx * (1 + ty * ty)) / denominator, imag: (ty / denominator) * cx * cx };
}

/** `cmath.rect`. */
export function complexRect(length: number, angle: number): Complex {
  if (!Number.isFinite(length) || !Number.isFinite(angle)) {
    if (!isRay(length, angle)) return specialRect({ real: length, imag: angle });
    const sign = length > 0 ? 1 : -1;
    return { real: sign * copySign(Infinity, cos(angle)), imag: sign * copySign(Infinity, sin(angle)) };
  }
  // The product keeps the sign of an angle of zero, and the real part the whole length.
  if (angle === 0) return { real: length, imag: length * angle };
  return { real: length * cos(angle), imag: length * sin(angle) };
}

/** abs(z) for `cmath.polar`, which says range error where abs() has words of its own. */
export function complexSize(z: Complex): number {
  const size = hypotenuse(z.real, z.imag);
  if (size === Infinity && !isSpecial(z)) throw rangeError();
  return size;
}
