import type { PyDict } from '../../objects/dict.ts';
import { runtimeError, typeError, valueError } from '../../objects/exception.ts';
import { PyList } from '../../objects/list.ts';
import { dictType, frozensetType, listType, type PyObject, setType, typeOf, type Value } from '../../objects/object.ts';
import { addressOf } from '../../objects/object-type.ts';
import type { PySet } from '../../objects/set.ts';
import { PyTuple, tupleOf } from '../../objects/tuple.ts';
import { callMethod } from '../../operations/attribute.ts';
import { getIterator, iterateNext } from '../../operations/iterate.ts';
import { repr } from '../../operations/text.ts';
import { serializing } from './errors.ts';
import { BATCH_SIZE, Opcode } from './opcodes.ts';
import { type Pickler, save } from './pickler.ts';
import { saveReduce } from './save-reduce.ts';

const TUPLE_OPCODES = [Opcode.EMPTY_TUPLE, Opcode.TUPLE1, Opcode.TUPLE2, Opcode.TUPLE3];

/** Writes a tuple (save_tuple). */
export function saveTuple(pickler: Pickler, tuple: PyTuple): void {
  const { output, protocol } = pickler;
  const { length } = tuple.items;
  if (length === 0) {
    if (pickler.isBinary) output.byte(Opcode.EMPTY_TUPLE);
    else output.bytePair(Opcode.MARK, Opcode.TUPLE);
    return;
  }
  const isShort = length <= 3 && protocol >= 2;
  if (!isShort) output.byte(Opcode.MARK);
  saveItems(pickler, tuple);
  // A tuple that lies in itself was written on the way: its items go off the stack again.
  if (pickler.has(tuple)) {
    if (!isShort && pickler.isBinary) output.byte(Opcode.POP_MARK);
    else for (let i = isShort ? 1 : 0; i <= length; i++) output.byte(Opcode.POP);
    pickler.get(tuple);
    return;
  }
  output.byte(isShort ? TUPLE_OPCODES[length] : Opcode.TUPLE);
  pickler.put(tuple);
}

function saveItems(pickler: Pickler, tuple: PyTuple): void {
  const { items } = tuple;
  for (let i = 0; i < items.length; i++) saveItem(pickler, tuple, items[i], i);
}

function saveItem(pickler: Pickler, container: Value, item: Value, at: number): void {
  try {
    save(pickler, item);
  } catch (error) {
    throw serializing(error, container, `item ${at}`);
  }
}

/** Writes a list (save_list). */
export function saveList(pickler: Pickler, list: PyList): void {
  const { output } = pickler;
  if (pickler.fast !== 0) enterFast(pickler, list);
  if (pickler.isBinary) output.byte(Opcode.EMPTY_LIST);
  else output.bytePair(Opcode.MARK, Opcode.LIST);
  const { length } = list.items;
  pickler.put(list);
  if (length > 0) {
    if (list.type === listType && pickler.isBinary) batchListExact(pickler, list);
    else batchList(pickler, getIterator(list), list);
  }
  if (pickler.fast !== 0) leaveFast(pickler, list);
}

/** What a list holds; it may change meanwhile (batch_list_exact). */
function batchListExact(pickler: Pickler, list: PyList): void {
  const { output } = pickler;
  if (list.items.length === 1) {
    saveItem(pickler, list, list.items[0], 0);
    output.byte(Opcode.APPEND);
    return;
  }
  let at = 0;
  do {
    output.byte(Opcode.MARK);
    for (let end = at + BATCH_SIZE; at < end && at < list.items.length; at++) {
      saveItem(pickler, list, list.items[at], at);
    }
    output.byte(Opcode.APPENDS);
  } while (at < list.items.length);
}

/** Appends what an iterator gives to the object on the stack (batch_list). */
export function batchList(pickler: Pickler, iterator: Value, list: Value): void {
  const { output } = pickler;
  let at = 0;
  if (!pickler.isBinary) {
    for (let item = iterateNext(iterator); item !== undefined; item = iterateNext(iterator)) {
      saveItem(pickler, list, item, at++);
      output.byte(Opcode.APPEND);
    }
    return;
  }
  for (;;) {
    const first = iterateNext(iterator);
    if (first === undefined) return;
    let item = iterateNext(iterator);
    if (item === undefined) {
      saveItem(pickler, list, first, at);
      output.byte(Opcode.APPEND);
      return;
    }
    output.byte(Opcode.MARK);
    saveItem(pickler, list, first, at++);
    const end = at + BATCH_SIZE - 1;
    while (item !== undefined) {
      saveItem(pickler, list, item, at++);
      if (at === end) break;
      item = iterateNext(iterator);
    }
    output.byte(Opcode.APPENDS);
    if (at < end) return;
  }
}

/** Writes a dict (save_dict). */
export function saveDict(pickler: Pickler, dict: PyDict): void {
  const { output } = pickler;
  if (pickler.fast !== 0) enterFast(pickler, dict);
  if (pickler.isBinary) output.byte(Opcode.EMPTY_DICT);
  else output.bytePair(Opcode.MARK, Opcode.DICT);
  pickler.put(dict);
  if (dict.used > 0) {
    if (dict.type === dictType && pickler.isBinary) batchDictExact(pickler, dict);
    else batchDict(pickler, getIterator(callMethod(dict, 'items')), dict);
  }
  if (pickler.fast !== 0) leaveFast(pickler, dict);
}

