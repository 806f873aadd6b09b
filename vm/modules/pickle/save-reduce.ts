import { PyDict } from '../../objects/dict.ts';
import { type PyObject, PyType, type Slot, typeOf, type Value } from '../../objects/object.ts';
import { stringOf } from '../../objects/str.ts';
import { emptyTuple, PyTuple, tupleOf } from '../../objects/tuple.ts';
import { getAttribute, lookupAttribute } from '../../operations/attribute.ts';
import { callWith, isCallable } from '../../operations/call.ts';
import { nextNotImplemented } from '../../operations/iterate.ts';
import { repr } from '../../operations/text.ts';
import { picklingError, serializing, typeText } from './errors.ts';
import { pickleLibrary } from './library.ts';
import { Opcode } from './opcodes.ts';
import { type Pickler, save } from './pickler.ts';
import { batchDict, batchList } from './save-containers.ts';

/** Writes an object as `__reduce__` tells how to make it again, and puts it into the memo (save_reduce). */
export function saveReduce(pickler: Pickler, reduced: PyTuple, value: PyObject): void {
  const { output } = pickler;
  const { length } = reduced.items;
  if (length < 2 || length > 6) {
    throw picklingError('tuple returned by __reduce__ must contain 2 through 6 elements');
  }
  const [make, args, state = null, listItems = null, dictItems = null, setState = null] = reduced.items;
  check(isCallable(make), 'first', 'callable', make);
  if (!(args instanceof PyTuple)) throw wrongItem('second', 'a tuple', args);
  check(listItems === null || isIterator(listItems), 'fourth', 'an iterator', listItems);
  check(dictItems === null || isIterator(dictItems), 'fifth', 'an iterator', dictItems);
  check(setState === null || isCallable(setState), 'sixth', 'callable', setState);

  const name = pickler.protocol >= 2 ? nameOf(make) : undefined;
  if (name === '__newobj_ex__') saveNewObjectEx(pickler, args, value);
  else if (name === '__newobj__') saveNewObject(pickler, args, value);
  else {
    savePart(pickler, make, value, 'reconstructor');
    savePart(pickler, args, value, 'reconstructor arguments');
    output.byte(Opcode.REDUCE);
  }
  // What was written on the way, as it holds itself, is taken from the memo.
  if (pickler.has(value)) {
    output.byte(Opcode.POP);
    pickler.get(value);
    return;
  }
  pickler.put(value);
  if (listItems !== null) batchList(pickler, listItems, value);
  if (dictItems !== null) batchDict(pickler, dictItems, value);
  if (state !== null) saveState(pickler, state, setState, value);
}

function nameOf(callable: Value): string | undefined {
  const name: Slot = lookupAttribute(callable, '__name__');
  return name === undefined ? undefined : stringOf(name);
}

const isIterator = (value: Value): boolean => {
  const { tp_iternext } = typeOf(value);
  return tp_iternext !== undefined && tp_iternext !== nextNotImplemented;
};

const wrongItem = (which: string, wanted: string, item: Value) =>
  picklingError(`${which} item of the tuple returned by __reduce__ must be ${wanted}, not ${typeText(item)}`);

function check(holds: boolean, which: string, wanted: string, item: Value): void {
  if (!holds) throw wrongItem(which, wanted, item);
}

function savePart(pickler: Pickler, part: Value, value: Value, what: string): void {
  try {
    save(pickler, part);
  } catch (error) {
    throw serializing(error, value, what);
  }
}

/** An object made by cls.__new__(cls, *args), which has an opcode. */
function saveNewObject(pickler: Pickler, { items }: PyTuple, value: Value): void {
  if (items.length < 1) throw picklingError(`__newobj__ expected at least 1 argument, got ${items.length}`);
  const [cls] = items;
  if (!(cls instanceof PyType)) {
    throw picklingError(`first argument to __newobj__() must be a class, not ${typeText(cls)}`);
  }
  const ownClass = lookupAttribute(value, '__class__') ?? typeOf(value);
  if (ownClass !== cls) {
    throw picklingError(`first argument to __newobj__() must be ${repr(ownClass)}, not ${repr(cls)}`);
  }
  savePart(pickler, cls, value, 'class');
  savePart(pickler, tupleOf(items.slice(1)), value, '__new__ arguments');
  pickler.output.byte(Opcode.NEWOBJ);
}

/** An object made by cls.__new__(cls, *args, **kwargs); before protocol 4 by a partial object that calls it. */
function saveNewObjectEx(pickler: Pickler, { items }: PyTuple, value: Value): void {
  if (items.length !== 3) throw picklingError(`__newobj_ex__ expected 3 arguments, got ${items.length}`);
  const [cls, args, kwargs] = items;
  if (!(cls instanceof PyType)) {
    throw picklingError(`first argument to __newobj_ex__() must be a class, not ${typeText(cls)}`);
  }
  if (!(args instanceof PyTuple)) {
    throw picklingError(`second argument to __newobj_ex__() must be a tuple, not ${typeText(args)}`);
  }
  if (!(kwargs instanceof PyDict)) {
    throw picklingError(`third argument to __newobj_ex__() must be a dict, not ${typeText(kwargs)}`);
  }
  if (pickler.protocol >= 4) {
    savePart(pickler, cls, value, 'class');
    savePart(pickler, args, value, '__new__ arguments');
    savePart(pickler, kwargs, value, '__new__ arguments');
    pickler.output.byte(Opcode.NEWOBJ_EX);
    return;
  }
  const names = kwargs.keyList() as string[];
  const partialArgs = [getAttribute(cls, '__new__'), cls, ...args.items, ...kwargs.valueList()];
  const make = callWith(pickleLibrary().partial, partialArgs, names.length === 0 ? undefined : names);
  savePart(pickler, make, value, 'reconstructor');
  savePart(pickler, emptyTuple, value, 'reconstructor');
  pickler.output.byte(Opcode.REDUCE);
}

/** The state that BUILD, or a function of `__reduce__`'s own, gives to the object on the stack. */
function saveState(pickler: Pickler, state: Value, setState: Value, value: Value): void {
  const { output } = pickler;
  if (setState === null) {
    savePart(pickler, state, value, 'state');
    output.byte(Opcode.BUILD);
    return;
  }
  savePart(pickler, setState, value, 'state setter');
  save(pickler, value);
  savePart(pickler, state, value, 'state');
  output.byte(Opcode.TUPLE2);
  output.byte(Opcode.REDUCE);
  output.byte(Opcode.POP);
}
