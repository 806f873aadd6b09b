import { keywords, softKeywords } from './token.ts';

/** In place of a name's number in the file's table: nobody knows it. */
export const UNKNOWN_KEY = -1;

/**
 * Interns identifiers while they are scanned, so that each spelling is one string with one hash for all later stages.
 * Keywords come first: an id below `keywords.length` is a keyword.
 */
export class NameTable {
  readonly names: string[];
  #slots: Int32Array;
  #hashes: number[];

  constructor() {
    this.names = seed.names.slice();
    this.#slots = seed.slots.slice();
    this.#hashes = seed.hashes.slice();
  }

  /** The id of text[start:end], whose hash is `hash` (see `hashOf`). */
  intern(text: string, start: number, end: number, hash: number): number {
    const slots = this.#slots;
    const names = this.names;
    const hashes = this.#hashes;
    const mask = slots.length - 1;
    const length = end - start;
    let slot = (hash ^ (hash >>> 12)) & mask;
    for (;;) {
      const id = slots[slot] - 1;
      if (id < 0) break;
      if (hashes[id] === hash) {
        const name = names[id];
        if (name.length === length) {
          let i = 0;
          while (i < length && name.charCodeAt(i) === text.charCodeAt(start + i)) i++;
          if (i === length) return id;
        }
      }
      slot = (slot + 1) & mask;
    }
    const id = names.length;
    names.push(text.slice(start, end));
    hashes.push(hash);
    slots[slot] = id + 1;
    if (names.length * 2 > slots.length) this.#rehash();
    return id;
  }

  /** The id of a name that is a string already. */
  internString(name: string): number {
    const hash = hashOf(name);
    const slots = this.#slots;
    const mask = slots.length - 1;
    for (let slot = (hash ^ (hash >>> 12)) & mask; slots[slot] !== 0; slot = (slot + 1) & mask) {
      const id = slots[slot] - 1;
      if (this.#hashes[id] === hash && this.names[id] === name) return id;
    }
    return this.intern(name, 0, name.length, hash);
  }

  #rehash(): void {
    const slots = new Int32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (let id = 0; id < this.#hashes.length; id++) {
      const hash = this.#hashes[id];
      let slot = (hash ^ (hash >>> 12)) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = id + 1;
    }
    this.#slots = slots;
  }
}

/** The hash that the tokenizer computes character by character. */
function hashOf(name: string): number {
  let hash = 0;
  for (let i = 0; i < name.length; i++) hash = (Math.imul(hash, 31) + name.charCodeAt(i)) | 0;
  return hash;
}

/** Names that a class binds without saying so; they follow the soft keywords. */
export const implicitNames = ['__class__', '__classdict__', '__conditional_annotations__'] as const;
export const FIRST_IMPLICIT_KEY = keywords.length + softKeywords.length;

const seedNames: readonly string[] = [...keywords, ...softKeywords, ...implicitNames];
const seed = {
  names: seedNames,
  hashes: seedNames.map(hashOf),
  slots: new Int32Array(1024),
};
for (let id = 0; id < seed.names.length; id++) {
  const hash = seed.hashes[id];
  let slot = (hash ^ (hash >>> 12)) & 1023;
  while (seed.slots[slot] !== 0) slot = (slot + 1) & 1023;
  seed.slots[slot] = id + 1;
}
