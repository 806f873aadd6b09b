import { deprecated } from '../builtins/warn.ts';
import { vm } from '../interpreter/state.ts';
import * as complexes from '../numbers/complex.ts';
import * as conversion from '../numbers/conversion.ts';
import { floatFromHex, floatHex, floatRepr, parseFloatText } from '../numbers/float-text.ts';
import { hashComplex, hashFloat, hashInteger } from '../numbers/hash.ts';
import * as integer from '../numbers/integer.ts';
import { integerToText, parseInteger } from '../numbers/integer-text.ts';
import { index } from '../operations/arithmetic.ts';
import { call, callSpecial } from '../operations/call.ts';
import { compareOrdered } from '../operations/compare.ts';
import { identityHash } from '../operations/hash.ts';
import { repr, strValue } from '../operations/text.ts';
import { isTrue } from '../operations/truth.ts';
import { formatComplex, formatFloat, formatInteger } from '../text/format-spec.ts';
import { Problem } from '../text/problem.ts';
import { bind } from './bind.ts';
import { PyBytes } from './bytes.ts';
import { bytesArgument } from './bytes-types.ts';
import { PyComplex } from './complex.ts';
import { defineType } from './define.ts';
import {
  newException,
  overflowError,
  overflowErrorType,
  typeError,
  valueError,
  zeroDivisionError,
} from './exception.ts';
import { isNegativeFloat, negativeNaN, PyFloat } from './float.ts';
import { integerOf, makeInt, PyInt } from './int.ts';
import {
  boolType,
  bytesType,
  Compare,
  complexType,
  floatType,
  intType,
  type KwNames,
  NotImplemented,
  type PyType,
  typeOf,
  type Value,
} from './object.ts';
import { stringOf } from './str.ts';
import { tupleOf } from './tuple.ts';
import { fullyQualifiedName } from './type-name.ts';

type Integer = number | bigint;

// int

function intBinary(operation: (left: Integer, right: Integer) => Value) {
  return (left: Value, right: Value): Value => {
    const a = integerOf(left);
    const b = integerOf(right);
    return a === undefined || b === undefined ? NotImplemented : operation(a, b);
  };
}

const plain = (self: Value): Integer => integerOf(self) as Integer;

function intPower(left: Value, right: Value, modulus: Value): Value {
  const a = integerOf(left);
  const b = integerOf(right);
  if (a === undefined || b === undefined) return NotImplemented;
  if (modulus === null) {
    if (b < 0) return floatPower(new PyFloat(conversion.toFloat(a)), new PyFloat(conversion.toFloat(b)), null);
    return integer.power(a, b);
  }
  const m = integerOf(modulus);
  return m === undefined ? NotImplemented : integer.powerModulo(a, b, m);
}

function intNew(type: PyType, args: Value[], kwNames: KwNames): Value {
  const [given, base] = bind('int', '(x=0, /, base=10)', args, kwNames);
  if (given === undefined) {
    if (base !== undefined) throw typeError('int() missing string argument');
    return makeInt(0, type);
  }
  return makeInt(base === undefined ? toInteger(given) : parseWithBase(given, base), type);
}

function parseWithBase(value: Value, base: Value): Integer {
  const radix = index(base);
  const text = stringOf(value) ?? bytesText(value);
  if (text === undefined) throw typeError("int() can't convert non-string with explicit base");
  return parseInteger(text, radix, () => repr(value), vm.intMaxStrDigits);
}

function bytesText(value: Value): string | undefined {
  const { bf_getbuffer } = typeOf(value);
  if (bf_getbuffer === undefined) return undefined;
  const buffer = bf_getbuffer(value);
  // Bytes beyond ASCII are no text of a number: neither digits nor white space.
  const text = Array.from(buffer.bytes, (byte) => (byte < 128 ? String.fromCharCode(byte) : '\ufffd')).join('');
  buffer.release();
  return text;
}

