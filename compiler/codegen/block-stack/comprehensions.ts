import { Op } from '../../bytecode/op.ts';
import {
  type Comprehension,
  type DictComp,
  type GeneratorExp,
  type ListComp,
  NodeKind,
  type SetComp,
} from '../../syntax/ast.ts';
import { ScopeType } from '../compiler-unit.ts';
import type { BlockStackCompiler } from './block-stack-compiler.ts';
import { awaitResult, jumpIf, visitExpr } from './expressions.ts';
import { finishFunction } from './functions.ts';

type ComprehensionExpr = ListComp | SetComp | DictComp | GeneratorExp;

const shapes = {
  [NodeKind.ListComp]: { name: '<listcomp>', build: Op.BUILD_LIST },
  [NodeKind.SetComp]: { name: '<setcomp>', build: Op.BUILD_SET },
  [NodeKind.DictComp]: { name: '<dictcomp>', build: Op.BUILD_MAP },
  [NodeKind.GeneratorExp]: { name: '<genexpr>', build: Op.NOP },
};

/** `compiler_comprehension`, 3.8: always a function, called at once with the outermost iterator. */
export function comprehension(c: BlockStackCompiler, e: ComprehensionExpr): void {
  const { name, build } = shapes[e.kind];
  const isGenerator = e.kind === NodeKind.GeneratorExp;
  const outermost = e.generators[0]!;
  const scope = c.symbols.blocks.get(e)!;
  if (scope.coroutine && !isGenerator && !c.u.scope.coroutine) {
    c.error('asynchronous comprehension outside of an asynchronous function', e);
  }
  c.enterScope(name, ScopeType.Comprehension, scope, e.lineno, null, {
    argcount: 1,
    posonlyargcount: 0,
    kwonlyargcount: 0,
  });
  if (!isGenerator) c.emit(build, 0);
  comprehensionFor(c, e, 0);
  if (!isGenerator) c.emit(Op.RETURN_VALUE);
  finishFunction(c, true, 0);
  visitExpr(c, outermost.iter);
  c.emit(outermost.is_async ? Op.GET_AITER : Op.GET_ITER);
  c.emit(Op.CALL_FUNCTION, 1);
  if (scope.coroutine && !isGenerator) awaitResult(c);
}

function comprehensionFor(c: BlockStackCompiler, e: ComprehensionExpr, index: number): void {
  const generator = e.generators[index]!;
  if (generator.is_async) asyncFor(c, e, generator, index);
  else syncFor(c, e, generator, index);
}

/** `compiler_sync_comprehension_generator`, 3.8. */
function syncFor(c: BlockStackCompiler, e: ComprehensionExpr, generator: Comprehension, index: number): void {
  const start = c.newLabel();
  const ifCleanup = c.newLabel();
  const anchor = c.newLabel();
  if (index === 0) c.emit(Op.LOAD_FAST, 0);
  else {
    visitExpr(c, generator.iter);
    c.emit(Op.GET_ITER);
  }
  c.useBlock(start);
  c.emit(Op.FOR_ITER, anchor);
  visitExpr(c, generator.target);
  for (const test of generator.ifs) jumpIf(c, test, ifCleanup, false);
  element(c, e, index);
  c.useBlock(ifCleanup);
  c.emit(Op.JUMP_ABSOLUTE, start);
  c.useBlock(anchor);
}

/** `compiler_async_comprehension_generator`, 3.8. */
function asyncFor(c: BlockStackCompiler, e: ComprehensionExpr, generator: Comprehension, index: number): void {
  const start = c.newLabel();
  const except = c.newLabel();
  const ifCleanup = c.newLabel();
  if (index === 0) c.emit(Op.LOAD_FAST, 0);
  else {
    visitExpr(c, generator.iter);
    c.emit(Op.GET_AITER);
  }
  c.useBlock(start);
  c.emit(Op.SETUP_FINALLY, except);
  c.emit(Op.GET_ANEXT);
  c.emitConst(null);
  c.emit(Op.YIELD_FROM);
  c.emit(Op.POP_BLOCK);
  visitExpr(c, generator.target);
  for (const test of generator.ifs) jumpIf(c, test, ifCleanup, false);
  element(c, e, index);
  c.useBlock(ifCleanup);
  c.emit(Op.JUMP_ABSOLUTE, start);
  c.useBlock(except);
  c.emit(Op.END_ASYNC_FOR);
}

/** The next `for`, or what the last one adds to the collection. */
function element(c: BlockStackCompiler, e: ComprehensionExpr, index: number): void {
  const depth = index + 2;
  if (index + 1 < e.generators.length) {
    comprehensionFor(c, e, index + 1);
    return;
  }
  switch (e.kind) {
    case NodeKind.GeneratorExp:
      visitExpr(c, e.elt);
      c.emit(Op.YIELD_VALUE);
      c.emit(Op.POP_TOP);
      break;
    case NodeKind.ListComp:
      visitExpr(c, e.elt);
      c.emit(Op.LIST_APPEND, depth);
      break;
    case NodeKind.SetComp:
      visitExpr(c, e.elt);
      c.emit(Op.SET_ADD, depth);
      break;
    case NodeKind.DictComp:
      visitExpr(c, e.key);
      visitExpr(c, e.value);
      c.emit(Op.MAP_ADD, depth);
      break;
  }
}
