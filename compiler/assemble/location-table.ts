import { NEXT_LOCATION, NO_LOCATION } from '../codegen/instruction.ts';
import type { CfgInstruction } from '../flowgraph/basic-block.ts';
import { OpFlag, opFlags } from '../flowgraph/op-flag.ts';
import type { Location } from '../syntax/ast.ts';
import { ByteWriter } from './byte-writer.ts';

/** Forms of an entry (CPython 3.14, Objects/locations.md): 0 to 9 are short, by column; 10 to 12 one line, by delta. */
const SHORT0 = 0;
const ONE_LINE0 = 10;
const NO_COLUMNS = 13;
const LONG = 14;
const NONE = 15;

/** An entry covers at most this many code units. */
const MAX_UNITS = 8;

const writer = new ByteWriter();
/** The line that the next delta counts from. */
let line = 0;

/**
 * co_linetable of PEP 626 and 657 for instructions of these sizes in code units (CPython 3.14's assemble_location_info).
 */
export function locationTable(
  instructions: readonly CfgInstruction[],
  sizes: Uint8Array,
  firstLine: number,
): Uint8Array {
  line = firstLine;
  let location = NO_LOCATION;
  let units = 0;
  for (let i = 0; i < instructions.length; i++) {
    const own = instructions[i]!.location;
    if (own !== location && !isSame(own, location)) {
      writeRun(location, units);
      location = own;
      units = 0;
    }
    units += sizes[i]!;
  }
  writeRun(location, units);
  return writer.take();
}

/** Replaces NEXT_LOCATION in the instructions by what it stands for. */
export function resolveNextLocations(instructions: readonly CfgInstruction[]): void {
  for (let i = instructions.length - 1; i >= 0; i--) {
    const instruction = instructions[i]!;
    if (instruction.location.lineno !== NEXT_LOCATION.lineno) continue;
    const isLast = (opFlags[instruction.op]! & OpFlag.TERMINATOR) !== 0;
    instruction.location = isLast ? NO_LOCATION : instructions[i + 1]!.location;
  }
}

const isSame = (a: Location, b: Location): boolean =>
  a.lineno === b.lineno &&
  a.col_offset === b.col_offset &&
  a.end_lineno === b.end_lineno &&
  a.end_col_offset === b.end_col_offset;

function writeRun(location: Location, units: number): void {
  let left = units;
  for (; left > MAX_UNITS; left -= MAX_UNITS) writeEntry(location, MAX_UNITS);
  if (left > 0) writeEntry(location, left);
}

/** write_location_info_entry: the shortest form that holds the location. */
function writeEntry(
  { lineno, end_lineno, col_offset: column, end_col_offset: endColumn }: Location,
  units: number,
): void {
  if (lineno < 0) {
    writeStart(NONE, units);
    return;
  }
  const delta = lineno - line;
  if (column < 0 || endColumn < 0) {
    if (end_lineno === lineno || end_lineno === -1) {
      writeStart(NO_COLUMNS, units);
      writeSigned(delta);
      line = lineno;
      return;
    }
  } else if (end_lineno === lineno) {
    const width = endColumn - column;
    if (delta === 0 && column < 80 && width >= 0 && width < 16) {
      writeStart(SHORT0 + (column >> 3), units);
      writer.write(((column & 7) << 4) | width);
      return;
    }
    if (delta >= 0 && delta < 3 && column < 128 && endColumn < 128) {
      writeStart(ONE_LINE0 + delta, units);
      writer.write(column);
      writer.write(endColumn);
      line = lineno;
      return;
    }
  }
  writeStart(LONG, units);
  writeSigned(delta);
  writeUnsigned(end_lineno - lineno);
  writeUnsigned(column + 1);
  writeUnsigned(endColumn + 1);
  line = lineno;
}

const writeStart = (form: number, units: number): void => writer.write(0x80 | (form << 3) | (units - 1));

/** Six bits a byte, low ones first; bit 6 says that more follow. */
function writeUnsigned(value: number): void {
  let rest = value >>> 0;
  for (; rest >= 64; rest >>>= 6) writer.write(64 | (rest & 63));
  writer.write(rest);
}

const writeSigned = (value: number): void => writeUnsigned(value < 0 ? (-value << 1) | 1 : value << 1);
