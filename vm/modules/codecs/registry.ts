import { nameOfCharacter } from '../../../compiler/text/unicode-names.ts';
import {
  type DecodeHandler,
  decodeHandlers,
  type EncodeHandler,
  encodeHandlers,
  nameReplace,
  UnicodeProblem,
} from '../../codecs/errors.ts';
import { isLoneSurrogateFree } from '../../codecs/surrogates.ts';
import { encodeUtf8 } from '../../codecs/utf8.ts';
import { vm } from '../../interpreter/state.ts';
import { PyBytes } from '../../objects/bytes.ts';
import { builtinFunction } from '../../objects/define.ts';
import {
  indexError,
  lookupErrorType,
  newException,
  PyBaseException,
  typeError,
  unicodeDecodeErrorType,
  unicodeEncodeErrorType,
  unicodeTranslateErrorType,
  valueError,
} from '../../objects/exception.ts';
import { isInt } from '../../objects/int.ts';
import { typeOf, type Value } from '../../objects/object.ts';
import { addRoot } from '../../objects/roots.ts';
import { stringOf } from '../../objects/str.ts';
import { PyTuple, tupleOf } from '../../objects/tuple.ts';
import { unicodeError } from '../../objects/unicode-error.ts';
import { index } from '../../operations/arithmetic.ts';
import { call, isCallable } from '../../operations/call.ts';
import { toCodePoints } from '../../text/code-points.ts';
import { codePointEscape } from '../../text/repr.ts';

// The codecs and error handlers that programs know by name (Python/codecs.c, 3.14).

const searchFunctions: Value[] = [];
const codecs = new Map<string, PyTuple>();
addRoot(() => codecs);

/** `codecs.register(search_function)`. */
export function registerSearch(search: Value): void {
  if (!isCallable(search)) throw typeError('argument must be callable');
  searchFunctions.push(search);
}

/** `codecs.unregister(search_function)`. */
export function unregisterSearch(search: Value): void {
  const at = searchFunctions.indexOf(search);
  if (at < 0) return;
  codecs.clear();
  searchFunctions.splice(at, 1);
}

/** Lower case, and runs of anything but ASCII letters, digits and '.' as one '_' (_Py_normalize_encoding). */
const normalized = (encoding: string): string => encoding.replace(/[^A-Za-z0-9.]+/g, '_').toLowerCase();

/** _PyCodec_Lookup: the CodecInfo of an encoding. */
export function lookupCodec(encoding: string): PyTuple {
  checkName(encoding);
  const name = normalized(encoding);
  const known = codecs.get(name);
  if (known !== undefined) return known;
  if (searchFunctions.length === 0) vm.importModule('encodings');
  for (const search of searchFunctions) {
    const found = call(search, name);
    if (found === null) continue;
    if (!(found instanceof PyTuple) || found.items.length !== 4) {
      throw typeError('codec search functions must return 4-tuples');
    }
    codecs.set(name, found);
    return found;
  }
  throw newException(lookupErrorType, `unknown encoding: ${encoding}`);
}

const handlers = new Map<string, Value>();
addRoot(() => handlers);

const BUILTIN_HANDLERS: ReadonlySet<string> = new Set([...Object.keys(encodeHandlers), 'namereplace']);
const encoders: Readonly<Record<string, EncodeHandler>> = {
  ...encodeHandlers,
  namereplace: nameReplace(nameOfCharacter),
};

/** `codecs.register_error(name, handler)`. */
export function registerError(name: string, handler: Value): void {
  if (!isCallable(handler)) throw typeError('handler must be callable');
  handlers.set(name, handler);
}

/** `codecs._unregister_error(name)`. */
export function unregisterError(name: string): boolean {
  if (BUILTIN_HANDLERS.has(name)) throw valueError(`cannot un-register built-in error handler '${name}'`);
  return handlers.delete(name);
}

/** Raises for names that C can't read: with a NUL, or what UTF-8 doesn't encode. */
export function checkName(name: string): void {
  if (name.includes('\0')) throw valueError('embedded null character');
  if (!isLoneSurrogateFree(name)) encodeUtf8(name, strict);
}

/** `codecs.lookup_error(name)`. */
export function lookupError(name: string): Value {
  checkName(name);
  const known = handlers.get(name);
  if (known !== undefined) return known;
  if (!BUILTIN_HANDLERS.has(name)) throw newException(lookupErrorType, `unknown error handler name '${name}'`);
  const handler = builtinFunction(`${name}_errors`, ['(exception, /)', (exception: Value) => repair(name, exception)]);
  handlers.set(name, handler);
  return handler;
}

