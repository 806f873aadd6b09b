import type { CodeObject } from '../../compiler/bytecode/code-object.ts';
import type { ListingRow } from '../../compiler/bytecode/listing.ts';
import { Op } from '../../compiler/bytecode/op.ts';
import { numPopped, numPushed } from '../../compiler/bytecode/stack-effect.ts';
import { targetOf } from '../../compiler/targets/registry.ts';
import { takeBlockStack } from './block-stack-operands.ts';
import { rowAfter, rowAt } from './listings.ts';

/** The value that the next instruction will find on top: what is sent, returned or was never there before. */
const NEW = -1;

/** No straight line of code is longer than this before it has used up the stack. */
const MAX_STEPS = 2000;

/**
 * For each value on the stack, bottom first, the instruction that will use it, as far as following the code from `row` on
 * tells (where it branches, the path that doesn't jump). `pushed` values are put on the stack before: the result of the
 * call or the value sent for which the frame waits.
 */
export function waitingFor(
  code: CodeObject,
  depth: number,
  row: ListingRow | undefined,
  pushed: number,
): (ListingRow | undefined)[] {
  const users: (ListingRow | undefined)[] = new Array(depth).fill(undefined);
  const takes = targetOf(code).features.has('exceptionTable') ? take : takeBlockStack;
  const stack: number[] = Array.from({ length: depth }, (_, index) => index);
  for (let count = 0; count < pushed; count++) stack.push(NEW);
  let missing = depth;
  let next = row;
  for (let steps = 0; next !== undefined && missing > 0 && steps < MAX_STEPS; steps++) {
    const taken = takes(next, stack);
    for (const value of taken) {
      if (value >= 0 && users[value] === undefined) {
        users[value] = next;
        missing--;
      }
    }
    next = following(code, next);
  }
  return users;
}

/** Applies an instruction to the stack; gives the values it uses. */
function take(row: ListingRow, stack: number[]): number[] {
  const arg = row.arg ?? 0;
  switch (row.op) {
    case Op.EXTENDED_ARG:
      return [];
    case Op.SWAP: {
      const top = stack.length - 1;
      [stack[top], stack[top - arg + 1]] = [stack[top - arg + 1], stack[top]];
      return [];
    }
    case Op.COPY:
      stack.push(stack[stack.length - arg]);
      return [];
    case Op.LIST_APPEND:
    case Op.LIST_EXTEND:
    case Op.SET_ADD:
    case Op.SET_UPDATE:
    case Op.DICT_UPDATE:
    case Op.DICT_MERGE:
      return [stack.pop() ?? NEW, stack[stack.length - arg]];
    case Op.MAP_ADD:
      return [stack.pop() ?? NEW, stack.pop() ?? NEW, stack[stack.length - arg]];
    case Op.FOR_ITER: {
      const used = stack.slice(-1);
      stack.push(NEW);
      return used;
    }
    case Op.SEND:
      stack[stack.length - 1] = NEW;
      return stack.slice(-2);
    case Op.WITH_EXCEPT_START:
      stack.push(NEW);
      return [stack[stack.length - 5], stack[stack.length - 6]];
    default: {
      const popped = numPopped(row.op, arg);
      const used = popped === 0 ? [] : stack.splice(Math.max(0, stack.length - popped));
      for (let count = numPushed(row.op, arg); count > 0; count--) stack.push(NEW);
      return used;
    }
  }
}

function following(code: CodeObject, row: ListingRow): ListingRow | undefined {
  switch (row.op) {
    case Op.RETURN_VALUE:
    case Op.RAISE_VARARGS:
    case Op.RERAISE:
      return undefined;
    case Op.JUMP_FORWARD:
    case Op.JUMP_BACKWARD:
    case Op.JUMP_BACKWARD_NO_INTERRUPT:
    case Op.JUMP_ABSOLUTE:
      return row.jumpTarget === null ? undefined : rowAt(code, row.jumpTarget);
    default:
      return rowAfter(code, row);
  }
}
