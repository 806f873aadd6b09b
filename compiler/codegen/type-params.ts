import { TupleConstant } from '../bytecode/constants.ts';
import { Op } from '../bytecode/op.ts';
import type { Scope } from '../symbols/scope.ts';
import { type Expr, ExprContext, NodeKind, type TypeAlias, type TypeParam } from '../syntax/ast.ts';
import { setupAnnotationsScope } from './annotations.ts';
import { type Compiler, locationOf } from './compiler.ts';
import { ScopeType } from './compiler-unit.ts';
import { visitExpr } from './expressions.ts';
import { enterScope, finishFunction } from './functions.ts';
import { nameOp } from './names.ts';
import { MakeFunction } from './numbers.ts';

/** The default of the format parameter of lazily evaluated bounds, defaults and aliases. */
const FORMAT_DEFAULTS = new TupleConstant([1]);

/** Makes the type parameters and leaves a tuple of them on the stack (`codegen_type_params`). */
export function typeParams(c: Compiler, params: readonly TypeParam[]): void {
  let seenDefault = false;
  for (const param of params) {
    const location = locationOf(param);
    c.loadConst(param.name, location);
    if (param.kind === NodeKind.TypeVar && param.bound !== null) {
      boundOrDefault(c, param.bound, param.name, c.symbols.bounds.get(param), false);
      const { TYPEVAR_WITH_CONSTRAINTS, TYPEVAR_WITH_BOUND } = c.numbers;
      const intrinsic = param.bound.kind === NodeKind.Tuple ? TYPEVAR_WITH_CONSTRAINTS : TYPEVAR_WITH_BOUND;
      c.opI(Op.CALL_INTRINSIC_2, intrinsic, location);
    } else c.opI(Op.CALL_INTRINSIC_1, intrinsicOf(c, param), location);
    if (param.default_value !== null) {
      seenDefault = true;
      const starred = param.kind === NodeKind.TypeVarTuple;
      boundOrDefault(c, param.default_value, param.name, c.symbols.defaults.get(param), starred);
      c.opI(Op.CALL_INTRINSIC_2, c.numbers.SET_TYPEPARAM_DEFAULT, location);
    } else if (seenDefault) {
      c.error(`non-default type parameter '${param.name}' follows default type parameter`, location);
    }
    c.opI(Op.COPY, 1, location);
    nameOp(c, param.name, ExprContext.Store, location);
  }
  c.opI(Op.BUILD_TUPLE, params.length, locationOf(params[0]!));
}

function intrinsicOf(c: Compiler, param: TypeParam): number {
  switch (param.kind) {
    case NodeKind.TypeVar:
      return c.numbers.TYPEVAR;
    case NodeKind.TypeVarTuple:
      return c.numbers.TYPEVARTUPLE;
    case NodeKind.ParamSpec:
      return c.numbers.PARAMSPEC;
  }
}

/** `codegen_type_param_bound_or_default`. The scope is missing only where the symbol table reported an error. */
function boundOrDefault(c: Compiler, e: Expr, name: string, scope: Scope | undefined, allowStarred: boolean): void {
  if (scope === undefined) return;
  const location = locationOf(e);
  c.loadConst(FORMAT_DEFAULTS, location);
  setupAnnotationsScope(c, name, scope, location);
  if (allowStarred && e.kind === NodeKind.Starred) {
    visitExpr(c, e.value);
    c.opI(Op.UNPACK_SEQUENCE, 1, location);
  } else visitExpr(c, e);
  c.op(Op.RETURN_VALUE, location);
  finishFunction(c, true, MakeFunction.DEFAULTS, location);
}

/** `codegen_typealias`. */
export function typeAlias(c: Compiler, s: TypeAlias): void {
  const location = locationOf(s);
  const name = s.name.id;
  const generic = s.type_params.length > 0;
  if (generic) {
    const scope = c.symbols.typeParams.get(s)!;
    enterScope(c, `<generic parameters of ${name}>`, ScopeType.Annotations, scope, location.lineno);
    c.loadConst(name, location);
    typeParams(c, s.type_params);
  } else {
    c.loadConst(name, location);
    c.loadConst(null, location);
  }
  c.loadConst(FORMAT_DEFAULTS, location);
  setupAnnotationsScope(c, name, c.symbols.blocks.get(s)!, location);
  visitExpr(c, s.value);
  c.op(Op.RETURN_VALUE, location);
  finishFunction(c, false, MakeFunction.DEFAULTS, location);
  c.opI(Op.BUILD_TUPLE, 3, location);
  c.opI(Op.CALL_INTRINSIC_1, c.numbers.TYPEALIAS, location);
  if (generic) {
    finishFunction(c, false, 0, location);
    c.op(Op.PUSH_NULL, location);
    c.opI(Op.CALL, 0, location);
  }
  nameOp(c, name, ExprContext.Store, location);
}
