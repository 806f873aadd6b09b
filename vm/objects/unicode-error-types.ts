import { normalize } from '../numbers/integer.ts';
import { index } from '../operations/arithmetic.ts';
import { str } from '../operations/text.ts';
import { characterAt, lengthOf } from '../text/code-points.ts';
import { codePointEscape } from '../text/repr.ts';
import { PyBytes } from './bytes.ts';
import type { Accessor, TypeDefinition } from './define.ts';
import {
  overflowError,
  type PyBaseException,
  typeError,
  unicodeDecodeErrorType,
  unicodeEncodeErrorType,
  unicodeTranslateErrorType,
} from './exception.ts';
import { isInt } from './int.ts';
import { type PyType, type Slot, typeOf, type Value } from './object.ts';
import { stringOf } from './str.ts';
import { tupleOf } from './tuple.ts';

// UnicodeDecodeError, UnicodeEncodeError and UnicodeTranslateError (Objects/exceptions.c of CPython 3.14).

/** An argument that has to be a str. */
function text(value: Value, position: number): Value {
  if (stringOf(value) === undefined) throw typeError(`argument ${position} must be str, not ${typeOf(value).tp_name}`);
  return value;
}

/** An int that C's ssize_t holds. */
function size(value: Value): Value {
  const given = BigInt(index(value));
  if (BigInt.asIntN(64, given) !== given) throw overflowError('Python int too large to convert to C ssize_t');
  return normalize(given);
}

/** The bytes that couldn't be decoded; those of another object are copied. */
function bytes(value: Value): Value {
  if (value instanceof PyBytes) return value;
  const { bf_getbuffer, tp_name } = typeOf(value);
  if (bf_getbuffer === undefined) throw typeError(`a bytes-like object is required, not '${tp_name}'`);
  const buffer = bf_getbuffer(value);
  const copy = new PyBytes(buffer.bytes.slice());
  buffer.release();
  return copy;
}

function initializer(type: PyType) {
  const isTranslation = type === unicodeTranslateErrorType;
  const count = isTranslation ? 4 : 5;
  return (self: PyBaseException, args: Value[]): void => {
    self.args = tupleOf(args);
    if (args.length !== count) throw typeError(`function takes exactly ${count} arguments (${args.length} given)`);
    const [object, start, end, reason] = args.slice(-4);
    self.members = {
      encoding: isTranslation ? undefined : text(args[0], 1),
      object: type === unicodeDecodeErrorType ? bytes(object) : text(object, count - 3),
      start: size(start),
      end: size(end),
      reason: text(reason, count),
    };
  };
}

/** str(error): '' as long as nothing has been said of what went wrong. */
function unicodeErrorText(self: PyBaseException): Value {
  const { encoding, object, start, end, reason } = self.members ?? {};
  if (object === undefined || object === null) return '';
  const [from, to] = [Number(start ?? 0), Number(end ?? 0)];
  const cause = str(reason ?? null);
  const codec = `'${str(encoding ?? null)}' codec can't`;
  if (self.type.isSubtype(unicodeDecodeErrorType)) {
    if (!(object instanceof PyBytes)) throw typeError("UnicodeError 'object' attribute must be a bytes");
    const byte = to === from + 1 ? object.bytes[from] : undefined;
    if (byte === undefined) return `${codec} decode bytes in position ${from}-${to - 1}: ${cause}`;
    return `${codec} decode byte 0x${byte.toString(16).padStart(2, '0')} in position ${from}: ${cause}`;
  }
  const source = stringOf(object);
  if (source === undefined) throw typeError("UnicodeError 'object' attribute must be a string");
  const who = self.type.isSubtype(unicodeTranslateErrorType) ? "can't translate" : `${codec} encode`;
  if (to !== from + 1 || from < 0 || from >= lengthOf(source)) {
    return `${who} characters in position ${from}-${to - 1}: ${cause}`;
  }
  const character = codePointEscape(characterAt(source, from).codePointAt(0) as number);
  return `${who} character '${character}' in position ${from}: ${cause}`;
}

/** A member that may be anything, None where it is unset. */
const anything = (name: string): Accessor => [
  (self: PyBaseException): Slot => self.members?.[name] ?? null,
  (self: PyBaseException, value: Slot) => {
    self.members = { ...self.members, [name]: value };
  },
];

const number = (name: string): Accessor => [
  (self: PyBaseException): Slot => self.members?.[name] ?? 0,
  (self: PyBaseException, value: Slot) => {
    if (value === undefined) throw typeError("can't delete numeric/char attribute");
    if (!isInt(value)) throw typeError('an integer is required');
    self.members = { ...self.members, [name]: size(value) };
  },
];

const definition = (type: PyType, kind: string): [PyType, TypeDefinition] => [
  type,
  {
    doc: `Unicode ${kind} error.`,
    tp_init: initializer(type),
    tp_str: unicodeErrorText,
    members: {
      encoding: anything('encoding'),
      object: anything('object'),
      start: number('start'),
      end: number('end'),
      reason: anything('reason'),
    },
  },
];

export const unicodeErrorTypes: readonly [PyType, TypeDefinition][] = [
  definition(unicodeDecodeErrorType, 'decoding'),
  definition(unicodeEncodeErrorType, 'encoding'),
  definition(unicodeTranslateErrorType, 'translation'),
];
