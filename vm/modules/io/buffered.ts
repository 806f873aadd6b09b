import { waits } from '../../interpreter/threads.ts';
import { pythonException } from '../../interpreter/unwind.ts';
import { PyByteArray, PyBytes } from '../../objects/bytes.ts';
import { type Declaration, defineType } from '../../objects/define.ts';
import {
  blockingIOErrorType,
  isException,
  newException,
  osErrorType,
  typeError,
  typeErrorType,
  valueError,
} from '../../objects/exception.ts';
import { integerOf } from '../../objects/int.ts';
import { memoryviewOf } from '../../objects/memoryview.ts';
import { type KwNames, newType, type PyType, type Slot, typeOf, type Value } from '../../objects/object.ts';
import { newBlockingIOError } from '../../objects/os-error.ts';
import { BuiltinDef } from '../../objects/signature.ts';
import { index } from '../../operations/arithmetic.ts';
import { callMethod, getAttribute, lookupAttribute } from '../../operations/attribute.ts';
import { repr } from '../../operations/text.ts';
import { isTrue } from '../../operations/truth.ts';
import type { VirtualSocket } from '../socket/network.ts';
import { afterInput } from './await-input.ts';
import {
  bufferedIOBaseType,
  bytesOf,
  closeAfterFlush,
  closedWhenLost,
  concatenate,
  DEFAULT_BUFFER_SIZE,
  endsClosed,
  inTurn,
  isClosed,
  PyIO,
  require,
  sizeOrAll,
  tellUnclosed,
  unsupported,
  withWritable,
} from './base.ts';
import { PyFileIO } from './file-io.ts';

export const bufferedReaderType = newType('_io.BufferedReader', bufferedIOBaseType);
export const bufferedWriterType = newType('_io.BufferedWriter', bufferedIOBaseType);
export const bufferedRandomType = newType('_io.BufferedRandom', bufferedIOBaseType);

const EMPTY = new Uint8Array(0);

/** A raw stream with what was read ahead of it, and what waits to be written to it: never both. */
export class PyBuffered extends PyIO {
  raw: Value = null;
  state: 'uninitialized' | 'ready' | 'detached' = 'uninitialized';
  size = DEFAULT_BUFFER_SIZE;
  ahead: Uint8Array = EMPTY;
  /** How much of `ahead` has been given out. */
  at = 0;
  pending: Uint8Array[] = [];
  pendingLength = 0;

  check(): void {
    if (this.state === 'uninitialized') throw valueError('I/O operation on uninitialized object');
    if (this.state === 'detached') throw valueError('raw stream has been detached');
  }

  checkOpen(message: string): void {
    this.check();
    if (this.raw instanceof PyFileIO ? this.raw.fd < 0 : isClosed(this.raw)) throw valueError(message);
  }

  /** Reads once from the raw stream; undefined when it would block. */
  readRaw(count: number): Uint8Array | undefined {
    if (this.raw instanceof PyFileIO && !this.raw.type.heap) return this.raw.read(count);
    if (lookupAttribute(this.raw, 'readinto') !== undefined) {
      const target = new PyByteArray(new Uint8Array(count));
      const got = callMethod(this.raw, 'readinto', memoryviewOf(target));
      if (got === null) return undefined;
      const length = lengthRead(got);
      if (length < 0 || length > count) {
        throw newException(
          osErrorType,
          `raw readinto() returned invalid length ${length} (should have been between 0 and ${count})`,
        );
      }
      return target.bytes.slice(0, length);
    }
    const data = callMethod(this.raw, 'read', count);
    return data === null ? undefined : bytesOf(data);
  }

  /** Gives up to `count` bytes that have been read ahead. */
  takeAhead(count: number): Uint8Array {
    const taken = this.ahead.subarray(this.at, this.at + count);
    this.at += taken.length;
    return taken;
  }

  get buffered(): number {
    return this.ahead.length - this.at;
  }

