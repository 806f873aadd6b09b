import type { Constant } from '../bytecode/constants.ts';
import { type Compare, CompareOperator, type Expr, NodeKind } from '../syntax/ast.ts';
import type { Compiler } from './compiler.ts';

/** The name of the type that an expression surely has, or undefined (`infer_type`). */
function inferType(e: Expr): string | undefined {
  switch (e.kind) {
    case NodeKind.Tuple:
      return 'tuple';
    case NodeKind.List:
    case NodeKind.ListComp:
      return 'list';
    case NodeKind.Dict:
    case NodeKind.DictComp:
      return 'dict';
    case NodeKind.Set:
    case NodeKind.SetComp:
      return 'set';
    case NodeKind.GeneratorExp:
      return 'generator';
    case NodeKind.Lambda:
      return 'function';
    case NodeKind.TemplateStr:
    case NodeKind.Interpolation:
      return 'string.templatelib.Template';
    case NodeKind.JoinedStr:
    case NodeKind.FormattedValue:
      return 'str';
    case NodeKind.Constant:
      return typeOfConstant(e.value);
    default:
      return undefined;
  }
}

function typeOfConstant(value: Constant): string {
  if (value === null) return 'NoneType';
  switch (typeof value) {
    case 'boolean':
      return 'bool';
    case 'number':
    case 'bigint':
      return 'int';
    case 'string':
      return 'str';
  }
  return value.type;
}

const isNamedSingleton = (value: Constant): boolean =>
  value === null || typeof value === 'boolean' || (typeof value === 'object' && value.type === 'ellipsis');

/** False for a constant that is no named singleton: what `is` should not compare (`check_is_arg`). */
function isArgOfIs(e: Expr): boolean {
  if (e.kind === NodeKind.Tuple) return !e.elts.every((elt) => elt.kind === NodeKind.Constant);
  return e.kind !== NodeKind.Constant || isNamedSingleton(e.value);
}

/** `codegen_check_compare`: warns of `is` with a literal. */
export function checkCompare(c: Compiler, e: Compare): void {
  let leftExpr = e.left;
  let left = isArgOfIs(leftExpr);
  for (let i = 0; i < e.ops.length; i++) {
    const op = e.ops[i]!;
    const rightExpr = e.comparators[i]!;
    const right = isArgOfIs(rightExpr);
    if ((op === CompareOperator.Is || op === CompareOperator.IsNot) && (!right || !left)) {
      const [written, meant] = op === CompareOperator.Is ? ['is', '=='] : ['is not', '!='];
      const type = inferType(left ? rightExpr : leftExpr);
      c.warn(`"${written}" with '${type}' literal. Did you mean "${meant}"?`, e);
      return;
    }
    left = right;
    leftExpr = rightExpr;
  }
}

/** `check_caller`: warns of calling a literal. */
export function checkCaller(c: Compiler, e: Expr): void {
  switch (e.kind) {
    case NodeKind.Constant:
    case NodeKind.Tuple:
    case NodeKind.List:
    case NodeKind.ListComp:
    case NodeKind.Dict:
    case NodeKind.DictComp:
    case NodeKind.Set:
    case NodeKind.SetComp:
    case NodeKind.GeneratorExp:
    case NodeKind.JoinedStr:
    case NodeKind.TemplateStr:
    case NodeKind.FormattedValue:
    case NodeKind.Interpolation:
      c.warn(`'${inferType(e)}' object is not callable; perhaps you missed a comma?`, e);
  }
}

/** `check_subscripter`: warns of subscripting what can't be. */
export function checkSubscripter(c: Compiler, e: Expr): void {
  switch (e.kind) {
    case NodeKind.Constant: {
      const { value } = e;
      const subscriptable =
        typeof value === 'string' ||
        (value !== null && typeof value === 'object' && ['str', 'bytes', 'tuple'].includes(value.type));
      if (subscriptable) return;
      break;
    }
    case NodeKind.Set:
    case NodeKind.SetComp:
    case NodeKind.GeneratorExp:
    case NodeKind.TemplateStr:
    case NodeKind.Interpolation:
    case NodeKind.Lambda:
      break;
    default:
      return;
  }
  c.warn(`'${inferType(e)}' object is not subscriptable; perhaps you missed a comma?`, e);
}

/** `check_index`: warns of an index that is no integer and no slice. */
export function checkIndex(c: Compiler, e: Expr, index: Expr): void {
  const type = inferType(index);
  if (type === undefined || type === 'int' || type === 'bool' || type === 'slice') return;
  switch (e.kind) {
    case NodeKind.Constant: {
      const of = typeOfConstant(e.value);
      if (of !== 'str' && of !== 'bytes' && of !== 'tuple') return;
      break;
    }
    case NodeKind.Tuple:
    case NodeKind.List:
    case NodeKind.ListComp:
    case NodeKind.JoinedStr:
    case NodeKind.FormattedValue:
      break;
    default:
      return;
  }
  c.warn(`${inferType(e)} indices must be integers or slices, not ${type}; perhaps you missed a comma?`, e);
}
