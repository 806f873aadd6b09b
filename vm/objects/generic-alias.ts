import { newType, PyObject, type Value } from './object.ts';
import { PyTuple, tupleOf } from './tuple.ts';

export const genericAliasType = newType('types.GenericAlias');

/** list[int] and its like. */
export class PyGenericAlias extends PyObject {
  readonly origin: Value;
  readonly args: PyTuple;
  starred = false;
  parameters: PyTuple | undefined = undefined;
  constructor(origin: Value, args: PyTuple) {
    super(genericAliasType);
    this.origin = origin;
    this.args = args;
  }
}

export function newGenericAlias(origin: Value, item: Value): PyGenericAlias {
  return new PyGenericAlias(origin, item instanceof PyTuple ? item : tupleOf([item]));
}
