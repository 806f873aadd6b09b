import type { Op } from '../bytecode/op.ts';
import type { Location } from '../syntax/ast.ts';

/** The span of an instruction that has none (CPython's NO_LOCATION): every field is -1. */
export const NO_LOCATION: Location = { lineno: -1, col_offset: -1, end_lineno: -1, end_col_offset: -1 };
/** CPython's NEXT_LOCATION: the span of the instruction that follows, known once the graph is done. Every field is -2. */
export const NEXT_LOCATION: Location = { lineno: -2, col_offset: -2, end_lineno: -2, end_col_offset: -2 };

/**
 * One instruction between code generation and assembly. `op` is ours (Op), pseudo opcodes included. While `isJump`,
 * `oparg` is a label of the sequence; the flow graph replaces labels by blocks.
 */
export interface Instruction {
  op: Op;
  oparg: number;
  location: Location;
}

/**
 * CPython's instruction sequence (Python/instruction_sequence.c): what code generation gives and the flow graph takes.
 */
export class InstructionSequence {
  readonly instructions: Instruction[] = [];
  /** Index of the instruction a label stands before, by label; -1 while it is not placed. */
  readonly labels: number[] = [];
  /** Where 3.14 puts the code of deferred annotations (ANNOTATIONS_PLACEHOLDER). */
  annotations: InstructionSequence | null = null;

  newLabel(): number {
    this.labels.push(-1);
    return this.labels.length - 1;
  }

  useLabel(label: number): void {
    this.labels[label] = this.instructions.length;
  }

  add(op: Op, oparg: number, location: Location): void {
    this.instructions.push({ op, oparg, location });
  }

  /** Puts an instruction before index `at`; labels from there on move (`_PyInstructionSequence_InsertInstruction`). */
  insert(at: number, op: Op, oparg: number, location: Location): void {
    this.instructions.splice(at, 0, { op, oparg, location });
    for (let label = 0; label < this.labels.length; label++) if (this.labels[label]! >= at) this.labels[label]!++;
  }
}