/** int(value) (PyNumber_Long). */
export function toInteger(value: Value): Integer {
  const known = integerOf(value);
  if (known !== undefined && !(value instanceof PyInt)) return known;
  const type = typeOf(value);
  if (type.nb_int !== undefined) {
    const result = integerOf(type.nb_int(value));
    if (result === undefined) throw typeError(`__int__ returned non-int (type ${typeOf(type.nb_int(value)).tp_name})`);
    return result;
  }
  if (type.nb_index !== undefined) return index(value);
  const text = stringOf(value) ?? bytesText(value);
  if (text !== undefined) return parseInteger(text, 10, () => repr(value), vm.intMaxStrDigits);
  throw typeError(`int() argument must be a string, a bytes-like object or a real number, not '${type.tp_name}'`);
}

const intRepr = (self: Value): string => integerToText(plain(self), vm.intMaxStrDigits);

/** A `__format__`: without a specification it is str() (_PyLong_FormatAdvancedWriter and its like). */
function formatMethod(format: (self: Value, spec: string) => Value) {
  return (self: Value, spec: Value): Value => {
    const text = stringOf(spec);
    if (text === undefined) throw typeError(`__format__() argument must be str, not ${typeOf(spec).tp_name}`);
    return text === '' ? strValue(self) : format(self, text);
  };
}

defineType(intType, {
  doc: 'int([x]) -> integer\nint(x, base=10) -> integer',
  unboxSelf: true,
  tp_new: intNew,
  tp_repr: intRepr,
  tp_hash: (self: Value) => hashInteger(plain(self)),
  tp_richcompare: (self: Value, other: Value, op: Compare) => {
    const a = integerOf(self);
    const b = integerOf(other);
    return a === undefined || b === undefined ? NotImplemented : compareOrdered(a, b, op);
  },
  nb_add: intBinary(integer.add),
  nb_subtract: intBinary(integer.subtract),
  nb_multiply: intBinary(integer.multiply),
  nb_remainder: intBinary(integer.modulo),
  nb_divmod: intBinary((a, b) => tupleOf(integer.divmod(a, b))),
  nb_power: intPower,
  nb_negative: (self: Value) => integer.negate(plain(self)),
  nb_positive: plain,
  nb_absolute: (self: Value) => integer.absolute(plain(self)),
  nb_bool: (self: Value) => plain(self) !== 0,
  nb_invert: (self: Value) => integer.invert(plain(self)),
  nb_lshift: intBinary(integer.shiftLeft),
  nb_rshift: intBinary(integer.shiftRight),
  nb_and: intBinary(integer.and),
  nb_xor: intBinary(integer.xor),
  nb_or: intBinary(integer.or),
  nb_int: plain,
  nb_float: (self: Value) => new PyFloat(conversion.toFloat(plain(self))),
  nb_index: plain,
  nb_floor_divide: intBinary(integer.floorDivide),
  nb_true_divide: intBinary((a, b) => new PyFloat(conversion.trueDivide(a, b))),
  allocate: (type: PyType) => new PyInt(0, type),
  boxedMethods: {
    __format__: [
      '($self, format_spec, /)',
      formatMethod((self, spec) => formatInteger(plain(self), spec, typeOf(self).tp_name, vm.intMaxStrDigits)),
    ],
  },
  methods: {
    bit_length: ['($self, /)', (self: Integer) => integer.bitLength(self)],
    bit_count: ['($self, /)', (self: Integer) => integer.bitCount(self)],
    conjugate: ['($self, /)', (self: Integer) => self],
    is_integer: ['($self, /)', () => true],
    as_integer_ratio: ['($self, /)', (self: Integer) => tupleOf([self, 1])],
    to_bytes: [
      "($self, /, length=1, byteorder='big', *, signed=False)",
      (self: Integer, length: Value = 1, order: Value = 'big', signed: Value = false) =>
        new PyBytes(integer.toBytes(self, Number(index(length)), littleEndian(order), isTrue(signed))),
    ],
    __trunc__: ['($self, /)', (self: Integer) => self],
    __floor__: ['($self, /)', (self: Integer) => self],
    __ceil__: ['($self, /)', (self: Integer) => self],
    __round__: [
      '($self, ndigits=None, /)',
      (self: Integer, digits: Value = null) => (digits === null ? self : integer.roundInteger(self, index(digits))),
    ],
    __getnewargs__: ['($self, /)', (self: Integer) => tupleOf([self])],
    __sizeof__: ['($self, /)', (self: Integer) => 24 + 4 * Math.max(1, Math.ceil(integer.bitLength(self) / 30))],
  },
  classMethods: {
    from_bytes: [
      "($type, /, bytes, byteorder='big', *, signed=False)",
      (type: PyType, bytes: Value, order: Value = 'big', signed: Value = false) => {
        const source = bytesOfObject(bytes);
        const value = integer.fromBytes(source, littleEndian(order), isTrue(signed));
        return type === intType ? value : call(type, value);
      },
    ],
  },
  getset: {
    real: [plain],
    imag: [() => 0],
    numerator: [plain],
    denominator: [() => 1],
  },
});

