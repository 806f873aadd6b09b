import { vm } from '../../interpreter/state.ts';
import * as arithmetic from '../../numbers/decimal.ts';
import { type Arithmetic, type Decimal, Kind, roundings, Signal } from '../../numbers/decimal.ts';
import * as functions from '../../numbers/decimal-functions.ts';
import { logicalAnd, logicalInvert, logicalOr, logicalXor, rotate, shift } from '../../numbers/decimal-logical.ts';
import { decimalOfFloat, decimalText, digitsOf, parseDecimal, truncated } from '../../numbers/decimal-text.ts';
import { decompose } from '../../numbers/digits.ts';
import { asciiNumber, floatValue } from '../../numbers/float-text.ts';
import { normalize, powerModulo } from '../../numbers/integer.ts';
import { bind } from '../../objects/bind.ts';
import { PyComplex } from '../../objects/complex.ts';
import { type Declaration, defineType, type ModuleDefinition } from '../../objects/define.ts';
import { PyDict } from '../../objects/dict.ts';
import { keyError, overflowError, typeError, valueError } from '../../objects/exception.ts';
import { floatOf, PyFloat } from '../../objects/float.ts';
import { integerOf, isInt } from '../../objects/int.ts';
import { PyList } from '../../objects/list.ts';
import {
  Compare,
  type KwNames,
  NotImplemented,
  newType,
  PyObject,
  type PyType,
  type Slot,
  typeOf,
  type Value,
} from '../../objects/object.ts';
import { addRoot } from '../../objects/roots.ts';
import { stringOf } from '../../objects/str.ts';
import { PyTuple, tupleOf } from '../../objects/tuple.ts';
import { index } from '../../operations/arithmetic.ts';
import { callMethod, getAttribute } from '../../operations/attribute.ts';
import { call, callWith } from '../../operations/call.ts';
import { identityHash } from '../../operations/hash.ts';
import { getIterator, toArray } from '../../operations/iterate.ts';
import { repr } from '../../operations/text.ts';
import { contextVarType } from '../contextvars.ts';
import {
  classesOf,
  contextSetters,
  contextType,
  decimalType,
  isSignalDict,
  MAX_EMAX,
  MIN_ETINY,
  PyContext,
  PyDecimal,
  roundingOf,
  SignalDict,
  signalBits,
  signalClasses,
  signalDictType,
  signalList,
  signalsOf,
  sizeArgument,
} from './context.ts';
import { formatDecimal } from './format.ts';

const made = (value: Decimal): PyDecimal => new PyDecimal(value);

const defaultContext = new PyContext();
let contextVariable: Value | undefined;
addRoot(() => contextVariable);
addRoot(() => tupleClass);

const variable = (): Value => {
  contextVariable ??= call(contextVarType, 'decimal_context');
  return contextVariable;
};

/** getcontext(): the context of the code that runs; a copy of DefaultContext at first. */
export function currentContext(): PyContext {
  const found = callMethod(variable(), 'get', false);
  if (found instanceof PyContext) return found;
  const context = defaultContext.copy();
  context.flags = 0;
  callMethod(variable(), 'set', context);
  return context;
}

function setContext(context: Value): void {
  if (!(context instanceof PyContext)) throw typeError('optional argument must be a context');
  const { basic, extended } = templates();
  const shared = context === defaultContext || context === basic || context === extended;
  const own = shared ? context.copy() : context;
  if (shared) own.flags = 0;
  callMethod(variable(), 'set', own);
}

function contextOf(value: Slot): PyContext {
  if (value === undefined || value === null) return currentContext();
  if (!(value instanceof PyContext)) throw typeError('optional argument must be a context');
  return value;
}

const integerValue = (value: number | bigint): Decimal => {
  const whole = BigInt(value);
  return arithmetic.finite(whole < 0n, whole < 0n ? -whole : whole, 0);
};

const fromFloat = (value: number): Decimal => {
  if (!Number.isFinite(value)) return decimalOfFloat(value, 0n, 0);
  const { mantissa, exponent } = decompose(value);
  return decimalOfFloat(value, mantissa, exponent);
};

/** Decimals and ints: what arithmetic takes without being told. */
function operand(value: Value): Decimal | undefined {
  if (value instanceof PyDecimal) return value.value;
  return isInt(value) ? integerValue(integerOf(value) as number | bigint) : undefined;
}

function required(value: Value): Decimal {
  const found = operand(value);
  if (found === undefined) throw typeError(`conversion from ${typeOf(value).tp_name} to Decimal is not supported`);
  return found;
}

/** For the functions that don't convert, as they look at how a number is written. */
function decimalArgument(value: Value): PyDecimal {
  if (!(value instanceof PyDecimal)) throw typeError('argument must be a Decimal');
  return value;
}

/** A number that libmpdec can hold; what it can't is an invalid operation. */
function held(x: Decimal, context: PyContext): Decimal {
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
      return arithmetic.finite(negative, coefficient, Number(integerOf(exponent)));
    default:
      throw valueError("string argument in the third position must be 'F', 'n' or 'N'");
  }
}

