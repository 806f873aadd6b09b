import { isLoneSurrogateFree } from '../../codecs/surrogates.ts';
import { staying, waits } from '../../interpreter/threads.ts';
import { PyBytes } from '../../objects/bytes.ts';
import { defineType } from '../../objects/define.ts';
import { attributeErrorType, newException, osErrorType, typeError, valueError } from '../../objects/exception.ts';
import { type KwNames, newType, type PyType, type Slot, typeOf, type Value } from '../../objects/object.ts';
import { BuiltinDef } from '../../objects/signature.ts';
import { stringOf } from '../../objects/str.ts';
import { index } from '../../operations/arithmetic.ts';
import { callMethod, getAttribute, lookupAttribute } from '../../operations/attribute.ts';
import { repr } from '../../operations/text.ts';
import { isTrue } from '../../operations/truth.ts';
import { lengthOf, slice } from '../../text/code-points.ts';
import { checkName } from '../codecs/registry.ts';
import type { VirtualSocket } from '../socket/network.ts';
import { afterInput } from './await-input.ts';
import {
  bytesOf,
  closeAfterFlush,
  closedWhenLost,
  concatenate,
  endsClosed,
  isClosed,
  PyIO,
  sizeOrAll,
  tellUnclosed,
  textIOBaseType,
  unsupported,
} from './base.ts';
import { PyBuffered } from './buffered.ts';
import { lineEnd, NewlineTranslator } from './newlines.ts';
import { type StreamDecoder, type StreamEncoder, streamDecoder, streamEncoder } from './text-codec.ts';

export const textIOWrapperType = newType('_io.TextIOWrapper', textIOBaseType);

const DEFAULT_CHUNK_SIZE = 8192;

/** Where the decoder stood before it was fed what `decoded` holds: what tell() counts from. */
interface Snapshot {
  readonly flag: number | bigint;
  /** Bytes that the decoder kept, and the chunk fed to it. */
  readonly bytes: Uint8Array;
}

/** Text over a buffered binary stream. */
export class PyTextIOWrapper extends PyIO {
  buffer: Value = null;
  state: 'uninitialized' | 'ready' | 'detached' = 'uninitialized';
  encoding = 'utf-8';
  errors = 'strict';
  lineBuffering = false;
  writeThrough = false;
  /** The `newline` argument: null for universal newlines. */
  newline: string | null = null;
  decoder: StreamDecoder | undefined = undefined;
  encoder: StreamEncoder | undefined = undefined;
  translator: NewlineTranslator | undefined = undefined;
  seekable = false;
  chunkSize = DEFAULT_CHUNK_SIZE;
  telling = false;
  /** Decoded text, given out up to `at` (in UTF-16 units). */
  decoded = '';
  at = 0;
  snapshot: Snapshot | undefined = undefined;
  /** Text that is sure to be encoded, and bytes of text that might not have been. */
  pending: (string | Uint8Array)[] = [];
  hasRead1 = true;
  pendingLength = 0;

  check(): void {
    if (this.state === 'uninitialized') throw valueError('I/O operation on uninitialized object');
    if (this.state === 'detached') throw valueError('underlying buffer has been detached');
  }

  checkOpen(): void {
    this.check();
    const { buffer } = this;
    if (isClosed(buffer)) throw valueError('I/O operation on closed file.');
  }

  /** What is written becomes this: os.linesep is '\n' everywhere that Coroscope runs programs. */
  get writeNewline(): string {
    return this.newline === null || this.newline === '' ? '\n' : this.newline;
  }

  reader(): StreamDecoder {
    if (this.decoder === undefined) {
      if (!isTrue(callMethod(this.buffer, 'readable'))) throw unsupported('not readable');
      this.decoder = streamDecoder(this.encoding, this.errors);
      this.translator =
        this.newline === null || this.newline === '' ? new NewlineTranslator(this.newline === null) : undefined;
    }
    return this.decoder;
  }

