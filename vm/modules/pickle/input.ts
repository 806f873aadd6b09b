import { PyByteArray, PyBytes } from '../../objects/bytes.ts';
import { bufferOf } from '../../objects/bytes-types.ts';
import {
  bufferErrorType,
  isException,
  newException,
  notImplementedErrorType,
  type PyBaseException,
  typeError,
  valueError,
} from '../../objects/exception.ts';
import { memoryviewOf, PyMemoryView } from '../../objects/memoryview.ts';
import { type Buffer, type Slot, typeOf, type Value } from '../../objects/object.ts';
import { index } from '../../operations/arithmetic.ts';
import { lookupAttribute } from '../../operations/attribute.ts';
import { call } from '../../operations/call.ts';
import { repr } from '../../operations/text.ts';
import { unpicklingError } from './errors.ts';

/** So much is looked at ahead in a file that can be peeked into. */
const PREFETCH = 8192 * 16;

const NEWLINE = 10;

export const truncated = (): PyBaseException => unpicklingError('pickle data was truncated');

/** The bytes that a pickle is read from: of a buffer, or of a file by its methods (_Unpickler_Read and its helpers). */
export class PickleInput {
  bytes: Uint8Array = new Uint8Array(0);
  /** What comes next. */
  at = 0;
  end = 0;
  read: Slot = undefined;
  private readline: Slot = undefined;
  private readinto: Slot = undefined;
  private peek: Slot = undefined;
  /** Up to here the file itself has been read; what lies beyond was peeked at. */
  private taken = 0;
  private buffer: Buffer | undefined = undefined;

  /** Reads from a file; TypeError without its methods (_Unpickler_SetInputStream). */
  setFile(file: Value): void {
    this.peek = lookupAttribute(file, 'peek');
    this.readinto = lookupAttribute(file, 'readinto');
    const read = lookupAttribute(file, 'read');
    this.readline = lookupAttribute(file, 'readline');
    if (read === undefined || this.readline === undefined) {
      this.read = undefined;
      throw typeError("file must have 'read' and 'readline' attributes");
    }
    this.read = read;
  }

  /** Reads from what a buffer holds (_Unpickler_SetStringInput). */
  setBytes(data: Value): void {
    this.release();
    if (data instanceof PyMemoryView && !data.contiguous) {
      throw newException(bufferErrorType, 'memoryview: underlying buffer is not C-contiguous');
    }
    this.buffer = bufferOf(data);
    this.bytes = this.buffer.bytes;
    this.at = 0;
    this.end = this.bytes.length;
    this.taken = this.end;
  }

  release(): void {
    this.buffer?.release();
    this.buffer = undefined;
  }

  /** Where the next `count` bytes begin, which count as read. UnpicklingError when there are fewer. */
  next(count: number): number {
    const { at } = this;
    if (count > this.end - at) return this.nextFromFile(count);
    this.at = at + count;
    return at;
  }

  private nextFromFile(count: number): number {
    if (this.read === undefined || this.fill(count) < count) throw truncated();
    this.at = count;
    return 0;
  }

  /** A copy of the next `count` bytes. */
  take(count: number): Uint8Array {
    const available = this.end - this.at;
    if (count > available && this.read !== undefined) return this.takeFromFile(count, available);
    const at = this.next(count);
    return this.bytes.slice(at, at + count);
  }

  /** What the buffer has, and the rest right from the file (_Unpickler_ReadInto). */
  private takeFromFile(count: number, available: number): Uint8Array {
    const taken = new Uint8Array(count);
    taken.set(this.bytes.subarray(this.at, this.end));
    this.at = this.end;
    const missing = count - available;
    this.skipConsumed();
    if (this.readinto === undefined) {
      const data = call(this.read as Value, missing);
      if (!(data instanceof PyBytes)) throw valueError(`read() returned non-bytes object (${repr(typeOf(data))})`);
      if (data.bytes.length < missing) throw truncated();
      taken.set(data.bytes.subarray(0, missing), available);
      return taken;
    }
    const target = new PyByteArray(taken.subarray(available));
    const count_ = index(call(this.readinto, memoryviewOf(target)));
    if (count_ < 0) throw valueError('readinto() returned negative size');
    if (count_ < missing) throw truncated();
    return taken;
  }

  /** The next line with its newline (_Unpickler_Readline). */
  line(): Uint8Array {
    const newline = this.bytes.subarray(0, this.end).indexOf(NEWLINE, this.at);
    if (newline >= 0) {
      const { at } = this;
      this.at = newline + 1;
      return this.bytes.subarray(at, newline + 1);
    }
    if (this.read === undefined) throw truncated();
    this.skipConsumed();
    this.setBytes(call(this.readline as Value));
    if (this.end === 0 || this.bytes[this.end - 1] !== NEWLINE) throw truncated();
    this.at = this.end;
    return this.bytes;
  }

  /** Has `count` bytes at the beginning of the buffer, or as many as there are; gives how many (_Unpickler_ReadFromFile). */
  private fill(count: number): number {
    this.skipConsumed();
    if (this.peek !== undefined && count < PREFETCH) {
      const data = this.tryPeek(this.peek);
      if (data !== undefined) {
        this.setBytes(data);
        this.taken = 0;
        if (count <= this.end) return count;
      }
    }
    this.setBytes(call(this.read as Value, count));
    return this.end;
  }

  private tryPeek(peek: Value): Slot {
    try {
      return call(peek, PREFETCH);
    } catch (error) {
      if (!isException(error, notImplementedErrorType)) throw error;
      this.peek = undefined;
      return undefined;
    }
  }

  /** Reads from the file what was only peeked at and has been used since. */
  skipConsumed(): void {
    const consumed = this.at - this.taken;
    if (consumed <= 0) return;
    call(this.read as Value, consumed);
    this.taken = this.at;
  }
}
