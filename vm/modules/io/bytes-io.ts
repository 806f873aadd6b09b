import { isViewed } from '../../objects/buffer-holders.ts';
import { PyBytes } from '../../objects/bytes.ts';
import { defineType } from '../../objects/define.ts';
import { bufferErrorType, newException, overflowError, valueError } from '../../objects/exception.ts';
import { memoryviewOf } from '../../objects/memoryview.ts';
import {
  type Buffer,
  type KwNames,
  newType,
  PyObject,
  type PyType,
  type Slot,
  type Value,
} from '../../objects/object.ts';
import { BuiltinDef } from '../../objects/signature.ts';
import { tupleOf } from '../../objects/tuple.ts';
import { index } from '../../operations/arithmetic.ts';
import { bufferedIOBaseType, bytesOf, PyIO, sizeOrAll, withWritable } from './base.ts';

export const bytesIOType = newType('_io.BytesIO', bufferedIOBaseType);

/** A file in memory: `length` bytes of `bytes` count. */
export class PyBytesIO extends PyIO {
  bytes = new Uint8Array(0);
  length = 0;
  position = 0;
  isClosed = false;
  /** Buffers that getbuffer() has lent; while there are any, the size is fixed. */
  exports = 0;

  check(): void {
    if (this.isClosed) throw valueError('I/O operation on closed file.');
  }

  checkExports(): void {
    if (this.exports === 0) return;
    if (isViewed((lender) => lender instanceof BytesIOBuffer && lender.source === this)) {
      throw newException(bufferErrorType, 'Existing exports of data: object cannot be re-sized');
    }
    this.exports = 0;
  }

  take(size: number): Uint8Array {
    const rest = Math.max(0, this.length - this.position);
    const count = size < 0 ? rest : Math.min(size, rest);
    const taken = this.bytes.slice(this.position, this.position + count);
    this.position += count;
    return taken;
  }

  /** Length of the next line, its newline included, at most `limit` unless that is negative. */
  lineLength(limit: number): number {
    const end = limit < 0 ? this.length : Math.min(this.length, this.position + limit);
    const newline = this.bytes.subarray(0, end).indexOf(10, this.position);
    return Math.max(0, (newline < 0 ? end : newline + 1) - this.position);
  }

  put(data: Uint8Array): number {
    this.checkExports();
    if (data.length === 0) return 0;
    const end = this.position + data.length;
    if (end > this.bytes.length) {
      const grown = new Uint8Array(Math.max(end, this.bytes.length * 2, 64));
      grown.set(this.bytes.subarray(0, this.length));
      this.bytes = grown;
    } else if (this.position > this.length) this.bytes.fill(0, this.length, this.position);
    this.bytes.set(data, this.position);
    this.position = end;
    this.length = Math.max(this.length, end);
    return data.length;
  }

  value(): Uint8Array {
    return this.bytes.slice(0, this.length);
  }
}

/** What getbuffer() gives a memoryview of. */
class BytesIOBuffer extends PyObject {
  readonly source: PyBytesIO;
  constructor(source: PyBytesIO) {
    super(bufferType);
    this.source = source;
  }
}

const bufferType = defineType(newType('_io._BytesIOBuffer'), {
  module: '_io',
  bf_getbuffer(self: BytesIOBuffer): Buffer {
    const { source } = self;
    source.exports++;
    let released = false;
    return {
      bytes: source.bytes.subarray(0, source.length),
      readonly: false,
      format: 'B',
      itemsize: 1,
      shape: [source.length],
      release() {
        if (!released && source.exports > 0) source.exports--;
        released = true;
      },
    };
  },
});

const binder = new BuiltinDef('BytesIO', 'BytesIO', "(initial_bytes=b'')", () => null, false, null);

function seek(self: PyBytesIO, offset: Value, whence: Slot): Value {
  self.check();
  const by = Number(index(offset));
  const from = whence === undefined ? 0 : Number(index(whence));
  if (from === 0 && by < 0) throw valueError(`negative seek value ${by}`);
  if (from < 0 || from > 2) throw valueError(`invalid whence (${from}, should be 0, 1 or 2)`);
  if (!Number.isSafeInteger(by)) throw overflowError('Python int too large to convert to C ssize_t');
  self.position = Math.max(0, by + (from === 1 ? self.position : from === 2 ? self.length : 0));
  return self.position;
}

