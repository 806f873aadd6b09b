import { type Comprehension, type Expr, ExprContext, NodeKind, type Tuple } from './ast.ts';
import { SyntaxFeature } from './availability.ts';
import { StringParser } from './strings.ts';
import { Level, TokenKind } from './token.ts';

/** Displays, comprehensions, groups, and the targets of assignments; rule names are the grammar's. */
export abstract class DisplayParser extends StringParser {
  protected abstract namedExpression(): Expr;
  protected abstract yieldExpression(): Expr;
  /** Operators that bind at least as tightly as `level`, from disjunction to term. */
  protected abstract binary(level: number): Expr;
  protected abstract primary(): Expr;

  /** `*value`; the operand is a whole expression in calls and subscripts, else a bitwise_or. */
  protected starred(whole: boolean): Expr {
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

  protected starNamedExpression(): Expr {
    return this.kinds[this.p] === TokenKind.STAR ? this.starred(false) : this.namedExpression();
  }

  /** A tuple, a group or a generator expression. */
  protected parenthesized(): Expr {
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
        if (first.kind === NodeKind.Starred && !this.rules.starredInParentheses) this.fail();
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
  protected displayElements(first: Expr, close: TokenKind): Expr[] {
    const elts = [first];
    while (this.accept(TokenKind.COMMA) && this.kinds[this.p] !== close) elts.push(this.starNamedExpression());
    this.expect(close);
    return elts;
  }

  protected listDisplay(): Expr {
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

  protected braceDisplay(): Expr {
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
  protected checkSet(start: number, elts: readonly Expr[]): void {
    for (const element of elts) {
      if (element.kind !== NodeKind.NamedExpr) continue;
      let token = start + 1;
      while (this.lines[token] !== element.lineno || this.cols[token] !== element.col_offset) token++;
      if (this.kinds[token - 1] !== TokenKind.LPAR) this.use(SyntaxFeature.WalrusInSet, token);
    }
  }

  /** The items of a dict display that `keys` and `values` don't hold yet, with the closing brace. */
  protected dict(start: number, keys: (Expr | null)[], values: Expr[]): Expr {
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
      this.enter(this.rules.clauseLevels);
      clauses.push({ kind: NodeKind.comprehension, target, iter, ifs, is_async: isAsync });
    } while (this.kinds[this.p] === TokenKind.FOR || this.kinds[this.p] === TokenKind.ASYNC);
    this.leave(clauses.length * this.rules.clauseLevels);
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
