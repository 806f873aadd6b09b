import { characterByName } from '../../../compiler/text/unicode-names.ts';
import type { DecodeHandler, EncodeHandler } from '../../codecs/errors.ts';
import {
  decodeAscii,
  decodeCharmap,
  decodeLatin1,
  encodeAscii,
  encodeCharmap,
  encodeLatin1,
} from '../../codecs/single-byte.ts';
import { decodeUtf7, encodeUtf7 } from '../../codecs/utf7.ts';
import { type Decoded, decodeUtf8, encodeUtf8 } from '../../codecs/utf8.ts';
import {
  ByteOrder,
  type DecodedWithOrder,
  decodeUtf16,
  decodeUtf32,
  encodeUtf16,
  encodeUtf32,
} from '../../codecs/utf16.ts';
import { PyBytes } from '../../objects/bytes.ts';
import type { Declaration, ModuleDefinition } from '../../objects/define.ts';
import { PyDict } from '../../objects/dict.ts';
import { isException, lookupErrorType, typeError } from '../../objects/exception.ts';
import { integerOf } from '../../objects/int.ts';
import { type Slot, typeOf, type Value } from '../../objects/object.ts';
import { stringOf } from '../../objects/str.ts';
import { PyTuple, tupleOf } from '../../objects/tuple.ts';
import { call } from '../../operations/call.ts';
import { subscript } from '../../operations/subscript.ts';
import { isTrue } from '../../operations/truth.ts';
import { lengthOf, toCodePoints } from '../../text/code-points.ts';
import * as escapes from '../../text/escapes.ts';
import { bytesOf } from '../io/base.ts';
import * as registry from './registry.ts';

const text = (value: Value, name: string): string => {
  const known = stringOf(value);
  if (known === undefined) throw typeError(`${name}() argument must be str, not ${typeOf(value).tp_name}`);
  return known;
};

const errorsOf = (value: Slot): string =>
  value === undefined || value === null ? 'strict' : (stringOf(value) ?? 'strict');

const consumed = ({ text, consumed }: Decoded): Value => tupleOf([text, consumed]);

/** A decoder that takes all it is given. */
function whole(decode: (bytes: Uint8Array, onError: DecodeHandler) => string): Declaration {
  return [
    '($module, data, errors=None, /)',
    (data: Value, errors: Slot) => {
      const bytes = bytesOf(data);
      return tupleOf([decode(bytes, registry.decodeHandler(errorsOf(errors))), bytes.length]);
    },
  ];
}

/** A decoder that leaves what is cut off at the end, unless it is the end. */
function stateful(
  decode: (bytes: Uint8Array, onError: DecodeHandler, final: boolean) => Decoded,
  finalByDefault = false,
): Declaration {
  return [
    `($module, data, errors=None, final=${finalByDefault ? 'True' : 'False'}, /)`,
    (data: Value, errors: Slot, final: Slot) => {
      const isFinal = final === undefined ? finalByDefault : isTrue(final);
      const bytes =
        stringOf(data) === undefined ? bytesOf(data) : encodeUtf8(stringOf(data)!, registry.encodeHandler('strict'));
      return consumed(decode(bytes, registry.decodeHandler(errorsOf(errors)), isFinal));
    },
  ];
}

function encoder(encode: (text: string, onError: EncodeHandler) => Uint8Array, name: string): Declaration {
  return [
    '($module, str, errors=None, /)',
    (value: Value, errors: Slot) => {
      const given = text(value, name);
      return tupleOf([new PyBytes(encode(given, registry.encodeHandler(errorsOf(errors)))), lengthOf(given)]);
    },
  ];
}

type DecodeWide = (bytes: Uint8Array, order: ByteOrder, onError: DecodeHandler, final: boolean) => DecodedWithOrder;

function exDecoder(decode: DecodeWide): Declaration {
  return [
    '($module, data, errors=None, byteorder=0, final=False, /)',
    (data: Value, errors: Slot, order: Slot, final: Slot) => {
      const handler = registry.decodeHandler(errorsOf(errors));
      const byteorder = order === undefined ? 0 : Number(integerOf(order) ?? 0);
      const start: ByteOrder = byteorder < 0 ? ByteOrder.Little : byteorder > 0 ? ByteOrder.Big : ByteOrder.Native;
      const result = decode(bytesOf(data), start, handler, final !== undefined && isTrue(final));
      return tupleOf([result.text, result.consumed, result.order]);
    },
  ];
}

