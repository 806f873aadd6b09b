import { vm } from '../interpreter/state.ts';
import { newException, runtimeErrorType } from '../objects/exception.ts';
import type { Value } from '../objects/object.ts';
import { getAttribute } from '../operations/attribute.ts';
import { call } from '../operations/call.ts';

/** INTRINSIC_PRINT of mode 'single': calls sys.displayhook. */
export function displayHook(value: Value): void {
  const sys = vm.modules.getString('sys');
  if (sys === undefined) throw newException(runtimeErrorType, 'lost sys.displayhook');
  call(getAttribute(sys, 'displayhook'), value);
}
