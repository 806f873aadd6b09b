import type { ModuleDefinition } from '../objects/define.ts';
import { abc } from './abc.ts';
import { ast } from './ast/ast.ts';
import { asyncio } from './asyncio/asyncio.ts';
import { atexit } from './atexit.ts';
import { codecs } from './codecs/codecs.ts';
import { collections } from './collections/collections.ts';
import { contextvars } from './contextvars.ts';
import { errno } from './errno.ts';
import { functools } from './functools/functools.ts';
import { heapq } from './heapq.ts';
import { imp } from './imp.ts';
import { itertools } from './itertools/itertools.ts';
import { locale } from './locale.ts';
import { marshal } from './marshal/marshal.ts';
import { math } from './math.ts';
import { opcode } from './opcode.ts';
import { operator } from './operator.ts';
import { posix } from './posix.ts';
import { posixsubprocess } from './posixsubprocess.ts';
import type { CommonModule } from './registry.ts';
import { selectModule } from './select.ts';
import { signal } from './signal.ts';
import { socketModule } from './socket/socket.ts';
import { sre } from './sre/sre.ts';
import { stat } from './stat.ts';
import { string } from './string.ts';
import { thread } from './thread/thread.ts';
import { time } from './time.ts';
import { tokenize } from './tokenize.ts';
import { typing } from './typing.ts';
import { warnings } from './warnings.ts';
import { weakref } from './weakref.ts';

// Modules that most of the library is built on. The build makes a part of them that is loaded when the first of them is imported.

const definitions: Readonly<Record<CommonModule, () => ModuleDefinition>> = {
  _abc: abc,
  _ast: ast,
  _asyncio: asyncio,
  _codecs: codecs,
  _collections: () => collections,
  _contextvars: () => contextvars,
  _functools: () => functools,
  _heapq: () => heapq,
  _imp: imp,
  _locale: locale,
  _opcode: opcode,
  _operator: operator,
  _posixsubprocess: posixsubprocess,
  _signal: signal,
  _socket: socketModule,
  _sre: () => sre,
  _stat: () => stat,
  _string: () => string,
  _thread: thread,
  _tokenize: tokenize,
  _typing: typing,
  _warnings: warnings,
  _weakref: weakref,
  atexit: atexit,
  errno,
  itertools: () => itertools,
  marshal,
  math: () => math,
  posix,
  select: selectModule,
  time,
};

/** Their definitions by name. */
export function commonModules(): Readonly<Record<CommonModule, () => ModuleDefinition>> {
  return definitions;
}
