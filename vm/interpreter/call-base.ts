import type { Frame } from './frame.ts';
import { Opcode } from './opcode.ts';

/**
 * Where the callable of the call that a frame is at lies in its stack, which is where the result goes; undefined when the
 * instruction isn't a call.
 */
export function callBase(frame: Frame): number | undefined {
  const index = frame.ip - 1;
  const { pristine, args } = frame.program;
  switch (pristine[index]) {
    case Opcode.CALL:
    case Opcode.CALL_KW:
    case Opcode.CALL_FUNCTION_38:
    case Opcode.CALL_FUNCTION_KW_38:
      return frame.sp - args[index] - 2;
    case Opcode.CALL_FUNCTION_EX:
    case Opcode.CALL_FUNCTION_EX_38:
      return frame.sp - 4;
    default:
      return undefined;
  }
}

/** Whether the call's arguments lie in a tuple. */
export function isUnpackingCall(frame: Frame): boolean {
  const operation = frame.program.pristine[frame.ip - 1];
  return operation === Opcode.CALL_FUNCTION_EX || operation === Opcode.CALL_FUNCTION_EX_38;
}
