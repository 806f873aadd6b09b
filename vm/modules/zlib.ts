import { ByteWriter } from '../codecs/byte-writer.ts';
import { adler32, crc32 } from '../codecs/checksums.ts';
import { InflateProblem, Inflater } from '../codecs/inflate.ts';
import { vm } from '../interpreter/state.ts';
import { PyBytes } from '../objects/bytes.ts';
import { defineType, type ModuleDefinition } from '../objects/define.ts';
import { exceptionTypeRoot, newException, type PyBaseException, valueError } from '../objects/exception.ts';
import { newType, PyObject, type Slot, type Value } from '../objects/object.ts';
import { index } from '../operations/arithmetic.ts';
import { bytesOf } from './io/base.ts';

const errorType = newType('zlib.error', exceptionTypeRoot);
const compressType = newType('zlib.Compress');
const decompressType = newType('zlib.Decompress');
defineType(errorType, { module: 'zlib' });

const error = (message: string): PyBaseException => newException(errorType, message);

const MAX_WBITS = 15;
const number = (value: Slot, otherwise: number): number => (value === undefined ? otherwise : Number(index(value)));

/** Which wrapper a stream has: by `wbits`, negative for none, above 15 for gzip's, above 31 for either. */
type Wrapper = 'zlib' | 'gzip' | 'raw' | 'any';

function wrapperOf(wbits: number): Wrapper {
  if (wbits < 0) return 'raw';
  if (wbits > 32) return 'any';
  return wbits > 16 ? 'gzip' : 'zlib';
}

function packed(data: Uint8Array, level: number, wbits: number, dictionary?: Uint8Array): Uint8Array {
  if (level < -1 || level > 9) throw error('Bad compression level');
  const body = vm.host.deflate(data, level < 0 ? 6 : level, dictionary);
  const writer = new ByteWriter(body.length + 18);
  const wrapper = wrapperOf(wbits);
  if (wrapper === 'gzip') writer.pushAll([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, level === 9 ? 2 : level === 1 ? 4 : 0, 3]);
  if (wrapper === 'zlib') {
    const flevel = level < 0 || level === 6 ? 2 : level < 2 ? 0 : level < 6 ? 1 : 3;
    let flags = (flevel << 6) | (dictionary === undefined ? 0 : 0x20);
    flags += 31 - ((0x78 * 256 + flags) % 31);
    writer.pushAll([0x78, flags]);
    if (dictionary !== undefined) writer.pushAll(bigEndian(adler32(dictionary)));
  }
  writer.pushAll(body);
  if (wrapper === 'zlib') writer.pushAll(bigEndian(adler32(data)));
  if (wrapper === 'gzip')
    writer.pushAll([...bigEndian(crc32(data)).reverse(), ...bigEndian(data.length >>> 0).reverse()]);
  return writer.finish();
}

const bigEndian = (value: number): number[] => [
  value >>> 24,
  (value >>> 16) & 0xff,
  (value >>> 8) & 0xff,
  value & 0xff,
];

/** Unpacks a stream with its wrapper, piece by piece. */
class Unpacker {
  readonly #dictionary: Uint8Array | undefined;
  #wrapper: Wrapper;
  #head: Uint8Array = new Uint8Array(0);
  #inflater: Inflater | undefined;
  #adler = 1;
  #crc = 0;
  eof = false;
  unused: Uint8Array = new Uint8Array(0);

