/** Signals that the next symbol needs bytes that aren't there yet. */
const OUT_OF_INPUT = Symbol('out of input');

/** A Huffman code: counts of codes by length, and symbols in the order of their codes. */
interface Huffman {
  readonly counts: Uint16Array;
  readonly symbols: Uint16Array;
}

function huffman(lengths: ArrayLike<number>): Huffman {
  const counts = new Uint16Array(16);
  for (let i = 0; i < lengths.length; i++) counts[lengths[i]]++;
  counts[0] = 0;
  const offsets = new Uint16Array(16);
  for (let i = 1; i < 15; i++) offsets[i + 1] = offsets[i] + counts[i];
  const symbols = new Uint16Array(lengths.length);
  for (let i = 0; i < lengths.length; i++) if (lengths[i] !== 0) symbols[offsets[lengths[i]]++] = i;
  return { counts, symbols };
}

const FIXED_LITERALS = huffman(Array.from({ length: 288 }, (_, i) => (i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8)));
const FIXED_DISTANCES = huffman(new Array<number>(30).fill(5));

const LENGTH_BASE = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
];
const LENGTH_BITS = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const DISTANCE_BASE = [
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145,
  8193, 12289, 16385, 24577,
];
const DISTANCE_BITS = [
  0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
];
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** Compressed data that breaks the rules; the message is zlib's. */
export class InflateProblem extends Error {}

/** Unpacks a raw deflate stream (RFC 1951) that comes piece by piece; between pieces it stands before a whole symbol. */
export class Inflater {
  #input: Uint8Array = new Uint8Array(0);
  #bit = 0;
  #output: Uint8Array = new Uint8Array(1024);
  #length = 0;
  /** Output up to here has been given out; what is behind serves as the window. */
  #given = 0;
  #stored = -1;
  #literals: Huffman | undefined;
  #distances: Huffman = FIXED_DISTANCES;
  #isLast = false;
  finished = false;
  /** The last piece ended within a symbol or before one: what is left of it is only waited for to become whole. */
  starved = false;

  constructor(dictionary?: Uint8Array) {
    if (dictionary === undefined) return;
    for (const byte of dictionary) this.#put(byte);
    this.#given = this.#length;
  }

