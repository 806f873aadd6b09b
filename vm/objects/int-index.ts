const EMPTY = 0;
const REMOVED = -1;
const FIRST_SIZE = 16;

/**
 * Where a dict has its keys that are ints of 32 bits: a table with open addressing, some times as quick as a Map at
 * growing. Neighbouring keys stand side by side, as in CPython's dicts.
 */
export class IntIndex {
  private keys = new Int32Array(FIRST_SIZE);
  /** By place: EMPTY, REMOVED, or the entry and one. */
  private entries = new Int32Array(FIRST_SIZE);
  /** Places that aren't EMPTY. */
  private taken = 0;

  /** Entry of a key, or -1. */
  get(key: number): number {
    const { keys, entries } = this;
    const mask = keys.length - 1;
    for (let at = placeOf(key) & mask; ; at = (at + 1) & mask) {
      const entry = entries[at];
      if (entry === EMPTY) return -1;
      if (keys[at] === key && entry !== REMOVED) return entry - 1;
    }
  }

  /** Adds a key that isn't there. */
  add(key: number, entry: number): void {
    if (this.taken * 3 >= this.keys.length * 2) this.grow();
    const { keys, entries } = this;
    const mask = keys.length - 1;
    let at = placeOf(key) & mask;
    while (entries[at] > 0) at = (at + 1) & mask;
    if (entries[at] === EMPTY) this.taken++;
    keys[at] = key;
    entries[at] = entry + 1;
  }

  delete(key: number): void {
    const { keys, entries } = this;
    const mask = keys.length - 1;
    for (let at = placeOf(key) & mask; entries[at] !== EMPTY; at = (at + 1) & mask) {
      if (keys[at] === key && entries[at] !== REMOVED) {
        entries[at] = REMOVED;
        return;
      }
    }
  }

  copy(): IntIndex {
    const copy = new IntIndex();
    copy.keys = this.keys.slice();
    copy.entries = this.entries.slice();
    copy.taken = this.taken;
    return copy;
  }

  /** Makes room: a table four times as large, or as large when most places are REMOVED. */
  private grow(): void {
    const { keys, entries } = this;
    let live = 0;
    for (let at = 0; at < entries.length; at++) if (entries[at] > 0) live++;
    const size = live * 2 > keys.length ? keys.length * 4 : Math.max(FIRST_SIZE, keys.length);
    this.keys = new Int32Array(size);
    this.entries = new Int32Array(size);
    this.taken = 0;
    for (let at = 0; at < entries.length; at++) if (entries[at] > 0) this.add(keys[at], entries[at] - 1);
  }
}

/** Spreads keys whose difference is a power of two, and keeps 32 neighbours together. */
function placeOf(key: number): number {
  const spread = Math.imul(key >>> 5, 0x9e3779b1);
  return key + spread + (spread >>> 16);
}
