import {
  type Attribute,
  type BinOp,
  type Call,
  type Expr,
  type IfExp,
  NodeKind,
  type Subscript,
  type UnaryOp,
} from './ast.ts';

/**
 * Expressions that can be written one after the other without brackets, thousands of them, and yet nest in the tree:
 * `a.b().c[d]`, `a + b + c`, `not not a`, `a ** b ** c`, `a if b else c if d else e`. Stages walk them in loops, because
 * CPython's stack allows more of them than JavaScript's.
 */
export type Operation = LeftLeaning | UnaryOp | IfExp;

/** Those that stand behind their first operand. */
export type LeftLeaning = Attribute | Call | Subscript | BinOp;

export function isOperation(e: Expr): e is Operation {
  return isLeftLeaning(e) || e.kind === NodeKind.UnaryOp || e.kind === NodeKind.IfExp;
}

export function isLeftLeaning(e: Expr): e is LeftLeaning {
  switch (e.kind) {
    case NodeKind.Attribute:
    case NodeKind.Call:
    case NodeKind.Subscript:
    case NodeKind.BinOp:
      return true;
    default:
      return false;
  }
}

/** The operand along which an expression may be deep: of a binary one the left, unless only the right is an operation. */
export function deepOperand(e: Operation): Expr {
  switch (e.kind) {
    case NodeKind.Attribute:
    case NodeKind.Subscript:
      return e.value;
    case NodeKind.Call:
      return e.func;
    case NodeKind.BinOp:
      return leansRight(e) ? e.right : e.left;
    case NodeKind.UnaryOp:
      return e.operand;
    case NodeKind.IfExp:
      return e.orelse;
  }
}

export function leansRight(e: BinOp): boolean {
  return !isOperation(e.left) && isOperation(e.right);
}
