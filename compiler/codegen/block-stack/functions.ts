import type { CodeObject } from '../../bytecode/code-object.ts';
import { TupleConstant } from '../../bytecode/constants.ts';
import { Op } from '../../bytecode/op.ts';
import { getDocstring } from '../../symbols/docstring.ts';
import {
  type Arg,
  type Arguments,
  type AsyncFunctionDef,
  type ClassDef,
  type Expr,
  ExprContext,
  type FunctionDef,
  type Lambda,
  NodeKind,
} from '../../syntax/ast.ts';
import { ScopeType } from '../compiler-unit.ts';
import { closureIndex } from '../functions.ts';
import { MakeFunction } from '../numbers.ts';
import { unparse } from '../unparse.ts';
import type { BlockStackCompiler } from './block-stack-compiler.ts';
import { callHelper } from './calls.ts';
import { visitExpr, visitExprs } from './expressions.ts';
import { body } from './module.ts';
import { nameOp } from './names.ts';
import { visitBody } from './statements.ts';

/** `compiler_make_closure`, 3.8: makes a function of the code in the block around it. */
export function makeClosure(
  c: BlockStackCompiler,
  code: CodeObject,
  free: readonly string[],
  flags: number,
  qualname: string,
): void {
  let attributes = flags;
  if (free.length > 0) {
    for (const name of free) c.emit(Op.LOAD_CLOSURE, closureIndex(c, name));
    attributes |= MakeFunction.CLOSURE;
    c.emit(Op.BUILD_TUPLE, free.length);
  }
  c.emitConst(code);
  c.emitConst(qualname);
  c.emit(Op.MAKE_FUNCTION, attributes);
}

/** Assembles the current block, leaves it, and makes its function. */
export function finishFunction(c: BlockStackCompiler, addNone: boolean, flags: number): void {
  const code = c.finish(addNone);
  const free = c.u.freevars.names();
  const { qualname } = c.u;
  c.exitScope();
  makeClosure(c, code, free, flags, qualname);
}

function countsOf(args: Arguments) {
  return {
    argcount: args.args.length,
    posonlyargcount: args.posonlyargs.length,
    kwonlyargcount: args.kwonlyargs.length,
  };
}

/** `compiler_default_arguments`, 3.8. */
function defaultArguments(c: BlockStackCompiler, args: Arguments): number {
  let flags = 0;
  if (args.defaults.length > 0) {
    visitExprs(c, args.defaults);
    c.emit(Op.BUILD_TUPLE, args.defaults.length);
    flags |= MakeFunction.DEFAULTS;
  }
  const names: string[] = [];
  args.kwonlyargs.forEach((arg, i) => {
    const value = args.kw_defaults[i] ?? null;
    if (value === null) return;
    names.push(c.mangled(arg.arg));
    visitExpr(c, value);
  });
  if (names.length > 0) {
    c.emitConst(new TupleConstant(names));
    c.emit(Op.BUILD_CONST_KEY_MAP, names.length);
    flags |= MakeFunction.KWDEFAULTS;
  }
  return flags;
}

/** `compiler_visit_annotations`, 3.8: pushes a dict of the annotations, if there are any. */
function annotations(c: BlockStackCompiler, args: Arguments, returns: Expr | null): number {
  const names: string[] = [];
  const visit = (name: string, annotation: Expr | null) => {
    if (annotation === null) return;
    visitAnnotation(c, annotation);
    names.push(c.mangled(name));
  };
  const visitArg = (arg: Arg | null) => {
    if (arg !== null) visit(arg.arg, arg.annotation);
  };
  args.args.forEach(visitArg);
  args.posonlyargs.forEach(visitArg);
  visitArg(args.vararg);
  args.kwonlyargs.forEach(visitArg);
  visitArg(args.kwarg);
  visit('return', returns);
  if (names.length === 0) return 0;
  c.emitConst(new TupleConstant(names));
  c.emit(Op.BUILD_CONST_KEY_MAP, names.length);
  return MakeFunction.ANNOTATIONS;
}