  /** Whether so many bytes can be read of what was read ahead and what a socket has got. */
  has(count: number, end: VirtualSocket): boolean {
    return this.buffered >= count || end.hasAll(count - this.buffered);
  }

  /** Reads ahead; gives how many bytes, undefined when it would block. */
  fill(): number | undefined {
    const data = this.readRaw(this.size);
    this.ahead = data ?? EMPTY;
    this.at = 0;
    return data?.length;
  }

  /** Forgets what was read ahead, and puts the raw stream back to where the reader stands. */
  dropAhead(): void {
    if (this.buffered > 0) callMethod(this.raw, 'seek', -this.buffered, 1);
    this.ahead = EMPTY;
    this.at = 0;
  }

  /** Keeps bytes until they are written. */
  keep(data: Uint8Array): void {
    this.pending.push(data);
    this.pendingLength += data.length;
  }

  /** Writes all that waits; what can't be written stays (_bufferedwriter_flush_unlocked). */
  flushPending(): void {
    if (this.pendingLength === 0) return;
    let data = concatenate(this.pending);
    this.pending = [];
    this.pendingLength = 0;
    try {
      while (data.length > 0) {
        const written = this.writeRaw(data);
        if (written === undefined) throw newBlockingIOError(WOULD_BLOCK, 0);
        data = data.subarray(written);
      }
    } finally {
      if (data.length > 0) this.keep(data);
    }
  }

  /** Writes once to the raw stream; undefined when it would block (_bufferedwriter_raw_write). */
  writeRaw(data: Uint8Array): number | undefined {
    if (this.raw instanceof PyFileIO && !this.raw.type.heap) return this.raw.write(data);
    const answer = callMethod(this.raw, 'write', new PyBytes(data.slice()));
    if (answer === null) return undefined;
    // What is no number at all is told of as if it were a wrong one.
    const written = typeOf(answer).nb_index === undefined ? -1 : Number(index(answer));
    if (written < 0 || written > data.length) {
      throw newException(
        osErrorType,
        `raw write() returned invalid length ${written} (should have been between 0 and ${data.length})`,
      );
    }
    return written;
  }
}

const WOULD_BLOCK = 'write could not complete without blocking';

/** The number of bytes that readinto() has given; OSError when it is none. */
function lengthRead(answer: Value): number {
  try {
    return Number(index(answer));
  } catch (error) {
    const cause = pythonException(error);
    if (!isException(cause, typeErrorType)) throw cause;
    const failure = newException(osErrorType, 'raw readinto() failed');
    failure.cause = cause;
    failure.context = cause;
    throw failure;
  }
}

function read(self: PyBuffered, size: Slot): Value {
  self.checkOpen('read of closed file');
  const wanted = sizeOrAll(size);
  if (wanted < -1) throw valueError('read length must be non-negative or -1');
  self.flushPending();
  if (wanted >= 0 && wanted <= self.buffered) return new PyBytes(self.takeAhead(wanted).slice());
  const chunks: Uint8Array[] = [];
  let length = 0;
  if (self.buffered > 0) {
    const first = self.takeAhead(self.buffered);
    chunks.push(first);
    length = first.length;
  }
  if (wanted < 0) {
    if (lookupAttribute(self.raw, 'readall') !== undefined) {
      const rest = callMethod(self.raw, 'readall');
      if (rest === null) return length === 0 ? null : new PyBytes(concatenate(chunks).slice());
      if (!(rest instanceof PyBytes)) throw typeError('readall() should return bytes');
      chunks.push(rest.bytes);
      return new PyBytes(concatenate(chunks));
    }
  }
  let blocked = false;
  while (wanted < 0 || length < wanted) {
    if (wanted >= 0 && wanted - length < self.size) {
      const count = self.fill();
      blocked = count === undefined;
      if (blocked || count === 0) break;
      const piece = self.takeAhead(wanted - length);
      chunks.push(piece);
      length += piece.length;
      continue;
    }
    const rest = wanted - length;
    const data = self.readRaw(wanted < 0 ? self.size : rest - (rest % self.size));
    if (data === undefined) {
      blocked = true;
      break;
    }
    if (data.length === 0) break;
    chunks.push(data);
    length += data.length;
  }
  if (length === 0 && blocked) return null;
  return new PyBytes(chunks.length === 0 ? EMPTY : concatenate(chunks).slice());
}

