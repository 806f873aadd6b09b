import { PyBytes } from '../objects/bytes.ts';
import {
  lookupErrorType,
  newException,
  PyBaseException,
  unicodeDecodeErrorType,
  unicodeEncodeErrorType,
} from '../objects/exception.ts';
import { tupleOf } from '../objects/tuple.ts';

/** The spelling by which codecs are known here: lower case, without separators. */
function normalized(encoding: string): string {
  return encoding.toLowerCase().replace(/[^a-z0-9]/g, '');
}

const singleByte = new Map<string, number>([
  ['ascii', 0x7f],
  ['usascii', 0x7f],
  ['646', 0x7f],
  ['latin1', 0xff],
  ['iso88591', 0xff],
  ['8859', 0xff],
  ['cp819', 0xff],
  ['l1', 0xff],
]);

function unknownEncoding(encoding: string): PyBaseException {
  return newException(lookupErrorType, `unknown encoding: ${encoding}`);
}

function encodeError(encoding: string, text: string, start: number, end: number, reason: string): PyBaseException {
  const exception = new PyBaseException(unicodeEncodeErrorType, tupleOf([encoding, text, start, end, reason]));
  exception.members = { encoding, object: text, start, end, reason };
  return exception;
}

function decodeError(encoding: string, bytes: Uint8Array, start: number, end: number, reason: string): PyBaseException {
  const object = new PyBytes(bytes.slice());
  const exception = new PyBaseException(unicodeDecodeErrorType, tupleOf([encoding, object, start, end, reason]));
  exception.members = { encoding, object, start, end, reason };
  return exception;
}

/** What an error handler puts in the place of a code point that can't be encoded; undefined means strict. */
function replacement(errors: string, code: number): string | number[] | undefined {
  switch (errors) {
    case 'ignore':
      return '';
    case 'replace':
      return '?';
    case 'backslashreplace':
      return code < 0x100
        ? `\\x${code.toString(16).padStart(2, '0')}`
        : code < 0x10000
          ? `\\u${code.toString(16).padStart(4, '0')}`
          : `\\U${code.toString(16).padStart(8, '0')}`;
    case 'xmlcharrefreplace':
      return `&#${code};`;
    case 'surrogateescape':
      return code >= 0xdc80 && code <= 0xdcff ? [code - 0xdc00] : undefined;
    default:
      return undefined;
  }
}

/** text.encode(encoding, errors) for the codecs that CPython has built in: UTF-8, UTF-16, UTF-32, ASCII, Latin-1. */
export function encodeText(text: string, encoding: string, errors: string): Uint8Array {
  const name = normalized(encoding);
  const limit = singleByte.get(name);
  if (limit !== undefined) return encodeUnits(text, limit === 0x7f ? 'ascii' : 'latin-1', limit, errors);
  if (name === 'utf8' || name === 'u8' || name === 'cp65001') return encodeUtf8(text, errors);
  const wide = /^utf(16|32)(le|be)?$/.exec(name);
  if (wide !== null) return encodeWide(text, wide[1] === '16' ? 2 : 4, wide[2]);
  throw unknownEncoding(encoding);
}

function encodeUnits(text: string, encoding: string, limit: number, errors: string): Uint8Array {
  const bytes: number[] = [];
  let position = 0;
  for (const character of text) {
    const code = character.codePointAt(0)!;
    if (code <= limit) bytes.push(code);
    else {
      const other = replacement(errors, code);
      if (other === undefined) {
        throw encodeError(encoding, text, position, position + 1, `ordinal not in range(${limit + 1})`);
      }
      if (typeof other === 'string') for (const c of other) bytes.push(c.charCodeAt(0));
      else bytes.push(...other);
    }
    position++;
  }
  return Uint8Array.from(bytes);
}

const encoder = new TextEncoder();

function encodeUtf8(text: string, errors: string): Uint8Array {
  if (!/[\ud800-\udfff]/u.test(text)) return encoder.encode(text);
  const parts: number[] = [];
  let position = 0;
  for (const character of text) {
    const code = character.codePointAt(0)!;
    if (code < 0xd800 || code > 0xdfff) parts.push(...encoder.encode(character));
    else if (errors === 'surrogatepass') parts.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
    else {
      const other = replacement(errors, code);
      if (other === undefined) throw encodeError('utf-8', text, position, position + 1, 'surrogates not allowed');
      if (typeof other === 'string') parts.push(...encoder.encode(other));
      else parts.push(...other);
    }
    position++;
  }
  return Uint8Array.from(parts);
}

