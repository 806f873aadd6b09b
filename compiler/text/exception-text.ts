import type { Diagnostic } from './diagnostic.ts';

/**
 * The text of traceback.format_exception_only() for what a Diagnostic says (Lib/traceback.py, _format_syntax_error,
 * 3.14). `line` is the line of source it points at, if there is one. Ends with a newline.
 */
export function exceptionText(diagnostic: Diagnostic, filename: string, line: string | undefined): string {
  const { category, message, lineno } = diagnostic;
  const last = `${category === 'NotSupported' ? 'coroscope' : category}: ${message}\n`;
  if (!isSyntaxError(diagnostic) || !hasPlace(diagnostic)) return last;
  const place = `  File "${filename}", line ${lineno}\n`;
  return place + (line === undefined || lineno === 0 ? '' : marked(diagnostic, line)) + last;
}

/** The text of warnings.formatwarning() (Lib/warnings.py, 3.14). */
export function warningText(diagnostic: Diagnostic, filename: string, line: string | undefined): string {
  const shown = line?.trim() ?? '';
  const place = `${filename}:${diagnostic.lineno}: ${diagnostic.category}: ${diagnostic.message}\n`;
  return shown === '' ? place : `${place}  ${shown}\n`;
}

function isSyntaxError({ category }: Diagnostic): boolean {
  switch (category) {
    case 'SyntaxError':
    case 'IndentationError':
    case 'TabError':
    case '_IncompleteInputError':
    case 'NotSupported':
      return true;
    default:
      return false;
  }
}

/** SyntaxErrors about the text as a whole (null bytes) have no line; those about its encoding have line 0, offset -1. */
const hasPlace = ({ lineno, offset }: Diagnostic): boolean => lineno !== 0 || offset !== 0;

/** The line without its indentation, and carets below. */
function marked(diagnostic: Diagnostic, line: string): string {
  const text = Array.from(line.replace(/\n+$/, ''));
  const stripped = text.slice(indentation(text));
  const spaces = text.length - stripped.length;
  let offset = diagnostic.offset;
  let end = text.length + 1;
  if (diagnostic.lineno === diagnostic.end_lineno) end = diagnostic.end_offset !== 0 ? diagnostic.end_offset : offset;
  // CPython's text has its line break, which counts.
  if (offset > text.length + 1) offset = text.length + 1;
  if (end > text.length + 1) end = text.length + 1;
  if (offset >= end || end < 0) end = offset + 1;
  const from = offset - 1 - spaces;
  const to = end - 1 - spaces;
  const shown = `    ${stripped.join('')}\n`;
  if (from < 0) return shown;
  const before = stripped.slice(0, from).map((character) => (/\s/.test(character) ? character : ' '));
  return `${shown}    ${before.join('')}${'^'.repeat(to - from)}\n`;
}

function indentation(text: readonly string[]): number {
  let count = 0;
  while (count < text.length && (text[count] === ' ' || text[count] === '\n' || text[count] === '\f')) count++;
  return count;
}
