import { targetOf } from '../targets/registry.ts';
import type { Target } from '../targets/target.ts';
import type { CodeObject } from './code-object.ts';
import { type CodeRepr, stableCodeRepr } from './constant-repr.ts';
import { isCodeObject } from './constants.ts';
import { type Listing, type ListingRow, listing } from './listing.ts';
import { Op } from './op.ts';

/** The options of `python -m dis`; only targets whose `dis` has them know them (feature 'disLabels'). */
export interface DisOptions {
  /** -C: a line for every inline cache entry. */
  readonly showCaches?: boolean;
  /** -O: byte offsets. */
  readonly showOffsets?: boolean;
  /** -P: source spans instead of line numbers. */
  readonly showPositions?: boolean;
  /** -S: the bytecode as the specialising interpreter holds it, here: before its first run. */
  readonly specialized?: boolean;
}

/**
 * The text that `python -m dis FILE` prints of a file's code object and of those inside it, byte for byte except for
 * the addresses of code objects, which count up instead (Lib/dis.py, _disassemble_recursive). Ends with a newline.
 */
export function disText(code: CodeObject, options: DisOptions = {}): string {
  const lines: string[] = [];
  disassembleRecursive(lines, code, options, stableCodeRepr());
  return `${lines.join('\n')}\n`;
}

/** The text of one listing alone, in the columns of 3.13 and later. Ends with a newline. */
export function labelledText(shown: Listing, options: DisOptions = {}): string {
  const lines: string[] = [];
  disassembleWithLabels(lines, shown, options);
  return `${lines.join('\n')}\n`;
}

function disassembleRecursive(lines: string[], code: CodeObject, options: DisOptions, codeRepr: CodeRepr): void {
  disassemble(lines, listing(code, codeRepr), options);
  for (const constant of code.co_consts) {
    if (!isCodeObject(constant)) continue;
    lines.push('', `Disassembly of ${codeRepr(constant)}:`);
    disassembleRecursive(lines, constant, options, codeRepr);
  }
}

function disassemble(lines: string[], shown: Listing, options: DisOptions): void {
  if (targetOf(shown.code).features.has('disLabels')) disassembleWithLabels(lines, shown, options);
  else disassembleWithMarks(lines, shown);
}

const OPNAME_WIDTH = 20;
const OPARG_WIDTH = 5;
const NO_LINENO = '  --';

const decimalWidth = (value: number): number => String(value).length;

// --- 3.13 and later: labels, and columns that options turn on ---------------------------------------------------

interface Columns {
  readonly location: number;
  readonly label: number;
  readonly offset: number;
  readonly showPositions: boolean;
}

function disassembleWithLabels(lines: string[], shown: Listing, options: DisOptions): void {
  const { code, rows, labels, exceptionTable } = shown;
  const columns: Columns = {
    location: options.showPositions ? positionsWidth(shown) : linenoWidth(shown),
    label: 4 + decimalWidth(labels.size),
    offset: options.showOffsets ? decimalWidth(Math.max(code.co_code.length - 2, 9999)) : 0,
    showPositions: options.showPositions ?? false,
  };
  const target = targetOf(code);
  for (const row of rows) {
    if (columns.location > 0 && row.startsLine && row.offset > 0) lines.push('');
    lines.push(rowText(row, columns));
    if (options.showCaches && row.caches > 0) {
      pushCacheLines(lines, row, columns, target, options.specialized ?? false);
    }
  }
  if (exceptionTable.length === 0) return;
  lines.push('ExceptionTable:');
  for (const { start, end, target: handler, depth, lasti } of exceptionTable) {
    const range = `L${labels.get(start)} to L${labels.get(end)} -> L${labels.get(handler)}`;
    lines.push(`  ${range} [${depth}]${lasti ? ' lasti' : ''}`);
  }
}

/** Lib/dis.py, Formatter.print_instruction_line. */
function rowText(row: ListingRow, columns: Columns): string {
  let text = '';
  if (columns.location > 0) {
    if (columns.showPositions) text += `${spanText(row).padEnd(columns.location)} `;
    else if (row.startsLine)
      text += `${(row.line === null ? NO_LINENO : String(row.line)).padStart(columns.location)} `;
    else text += ' '.repeat(columns.location + 1);
  }
  text += `${(row.label === null ? '' : `L${row.label}:`).padStart(columns.label)} `;
  if (columns.offset > 0) text += `${String(row.offset).padStart(columns.offset)}   `;
  text += `    ${row.opname.padEnd(OPNAME_WIDTH)}`;
  if (row.arg !== null) {
    // A long name takes room from the argument, so that arguments stay in line.
    const excess = Math.max(0, row.opname.length - OPNAME_WIDTH);
    text += ` ${String(row.arg).padStart(OPARG_WIDTH - excess)}`;
    if (row.argrepr !== '') text += ` (${row.argrepr})`;
  }
  return text.trimEnd();
}

