import type { Value } from '../../objects/object.ts';

/** A double-ended queue of values: a ring buffer whose capacity is a power of two. */
export class Ring {
  private items: Value[] = new Array(8);
  private head = 0;
  length = 0;

  at(index: number): Value {
    return this.items[(this.head + index) & (this.items.length - 1)];
  }

  put(index: number, value: Value): void {
    this.items[(this.head + index) & (this.items.length - 1)] = value;
  }

  push(value: Value): void {
    if (this.length === this.items.length) this.grow();
    this.items[(this.head + this.length++) & (this.items.length - 1)] = value;
  }

  unshift(value: Value): void {
    if (this.length === this.items.length) this.grow();
    this.head = (this.head - 1) & (this.items.length - 1);
    this.items[this.head] = value;
    this.length++;
  }

  /** Removes the last; the ring must not be empty. */
  pop(): Value {
    const at = (this.head + --this.length) & (this.items.length - 1);
    const value = this.items[at];
    this.items[at] = null;
    return value;
  }

  /** Removes the first; the ring must not be empty. */
  shift(): Value {
    const value = this.items[this.head];
    this.items[this.head] = null;
    this.head = (this.head + 1) & (this.items.length - 1);
    this.length--;
    return value;
  }

  insert(index: number, value: Value): void {
    this.push(value);
    for (let i = this.length - 1; i > index; i--) this.put(i, this.at(i - 1));
    this.put(index, value);
  }

  removeAt(index: number): void {
    for (let i = index; i < this.length - 1; i++) this.put(i, this.at(i + 1));
    this.pop();
  }

  clear(): void {
    this.items = new Array(8);
    this.head = 0;
    this.length = 0;
  }

  toArray(): Value[] {
    const copy: Value[] = new Array(this.length);
    for (let i = 0; i < this.length; i++) copy[i] = this.at(i);
    return copy;
  }

  private grow(): void {
    const grown = this.toArray();
    grown.length = this.items.length * 2;
    this.items = grown;
    this.head = 0;
  }
}
