import { newException, notImplementedErrorType } from './exception.ts';
import type { Slot, Value } from './object.ts';
import type { PyTuple } from './tuple.ts';

/** A TypeVar, ParamSpec or TypeVarTuple of a type parameter list. */
export function newTypeParameter(kind: string, name: string, _bound: Slot, _constraints: Slot): Value {
  throw newException(notImplementedErrorType, `not supported yet: type parameters (${kind} '${name}')`);
}

/** The object of a `type` statement, from (name, parameters, function). */
export function newTypeAlias(parts: PyTuple): Value {
  throw newException(notImplementedErrorType, `not supported yet: the type statement ('${String(parts.items[0])}')`);
}
