import { defineModule, type ModuleDefinition } from '../objects/define.ts';
import type { PyModule } from '../objects/module.ts';
import { atexit } from './atexit.ts';
import { codecs } from './codecs/codecs.ts';
import { collections } from './collections/collections.ts';
import { contextvars } from './contextvars.ts';
import { errno } from './errno.ts';
import { functools } from './functools/functools.ts';
import { imp } from './imp.ts';
import { io } from './io/io.ts';
import { itertools } from './itertools/itertools.ts';
import { marshal } from './marshal.ts';
import { math } from './math.ts';
import { posix } from './posix.ts';
import { selectModule } from './select.ts';
import { signal } from './signal.ts';
import { socketModule } from './socket/socket.ts';
import { sre } from './sre/sre.ts';
import { thread } from './thread.ts';
import { time } from './time.ts';
import { warnings } from './warnings.ts';
import { weakref } from './weakref.ts';

/** The modules that CPython writes in C and we in TypeScript, made when they are first imported. */
const definitions: Readonly<Record<string, () => ModuleDefinition>> = {
  _codecs: codecs,
  _collections: () => collections,
  _contextvars: () => contextvars,
  _functools: () => functools,
  _imp: imp,
  _io: io,
  _sre: () => sre,
  _thread: thread,
  _warnings: warnings,
  _weakref: weakref,
  _signal: signal,
  _socket: socketModule,
  atexit: atexit,
  select: selectModule,
  errno,
  itertools: () => itertools,
  marshal,
  posix,
  time,
  math: () => math,
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
