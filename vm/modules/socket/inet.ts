import { PyBytes } from '../../objects/bytes.ts';
import {
  newException,
  osErrorType,
  overflowError,
  type PyBaseException,
  typeError,
  valueError,
} from '../../objects/exception.ts';
import { integerOf } from '../../objects/int.ts';
import { typeOf, type Value } from '../../objects/object.ts';
import { newOSError } from '../../objects/os-error.ts';
import { stringOf } from '../../objects/str.ts';
import { index } from '../../operations/arithmetic.ts';
import { errorMessage } from '../errno.ts';
import { bytesOf } from '../io/base.ts';
import { AF_INET, AF_INET6 } from './constants.ts';

// Addresses as bytes and as texts, and the order of bytes: inet_aton() and its like.

const EAFNOSUPPORT = 97;

const illegal = (name: string): PyBaseException =>
  newException(osErrorType, `illegal IP address string passed to ${name}`);

/** One to four numbers, decimal, octal or hexadecimal, of which the last fills what is left (inet_aton); undefined for anything else. */
export function parseLooseIPv4(text: string): Uint8Array | undefined {
  const parts = text.split('.');
  if (parts.length > 4 || !parts.every((part) => /^(0x[0-9a-f]+|0[0-7]*|[1-9]\d*)$/i.test(part))) return undefined;
  const numbers = parts.map((part) => (/^0[0-7]+$/.test(part) ? Number.parseInt(part, 8) : Number(part)));
  const last = numbers.pop() as number;
  if (numbers.some((number) => number > 255) || last >= 256 ** (4 - numbers.length)) return undefined;
  const bytes = new Uint8Array(4);
  bytes.set(numbers);
  let rest = last;
  for (let at = 3; at >= numbers.length; at--) {
    bytes[at] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  return bytes;
}

/** Four decimal numbers; undefined for anything else. */
function parseIPv4(text: string): number[] | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256))
    return undefined;
  return parts.map(Number);
}

/** The 16 bytes of an address; undefined for what is none. */
export function parseIPv6(text: string): Uint8Array | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const sides = halves.map((half) => (half === '' ? [] : half.split(':')));
  const tail = sides[sides.length - 1];
  const embedded = tail.at(-1)?.includes('.') ? parseIPv4(tail.pop() as string) : [];
  if (embedded === undefined) return undefined;
  if (sides.some((side) => !side.every((group) => /^[0-9a-f]{1,4}$/i.test(group)))) return undefined;
  const bytes = sides.map((side) =>
    side.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255]),
  );
  bytes[bytes.length - 1].push(...embedded);
  const missing = 16 - bytes.flat().length;
  if (halves.length === 1 ? missing !== 0 : missing < 2) return undefined;
  return Uint8Array.from(halves.length === 1 ? bytes[0] : [...bytes[0], ...new Array(missing).fill(0), ...bytes[1]]);
}

/** As inet_ntop writes it: the longest run of zeros is left out. */
export function formatIPv6(bytes: Uint8Array): string {
  const groups = Array.from({ length: 8 }, (_, i) => (bytes[2 * i] << 8) | bytes[2 * i + 1]);
  let start = -1;
  let length = 1;
  for (let from = 0; from < 8; from++) {
    let to = from;
    while (to < 8 && groups[to] === 0) to++;
    if (to - from > length) [start, length] = [from, to - from];
  }
  const isEmbedded = start === 0 && (length === 6 || (length === 5 && groups[5] === 0xffff));
  const texts = groups.map((group) => group.toString(16));
  const last = isEmbedded ? [bytes.subarray(12).join('.')] : texts.slice(6);
  const all = [...texts.slice(0, 6), ...last];
  if (start < 0) return all.join(':');
  return `${all.slice(0, start).join(':')}::${all.slice(start + length).join(':')}`;
}

export function inetAton(text: Value): Value {
  const bytes = parseLooseIPv4(requireString(text, 'inet_aton'));
  if (bytes === undefined) throw illegal('inet_aton');
  return new PyBytes(bytes);
}

export function inetNtoa(packed: Value): Value {
  const bytes = bytesOf(packed);
  if (bytes.length !== 4) throw newException(osErrorType, 'packed IP wrong length for inet_ntoa');
  return bytes.join('.');
}

export function inetPton(family: Value, value: Value): Value {
  const text = requireString(value, 'inet_pton');
  const which = index(family);
  if (which !== AF_INET && which !== AF_INET6) throw newOSError(EAFNOSUPPORT, errorMessage(EAFNOSUPPORT));
  const bytes = which === AF_INET6 ? parseIPv6(text) : parseIPv4(text);
  if (bytes === undefined) throw illegal('inet_pton');
  return new PyBytes(Uint8Array.from(bytes));
}

export function inetNtop(family: Value, packed: Value): Value {
  const bytes = bytesOf(packed);
  const which = index(family);
  if (which !== AF_INET && which !== AF_INET6) throw valueError(`unknown address family ${which}`);
  if (bytes.length !== (which === AF_INET ? 4 : 16)) throw valueError('invalid length of packed IP address string');
  return which === AF_INET ? bytes.join('.') : formatIPv6(bytes);
}

function requireString(value: Value, name: string): string {
  const text = stringOf(value);
  if (text === undefined) throw typeError(`${name}() argument must be str, not ${typeOf(value).tp_name}`);
  return text;
}

/** htons() and ntohs(): this machine is little-endian, as Linux's are. */
export function swap16(name: string): (value: Value) => Value {
  return (value) => {
    const number = index(value);
    if (number < 0) throw overflowError(`${name}: can't convert negative Python int to C 16-bit unsigned integer`);
    if (number > 0xffff) throw overflowError(`${name}: Python int too large to convert to C 16-bit unsigned integer`);
    return ((Number(number) & 0xff) << 8) | (Number(number) >> 8);
  };
}

/** htonl() and ntohl(). */
export function swap32(value: Value): Value {
  const number = integerOf(value);
  if (number === undefined) throw typeError(`expected int, ${typeOf(value).tp_name} found`);
  if (number < 0) throw overflowError("can't convert negative value to unsigned int");
  if (number > 0xffffffff) throw overflowError('int larger than 32 bits');
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, Number(number), false);
  return view.getUint32(0, true);
}
