import { BoolOperator, CompareOperator, type Expr, ExprContext, NodeKind, Operator, UnaryOperator } from './ast.ts';
import { PrimaryParser } from './primaries.ts';
import { Level, precedence, TokenKind } from './token.ts';

const signs: Readonly<Record<number, UnaryOperator>> = {
  [TokenKind.MINUS]: UnaryOperator.USub,
  [TokenKind.PLUS]: UnaryOperator.UAdd,
  [TokenKind.TILDE]: UnaryOperator.Invert,
};

/** Expressions, by precedence climbing; rule names are the grammar's. */
export abstract class ExpressionParser extends PrimaryParser {
  /** `from __future__ import barry_as_FLUFL` is in force. */
  protected barryAsBdfl = false;

  protected expression(): Expr {
    const start = this.p;
    if (this.kinds[start] === TokenKind.LAMBDA) return this.lambda();
    const body = this.binary(Level.Disjunction);
    return this.kinds[this.p] === TokenKind.IF ? this.conditional(start, body) : body;
  }

  /** From `if` on. Conditions in the `else` of others are read in a loop: there may be thousands. */
  private conditional(start: number, body: Expr): Expr {
    const starts = [start];
    const bodies = [body];
    const tests: Expr[] = [];
    let value: Expr;
    for (;;) {
      this.p++;
      tests.push(this.binary(Level.Disjunction));
      this.expect(TokenKind.ELSE);
      this.enter(1);
      const next = this.p;
      const isLambda = this.kinds[next] === TokenKind.LAMBDA;
      value = isLambda ? this.lambda() : this.binary(Level.Disjunction);
      if (isLambda || this.kinds[this.p] !== TokenKind.IF) break;
      starts.push(next);
      bodies.push(value);
    }
    this.leave(starts.length);
    for (let i = starts.length - 1; i >= 0; i--) {
      value = {
        kind: NodeKind.IfExp,
        lineno: this.lines[starts[i]],
        col_offset: this.cols[starts[i]],
        end_lineno: this.endLines[this.p - 1],
        end_col_offset: this.endCols[this.p - 1],
        test: tests[i],
        body: bodies[i],
        orelse: value,
      };
    }
    return value;
  }

  protected namedExpression(): Expr {
    const start = this.p;
    if (this.kinds[start] !== TokenKind.NAME || this.kinds[start + 1] !== TokenKind.COLONEQUAL) {
      return this.expression();
    }
    const target = this.nameNode(ExprContext.Store);
    this.p++;
    const value = this.expression();
    return {
      kind: NodeKind.NamedExpr,
      lineno: this.lines[start],
      col_offset: this.cols[start],
      end_lineno: this.endLines[this.p - 1],
      end_col_offset: this.endCols[this.p - 1],
      target,
      value,
    };
  }

  protected starExpression(): Expr {
    return this.kinds[this.p] === TokenKind.STAR ? this.starred(false) : this.expression();
  }

  /** One star_expression, or a tuple of several without parentheses. */
  protected starExpressions(): Expr {
    const start = this.p;
    const first = this.starExpression();
    if (this.kinds[this.p] !== TokenKind.COMMA) return first;
    const elts = [first];
    while (this.accept(TokenKind.COMMA) && this.beginsStarExpression()) elts.push(this.starExpression());
    return this.tuple(start, elts);
  }

  /** One expression, or a tuple of several without parentheses, none starred. */
  protected expressions(): Expr {
    const start = this.p;
    const first = this.expression();
    if (this.kinds[this.p] !== TokenKind.COMMA) return first;
    const elts = [first];
    while (this.accept(TokenKind.COMMA) && this.beginsExpression()) elts.push(this.expression());
    return this.tuple(start, elts);
  }

  protected annotatedRhs(): Expr {
    return this.kinds[this.p] === TokenKind.YIELD ? this.yieldExpression() : this.starExpressions();
  }

  protected yieldExpression(): Expr {
    const start = this.p++;
    if (this.accept(TokenKind.FROM)) {
      const value = this.expression();
      return {
        kind: NodeKind.YieldFrom,
        lineno: this.lines[start],
        col_offset: this.cols[start],
        end_lineno: this.endLines[this.p - 1],
        end_col_offset: this.endCols[this.p - 1],
        value,
      };
    }
    const value = this.beginsStarExpression() ? this.starExpressions() : null;
    return {
      kind: NodeKind.Yield,
      lineno: this.lines[start],
      col_offset: this.cols[start],
      end_lineno: this.endLines[this.p - 1],
      end_col_offset: this.endCols[this.p - 1],
      value,
    };
  }

  protected lambda(): Expr {
    const start = this.p++;
    const args = this.kinds[this.p] === TokenKind.COLON ? this.noParameters() : this.parameters(TokenKind.COLON);
    this.expect(TokenKind.COLON);
    this.enter(2);
    const body = this.expression();
    this.leave(2);
    return {
      kind: NodeKind.Lambda,
      lineno: this.lines[start],
      col_offset: this.cols[start],
      end_lineno: this.endLines[this.p - 1],
      end_col_offset: this.endCols[this.p - 1],
      args,
      body,
    };
  }