  writer(): StreamEncoder {
    if (this.encoder === undefined) {
      if (!isTrue(callMethod(this.buffer, 'writable'))) throw unsupported('not writable');
      this.encoder = streamEncoder(this.encoding, this.errors);
      if (this.seekable && Number(index(callMethod(this.buffer, 'tell'))) !== 0) this.encoder.setAtStart(false);
    }
    return this.encoder;
  }

  decode(bytes: Uint8Array, final: boolean): string {
    const text = this.reader().decode(bytes, final);
    return this.translator === undefined ? text : this.translator.decode(text, final);
  }

  /** Reads and decodes one more chunk; false at the end. */
  readChunk(): boolean {
    const decoder = this.reader();
    let before: Snapshot | undefined;
    if (this.telling) {
      const [bytes, flag] = decoder.getState();
      before = { flag: flagOf(flag, this.translator), bytes };
    }
    const method = this.hasRead1 ? 'read1' : 'read';
    const data = callMethod(this.buffer, method, this.chunkSize);
    if (data !== null && typeOf(data).bf_getbuffer === undefined) {
      throw typeError(`underlying ${method}() should have returned a bytes-like object, not '${typeOf(data).tp_name}'`);
    }
    const bytes = data === null ? new Uint8Array(0) : bytesOf(data);
    const atEnd = bytes.length === 0;
    const text = this.decode(bytes, atEnd);
    this.decoded = text;
    this.at = 0;
    if (before !== undefined) {
      const fed = new Uint8Array(before.bytes.length + bytes.length);
      fed.set(before.bytes);
      fed.set(bytes, before.bytes.length);
      this.snapshot = { flag: before.flag, bytes: fed };
    }
    return !atEnd || text.length > 0;
  }

  /** Takes `size` code points of decoded text, or all of it. */
  takeDecoded(size: number): string {
    const rest = this.at === 0 ? this.decoded : this.decoded.slice(this.at);
    const taken = size < 0 ? rest : slice(rest, 0, Math.min(size, lengthOf(rest)));
    this.at += taken.length;
    return taken;
  }

  clearDecoded(): void {
    this.decoded = '';
    this.at = 0;
    this.snapshot = undefined;
  }

  flushPending(): void {
    if (this.pending.length === 0) return;
    const { pending } = this;
    this.pending = [];
    this.pendingLength = 0;
    const data =
      typeof pending[0] === 'string' ? this.writer().encode(pending.join('')) : concatenate(pending as Uint8Array[]);
    callMethod(this.buffer, 'write', new PyBytes(data));
  }

  write(text: string): void {
    const encoder = this.writer();
    const hasNewline = text.includes('\n');
    const { writeNewline } = this;
    const output = hasNewline && writeNewline !== '\n' ? text.replaceAll('\n', writeNewline) : text;
    const piece = encoder.encodesAll && isLoneSurrogateFree(output) ? output : encoder.encode(output);
    // No more than a chunk is written at once, and text and bytes not together.
    while (this.pending.length > 0) {
      const mixes = typeof this.pending[0] !== typeof piece;
      if (!mixes && this.pendingLength + piece.length <= this.chunkSize) break;
      // The stream below may write here in turn.
      this.flushPending();
    }
    this.pending.push(piece);
    this.pendingLength += piece.length;
    const flushes = this.lineBuffering && (hasNewline || text.includes('\r'));
    if (this.pendingLength >= this.chunkSize || flushes || this.writeThrough) this.flushPending();
    if (flushes) callMethod(this.buffer, 'flush');
    if (this.snapshot !== undefined) this.clearDecoded();
    this.decoder?.reset();
  }
}

const flagOf = (flag: number | bigint, translator: NewlineTranslator | undefined): number | bigint =>
  translator === undefined
    ? flag
    : typeof flag === 'bigint'
      ? (flag << 1n) | BigInt(translator.pendingCR)
      : flag * 2 + Number(translator.pendingCR);

function restoreDecoder(self: PyTextIOWrapper, { bytes, flag }: { bytes: Uint8Array; flag: number | bigint }): void {
  const decoder = self.reader();
  if (self.translator === undefined) {
    decoder.setState(bytes, flag);
    return;
  }
  const big = BigInt(flag);
  self.translator.pendingCR = (big & 1n) === 1n;
  decoder.setState(bytes, Number(big >> 1n));
}

