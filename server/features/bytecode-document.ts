import type { CodeObject } from '../../compiler/bytecode/code-object.ts';
import { codeKind, flagNamesOf } from '../../compiler/bytecode/flags.ts';
import type { ListingRow } from '../../compiler/bytecode/listing.ts';
import type { Location } from '../../compiler/syntax/ast.ts';
import type { Program } from '../program.ts';

/** The bytecode of a file as text to read, and what each of its lines comes from. */
export interface BytecodeText {
  readonly lines: readonly string[];
  /** For each line the span of source it was compiled from; null for what has none. */
  readonly sources: readonly (Location | null)[];
  readonly functions: readonly { readonly firstLine: number; readonly line: number }[];
}

/** The listings of all code objects of a file, each under a heading. */
export function bytecodeText(program: Program): BytecodeText {
  const lines: string[] = [];
  const sources: (Location | null)[] = [];
  const functions: { firstLine: number; line: number }[] = [];
  const add = (text: string, source: Location | null): void => {
    lines.push(text);
    sources.push(source);
  };
  if (program.codes.length === 0) add('# Nothing could be compiled; the problems of the file say why.', null);
  for (const code of program.codes) {
    if (lines.length > 0) add('', null);
    functions.push({ firstLine: code.co_firstlineno, line: lines.length });
    add(heading(code), null);
    const { rows, exceptionTable, labels } = program.listing(code);
    const format = columnsOf(rows);
    for (const row of rows) {
      if (row.startsLine && row.offset > 0) add('', null);
      add(format(row), spanOf(row));
    }
    if (exceptionTable.length > 0) add('ExceptionTable:', null);
    for (const { start, end, target, depth, lasti } of exceptionTable) {
      const range = `L${labels.get(start)} to L${labels.get(end)} -> L${labels.get(target)}`;
      add(`  ${range} [${depth}]${lasti ? ' lasti' : ''}`, null);
    }
  }
  return { lines, sources, functions };
}

function heading(code: CodeObject): string {
  const flags = code.co_flags === 0 ? 'no flags' : `0x${code.co_flags.toString(16)} ${flagNamesOf(code).join(' ')}`;
  return `# ${code.co_qualname}  ${codeKind(code)} · ${flags} · stack ${code.co_stacksize}`;
}

/** Columns as narrow as the rows allow, for a pane beside the source: line, label, offset, name, argument. */
function columnsOf(rows: readonly ListingRow[]): (row: ListingRow) => string {
  const widest = (text: (row: ListingRow) => string): number =>
    rows.reduce((width, row) => Math.max(width, text(row).length), 0);
  const line = (row: ListingRow): string => (row.startsLine ? String(row.line ?? '--') : '');
  const label = (row: ListingRow): string => (row.label === null ? '' : `L${row.label}:`);
  const argument = (row: ListingRow): string => (row.arg === null ? '' : String(row.arg));
  const [lineWidth, labelWidth, nameWidth, argumentWidth] = [
    line,
    label,
    (row: ListingRow) => row.opname,
    argument,
  ].map(widest);
  const offsetWidth = String(rows.at(-1)?.offset ?? 0).length;
  return (row) => {
    const place = [
      line(row).padStart(lineWidth + 1),
      label(row).padStart(labelWidth),
      String(row.offset).padStart(offsetWidth),
    ];
    const meaning = row.argrepr === '' ? '' : `(${row.argrepr})`;
    return [...place, ` ${row.opname.padEnd(nameWidth)}`, argument(row).padStart(argumentWidth), meaning]
      .join(' ')
      .trimEnd();
  };
}

function spanOf({ span }: ListingRow): Location | null {
  if (span === null || span.lineno < 1) return null;
  if (span.col_offset >= 0 && span.end_lineno >= 1) return span;
  // Lines alone: the whole line.
  return { lineno: span.lineno, col_offset: 0, end_lineno: span.lineno, end_col_offset: Number.MAX_SAFE_INTEGER };
}
