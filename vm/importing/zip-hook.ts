import { HostError } from '../host.ts';
import { vm } from '../interpreter/state.ts';
import { builtinFunction } from '../objects/define.ts';
import { importErrorType, newException } from '../objects/exception.ts';
import { PyList } from '../objects/list.ts';
import type { PyModule } from '../objects/module.ts';
import type { Value } from '../objects/object.ts';
import { stringOf } from '../objects/str.ts';
import { callMethod } from '../operations/attribute.ts';

import { LIBRARY_PATH } from './library-path.ts';

const S_IFMT = 0o170000;
const S_IFREG = 0o100000;

/** Whether a path, or a folder above it, is a file: only then may it be a place in a zip file. */
function leadsIntoFile(path: string): boolean {
  for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1)) {
    try {
      return (vm.host.files.stat(path.slice(0, end), true).mode & S_IFMT) === S_IFREG;
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
    }
  }
  return false;
}

/** The module zipimport, looked for in the packed library alone: any other place would ask the hook again. */
function zipimport(): Value {
  const loaded = vm.modules.getString('zipimport');
  if (loaded !== undefined) return loaded;
  const { dict } = vm.modules.getString('sys') as PyModule;
  const path = dict.getString('path') as Value;
  dict.setString('path', new PyList([LIBRARY_PATH]));
  try {
    return vm.importModule('zipimport');
  } finally {
    dict.setString('path', path);
  }
}

/** What sys.path_hooks has for zip files: zipimport.zipimporter, imported for the first path that could be in one (init_zipimport). */
export const zipPathHook = (): Value =>
  builtinFunction('zip_path_hook', [
    '(path, /)',
    (path: Value) => {
      const text = stringOf(path);
      if (text === undefined || !leadsIntoFile(text))
        throw newException(importErrorType, `not a Zip file: ${text ?? ''}`);
      return callMethod(zipimport(), 'zipimporter', path);
    },
  ]);
