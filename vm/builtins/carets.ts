import type { PlainField, PlainNode } from '../../compiler/syntax/plain-tree.ts';
import type { Position } from '../interpreter/program.ts';
import { vm } from '../interpreter/state.ts';
import { isSpace } from '../text/character.ts';
import { eastAsianWidth } from '../text/unicode-database.ts';
import { characters, charactersBefore } from './source-text.ts';

// What of its source a traceback's entry shows and marks (StackSummary.format_frame_summary of 3.14's traceback.py).

/** A place in rows of characters; columns from 0. */
interface Place {
  readonly row: number;
  readonly column: number;
}

/** What carets mark, in the rows of an expression; tildes mark the rest of it. */
interface Anchors {
  readonly start: Place;
  readonly end: Place;
}

/** The source lines of a traceback's entry, indented, with its marks; '' where there is no source. */
export function sourceWithMarks(lines: readonly string[], position: Position): string {
  const whole = lines.slice(position.line - 1, position.endLine).map((line) => line.trimEnd());
  while (whole.length <= position.endLine - position.line) whole.push('');
  const shown = dedented(whole);
  if (shown.every((line) => line === '')) return '';
  if (position.column < 0 || position.endColumn < 0) return `    ${whole[0].trim()}\n`;

  const rows = shown.map(characters);
  const last = rows.length - 1;
  const removed = characters(whole[0]).length - rows[0].length;
  const start = Math.max(0, charactersBefore(whole[0], position.column) - removed);
  const end = Math.max(0, charactersBefore(whole[last], position.endColumn) - removed);
  const segment = rows.map((row, i) => row.slice(i === 0 ? start : 0, i === last ? end : undefined));
  const anchors = anchorsOf(segment, start);
  const marked = showsMarks(shown, rows, start, end, anchors);

  const text: string[] = [];
  const show = (row: number): void => {
    text.push(shown[row]);
    if (marked) text.push(marksBelow(rows, row, start, end, anchors));
  };
  let before = -1;
  for (const row of significantRows(last, anchors)) {
    if (row - before === 2 && before >= 0) show(row - 1);
    else if (row - before > 2 && before >= 0) text.push(`...<${row - before - 1} lines>...`);
    show(row);
    before = row;
  }
  return `${dedented(text)
    .map((line) => `    ${line}`)
    .join('\n')}\n`;
}

/** Rows that are shown: the first, the last, and those around what is marked. */
function significantRows(last: number, anchors: Anchors | undefined): number[] {
  const rows = new Set([0, last]);
  if (anchors !== undefined) {
    for (const { row } of [anchors.start, anchors.end]) {
      for (let near = row - 1; near <= row + 1; near++) if (near >= 0 && near <= last) rows.add(near);
    }
  }
  return [...rows].sort((a, b) => a - b);
}

/** Without the leading space that all lines have in common; lines of space alone become empty (textwrap.dedent). */
function dedented(lines: readonly string[]): string[] {
  let margin: string | undefined;
  for (const line of lines) {
    if (line.trim() === '') continue;
    const space = /^[ \t]*/.exec(line)![0];
    if (margin === undefined) margin = space;
    else while (!space.startsWith(margin)) margin = margin.slice(0, -1);
  }
  const width = margin?.length ?? 0;
  return lines.map((line) => (line.trim() === '' ? '' : line.slice(width)));
}

/** Columns that the first characters of a row take on a terminal (_display_width). */
function displayWidth(row: readonly string[], count = row.length): number {
  let width = count;
  for (let i = 0; i < count && i < row.length; i++) {
    const code = row[i].codePointAt(0) as number;
    if (code > 0x7f && /[WF]/.test(eastAsianWidth(code)) && eastAsianWidth(code).length === 1) width++;
  }
  return width;
}

function marksBelow(
  rows: readonly (readonly string[])[],
  row: number,
  start: number,
  end: number,
  anchors: Anchors | undefined,
): string {
  const indent = rows[row].findIndex((character) => !isBlank(character));
  const from = Math.max(indent < 0 ? rows[row].length : indent, row === 0 ? displayWidth(rows[0], start) : 0);
  const to = row === rows.length - 1 ? displayWidth(rows[row], end) : displayWidth(rows[row]);
  let marks = '';
  for (let column = 0; column < to; column++) {
    marks += column < from ? ' ' : anchors === undefined || isWithin(rows, anchors, row, column) ? '^' : '~';
  }
  return marks;
}

