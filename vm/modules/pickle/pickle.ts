import { PyBytes } from '../../objects/bytes.ts';
import type { ModuleDefinition } from '../../objects/define.ts';
import type { Slot, Value } from '../../objects/object.ts';
import { isTrue } from '../../operations/truth.ts';
import { pickleErrorType, picklingErrorType, unpicklingErrorType } from './errors.ts';
import { readLibrary } from './library.ts';
import { pickleBufferType } from './pickle-buffer.ts';
import { dump, Pickler, picklerType } from './pickler.ts';
import { setOutput } from './pickler-type.ts';
import { load, Unpickler, unpicklerType } from './unpickler.ts';
import { setOptions } from './unpickler-type.ts';

function newPickler(protocol: Slot, fixImports: Slot): Pickler {
  const pickler = new Pickler();
  pickler.setProtocol(protocol ?? null, fixImports === undefined || isTrue(fixImports));
  return pickler;
}

/** CPython 3.14's Modules/_pickle.c. */
export const pickle = (): ModuleDefinition => {
  readLibrary();
  return {
    name: '_pickle',
    doc: 'Optimized C implementation for the Python pickle module.',
    functions: {
      dump: [
        '($module, /, obj, file, protocol=None, *, fix_imports=True, buffer_callback=None)',
        (value: Value, file: Value, protocol: Slot, fixImports: Slot, bufferCallback: Slot) => {
          const pickler = newPickler(protocol, fixImports);
          setOutput(pickler, file);
          pickler.setBufferCallback(bufferCallback ?? null);
          dump(pickler, value);
          pickler.output.flush();
        },
      ],
      dumps: [
        '($module, /, obj, protocol=None, *, fix_imports=True, buffer_callback=None)',
        (value: Value, protocol: Slot, fixImports: Slot, bufferCallback: Slot) => {
          const pickler = newPickler(protocol, fixImports);
          pickler.setBufferCallback(bufferCallback ?? null);
          dump(pickler, value);
          return new PyBytes(pickler.output.take());
        },
      ],
      load: [
        "($module, /, file, *, fix_imports=True, encoding='ASCII', errors='strict', buffers=())",
        (file: Value, ...options: Slot[]) => {
          const unpickler = new Unpickler();
          unpickler.input.setFile(file);
          setOptions(unpickler, 'load', options);
          return loadOnce(unpickler);
        },
      ],
      loads: [
        "($module, data, /, *, fix_imports=True, encoding='ASCII', errors='strict', buffers=())",
        (data: Value, ...options: Slot[]) => {
          const unpickler = new Unpickler();
          unpickler.input.setBytes(data);
          setOptions(unpickler, 'loads', options);
          return loadOnce(unpickler);
        },
      ],
    },
    attributes: {
      PickleError: pickleErrorType,
      PicklingError: picklingErrorType,
      UnpicklingError: unpicklingErrorType,
      Pickler: picklerType,
      Unpickler: unpicklerType,
      PickleBuffer: pickleBufferType,
    },
  };
};

function loadOnce(unpickler: Unpickler): Value {
  try {
    return load(unpickler);
  } finally {
    unpickler.input.release();
  }
}
