/** Kinds of location entries (Include/internal/pycore_code.h, _PyCodeLocationInfoKind); 0 to 9 is the short form. */
const ONE_LINE0 = 10;
const NO_COLUMNS = 13;
const LONG = 14;
const NONE = 15;

/**
 * Decodes the location table of 3.11 and later (Objects/codeobject.c, advance_with_locations): four numbers for every
 * code unit of `units`, as co_positions() gives them: line, end line, column, end column; -1 for None. Lines count from
 * 1, columns in UTF-8 bytes from 0.
 */
export function decodeLocations(table: Uint8Array, firstlineno: number, units: number): Int32Array {
  const positions = new Int32Array(units * 4).fill(-1);
  const reader = new VarintReader(table);
  let line = firstlineno;
  let unit = 0;
  while (!reader.done) {
    const first = reader.byte();
    const kind = (first >> 3) & 15;
    const end = Math.min(unit + (first & 7) + 1, units);
    let endLine = -1;
    let column = -1;
    let endColumn = -1;
    if (kind < ONE_LINE0) {
      const second = reader.byte();
      column = (kind << 3) | (second >> 4);
      endColumn = column + (second & 15);
      endLine = line;
    } else if (kind < NO_COLUMNS) {
      line += kind - ONE_LINE0;
      endLine = line;
      column = reader.byte();
      endColumn = reader.byte();
    } else if (kind === NO_COLUMNS) {
      line += reader.signed();
      endLine = line;
    } else if (kind === LONG) {
      line += reader.signed();
      endLine = line + reader.unsigned();
      column = reader.unsigned() - 1;
      endColumn = reader.unsigned() - 1;
    }
    if (kind !== NONE) {
      for (let at = unit * 4; at < end * 4; at += 4) {
        positions[at] = line;
        positions[at + 1] = endLine;
        positions[at + 2] = column;
        positions[at + 3] = endColumn;
      }
    }
    unit = end;
  }
  return positions;
}

/** Reads the table's numbers: groups of six bits, lowest first. */
class VarintReader {
  private at = 0;
  private readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get done(): boolean {
    return this.at >= this.bytes.length;
  }

  byte(): number {
    return this.bytes[this.at++];
  }

  unsigned(): number {
    let byte = this.byte();
    let value = byte & 0x3f;
    for (let shift = 6; (byte & 0x40) !== 0; shift += 6) {
      byte = this.byte();
      value |= (byte & 0x3f) << shift;
    }
    return value >>> 0;
  }

  signed(): number {
    const value = this.unsigned();
    return (value & 1) !== 0 ? -(value >>> 1) : value >>> 1;
  }
}
