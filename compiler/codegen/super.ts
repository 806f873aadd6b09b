import { NameScope, scopeOf } from '../symbols/scope.ts';
import { type Attribute, type Call, ExprContext, type Name, NodeKind } from '../syntax/ast.ts';
import { type Compiler, locationOf } from './compiler.ts';
import { ScopeType } from './compiler-unit.ts';
import { visitExpr } from './expressions.ts';
import { nameOp } from './names.ts';

type SuperCall = Call & { func: Name };

/** Whether `e` is `super().x` or `super(a, b).x` that LOAD_SUPER_ATTR can do at once (`can_optimize_super_call`). */
export function canOptimizeSuperCall(c: Compiler, e: Attribute): boolean {
  const { value } = e;
  if (value.kind !== NodeKind.Call || value.func.kind !== NodeKind.Name || value.func.id !== 'super') return false;
  if (e.attr === '__class__' || value.keywords.length !== 0) return false;
  // Statically visible definitions of the name `super` shadow the built-in.
  if (scopeOf(c.u.scope, 'super') !== NameScope.GLOBAL_IMPLICIT) return false;
  if (scopeOf(c.symbols.top, 'super') !== NameScope.Unknown) return false;
  if (value.args.length === 2) return value.args.every((arg) => arg.kind !== NodeKind.Starred);
  if (value.args.length !== 0) return false;
  const { argcount, posonlyargcount } = c.u.counts;
  if (argcount === 0 && posonlyargcount === 0) return false;
  return c.u.type !== ScopeType.Class && scopeOf(c.u.scope, '__class__') === NameScope.FREE;
}

/** Loads `super` and its two arguments, given or implied (`load_args_for_super`). Gives how many were written. */
export function loadArgsForSuper(c: Compiler, e: Attribute): number {
  const value = e.value as SuperCall;
  nameOp(c, 'super', ExprContext.Load, locationOf(value.func));
  if (value.args.length === 2) {
    visitExpr(c, value.args[0]!);
    visitExpr(c, value.args[1]!);
    return 2;
  }
  const location = locationOf(value);
  nameOp(c, '__class__', ExprContext.Load, location);
  const self = c.u.varnames.nameAt(0);
  nameOp(c, self, ExprContext.Load, location);
  return 0;
}
