import type { NameTable } from '../syntax/name-table.ts';

/** Up to this many names, looking at each is quicker than an index. */
const MOST_UNINDEXED = 24;

/**
 * Names with a number each, in the order in which they were added: a dictionary of CPython's for a compilation. Names are
 * found by their keys, which are their numbers in the file's table; neighbours in a file have neighbouring keys, so that even
 * the tables of a large program are gone through from one end to the other.
 */
export class NameMap {
  readonly table: NameTable;
  readonly keys: number[] = [];
  readonly values: number[] = [];
  /** Index and one by key, probed as CPython's dict; null while there are few. */
  private slots: Int32Array | null = null;

  constructor(table: NameTable) {
    this.table = table;
  }

  get size(): number {
    return this.keys.length;
  }

  nameAt(index: number): string {
    return this.table.names[this.keys[index]];
  }

  names(): string[] {
    const names: string[] = [];
    for (let i = 0; i < this.keys.length; i++) names.push(this.table.names[this.keys[i]]);
    return names;
  }

  /** Index of the name with that key, -1 where it is not here. */
  find(key: number): number {
    const { keys, slots } = this;
    if (slots === null) {
      for (let i = 0; i < keys.length; i++) if (keys[i] === key) return i;
      return -1;
    }
    const mask = slots.length - 1;
    let perturb = key;
    for (let slot = key & mask; slots[slot] !== 0; slot = (slot * 5 + perturb + 1) & mask) {
      const index = slots[slot] - 1;
      if (keys[index] === key) return index;
      perturb >>>= 5;
    }
    return -1;
  }

  /** Adds a name that is not here, and gives its index. */
  add(key: number, value: number): number {
    const index = this.keys.length;
    this.keys.push(key);
    this.values.push(value);
    if (this.slots !== null && this.keys.length * 2 <= this.slots.length) this.enter(this.slots, index);
    else if (this.keys.length > MOST_UNINDEXED) this.makeIndex();
    return index;
  }

  /** The value of a name; adds the name with the next number where it is new (`_PyCompile_DictAddObj`). */
  numberOf(key: number): number {
    const index = this.find(key);
    if (index >= 0) return this.values[index];
    const number = this.keys.length;
    this.add(key, number);
    return number;
  }

  /** The value of a name, 0 where it is not here. */
  valueOf(key: number): number {
    const index = this.find(key);
    return index < 0 ? 0 : this.values[index];
  }

  get(name: string): number | undefined {
    const index = this.find(this.table.internString(name));
    return index < 0 ? undefined : this.values[index];
  }

  set(name: string, value: number): void {
    const key = this.table.internString(name);
    const index = this.find(key);
    if (index >= 0) this.values[index] = value;
    else this.add(key, value);
  }

  /** Takes a name out; those behind it move up. */
  remove(key: number): void {
    const index = this.find(key);
    if (index < 0) return;
    this.keys.splice(index, 1);
    this.values.splice(index, 1);
    if (this.slots !== null) this.makeIndex();
  }

  private makeIndex(): void {
    let size = 128;
    while (size < this.keys.length * 4) size *= 2;
    const slots = new Int32Array(size);
    for (let i = 0; i < this.keys.length; i++) this.enter(slots, i);
    this.slots = slots;
  }

  private enter(slots: Int32Array, index: number): void {
    const mask = slots.length - 1;
    let perturb = this.keys[index];
    let slot = perturb & mask;
    while (slots[slot] !== 0) {
      perturb >>>= 5;
      slot = (slot * 5 + perturb + 1) & mask;
    }
    slots[slot] = index + 1;
  }
}
