import { HostError } from '../../host.ts';
import { vm } from '../../interpreter/state.ts';
import { PyBytes } from '../../objects/bytes.ts';
import { defineType } from '../../objects/define.ts';
import {
  blockingIOErrorType,
  isException,
  osErrorType,
  overflowError,
  typeError,
  valueError,
} from '../../objects/exception.ts';
import { integerOf } from '../../objects/int.ts';
import { type KwNames, newType, type PyType, type Slot, typeOf, type Value } from '../../objects/object.ts';
import { BuiltinDef } from '../../objects/signature.ts';
import { stringOf } from '../../objects/str.ts';
import { index } from '../../operations/arithmetic.ts';
import { callMethod, lookupAttribute, ownAttribute, setAttribute } from '../../operations/attribute.ts';
import { call } from '../../operations/call.ts';
import { filesystemPath, withOSErrors } from '../../operations/path.ts';
import { repr } from '../../operations/text.ts';
import { isTrue } from '../../operations/truth.ts';
import {
  closeDescriptor,
  isTerminal,
  readDescriptor,
  seekDescriptor,
  statDescriptor,
  writeDescriptor,
} from '../descriptors.ts';
import {
  bytesOf,
  closedError,
  closedWhenLost,
  concatenate,
  DEFAULT_BUFFER_SIZE,
  endsClosed,
  PyIO,
  rawIOBaseType,
  sizeOrAll,
  unsupported,
  withWritable,
} from './base.ts';

/** open()'s flags on Linux, which the host understands. */
export const enum OpenFlag {
  RDONLY = 0,
  WRONLY = 1,
  RDWR = 2,
  CREAT = 0o100,
  EXCL = 0o200,
  TRUNC = 0o1000,
  APPEND = 0o2000,
  CLOEXEC = 0o2000000,
}

const S_IFMT = 0o170000;
const S_IFDIR = 0o040000;

export const fileIOType = newType('_io.FileIO', rawIOBaseType);

/** A file by descriptor; -1 once closed. */
export class PyFileIO extends PyIO {
  fd = -1;
  isReadable = false;
  isWritable = false;
  created = false;
  appending = false;
  closeFd = true;
  /** Undefined until asked. */
  isSeekable: boolean | undefined = undefined;
  blockSize = DEFAULT_BUFFER_SIZE;

  check(): void {
    if (this.fd < 0) throw closedError();
  }

  checkReadable(): void {
    this.check();
    if (!this.isReadable) throw unsupported('File not open for reading');
  }

  checkWritable(): void {
    this.check();
    if (!this.isWritable) throw unsupported('File not open for writing');
  }

  /** Undefined where nothing is there yet and the descriptor doesn't block. */
  read(size: number): Uint8Array | undefined {
    this.checkReadable();
    if (size >= 0) return this.readOnce(size);
    const chunks: Uint8Array[] = [];
    for (;;) {
      const chunk = this.readOnce(DEFAULT_BUFFER_SIZE);
      if (chunk === undefined && chunks.length === 0) return undefined;
      if (chunk === undefined || chunk.length === 0) return concatenate(chunks);
      chunks.push(chunk);
    }
  }

  private readOnce(size: number): Uint8Array | undefined {
    let read: Uint8Array | undefined;
    unlessItBlocks(() =>
      readDescriptor(this.fd, size, (data) => {
        read = data;
        return null;
      }),
    );
    return read;
  }

  /** How many bytes; undefined where there is no room and the descriptor doesn't block. */
  write(bytes: Uint8Array): number | undefined {
    this.checkWritable();
    return unlessItBlocks(() => writeDescriptor(this.fd, bytes)) as number | undefined;
  }

  seek(offset: number, whence: number): number {
    this.check();
    return withOSErrors(() => seekDescriptor(this.fd, offset, whence), undefined);
  }

  seekable(): boolean {
    this.check();
    if (this.isSeekable === undefined) {
      try {
        seekDescriptor(this.fd, 0, 1);
        this.isSeekable = true;
      } catch (error) {
        if (!(error instanceof HostError)) throw error;
        this.isSeekable = false;
      }
    }
    return this.isSeekable;
  }

  close(): void {
    const { fd } = this;
    this.fd = -1;
    endsClosed(this);
    if (this.closeFd && fd >= 0) closeDescriptor(fd);
  }
}