/** The opaque number of tell(): position, decoder flags, bytes to feed, characters to skip (textiowrapper's cookie). */
interface Cookie {
  position: bigint;
  flag: bigint;
  feed: bigint;
  skip: bigint;
  eof: bigint;
}

function packCookie({ position, flag, feed, skip, eof }: Cookie): Value {
  const packed = position | (flag << 64n) | (feed << 96n) | (skip << 128n) | (eof << 160n);
  return packed <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(packed) : packed;
}

function unpackCookie(value: number | bigint): Cookie {
  const packed = BigInt(value);
  const mask = (1n << 32n) - 1n;
  return {
    position: packed & ((1n << 64n) - 1n),
    flag: (packed >> 64n) & mask,
    feed: (packed >> 96n) & mask,
    skip: (packed >> 128n) & mask,
    eof: packed >> 160n,
  };
}

function tell(self: PyTextIOWrapper): Value {
  self.checkOpen();
  if (!self.seekable) throw unsupported('underlying stream is not seekable');
  if (!self.telling) throw newException(osErrorType, 'telling position disabled by next() call');
  callMethod(self, 'flush');
  const position = BigInt(index(callMethod(self.buffer, 'tell')));
  const { snapshot, decoder } = self;
  if (decoder === undefined || snapshot === undefined)
    return packCookie({ position, flag: 0n, feed: 0n, skip: 0n, eof: 0n });
  const start = position - BigInt(snapshot.bytes.length);
  const used = lengthOf(self.decoded.slice(0, self.at));
  if (used === 0) return packCookie({ position: start, flag: BigInt(snapshot.flag), feed: 0n, skip: 0n, eof: 0n });
  const saved = decoder.getState();
  const savedCR = self.translator?.pendingCR ?? false;
  try {
    restoreDecoder(self, { bytes: new Uint8Array(0), flag: snapshot.flag });
    // The last place before which the decoder keeps no bytes: from there on, characters are skipped.
    let safeBytes = 0;
    let safeFlag = BigInt(snapshot.flag);
    let safeChars = 0;
    let chars = 0;
    let fed = 0;
    while (chars < used && fed < snapshot.bytes.length) {
      chars += lengthOf(self.decode(snapshot.bytes.subarray(fed, fed + 1), false));
      fed++;
      const [kept, flag] = decoder.getState();
      if (kept.length === 0 && chars <= used) {
        safeBytes = fed;
        safeFlag = BigInt(flagOf(flag, self.translator));
        safeChars = chars;
      }
    }
    const skip = BigInt(used - safeChars);
    const feed = skip === 0n ? 0n : BigInt(fed - safeBytes);
    return packCookie({ position: start + BigInt(safeBytes), flag: safeFlag, feed, skip, eof: chars < used ? 1n : 0n });
  } finally {
    decoder.setState(...saved);
    if (self.translator !== undefined) self.translator.pendingCR = savedCR;
  }
}

