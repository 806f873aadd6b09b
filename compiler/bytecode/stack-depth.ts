import { targetOf } from '../targets/registry.ts';
import { jumpTarget, operandTable } from './argument.ts';
import type { CodeObject } from './code-object.ts';
import { Op } from './op.ts';
import { exceptionEntries } from './positions.ts';
import { netEffect } from './stack-effect.ts';
import { eachInstruction } from './walk.ts';

/** For units that hold no instruction, or one that nothing reaches. */
export const UNKNOWN_DEPTH = -1;

/**
 * How many values stand on the frame's value stack before each instruction, by code unit (offset / 2); undefined for
 * targets with a block stack, where `finally` blocks are entered with different depths. It follows every path from the
 * start and from the exception table's handlers, as CPython's calculate_stackdepth (Python/flowgraph.c) does over blocks.
 */
export function stackDepths(code: CodeObject): Int16Array | undefined {
  const target = targetOf(code);
  if (!target.features.has('exceptionTable')) return undefined;
  const { operand } = operandTable(target);
  const units = code.co_code.length >> 1;
  const depths = new Int16Array(units).fill(UNKNOWN_DEPTH);
  const ops = new Int16Array(units).fill(-1);
  const args = new Int32Array(units);
  eachInstruction(code, (offset, _start, _opcode, op, arg) => {
    ops[offset >> 1] = op;
    args[offset >> 1] = arg ?? 0;
  });
  const pending: number[] = [];
  const reach = (unit: number, depth: number): void => {
    if (unit >= units || depths[unit] !== UNKNOWN_DEPTH) return;
    depths[unit] = depth;
    pending.push(unit);
  };
  const follow = (): void => {
    for (let unit = pending.pop(); unit !== undefined; unit = pending.pop()) {
      const op: Op = ops[unit];
      const arg = args[unit];
      const jump = jumpTarget(target, operand[op], op, arg, unit * 2);
      if (jump !== undefined && op !== Op.END_ASYNC_FOR) reach(jump >> 1, depths[unit] + netEffect(op, arg, true));
      if (!endsPath(op)) reach(unit + 1 + target.opcodes.caches[op], depths[unit] + netEffect(op, arg, false));
    }
  };
  reach(0, 0);
  follow();
  for (const { target: handler, depth, lasti } of exceptionEntries(code)) {
    reach(handler >> 1, depth + Number(lasti) + 1);
    follow();
  }
  return depths;
}

function endsPath(op: Op): boolean {
  switch (op) {
    case Op.RETURN_VALUE:
    case Op.RAISE_VARARGS:
    case Op.RERAISE:
    case Op.JUMP_FORWARD:
    case Op.JUMP_BACKWARD:
    case Op.JUMP_BACKWARD_NO_INTERRUPT:
    case Op.INTERPRETER_EXIT:
      return true;
    default:
      return false;
  }
}