function saveEntry(pickler: Pickler, dict: Value, key: Value, value: Value): void {
  save(pickler, key);
  try {
    save(pickler, value);
  } catch (error) {
    throw serializing(error, dict, `item ${repr(key)}`);
  }
}

/** What a dict holds (batch_dict_exact). */
function batchDictExact(pickler: Pickler, dict: PyDict): void {
  const { output } = pickler;
  const size = dict.used;
  let at = dict.nextEntry(0);
  if (size === 1) {
    saveEntry(pickler, dict, dict.keys[at] as Value, dict.values[at]);
    output.byte(Opcode.SETITEM);
    return;
  }
  let count: number;
  do {
    output.byte(Opcode.MARK);
    for (count = 0; count < BATCH_SIZE && at >= 0; count++) {
      saveEntry(pickler, dict, dict.keys[at] as Value, dict.values[at]);
      at = dict.nextEntry(at + 1);
    }
    output.byte(Opcode.SETITEMS);
    if (dict.used !== size) throw runtimeError('dictionary changed size during iteration');
  } while (count === BATCH_SIZE);
}

function nextPair(iterator: Value): PyTuple | undefined {
  const pair = iterateNext(iterator);
  if (pair === undefined) return undefined;
  if (!(pair instanceof PyTuple) || pair.items.length !== 2) {
    throw typeError('dict items iterator must return 2-tuples');
  }
  return pair;
}

/** Puts the pairs that an iterator gives into the object on the stack (batch_dict). */
export function batchDict(pickler: Pickler, iterator: Value, dict: Value): void {
  const { output } = pickler;
  const savePair = ({ items }: PyTuple): void => saveEntry(pickler, dict, items[0], items[1]);
  if (!pickler.isBinary) {
    for (let pair = nextPair(iterator); pair !== undefined; pair = nextPair(iterator)) {
      savePair(pair);
      output.byte(Opcode.SETITEM);
    }
    return;
  }
  for (;;) {
    const first = nextPair(iterator);
    if (first === undefined) return;
    let pair = nextPair(iterator);
    if (pair === undefined) {
      savePair(first);
      output.byte(Opcode.SETITEM);
      return;
    }
    output.byte(Opcode.MARK);
    savePair(first);
    let count = 1;
    while (pair !== undefined) {
      savePair(pair);
      if (++count === BATCH_SIZE) break;
      pair = nextPair(iterator);
    }
    output.byte(Opcode.SETITEMS);
    if (count < BATCH_SIZE) return;
  }
}

function saveElement(pickler: Pickler, set: PySet, element: Value): void {
  try {
    save(pickler, element);
  } catch (error) {
    throw serializing(error, set, 'element');
  }
}

/** Writes a set (save_set). */
export function saveSet(pickler: Pickler, set: PySet): void {
  const { output } = pickler;
  if (pickler.protocol < 4) {
    saveReduce(pickler, tupleOf([setType, tupleOf([new PyList(set.items().slice())])]), set);
    return;
  }
  output.byte(Opcode.EMPTY_SET);
  pickler.put(set);
  const { size } = set;
  if (size === 0) return;
  const elements = set.items();
  let at = 0;
  let count: number;
  do {
    output.byte(Opcode.MARK);
    for (count = 0; count < BATCH_SIZE && at < elements.length; count++) saveElement(pickler, set, elements[at++]);
    output.byte(Opcode.ADDITEMS);
    if (set.size !== size) throw runtimeError('set changed size during iteration');
  } while (count === BATCH_SIZE);
}

/** Writes a frozenset (save_frozenset). */
export function saveFrozenset(pickler: Pickler, set: PySet): void {
  const { output } = pickler;
  if (pickler.fast !== 0) enterFast(pickler, set);
  if (pickler.protocol < 4) {
    saveReduce(pickler, tupleOf([frozensetType, tupleOf([new PyList(set.items().slice())])]), set);
    return;
  }
  output.byte(Opcode.MARK);
  for (const element of set.items()) saveElement(pickler, set, element);
  if (pickler.has(set)) {
    output.byte(Opcode.POP_MARK);
    pickler.get(set);
    return;
  }
  output.byte(Opcode.FROZENSET);
  pickler.put(set);
}

/** Nested so deep, fast mode begins to look for cycles. */
const FAST_NESTING_LIMIT = 50;

/** Without a memo, what holds itself would be written without end (fast_save_enter). */
function enterFast(pickler: Pickler, value: PyObject): void {
  if (++pickler.fastNesting < FAST_NESTING_LIMIT) return;
  pickler.fastOpen ??= new Set();
  if (pickler.fastOpen.has(value)) {
    pickler.fastNesting = -1;
    const { tp_name } = typeOf(value);
    throw valueError(`fast mode: can't pickle cyclic objects including object type ${tp_name} at ${addressOf(value)}`);
  }
  pickler.fastOpen.add(value);
}

/** fast_save_leave. */
function leaveFast(pickler: Pickler, value: PyObject): void {
  if (pickler.fastNesting-- >= FAST_NESTING_LIMIT) pickler.fastOpen?.delete(value);
}
