import { type Constant, TupleConstant } from '../bytecode/constants.ts';
import { Op } from '../bytecode/op.ts';
import { isTrue } from '../flowgraph/constant-truth.ts';

/**
 * Code as units of one opcode and one byte of argument each, EXTENDED_ARGs among them, as CPython 3.8's optimiser sees
 * it. Opcodes are ours; jump arguments count bytes.
 */
export interface CodeUnits {
  readonly ops: Uint8Array;
  readonly args: Uint8Array;
}

/**
 * CPython 3.8's PyCode_Optimize, over the code as written: folds tuples of constants, shortens jumps to jumps, drops what
 * follows a return. Appends to `constants`, and adapts the line number table in place. Gives the code back unchanged where
 * it gives up: a table with long steps, or a jump that would need more room. (CPython too has changed the table and the
 * constants by then.)
 */
export function optimizeCodeUnits(code: CodeUnits, constants: Constant[], lnotab: Uint8Array): CodeUnits {
  if (hasLongStep(lnotab)) return code;
  const optimizer = new Optimizer(code, constants);
  optimizer.run();
  const newIndex = optimizer.newIndexes();
  adaptLineNumbers(lnotab, newIndex);
  return optimizer.compacted(newIndex) ?? code;
}

/** Whether a pair counts 255 bytes of code: there may be more than one pair for a line. */
function hasLongStep(lnotab: Uint8Array): boolean {
  for (let i = 0; i < lnotab.length; i += 2) if (lnotab[i] === 255) return true;
  return false;
}

const isUnconditional = (op: Op): boolean => op === Op.JUMP_ABSOLUTE || op === Op.JUMP_FORWARD;

const isConditional = (op: Op): boolean =>
  op === Op.POP_JUMP_IF_FALSE ||
  op === Op.POP_JUMP_IF_TRUE ||
  op === Op.JUMP_IF_FALSE_OR_POP ||
  op === Op.JUMP_IF_TRUE_OR_POP;

const isAbsolute = (op: Op): boolean => op === Op.JUMP_ABSOLUTE || isConditional(op);

const isRelative = (op: Op): boolean =>
  op === Op.FOR_ITER ||
  op === Op.JUMP_FORWARD ||
  op === Op.SETUP_FINALLY ||
  op === Op.SETUP_WITH ||
  op === Op.SETUP_ASYNC_WITH ||
  op === Op.CALL_FINALLY;

const jumpsOnTrue = (op: Op): boolean => op === Op.POP_JUMP_IF_TRUE || op === Op.JUMP_IF_TRUE_OR_POP;

/** Units of an instruction with this argument. */
export const instructionUnits = (oparg: number): number =>
  oparg <= 0xff ? 1 : oparg <= 0xffff ? 2 : oparg <= 0xffffff ? 3 : 4;

class Optimizer {
  readonly #ops: Uint8Array;
  readonly #args: Uint8Array;
  readonly #constants: Constant[];
  /** Number of the basic block that each unit is in. */
  readonly #blocks: Int32Array;

  constructor(code: CodeUnits, constants: Constant[]) {
    this.#ops = code.ops.slice();
    this.#args = code.args.slice();
    this.#constants = constants;
    this.#blocks = this.#markBlocks();
  }

