import { Place } from '../codegen/instruction.ts';
import { ENTRY, NO_BLOCK } from '../flowgraph/block.ts';
import { type FlowGraph, numberInstructions } from '../flowgraph/flow-graph.ts';
import { OpFlag, opFlags } from '../flowgraph/op-flag.ts';
import { Spare } from '../text/spare.ts';

/** In place of the index of an instruction: it does not jump. */
export const NO_TARGET = -1;

/** A graph's instructions as one list in the final order of the blocks, a column for each attribute. */
export class FlatCode {
  count = 0;
  readonly ops: Uint8Array;
  readonly opargs: Int32Array;
  /** Numbers of spans in the sequence. */
  readonly places: Int32Array;
  /** Index of where a jump goes. */
  readonly targets: Int32Array;
  /** Blocks that handle exceptions. */
  readonly excepts: Int32Array;
  /** Where the instructions lie; see `resolveJumps`. */
  readonly layout: Layout;

  constructor(capacity: number) {
    this.ops = new Uint8Array(capacity);
    this.opargs = new Int32Array(capacity);
    this.places = new Int32Array(capacity);
    this.targets = new Int32Array(capacity);
    this.excepts = new Int32Array(capacity);
    this.layout = {
      offsets: new Int32Array(capacity + 1),
      sizes: new Uint8Array(capacity),
      jumps: new Int32Array(capacity),
    };
  }
}

/** Where instructions lie, in code units. */
export interface Layout {
  /** Offset of each instruction, and one past the end. */
  readonly offsets: Int32Array;
  /** Size of each, EXTENDED_ARG and caches included. */
  readonly sizes: Uint8Array;
  /** Indices of those that jump. */
  readonly jumps: Int32Array;
}

/** The last list, whose columns serve the next; only one code block is assembled at a time. */
const spare = new Spare<FlatCode>();
/** Lists of more instructions may be collected. */
const LARGEST_KEPT = 1 << 16;

function takeFlatCode(count: number): FlatCode {
  const code = spare.take(count > LARGEST_KEPT);
  return code !== undefined && code.ops.length >= count ? code : new FlatCode(Math.max(256, count * 2));
}

/** Gives a list back that nobody looks at any more. */
export function recycleFlatCode(code: FlatCode): void {
  spare.leave(code, code.ops.length > LARGEST_KEPT);
}

/** The list of a graph. */
export function flatten(graph: FlowGraph): FlatCode {
  const { starts, sizes, nexts, indexes } = graph;
  const count = numberInstructions(graph);
  const flat = takeFlatCode(count);
  flat.count = count;
  const { ops, opargs, places, targets, excepts } = flat;
  let at = 0;
  for (let b = ENTRY; b !== NO_BLOCK; b = nexts[b]) {
    for (let i = starts[b], end = i + sizes[b]; i < end; i++) {
      const target = graph.targets[i];
      ops[at] = graph.ops[i];
      opargs[at] = graph.opargs[i];
      places[at] = graph.places[i];
      targets[at] = target === NO_BLOCK ? NO_TARGET : indexes[target];
      excepts[at++] = graph.excepts[i];
    }
  }
  return flat;
}

/** Gives instructions with NEXT_LOCATION the location of the one behind them. */
export function resolveNextLocations({ count, ops, places }: FlatCode): void {
  for (let i = count - 1; i >= 0; i--) {
    if (places[i] !== Place.Next) continue;
    const isLast = (opFlags[ops[i]] & OpFlag.TERMINATOR) !== 0;
    places[i] = isLast ? Place.None : places[i + 1];
  }
}
