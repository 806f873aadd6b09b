import { decodeHandlers } from '../codecs/errors.ts';
import { decodeUtf8 } from '../codecs/utf8.ts';
import { HostError } from '../host.ts';
import { PyBytes } from '../objects/bytes.ts';
import { typeError, valueError } from '../objects/exception.ts';
import { type Slot, typeOf, type Value } from '../objects/object.ts';
import { osError } from '../objects/os-error.ts';
import { stringOf } from '../objects/str.ts';
import { callSpecial } from './call.ts';

/** os.fspath(): a str or bytes, or what `__fspath__` gives. Raises TypeError for all else. */
export function fspath(value: Value): Value {
  if (stringOf(value) !== undefined || value instanceof PyBytes) return value;
  const path = callSpecial(value, '__fspath__');
  if (path === undefined) {
    throw typeError(`expected str, bytes or os.PathLike object, not ${typeOf(value).tp_name}`);
  }
  if (stringOf(path) === undefined && !(path instanceof PyBytes)) {
    throw typeError(
      `expected ${typeOf(value).tp_name}.__fspath__() to return str or bytes, not ${typeOf(path).tp_name}`,
    );
  }
  return path;
}

/** A path argument as the host takes it: text, bytes decoded as the file system's encoding does (PyUnicode_FSDecoder). */
export function filesystemPath(value: Value, withNull = 'embedded null character in path'): string {
  const path = fspath(value);
  const text =
    path instanceof PyBytes ? decodeUtf8(path.bytes, decodeHandlers.surrogateescape).text : (stringOf(path) as string);
  if (text.includes('\0')) throw valueError(withNull);
  return text;
}

/** Runs what asks the host; its errors become OSErrors that name the file, or both. */
export function withOSErrors<T>(action: () => T, filename: Slot, second?: Value): T {
  try {
    return action();
  } catch (error) {
    throw error instanceof HostError ? osError(error, filename ?? null, second) : error;
  }
}