function seek(self: PyTextIOWrapper, target: Value, whence: Slot): Value {
  self.checkOpen();
  const from = whence === undefined ? 0 : Number(index(whence));
  if (!self.seekable) throw unsupported('underlying stream is not seekable');
  let cookie = index(target);
  if (from === 1) {
    if (cookie !== 0) throw unsupported("can't do nonzero cur-relative seeks");
    callMethod(self, 'flush');
    cookie = index(tell(self));
  } else if (from === 2) {
    if (cookie !== 0) throw unsupported("can't do nonzero end-relative seeks");
    callMethod(self, 'flush');
    self.clearDecoded();
    self.decoder?.reset();
    const position = callMethod(self.buffer, 'seek', 0, 2);
    self.encoder?.setAtStart(index(position) === 0);
    return position;
  } else if (from !== 0) throw valueError(`invalid whence (${from}, should be 0, 1 or 2)`);
  if (cookie < 0) throw valueError(`negative seek position ${cookie}`);
  callMethod(self, 'flush');
  const { position, flag, feed, skip, eof } = unpackCookie(cookie);
  callMethod(self.buffer, 'seek', Number(position));
  self.clearDecoded();
  if (self.decoder !== undefined || flag !== 0n || skip !== 0n) {
    if (position === 0n && flag === 0n) {
      self.reader().reset();
      if (self.translator !== undefined) self.translator.pendingCR = false;
    } else restoreDecoder(self, { bytes: new Uint8Array(0), flag });
    self.snapshot = { flag, bytes: new Uint8Array(0) };
  }
  if (skip > 0n) {
    const bytes = bytesOf(callMethod(self.buffer, 'read', Number(feed)));
    self.decoded = self.decode(bytes, eof === 1n);
    self.snapshot = { flag, bytes };
    if (lengthOf(self.decoded) < Number(skip)) throw newException(osErrorType, "can't restore logical file position");
    self.at = slice(self.decoded, 0, Number(skip)).length;
  }
  self.encoder?.setAtStart(cookie === 0);
  return cookie;
}

function readAll(self: PyTextIOWrapper): string {
  const data = callMethod(self.buffer, 'read');
  if (data === null) throw newException(osErrorType, 'underlying read() should not have returned None');
  const rest = self.takeDecoded(-1);
  const text = rest + self.decode(bytesOf(data), true);
  self.clearDecoded();
  return text;
}

function read(self: PyTextIOWrapper, size: Slot): Value {
  self.checkOpen();
  const wanted = sizeOrAll(size);
  self.reader();
  self.flushPending();
  if (wanted < 0) return readAll(self);
  let text = self.takeDecoded(wanted);
  let length = lengthOf(text);
  while (length < wanted && self.readChunk()) {
    const piece = self.takeDecoded(wanted - length);
    text += piece;
    length += lengthOf(piece);
  }
  return text;
}

function takeLine(self: PyTextIOWrapper, limit: number): string {
  self.reader();
  self.flushPending();
  const translated = self.translator?.translate === true;
  let line = '';
  for (;;) {
    const start = self.at;
    // A '\r\n' may be cut between two chunks: the line so far is looked at together with what follows.
    const text = line + self.decoded.slice(start);
    const end = lineEnd(text, 0, self.newline, translated);
    if (end >= 0) {
      self.at += end - line.length;
      line = text.slice(0, end);
      break;
    }
    if (limit >= 0 && lengthOf(text) >= limit) {
      self.at = self.decoded.length;
      line = text;
      break;
    }
    self.at = self.decoded.length;
    line = text;
    if (!self.readChunk()) {
      self.decoded = '';
      self.at = 0;
      break;
    }
  }
  if (limit >= 0 && lengthOf(line) > limit) {
    const kept = slice(line, 0, limit);
    self.at -= line.length - kept.length;
    return kept;
  }
  return line;
}

const binder = new BuiltinDef(
  'TextIOWrapper',
  'TextIOWrapper',
  '(buffer, encoding=None, errors=None, newline=None, line_buffering=False, write_through=False)',
  () => null,
  false,
  null,
);

function checkNewline(newline: Slot): string | null {
  if (newline === undefined || newline === null) return null;
  const text = stringOf(newline);
  if (text === undefined) throw typeError(`newline must be str or None, not ${typeOf(newline).tp_name}`);
  checkName(text);
  if (!['', '\n', '\r', '\r\n'].includes(text)) throw valueError(`illegal newline value: ${text}`);
  return text;
}

function textArgument(value: Slot, missing: string, name: string, caller = 'TextIOWrapper'): string {
  if (value === undefined || value === null) return missing;
  const text = stringOf(value);
  if (text === undefined)
    throw typeError(`${caller}() argument '${name}' must be str or None, not ${typeOf(value).tp_name}`);
  checkName(text);
  return text;
}

