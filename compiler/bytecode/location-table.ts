import type { Location } from '../syntax/ast.ts';

/** Kinds of location entries (Include/internal/pycore_code.h, _PyCodeLocationInfoKind); 0 to 9 is the short form. */
const ONE_LINE0 = 10;
const NO_COLUMNS = 13;
const LONG = 14;
const NONE = 15;

/** The most code units that one entry covers. */
const MAX_UNITS = 8;

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

/**
 * Writes the location table of 3.11 and later (Python/assemble.c, assemble_location_info). Instructions are added in
 * order, each with its length in code units, caches included; neighbours with the same location share entries.
 */
export class LocationTableWriter {
  private readonly bytes: number[] = [];
  private line: number;
  private pending: Location | undefined;
  private pendingUnits = 0;

  constructor(firstlineno: number) {
    this.line = firstlineno;
  }

  add(location: Location, units: number): void {
    if (this.pending !== undefined && sameLocation(this.pending, location)) {
      this.pendingUnits += units;
      return;
    }
    this.flush();
    this.pending = location;
    this.pendingUnits = units;
  }

  finish(): Uint8Array {
    this.flush();
    this.pending = undefined;
    return Uint8Array.from(this.bytes);
  }

  private flush(): void {
    if (this.pending === undefined || this.pendingUnits === 0) return;
    let units = this.pendingUnits;
    for (; units > MAX_UNITS; units -= MAX_UNITS) this.entry(this.pending, MAX_UNITS);
    this.entry(this.pending, units);
  }

  /** CPython's write_location_info_entry: the shortest form that holds the location. */
  private entry(location: Location, units: number): void {
    const { lineno, end_lineno, col_offset, end_col_offset } = location;
    if (lineno === -1) {
      this.start(NONE, units);
      return;
    }
    const delta = lineno - this.line;
    this.line = lineno;
    const hasColumns = col_offset >= 0 && end_col_offset >= 0;
    if (!hasColumns) {
      if (end_lineno === lineno || end_lineno < 0) {
        this.start(NO_COLUMNS, units);
        this.signed(delta);
        return;
      }
    } else if (end_lineno === lineno) {
      if (delta === 0 && col_offset < 80 && end_col_offset >= col_offset && end_col_offset - col_offset < 16) {
        this.start(col_offset >> 3, units);
        this.bytes.push(((col_offset & 7) << 4) | (end_col_offset - col_offset));
        return;
      }
      if (delta >= 0 && delta < 3 && col_offset < 128 && end_col_offset < 128) {
        this.start(ONE_LINE0 + delta, units);
        this.bytes.push(col_offset, end_col_offset);
        return;
      }
    }
    this.start(LONG, units);
    this.signed(delta);
    this.unsigned(end_lineno - lineno);
    this.unsigned(col_offset + 1);
    this.unsigned(end_col_offset + 1);
  }

  private start(kind: number, units: number): void {
    this.bytes.push(0x80 | (kind << 3) | (units - 1));
  }

  private unsigned(value: number): void {
    let rest = value >>> 0;
    for (; rest >= 64; rest >>>= 6) this.bytes.push(0x40 | (rest & 0x3f));
    this.bytes.push(rest);
  }

  private signed(value: number): void {
    this.unsigned(value < 0 ? (-value << 1) | 1 : value << 1);
  }
}

const sameLocation = (a: Location, b: Location): boolean =>
  a.lineno === b.lineno &&
  a.end_lineno === b.end_lineno &&
  a.col_offset === b.col_offset &&
  a.end_col_offset === b.end_col_offset;

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
