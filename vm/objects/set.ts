import { hashOf } from '../operations/hash.ts';
import { PyDict } from './dict.ts';
import { type Hash, PyObject, type PyType, type Slot, setType, type Value } from './object.ts';

/** set and frozenset; `type` tells which. Iteration follows the order of CPython's hash table. */
export class PySet extends PyObject {
  readonly table = new PyDict();
  /** hash() of a frozenset, once asked. */
  hash: Hash | undefined = undefined;
  private order: Value[] | undefined = undefined;
  private orderVersion = -1;

  constructor(type: PyType = setType) {
    super(type);
  }

  get size(): number {
    return this.table.used;
  }

  has(item: Value): boolean {
    return this.table.find(item) >= 0;
  }

  add(item: Value): void {
    if (this.table.find(item) < 0) this.table.set(item, null);
  }

  delete(item: Value): boolean {
    return this.table.delete(item) !== undefined;
  }

  clear(): void {
    this.table.clear();
  }

  /** Changes whenever an item comes or goes. */
  get version(): number {
    return this.table.keysVersion;
  }

  /** The items in the order in which CPython's table would hold them had they been added in this order. */
  items(): readonly Value[] {
    if (this.order === undefined || this.orderVersion !== this.table.keysVersion) {
      this.order = tableOrder(this.table.keyList());
      this.orderVersion = this.table.keysVersion;
    }
    return this.order;
  }

  copy(type: PyType = setType): PySet {
    const copy = new PySet(type);
    for (const item of this.table.keyList()) copy.add(item);
    return copy;
  }
}

const LINEAR_PROBES = 9;
const MIN_SIZE = 8;

/** Where CPython's set puts items added one by one (Objects/setobject.c, set_add_entry and set_table_resize). */
function tableOrder(items: readonly Value[]): Value[] {
  if (items.length < 2) return items.slice();
  let mask = MIN_SIZE - 1;
  let table: Slot[] = new Array(MIN_SIZE).fill(undefined);
  const hashes = new Map<Value, Hash>();
  let fill = 0;
  for (const item of items) {
    const hash = hashOf(item);
    hashes.set(item, hash);
    place(table, mask, item, hash);
    fill++;
    if (fill * 5 < mask * 3) continue;
    let size = MIN_SIZE;
    const wanted = fill > 50_000 ? fill * 2 : fill * 4;
    while (size <= wanted) size *= 2;
    const old = table;
    table = new Array(size).fill(undefined);
    mask = size - 1;
    for (const moved of old) if (moved !== undefined) place(table, mask, moved, hashes.get(moved)!);
  }
  return table.filter((item): item is Value => item !== undefined);
}

function place(table: Slot[], mask: number, item: Value, hash: Hash): void {
  const size = mask + 1;
  const low = typeof hash === 'bigint' ? Number(BigInt.asUintN(32, hash)) % size : ((hash % size) + size) % size;
  let at = low;
  let perturb = -1n;
  for (;;) {
    const probes = at + LINEAR_PROBES <= mask ? LINEAR_PROBES : 0;
    for (let entry = at; entry <= at + probes; entry++) {
      if (table[entry] === undefined) {
        table[entry] = item;
        return;
      }
    }
    if (perturb < 0n) perturb = BigInt.asUintN(64, BigInt(hash));
    perturb >>= 5n;
    at = Number((BigInt(at) * 5n + 1n + perturb) & BigInt(mask));
  }
}
