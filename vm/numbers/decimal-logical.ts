import {
  type Arithmetic,
  checkNaNs,
  type Decimal,
  finite,
  isFiniteDecimal,
  Kind,
  Signal,
  signal,
  tenTo,
} from './decimal.ts';

// Operations of the decimal specification on digits rather than on numbers: logical ones, shift and rotate.

/** The digits of a logical operand, all 0 or 1, the last `prec` of them; undefined for any other number. */
function logicalDigits(x: Decimal, prec: number): string | undefined {
  if (!isFiniteDecimal(x) || x.negative || x.exponent !== 0) return undefined;
  const digits = x.coefficient.toString();
  return /^[01]+$/.test(digits) ? digits.slice(-prec) : undefined;
}

type Logical = (x: Decimal, y: Decimal, context: Arithmetic) => Decimal;

/** An operation on each pair of digits. */
function logical(combine: (a: boolean, b: boolean) => boolean): Logical {
  return (x, y, context) => {
    const a = logicalDigits(x, context.prec);
    const b = logicalDigits(y, context.prec);
    if (a === undefined || b === undefined) return signal(context, Signal.INVALID_OPERATION);
    const length = Math.max(a.length, b.length);
    const [left, right] = [a.padStart(length, '0'), b.padStart(length, '0')];
    let digits = '';
    for (let i = 0; i < length; i++) digits += combine(left[i] === '1', right[i] === '1') ? '1' : '0';
    return finite(false, BigInt(digits), 0);
  };
}

export const logicalAnd = logical((a, b) => a && b);
export const logicalOr = logical((a, b) => a || b);
export const logicalXor = logical((a, b) => a !== b);

/** All `prec` digits turned over. */
export function logicalInvert(x: Decimal, context: Arithmetic): Decimal {
  const digits = logicalDigits(x, context.prec);
  if (digits === undefined) return signal(context, Signal.INVALID_OPERATION);
  const turned = Array.from(digits.padStart(context.prec, '0'), (digit) => (digit === '1' ? '0' : '1'));
  return finite(false, BigInt(turned.join('')), 0);
}

/** How far to move, or the result where there is nothing to move. */
function distance(x: Decimal, y: Decimal, context: Arithmetic): number | Decimal {
  const nan = checkNaNs(context, x, y);
  if (nan !== undefined) return nan;
  if (!isFiniteDecimal(y) || y.exponent !== 0 || y.coefficient > BigInt(context.prec)) {
    return signal(context, Signal.INVALID_OPERATION);
  }
  if (x.kind === Kind.INFINITE) return x;
  return Number(y.coefficient) * (y.negative ? -1 : 1);
}

/** Moves the digits to the left, or with a negative y to the right; zeros come in. */
export function shift(x: Decimal, y: Decimal, context: Arithmetic): Decimal {
  const by = distance(x, y, context);
  if (typeof by !== 'number') return by;
  const limit = tenTo(context.prec);
  const coefficient = by >= 0 ? x.coefficient * tenTo(by) : (x.coefficient % limit) / tenTo(-by);
  return finite(x.negative, coefficient % limit, x.exponent);
}

/** As shift, but what goes out at one end of `prec` digits comes in at the other. */
export function rotate(x: Decimal, y: Decimal, context: Arithmetic): Decimal {
  const by = distance(x, y, context);
  if (typeof by !== 'number') return by;
  const { prec } = context;
  const left = by < 0 ? by + prec : by;
  const kept = x.coefficient % tenTo(prec);
  const split = tenTo(prec - left);
  return finite(x.negative, (kept % split) * tenTo(left) + kept / split, x.exponent);
}