  /** Operators that bind at least as tightly as `level`, from disjunction to term. */
  protected binary(level: number): Expr {
    const start = this.p;
    let left: Expr;
    if (this.kinds[start] === TokenKind.NOT) {
      if (level > Level.Inversion) this.fail();
      left = this.inversion(start);
    } else {
      left = this.factor();
    }
    for (;;) {
      const kind = this.kinds[this.p];
      const binds = precedence[kind];
      if (binds < level || binds === 0) return left;
      if (binds > Level.Comparison) {
        this.p++;
        const right = this.binary(binds + 1);
        left = {
          kind: NodeKind.BinOp,
          lineno: this.lines[start],
          col_offset: this.cols[start],
          end_lineno: this.endLines[this.p - 1],
          end_col_offset: this.endCols[this.p - 1],
          left,
          op: (kind - TokenKind.PLUS) as Operator,
          right,
        };
      } else if (binds === Level.Comparison) {
        if (kind === TokenKind.NOT && this.kinds[this.p + 1] !== TokenKind.IN) return left;
        left = this.comparison(start, left);
      } else {
        const values = [left];
        while (this.accept(kind)) values.push(this.binary(binds + 1));
        left = {
          kind: NodeKind.BoolOp,
          lineno: this.lines[start],
          col_offset: this.cols[start],
          end_lineno: this.endLines[this.p - 1],
          end_col_offset: this.endCols[this.p - 1],
          op: binds === Level.Disjunction ? BoolOperator.Or : BoolOperator.And,
          values,
        };
      }
    }
  }

  /** One `not` or several in a row. */
  private inversion(start: number): Expr {
    while (this.accept(TokenKind.NOT)) this.enter(1);
    const count = this.p - start;
    let value = this.binary(Level.Inversion);
    this.leave(count);
    for (let i = count - 1; i >= 0; i--) value = this.unaryNode(start + i, UnaryOperator.Not, value);
    return value;
  }

  protected comparison(start: number, left: Expr): Expr {
    const ops: CompareOperator[] = [];
    const comparators: Expr[] = [];
    for (;;) {
      const operator = this.compareOperator();
      if (operator === -1) break;
      ops.push(operator);
      comparators.push(this.binary(Level.BitwiseOr));
    }
    return {
      kind: NodeKind.Compare,
      lineno: this.lines[start],
      col_offset: this.cols[start],
      end_lineno: this.endLines[this.p - 1],
      end_col_offset: this.endCols[this.p - 1],
      left,
      ops,
      comparators,
    };
  }

  /** Steps over a comparison operator; -1 where there is none. */
  protected compareOperator(): CompareOperator | -1 {
    const kind = this.kinds[this.p];
    switch (kind) {
      case TokenKind.LESSGREATER:
        if (!this.barryAsBdfl) this.fail();
        this.p++;
        return CompareOperator.NotEq;
      case TokenKind.NOTEQUAL:
        if (this.barryAsBdfl) this.fail();
        this.p++;
        return CompareOperator.NotEq;
      case TokenKind.EQEQUAL:
      case TokenKind.LESS:
      case TokenKind.LESSEQUAL:
      case TokenKind.GREATER:
      case TokenKind.GREATEREQUAL:
        this.p++;
        return (kind - TokenKind.EQEQUAL) as CompareOperator;
      case TokenKind.IN:
        this.p++;
        return CompareOperator.In;
      case TokenKind.IS:
        this.p++;
        return this.accept(TokenKind.NOT) ? CompareOperator.IsNot : CompareOperator.Is;
      case TokenKind.NOT:
        if (this.kinds[this.p + 1] !== TokenKind.IN) return -1;
        this.p += 2;
        return CompareOperator.NotIn;
      default:
        return -1;
    }
  }

  protected factor(): Expr {
    const start = this.p;
    if (signs[this.kinds[start]] !== undefined) return this.signsAndPowers(start, undefined);
    const value = this.awaitPrimary();
    return this.kinds[this.p] === TokenKind.DOUBLESTAR ? this.signsAndPowers(start, value) : value;
  }

  /** Signs before factors and powers of powers lean to the right: they are read in a loop, however many. */
  private signsAndPowers(begin: number, first: Expr | undefined): Expr {
    const starts: number[] = [];
    /** What is raised to a power, by the place in `starts`; undefined for a sign. */
    const bases: (Expr | undefined)[] = [];
    const before = this.depth;
    let start = begin;
    let value = first;
    for (;;) {
      if (value === undefined && signs[this.kinds[start]] !== undefined) {
        this.enter(1);
      } else {
        value ??= this.awaitPrimary();
        if (this.kinds[this.p] !== TokenKind.DOUBLESTAR) break;
        this.enter(2);
      }
      starts.push(start);
      bases.push(value);
      start = ++this.p;
      value = undefined;
    }
    this.depth = before;
    for (let i = starts.length - 1; i >= 0; i--) {
      const base = bases[i];
      value =
        base === undefined
          ? this.unaryNode(starts[i], signs[this.kinds[starts[i]]]!, value)
          : this.powerNode(starts[i], base, value);
    }
    return value;
  }

  private powerNode(start: number, left: Expr, right: Expr): Expr {
    return {
      kind: NodeKind.BinOp,
      lineno: this.lines[start],
      col_offset: this.cols[start],
      end_lineno: this.endLines[this.p - 1],
      end_col_offset: this.endCols[this.p - 1],
      left,
      op: Operator.Pow,
      right,
    };
  }

  protected unaryNode(start: number, op: UnaryOperator, operand: Expr): Expr {
    return {
      kind: NodeKind.UnaryOp,
      lineno: this.lines[start],
      col_offset: this.cols[start],
      end_lineno: this.endLines[this.p - 1],
      end_col_offset: this.endCols[this.p - 1],
      op,
      operand,
    };
  }

  protected awaitPrimary(): Expr {
    const start = this.p;
    if (this.kinds[start] !== TokenKind.AWAIT) return this.primary();
    this.p++;
    const value = this.primary();
    return {
      kind: NodeKind.Await,
      lineno: this.lines[start],
      col_offset: this.cols[start],
      end_lineno: this.endLines[this.p - 1],
      end_col_offset: this.endCols[this.p - 1],
      value,
    };
  }
}
