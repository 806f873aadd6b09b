import type { Op } from '../bytecode/op.ts';
import type { Location } from '../syntax/ast.ts';
import { Spare } from '../text/spare.ts';

/** The span of an instruction that has none (CPython's NO_LOCATION): every field is -1. */
export const NO_LOCATION: Location = { lineno: -1, col_offset: -1, end_lineno: -1, end_col_offset: -1 };
/** CPython's NEXT_LOCATION: the span of the instruction that follows, known once the graph is done. Every field is -2. */
export const NEXT_LOCATION: Location = { lineno: -2, col_offset: -2, end_lineno: -2, end_col_offset: -2 };

/** Numbers of those two in every sequence's table of spans. */
export const enum Place {
  None = 0,
  Next = 1,
}

/** One instruction as a row, for those who look at a stage. `op` is ours (Op), pseudo opcodes included. */
export interface Instruction {
  op: Op;
  oparg: number;
  location: Location;
}

/** Numbers that a span takes in `InstructionSequence.spans`: line, column, end line, end column. */
export const SPAN_SIZE = 4;

/**
 * CPython's instruction sequence (Python/instruction_sequence.c): what code generation gives and the flow graph takes, a
 * column for each attribute. The oparg of a jump is a label; the flow graph replaces labels by blocks.
 */
export class InstructionSequence {
  length = 0;
  ops = new Uint8Array(256);
  opargs = new Int32Array(256);
  /** Number of each instruction's span. */
  places = new Int32Array(256);
  /** The spans, `SPAN_SIZE` numbers each: a few instructions in a row mostly share one. */
  spans = new Int32Array(256 * SPAN_SIZE).fill(-1, 0, SPAN_SIZE).fill(-2, SPAN_SIZE, 2 * SPAN_SIZE);
  /** Index of the instruction a label stands before, by label; -1 while it is not placed. */
  labels = new Int32Array(64);
  labelCount = 0;
  /** Where 3.14 puts the code of deferred annotations (ANNOTATIONS_PLACEHOLDER). */
  annotations: InstructionSequence | null = null;
  private spanCount = 2;
  private lastLocation = NO_LOCATION;
  private lastPlace: number = Place.None;

  newLabel(): number {
    if (this.labelCount === this.labels.length) this.labels = grown(this.labels);
    this.labels[this.labelCount] = -1;
    return this.labelCount++;
  }

  useLabel(label: number): void {
    this.labels[label] = this.length;
  }

  add(op: Op, oparg: number, location: Location): void {
    if (this.length === this.ops.length) this.reserve(this.length * 2);
    const at = this.length++;
    this.ops[at] = op;
    this.opargs[at] = oparg;
    this.places[at] = location === this.lastLocation ? this.lastPlace : this.placeOf(location);
  }

  /** Number of a span in the table. */
  placeOf(location: Location): number {
    const { lineno } = location;
    this.lastLocation = location;
    if (lineno < 0) {
      this.lastPlace = lineno === NEXT_LOCATION.lineno ? Place.Next : Place.None;
      return this.lastPlace;
    }
    const place = this.spanCount++;
    const at = place * SPAN_SIZE;
    if (at === this.spans.length) this.spans = grown(this.spans);
    this.spans[at] = lineno;
    this.spans[at + 1] = location.col_offset;
    this.spans[at + 2] = location.end_lineno;
    this.spans[at + 3] = location.end_col_offset;
    this.lastPlace = place;
    return place;
  }

  lineAt(index: number): number {
    return this.spans[this.places[index] * SPAN_SIZE];
  }

  locationAt(index: number): Location {
    return locationIn(this.spans, this.places[index]);
  }

  /** Makes room for so many instructions in all. */
  reserve(capacity: number): void {
    if (capacity <= this.ops.length) return;
    if (capacity > LARGEST_KEPT) this.takeOverColumns();
    if (capacity <= this.ops.length) return;
    const ops = new Uint8Array(capacity);
    ops.set(this.ops);
    this.ops = ops;
    this.opargs = grown(this.opargs, capacity);
    this.places = grown(this.places, capacity);
  }

