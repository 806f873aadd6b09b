import { ComplexConstant } from '../bytecode/constants.ts';
import {
  type Expr,
  ExprContext,
  type Location,
  type MatchCase,
  NodeKind,
  Operator,
  type Pattern,
  type Stmt,
  UnaryOperator,
} from './ast.ts';
import { ExpressionParser } from './expressions.ts';
import { SoftKeyword, TokenKind } from './token.ts';

/** Patterns of `case` (PEP 634); rule names are the grammar's. */
export abstract class PatternParser extends ExpressionParser {
  protected abstract block(): Stmt[];

  protected caseBlock(): MatchCase {
    if (!this.isName(SoftKeyword.CASE)) this.fail();
    this.p++;
    const pattern = this.patterns();
    const guard = this.accept(TokenKind.IF) ? this.namedExpression() : null;
    this.expect(TokenKind.COLON);
    const body = this.block();
    return { kind: NodeKind.match_case, pattern, guard, body };
  }

  private patterns(): Pattern {
    const start = this.p;
    const first = this.maybeStarPattern();
    if (this.kinds[this.p] !== TokenKind.COMMA) {
      if (first.kind === NodeKind.MatchStar) this.fail();
      return first;
    }
    const patterns = [first];
    while (
      this.accept(TokenKind.COMMA) &&
      this.kinds[this.p] !== TokenKind.COLON &&
      this.kinds[this.p] !== TokenKind.IF
    ) {
      patterns.push(this.maybeStarPattern());
    }
    return { kind: NodeKind.MatchSequence, ...this.since(start), patterns };
  }

  private since(start: number): Location {
    return {
      lineno: this.lines[start],
      col_offset: this.cols[start],
      end_lineno: this.endLines[this.p - 1],
      end_col_offset: this.endCols[this.p - 1],
    };
  }

  private maybeStarPattern(): Pattern {
    const start = this.p;
    if (!this.accept(TokenKind.STAR)) return this.pattern();
    const name = this.acceptWildcard() ? null : this.captureTarget();
    return { kind: NodeKind.MatchStar, ...this.since(start), name };
  }

  private acceptWildcard(): boolean {
    if (!this.isName(SoftKeyword.UNDERSCORE)) return false;
    this.p++;
    return true;
  }

  private captureTarget(): string {
    if (this.isName(SoftKeyword.UNDERSCORE)) this.fail();
    const name = this.name();
    const next = this.kinds[this.p];
    if (next === TokenKind.DOT || next === TokenKind.LPAR || next === TokenKind.EQUAL) this.fail();
    return name;
  }

  private pattern(): Pattern {
    const start = this.p;
    this.enter(17);
    const pattern = this.orPattern();
    this.leave(17);
    if (!this.accept(TokenKind.AS)) return pattern;
    const name = this.captureTarget();
    return { kind: NodeKind.MatchAs, ...this.since(start), pattern, name };
  }

  private orPattern(): Pattern {
    const start = this.p;
    const first = this.closedPattern();
    if (this.kinds[this.p] !== TokenKind.VBAR) return first;
    const patterns = [first];
    while (this.accept(TokenKind.VBAR)) patterns.push(this.closedPattern());
    return { kind: NodeKind.MatchOr, ...this.since(start), patterns };
  }

  private closedPattern(): Pattern {
    const start = this.p;
    switch (this.kinds[start]) {
      case TokenKind.NUMBER:
      case TokenKind.MINUS: {
        const value = this.numberLiteral();
        return { kind: NodeKind.MatchValue, ...this.since(start), value };
      }
      case TokenKind.STRING:
      case TokenKind.FSTRING_START:
      case TokenKind.TSTRING_START: {
        const value = this.strings();
        return { kind: NodeKind.MatchValue, ...this.since(start), value };
      }
      case TokenKind.NONE:
      case TokenKind.TRUE:
      case TokenKind.FALSE: {
        const value = this.singleton();
        return { kind: NodeKind.MatchSingleton, ...this.since(start), value };
      }
      case TokenKind.NAME:
        return this.namePattern();
      case TokenKind.LPAR:
        return this.groupOrSequence();
      case TokenKind.LSQB: {
        this.p++;
        const patterns = this.sequence(TokenKind.RSQB);
        return { kind: NodeKind.MatchSequence, ...this.since(start), patterns };
      }
      case TokenKind.LBRACE:
        return this.mappingPattern();
      default:
        return this.fail();
    }
  }

  private singleton(): null | boolean {
    const kind = this.kinds[this.p++];
    return kind === TokenKind.NONE ? null : kind === TokenKind.TRUE;
  }

  /** signed_number or complex_number. */
  private numberLiteral(): Expr {
    const start = this.p;
    const left = this.signedNumber();
    const operator = this.kinds[this.p];
    if (operator !== TokenKind.PLUS && operator !== TokenKind.MINUS) return left;
    if (this.isImaginary(left)) this.fail();
    this.p++;
    const right = this.plainNumber();
    if (!this.isImaginary(right)) this.fail();
    const op = operator === TokenKind.PLUS ? Operator.Add : Operator.Sub;
    return { kind: NodeKind.BinOp, ...this.since(start), left, op, right };
  }

