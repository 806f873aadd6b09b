import { type Constant, Ellipsis } from '../bytecode/constants.ts';
import { type Expr, ExprContext, type Keyword, NodeKind } from './ast.ts';
import { SyntaxFeature } from './availability.ts';
import { DisplayParser } from './displays.ts';
import { parseNumber } from './numbers.ts';
import { TokenKind } from './token.ts';

/** Atoms, and what follows them: attributes, calls, subscripts. */
export abstract class PrimaryParser extends DisplayParser {
  protected primary(): Expr {
    const start = this.p;
    let value = this.atom();
    for (;;) {
      switch (this.kinds[this.p]) {
        case TokenKind.DOT: {
          this.p++;
          const nameKey = this.values[this.p];
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
            nameKey,
          };
          break;
        }
        case TokenKind.LPAR:
          this.enter(17);
          value = this.call(start, value);
          this.leave(17);
          break;
        case TokenKind.LSQB: {
          this.p++;
          this.enter(17);
          const slice = this.slices();
          this.leave(17);
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

  protected call(start: number, func: Expr): Expr {
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

  protected keyword(start: number, arg: string | null, value: Expr): Keyword {
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

  protected slices(): Expr {
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

  protected slice(): Expr {
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

  protected atom(): Expr {
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
        this.enter(17);
        const value = this.parenthesized();
        this.leave(17);
        return value;
      }
      case TokenKind.LSQB: {
        this.enter(17);
        const value = this.listDisplay();
        this.leave(17);
        return value;
      }
      case TokenKind.LBRACE: {
        this.enter(16);
        const value = this.braceDisplay();
        this.leave(16);
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
      nameKey: this.values[p],
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
}