function wideEncoder(
  encode: (text: string, order: ByteOrder, onError: EncodeHandler) => Uint8Array,
  name: string,
): Declaration {
  return [
    '($module, str, errors=None, byteorder=0, /)',
    (value: Value, errors: Slot, order: Slot) => {
      const given = text(value, name);
      const byteorder = order === undefined ? 0 : Number(integerOf(order) ?? 0);
      const start: ByteOrder = byteorder < 0 ? ByteOrder.Little : byteorder > 0 ? ByteOrder.Big : ByteOrder.Native;
      const bytes = encode(given, start, registry.encodeHandler(errorsOf(errors)));
      return tupleOf([new PyBytes(bytes), lengthOf(given)]);
    },
  ];
}

const inOrder =
  (decode: DecodeWide, order: ByteOrder) =>
  (bytes: Uint8Array, onError: DecodeHandler, final: boolean): Decoded =>
    decode(bytes, order, onError, final);

/** table[key], or undefined where that is a LookupError. */
function entry(table: Value, key: number): Slot {
  try {
    return subscript(table, key);
  } catch (thrown) {
    if (isException(thrown, lookupErrorType)) return undefined;
    throw thrown;
  }
}

function charmapDecode(data: Value, errors: Slot, mapping: Slot): Value {
  const bytes = bytesOf(data);
  if (mapping === undefined || mapping === null) return tupleOf([decodeLatin1(bytes), bytes.length]);
  const table = stringOf(mapping);
  const points = table === undefined ? undefined : Array.from(table);
  const lookUp = (byte: number): string | undefined => {
    const found = points === undefined ? entry(mapping, byte) : points[byte];
    if (found === undefined || found === null) return undefined;
    const known = stringOf(found);
    if (known !== undefined) return known === '\ufffe' ? undefined : known;
    const code = integerOf(found);
    if (code === undefined) throw typeError('character mapping must return integer, None or str');
    if (code < 0 || code > 0x10ffff) throw typeError('character mapping must be in range(0x110000)');
    return code === 0xfffe ? undefined : String.fromCodePoint(Number(code));
  };
  return tupleOf([decodeCharmap(bytes, lookUp, registry.decodeHandler(errorsOf(errors))), bytes.length]);
}

function charmapEncode(value: Value, errors: Slot, mapping: Slot): Value {
  const given = text(value, 'charmap_encode');
  const handler = registry.encodeHandler(errorsOf(errors));
  if (mapping === undefined || mapping === null) {
    return tupleOf([new PyBytes(encodeLatin1(given, handler)), lengthOf(given)]);
  }
  const lookUp = (codePoint: number): number | Uint8Array => {
    const found = entry(mapping, codePoint);
    if (found === undefined || found === null) return -1;
    if (found instanceof PyBytes) return found.bytes;
    const byte = integerOf(found);
    if (byte === undefined) {
      throw typeError(`character mapping must return integer, bytes or None, not ${typeOf(found).tp_name}`);
    }
    if (byte < 0 || byte > 255) throw typeError('character mapping must be in range(256)');
    return Number(byte);
  };
  return tupleOf([new PyBytes(encodeCharmap(given, lookUp, handler)), lengthOf(given)]);
}

/** A table from characters to bytes. CPython has a type of its own for those of 256; a dict serves as well. */
function charmapBuild(map: Value): Value {
  const table = new PyDict();
  toCodePoints(text(map, 'charmap_build')).forEach((codePoint, byte) => {
    if (codePoint !== 0xfffe) table.set(codePoint, byte);
  });
  return table;
}

function through(codec: 0 | 1, kind: string): Declaration {
  return [
    "($module, /, obj, encoding='utf-8', errors='strict')",
    (object: Value, encoding: Slot, errors: Slot) => {
      const name = encoding === undefined ? 'utf-8' : text(encoding, kind);
      const step = registry.lookupCodec(name).items[codec];
      const result = errors === undefined ? call(step, object) : call(step, object, errors);
      if (!(result instanceof PyTuple) || result.items.length !== 2) {
        throw typeError(`${kind}r must return a tuple (object, integer)`);
      }
      return result.items[0];
    },
  ];
}

