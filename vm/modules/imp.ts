import { vm } from '../interpreter/state.ts';
import { waits } from '../interpreter/threads.ts';
import { PyBytes } from '../objects/bytes.ts';
import type { ModuleDefinition } from '../objects/define.ts';
import { importErrorType, newException, runtimeError } from '../objects/exception.ts';
import { PyList } from '../objects/list.ts';
import type { PyModule } from '../objects/module.ts';
import type { Value } from '../objects/object.ts';
import { stringOf } from '../objects/str.ts';
import { getAttribute } from '../operations/attribute.ts';
import { builtinModule, isBuiltinModule } from './registry.ts';
import { ReentrantMutex } from './thread/lock.ts';

/** The global import lock, which a thread may take several times. */
let importLock = new ReentrantMutex();

function createBuiltin(spec: Value): Value {
  const name = stringOf(getAttribute(spec, 'name')) ?? '';
  const known = vm.modules.getString(name);
  if (known !== undefined) return known;
  const module: PyModule | undefined = builtinModule(name);
  if (module === undefined) throw newException(importErrorType, `no built-in module named '${name}'`);
  return module;
}

export const EXTENSION_SUFFIXES = ['.cpython-314-x86_64-linux-gnu.so', '.abi3.so', '.so'];

/** CPython 3.14's Python/import.c, `_imp`. There are no frozen modules here, and extension modules are found only to say that they can't be loaded. */
export const imp = (): ModuleDefinition => {
  importLock = new ReentrantMutex();
  return {
    name: '_imp',
    doc: '(Extremely) low-level import machinery bits as used by importlib.',
    functions: {
      lock_held: ['()', () => importLock.owner !== undefined],
      acquire_lock: ['()', waits(() => importLock.acquire('the import lock', undefined))],
      release_lock: [
        '()',
        () => {
          if (!importLock.isOwned) throw runtimeError('not holding the import lock');
          importLock.release();
        },
      ],
      extension_suffixes: ['()', () => new PyList([...EXTENSION_SUFFIXES])],
      is_builtin: ['(name, /)', (name: Value) => (isBuiltinModule(stringOf(name) ?? '') ? 1 : 0)],
      create_builtin: ['(spec, /)', createBuiltin],
      exec_builtin: ['(mod, /)', () => 0],
      is_frozen: ['(name, /)', () => false],
      is_frozen_package: ['(name, /)', () => false],
      find_frozen: ['(name, /, *, withdata=False)', () => null],
      get_frozen_object: [
        '(name, data=None, /)',
        (name: Value) => {
          throw newException(importErrorType, `No such frozen object named ${stringOf(name)}`);
        },
      ],
      _frozen_module_names: ['()', () => new PyList([])],
      _override_frozen_modules_for_tests: ['(override, /)', () => null],
      _override_multi_interp_extensions_check: ['(override, /)', () => 0],
      create_dynamic: [
        '(spec, file=None, /)',
        (spec: Value) => {
          const name = stringOf(getAttribute(spec, 'name'));
          throw newException(
            importErrorType,
            `${name} is an extension module: machine code for CPython, which Coroscope can't run`,
          );
        },
      ],
      exec_dynamic: ['(mod, /)', () => 0],
      _fix_co_filename: ['(code, path, /)', () => null],
      source_hash: ['(key, source)', (_key: Value, source: Value) => new PyBytes(sourceHash(source as PyBytes))],
    },
    attributes: { check_hash_based_pycs: 'never', pyc_magic_number_token: 168627187 },
  };
};

/** A hash of a source for hash-based .pyc files: FNV-1a of 64 bits, since only our own files are ever compared. */
function sourceHash(source: PyBytes): Uint8Array {
  let hash = 0xcbf29ce484222325n;
  for (const byte of source.bytes) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, hash, true);
  return bytes;
}
