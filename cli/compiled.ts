import type { CodeObject } from '../compiler/bytecode/code-object.ts';
import { compile } from '../compiler/compile.ts';
import type { Target } from '../compiler/targets/target.ts';
import { type Diagnostic, isWarning } from '../compiler/text/diagnostic.ts';
import { exceptionText, warningText } from '../compiler/text/exception-text.ts';
import { decodeSource } from '../compiler/text/source.ts';
import { keywordTypo } from './keyword-typos.ts';
import type { Source } from './source.ts';

/** What CPython would make of a program, and what it would print about it. */
export interface Compiled {
  /** Undefined when the program has an error, even where an editor could use what was understood. */
  readonly code: CodeObject | undefined;
  /** For stderr: warnings, then the error if there is one; empty or ending with a newline. */
  readonly report: string;
}

/** Compiles a program for a target, as `compile(source, filename, 'exec')` would. */
export function compiled(source: Source, target: Target, optimize: 0 | 1 | 2 = 0): Compiled {
  const { code, diagnostics } = compile(source.bytes, { filename: source.filename, target, optimize });
  if (diagnostics.length === 0) return { code, report: '' };
  const { text } = decodeSource(source.bytes);
  const lines = text.split('\n');
  const error = diagnostics.find((diagnostic) => !isWarning(diagnostic));
  const report = shownWarnings(diagnostics)
    .map((warning) => warningText(warning, source.filename, lines[warning.lineno - 1]))
    .join('');
  if (error === undefined) return { code, report };
  return { code: undefined, report: report + errorText(error, source.filename, text, lines[error.lineno - 1]) };
}

/** An error as the traceback module shows it, which looks for mistyped keywords first. */
function errorText(error: Diagnostic, filename: string, text: string, line: string | undefined): string {
  const typo = keywordTypo(error, text);
  if (typo === undefined) return exceptionText(error, filename, line);
  const { message, offset, endOffset } = typo;
  const shown = { ...error, message, offset, end_lineno: error.lineno, end_offset: endOffset };
  return exceptionText(shown, filename, typo.line);
}

/** CPython's default filters: SyntaxWarnings, each text once a line; DeprecationWarnings stay hidden. */
function shownWarnings(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const seen = new Set<string>();
  return diagnostics.filter((diagnostic) => {
    const key = `${diagnostic.lineno}:${diagnostic.message}`;
    if (diagnostic.category !== 'SyntaxWarning' || seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