/** CPython 3.14's Modules/_codecsmodule.c. */
export const codecs = (): ModuleDefinition => {
  registry.resetCodecs();
  return {
    name: '_codecs',
    functions: {
      register: ['($module, search_function, /)', registry.registerSearch],
      unregister: ['($module, search_function, /)', registry.unregisterSearch],
      lookup: ['($module, encoding, /)', (encoding: Value) => registry.lookupCodec(text(encoding, 'lookup'))],
      register_error: [
        '($module, errors, handler, /)',
        (errors: Value, handler: Value) => registry.registerError(text(errors, 'register_error'), handler),
      ],
      _unregister_error: [
        '($module, errors, /)',
        (errors: Value) => registry.unregisterError(text(errors, '_unregister_error')),
      ],
      lookup_error: ['($module, name, /)', (name: Value) => registry.lookupError(text(name, 'lookup_error'))],
      encode: through(0, 'encode'),
      decode: through(1, 'decode'),
      utf_7_encode: encoder(encodeUtf7, 'utf_7_encode'),
      utf_7_decode: stateful(decodeUtf7),
      utf_8_encode: encoder(encodeUtf8, 'utf_8_encode'),
      utf_8_decode: stateful(decodeUtf8),
      utf_16_encode: wideEncoder(encodeUtf16, 'utf_16_encode'),
      utf_16_le_encode: encoder((s, onError) => encodeUtf16(s, ByteOrder.Little, onError), 'utf_16_le_encode'),
      utf_16_be_encode: encoder((s, onError) => encodeUtf16(s, ByteOrder.Big, onError), 'utf_16_be_encode'),
      utf_16_decode: stateful(inOrder(decodeUtf16, ByteOrder.Native)),
      utf_16_le_decode: stateful(inOrder(decodeUtf16, ByteOrder.Little)),
      utf_16_be_decode: stateful(inOrder(decodeUtf16, ByteOrder.Big)),
      utf_16_ex_decode: exDecoder(decodeUtf16),
      utf_32_encode: wideEncoder(encodeUtf32, 'utf_32_encode'),
      utf_32_le_encode: encoder((s, onError) => encodeUtf32(s, ByteOrder.Little, onError), 'utf_32_le_encode'),
      utf_32_be_encode: encoder((s, onError) => encodeUtf32(s, ByteOrder.Big, onError), 'utf_32_be_encode'),
      utf_32_decode: stateful(inOrder(decodeUtf32, ByteOrder.Native)),
      utf_32_le_decode: stateful(inOrder(decodeUtf32, ByteOrder.Little)),
      utf_32_be_decode: stateful(inOrder(decodeUtf32, ByteOrder.Big)),
      utf_32_ex_decode: exDecoder(decodeUtf32),
      latin_1_encode: encoder(encodeLatin1, 'latin_1_encode'),
      latin_1_decode: whole(decodeLatin1),
      ascii_encode: encoder(encodeAscii, 'ascii_encode'),
      ascii_decode: whole(decodeAscii),
      charmap_encode: ['($module, str, errors=None, mapping=None, /)', charmapEncode],
      charmap_decode: ['($module, data, errors=None, mapping=None, /)', charmapDecode],
      charmap_build: ['($module, map, /)', charmapBuild],
      unicode_escape_encode: encoder(
        (s) => encodeAscii(escapes.encodeUnicodeEscape(s), never),
        'unicode_escape_encode',
      ),
      unicode_escape_decode: stateful(
        (bytes, onError, final) => escapes.decodeUnicodeEscape(bytes, characterByName, onError, final),
        true,
      ),
      raw_unicode_escape_encode: encoder(
        (s) => encodeLatin1(escapes.encodeRawUnicodeEscape(s), never),
        'raw_unicode_escape_encode',
      ),
      raw_unicode_escape_decode: stateful(escapes.decodeRawUnicodeEscape, true),
      escape_encode: [
        '($module, data, errors=None, /)',
        (data: Value) => {
          const bytes = bytesOf(data);
          return tupleOf([new PyBytes(encodeAscii(escapes.encodeBytesEscape(bytes), never)), bytes.length]);
        },
      ],
      escape_decode: [
        '($module, data, errors=None, /)',
        (data: Value, errors: Slot) => {
          const known = stringOf(data);
          const bytes = known === undefined ? bytesOf(data) : encodeUtf8(known, registry.encodeHandler('strict'));
          return tupleOf([new PyBytes(escapes.decodeBytesEscape(bytes, errorsOf(errors))), bytes.length]);
        },
      ],
      readbuffer_encode: [
        '($module, data, errors=None, /)',
        (data: Value) => {
          const known = stringOf(data);
          const bytes = known === undefined ? bytesOf(data) : encodeUtf8(known, registry.encodeHandler('strict'));
          return tupleOf([new PyBytes(bytes.slice()), bytes.length]);
        },
      ],
    },
  };
};

/** Escaped text has nothing that its encoding lacks. */
const never: EncodeHandler = (problem) => {
  throw problem;
};