  /** Uses the columns of an earlier large sequence where there is one. */
  private takeOverColumns(): void {
    const earlier = largeSpare.take(true);
    if (earlier === undefined) return;
    if (earlier.ops.length > this.ops.length) {
      earlier.ops.set(this.ops);
      earlier.opargs.set(this.opargs);
      earlier.places.set(this.places);
      this.ops = earlier.ops;
      this.opargs = earlier.opargs;
      this.places = earlier.places;
    }
    if (earlier.spans.length > this.spans.length) {
      earlier.spans.set(this.spans);
      this.spans = earlier.spans;
    }
    if (earlier.labels.length > this.labels.length) {
      earlier.labels.set(this.labels);
      this.labels = earlier.labels;
    }
  }

  /** Puts an instruction before index `at`; labels from there on move (`_PyInstructionSequence_InsertInstruction`). */
  insert(at: number, op: Op, oparg: number, location: Location): void {
    this.makeRoom(at, 1);
    this.ops[at] = op;
    this.opargs[at] = oparg;
    this.places[at] = this.placeOf(location);
  }

  /** Replaces the instruction at `at` by those of `other`, which have no labels, or by nothing. */
  replace(at: number, other: InstructionSequence | null): void {
    this.makeRoom(at + 1, (other?.length ?? 0) - 1);
    if (other === null) return;
    for (let i = 0; i < other.length; i++) {
      this.ops[at + i] = other.ops[i];
      this.opargs[at + i] = other.opargs[i];
      this.places[at + i] = this.placeOf(other.locationAt(i));
    }
  }

  /** Takes the instructions from index `from` on out again, for `append`. */
  cut(from: number): InstructionRun {
    const run: InstructionRun = {
      ops: this.ops.slice(from, this.length),
      opargs: this.opargs.slice(from, this.length),
      places: this.places.slice(from, this.length),
    };
    this.length = from;
    return run;
  }

  append({ ops, opargs, places }: InstructionRun): void {
    const from = this.length;
    this.length += ops.length;
    if (this.length > this.ops.length) this.reserve(this.length * 2);
    this.ops.set(ops, from);
    this.opargs.set(opargs, from);
    this.places.set(places, from);
  }

  rows(): Instruction[] {
    return Array.from({ length: this.length }, (_, i) => ({
      op: this.ops[i],
      oparg: this.opargs[i],
      location: this.locationAt(i),
    }));
  }

  clear(): void {
    this.length = 0;
    this.labelCount = 0;
    this.annotations = null;
    this.spanCount = 2;
    this.lastLocation = NO_LOCATION;
    this.lastPlace = Place.None;
  }

  /** Moves what stands from `at` on by `count`, back where that is negative, and the labels of it. */
  private makeRoom(at: number, count: number): void {
    const { length } = this;
    if (length + count > this.ops.length) this.reserve((length + count) * 2);
    this.ops.copyWithin(at + count, at, length);
    this.opargs.copyWithin(at + count, at, length);
    this.places.copyWithin(at + count, at, length);
    this.length += count;
    for (let label = 0; label < this.labelCount; label++) if (this.labels[label] >= at) this.labels[label] += count;
  }
}

/** Instructions that were taken out of a sequence. */
export interface InstructionRun {
  readonly ops: Uint8Array;
  readonly opargs: Int32Array;
  readonly places: Int32Array;
}

export function locationIn(spans: Int32Array, place: number): Location {
  if (place === Place.None) return NO_LOCATION;
  if (place === Place.Next) return NEXT_LOCATION;
  const at = place * SPAN_SIZE;
  return { lineno: spans[at], col_offset: spans[at + 1], end_lineno: spans[at + 2], end_col_offset: spans[at + 3] };
}

/** Sequences that code blocks are done with, for the next; larger ones than this are held weakly. */
const spare: InstructionSequence[] = [];
const largeSpare = new Spare<InstructionSequence>();
const LARGEST_KEPT = 1 << 14;
const MOST_KEPT = 64;

/** An empty sequence, its columns perhaps those of an earlier code block. */
export const takeSequence = (): InstructionSequence => spare.pop() ?? new InstructionSequence();

/** Gives a sequence back that nobody looks at any more. */
export function recycle(sequence: InstructionSequence): void {
  if (sequence.annotations !== null) recycle(sequence.annotations);
  sequence.clear();
  if (sequence.ops.length > LARGEST_KEPT) largeSpare.leave(sequence, true);
  else if (spare.length < MOST_KEPT) spare.push(sequence);
}

function grown(column: Int32Array, capacity = column.length * 2): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(capacity);
  larger.set(column);
  return larger;
}
