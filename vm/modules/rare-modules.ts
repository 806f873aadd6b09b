import type { ModuleDefinition } from '../objects/define.ts';
import { array } from './array/array.ts';
import { binascii } from './binascii.ts';
import { bisect } from './bisect.ts';
import { cmath } from './cmath.ts';
import { csv } from './csv.ts';
import { datetime } from './datetime/module.ts';
import { decimal } from './decimal/decimal.ts';
import { pyexpat } from './expat/pyexpat.ts';
import { faulthandler } from './faulthandler.ts';
import { gc } from './gc.ts';
import { blake2Module, md5Module, sha1Module, sha2Module, sha3Module } from './hashes.ts';
import { json } from './json/json.ts';
import { lsprof } from './lsprof.ts';
import { pickle } from './pickle/pickle.ts';
import { queue } from './queue.ts';
import { random } from './random.ts';
import type { RareModule } from './registry.ts';
import { statistics } from './statistics.ts';
import { struct } from './struct.ts';
import { symtableModule } from './symtable.ts';
import { SYSCONFIGDATA, sysconfigdata } from './sysconfigdata.ts';
import { tracemalloc } from './tracemalloc.ts';
import { unicodedata } from './unicodedata.ts';
import { zlib } from './zlib.ts';
import { zoneinfo } from './zoneinfo/zoneinfo.ts';

// Modules that a program has to ask for. The build makes a part of them that is loaded when the first of them is imported.

const definitions: Readonly<Record<RareModule, () => ModuleDefinition>> = {
  _bisect: () => bisect,
  _blake2: () => blake2Module,
  _csv: csv,
  _datetime: datetime,
  _decimal: decimal,
  _json: () => json,
  _lsprof: () => lsprof,
  _md5: () => md5Module,
  _pickle: pickle,
  _queue: () => queue,
  _random: () => random,
  _sha1: () => sha1Module,
  _sha2: () => sha2Module,
  _sha3: () => sha3Module,
  _statistics: () => statistics,
  _struct: () => struct,
  _symtable: symtableModule,
  [SYSCONFIGDATA]: sysconfigdata,
  _tracemalloc: tracemalloc,
  _zoneinfo: zoneinfo,
  array,
  binascii: () => binascii,
  cmath: () => cmath,
  faulthandler,
  gc,
  unicodedata: () => unicodedata,
  pyexpat,
  zlib: () => zlib,
};

/** Their definitions by name. */
export function rareModules(): Readonly<Record<RareModule, () => ModuleDefinition>> {
  return definitions;
}