function read1(self: PyBuffered, size: Slot): Value {
  self.checkOpen('read of closed file');
  const wanted = size === undefined ? -1 : Number(index(size));
  self.flushPending();
  const limit = wanted < 0 ? self.size : wanted;
  if (limit === 0) return new PyBytes(EMPTY);
  if (self.buffered === 0) {
    const data = self.readRaw(limit);
    return new PyBytes(data ?? EMPTY);
  }
  return new PyBytes(self.takeAhead(Math.min(limit, self.buffered)).slice());
}

function readIntoOnce(self: PyBuffered, target: Value, once: boolean): Value {
  self.checkOpen('readinto of closed file');
  self.flushPending();
  return withWritable(target, (bytes): Value => {
    let filled = 0;
    const take = (): void => {
      const piece = self.takeAhead(bytes.length - filled);
      bytes.set(piece, filled);
      filled += piece.length;
    };
    take();
    while (filled < bytes.length) {
      const wanted = bytes.length - filled;
      if (wanted > self.size) {
        // As much as this is read past the buffer.
        const data = self.readRaw(wanted);
        if (data === undefined && filled === 0) return null;
        if (data === undefined || data.length === 0) break;
        bytes.set(data, filled);
        filled += data.length;
      } else {
        // Something that is there already isn't made to wait for more.
        if (once && filled > 0) break;
        const count = self.fill();
        if (count === undefined && filled === 0) return null;
        if (count === undefined || count === 0) break;
        take();
      }
      if (once) break;
    }
    return filled;
  });
}

function readline(self: PyBuffered, size: Slot): Value {
  self.checkOpen('readline of closed file');
  const limit = sizeOrAll(size);
  self.flushPending();
  const chunks: Uint8Array[] = [];
  let length = 0;
  while (limit < 0 || length < limit) {
    if (self.buffered === 0 && (self.fill() ?? 0) === 0) break;
    const newline = self.ahead.indexOf(10, self.at);
    let count = (newline < 0 ? self.ahead.length : newline + 1) - self.at;
    if (limit >= 0) count = Math.min(count, limit - length);
    const piece = self.takeAhead(count);
    chunks.push(piece);
    length += piece.length;
    if (piece[piece.length - 1] === 10) break;
  }
  return new PyBytes(chunks.length === 0 ? EMPTY : concatenate(chunks).slice());
}

function write(self: PyBuffered, data: Value): Value {
  self.checkOpen('write to closed file');
  if (typeof data === 'string') throw typeError("a bytes-like object is required, not 'str'");
  const bytes = bytesOf(data);
  if (self.buffered > 0) self.dropAhead();
  if (bytes.length <= self.size - self.pendingLength && bytes.length < self.size) {
    self.keep(bytes);
    return bytes.length;
  }
  try {
    self.flushPending();
  } catch (error) {
    if (!isException(error, blockingIOErrorType)) throw error;
    // As much as there is room for is kept.
    const room = self.size - self.pendingLength;
    self.keep(bytes.subarray(0, room));
    if (bytes.length <= room) return bytes.length;
    throw newBlockingIOError(WOULD_BLOCK, room);
  }
  // What doesn't fit into the buffer goes past it.
  let written = 0;
  while (bytes.length - written >= self.size) {
    const count = self.writeRaw(bytes.subarray(written));
    if (count === undefined && bytes.length - written === self.size) break;
    if (count === undefined) {
      self.keep(bytes.subarray(written, written + self.size));
      throw newBlockingIOError(WOULD_BLOCK, written + self.size);
    }
    written += count;
  }
  if (written < bytes.length) self.keep(bytes.subarray(written));
  return bytes.length;
}