/** A built-in error handler called by a program with an exception. */
function repair(name: string, exception: Value): Value {
  if (!(exception instanceof PyBaseException)) throw typeError('codec must pass exception instance');
  if (name === 'strict') throw exception;
  const { encoding, object, start, end, reason } = exception.members ?? {};
  const [from, to] = [Number(start), Number(end)];
  if (exception.type.isSubtype(unicodeTranslateErrorType) && (name === 'ignore' || name === 'replace')) {
    return tupleOf([name === 'ignore' ? '' : '\ufffd'.repeat(to - from), to]);
  }
  if (exception.type.isSubtype(unicodeTranslateErrorType) && name === 'backslashreplace') {
    const points = toCodePoints(object as string).subarray(from, to);
    return tupleOf([Array.from(points, codePointEscape).join(''), to]);
  }
  const isDecode = exception.type.isSubtype(unicodeDecodeErrorType);
  const handler = isDecode ? decodeHandlers[name] : encoders[name];
  if (handler === undefined || !(isDecode || exception.type.isSubtype(unicodeEncodeErrorType))) {
    throw typeError(`don't know how to handle ${exception.type.tp_name} in error callback`);
  }
  const subject = object instanceof PyBytes ? object.bytes : (stringOf(object ?? null) as string);
  const problem = new UnicodeProblem(
    stringOf(encoding ?? null) ?? '',
    subject,
    from,
    to,
    stringOf(reason ?? null) ?? '',
  );
  try {
    const { replacement, position } = handler(problem);
    return tupleOf([typeof replacement === 'string' ? replacement : new PyBytes(replacement), position]);
  } catch (thrown) {
    throw thrown instanceof UnicodeProblem ? exception : thrown;
  }
}

/** Raises the problem as Python's exception. */
const strict = (problem: UnicodeProblem): never => {
  throw unicodeError(problem);
};

function wrongResult(kind: string, result: string): PyBaseException {
  return typeError(`${kind} error handler must return (${result}, int) tuple`);
}

function checkedPosition(value: Value, length: number): number {
  const given = Number(index(value));
  const position = given < 0 ? given + length : given;
  if (position < 0 || position > length) throw indexError(`position ${given} from error handler out of bounds`);
  return position;
}

/** The handler that decoders call for `errors`; a built-in one unless a program has put another in its place. */
export function decodeHandler(errors: string): DecodeHandler {
  if (errors === 'strict') return strict;
  if (BUILTIN_HANDLERS.has(errors) && decodeHandlers[errors] !== undefined) return decodeHandlers[errors];
  return (problem) => {
    const result = call(lookupError(errors), unicodeError(problem));
    const [replacement, position] = result instanceof PyTuple ? result.items : [];
    const text = stringOf(replacement ?? null);
    if (text === undefined || position === undefined || !isInt(position)) throw wrongResult('decoding', 'str');
    return { replacement: text, position: checkedPosition(position, problem.object.length) };
  };
}

/** The handler that encoders call for `errors`. */
export function encodeHandler(errors: string): EncodeHandler {
  if (errors === 'strict') return strict;
  if (BUILTIN_HANDLERS.has(errors)) return encoders[errors];
  return (problem) => {
    const result = call(lookupError(errors), unicodeError(problem));
    const [replacement, position] = result instanceof PyTuple ? result.items : [];
    const text = stringOf(replacement ?? null) ?? (replacement instanceof PyBytes ? replacement.bytes : undefined);
    if (text === undefined || position === undefined || !isInt(position)) throw wrongResult('encoding', 'str/bytes');
    const { length } = toCodePoints(problem.object as string);
    return { replacement: text, position: checkedPosition(position, length) };
  };
}

/** A codec that bytes.decode and str.encode may use, as opposed to those from bytes to bytes. */
function textCodec(encoding: string, instead: string): PyTuple {
  const codec = lookupCodec(encoding);
  if (codec.type.heap) {
    const isText = (codec as unknown as { dict?: { getString(name: string): Value | undefined } }).dict?.getString(
      '_is_text_encoding',
    );
    if (isText === false) {
      throw newException(
        lookupErrorType,
        `'${encoding}' is not a text encoding; use ${instead} to handle arbitrary codecs`,
      );
    }
  }
  return codec;
}

/** text.encode() by a codec of the registry (_PyCodec_EncodeText). */
export function encodeByCodec(text: string, encoding: string, errors: string): Uint8Array {
  const result = call(textCodec(encoding, 'codecs.encode()').items[0], text, errors);
  const bytes = result instanceof PyTuple ? result.items[0] : null;
  if (!(bytes instanceof PyBytes)) {
    throw typeError(
      `'${encoding}' encoder returned '${typeOf(bytes).tp_name}' instead of 'bytes'; use codecs.encode() to encode to arbitrary types`,
    );
  }
  return bytes.bytes;
}

/** bytes.decode() by a codec of the registry (_PyCodec_DecodeText). */
export function decodeByCodec(bytes: Uint8Array, encoding: string, errors: string): string {
  const result = call(textCodec(encoding, 'codecs.decode()').items[1], new PyBytes(bytes.slice()), errors);
  const text = result instanceof PyTuple ? stringOf(result.items[0]) : undefined;
  if (text === undefined) {
    const given = result instanceof PyTuple ? result.items[0] : null;
    throw typeError(
      `'${encoding}' decoder returned '${typeOf(given).tp_name}' instead of 'str'; use codecs.decode() to decode to arbitrary types`,
    );
  }
  return text;
}

/** Forgets what programs have registered; for a new interpreter. */
export function resetCodecs(): void {
  searchFunctions.length = 0;
  codecs.clear();
  handlers.clear();
}