function initialize(self: PyTextIOWrapper, args: Value[], kwNames: KwNames): void {
  const [buffer, encoding, errors, newline, lineBuffering, writeThrough] = binder.bind(args, kwNames) as [
    Value,
    ...Slot[],
  ];
  self.state = 'uninitialized';
  const name = textArgument(encoding, 'utf-8', 'encoding');
  self.encoding = name === 'locale' ? 'utf-8' : name;
  self.errors = textArgument(errors, 'strict', 'errors');
  self.newline = checkNewline(newline);
  self.lineBuffering = lineBuffering !== undefined && isTrue(lineBuffering);
  self.writeThrough = writeThrough !== undefined && isTrue(writeThrough);
  self.buffer = buffer;
  self.decoder = undefined;
  self.encoder = undefined;
  self.pending = [];
  self.pendingLength = 0;
  self.clearDecoded();
  self.seekable = isTrue(callMethod(buffer, 'seekable'));
  self.telling = self.seekable;
  self.hasRead1 = lookupAttribute(buffer, 'read1') !== undefined;
  self.state = 'ready';
  if (isTrue(callMethod(buffer, 'readable'))) self.reader();
  if (isTrue(callMethod(buffer, 'writable'))) self.writer();
}

function reconfigure(
  self: PyTextIOWrapper,
  encoding: Slot,
  errors: Slot,
  newline: Slot,
  lineBuffering: Slot,
  writeThrough: Slot,
): void {
  const given = (value: Slot): boolean => value !== undefined && value !== null;
  if (self.decoded !== '' && (given(encoding) || given(errors) || newline !== undefined)) {
    throw unsupported('It is not possible to set the encoding or newline of stream after the first read');
  }
  callMethod(self, 'flush');
  if (given(lineBuffering)) self.lineBuffering = isTrue(lineBuffering as Value);
  if (given(writeThrough)) self.writeThrough = isTrue(writeThrough as Value);
  if (!given(encoding) && !given(errors) && newline === undefined) return;
  if (given(encoding)) {
    const name = textArgument(encoding, self.encoding, 'encoding', 'reconfigure');
    self.encoding = name === 'locale' ? 'utf-8' : name;
    if (!given(errors)) self.errors = 'strict';
  }
  self.errors = textArgument(errors, self.errors, 'errors', 'reconfigure');
  if (newline !== undefined) self.newline = checkNewline(newline);
  self.decoder = undefined;
  self.encoder = undefined;
  self.hasRead1 = lookupAttribute(self.buffer, 'read1') !== undefined;
  if (isTrue(callMethod(self.buffer, 'readable'))) self.reader();
  if (isTrue(callMethod(self.buffer, 'writable'))) self.writer();
}

const asksBuffer = (name: string) =>
  [
    '($self, /)',
    (self: PyTextIOWrapper) => {
      self.check();
      return callMethod(self.buffer, name);
    },
  ] as const;

