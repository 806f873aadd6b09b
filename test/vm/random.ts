/** Random numbers that are the same in every run (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** A number in [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  }

  /** A whole number in [low, high]. */
  between(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  pick<T>(items: ArrayLike<T>): T {
    return items[Math.floor(this.next() * items.length)];
  }

  /** `make` called `count` times. */
  list<T>(count: number, make: () => T): T[] {
    return Array.from({ length: count }, make);
  }

  text(alphabet: ArrayLike<string>, maxLength: number): string {
    return this.list(this.between(0, maxLength), () => this.pick(alphabet)).join('');
  }

  /** A float of any size: small ones, whole ones, halves, and any bits at all. */
  float(): number {
    switch (this.between(0, 6)) {
      case 0:
        return this.between(-1000, 1000) / 2 ** this.between(0, 8);
      case 1:
        return this.between(-100000, 100000) / 10 ** this.between(0, 6);
      case 2:
        return this.pick(SPECIAL_FLOATS);
      case 3:
        return 2 ** this.between(-1074, 1023) * this.pick([1, -1]);
      case 4:
        return (this.next() - 0.5) * 10 ** this.between(-20, 20);
      default: {
        const bits = new DataView(new ArrayBuffer(8));
        bits.setUint32(0, this.next() * 2 ** 32);
        bits.setUint32(4, this.next() * 2 ** 32);
        const float = bits.getFloat64(0);
        return Number.isNaN(float) ? 1 : float;
      }
    }
  }

  /** An int of up to `bits` bits, often near a power of two. */
  integer(bits: number): bigint {
    const size = this.between(0, bits);
    let value = 0n;
    for (let i = 0; i < size; i += 16) value = (value << 16n) | BigInt(this.between(0, 0xffff));
    value = BigInt.asUintN(size, value);
    if (this.next() < 0.2) value = (1n << BigInt(size)) + BigInt(this.between(-2, 2));
    return this.next() < 0.5 ? value : -value;
  }
}

const SPECIAL_FLOATS = [0, -0, Infinity, -Infinity, NaN, 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, 1e16];
