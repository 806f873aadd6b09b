import { intType, PyObject, type PyType, type Value } from './object.ts';

/** An instance of a subclass of int; plain ints are numbers and bigints. */
export class PyInt extends PyObject {
  readonly value: number | bigint;
  constructor(value: number | bigint, type: PyType) {
    super(type);
    this.value = value;
  }
}

/** The value of an int, a bool or an instance of an int subclass; undefined for all else. */
export function integerOf(value: Value): number | bigint | undefined {
  switch (typeof value) {
    case 'number':
    case 'bigint':
      return value;
    case 'boolean':
      return value ? 1 : 0;
    default:
      return value instanceof PyInt ? value.value : undefined;
  }
}

/** PyLong_Check. */
export function isInt(value: Value): boolean {
  const kind = typeof value;
  return kind === 'number' || kind === 'bigint' || kind === 'boolean' || value instanceof PyInt;
}

/** An int of this type: plain when the type is int itself. */
export function makeInt(value: number | bigint, type: PyType): Value {
  return type === intType ? value : new PyInt(value, type);
}