  run(): void {
    const ops = this.#ops;
    const { length } = ops;
    // How many LOAD_CONSTs stand directly before.
    let constantsBefore = 0;
    let next: number;
    for (let i = this.#skipExtended(0); i < length; i = next) {
      const op: Op = ops[i]!;
      let start = i;
      while (start >= 1 && ops[start - 1] === Op.EXTENDED_ARG) start--;
      next = this.#skipExtended(i + 1);
      const nextOp: Op = next < length ? ops[next]! : Op.NOP;
      const run = constantsBefore;
      constantsBefore = 0;
      switch (op) {
        case Op.LOAD_CONST:
          constantsBefore = run + 1;
          if (
            nextOp === Op.POP_JUMP_IF_FALSE &&
            this.#isSameBlock(start, i + 1) &&
            isTrue(this.#constants[this.#argument(i)]!)
          ) {
            this.#fillNops(start, next + 1);
            constantsBefore = 0;
          }
          break;
        case Op.BUILD_TUPLE:
          this.#buildTuple(start, i, next, run);
          break;
        case Op.JUMP_IF_FALSE_OR_POP:
        case Op.JUMP_IF_TRUE_OR_POP: {
          const changed = this.#threadTest(i, op);
          if (changed < 0) this.#threadJump(start, i, op);
          else next = changed;
          break;
        }
        case Op.POP_JUMP_IF_FALSE:
        case Op.POP_JUMP_IF_TRUE:
        case Op.JUMP_FORWARD:
        case Op.JUMP_ABSOLUTE:
          this.#threadJump(start, i, op);
          break;
        case Op.RETURN_VALUE: {
          const end = this.#endOfDeadCode(i);
          if (end > i + 1) {
            this.#fillNops(i + 1, end);
            next = this.#skipExtended(end);
          }
          break;
        }
      }
    }
  }

  /** Where each unit goes once NOPs are gone. */
  newIndexes(): Int32Array {
    const indexes = new Int32Array(this.#ops.length);
    let nops = 0;
    for (let i = 0; i < indexes.length; i++) {
      indexes[i] = i - nops;
      if (this.#ops[i] === Op.NOP) nops++;
    }
    return indexes;
  }

  /** The code without NOPs, its jumps adapted; undefined where a jump would grow. */
  compacted(newIndex: Int32Array): CodeUnits | undefined {
    const ops = this.#ops;
    const args = this.#args;
    let size = 0;
    for (let i = 0; i < ops.length; i++) {
      const start = i;
      let oparg = args[i]!;
      while (ops[i] === Op.EXTENDED_ARG) oparg = (oparg << 8) | args[++i]!;
      const op: Op = ops[i]!;
      if (op === Op.NOP) continue;
      if (isAbsolute(op)) oparg = newIndex[oparg / 2]! * 2;
      else if (isRelative(op)) oparg = (newIndex[oparg / 2 + i + 1]! - newIndex[i]! - 1) * 2;
      // An argument that shrank keeps its EXTENDED_ARGs, with zeros.
      const units = i - start + 1;
      if (instructionUnits(oparg) > units) return undefined;
      this.#write(size, op, oparg, units);
      size += units;
    }
    return { ops: ops.subarray(0, size), args: args.subarray(0, size) };
  }

  /** markblocks: a new block starts where a jump goes. */
  #markBlocks(): Int32Array {
    const ops = this.#ops;
    const blocks = new Int32Array(ops.length);
    for (let i = 0; i < ops.length; i++) {
      const op: Op = ops[i]!;
      if (isAbsolute(op) || isRelative(op)) blocks[this.#jumpTarget(i)] = 1;
    }
    let count = 0;
    for (let i = 0; i < blocks.length; i++) blocks[i] = count += blocks[i]!;
    return blocks;
  }

  #isSameBlock(a: number, b: number): boolean {
    return this.#blocks[a] === this.#blocks[b];
  }

  /** find_op: the first unit from `i` on that is not EXTENDED_ARG. */
  #skipExtended(i: number): number {
    let found = i;
    while (found < this.#ops.length && this.#ops[found] === Op.EXTENDED_ARG) found++;
    return found;
  }

  /** get_arg: the whole argument of the instruction whose opcode stands at `i`. */
  #argument(i: number): number {
    let argument = this.#args[i]!;
    for (let n = 1; n <= 3 && i >= n && this.#ops[i - n] === Op.EXTENDED_ARG; n++)
      argument |= this.#args[i - n]! << (8 * n);
    return argument;
  }

  /** GETJUMPTGT: the unit that the jump at `i` goes to. */
  #jumpTarget(i: number): number {
    return this.#argument(i) / 2 + (isAbsolute(this.#ops[i]!) ? 0 : i + 1);
  }

  #fillNops(start: number, end: number): void {
    this.#ops.fill(Op.NOP, start, end);
  }

