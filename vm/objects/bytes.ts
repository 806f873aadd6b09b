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
  constructor(bytes: Uint8Array, type: PyType = bytearrayType) {
    super(type);
    this.bytes = bytes;
  }
}
