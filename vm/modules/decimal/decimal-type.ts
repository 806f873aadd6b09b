import { vm } from '../../interpreter/state.ts';
import type { Arithmetic } from '../../numbers/decimal.ts';
import * as arithmetic from '../../numbers/decimal.ts';
import { decimalText } from '../../numbers/decimal-text.ts';
import { normalize } from '../../numbers/integer.ts';
import { bind } from '../../objects/bind.ts';
import { type Declaration, defineType } from '../../objects/define.ts';
import { typeError } from '../../objects/exception.ts';
import { floatOf, PyFloat } from '../../objects/float.ts';
import { isInt } from '../../objects/int.ts';
import { type KwNames, NotImplemented, type PyType, type Slot, type Value } from '../../objects/object.ts';
import { stringOf } from '../../objects/str.ts';
import { tupleOf } from '../../objects/tuple.ts';
import { index } from '../../operations/arithmetic.ts';
import { call } from '../../operations/call.ts';
import { repr } from '../../operations/text.ts';
import { compareRich, hash } from './compare.ts';
import { decimalType, type PyContext, PyDecimal, roundingOf, sizeArgument } from './context.ts';
import { exactly, fromFloat, held, integerValue, made, operand, required } from './convert.ts';
import { contextOf, currentContext } from './current-context.ts';
import { asTuple } from './decimal-tuple.ts';
import { formatDecimal } from './format.ts';
import { type Binary, minus, numberClass, plus, powerOf, sameQuantum, type Unary } from './operations.ts';
import { shared } from './shared-methods.ts';
import { floatOfDecimal, ratio, roundedWhole, wholeOf } from './whole.ts';

function slot(compute: Binary) {
  return (left: Value, right: Value): Value => {
    const x = operand(left);
    const y = operand(right);
    if (x === undefined || y === undefined) return NotImplemented;
    const context = currentContext();
    context.status = 0;
    const result = compute(x, y, context);
    if (context.status !== 0) context.raise(context.status);
    return made(result);
  };
}

const unarySlot = (compute: Unary) => (self: PyDecimal) =>
  made(currentContext().run((context) => compute(self.value, context)));

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
  nb_float: (self: PyDecimal) => floatOfDecimal(self.value),
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
      (self: PyDecimal) => call(vm.builtins.getString('complex') as Value, floatOfDecimal(self.value)),
    ],
    // An object of C with room for four words of 19 digits in itself.
    __sizeof__: [
      '($self, /)',
      ({ value }: PyDecimal) => {
        const words = Math.ceil(arithmetic.digitCount(value.coefficient) / 19);
        return words > 4 ? 104 + 8 * words : 104;
      },
    ],
    __copy__: ['($self, /)', (self: PyDecimal) => self],
    __deepcopy__: ['($self, memo, /)', (self: PyDecimal) => self],
    __format__: [
      '($self, format_spec, override=None, /)',
      (self: PyDecimal, spec: Value, override: Slot) => {
        const text = stringOf(spec);
        if (text === undefined) throw typeError('format arg must be str');
        return formatDecimal(self.value, text, currentContext(), override);
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
