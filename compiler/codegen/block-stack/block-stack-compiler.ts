import type { CodeObject } from '../../bytecode/code-object.ts';
import type { Constant } from '../../bytecode/constants.ts';
import { Op } from '../../bytecode/op.ts';
import type { Location } from '../../syntax/ast.ts';
import { Compiler } from '../compiler.ts';
import { CompilerUnit, indexOf } from '../compiler-unit.ts';
import type { FrameBlock } from '../frame-block.ts';
import { NO_LOCATION, recycle } from '../instruction.ts';

/**
 * The compiler state for targets whose exception handling is a block stack (CPython 3.8's compile.c). There only the
 * first instruction of a line carries its number: `u.lineno` is the line that the next one starts, unless `u.lineSet`
 * says that it has been started.
 */
export class BlockStackCompiler extends Compiler {
  /** The `finally` blocks being compiled that a `return`, `break` or `continue` leaves. */
  readonly finallyIsLeft = new Set<FrameBlock>();

  protected override get maximumBlocks(): number {
    return 20;
  }

  emit(op: Op, oparg = 0): void {
    const { u } = this;
    if (op === Op.RETURN_VALUE) u.returned = true;
    if (u.lineSet) {
      this.sequence.add(op, oparg, NO_LOCATION);
    } else {
      u.lineSet = true;
      this.sequence.add(op, oparg, lineLocation(u.lineno));
    }
  }

  emitConst(value: Constant): void {
    this.emit(Op.LOAD_CONST, this.u.consts.add(value));
  }

  emitName(op: Op, name: string): void {
    this.emit(op, this.nameIndex(name));
  }

  /** `compiler_use_next_block`: what follows is jumped to by `label`. */
  useBlock(label: number): void {
    this.u.returned = false;
    this.leaveEntryBlock();
    this.sequence.useLabel(label);
    this.u.placedLabels?.push(label);
  }

  /** A module that begins with an empty block takes no first line from its instructions. */
  private leaveEntryBlock(): void {
    if (this.u.firstlineno === 0 && this.sequence.length === 0) this.u.firstlineno = 1;
  }

  setLine(node: Location): void {
    this.u.lineno = node.lineno;
    this.u.lineSet = false;
  }

  /** Compiles what can never run, for its errors only (3.8's BEGIN_DO_NOT_EMIT_BYTECODE). */
  withoutEmitting(visit: () => void): void {
    const live = this.u;
    const scratch = new CompilerUnit(live.type, live.scope, live.name, live.firstlineno, live.privateName, live.counts);
    scratch.qualname = live.qualname;
    scratch.frameBlocks.push(...live.frameBlocks);
    scratch.lineno = live.lineno;
    // 3.8 numbers the names that dead code loads and stores, but not its attributes.
    scratch.variableNames = live.variableNames;
    this.u = scratch;
    this.sequence = scratch.sequence;
    visit();
    recycle(scratch.sequence);
    this.u = live;
    this.sequence = live.sequence;
    live.lineno = scratch.lineno;
    live.lineSet = false;
  }

  /**
   * Emits `late` before `early` but places it after it: 3.8 compiles a `finally` first, to know whether it is left by a
   * jump.
   */
  placeAfter(late: () => void, early: () => void): void {
    const { sequence } = this;
    const begun = sequence.length;
    const wasReturned = this.u.returned;
    const { u } = this;
    const outerLog = u.placedLabels;
    const log: number[] = [];
    u.placedLabels = log;
    late();
    u.placedLabels = outerLog;
    const tail = sequence.cut(begun);
    const isReturned = this.u.returned;
    this.u.returned = wasReturned;
    early();
    const moved = sequence.length - begun;
    for (const label of log) sequence.labels[label] += moved;
    sequence.append(tail);
    this.u.returned = isReturned;
    outerLog?.push(...log);
  }

  /** Ends a code block and assembles it (3.8's `assemble`). */
  finish(addNone: boolean): CodeObject {
    if (!this.u.returned) {
      this.leaveEntryBlock();
      if (addNone) this.emitConst(null);
      this.emit(Op.RETURN_VALUE);
    }
    return this.assembleUnit();
  }

  cellIndex(name: string): number {
    return indexOf(this.u.cellvars, name);
  }
}

const lineLocation = (lineno: number): Location => ({
  lineno,
  col_offset: -1,
  end_lineno: lineno,
  end_col_offset: -1,
});
