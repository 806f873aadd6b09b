import type { CodeObject } from '../../compiler/bytecode/code-object.ts';
import { Op } from '../../compiler/bytecode/op.ts';
import { eachInstruction } from '../../compiler/bytecode/walk.ts';
import { valueError } from '../objects/exception.ts';
import type { Frame } from './frame.ts';
import type { Jump } from './jump.ts';
import { Opcode } from './opcode.ts';

// Jumps in code of targets that keep a block stack (frame_setlineno of Objects/frameobject.c, 3.8): it is followed where the code stands.

/** The first instruction of a line, or of the first line with code after it. */
interface Start {
  readonly offset: number;
  readonly line: number;
}

/** Throws ValueError as CPython 3.8 does. `line` isn't before co_firstlineno. */
export function planBlockStackJump(frame: Frame, line: number): Jump {
  const { program, index } = frame;
  const { code } = program.code;
  const target = line === code.co_firstlineno ? { offset: 0, line } : starts(code).find((start) => start.line >= line);
  if (target === undefined) throw valueError(`line ${line} comes after the current code block`);
  const at = new Map<number, Op>();
  eachInstruction(code, (offset, _start, _opcode, op) => at.set(offset, op));
  const from = program.offsets[index];
  const to = target.offset;
  if (isYield(at.get(from))) throw valueError("can't jump from a yield statement");
  if (beginsExcept(at.get(to))) throw valueError("can't jump to 'except' line as there's no exception");
  const left = leave(code, at, from, to);
  const remaining = (frame.blocks?.length ?? 0) - left.blocks * 3;
  let popped = left.values;
  if (left.blocks > 0) {
    const [, handler, level] = frame.blocks!.slice(remaining);
    popped += frame.sp - level;
    // What a `with` will exit by.
    if (program.pristine[handler] === Opcode.WITH_CLEANUP_START_38) popped++;
  }
  return {
    index: program.indices[to >> 1],
    depth: frame.sp - program.localCount - popped,
    popped: [],
    blocks: remaining,
    restarts: false,
  };
}

/** Every entry of co_lnotab: where its line starts, whether or not another follows for the same offset. */
function starts({ co_linetable: table, co_firstlineno }: CodeObject): Start[] {
  const found: Start[] = [];
  let offset = 0;
  let line = co_firstlineno;
  for (let at = 0; at + 1 < table.length; at += 2) {
    offset += table[at];
    line += (table[at + 1] << 24) >> 24;
    found.push({ offset, line });
  }
  return found;
}

/** What a jump leaves: blocks, and values that lie on the stack outside of them. Refuses one that ends within what it isn't in. */
function leave(
  code: CodeObject,
  at: ReadonlyMap<number, Op>,
  from: number,
  to: number,
): { blocks: number; values: number } {
  let blocks = 0;
  let values = 0;
  const handlers: number[] = [];
  let before = Op.NOP;
  eachInstruction(code, (offset, _start, _opcode, op, arg) => {
    if (isBlock(op)) {
      const end = offset + (arg as number) + 2;
      const isLoop = op === Op.FOR_ITER || at.get(end) === Op.END_ASYNC_FOR;
      const holdsFrom = offset < from && from < end;
      const holdsTo = offset < to && to < end;
      if (!holdsFrom && holdsTo) throw valueError("can't jump into the middle of a block");
      if (holdsFrom && !holdsTo) {
        // An iterator lies there, or the None that is put below a `finally`.
        if (blocks === 0 && (isLoop || before === Op.LOAD_CONST)) values++;
        if (!isLoop) blocks++;
      }
      if (!isLoop) handlers.push(end);
    } else if (op === Op.END_FINALLY) {
      const start = handlers.pop() as number;
      const holdsFrom = start <= from && from <= offset;
      const holdsTo = start <= to && to <= offset;
      if (holdsFrom !== holdsTo) {
        const what = beginsExcept(at.get(start)) ? "an 'except'" : "a 'finally'";
        throw valueError(`can't jump ${holdsTo ? 'into' : 'out of'} ${what} block`);
      }
    }
    before = op;
  });
  return { blocks, values };
}

const isBlock = (op: Op): boolean =>
  op === Op.SETUP_FINALLY || op === Op.SETUP_WITH || op === Op.SETUP_ASYNC_WITH || op === Op.FOR_ITER;

const isYield = (op: Op | undefined): boolean => op === Op.YIELD_VALUE || op === Op.YIELD_FROM;

/** Lines with `except` begin with the exception on the stack. */
const beginsExcept = (op: Op | undefined): boolean => op === Op.DUP_TOP || op === Op.POP_TOP;
