import type { CodeObject } from '../../compiler/bytecode/code-object.ts';
import type { ListingRow } from '../../compiler/bytecode/listing.ts';
import type { Addresses } from './addresses.ts';
import { listingOf } from './listings.ts';
import type { DisassembledRow, SourceInfo } from './model.ts';

/**
 * `count` rows of the listing from the instruction at `address`, moved by `instructionOffset` rows. Rows before the code
 * object's first or after its last one stand for nothing, as the protocol wants it.
 */
export function disassemble(
  addresses: Addresses,
  address: number,
  instructionOffset: number,
  count: number,
  sourceOf: (code: CodeObject) => SourceInfo,
): DisassembledRow[] {
  const place = addresses.at(address);
  const rows = place === undefined ? [] : listingOf(place.code).rows;
  const base = place === undefined ? address : address - place.offset;
  const first = place === undefined ? 0 : rows.findLastIndex((row) => row.startOffset <= place.offset);
  const result: DisassembledRow[] = [];
  for (let at = first + instructionOffset; result.length < count; at++) {
    const row = rows[at];
    result.push(row === undefined ? nothing(base, rows, at) : toRow(place!.code, base, row, sourceOf));
  }
  return result;
}

function toRow(
  code: CodeObject,
  base: number,
  row: ListingRow,
  sourceOf: (code: CodeObject) => SourceInfo,
): DisassembledRow {
  const bytes = code.co_code.subarray(row.offset, row.offset + 2 + row.caches * 2);
  const argument = row.arg === null ? '' : `${row.arg}`.padStart(4);
  const meaning = row.argrepr === '' ? '' : ` (${row.argrepr})`;
  return {
    address: base + row.offset,
    text: `${row.opname.padEnd(24)}${argument}${meaning}`.trimEnd(),
    bytes: [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' '),
    ...(row.offset === 0 && { symbol: code.co_qualname }),
    ...(row.line !== null && {
      source: sourceOf(code),
      range: {
        line: row.line,
        ...(row.span !== null &&
          row.span.col_offset >= 0 && {
            column: row.span.col_offset,
            endLine: row.span.end_lineno,
            endColumn: row.span.end_col_offset,
          }),
      },
    }),
  };
}

function nothing(base: number, rows: readonly ListingRow[], at: number): DisassembledRow {
  const last = rows.at(-1);
  const end = last === undefined ? 0 : last.offset + 2 + last.caches * 2;
  const address = at < 0 ? base + at * 2 : base + end + (at - rows.length) * 2;
  return { address: Math.max(0, address), text: '', bytes: '', invalid: true };
}
