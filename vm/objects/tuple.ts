import { PyObject, type PyType, tupleType, type Value } from './object.ts';

export class PyTuple extends PyObject {
  readonly items: readonly Value[];
  constructor(items: readonly Value[], type: PyType = tupleType) {
    super(type);
    this.items = items;
  }
}

export const emptyTuple = new PyTuple([]);

/** A tuple that owns `items`. */
export function tupleOf(items: readonly Value[]): PyTuple {
  return items.length === 0 ? emptyTuple : new PyTuple(items);
}
