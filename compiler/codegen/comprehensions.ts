import { Op } from '../bytecode/op.ts';
import { Def, isFunctionLike, NameScope, type Scope, scopeOfSymbol } from '../symbols/scope.ts';
import {
  type Comprehension,
  type DictComp,
  type Expr,
  type GeneratorExp,
  type ListComp,
  type Location,
  NodeKind,
  type SetComp,
} from '../syntax/ast.ts';
import { type Compiler, locationOf } from './compiler.ts';
import { ScopeType } from './compiler-unit.ts';
import { addYield, addYieldFrom, jumpIf, visitExpr } from './expressions.ts';
import { FrameBlockType, NO_LABEL } from './frame-block.ts';
import { enterScope, finishFunction, inClassBlock, wrapInStopIterationHandler } from './functions.ts';
import { NO_LOCATION } from './instruction.ts';

type ComprehensionExpr = ListComp | SetComp | DictComp | GeneratorExp;

/** `codegen_comprehension`, 3.14: inlined where the symbol table says so, else a function called at once. */
export function comprehension(c: Compiler, e: ComprehensionExpr): void {
  const entry = c.symbols.blocks.get(e)!;
  const isAsync = entry.coroutine;
  const location = locationOf(e);
  const outermost = e.generators[0]!;
  const isGenerator = e.kind === NodeKind.GeneratorExp;
  if (entry.compInlined) {
    outermostIterator(c, outermost);
    const state = pushInlinedState(c, entry, location);
    c.opI(buildOp(e), 0, location);
    c.opI(Op.SWAP, 2, location);
    comprehensionFor(c, e, 0, 0, true, location);
    popInlinedState(c, state, location);
    return;
  }
  enterScope(c, scopeName(e), ScopeType.Comprehension, entry, e.lineno, null, {
    argcount: 1,
    posonlyargcount: 0,
    kwonlyargcount: 0,
  });
  if (!isGenerator) c.opI(buildOp(e), 0, location);
  comprehensionFor(c, e, 0, 0, false, location);
  if (!isGenerator) c.op(Op.RETURN_VALUE, location);
  else wrapInStopIterationHandler(c);
  finishFunction(c, true, 0, location);
  outermostIterator(c, outermost);
  c.opI(Op.CALL, 0, location);
  if (isAsync && !isGenerator) {
    c.opI(Op.GET_AWAITABLE, 0, location);
    c.loadConst(null, location);
    addYieldFrom(c, true, location);
  }
}

/** The outermost iterable becomes an iterator outside the comprehension, so that errors are raised there. */
function outermostIterator(c: Compiler, generator: Comprehension): void {
  visitExpr(c, generator.iter);
  c.op(generator.is_async ? Op.GET_AITER : Op.GET_ITER, locationOf(generator.iter));
}

function scopeName(e: ComprehensionExpr): string {
  switch (e.kind) {
    case NodeKind.GeneratorExp:
      return '<genexpr>';
    case NodeKind.ListComp:
      return '<listcomp>';
    case NodeKind.SetComp:
      return '<setcomp>';
    case NodeKind.DictComp:
      return '<dictcomp>';
  }
}

function buildOp(e: ComprehensionExpr): Op {
  return e.kind === NodeKind.ListComp ? Op.BUILD_LIST : e.kind === NodeKind.SetComp ? Op.BUILD_SET : Op.BUILD_MAP;
}

/** One `for` of a comprehension and all that is inside it. `depth` counts the iterators above the collection. */
function comprehensionFor(
  c: Compiler,
  e: ComprehensionExpr,
  index: number,
  depth: number,
  iterOnStack: boolean,
  location: Location,
): void {
  const generator = e.generators[index]!;
  if (generator.is_async) asyncFor(c, e, generator, index, depth, iterOnStack, location);
  else syncFor(c, e, generator, index, depth, iterOnStack, location);
}

/** The one item of `for x in [item]`, which needs no loop; undefined for anything else. */
function singleItem(generator: Comprehension): Expr | undefined {
  const { iter } = generator;
  if (iter.kind !== NodeKind.List && iter.kind !== NodeKind.Tuple) return undefined;
  const item = iter.elts.length === 1 ? iter.elts[0]! : undefined;
  return item === undefined || item.kind === NodeKind.Starred ? undefined : item;
}