/** What `act` gives; undefined where it would have to wait on a descriptor that doesn't block. */
function unlessItBlocks(act: () => Value): Slot {
  try {
    return act();
  } catch (error) {
    if (isException(error, blockingIOErrorType)) return undefined;
    throw error;
  }
}

const bytesOrNone = (bytes: Uint8Array | undefined): Value => (bytes === undefined ? null : new PyBytes(bytes));

/** Tells of a file that was never closed; `source` is the stream that the program had. */
function warnUnclosed(self: PyFileIO, source: Value): void {
  if (self.fd >= 0 && self.closeFd) vm.warn?.('ResourceWarning', `unclosed file ${repr(source)}`, source);
}

/** Whether a file that is open for writing may hold back what was written to this path. */
export function isBeingWritten(path: Value): boolean {
  for (const stream of vm.finalizable) {
    if (!(stream instanceof PyFileIO) || !stream.isWritable || stream.fd < 0) continue;
    const name = ownAttribute(stream, 'name');
    if (name === path) return true;
  }
  return false;
}

/** What a mode such as 'rb+' asks for; ValueError for a bad one. */
function parseMode(self: PyFileIO, mode: string): number {
  let kinds = 0;
  let plus = 0;
  let flags = 0;
  for (const char of mode) {
    switch (char) {
      case 'x':
        kinds++;
        self.created = true;
        self.isWritable = true;
        flags |= OpenFlag.EXCL | OpenFlag.CREAT;
        break;
      case 'r':
        kinds++;
        self.isReadable = true;
        break;
      case 'w':
        kinds++;
        self.isWritable = true;
        flags |= OpenFlag.CREAT | OpenFlag.TRUNC;
        break;
      case 'a':
        kinds++;
        self.isWritable = true;
        self.appending = true;
        flags |= OpenFlag.APPEND | OpenFlag.CREAT;
        break;
      case 'b':
        break;
      case '+':
        plus++;
        self.isReadable = true;
        self.isWritable = true;
        break;
      default:
        throw valueError(`invalid mode: ${mode}`);
    }
  }
  if (kinds !== 1 || plus > 1) {
    throw valueError('Must have exactly one of create/read/write/append mode and at most one plus');
  }
  if (self.isReadable && self.isWritable) return flags | OpenFlag.RDWR;
  return flags | (self.isReadable ? OpenFlag.RDONLY : OpenFlag.WRONLY);
}

function modeOf(self: PyFileIO): string {
  if (self.created) return self.isReadable ? 'xb+' : 'xb';
  if (self.appending) return self.isReadable ? 'ab+' : 'ab';
  if (self.isReadable) return self.isWritable ? 'rb+' : 'rb';
  return 'wb';
}

const binder = new BuiltinDef(
  'FileIO',
  'FileIO',
  "(file, mode='r', closefd=True, opener=None)",
  () => null,
  false,
  null,
);

function initialize(self: PyFileIO, args: Value[], kwNames: KwNames): void {
  const [file, mode, closeFd, opener] = binder.bind(args, kwNames) as [Value, Slot, Slot, Slot];
  if (self.fd >= 0) self.close();
  self.isReadable = false;
  self.isWritable = false;
  self.created = false;
  self.appending = false;
  self.isSeekable = undefined;
  self.closedByBase = false;
  self.closeFd = closeFd === undefined || isTrue(closeFd);
  const flags = parseMode(self, mode === undefined ? 'r' : (stringOf(mode) ?? ''));
  const descriptor = typeof file === 'boolean' ? Number(file) : integerOf(file);
  if (descriptor !== undefined) {
    if (descriptor < 0) throw valueError('negative file descriptor');
    if (descriptor > 0x7fffffff) throw overflowError('Python int too large to convert to C int');
    self.fd = Number(descriptor);
  } else {
    const path = filesystemPath(file);
    if (!self.closeFd) throw valueError('Cannot use closefd=False with file name');
    if (opener === undefined || opener === null) {
      self.fd = withOSErrors(() => vm.host.files.open(path, flags | OpenFlag.CLOEXEC, 0o666), file);
    } else {
      const fd = call(opener, file, flags | OpenFlag.CLOEXEC);
      const number = integerOf(fd);
      if (number === undefined) throw typeError('expected integer from opener');
      if (number < 0) throw valueError(`opener returned ${number}`);
      self.fd = Number(number);
    }
  }
  try {
    withOSErrors(() => {
      const stat = statDescriptor(self.fd);
      if ((stat.mode & S_IFMT) === S_IFDIR) throw new HostError(21, 'Is a directory');
    }, file);
  } catch (error) {
    if (descriptor === undefined) self.close();
    else self.fd = -1;
    throw error;
  }
  setAttribute(self, 'name', file);
  if (self.appending) {
    try {
      self.seek(0, 2);
    } catch (error) {
      // A pipe opened for appending can't be sought, and needn't be.
      if (!isException(error, osErrorType)) throw error;
    }
  }
}

