import { decodeHandlers, encodeHandlers } from '../../codecs/errors.ts';
import { decodeUtf8, encodeUtf8 } from '../../codecs/utf8.ts';
import { PyBytes } from '../../objects/bytes.ts';
import { defineType } from '../../objects/define.ts';
import { newException, osErrorType, overflowError, type PyBaseException, typeError } from '../../objects/exception.ts';
import { newType, type PyType, typeOf, type Value } from '../../objects/object.ts';
import { stringOf } from '../../objects/str.ts';
import { PyTuple, tupleOf } from '../../objects/tuple.ts';
import { index } from '../../operations/arithmetic.ts';
import { bytesOf } from '../io/base.ts';
import { AF_INET, AF_INET6, AF_UNIX } from './constants.ts';
import { formatIPv6, parseIPv6, parseLooseIPv4 } from './inet.ts';
import { network } from './network.ts';

export const gaierrorType: PyType = defineType(newType('socket.gaierror', osErrorType), { module: 'socket' });
export const herrorType: PyType = defineType(newType('socket.herror', osErrorType), { module: 'socket' });

/** An error of a name service, by its own number. */
export function nameError(number: number, message: string, type = gaierrorType): PyBaseException {
  const error = newException(type, number, message);
  error.members = { errno: number, strerror: message, filename: null, filename2: null };
  return error;
}

/** What a sockaddr_un has room for, in bytes. */
const LONGEST_PATH = 108;

/** The numeric address of a host name. Only this machine has names here. */
export function resolve(host: string, family: number): string {
  if (host === '') return family === AF_INET6 ? '::' : '0.0.0.0';
  if (host === 'localhost' || host === 'ip6-localhost') return family === AF_INET6 ? '::1' : '127.0.0.1';
  const loose = parseLooseIPv4(host);
  if (loose !== undefined) return loose.join('.');
  const long = parseIPv6(host.replace(/%.*$/, ''));
  if (long !== undefined) return formatIPv6(long);
  throw nameError(-2, 'Name or service not known');
}

/** Whether a host is given by its number. */
export const isNumeric = (host: string): boolean =>
  parseLooseIPv4(host) !== undefined || parseIPv6(host.replace(/%.*$/, '')) !== undefined;

/** The network's name of a Python address of this family, given to the method `caller`. */
export function parseAddress(address: Value, family: number, caller: string): string {
  if (family === AF_UNIX) {
    const path = stringOf(address) ?? decodeUtf8(bytesOf(address), decodeHandlers.surrogateescape).text;
    if (encodeUtf8(path, encodeHandlers.surrogateescape).length > LONGEST_PATH) {
      throw newException(osErrorType, 'AF_UNIX path too long');
    }
    return path;
  }
  const isV6 = family === AF_INET6;
  const name = isV6 ? 'AF_INET6' : 'AF_INET';
  if (!(address instanceof PyTuple)) {
    throw typeError(`${caller}(): ${name} address must be tuple, not ${typeOf(address).tp_name}`);
  }
  const { items } = address;
  if (isV6 ? items.length < 2 || items.length > 4 : items.length !== 2) {
    throw typeError(
      isV6
        ? 'AF_INET6 address must be a tuple (host, port[, flowinfo[, scopeid]])'
        : 'AF_INET address must be a pair (host, port)',
    );
  }
  const [host, port] = items;
  const text = stringOf(host) ?? (host instanceof PyBytes ? new TextDecoder().decode(host.bytes) : undefined);
  if (text === undefined) throw typeError(`str, bytes or bytearray expected, not ${typeOf(host).tp_name}`);
  const number = Number(index(port));
  if (number < 0 || number > 65535) throw overflowError(`${caller}(): port must be 0-65535.`);
  return `${resolve(text, family)}:${number}`;
}

/** The network's name with port 0 replaced by a free one. */
export function withPort(address: string, family: number): string {
  return family !== AF_UNIX && address.endsWith(':0') ? `${address.slice(0, -1)}${network.freePort()}` : address;
}

/** A Python address of the network's name. */
export function addressValue(address: string | undefined, family: number): Value {
  if (family === AF_UNIX) {
    return address?.startsWith('\0')
      ? new PyBytes(encodeUtf8(address, encodeHandlers.surrogateescape))
      : (address ?? '');
  }
  const name = address ?? (family === AF_INET6 ? ':::0' : '0.0.0.0:0');
  const colon = name.lastIndexOf(':');
  const parts: Value[] = [name.slice(0, colon), Number(name.slice(colon + 1))];
  return tupleOf(family === AF_INET6 ? [...parts, 0, 0] : parts);
}

/** The name of an address: only this machine's own is known. */
export function hostOf(address: string): { name: string; address: string } {
  const numeric = resolve(address, address.includes(':') ? AF_INET6 : AF_INET);
  if (!/^127\.|^::1$|^0\.0\.0\.0$|^::$/.test(numeric)) throw nameError(1, 'Unknown host', herrorType);
  return { name: 'localhost', address: numeric };
}