defineType(bytesIOType, {
  module: '_io',
  doc: 'Buffered I/O implementation using an in-memory bytes buffer.',
  signature: "(initial_bytes=b'')",
  allocate: (type) => new PyBytesIO(type),
  tp_new: (type: PyType) => new PyBytesIO(type),
  tp_init(self: PyBytesIO, args: Value[], kwNames: KwNames) {
    const [initial] = binder.bind(args, kwNames) as Slot[];
    self.checkExports();
    self.bytes = new Uint8Array(0);
    self.length = 0;
    self.position = 0;
    if (initial !== undefined && initial !== null) {
      self.bytes = bytesOf(initial).slice();
      self.length = self.bytes.length;
    }
  },
  tp_iternext(self: PyBytesIO) {
    self.check();
    const line = self.take(self.lineLength(-1));
    return line.length === 0 ? undefined : new PyBytes(line);
  },
  methods: {
    read: ['($self, size=-1, /)', read],
    read1: ['($self, size=-1, /)', read],
    readline: [
      '($self, size=-1, /)',
      (self: PyBytesIO, size: Slot) => {
        self.check();
        return new PyBytes(self.take(self.lineLength(sizeOrAll(size))));
      },
    ],
    readinto: [
      '($self, buffer, /)',
      (self: PyBytesIO, target: Value) => {
        self.check();
        return withWritable(target, (bytes) => {
          const data = self.take(bytes.length);
          bytes.set(data);
          return data.length;
        });
      },
    ],
    write: [
      '($self, b, /)',
      (self: PyBytesIO, data: Value) => {
        self.check();
        return self.put(bytesOf(data));
      },
    ],
    getvalue: [
      '($self, /)',
      (self: PyBytesIO) => {
        self.check();
        return new PyBytes(self.value());
      },
    ],
    getbuffer: [
      '($self, /)',
      (self: PyBytesIO) => {
        self.check();
        return memoryviewOf(new BytesIOBuffer(self));
      },
    ],
    seek: ['($self, pos, whence=0, /)', seek],
    tell: [
      '($self, /)',
      (self: PyBytesIO) => {
        self.check();
        return self.position;
      },
    ],
    truncate: [
      '($self, size=None, /)',
      (self: PyBytesIO, size: Slot) => {
        self.check();
        self.checkExports();
        const length = size === undefined || size === null ? self.position : Number(index(size));
        if (length < 0) throw valueError(`negative size value ${length}`);
        self.length = Math.min(self.length, length);
        return length;
      },
    ],
    close: [
      '($self, /)',
      (self: PyBytesIO) => {
        self.checkExports();
        self.isClosed = true;
      },
    ],
    flush: ['($self, /)', (self: PyBytesIO) => self.check()],
    isatty: [
      '($self, /)',
      (self: PyBytesIO) => {
        self.check();
        return false;
      },
    ],
    readable: ['($self, /)', yes],
    writable: ['($self, /)', yes],
    seekable: ['($self, /)', yes],
    __getstate__: [
      '($self, /)',
      (self: PyBytesIO) => {
        self.check();
        return tupleOf([new PyBytes(self.value()), self.position, self.dict ?? null]);
      },
    ],
    __setstate__: [
      '($self, state, /)',
      (self: PyBytesIO, state: Value) => {
        const [value, position] = (state as { items?: Value[] }).items ?? [];
        self.bytes = bytesOf(value).slice();
        self.length = self.bytes.length;
        self.position = Number(index(position));
      },
    ],
  },
  getset: {
    closed: [(self: PyBytesIO) => self.isClosed],
  },
});

function read(self: PyBytesIO, size: Slot): Value {
  self.check();
  return new PyBytes(self.take(sizeOrAll(size)));
}

function yes(self: PyBytesIO): Value {
  self.check();
  return true;
}
