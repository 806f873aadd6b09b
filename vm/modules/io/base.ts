import { writeUnraisable } from '../../builtins/unraisable.ts';
import { vm } from '../../interpreter/state.ts';
import { pythonException } from '../../interpreter/unwind.ts';
import { PyBytes } from '../../objects/bytes.ts';
import { defineType } from '../../objects/define.ts';
import { PyDict } from '../../objects/dict.ts';
import {
  newException,
  osErrorType,
  type PyBaseException,
  typeError,
  valueError,
  valueErrorType,
} from '../../objects/exception.ts';
import { PyList } from '../../objects/list.ts';
import {
  bytearrayType,
  newType,
  PyObject,
  type PyType,
  type Slot,
  typeOf,
  typeType,
  type Value,
} from '../../objects/object.ts';
import { tupleOf } from '../../objects/tuple.ts';
import { index } from '../../operations/arithmetic.ts';
import { callMethod, getAttribute, instanceDict, lookupAttribute } from '../../operations/attribute.ts';
import { call } from '../../operations/call.ts';
import { forEach, getIterator } from '../../operations/iterate.ts';
import { lengthOf } from '../../operations/subscript.ts';
import { repr } from '../../operations/text.ts';
import { isTrue } from '../../operations/truth.ts';

/** An object of the io hierarchy: what every class of it, also the user's, is laid out as. */
export class PyIO extends PyObject {
  override dict: PyDict | undefined = undefined;
  /** It is being closed because nobody reaches it any more. */
  finalizing = false;
  /** Whether IOBase.close() has been called. */
  closedByBase = false;
  constructor(type: PyType) {
    super(type);
  }
}

/** Lets the collector know of a stream that is to be closed when nobody reaches it any more. */
export function closedWhenLost<Stream extends PyIO>(stream: Stream): Stream {
  vm.finalizable.add(stream);
  return stream;
}

/** A closed stream needs no end of its own, unless its class has one. */
export function endsClosed(stream: PyIO): void {
  if (!stream.type.heap) vm.finalizable.delete(stream);
}

/** Closes a stream that nobody reaches any more (iobase_finalize). */
function finalizeStream(self: PyIO): void {
  try {
    if (isClosed(self)) return;
  } catch (error) {
    // What can't tell whether it is closed was never whole.
    pythonException(error);
    return;
  }
  try {
    self.finalizing = true;
    callMethod(self, 'close');
  } catch (error) {
    writeUnraisable(pythonException(error), `Exception ignored while finalizing file ${repr(self)}`);
  }
}

export const ioBaseType = newType('_io._IOBase');
export const rawIOBaseType = newType('_io._RawIOBase', ioBaseType);
export const bufferedIOBaseType = newType('_io._BufferedIOBase', ioBaseType);
export const textIOBaseType = newType('_io._TextIOBase', ioBaseType);

let unsupportedOperationType: Value | undefined;

/** io.UnsupportedOperation: a class below both OSError and ValueError, made by a class call as io does it. */
export function unsupportedOperation(): Value {
  if (unsupportedOperationType === undefined) {
    const namespace = new PyDict();
    namespace.setString('__module__', 'io');
    unsupportedOperationType = call(
      typeType,
      'UnsupportedOperation',
      tupleOf([osErrorType, valueErrorType]),
      namespace,
    );
  }
  return unsupportedOperationType;
}

/** Runs two steps, the second whatever becomes of the first. An error of the second has that of the first as its context. */
export function inTurn(first: () => void, second: () => void): void {
  let failure: unknown;
  try {
    first();
  } catch (error) {
    failure = error;
  }
  if (failure === undefined) {
    second();
    return;
  }
  const exception = pythonException(failure);
  try {
    second();
  } catch (error) {
    const later = pythonException(error);
    if (later !== exception) later.context = exception;
    throw later;
  }
  throw exception;
}

/** Flushes a stream and closes the one below it, also when flushing fails. */
export function closeAfterFlush(self: Value, below: Value): void {
  inTurn(
    () => callMethod(self, 'flush'),
    () => callMethod(below, 'close'),
  );
}

/** Asks the stream below to tell of `source`, which was never closed. Streams of other kinds have nothing to tell. */
export function tellUnclosed(below: Value, source: Value): void {
  const tell = lookupAttribute(below, '_dealloc_warn');
  if (tell !== undefined) call(tell, source);
}

export function unsupported(message: string): PyBaseException {
  return newException(unsupportedOperation() as PyType, message);
}

export const closedError = (): PyBaseException => valueError('I/O operation on closed file.');

export function isClosed(self: Value): boolean {
  return isTrue(getAttribute(self, 'closed'));
}

export function checkClosed(self: Value): void {
  if (isClosed(self)) throw closedError();
}

/** Asks `readable`, `writable` or `seekable` and raises UnsupportedOperation unless the answer is True. */
export function require(self: Value, capability: 'readable' | 'writable' | 'seekable', message: string): Value {
  const answer = callMethod(self, capability);
  if (answer !== true) throw unsupported(message);
  return answer;
}

