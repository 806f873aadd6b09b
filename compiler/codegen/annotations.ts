import type { CodeObject } from '../bytecode/code-object.ts';
import { Op } from '../bytecode/op.ts';
import { mangle } from '../symbols/mangle.ts';
import { BlockType, type Scope } from '../symbols/scope.ts';
import {
  type AnnAssign,
  type Arg,
  type AsyncFunctionDef,
  CompareOperator,
  type Expr,
  ExprContext,
  type FunctionDef,
  type Location,
  NodeKind,
  type Subscript,
} from '../syntax/ast.ts';
import { type Compiler, locationOf } from './compiler.ts';
import { indexOf, ScopeType } from './compiler-unit.ts';
import { visitExpr } from './expressions.ts';
import { enterScope, freeNames, makeClosure } from './functions.ts';
import { nameOp } from './names.ts';
import { MakeFunction } from './numbers.ts';
import { unparse } from './unparse.ts';

/** annotationlib.Format.VALUE_WITH_FAKE_GLOBALS: the highest format that compiled `__annotate__` functions know. */
const VALUE_WITH_FAKE_GLOBALS = 2;
const CONDITIONAL_ANNOTATIONS = '__conditional_annotations__';

/**
 * Begins an `__annotate__` function or the like: it takes a format, and raises NotImplementedError for those it does
 * not know (`codegen_setup_annotations_scope`).
 */
export function setupAnnotationsScope(c: Compiler, name: string, scope: Scope, location: Location): void {
  enterScope(c, name, ScopeType.Annotations, scope, location.lineno, null, {
    argcount: 0,
    posonlyargcount: 1,
    kwonlyargcount: 0,
  });
  c.opI(Op.LOAD_FAST, 0, location);
  c.loadConst(VALUE_WITH_FAKE_GLOBALS, location);
  c.opI(Op.COMPARE_OP, c.numbers.compare[CompareOperator.Gt]!, location);
  const body = c.newLabel();
  c.jump(Op.POP_JUMP_IF_FALSE, body, location);
  c.opI(Op.LOAD_COMMON_CONSTANT, c.numbers.NotImplementedError, location);
  c.opI(Op.RAISE_VARARGS, 1, location);
  c.useLabel(body);
}

/**
 * Ends an `__annotate__` function (`codegen_leave_annotations_scope`). Its parameter is `.format` to the compiler, so
 * that annotations can use a name `format`, but `format` to whoever looks at the signature.
 */
function leaveAnnotationsScope(c: Compiler, location: Location): void {
  c.op(Op.RETURN_VALUE, location);
  const code: CodeObject = c.optimizeAndAssemble(true);
  code.co_localsplusnames = ['format', ...code.co_localsplusnames.slice(1)];
  const free = freeNames(c);
  c.exitScope();
  makeClosure(c, code, free, 0, location);
}

/** The `__annotate__` of a module or class, made of the annotations that its body deferred. */
export function processDeferredAnnotations(c: Compiler, location: Location): void {
  const { u } = c;
  const deferred = u.deferredAnnotations;
  if (deferred === null) return;
  const apart = u.type === ScopeType.Module;
  if (apart) c.startAnnotationSetup();
  const { scope, type } = u;
  setupAnnotationsScope(c, scope.annotationBlock!.name, scope.annotationBlock!, location);
  c.opI(Op.BUILD_MAP, 0, location);
  for (const { statement, index } of deferred) deferredAnnotation(c, statement, index, type, location);
  leaveAnnotationsScope(c, location);
  const name = scope.type === BlockType.Class ? '__annotate_func__' : '__annotate__';
  nameOp(c, name, ExprContext.Store, location);
  if (apart) c.endAnnotationSetup();
}

function deferredAnnotation(c: Compiler, s: AnnAssign, index: number, outer: ScopeType, location: Location): void {
  if (s.target.kind !== NodeKind.Name) return;
  const here = locationOf(s);
  const notSet = c.newLabel();
  if (index !== -1) {
    c.loadConst(index, here);
    if (outer === ScopeType.Class) c.opI(Op.LOAD_DEREF, indexOf(c.u.freevars, CONDITIONAL_ANNOTATIONS), here);
    else c.opI(Op.LOAD_GLOBAL, indexOf(c.u.names, CONDITIONAL_ANNOTATIONS) << 1, here);
    c.opI(Op.CONTAINS_OP, 0, here);
    c.jump(Op.POP_JUMP_IF_FALSE, notSet, here);
  }
  visitExpr(c, s.annotation);
  c.opI(Op.COPY, 2, here);
  c.loadConst(mangle(c.u.privateName, s.target.id), here);
  c.op(Op.STORE_SUBSCR, location);
  c.useLabel(notSet);
}

