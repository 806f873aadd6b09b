import type { CodeObject } from '../../compiler/bytecode/code-object.ts';
import type { ListingRow } from '../../compiler/bytecode/listing.ts';
import { Op } from '../../compiler/bytecode/op.ts';
import { meaningOf, type OpcodeMeaning } from '../../compiler/bytecode/opcode-docs.ts';
import type { Target } from '../../compiler/targets/target.ts';
import type { Program } from '../program.ts';
import { codeSpan } from './markdown.ts';

export type InlineBytecode = 'off' | 'summary' | 'full';

/** Bytecode to show at the end of a line (from 1), in pieces of which each explains itself. */
export interface InlineHint {
  readonly line: number;
  readonly parts: readonly InlinePart[];
}

export interface InlinePart {
  readonly text: string;
  /** Markdown. */
  readonly tooltip?: string;
}

/** What a summary names; it is silent about everything else. */
const ofNote: ReadonlySet<Op> = new Set([
  Op.YIELD_VALUE,
  Op.YIELD_FROM,
  Op.SEND,
  Op.RETURN_GENERATOR,
  Op.GET_YIELD_FROM_ITER,
  Op.GET_AWAITABLE,
  Op.GET_AITER,
  Op.GET_ANEXT,
  Op.END_ASYNC_FOR,
  Op.BEFORE_ASYNC_WITH,
]);

/** Instructions that serve the machine alone; a full view of a line leaves them out. */
const silent: ReadonlySet<Op> = new Set([Op.CACHE, Op.EXTENDED_ARG, Op.NOP, Op.NOT_TAKEN]);

/** Hints for the lines `from` to `to`, both included. */
export function inlineBytecode(program: Program, mode: InlineBytecode, from: number, to: number): InlineHint[] {
  if (mode === 'off') return [];
  const lines = new Map<number, { code: CodeObject; rows: ListingRow[] }[]>();
  for (const code of program.codes) {
    for (const row of program.listing(code).rows) {
      if (row.line === null || row.line < from || row.line > to || silent.has(row.op)) continue;
      let groups = lines.get(row.line);
      if (groups === undefined) {
        groups = [];
        lines.set(row.line, groups);
      }
      if (groups.at(-1)?.code !== code) groups.push({ code, rows: [] });
      groups.at(-1)?.rows.push(row);
    }
  }
  const parts = mode === 'full' ? fullParts : summaryParts;
  return [...lines]
    .filter(([line]) => line >= 1 && line <= program.lineCount)
    .sort(([a], [b]) => a - b)
    .map(([line, groups]) => ({ line, parts: parts(groups, program.target) }))
    .filter((hint) => hint.parts.length > 0);
}

interface Group {
  readonly code: CodeObject;
  readonly rows: readonly ListingRow[];
}

function fullParts(groups: readonly Group[], target: Target): InlinePart[] {
  const parts: InlinePart[] = [];
  groups.forEach(({ code, rows }, index) => {
    if (index > 0) parts.push({ text: `  │ ${code.co_name}: ` });
    rows.forEach((row, at) => {
      if (at > 0) parts.push({ text: '  ' });
      parts.push({ text: rowText(row), tooltip: rowTooltip(row, target) });
    });
  });
  return parts;
}

/** What of note stands in a line, each instruction once; the listing of the line opens over it. No parts where nothing does. */
function summaryParts(groups: readonly Group[], target: Target): InlinePart[] {
  const shown = new Map<Op, { row: ListingRow; group: Group; times: number }>();
  for (const group of groups) {
    for (const row of group.rows) {
      if (!ofNote.has(row.op)) continue;
      const seen = shown.get(row.op);
      if (seen) seen.times++;
      else shown.set(row.op, { row, group, times: 1 });
    }
  }
  const parts: InlinePart[] = [];
  for (const { row, group, times } of shown.values()) {
    if (parts.length > 0) parts.push({ text: '  ' });
    const tooltip = `${rowTooltip(row, target)}\n\n---\n\n${listingTooltip(group)}`;
    parts.push({ text: `${row.opname}${times > 1 ? ` ×${times}` : ''}`, tooltip });
  }
  return parts;
}

const rowText = ({ opname, arg, argrepr, jumpTarget }: ListingRow): string => {
  if (arg === null) return opname;
  if (jumpTarget !== null) return `${opname} → ${jumpTarget}`;
  return argrepr === '' ? `${opname} ${arg}` : `${opname} ${shortened(argrepr)}`;
};

/** Long constants, and where code objects lie, are in the tooltip. */
function shortened(text: string): string {
  const plain = text.replace(/^(<code object .+?) at 0x.*$/s, '$1>');
  return plain.length > 32 ? `${plain.slice(0, 30)}…` : plain;
}

function rowTooltip(row: ListingRow, target: Target): string {
  const meaning = meaningOf(row.opname, target.meanings());
  const argument = row.arg === null ? '' : ` ${row.arg}${row.argrepr === '' ? '' : ` (${row.argrepr})`}`;
  const parts = [codeSpan(`${row.offset}  ${row.opname}${argument}`)];
  if (meaning) parts.push(meaning.doc, stackPicture(row, meaning));
  if (row.handler) parts.push(`An exception here is caught at offset ${row.handler.target}.`);
  return parts.join('\n\n');
}

function stackPicture({ depth }: ListingRow, { stack }: OpcodeMeaning): string {
  const [before, after] = stack.split('--').map((side) => side.trim());
  const side = (values: string): string => (values === '' ? 'nothing' : codeSpan(values));
  const height = depth === null ? '' : `; ${depth} on the stack before`;
  return before === after ? `Stack: unchanged${height}` : `Stack: ${side(before)} → ${side(after)}${height}`;
}

function listingTooltip({ code, rows }: Group): string {
  const width = Math.max(...rows.map(({ opname }) => opname.length));
  const lines = rows.map(({ offset, opname, arg, argrepr }) => {
    const argument = arg === null ? '' : `${arg}${argrepr === '' ? '' : ` (${argrepr})`}`;
    return `${String(offset).padStart(4)}  ${opname.padEnd(width)}  ${argument}`.trimEnd();
  });
  return `${codeSpan(code.co_qualname)}\n\`\`\`coroscope-bytecode\n${lines.join('\n')}\n\`\`\``;
}
