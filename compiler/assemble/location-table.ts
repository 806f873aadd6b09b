import { Place, SPAN_SIZE } from '../codegen/instruction.ts';
import { ByteWriter } from './byte-writer.ts';
import type { FlatCode } from './flat-code.ts';

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
 * `spans` are those of the instruction sequence.
 */
export function locationTable(
  { count, places }: FlatCode,
  spans: Int32Array,
  sizes: Uint8Array,
  firstLine: number,
): Uint8Array {
  line = firstLine;
  let place: number = Place.None;
  let units = 0;
  for (let i = 0; i < count; i++) {
    const own = places[i];
    if (own !== place && !isSame(spans, own, place)) {
      writeRun(spans, place, units);
      place = own;
      units = 0;
    }
    units += sizes[i];
  }
  writeRun(spans, place, units);
  return writer.take();
}

function isSame(spans: Int32Array, a: number, b: number): boolean {
  const i = a * SPAN_SIZE;
  const j = b * SPAN_SIZE;
  return (
    spans[i] === spans[j] &&
    spans[i + 1] === spans[j + 1] &&
    spans[i + 2] === spans[j + 2] &&
    spans[i + 3] === spans[j + 3]
  );
}

function writeRun(spans: Int32Array, place: number, units: number): void {
  const at = place * SPAN_SIZE;
  let left = units;
  for (; left > MAX_UNITS; left -= MAX_UNITS) writeEntry(spans, at, MAX_UNITS);
  if (left > 0) writeEntry(spans, at, left);
}

/** write_location_info_entry: the shortest form that holds the span at `at`. */
function writeEntry(spans: Int32Array, at: number, units: number): void {
  const lineno = spans[at];
  if (lineno < 0) {
    writeStart(NONE, units);
    return;
  }
  const column = spans[at + 1];
  const endLine = spans[at + 2];
  const endColumn = spans[at + 3];
  const delta = lineno - line;
  if (column < 0 || endColumn < 0) {
    if (endLine === lineno || endLine === -1) {
      writeStart(NO_COLUMNS, units);
      writeSigned(delta);
      line = lineno;
      return;
    }
  } else if (endLine === lineno) {
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
  writeUnsigned(endLine - lineno);
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
