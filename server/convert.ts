import {
  type CodeLens,
  type Diagnostic,
  DiagnosticSeverity,
  type Hover,
  type InlayHint,
  MarkupKind,
  type Position,
  type Range,
} from 'vscode-languageserver/node';
import type { Location } from '../compiler/syntax/ast.ts';
import { type Diagnostic as CompilerDiagnostic, isWarning } from '../compiler/text/diagnostic.ts';
import type { BytecodeText } from './features/bytecode-document.ts';
import type { HoverText, Link } from './features/hover.ts';
import type { InlineHint } from './features/inline-bytecode.ts';
import type { Lens } from './features/lenses.ts';
import type { Program } from './program.ts';

// The protocol counts lines from 0 and characters in UTF-16 units; CPython counts lines from 1 and columns in UTF-8 bytes,
// and the offsets of a SyntaxError from 1 in code points. This file alone knows both.

/** The protocol's position as CPython's: line from 1, column in UTF-8 bytes. */
export function fromPosition(program: Program, { line, character }: Position): { line: number; column: number } {
  const before = program.line(line + 1).slice(0, character);
  return { line: line + 1, column: utf8Length(before) };
}

/** CPython's position as the protocol's; a column beyond the line is its end. */
export function toPosition(program: Program, line: number, column: number): Position {
  const text = program.line(line);
  let bytes = 0;
  let character = 0;
  while (bytes < column && character < text.length) {
    const point = text.codePointAt(character) as number;
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    character += point < 0x10000 ? 1 : 2;
  }
  return { line: line - 1, character };
}

export function toRange(program: Program, span: Location): Range {
  return {
    start: toPosition(program, span.lineno, span.col_offset),
    end: toPosition(program, span.end_lineno, span.end_col_offset),
  };
}

/**
 * The range of a SyntaxError. Where CPython gives no end, or one that does not lie behind the start, the range is the
 * word at the start; where it gives no offset, the line's text.
 */
export function diagnosticRange(
  program: Program,
  { lineno, offset, end_lineno, end_offset }: CompilerDiagnostic,
): Range {
  const line = Math.min(Math.max(lineno, 1), program.lineCount);
  const text = program.line(line);
  if (offset < 1) {
    const indent = text.length - text.trimStart().length;
    return { start: { line: line - 1, character: indent }, end: { line: line - 1, character: text.length } };
  }
  const start = { line: line - 1, character: utf16OfCodePoints(text, offset - 1) };
  const endLine = Math.min(Math.max(end_lineno, line), program.lineCount);
  const end = { line: endLine - 1, character: utf16OfCodePoints(program.line(endLine), end_offset - 1) };
  const behind = end.line > start.line || end.character > start.character;
  if (end_offset >= 1 && behind) return { start, end };
  const word = /^[\p{ID_Continue}]+|^./u.exec(text.slice(start.character))?.[0].length ?? 0;
  // At the end of a line there is nothing to underline; its last character is the nearest.
  if (word === 0 && start.character > 0) return { start: { ...start, character: start.character - 1 }, end: start };
  return { start, end: { ...start, character: start.character + word } };
}

function utf16OfCodePoints(text: string, count: number): number {
  let character = 0;
  for (let i = 0; i < count && character < text.length; i++) {
    character += (text.codePointAt(character) as number) < 0x10000 ? 1 : 2;
  }
  return character;
}

const utf8Length = (text: string): number => new TextEncoder().encode(text).length;

export function toDiagnostic(program: Program, diagnostic: CompilerDiagnostic): Diagnostic {
  return {
    range: diagnosticRange(program, diagnostic),
    severity: severityOf(diagnostic),
    source: 'coroscope',
    code: diagnostic.category,
    message: diagnostic.message,
  };
}

function severityOf(diagnostic: CompilerDiagnostic): DiagnosticSeverity {
  if (diagnostic.category === 'DeprecationWarning') return DiagnosticSeverity.Information;
  if (isWarning(diagnostic) || diagnostic.category === 'NotSupported') return DiagnosticSeverity.Warning;
  return DiagnosticSeverity.Error;
}

export function toHover(program: Program, { markdown, span }: HoverText): Hover {
  return { contents: { kind: MarkupKind.Markdown, value: markdown }, range: toRange(program, span) };
}

/** Links as editors understand them: file, line and character, both from 1. */
export const linkIn =
  (program: Program): Link =>
  (text, line, column) => {
    const { line: row, character } = toPosition(program, line, column);
    return `[${text}](${program.uri}#L${row + 1},${character + 1})`;
  };

export function toInlayHint(program: Program, { line, parts }: InlineHint): InlayHint {
  return {
    position: { line: line - 1, character: program.line(line).length },
    label: parts.map(({ text, tooltip }) => ({
      value: text,
      ...(tooltip === undefined ? {} : { tooltip: { kind: MarkupKind.Markdown, value: tooltip } }),
    })),
    paddingLeft: true,
  };
}

export function toCodeLens(program: Program, { span, title, firstLine }: Lens): CodeLens {
  return {
    range: toRange(program, span),
    command: { title, command: 'coroscope.showBytecode', arguments: [program.uri, firstLine - 1] },
  };
}

/** The answer to `coroscope/bytecode`. */
export interface BytecodeAnswer {
  readonly text: string;
  readonly sources: readonly (Range | null)[];
  readonly functions: readonly { readonly sourceLine: number; readonly line: number }[];
}

export function toBytecodeAnswer(program: Program, { lines, sources, functions }: BytecodeText): BytecodeAnswer {
  return {
    text: `${lines.join('\n')}\n`,
    sources: sources.map((span) => span && toRange(program, span)),
    functions: functions.map(({ firstLine, line }) => ({ sourceLine: firstLine - 1, line })),
  };
}