/** What from_bytes() reads: a buffer, the result of `__bytes__`, or the items of an iterable (PyObject_Bytes). */
function bytesOfObject(value: Value): Uint8Array {
  const { bf_getbuffer, tp_iter, sq_item, tp_name } = typeOf(value);
  if (bf_getbuffer !== undefined) return bytesArgument(value);
  const isIterable = (tp_iter !== undefined || sq_item !== undefined) && stringOf(value) === undefined;
  if (!isIterable && typeOf(value).lookup('__bytes__') === undefined) {
    throw typeError(`cannot convert '${tp_name}' object to bytes`);
  }
  return (call(bytesType, value) as PyBytes).bytes;
}

function littleEndian(order: Value): boolean {
  const name = stringOf(order);
  if (name !== 'little' && name !== 'big') throw valueError("byteorder must be either 'little' or 'big'");
  return name === 'little';
}

// bool

function boolBinary(
  operation: (left: boolean, right: boolean) => boolean,
  fallback: (left: Integer, right: Integer) => Integer,
) {
  return (left: Value, right: Value): Value => {
    if (typeof left === 'boolean' && typeof right === 'boolean') return operation(left, right);
    return intBinary(fallback)(left, right);
  };
}

defineType(boolType, {
  doc: 'Returns True when the argument is true, False otherwise.\nThe builtins True and False are the only two instances of the class bool.\nThe class bool is a subclass of the class int, and cannot be subclassed.',
  signature: '(object=False, /)',
  subclassable: false,
  unboxSelf: true,
  tp_new: (_type: PyType, args: Value[], kwNames: KwNames) => {
    if (kwNames !== undefined) throw typeError('bool() takes no keyword arguments');
    if (args.length > 1) throw typeError(`bool expected at most 1 argument, got ${args.length}`);
    return args.length > 0 && isTrue(args[0]);
  },
  tp_repr: (self: Value) => (self ? 'True' : 'False'),
  nb_and: boolBinary((a, b) => a && b, integer.and),
  nb_or: boolBinary((a, b) => a || b, integer.or),
  nb_xor: boolBinary((a, b) => a !== b, integer.xor),
  nb_invert: (self: Value) => {
    vm.warn?.(
      'DeprecationWarning',
      "Bitwise inversion '~' on bool is deprecated and will be removed in Python 3.16. This returns the bitwise inversion of the underlying int object and is usually not what you expect from the negation of a bool object. Use the 'not' operator for boolean negation or ~int(x) for the bitwise inversion of the underlying int.",
    );
    return integer.invert(plain(self));
  },
});

// float

function floatBinary(operation: (left: number, right: number) => Value) {
  return (left: Value, right: Value): Value => {
    const a = toDouble(left);
    const b = toDouble(right);
    return a === undefined || b === undefined ? NotImplemented : operation(a, b);
  };
}