/** A raw stream's answer to where it stands. */
function position(answer: Value): number {
  const at = Number(index(answer));
  if (at < 0) throw newException(osErrorType, `Raw stream returned invalid position ${at}`);
  return at;
}

function tell(self: PyBuffered): number {
  self.check();
  // A device that is always at its start says 0, also after something was read ahead of it.
  return Math.max(0, position(callMethod(self.raw, 'tell')) - self.buffered + self.pendingLength);
}

function seek(self: PyBuffered, offset: Value, whence: Slot): Value {
  self.checkOpen('seek of closed file');
  const from = whence === undefined ? 0 : Number(index(whence));
  if (from < 0 || from > 2) throw valueError(`invalid whence value ${from}`);
  require(self.raw, 'seekable', 'File or stream is not seekable.');
  self.flushPending();
  let by = Number(index(offset));
  if (from === 1) by -= self.buffered;
  self.ahead = EMPTY;
  self.at = 0;
  return position(callMethod(self.raw, 'seek', by, from));
}

const hasOpenRaw = (self: PyBuffered): boolean => self.state === 'ready' && self.raw !== null;

function close(self: PyBuffered): void {
  self.check();
  if (isClosed(self.raw)) return;
  if (self.finalizing) tellUnclosed(self.raw, self);
  closeAfterFlush(self, self.raw);
  endsClosed(self);
}

function flush(self: PyBuffered): void {
  self.checkOpen('flush of closed file');
  self.flushPending();
  if (self.buffered > 0 && typeOf(self).isSubtype(bufferedRandomType)) self.dropAhead();
}

function initialize(name: string, capabilities: readonly ('readable' | 'writable' | 'seekable')[]) {
  const initializer = new BuiltinDef(name, name, '(raw, buffer_size=131072)', () => null, false, null);
  return (self: PyBuffered, args: Value[], kwNames: KwNames): void => {
    const [raw, size] = initializer.bind(args, kwNames) as [Value, Slot];
    self.state = 'uninitialized';
    for (const capability of capabilities) {
      require(raw, capability, `File or stream is not ${capability}.`);
    }
    self.size = size === undefined ? DEFAULT_BUFFER_SIZE : Number(index(size));
    if (self.size <= 0) throw valueError('buffer size must be strictly positive');
    self.raw = raw;
    self.ahead = EMPTY;
    self.at = 0;
    self.pending = [];
    self.pendingLength = 0;
    self.state = 'ready';
  };
}

const common = {
  module: '_io',
  allocate: (type: PyType) => closedWhenLost(new PyBuffered(type)),
  tp_new: (type: PyType) => type.allocate(type),
  tp_repr(self: PyBuffered) {
    const name = self.state === 'ready' ? lookupAttribute(self, 'name') : undefined;
    return name === undefined ? `<${typeOf(self).tp_name}>` : `<${typeOf(self).tp_name} name=${repr(name)}>`;
  },
  getset: {
    closed: [
      (self: PyBuffered) => {
        self.check();
        return getAttribute(self.raw, 'closed');
      },
    ],
    name: [(self: PyBuffered) => getAttribute(self.raw, 'name')],
    mode: [(self: PyBuffered) => getAttribute(self.raw, 'mode')],
  },
  members: {
    raw: [(self: PyBuffered) => (hasOpenRaw(self) ? self.raw : null)],
  },
} as const;

type Methods = Record<string, Declaration>;