/** A size argument: None and negative ones mean all. */
export function sizeOrAll(value: Slot): number {
  if (value === undefined || value === null) return -1;
  if (typeof value !== 'number' && typeOf(value).nb_index === undefined) {
    throw typeError(`argument should be integer or None, not '${typeOf(value).tp_name}'`);
  }
  return Number(index(value));
}

/** The bytes of a bytes-like object. */
export function bytesOf(value: Value): Uint8Array {
  if (value instanceof PyBytes) return value.bytes;
  const { bf_getbuffer, tp_name } = typeOf(value);
  if (bf_getbuffer === undefined) throw typeError(`a bytes-like object is required, not '${tp_name}'`);
  const buffer = bf_getbuffer(value);
  const copy = buffer.bytes.slice();
  buffer.release();
  return copy;
}

/** Lets `fill` write into a writable bytes-like object; gives what it gives. */
export function withWritable<T>(target: Value, fill: (bytes: Uint8Array) => T): T {
  const { bf_getbuffer, tp_name } = typeOf(target);
  const buffer = bf_getbuffer?.(target);
  if (buffer === undefined || buffer.readonly) {
    buffer?.release();
    throw typeError(`readinto() argument must be read-write bytes-like object, not ${tp_name}`);
  }
  try {
    return fill(buffer.bytes);
  } finally {
    buffer.release();
  }
}

export function concatenate(chunks: readonly Uint8Array[]): Uint8Array {
  if (chunks.length === 1) return chunks[0];
  const result = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    result.set(chunk, at);
    at += chunk.length;
  }
  return result;
}

/** One line by peek() and read(), for classes that have no readline of their own (_io__IOBase_readline_impl). */
function readline(self: Value, size: Slot): Value {
  const limit = sizeOrAll(size);
  const peek = lookupAttribute(self, 'peek');
  const chunks: Uint8Array[] = [];
  let length = 0;
  while (limit < 0 || length < limit) {
    let wanted = 1;
    if (peek !== undefined) {
      const ahead = call(peek, 1);
      if (!(ahead instanceof PyBytes)) {
        throw newException(osErrorType, `peek() should have returned a bytes object, not '${typeOf(ahead).tp_name}'`);
      }
      if (ahead.bytes.length > 0) {
        const newline = ahead.bytes.indexOf(10);
        wanted = newline < 0 ? ahead.bytes.length : newline + 1;
        if (limit >= 0) wanted = Math.min(wanted, limit - length);
      }
    }
    const read = callMethod(self, 'read', wanted);
    if (!(read instanceof PyBytes)) {
      throw newException(osErrorType, `read() should have returned a bytes object, not '${typeOf(read).tp_name}'`);
    }
    if (read.bytes.length === 0) break;
    chunks.push(read.bytes);
    length += read.bytes.length;
    if (read.bytes[read.bytes.length - 1] === 10) break;
  }
  return new PyBytes(concatenate(chunks));
}

defineType(ioBaseType, {
  module: '_io',
  doc: 'The abstract base class for all I/O classes.',
  allocate: (type) => closedWhenLost(new PyIO(type)),
  tp_del: finalizeStream,
  hasDict: true,
  hasWeakrefs: true,
  tp_new: (type: PyType) => type.allocate(type),
  tp_iter(self: Value) {
    checkClosed(self);
    return self;
  },
  tp_iternext(self: Value) {
    const line = callMethod(self, 'readline');
    return lengthOf(line) === 0 ? undefined : line;
  },
  methods: {
    seek: [
      '($self, offset, whence=os.SEEK_SET, /)',
      (_self: Value): Value => {
        throw unsupported('seek');
      },
    ],
    tell: ['($self, /)', (self: Value) => callMethod(self, 'seek', 0, 1), 'Return current stream position.'],
    truncate: [
      '($self, size=None, /)',
      (_self: Value): Value => {
        throw unsupported('truncate');
      },
    ],
    flush: [
      '($self, /)',
      (self: PyIO) => {
        if (self.closedByBase) throw closedError();
      },
      'Flush write buffers, if applicable.',
    ],
    close: [
      '($self, /)',
      (self: PyIO) => {
        if (self.closedByBase) return;
        try {
          callMethod(self, 'flush');
        } finally {
          self.closedByBase = true;
        }
      },
      'Flush and close the IO object.',
    ],
    seekable: ['($self, /)', () => false],
    readable: ['($self, /)', () => false],
    writable: ['($self, /)', () => false],
    _checkClosed: ['($self, /)', checkClosed],
    _checkSeekable: ['($self, /)', (self: Value) => require(self, 'seekable', 'File or stream is not seekable.')],
    _checkReadable: ['($self, /)', (self: Value) => require(self, 'readable', 'File or stream is not readable.')],
    _checkWritable: ['($self, /)', (self: Value) => require(self, 'writable', 'File or stream is not writable.')],
    fileno: [
      '($self, /)',
      (_self: Value): Value => {
        throw unsupported('fileno');
      },
      'Return underlying file descriptor if one exists.',
    ],
    isatty: [
      '($self, /)',
      (self: Value) => {
        checkClosed(self);
        return false;
      },
      "Return whether this is an 'interactive' stream.",
    ],
    __enter__: [
      '($self, /)',
      (self: Value) => {
        checkClosed(self);
        return self;
      },
    ],
    __exit__: [
      '($self, /, *args)',
      (self: Value) => {
        callMethod(self, 'close');
      },
    ],
    readline: ['($self, size=-1, /)', readline, 'Read and return a line from the stream.'],
    readlines: [
      '($self, hint=-1, /)',
      (self: Value, hint: Slot) => {
        const limit = sizeOrAll(hint);
        const lines: Value[] = [];
        let length = 0;
        forEach(self, (line) => {
          lines.push(line);
          length += lengthOf(line);
          return limit > 0 && length >= limit;
        });
        return new PyList(lines);
      },
      'Return a list of lines from the stream.',
    ],
    writelines: [
      '($self, lines, /)',
      (self: Value, lines: Value) => {
        checkClosed(self);
        const iterator = getIterator(lines);
        forEach(iterator, (line) => {
          callMethod(self, 'write', line);
        });
      },
      'Write a list of lines to stream.',
    ],
  },
  getset: {
    closed: [(self: PyIO) => self.closedByBase],
    __dict__: [(self: PyIO) => instanceDict(self)],
  },
});