/** The double of a float or int; an int too large raises (CONVERT_TO_DOUBLE). */
function toDouble(value: Value): number | undefined {
  if (value instanceof PyFloat) return value.value;
  const whole = integerOf(value);
  return whole === undefined ? undefined : conversion.toFloat(whole);
}

function floatPower(left: Value, right: Value, modulus: Value): Value {
  if (modulus !== null) throw typeError('pow() 3rd argument not allowed unless all arguments are integers');
  const a = toDouble(left);
  const b = toDouble(right);
  if (a === undefined || b === undefined) return NotImplemented;
  try {
    const result = conversion.floatPower(a, b);
    if (result !== undefined) return new PyFloat(result);
  } catch (error) {
    if (error instanceof Problem && error.message === conversion.RESULT_TOO_LARGE) {
      throw newException(overflowErrorType, 34, 'Numerical result out of range');
    }
    throw error;
  }
  const { real, imag } = complexes.powerComplex({ real: a, imag: 0 }, { real: b, imag: 0 });
  return new PyComplex(real, imag);
}

function nonzero(value: number, message = 'division by zero'): number {
  if (value === 0) throw zeroDivisionError(message);
  return value;
}

function floatCompare(self: Value, other: Value, op: Compare): Value {
  const a = (self as PyFloat).value;
  if (other instanceof PyFloat) return compareOrdered(a, other.value, op);
  const b = integerOf(other);
  // JavaScript compares a bigint and a double exactly, as CPython does.
  return b === undefined ? NotImplemented : compareOrdered(a, b, op);
}

/** The value of float(value). */
export function toFloatValue(value: Value): number {
  return value instanceof PyFloat && value.type === floatType ? value.value : toFloat(value).value;
}

/** float(value) (PyNumber_Float). */
function toFloat(value: Value): PyFloat {
  if (value instanceof PyFloat && value.type === floatType) return value;
  const type = typeOf(value);
  if (type.nb_float !== undefined) {
    const result = type.nb_float(value);
    if (result instanceof PyFloat && result.type === floatType) return result;
    const what = `${type.tp_name}.__float__ returned non-float (type ${typeOf(result).tp_name})`;
    if (!(result instanceof PyFloat)) throw typeError(what);
    deprecated(
      `${what}.  The ability to return an instance of a strict subclass of float is deprecated, and may be removed in a future version of Python.`,
    );
    return new PyFloat(result.value);
  }
  if (type.nb_index !== undefined) return new PyFloat(conversion.toFloat(index(value)));
  throw typeError(`must be real number, not ${type.tp_name}`);
}

function floatNew(type: PyType, args: Value[], kwNames: KwNames): Value {
  if (kwNames !== undefined) {
    if (type.tp_init === floatType.tp_init) throw typeError('float() takes no keyword arguments');
    args = args.slice(0, args.length - kwNames.length);
  }
  if (args.length > 1) throw typeError(`float expected at most 1 argument, got ${args.length}`);
  if (args.length === 0) return new PyFloat(0, type);
  const [given] = args;
  const source = typeOf(given);
  // A str or bytes of a subclass is asked for its __float__ before it is read.
  if (typeof given === 'string' || (source.nb_float === undefined && source.nb_index === undefined)) {
    const text = stringOf(given) ?? bytesText(given);
    if (text === undefined)
      throw typeError(`float() argument must be a string or a real number, not '${source.tp_name}'`);
    const value = parseFloatText(text, () => repr(given));
    return Number.isNaN(value) && text.trimStart().startsWith('-') ? negativeNaN(type) : new PyFloat(value, type);
  }
  const float = toFloat(given);
  if (type === floatType) return float;
  return Number.isNaN(float.value) && isNegativeFloat(float) ? negativeNaN(type) : new PyFloat(float.value, type);
}

function floatToInteger(value: number): Integer {
  if (Number.isNaN(value)) throw valueError('cannot convert float NaN to integer');
  if (!Number.isFinite(value)) throw overflowError('cannot convert float infinity to integer');
  return conversion.truncate(value);
}

