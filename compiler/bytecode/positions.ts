import { targetOf } from '../targets/registry.ts';
import type { CodeObject } from './code-object.ts';
import { decodeExceptionTable, type ExceptionEntry } from './exception-table.ts';
import { decodeLnotab, type LineStart } from './lnotab.ts';
import { decodeLocations } from './location-table.ts';

/**
 * Where every code unit (two bytes) comes from: four numbers each, as co_positions() gives them: line, end line, column,
 * end column; -1 for None. Lines count from 1, columns in UTF-8 bytes from 0. Targets that keep lines alone have -1 for
 * the other three.
 */
export function positions(code: CodeObject): Int32Array {
  const units = code.co_code.length >> 1;
  if (targetOf(code).features.has('positions')) {
    return decodeLocations(code.co_linetable, code.co_firstlineno, units);
  }
  const found = new Int32Array(units * 4).fill(-1);
  const starts = decodeLnotab(code.co_linetable, code.co_firstlineno, code.co_code.length);
  starts.forEach(({ offset, line }, index) => {
    const end = starts[index + 1]?.offset ?? code.co_code.length;
    for (let unit = offset >> 1; unit < end >> 1; unit++) found[unit * 4] = line;
  });
  return found;
}

/** Where lines start, in order of offsets (dis.findlinestarts); the line is -1 where the code has none (3.11 and later). */
export function lineStarts(code: CodeObject): LineStart[] {
  if (!targetOf(code).features.has('positions')) {
    return decodeLnotab(code.co_linetable, code.co_firstlineno, code.co_code.length);
  }
  return lineStartsOf(positions(code));
}

/** The same, of positions that are already decoded. */
export function lineStartsOf(decoded: Int32Array): LineStart[] {
  const starts: LineStart[] = [];
  for (let unit = 0; unit < decoded.length >> 2; unit++) {
    const line = decoded[unit * 4];
    if (unit === 0 || line !== decoded[unit * 4 - 4]) starts.push({ offset: unit * 2, line });
  }
  return starts;
}

/** The exception table, in order; empty for targets that use a block stack. */
export function exceptionEntries(code: CodeObject): ExceptionEntry[] {
  return decodeExceptionTable(code.co_exceptiontable);
}
