import { inheritPyObject, type PyObject, type PyType, tupleType, type Value } from './object.ts';

export class PyTuple implements PyObject {
  type: PyType;
  readonly items: readonly Value[];
  constructor(items: readonly Value[], type: PyType = tupleType) {
    this.type = type;
    this.items = items;
  }
}

inheritPyObject(PyTuple);

export const emptyTuple = new PyTuple([]);

/** A tuple that owns `items`. */
export function tupleOf(items: readonly Value[]): PyTuple {
  return items.length === 0 ? emptyTuple : new PyTuple(items);
}
