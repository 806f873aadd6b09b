import { typeError } from '../objects/exception.ts';
import { typeOf, type Value } from '../objects/object.ts';
import { anextAwaitable } from './anext-awaitable.ts';

/** anext(iterator, default) (builtin_anext_impl). */
export function anextBuiltin(iterator: Value, fallback?: Value): Value {
  const { am_anext, tp_name } = typeOf(iterator);
  if (am_anext === undefined) throw typeError(`'${tp_name}' object is not an async iterator`);
  const awaitable = am_anext(iterator);
  return fallback === undefined ? awaitable : anextAwaitable(awaitable, fallback);
}