defineType(fileIOType, {
  module: '_io',
  doc: 'Open a file.',
  signature: "(file, mode='r', closefd=True, opener=None)",
  allocate: (type) => closedWhenLost(new PyFileIO(type)),
  tp_new: (type: PyType) => type.allocate(type),
  tp_init: initialize,
  tp_repr(self: PyFileIO) {
    const name = typeOf(self).tp_name;
    if (self.fd < 0) return `<${name} [closed]>`;
    const file = lookupAttribute(self, 'name');
    const what = file === undefined ? `fd=${self.fd}` : `name=${repr(file)}`;
    return `<${name} ${what} mode='${modeOf(self)}' closefd=${self.closeFd ? 'True' : 'False'}>`;
  },
  methods: {
    read: ['($self, size=-1, /)', (self: PyFileIO, size: Slot) => bytesOrNone(self.read(sizeOrAll(size)))],
    readall: ['($self, /)', (self: PyFileIO) => bytesOrNone(self.read(-1))],
    readinto: [
      '($self, buffer, /)',
      (self: PyFileIO, target: Value) =>
        withWritable(target, (bytes) => {
          const data = self.read(bytes.length);
          if (data === undefined) return null;
          bytes.set(data);
          return data.length;
        }),
    ],
    write: ['($self, b, /)', (self: PyFileIO, data: Value) => self.write(bytesOf(data)) ?? null],
    seek: [
      '($self, pos, whence=0, /)',
      (self: PyFileIO, pos: Value, whence: Slot) => {
        if (typeOf(pos).nb_index === undefined && integerOf(pos) === undefined)
          throw typeError('an integer is required');
        return self.seek(Number(index(pos)), whence === undefined ? 0 : Number(index(whence)));
      },
    ],
    tell: ['($self, /)', (self: PyFileIO) => self.seek(0, 1)],
    truncate: [
      '($self, size=None, /)',
      (self: PyFileIO, size: Slot) => {
        self.checkWritable();
        const length = size === undefined || size === null ? self.seek(0, 1) : Number(index(size));
        withOSErrors(() => vm.host.files.truncate(self.fd, length), undefined);
        return length;
      },
    ],
    close: [
      '($self, /)',
      (self: PyFileIO) => {
        try {
          if (!self.closedByBase) callMethod(self, 'flush');
        } finally {
          self.closedByBase = true;
          if (self.finalizing) warnUnclosed(self, self);
          self.close();
        }
      },
    ],
    _dealloc_warn: ['($self, source, /)', (self: PyFileIO, source: Value) => warnUnclosed(self, source)],
    seekable: ['($self, /)', (self: PyFileIO) => self.seekable()],
    readable: [
      '($self, /)',
      (self: PyFileIO) => {
        self.check();
        return self.isReadable;
      },
    ],
    writable: [
      '($self, /)',
      (self: PyFileIO) => {
        self.check();
        return self.isWritable;
      },
    ],
    fileno: [
      '($self, /)',
      (self: PyFileIO) => {
        self.check();
        return self.fd;
      },
    ],
    isatty: [
      '($self, /)',
      (self: PyFileIO) => {
        self.check();
        return isTerminal(self.fd);
      },
    ],
    _isatty_open_only: [
      '($self, /)',
      (self: PyFileIO) => {
        self.check();
        return isTerminal(self.fd);
      },
    ],
    __reduce__: [
      '($self, /)',
      (self: PyFileIO): Value => {
        throw typeError(`cannot pickle '${typeOf(self).tp_name}' instances`);
      },
    ],
  },
  getset: {
    closed: [(self: PyFileIO) => self.fd < 0, undefined, 'True if the file is closed'],
    closefd: [(self: PyFileIO) => self.closeFd, undefined, 'True if the file descriptor will be closed by close().'],
    mode: [modeOf, undefined, 'String giving the file mode'],
  },
  members: {
    _blksize: [(self: PyFileIO) => self.blockSize],
  },
});