defineType(rawIOBaseType, {
  module: '_io',
  doc: 'Base class for raw binary I/O.',
  methods: {
    read: [
      '($self, size=-1, /)',
      (self: Value, size: Slot) => {
        const count = size === undefined ? -1 : Number(index(size));
        if (count < 0) return callMethod(self, 'readall');
        const target = call(bytearrayType, count);
        const got = callMethod(self, 'readinto', target);
        if (got === null) return null;
        const length = index(got);
        if (length < 0 || length > count) throw valueError(`readinto returned ${length} outside buffer size ${count}`);
        return new PyBytes(bytesOf(target).slice(0, Number(length)));
      },
    ],
    readall: [
      '($self, /)',
      (self: Value) => {
        const chunks: Uint8Array[] = [];
        for (;;) {
          const data = callMethod(self, 'read', DEFAULT_BUFFER_SIZE);
          if (data === null) {
            if (chunks.length === 0) return null;
            break;
          }
          if (!(data instanceof PyBytes)) throw typeError('read() should return bytes');
          if (data.bytes.length === 0) break;
          chunks.push(data.bytes);
        }
        return new PyBytes(concatenate(chunks));
      },
      'Read until EOF, using multiple read() call.',
    ],
    readinto: ['($self, buffer, /)', (_self: Value): Value => notImplemented('readinto')],
    write: ['($self, b, /)', (_self: Value): Value => notImplemented('write')],
  },
});

function notImplemented(name: string): never {
  throw unsupported(name);
}

defineType(bufferedIOBaseType, {
  module: '_io',
  doc: 'Base class for buffered IO objects.',
  methods: {
    detach: ['($self, /)', (_self: Value): Value => notImplemented('detach')],
    read: ['($self, size=-1, /)', (_self: Value): Value => notImplemented('read')],
    read1: ['($self, size=-1, /)', (_self: Value): Value => notImplemented('read1')],
    write: ['($self, b, /)', (_self: Value): Value => notImplemented('write')],
    readinto: ['($self, buffer, /)', (self: Value, target: Value) => readIntoBy(self, 'read', target)],
    readinto1: ['($self, buffer, /)', (self: Value, target: Value) => readIntoBy(self, 'read1', target)],
  },
});

function readIntoBy(self: Value, method: string, target: Value): Value {
  return withWritable(target, (bytes) => {
    const data = callMethod(self, method, bytes.length);
    if (!(data instanceof PyBytes)) throw typeError('read() should return bytes');
    if (data.bytes.length > bytes.length) {
      throw valueError(`read() returned too much data: ${bytes.length} bytes requested, ${data.bytes.length} returned`);
    }
    bytes.set(data.bytes);
    return data.bytes.length;
  });
}

defineType(textIOBaseType, {
  module: '_io',
  doc: 'Base class for text I/O.',
  methods: {
    detach: ['($self, /)', (_self: Value): Value => notImplemented('detach')],
    read: ['($self, size=-1, /)', (_self: Value): Value => notImplemented('read')],
    readline: ['($self, size=-1, /)', (_self: Value): Value => notImplemented('readline')],
    write: ['($self, s, /)', (_self: Value): Value => notImplemented('write')],
  },
  getset: {
    encoding: [() => null, undefined, 'Encoding of the text stream.'],
    newlines: [() => null, undefined, 'Line endings translated so far.'],
    errors: [() => null, undefined, 'The error setting of the decoder or encoder.'],
  },
});

export const DEFAULT_BUFFER_SIZE = 131072;