defineType(floatType, {
  doc: 'Convert a string or number to a floating-point number, if possible.',
  signature: '(x=0, /)',
  tp_new: floatNew,
  allocate: (type: PyType) => new PyFloat(0, type),
  tp_repr: (self: PyFloat) => floatRepr(self.value),
  tp_hash: (self: PyFloat) => (Number.isNaN(self.value) ? identityHash(self) : hashFloat(self.value)),
  tp_richcompare: floatCompare,
  nb_add: floatBinary((a, b) => new PyFloat(a + b)),
  nb_subtract: floatBinary((a, b) => new PyFloat(a - b)),
  nb_multiply: floatBinary((a, b) => new PyFloat(a * b)),
  nb_true_divide: floatBinary((a, b) => new PyFloat(a / nonzero(b))),
  nb_floor_divide: floatBinary((a, b) => new PyFloat(conversion.floatFloorDivide(a, nonzero(b)))),
  nb_remainder: floatBinary((a, b) => new PyFloat(conversion.floatModulo(a, nonzero(b)))),
  nb_divmod: floatBinary((a, b) => {
    const [quotient, remainder] = conversion.floatDivmod(a, nonzero(b));
    return tupleOf([new PyFloat(quotient), new PyFloat(remainder)]);
  }),
  nb_power: floatPower,
  nb_negative: (self: PyFloat) =>
    Number.isNaN(self.value) && !isNegativeFloat(self) ? negativeNaN() : new PyFloat(-self.value),
  nb_positive: (self: PyFloat) => new PyFloat(self.value),
  nb_absolute: (self: PyFloat) => new PyFloat(Math.abs(self.value)),
  nb_bool: (self: PyFloat) => self.value !== 0,
  nb_int: (self: PyFloat) => floatToInteger(self.value),
  nb_float: (self: PyFloat) => (self.type === floatType ? self : new PyFloat(self.value)),
  methods: {
    conjugate: ['($self, /)', (self: PyFloat) => self],
    is_integer: ['($self, /)', (self: PyFloat) => Number.isInteger(self.value)],
    hex: ['($self, /)', (self: PyFloat) => floatHex(self.value)],
    as_integer_ratio: ['($self, /)', (self: PyFloat) => tupleOf(conversion.floatRatio(self.value))],
    __trunc__: ['($self, /)', (self: PyFloat) => floatToInteger(self.value)],
    __floor__: ['($self, /)', (self: PyFloat) => floatToInteger(Math.floor(self.value))],
    __ceil__: ['($self, /)', (self: PyFloat) => floatToInteger(Math.ceil(self.value))],
    __round__: [
      '($self, ndigits=None, /)',
      (self: PyFloat, digits: Value = null) => {
        if (digits !== null) return new PyFloat(conversion.roundFloat(self.value, index(digits)));
        floatToInteger(self.value);
        return conversion.roundToInteger(self.value);
      },
    ],
    __format__: ['($self, format_spec, /)', formatMethod((self, spec) => formatFloat((self as PyFloat).value, spec))],
    __getnewargs__: ['($self, /)', (self: PyFloat) => tupleOf([new PyFloat(self.value)])],
  },
  classMethods: {
    fromhex: [
      '($type, string, /)',
      (type: PyType, text: string) => {
        const value = new PyFloat(floatFromHex(text));
        return type === floatType ? value : call(type, value);
      },
    ],
    __getformat__: [
      '($type, typestr, /)',
      (_type: PyType, typestr: Value) => {
        const name = stringOf(typestr);
        if (name === undefined) {
          throw typeError(`__getformat__() argument must be str, not ${typeOf(typestr).tp_name}`);
        }
        if (name !== 'double' && name !== 'float') {
          throw valueError("__getformat__() argument 1 must be 'double' or 'float'");
        }
        return 'IEEE, little-endian';
      },
    ],
    from_number: [
      '($type, number, /)',
      (type: PyType, number: Value) => {
        const value = new PyFloat(toFloatValue(number));
        return type === floatType ? value : call(type, value);
      },
    ],
  },
  getset: {
    real: [(self: PyFloat) => (self.type === floatType ? self : new PyFloat(self.value))],
    imag: [() => new PyFloat(0)],
  },
});

