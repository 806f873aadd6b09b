/** What tools/dump_printable.py prints: first, length, first, … of the ranges, each first counted from the end before. */
export interface PrintableTable {
  readonly version: string;
  readonly unicode: string;
  readonly unprintable: readonly number[];
}

/** Tells whether str.isprintable() takes a code point, and so whether repr() shows it as it is. */
export type IsPrintable = (codePoint: number) => boolean;

/** Makes the test of one version's table. */
export function isPrintableIn(table: PrintableTable): IsPrintable {
  let made: Uint32Array | undefined;
  return (codePoint) => {
    if (codePoint < 0x7f) return codePoint >= 0x20;
    made ??= boundsOf(table);
    const bounds = made;
    let low = 0;
    let high = bounds.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (bounds[middle] <= codePoint) low = middle + 1;
      else high = middle;
    }
    return (low & 1) === 0;
  };
}

/** Where ranges begin and end, alternately; a point after an odd number of these is unprintable. */
function boundsOf({ unprintable }: PrintableTable): Uint32Array {
  const bounds = new Uint32Array(unprintable.length);
  let end = 0;
  unprintable.forEach((distance, index) => {
    end += distance;
    bounds[index] = end;
  });
  return bounds;
}
