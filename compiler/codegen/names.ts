import { Op } from '../bytecode/op.ts';
import { BlockType, isFunctionLike, NameScope, scopeOfSymbol } from '../symbols/scope.ts';
import { ExprContext, type Location, type Name } from '../syntax/ast.ts';
import type { Compiler } from './compiler.ts';
import { indexOf } from './compiler-unit.ts';

/** Loads, stores or deletes a name where the symbol table says that it lives (`codegen_nameop`). */
export function nameOp(c: Compiler, name: string, ctx: ExprContext, location: Location): void {
  keyOp(c, c.mangledKey(name), ctx, location);
}

/** `nameOp` for an expression. */
export function visitName(c: Compiler, { id, nameKey: key, ctx }: Name, location: Location): void {
  keyOp(c, c.mangledKey(id, key), ctx, location);
}

function keyOp(c: Compiler, key: number, ctx: ExprContext, location: Location): void {
  const { u } = c;
  const where = scopeOfSymbol(u.scope.symbols.valueOf(key));
  switch (where) {
    case NameScope.FREE:
      derefOp(c, u.freevars.numberOf(key), ctx, location);
      return;
    case NameScope.CELL:
      derefOp(c, u.cellvars.numberOf(key), ctx, location);
      return;
    case NameScope.LOCAL:
      if (isFunctionLike(u.scope) || u.fasthidden.get(c.symbols.names.names[key]) === true) {
        c.opI(fastOps[ctx]!, u.varnames.numberOf(key), location);
        return;
      }
      break;
    case NameScope.GLOBAL_IMPLICIT:
      if (isFunctionLike(u.scope)) {
        globalOp(c, key, true, ctx, location);
        return;
      }
      break;
    case NameScope.GLOBAL_EXPLICIT:
      globalOp(c, key, false, ctx, location);
      return;
  }
  const index = u.names.numberOf(key);
  if (ctx === ExprContext.Load && u.scope.type === BlockType.Class && u.inInlinedComprehension > 0) {
    c.opI(Op.LOAD_GLOBAL, index << 1, location);
  } else c.opI(nameOps[ctx]!, index, location);
}

const fastOps = [Op.LOAD_FAST, Op.STORE_FAST, Op.DELETE_FAST];
const nameOps = [Op.LOAD_NAME, Op.STORE_NAME, Op.DELETE_NAME];

function derefOp(c: Compiler, index: number, ctx: ExprContext, location: Location): void {
  if (ctx !== ExprContext.Load) {
    c.opI(ctx === ExprContext.Store ? Op.STORE_DEREF : Op.DELETE_DEREF, index, location);
    return;
  }
  const { scope } = c.u;
  if (scope.type === BlockType.Class && c.u.inInlinedComprehension === 0) {
    c.op(Op.LOAD_LOCALS, location);
    c.opI(Op.LOAD_FROM_DICT_OR_DEREF, index, location);
  } else if (scope.canSeeClassScope) {
    loadClassdict(c, location);
    c.opI(Op.LOAD_FROM_DICT_OR_DEREF, index, location);
  } else c.opI(Op.LOAD_DEREF, index, location);
}

function globalOp(c: Compiler, key: number, implicit: boolean, ctx: ExprContext, location: Location): void {
  const index = c.u.names.numberOf(key);
  if (ctx === ExprContext.Store) c.opI(Op.STORE_GLOBAL, index, location);
  else if (ctx === ExprContext.Del) c.opI(Op.DELETE_GLOBAL, index, location);
  else if (implicit && c.u.scope.canSeeClassScope) {
    loadClassdict(c, location);
    c.opI(Op.LOAD_FROM_DICT_OR_GLOBALS, index, location);
  } else c.opI(Op.LOAD_GLOBAL, index << 1, location);
}

function loadClassdict(c: Compiler, location: Location): void {
  c.opI(Op.LOAD_DEREF, indexOf(c.u.freevars, '__classdict__'), location);
}
