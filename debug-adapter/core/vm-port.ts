import type { CodeObject } from '../../compiler/bytecode/code-object.ts';
import type { Frame } from '../../vm/interpreter/frame.ts';
import { vm } from '../../vm/interpreter/state.ts';
import { PyDict } from '../../vm/objects/dict.ts';
import type { PyBaseException } from '../../vm/objects/exception.ts';
import type { Value } from '../../vm/objects/object.ts';
import { getAttribute } from '../../vm/operations/attribute.ts';
import { str } from '../../vm/operations/text.ts';

// What the debugger asks of the VM beyond vm/interpreter/debugging.ts, in one place.

/** Code, or what CPython says of a text that has none, such as «SyntaxError: invalid syntax». */
export function compileText(
  text: string,
  mode: 'eval' | 'exec',
  target: string,
): { code: CodeObject | undefined; error: string | undefined } {
  const { code, error } = vm.host.compile(text, { filename: '<debugger>', mode, flags: 0, optimize: 0, target });
  return { code, error: error === undefined ? undefined : `${error.category}: ${error.message}` };
}

/** str(value). */
export const textOf = (value: Value): string => str(value);

/** As the last line of a traceback: «NameError: name 'x' is not defined». */
export function describeException(exception: PyBaseException): string {
  const text = str(exception);
  return text === '' ? exception.type.tp_name : `${exception.type.tp_name}: ${text}`;
}

/** The mapping that names are looked up in and stored to: a module's namespace, or a function's f_locals. */
export function frameLocals(frame: Frame): Value {
  return frame.locals ?? getAttribute(frame, 'f_locals');
}

/** The namespace of `__main__`. */
export function mainGlobals(): PyDict {
  const main = vm.modules.getString('__main__');
  const globals = main === undefined ? undefined : getAttribute(main, '__dict__');
  return globals instanceof PyDict ? globals : new PyDict();
}
