import { decodeHandlers, encodeHandlers, strict } from '../../codecs/errors.ts';
import { decodeUtf8, encodeUtf8 } from '../../codecs/utf8.ts';
import { importByName } from '../../importing/import.ts';
import { PyBytes } from '../../objects/bytes.ts';
import { lookupErrorType, newException, typeError } from '../../objects/exception.ts';
import { typeOf, type Value } from '../../objects/object.ts';
import { stringOf } from '../../objects/str.ts';
import { PyTuple, tupleOf } from '../../objects/tuple.ts';
import { index } from '../../operations/arithmetic.ts';
import { callMethod, lookupAttribute } from '../../operations/attribute.ts';
import { call } from '../../operations/call.ts';
import { isTrue } from '../../operations/truth.ts';
import { bytesOf } from './base.ts';

/** Decodes a stream piece by piece; a character cut in two waits for its rest. */
export interface StreamDecoder {
  decode(bytes: Uint8Array, final: boolean): string;
  reset(): void;
  /** The bytes that wait, and a number that only the decoder understands. */
  getState(): [bytes: Uint8Array, flag: number | bigint];
  setState(bytes: Uint8Array, flag: number | bigint): void;
}

export interface StreamEncoder {
  /** Text without lone surrogates is never refused. */
  readonly encodesAll: boolean;
  encode(text: string): Uint8Array;
  reset(): void;
  /** Tells it that the stream stands at its start, or not: whether a BOM is to be written. */
  setAtStart(atStart: boolean): void;
}

const EMPTY = new Uint8Array(0);
const isUtf8 = (encoding: string): boolean => /^(?:utf[-_ ]?8|cp65001)$/i.test(encoding);

class Utf8Decoder implements StreamDecoder {
  private rest = EMPTY;
  private readonly handler;
  constructor(errors: string) {
    this.handler = decodeHandlers[errors] ?? strict;
  }

  decode(bytes: Uint8Array, final: boolean): string {
    let input = bytes;
    if (this.rest.length > 0) {
      input = new Uint8Array(this.rest.length + bytes.length);
      input.set(this.rest);
      input.set(bytes, this.rest.length);
    }
    const { text, consumed } = decodeUtf8(input, this.handler, final);
    this.rest = consumed === input.length ? EMPTY : input.slice(consumed);
    return text;
  }

  reset(): void {
    this.rest = EMPTY;
  }

  getState(): [Uint8Array, number] {
    return [this.rest, 0];
  }

  setState(bytes: Uint8Array): void {
    this.rest = bytes.slice();
  }
}

class Utf8Encoder implements StreamEncoder {
  readonly encodesAll = true;
  private readonly handler;
  constructor(errors: string) {
    this.handler = encodeHandlers[errors] ?? strict;
  }

  encode(text: string): Uint8Array {
    return encodeUtf8(text, this.handler);
  }

  reset(): void {}
  setAtStart(): void {}
}

/** A codec's own incremental decoder, as codecs.getincrementaldecoder() gives it. */
class LibraryDecoder implements StreamDecoder {
  private readonly decoder: Value;
  constructor(decoder: Value) {
    this.decoder = decoder;
  }

  decode(bytes: Uint8Array, final: boolean): string {
    const decoded = callMethod(this.decoder, 'decode', new PyBytes(bytes), final);
    const text = stringOf(decoded);
    if (text === undefined) throw typeError(`decoder should return a string result, not '${typeOf(decoded).tp_name}'`);
    return text;
  }

  reset(): void {
    callMethod(this.decoder, 'reset');
  }

  getState(): [Uint8Array, number | bigint] {
    const state = callMethod(this.decoder, 'getstate');
    if (!(state instanceof PyTuple) || state.items.length !== 2) throw typeError('illegal decoder state');
    return [bytesOf(state.items[0]), index(state.items[1])];
  }

  setState(bytes: Uint8Array, flag: number | bigint): void {
    callMethod(this.decoder, 'setstate', tupleOf([new PyBytes(bytes), flag]));
  }
}

class LibraryEncoder implements StreamEncoder {
  readonly encodesAll = false;
  private readonly encoder: Value;
  constructor(encoder: Value) {
    this.encoder = encoder;
  }

  encode(text: string): Uint8Array {
    const encoded = callMethod(this.encoder, 'encode', text);
    if (!(encoded instanceof PyBytes)) {
      throw typeError(`encoder should return a bytes object, not '${typeOf(encoded).tp_name}'`);
    }
    return encoded.bytes;
  }

  reset(): void {
    callMethod(this.encoder, 'reset');
  }

  setAtStart(atStart: boolean): void {
    if (atStart) callMethod(this.encoder, 'reset');
    else callMethod(this.encoder, 'setstate', 0);
  }
}

/** The codec's info record (codecs.lookup); LookupError for an unknown one, or one that isn't of text. */
function codecInfo(encoding: string): Value {
  const info = callMethod(importByName('codecs'), 'lookup', encoding);
  const isText = lookupAttribute(info, '_is_text_encoding');
  if (isText !== undefined && !isTrue(isText)) {
    throw newException(lookupErrorType, `'${encoding}' is not a text encoding`);
  }
  return info;
}

export function streamDecoder(encoding: string, errors: string): StreamDecoder {
  if (isUtf8(encoding) && errors in decodeHandlers) return new Utf8Decoder(errors);
  const info = codecInfo(encoding);
  const make = lookupAttribute(info, 'incrementaldecoder') ?? null;
  return new LibraryDecoder(call(make, errors));
}

export function streamEncoder(encoding: string, errors: string): StreamEncoder {
  if (isUtf8(encoding) && errors in encodeHandlers) return new Utf8Encoder(errors);
  const info = codecInfo(encoding);
  const make = lookupAttribute(info, 'incrementalencoder') ?? null;
  return new LibraryEncoder(call(make, errors));
}
