import type { PyDict } from '../objects/dict.ts';
import {
  indexError,
  keyError,
  overflowError,
  type PyBaseException,
  typeError,
  valueError,
} from '../objects/exception.ts';
import { PyFunction } from '../objects/function.ts';
import { newGenericAlias } from '../objects/generic-alias.ts';
import { isInt } from '../objects/int.ts';
import type { PyList } from '../objects/list.ts';
import {
  dictType,
  listType,
  type PyObject,
  type PyType,
  rangeType,
  type Slot,
  PyType as TypeClass,
  tupleType,
  typeOf,
  typeType,
  type Value,
} from '../objects/object.ts';
import { PySlice } from '../objects/slice.ts';
import type { PyTuple } from '../objects/tuple.ts';
import { index } from './arithmetic.ts';
import { lookupAttribute } from './attribute.ts';
import { call, callSpecial } from './call.ts';
import { equals } from './compare.ts';
import { forEach } from './iterate.ts';

/** container[key] (PyObject_GetItem). */
export function subscript(container: Value, key: Value): Value {
  const item = findItem(container, key);
  if (item === undefined) throw missingItem(container, key);
  return item;
}

/** What a list, tuple or dict that hasn't such an item raises. */
export function missingItem(container: Value, key: Value): PyBaseException {
  const { type } = container as PyObject;
  return type === dictType ? keyError(key) : indexError(`${type.tp_name} index out of range`);
}

/**
 * The same, but undefined where missingItem() is to be raised: programs that look whether something is there do that often, and V8 takes
 * microseconds to unwind what is thrown.
 */
export function findItem(container: Value, key: Value): Slot {
  if (typeof container === 'object' && container !== null) {
    const { type } = container;
    if (type === listType && typeof key === 'number') {
      const { items } = container as PyList;
      const at = key < 0 ? key + items.length : key;
      return at >= 0 && at < items.length ? items[at] : undefined;
    }
    if (type === dictType) return (container as PyDict).get(key);
    if (type === tupleType && typeof key === 'number') {
      const { items } = container as PyTuple;
      const at = key < 0 ? key + items.length : key;
      return at >= 0 && at < items.length ? items[at] : undefined;
    }
  }
  return subscriptSlow(container, key, typeOf(container));
}

function subscriptSlow(container: Value, key: Value, type: PyType): Value {
  if (type.mp_subscript !== undefined) return type.mp_subscript(container, key);
  if (container instanceof TypeClass) {
    if (container === typeType) return newGenericAlias(container, key);
    const classGetItem = lookupAttribute(container, '__class_getitem__');
    if (classGetItem !== undefined && classGetItem !== null) return call(classGetItem, key);
    throw typeError(`type '${container.tp_name}' is not subscriptable`);
  }
  if (type.sq_item !== undefined) {
    if (!isInt(key) && typeOf(key).nb_index === undefined) {
      throw typeError(`sequence index must be integer, not '${typeOf(key).tp_name}'`);
    }
    return type.sq_item(container, indexIn(key, type.sq_length?.(container) ?? 0));
  }
  throw typeError(`'${type.tp_name}' object is not subscriptable`);
}

/** container[key] = value; undefined deletes. */
export function setSubscript(container: Value, key: Value, value: Slot): void {
  if (value !== undefined && typeof container === 'object' && container !== null) {
    if (container.type === dictType) {
      (container as PyDict).set(key, value);
      return;
    }
    if (container.type === listType && typeof key === 'number') {
      const { items } = container as PyList;
      const at = key < 0 ? key + items.length : key;
      if (at < 0 || at >= items.length) throw indexError('list assignment index out of range');
      items[at] = value;
      return;
    }
  }
  const type = typeOf(container);
  if (type.mp_ass_subscript === undefined) {
    throw typeError(
      `'${type.tp_name}' object ${value === undefined ? "doesn't support item deletion" : 'does not support item assignment'}`,
    );
  }
  type.mp_ass_subscript(container, key, value);
}

