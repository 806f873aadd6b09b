/** The decimal digits of a finite float that is not negative: 0.d1d2d3… * 10**point; '0' with point 1 for zero. */
export interface Digits {
  readonly digits: string;
  readonly point: number;
}

const ZERO: Digits = { digits: '0', point: 1 };

/** The shortest digits that read back as `value`: dtoa's mode 0. */
export function shortestDigits(value: number): Digits {
  return value === 0 ? ZERO : fromExponential(value.toExponential());
}

function fromExponential(text: string): Digits {
  const e = text.indexOf('e');
  const digits = e === 1 ? text[0] : text[0] + text.substring(2, e);
  return { digits, point: Number(text.substring(e + 1)) + 1 };
}

/**
 * `count` significant digits (at least 1), rounded half to even on the exact value, without trailing zeros: dtoa's mode 2.
 */
export function significantDigits(value: number, count: number): Digits {
  if (value === 0) return ZERO;
  if (count < 100) {
    // JavaScript rounds the exact value too, but a tie upwards. Only a tie can have a 5 as its very last digit, so where
    // one digit more isn't a 5, both agree.
    const longer = value.toExponential(count);
    if (longer.charCodeAt(longer.indexOf('e') - 1) !== 0x35) {
      return trimmed(fromExponential(value.toExponential(count - 1)));
    }
  }
  const { digits, point } = exactDigits(value);
  return roundedTo(digits, point, count);
}

/** Digits up to `count` places after the decimal point (before it when negative): dtoa's mode 3. */
export function fractionDigits(value: number, count: number): Digits {
  if (value === 0) return ZERO;
  if (value < 1e21 && count >= 0 && count < 100) {
    const longer = value.toFixed(count + 1);
    if (longer.charCodeAt(longer.length - 1) !== 0x35) return fromFixed(value.toFixed(count));
  }
  const { digits, point } = exactDigits(value);
  return roundedTo(digits, point, point + count);
}

function fromFixed(text: string): Digits {
  const dot = text.indexOf('.');
  const digits = dot < 0 ? text : text.substring(0, dot) + text.substring(dot + 1);
  let start = 0;
  while (start < digits.length && digits.charCodeAt(start) === 0x30) start++;
  if (start === digits.length) return ZERO;
  return trimmed({ digits: digits.substring(start), point: (dot < 0 ? text.length : dot) - start });
}

function trimmed({ digits, point }: Digits): Digits {
  let end = digits.length;
  while (end > 1 && digits.charCodeAt(end - 1) === 0x30) end--;
  return { digits: digits.substring(0, end), point };
}

function roundedTo(digits: string, point: number, count: number): Digits {
  if (count >= digits.length) return { digits, point };
  if (count < 0) return ZERO;
  const next = digits.charCodeAt(count);
  const tie = next === 0x35 && digits.length === count + 1;
  const up = tie ? count > 0 && (digits.charCodeAt(count - 1) & 1) === 1 : next >= 0x35;
  if (!up) return count === 0 ? ZERO : trimmed({ digits: digits.substring(0, count), point });
  const kept = count === 0 ? '1' : (BigInt(digits.substring(0, count)) + 1n).toString();
  return trimmed({ digits: kept, point: point + (count === 0 || kept.length > count ? 1 : 0) });
}

const view = new DataView(new ArrayBuffer(8));

/** The finite `value` as mantissa * 2**exponent, with a mantissa that is a whole number of at most 53 bits. */
export function decompose(value: number): { mantissa: bigint; exponent: number } {
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const biased = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  const size = biased === 0 ? fraction : fraction | 0x10000000000000n;
  return { mantissa: value < 0 ? -size : size, exponent: (biased === 0 ? 1 : biased) - 1075 };
}

/** All digits of the exact value, without trailing zeros; there can be 767 of them. */
export function exactDigits(value: number): Digits {
  if (value === 0) return ZERO;
  const { mantissa, exponent } = decompose(value);
  if (exponent >= 0) {
    const text = (mantissa << BigInt(exponent)).toString();
    return trimmed({ digits: text, point: text.length });
  }
  const text = (mantissa * 5n ** BigInt(-exponent)).toString();
  return trimmed({ digits: text, point: text.length + exponent });
}
