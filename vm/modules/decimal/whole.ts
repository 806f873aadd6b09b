import * as arithmetic from '../../numbers/decimal.ts';
import { type Arithmetic, type Decimal, Kind } from '../../numbers/decimal.ts';
import { decimalText, truncated } from '../../numbers/decimal-text.ts';
import { floatValue } from '../../numbers/float-text.ts';
import { normalize } from '../../numbers/integer.ts';
import { overflowError, valueError } from '../../objects/exception.ts';
import { negativeNaN, PyFloat } from '../../objects/float.ts';
import type { Value } from '../../objects/object.ts';
import { tupleOf } from '../../objects/tuple.ts';

export function wholeOf(x: Decimal, what: string): bigint {
  if (arithmetic.isNaNDecimal(x)) throw valueError(`cannot convert NaN to ${what}`);
  if (!arithmetic.isFiniteDecimal(x)) throw overflowError(`cannot convert Infinity to ${what}`);
  return truncated(x);
}

export function roundedWhole(x: Decimal, rounding: Arithmetic['rounding']): Value {
  wholeOf(x, 'integer');
  return normalize(truncated(arithmetic.rescale(x, Math.max(0, x.exponent), { ...arithmetic.unbounded(), rounding })));
}

/** float(x): a NaN keeps its sign. */
export function floatOfDecimal(x: Decimal): PyFloat {
  return x.kind === Kind.QUIET_NAN && x.negative ? negativeNaN() : new PyFloat(toFloat(x));
}

function toFloat(x: Decimal): number {
  if (x.kind === Kind.SIGNALING_NAN) throw valueError('cannot convert signaling NaN to float');
  if (x.kind === Kind.QUIET_NAN) return NaN;
  if (!arithmetic.isFiniteDecimal(x)) return x.negative ? -Infinity : Infinity;
  return floatValue(decimalText(x, true));
}

export function ratio(x: Decimal): Value {
  wholeOf(x, 'integer ratio');
  if (x.exponent >= 0) return tupleOf([normalize(truncated(x)), 1]);
  let [a, b] = [x.coefficient, arithmetic.tenTo(-x.exponent)];
  const bottom = b;
  while (b !== 0n) [a, b] = [b, a % b];
  const top = x.coefficient / a;
  return tupleOf([normalize(x.negative ? -top : top), normalize(bottom / a)]);
}
