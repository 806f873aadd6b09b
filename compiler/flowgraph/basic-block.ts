import type { Op } from '../bytecode/op.ts';
import type { Location } from '../syntax/ast.ts';
import { OpFlag, opFlags } from './op-flag.ts';

/** CPython's cfg_instr. Locations are shared and never written to. */
export class CfgInstruction {
  op: Op;
  oparg: number;
  location: Location;
  /** Where a jump goes, or the handler that a block push installs. */
  target: BasicBlock | null;
  /** The handler of an exception raised here. */
  except: BasicBlock | null;

  constructor(op: Op, oparg: number, location: Location, target: BasicBlock | null) {
    this.op = op;
    this.oparg = oparg;
    this.location = location;
    this.target = target;
    this.except = null;
  }

  copy(): CfgInstruction {
    const copy = new CfgInstruction(this.op, this.oparg, this.location, this.target);
    copy.except = this.except;
    return copy;
  }

  set(op: Op, oparg: number): void {
    this.op = op;
    this.oparg = oparg;
  }
}

/** CPython's basicblock: instructions that run one after the other; only the last may jump or leave. */
export class BasicBlock {
  readonly instructions: CfgInstruction[] = [];
  /** The block that follows in the code, and by control flow unless the last instruction goes elsewhere. */
  next: BasicBlock | null = null;
  /** Whether an instruction was seen to refer to it (b_label in CPython). */
  isLabelled: boolean;
  isHandler = false;
  /** A handler that pushes the offset of the raising instruction too. */
  preservesLasti = false;
  isVisited = false;
  isCold = false;
  isWarm = false;
  predecessors = 0;
  /** Depth of the value stack on entry; -1 while unknown. */
  startDepth = -1;
  /** Locals 0 to 31 and 32 to 63 that may be unset on entry, as bit sets. */
  unsafeLocalsLow = 0;
  unsafeLocalsHigh = 0;
  /** Handlers in force on entry, innermost last, while exception targets are being labelled. */
  handlers: BasicBlock[] | null = null;
  /** Handlers of the instructions that were removed last at the indexes past the end: see `add`. */
  leftHandlers: (BasicBlock | null)[] | null = null;
  /** Index of its first instruction among all, once the order is final. */
  index = -1;

  constructor(isLabelled: boolean) {
    this.isLabelled = isLabelled;
  }

  /** Keeps the first `size` instructions; those behind are still as they were before others were moved to the front. */
  truncate(size: number): void {
    const { instructions } = this;
    for (let i = size; i < instructions.length; i++) {
      const { except } = instructions[i]!;
      if (except === null && this.leftHandlers === null) continue;
      this.leftHandlers ??= [];
      this.leftHandlers[i] = except;
    }
    instructions.length = size;
  }

  /**
   * Adds an instruction at the end, once exception targets are labelled. It gets the handler of the instruction that was
   * last removed at its index: CPython's basicblock_addop does not set i_except, and the unused slots of a block's array
   * keep what was there. So a NOT_TAKEN is in the exception table if a NOP was removed in its block, and else is not.
   */
  add(instruction: CfgInstruction): void {
    if (this.leftHandlers !== null) instruction.except = this.leftHandlers[this.instructions.length] ?? null;
    this.instructions.push(instruction);
  }

  last(): CfgInstruction | undefined {
    return this.instructions[this.instructions.length - 1];
  }

  /** BB_HAS_FALLTHROUGH: control can run off the end, also where the block is empty. */
  hasFallthrough(): boolean {
    const last = this.last();
    return last === undefined || (opFlags[last.op]! & OpFlag.NO_FALLTHROUGH) === 0;
  }

  exitsScope(): boolean {
    const last = this.last();
    return last !== undefined && (opFlags[last.op]! & OpFlag.SCOPE_EXIT) !== 0;
  }

  hasNoLineNumber(): boolean {
    const { instructions } = this;
    for (let i = 0; i < instructions.length; i++) {
      if (instructions[i]!.location.lineno >= 0) return false;
    }
    return true;
  }

  hasEvalBreak(): boolean {
    const { instructions } = this;
    for (let i = 0; i < instructions.length; i++) {
      if ((opFlags[instructions[i]!.op]! & OpFlag.EVAL_BREAK) !== 0) return true;
    }
    return false;
  }
}

/** The first block at or after `block` that has instructions. */
export function nextNonEmptyBlock(block: BasicBlock | null): BasicBlock | null {
  let found = block;
  while (found !== null && found.instructions.length === 0) found = found.next;
  return found;
}

/** Makes all blocks from `entry` on ready for a traversal that visits each once. */
export function clearVisited(entry: BasicBlock): void {
  for (let b: BasicBlock | null = entry; b !== null; b = b.next) b.isVisited = false;
}
