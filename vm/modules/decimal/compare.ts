import { vm } from '../../interpreter/state.ts';
import * as arithmetic from '../../numbers/decimal.ts';
import { type Decimal, Kind, Signal } from '../../numbers/decimal.ts';
import { normalize, powerModulo } from '../../numbers/integer.ts';
import { PyComplex } from '../../objects/complex.ts';
import { typeError } from '../../objects/exception.ts';
import { PyFloat } from '../../objects/float.ts';
import { Compare, NotImplemented, typeOf, type Value } from '../../objects/object.ts';
import { callMethod } from '../../operations/attribute.ts';
import { identityHash } from '../../operations/hash.ts';
import { toArray } from '../../operations/iterate.ts';
import type { PyContext, PyDecimal } from './context.ts';
import { fromFloat, operand, required } from './convert.ts';
import { currentContext } from './current-context.ts';

export function compareRich(self: PyDecimal, other: Value, op: Compare): Value {
  const ordering = op !== Compare.EQ && op !== Compare.NE;
  let right = operand(other);
  const context = currentContext();
  if (right === undefined && !ordering && other instanceof PyComplex) {
    if (other.imag !== 0) return NotImplemented;
    right = fromFloat(other.real);
  }
  if (right === undefined) {
    if (!(other instanceof PyFloat)) return compareRational(self.value, other, op, context);
    if (ordering) context.raise(Signal.FLOAT_OPERATION);
    else context.flags |= Signal.FLOAT_OPERATION;
    right = fromFloat(other.value);
  }
  const left = self.value;
  if (arithmetic.isNaNDecimal(left) || arithmetic.isNaNDecimal(right)) {
    const signaling = left.kind === Kind.SIGNALING_NAN || right.kind === Kind.SIGNALING_NAN;
    if (ordering || signaling) context.raise(Signal.INVALID_OPERATION);
    return op === Compare.NE;
  }
  return holds(arithmetic.order(left, right), op);
}

function holds(order: number, op: Compare): boolean {
  switch (op) {
    case Compare.LT:
      return order < 0;
    case Compare.LE:
      return order <= 0;
    case Compare.EQ:
      return order === 0;
    case Compare.NE:
      return order !== 0;
    case Compare.GT:
      return order > 0;
    default:
      return order >= 0;
  }
}

/** A comparison with a Fraction: both sides times its denominator. */
function compareRational(left: Decimal, other: Value, op: Compare, context: PyContext): Value {
  const numbers = vm.modules.getString('numbers');
  if (numbers === undefined || typeOf(other).tp_name !== 'Fraction') return NotImplemented;
  if (arithmetic.isNaNDecimal(left)) {
    if (op !== Compare.EQ && op !== Compare.NE) context.raise(Signal.INVALID_OPERATION);
    return op === Compare.NE;
  }
  const [numerator, denominator] = toArray(callMethod(other, 'as_integer_ratio'));
  const scaled = arithmetic.multiply(left, required(denominator), arithmetic.unbounded());
  return holds(arithmetic.order(scaled, required(numerator)), op);
}

const MODULUS = 2n ** 61n - 1n;

export function hash(self: PyDecimal): number | bigint {
  const x = self.value;
  if (x.kind === Kind.SIGNALING_NAN) throw typeError('Cannot hash a signaling NaN value');
  if (x.kind === Kind.QUIET_NAN) return identityHash(self);
  if (!arithmetic.isFiniteDecimal(x)) return x.negative ? -314159 : 314159;
  const ten = x.exponent >= 0 ? 10n : BigInt(powerModulo(10, MODULUS - 2n, MODULUS));
  const scale = BigInt(powerModulo(ten, Math.abs(x.exponent), MODULUS));
  const size = (x.coefficient * scale) % MODULUS;
  const result = x.negative ? -size : size;
  return normalize(result === -1n ? -2n : result);
}