function spanText({ span }: ListingRow): string {
  if (span === null) return NO_LINENO;
  const part = (value: number): string => (value === -1 ? '?' : String(value));
  return `${part(span.lineno)}:${part(span.col_offset)}-${part(span.end_lineno)}:${part(span.end_col_offset)}`;
}

function pushCacheLines(
  lines: string[],
  row: ListingRow,
  columns: Columns,
  target: Target,
  specialized: boolean,
): void {
  const format = target.opcodes.table.cacheFormat[row.opname] ?? {};
  let offset = row.offset;
  for (const [name, size] of Object.entries(format)) {
    const value = specialized && name === 'counter' ? initialCounter(row.op) : 0;
    for (let index = 0; index < size; index++) {
      offset += 2;
      lines.push(
        rowText(
          {
            ...row,
            offset,
            opname: 'CACHE',
            arg: 0,
            argrepr: index === 0 ? `${name}: ${value}` : '',
            startsLine: false,
            label: null,
          },
          columns,
        ),
      );
    }
  }
}

/** What a new code object's counters hold (Python/specialize.c, _PyCode_Quicken; pycore_backoff.h). */
function initialCounter(op: Op): number {
  switch (op) {
    case Op.JUMP_BACKWARD:
      return (4095 << 4) | 12;
    case Op.POP_JUMP_IF_TRUE:
    case Op.POP_JUMP_IF_FALSE:
    case Op.POP_JUMP_IF_NONE:
    case Op.POP_JUMP_IF_NOT_NONE:
      return 0x5555;
    default:
      return (1 << 4) | 1;
  }
}

/** Lib/dis.py, _get_lineno_width. */
function linenoWidth({ rows }: Listing): number {
  let greatest = -1;
  let anyWithout = false;
  for (const { line } of rows) {
    if (line === null) anyWithout = true;
    else if (line > greatest && line !== 0) greatest = line;
  }
  if (greatest === -1) return 0;
  const width = Math.max(3, decimalWidth(greatest));
  return anyWithout ? Math.max(width, NO_LINENO.length) : width;
}

/** Lib/dis.py, _get_positions_width. */
function positionsWidth({ rows }: Listing): number {
  let widest = -1;
  const width = (value: number): number => (value === -1 ? 1 : decimalWidth(value));
  for (const { span } of rows) {
    if (span === null) continue;
    const { lineno, end_lineno, col_offset, end_col_offset } = span;
    widest = Math.max(widest, width(lineno) + width(end_lineno) + width(col_offset) + width(end_col_offset));
  }
  return widest === -1 ? 0 : 1 + Math.max(NO_LINENO.length, 3 + Math.max(widest, 4));
}

// --- Before 3.13: offsets, and `>>` before what is jumped to ------------------------------------------------------

function disassembleWithMarks(lines: string[], { code, rows }: Listing): void {
  let greatest = 0;
  for (const { line, startsLine } of rows) if (startsLine && line !== null && line > greatest) greatest = line;
  const lineWidth = greatest >= 1000 ? decimalWidth(greatest) : 3;
  const lastOffset = code.co_code.length - 2;
  const offsetWidth = lastOffset >= 10000 ? decimalWidth(lastOffset) : 4;
  for (const row of rows) {
    if (row.startsLine && row.offset > 0) lines.push('');
    let text = row.startsLine ? String(row.line).padStart(lineWidth) : ' '.repeat(lineWidth);
    text += `     ${row.label === null ? '  ' : '>>'} ${String(row.offset).padStart(offsetWidth)}`;
    text += ` ${row.opname.padEnd(OPNAME_WIDTH)}`;
    if (row.arg !== null) {
      text += ` ${String(row.arg).padStart(OPARG_WIDTH)}`;
      if (row.argrepr !== '') text += ` (${row.argrepr})`;
    }
    lines.push(text.trimEnd());
  }
}
