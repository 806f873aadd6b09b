import { hashToStore } from '../operations/hash.ts';
import { canonicalKey, PyDict } from './dict.ts';
import { type Hash, PyObject, type PyType, type Slot, setType, type Value } from './object.ts';

/** set and frozenset; `type` tells which. Iteration follows the order of CPython's hash table. */
export class PySet extends PyObject {
  readonly table: PyDict;
  /** hash() of a frozenset, once asked. */
  hash: Hash | undefined = undefined;
  private order: Value[] | undefined = undefined;
  private orderVersion = -1;
  /** Where `order` begins; what is before was popped. */
  private orderStart = 0;

  constructor(type: PyType = setType, table = new PyDict()) {
    super(type);
    this.table = table;
  }

  get size(): number {
    return this.table.used;
  }

  /** As add() and delete(), this asks the item for its hash unless it is given. */
  has(item: Value, hash?: Hash): boolean {
    return this.find(item, hash) >= 0;
  }

  private find(item: Value, hash: Hash | undefined): number {
    if (canonicalKey(item) !== undefined) return this.table.find(item);
    return this.table.findHashed(item, hash ?? hashToStore(item, 'set element'));
  }

  /** An item that is there already stays. */
  add(item: Value, hash?: Hash): void {
    if (canonicalKey(item) !== undefined) this.table.set(item, null);
    else this.table.setHashed(item, null, hash ?? hashToStore(item, 'set element'));
  }

  delete(item: Value, hash?: Hash): boolean {
    const entry = this.find(item, hash);
    if (entry < 0) return false;
    this.table.removeEntry(entry);
    return true;
  }

  /** Takes the first of `items()` out; undefined when there is none. */
  pop(): Slot {
    if (this.size === 0) return undefined;
    if (this.order === undefined || this.orderVersion !== this.table.keysVersion) this.items();
    const item = this.order![this.orderStart++];
    this.delete(item);
    this.orderVersion = this.table.keysVersion;
    return item;
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
      this.order = tableOrder(this.table);
      this.orderVersion = this.table.keysVersion;
    } else if (this.orderStart > 0) this.order = this.order.slice(this.orderStart);
    this.orderStart = 0;
    return this.order;
  }

  copy(type: PyType = setType): PySet {
    return new PySet(type, this.table.copy());
  }
}

const LINEAR_PROBES = 9;
const MIN_SIZE = 8;

/** Where CPython's set puts items added one by one (Objects/setobject.c, set_add_entry and set_table_resize). */
function tableOrder(items: PyDict): Value[] {
  if (items.used < 2) return items.keyList();
  let mask = MIN_SIZE - 1;
  let table: Slot[] = new Array(MIN_SIZE).fill(undefined);
  const hashes = new Map<Value, Hash>();
  let fill = 0;
  for (let entry = items.nextEntry(0); entry >= 0; entry = items.nextEntry(entry + 1)) {
    const item = items.keys[entry] as Value;
    const hash = items.hashAt(entry);
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
