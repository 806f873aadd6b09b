import type { Location } from '../syntax/ast.ts';
import { targetOf } from '../targets/registry.ts';
import { type ArgumentContext, type ArgumentValue, jumpTarget, operandTable, resolveArgument } from './argument.ts';
import type { CodeObject } from './code-object.ts';
import { type CodeRepr, stableCodeRepr } from './constant-repr.ts';
import type { ExceptionEntry } from './exception-table.ts';
import { Op, opNames } from './op.ts';
import { exceptionEntries, lineStarts, positions } from './positions.ts';
import { stackDepths, UNKNOWN_DEPTH } from './stack-depth.ts';
import { eachInstruction } from './walk.ts';

/** One instruction as every view of bytecode shows it: what dis.Instruction holds, and what the views add to it. */
export interface ListingRow {
  /** Byte offset of the instruction itself. */
  readonly offset: number;
  /** Byte offset of the first EXTENDED_ARG that belongs to it. These have rows of their own. */
  readonly startOffset: number;
  /** RESERVED for a byte that is no opcode of the target. */
  readonly op: Op;
  /** The target's number of the opcode. */
  readonly opcode: number;
  readonly opname: string;
  /** The argument with its extensions, or null for an opcode that takes none. */
  readonly arg: number | null;
  readonly argval: ArgumentValue;
  /** What `dis` shows in parentheses. */
  readonly argrepr: string;
  /** Source line, or null where the instruction has none. */
  readonly line: number | null;
  /** Whether `dis` shows the line at this row. */
  readonly startsLine: boolean;
  /** Source span, each field -1 where unknown; null where nothing is known. Columns in UTF-8 bytes. */
  readonly span: Location | null;
  /** 1 for L1, for instructions that are jumped to or that the exception table names; else null. */
  readonly label: number | null;
  /** Byte offset that the instruction may jump to. */
  readonly jumpTarget: number | null;
  /** Code units of inline cache that follow. */
  readonly caches: number;
  /** Values on the stack before the instruction; null where nothing reaches it, or the target can't tell. */
  readonly depth: number | null;
  /** The exception table's entry that catches what the instruction raises. */
  readonly handler: ExceptionEntry | null;
}

export interface Listing {
  readonly code: CodeObject;
  readonly rows: readonly ListingRow[];
  readonly exceptionTable: readonly ExceptionEntry[];
  /** Label numbers by byte offset. */
  readonly labels: ReadonlyMap<number, number>;
}

/** The rows of a code object, in order. `codeRepr` shows the code objects among its constants. */
export function listing(code: CodeObject, codeRepr: CodeRepr = stableCodeRepr()): Listing {
  const target = targetOf(code);
  const exceptionTable = exceptionEntries(code);
  const labels = labelsOf(code, exceptionTable);
  const spans = positions(code);
  const starts = new Set(lineStarts(code).map(({ offset }) => offset));
  const handlers = handlersByUnit(code, exceptionTable);
  const context: ArgumentContext = { code, target, codeRepr, labelAt: (offset) => labels.get(offset) };
  const depths = stackDepths(code);
  const { operand } = operandTable(target);
  const rows: ListingRow[] = [];
  eachInstruction(code, (offset, startOffset, opcode, op, arg) => {
    const jump = arg === null ? undefined : jumpTarget(target, operand[op], op, arg, offset);
    const meaning = arg === null ? undefined : resolveArgument(context, operand[op], arg, jump);
    const line = spans[offset * 2];
    rows.push({
      offset,
      startOffset,
      op,
      opcode,
      opname: op === Op.RESERVED && opcode !== target.opcodes.number[op] ? `<${opcode}>` : opNames[op],
      arg,
      argval: meaning?.value,
      argrepr: meaning?.repr ?? '',
      line: line === -1 ? null : line,
      startsLine: starts.has(offset),
      span: spanAt(spans, offset),
      label: labels.get(offset) ?? null,
      jumpTarget: jump ?? null,
      caches: target.opcodes.caches[op],
      depth: depthAt(depths, offset),
      handler: handlers[offset >> 1] ?? null,
    });
  });
  return { code, rows, exceptionTable, labels };
}

/** Numbers, in order of their offsets, what is jumped to and what the exception table names (_make_labels_map). */
function labelsOf(code: CodeObject, exceptionTable: readonly ExceptionEntry[]): Map<number, number> {
  const target = targetOf(code);
  const { operand } = operandTable(target);
  const offsets = new Set<number>();
  eachInstruction(code, (offset, _start, _opcode, op, arg) => {
    if (arg === null) return;
    const jump = jumpTarget(target, operand[op], op, arg, offset);
    if (jump !== undefined) offsets.add(jump);
  });
  for (const { start, end, target: handler } of exceptionTable) offsets.add(start).add(end).add(handler);
  const sorted = [...offsets].sort((a, b) => a - b);
  return new Map(sorted.map((offset, index) => [offset, index + 1]));
}

function handlersByUnit(code: CodeObject, exceptionTable: readonly ExceptionEntry[]): (ExceptionEntry | undefined)[] {
  const handlers: (ExceptionEntry | undefined)[] = [];
  if (exceptionTable.length === 0) return handlers;
  handlers.length = code.co_code.length >> 1;
  for (const entry of exceptionTable) handlers.fill(entry, entry.start >> 1, entry.end >> 1);
  return handlers;
}

function depthAt(depths: Int16Array | undefined, offset: number): number | null {
  const depth = depths?.[offset >> 1] ?? UNKNOWN_DEPTH;
  return depth === UNKNOWN_DEPTH ? null : depth;
}

function spanAt(spans: Int32Array, offset: number): Location | null {
  const at = offset * 2;
  const lineno = spans[at];
  const end_lineno = spans[at + 1];
  const col_offset = spans[at + 2];
  const end_col_offset = spans[at + 3];
  if (lineno === -1 && end_lineno === -1 && col_offset === -1 && end_col_offset === -1) return null;
  return { lineno, col_offset, end_lineno, end_col_offset };
}
