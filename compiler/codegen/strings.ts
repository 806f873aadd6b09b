import { Op } from '../bytecode/op.ts';
import {
  type Expr,
  type FormattedValue,
  type Interpolation,
  type JoinedStr,
  NodeKind,
  Operator,
  type TemplateStr,
} from '../syntax/ast.ts';
import { type Compiler, locationOf } from './compiler.ts';
import { visitExpr, visitExprs } from './expressions.ts';
import { STACK_USE_GUIDELINE } from './numbers.ts';

/** CONVERT_VALUE's argument: FVC_STR, FVC_REPR, FVC_ASCII, for `!s`, `!r`, `!a`. */
export function conversionNumber(conversion: number): number {
  return conversion === 0x73 ? 1 : conversion === 0x72 ? 2 : 3;
}

export function joinedStr(c: Compiler, e: JoinedStr): void {
  const location = locationOf(e);
  const count = e.values.length;
  if (count > STACK_USE_GUIDELINE) {
    c.loadConst('', location);
    c.opI(Op.LOAD_ATTR, (c.nameIndex('join') << 1) | 1, location);
    c.opI(Op.BUILD_LIST, 0, location);
    for (const value of e.values) {
      visitExpr(c, value);
      c.opI(Op.LIST_APPEND, 1, location);
    }
    c.opI(Op.CALL, 1, location);
    return;
  }
  visitExprs(c, e.values);
  if (count > 1) c.opI(Op.BUILD_STRING, count, location);
  else if (count === 0) c.loadConst('', location);
}

export function formattedValue(c: Compiler, e: FormattedValue): void {
  visitExpr(c, e.value);
  const location = locationOf(e);
  if (e.conversion !== -1) c.opI(Op.CONVERT_VALUE, conversionNumber(e.conversion), location);
  if (e.format_spec !== null) {
    visitExpr(c, e.format_spec);
    c.op(Op.FORMAT_WITH_SPEC, location);
  } else c.op(Op.FORMAT_SIMPLE, location);
}

/** A t-string: the tuple of its strings, then the tuple of its interpolations (`codegen_template_str`). */
export function templateStr(c: Compiler, e: TemplateStr): void {
  const location = locationOf(e);
  const { values } = e;
  let strings = 0;
  let afterInterpolation = true;
  for (let i = 0; i < values.length; i++) {
    if (values[i]!.kind === NodeKind.Interpolation) {
      if (afterInterpolation) {
        c.loadConst('', location);
        strings++;
      }
      afterInterpolation = true;
      continue;
    }
    visitExpr(c, values[i]!);
    while (i + 1 < values.length && values[i + 1]!.kind !== NodeKind.Interpolation) {
      visitExpr(c, values[++i]!);
      c.opI(Op.BINARY_OP, c.numbers.inplace[Operator.Add]!, location);
    }
    strings++;
    afterInterpolation = false;
  }
  if (afterInterpolation) {
    c.loadConst('', location);
    strings++;
  }
  c.opI(Op.BUILD_TUPLE, strings, location);
  const interpolations = values.filter((value: Expr) => value.kind === NodeKind.Interpolation);
  visitExprs(c, interpolations);
  c.opI(Op.BUILD_TUPLE, interpolations.length, location);
  c.op(Op.BUILD_TEMPLATE, location);
}

export function interpolation(c: Compiler, e: Interpolation): void {
  const location = locationOf(e);
  visitExpr(c, e.value);
  c.loadConst(e.str, location);
  let oparg = 2;
  if (e.format_spec !== null) {
    oparg++;
    visitExpr(c, e.format_spec);
  }
  if (e.conversion !== -1) oparg |= conversionNumber(e.conversion) << 2;
  c.opI(Op.BUILD_INTERPOLATION, oparg, location);
}
