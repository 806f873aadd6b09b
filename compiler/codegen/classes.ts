import { TupleConstant } from '../bytecode/constants.ts';
import { Op } from '../bytecode/op.ts';
import { type ClassDef, ExprContext } from '../syntax/ast.ts';
import { callHelper } from './calls.ts';
import { type Compiler, locationOf } from './compiler.ts';
import { indexOf, ScopeType } from './compiler-unit.ts';
import { visitExprs } from './expressions.ts';
import { applyDecorators, enterScope, finishFunction, freeNames, makeClosure } from './functions.ts';
import { NO_LOCATION } from './instruction.ts';
import { body } from './module.ts';
import { nameOp } from './names.ts';
import { compareCodePoints } from './python-order.ts';
import { typeParams } from './type-params.ts';

/** `codegen_class`, 3.14. */
export function classDef(c: Compiler, s: ClassDef): void {
  visitExprs(c, s.decorator_list);
  const firstlineno = s.decorator_list[0]?.lineno ?? s.lineno;
  const location = locationOf(s);
  const generic = s.type_params.length > 0;
  if (generic) {
    const scope = c.symbols.typeParams.get(s)!;
    enterScope(c, `<generic parameters of ${s.name}>`, ScopeType.Annotations, scope, firstlineno, s.name);
    typeParams(c, s.type_params);
    nameOp(c, '.type_params', ExprContext.Store, location);
  }
  classBody(c, s, firstlineno);
  if (generic) {
    nameOp(c, '.type_params', ExprContext.Load, location);
    c.opI(Op.CALL_INTRINSIC_1, c.numbers.SUBSCRIPT_GENERIC, location);
    nameOp(c, '.generic_base', ExprContext.Store, location);
    callHelper(c, 2, s.bases, '.generic_base', s.keywords, location);
    finishFunction(c, false, 0, location);
    c.op(Op.PUSH_NULL, location);
    c.opI(Op.CALL, 0, location);
  } else callHelper(c, 2, s.bases, null, s.keywords, location);
  applyDecorators(c, s.decorator_list);
  nameOp(c, s.name, ExprContext.Store, location);
}

/** The function that fills the class's namespace, and what `__build_class__` takes first (`codegen_class_body`). */
function classBody(c: Compiler, s: ClassDef, firstlineno: number): void {
  const scope = c.symbols.blocks.get(s)!;
  enterScope(c, s.name, ScopeType.Class, scope, firstlineno, s.name);
  const first = { lineno: firstlineno, col_offset: 0, end_lineno: firstlineno, end_col_offset: 0 };
  nameOp(c, '__name__', ExprContext.Load, first);
  nameOp(c, '__module__', ExprContext.Store, first);
  c.loadConst(c.u.qualname, first);
  nameOp(c, '__qualname__', ExprContext.Store, first);
  c.loadConst(firstlineno, first);
  nameOp(c, '__firstlineno__', ExprContext.Store, first);
  if (s.type_params.length > 0) {
    nameOp(c, '.type_params', ExprContext.Load, first);
    nameOp(c, '__type_params__', ExprContext.Store, first);
  }
  if (scope.needsClassdict) {
    c.op(Op.LOAD_LOCALS, first);
    c.opI(Op.STORE_DEREF, indexOf(c.u.cellvars, '__classdict__'), first);
  }
  if (scope.hasConditionalAnnotations) {
    c.opI(Op.BUILD_SET, 0, first);
    c.opI(Op.STORE_DEREF, indexOf(c.u.cellvars, '__conditional_annotations__'), first);
  }
  body(c, s.body, first, false);
  const attributes = [...c.u.staticAttributes!].sort(compareCodePoints);
  c.loadConst(new TupleConstant(attributes), NO_LOCATION);
  nameOp(c, '__static_attributes__', ExprContext.Store, NO_LOCATION);
  if (scope.needsClassdict) {
    c.opI(Op.LOAD_CLOSURE, indexOf(c.u.cellvars, '__classdict__'), NO_LOCATION);
    nameOp(c, '__classdictcell__', ExprContext.Store, NO_LOCATION);
  }
  if (scope.needsClassClosure) {
    c.opI(Op.LOAD_CLOSURE, indexOf(c.u.cellvars, '__class__'), NO_LOCATION);
    c.opI(Op.COPY, 1, NO_LOCATION);
    nameOp(c, '__classcell__', ExprContext.Store, NO_LOCATION);
  } else c.loadConst(null, NO_LOCATION);
  c.op(Op.RETURN_VALUE, NO_LOCATION);
  const code = c.optimizeAndAssemble(true);
  const free = freeNames(c);
  c.exitScope();
  // These belong to the line of `class`, not to that of a decorator.
  const location = locationOf(s);
  c.op(Op.LOAD_BUILD_CLASS, location);
  c.op(Op.PUSH_NULL, location);
  makeClosure(c, code, free, 0, location);
  c.loadConst(s.name, location);
}