  /** Unpacks more, up to `limit` bytes in all this time; input that isn't used yet is kept. */
  push(data: Uint8Array, limit = Infinity): Uint8Array {
    const consumed = this.#bit >> 3;
    const rest = this.#input.subarray(consumed);
    this.#input = new Uint8Array(rest.length + data.length);
    this.#input.set(rest);
    this.#input.set(data, rest.length);
    this.#bit &= 7;
    const end = this.#given + limit;
    this.starved = false;
    try {
      while (!this.finished && this.#length < end) this.#step(end);
    } catch (thrown) {
      if (thrown !== OUT_OF_INPUT) throw thrown;
      this.starved = true;
    }
    const upTo = Math.min(this.#length, end);
    const result = this.#output.slice(this.#given, upTo);
    this.#given = upTo;
    this.#trim();
    return result;
  }

  /** Input bytes not used so far; after the end, what follows the stream. */
  get unused(): Uint8Array {
    return this.#input.subarray((this.#bit + 7) >> 3);
  }

  #trim(): void {
    const drop = this.#given - 32768;
    if (drop < 65536) return;
    this.#output.copyWithin(0, drop, this.#length);
    this.#length -= drop;
    this.#given -= drop;
  }

  #put(byte: number): void {
    if (this.#length === this.#output.length) {
      const larger = new Uint8Array(this.#output.length * 2);
      larger.set(this.#output);
      this.#output = larger;
    }
    this.#output[this.#length++] = byte;
  }

  #bits(count: number): number {
    if (this.#bit + count > this.#input.length * 8) throw OUT_OF_INPUT;
    let value = 0;
    for (let i = 0; i < count; i++, this.#bit++) {
      value |= ((this.#input[this.#bit >> 3] >> (this.#bit & 7)) & 1) << i;
    }
    return value;
  }

  #symbol({ counts, symbols }: Huffman): number {
    const input = this.#input;
    const available = input.length * 8;
    let code = 0;
    let first = 0;
    let at = 0;
    for (let length = 1; length < 16; length++) {
      if (this.#bit >= available) throw OUT_OF_INPUT;
      code |= (input[this.#bit >> 3] >> (this.#bit & 7)) & 1;
      this.#bit++;
      const count = counts[length];
      if (code - count < first) return symbols[at + code - first];
      at += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    throw new InflateProblem('invalid code lengths set');
  }

  /** A block's header, or all symbols of its body that are there. */
  #step(end: number): void {
    const start = this.#bit;
    try {
      if (this.#stored < 0 && this.#literals === undefined) {
        this.#header();
        return;
      }
    } catch (thrown) {
      this.#bit = start;
      throw thrown;
    }
    if (this.#literals === undefined) this.#storedBytes(end);
    else this.#compressed(this.#literals, end);
  }

  #header(): void {
    this.#isLast = this.#bits(1) === 1;
    switch (this.#bits(2)) {
      case 0: {
        this.#bit = (this.#bit + 7) & ~7;
        const length = this.#bits(16);
        if (length !== (this.#bits(16) ^ 0xffff)) throw new InflateProblem('invalid stored block lengths');
        this.#stored = length;
        break;
      }
      case 1:
        this.#literals = FIXED_LITERALS;
        this.#distances = FIXED_DISTANCES;
        break;
      case 2:
        this.#dynamic();
        break;
      default:
        throw new InflateProblem('invalid block type');
    }
  }

  #dynamic(): void {
    const literals = this.#bits(5) + 257;
    const distances = this.#bits(5) + 1;
    const codes = this.#bits(4) + 4;
    if (literals > 286 || distances > 30) throw new InflateProblem('too many length or distance symbols');
    const lengths = new Uint8Array(19);
    for (let i = 0; i < codes; i++) lengths[ORDER[i]] = this.#bits(3);
    const codeLengths = huffman(lengths);
    const all = new Uint8Array(literals + distances);
    for (let i = 0; i < all.length; ) {
      const symbol = this.#symbol(codeLengths);
      if (symbol < 16) {
        all[i++] = symbol;
        continue;
      }
      if (symbol === 16 && i === 0) throw new InflateProblem('invalid bit length repeat');
      const value = symbol === 16 ? all[i - 1] : 0;
      const repeat = symbol === 16 ? 3 + this.#bits(2) : symbol === 17 ? 3 + this.#bits(3) : 11 + this.#bits(7);
      if (i + repeat > all.length) throw new InflateProblem('invalid bit length repeat');
      all.fill(value, i, i + repeat);
      i += repeat;
    }
    if (all[256] === 0) throw new InflateProblem('invalid code -- missing end-of-block');
    this.#literals = huffman(all.subarray(0, literals));
    this.#distances = huffman(all.subarray(literals));
  }

  #endBlock(): void {
    this.#literals = undefined;
    this.#stored = -1;
    this.finished = this.#isLast;
  }

  #storedBytes(end: number): void {
    while (this.#stored > 0 && this.#length < end) {
      this.#put(this.#bits(8));
      this.#stored--;
    }
    if (this.#stored === 0) this.#endBlock();
  }

  #compressed(literals: Huffman, end: number): void {
    let start = this.#bit;
    try {
      while (this.#length < end) {
        start = this.#bit;
        const symbol = this.#symbol(literals);
        if (symbol < 256) {
          this.#put(symbol);
          continue;
        }
        if (symbol === 256) {
          this.#endBlock();
          return;
        }
        if (symbol > 285) throw new InflateProblem('invalid literal/length code');
        const length = LENGTH_BASE[symbol - 257] + this.#bits(LENGTH_BITS[symbol - 257]);
        const code = this.#symbol(this.#distances);
        if (code > 29) throw new InflateProblem('invalid distance code');
        const distance = DISTANCE_BASE[code] + this.#bits(DISTANCE_BITS[code]);
        if (distance > this.#length) throw new InflateProblem('invalid distance too far back');
        for (let i = 0; i < length; i++) this.#put(this.#output[this.#length - distance]);
      }
    } catch (thrown) {
      this.#bit = start;
      throw thrown;
    }
  }
}