  private isImaginary(number: Expr): boolean {
    const literal = number.kind === NodeKind.UnaryOp ? number.operand : number;
    return literal.kind === NodeKind.Constant && literal.value instanceof ComplexConstant;
  }

  private signedNumber(): Expr {
    const start = this.p;
    if (this.accept(TokenKind.MINUS)) return this.unaryNode(start, UnaryOperator.USub, this.plainNumber());
    return this.plainNumber();
  }

  private plainNumber(): Expr {
    const start = this.p;
    this.expect(TokenKind.NUMBER);
    return this.constant(start, this.numberValue(start));
  }

  /** name_or_attr, in Load context. */
  private dottedValue(): Expr {
    const start = this.p;
    let value: Expr = this.nameNode(ExprContext.Load);
    while (this.accept(TokenKind.DOT)) {
      const nameKey = this.values[this.p];
      const attr = this.name();
      value = { kind: NodeKind.Attribute, ...this.since(start), value, attr, ctx: ExprContext.Load, nameKey };
    }
    return value;
  }

  /** A capture, a wildcard, a dotted value or a class pattern. */
  private namePattern(): Pattern {
    const start = this.p;
    const next = this.kinds[start + 1];
    if (next !== TokenKind.DOT && next !== TokenKind.LPAR) {
      if (next === TokenKind.EQUAL) this.fail();
      const name = this.acceptWildcard() ? null : this.name();
      return { kind: NodeKind.MatchAs, ...this.since(start), pattern: null, name };
    }
    const value = this.dottedValue();
    if (this.kinds[this.p] === TokenKind.LPAR) return this.classPattern(start, value);
    if (this.kinds[this.p] === TokenKind.EQUAL) this.fail();
    return { kind: NodeKind.MatchValue, ...this.since(start), value };
  }

  private classPattern(start: number, cls: Expr): Pattern {
    this.p++;
    const patterns: Pattern[] = [];
    const kwd_attrs: string[] = [];
    const kwd_patterns: Pattern[] = [];
    while (this.kinds[this.p] !== TokenKind.RPAR) {
      if (this.kinds[this.p] === TokenKind.NAME && this.kinds[this.p + 1] === TokenKind.EQUAL) {
        kwd_attrs.push(this.name());
        this.p++;
        kwd_patterns.push(this.pattern());
      } else {
        if (kwd_attrs.length > 0) this.fail();
        patterns.push(this.pattern());
      }
      if (!this.accept(TokenKind.COMMA)) break;
    }
    this.expect(TokenKind.RPAR);
    return { kind: NodeKind.MatchClass, ...this.since(start), cls, patterns, kwd_attrs, kwd_patterns };
  }

  private groupOrSequence(): Pattern {
    const start = this.p++;
    if (this.kinds[this.p] !== TokenKind.RPAR) {
      const first = this.maybeStarPattern();
      if (this.kinds[this.p] !== TokenKind.COMMA) {
        if (first.kind === NodeKind.MatchStar) this.fail();
        this.expect(TokenKind.RPAR);
        return first;
      }
      const patterns = [first];
      while (this.accept(TokenKind.COMMA) && this.kinds[this.p] !== TokenKind.RPAR)
        patterns.push(this.maybeStarPattern());
      this.expect(TokenKind.RPAR);
      return { kind: NodeKind.MatchSequence, ...this.since(start), patterns };
    }
    this.p++;
    return { kind: NodeKind.MatchSequence, ...this.since(start), patterns: [] };
  }

  private sequence(close: TokenKind): Pattern[] {
    const patterns: Pattern[] = [];
    while (this.kinds[this.p] !== close) {
      patterns.push(this.maybeStarPattern());
      if (!this.accept(TokenKind.COMMA)) break;
    }
    this.expect(close);
    return patterns;
  }

  private mappingPattern(): Pattern {
    const start = this.p++;
    const keys: Expr[] = [];
    const patterns: Pattern[] = [];
    let rest: string | null = null;
    while (this.kinds[this.p] !== TokenKind.RBRACE) {
      if (this.accept(TokenKind.DOUBLESTAR)) {
        rest = this.captureTarget();
        this.accept(TokenKind.COMMA);
        break;
      }
      keys.push(this.mappingKey());
      this.expect(TokenKind.COLON);
      patterns.push(this.pattern());
      if (!this.accept(TokenKind.COMMA)) break;
    }
    this.expect(TokenKind.RBRACE);
    return { kind: NodeKind.MatchMapping, ...this.since(start), keys, patterns, rest };
  }

  private mappingKey(): Expr {
    const start = this.p;
    switch (this.kinds[start]) {
      case TokenKind.NUMBER:
      case TokenKind.MINUS:
        return this.numberLiteral();
      case TokenKind.STRING:
      case TokenKind.FSTRING_START:
      case TokenKind.TSTRING_START:
        return this.strings();
      case TokenKind.NONE:
      case TokenKind.TRUE:
      case TokenKind.FALSE: {
        const value = this.singleton();
        return this.constant(start, value);
      }
      default: {
        const value = this.dottedValue();
        if (value.kind !== NodeKind.Attribute) this.fail();
        return value;
      }
    }
  }
}
