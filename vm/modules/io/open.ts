import { collect } from '../../objects/collect.ts';
import { runtimeWarningType, typeError, valueError } from '../../objects/exception.ts';
import { integerOf } from '../../objects/int.ts';
import type { Slot, Value } from '../../objects/object.ts';
import { stringOf } from '../../objects/str.ts';
import { index } from '../../operations/arithmetic.ts';
import { callMethod, setAttribute } from '../../operations/attribute.ts';
import { callWith } from '../../operations/call.ts';
import { fspath } from '../../operations/path.ts';
import { repr } from '../../operations/text.ts';
import { isTrue } from '../../operations/truth.ts';
import { warn } from '../warnings.ts';
import { bufferedRandomType, bufferedReaderType, bufferedWriterType } from './buffered.ts';
import { fileIOType, isBeingWritten, type PyFileIO } from './file-io.ts';
import { textIOWrapperType } from './text-io.ts';

interface Mode {
  text: boolean;
  binary: boolean;
  updating: boolean;
  reading: boolean;
  /** What FileIO is told. */
  raw: string;
}

/** Reads a mode string of open(); ValueError for a bad one. */
function parseMode(mode: string): Mode {
  const invalid = () => valueError(`invalid mode: '${mode}'`);
  if (new Set(mode).size !== mode.length || /[^rwaxbt+]/.test(mode)) throw invalid();
  const has = (char: string) => mode.includes(char);
  if (has('t') && has('b')) throw valueError("can't have text and binary mode at once");
  const kinds = ['x', 'r', 'w', 'a'].filter(has);
  if (kinds.length !== 1) throw valueError('must have exactly one of create/read/write/append mode');
  return {
    text: !has('b'),
    binary: has('b'),
    updating: has('+'),
    reading: kinds[0] === 'r',
    raw: kinds[0] + (has('+') ? '+' : ''),
  };
}

/** io.open(): opens a file and gives a stream of the kind that the mode asks for (_io_open_impl). */
export function open(
  file: Value,
  mode: Slot,
  buffering: Slot,
  encoding: Slot,
  errors: Slot,
  newline: Slot,
  closefd: Slot,
  opener: Slot,
): Value {
  const path = integerOf(file) === undefined ? fspath(file) : file;
  const modeText = mode === undefined ? 'r' : stringOf(mode);
  if (modeText === undefined) throw typeError(`open() argument 'mode' must be str, not ${repr(mode as Value)}`);
  const kind = parseMode(modeText);
  const isNone = (value: Slot): boolean => value === undefined || value === null;
  if (kind.binary && !isNone(encoding)) throw valueError("binary mode doesn't take an encoding argument");
  if (kind.binary && !isNone(errors)) throw valueError("binary mode doesn't take an errors argument");
  if (kind.binary && !isNone(newline)) throw valueError("binary mode doesn't take a newline argument");
  let size = buffering === undefined ? -1 : Number(index(buffering));
  if (kind.binary && size === 1) {
    warn(
      runtimeWarningType,
      "line buffering (buffering=1) isn't supported in binary mode, the default buffer size will be used",
      1,
    );
  }
  // What was written by a file that nobody reaches any more is there for whoever opens it next, as reference counting would have it.
  if (isBeingWritten(path)) collect();
  const raw = callWith(fileIOType, [path, kind.raw, closefd ?? true, opener ?? null], undefined) as PyFileIO;
  let result: Value = raw;
  try {
    let lineBuffering = size === 1 && kind.text;
    if (size < 0 && isTrue(callMethod(raw, '_isatty_open_only'))) lineBuffering = true;
    if (size < 0 || size === 1) size = raw.blockSize;
    if (size === 0) {
      if (kind.text) throw valueError("can't have unbuffered text I/O");
      return raw;
    }
    const type = kind.updating ? bufferedRandomType : kind.reading ? bufferedReaderType : bufferedWriterType;
    result = callWith(type, [raw, size], undefined);
    if (kind.binary) return result;
    result = callWith(
      textIOWrapperType,
      [result, encoding ?? null, errors ?? null, newline ?? null, lineBuffering],
      undefined,
    );
    setAttribute(result, 'mode', modeText);
    return result;
  } catch (error) {
    callMethod(result, 'close');
    throw error;
  }
}

/** io.text_encoding(). */
export function textEncoding(encoding: Value): Value {
  return encoding === null ? 'utf-8' : encoding;
}

/** io.open_code(): opens for reading in binary. */
export function openCode(path: Value): Value {
  if (stringOf(path) === undefined) throw typeError(`open_code() argument 'path' must be str, not ${repr(path)}`);
  return open(path, 'rb', undefined, undefined, undefined, undefined, undefined, undefined);
}
