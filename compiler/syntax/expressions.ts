import { BoolOperator, CompareOperator, type Expr, ExprContext, NodeKind, Operator, UnaryOperator } from './ast.ts';
import { PrimaryParser } from './primaries.ts';
import { Level, precedence, TokenKind } from './token.ts';

/** Expressions, by precedence climbing; rule names are the grammar's. */
export abstract class ExpressionParser extends PrimaryParser {
  /** `from __future__ import barry_as_FLUFL` is in force. */
  protected barryAsBdfl = false;

  protected expression(): Expr {
    const start = this.p;
    if (this.kinds[start] === TokenKind.LAMBDA) return this.lambda();
    const body = this.binary(Level.Disjunction);
    if (this.kinds[this.p] !== TokenKind.IF) return body;
    this.p++;
    const test = this.binary(Level.Disjunction);
    this.expect(TokenKind.ELSE);
    this.enter();
    const orelse = this.expression();
    this.leave();
    return {
      kind: NodeKind.IfExp,
      lineno: this.lines[start],
      col_offset: this.cols[start],
      end_lineno: this.endLines[this.p - 1],
      end_col_offset: this.endCols[this.p - 1],
      test,
      body,
      orelse,
    };
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
    this.enter();
    const body = this.expression();
    this.leave();
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
      this.p++;
      this.enter();
      left = this.unaryNode(start, UnaryOperator.Not, this.binary(Level.Inversion));
      this.leave();
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
    switch (this.kinds[start]) {
      case TokenKind.MINUS:
        return this.signed(start, UnaryOperator.USub);
      case TokenKind.PLUS:
        return this.signed(start, UnaryOperator.UAdd);
      case TokenKind.TILDE:
        return this.signed(start, UnaryOperator.Invert);
    }
    const left = this.awaitPrimary();
    if (this.kinds[this.p] !== TokenKind.DOUBLESTAR) return left;
    this.p++;
    this.enter();
    const right = this.factor();
    this.leave();
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

  protected signed(start: number, op: UnaryOperator): Expr {
    this.p++;
    this.enter();
    const operand = this.factor();
    this.leave();
    return this.unaryNode(start, op, operand);
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
