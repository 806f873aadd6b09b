import { isException, moduleNotFoundErrorType } from '../objects/exception.ts';
import { stringOf } from '../objects/str.ts';
import { tupleOf } from '../objects/tuple.ts';

const FOREIGN = 'it calls machine code, which a virtual machine in JavaScript has no way to do';
const TERMINAL = 'it drives a terminal through the C library';
const WINDOWS = 'it exists on Windows only, and Coroscope behaves like a Linux';
const INTERPRETERS = "Coroscope's virtual machine has one interpreter";
const CODEC = 'its tables of East Asian characters are not part of Coroscope; utf-8, utf-16 and utf-32 are';

/** Modules of CPython that Coroscope doesn't have, each with the reason. */
const reasons: Readonly<Record<string, string>> = {
  _bz2: 'there is no bzip2 in Coroscope; zlib and gzip are there',
  _codecs_cn: CODEC,
  _codecs_hk: CODEC,
  _codecs_iso2022: CODEC,
  _codecs_jp: CODEC,
  _codecs_kr: CODEC,
  _codecs_tw: CODEC,
  _ctypes: FOREIGN,
  _curses: TERMINAL,
  _dbm: 'it needs a database library of the machine',
  _gdbm: 'it needs a database library of the machine',
  _interpchannels: INTERPRETERS,
  _interpqueues: INTERPRETERS,
  _interpreters: INTERPRETERS,
  _lzma: 'there is no LZMA in Coroscope; zlib and gzip are there',
  _multiprocessing: 'Coroscope runs a program in one process',
  _overlapped: WINDOWS,
  _posixshmem: 'Coroscope runs a program in one process, which shares its memory with no other',
  _remote_debugging: "it reads another CPython's memory",
  _scproxy: 'it exists on macOS only, and Coroscope behaves like a Linux',
  _sqlite3: 'it needs the SQLite library of the machine',
  _ssl: 'it needs the OpenSSL library of the machine',
  _testcapi: "it tests CPython's C interface, which Coroscope doesn't have",
  _testinternalcapi: "it tests CPython's C interface, which Coroscope doesn't have",
  _tkinter: 'it needs the Tk library of the machine',
  _tracemalloc: "it follows CPython's memory allocations; JavaScript's can't be followed",
  _winapi: WINDOWS,
  _zstd: 'there is no Zstandard in Coroscope; zlib and gzip are there',
  curses: TERMINAL,
  dbm: 'it needs a database library of the machine',
  ensurepip: 'packages are installed by the pip of a CPython; Coroscope imports those written in Python',
  fcntl: 'it controls files of the machine in ways that Coroscope has no door to',
  idlelib: 'it needs the Tk library of the machine',
  js: "it is Pyodide's door to JavaScript",
  mmap: 'it maps files into memory, which a virtual machine in JavaScript has no way to do',
  msvcrt: WINDOWS,
  nt: WINDOWS,
  readline: TERMINAL,
  resource: 'it measures and limits processes of the machine; see the options of coroscope run',
  ssl: 'it needs the OpenSSL library of the machine',
  syslog: "it writes to the machine's log",
  termios: TERMINAL,
  tkinter: 'it needs the Tk library of the machine',
  turtle: 'it needs the Tk library of the machine',
  venv: 'Coroscope is one program with its library inside: it has no environments',
  winreg: WINDOWS,
  winsound: WINDOWS,
};

/** Why Coroscope doesn't have a module of CPython; undefined for any other name. */
export const whyUnavailable = (name: string): string | undefined =>
  Object.hasOwn(reasons, name) ? reasons[name] : undefined;

/** Adds the reason to "No module named 'x'", where x is a module of CPython's library that can't be had. */
export function explainMissing(error: unknown): void {
  if (!isException(error, moduleNotFoundErrorType)) return;
  const name = stringOf(error.members?.['name'] ?? null);
  const why = name === undefined ? undefined : whyUnavailable(name);
  const message = `No module named '${name}'`;
  if (why === undefined || error.args.items[0] !== message) return;
  const explained = `${message}: ${why}`;
  error.args = tupleOf([explained]);
  if (error.members !== undefined) error.members['msg'] = explained;
}
