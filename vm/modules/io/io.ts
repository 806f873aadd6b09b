import type { ModuleDefinition } from '../../objects/define.ts';
import { blockingIOErrorType } from '../../objects/exception.ts';
import {
  bufferedIOBaseType,
  DEFAULT_BUFFER_SIZE,
  ioBaseType,
  rawIOBaseType,
  textIOBaseType,
  unsupportedOperation,
} from './base.ts';
import { bufferedRandomType, bufferedReaderType, bufferedRWPairType, bufferedWriterType } from './buffered.ts';
import { bytesIOType } from './bytes-io.ts';
import { fileIOType } from './file-io.ts';
import { incrementalNewlineDecoderType } from './newlines.ts';
import { open, openCode, textEncoding } from './open.ts';
import { stringIOType } from './string-io.ts';
import { textIOWrapperType } from './text-io.ts';

/** CPython 3.14's Modules/_io. */
export const io = (): ModuleDefinition => ({
  name: '_io',
  doc: 'The io module provides the Python interfaces to stream handling.',
  functions: {
    open: [
      "(file, mode='r', buffering=-1, encoding=None, errors=None, newline=None, closefd=True, opener=None)",
      open,
      'Open file and return a stream.  Raise OSError upon failure.',
    ],
    open_code: ['(path)', openCode, 'Opens the provided file with the intent to import the contents.'],
    text_encoding: ['(encoding, stacklevel=2, /)', textEncoding, 'A helper function to choose the text encoding.'],
  },
  attributes: {
    DEFAULT_BUFFER_SIZE,
    UnsupportedOperation: unsupportedOperation(),
    BlockingIOError: blockingIOErrorType,
    _IOBase: ioBaseType,
    _RawIOBase: rawIOBaseType,
    _BufferedIOBase: bufferedIOBaseType,
    _TextIOBase: textIOBaseType,
    FileIO: fileIOType,
    BytesIO: bytesIOType,
    BufferedReader: bufferedReaderType,
    BufferedWriter: bufferedWriterType,
    BufferedRandom: bufferedRandomType,
    BufferedRWPair: bufferedRWPairType,
    StringIO: stringIOType,
    TextIOWrapper: textIOWrapperType,
    IncrementalNewlineDecoder: incrementalNewlineDecoderType,
  },
});
