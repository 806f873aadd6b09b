import { isException, typeError, typeErrorType, valueError } from '../objects/exception.ts';
import { integerOf, isInt } from '../objects/int.ts';
import { NotImplemented, type Slot, typeOf, type Value } from '../objects/object.ts';
import { callSpecial } from './call.ts';
import { lengthOf } from './subscript.ts';

/** A length that is refused by a TypeError isn't known. */
function withoutTypeError(ask: () => Slot): Slot {
  try {
    return ask();
  } catch (error) {
    if (isException(error, typeErrorType)) return undefined;
    throw error;
  }
}

/** How long an object says, or thinks, that it is (PyObject_LengthHint). */
export function lengthHint(object: Value, fallback: Slot = undefined): Value {
  const otherwise = fallback ?? 0;
  if (!isInt(otherwise)) {
    throw typeError(`'${typeOf(otherwise).tp_name}' object cannot be interpreted as an integer`);
  }
  const type = typeOf(object);
  const known = withoutTypeError(() => (type.sq_length === undefined ? undefined : lengthOf(object)));
  if (known !== undefined) return known;
  const hint = withoutTypeError(() => callSpecial(object, '__length_hint__'));
  if (hint === undefined || hint === NotImplemented) return otherwise;
  const length = isInt(hint) ? integerOf(hint) : undefined;
  if (length === undefined) throw typeError(`__length_hint__ must be an integer, not ${typeOf(hint).tp_name}`);
  if (length < 0) throw valueError('__length_hint__() should return >= 0');
  return length;
}

/** Asks an object of a class of the program's how long it is, as list() and extend() do before they go over it: that may raise. */
export function askLength(iterable: Value): void {
  if (typeOf(iterable).heap) lengthHint(iterable);
}
