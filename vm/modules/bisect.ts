import * as integer from '../numbers/integer.ts';
import type { Declaration, ModuleDefinition } from '../objects/define.ts';
import { valueError } from '../objects/exception.ts';
import { PyList } from '../objects/list.ts';
import { listType, type Slot, type Value } from '../objects/object.ts';
import { index } from '../operations/arithmetic.ts';
import { callMethod } from '../operations/attribute.ts';
import { call } from '../operations/call.ts';
import { isLess } from '../operations/compare.ts';
import { longLengthOf, subscript } from '../operations/subscript.ts';

/** Where `value` belongs in a sorted sequence: before its equals (left) or after them. `key` makes keys of the items. */
function position(items: Value, value: Value, lo: Slot, hi: Slot, key: Slot, left: boolean): number | bigint {
  let low = lo === undefined ? 0 : index(lo);
  if (low < 0) throw valueError('lo must be non-negative');
  let high = hi === undefined || hi === null ? longLengthOf(items) : index(hi);
  // CPython's ssize_t of -1 stands for "no end".
  if (high === -1) high = longLengthOf(items);
  while (low < high) {
    const middle = integer.shiftRight(integer.add(low, high), 1);
    const item = subscript(items, middle);
    const itemKey = key === undefined || key === null ? item : call(key, item);
    const goesRight = left ? isLess(itemKey, value) : !isLess(value, itemKey);
    if (goesRight) low = integer.add(middle, 1);
    else high = middle;
  }
  return low;
}

function finder(left: boolean, doc: string): Declaration {
  return [
    '($module, /, a, x, lo=0, hi=None, *, key=None)',
    (items: Value, value: Value, lo: Slot, hi: Slot, key: Slot) => position(items, value, lo, hi, key, left),
    doc,
  ];
}

function inserter(left: boolean, doc: string): Declaration {
  return [
    '($module, /, a, x, lo=0, hi=None, *, key=None)',
    (items: Value, value: Value, lo: Slot, hi: Slot, key: Slot) => {
      const sought = key === undefined || key === null ? value : call(key, value);
      const at = position(items, sought, lo, hi, key, left);
      if (items instanceof PyList && items.type === listType) items.items.splice(Number(at), 0, value);
      else callMethod(items, 'insert', at, value);
    },
    doc,
  ];
}

const RIGHT = 'Return the index where to insert item x in list a, assuming a is sorted: after any x already there.';
const LEFT = 'Return the index where to insert item x in list a, assuming a is sorted: before any x already there.';
const INSERT_RIGHT = 'Insert item x in list a, and keep it sorted assuming a is sorted: after any x already there.';
const INSERT_LEFT = 'Insert item x in list a, and keep it sorted assuming a is sorted: before any x already there.';

/** CPython 3.14's Modules/_bisectmodule.c. */
export const bisect: ModuleDefinition = {
  name: '_bisect',
  doc: 'Bisection algorithms.',
  functions: {
    bisect_right: finder(false, RIGHT),
    bisect: finder(false, RIGHT),
    bisect_left: finder(true, LEFT),
    insort_right: inserter(false, INSERT_RIGHT),
    insort: inserter(false, INSERT_RIGHT),
    insort_left: inserter(true, INSERT_LEFT),
  },
};
