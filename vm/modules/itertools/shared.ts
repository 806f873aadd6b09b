import { withoutKeywords } from '../../objects/bind.ts';
import { defineType, type TypeDefinition } from '../../objects/define.ts';
import { typeError, valueError } from '../../objects/exception.ts';
import {
  type KwNames,
  newType,
  type PyObject,
  type PyType,
  type Slot,
  typeOf,
  type Value,
} from '../../objects/object.ts';
import { BuiltinDef, ParameterKind } from '../../objects/signature.ts';
import { index } from '../../operations/arithmetic.ts';

/** An iterator type of itertools: how it is constructed, and how it gives its next item. */
export interface IteratorDefinition<T extends PyObject> extends Omit<TypeDefinition, 'allocate' | 'signature'> {
  /** The constructor's text signature. */
  signature: string;
  /** A new object of `type` from the bound arguments: undefined for one left out, an array for `*args`. */
  make(type: PyType, ...args: never[]): T;
  /** The next item; undefined at the end. */
  next(self: T): Slot;
}

/** Makes one of itertools' types: an iterator that is its own iter(). */
export function iteratorType<T extends PyObject>(name: string, definition: IteratorDefinition<T>): PyType {
  const { make, next, signature, ...rest } = definition;
  const type = newType(`itertools.${name}`);
  const binder = new BuiltinDef(name, name, signature, () => null, false, null);
  const takesKeywords = binder.parameters.some(
    ({ kind }) => kind !== ParameterKind.POSITIONAL_ONLY && kind !== ParameterKind.VAR_POSITIONAL,
  );
  return defineType(type, {
    ...rest,
    signature,
    module: 'itertools',
    hasWeakrefs: true,
    tp_new: (subtype: PyType, args: Value[], kwNames: KwNames) => {
      const positional = takesKeywords ? args : withoutKeywords(name, type, subtype, args, kwNames);
      return make(subtype, ...(binder.bind(positional, takesKeywords ? kwNames : undefined) as never[]));
    },
    tp_iter: (self: Value) => self,
    tp_iternext: next as unknown as (self: Value) => Slot,
  });
}

/** A slice-like index: an int that is not negative, or None for `missing`. */
export function countOrNone(value: Slot, missing: number, message: string): number {
  if (value === undefined || value === null) return missing;
  const { nb_index } = typeOf(value);
  if (nb_index === undefined && typeof value !== 'number') throw valueError(message);
  const number = index(value);
  // Beyond what a number holds exactly, but within CPython's Py_ssize_t, nobody counts so far.
  if (number < 0 || number > 0x7fffffffffffffffn) throw valueError(message);
  return Number(number);
}

/** An int argument that must fit CPython's Py_ssize_t. */
export function size(value: Value): number {
  const number = index(value);
  if (typeof number === 'bigint') throw typeError('Python int too large to convert to C ssize_t');
  return number;
}

/** The next item of an iterator that getIterator gave. */
export function advance(iterator: Value): Slot {
  return typeOf(iterator).tp_iternext!(iterator);
}
