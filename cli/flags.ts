import type { CodeObject } from '../compiler/bytecode/code-object.ts';
import { type CodeKind, codeKind, flagNamesOf } from '../compiler/bytecode/flags.ts';
import { codeObjectsInSourceOrder } from '../compiler/bytecode/nested-code.ts';
import { type SuspensionPoint, suspensionPoints } from '../compiler/bytecode/suspension.ts';
import { onlyPositional, parse, targetOption } from './arguments.ts';
import type { Command } from './command.ts';
import { compiled } from './compiled.ts';
import { Exit } from './errors.ts';
import { readSource } from './source.ts';
import { type Paint, paintFor, write } from './terminal.ts';

/** One code object in the output of --json. */
export interface FlagsEntry {
  readonly qualname: string;
  readonly kind: CodeKind;
  readonly firstlineno: number;
  readonly flags: number;
  readonly flagNames: readonly string[];
  readonly stacksize: number;
  readonly suspensionPoints: readonly SuspensionPoint[];
}

export const flags: Command = {
  summary: 'what the compiler made of every function: kind, flags, where it suspends',
  help: `usage: coroscope flags FILE [--json] [--target X.Y]

Shows every code object of a Python file: its kind, its flags, the size of its value stack,
and where it can be suspended. FILE may be -, for stdin.

  --json         an array with one entry for each code object, in the order of the source
  --target X.Y   the CPython version to compile for (default 3.14)

Positions are CPython's: lines from 1, columns in UTF-8 bytes from 0. Offsets are those of the
instruction that suspends. Before 3.11 the bytecode keeps lines alone; columns are then null.
`,
  async run(args) {
    const { values, positionals } = parse('flags', args, {
      json: { type: 'boolean' },
      target: { type: 'string' },
    });
    const target = targetOption(values.target);
    const { code, report } = compiled(readSource(onlyPositional(positionals, 'FILE', 'flags')), target);
    if (report !== '') await write(process.stderr, report);
    if (code === undefined) return Exit.CONTENT;
    const entries = codeObjectsInSourceOrder(code).map(entryOf);
    const text = values.json ? `${JSON.stringify(entries, null, 2)}\n` : table(entries, paintFor(process.stdout));
    await write(process.stdout, text);
    return Exit.OK;
  },
};

function entryOf(code: CodeObject): FlagsEntry {
  return {
    qualname: code.co_qualname,
    kind: codeKind(code),
    firstlineno: code.co_firstlineno,
    flags: code.co_flags,
    flagNames: flagNamesOf(code),
    stacksize: code.co_stacksize,
    suspensionPoints: suspensionPoints(code),
  };
}

/**
 * The table for people: a line for each code object, and below it a line for each place where it suspends, such as
 *
 *     line  name        kind       stack  flags
 *       12  co_process  generator      5     35  0x23  OPTIMIZED NEWLOCALS GENERATOR
 *             yield at 15:11–18, offset 60
 */
export function table(entries: readonly FlagsEntry[], paint: Paint): string {
  const rows = entries.map((entry) => ({
    line: String(entry.firstlineno),
    name: entry.qualname,
    kind: entry.kind as string,
    stack: String(entry.stacksize),
    flags: String(entry.flags),
    hex: `0x${entry.flags.toString(16)}`,
    names: entry.flagNames.map((name) => name.replace(/^CO_/, '')).join(' '),
    points: entry.suspensionPoints,
  }));
  const width = (title: string, cell: (row: (typeof rows)[number]) => string): number =>
    rows.reduce((widest, row) => Math.max(widest, cell(row).length), title.length);
  const line = width('line', (row) => row.line);
  const name = width('name', (row) => row.name);
  const kind = width('kind', (row) => row.kind);
  const stack = 'stack'.length;
  const flags = width('flags', (row) => row.flags);
  const hex = width('', (row) => row.hex);
  const lines = [
    paint.dim(
      `${'line'.padStart(line)}  ${'name'.padEnd(name)}  ${'kind'.padEnd(kind)}  ${'stack'.padStart(stack)}  ${'flags'.padStart(flags)}`,
    ),
  ];
  for (const row of rows) {
    const suspends = row.points.length > 0;
    const shownName = row.name.padEnd(name);
    const shownKind = row.kind.padEnd(kind);
    lines.push(
      `${row.line.padStart(line)}  ${suspends ? paint.bold(shownName) : shownName}  ${suspends ? paint.accent(shownKind) : shownKind}  ${row.stack.padStart(stack)}  ${row.flags.padStart(flags)}  ${row.hex.padEnd(hex)}  ${row.names}`.trimEnd(),
    );
    for (const point of row.points) lines.push(`${' '.repeat(line + 4)}${pointText(point, paint)}`);
  }
  return `${lines.join('\n')}\n`;
}

function pointText({ kind, line, column, endLine, endColumn, offset }: SuspensionPoint, paint: Paint): string {
  const start = column === null ? `line ${line}` : `${line}:${column}`;
  const end = endColumn === null ? '' : `–${endLine === line ? '' : `${endLine}:`}${endColumn}`;
  return `${paint.accent(kind)} at ${start}${end}${paint.dim(`, offset ${offset}`)}`;
}
