import type { Position } from '../interpreter/program.ts';

/** Code units of a line that its first `bytes` UTF-8 bytes take. */
function unitsOf(line: string, bytes: number): number {
  let unit = 0;
  for (let used = 0; used < bytes && unit < line.length; unit++) {
    const code = line.charCodeAt(unit);
    used +=
      code < 0x80
        ? 1
        : code < 0x800
          ? 2
          : code >= 0xd800 && code < 0xdc00
            ? 4
            : code >= 0xdc00 && code < 0xe000
              ? 0
              : 3;
  }
  return unit;
}

/**
 * The source line of a traceback entry with its carets, as StackSummary.format_frame_summary of 3.14 shows it: none when
 * they would mark the whole line.
 */
export function caretLine(lines: readonly string[], lineno: number, position: Position | undefined): string {
  const line = lines[lineno - 1];
  if (line === undefined) return '';
  const stripped = line.trim();
  if (stripped === '') return '';
  const text = `    ${stripped}\n`;
  if (position === undefined || position.column < 0 || position.endColumn < 0) return text;
  if (position.line !== position.endLine) return manyLines(lines, position);
  const lead = line.length - line.trimStart().length;
  const start = unitsOf(line, position.column);
  const end = unitsOf(line, position.endColumn);
  const segment = line.slice(start, end);
  const anchors = findAnchors(segment);
  const coversAll = start <= lead && end >= line.trimEnd().length;
  if (coversAll && anchors === undefined) return text;
  return `${text}    ${' '.repeat(start - lead)}${markers(segment, anchors)}\n`;
}

interface Anchors {
  readonly start: number;
  readonly end: number;
}

function markers(segment: string, anchors: Anchors | undefined): string {
  if (anchors === undefined) return '^'.repeat(segment.length);
  return '~'.repeat(anchors.start) + '^'.repeat(anchors.end - anchors.start) + '~'.repeat(segment.length - anchors.end);
}

/** An expression over several lines: its marks below every line that is shown. */
function manyLines(lines: readonly string[], position: Position): string {
  const parts: { text: string; from: number; segment: string }[] = [];
  for (let n = position.line; n <= position.endLine; n++) {
    const line = lines[n - 1] ?? '';
    const from = n === position.line ? unitsOf(line, position.column) : line.length - line.trimStart().length;
    const to = n === position.endLine ? unitsOf(line, position.endColumn) : line.trimEnd().length;
    parts.push({ text: line.trimEnd(), from, segment: line.slice(from, Math.max(from, to)) });
  }
  const whole = parts.map((part) => part.segment).join('\n');
  const marks = markers(whole, findAnchors(whole));
  const filled = parts.filter((part) => part.text.trim() !== '');
  const lead = Math.min(...filled.map(({ text }) => text.length - text.trimStart().length));
  let at = 0;
  const rows = parts.map(({ text, from, segment }) => {
    const line = `    ${text.slice(lead)}\n    ${' '.repeat(Math.max(0, from - lead))}${marks.slice(at, at + segment.length)}\n`;
    at += segment.length + 1;
    return line;
  });
  if (rows.length <= 3) return rows.join('');
  return `${rows[0]}    ...<${rows.length - 2} lines>...\n${rows[rows.length - 1]}`;
}

const closing: Record<string, string> = { '(': ')', '[': ']', '{': '}' };

/**
 * What of an expression's text the carets mark, the rest being tildes (_extract_caret_anchors_from_line_segment): a binary
 * operator, the subscript's brackets, or the call's parentheses.
 */
function findAnchors(segment: string): Anchors | undefined {
  const tokens = scan(segment);
  if (tokens === undefined) return undefined;
  const operator = lowestOperator(tokens);
  if (operator !== undefined) return operator;
  if (!isPrimary(tokens)) return undefined;
  const last = tokens[tokens.length - 1];
  if (last === undefined || !last.bracket || tokens.length < 2) return undefined;
  const opener = segment[last.start];
  if (last.end !== segment.trimEnd().length || last.start === 0) return undefined;
  if (opener === '(' || opener === '[') return { start: last.start, end: last.end };
  return undefined;
}

/** Whether the tokens are one operand with attributes, calls and subscripts behind it. */
function isPrimary(tokens: readonly Token[]): boolean {
  for (let i = 1; i < tokens.length; i++) {
    const token = tokens[i];
    if (token.bracket) {
      if (token.text === '{') return false;
    } else if (token.text !== '.' && tokens[i - 1].text !== '.') return false;
  }
  return true;
}

interface Token {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly bracket: boolean;
}

/** Top-level tokens; a bracketed group is one. Undefined when the text isn't balanced. */
function scan(text: string): Token[] | undefined {
  const tokens: Token[] = [];
  for (let i = 0; i < text.length; ) {
    const char = text[i];
    if (/\s/.test(char)) {
      i++;
      continue;
    }
    const start = i;
    if (closing[char] !== undefined) {
      i = skipGroup(text, i);
      if (i < 0) return undefined;
      tokens.push({ text: char, start, end: i, bracket: true });
      continue;
    }
    const word =
      /^(?:[rbfutRBFUT]{0,2}(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|[\p{L}_][\p{L}\p{N}_]*|[\d.]+(?:[eE][+-]?\d+)?[jJ]?|\*\*|\/\/|<<|>>|[<>=!]=|.)/u.exec(
        text.slice(i),
      );
    const matched = word === null ? char : word[0];
    i += matched.length;
    tokens.push({ text: matched, start, end: i, bracket: false });
  }
  return tokens;
}

function skipGroup(text: string, at: number): number {
  const stack = [closing[text[at]]];
  for (let i = at + 1; i < text.length; i++) {
    const char = text[i];
    if (char === '"' || char === "'") {
      const end = text.indexOf(char, i + 1);
      if (end < 0) return -1;
      i = end;
    } else if (closing[char] !== undefined) stack.push(closing[char]);
    else if (char === stack[stack.length - 1]) {
      stack.pop();
      if (stack.length === 0) return i + 1;
    }
  }
  return -1;
}

const precedence: readonly (readonly string[])[] = [
  ['|'],
  ['^'],
  ['&'],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '//', '%', '@'],
  ['**'],
];
const notBinary = new Set([
  'lambda',
  'if',
  'else',
  'not',
  'and',
  'or',
  'in',
  'is',
  'await',
  'yield',
  '=',
  ',',
  ':',
  ':=',
  '<',
  '>',
  '==',
  '!=',
  '<=',
  '>=',
]);

/** The operator that the whole expression is, when it is a binary operation. */
function lowestOperator(tokens: readonly Token[]): Anchors | undefined {
  if (tokens.some((token) => !token.bracket && notBinary.has(token.text))) return undefined;
  const isOperand = (token: Token | undefined): boolean =>
    token !== undefined &&
    (token.bracket || !precedence.some((level) => level.includes(token.text))) &&
    token.text !== '~' &&
    token.text !== '.';
  for (const level of precedence) {
    const found = tokens
      .map((token, i) => ({ token, i }))
      .filter(({ token, i }) => !token.bracket && level.includes(token.text) && i > 0 && isOperand(tokens[i - 1]));
    if (found.length === 0) continue;
    const { token } = level[0] === '**' ? found[0] : found[found.length - 1];
    return { start: token.start, end: token.end };
  }
  return undefined;
}
