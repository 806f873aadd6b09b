import { type FormattedValue, type JoinedStr, type Location, NodeKind } from '../../syntax/ast.ts';

/** A source text by lines, split when the first one is asked for. */
export class LineTexts {
  private readonly source: string;
  private starts: number[] | null = null;

  constructor(source: string) {
    this.source = source;
  }

  /** Index in the source of a position as the tree has it: line from 1, column in UTF-8 bytes. */
  indexOf(lineno: number, column: number): number {
    if (this.starts === null) {
      this.starts = [0];
      for (let at = this.source.indexOf('\n'); at >= 0; at = this.source.indexOf('\n', at + 1))
        this.starts.push(at + 1);
    }
    let index = this.starts[lineno - 1] ?? this.source.length;
    for (let bytes = column; bytes > 0 && index < this.source.length; index++) {
      const unit = this.source.charCodeAt(index);
      // Each half of a surrogate pair counts for two of its four bytes.
      bytes -= unit < 0x80 ? 1 : unit < 0x800 || (unit & 0xf800) === 0xd800 ? 2 : 3;
    }
    return index;
  }

  textOf(span: Location): string {
    return this.source.slice(
      this.indexOf(span.lineno, span.col_offset),
      this.indexOf(span.end_lineno, span.end_col_offset),
    );
  }

  /** The string literal that begins at a position, with its prefix and quotes. */
  literalAt(lineno: number, column: number): string {
    const start = this.indexOf(lineno, column);
    const { source } = this;
    let at = start;
    while (source[at] !== '"' && source[at] !== "'" && at < source.length) at++;
    const triple = source.slice(at, at + 3);
    const quote = triple === '"""' || triple === "'''" ? triple : source.charAt(at);
    at += quote.length;
    while (at < source.length && !source.startsWith(quote, at)) at += source[at] === '\\' ? 2 : 1;
    return source.slice(start, at + quote.length);
  }
}

/**
 * The lines that 3.8 gives to the parts of an f-string. Its expressions are parsed apart from the file and then looked for
 * in the first literal of the string: where it finds `{expression}` as written, that line; else the line where the whole
 * string begins (fstring_find_expr_location). Changes the tree in place.
 */
export function relocateFString(e: JoinedStr, source: LineTexts): void {
  if (e.end_lineno === e.lineno) return;
  const literal = source.literalAt(e.lineno, e.col_offset);
  for (const value of e.values) {
    if (value.kind === NodeKind.FormattedValue) relocateValue(value, e.lineno, literal, source);
    value.lineno = e.lineno;
  }
}

function relocateValue(value: FormattedValue, lineno: number, literal: string, source: LineTexts): void {
  const at = literal.indexOf(source.textOf(value));
  let found = lineno;
  for (let i = 0; i < at; i++) if (literal.charCodeAt(i) === 0x0a) found++;
  const isPlain = value.conversion === -1 && value.format_spec === null;
  shiftLines(value.value, (isPlain ? found : lineno) - value.lineno);
  if (value.format_spec === null) return;
  for (const part of value.format_spec.values) shiftLines(part, lineno - part.lineno);
  value.format_spec.lineno = lineno;
}

/** Moves a node and all that is inside it by `delta` lines. */
function shiftLines(node: unknown, delta: number): void {
  if (delta === 0 || node === null || typeof node !== 'object') return;
  if (Array.isArray(node)) {
    for (const item of node) shiftLines(item, delta);
    return;
  }
  if ('lineno' in node && typeof node.lineno === 'number') node.lineno += delta;
  for (const child of Object.values(node)) if (typeof child === 'object') shiftLines(child, delta);
}
