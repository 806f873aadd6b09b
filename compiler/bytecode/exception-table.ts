/** One entry of the exception table of 3.11 and later. Offsets are in bytes. */
export interface ExceptionEntry {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
  /** Where the handler begins. */
  readonly target: number;
  /** How much of the value stack the handler keeps. */
  readonly depth: number;
  /** Whether the offset of the raising instruction is pushed before the exception. */
  readonly lasti: boolean;
}

const CONTINUES = 0x40;

/** Decodes co_exceptiontable (Lib/dis.py, _parse_exception_table). An entry that is cut off is left out, as there. */
export function decodeExceptionTable(table: Uint8Array): ExceptionEntry[] {
  const entries: ExceptionEntry[] = [];
  let at = 0;
  const varint = (): number => {
    let byte = table[at++];
    let value = byte & 0x3f;
    while ((byte & CONTINUES) !== 0) {
      byte = table[at++];
      value = (value << 6) | (byte & 0x3f);
    }
    return value;
  };
  while (at < table.length) {
    const start = varint() * 2;
    const end = start + varint() * 2;
    const target = varint() * 2;
    const depthAndLasti = varint();
    if (at > table.length) break;
    entries.push({ start, end, target, depth: depthAndLasti >> 1, lasti: (depthAndLasti & 1) !== 0 });
  }
  return entries;
}
