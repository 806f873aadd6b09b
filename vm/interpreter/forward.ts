import { enterContext, type PyContext } from '../modules/contextvars.ts';
import { PyBuiltin } from '../objects/descriptor.ts';
import { PyFunction, PyMethod } from '../objects/function.ts';
import type { KwNames, PyObject, PyType, Value } from '../objects/object.ts';
import { InlineCall } from '../objects/signature.ts';
import { frameForCall } from './call.ts';
import { programOf } from './decode.ts';
import { type Frame, Return } from './frame.ts';
import { Opcode } from './opcode.ts';

/** A call that stands for another one, whose result is its own. */
export interface Forwarded {
  readonly callable: Value;
  readonly args: Value[];
  readonly kwNames: KwNames;
}

/** What an object that does nothing but call another one calls, for its type. May raise TypeError. */
type Forward = (self: never, args: Value[], kwNames: KwNames) => Forwarded;

const forwards = new Map<PyType, Forward>();

/** Declares that calling an instance of exactly this type is calling what `forward` gives. */
export function forwardsCalls(type: PyType, forward: Forward): void {
  forwards.set(type, forward);
}

/** One step on the way from a callable to what is called in the end; undefined when it isn't one that only forwards. */
export function forwardedCall(callable: PyObject, args: Value[], kwNames: KwNames): Forwarded | undefined {
  if (callable instanceof PyMethod) return { callable: callable.func, args: [callable.self, ...args], kwNames };
  const forward = forwards.get(callable.type);
  if (forward !== undefined) return forward(callable as never, args, kwNames);
  if (!callable.type.heap) return undefined;
  const method = callable.type.lookup('__call__');
  return method instanceof PyFunction ? { callable: method, args: [callable, ...args], kwNames } : undefined;
}

/** The context that a call of `context.run` enters; undefined for other calls. */
export function enteredContext(callable: Value): PyContext | undefined {
  return callable instanceof PyBuiltin && callable.def.inline === InlineCall.RUN
    ? (callable.self as PyContext)
    : undefined;
}

/**
 * The frame in which a call runs that the run loop needn't leave for, however many bound methods, partial objects, instances
 * with `__call__` and one Context.run lie between; undefined when native code has to make the call. Waits in such a frame keep no
 * other thread's native code from returning.
 */
export function frameOfCall(callable: Value, args: Value[], kwNames: KwNames): Frame | undefined {
  let context: PyContext | undefined;
  for (;;) {
    if (callable instanceof PyFunction) {
      if (context === undefined) {
        const frame = frameForCall(callable, args, kwNames);
        frame.onReturn = Return.VALUE;
        return frame;
      }
      if (programOf(callable.code).pristine[0] === Opcode.RETURN_GENERATOR) return undefined;
      const frame = frameForCall(callable, args, kwNames);
      enterContext(context);
      frame.onReturn = Return.CONTEXT;
      return frame;
    }
    if (typeof callable !== 'object' || callable === null) return undefined;
    const entered = enteredContext(callable);
    if (entered !== undefined) {
      if (context !== undefined || args.length === (kwNames?.length ?? 0)) return undefined;
      context = entered;
      [callable, ...args] = args;
      continue;
    }
    const forwarded = forwardedCall(callable, args, kwNames);
    if (forwarded === undefined) return undefined;
    ({ callable, args, kwNames } = forwarded);
  }
}
