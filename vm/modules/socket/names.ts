import { newException, osErrorType, overflowError, type PyBaseException, typeError } from '../../objects/exception.ts';
import { PyList } from '../../objects/list.ts';
import type { Slot, Value } from '../../objects/object.ts';
import { stringOf } from '../../objects/str.ts';
import { PyTuple, tupleOf } from '../../objects/tuple.ts';
import { index } from '../../operations/arithmetic.ts';
import { bytesOf } from '../io/base.ts';
import { addressValue, hostOf, isNumeric, nameError, resolve } from './address.ts';
import { AF_INET, AF_INET6, SOCK_DGRAM, SOCK_RAW, SOCK_STREAM } from './constants.ts';

// Names of hosts and services. Only this machine has names, and services have those of IANA's register that are in use.

/** Services by protocol: the ports of those that run over both are in 'tcp' and 'udp'. */
const services: Readonly<Record<'tcp' | 'udp', Readonly<Record<string, number>>>> = {
  tcp: {
    tcpmux: 1,
    echo: 7,
    discard: 9,
    systat: 11,
    daytime: 13,
    netstat: 15,
    qotd: 17,
    chargen: 19,
    'ftp-data': 20,
    ftp: 21,
    ssh: 22,
    telnet: 23,
    smtp: 25,
    time: 37,
    whois: 43,
    domain: 53,
    gopher: 70,
    finger: 79,
    http: 80,
    kerberos: 88,
    pop3: 110,
    sunrpc: 111,
    nntp: 119,
    ntp: 123,
    imap2: 143,
    snmp: 161,
    bgp: 179,
    irc: 194,
    ldap: 389,
    https: 443,
    'microsoft-ds': 445,
    submissions: 465,
    submission: 587,
    ldaps: 636,
    domains: 853,
    rsync: 873,
    ftps: 990,
    telnets: 992,
    imaps: 993,
    pop3s: 995,
    socks: 1080,
    openvpn: 1194,
    mysql: 3306,
    postgresql: 5432,
    amqp: 5672,
    'http-alt': 8080,
  },
  udp: {
    echo: 7,
    discard: 9,
    daytime: 13,
    chargen: 19,
    time: 37,
    domain: 53,
    bootps: 67,
    bootpc: 68,
    tftp: 69,
    kerberos: 88,
    sunrpc: 111,
    ntp: 123,
    snmp: 161,
    ldap: 389,
    https: 443,
    syslog: 514,
    domains: 853,
    openvpn: 1194,
  },
};

const protocols: Readonly<Record<string, number>> = {
  ip: 0,
  icmp: 1,
  igmp: 2,
  tcp: 6,
  udp: 17,
  ipv6: 41,
  'ipv6-icmp': 58,
};

const AI_PASSIVE = 1;
const AI_NUMERICHOST = 4;
const NI_NUMERICHOST = 1;
const NI_NUMERICSERV = 2;
const NI_NAMEREQD = 8;
const NI_DGRAM = 16;

const unknownName = (): PyBaseException => nameError(-2, 'Name or service not known');
const kindsOf = (protocol: Slot): readonly ('tcp' | 'udp')[] => {
  const name = protocol === undefined ? undefined : stringOf(protocol);
  if (name === undefined) return ['tcp', 'udp'];
  return name === 'tcp' || name === 'udp' ? [name] : [];
};

export function serviceByName(name: Value, protocol: Slot): Value {
  const text = stringOf(name) ?? '';
  for (const kind of kindsOf(protocol)) if (Object.hasOwn(services[kind], text)) return services[kind][text];
  throw newException(osErrorType, 'service/proto not found');
}

export function serviceByPort(port: Value, protocol: Slot): Value {
  const number = Number(index(port));
  if (number < 0 || number > 65535) throw overflowError('getservbyport: port must be 0-65535.');
  for (const kind of kindsOf(protocol)) {
    const name = serviceAt(kind, number);
    if (name !== undefined) return name;
  }
  throw newException(osErrorType, 'port/proto not found');
}

const serviceAt = (kind: 'tcp' | 'udp', port: number): string | undefined =>
  Object.keys(services[kind]).find((name) => services[kind][name] === port);

