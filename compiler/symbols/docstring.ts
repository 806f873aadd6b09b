import { type ConstantExpr, NodeKind, type Stmt } from '../syntax/ast.ts';

/** The string literal that a body begins with, or null (`_PyAST_GetDocString`). */
export function getDocstring(body: readonly Stmt[]): ConstantExpr | null {
  const first = body[0];
  if (first === undefined || first.kind !== NodeKind.Expr) return null;
  const { value } = first;
  if (value.kind !== NodeKind.Constant) return null;
  const constant = value.value;
  if (typeof constant === 'string') return value;
  return constant !== null && typeof constant === 'object' && constant.type === 'str' ? value : null;
}
