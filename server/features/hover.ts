import { CodeFlag, type CodeObject, LocalKind } from '../../compiler/bytecode/code-object.ts';
import { codeKind, flagNames, flagNamesOf } from '../../compiler/bytecode/flags.ts';
import { type SuspensionPoint, suspensionPoints } from '../../compiler/bytecode/suspension.ts';
import type { Location } from '../../compiler/syntax/ast.ts';
import { type CodeSite, contains, siteAt } from '../code-sites.ts';
import type { Program } from '../program.ts';
import { codeSpan } from './markdown.ts';

export interface HoverText {
  readonly markdown: string;
  readonly span: Location;
}

/** A link to a position of the program; the protocol knows how to write one. */
export type Link = (text: string, line: number, column: number) => string;

/** What the compiler made of what stands at a position (line from 1, column in UTF-8 bytes), or undefined. */
export function hover(program: Program, line: number, column: number, link: Link): HoverText | undefined {
  const suspension = suspensionAt(program, line, column);
  const site = siteAt(program, line, column);
  // A generator expression's head is the whole expression: what stands inside it comes first.
  if (suspension && (site === undefined || site.head === site.name)) return suspension;
  if (site) return { markdown: codeMarkdown(program, site, link), span: site.name };
  return suspension;
}

function codeMarkdown(program: Program, { code }: CodeSite, link: Link): string {
  const { co_flags: flags } = code;
  const points = suspensionPoints(code);
  const parts = [
    `**${codeKind(code)}** ${codeSpan(code.co_qualname)}`,
    `flags \`0x${flags.toString(16)}\` (${flags}): ${flagList(code, program)}`,
    [`value stack of ${code.co_stacksize}`, ...variables(code)].join('  \n'),
  ];
  if (points.length > 0) {
    parts.push(
      '---',
      `${points.length === 1 ? 'suspends at 1 point' : `suspends at ${points.length} points`}`,
      points.map((point) => `- ${pointMarkdown(program, code, point, link)}`).join('\n'),
    );
  }
  return parts.join('\n\n');
}

/** Each flag with its number; the one that makes calls return something to resume stands out. */
function flagList(code: CodeObject, program: Program): string {
  const resumable =
    CodeFlag.CO_GENERATOR | CodeFlag.CO_COROUTINE | CodeFlag.CO_ITERABLE_COROUTINE | CodeFlag.CO_ASYNC_GENERATOR;
  const telling = new Set(flagNames(code.co_flags & resumable, program.target));
  const bits: number[] = [];
  for (let bit = 0; bit < 32; bit++) if ((code.co_flags >>> bit) & 1) bits.push((1 << bit) >>> 0);
  return flagNamesOf(code)
    .map((name, index) => {
      const number = `\`0x${bits[index].toString(16)}\``;
      return telling.has(name) ? `**${name}** ${number}` : `${name} ${number}`;
    })
    .join(' · ');
}

/** Lines such as «1 argument: `arg`»; none for what there is none of. */
function variables(code: CodeObject): string[] {
  const { co_localsplusnames: names, co_localspluskinds: kinds } = code;
  const extra = code.co_flags & CodeFlag.CO_VARARGS ? 1 : 0;
  const keyword = code.co_flags & CodeFlag.CO_VARKEYWORDS ? 1 : 0;
  const argumentCount = code.co_argcount + code.co_kwonlyargcount + extra + keyword;
  const ofKind = (bit: LocalKind): string[] => unique(names.filter((_, index) => kinds[index] & bit));
  const locals = names.filter((_, index) => index >= argumentCount && kinds[index] & LocalKind.LOCAL);
  return [
    counted(names.slice(0, argumentCount), 'argument'),
    counted(unique(locals), 'local'),
    counted(ofKind(LocalKind.CELL), 'cell variable'),
    counted(ofKind(LocalKind.FREE), 'free variable'),
  ].filter((line) => line !== '');
}

/** Before 3.11 a cell that is also an argument has two entries. */
const unique = (names: readonly string[]): string[] => [...new Set(names)];

function counted(names: readonly string[], noun: string): string {
  if (names.length === 0) return '';
  return `${names.length} ${noun}${names.length === 1 ? '' : 's'}: ${names.map(codeSpan).join(', ')}`;
}

function pointMarkdown(program: Program, code: CodeObject, point: SuspensionPoint, link: Link): string {
  const { kind, line, column, offset } = point;
  const row = program.listing(code).rows.find((candidate) => candidate.offset === offset);
  const instruction = row ? ` (${row.opname})` : '';
  const where = line === null ? 'no line' : link(`line ${line}`, line, column ?? 0);
  return `${where}: \`${kind}\` at offset ${offset}${instruction}`;
}

/** Of a `yield` or `await`: where in the bytecode it stands, and what waits on the value stack meanwhile. */
function suspensionAt(program: Program, line: number, column: number): HoverText | undefined {
  let found: { code: CodeObject; point: SuspensionPoint; span: Location } | undefined;
  for (const code of program.codes) {
    for (const point of suspensionPoints(code)) {
      const span = keywordSpan(program, point);
      if (span && contains(span, line, column)) found ??= { code, point, span };
    }
  }
  if (found === undefined) return undefined;
  const { code, point, span } = found;
  const row = program.listing(code).rows.find(({ offset }) => offset === point.offset);
  const waiting = row?.depth == null ? 0 : row.depth - 1;
  const parts = [
    `**${point.kind}** suspends ${codeSpan(code.co_qualname)}`,
    `${row ? codeSpan(row.opname) : 'instruction'} at offset ${point.offset}`,
  ];
  if (waiting > 0) {
    parts.push(
      `${waiting} ${waiting === 1 ? 'value waits' : 'values wait'} on the value stack meanwhile, below the one given away`,
    );
  }
  return { markdown: parts.join('\n\n'), span };
}

/** The keyword of a point: where its span begins, if a keyword stands there. */
function keywordSpan(program: Program, { line, column }: SuspensionPoint): Location | undefined {
  if (line === null || column === null) return undefined;
  const text = program.line(line);
  const before = new TextDecoder().decode(new TextEncoder().encode(text).subarray(0, column));
  const keyword = /^(yield\s+from|yield|await)\b/.exec(text.slice(before.length))?.[0];
  if (keyword === undefined) return undefined;
  return { lineno: line, col_offset: column, end_lineno: line, end_col_offset: column + keyword.length };
}
