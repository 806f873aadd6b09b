import { type JoinedStr, NodeKind } from '../../syntax/ast.ts';

/**
 * The lines that 3.8 gives to the parts of an f-string: all are on the line where the whole string begins, because its
 * expressions are parsed apart from the file (fstring_fix_node_location). Changes the tree in place.
 */
export function relocateFString(e: JoinedStr): void {
  if (e.end_lineno === e.lineno) return;
  for (const value of e.values) {
    if (value.kind === NodeKind.FormattedValue) {
      shiftLines(value.value, e.lineno - value.lineno);
      if (value.format_spec !== null) {
        for (const part of value.format_spec.values) shiftLines(part, e.lineno - part.lineno);
        value.format_spec.lineno = e.lineno;
      }
    }
    value.lineno = e.lineno;
  }
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
