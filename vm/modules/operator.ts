import { PyByteArray, PyBytes } from '../objects/bytes.ts';
import { bytesArgument } from '../objects/bytes-types.ts';
import type { Declaration, ModuleDefinition } from '../objects/define.ts';
import type { PyDict } from '../objects/dict.ts';
import { typeError, valueError } from '../objects/exception.ts';
import { Compare, typeOf, type Value } from '../objects/object.ts';
import { stringOf } from '../objects/str.ts';
import {
  absolute,
  add,
  BinaryOperator,
  binaryOperation,
  index,
  invert,
  negative,
  positive,
} from '../operations/arithmetic.ts';
import { lookupAttribute } from '../operations/attribute.ts';
import { callWith } from '../operations/call.ts';
import { equals, richCompare } from '../operations/compare.ts';
import { forEach } from '../operations/iterate.ts';
import { lengthHint } from '../operations/length-hint.ts';
import { contains, setSubscript, subscript } from '../operations/subscript.ts';
import { isTrue } from '../operations/truth.ts';

const binary = (op: BinaryOperator, doc: string): Declaration => [
  '($module, a, b, /)',
  (a: Value, b: Value) => binaryOperation(op, a, b),
  doc,
];

const comparison = (op: Compare, doc: string): Declaration => [
  '($module, a, b, /)',
  (a: Value, b: Value) => richCompare(a, b, op),
  doc,
];

const unary = (compute: (a: Value) => Value, doc: string): Declaration => ['($module, a, /)', compute, doc];

/** a + b of sequences alone (PySequence_Concat). */
function concat(operator: BinaryOperator): (a: Value, b: Value) => Value {
  return (a, b) => {
    if (typeOf(a).sq_concat === undefined && lookupAttribute(a, '__getitem__') === undefined) {
      throw typeError(`'${typeOf(a).tp_name}' object can't be concatenated`);
    }
    return operator === BinaryOperator.ADD ? add(a, b) : binaryOperation(operator, a, b);
  };
}

function countOf(iterable: Value, value: Value): number {
  let count = 0;
  forEach(iterable, (item) => {
    if (equals(item, value)) count++;
  });
  return count;
}

function indexOf(iterable: Value, value: Value): number {
  let at = 0;
  let found = false;
  forEach(iterable, (item) => {
    found = equals(item, value);
    if (!found) at++;
    return found;
  });
  if (!found) throw valueError('sequence.index(x): x not in sequence');
  return at;
}

/** Compares secrets in a time that does not tell where they differ (_operator__compare_digest_impl). */
function compareDigest(a: Value, b: Value): boolean {
  const left = stringOf(a);
  const right = stringOf(b);
  let x: Uint8Array;
  let y: Uint8Array;
  if (left !== undefined && right !== undefined) {
    x = asciiBytes(left);
    y = asciiBytes(right);
  } else {
    for (const value of [a, b]) {
      if (value instanceof PyBytes || value instanceof PyByteArray || typeOf(value).bf_getbuffer !== undefined)
        continue;
      throw typeError(
        `unsupported operand types(s) or combination of types: '${typeOf(a).tp_name}' and '${typeOf(b).tp_name}'`,
      );
    }
    x = bytesArgument(a);
    y = bytesArgument(b);
  }
  let difference = x.length ^ y.length;
  for (let i = 0; i < y.length; i++) difference |= (x.length === y.length ? x[i] : y[i]) ^ y[i];
  return difference === 0;
}

function asciiBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 127) throw typeError('comparing strings with non-ASCII characters is not supported');
    bytes[i] = code;
  }
  return bytes;
}

function callAny(callable: Value, args: Value[], keywords: PyDict): Value {
  const names: string[] = [];
  const values = [...args];
  for (const [key, value] of keywords.entries()) {
    names.push(stringOf(key) as string);
    values.push(value);
  }
  return callWith(callable, values, names.length === 0 ? undefined : names);
}

