import { PyBytes } from '../../objects/bytes.ts';
import type { Slot, Value } from '../../objects/object.ts';
import { call } from '../../operations/call.ts';
import { Opcode } from './opcodes.ts';

/** A shorter frame isn't worth its header; at this length a frame ends. What is as long gets no frame at all. */
const FRAME_SIZE_MIN = 4;
const FRAME_SIZE_TARGET = 64 * 1024;
const FRAME_HEADER_SIZE = 9;

const INITIAL_SIZE = 1024;

const float = new Float64Array(1);
const floatBytes = new Uint8Array(float.buffer);

/** The bytes of a pickle on their way to a file, in frames from protocol 4 on (_Pickler_Write and its helpers). */
export class PickleOutput {
  /** The file's write(); undefined where the pickle stays in memory. */
  write: Slot = undefined;
  framing = false;
  private bytes = new Uint8Array(INITIAL_SIZE);
  private length = 0;
  /** Where the header of the frame will be that is being filled; -1 when none is. */
  private frameStart = -1;

  clear(): void {
    this.length = 0;
    this.frameStart = -1;
  }

  /** Where the next `count` bytes go, in a frame if there are frames. */
  private reserve(count: number): number {
    if (this.framing && this.frameStart < 0) {
      this.ensure(count + FRAME_HEADER_SIZE);
      this.frameStart = this.length;
      this.length += FRAME_HEADER_SIZE;
    } else this.ensure(count);
    const at = this.length;
    this.length += count;
    return at;
  }

  private ensure(count: number): void {
    const needed = this.length + count;
    if (needed <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.bytes.length * 2));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }

  byte(byte: number): void {
    const at = this.reserve(1);
    this.bytes[at] = byte;
  }

  bytePair(first: number, second: number): void {
    const at = this.reserve(2);
    this.bytes[at] = first;
    this.bytes[at + 1] = second;
  }

  /** An opcode and a little-endian number of 2, 4 or 8 bytes. */
  sized(opcode: Opcode, value: number, size: number): void {
    const at = this.reserve(1 + size);
    this.bytes[at] = opcode;
    this.number(at + 1, value, size);
  }

  private number(at: number, value: number, size: number): void {
    let rest = value;
    for (let i = 0; i < size; i++) {
      this.bytes[at + i] = rest & 0xff;
      rest = Math.floor(rest / 256);
    }
  }

  /** An opcode and a double, big-endian. */
  double(opcode: Opcode, value: number): void {
    const at = this.reserve(9);
    this.bytes[at] = opcode;
    float[0] = value;
    for (let i = 0; i < 8; i++) this.bytes[at + 1 + i] = floatBytes[7 - i];
  }

  raw(bytes: ArrayLike<number>): void {
    const at = this.reserve(bytes.length);
    this.bytes.set(bytes, at);
  }

  /** Text whose characters are bytes. */
  latin1(text: string): void {
    const { length } = text;
    const at = this.reserve(length);
    for (let i = 0; i < length; i++) this.bytes[at + i] = text.charCodeAt(i);
  }

  /** Opcode, length in one byte and text of fewer than 256 characters, if all of it is ASCII; else writes nothing and gives false. */
  shortAscii(opcode: Opcode, text: string): boolean {
    const { length } = text;
    for (let i = 0; i < length; i++) if (text.charCodeAt(i) > 0x7f) return false;
    const at = this.reserve(length + 2);
    this.bytes[at] = opcode;
    this.bytes[at + 1] = length;
    for (let i = 0; i < length; i++) this.bytes[at + 2 + i] = text.charCodeAt(i);
    return true;
  }

  /**
   * Opcode, length and data. What is long stands outside of frames and goes to the file's write() as it is: `owner` if there
   * is one, else as bytes (_Pickler_write_bytes).
   */
  payload(opcode: Opcode, lengthSize: number, data: Uint8Array, owner: Slot): void {
    const isLong = data.length >= FRAME_SIZE_TARGET;
    const { framing } = this;
    if (isLong) {
      this.commitFrame();
      this.framing = false;
    }
    this.sized(opcode, data.length, lengthSize);
    if (isLong && this.write !== undefined) {
      this.flush();
      call(this.write, owner ?? new PyBytes(data));
    } else this.raw(data);
    this.framing = framing;
  }

  /** Ends the frame when it is long enough; called between two opcodes (_Pickler_OpcodeBoundary). */
  opcodeBoundary(): void {
    if (this.frameStart < 0 || this.length - this.frameStart - FRAME_HEADER_SIZE < FRAME_SIZE_TARGET) return;
    this.commitFrame();
    if (this.write !== undefined) this.flush();
  }

  commitFrame(): void {
    const { frameStart } = this;
    if (!this.framing || frameStart < 0) return;
    const frameLength = this.length - frameStart - FRAME_HEADER_SIZE;
    if (frameLength >= FRAME_SIZE_MIN) {
      this.bytes[frameStart] = Opcode.FRAME;
      this.number(frameStart + 1, frameLength, 8);
    } else {
      this.bytes.copyWithin(frameStart, frameStart + FRAME_HEADER_SIZE, this.length);
      this.length -= FRAME_HEADER_SIZE;
    }
    this.frameStart = -1;
  }

  /** All that was written since the last time, as an array of its own. */
  take(): Uint8Array {
    this.commitFrame();
    const taken = this.bytes.slice(0, this.length);
    this.clear();
    return taken;
  }

  flush(): void {
    call(this.write as Value, new PyBytes(this.take()));
  }
}
