import { Op } from '../../bytecode/op.ts';
import { BlockType, isFunctionLike, NameScope, scopeOfSymbol } from '../../symbols/scope.ts';
import { ExprContext, type Name } from '../../syntax/ast.ts';
import type { BlockStackCompiler } from './block-stack-compiler.ts';

const fastOps = [Op.LOAD_FAST, Op.STORE_FAST, Op.DELETE_FAST];
const nameOps = [Op.LOAD_NAME, Op.STORE_NAME, Op.DELETE_NAME];
const globalOps = [Op.LOAD_GLOBAL, Op.STORE_GLOBAL, Op.DELETE_GLOBAL];
const derefOps = [Op.LOAD_DEREF, Op.STORE_DEREF, Op.DELETE_DEREF];

/** `compiler_nameop`, 3.8. */
export function nameOp(c: BlockStackCompiler, name: string, ctx: ExprContext): void {
  keyOp(c, c.mangledKey(name), ctx);
}

/** `nameOp` for an expression. */
export function visitName(c: BlockStackCompiler, { id, nameKey: key, ctx }: Name): void {
  keyOp(c, c.mangledKey(id, key), ctx);
}

function keyOp(c: BlockStackCompiler, key: number, ctx: ExprContext): void {
  const { u } = c;
  const isFunction = isFunctionLike(u.scope);
  switch (scopeOfSymbol(u.scope.symbols.valueOf(key))) {
    case NameScope.FREE:
      c.emit(derefOp(c, ctx), u.freevars.numberOf(key));
      return;
    case NameScope.CELL:
      c.emit(derefOp(c, ctx), u.cellvars.numberOf(key));
      return;
    case NameScope.LOCAL:
      if (!isFunction) break;
      c.emit(fastOps[ctx]!, u.varnames.numberOf(key));
      return;
    case NameScope.GLOBAL_IMPLICIT:
      if (!isFunction) break;
      c.emit(globalOps[ctx]!, u.variableNames.numberOf(key));
      return;
    case NameScope.GLOBAL_EXPLICIT:
      c.emit(globalOps[ctx]!, u.variableNames.numberOf(key));
      return;
  }
  c.emit(nameOps[ctx]!, u.variableNames.numberOf(key));
}

function derefOp(c: BlockStackCompiler, ctx: ExprContext): Op {
  return ctx === ExprContext.Load && c.u.scope.type === BlockType.Class ? Op.LOAD_CLASSDEREF : derefOps[ctx]!;
}
