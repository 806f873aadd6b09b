import { defineType } from '../../objects/define.ts';
import { newException, osErrorType, typeError, valueError } from '../../objects/exception.ts';
import { type KwNames, newType, type PyType, type Slot, typeOf, type Value } from '../../objects/object.ts';
import { BuiltinDef } from '../../objects/signature.ts';
import { stringOf } from '../../objects/str.ts';
import { PyTuple, tupleOf } from '../../objects/tuple.ts';
import { index } from '../../operations/arithmetic.ts';
import { repr } from '../../operations/text.ts';
import { lengthOf, slice, unitOffset } from '../../text/code-points.ts';
import { PyIO, sizeOrAll, textIOBaseType } from './base.ts';
import { lineEnd, NewlineTranslator } from './newlines.ts';

export const stringIOType = newType('_io.StringIO', textIOBaseType);

/**
 * A text file in memory. While text is only appended it is kept in pieces, so that many small writes stay linear; `position`
 * counts code points.
 */
export class PyStringIO extends PyIO {
  private text = '';
  private pieces: string[] = [];
  private pieceLength = 0;
  position = 0;
  isClosed = false;
  newline: string | null = '\n';
  translator: NewlineTranslator | undefined = undefined;

  check(): void {
    if (this.isClosed) throw valueError('I/O operation on closed file.');
  }

  value(): string {
    if (this.pieces.length > 0) {
      this.text += this.pieces.join('');
      this.pieces = [];
      this.pieceLength = 0;
    }
    return this.text;
  }

  private get length(): number {
    return lengthOf(this.text) + this.pieceLength;
  }

  setValue(text: string): void {
    this.text = text;
    this.pieces = [];
    this.pieceLength = 0;
  }

  put(input: string): void {
    let text = this.translator === undefined ? input : this.translator.decode(input, true);
    if (this.newline !== null && this.newline !== '' && this.newline !== '\n')
      text = text.replaceAll('\n', this.newline);
    const count = lengthOf(text);
    if (count === 0) return;
    if (this.pieces.length > 0 || this.position === this.length) {
      if (this.position === lengthOf(this.text) + this.pieceLength) {
        this.pieces.push(text);
        this.pieceLength += count;
        this.position += count;
        return;
      }
    }
    const old = this.value();
    const length = lengthOf(old);
    const gap = this.position > length ? '\0'.repeat(this.position - length) : '';
    this.text = slice(old, 0, this.position) + gap + text + slice(old, this.position + count, length);
    this.position += count;
  }

  take(size: number): string {
    const text = this.value();
    const length = lengthOf(text);
    const end = size < 0 ? length : Math.min(length, this.position + size);
    if (end <= this.position) return '';
    const taken = slice(text, this.position, end);
    this.position = end;
    return taken;
  }

  takeLine(limit: number): string {
    const text = this.value();
    const from = unitOffset(text, this.position);
    if (from >= text.length) return '';
    const end = lineEnd(text, from, this.newline, this.translator?.translate === true);
    let line = end < 0 ? text.slice(from) : text.slice(from, end);
    if (limit >= 0 && lengthOf(line) > limit) line = slice(line, 0, limit);
    this.position += lengthOf(line);
    return line;
  }
}

const binder = new BuiltinDef('StringIO', 'StringIO', "(initial_value='', newline='\\n')", () => null, false, null);

function initialize(self: PyStringIO, initial: Slot, newline: Slot): void {
  self.newline = newline === undefined ? '\n' : newline === null ? null : (stringOf(newline) ?? null);
  if (newline !== undefined && newline !== null) {
    const text = stringOf(newline);
    if (text === undefined) throw typeError(`newline must be str or None, not ${typeOf(newline).tp_name}`);
    if (!['', '\n', '\r', '\r\n'].includes(text)) throw valueError(`illegal newline value: ${repr(newline)}`);
  }
  self.translator =
    self.newline === null || self.newline === '' ? new NewlineTranslator(self.newline === null) : undefined;
  self.setValue('');
  self.position = 0;
  self.isClosed = false;
  if (initial === undefined || initial === null) return;
  const text = stringOf(initial);
  if (text === undefined) throw typeError(`initial_value must be str or None, not ${typeOf(initial).tp_name}`);
  self.put(text);
  self.position = 0;
}

