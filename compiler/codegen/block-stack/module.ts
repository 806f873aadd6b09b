import type { CodeObject } from '../../bytecode/code-object.ts';
import { Op } from '../../bytecode/op.ts';
import { getDocstring } from '../../symbols/docstring.ts';
import { ExprContext, type Mod, NodeKind, type Stmt } from '../../syntax/ast.ts';
import { ScopeType } from '../compiler-unit.ts';
import type { BlockStackCompiler } from './block-stack-compiler.ts';
import { visitExpr } from './expressions.ts';
import { nameOp } from './names.ts';
import { visitBody } from './statements.ts';

/** Compiles a whole program (`compiler_mod`, 3.8). */
export function module(c: BlockStackCompiler, tree: Mod): CodeObject {
  c.enterScope('<module>', ScopeType.Module, c.symbols.top, 0);
  if (tree.kind === NodeKind.Expression) {
    visitExpr(c, tree.body);
    return c.finish(false);
  }
  if (tree.kind === NodeKind.Interactive) {
    if (hasAnnotation(tree.body)) c.emit(Op.SETUP_ANNOTATIONS);
    visitBody(c, tree.body);
  } else body(c, tree.body);
  return c.finish(true);
}

/** `compiler_body`, 3.8. */
export function body(c: BlockStackCompiler, statements: readonly Stmt[]): void {
  // So that SETUP_ANNOTATIONS has the line of the first statement.
  if (c.u.type === ScopeType.Module && c.u.lineno === 0 && statements.length > 0) c.u.lineno = statements[0]!.lineno;
  if (hasAnnotation(statements)) c.emit(Op.SETUP_ANNOTATIONS);
  const docstring = c.options.optimize < 2 ? getDocstring(statements) : null;
  if (docstring !== null) {
    visitExpr(c, docstring);
    nameOp(c, '__doc__', ExprContext.Store);
  }
  visitBody(c, statements, docstring === null ? 0 : 1);
}

/** `find_ann`: whether an annotated variable stands among the statements, in blocks of theirs too. */
function hasAnnotation(statements: readonly Stmt[]): boolean {
  return statements.some((s) => {
    switch (s.kind) {
      case NodeKind.AnnAssign:
        return true;
      case NodeKind.For:
      case NodeKind.AsyncFor:
      case NodeKind.While:
      case NodeKind.If:
        return hasAnnotation(s.body) || hasAnnotation(s.orelse);
      case NodeKind.With:
      case NodeKind.AsyncWith:
        return hasAnnotation(s.body);
      case NodeKind.Try:
        return (
          s.handlers.some((handler) => hasAnnotation(handler.body)) ||
          hasAnnotation(s.body) ||
          hasAnnotation(s.finalbody) ||
          hasAnnotation(s.orelse)
        );
      default:
        return false;
    }
  });
}
