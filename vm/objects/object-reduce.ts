import { frameBuiltin } from '../interpreter/frame-builtins.ts';
import { vm } from '../interpreter/state.ts';
import { callMethod, getAttribute, instanceDict, lookupAttribute } from '../operations/attribute.ts';
import { call, lookupSpecial } from '../operations/call.ts';
import { toArray } from '../operations/iterate.ts';
import { str } from '../operations/text.ts';
import { PyDict } from './dict.ts';
import { typeError, valueError } from './exception.ts';
import { PyList } from './list.ts';
import { objectType, PyInstance, type PyType, type Shape, typeOf, type Value } from './object.ts';
import { PyTuple, tupleOf } from './tuple.ts';

/** object.__reduce_ex__ of protocol 2 and above, by copyreg.__newobj__ (object___reduce_ex__). */
export function reduceEx(self: Value, protocol: Value = 0): Value {
  const reduce = lookupAttribute(self, '__reduce__');
  const objectReduce = objectType.attributes.get('__reduce__');
  if (reduce !== undefined && typeOf(self).lookup('__reduce__') !== objectReduce) return call(reduce);
  return reduceByCopyreg(self, protocol);
}

export function reduceByCopyreg(self: Value, protocol: Value): Value {
  const copyreg = vm.importModule('copyreg');
  if (typeof protocol === 'number' && protocol < 2) return call(getAttribute(copyreg, '_reduce_ex'), self, protocol);
  const type = typeOf(self);
  let args: readonly Value[] = [];
  let kwargs: Value = null;
  const newArgsEx = lookupSpecial(self, '__getnewargs_ex__');
  const newArgs = lookupSpecial(self, '__getnewargs__');
  if (newArgsEx !== undefined) {
    [args, kwargs] = extendedNewArgs(call(newArgsEx));
  } else if (newArgs !== undefined) {
    const given = call(newArgs);
    if (!(given instanceof PyTuple)) {
      throw typeError(`__getnewargs__ should return a tuple, not '${typeOf(given).tp_name}'`);
    }
    args = given.items;
  }
  // object_getstate: what a built-in type holds can't be seen from outside, list's and dict's items apart.
  const required =
    newArgs === undefined && newArgsEx === undefined && !(self instanceof PyList || self instanceof PyDict);
  if (required && type !== objectType && !(self instanceof PyInstance) && !describesState(type)) {
    throw typeError(
      itemed.has(type.tp_name) ? `cannot pickle ${type.tp_name} objects` : `cannot pickle '${type.tp_name}' object`,
    );
  }
  const state = call(getAttribute(self, '__getstate__'));
  const listItems = self instanceof PyList ? call(frameBuiltin('iter'), self) : null;
  const dictItems = self instanceof PyDict ? call(frameBuiltin('iter'), call(getAttribute(self, 'items'))) : null;
  if (kwargs instanceof PyDict && kwargs.used > 0) {
    const made = tupleOf([type, tupleOf(args), kwargs]);
    return tupleOf([getAttribute(copyreg, '__newobj_ex__'), made, state, listItems, dictItems]);
  }
  return tupleOf([getAttribute(copyreg, '__newobj__'), tupleOf([type, ...args]), state, listItems, dictItems]);
}

/** Types that can be called whose objects have items of their own (tp_itemsize), as object_getstate tells them apart. */
const itemed = new Set(['memoryview', 'code']);

/** What `__getnewargs_ex__` gave, checked (_PyObject_GetNewArguments). */
function extendedNewArgs(given: Value): [args: readonly Value[], kwargs: Value] {
  if (!(given instanceof PyTuple)) {
    throw typeError(`__getnewargs_ex__ should return a tuple, not '${typeOf(given).tp_name}'`);
  }
  if (given.items.length !== 2) {
    throw valueError(`__getnewargs_ex__ should return a tuple of length 2, not ${given.items.length}`);
  }
  const [args, kwargs] = given.items;
  if (!(args instanceof PyTuple)) {
    const { tp_name } = typeOf(args);
    throw typeError(`first item of the tuple returned by __getnewargs_ex__ must be a tuple, not '${tp_name}'`);
  }
  if (!(kwargs instanceof PyDict)) {
    const { tp_name } = typeOf(kwargs);
    throw typeError(`second item of the tuple returned by __getnewargs_ex__ must be a dict, not '${tp_name}'`);
  }
  return [args.items, kwargs];
}

/** Has a class a `__getstate__` of its own? */
function describesState(type: PyType): boolean {
  return type.lookup('__getstate__') !== objectType.attributes.get('__getstate__');
}

/** The attributes of an instance that hasn't been asked for its `__dict__`, in a dict of their own. */
function shapeDict({ values }: PyInstance, { names }: Shape): PyDict {
  const dict = new PyDict();
  for (let i = 0; i < names.length; i++) dict.setString(names[i], values[i]);
  return dict;
}

/** object.__getstate__. */
export function getState(self: Value): Value {
  const type = typeOf(self);
  let state: Value = null;
  if (type.hasDict && typeof self === 'object' && self !== null) {
    const dict =
      self instanceof PyInstance && self.shape !== undefined ? shapeDict(self, self.shape) : instanceDict(self).copy();
    if (dict.used > 0) state = dict;
  }
  const known = type.attributes.get('__slotnames__');
  if (type.slotCount > 0 || known !== undefined) {
    const slots = new PyDict();
    for (const name of toArray(known ?? callMethod(vm.importModule('copyreg'), '_slotnames', type))) {
      const value = lookupAttribute(self, str(name));
      if (value !== undefined) slots.set(name, value);
    }
    if (slots.used > 0) return tupleOf([state, slots]);
  }
  return state;
}
