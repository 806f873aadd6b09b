import type { CodeObject } from '../bytecode/code-object.ts';
import { Op } from '../bytecode/op.ts';
import { getDocstring } from '../symbols/docstring.ts';
import { ExprContext, type Location, type Mod, NodeKind, type Stmt } from '../syntax/ast.ts';
import { processDeferredAnnotations } from './annotations.ts';
import { type Compiler, locationOf } from './compiler.ts';
import { indexOf, ScopeType } from './compiler-unit.ts';
import { visitExpr } from './expressions.ts';
import { docstringConstant, enterScope } from './functions.ts';
import { NO_LOCATION } from './instruction.ts';
import { nameOp } from './names.ts';
import { visitBody } from './statements.ts';

/** Compiles a whole program (`compiler_mod`, 3.14). */
export function module(c: Compiler, tree: Mod): CodeObject {
  enterScope(c, '<module>', ScopeType.Module, c.symbols.top, 1);
  if (tree.kind === NodeKind.Expression) {
    visitExpr(c, tree.body);
    return c.optimizeAndAssemble(false);
  }
  const location = startLocation(tree.body);
  if (c.symbols.top.hasConditionalAnnotations) {
    c.opI(Op.BUILD_SET, 0, location);
    c.opI(Op.STORE_NAME, indexOf(c.u.names, '__conditional_annotations__'), location);
  }
  body(c, tree.body, location, tree.kind === NodeKind.Interactive);
  return c.optimizeAndAssemble(true);
}

/** The first statement's span, so that what a module begins with has the line of its first code (`start_location`). */
function startLocation(statements: readonly Stmt[]): Location {
  const first = statements[0];
  return first === undefined ? { lineno: 1, col_offset: 0, end_lineno: 1, end_col_offset: 0 } : locationOf(first);
}

/** The body of a module or class: docstring, statements, annotations (`codegen_body`). */
export function body(c: Compiler, statements: readonly Stmt[], location: Location, interactive: boolean): void {
  const { scope } = c.u;
  if (c.futureAnnotations && scope.annotationsUsed) c.op(Op.SETUP_ANNOTATIONS, location);
  if (statements.length === 0) return;
  let first = 0;
  const docstring = !interactive && scope.hasDocstring ? getDocstring(statements) : null;
  if (docstring !== null) {
    first = 1;
    c.loadConst(docstringConstant(docstring.value), locationOf(docstring));
    nameOp(c, '__doc__', ExprContext.Store, NO_LOCATION);
  }
  visitBody(c, statements, first);
  if (!c.futureAnnotations) processDeferredAnnotations(c, location);
}
