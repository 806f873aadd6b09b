import { callFunction } from '../../interpreter/call.ts';
import { vm } from '../../interpreter/state.ts';
import { PyFunction } from '../../objects/function.ts';
import { type Slot, typeOf, type Value } from '../../objects/object.ts';
import { callMethod, getAttribute, ownAttribute } from '../../operations/attribute.ts';
import { call, callWith } from '../../operations/call.ts';
import { isTrue } from '../../operations/truth.ts';
import { library } from './library.ts';
import { appendReady, debugOf } from './library-loop.ts';

/** The running loop, or the one that the policy gives (get_event_loop). */
export function currentLoop(): Value {
  return vm.thread.runningLoop ?? callMethod(call(library('getEventLoopPolicy')), 'get_event_loop');
}

/** `loop.get_debug()`. */
export function isDebugging(loop: Value): boolean {
  return debugOf(loop) ?? isTrue(callMethod(loop, 'get_debug'));
}

const contextName = ['context'] as const;

/** `loop.call_soon(callback, argument, context=context)`, without the argument if it is undefined (call_soon). */
export function callSoon(loop: Value, callback: Value, argument: Slot, context: Value): void {
  if (appendReady(loop, callback, argument, context)) return;
  const method = typeOf(loop).genericGetattr ? typeOf(loop).lookup('call_soon') : undefined;
  const args = argument === undefined ? [callback, context] : [callback, argument, context];
  if (method instanceof PyFunction && ownAttribute(loop, 'call_soon') === undefined) {
    callFunction(method, [loop, ...args], contextName);
  } else callWith(getAttribute(loop, 'call_soon'), args, contextName);
}
