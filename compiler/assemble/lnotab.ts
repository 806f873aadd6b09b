import type { InstructionSequence } from '../codegen/instruction.ts';
import { ByteWriter } from './byte-writer.ts';

const writer = new ByteWriter();

/**
 * co_lnotab: pairs of a number of bytes of code and a signed number of lines (CPython 3.8's assemble_lnotab). `offsets`
 * are those of the instructions in bytes. Only an instruction with a location starts a line (i_lineno in CPython, which
 * is 0 for those that follow it in a statement).
 */
export function lineNumberTable(sequence: InstructionSequence, offsets: Int32Array, firstLine: number): Uint8Array {
  let line = firstLine;
  let offset = 0;
  for (let i = 0; i < sequence.length; i++) {
    const lineno = sequence.lineAt(i);
    if (lineno <= 0 || (lineno === line && offsets[i] === offset)) continue;
    writeDelta(offsets[i]! - offset, lineno - line);
    line = lineno;
    offset = offsets[i]!;
  }
  return writer.take();
}

/** What one pair can't hold is spread over as many full ones as it takes, first the bytes, then the lines. */
function writeDelta(bytes: number, lines: number): void {
  let bytesLeft = bytes;
  if (bytes > 255) for (; bytesLeft >= 255; bytesLeft -= 255) writePair(255, 0);
  let linesLeft = lines;
  if (lines < -128 || lines > 127) {
    const step = lines < 0 ? -128 : 127;
    for (; Math.abs(linesLeft) >= Math.abs(step); linesLeft -= step) {
      writePair(bytesLeft, step);
      bytesLeft = 0;
    }
  }
  writePair(bytesLeft, linesLeft);
}

function writePair(bytes: number, lines: number): void {
  writer.write(bytes);
  writer.write(lines & 0xff);
}