/** `codegen_sync_comprehension_generator`. */
function syncFor(
  c: Compiler,
  e: ComprehensionExpr,
  generator: Comprehension,
  index: number,
  depth: number,
  iterOnStack: boolean,
  location: Location,
): void {
  const start = c.newLabel();
  const ifCleanup = c.newLabel();
  const anchor = c.newLabel();
  let loops = true;
  if (!iterOnStack) {
    if (index === 0) c.opI(Op.LOAD_FAST, 0, location);
    else {
      const item = singleItem(generator);
      if (item !== undefined) {
        visitExpr(c, item);
        loops = false;
      } else {
        visitExpr(c, generator.iter);
        c.op(Op.GET_ITER, locationOf(generator.iter));
      }
    }
  }
  const iterLocation = locationOf(generator.iter);
  if (loops) {
    c.useLabel(start);
    c.jump(Op.FOR_ITER, anchor, iterLocation);
  }
  visitExpr(c, generator.target);
  for (const test of generator.ifs) jumpIf(c, test, ifCleanup, false, location);
  const eltLocation = element(c, e, index, depth + (loops ? 1 : 0), location);
  c.useLabel(ifCleanup);
  if (loops) {
    c.jump(Op.JUMP, start, eltLocation);
    c.useLabel(anchor);
    // Iteration over a generator jumps to END_FOR, over anything else past it: END_FOR must come first.
    c.op(Op.END_FOR, NO_LOCATION);
    c.op(Op.POP_ITER, NO_LOCATION);
  }
}

/** `codegen_async_comprehension_generator`. */
function asyncFor(
  c: Compiler,
  e: ComprehensionExpr,
  generator: Comprehension,
  index: number,
  depth: number,
  iterOnStack: boolean,
  location: Location,
): void {
  const start = c.newLabel();
  const send = c.newLabel();
  const except = c.newLabel();
  const ifCleanup = c.newLabel();
  if (!iterOnStack) {
    if (index === 0) c.opI(Op.LOAD_FAST, 0, location);
    else {
      visitExpr(c, generator.iter);
      c.op(Op.GET_AITER, locationOf(generator.iter));
    }
  }
  c.useLabel(start);
  const type = FrameBlockType.AsyncComprehensionGenerator;
  c.pushFrameBlock({ type, location, block: start, exit: NO_LABEL, finalbody: null, name: null });
  c.jump(Op.SETUP_FINALLY, except, location);
  c.op(Op.GET_ANEXT, location);
  c.loadConst(null, location);
  c.useLabel(send);
  addYieldFrom(c, true, location);
  c.op(Op.POP_BLOCK, location);
  visitExpr(c, generator.target);
  for (const test of generator.ifs) jumpIf(c, test, ifCleanup, false, location);
  const eltLocation = element(c, e, index, depth + 1, location);
  c.useLabel(ifCleanup);
  c.jump(Op.JUMP, start, eltLocation);
  c.popFrameBlock();
  c.useLabel(except);
  c.jump(Op.END_ASYNC_FOR, send, location);
}

/** The next `for`, or what the last one adds to the collection. Gives the span that the loop's jump takes. */
function element(c: Compiler, e: ComprehensionExpr, index: number, depth: number, location: Location): Location {
  const last = index + 1 === e.generators.length;
  if (!last) comprehensionFor(c, e, index + 1, depth, false, location);
  if (e.kind === NodeKind.DictComp) {
    if (!last) return locationOf(e.key);
    visitExpr(c, e.key);
    visitExpr(c, e.value);
    const both = {
      lineno: e.key.lineno,
      col_offset: e.key.col_offset,
      end_lineno: e.value.end_lineno,
      end_col_offset: e.value.end_col_offset,
    };
    c.opI(Op.MAP_ADD, depth + 1, both);
    return both;
  }
  const eltLocation = locationOf(e.elt);
  if (!last) return eltLocation;
  visitExpr(c, e.elt);
  switch (e.kind) {
    case NodeKind.GeneratorExp:
      addYield(c, eltLocation);
      c.op(Op.POP_TOP, eltLocation);
      break;
    case NodeKind.ListComp:
      c.opI(Op.LIST_APPEND, depth + 1, eltLocation);
      break;
    case NodeKind.SetComp:
      c.opI(Op.SET_ADD, depth + 1, eltLocation);
      break;
  }
  return eltLocation;
}

// --- inlining ----------------------------------------------------------------------------------------------------

