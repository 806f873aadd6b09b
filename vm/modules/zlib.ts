import { adler32, crc32 } from '../codecs/checksums.ts';
import { InflateProblem, Inflater } from '../codecs/inflate.ts';
import { bind } from '../objects/bind.ts';
import { PyBytes } from '../objects/bytes.ts';
import { defineType, type ModuleDefinition } from '../objects/define.ts';
import {
  eofErrorType,
  exceptionTypeRoot,
  newException,
  type PyBaseException,
  valueError,
} from '../objects/exception.ts';
import { type KwNames, newType, PyObject, type PyType, type Slot, type Value } from '../objects/object.ts';
import { index } from '../operations/arithmetic.ts';
import { bytesOf } from './io/base.ts';
import { bigEndian, Packer, type Wrapper, wrapperOf } from './zlib-packer.ts';

const errorType = newType('zlib.error', exceptionTypeRoot);
const compressType = newType('zlib.Compress');
const decompressType = newType('zlib.Decompress');
defineType(errorType, { module: 'zlib' });

const error = (message: string): PyBaseException => newException(errorType, message);

const MAX_WBITS = 15;
const number = (value: Slot, otherwise: number): number => (value === undefined ? otherwise : Number(index(value)));

const MIN_WBITS = 8;
const DEFLATED = 8;

function checkLevel(level: number): number {
  if (level < -1 || level > 9) throw error('Bad compression level');
  return level < 0 ? 6 : level;
}

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
    const inflater = this.#inflater;
    return this.eof || inflater === undefined || inflater.starved ? new Uint8Array(0) : inflater.unused.slice();
  }
}

function joined(left: Uint8Array, right: Uint8Array): Uint8Array {
  const whole = new Uint8Array(left.length + right.length);
  whole.set(left);
  whole.set(right, left.length);
  return whole;
}

class Compress extends PyObject {
  readonly packer: Packer;
  constructor(packer: Packer) {
    super(compressType);
    this.packer = packer;
  }
}

const Z_NO_FLUSH = 0;
const Z_FINISH = 4;

const inconsistent = (what: string): PyBaseException => error(`Error -2 while ${what}: inconsistent stream state`);

const copyMethods = {
  copy: ['($self, /)', (self: Compress) => copyOf(self)],
  __copy__: ['($self, /)', (self: Compress) => copyOf(self)],
  __deepcopy__: ['($self, memo, /)', (self: Compress) => copyOf(self)],
} as const;

function copyOf(self: Compress): Value {
  if (self.packer.done) throw valueError('Inconsistent stream state');
  return new Compress(self.packer.copy());
}

defineType(compressType, {
  module: 'zlib',
  subclassable: false,
  methods: {
    compress: [
      '($self, data, /)',
      (self: Compress, data: Value) => {
        if (self.packer.done) throw inconsistent('compressing data');
        return new PyBytes(self.packer.push(bytesOf(data)));
      },
    ],
    flush: [
      '($self, mode=zlib.Z_FINISH, /)',
      (self: Compress, mode: Slot) => {
        const how = number(mode, Z_FINISH);
        if (how === Z_NO_FLUSH) return new PyBytes(new Uint8Array(0));
        if (self.packer.done) throw inconsistent('flushing');
        return new PyBytes(self.packer.flush(how === Z_FINISH));
      },
    ],
    ...copyMethods,
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
      (self: Decompress, length: Slot) => {
        if (number(length, 1) <= 0) throw valueError('length must be greater than zero');
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

/** The decompressor of gzip and zipfile: it never asks for data again that it has been given (zlib__ZlibDecompressor). */
class ZlibDecompressor extends PyObject {
  unpacker = new Unpacker(MAX_WBITS);
  needsInput = true;
}

const zlibDecompressorType = defineType(newType('zlib._ZlibDecompressor'), {
  module: 'zlib',
  signature: "(wbits=15, zdict=b'')",
  allocate: (type) => new ZlibDecompressor(type),
  tp_new(type: PyType, args: Value[], kwNames: KwNames) {
    const [wbits, zdict] = bind('_ZlibDecompressor', "(wbits=15, zdict=b'')", args, kwNames);
    const self = type.allocate(type) as ZlibDecompressor;
    self.unpacker = new Unpacker(number(wbits, MAX_WBITS), zdict === undefined ? undefined : bytesOf(zdict));
    return self;
  },
  methods: {
    decompress: [
      '($self, /, data, max_length=-1)',
      (self: ZlibDecompressor, data: Value, maxLength: Slot) => {
        if (self.unpacker.eof) throw newException(eofErrorType, 'End of stream already reached');
        const limit = number(maxLength, -1);
        const output = self.unpacker.push(bytesOf(data), limit < 0 ? Infinity : limit);
        self.needsInput = !self.unpacker.eof && self.unpacker.pending.length === 0;
        return new PyBytes(output);
      },
    ],
  },
  members: {
    eof: [(self: ZlibDecompressor) => self.unpacker.eof],
    unused_data: [(self: ZlibDecompressor) => new PyBytes(self.unpacker.unused.slice())],
    needs_input: [(self: ZlibDecompressor) => self.needsInput],
  },
});

function decompressed(data: Value, wbits: Slot): Value {
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
      (data: Value, level: Slot, wbits: Slot) => {
        const packer = new Packer(checkLevel(number(level, -1)), wrapperOf(number(wbits, MAX_WBITS)));
        const first = packer.push(bytesOf(data));
        return new PyBytes(joined(first, packer.flush(true)));
      },
    ],
    decompress: ['($module, data, /, wbits=15, bufsize=16384)', decompressed],
    compressobj: [
      '($module, /, level=-1, method=8, wbits=15, memLevel=8, strategy=0, zdict=None)',
      (level: Slot, method: Slot, wbits: Slot, memLevel: Slot, _strategy: Slot, zdict: Slot) => {
        const bits = number(wbits, MAX_WBITS);
        const window = Math.abs(bits) > MAX_WBITS ? bits - 16 : Math.abs(bits);
        const memory = number(memLevel, 8);
        const fits = window >= MIN_WBITS && window <= MAX_WBITS && memory >= 1 && memory <= 9;
        if (!fits || number(method, DEFLATED) !== DEFLATED) throw valueError('Invalid initialization option');
        const dictionary = zdict === undefined || zdict === null ? undefined : bytesOf(zdict);
        return new Compress(new Packer(checkLevel(number(level, -1)), wrapperOf(bits), dictionary));
      },
    ],
    decompressobj: [
      "($module, /, wbits=15, zdict=b'')",
      (wbits: Slot, zdict: Slot) => {
        const bits = number(wbits, MAX_WBITS);
        const window = bits > MAX_WBITS ? bits & 15 : Math.abs(bits);
        const fits = (window >= MIN_WBITS || (window === 0 && bits >= 0)) && window <= MAX_WBITS && bits < 48;
        if (!fits) throw valueError('Invalid initialization option');
        return new Decompress(new Unpacker(bits, zdict === undefined ? undefined : bytesOf(zdict)));
      },
    ],
    crc32: ['($module, data, value=0, /)', checksum(crc32, 0)],
    adler32: ['($module, data, value=1, /)', checksum(adler32, 1)],
  },
  attributes: {
    error: errorType,
    MAX_WBITS,
    _ZlibDecompressor: zlibDecompressorType,
    DEFLATED,
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
    Z_NO_FLUSH,
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
