import { compile } from '../compiler/compile.ts';
import { TokenKind } from '../compiler/syntax/token.ts';
import { tokenize } from '../compiler/syntax/tokenizer.ts';
import { Tokens } from '../compiler/syntax/tokens.ts';
import { defaultTarget } from '../compiler/targets/registry.ts';
import { type Diagnostic, isWarning } from '../compiler/text/diagnostic.ts';
import { sourceFromString } from '../compiler/text/source.ts';
import { suggestName } from '../vm/text/suggestion.ts';
import { closeMatches } from './close-matches.ts';

/** keyword.kwlist, in its order, which decides between equals. */
const keywords = (
  'False None True and as assert async await break class continue def del elif else except finally for from global if ' +
  'import in is lambda nonlocal not or pass raise return try while with yield'
).split(' ');

/** What the traceback shows instead of a plain `invalid syntax`: the line, and which of its columns are meant. */
export interface Typo {
  readonly message: string;
  readonly line: string;
  readonly offset: number;
  readonly endOffset: number;
}

const LARGEST_SOURCE = 1024;
const MOST_NAMES = 10;
const MOST_MATCHES = 3;

/**
 * Looks for a name near a syntax error that with a keyword in its place would make sense (Lib/traceback.py,
 * _find_keyword_typos, 3.14). `text` is the whole source.
 */
export function keywordTypo(error: Diagnostic, text: string): Typo | undefined {
  const isPlain = error.message === 'invalid syntax' || error.message.includes('Perhaps you forgot a comma');
  if (error.category !== 'SyntaxError' || !isPlain) return undefined;
  const first = Math.max(0, lastCompoundStatement(text, error) - 1);
  // str.splitlines() ends lines at form feeds and the like as well.
  const lines = text.split(/[\n\v\f\u0085\u2028\u2029]/);
  const code = dedent(lines.slice(first, error.lineno));
  if (code.length > LARGEST_SOURCE) return undefined;
  const codeLines = code.split('\n');
  let names = 0;
  for (const { line, column, name } of nameTokens(code)) {
    if (++names > MOST_NAMES) return undefined;
    const suggested = suggestName(name, keywords);
    const matches = [
      ...(suggested === undefined ? [] : [suggested]),
      ...closeMatches(name, keywords, MOST_MATCHES, 0.5),
    ];
    for (const keyword of matches.slice(0, MOST_MATCHES)) {
      if (keyword === name) continue;
      const shown = codeLines[line - 1];
      const repaired = shown.slice(0, column) + keyword + shown.slice(column + name.length);
      if (!isAccepted(codeLines.with(line - 1, repaired).join('\n'))) continue;
      const offset = Array.from(shown.slice(0, column)).length + 1;
      return {
        message: `invalid syntax. Did you mean '${keyword}'?`,
        line: shown,
        offset,
        endOffset: offset + Array.from(name).length,
      };
    }
  }
  return undefined;
}

interface NameToken {
  readonly line: number;
  /** In UTF-16 units from 0. */
  readonly column: number;
  readonly name: string;
}

function nameTokens(code: string): NameToken[] {
  const tokens = tokensOf(code);
  const found: NameToken[] = [];
  for (let index = 0; index < tokens.count; index++) {
    if (tokens.kinds[index] !== TokenKind.NAME) continue;
    const start = tokens.starts[index];
    found.push({
      line: tokens.lines[index],
      column: start - (code.lastIndexOf('\n', start - 1) + 1),
      name: code.slice(start, tokens.ends[index]),
    });
  }
  return found;
}

function tokensOf(code: string): Tokens {
  const { text } = sourceFromString(code);
  const tokens = new Tokens(Math.max(1024, text.length >> 2));
  tokenize(text, tokens);
  return tokens;
}

/** Whether codeop.compile_command() takes a program: it has no error, or the parser came to its end and wanted more. */
function isAccepted(code: string): boolean {
  const { diagnostics } = compile(code, { filename: '<input>', target: defaultTarget });
  const error = diagnostics.find((found) => !isWarning(found));
  if (error === undefined) return true;
  const lines = code.trimEnd().split('\n');
  if (/was never closed|unterminated triple-quoted/.test(error.message)) return true;
  if (error.lineno < lines.length) return false;
  return error.message.startsWith('expected an indented block') || error.lineno > lines.length;
}

/** The lines without the indentation that all of them have (textwrap.dedent). */
function dedent(lines: readonly string[]): string {
  const filled = lines.filter((line) => line.trim() !== '');
  let margin: string | undefined;
  for (const line of filled) {
    const own = /^[ \t]*/.exec(line)?.[0] ?? '';
    if (margin === undefined) margin = own;
    while (!own.startsWith(margin)) margin = margin.slice(0, -1);
  }
  return lines.map((line) => (line.trim() === '' ? '' : line.slice(margin?.length ?? 0))).join('\n');
}

const compound: ReadonlySet<string> = new Set('if for while try with def class async'.split(' '));
const clauses: ReadonlySet<string> = new Set('else elif except finally case'.split(' '));

/** The first line of the compound statement that was complete last before an error; 0 where there is none. */
function lastCompoundStatement(text: string, error: Diagnostic): number {
  const tokens = tokensOf(text);
  const open: { level: number; line: number }[] = [];
  let last = 0;
  let level = 0;
  let startsStatement = true;
  let line = 0;
  let word = '';
  for (let index = 0; index < tokens.count; index++) {
    const kind: TokenKind = tokens.kinds[index];
    if (kind === TokenKind.NEWLINE) {
      startsStatement = true;
    } else if (kind === TokenKind.INDENT) {
      // A line with a block below begins a compound statement, whatever its first word.
      if (!compound.has(word) && !clauses.has(word)) open.push({ level, line });
      level++;
    } else if (kind === TokenKind.DEDENT) {
      level--;
    } else if (startsStatement) {
      startsStatement = false;
      line = tokens.lines[index];
      if (line > error.lineno || kind === TokenKind.ERRORTOKEN) break;
      word = text.slice(tokens.starts[index], tokens.ends[index]);
      while (open.length > 0) {
        const inner = open[open.length - 1];
        if (inner.level < level || (inner.level === level && clauses.has(word))) break;
        last = Math.max(last, inner.line);
        open.pop();
      }
      if (compound.has(word)) open.push({ level, line });
    }
  }
  return last;
}