/** `codegen_function_annotations`: makes the function's `__annotate__` and gives the flag that says so. */
export function functionAnnotations(c: Compiler, s: FunctionDef | AsyncFunctionDef, location: Location): number {
  const scope = c.symbols.annotations.get(s);
  if (scope === undefined || !scope.annotationsUsed) return 0;
  setupAnnotationsScope(c, scope.name, scope, location);
  const { args } = s;
  let count = argAnnotations(c, args.args, location) + argAnnotations(c, args.posonlyargs, location);
  if (args.vararg !== null) count += argAnnotation(c, args.vararg.arg, args.vararg.annotation, location);
  count += argAnnotations(c, args.kwonlyargs, location);
  if (args.kwarg !== null) count += argAnnotation(c, args.kwarg.arg, args.kwarg.annotation, location);
  count += argAnnotation(c, 'return', s.returns, location);
  c.opI(Op.BUILD_MAP, count, location);
  leaveAnnotationsScope(c, location);
  return MakeFunction.ANNOTATE;
}

function argAnnotations(c: Compiler, args: readonly Arg[], location: Location): number {
  let count = 0;
  for (const arg of args) count += argAnnotation(c, arg.arg, arg.annotation, location);
  return count;
}

function argAnnotation(c: Compiler, name: string, annotation: Expr | null, location: Location): number {
  if (annotation === null) return 0;
  c.loadConst(c.mangled(name), location);
  if (c.futureAnnotations) loadUnparsed(c, annotation);
  else if (annotation.kind === NodeKind.Starred) {
    // `*args: *Ts`: the value is the one item of [*Ts].
    visitExpr(c, annotation.value);
    c.opI(Op.UNPACK_SEQUENCE, 1, location);
  } else visitExpr(c, annotation);
  return 1;
}

/** With `from __future__ import annotations`, an annotation is its source text (`codegen_visit_annexpr`). */
function loadUnparsed(c: Compiler, annotation: Expr): void {
  c.loadConst(
    unparse(annotation, (value) => c.repr(value)),
    locationOf(annotation),
  );
}

/** `codegen_annassign`, 3.14. */
export function annAssign(c: Compiler, s: AnnAssign): void {
  const { target } = s;
  if (s.value !== null) {
    visitExpr(c, s.value);
    visitExpr(c, target);
  }
  switch (target.kind) {
    case NodeKind.Name:
      if (s.simple && (c.u.type === ScopeType.Module || c.u.type === ScopeType.Class)) {
        simpleAnnotation(c, s, target.id, locationOf(s));
      }
      break;
    case NodeKind.Attribute:
      if (s.value === null) checkAnnotatedExpr(c, target.value);
      break;
    case NodeKind.Subscript:
      if (s.value === null) checkAnnotatedSubscript(c, target);
      break;
  }
}

function simpleAnnotation(c: Compiler, s: AnnAssign, name: string, location: Location): void {
  const { u } = c;
  if (c.futureAnnotations) {
    loadUnparsed(c, s.annotation);
    c.opName(Op.LOAD_NAME, '__annotations__', location);
    c.loadConst(c.mangled(name), location);
    c.op(Op.STORE_SUBSCR, location);
    return;
  }
  u.deferredAnnotations ??= [];
  if (u.type !== ScopeType.Module && u.inConditionalBlock === 0) {
    u.deferredAnnotations.push({ statement: s, index: -1 });
    return;
  }
  const index = u.nextConditionalAnnotation++;
  u.deferredAnnotations.push({ statement: s, index });
  if (u.type === ScopeType.Class) c.opI(Op.LOAD_DEREF, indexOf(u.cellvars, CONDITIONAL_ANNOTATIONS), location);
  else c.opI(Op.LOAD_NAME, indexOf(u.names, CONDITIONAL_ANNOTATIONS), location);
  c.loadConst(index, location);
  c.opI(Op.SET_ADD, 1, location);
  c.op(Op.POP_TOP, location);
}

function checkAnnotatedExpr(c: Compiler, e: Expr): void {
  visitExpr(c, e);
  c.op(Op.POP_TOP, locationOf(e));
}

function checkAnnotatedSubscript(c: Compiler, target: Subscript): void {
  checkAnnotatedExpr(c, target.value);
  checkAnnotatedIndex(c, target.slice);
}

/** `codegen_check_ann_subscr`: everything in a subscript must exist at run time. */
function checkAnnotatedIndex(c: Compiler, e: Expr): void {
  switch (e.kind) {
    case NodeKind.Slice:
      if (e.lower !== null) checkAnnotatedExpr(c, e.lower);
      if (e.upper !== null) checkAnnotatedExpr(c, e.upper);
      if (e.step !== null) checkAnnotatedExpr(c, e.step);
      break;
    case NodeKind.Tuple:
      for (const elt of e.elts) checkAnnotatedIndex(c, elt);
      break;
    default:
      checkAnnotatedExpr(c, e);
  }
}
