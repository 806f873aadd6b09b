import * as arithmetic from '../../numbers/decimal.ts';
import { type Decimal, Kind, Signal } from '../../numbers/decimal.ts';
import { decimalOfFloat, parseDecimal } from '../../numbers/decimal-text.ts';
import { decompose } from '../../numbers/digits.ts';
import { asciiNumber } from '../../numbers/float-text.ts';
import { typeError, valueError } from '../../objects/exception.ts';
import { PyFloat } from '../../objects/float.ts';
import { integerOf, isInt } from '../../objects/int.ts';
import { PyList } from '../../objects/list.ts';
import { typeOf, type Value } from '../../objects/object.ts';
import { stringOf } from '../../objects/str.ts';
import { PyTuple } from '../../objects/tuple.ts';
import { toArray } from '../../operations/iterate.ts';
import { MAX_EMAX, MIN_ETINY, type PyContext, PyDecimal, sizeArgument } from './context.ts';

export const made = (value: Decimal): PyDecimal => new PyDecimal(value);

export const integerValue = (value: number | bigint): Decimal => {
  const whole = BigInt(value);
  return arithmetic.finite(whole < 0n, whole < 0n ? -whole : whole, 0);
};

export const fromFloat = (value: number): Decimal => {
  if (!Number.isFinite(value)) return decimalOfFloat(value, 0n, 0);
  const { mantissa, exponent } = decompose(value);
  return decimalOfFloat(value, mantissa, exponent);
};

/** Decimals and ints: what arithmetic takes without being told. */
export function operand(value: Value): Decimal | undefined {
  if (value instanceof PyDecimal) return value.value;
  return isInt(value) ? integerValue(integerOf(value) as number | bigint) : undefined;
}

export function required(value: Value): Decimal {
  const found = operand(value);
  if (found === undefined) throw typeError(`conversion from ${typeOf(value).tp_name} to Decimal is not supported`);
  return found;
}

/** For the functions that don't convert, as they look at how a number is written. */
export function decimalArgument(value: Value): PyDecimal {
  if (!(value instanceof PyDecimal)) throw typeError('argument must be a Decimal');
  return value;
}

/** A number that libmpdec can hold; what it can't is an invalid operation. */
export function held(x: Decimal, context: PyContext): Decimal {
  if (!arithmetic.isFiniteDecimal(x)) return x;
  const largest = arithmetic.isZero(x) ? x.exponent : arithmetic.adjusted(x);
  if (largest <= Number(MAX_EMAX) && x.exponent >= Number(MIN_ETINY)) return x;
  context.raise(Signal.INVALID_OPERATION);
  return arithmetic.NAN;
}

function fromText(text: string, context: PyContext): Decimal {
  const plain = asciiNumber(text).replaceAll('_', '');
  const found = parseDecimal(plain);
  if (found === undefined) {
    context.raise(Signal.CONVERSION_SYNTAX);
    return arithmetic.NAN;
  }
  return found;
}

function fromTuple(value: Value): Decimal {
  const items = toArray(value);
  if (items.length !== 3) throw valueError('argument must be a sequence of length 3');
  const [sign, digits, exponent] = items;
  if (!isInt(sign) || (integerOf(sign) !== 0 && integerOf(sign) !== 1)) {
    throw valueError('sign must be an integer with the value 0 or 1');
  }
  if (!(digits instanceof PyTuple || digits instanceof PyList))
    throw valueError('coefficient must be a tuple of digits');
  const figures = digits.items.map((digit) => {
    const figure = isInt(digit) ? integerOf(digit) : undefined;
    if (typeof figure !== 'number' || figure < 0 || figure > 9)
      throw valueError('coefficient must be a tuple of digits');
    return figure;
  });
  const coefficient = BigInt(figures.join('') || '0');
  const negative = integerOf(sign) === 1;
  switch (stringOf(exponent)) {
    case 'F':
      return arithmetic.infinity(negative);
    case 'n':
      return { ...arithmetic.NAN, negative, coefficient };
    case 'N':
      return { ...arithmetic.NAN, kind: Kind.SIGNALING_NAN, negative, coefficient };
    case undefined:
      if (!isInt(exponent)) throw valueError('exponent must be an integer');
      return arithmetic.finite(negative, coefficient, Number(sizeArgument(exponent)));
    default:
      throw valueError("string argument in the third position must be 'F', 'n' or 'N'");
  }
}

/** Decimal(value) without rounding (PyDecType_FromObjectExact). */
export function exactly(value: Value, context: PyContext): Decimal {
  const known = operand(value);
  if (known !== undefined) return known;
  const text = stringOf(value);
  if (text !== undefined) return fromText(text, context);
  if (value instanceof PyTuple || value instanceof PyList) return fromTuple(value);
  if (value instanceof PyFloat) {
    context.raise(Signal.FLOAT_OPERATION);
    return fromFloat(value.value);
  }
  throw typeError(`conversion from ${typeOf(value).tp_name} to Decimal is not supported`);
}
