import { vm } from '../interpreter/state.ts';
import { newException, runtimeErrorType } from '../objects/exception.ts';
import type { Value } from '../objects/object.ts';
import { lookupAttribute } from '../operations/attribute.ts';
import { call } from '../operations/call.ts';

/** INTRINSIC_PRINT of mode 'single': calls sys.displayhook. */
export function displayHook(value: Value): void {
  const sys = vm.modules.getString('sys');
  const hook = sys === undefined ? undefined : lookupAttribute(sys, 'displayhook');
  if (hook === undefined) throw newException(runtimeErrorType, 'lost sys.displayhook');
  call(hook, value);
}
