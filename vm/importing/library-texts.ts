import { FUTURE_FLAGS } from '../../compiler/bytecode/code-object.ts';
import { vm } from '../interpreter/state.ts';
import type { PyCode } from '../objects/code.ts';
import { isInLibrary } from './library-path.ts';
import { unpackCode } from './packed-code.ts';

// Modules of the library compile when they are imported: the methods of their dataclasses, the constructors of their named tuples.
// The build has done that once (tools/pack-texts.ts), so that importing them doesn't need the compiler.

/** Whether the code that calls is a module's of the library, and what it compiles means the same as in the build. */
export function isLibraryCalling(): boolean {
  const code = vm.frame?.code.code;
  if (code === undefined || vm.optimize !== 0 || (code.co_flags & FUTURE_FLAGS) !== 0) return false;
  return isInLibrary(code.co_filename);
}

/** Code of a text that the calling module gives exec() or eval(), if the build has compiled it. */
export function libraryText(mode: 'exec' | 'eval', text: string): PyCode | undefined {
  if (!isLibraryCalling()) return undefined;
  const packed = vm.host.libraryText(mode, text);
  return packed === undefined ? undefined : unpackCode(packed);
}
