import { bytearrayType, bytesType, PyObject, type PyType } from './object.ts';

export class PyBytes extends PyObject {
  readonly bytes: Uint8Array;
  constructor(bytes: Uint8Array, type: PyType = bytesType) {
    super(type);
    this.bytes = bytes;
  }
}

export class PyByteArray extends PyObject {
  bytes: Uint8Array;
  /** Buffers lent out; while there are any, its size must not change. */
  exports = 0;
  /** Above zero while native code works with its bytes: its size must not change. */
  pinned = 0;
  /** What `bytes` is the beginning of, with room to grow in; undefined before it has grown. */
  private room: Uint8Array | undefined = undefined;
  constructor(bytes: Uint8Array, type: PyType = bytearrayType) {
    super(type);
    this.bytes = bytes;
  }

  /** Adds `count` bytes at the end, whose values are to be set. */
  grow(count: number): void {
    const { length, buffer, byteOffset } = this.bytes;
    const needed = length + count;
    if (this.room?.buffer !== buffer || this.room.byteOffset !== byteOffset || this.room.length < needed) {
      // As bytearrays grow in CPython (PyByteArray_Resize).
      this.room = new Uint8Array(needed + (needed >> 3) + (needed < 9 ? 3 : 6));
      this.room.set(this.bytes);
    }
    this.bytes = this.room.subarray(0, needed);
  }

  /** How many bytes there is room for. */
  get capacity(): number {
    const { buffer, byteOffset, length } = this.bytes;
    return this.room?.buffer === buffer && this.room.byteOffset === byteOffset ? this.room.length : length;
  }
}