/** The arithmetic that comes in place too, by the names of both. */
const arithmetic: readonly (readonly [name: string, op: BinaryOperator, symbol: string])[] = [
  ['add', BinaryOperator.ADD, '+'],
  ['and_', BinaryOperator.AND, '&'],
  ['floordiv', BinaryOperator.FLOOR_DIVIDE, '//'],
  ['lshift', BinaryOperator.LSHIFT, '<<'],
  ['matmul', BinaryOperator.MATRIX_MULTIPLY, '@'],
  ['mul', BinaryOperator.MULTIPLY, '*'],
  ['mod', BinaryOperator.REMAINDER, '%'],
  ['or_', BinaryOperator.OR, '|'],
  ['pow', BinaryOperator.POWER, '**'],
  ['rshift', BinaryOperator.RSHIFT, '>>'],
  ['sub', BinaryOperator.SUBTRACT, '-'],
  ['truediv', BinaryOperator.TRUE_DIVIDE, '/'],
  ['xor', BinaryOperator.XOR, '^'],
];

function arithmeticFunctions(): Record<string, Declaration> {
  const functions: Record<string, Declaration> = {};
  for (const [name, op, symbol] of arithmetic) {
    functions[name] = binary(op, `Same as a ${symbol} b.`);
    const inPlace = (op + (BinaryOperator.INPLACE_ADD - BinaryOperator.ADD)) as BinaryOperator;
    functions[`i${name.replace('_', '')}`] = binary(inPlace, `Same as a ${symbol}= b.`);
  }
  return functions;
}

/** CPython 3.14's Modules/_operator.c, but for itemgetter, attrgetter and methodcaller, which are operator.py's. */
export const operator = (): ModuleDefinition => ({
  name: '_operator',
  doc: `Operator interface.

This module exports a set of functions implemented in C corresponding
to the intrinsic operators of Python.  For example, operator.add(x, y)
is equivalent to the expression x+y.`,
  functions: {
    ...arithmeticFunctions(),
    lt: comparison(Compare.LT, 'Same as a < b.'),
    le: comparison(Compare.LE, 'Same as a <= b.'),
    eq: comparison(Compare.EQ, 'Same as a == b.'),
    ne: comparison(Compare.NE, 'Same as a != b.'),
    gt: comparison(Compare.GT, 'Same as a > b.'),
    ge: comparison(Compare.GE, 'Same as a >= b.'),
    abs: unary(absolute, 'Same as abs(a).'),
    neg: unary(negative, 'Same as -a.'),
    pos: unary(positive, 'Same as +a.'),
    inv: unary(invert, 'Same as ~a.'),
    invert: unary(invert, 'Same as ~a.'),
    index: unary(index, 'Same as a.__index__().'),
    not_: unary((a) => !isTrue(a), 'Same as not a.'),
    truth: unary(isTrue, 'Return True if a is true, False otherwise.'),
    is_: ['($module, a, b, /)', (a: Value, b: Value) => a === b, 'Same as a is b.'],
    is_not: ['($module, a, b, /)', (a: Value, b: Value) => a !== b, 'Same as a is not b.'],
    is_none: unary((a) => a === null, 'Same as a is None.'),
    is_not_none: unary((a) => a !== null, 'Same as a is not None.'),
    concat: ['($module, a, b, /)', concat(BinaryOperator.ADD), 'Same as a + b, for a and b sequences.'],
    iconcat: ['($module, a, b, /)', concat(BinaryOperator.INPLACE_ADD), 'Same as a += b, for a and b sequences.'],
    contains: ['($module, a, b, /)', contains, 'Same as b in a (note reversed operands).'],
    countOf: ['($module, a, b, /)', countOf, 'Return the number of items in a which are, or which equal, b.'],
    indexOf: ['($module, a, b, /)', indexOf, 'Return the first index of b in a.'],
    getitem: ['($module, a, b, /)', subscript, 'Same as a[b].'],
    setitem: [
      '($module, a, b, c, /)',
      (a: Value, b: Value, c: Value) => {
        setSubscript(a, b, c);
      },
      'Same as a[b] = c.',
    ],
    delitem: [
      '($module, a, b, /)',
      (a: Value, b: Value) => {
        setSubscript(a, b, undefined);
      },
      'Same as del a[b].',
    ],
    length_hint: ['($module, obj, default=0, /)', lengthHint, 'Return an estimate of the number of items in obj.'],
    call: ['($module, obj, /, *args, **kwargs)', callAny, 'Same as obj(*args, **kwargs).'],
    _compare_digest: ['($module, a, b, /)', compareDigest, "Return 'a == b'."],
  },
});
