import { vm } from '../../interpreter/state.ts';
import { PyDict } from '../../objects/dict.ts';
import { runtimeError } from '../../objects/exception.ts';
import { typeOf, type Value } from '../../objects/object.ts';
import { addRoot } from '../../objects/roots.ts';
import { getAttribute } from '../../operations/attribute.ts';

/** What `_pickle` uses of the library (PickleState). */
export interface PickleLibrary {
  /** copyreg.dispatch_table: reducing function by type. */
  readonly dispatchTable: PyDict;
  /** copyreg._extension_registry: code by (module, name). */
  readonly extensionRegistry: PyDict;
  /** copyreg._inverted_registry: (module, name) by code. */
  readonly invertedRegistry: PyDict;
  /** copyreg._extension_cache: object by code. */
  readonly extensionCache: PyDict;
  /** New (module, name) by the one of Python 2, and new module by that of Python 2. */
  readonly nameMapping: PyDict;
  readonly importMapping: PyDict;
  /** The same the other way round. */
  readonly reverseNameMapping: PyDict;
  readonly reverseImportMapping: PyDict;
  /** codecs.encode, builtins.getattr, functools.partial. */
  readonly encode: Value;
  readonly getattr: Value;
  readonly partial: Value;
}

let library: PickleLibrary | undefined;
addRoot(() => library);

/** What the module found when it was imported. */
export const pickleLibrary = (): PickleLibrary => library as PickleLibrary;

/** Looks up what `_pickle` needs; RuntimeError where a table isn't a dict (_Pickle_InitState). */
export function readLibrary(): void {
  const from = (module: string, name: string): Value => getAttribute(vm.importModule(module), name);
  const table = (module: string, name: string): PyDict => {
    const found = from(module, name);
    if (found instanceof PyDict && !found.type.heap) return found;
    throw runtimeError(`${module}.${name} should be a dict, not ${typeOf(found).tp_name}`);
  };
  library = {
    getattr: vm.builtins.getString('getattr') as Value,
    dispatchTable: table('copyreg', 'dispatch_table'),
    extensionRegistry: table('copyreg', '_extension_registry'),
    invertedRegistry: table('copyreg', '_inverted_registry'),
    extensionCache: table('copyreg', '_extension_cache'),
    nameMapping: table('_compat_pickle', 'NAME_MAPPING'),
    importMapping: table('_compat_pickle', 'IMPORT_MAPPING'),
    reverseNameMapping: table('_compat_pickle', 'REVERSE_NAME_MAPPING'),
    reverseImportMapping: table('_compat_pickle', 'REVERSE_IMPORT_MAPPING'),
    encode: from('codecs', 'encode'),
    partial: from('functools', 'partial'),
  };
}
