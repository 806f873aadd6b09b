import { NO_BLOCK } from '../flowgraph/block.ts';
import type { FlowGraph } from '../flowgraph/flow-graph.ts';
import { ByteWriter } from './byte-writer.ts';
import type { FlatCode } from './flat-code.ts';

const CONTINUATION = 64;
const ENTRY_START = 128;

const writer = new ByteWriter();

/**
 * co_exceptiontable: which code units lead to which handler (CPython 3.14's assemble_exception_table). `offsets` are
 * those of the instructions in code units, and one past the end.
 */
export function exceptionTable({ count, excepts }: FlatCode, offsets: Int32Array, graph: FlowGraph): Uint8Array {
  const { indexes } = graph;
  let handler = NO_BLOCK;
  let start = 0;
  for (let i = 0; i < count; i++) {
    const except = excepts[i];
    if (except === handler) continue;
    // A handler that became empty is the one that follows it.
    if (except !== NO_BLOCK && handler !== NO_BLOCK && indexes[except] === indexes[handler]) continue;
    if (handler !== NO_BLOCK) writeEntry(start, offsets[i], handler, offsets, graph);
    start = offsets[i];
    handler = except;
  }
  if (handler !== NO_BLOCK) writeEntry(start, offsets[count], handler, offsets, graph);
  return writer.take();
}

function writeEntry(start: number, end: number, handler: number, offsets: Int32Array, graph: FlowGraph): void {
  const preservesLasti = graph.preservesLasti[handler];
  // The handler finds the exception pushed, and below it the offset where that is preserved.
  const depth = graph.startDepths[handler] - 1 - preservesLasti;
  writeItem(start, ENTRY_START);
  writeItem(end - start, 0);
  writeItem(offsets[graph.indexes[handler]], 0);
  writeItem((depth << 1) | preservesLasti, 0);
}

/** Six bits a byte, high ones first. */
function writeItem(value: number, mark: number): void {
  let first = mark;
  for (let shift = 24; shift > 0; shift -= 6) {
    if (value < 1 << shift) continue;
    writer.write(((value >> shift) & 63) | CONTINUATION | first);
    first = 0;
  }
  writer.write((value & 63) | first);
}
