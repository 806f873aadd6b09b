import type { CodeObject } from '../../compiler/bytecode/code-object.ts';
import { type Listing, type ListingRow, listing } from '../../compiler/bytecode/listing.ts';

interface Indexed {
  readonly listing: Listing;
  /** Row by byte offset / 2; undefined at caches. */
  readonly byUnit: readonly (ListingRow | undefined)[];
}

const known = new WeakMap<CodeObject, Indexed>();

function indexed(code: CodeObject): Indexed {
  let found = known.get(code);
  if (found === undefined) {
    const byUnit: (ListingRow | undefined)[] = new Array(code.co_code.length >> 1);
    const made = listing(code);
    for (const row of made.rows) byUnit[row.offset >> 1] = row;
    found = { listing: made, byUnit };
    known.set(code, found);
  }
  return found;
}

/** The listing of a code object, made once. */
export const listingOf = (code: CodeObject): Listing => indexed(code).listing;

/** The row of the instruction at a byte offset; undefined for -1 and for inline caches. */
export const rowAt = (code: CodeObject, offset: number): ListingRow | undefined => indexed(code).byUnit[offset >> 1];

/** The row after one, past its caches. */
export const rowAfter = (code: CodeObject, row: ListingRow): ListingRow | undefined =>
  rowAt(code, row.offset + 2 + row.caches * 2);
