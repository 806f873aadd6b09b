import { Op } from '../../bytecode/op.ts';
import { BlockType, isFunctionLike, NameScope, scopeOf } from '../../symbols/scope.ts';
import { ExprContext } from '../../syntax/ast.ts';
import { indexOf } from '../compiler-unit.ts';
import type { BlockStackCompiler } from './block-stack-compiler.ts';

const fastOps = [Op.LOAD_FAST, Op.STORE_FAST, Op.DELETE_FAST];
const nameOps = [Op.LOAD_NAME, Op.STORE_NAME, Op.DELETE_NAME];
const globalOps = [Op.LOAD_GLOBAL, Op.STORE_GLOBAL, Op.DELETE_GLOBAL];
const derefOps = [Op.LOAD_DEREF, Op.STORE_DEREF, Op.DELETE_DEREF];

/** `compiler_nameop`, 3.8. */
export function nameOp(c: BlockStackCompiler, name: string, ctx: ExprContext): void {
  const { u } = c;
  const mangled = c.mangled(name);
  const isFunction = isFunctionLike(u.scope);
  switch (scopeOf(u.scope, mangled)) {
    case NameScope.FREE:
      c.emit(derefOp(c, ctx), indexOf(u.freevars, mangled));
      return;
    case NameScope.CELL:
      c.emit(derefOp(c, ctx), indexOf(u.cellvars, mangled));
      return;
    case NameScope.LOCAL:
      if (!isFunction) break;
      c.emit(fastOps[ctx]!, indexOf(u.varnames, mangled));
      return;
    case NameScope.GLOBAL_IMPLICIT:
      if (!isFunction) break;
      c.emit(globalOps[ctx]!, indexOf(u.variableNames, mangled));
      return;
    case NameScope.GLOBAL_EXPLICIT:
      c.emit(globalOps[ctx]!, indexOf(u.variableNames, mangled));
      return;
  }
  c.emit(nameOps[ctx]!, indexOf(u.variableNames, mangled));
}

function derefOp(c: BlockStackCompiler, ctx: ExprContext): Op {
  return ctx === ExprContext.Load && c.u.scope.type === BlockType.Class ? Op.LOAD_CLASSDEREF : derefOps[ctx]!;
}
