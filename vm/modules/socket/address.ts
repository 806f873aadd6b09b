import { PyBytes } from '../../objects/bytes.ts';
import { defineType } from '../../objects/define.ts';
import { newException, osErrorType, overflowError, typeError } from '../../objects/exception.ts';
import { newType, type PyType, typeOf, type Value } from '../../objects/object.ts';
import { stringOf } from '../../objects/str.ts';
import { PyTuple, tupleOf } from '../../objects/tuple.ts';
import { index } from '../../operations/arithmetic.ts';
import { network } from './network.ts';

export const AF_UNIX = 1;
export const AF_INET = 2;
export const AF_INET6 = 10;

export const gaierrorType: PyType = defineType(newType('socket.gaierror', osErrorType), { module: 'socket' });
export const herrorType: PyType = defineType(newType('socket.herror', osErrorType), { module: 'socket' });

/** The numeric address of a host name. Only this machine has names here. */
export function resolve(host: string, family: number): string {
  if (host === '') return family === AF_INET6 ? '::' : '0.0.0.0';
  if (host === 'localhost' || host === 'ip6-localhost') return family === AF_INET6 ? '::1' : '127.0.0.1';
  if (/^\d+\.\d+\.\d+\.\d+$/.test(host) || host.includes(':')) return host;
  throw newException(gaierrorType, -2, 'Name or service not known');
}

/** The network's name of a Python address of this family. */
export function parseAddress(address: Value, family: number): string {
  if (family === AF_UNIX) {
    const path =
      stringOf(address) ?? (address instanceof PyBytes ? new TextDecoder().decode(address.bytes) : undefined);
    if (path === undefined) throw typeError(`a bytes-like object is required, not '${typeOf(address).tp_name}'`);
    return path;
  }
  if (!(address instanceof PyTuple)) {
    throw typeError(`AF_INET${family === AF_INET6 ? '6' : ''} address must be tuple, not ${typeOf(address).tp_name}`);
  }
  const [host, port] = address.items;
  const text = stringOf(host);
  if (text === undefined) throw typeError('str, bytes or bytearray expected, not int');
  const number = Number(index(port));
  if (number < 0 || number > 65535) throw overflowError('bind(): port must be 0-65535.');
  return `${resolve(text, family)}:${number}`;
}

/** The network's name with port 0 replaced by a free one. */
export function withPort(address: string, family: number): string {
  return family !== AF_UNIX && address.endsWith(':0') ? `${address.slice(0, -1)}${network.freePort()}` : address;
}

/** A Python address of the network's name. */
export function addressValue(address: string | undefined, family: number): Value {
  if (family === AF_UNIX) return address ?? '';
  const name = address ?? (family === AF_INET6 ? ':::0' : '0.0.0.0:0');
  const colon = name.lastIndexOf(':');
  const parts: Value[] = [name.slice(0, colon), Number(name.slice(colon + 1))];
  return tupleOf(family === AF_INET6 ? [...parts, 0, 0] : parts);
}

/** The name of an address: only this machine's own is known. */
export function hostOf(address: string): { name: string; address: string } {
  const numeric = resolve(address, address.includes(':') ? AF_INET6 : AF_INET);
  if (!/^127\.|^::1$|^0\.0\.0\.0$|^::$/.test(numeric)) throw newException(herrorType, 1, 'Unknown host');
  return { name: 'localhost', address: numeric };
}