export function protocolByName(name: Value): Value {
  const text = stringOf(name) ?? '';
  if (!Object.hasOwn(protocols, text)) throw newException(osErrorType, 'protocol not found');
  return protocols[text];
}

function portOf(port: Value): number {
  if (port === null) return 0;
  const text = stringOf(port);
  if (text === undefined) return Number(index(port)) & 0xffff;
  if (/^\d+$/.test(text)) return Number(text) & 0xffff;
  const service = services.tcp[text] ?? services.udp[text];
  if (service === undefined) throw nameError(-8, 'Servname not supported for ai_socktype');
  return service;
}

/** socket.getaddrinfo(), with glibc's order of families and kinds. */
export function getAddressInfo(host: Value, port: Value, family: Slot, type: Slot, proto: Slot, flags: Slot): Value {
  const number = (value: Slot): number => (value === undefined ? 0 : Number(index(value)));
  const wanted = number(family);
  const kind = number(type) & 0xf;
  const bits = number(flags);
  const name = host === null ? null : (stringOf(host) ?? new TextDecoder().decode(bytesOf(host)));
  if ((name === null || name === '') && port === null) throw unknownName();
  if (wanted !== 0 && wanted !== AF_INET && wanted !== AF_INET6) {
    throw nameError(-6, 'ai_family not supported');
  }
  const service = portOf(port);
  let hosts: (readonly [family: number, address: string])[];
  if (name === null || name === '') {
    hosts =
      (bits & AI_PASSIVE) !== 0
        ? [
            [AF_INET, '0.0.0.0'],
            [AF_INET6, '::'],
          ]
        : [
            [AF_INET6, '::1'],
            [AF_INET, '127.0.0.1'],
          ];
    if (wanted !== 0) hosts = hosts.filter(([each]) => each === wanted);
  } else if (isNumeric(name)) {
    const own = name.includes(':') ? AF_INET6 : AF_INET;
    if (wanted !== 0 && wanted !== own) throw nameError(-9, 'Address family for hostname not supported');
    hosts = [[own, resolve(name, own)]];
  } else {
    if ((bits & AI_NUMERICHOST) !== 0) throw unknownName();
    const own = wanted === 0 ? AF_INET : wanted;
    hosts = [[own, resolve(name, own)]];
  }
  const asked = number(proto);
  const kinds = [
    [SOCK_STREAM, 6],
    [SOCK_DGRAM, 17],
    [SOCK_RAW, asked],
  ].filter(([each, protocol]) => (kind === 0 || each === kind) && (asked === 0 || protocol === asked));
  return new PyList(
    hosts.flatMap(([each, address]) =>
      kinds.map(([one, protocol]) => tupleOf([each, one, protocol, '', addressValue(`${address}:${service}`, each)])),
    ),
  );
}

/** socket.getnameinfo() of an address of this machine, or with its number where it has no name. */
export function getNameInfo(address: Value, flags: Value): Value {
  if (!(address instanceof PyTuple)) throw typeError('getnameinfo() argument 1 must be a tuple');
  const [host, port] = address.items;
  const text = host === undefined ? undefined : stringOf(host);
  if (text === undefined || port === undefined || address.items.length > 4) {
    throw typeError('getnameinfo(): illegal sockaddr argument');
  }
  const bits = Number(index(flags));
  const number = Number(index(port));
  if (!isNumeric(text)) throw unknownName();
  let name = resolve(text, text.includes(':') ? AF_INET6 : AF_INET);
  if ((bits & NI_NUMERICHOST) === 0) {
    if (isLocal(name)) ({ name } = hostOf(name));
    else if ((bits & NI_NAMEREQD) !== 0) throw unknownName();
  }
  const service =
    (bits & NI_NUMERICSERV) !== 0 ? undefined : serviceAt((bits & NI_DGRAM) !== 0 ? 'udp' : 'tcp', number);
  return tupleOf([name, service ?? String(number)]);
}

const isLocal = (address: string): boolean => /^127\.|^::1$|^0\.0\.0\.0$|^::$/.test(address);
