import { Place } from '../codegen/instruction.ts';
import { ENTRY, NO_BLOCK } from '../flowgraph/block.ts';
import { type FlowGraph, numberInstructions } from '../flowgraph/flow-graph.ts';
import { OpFlag, opFlags } from '../flowgraph/op-flag.ts';

/** In place of the index of an instruction: it does not jump. */
export const NO_TARGET = -1;

/** A graph's instructions as one list in the final order of the blocks, a column for each attribute. */
export class FlatCode {
  count = 0;
  ops = new Uint8Array(256);
  opargs = new Int32Array(256);
  /** Numbers of spans in the sequence. */
  places = new Int32Array(256);
  /** Index of where a jump goes. */
  targets = new Int32Array(256);
  /** Blocks that handle exceptions. */
  excepts = new Int32Array(256);

  reserve(count: number): void {
    if (this.ops.length >= count) return;
    const capacity = count * 2;
    this.ops = new Uint8Array(capacity);
    this.opargs = new Int32Array(capacity);
    this.places = new Int32Array(capacity);
    this.targets = new Int32Array(capacity);
    this.excepts = new Int32Array(capacity);
  }
}

/** Made once and used for every code block; the columns are too long. Large ones are let go. */
let flat = new FlatCode();
const LARGEST_KEPT = 1 << 17;

/** The list of a graph; it is good until the next call. */
export function flatten(graph: FlowGraph): FlatCode {
  const { starts, sizes, nexts, indexes } = graph;
  const count = numberInstructions(graph);
  if (flat.ops.length > LARGEST_KEPT) flat = new FlatCode();
  flat.reserve(count);
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
