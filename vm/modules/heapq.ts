import type { ModuleDefinition } from '../objects/define.ts';
import { indexError, runtimeError, typeError } from '../objects/exception.ts';
import { PyList } from '../objects/list.ts';
import { typeOf, type Value } from '../objects/object.ts';
import { isLess } from '../operations/compare.ts';

type Before = (left: Value, right: Value) => boolean;

const smaller: Before = isLess;
const larger: Before = (left, right) => isLess(right, left);

function itemsOf(heap: Value): Value[] {
  if (!(heap instanceof PyList)) throw typeError(`heap argument must be a list, not ${typeOf(heap).tp_name}`);
  return heap.items;
}

/** A comparison is Python code, which may change the list under our feet. */
function compare(items: Value[], length: number, before: Before, left: Value, right: Value): boolean {
  const result = before(left, right);
  if (items.length !== length) throw runtimeError('list changed size during iteration');
  return result;
}

/** Moves the item at `from` towards the root, not above `root` (siftdown). */
function siftDown(items: Value[], root: number, from: number, before: Before): void {
  const { length } = items;
  let at = from;
  while (at > root) {
    const parent = (at - 1) >> 1;
    if (!compare(items, length, before, items[at], items[parent])) return;
    const item = items[at];
    items[at] = items[parent];
    items[parent] = item;
    at = parent;
  }
}

/** Lets the item at `from` sink to a leaf along the smaller children, and rise from there to its place (siftup). */
function siftUp(items: Value[], from: number, before: Before): void {
  const { length } = items;
  const firstLeaf = length >> 1;
  let at = from;
  while (at < firstLeaf) {
    let child = 2 * at + 1;
    if (child + 1 < length && !compare(items, length, before, items[child], items[child + 1])) child++;
    const item = items[child];
    items[child] = items[at];
    items[at] = item;
    at = child;
  }
  siftDown(items, from, at, before);
}

const push =
  (before: Before) =>
  (heap: Value, item: Value): void => {
    const items = itemsOf(heap);
    items.push(item);
    siftDown(items, 0, items.length - 1, before);
  };

const pop =
  (before: Before) =>
  (heap: Value): Value => {
    const items = itemsOf(heap);
    const last = items.pop();
    if (last === undefined) throw indexError('index out of range');
    if (items.length === 0) return last;
    const first = items[0];
    items[0] = last;
    siftUp(items, 0, before);
    return first;
  };

const replace =
  (before: Before) =>
  (heap: Value, item: Value): Value => {
    const items = itemsOf(heap);
    if (items.length === 0) throw indexError('index out of range');
    const first = items[0];
    items[0] = item;
    siftUp(items, 0, before);
    return first;
  };

const pushPop =
  (before: Before) =>
  (heap: Value, item: Value): Value => {
    const items = itemsOf(heap);
    if (items.length === 0 || !before(items[0], item)) return item;
    if (items.length === 0) throw indexError('index out of range');
    const first = items[0];
    items[0] = item;
    siftUp(items, 0, before);
    return first;
  };

const heapify =
  (before: Before) =>
  (heap: Value): void => {
    const items = itemsOf(heap);
    for (let at = (items.length >> 1) - 1; at >= 0; at--) siftUp(items, at, before);
  };

/** CPython 3.14's Modules/_heapqmodule.c: the same comparisons in the same order, so that side effects are the same. */
export const heapq: ModuleDefinition = {
  name: '_heapq',
  doc: 'Heap queue algorithm (a.k.a. priority queue).',
  functions: {
    heappush: ['($module, heap, item, /)', push(smaller), 'Push item onto heap, maintaining the heap invariant.'],
    heappop: [
      '($module, heap, /)',
      pop(smaller),
      'Pop the smallest item off the heap, maintaining the heap invariant.',
    ],
    heapreplace: [
      '($module, heap, item, /)',
      replace(smaller),
      'Pop and return the current smallest value, and add the new item.',
    ],
    heappushpop: [
      '($module, heap, item, /)',
      pushPop(smaller),
      'Push item on the heap, then pop and return the smallest item from the heap.',
    ],
    heapify: ['($module, heap, /)', heapify(smaller), 'Transform list into a heap, in-place, in O(len(heap)) time.'],
    heappush_max: [
      '($module, heap, item, /)',
      push(larger),
      'Push item onto max heap, maintaining the heap invariant.',
    ],
    heappop_max: ['($module, heap, /)', pop(larger), 'Maxheap variant of heappop.'],
    heapreplace_max: ['($module, heap, item, /)', replace(larger), 'Maxheap variant of heapreplace.'],
    heappushpop_max: ['($module, heap, item, /)', pushPop(larger), 'Maxheap variant of heappushpop.'],
    heapify_max: ['($module, heap, /)', heapify(larger), 'Maxheap variant of heapify.'],
  },
};