function isWithin(rows: readonly (readonly string[])[], { start, end }: Anchors, row: number, column: number): boolean {
  if (row < start.row || row > end.row) return false;
  if (row === start.row && column < displayWidth(rows[row], start.column)) return false;
  return row < end.row || column < displayWidth(rows[row], end.column);
}

const isBlank = (character: string): boolean => isSpace(character.codePointAt(0) as number);

/** No marks when they would mark all that is shown, as they would of `return f(x)` and `name = f(x)` (_should_show_carets). */
function showsMarks(
  shown: readonly string[],
  rows: readonly (readonly string[])[],
  start: number,
  end: number,
  anchors: Anchors | undefined,
): boolean {
  const { tree, error } = vm.host.parse(shown.join('\n'), { mode: 'exec', target: undefined });
  if (error === undefined) {
    const [statement] = tree.fields.get('body') as readonly PlainNode[];
    if (statement === undefined) return false;
    const place = soleCall(statement)?.location;
    if (
      place !== undefined &&
      place.lineno === 1 &&
      place.end_lineno === rows.length &&
      place.col_offset === start &&
      place.end_col_offset === end
    ) {
      return false;
    }
  }
  if (anchors !== undefined) return true;
  return !rows[0].slice(0, start).every(isBlank) || !rows[rows.length - 1].slice(end).every(isBlank);
}

/** The call of `return f(…)` or `name = …(…)`. */
function soleCall(statement: PlainNode): PlainNode | undefined {
  const value = nodeOf(statement.fields.get('value'));
  if (value?.type !== 'Call') return undefined;
  if (statement.type === 'Return') return nodeOf(value.fields.get('func'))?.type === 'Name' ? value : undefined;
  if (statement.type !== 'Assign') return undefined;
  const targets = statement.fields.get('targets') as readonly PlainNode[];
  return targets.length === 1 && targets[0].type === 'Name' ? value : undefined;
}

function nodeOf(field: PlainField | undefined): PlainNode | undefined {
  return typeof field === 'object' && field !== null && 'type' in field ? field : undefined;
}

/** The operator of a binary operation, the brackets of a subscript or a call (_extract_caret_anchors_from_line_segment). */
function anchorsOf(rows: readonly (readonly string[])[], indent: number): Anchors | undefined {
  const texts = rows.map((row) => row.join(''));
  // The brackets make one expression of what stands on several lines.
  const { tree, error } = vm.host.parse(`(\n${texts.join('\n')}\n)`, { mode: 'exec', target: undefined });
  if (error !== undefined) return undefined;
  const body = tree.fields.get('body') as readonly PlainNode[];
  if (body.length !== 1 || body[0].type !== 'Expr') return undefined;
  const expression = nodeOf(body[0].fields.get('value')) as PlainNode;
  const child = (name: string): PlainNode => nodeOf(expression.fields.get(name)) as PlainNode;
  /** Rows start after the line of the bracket. */
  const placeOf = (row: number, bytes: number): Place => ({ row, column: charactersBefore(texts[row], bytes) });
  const endOf = ({ location }: PlainNode): Place => placeOf(location!.end_lineno - 2, location!.end_col_offset);
  /** The next character from `place` on that `stops`, comments and continued lines left out. */
  const next = (place: Place, stops: (character: string) => boolean): Place | undefined => {
    for (let { row, column } = place; row < rows.length; ) {
      const character = rows[row][column];
      if (character === undefined || character === '\\' || character === '#') {
        row++;
        column = 0;
      } else if (stops(character)) return { row, column };
      else column++;
    }
    return undefined;
  };
  const moved = (start: Place, end: Place): Anchors => ({ start: shifted(start), end: shifted(end) });
  const shifted = ({ row, column }: Place): Place => ({ row, column: row === 0 ? column + indent : column });

  switch (expression.type) {
    case 'BinOp': {
      const start = next(endOf(child('left')), (character) => !isBlank(character) && character !== ')');
      if (start === undefined) return undefined;
      const { location } = child('right');
      const right = placeOf(location!.lineno - 2, location!.col_offset);
      const second = rows[start.row][start.column + 1];
      const isPart = right.row > start.row || start.column + 1 < right.column;
      const isTwo = second !== undefined && isPart && !isBlank(second) && second !== '\\' && second !== '#';
      return moved(start, { row: start.row, column: start.column + (isTwo ? 2 : 1) });
    }
    case 'Subscript':
    case 'Call': {
      const [inner, bracket] = expression.type === 'Call' ? ['func', '('] : ['value', '['];
      const start = next(endOf(child(inner)), (character) => character === bracket);
      return start && moved(start, endOf(expression));
    }
    default:
      return undefined;
  }
}