defineType(textIOWrapperType, {
  module: '_io',
  doc: 'Character and line based layer over a BufferedIOBase object, buffer.',
  signature: '(buffer, encoding=None, errors=None, newline=None, line_buffering=False, write_through=False)',
  allocate: (type) => closedWhenLost(new PyTextIOWrapper(type)),
  tp_new: (type: PyType) => type.allocate(type),
  tp_init: initialize,
  tp_repr(self: PyTextIOWrapper) {
    if (self.state === 'uninitialized') self.check();
    const attached = self.state === 'ready';
    const name = attached ? lookupAttribute(self, 'name') : undefined;
    const mode = attached ? lookupAttribute(self, 'mode') : undefined;
    const nameText = name === undefined ? '' : ` name=${repr(name)}`;
    const modeText = mode === undefined ? '' : ` mode=${repr(mode)}`;
    return `<${typeOf(self).tp_name}${nameText}${modeText} encoding=${repr(self.encoding)}>`;
  },
  tp_iternext(self: PyTextIOWrapper) {
    self.checkOpen();
    self.telling = false;
    const line = self.type === textIOWrapperType ? takeLine(self, -1) : stringOf(callMethod(self, 'readline'));
    if (line) return line;
    self.telling = self.seekable;
    return undefined;
  },
  methods: {
    read: ['($self, size=-1, /)', read],
    readline: [
      '($self, size=-1, /)',
      waits((self: PyTextIOWrapper, size: Slot) => {
        self.checkOpen();
        const limit = sizeOrAll(size);
        const take = (): Value => takeLine(self, limit);
        const { buffer } = self;
        if (limit >= 0 || !(buffer instanceof PyBuffered) || self.decoded.indexOf('\n', self.at) >= 0) {
          return staying(take);
        }
        const isLine = (end: VirtualSocket): boolean =>
          end.hasByte(10, 13) || buffer.ahead.indexOf(10, buffer.at) >= 0 || buffer.ahead.indexOf(13, buffer.at) >= 0;
        return afterInput(buffer.raw, isLine, take);
      }),
    ],
    write: [
      '($self, text, /)',
      (self: PyTextIOWrapper, value: Value) => {
        const text = stringOf(value);
        if (text === undefined) throw typeError(`write() argument must be str, not ${typeOf(value).tp_name}`);
        self.checkOpen();
        self.write(text);
        return lengthOf(text);
      },
    ],
    flush: [
      '($self, /)',
      (self: PyTextIOWrapper) => {
        self.checkOpen();
        self.telling = self.seekable;
        self.flushPending();
        callMethod(self.buffer, 'flush');
      },
    ],
    close: [
      '($self, /)',
      (self: PyTextIOWrapper) => {
        self.check();
        if (isClosed(self.buffer)) return;
        if (self.finalizing) tellUnclosed(self.buffer, self);
        closeAfterFlush(self, self.buffer);
        endsClosed(self);
      },
    ],
    detach: [
      '($self, /)',
      (self: PyTextIOWrapper) => {
        self.check();
        callMethod(self, 'flush');
        const { buffer } = self;
        self.buffer = null;
        self.state = 'detached';
        return buffer;
      },
    ],
    reconfigure: [
      '($self, /, *, encoding=None, errors=None, newline=None, line_buffering=None, write_through=None)',
      reconfigure,
      'Reconfigure the text stream with new parameters.',
    ],
    tell: ['($self, /)', tell],
    seek: ['($self, cookie, whence=0, /)', seek],
    truncate: [
      '($self, pos=None, /)',
      (self: PyTextIOWrapper, pos: Slot) => {
        self.checkOpen();
        callMethod(self, 'flush');
        return callMethod(
          self.buffer,
          'truncate',
          pos === undefined || pos === null ? callMethod(self.buffer, 'tell') : pos,
        );
      },
    ],
    seekable: asksBuffer('seekable'),
    readable: asksBuffer('readable'),
    writable: asksBuffer('writable'),
    fileno: asksBuffer('fileno'),
    isatty: asksBuffer('isatty'),
    __reduce__: [
      '($self, /)',
      (self: PyTextIOWrapper): Value => {
        throw typeError(`cannot pickle '${typeOf(self).tp_name}' instances`);
      },
    ],
  },
  members: {
    encoding: [(self: PyTextIOWrapper) => self.encoding],
    buffer: [
      (self: PyTextIOWrapper) => {
        self.check();
        return self.buffer;
      },
    ],
    line_buffering: [(self: PyTextIOWrapper) => self.lineBuffering],
    write_through: [(self: PyTextIOWrapper) => self.writeThrough],
  },
  getset: {
    errors: [(self: PyTextIOWrapper) => self.errors],
    newlines: [(self: PyTextIOWrapper) => self.translator?.newlines ?? null],
    name: [(self: PyTextIOWrapper) => getAttribute(self.buffer, 'name')],
    closed: [
      (self: PyTextIOWrapper) => {
        self.check();
        return getAttribute(self.buffer, 'closed');
      },
    ],
    _CHUNK_SIZE: [
      (self: PyTextIOWrapper) => self.chunkSize,
      (self: PyTextIOWrapper, value: Slot) => {
        if (value === undefined) throw newException(attributeErrorType, 'cannot delete attribute');
        const size = Number(index(value));
        if (size <= 0) throw valueError('a strictly positive integer is required');
        self.chunkSize = size;
      },
    ],
  },
});
