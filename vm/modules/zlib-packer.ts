import { ByteWriter } from '../codecs/byte-writer.ts';
import { adler32, crc32 } from '../codecs/checksums.ts';
import { vm } from '../interpreter/state.ts';

/** Which wrapper a stream has: by `wbits`, negative for none, above 15 for gzip's, above 31 for either. */
export type Wrapper = 'zlib' | 'gzip' | 'raw' | 'any';

export function wrapperOf(wbits: number): Wrapper {
  if (wbits < 0) return 'raw';
  if (wbits > 32) return 'any';
  return wbits > 16 ? 'gzip' : 'zlib';
}

/** How far back a repetition may lie. */
const WINDOW = 32768;
/** Data that is packed without waiting for the end. */
const PIECE = 1 << 20;

/**
 * Packs a stream with its wrapper, piece by piece. A piece is what came since the last flush, or as much as shouldn't wait longer; the
 * host packs each by itself and is told what came before it.
 */
export class Packer {
  private readonly level: number;
  private readonly wrapper: Wrapper;
  private readonly dictionary: Uint8Array | undefined;
  private parts = new ByteWriter(64);
  private waiting = 0;
  private window: Uint8Array;
  private begun = false;
  private size = 0;
  private checksum: number;
  done = false;

  /** `level` is from 0 to 9. */
  constructor(level: number, wrapper: Wrapper, dictionary?: Uint8Array) {
    this.level = level;
    this.wrapper = wrapper;
    this.dictionary = dictionary;
    this.window = dictionary ?? new Uint8Array(0);
    this.checksum = wrapper === 'zlib' ? 1 : 0;
  }

  /** Takes data, and gives what it packed of it at once. */
  push(data: Uint8Array): Uint8Array {
    this.parts.pushAll(data);
    this.waiting += data.length;
    return this.waiting >= PIECE ? this.flush(false) : new Uint8Array(0);
  }

  /** Packs what waits, so that all can be unpacked that came until now. */
  flush(final: boolean): Uint8Array {
    const data = this.parts.finish();
    this.parts = new ByteWriter(64);
    this.waiting = 0;
    const out = new ByteWriter(data.length >> 1);
    if (!this.begun) this.writeHeader(out);
    this.begun = true;
    out.pushAll(vm.host.deflate(data, this.level, this.window.length > 0 ? this.window : undefined, final));
    this.size += data.length;
    this.checksum = this.wrapper === 'zlib' ? adler32(data, this.checksum) : crc32(data, this.checksum);
    if (final) this.writeTrailer(out);
    else this.remember(data);
    this.done = final;
    return out.finish();
  }

  copy(): Packer {
    const copy = new Packer(this.level, this.wrapper, this.dictionary);
    copy.parts.pushAll(this.parts.finish());
    copy.waiting = this.waiting;
    copy.window = this.window;
    copy.begun = this.begun;
    copy.size = this.size;
    copy.checksum = this.checksum;
    copy.done = this.done;
    return copy;
  }

  private remember(data: Uint8Array): void {
    const before = this.window.subarray(Math.max(0, this.window.length + data.length - WINDOW));
    const window = new Uint8Array(before.length + Math.min(data.length, WINDOW));
    window.set(before);
    window.set(data.subarray(Math.max(0, data.length - WINDOW)), before.length);
    this.window = window.subarray(Math.max(0, window.length - WINDOW));
  }

  private writeHeader(out: ByteWriter): void {
    const { level, dictionary } = this;
    if (this.wrapper === 'gzip') {
      out.pushAll([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, level === 9 ? 2 : level === 1 ? 4 : 0, 3]);
    }
    if (this.wrapper !== 'zlib') return;
    const flevel = level === 6 ? 2 : level < 2 ? 0 : level < 6 ? 1 : 3;
    let flags = (flevel << 6) | (dictionary === undefined ? 0 : 0x20);
    flags += 31 - ((0x78 * 256 + flags) % 31);
    out.pushAll([0x78, flags]);
    if (dictionary !== undefined) out.pushAll(bigEndian(adler32(dictionary)));
  }

  private writeTrailer(out: ByteWriter): void {
    if (this.wrapper === 'zlib') out.pushAll(bigEndian(this.checksum));
    if (this.wrapper === 'gzip') {
      out.pushAll([...bigEndian(this.checksum).reverse(), ...bigEndian(this.size >>> 0).reverse()]);
    }
  }
}

export const bigEndian = (value: number): number[] => [
  value >>> 24,
  (value >>> 16) & 0xff,
  (value >>> 8) & 0xff,
  value & 0xff,
];
