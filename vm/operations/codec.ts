import { decodeAscii, decodeLatin1, encodeAscii, encodeLatin1 } from '../codecs/single-byte.ts';
import { decodeUtf8, encodeUtf8 } from '../codecs/utf8.ts';
import { ByteOrder, decodeUtf16, decodeUtf32, encodeUtf16, encodeUtf32 } from '../codecs/utf16.ts';
import { decodeByCodec, decodeHandler, encodeByCodec, encodeHandler } from '../modules/codecs/registry.ts';

/** The spelling by which the codecs are known that need no registry: lower case, '_' and ' ' as '-'. */
const normalized = (encoding: string): string => encoding.toLowerCase().replace(/[_ ]/g, '-');

const SHORTCUTS: Readonly<Record<string, string>> = {
  utf8: 'utf-8',
  'us-ascii': 'ascii',
  latin1: 'latin-1',
  'iso-8859-1': 'latin-1',
  'iso8859-1': 'latin-1',
  utf16: 'utf-16',
  utf32: 'utf-32',
};

/** text.encode(encoding, errors) (PyUnicode_AsEncodedString): the usual encodings at once, all others by the registry. */
export function encodeText(text: string, encoding: string, errors: string): Uint8Array {
  const name = normalized(encoding);
  switch (SHORTCUTS[name] ?? name) {
    case 'utf-8':
      return encodeUtf8(text, encodeHandler(errors));
    case 'ascii':
      return encodeAscii(text, encodeHandler(errors));
    case 'latin-1':
      return encodeLatin1(text, encodeHandler(errors));
    case 'utf-16':
      return encodeUtf16(text, ByteOrder.Native, encodeHandler(errors));
    case 'utf-32':
      return encodeUtf32(text, ByteOrder.Native, encodeHandler(errors));
    default:
      return encodeByCodec(text, encoding, errors);
  }
}

/** bytes.decode(encoding, errors) (PyUnicode_Decode). */
export function decodeBytes(bytes: Uint8Array, encoding: string, errors: string): string {
  const name = normalized(encoding);
  switch (SHORTCUTS[name] ?? name) {
    case 'utf-8':
      return decodeUtf8(bytes, decodeHandler(errors)).text;
    case 'ascii':
      return decodeAscii(bytes, decodeHandler(errors));
    case 'latin-1':
      return decodeLatin1(bytes);
    case 'utf-16':
      return decodeUtf16(bytes, ByteOrder.Native, decodeHandler(errors)).text;
    case 'utf-32':
      return decodeUtf32(bytes, ByteOrder.Native, decodeHandler(errors)).text;
    default:
      return decodeByCodec(bytes, encoding, errors);
  }
}
