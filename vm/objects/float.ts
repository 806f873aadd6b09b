import { integerOf } from './int.ts';
import { floatType, inheritPyObject, type PyObject, type PyType, type Value } from './object.ts';

/** A float; boxed, so that 1.0 is not 1. */
export class PyFloat implements PyObject {
  type: PyType;
  readonly value: number;
  constructor(value: number, type: PyType = floatType) {
    this.type = type;
    this.value = value;
  }
}

inheritPyObject(PyFloat);

/** JavaScript has one NaN; of a float's sign, which copysign() shows, is known here. */
const negativeNaNs = new WeakSet<PyFloat>();

/** -nan, as float('-nan') gives it. */
export function negativeNaN(type: PyType = floatType): PyFloat {
  const made = new PyFloat(Number.NaN, type);
  negativeNaNs.add(made);
  return made;
}

/** Whether a float's sign bit is set. */
export const isNegativeFloat = (x: PyFloat): boolean =>
  Number.isNaN(x.value) ? negativeNaNs.has(x) : x.value < 0 || Object.is(x.value, -0);

/** The value of a float or of an int that fits; undefined for all else. Too large an int gives an infinity. */
export function floatOf(value: Value): number | undefined {
  if (value instanceof PyFloat) return value.value;
  const integer = integerOf(value);
  return integer === undefined ? undefined : Number(integer);
}
