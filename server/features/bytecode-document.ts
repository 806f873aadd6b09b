import type { CodeObject } from '../../compiler/bytecode/code-object.ts';
import { labelledText } from '../../compiler/bytecode/dis-text.ts';
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
    const shown = program.listing(code);
    const rows = shown.rows[Symbol.iterator]();
    let inTable = false;
    for (const text of labelledText(shown, { showOffsets: true }).trimEnd().split('\n')) {
      inTable ||= text === 'ExceptionTable:';
      add(text, text === '' || inTable ? null : spanOf(rows.next().value));
    }
  }
  return { lines, sources, functions };
}

const heading = (code: CodeObject): string =>
  `# ${code.co_qualname}  ${codeKind(code)}, flags 0x${code.co_flags.toString(16)} ${flagNamesOf(code).join(' ')}, stack ${code.co_stacksize}`;

function spanOf(row: ListingRow | undefined): Location | null {
  const span = row?.span;
  if (span == null || span.lineno < 1) return null;
  if (span.col_offset >= 0 && span.end_lineno >= 1) return span;
  // Lines alone: the whole line.
  return { lineno: span.lineno, col_offset: 0, end_lineno: span.lineno, end_col_offset: Number.MAX_SAFE_INTEGER };
}
