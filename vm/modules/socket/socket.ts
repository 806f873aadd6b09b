import type { ModuleDefinition } from '../../objects/define.ts';
import { newException, osErrorType, timeoutErrorType } from '../../objects/exception.ts';
import { PyList } from '../../objects/list.ts';
import type { Slot, Value } from '../../objects/object.ts';
import { newOSError } from '../../objects/os-error.ts';
import { stringOf } from '../../objects/str.ts';
import { tupleOf } from '../../objects/tuple.ts';
import { index } from '../../operations/arithmetic.ts';
import { errorMessage } from '../errno.ts';
import { gaierrorType, herrorType, hostOf, resolve } from './address.ts';
import { AF_INET, SOCK_DGRAM, SOCK_STREAM, socketConstants } from './constants.ts';
import { inetAton, inetNtoa, inetNtop, inetPton, swap16, swap32 } from './inet.ts';
import { getAddressInfo, getNameInfo, protocolByName, serviceByName, serviceByPort } from './names.ts';
import { network } from './network.ts';
import { defaults, seconds, timeoutValue, wrapPair } from './socket-type.ts';
import { failure, socketType } from './transfer.ts';

/** The one interface that there is. */
const LOOPBACK = 'lo';

const hostName = (host: Value): string => stringOf(host) ?? '';

/** CPython 3.14's Modules/socketmodule.c over the network inside the VM. */
export const socketModule = (): ModuleDefinition => {
  defaults.timeout = undefined;
  return {
    name: '_socket',
    doc: 'Implementation module for socket operations: loopback inside the virtual machine.',
    functions: {
      socketpair: [
        '(family=<unrepresentable>, type=1, proto=0, /)',
        (family: Slot, type: Slot, proto: Slot) => {
          const kind = type === undefined ? SOCK_STREAM : Number(index(type)) & 0xf;
          const domain = family === undefined || family === null ? undefined : Number(index(family));
          const ends = network.pair(kind === SOCK_DGRAM ? 'datagram' : 'stream');
          return tupleOf(wrapPair(ends, domain, kind, proto === undefined ? 0 : Number(index(proto))));
        },
      ],
      dup: [
        '(fd, /)',
        (fd: Value) => {
          const found = network.find(Number(index(fd)));
          if (found === undefined) throw failure(9);
          return network.duplicate(found);
        },
      ],
      close: [
        '(fd, /)',
        (fd: Value) => {
          const number = Number(index(fd));
          if (network.find(number) === undefined) throw failure(9);
          network.close(number);
        },
      ],
      getaddrinfo: ['(host, port, family=0, type=0, proto=0, flags=0)', getAddressInfo],
      getnameinfo: ['(sockaddr, flags, /)', getNameInfo],
      getservbyname: ['(servicename, protocolname=<unrepresentable>, /)', serviceByName],
      getservbyport: ['(port, protocolname=<unrepresentable>, /)', serviceByPort],
      getprotobyname: ['(protocolname, /)', protocolByName],
      gethostname: ['()', () => 'localhost'],
      gethostbyname: ['(host, /)', (host: Value) => resolve(hostName(host), AF_INET)],
      gethostbyname_ex: [
        '(host, /)',
        (host: Value) => tupleOf([hostName(host), new PyList([]), new PyList([resolve(hostName(host), AF_INET)])]),
      ],
      gethostbyaddr: [
        '(host, /)',
        (host: Value) => {
          const { name, address } = hostOf(hostName(host));
          return tupleOf([name, new PyList([]), new PyList([address])]);
        },
      ],
      if_nameindex: ['()', () => new PyList([tupleOf([1, LOOPBACK])])],
      if_nametoindex: [
        '(oname, /)',
        (name: Value) => {
          if (stringOf(name) !== LOOPBACK) throw newException(osErrorType, 'no interface with this name');
          return 1;
        },
      ],
      if_indextoname: [
        '(if_index, /)',
        (number: Value) => {
          if (index(number) !== 1) throw newOSError(6, errorMessage(6));
          return LOOPBACK;
        },
      ],
      getdefaulttimeout: ['()', () => timeoutValue(defaults.timeout)],
      setdefaulttimeout: [
        '(timeout, /)',
        (timeout: Value) => {
          defaults.timeout = seconds(timeout);
        },
      ],
      htons: ['(x, /)', swap16('htons')],
      ntohs: ['(x, /)', swap16('ntohs')],
      htonl: ['(x, /)', swap32],
      ntohl: ['(x, /)', swap32],
      inet_aton: ['(ip_addr, /)', inetAton],
      inet_ntoa: ['(packed_ip, /)', inetNtoa],
      inet_pton: ['(address_family, ip_string, /)', inetPton],
      inet_ntop: ['(address_family, packed_ip, /)', inetNtop],
    },
    attributes: {
      socket: socketType,
      SocketType: socketType,
      error: osErrorType,
      gaierror: gaierrorType,
      herror: herrorType,
      timeout: timeoutErrorType,
      has_ipv6: true,
      CAPI: null,
      ...socketConstants,
    },
  };
};