// complex

function complexOf(value: Value): complexes.Complex | undefined {
  if (value instanceof PyComplex) return value;
  const real = toDouble(value);
  return real === undefined ? undefined : { real, imag: 0 };
}

const made = ({ real, imag }: complexes.Complex): PyComplex => new PyComplex(real, imag);

/**
 * A binary operation that takes a real number for what it is, without an imaginary zero, as 3.14 does: that would lose the sign of a
 * zero and make NaNs of infinities. A real operand is a number for `mixed` and `reflected`, complex and real in the order of the expression.
 */
function complexBinary(
  operation: (left: complexes.Complex, right: complexes.Complex) => complexes.Complex,
  mixed: (left: complexes.Complex, right: number) => complexes.Complex,
  reflected: (left: number, right: complexes.Complex) => complexes.Complex,
) {
  return (left: Value, right: Value): Value => {
    if (left instanceof PyComplex) {
      if (right instanceof PyComplex) return made(operation(left, right));
      const real = toDouble(right);
      return real === undefined ? NotImplemented : made(mixed(left, real));
    }
    const real = toDouble(left);
    return real === undefined ? NotImplemented : made(reflected(real, right as PyComplex));
  };
}

function complexPower(left: Value, right: Value, modulus: Value): Value {
  const a = complexOf(left);
  const b = complexOf(right);
  if (a === undefined || b === undefined) return NotImplemented;
  if (modulus !== null) throw valueError('complex modulo');
  return made(complexes.powerComplex(a, b));
}

/** What `__complex__` gives; undefined when the value has none (try_complex_special_method). */
function specialComplex(value: Value): PyComplex | undefined {
  const result = callSpecial(value, '__complex__');
  if (result === undefined || (result instanceof PyComplex && result.type === complexType)) return result;
  const given = typeOf(result).tp_name;
  if (!(result instanceof PyComplex)) {
    throw typeError(`__complex__ returned non-complex (type ${given})`);
  }
  deprecated(
    `__complex__ returned non-complex (type ${given}).  The ability to return an instance of a strict subclass of complex is deprecated, and may be removed in a future version of Python.`,
  );
  return result;
}

/** A complex of any value that is a number (PyComplex_AsCComplex). */
export function toComplexValue(value: Value): complexes.Complex {
  if (value instanceof PyComplex) return value;
  return specialComplex(value) ?? { real: toFloatValue(value), imag: 0 };
}

/** The argument of complex(), alone (`which` is empty) or as one of its two parts, which are to be real numbers. */
function complexPart(value: Value, which: '' | 'real' | 'imag'): complexes.Complex {
  const type = typeOf(value);
  if (type === floatType || type === intType) return { real: toFloatValue(value), imag: 0 };
  const notReal = (): string => `complex() argument '${which}' must be a real number, not ${fullyQualifiedName(type)}`;
  const given =
    value instanceof PyComplex && (type === complexType || which === 'imag')
      ? value
      : which === 'imag'
        ? undefined
        : specialComplex(value);
  if (given !== undefined) {
    if (which !== '') deprecated(notReal());
    return given;
  }
  if (type.nb_float !== undefined || type.nb_index !== undefined) return { real: toFloatValue(value), imag: 0 };
  if (which !== '') throw typeError(notReal());
  throw typeError(`complex() argument must be a string or a number, not ${fullyQualifiedName(type)}`);
}

