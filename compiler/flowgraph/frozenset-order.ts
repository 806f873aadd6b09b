import { type Constant, FrozenSetConstant, TupleConstant } from '../bytecode/constants.ts';
import { constantHash } from './constant-hash.ts';
import { constantKey } from './constant-key.ts';

/** CPython's setobject.c: the smallest table, and how many neighbours are tried before the next jump. */
const MIN_TABLE_SIZE = 8;
const LINEAR_PROBES = 9n;
const PERTURB_SHIFT = 5n;

/**
 * The frozenset of these items, in the order in which CPython 3.14 (64 bit, PYTHONHASHSEED=0) iterates it: that of its
 * hash table (setobject.c).
 */
export function frozenSetOf(items: readonly Constant[]): FrozenSetConstant {
  const table = new HashTable();
  for (const item of items) table.add(item);
  return new FrozenSetConstant(table.items());
}

interface Entry {
  readonly item: Constant;
  readonly hash: bigint;
}

class HashTable {
  #entries: (Entry | undefined)[] = new Array(MIN_TABLE_SIZE).fill(undefined);
  #used = 0;

  items(): Constant[] {
    return this.#entries.filter((entry) => entry !== undefined).map((entry) => entry.item);
  }

  add(item: Constant): void {
    const hash = BigInt.asUintN(64, constantHash(item));
    if (!this.#insert({ item, hash })) return;
    this.#used++;
    if (this.#used * 5 >= (this.#entries.length - 1) * 3) this.#grow(this.#used * 4);
  }

  /** False where an equal item is there. */
  #insert(entry: Entry): boolean {
    const mask = BigInt(this.#entries.length - 1);
    let perturb = entry.hash;
    let i = entry.hash & mask;
    for (;;) {
      const probes = i + LINEAR_PROBES <= mask ? LINEAR_PROBES : 0n;
      for (let at = i; at <= i + probes; at++) {
        const other = this.#entries[Number(at)];
        if (other === undefined) {
          this.#entries[Number(at)] = entry;
          return true;
        }
        if (other.hash === entry.hash && isEqual(other.item, entry.item)) return false;
      }
      perturb >>= PERTURB_SHIFT;
      i = (i * 5n + 1n + perturb) & mask;
    }
  }

  #grow(used: number): void {
    let size = MIN_TABLE_SIZE;
    while (size <= used) size *= 2;
    const old = this.#entries;
    this.#entries = new Array(size).fill(undefined);
    for (const entry of old) if (entry !== undefined) this.#insert(entry);
  }
}

/** Python's `==`: numbers compare by value across their types. */
function isEqual(a: Constant, b: Constant): boolean {
  const x = numericValue(a);
  const y = numericValue(b);
  if (x !== undefined && y !== undefined) return a === b || x === y;
  if (isTuple(a) && isTuple(b)) {
    return a.items.length === b.items.length && a.items.every((item, i) => isEqual(item, b.items[i]!));
  }
  return constantKey(a) === constantKey(b);
}

const isTuple = (constant: Constant): constant is TupleConstant => constant instanceof TupleConstant;

/** A real number as something that `===` compares: a number, or a bigint where no double has its value. */
function numericValue(constant: Constant): number | bigint | undefined {
  if (typeof constant === 'boolean') return Number(constant);
  if (typeof constant === 'number') return constant;
  if (typeof constant === 'bigint') return BigInt(Number(constant)) === constant ? Number(constant) : constant;
  if (typeof constant === 'object' && constant !== null) {
    if (constant.type === 'float') return constant.value;
    if (constant.type === 'complex' && constant.imag === 0) return constant.real;
  }
  return undefined;
}