/** An index argument made a number from the start; -1 stays outside for what is out of range. */
export function indexIn(key: Value, length: number): number {
  const at = index(key);
  if (typeof at === 'bigint') throw indexError("cannot fit 'int' into an index-sized integer");
  return at < 0 ? at + length : at;
}

/** Start, stop, step and count of a slice of a sequence of `length` items (PySlice_AdjustIndices). */
export interface SliceRange {
  readonly start: number;
  readonly stop: number;
  readonly step: number;
  readonly count: number;
}

function sliceIndex(value: Value): number {
  if (typeof value === 'number') return value;
  if (!isInt(value) && typeOf(value).nb_index === undefined) {
    throw typeError('slice indices must be integers or None or have an __index__ method');
  }
  const plain = index(value);
  if (typeof plain === 'number') return plain;
  return plain < 0n ? Number.MIN_SAFE_INTEGER : Number.MAX_SAFE_INTEGER;
}

export function sliceRange(slice: PySlice, length: number): SliceRange {
  const step = slice.step === null ? 1 : sliceIndex(slice.step);
  if (step === 0) throw valueError('slice step cannot be zero');
  let start = slice.start === null ? (step < 0 ? length - 1 : 0) : clamp(sliceIndex(slice.start), length, step);
  let stop = slice.stop === null ? (step < 0 ? -1 : length) : clamp(sliceIndex(slice.stop), length, step);
  start += 0;
  stop += 0;
  let count = 0;
  if (step < 0) {
    if (stop < start) count = Math.floor((start - stop - 1) / -step) + 1;
  } else if (start < stop) count = Math.floor((stop - start - 1) / step) + 1;
  return { start, stop, step, count };
}

function clamp(at: number, length: number, step: number): number {
  if (at < 0) {
    const shifted = at + length;
    return shifted < 0 ? (step < 0 ? -1 : 0) : shifted;
  }
  return at >= length ? (step < 0 ? length - 1 : length) : at;
}

/** The items of an array that a slice names. */
export function sliceArray<T>(items: readonly T[], slice: PySlice): T[] {
  const { start, step, count, stop } = sliceRange(slice, items.length);
  if (step === 1) return items.slice(start, Math.max(start, stop));
  const result: T[] = new Array(count);
  for (let i = 0, at = start; i < count; i++, at += step) result[i] = items[at];
  return result;
}

/** container[start:stop], BINARY_SLICE. */
export function binarySlice(container: Value, start: Value, stop: Value): Value {
  return subscript(container, new PySlice(start, stop, null));
}

/** len(value) for those who can do with one beyond the safe integers, as CPython's Py_ssize_t can hold. */
export function longLengthOf(value: Value): number | bigint {
  const type = typeOf(value);
  let length: number | bigint;
  if (type === rangeType) length = (value as PyObject & { length: number | bigint }).length;
  else if (type.heap && type.lookup('__len__') instanceof PyFunction) length = index(callSpecial(value, '__len__')!);
  else return lengthOf(value);
  if (length < 0) throw valueError('__len__() should return >= 0');
  if (length > 0x7fffffffffffffffn) throw overflowError(TOO_LONG);
  return length;
}

const TOO_LONG = 'Python int too large to convert to C ssize_t';

/** len(value). */
export function lengthOf(value: Value): number {
  const { sq_length, tp_name } = typeOf(value);
  if (sq_length === undefined) throw typeError(`object of type '${tp_name}' has no len()`);
  return sq_length(value);
}

/** item in container. */
export function contains(container: Value, item: Value): boolean {
  const type = typeOf(container);
  if (type.sq_contains !== undefined) return type.sq_contains(container, item);
  let found = false;
  if (type.tp_iter === undefined && type.sq_item === undefined) {
    throw typeError(`argument of type '${type.tp_name}' is not a container or iterable`);
  }
  forEach(container, (other) => {
    found = equals(other, item);
    return found;
  });
  return found;
}
