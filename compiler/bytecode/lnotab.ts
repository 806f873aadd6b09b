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