/** Decimal(value) without rounding (PyDecType_FromObjectExact). */
function exactly(value: Value, context: PyContext): Decimal {
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

type Unary = (x: Decimal, context: Arithmetic) => Decimal;
type Binary = (x: Decimal, y: Decimal, context: Arithmetic) => Decimal;

function slot(compute: Binary) {
  return (left: Value, right: Value): Value => {
    const [x, y] = [operand(left), operand(right)];
    if (x === undefined || y === undefined) return NotImplemented;
    return made(currentContext().run((context) => compute(x, y, context)));
  };
}

const unarySlot = (compute: Unary) => (self: PyDecimal) =>
  made(currentContext().run((context) => compute(self.value, context)));

const plus: Unary = (x, context) =>
  arithmetic.checkNaNs(context, x) ?? arithmetic.finalize(positiveZero(x, context), context);
const positiveZero = (x: Decimal, context: Arithmetic): Decimal =>
  arithmetic.isZero(x) ? arithmetic.withSign(x, context.rounding === 'ROUND_FLOOR' && x.negative) : x;
const minus: Unary = (x, context) =>
  arithmetic.checkNaNs(context, x) ?? plus(arithmetic.withSign(x, !x.negative && !arithmetic.isZero(x)), context);
const absolute: Unary = (x, context) =>
  arithmetic.checkNaNs(context, x) ?? arithmetic.finalize(arithmetic.withSign(x, false), context);

function compareValues(x: Decimal, y: Decimal, context: Arithmetic): Decimal {
  return arithmetic.checkNaNs(context, x, y) ?? integerValue(arithmetic.order(x, y));
}

function compareSignal(x: Decimal, y: Decimal, context: Arithmetic): Decimal {
  if (arithmetic.isNaNDecimal(x) || arithmetic.isNaNDecimal(y)) context.status |= Signal.INVALID_OPERATION;
  return compareValues(x, y, context);
}

/** The total order of all representations. */
function totalOrder(x: Decimal, y: Decimal): number {
  if (x.negative !== y.negative) return x.negative ? -1 : 1;
  const sign = x.negative ? -1 : 1;
  const rank = (value: Decimal): number =>
    value.kind === Kind.SIGNALING_NAN ? 1 : value.kind === Kind.QUIET_NAN ? 2 : 0;
  if (rank(x) !== rank(y)) return sign * (rank(x) < rank(y) ? -1 : 1);
  if (rank(x) !== 0) return sign * (x.coefficient === y.coefficient ? 0 : x.coefficient < y.coefficient ? -1 : 1);
  const order = arithmetic.order(x, y);
  return order !== 0 ? order : sign * Math.sign(x.exponent - y.exponent);
}

/** max and min: a number wins over a quiet NaN. */
function extreme(greatest: boolean, bySize: boolean): Binary {
  return (x, y, context) => {
    if (x.kind === Kind.QUIET_NAN && !arithmetic.isNaNDecimal(y)) return arithmetic.finalize(y, context);
    if (y.kind === Kind.QUIET_NAN && !arithmetic.isNaNDecimal(x)) return arithmetic.finalize(x, context);
    const nan = arithmetic.checkNaNs(context, x, y);
    if (nan !== undefined) return nan;
    const size = (value: Decimal): Decimal => arithmetic.withSign(value, false);
    let order = bySize ? arithmetic.order(size(x), size(y)) : arithmetic.order(x, y);
    if (order === 0) order = totalOrder(x, y);
    return arithmetic.finalize(order > 0 === greatest ? x : y, context);
  };
}

function adjacent(x: Decimal, up: boolean, context: Arithmetic): Decimal {
  const nan = arithmetic.checkNaNs(context, x);
  if (nan !== undefined) return nan;
  const { prec, Emax, Emin } = context;
  if (!arithmetic.isFiniteDecimal(x)) {
    return x.negative === up ? arithmetic.finite(x.negative, arithmetic.tenTo(prec) - 1n, Emax - prec + 1) : x;
  }
  const work: Arithmetic = { ...context, rounding: up ? 'ROUND_CEILING' : 'ROUND_FLOOR', status: 0 };
  const rounded = arithmetic.finalize(x, work);
  if (arithmetic.order(rounded, x) !== 0) return rounded;
  return arithmetic.add(x, arithmetic.finite(!up, 1n, Emin - prec), work);
}

function nextToward(x: Decimal, y: Decimal, context: Arithmetic): Decimal {
  const nan = arithmetic.checkNaNs(context, x, y);
  if (nan !== undefined) return nan;
  const order = arithmetic.order(x, y);
  if (order === 0) return arithmetic.withSign(x, y.negative);
  const result = adjacent(x, order < 0, context);
  if (!arithmetic.isFiniteDecimal(result)) context.status |= Signal.OVERFLOW | Signal.INEXACT | Signal.ROUNDED;
  else if (arithmetic.isZero(result) || arithmetic.adjusted(result) < context.Emin) {
    context.status |= Signal.UNDERFLOW | Signal.SUBNORMAL | Signal.INEXACT | Signal.ROUNDED;
    if (arithmetic.isZero(result)) context.status |= Signal.CLAMPED;
  }
  return result;
}

const logb: Unary = (x, context) => {
  const nan = arithmetic.checkNaNs(context, x);
  if (nan !== undefined) return nan;
  if (!arithmetic.isFiniteDecimal(x)) return arithmetic.infinity(false);
  if (arithmetic.isZero(x)) {
    context.status |= Signal.DIVISION_BY_ZERO;
    return arithmetic.infinity(true);
  }
  return arithmetic.finalize(integerValue(arithmetic.adjusted(x)), context);
};

const scaleb: Binary = (x, y, context) => {
  const nan = arithmetic.checkNaNs(context, x, y);
  if (nan !== undefined) return nan;
  const limit = BigInt(2 * (context.Emax + context.prec));
  if (!arithmetic.isFiniteDecimal(y) || y.exponent !== 0 || y.coefficient > limit) {
    return arithmetic.signal(context, Signal.INVALID_OPERATION);
  }
  if (!arithmetic.isFiniteDecimal(x)) return x;
  const shift = Number(y.coefficient) * (y.negative ? -1 : 1);
  return arithmetic.finalize(arithmetic.finite(x.negative, x.coefficient, x.exponent + shift), context);
};

const unaryOperations: Readonly<Record<string, Unary>> = {
  exp: functions.exp,
  ln: functions.ln,
  log10: functions.log10,
  sqrt: arithmetic.squareRoot,
  normalize: arithmetic.normalize,
  logb,
  logical_invert: logicalInvert,
  next_minus: (x, context) => adjacent(x, false, context),
  next_plus: (x, context) => adjacent(x, true, context),
};

const binaryOperations: Readonly<Record<string, Binary>> = {
  compare: compareValues,
  compare_signal: compareSignal,
  compare_total: (x, y) => integerValue(totalOrder(x, y)),
  compare_total_mag: (x, y) => integerValue(totalOrder(arithmetic.withSign(x, false), arithmetic.withSign(y, false))),
  logical_and: logicalAnd,
  logical_or: logicalOr,
  logical_xor: logicalXor,
  max: extreme(true, false),
  max_mag: extreme(true, true),
  min: extreme(false, false),
  min_mag: extreme(false, true),
  next_toward: nextToward,
  remainder_near: (x, y, context) => arithmetic.remainder(x, y, context, true),
  copy_sign: (x, y) => arithmetic.withSign(x, y.negative),
  rotate,
  scaleb,
  shift,
};

const tests: Readonly<Record<string, (x: Decimal, context: PyContext) => boolean>> = {
  is_canonical: () => true,
  is_finite: arithmetic.isFiniteDecimal,
  is_infinite: (x) => x.kind === Kind.INFINITE,
  is_nan: arithmetic.isNaNDecimal,
  is_qnan: (x) => x.kind === Kind.QUIET_NAN,
  is_snan: (x) => x.kind === Kind.SIGNALING_NAN,
  is_signed: (x) => x.negative,
  is_zero: arithmetic.isZero,
  is_normal: (x, context) =>
    arithmetic.isFiniteDecimal(x) && !arithmetic.isZero(x) && arithmetic.adjusted(x) >= context.Emin,
  is_subnormal: (x, context) =>
    arithmetic.isFiniteDecimal(x) && !arithmetic.isZero(x) && arithmetic.adjusted(x) < context.Emin,
};

function numberClass(x: Decimal, context: PyContext): string {
  if (arithmetic.isNaNDecimal(x)) return x.kind === Kind.SIGNALING_NAN ? 'sNaN' : 'NaN';
  const sign = x.negative ? '-' : '+';
  if (!arithmetic.isFiniteDecimal(x)) return `${sign}Infinity`;
  if (arithmetic.isZero(x)) return `${sign}Zero`;
  return `${sign}${arithmetic.adjusted(x) < context.Emin ? 'Subnormal' : 'Normal'}`;
}

const sameQuantum = (x: Decimal, y: Decimal): boolean =>
  arithmetic.isFiniteDecimal(x) && arithmetic.isFiniteDecimal(y)
    ? x.exponent === y.exponent
    : arithmetic.isNaNDecimal(x) === arithmetic.isNaNDecimal(y) &&
      arithmetic.isFiniteDecimal(x) === arithmetic.isFiniteDecimal(y);

/** The methods that Decimal has with an optional context, and Context with the numbers as arguments. */
function sharedMethods(): { ofDecimal: Record<string, Declaration>; ofContext: Record<string, Declaration> } {
  const ofDecimal: Record<string, Declaration> = {};
  const ofContext: Record<string, Declaration> = {};
  for (const [name, compute] of Object.entries(unaryOperations)) {
    ofDecimal[name] = [
      '($self, /, context=None)',
      (self: PyDecimal, context: Slot) => made(contextOf(context).run((own) => compute(self.value, own))),
    ];
    ofContext[name] = [
      '($self, x, /)',
      (self: PyContext, x: Value) => made(self.run((own) => compute(required(x), own))),
    ];
  }
  for (const [name, compute] of Object.entries(binaryOperations)) {
    ofDecimal[name] = [
      '($self, /, other, context=None)',
      (self: PyDecimal, other: Value, context: Slot) =>
        made(contextOf(context).run((own) => compute(self.value, required(other), own))),
    ];
    ofContext[name] = [
      '($self, x, y, /)',
      (self: PyContext, x: Value, y: Value) => made(self.run((own) => compute(required(x), required(y), own))),
    ];
  }
  for (const [name, test] of Object.entries(tests)) {
    const takesContext = name === 'is_normal' || name === 'is_subnormal';
    ofDecimal[name] = [
      takesContext ? '($self, /, context=None)' : '($self, /)',
      (self: PyDecimal, context: Slot) => test(self.value, takesContext ? contextOf(context) : defaultContext),
    ];
    const argument = name === 'is_canonical' ? (x: Value) => decimalArgument(x).value : required;
    ofContext[name] = ['($self, x, /)', (self: PyContext, x: Value) => test(argument(x), self)];
  }
  return { ofDecimal, ofContext };
}

const shared = sharedMethods();

function compareRich(self: PyDecimal, other: Value, op: Compare): Value {
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

function hash(self: PyDecimal): number | bigint {
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

function wholeOf(x: Decimal, what: string): bigint {
  if (arithmetic.isNaNDecimal(x)) throw valueError(`cannot convert NaN to ${what}`);
  if (!arithmetic.isFiniteDecimal(x)) throw overflowError(`cannot convert Infinity to ${what}`);
  return truncated(x);
}

function roundedWhole(x: Decimal, rounding: Arithmetic['rounding']): Value {
  wholeOf(x, 'integer');
  return normalize(truncated(arithmetic.rescale(x, Math.max(0, x.exponent), { ...arithmetic.unbounded(), rounding })));
}

function toFloat(x: Decimal): number {
  if (x.kind === Kind.SIGNALING_NAN) throw valueError('cannot convert signaling NaN to float');
  if (x.kind === Kind.QUIET_NAN) return NaN;
  if (!arithmetic.isFiniteDecimal(x)) return x.negative ? -Infinity : Infinity;
  return floatValue(decimalText(x, true));
}

function ratio(x: Decimal): Value {
  wholeOf(x, 'integer ratio');
  if (x.exponent >= 0) return tupleOf([normalize(truncated(x)), 1]);
  let [a, b] = [x.coefficient, arithmetic.tenTo(-x.exponent)];
  const bottom = b;
  while (b !== 0n) [a, b] = [b, a % b];
  const top = x.coefficient / a;
  return tupleOf([normalize(x.negative ? -top : top), normalize(bottom / a)]);
}

let tupleClass: Value | undefined;
const decimalTuple = (): Value => {
  tupleClass ??= callWith(
    callMethodOfCollections('namedtuple'),
    ['DecimalTuple', new PyList(['sign', 'digits', 'exponent']), 'decimal'],
    ['module'],
  );
  return tupleClass;
};
const callMethodOfCollections = (name: string): Value =>
  (vm.importModule('collections') as unknown as { dict: PyDict }).dict.getString(name) as Value;

function asTuple(x: Decimal): Value {
  const sign = x.negative ? 1 : 0;
  if (x.kind === Kind.INFINITE) return call(decimalTuple(), sign, tupleOf([0]), 'F');
  if (arithmetic.isNaNDecimal(x)) {
    const payload = x.coefficient === 0n ? [] : digitsOf(x);
    return call(decimalTuple(), sign, tupleOf(payload), x.kind === Kind.SIGNALING_NAN ? 'N' : 'n');
  }
  return call(decimalTuple(), sign, tupleOf(digitsOf(x)), x.exponent);
}

const textOf = (self: PyDecimal): string => decimalText(self.value, currentContext().capitals === 1);

function withRounding(context: PyContext, rounding: Slot): Arithmetic['rounding'] {
  return rounding === undefined || rounding === null ? context.rounding : roundingOf(rounding);
}

/** Runs with another rounding; the flags are the context's own. */
function runRounding<T>(context: PyContext, rounding: Slot, compute: (own: Arithmetic) => T): T {
  const before = context.rounding;
  const wanted = withRounding(context, rounding);
  try {
    context.rounding = wanted;
    return context.run(compute);
  } finally {
    context.rounding = before;
  }
}

function integral(exact: boolean): Declaration {
  return [
    '($self, /, rounding=None, context=None)',
    (self: PyDecimal, rounding: Slot, context: Slot) =>
      made(runRounding(contextOf(context), rounding, (own) => arithmetic.toIntegral(self.value, own, exact))),
  ];
}

function powerOf(left: Value, right: Value, modulus: Value, context: PyContext): Value {
  const [x, y] = [operand(left), operand(right)];
  if (x === undefined || y === undefined) return NotImplemented;
  if (modulus === null) return made(context.run((own) => functions.power(x, y, own)));
  const z = operand(modulus);
  if (z === undefined) return NotImplemented;
  return made(context.run((own) => powerModuloOf(x, y, z, own)));
}

function powerModuloOf(x: Decimal, y: Decimal, z: Decimal, context: Arithmetic): Decimal {
  const nan = arithmetic.checkNaNs(context, x, y, z);
  if (nan !== undefined) return nan;
  const whole = [x, y, z].every(functions.isInteger);
  if (!whole || y.negative || arithmetic.isZero(z) || (arithmetic.isZero(x) && arithmetic.isZero(y))) {
    return arithmetic.signal(context, Signal.INVALID_OPERATION);
  }
  const modulus = truncated(arithmetic.withSign(z, false));
  if (arithmetic.digitCount(modulus) > context.prec) return arithmetic.signal(context, Signal.INVALID_OPERATION);
  const size = BigInt(powerModulo(truncated(arithmetic.withSign(x, false)), truncated(y), modulus));
  return arithmetic.finite(x.negative && functions.isOdd(y), size, 0);
}

defineType(decimalType, {
  module: 'decimal',
  doc: 'Construct a new Decimal object.',
  signature: "(value='0', context=None)",
  allocate: (type) => new PyDecimal(arithmetic.ZERO, type),
  tp_new(type: PyType, args: Value[], kwNames: KwNames) {
    const [value = 0, given] = bind('Decimal', "(value='0', context=None)", args, kwNames);
    const context = contextOf(given);
    if (type === decimalType && value instanceof PyDecimal && value.type === decimalType) return value;
    return new PyDecimal(held(exactly(value as Value, context), context), type);
  },
  tp_repr: (self: PyDecimal) => `Decimal('${textOf(self)}')`,
  tp_str: textOf,
  tp_hash: hash,
  tp_richcompare: compareRich,
  nb_add: slot(arithmetic.add),
  nb_subtract: slot(arithmetic.subtract),
  nb_multiply: slot(arithmetic.multiply),
  nb_true_divide: slot(arithmetic.divide),
  nb_floor_divide: slot(arithmetic.divideInteger),
  nb_remainder: slot((x, y, context) => arithmetic.remainder(x, y, context)),
  nb_divmod(left: Value, right: Value) {
    const [x, y] = [operand(left), operand(right)];
    if (x === undefined || y === undefined) return NotImplemented;
    return currentContext().run((context) => {
      const quotient = arithmetic.divideInteger(x, y, context);
      return tupleOf([made(quotient), made(arithmetic.remainder(x, y, context))]);
    });
  },
  nb_power: (left: Value, right: Value, modulus: Value) => powerOf(left, right, modulus, currentContext()),
  nb_negative: unarySlot(minus),
  nb_positive: unarySlot(plus),
  nb_absolute: unarySlot((x, context) => (x.negative ? minus(x, context) : plus(x, context))),
  nb_bool: (self: PyDecimal) => !arithmetic.isZero(self.value),
  nb_int: (self: PyDecimal) => normalize(wholeOf(self.value, 'integer')),
  nb_float: (self: PyDecimal) => new PyFloat(toFloat(self.value)),
  methods: {
    ...shared.ofDecimal,
    adjusted: [
      '($self, /)',
      (self: PyDecimal) => (arithmetic.isFiniteDecimal(self.value) ? arithmetic.adjusted(self.value) : 0),
    ],
    as_integer_ratio: ['($self, /)', (self: PyDecimal) => ratio(self.value)],
    as_tuple: ['($self, /)', (self: PyDecimal) => asTuple(self.value)],
    canonical: ['($self, /)', (self: PyDecimal) => self],
    conjugate: ['($self, /)', (self: PyDecimal) => self],
    copy_abs: ['($self, /)', (self: PyDecimal) => made(arithmetic.withSign(self.value, false))],
    copy_negate: ['($self, /)', (self: PyDecimal) => made(arithmetic.withSign(self.value, !self.value.negative))],
    fma: [
      '($self, /, other, third, context=None)',
      (self: PyDecimal, other: Value, third: Value, context: Slot) =>
        made(
          contextOf(context).run((own) =>
            arithmetic.fusedMultiplyAdd(self.value, required(other), required(third), own),
          ),
        ),
    ],
    number_class: [
      '($self, /, context=None)',
      (self: PyDecimal, context: Slot) => numberClass(self.value, contextOf(context)),
    ],
    quantize: [
      '($self, /, exp, rounding=None, context=None)',
      (self: PyDecimal, exponent: Value, rounding: Slot, context: Slot) =>
        made(
          runRounding(contextOf(context), rounding, (own) => arithmetic.quantize(self.value, required(exponent), own)),
        ),
    ],
    radix: ['($self, /)', () => made(integerValue(10))],
    same_quantum: [
      '($self, /, other, context=None)',
      (self: PyDecimal, other: Value) => sameQuantum(self.value, required(other)),
    ],
    to_eng_string: [
      '($self, /, context=None)',
      (self: PyDecimal, context: Slot) => decimalText(self.value, contextOf(context).capitals === 1, true),
    ],
    to_integral: integral(false),
    to_integral_value: integral(false),
    to_integral_exact: integral(true),
    __ceil__: ['($self, /)', (self: PyDecimal) => roundedWhole(self.value, 'ROUND_CEILING')],
    __floor__: ['($self, /)', (self: PyDecimal) => roundedWhole(self.value, 'ROUND_FLOOR')],
    __trunc__: ['($self, /)', (self: PyDecimal) => normalize(wholeOf(self.value, 'integer'))],
    __round__: [
      '($self, ndigits=None, /)',
      (self: PyDecimal, digits: Slot) => {
        if (digits === undefined || digits === null) return roundedWhole(self.value, 'ROUND_HALF_EVEN');
        if (!isInt(digits)) throw typeError('optional arg must be an integer');
        sizeArgument(digits);
        const unit = arithmetic.finite(false, 1n, -Number(index(digits)));
        return made(currentContext().run((context) => arithmetic.quantize(self.value, unit, context)));
      },
    ],
    __complex__: [
      '($self, /)',
      (self: PyDecimal) => call(vm.builtins.getString('complex') as Value, new PyFloat(toFloat(self.value))),
    ],
    __copy__: ['($self, /)', (self: PyDecimal) => self],
    __deepcopy__: ['($self, memo, /)', (self: PyDecimal) => self],
    __format__: [
      '($self, format_spec, override=None, /)',
      (self: PyDecimal, spec: Value) => {
        const text = stringOf(spec);
        if (text === undefined) throw typeError('format arg must be str');
        const context = currentContext();
        return formatDecimal(self.value, text, context.rounding, context.capitals === 1);
      },
    ],
    __reduce__: ['($self, /)', (self: PyDecimal) => tupleOf([self.type, tupleOf([decimalText(self.value, true)])])],
  },
  classMethods: {
    from_float: [
      '($type, f, /)',
      (type: PyType, value: Value) => {
        const float = isInt(value) ? undefined : floatOf(value);
        if (float === undefined && !isInt(value)) throw typeError('argument must be int or float');
        const result = made(float === undefined ? required(value) : fromFloat(float));
        return type === decimalType ? result : call(type, result);
      },
    ],
    from_number: [
      '($type, number, /)',
      (type: PyType, value: Value) => {
        const known = operand(value) ?? (value instanceof PyFloat ? fromFloat(value.value) : undefined);
        if (known === undefined) throw typeError(`Cannot convert ${repr(value)} to Decimal`);
        return type === decimalType ? made(known) : call(type, made(known));
      },
    ],
  },
  getset: {
    real: [(self: PyDecimal) => self],
    imag: [() => made(arithmetic.ZERO)],
  },
});

defineType(signalDictType, {
  module: 'decimal',
  tp_repr(self: SignalDict) {
    const items = signalClasses().signals.map(([bit, type]) => `${repr(type)}:${self.bits() & bit ? 'True' : 'False'}`);
    return `{${items.join(', ')}}`;
  },
  tp_iter: () => getIterator(new PyList(signalClasses().signals.map(([, type]) => type))),
  sq_length: () => signalClasses().signals.length,
  mp_subscript: (self: SignalDict, key: Value) => (self.bits() & bitOf(key)) !== 0,
  mp_ass_subscript(self: SignalDict, key: Value, value: Slot) {
    if (value === undefined) throw valueError('signal keys cannot be deleted');
    self.set(bitOf(key), value !== false && value !== 0 && value !== null);
  },
  tp_richcompare(self: SignalDict, other: Value, op: Compare) {
    if (op !== Compare.EQ && op !== Compare.NE) return NotImplemented;
    if (!(other instanceof SignalDict) && !(other instanceof PyDict)) return NotImplemented;
    // A dict of anything but all signals is no set of flags.
    if (other instanceof PyDict && !isSignalDict(other)) return NotImplemented;
    const same =
      signalsOf(self.bits()).length === signalsOf(signalBits(other)).length &&
      signalsOf(self.bits()).every((type) => signalsOf(signalBits(other)).includes(type));
    return same === (op === Compare.EQ);
  },
  methods: {
    copy: [
      '($self, /)',
      (self: SignalDict) => {
        const copy = new PyDict();
        for (const [bit, type] of signalClasses().signals) copy.set(type, (self.bits() & bit) !== 0);
        return copy;
      },
    ],
    keys: ['($self, /)', () => new PyList(signalClasses().signals.map(([, type]) => type))],
    values: [
      '($self, /)',
      (self: SignalDict) => new PyList(signalClasses().signals.map(([bit]) => (self.bits() & bit) !== 0)),
    ],
    items: [
      '($self, /)',
      (self: SignalDict) =>
        new PyList(signalClasses().signals.map(([bit, type]) => tupleOf([type, (self.bits() & bit) !== 0]))),
    ],
  },
});

function bitOf(key: Value): number {
  const found = signalClasses().signals.find(([, type]) => type === key);
  if (found === undefined) throw keyError(key);
  return found[0];
}

const shownLimit = (value: number): number | bigint =>
  Math.abs(value) >= 1e18 ? (value < 0 ? -MAX_EMAX : MAX_EMAX) : value;

/** As libmpdec's bits follow each other. */
const shownOrder: readonly string[] = [
  'Clamped',
  'InvalidOperation',
  'DivisionByZero',
  'Inexact',
  'FloatOperation',
  'Overflow',
  'Rounded',
  'Subnormal',
  'Underflow',
];

const CONTEXT_SIGNATURE =
  '(prec=None, rounding=None, Emin=None, Emax=None, capitals=None, clamp=None, flags=None, traps=None)';
const contextNames = ['prec', 'rounding', 'Emin', 'Emax', 'capitals', 'clamp', 'flags', 'traps'];

function setAll(context: PyContext, values: readonly Slot[]): void {
  values.forEach((value, i) => {
    if (value === undefined || value === null) return;
    const name = contextNames[i];
    // The constructor takes a list of signals too, which an attribute doesn't.
    if ((name === 'flags' || name === 'traps') && value instanceof PyList) context[name] = signalList(value);
    else contextSetters[name](context, value);
  });
}

const create = (self: PyContext, value: Value): Value =>
  made(
    self.run((context) => {
      // Unlike Decimal(), this takes neither white space nor underscores.
      const text = stringOf(value);
      const loose = text !== undefined && /[\s_]/.test(text);
      const exact = loose ? arithmetic.signal(context, Signal.CONVERSION_SYNTAX) : exactly(value, self);
      const lost = arithmetic.isNaNDecimal(exact) && arithmetic.digitCount(exact.coefficient) > self.prec - self.clamp;
      return lost ? arithmetic.signal(context, Signal.CONVERSION_SYNTAX) : arithmetic.finalize(exact, context);
    }),
  );

const two = (compute: Binary): Declaration => [
  '($self, x, y, /)',
  (self: PyContext, x: Value, y: Value) => made(self.run((own) => compute(required(x), required(y), own))),
];
const one = (compute: Unary): Declaration => [
  '($self, x, /)',
  (self: PyContext, x: Value) => made(self.run((own) => compute(required(x), own))),
];

defineType(contextType, {
  module: 'decimal',
  signature: CONTEXT_SIGNATURE,
  doc: 'The context affects almost all operations and controls rounding, Over/Underflow, raising of exceptions and much more.',
  allocate: (type) => new PyContext(type),
  tp_new(type: PyType) {
    const context = new PyContext(type);
    context.assign(defaultContext);
    return context;
  },
  tp_init(self: PyContext, args: Value[], kwNames: KwNames) {
    setAll(self, bind('Context', CONTEXT_SIGNATURE, args, kwNames));
  },
  tp_repr(self: PyContext) {
    const names = (bits: number): string => {
      const set = signalsOf(bits).map((type) => type.tp_name.replace(/^.*\./, ''));
      return shownOrder.filter((name) => set.includes(name)).join(', ');
    };
    return (
      `Context(prec=${shownLimit(self.prec)}, rounding=${self.rounding}, Emin=${shownLimit(self.Emin)}, Emax=${shownLimit(self.Emax)}, ` +
      `capitals=${self.capitals}, clamp=${self.clamp}, flags=[${names(self.flags)}], traps=[${names(self.traps)}])`
    );
  },
  methods: {
    ...shared.ofContext,
    abs: one(absolute),
    add: two(arithmetic.add),
    subtract: two(arithmetic.subtract),
    multiply: two(arithmetic.multiply),
    divide: two(arithmetic.divide),
    divide_int: two(arithmetic.divideInteger),
    remainder: two((x, y, context) => arithmetic.remainder(x, y, context)),
    minus: one(minus),
    plus: one(plus),
    quantize: two(arithmetic.quantize),
    to_integral_exact: one((x, context) => arithmetic.toIntegral(x, context, true)),
    to_integral_value: one((x, context) => arithmetic.toIntegral(x, context, false)),
    copy_abs: one((x) => arithmetic.withSign(x, false)),
    copy_negate: one((x) => arithmetic.withSign(x, !x.negative)),
    copy_decimal: one((x) => x),
    canonical: ['($self, x, /)', (_self: PyContext, x: Value) => decimalArgument(x)],
    _apply: one(arithmetic.finalize),
    divmod: [
      '($self, x, y, /)',
      (self: PyContext, x: Value, y: Value) =>
        self.run((own) => {
          const quotient = arithmetic.divideInteger(required(x), required(y), own);
          return tupleOf([made(quotient), made(arithmetic.remainder(required(x), required(y), own))]);
        }),
    ],
    fma: [
      '($self, x, y, z, /)',
      (self: PyContext, x: Value, y: Value, z: Value) =>
        made(self.run((own) => arithmetic.fusedMultiplyAdd(required(x), required(y), required(z), own))),
    ],
    power: [
      '($self, /, a, b, modulo=None)',
      (self: PyContext, a: Value, b: Value, modulus: Value = null) => {
        for (const value of [a, b]) required(value);
        return powerOf(a, b, modulus, self);
      },
    ],
    number_class: ['($self, x, /)', (self: PyContext, x: Value) => numberClass(required(x), self)],
    same_quantum: ['($self, x, y, /)', (_self: PyContext, x: Value, y: Value) => sameQuantum(required(x), required(y))],
    to_sci_string: ['($self, x, /)', (self: PyContext, x: Value) => decimalText(required(x), self.capitals === 1)],
    to_eng_string: [
      '($self, x, /)',
      (self: PyContext, x: Value) => decimalText(required(x), self.capitals === 1, true),
    ],
    radix: ['($self, /)', () => made(integerValue(10))],
    Etiny: ['($self, /)', (self: PyContext) => self.Emin - self.prec + 1],
    Etop: ['($self, /)', (self: PyContext) => self.Emax - self.prec + 1],
    clear_flags: [
      '($self, /)',
      (self: PyContext) => {
        self.flags = 0;
      },
    ],
    clear_traps: [
      '($self, /)',
      (self: PyContext) => {
        self.traps = 0;
      },
    ],
    copy: ['($self, /)', (self: PyContext) => self.copy()],
    __copy__: ['($self, /)', (self: PyContext) => self.copy()],
    create_decimal: ["($self, num='0', /)", (self: PyContext, value: Value = 0) => create(self, value)],
    create_decimal_from_float: [
      '($self, f, /)',
      (self: PyContext, value: Value) => {
        const float = floatOf(value);
        if (float === undefined) throw typeError('argument must be int or float');
        return made(self.run((own) => arithmetic.finalize(isInt(value) ? required(value) : fromFloat(float), own)));
      },
    ],
    __reduce__: [
      '($self, /)',
      (self: PyContext) =>
        tupleOf([
          self.type,
          tupleOf([
            self.prec,
            self.rounding,
            self.Emin,
            self.Emax,
            self.capitals,
            self.clamp,
            new PyList(classesOf(self.flags)),
            new PyList(signalsOf(self.traps)),
          ]),
        ]),
    ],
  },
  getset: Object.fromEntries(
    contextNames.map((name) => [
      name,
      [
        (self: PyContext): Value => {
          if (name === 'flags' || name === 'traps') return new SignalDict(self, name);
          const value = self[name as 'prec' | 'rounding'];
          return typeof value === 'number' ? shownLimit(value) : value;
        },
        (self: PyContext, value: Slot) => contextSetters[name](self, value),
      ],
    ]),
  ),
});

/** What localcontext() gives: sets its context for the time of a with statement. */
class ContextManager extends PyObject {
  readonly local: PyContext;
  global: PyContext | undefined;
  constructor(local: PyContext) {
    super(managerType);
    this.local = local;
  }
}

const managerType = newType('decimal.ContextManager');
defineType(managerType, {
  module: 'decimal',
  instantiable: false,
  methods: {
    __enter__: [
      '($self, /)',
      (self: ContextManager) => {
        self.global = currentContext();
        setContext(self.local);
        return self.local;
      },
    ],
    __exit__: [
      '($self, /, *args)',
      (self: ContextManager) => {
        setContext(self.global as PyContext);
        return false;
      },
    ],
  },
});

function localContext(context: Slot, ...values: Slot[]): Value {
  const local = contextOf(context).copy();
  setAll(local, values);
  return new ContextManager(local);
}

let templateContexts: { basic: PyContext; extended: PyContext } | undefined;

/** BasicContext and ExtendedContext. */
function templates(): { basic: PyContext; extended: PyContext } {
  if (templateContexts === undefined) {
    const basic = new PyContext();
    basic.prec = 9;
    basic.rounding = 'ROUND_HALF_UP';
    basic.traps |= Signal.UNDERFLOW | Signal.CLAMPED;
    const extended = new PyContext();
    extended.prec = 9;
    extended.traps = 0;
    templateContexts = { basic, extended };
  }
  return templateContexts;
}

/** CPython 3.14's Modules/_decimal/_decimal.c, over numbers/decimal.ts in place of libmpdec. */
export const decimal = (): ModuleDefinition => {
  const { basic, extended } = templates();
  contextVariable = undefined;
  callMethod(getAttribute(vm.importModule('numbers'), 'Number'), 'register', decimalType);
  Object.assign(defaultContext, { flags: 0 });
  return {
    name: '_decimal',
    doc: 'C decimal arithmetic module',
    functions: {
      getcontext: ['($module, /)', currentContext, 'Get the current default context.'],
      setcontext: ['($module, context, /)', setContext, 'Set a new default context.'],
      localcontext: [
        '($module, /, ctx=None, *, prec=None, rounding=None, Emin=None, Emax=None, capitals=None, clamp=None, flags=None, traps=None)',
        localContext,
        'Return a context manager for a copy of the supplied context.',
      ],
    },
    attributes: {
      ...signalClasses().all,
      ...Object.fromEntries(roundings.map((name) => [name, name])),
      Decimal: decimalType,
      Context: contextType,
      DecimalTuple: decimalTuple(),
      DefaultContext: defaultContext,
      BasicContext: basic,
      ExtendedContext: extended,
      MAX_PREC: MAX_EMAX,
      MAX_EMAX,
      MIN_EMIN: -MAX_EMAX,
      MIN_ETINY,
      HAVE_THREADS: true,
      HAVE_CONTEXTVAR: true,
      SPEC_VERSION: '1.70',
      __version__: '1.70',
      __libmpdec_version__: '4.0.1',
    },
  };
};
