import { type Decimal, digitCount, finite, infinity, Kind, NAN, tenTo } from './decimal.ts';

const pattern = /^([-+])?(?:(\d+)(?:\.(\d*))?(?:e([-+]?\d+))?|\.(\d+)(?:e([-+]?\d+))?|(inf(?:inity)?)|(s)?nan(\d*))$/i;

/** The number that a text of ASCII digits stands for; undefined when it is none. */
export function parseDecimal(text: string): Decimal | undefined {
  const match = pattern.exec(text);
  if (match === null) return undefined;
  const [, sign, whole, fraction, power, onlyFraction, otherPower, inf, signaling, payload] = match;
  const negative = sign === '-';
  if (inf !== undefined) return infinity(negative);
  if (payload !== undefined) {
    const kind = signaling === undefined ? Kind.QUIET_NAN : Kind.SIGNALING_NAN;
    return { ...NAN, kind, negative, coefficient: BigInt(payload === '' ? 0 : payload) };
  }
  const digits = onlyFraction ?? fraction ?? '';
  const exponent = Number(power ?? otherPower ?? 0) - digits.length;
  return finite(negative, BigInt((whole ?? '') + digits), exponent);
}

/** to-scientific-string of the specification, or with `engineering` to-engineering-string. */
export function decimalText(x: Decimal, capitals: boolean, engineering = false): string {
  const sign = x.negative ? '-' : '';
  if (x.kind === Kind.INFINITE) return `${sign}Infinity`;
  if (x.kind !== Kind.FINITE) {
    return `${sign}${x.kind === Kind.SIGNALING_NAN ? 'sNaN' : 'NaN'}${x.coefficient === 0n ? '' : x.coefficient}`;
  }
  const digits = x.coefficient.toString();
  const left = x.exponent + digits.length;
  let point: number;
  if (x.exponent <= 0 && left > -6) point = left;
  else if (!engineering) point = 1;
  else if (x.coefficient === 0n) point = modulo(left + 1, 3) - 1;
  else point = modulo(left - 1, 3) + 1;
  let text: string;
  if (point <= 0) text = `0.${'0'.repeat(-point)}${digits}`;
  else if (point >= digits.length) text = digits + '0'.repeat(point - digits.length);
  else text = `${digits.slice(0, point)}.${digits.slice(point)}`;
  if (left === point) return sign + text;
  const power = left - point;
  return `${sign}${text}${capitals ? 'E' : 'e'}${power < 0 ? '' : '+'}${power}`;
}

const modulo = (a: number, b: number): number => ((a % b) + b) % b;

/** A float as exactly the decimal number that it is. */
export function decimalOfFloat(value: number, mantissa: bigint, exponent: number): Decimal {
  if (Number.isNaN(value)) return NAN;
  if (!Number.isFinite(value)) return infinity(value < 0);
  const negative = value < 0 || Object.is(value, -0);
  const size = mantissa < 0n ? -mantissa : mantissa;
  if (size === 0n) return finite(negative, 0n, 0);
  if (exponent >= 0) return finite(negative, size << BigInt(exponent), 0);
  let [odd, twos] = [size, -exponent];
  while ((odd & 1n) === 0n && twos > 0) {
    odd >>= 1n;
    twos--;
  }
  return finite(negative, odd * 5n ** BigInt(twos), -twos);
}

/** Digits of the coefficient one by one. */
export const digitsOf = (x: Decimal): number[] => Array.from(x.coefficient.toString(), Number);

/** The whole part, towards zero. */
export function truncated(x: Decimal): bigint {
  const size =
    x.exponent >= 0
      ? x.coefficient * tenTo(x.exponent)
      : -x.exponent > digitCount(x.coefficient)
        ? 0n
        : x.coefficient / tenTo(-x.exponent);
  return x.negative ? -size : size;
}
