import { PyFloat } from '../objects/float.ts';
import { floatType, type Value } from '../objects/object.ts';
import { call } from './call.ts';
import { isLess } from './compare.ts';

// list.sort() and sorted(). Numbers that JavaScript's own hold are sorted by their values in typed arrays; all else, and NaN, by `<`.

/** Below this length insertion is quicker than merging. */
const SHORT = 12;

/** The values in order: stable, by nothing but `<`; `key` is called once a value, in the given order. */
export function sortValues(values: Value[], key: Value, reverse: boolean): Value[] {
  const items = values.slice();
  const keys = key === null ? values.slice() : items.map((value) => call(key, value));
  if (reverse) {
    keys.reverse();
    items.reverse();
  }
  const numbers = plainNumbers(keys);
  let sorted: Value[];
  if (numbers !== undefined) {
    const order = Uint32Array.from(items, (_, i) => i);
    sortNumbers(numbers, order, numbers.slice(), order.slice(), 0, items.length);
    sorted = Array.from(order, (at) => items[at]);
  } else {
    const entries = items.map((value, i) => ({ key: keys[i], value }));
    mergeSort(entries, entries.slice(), 0, entries.length);
    sorted = entries.map((entry) => entry.value);
  }
  return reverse ? sorted.reverse() : sorted;
}

/** The keys as doubles, when all are ints that a double holds exactly or floats, and none is NaN. */
function plainNumbers(keys: readonly Value[]): Float64Array | undefined {
  const numbers = new Float64Array(keys.length);
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i];
    if (typeof key === 'number') numbers[i] = key;
    else if (key instanceof PyFloat && key.type === floatType && !Number.isNaN(key.value)) numbers[i] = key.value;
    else return undefined;
  }
  return numbers;
}

/** As mergeSort, of numbers and where each of them came from. */
function sortNumbers(
  keys: Float64Array,
  order: Uint32Array,
  spareKeys: Float64Array,
  spareOrder: Uint32Array,
  low: number,
  high: number,
): void {
  if (high - low <= SHORT) {
    for (let i = low + 1; i < high; i++) {
      const key = keys[i];
      const from = order[i];
      let at = i;
      for (; at > low && key < keys[at - 1]; at--) {
        keys[at] = keys[at - 1];
        order[at] = order[at - 1];
      }
      keys[at] = key;
      order[at] = from;
    }
    return;
  }
  const middle = (low + high) >> 1;
  sortNumbers(keys, order, spareKeys, spareOrder, low, middle);
  sortNumbers(keys, order, spareKeys, spareOrder, middle, high);
  if (keys[middle] >= keys[middle - 1]) return;
  spareKeys.set(keys.subarray(low, middle), low);
  spareOrder.set(order.subarray(low, middle), low);
  let left = low;
  let right = middle;
  for (let i = low; left < middle; i++) {
    if (right < high && keys[right] < spareKeys[left]) {
      keys[i] = keys[right];
      order[i] = order[right++];
    } else {
      keys[i] = spareKeys[left];
      order[i] = spareOrder[left++];
    }
  }
}

interface Keyed {
  readonly key: Value;
  readonly value: Value;
}

function mergeSort(items: Keyed[], spare: Keyed[], low: number, high: number): void {
  if (high - low <= SHORT) {
    for (let i = low + 1; i < high; i++) {
      const pivot = items[i];
      let at = i;
      for (; at > low && isLess(pivot.key, items[at - 1].key); at--) items[at] = items[at - 1];
      items[at] = pivot;
    }
    return;
  }
  const middle = (low + high) >> 1;
  mergeSort(items, spare, low, middle);
  mergeSort(items, spare, middle, high);
  if (!isLess(items[middle].key, items[middle - 1].key)) return;
  for (let i = low; i < middle; i++) spare[i] = items[i];
  let left = low;
  let right = middle;
  for (let i = low; left < middle; i++) {
    items[i] = right < high && isLess(items[right].key, spare[left].key) ? items[right++] : spare[left++];
  }
}
