import type { BasicBlock, CfgInstruction } from '../flowgraph/basic-block.ts';
import { ByteWriter } from './byte-writer.ts';

const CONTINUATION = 64;
const ENTRY_START = 128;

const writer = new ByteWriter();

/**
 * co_exceptiontable: which code units lead to which handler (CPython 3.14's assemble_exception_table). `offsets` are
 * those of the instructions in code units, and one past the end.
 */
export function exceptionTable(instructions: readonly CfgInstruction[], offsets: Int32Array): Uint8Array {
  let handler: BasicBlock | null = null;
  let start = 0;
  for (let i = 0; i < instructions.length; i++) {
    const { except } = instructions[i]!;
    // A handler that became empty is the one that follows it.
    if (except === handler || (except !== null && handler !== null && except.index === handler.index)) continue;
    if (handler !== null) writeEntry(start, offsets[i]!, handler, offsets);
    start = offsets[i]!;
    handler = except;
  }
  if (handler !== null) writeEntry(start, offsets[instructions.length]!, handler, offsets);
  return writer.take();
}

function writeEntry(start: number, end: number, handler: BasicBlock, offsets: Int32Array): void {
  // The handler finds the exception pushed, and below it the offset where that is preserved.
  const depth = handler.startDepth - (handler.preservesLasti ? 2 : 1);
  writeItem(start, ENTRY_START);
  writeItem(end - start, 0);
  writeItem(offsets[handler.index]!, 0);
  writeItem((depth << 1) | (handler.preservesLasti ? 1 : 0), 0);
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
