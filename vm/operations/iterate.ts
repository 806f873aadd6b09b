import { vm } from '../interpreter/state.ts';
import { PyDict } from '../objects/dict.ts';
import { stopIteration, typeError } from '../objects/exception.ts';
import { SequenceIterator } from '../objects/iterator.ts';
import { PyList } from '../objects/list.ts';
import { listType, type Slot, typeOf, type Value } from '../objects/object.ts';
import { PyTuple } from '../objects/tuple.ts';

/** iter(value). */
export function getIterator(value: Value): Value {
  const type = typeOf(value);
  if (type.tp_iter !== undefined) {
    const iterator = type.tp_iter(value);
    const { tp_iternext } = typeOf(iterator);
    if (tp_iternext === undefined || tp_iternext === nextNotImplemented) {
      throw typeError(`iter() returned non-iterator of type '${typeOf(iterator).tp_name}'`);
    }
    return iterator;
  }
  if (type.sq_item !== undefined) return new SequenceIterator(value);
  throw typeError(`'${type.tp_name}' object is not iterable`);
}

/** The tp_iternext of a class that lost its `__next__`, maybe while it is iterated over (_PyObject_NextNotImplemented). */
export function nextNotImplemented(self: Value): Slot {
  throw typeError(`'${typeOf(self).tp_name}' object is not iterable`);
}

/** The next item of an iterator; undefined at the end, with StopIteration's value in `vm.stopValue`. */
export function iterateNext(iterator: Value): Slot {
  const { tp_iternext, tp_name } = typeOf(iterator);
  if (tp_iternext === undefined) throw typeError(`'${tp_name}' object is not an iterator`);
  vm.stopValue = null;
  return tp_iternext(iterator);
}

/** next(iterator): raises StopIteration at the end. */
export function next(iterator: Value): Value {
  const item = iterateNext(iterator);
  if (item === undefined) throw stopIteration(takeStopValue());
  return item;
}

export function takeStopValue(): Value {
  const value = vm.stopValue;
  vm.stopValue = null;
  return value;
}

/** All items of an iterable in a new array. */
export function toArray(iterable: Value): Value[] {
  if (iterable instanceof PyList && iterable.type.tp_iter === listType.tp_iter) return iterable.items.slice();
  if (iterable instanceof PyTuple && !iterable.type.heap) return iterable.items.slice();
  if (iterable instanceof PyDict && !iterable.type.heap) return iterable.keyList();
  const items: Value[] = [];
  forEach(iterable, (item) => {
    items.push(item);
  });
  return items;
}

/** Calls `visit` with each item; a true answer ends the iteration. */
// biome-ignore lint/suspicious/noConfusingVoidType: visitors that never end it give nothing.
export function forEach(iterable: Value, visit: (item: Value) => boolean | void): void {
  const iterator = getIterator(iterable);
  const next = typeOf(iterator).tp_iternext!;
  for (;;) {
    const item = next(iterator);
    if (item === undefined || visit(item) === true) return;
  }
}

/** The items of an iterable one by one; for TypeScript loops off the hot path. */
export function* items(iterable: Value): IterableIterator<Value> {
  const iterator = getIterator(iterable);
  const next = typeOf(iterator).tp_iternext!;
  for (;;) {
    const item = next(iterator);
    if (item === undefined) return;
    yield item;
  }
}