const sharedMethods: Methods = {
  _dealloc_warn: [
    '($self, source, /)',
    (self: PyBuffered, source: Value) => {
      if (self.state === 'ready') tellUnclosed(self.raw, source);
    },
  ],
  detach: [
    '($self, /)',
    (self: PyBuffered) => {
      self.check();
      callMethod(self, 'flush');
      const { raw } = self;
      self.raw = null;
      self.state = 'detached';
      return raw;
    },
  ],
  close: ['($self, /)', close],
  flush: ['($self, /)', flush],
  seekable: [
    '($self, /)',
    (self: PyBuffered) => {
      self.check();
      return callMethod(self.raw, 'seekable');
    },
  ],
  fileno: [
    '($self, /)',
    (self: PyBuffered) => {
      self.check();
      return callMethod(self.raw, 'fileno');
    },
  ],
  isatty: [
    '($self, /)',
    (self: PyBuffered) => {
      self.check();
      return callMethod(self.raw, 'isatty');
    },
  ],
  tell: ['($self, /)', tell],
  seek: ['($self, target, whence=0, /)', seek],
  truncate: [
    '($self, pos=None, /)',
    (self: PyBuffered, pos: Slot) => {
      self.checkOpen('truncate of closed file');
      if (!isTrue(callMethod(self, 'writable'))) throw unsupported('truncate');
      self.flushPending();
      const size = pos === undefined || pos === null ? tell(self) : pos;
      return callMethod(self.raw, 'truncate', size);
    },
  ],
  __reduce__: [
    '($self, /)',
    (self: PyBuffered): Value => {
      throw typeError(`cannot pickle '${typeOf(self).tp_name}' instances`);
    },
  ],
};

const asksRaw = (name: 'readable' | 'writable') =>
  [
    '($self, /)',
    (self: PyBuffered) => {
      self.check();
      return callMethod(self.raw, name);
    },
  ] as const;

function peek(self: PyBuffered): Value {
  self.checkOpen('peek of closed file');
  self.flushPending();
  if (self.buffered === 0) self.fill();
  return new PyBytes(self.ahead.slice(self.at));
}

const readMethods: Methods = {
  read: [
    '($self, size=-1, /)',
    waits((self: PyBuffered, size: Slot) => {
      const wanted = integerOf(size ?? -1) ?? -1;
      return afterInput(
        self.raw,
        (end) => wanted >= 0 && self.has(Number(wanted), end),
        () => read(self, size),
      );
    }),
  ],
  read1: [
    '($self, size=-1, /)',
    waits((self: PyBuffered, size: Slot) =>
      afterInput(
        self.raw,
        (end) => self.has(1, end),
        () => read1(self, size),
      ),
    ),
  ],
  readinto: [
    '($self, buffer, /)',
    waits((self: PyBuffered, target: Value) => {
      const isFull = (end: VirtualSocket): boolean =>
        self.has(
          withWritable(target, (bytes) => bytes.length),
          end,
        );
      return afterInput(self.raw, isFull, () => readIntoOnce(self, target, false));
    }),
  ],
  readinto1: [
    '($self, buffer, /)',
    waits((self: PyBuffered, target: Value) =>
      afterInput(
        self.raw,
        (end) => self.has(1, end),
        () => readIntoOnce(self, target, true),
      ),
    ),
  ],
  readline: [
    '($self, size=-1, /)',
    waits((self: PyBuffered, size: Slot) => {
      const limit = integerOf(size ?? -1) ?? -1;
      const isLine = (end: VirtualSocket): boolean =>
        (limit >= 0 && self.has(Number(limit), end)) || self.ahead.indexOf(10, self.at) >= 0 || end.hasByte(10);
      return afterInput(self.raw, isLine, () => readline(self, size));
    }),
  ],
  peek: [
    '($self, size=0, /)',
    waits((self: PyBuffered) =>
      afterInput(
        self.raw,
        (end) => self.has(1, end),
        () => peek(self),
      ),
    ),
  ],
  readable: asksRaw('readable'),
};

const writeMethods: Methods = {
  write: ['($self, buffer, /)', write],
  writable: asksRaw('writable'),
};

function nextLine(self: PyBuffered): Slot {
  const line = readline(self, undefined) as PyBytes;
  return line.bytes.length === 0 ? undefined : line;
}