  /** write_op_arg, in as many units as given. */
  #write(at: number, op: Op, oparg: number, units: number): void {
    for (let n = 0; n < units; n++) {
      this.#ops[at + n] = n === units - 1 ? op : Op.EXTENDED_ARG;
      this.#args[at + n] = (oparg >> (8 * (units - 1 - n))) & 0xff;
    }
  }

  /** copy_op_arg: writes to the end of a region, NOPs before; false where it does not fit. */
  #writeAtEnd(start: number, op: Op, oparg: number, end: number): boolean {
    const units = instructionUnits(oparg);
    if (start + units > end) return false;
    this.#write(end - units, op, oparg, units);
    this.#fillNops(start, end - units);
    return true;
  }

  /** set_arg: a new argument for the instruction at `i`; where its opcode stands then, or -1 where it does not fit. */
  #setArgument(i: number, oparg: number): number {
    const current = this.#argument(i);
    if (current === oparg) return i;
    const units = instructionUnits(current);
    const newUnits = instructionUnits(oparg);
    if (units < newUnits) return -1;
    this.#write(i + 1 - units, this.#ops[i]!, oparg, newUnits);
    this.#fillNops(i + 1 - units + newUnits, i + 1);
    return i - units + newUnits;
  }

  #buildTuple(start: number, i: number, next: number, constantsBefore: number): void {
    const count = this.#argument(i);
    if (count > 0 && constantsBefore >= count) {
      const first = this.#constantsStart(start, count);
      if (this.#isSameBlock(first, start)) {
        this.#foldTuple(first, i + 1, count);
        return;
      }
    }
    const isUnpacked = next < this.#ops.length && this.#ops[next] === Op.UNPACK_SEQUENCE;
    if (!isUnpacked || !this.#isSameBlock(start, i + 1) || count !== this.#argument(next)) return;
    if (count > 3) return;
    this.#fillNops(start, next + 1);
    if (count === 2) this.#write(start, Op.ROT_TWO, 0, 1);
    if (count === 3) {
      this.#write(start, Op.ROT_THREE, 0, 1);
      this.#write(start + 1, Op.ROT_TWO, 0, 1);
    }
  }

  /** lastn_const_start: where the last `count` LOAD_CONSTs before `end` begin. */
  #constantsStart(end: number, count: number): number {
    let i = end;
    for (let left = count; left > 0; ) if (this.#ops[--i] === Op.LOAD_CONST) left--;
    while (i > 0 && this.#ops[i - 1] === Op.EXTENDED_ARG) i--;
    return i;
  }

  #foldTuple(start: number, end: number, count: number): void {
    const items: Constant[] = [];
    for (let i = start; items.length < count; i++) {
      i = this.#skipExtended(i);
      items.push(this.#constants[this.#argument(i)]!);
    }
    this.#constants.push(new TupleConstant(items));
    this.#writeAtEnd(start, Op.LOAD_CONST, this.#constants.length - 1, end);
  }

  /**
   * A test that jumps to another test of the same value: that one's outcome is known. Gives where to go on, or -1 where
   * nothing was changed.
   */
  #threadTest(i: number, op: Op): number {
    const target = this.#skipExtended(this.#argument(i) / 2);
    const landing: Op = this.#ops[target]!;
    if (!isConditional(landing)) return -1;
    const isSame = jumpsOnTrue(landing) === jumpsOnTrue(op);
    const at = this.#setArgument(i, isSame ? this.#argument(target) : (target + 1) * 2);
    if (at < 0) return -1;
    if (isSame) this.#ops[at] = landing;
    else this.#ops[at] = op === Op.JUMP_IF_TRUE_OR_POP ? Op.POP_JUMP_IF_TRUE : Op.POP_JUMP_IF_FALSE;
    return at;
  }

  /** A jump to an unconditional jump goes where that one goes; a jump to a return returns. */
  #threadJump(start: number, i: number, op: Op): void {
    const target = this.#skipExtended(this.#jumpTarget(i));
    const landing: Op = this.#ops[target]!;
    if (isUnconditional(op) && landing === Op.RETURN_VALUE) {
      this.#write(start, Op.RETURN_VALUE, 0, 1);
      this.#fillNops(start + 1, i + 1);
    } else if (isUnconditional(landing)) {
      // The new target may lie before.
      const newOp = op === Op.JUMP_FORWARD ? Op.JUMP_ABSOLUTE : op;
      this.#writeAtEnd(start, newOp, this.#jumpTarget(target) * 2, i + 1);
    }
  }

  /**
   * End of what can't be reached after the return at `i`. END_FINALLY stays, as it ends the `finally` block for
   * frame_setlineno, and SETUP_FINALLY to balance it.
   */
  #endOfDeadCode(i: number): number {
    const ops = this.#ops;
    let end = i + 1;
    while (end < ops.length && this.#isSameBlock(i, end) && ops[end] !== Op.END_FINALLY) {
      if (ops[end] === Op.SETUP_FINALLY) {
        while (end > i + 1 && ops[end - 1] === Op.EXTENDED_ARG) end--;
        break;
      }
      end++;
    }
    return end;
  }
}

function adaptLineNumbers(lnotab: Uint8Array, newIndex: Int32Array): void {
  let original = 0;
  let last = 0;
  for (let i = 0; i < lnotab.length; i += 2) {
    original += lnotab[i]!;
    const offset = newIndex[original / 2]! * 2;
    lnotab[i] = offset - last;
    last = offset;
  }
}