/** Evaluates an annotation, or loads its text under `from __future__ import annotations`. */
export function visitAnnotation(c: BlockStackCompiler, annotation: Expr): void {
  if (c.futureAnnotations) c.emitConst(unparse(annotation, (value) => c.repr(value)));
  else visitExpr(c, annotation);
}

function checkDebugArgs(c: BlockStackCompiler, args: Arguments): void {
  for (const arg of [...args.posonlyargs, ...args.args, ...args.kwonlyargs, args.vararg, args.kwarg]) {
    if (arg?.arg === '__debug__') c.error('cannot assign to __debug__', arg);
  }
}

/** `compiler_function`, 3.8. */
export function functionDef(c: BlockStackCompiler, s: FunctionDef | AsyncFunctionDef): void {
  checkDebugArgs(c, s.args);
  visitExprs(c, s.decorator_list);
  const firstlineno = s.decorator_list[0]?.lineno ?? s.lineno;
  const flags = defaultArguments(c, s.args) | annotations(c, s.args, s.returns);
  const type = s.kind === NodeKind.AsyncFunctionDef ? ScopeType.AsyncFunction : ScopeType.Function;
  c.enterScope(s.name, type, c.symbols.blocks.get(s)!, firstlineno, null, countsOf(s.args));
  const docstring = c.options.optimize < 2 ? getDocstring(s.body) : null;
  c.u.consts.add(docstring === null ? null : docstring.value);
  visitBody(c, s.body);
  finishFunction(c, true, flags);
  for (let i = 0; i < s.decorator_list.length; i++) c.emit(Op.CALL_FUNCTION, 1);
  nameOp(c, s.name, ExprContext.Store);
}

/** `compiler_lambda`, 3.8. */
export function lambda(c: BlockStackCompiler, e: Lambda): void {
  checkDebugArgs(c, e.args);
  const flags = defaultArguments(c, e.args);
  const scope = c.symbols.blocks.get(e)!;
  c.enterScope('<lambda>', ScopeType.Lambda, scope, e.lineno, null, countsOf(e.args));
  // None comes first, so that no constant can pass for a docstring.
  c.u.consts.add(null);
  visitExpr(c, e.body);
  if (!scope.generator) c.emit(Op.RETURN_VALUE);
  finishFunction(c, !scope.generator, flags);
}

/** `compiler_class`, 3.8. */
export function classDef(c: BlockStackCompiler, s: ClassDef): void {
  visitExprs(c, s.decorator_list);
  const firstlineno = s.decorator_list[0]?.lineno ?? s.lineno;
  const scope = c.symbols.blocks.get(s)!;
  c.enterScope(s.name, ScopeType.Class, scope, firstlineno, s.name);
  nameOp(c, '__name__', ExprContext.Load);
  nameOp(c, '__module__', ExprContext.Store);
  c.emitConst(c.u.qualname);
  nameOp(c, '__qualname__', ExprContext.Store);
  body(c, s.body);
  if (scope.needsClassClosure) {
    c.emit(Op.LOAD_CLOSURE, c.cellIndex('__class__'));
    c.emit(Op.DUP_TOP);
    nameOp(c, '__classcell__', ExprContext.Store);
  } else c.emitConst(null);
  c.emit(Op.RETURN_VALUE);
  const code = c.finish(true);
  const free = c.u.freevars.names();
  c.exitScope();
  c.emit(Op.LOAD_BUILD_CLASS);
  makeClosure(c, code, free, 0, s.name);
  c.emitConst(s.name);
  callHelper(c, 2, s.bases, s.keywords);
  for (let i = 0; i < s.decorator_list.length; i++) c.emit(Op.CALL_FUNCTION, 1);
  nameOp(c, s.name, ExprContext.Store);
}