/** What must be put back after an inlined comprehension (`_PyCompile_InlinedComprehensionState`). */
interface InlinedState {
  /** Keys of names whose outer values wait on the stack. */
  readonly pushed: number[];
  /** Key and symbol of names that mean something else meanwhile, one after the other. */
  readonly symbols: number[];
  readonly hidden: string[];
  cleanup: number;
}

function pushInlinedState(c: Compiler, entry: Scope, location: Location): InlinedState {
  const state: InlinedState = { pushed: [], symbols: [], hidden: [], cleanup: NO_LABEL };
  const classBlock = inClassBlock(c);
  tweakScopes(c, entry, state, classBlock);
  // Names bound in the comprehension are its own: what they hold outside is kept on the stack meanwhile. Of a cell,
  // that is the cell itself, and the comprehension gets a new one.
  const { u } = c;
  const { keys, values } = entry.symbols;
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i];
    const symbol = values[i];
    if (!isBoundInside(symbol)) continue;
    const outer = scopeOfSymbol(u.scope.symbols.valueOf(key));
    c.opI(Op.LOAD_FAST_AND_CLEAR, u.varnames.numberOf(key), location);
    if (scopeOfSymbol(symbol) === NameScope.CELL) {
      const cells = outer === NameScope.FREE ? u.freevars : u.cellvars;
      c.opI(Op.MAKE_CELL, cells.numberOf(key), location);
    }
    state.pushed.push(key);
  }
  if (state.pushed.length > 0) {
    // The outermost iterable goes back to the top.
    c.opI(Op.SWAP, state.pushed.length + 1, location);
    state.cleanup = c.newLabel();
    c.jump(Op.SETUP_FINALLY, state.cleanup, location);
  }
  return state;
}

function isBoundInside(symbol: number): boolean {
  return (symbol & Def.LOCAL) !== 0 && (symbol & Def.NONLOCAL) === 0;
}

/** `_PyCompile_TweakInlinedComprehensionScopes`: names mean what they mean in the comprehension. */
function tweakScopes(c: Compiler, entry: Scope, state: InlinedState, classBlock: boolean): void {
  const { u } = c;
  u.inInlinedComprehension++;
  const { symbols } = u.scope;
  const { keys, values } = entry.symbols;
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i];
    const symbol = values[i];
    const scope = scopeOfSymbol(symbol);
    const known = symbols.find(key);
    const outSymbol = known < 0 ? 0 : symbols.values[known];
    const outer = scopeOfSymbol(outSymbol);
    const differs =
      scope !== outer && scope !== NameScope.FREE && !(scope === NameScope.CELL && outer === NameScope.FREE);
    if (differs || classBlock) {
      if (known < 0) symbols.add(key, symbol);
      else symbols.values[known] = symbol;
      state.symbols.push(key, outSymbol);
    }
    const name = entry.symbols.nameAt(i);
    if (isBoundInside(symbol) && !isFunctionLike(u.scope) && u.fasthidden.get(name) !== true) {
      u.fasthidden.set(name, true);
      state.hidden.push(name);
    }
  }
}

function popInlinedState(c: Compiler, state: InlinedState, location: Location): void {
  if (state.pushed.length > 0) {
    c.op(Op.POP_BLOCK, NO_LOCATION);
    const end = c.newLabel();
    c.jump(Op.JUMP_NO_INTERRUPT, end, NO_LOCATION);
    c.useLabel(state.cleanup);
    // The incomplete collection is beneath the exception.
    c.opI(Op.SWAP, 2, NO_LOCATION);
    c.op(Op.POP_TOP, NO_LOCATION);
    restoreLocals(c, state, location);
    c.opI(Op.RERAISE, 0, NO_LOCATION);
    c.useLabel(end);
    restoreLocals(c, state, location);
  }
  const { u } = c;
  u.inInlinedComprehension--;
  const { symbols } = u.scope;
  for (let i = 0; i < state.symbols.length; i += 2)
    symbols.values[symbols.find(state.symbols[i])] = state.symbols[i + 1];
  // Kept as false: they are hidden locals in the finished code.
  for (const name of state.hidden) u.fasthidden.set(name, false);
}

function restoreLocals(c: Compiler, state: InlinedState, location: Location): void {
  c.opI(Op.SWAP, state.pushed.length + 1, location);
  for (let i = state.pushed.length - 1; i >= 0; i--) {
    c.opI(Op.STORE_FAST_MAYBE_NULL, c.u.varnames.numberOf(state.pushed[i]), location);
  }
}
