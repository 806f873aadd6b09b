import { blockStackEffect, blockStackPopped } from '../../compiler/bytecode/block-stack-effect.ts';
import type { ListingRow } from '../../compiler/bytecode/listing.ts';
import { Op } from '../../compiler/bytecode/op.ts';

/** A value that wasn't there before; as in operands.ts. */
const NEW = -1;
/** What BEGIN_FINALLY leaves where a handler would find an exception. */
const NO_EXCEPTION = -2;
/** Type, value and traceback, twice. */
const EXCEPTION = 6;

/** Applies an instruction of a target with a block stack; gives the values it uses. */
export function takeBlockStack(row: ListingRow, stack: number[]): number[] {
  const arg = row.arg ?? 0;
  const top = stack.length - 1;
  switch (row.op) {
    case Op.ROT_TWO:
    case Op.ROT_THREE:
    case Op.ROT_FOUR:
      stack.splice(top - rotated(row.op) + 1, 0, stack.pop() as number);
      return [];
    case Op.DUP_TOP:
      stack.push(stack[top]);
      return [];
    case Op.DUP_TOP_TWO:
      stack.push(stack[top - 1], stack[top]);
      return [];
    case Op.LIST_APPEND:
    case Op.SET_ADD:
      return [stack.pop() ?? NEW, stack[stack.length - arg]];
    case Op.MAP_ADD:
      return [stack.pop() ?? NEW, stack.pop() ?? NEW, stack[stack.length - arg]];
    case Op.FOR_ITER:
    case Op.GET_ANEXT:
    case Op.IMPORT_FROM:
      stack.push(NEW);
      return [stack[top]];
    case Op.BEGIN_FINALLY:
      stack.push(NO_EXCEPTION);
      return [];
    case Op.END_FINALLY:
      return stack.splice(stack.length - handled(stack));
    case Op.POP_FINALLY: {
      const kept = arg ? [stack.pop() ?? NEW] : [];
      const used = stack.splice(stack.length - handled(stack));
      stack.push(...kept);
      return used;
    }
    case Op.WITH_CLEANUP_START: {
      // `__exit__` lies below what a handler finds; None or the exception's type and its result are pushed.
      const used = stack.splice(stack.length - handled(stack) - 1, 1);
      stack.push(NEW, NEW);
      return used;
    }
    case Op.WITH_CLEANUP_FINISH:
      return stack.splice(-2);
    default: {
      const popped = blockStackPopped(row.op, arg) ?? 0;
      const used = popped === 0 ? [] : stack.splice(Math.max(0, stack.length - popped));
      for (let count = popped + effect(row.op, arg); count > 0; count--) stack.push(NEW);
      return used;
    }
  }
}

const rotated = (op: Op): number => (op === Op.ROT_TWO ? 2 : op === Op.ROT_THREE ? 3 : 4);

/** How much of the stack is what a `finally` finds: an exception, or that there is none. */
function handled(stack: readonly number[]): number {
  const top = stack.at(-1);
  return top === NO_EXCEPTION || top === undefined ? 1 : EXCEPTION;
}

/** Where it doesn't jump: a `finally` that is called has taken what it was given when the code goes on. */
const effect = (op: Op, arg: number): number => (op === Op.CALL_FINALLY ? 0 : blockStackEffect(op, arg, false));
