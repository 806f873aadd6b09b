/** Where in the bytecode a line starts. */
export interface LineStart {
  /** Byte offset of the instruction. */
  readonly offset: number;
  readonly line: number;
}

/**
 * Decodes co_lnotab of 3.6 to 3.9 (Lib/dis.py, findlinestarts, 3.8): the offsets at which the line changes, in order.
 * Entries past the end of the bytecode, left over from instructions that were optimised away, are not reported.
 */
export function decodeLnotab(table: Uint8Array, firstlineno: number, codeLength: number): LineStart[] {
  const starts: LineStart[] = [];
  let lastLine = -1;
  let line = firstlineno;
  let offset = 0;
  for (let at = 0; at + 1 < table.length; at += 2) {
    if (table[at] !== 0) {
      if (line !== lastLine) {
        starts.push({ offset, line });
        lastLine = line;
      }
      offset += table[at];
      if (offset >= codeLength) return starts;
    }
    line += (table[at + 1] << 24) >> 24;
  }
  if (line !== lastLine) starts.push({ offset, line });
  return starts;
}

/** Writes co_lnotab of 3.6 to 3.9 (Python/compile.c, assemble_lnotab, 3.8). Lines are added in order of their offsets. */
export class LnotabWriter {
  private readonly bytes: number[] = [];
  private line: number;
  private offset = 0;

  constructor(firstlineno: number) {
    this.line = firstlineno;
  }

  /** The instruction at a byte offset begins a line. */
  add(offset: number, line: number): void {
    let byteDelta = offset - this.offset;
    let lineDelta = line - this.line;
    if (byteDelta === 0 && lineDelta === 0) return;
    for (; byteDelta > 255; byteDelta -= 255) this.bytes.push(255, 0);
    while (lineDelta < -128 || lineDelta > 127) {
      const step = lineDelta < 0 ? -128 : 127;
      this.bytes.push(byteDelta, step & 0xff);
      byteDelta = 0;
      lineDelta -= step;
    }
    this.bytes.push(byteDelta, lineDelta & 0xff);
    this.offset = offset;
    this.line = line;
  }

  finish(): Uint8Array {
    return Uint8Array.from(this.bytes);
  }
}
