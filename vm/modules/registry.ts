import { defineModule, type ModuleDefinition } from '../objects/define.ts';
import type { PyModule } from '../objects/module.ts';
import { abc } from './abc.ts';
import { array } from './array/array.ts';
import { ast } from './ast/ast.ts';
import { asyncio } from './asyncio/asyncio.ts';
import { atexit } from './atexit.ts';
import { binascii } from './binascii.ts';
import { bisect } from './bisect.ts';
import { cmath } from './cmath.ts';
import { codecs } from './codecs/codecs.ts';
import { collections } from './collections/collections.ts';
import { contextvars } from './contextvars.ts';
import { csv } from './csv.ts';
import { datetime } from './datetime/module.ts';
import { decimal } from './decimal/decimal.ts';
import { errno } from './errno.ts';
import { faulthandler } from './faulthandler.ts';
import { functools } from './functools/functools.ts';
import { gc } from './gc.ts';
import { blake2Module, md5Module, sha1Module, sha2Module, sha3Module } from './hashes.ts';
import { heapq } from './heapq.ts';
import { imp } from './imp.ts';
import { io } from './io/io.ts';
import { itertools } from './itertools/itertools.ts';
import { json } from './json/json.ts';
import { locale } from './locale.ts';
import { marshal } from './marshal.ts';
import { math } from './math.ts';
import { opcode } from './opcode.ts';
import { operator } from './operator.ts';
import { posix } from './posix.ts';
import { posixsubprocess } from './posixsubprocess.ts';
import { queue } from './queue.ts';
import { random } from './random.ts';
import { selectModule } from './select.ts';
import { signal } from './signal.ts';
import { socketModule } from './socket/socket.ts';
import { sre } from './sre/sre.ts';
import { stat } from './stat.ts';
import { statistics } from './statistics.ts';
import { string } from './string.ts';
import { struct } from './struct.ts';
import { symtableModule } from './symtable.ts';
import { SYSCONFIGDATA, sysconfigdata } from './sysconfigdata.ts';
import { thread } from './thread/thread.ts';
import { time } from './time.ts';
import { tokenize } from './tokenize.ts';
import { tracemalloc } from './tracemalloc.ts';
import { typing } from './typing.ts';
import { unicodedata } from './unicodedata.ts';
import { warnings } from './warnings.ts';
import { weakref } from './weakref.ts';
import { zlib } from './zlib.ts';
import { zoneinfo } from './zoneinfo/zoneinfo.ts';

/** The modules that CPython writes in C and we in TypeScript, made when they are first imported. */
const definitions: Readonly<Record<string, () => ModuleDefinition>> = {
  _abc: abc,
  _ast: ast,
  _asyncio: asyncio,
  _bisect: () => bisect,
  _blake2: () => blake2Module,
  _codecs: codecs,
  _collections: () => collections,
  _contextvars: () => contextvars,
  _csv: csv,
  _datetime: datetime,
  _decimal: decimal,
  _functools: () => functools,
  _heapq: () => heapq,
  _imp: imp,
  _io: io,
  _json: () => json,
  _locale: locale,
  _md5: () => md5Module,
  _opcode: opcode,
  _operator: operator,
  _posixsubprocess: posixsubprocess,
  _queue: () => queue,
  _random: () => random,
  _sha1: () => sha1Module,
  _sha2: () => sha2Module,
  _sha3: () => sha3Module,
  _signal: signal,
  _socket: socketModule,
  _sre: () => sre,
  _stat: () => stat,
  _statistics: () => statistics,
  _string: () => string,
  _struct: () => struct,
  _symtable: symtableModule,
  [SYSCONFIGDATA]: sysconfigdata,
  _thread: thread,
  _tokenize: tokenize,
  _tracemalloc: tracemalloc,
  _typing: typing,
  _warnings: warnings,
  _weakref: weakref,
  _zoneinfo: zoneinfo,
  array: () => array,
  atexit: atexit,
  binascii: () => binascii,
  cmath: () => cmath,
  errno,
  faulthandler,
  gc,
  itertools: () => itertools,
  marshal,
  math: () => math,
  posix,
  select: selectModule,
  time,
  unicodedata: () => unicodedata,
  zlib: () => zlib,
};

/** sys.builtin_module_names. */
export const builtinModuleNames: readonly string[] = Object.keys(definitions).sort();

export function isBuiltinModule(name: string): boolean {
  return Object.hasOwn(definitions, name);
}

/** A new module object; undefined when no built-in module has this name. */
export function builtinModule(name: string): PyModule | undefined {
  return isBuiltinModule(name) ? defineModule(definitions[name]()) : undefined;
}
