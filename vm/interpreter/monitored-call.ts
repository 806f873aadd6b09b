import { PyFunction, PyMethod } from '../objects/function.ts';
import type { Slot, Value } from '../objects/object.ts';
import { typeOf } from '../objects/object.ts';
import { PyTuple, tupleOf } from '../objects/tuple.ts';
import { toArray } from '../operations/iterate.ts';
import type { Frame } from './frame.ts';
import { Opcode } from './opcode.ts';

/** What a frame is about to call, as CALL, C_RETURN and C_RAISE tell it. */
export interface MonitoredCall {
  readonly callable: Value;
  /** The first argument; undefined when there is none. */
  readonly argument: Slot;
  /** Anything but a function written in Python: C_RETURN or C_RAISE will follow. */
  readonly native: boolean;
}

/** The call that the frame stands before. */
export function callAt(frame: Frame): MonitoredCall {
  const { program, index, stack, sp } = frame;
  const arg = program.args[index];
  switch (program.pristine[index] as Opcode) {
    case Opcode.CALL:
      return simpleCall(stack, sp - arg - 2, arg);
    case Opcode.CALL_KW:
      return simpleCall(stack, sp - arg - 3, arg);
    case Opcode.LOAD_SUPER_ATTR:
      return { callable: stack[sp - 3] as Value, argument: arg & 2 ? stack[sp - 2] : undefined, native: true };
    case Opcode.CALL_FUNCTION_38:
      return expanded(stack[sp - arg - 1] as Value, undefined, arg > 0 ? stack[sp - arg] : undefined);
    case Opcode.CALL_FUNCTION_KW_38:
      return expanded(stack[sp - arg - 2] as Value, undefined, arg > 0 ? stack[sp - arg - 1] : undefined);
    case Opcode.CALL_FUNCTION_EX_38:
      return unpackingCall(stack, sp - 2 - (arg & 1), sp - 1 - (arg & 1));
    default:
      return unpackingCall(stack, sp - 4, sp - 2);
  }
}

/** Callable, self or NULL, and arguments, from `base` on. */
function simpleCall(stack: readonly Slot[], base: number, count: number): MonitoredCall {
  return expanded(stack[base] as Value, stack[base + 1], count > 0 ? stack[base + 2] : undefined);
}

/** A bound method counts as its function. */
function expanded(callable: Value, self: Slot, first: Slot): MonitoredCall {
  const isMethod = callable instanceof PyMethod && self === undefined;
  const called = isMethod ? callable.func : callable;
  const argument = isMethod ? callable.self : (self ?? first);
  return { callable: called, argument, native: !(called instanceof PyFunction) };
}

/** f(*args, **kwargs); what can be iterated over is made a tuple first. */
function unpackingCall(stack: Slot[], base: number, at: number): MonitoredCall {
  const callable = stack[base] as Value;
  const given = stack[at] as Value;
  if (!(given instanceof PyTuple) && typeOf(given).tp_iter !== undefined) stack[at] = tupleOf(toArray(given));
  const args = stack[at];
  const native = !(callable instanceof PyFunction) && !(callable instanceof PyMethod);
  return { callable, argument: args instanceof PyTuple ? args.items[0] : undefined, native };
}