defineType(bufferedReaderType, {
  ...common,
  doc: 'Create a new buffered reader using the given readable raw IO object.',
  signature: '(raw, buffer_size=DEFAULT_BUFFER_SIZE)',
  tp_init: initialize('BufferedReader', ['readable']),
  tp_iternext: nextLine,
  methods: { ...sharedMethods, ...readMethods },
});

defineType(bufferedWriterType, {
  ...common,
  doc: 'A buffer for a writeable sequential RawIO object.',
  signature: '(raw, buffer_size=DEFAULT_BUFFER_SIZE)',
  tp_init: initialize('BufferedWriter', ['writable']),
  methods: { ...sharedMethods, ...writeMethods },
});

defineType(bufferedRandomType, {
  ...common,
  doc: 'A buffered interface to random access streams.',
  signature: '(raw, buffer_size=DEFAULT_BUFFER_SIZE)',
  tp_init: initialize('BufferedRandom', ['seekable', 'readable', 'writable']),
  tp_iternext: nextLine,
  methods: { ...sharedMethods, ...readMethods, ...writeMethods },
});

/** A reader and a writer over two raw streams. */
class PyRWPair extends PyIO {
  reader: Value = null;
  writer: Value = null;
}

const forward = (side: 'reader' | 'writer', name: string, signature: string) =>
  [
    signature,
    (self: PyRWPair, ...args: Slot[]) =>
      callMethod(self[side], name, ...args.filter((arg): arg is Value => arg !== undefined)),
  ] as const;

const pairBinder = new BuiltinDef(
  'BufferedRWPair',
  'BufferedRWPair',
  '(reader, writer, buffer_size=131072, /)',
  () => null,
  false,
  null,
);

export const bufferedRWPairType = defineType(newType('_io.BufferedRWPair', bufferedIOBaseType), {
  module: '_io',
  doc: 'A buffered reader and writer object together.',
  signature: '(reader, writer, buffer_size=131072, /)',
  allocate: (type) => closedWhenLost(new PyRWPair(type)),
  tp_new: (type: PyType) => type.allocate(type),
  tp_init(self: PyRWPair, args: Value[], kwNames: KwNames) {
    const [reader, writer, size] = pairBinder.bind(args, kwNames) as [Value, Value, Slot];
    require(reader, 'readable', 'File or stream is not readable.');
    require(writer, 'writable', 'File or stream is not writable.');
    const make = (type: PyType, raw: Value): Value => {
      const buffered = type.allocate(type) as PyBuffered;
      type.tp_init!(buffered, size === undefined ? [raw] : [raw, size], undefined);
      return buffered;
    };
    self.reader = make(bufferedReaderType, reader);
    self.writer = make(bufferedWriterType, writer);
  },
  methods: {
    read: forward('reader', 'read', '($self, size=-1, /)'),
    read1: forward('reader', 'read1', '($self, size=-1, /)'),
    peek: forward('reader', 'peek', '($self, size=0, /)'),
    readinto: forward('reader', 'readinto', '($self, buffer, /)'),
    readinto1: forward('reader', 'readinto1', '($self, buffer, /)'),
    readable: forward('reader', 'readable', '($self, /)'),
    write: forward('writer', 'write', '($self, buffer, /)'),
    flush: forward('writer', 'flush', '($self, /)'),
    writable: forward('writer', 'writable', '($self, /)'),
    close: [
      '($self, /)',
      (self: PyRWPair) => {
        inTurn(
          () => callMethod(self.writer, 'close'),
          () => callMethod(self.reader, 'close'),
        );
        endsClosed(self);
      },
    ],
    isatty: [
      '($self, /)',
      (self: PyRWPair) => isTrue(callMethod(self.writer, 'isatty')) || isTrue(callMethod(self.reader, 'isatty')),
    ],
  },
  getset: {
    closed: [(self: PyRWPair) => getAttribute(self.writer, 'closed')],
  },
});
