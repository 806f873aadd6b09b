import { PyObject, type PyType, strType, type Value } from './object.ts';

/** An instance of a subclass of str; plain ones are strings. */
export class PyStr extends PyObject {
  readonly value: string;
  constructor(value: string, type: PyType) {
    super(type);
    this.value = value;
  }
}

/** The text of a str or of an instance of a str subclass; undefined for all else. */
export function stringOf(value: Value): string | undefined {
  if (typeof value === 'string') return value;
  return value instanceof PyStr ? value.value : undefined;
}

/** A str of this type: plain when the type is str itself. */
export function makeStr(value: string, type: PyType): Value {
  return type === strType ? value : new PyStr(value, type);
}
