import { defineModule, type ModuleDefinition } from '../objects/define.ts';
import type { PyModule } from '../objects/module.ts';
import { commonModules } from './common-modules.ts';
import { io } from './io/io.ts';
import { rareModules } from './rare-modules.ts';
import { SYSCONFIGDATA } from './sysconfigdata.ts';

// The modules that CPython writes in C and we in TypeScript, made when they are first imported. Only what every start needs is there
// at once; the other two kinds are parts of their own (tools/bundle-vm.mjs).

const firstModules: Readonly<Record<string, () => ModuleDefinition>> = { _io: io };

const commonNames = [
  '_abc',
  '_ast',
  '_asyncio',
  '_codecs',
  '_collections',
  '_contextvars',
  '_functools',
  '_heapq',
  '_imp',
  '_locale',
  '_opcode',
  '_operator',
  '_posixsubprocess',
  '_signal',
  '_socket',
  '_sre',
  '_stat',
  '_string',
  '_thread',
  '_tokenize',
  '_typing',
  '_warnings',
  '_weakref',
  'atexit',
  'errno',
  'itertools',
  'marshal',
  'math',
  'posix',
  'select',
  'time',
] as const;

const rareNames = [
  '_bisect',
  '_blake2',
  '_csv',
  '_datetime',
  '_decimal',
  '_json',
  '_lsprof',
  '_md5',
  '_pickle',
  '_queue',
  '_random',
  '_sha1',
  '_sha2',
  '_sha3',
  '_statistics',
  '_struct',
  '_symtable',
  SYSCONFIGDATA,
  '_tracemalloc',
  '_zoneinfo',
  'array',
  'binascii',
  'cmath',
  'faulthandler',
  'gc',
  'unicodedata',
  'pyexpat',
  'zlib',
] as const;

export type CommonModule = (typeof commonNames)[number];
export type RareModule = (typeof rareNames)[number];

/** sys.builtin_module_names. */
export const builtinModuleNames: readonly string[] = [
  ...Object.keys(firstModules),
  ...commonNames,
  ...rareNames,
].sort();

export function isBuiltinModule(name: string): boolean {
  return builtinModuleNames.includes(name);
}

/** A new module object; undefined when no built-in module has this name. */
export function builtinModule(name: string): PyModule | undefined {
  const define = definitionOf(name);
  return define === undefined ? undefined : defineModule(define());
}

function definitionOf(name: string): (() => ModuleDefinition) | undefined {
  if (Object.hasOwn(firstModules, name)) return firstModules[name];
  if (includes(commonNames, name)) return commonModules()[name];
  if (includes(rareNames, name)) return rareModules()[name];
  return undefined;
}

function includes<Name extends string>(names: readonly Name[], name: string): name is Name {
  return (names as readonly string[]).includes(name);
}
