import * as arithmetic from '../../numbers/decimal.ts';
import { Signal } from '../../numbers/decimal.ts';
import { decimalText } from '../../numbers/decimal-text.ts';
import { bind } from '../../objects/bind.ts';
import { type Declaration, defineType } from '../../objects/define.ts';
import { attributeErrorType, newException, typeError } from '../../objects/exception.ts';
import { floatOf } from '../../objects/float.ts';
import { isInt } from '../../objects/int.ts';
import { PyList } from '../../objects/list.ts';
import type { KwNames, PyType, Slot, Value } from '../../objects/object.ts';
import { stringOf } from '../../objects/str.ts';
import { tupleOf } from '../../objects/tuple.ts';
import { genericGetAttribute, genericSetAttribute } from '../../operations/attribute.ts';
import { contextSetters, contextType, MAX_EMAX, PyContext, signalList, signalsOf } from './context.ts';
import { decimalArgument, exactly, fromFloat, integerValue, made, required } from './convert.ts';
import { defaultContext } from './current-context.ts';
import { absolute, type Binary, minus, numberClass, plus, powerOf, sameQuantum, type Unary } from './operations.ts';
import { shared } from './shared-methods.ts';
import { signalDictOf } from './signal-dict.ts';

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
export const contextNames = ['prec', 'rounding', 'Emin', 'Emax', 'capitals', 'clamp', 'flags', 'traps'];

export function setAll(context: PyContext, values: readonly Slot[]): void {
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
    to_integral: one((x, context) => arithmetic.toIntegral(x, context, false)),
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
            new PyList(signalsOf(self.flags)),
            new PyList(signalsOf(self.traps)),
          ]),
        ]),
    ],
  },
  // flags and traps are no descriptors in CPython either (context_getattr, context_setattr).
  tp_getattro: (self: PyContext, name: string) =>
    name === 'flags' || name === 'traps' ? signalDictOf(self, name) : genericGetAttribute(self, name),
  tp_setattro(self: PyContext, name: string, value: Slot) {
    if (value === undefined) throw newException(attributeErrorType, 'context attributes cannot be deleted');
    if (name === 'flags' || name === 'traps') contextSetters[name](self, value);
    else genericSetAttribute(self, name, value);
  },
  getset: Object.fromEntries(
    contextNames
      .filter((name) => name !== 'flags' && name !== 'traps')
      .map((name) => [
        name,
        [
          (self: PyContext): Value => {
            const value = self[name as 'prec' | 'rounding'];
            return typeof value === 'number' ? shownLimit(value) : value;
          },
          (self: PyContext, value: Slot) => contextSetters[name](self, value),
        ],
      ]),
  ),
});