defineType(complexType, {
  doc: "Create a complex number from a string or numbers.\n\nIf a string is given, parse it as a complex number.\nIf a single number is given, convert it to a complex number.\nIf the 'real' or 'imag' arguments are given, create a complex number\nwith the specified real and imaginary components.",
  signature: '(real=0, imag=0)',
  allocate: (type: PyType) => new PyComplex(0, 0, type),
  tp_new: (type: PyType, args: Value[], kwNames: KwNames) => {
    const [real, imag] = bind('complex', '(real=0, imag=0)', args, kwNames);
    if (imag === undefined) {
      const text = real === undefined ? undefined : stringOf(real);
      if (text !== undefined) {
        const value = complexes.parseComplex(text, () => repr(real!));
        return new PyComplex(value.real, value.imag, type);
      }
      const value = real === undefined ? { real: 0, imag: 0 } : complexPart(real, '');
      return new PyComplex(value.real, value.imag, type);
    }
    const a = real === undefined ? { real: 0, imag: 0 } : complexPart(real, 'real');
    const b = complexPart(imag, 'imag');
    // A real number has no imaginary part to add: that would take the sign of -0.0.
    const sum = a instanceof PyComplex || real instanceof PyComplex ? a.imag + b.real : b.real;
    return new PyComplex(a.real - b.imag, sum, type);
  },
  tp_repr: (self: PyComplex) => complexes.complexRepr(self),
  tp_hash: (self: PyComplex) => hashComplex(hashFloat(self.real), hashFloat(self.imag)),
  tp_richcompare: (self: PyComplex, other: Value, op: Compare) => {
    if (op !== Compare.EQ && op !== Compare.NE) return NotImplemented;
    let same: boolean;
    if (other instanceof PyComplex) same = self.real === other.real && self.imag === other.imag;
    else {
      const whole = other instanceof PyFloat ? other.value : integerOf(other);
      if (whole === undefined) return NotImplemented;
      same = self.imag === 0 && compareOrdered(self.real, whole, Compare.EQ);
    }
    return same === (op === Compare.EQ);
  },
  nb_add: complexBinary(
    (a, b) => ({ real: a.real + b.real, imag: a.imag + b.imag }),
    (a, b) => ({ real: a.real + b, imag: a.imag }),
    (a, b) => ({ real: a + b.real, imag: b.imag }),
  ),
  nb_subtract: complexBinary(
    (a, b) => ({ real: a.real - b.real, imag: a.imag - b.imag }),
    (a, b) => ({ real: a.real - b, imag: a.imag }),
    (a, b) => ({ real: a - b.real, imag: -b.imag }),
  ),
  nb_multiply: complexBinary(
    complexes.multiplyComplex,
    (a, b) => ({ real: a.real * b, imag: a.imag * b }),
    (a, b) => ({ real: a * b.real, imag: a * b.imag }),
  ),
  nb_true_divide: complexBinary(complexes.divideComplex, complexes.divideByReal, complexes.divideReal),
  nb_power: complexPower,
  nb_negative: (self: PyComplex) => new PyComplex(-self.real, -self.imag),
  nb_positive: (self: PyComplex) => new PyComplex(self.real, self.imag),
  nb_absolute: (self: PyComplex) => new PyFloat(complexes.absoluteComplex(self)),
  nb_bool: (self: PyComplex) => self.real !== 0 || self.imag !== 0,
  members: {
    real: [(self: PyComplex) => new PyFloat(self.real)],
    imag: [(self: PyComplex) => new PyFloat(self.imag)],
  },
  classMethods: {
    from_number: [
      '($type, number, /)',
      (type: PyType, given: Value) => {
        if (given instanceof PyComplex && given.type === complexType && type === complexType) return given;
        const { real, imag } = toComplexValue(given);
        const value = new PyComplex(real, imag);
        return type === complexType ? value : call(type, value);
      },
      'Convert number to a complex floating-point number.',
    ],
  },
  methods: {
    conjugate: ['($self, /)', (self: PyComplex) => new PyComplex(self.real, -self.imag)],
    __complex__: ['($self, /)', (self: PyComplex) => new PyComplex(self.real, self.imag)],
    __format__: ['($self, format_spec, /)', formatMethod((self, spec) => formatComplex(self as PyComplex, spec))],
    __getnewargs__: ['($self, /)', (self: PyComplex) => tupleOf([new PyFloat(self.real), new PyFloat(self.imag)])],
  },
});
