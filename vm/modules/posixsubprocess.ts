import type { ModuleDefinition } from '../objects/define.ts';
import { newOSError } from '../objects/os-error.ts';

/** `_posixsubprocess`, which the library's subprocess needs to be imported. Starting a process says that it can't be done. */
export const posixsubprocess = (): ModuleDefinition => ({
  name: '_posixsubprocess',
  functions: {
    fork_exec: [
      '(*args)',
      () => {
        throw newOSError(38, "Coroscope's virtual machine can't start other processes");
      },
    ],
  },
});
