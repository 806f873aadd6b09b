import { type JoinedStr, NodeKind } from '../../syntax/ast.ts';

/**
 * In 3.8 all texts and replacement fields of an f-string are on the line where it begins; the parser has placed the
 * expressions. Changes the tree in place.
 */
export function relocateFString(e: JoinedStr): void {
  if (e.end_lineno === e.lineno) return;
  for (const value of e.values) {
    value.lineno = e.lineno;
    if (value.kind !== NodeKind.FormattedValue || value.format_spec === null) continue;
    value.format_spec.lineno = e.lineno;
    for (const part of value.format_spec.values) part.lineno = e.lineno;
  }
}
