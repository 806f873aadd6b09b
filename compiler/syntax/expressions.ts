import type { Constant } from '../bytecode/constants.ts';
import { Ellipsis } from '../bytecode/constants.ts';
import {
  BoolOperator,
  CompareOperator,
  type Comprehension,
  type Expr,
  ExprContext,
  type Keyword,
  NodeKind,
  Operator,
  type Tuple,
  UnaryOperator,
} from './ast.ts';
import { SyntaxFeature } from './availability.ts';
import { parseNumber } from './numbers.ts';
import { StringParser } from './strings.ts';
import { Level, precedence, TokenKind } from './token.ts';

/** Expressions, by precedence climbing; rule names are the grammar's. */
export abstract class ExpressionParser extends StringParser {
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

  protected starNamedExpression(): Expr {
    return this.kinds[this.p] === TokenKind.STAR ? this.starred(false) : this.namedExpression();
  }

  /** `*value`; the operand is a whole expression in calls and subscripts, else a bitwise_or. */
  private starred(whole: boolean): Expr {
    const start = this.p++;
    const value = whole ? this.expression() : this.binary(Level.BitwiseOr);
    return {
      kind: NodeKind.Starred,
      lineno: this.lines[start],
      col_offset: this.cols[start],
      end_lineno: this.endLines[this.p - 1],
      end_col_offset: this.endCols[this.p - 1],
      value,
      ctx: ExprContext.Load,
    };
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

  protected tuple(start: number, elts: Expr[]): Tuple {
    return {
      kind: NodeKind.Tuple,
      lineno: this.lines[start],
      col_offset: this.cols[start],
      end_lineno: this.endLines[this.p - 1],
      end_col_offset: this.endCols[this.p - 1],
      elts,
      ctx: ExprContext.Load,
    };
  }

  /** Whether the current token can begin an expression: tells a trailing comma from a further element. */
  protected beginsExpression(): boolean {
    switch (this.kinds[this.p]) {
      case TokenKind.NAME:
      case TokenKind.NUMBER:
      case TokenKind.STRING:
      case TokenKind.FSTRING_START:
      case TokenKind.TSTRING_START:
      case TokenKind.LPAR:
      case TokenKind.LSQB:
      case TokenKind.LBRACE:
      case TokenKind.ELLIPSIS:
      case TokenKind.PLUS:
      case TokenKind.MINUS:
      case TokenKind.TILDE:
      case TokenKind.NOT:
      case TokenKind.LAMBDA:
      case TokenKind.AWAIT:
      case TokenKind.NONE:
      case TokenKind.TRUE:
      case TokenKind.FALSE:
        return true;
      default:
        return false;
    }
  }

  protected beginsStarExpression(): boolean {
    return this.kinds[this.p] === TokenKind.STAR || this.beginsExpression();
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

  private lambda(): Expr {
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

  private comparison(start: number, left: Expr): Expr {
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
  private compareOperator(): CompareOperator | -1 {
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

  private factor(): Expr {
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

  private signed(start: number, op: UnaryOperator): Expr {
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

  private awaitPrimary(): Expr {
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

  protected primary(): Expr {
    const start = this.p;
    let value = this.atom();
    for (;;) {
      switch (this.kinds[this.p]) {
        case TokenKind.DOT: {
          this.p++;
          const attr = this.name();
          value = {
            kind: NodeKind.Attribute,
            lineno: this.lines[start],
            col_offset: this.cols[start],
            end_lineno: this.endLines[this.p - 1],
            end_col_offset: this.endCols[this.p - 1],
            value,
            attr,
            ctx: ExprContext.Load,
          };
          break;
        }
        case TokenKind.LPAR:
          value = this.call(start, value);
          break;
        case TokenKind.LSQB: {
          this.p++;
          const slice = this.slices();
          this.expect(TokenKind.RSQB);
          value = {
            kind: NodeKind.Subscript,
            lineno: this.lines[start],
            col_offset: this.cols[start],
            end_lineno: this.endLines[this.p - 1],
            end_col_offset: this.endCols[this.p - 1],
            value,
            slice,
            ctx: ExprContext.Load,
          };
          break;
        }
        default:
          return value;
      }
    }
  }

  private call(start: number, func: Expr): Expr {
    const args: Expr[] = [];
    const keywords: Keyword[] = [];
    this.callArguments(args, keywords);
    return {
      kind: NodeKind.Call,
      lineno: this.lines[start],
      col_offset: this.cols[start],
      end_lineno: this.endLines[this.p - 1],
      end_col_offset: this.endCols[this.p - 1],
      func,
      args,
      keywords,
    };
  }

  /** From '(' to ')'. A lone generator expression shares the parentheses. */
  protected callArguments(args: Expr[], keywords: Keyword[]): void {
    const open = this.p++;
    let unpacked = false;
    while (this.kinds[this.p] !== TokenKind.RPAR) {
      const start = this.p;
      const kind = this.kinds[start];
      if (kind === TokenKind.STAR) {
        if (unpacked) this.fail();
        args.push(this.starred(true));
      } else if (kind === TokenKind.DOUBLESTAR) {
        this.p++;
        unpacked = true;
        keywords.push(this.keyword(start, null, this.expression()));
      } else if (kind === TokenKind.NAME && this.kinds[start + 1] === TokenKind.EQUAL) {
        const name = this.name();
        this.p++;
        keywords.push(this.keyword(start, name, this.expression()));
      } else {
        if (keywords.length > 0) this.fail();
        const value = this.namedExpression();
        if (this.kinds[this.p] === TokenKind.FOR || this.kinds[this.p] === TokenKind.ASYNC) {
          if (args.length > 0) this.fail();
          const generators = this.forIfClauses();
          this.expect(TokenKind.RPAR);
          args.push({
            kind: NodeKind.GeneratorExp,
            lineno: this.lines[open],
            col_offset: this.cols[open],
            end_lineno: this.endLines[this.p - 1],
            end_col_offset: this.endCols[this.p - 1],
            elt: value,
            generators,
          });
          return;
        }
        args.push(value);
      }
      if (!this.accept(TokenKind.COMMA)) break;
    }
    this.expect(TokenKind.RPAR);
  }

  private keyword(start: number, arg: string | null, value: Expr): Keyword {
    return {
      kind: NodeKind.keyword,
      lineno: this.lines[start],
      col_offset: this.cols[start],
      end_lineno: this.endLines[this.p - 1],
      end_col_offset: this.endCols[this.p - 1],
      arg,
      value,
    };
  }

  private slices(): Expr {
    const start = this.p;
    let first: Expr;
    if (this.kinds[start] === TokenKind.STAR) {
      this.use(SyntaxFeature.StarredInIndex, start);
      first = this.starred(true);
    } else {
      first = this.slice();
      if (this.kinds[this.p] !== TokenKind.COMMA) return first;
    }
    const elts = [first];
    while (this.accept(TokenKind.COMMA) && this.kinds[this.p] !== TokenKind.RSQB) {
      if (this.kinds[this.p] === TokenKind.STAR) this.use(SyntaxFeature.StarredInIndex, this.p);
      elts.push(this.kinds[this.p] === TokenKind.STAR ? this.starred(true) : this.slice());
    }
    return this.tuple(start, elts);
  }

  private slice(): Expr {
    const start = this.p;
    let lower: Expr | null = null;
    if (this.kinds[start] !== TokenKind.COLON) {
      lower = this.namedExpression();
      if (lower.kind === NodeKind.NamedExpr && this.kinds[start] === TokenKind.NAME) {
        this.use(SyntaxFeature.WalrusInIndex, start);
      }
      if (this.kinds[this.p] !== TokenKind.COLON) return lower;
      if (lower.kind === NodeKind.NamedExpr && this.kinds[start] === TokenKind.NAME) this.fail();
    }
    this.p++;
    let upper: Expr | null = null;
    let step: Expr | null = null;
    if (this.beginsExpression()) upper = this.expression();
    if (this.accept(TokenKind.COLON) && this.beginsExpression()) step = this.expression();
    return {
      kind: NodeKind.Slice,
      lineno: this.lines[start],
      col_offset: this.cols[start],
      end_lineno: this.endLines[this.p - 1],
      end_col_offset: this.endCols[this.p - 1],
      lower,
      upper,
      step,
    };
  }

  private atom(): Expr {
    const start = this.p;
    switch (this.kinds[start]) {
      case TokenKind.NAME:
        return this.nameNode(ExprContext.Load);
      case TokenKind.NUMBER:
        this.p++;
        return this.constant(start, this.numberValue(start));
      case TokenKind.STRING:
      case TokenKind.FSTRING_START:
      case TokenKind.TSTRING_START:
        return this.strings();
      case TokenKind.NONE:
        this.p++;
        return this.constant(start, null);
      case TokenKind.TRUE:
        this.p++;
        return this.constant(start, true);
      case TokenKind.FALSE:
        this.p++;
        return this.constant(start, false);
      case TokenKind.ELLIPSIS:
        this.p++;
        return this.constant(start, Ellipsis);
      case TokenKind.LPAR: {
        this.enter();
        const value = this.parenthesized();
        this.leave();
        return value;
      }
      case TokenKind.LSQB: {
        this.enter();
        const value = this.listDisplay();
        this.leave();
        return value;
      }
      case TokenKind.LBRACE: {
        this.enter();
        const value = this.braceDisplay();
        this.leave();
        return value;
      }
      default:
        return this.fail();
    }
  }

  protected nameNode(ctx: ExprContext): Expr & { kind: NodeKind.Name } {
    const p = this.p;
    return {
      kind: NodeKind.Name,
      lineno: this.lines[p],
      col_offset: this.cols[p],
      end_lineno: this.endLines[p],
      end_col_offset: this.endCols[p],
      id: this.name(),
      ctx,
    };
  }

  /** The NUMBER token at `index`. */
  protected numberValue(index: number): Constant {
    const value = parseNumber(this.text, this.starts[index], this.ends[index]);
    if (typeof value === 'string') {
      // CPython gives no columns for this one.
      this.fail({
        category: 'SyntaxError',
        message: value,
        lineno: this.lines[index],
        offset: 0,
        end_lineno: this.endLines[index],
        end_offset: 0,
      });
    }
    return value;
  }

  protected constant(start: number, value: Constant): Expr & { kind: NodeKind.Constant } {
    const end = this.p - 1;
    return {
      kind: NodeKind.Constant,
      lineno: this.lines[start],
      col_offset: this.cols[start],
      end_lineno: this.endLines[end],
      end_col_offset: this.endCols[end],
      value,
      literalKind: null,
    };
  }

  /** A tuple, a group or a generator expression. */
  private parenthesized(): Expr {
    const start = this.p++;
    if (this.accept(TokenKind.RPAR)) return this.tuple(start, []);
    if (this.kinds[this.p] === TokenKind.YIELD) {
      const value = this.yieldExpression();
      this.expect(TokenKind.RPAR);
      return value;
    }
    const first = this.starNamedExpression();
    switch (this.kinds[this.p]) {
      case TokenKind.RPAR:
        if (first.kind === NodeKind.Starred) this.fail();
        this.p++;
        return first;
      case TokenKind.COMMA: {
        const elts = this.displayElements(first, TokenKind.RPAR);
        return this.tuple(start, elts);
      }
      default: {
        if (first.kind === NodeKind.Starred) this.fail();
        const generators = this.forIfClauses();
        this.expect(TokenKind.RPAR);
        return {
          kind: NodeKind.GeneratorExp,
          lineno: this.lines[start],
          col_offset: this.cols[start],
          end_lineno: this.endLines[this.p - 1],
          end_col_offset: this.endCols[this.p - 1],
          elt: first,
          generators,
        };
      }
    }
  }

  /** What follows the first element of a display, with its closing bracket. */
  private displayElements(first: Expr, close: TokenKind): Expr[] {
    const elts = [first];
    while (this.accept(TokenKind.COMMA) && this.kinds[this.p] !== close) elts.push(this.starNamedExpression());
    this.expect(close);
    return elts;
  }

  private listDisplay(): Expr {
    const start = this.p++;
    let elts: Expr[] = [];
    if (this.kinds[this.p] === TokenKind.RSQB) {
      this.p++;
    } else {
      const first = this.starNamedExpression();
      if (this.kinds[this.p] === TokenKind.FOR || this.kinds[this.p] === TokenKind.ASYNC) {
        if (first.kind === NodeKind.Starred) this.fail();
        const generators = this.forIfClauses();
        this.expect(TokenKind.RSQB);
        return {
          kind: NodeKind.ListComp,
          lineno: this.lines[start],
          col_offset: this.cols[start],
          end_lineno: this.endLines[this.p - 1],
          end_col_offset: this.endCols[this.p - 1],
          elt: first,
          generators,
        };
      }
      elts = this.displayElements(first, TokenKind.RSQB);
    }
    return {
      kind: NodeKind.List,
      lineno: this.lines[start],
      col_offset: this.cols[start],
      end_lineno: this.endLines[this.p - 1],
      end_col_offset: this.endCols[this.p - 1],
      elts,
      ctx: ExprContext.Load,
    };
  }

  private braceDisplay(): Expr {
    const start = this.p++;
    if (this.kinds[this.p] === TokenKind.RBRACE || this.kinds[this.p] === TokenKind.DOUBLESTAR) {
      return this.dict(start, [], []);
    }
    const first = this.starNamedExpression();
    if (this.kinds[this.p] === TokenKind.COLON) {
      if (first.kind === NodeKind.Starred) this.fail();
      if (first.kind === NodeKind.NamedExpr && this.kinds[start + 1] === TokenKind.NAME) this.fail();
      this.p++;
      const value = this.expression();
      if (this.kinds[this.p] === TokenKind.FOR || this.kinds[this.p] === TokenKind.ASYNC) {
        const generators = this.forIfClauses();
        this.expect(TokenKind.RBRACE);
        return {
          kind: NodeKind.DictComp,
          lineno: this.lines[start],
          col_offset: this.cols[start],
          end_lineno: this.endLines[this.p - 1],
          end_col_offset: this.endCols[this.p - 1],
          key: first,
          value,
          generators,
        };
      }
      if (!this.accept(TokenKind.COMMA) && this.kinds[this.p] !== TokenKind.RBRACE) this.fail();
      return this.dict(start, [first], [value]);
    }
    if (this.kinds[this.p] === TokenKind.FOR || this.kinds[this.p] === TokenKind.ASYNC) {
      if (first.kind === NodeKind.Starred) this.fail();
      if (this.lacking.has(SyntaxFeature.WalrusInSet)) this.checkSet(start, [first]);
      const generators = this.forIfClauses();
      this.expect(TokenKind.RBRACE);
      return {
        kind: NodeKind.SetComp,
        lineno: this.lines[start],
        col_offset: this.cols[start],
        end_lineno: this.endLines[this.p - 1],
        end_col_offset: this.endCols[this.p - 1],
        elt: first,
        generators,
      };
    }
    const elts = this.displayElements(first, TokenKind.RBRACE);
    if (this.lacking.has(SyntaxFeature.WalrusInSet)) this.checkSet(start, elts);
    return {
      kind: NodeKind.Set,
      lineno: this.lines[start],
      col_offset: this.cols[start],
      end_lineno: this.endLines[this.p - 1],
      end_col_offset: this.endCols[this.p - 1],
      elts,
    };
  }

  /** Elements of a set that are assignment expressions without parentheses of their own. */
  private checkSet(start: number, elts: readonly Expr[]): void {
    for (const element of elts) {
      if (element.kind !== NodeKind.NamedExpr) continue;
      let token = start + 1;
      while (this.lines[token] !== element.lineno || this.cols[token] !== element.col_offset) token++;
      if (this.kinds[token - 1] !== TokenKind.LPAR) this.use(SyntaxFeature.WalrusInSet, token);
    }
  }

  /** The items of a dict display that `keys` and `values` don't hold yet, with the closing brace. */
  private dict(start: number, keys: (Expr | null)[], values: Expr[]): Expr {
    while (this.kinds[this.p] !== TokenKind.RBRACE) {
      if (this.accept(TokenKind.DOUBLESTAR)) {
        keys.push(null);
        values.push(this.binary(Level.BitwiseOr));
      } else {
        keys.push(this.expression());
        this.expect(TokenKind.COLON);
        values.push(this.expression());
      }
      if (!this.accept(TokenKind.COMMA)) break;
    }
    this.expect(TokenKind.RBRACE);
    return {
      kind: NodeKind.Dict,
      lineno: this.lines[start],
      col_offset: this.cols[start],
      end_lineno: this.endLines[this.p - 1],
      end_col_offset: this.endCols[this.p - 1],
      keys,
      values,
    };
  }

  protected forIfClauses(): Comprehension[] {
    const clauses: Comprehension[] = [];
    do {
      const isAsync = this.accept(TokenKind.ASYNC);
      this.expect(TokenKind.FOR);
      const target = this.starTargets();
      this.expect(TokenKind.IN);
      const iter = this.binary(Level.Disjunction);
      const ifs: Expr[] = [];
      while (this.accept(TokenKind.IF)) ifs.push(this.binary(Level.Disjunction));
      clauses.push({ kind: NodeKind.comprehension, target, iter, ifs, is_async: isAsync });
    } while (this.kinds[this.p] === TokenKind.FOR || this.kinds[this.p] === TokenKind.ASYNC);
    return clauses;
  }

  /** The targets of `for`: without operators, so that `in` is left alone. */
  protected starTargets(): Expr {
    const start = this.p;
    const first = this.starTarget();
    if (this.kinds[this.p] !== TokenKind.COMMA) return first;
    const elts = [first];
    while (this.accept(TokenKind.COMMA) && this.beginsStarExpression()) elts.push(this.starTarget());
    const tuple = this.tuple(start, elts);
    tuple.ctx = ExprContext.Store;
    return tuple;
  }

  protected starTarget(): Expr {
    const start = this.p;
    if (this.accept(TokenKind.STAR)) {
      const value = this.primary();
      this.store(value, false);
      return {
        kind: NodeKind.Starred,
        lineno: this.lines[start],
        col_offset: this.cols[start],
        end_lineno: this.endLines[this.p - 1],
        end_col_offset: this.endCols[this.p - 1],
        value,
        ctx: ExprContext.Store,
      };
    }
    const target = this.primary();
    this.store(target, false);
    return target;
  }

  /** Makes an expression a target of assignment; fails where it can't be one. */
  protected store(target: Expr, starred: boolean): void {
    switch (target.kind) {
      case NodeKind.Name:
      case NodeKind.Attribute:
      case NodeKind.Subscript:
        target.ctx = ExprContext.Store;
        return;
      case NodeKind.Starred:
        if (!starred) this.fail();
        target.ctx = ExprContext.Store;
        this.store(target.value, false);
        return;
      case NodeKind.Tuple:
      case NodeKind.List:
        target.ctx = ExprContext.Store;
        for (const element of target.elts) this.store(element, true);
        return;
      default:
        this.fail();
    }
  }
}
