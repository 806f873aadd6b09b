const SIZE = 624;
const MIDDLE = 397;

/** MT19937, the generator behind Python's `random`: the same numbers for the same seed. */
export class MersenneTwister {
  readonly state = new Uint32Array(SIZE);
  index = SIZE + 1;

  /** init_genrand. */
  #seedByNumber(seed: number): void {
    const { state } = this;
    state[0] = seed;
    for (let i = 1; i < SIZE; i++) {
      const previous = state[i - 1] ^ (state[i - 1] >>> 30);
      state[i] = Math.imul(1812433253, previous) + i;
    }
    this.index = SIZE;
  }

  /** init_by_array: `key` has at least one word. */
  seed(key: Uint32Array): void {
    const { state } = this;
    this.#seedByNumber(19650218);
    let i = 1;
    let j = 0;
    for (let k = Math.max(SIZE, key.length); k > 0; k--) {
      const previous = state[i - 1] ^ (state[i - 1] >>> 30);
      state[i] = (state[i] ^ Math.imul(previous, 1664525)) + key[j] + j;
      if (++i >= SIZE) {
        state[0] = state[SIZE - 1];
        i = 1;
      }
      if (++j >= key.length) j = 0;
    }
    for (let k = SIZE - 1; k > 0; k--) {
      const previous = state[i - 1] ^ (state[i - 1] >>> 30);
      state[i] = (state[i] ^ Math.imul(previous, 1566083941)) - i;
      if (++i >= SIZE) {
        state[0] = state[SIZE - 1];
        i = 1;
      }
    }
    state[0] = 0x80000000;
  }

  /** The next 32 random bits (genrand_uint32). */
  next32(): number {
    const { state } = this;
    if (this.index >= SIZE) {
      for (let k = 0; k < SIZE; k++) {
        const y = (state[k] & 0x80000000) | (state[(k + 1) % SIZE] & 0x7fffffff);
        state[k] = state[(k + MIDDLE) % SIZE] ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
      }
      this.index = 0;
    }
    let y = state[this.index++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    y ^= y >>> 18;
    return y >>> 0;
  }

  /** A float in [0, 1) with 53 random bits. */
  nextFloat(): number {
    const high = this.next32() >>> 5;
    const low = this.next32() >>> 6;
    return (high * 67108864 + low) / 9007199254740992;
  }

  /** An int of `bits` random bits; the first word drawn is the lowest. */
  nextBits(bits: number): bigint | number {
    if (bits <= 32) return bits === 0 ? 0 : this.next32() >>> (32 - bits);
    let hex = '';
    for (let rest = bits; rest > 0; rest -= 32) {
      const word = rest < 32 ? this.next32() >>> (32 - rest) : this.next32();
      hex = word.toString(16).padStart(8, '0') + hex;
    }
    const value = BigInt(`0x${hex}`);
    return value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
  }
}
