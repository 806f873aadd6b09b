import { enterNative, leaveNative } from '../interpreter/depth.ts';
import { vm } from '../interpreter/state.ts';
import { integerToText } from '../numbers/integer-text.ts';
import { typeError } from '../objects/exception.ts';
import { PyFunction } from '../objects/function.ts';
import { typeOf, type Value } from '../objects/object.ts';
import { stringOf } from '../objects/str.ts';
import { callSpecial } from './call.ts';

/** repr(value). */
export function repr(value: Value): string {
  if (typeof value === 'number') return `${value}`;
  if (value === null) return 'None';
  enterNative(' while getting the repr of an object');
  try {
    return typeOf(value).tp_repr!(value);
  } finally {
    leaveNative();
  }
}

/** repr(value), which may be an instance of a str subclass that a class's __repr__ gave (PyObject_Repr). */
export function reprValue(value: Value): Value {
  const type = typeOf(value);
  if (!type.heap || !(type.lookup('__repr__') instanceof PyFunction)) return repr(value);
  enterNative(' while getting the repr of an object');
  try {
    const text = callSpecial(value, '__repr__') as Value;
    if (stringOf(text) === undefined) {
      throw typeError(`__repr__ returned non-string (type ${typeOf(text).tp_name})`);
    }
    return text;
  } finally {
    leaveNative();
  }
}

/** str(value) as plain text. */
export function str(value: Value): string {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
      return `${value}`;
    case 'bigint':
      return integerToText(value, vm.intMaxStrDigits);
    case 'boolean':
      return value ? 'True' : 'False';
    default:
      return stringOf(strValue(value)) as string;
  }
}

/** str(value), which may be an instance of a str subclass that __str__ gave (PyObject_Str). */
export function strValue(value: Value): Value {
  if (typeof value === 'string') return value;
  if (value === null) return 'None';
  const type = typeOf(value);
  if (type.tp_str === undefined) return reprValue(value);
  enterNative(' while getting the str of an object');
  try {
    const text = type.tp_str(value);
    if (stringOf(text) === undefined) {
      throw typeError(`__str__ returned non-string (type ${typeOf(text).tp_name})`);
    }
    return text;
  } finally {
    leaveNative();
  }
}

/** ascii(value) as plain text. */
export function ascii(value: Value): string {
  return escapeNonAscii(repr(value));
}

/** ascii(value): what repr() gives, where that is ASCII already (PyObject_ASCII). */
export function asciiValue(value: Value): Value {
  const shown = reprValue(value);
  const text = stringOf(shown) as string;
  const escaped = escapeNonAscii(text);
  return escaped === text ? shown : escaped;
}

export function escapeNonAscii(text: string): string {
  let result = '';
  for (const char of text) {
    const code = char.codePointAt(0) as number;
    if (code < 0x80) result += char;
    else if (code < 0x100) result += `\\x${code.toString(16).padStart(2, '0')}`;
    else if (code < 0x10000) result += `\\u${code.toString(16).padStart(4, '0')}`;
    else result += `\\U${code.toString(16).padStart(8, '0')}`;
  }
  return result;
}

/** format(value, spec). */
export function format(value: Value, spec: Value): Value {
  if (spec === '' && (typeof value === 'string' || typeof value === 'number')) return str(value);
  const result = callSpecial(value, '__format__', spec);
  if (result === undefined) throw typeError(`Type ${typeOf(value).tp_name} doesn't define __format__`);
  if (stringOf(result) === undefined) {
    throw typeError(`${typeOf(value).tp_name}.__format__() must return a str, not ${typeOf(result).tp_name}`);
  }
  return result;
}
