import { vm } from '../interpreter/state.ts';
import { addTraceback, pythonException } from '../interpreter/unwind.ts';
import type { PyBaseException } from '../objects/exception.ts';
import type { PyModule } from '../objects/module.ts';
import type { Value } from '../objects/object.ts';
import { structSequence, structSequenceOf } from '../objects/struct-sequence.ts';
import { call } from '../operations/call.ts';
import { printException } from './traceback-text.ts';

const hookArgs = structSequence('UnraisableHookArgs', ['exc_type', 'exc_value', 'exc_traceback', 'err_msg', 'object']);

/** Hands an exception that nobody can catch to sys.unraisablehook (PyErr_FormatUnraisable). */
export function writeUnraisable(exception: PyBaseException, message: Value, object: Value = null): void {
  const hook = (vm.modules.getString('sys') as PyModule).dict.getString('unraisablehook');
  if (hook === undefined || hook === null) return;
  if (exception.traceback === null && vm.frame !== undefined) addTraceback(exception, vm.frame);
  try {
    call(hook, structSequenceOf(hookArgs, [exception.type, exception, exception.traceback, message, object]));
  } catch (error) {
    printException(pythonException(error));
  }
}