function encodeWide(text: string, width: 2 | 4, order: string | undefined): Uint8Array {
  const units: number[] = order === undefined ? [0xfeff] : [];
  if (width === 2) for (let i = 0; i < text.length; i++) units.push(text.charCodeAt(i));
  else for (const character of text) units.push(character.codePointAt(0)!);
  const bytes = new Uint8Array(units.length * width);
  const view = new DataView(bytes.buffer);
  units.forEach((unit, i) => {
    if (width === 2) view.setUint16(i * 2, unit, order !== 'be');
    else view.setUint32(i * 4, unit, order !== 'be');
  });
  return bytes;
}

/** bytes.decode(encoding, errors). */
export function decodeBytes(bytes: Uint8Array, encoding: string, errors: string): string {
  const name = normalized(encoding);
  const limit = singleByte.get(name);
  if (limit !== undefined) return decodeUnits(bytes, limit, errors);
  if (name === 'utf8' || name === 'u8' || name === 'cp65001') return decodeUtf8(bytes, errors, 'utf-8');
  if (name === 'utf8sig') {
    const bom = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
    return decodeUtf8(bom ? bytes.subarray(3) : bytes, errors, 'utf-8');
  }
  const wide = /^utf(16|32)(le|be)?$/.exec(name);
  if (wide !== null) return decodeWide(bytes, wide[1] === '16' ? 2 : 4, wide[2]);
  throw unknownEncoding(encoding);
}

function undecodable(errors: string, byte: number): string | undefined {
  switch (errors) {
    case 'ignore':
      return '';
    case 'replace':
      return '\ufffd';
    case 'backslashreplace':
      return `\\x${byte.toString(16).padStart(2, '0')}`;
    case 'surrogateescape':
      return String.fromCharCode(0xdc00 + byte);
    default:
      return undefined;
  }
}

function decodeUnits(bytes: Uint8Array, limit: number, errors: string): string {
  let text = '';
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i] <= limit) text += String.fromCharCode(bytes[i]);
    else {
      const other = undecodable(errors, bytes[i]);
      if (other === undefined) throw decodeError('ascii', bytes, i, i + 1, 'ordinal not in range(128)');
      text += other;
    }
  }
  return text;
}

const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decodeUtf8(bytes: Uint8Array, errors: string, encoding: string): string {
  try {
    return strictDecoder.decode(bytes);
  } catch {
    return decodeBrokenUtf8(bytes, errors, encoding);
  }
}

function decodeBrokenUtf8(bytes: Uint8Array, errors: string, encoding: string): string {
  let text = '';
  for (let i = 0; i < bytes.length; ) {
    const lead = bytes[i];
    if (lead < 0x80) {
      text += String.fromCharCode(lead);
      i++;
      continue;
    }
    const need =
      lead >= 0xc2 && lead < 0xe0 ? 1 : lead >= 0xe0 && lead < 0xf0 ? 2 : lead >= 0xf0 && lead < 0xf5 ? 3 : 0;
    let good = 1;
    let code = need === 1 ? lead & 31 : need === 2 ? lead & 15 : lead & 7;
    while (good <= need && i + good < bytes.length) {
      const byte = bytes[i + good];
      let low = 0x80;
      let high = 0xbf;
      if (good === 1) {
        if (lead === 0xe0) low = 0xa0;
        else if (lead === 0xed && errors !== 'surrogatepass') high = 0x9f;
        else if (lead === 0xf0) low = 0x90;
        else if (lead === 0xf4) high = 0x8f;
      }
      if (byte < low || byte > high) break;
      code = (code << 6) | (byte & 63);
      good++;
    }
    if (need > 0 && good === need + 1) {
      text += String.fromCodePoint(code);
      i += good;
      continue;
    }
    const atEnd = need > 0 && i + good === bytes.length;
    const reason = need === 0 ? 'invalid start byte' : atEnd ? 'unexpected end of data' : 'invalid continuation byte';
    const first = undecodable(errors, lead);
    if (first === undefined) throw decodeError(encoding, bytes, i, i + good, reason);
    if (errors === 'replace' || errors === 'ignore') text += first;
    else for (let k = 0; k < good; k++) text += undecodable(errors, bytes[i + k])!;
    i += good;
  }
  return text;
}

function decodeWide(bytes: Uint8Array, width: 2 | 4, order: string | undefined): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let little = order !== 'be';
  let at = 0;
  if (order === undefined && bytes.length >= width) {
    const mark = width === 2 ? view.getUint16(0, true) : view.getUint32(0, true);
    if (mark === 0xfeff) at = width;
    else if (mark === (width === 2 ? 0xfffe : 0xfffe0000)) {
      little = false;
      at = width;
    }
  }
  if (bytes.length % width !== 0)
    throw decodeError(`utf-${width * 8}`, bytes, bytes.length - (bytes.length % width), bytes.length, 'truncated data');
  let text = '';
  for (; at < bytes.length; at += width) {
    text +=
      width === 2 ? String.fromCharCode(view.getUint16(at, little)) : String.fromCodePoint(view.getUint32(at, little));
  }
  return text;
}