function seek(self: PyStringIO, offset: Value, whence: Slot): Value {
  self.check();
  const by = Number(index(offset));
  const from = whence === undefined ? 0 : Number(index(whence));
  if (from < 0 || from > 2) throw valueError(`Invalid whence (${from}, should be 0, 1 or 2)`);
  if (from === 0 && by < 0) throw valueError(`Negative seek position ${by}`);
  if (from !== 0 && by !== 0) throw newException(osErrorType, "Can't do nonzero cur-relative seeks");
  if (from === 0) self.position = by;
  else if (from === 2) self.position = lengthOf(self.value());
  return self.position;
}

const yes = (self: PyStringIO): Value => {
  self.check();
  return true;
};

defineType(stringIOType, {
  module: '_io',
  doc: 'Text I/O implementation using an in-memory buffer.',
  signature: "(initial_value='', newline='\\n')",
  allocate: (type) => new PyStringIO(type),
  tp_new: (type: PyType) => new PyStringIO(type),
  tp_init(self: PyStringIO, args: Value[], kwNames: KwNames) {
    const [initial, newline] = binder.bind(args, kwNames) as Slot[];
    initialize(self, initial, newline);
  },
  tp_iternext(self: PyStringIO) {
    self.check();
    return self.takeLine(-1) || undefined;
  },
  methods: {
    read: [
      '($self, size=-1, /)',
      (self: PyStringIO, size: Slot) => {
        self.check();
        return self.take(sizeOrAll(size));
      },
    ],
    readline: [
      '($self, size=-1, /)',
      (self: PyStringIO, size: Slot) => {
        self.check();
        return self.takeLine(sizeOrAll(size));
      },
    ],
    write: [
      '($self, s, /)',
      (self: PyStringIO, value: Value) => {
        const text = stringOf(value);
        if (text === undefined) throw typeError(`string argument expected, got '${typeOf(value).tp_name}'`);
        self.check();
        self.put(text);
        return lengthOf(text);
      },
    ],
    getvalue: [
      '($self, /)',
      (self: PyStringIO) => {
        self.check();
        return self.value();
      },
    ],
    seek: ['($self, pos, whence=0, /)', seek],
    tell: [
      '($self, /)',
      (self: PyStringIO) => {
        self.check();
        return self.position;
      },
    ],
    truncate: [
      '($self, pos=None, /)',
      (self: PyStringIO, pos: Slot) => {
        self.check();
        const size = pos === undefined || pos === null ? self.position : Number(index(pos));
        if (size < 0) throw valueError(`Negative size value ${size}`);
        self.setValue(slice(self.value(), 0, size));
        return size;
      },
    ],
    close: [
      '($self, /)',
      (self: PyStringIO) => {
        self.isClosed = true;
        self.setValue('');
      },
    ],
    readable: ['($self, /)', yes],
    writable: ['($self, /)', yes],
    seekable: ['($self, /)', yes],
    __getstate__: [
      '($self, /)',
      (self: PyStringIO) => {
        self.check();
        return tupleOf([self.value(), self.newline, self.position, self.dict ?? null]);
      },
    ],
    __setstate__: [
      '($self, state, /)',
      (self: PyStringIO, state: Value) => {
        if (!(state instanceof PyTuple) || state.items.length < 4) {
          throw typeError(
            `${typeOf(self).tp_name}.__setstate__ argument should be 4-tuple, got ${typeOf(state).tp_name}`,
          );
        }
        const [value, newline, position] = state.items;
        initialize(self, value, newline);
        self.setValue(stringOf(value) ?? '');
        self.position = Number(index(position));
      },
    ],
  },
  getset: {
    closed: [(self: PyStringIO) => self.isClosed],
    line_buffering: [() => false],
    newlines: [(self: PyStringIO) => self.translator?.newlines ?? null],
  },
});