  constructor(wbits: number, dictionary?: Uint8Array) {
    this.#wrapper = wrapperOf(wbits);
    this.#dictionary = dictionary;
    if (this.#wrapper === 'raw') this.#inflater = new Inflater(dictionary);
  }

  push(data: Uint8Array, limit = Infinity): Uint8Array {
    let input = data;
    if (this.eof) {
      this.unused = joined(this.unused, data);
      return new Uint8Array(0);
    }
    if (this.#inflater === undefined) {
      this.#head = joined(this.#head, data);
      const length = this.#headerLength();
      if (length < 0) return new Uint8Array(0);
      input = this.#head.slice(length);
      this.#inflater = new Inflater(this.#dictionary);
    }
    let output: Uint8Array;
    try {
      output = this.#inflater.push(input, limit);
    } catch (problem) {
      if (problem instanceof InflateProblem) throw error(`Error -3 while decompressing data: ${problem.message}`);
      throw problem;
    }
    if (this.#wrapper === 'zlib') this.#adler = adler32(output, this.#adler);
    if (this.#wrapper === 'gzip') this.#crc = crc32(output, this.#crc);
    if (this.#inflater.finished) this.#trailer(this.#inflater.unused);
    return output;
  }

  /** The length of the header, or -1 while it isn't complete. */
  #headerLength(): number {
    const head = this.#head;
    if (head.length < 2) return -1;
    if (this.#wrapper === 'any') this.#wrapper = head[0] === 0x1f && head[1] === 0x8b ? 'gzip' : 'zlib';
    if (this.#wrapper === 'zlib') {
      const wrong = (head[0] * 256 + head[1]) % 31 !== 0;
      if (wrong) throw error('Error -3 while decompressing data: incorrect header check');
      if ((head[0] & 15) !== 8) throw error('Error -3 while decompressing data: unknown compression method');
      if (head[0] >> 4 > 7) throw error('Error -3 while decompressing data: invalid window size');
      if ((head[1] & 0x20) === 0) return 2;
      if (this.#dictionary === undefined) throw error('Error 2 while decompressing data');
      return head.length < 6 ? -1 : 6;
    }
    if (head[0] !== 0x1f || head[1] !== 0x8b) throw error('Error -3 while decompressing data: incorrect header check');
    if (head.length < 10) return -1;
    const flags = head[3];
    let at = 10;
    if (flags & 4) at += 2 + (head[at] | (head[at + 1] << 8));
    for (const bit of [8, 16]) {
      if ((flags & bit) === 0) continue;
      const zero = head.indexOf(0, at);
      if (zero < 0) return -1;
      at = zero + 1;
    }
    if (flags & 2) at += 2;
    return at <= head.length ? at : -1;
  }

  #trailer(rest: Uint8Array): void {
    const length = this.#wrapper === 'zlib' ? 4 : this.#wrapper === 'gzip' ? 8 : 0;
    if (rest.length < length) return;
    const found = rest.slice(0, 4);
    if (this.#wrapper === 'zlib' && bigEndian(this.#adler).some((byte, i) => byte !== found[i])) {
      throw error('Error -3 while decompressing data: incorrect data check');
    }
    if (
      this.#wrapper === 'gzip' &&
      bigEndian(this.#crc)
        .reverse()
        .some((byte, i) => byte !== found[i])
    ) {
      throw error('Error -3 while decompressing data: incorrect data check');
    }
    this.eof = true;
    this.unused = rest.slice(length);
  }

  /** Input that a limit has kept from being unpacked. */
  get pending(): Uint8Array {
    return this.eof || this.#inflater === undefined ? new Uint8Array(0) : this.#inflater.unused.slice();
  }
}

function joined(left: Uint8Array, right: Uint8Array): Uint8Array {
  const whole = new Uint8Array(left.length + right.length);
  whole.set(left);
  whole.set(right, left.length);
  return whole;
}

class Compress extends PyObject {
  parts = new ByteWriter(64);
  readonly level: number;
  readonly wbits: number;
  readonly dictionary: Uint8Array | undefined;
  done = false;
  constructor(level: number, wbits: number, dictionary: Uint8Array | undefined) {
    super(compressType);
    this.level = level;
    this.wbits = wbits;
    this.dictionary = dictionary;
  }
}

const Z_FINISH = 4;

defineType(compressType, {
  module: 'zlib',
  subclassable: false,
  methods: {
    compress: [
      '($self, data, /)',
      (self: Compress, data: Value) => {
        if (self.done) throw error('Error -2 while compressing data: inconsistent stream state');
        self.parts.pushAll(bytesOf(data));
        return new PyBytes(new Uint8Array(0));
      },
    ],
    flush: [
      '($self, mode=zlib.Z_FINISH, /)',
      (self: Compress, mode: Slot) => {
        // Everything is packed at the end; a flush before it has nothing to give.
        if (number(mode, Z_FINISH) !== Z_FINISH || self.done) return new PyBytes(new Uint8Array(0));
        self.done = true;
        return new PyBytes(packed(self.parts.finish(), self.level, self.wbits, self.dictionary));
      },
    ],
  },
});

class Decompress extends PyObject {
  readonly unpacker: Unpacker;
  tail: Uint8Array = new Uint8Array(0);
  constructor(unpacker: Unpacker) {
    super(decompressType);
    this.unpacker = unpacker;
  }
}

defineType(decompressType, {
  module: 'zlib',
  subclassable: false,
  methods: {
    decompress: [
      '($self, data, /, max_length=0)',
      (self: Decompress, data: Value, maxLength: Slot) => {
        const limit = number(maxLength, 0);
        if (limit < 0) throw valueError('max_length must be non-negative');
        const given = bytesOf(data);
        // The unpacker keeps what a limit left over, which callers hand in again as unconsumed_tail.
        const fresh = self.tail.length > 0 ? given.subarray(Math.min(self.tail.length, given.length)) : given;
        const output = self.unpacker.push(fresh, limit === 0 ? Infinity : limit);
        self.tail = limit === 0 ? new Uint8Array(0) : self.unpacker.pending;
        return new PyBytes(output);
      },
    ],
    flush: [
      '($self, length=zlib.DEF_BUF_SIZE, /)',
      (self: Decompress) => {
        const output = self.unpacker.push(new Uint8Array(0));
        self.tail = new Uint8Array(0);
        return new PyBytes(output);
      },
    ],
  },
  members: {
    unused_data: [(self: Decompress) => new PyBytes(self.unpacker.unused.slice())],
    unconsumed_tail: [(self: Decompress) => new PyBytes(self.tail.slice())],
    eof: [(self: Decompress) => self.unpacker.eof],
  },
});

function decompress(data: Value, wbits: Slot): Value {
  const unpacker = new Unpacker(number(wbits, MAX_WBITS));
  const output = unpacker.push(bytesOf(data));
  if (!unpacker.eof) throw error('Error -5 while decompressing data: incomplete or truncated stream');
  return new PyBytes(output);
}

const checksum =
  (compute: (data: Uint8Array, start: number) => number, first: number) =>
  (data: Value, start: Slot): number =>
    compute(bytesOf(data), start === undefined ? first : Number(BigInt.asUintN(32, BigInt(index(start)))));

/** CPython 3.14's Modules/zlibmodule.c. Packed data unpacks to the same, but isn't byte for byte what zlib writes. */
export const zlib: ModuleDefinition = {
  name: 'zlib',
  doc: 'Compression and decompression of data in the formats of zlib and gzip.',
  functions: {
    compress: [
      '($module, data, /, level=-1, wbits=15)',
      (data: Value, level: Slot, wbits: Slot) =>
        new PyBytes(packed(bytesOf(data), number(level, -1), number(wbits, MAX_WBITS))),
    ],
    decompress: ['($module, data, /, wbits=15, bufsize=16384)', decompress],
    compressobj: [
      '($module, /, level=-1, method=8, wbits=15, memLevel=8, strategy=0, zdict=None)',
      (level: Slot, _method: Slot, wbits: Slot, _memLevel: Slot, _strategy: Slot, zdict: Slot) =>
        new Compress(number(level, -1), number(wbits, MAX_WBITS), zdict === undefined ? undefined : bytesOf(zdict)),
    ],
    decompressobj: [
      "($module, /, wbits=15, zdict=b'')",
      (wbits: Slot, zdict: Slot) =>
        new Decompress(new Unpacker(number(wbits, MAX_WBITS), zdict === undefined ? undefined : bytesOf(zdict))),
    ],
    crc32: ['($module, data, value=0, /)', checksum(crc32, 0)],
    adler32: ['($module, data, value=1, /)', checksum(adler32, 1)],
  },
  attributes: {
    error: errorType,
    MAX_WBITS,
    DEFLATED: 8,
    DEF_MEM_LEVEL: 8,
    DEF_BUF_SIZE: 16384,
    Z_NO_COMPRESSION: 0,
    Z_BEST_SPEED: 1,
    Z_BEST_COMPRESSION: 9,
    Z_DEFAULT_COMPRESSION: -1,
    Z_FILTERED: 1,
    Z_HUFFMAN_ONLY: 2,
    Z_RLE: 3,
    Z_FIXED: 4,
    Z_DEFAULT_STRATEGY: 0,
    Z_NO_FLUSH: 0,
    Z_PARTIAL_FLUSH: 1,
    Z_SYNC_FLUSH: 2,
    Z_FULL_FLUSH: 3,
    Z_FINISH,
    Z_BLOCK: 5,
    Z_TREES: 6,
    ZLIB_VERSION: '1.3.1',
    ZLIB_RUNTIME_VERSION: '1.3.1',
  },
};
