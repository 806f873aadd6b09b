import {
  type Alias,
  type Expr,
  ExprContext,
  type Location,
  type Name,
  NodeKind,
  type Operator,
  type Stmt,
  type TypeParam,
} from './ast.ts';
import { SyntaxFeature } from './availability.ts';
import { PatternParser } from './patterns.ts';
import { SoftKeyword, TokenKind } from './token.ts';

/** Statements of one logical line; rule names are the grammar's. */
export abstract class SimpleStatementParser extends PatternParser {
  /** The span from the token `start` to the last one before here that is not white space. */
  protected spanFrom(start: number): Location {
    let end = this.p - 1;
    while (this.kinds[end] <= TokenKind.DEDENT) end--;
    return {
      lineno: this.lines[start],
      col_offset: this.cols[start],
      end_lineno: this.endLines[end],
      end_col_offset: this.endCols[end],
    };
  }

  protected simpleStatements(into: Stmt[]): void {
    for (;;) {
      into.push(this.simpleStatement());
      if (this.accept(TokenKind.NEWLINE)) return;
      this.expect(TokenKind.SEMI);
      if (this.accept(TokenKind.NEWLINE)) return;
    }
  }

  protected simpleStatement(): Stmt {
    const start = this.p;
    switch (this.kinds[start]) {
      case TokenKind.RETURN: {
        this.p++;
        const value = this.endsStatement() ? null : this.starExpressions();
        return { kind: NodeKind.Return, ...this.spanFrom(start), value };
      }
      case TokenKind.IMPORT:
        return this.importName();
      case TokenKind.FROM:
        return this.importFrom();
      case TokenKind.RAISE: {
        this.p++;
        const exc = this.endsStatement() ? null : this.expression();
        const cause = exc !== null && this.accept(TokenKind.FROM) ? this.expression() : null;
        return { kind: NodeKind.Raise, ...this.spanFrom(start), exc, cause };
      }
      case TokenKind.PASS:
        this.p++;
        return { kind: NodeKind.Pass, ...this.spanFrom(start) };
      case TokenKind.BREAK:
        this.p++;
        return { kind: NodeKind.Break, ...this.spanFrom(start) };
      case TokenKind.CONTINUE:
        this.p++;
        return { kind: NodeKind.Continue, ...this.spanFrom(start) };
      case TokenKind.DEL:
        return this.deleteStatement();
      case TokenKind.ASSERT: {
        this.p++;
        const test = this.expression();
        const msg = this.accept(TokenKind.COMMA) ? this.expression() : null;
        return { kind: NodeKind.Assert, ...this.spanFrom(start), test, msg };
      }
      case TokenKind.GLOBAL: {
        const names = this.nameList();
        return { kind: NodeKind.Global, ...this.spanFrom(start), names };
      }
      case TokenKind.NONLOCAL: {
        const names = this.nameList();
        return { kind: NodeKind.Nonlocal, ...this.spanFrom(start), names };
      }
      case TokenKind.YIELD: {
        const value = this.yieldExpression();
        return { kind: NodeKind.Expr, ...this.spanFrom(start), value };
      }
      case TokenKind.NAME:
        if (this.values[start] === SoftKeyword.TYPE && this.kinds[start + 1] === TokenKind.NAME)
          return this.typeAlias();
        return this.expressionStatement();
      default:
        return this.expressionStatement();
    }
  }

  protected endsStatement(): boolean {
    const kind = this.kinds[this.p];
    return kind === TokenKind.NEWLINE || kind === TokenKind.SEMI;
  }

  /** An assignment of any form, or an expression for its own sake. */
  protected expressionStatement(): Stmt {
    const start = this.p;
    const first = this.starExpressions();
    const kind = this.kinds[this.p];
    if (kind === TokenKind.NEWLINE) {
      return {
        kind: NodeKind.Expr,
        lineno: this.lines[start],
        col_offset: this.cols[start],
        end_lineno: this.endLines[this.p - 1],
        end_col_offset: this.endCols[this.p - 1],
        value: first,
      };
    }
    if (kind === TokenKind.EQUAL) return this.assignment(start, first);
    if (kind === TokenKind.COLON) return this.annotatedAssignment(start, first);
    if (kind >= TokenKind.PLUSEQUAL && kind <= TokenKind.DOUBLESLASHEQUAL) {
      if (first.kind !== NodeKind.Name && first.kind !== NodeKind.Attribute && first.kind !== NodeKind.Subscript) {
        this.fail();
      }
      this.p++;
      first.ctx = ExprContext.Store;
      const op = (kind - TokenKind.PLUSEQUAL) as Operator;
      const rhs = this.p;
      const value = this.annotatedRhs();
      if (this.lacking.has(SyntaxFeature.StarredInAugmentedAssignment) && hasStarred(value)) {
        this.use(SyntaxFeature.StarredInAugmentedAssignment, rhs);
      }
      return { kind: NodeKind.AugAssign, ...this.spanFrom(start), target: first, op, value };
    }
    return { kind: NodeKind.Expr, ...this.spanFrom(start), value: first };
  }

  protected assignment(start: number, first: Expr): Stmt {
    const targets: Expr[] = [];
    let value = first;
    while (this.accept(TokenKind.EQUAL)) {
      this.store(value, true);
      targets.push(value);
      value = this.annotatedRhs();
    }
    return {
      kind: NodeKind.Assign,
      lineno: this.lines[start],
      col_offset: this.cols[start],
      end_lineno: this.endLines[this.p - 1],
      end_col_offset: this.endCols[this.p - 1],
      targets,
      value,
    };
  }

  protected annotatedAssignment(start: number, target: Expr): Stmt {
    if (target.kind !== NodeKind.Name && target.kind !== NodeKind.Attribute && target.kind !== NodeKind.Subscript) {
      this.fail();
    }
    target.ctx = ExprContext.Store;
    const simple = this.kinds[start] === TokenKind.NAME && target.kind === NodeKind.Name;
    this.p++;
    const annotation = this.expression();
    const value = this.accept(TokenKind.EQUAL) ? this.annotatedRhs() : null;
    return { kind: NodeKind.AnnAssign, ...this.spanFrom(start), target, annotation, value, simple };
  }

  protected typeAlias(): Stmt {
    const start = this.p++;
    this.use(SyntaxFeature.TypeAlias, start);
    const name: Name = this.nameNode(ExprContext.Store);
    const type_params = this.typeParameters();
    this.expect(TokenKind.EQUAL);
    const value = this.expression();
    return { kind: NodeKind.TypeAlias, ...this.spanFrom(start), name, type_params, value };
  }

  protected typeParameters(): TypeParam[] {
    const params: TypeParam[] = [];
    if (!this.accept(TokenKind.LSQB)) return params;
    this.use(SyntaxFeature.TypeParameters, this.p - 1);
    do params.push(this.typeParameter());
    while (this.accept(TokenKind.COMMA) && this.kinds[this.p] !== TokenKind.RSQB);
    this.expect(TokenKind.RSQB);
    return params;
  }

  protected typeParameter(): TypeParam {
    const start = this.p;
    if (this.accept(TokenKind.STAR)) {
      const name = this.name();
      const default_value = this.accept(TokenKind.EQUAL) ? this.starExpression() : null;
      return { kind: NodeKind.TypeVarTuple, ...this.spanFrom(start), name, default_value };
    }
    if (this.accept(TokenKind.DOUBLESTAR)) {
      const name = this.name();
      const default_value = this.accept(TokenKind.EQUAL) ? this.expression() : null;
      return { kind: NodeKind.ParamSpec, ...this.spanFrom(start), name, default_value };
    }
    const name = this.name();
    const bound = this.accept(TokenKind.COLON) ? this.expression() : null;
    const default_value = this.accept(TokenKind.EQUAL) ? this.expression() : null;
    return { kind: NodeKind.TypeVar, ...this.spanFrom(start), name, bound, default_value };
  }

  protected nameList(): string[] {
    this.p++;
    const names = [this.name()];
    while (this.accept(TokenKind.COMMA)) names.push(this.name());
    return names;
  }

  protected deleteStatement(): Stmt {
    const start = this.p++;
    const targets: Expr[] = [];
    do {
      const target = this.primary();
      this.markDeleted(target);
      targets.push(target);
    } while (this.accept(TokenKind.COMMA) && !this.endsStatement());
    if (!this.endsStatement()) this.fail();
    return { kind: NodeKind.Delete, ...this.spanFrom(start), targets };
  }

  protected markDeleted(target: Expr): void {
    switch (target.kind) {
      case NodeKind.Name:
      case NodeKind.Attribute:
      case NodeKind.Subscript:
        target.ctx = ExprContext.Del;
        return;
      case NodeKind.Tuple:
      case NodeKind.List:
        target.ctx = ExprContext.Del;
        for (const element of target.elts) this.markDeleted(element);
        return;
      default:
        this.fail();
    }
  }

  protected dottedName(): string {
    let name = this.name();
    while (this.accept(TokenKind.DOT)) name += `.${this.name()}`;
    return name;
  }

  protected alias(dotted: boolean): Alias {
    const start = this.p;
    const name = dotted ? this.dottedName() : this.name();
    const asname = this.accept(TokenKind.AS) ? this.name() : null;
    return { kind: NodeKind.alias, ...this.spanFrom(start), name, asname };
  }

  protected importName(): Stmt {
    const start = this.p++;
    const names = [this.alias(true)];
    while (this.accept(TokenKind.COMMA)) names.push(this.alias(true));
    return { kind: NodeKind.Import, ...this.spanFrom(start), names };
  }

  protected importFrom(): Stmt {
    const start = this.p++;
    let level = 0;
    for (;;) {
      if (this.accept(TokenKind.DOT)) level++;
      else if (this.accept(TokenKind.ELLIPSIS)) level += 3;
      else break;
    }
    const module = level > 0 && this.kinds[this.p] === TokenKind.IMPORT ? null : this.dottedName();
    this.expect(TokenKind.IMPORT);
    const names: Alias[] = [];
    if (this.kinds[this.p] === TokenKind.STAR) {
      const star = this.p++;
      names.push({ kind: NodeKind.alias, ...this.spanFrom(star), name: '*', asname: null });
    } else if (this.accept(TokenKind.LPAR)) {
      do names.push(this.alias(false));
      while (this.accept(TokenKind.COMMA) && this.kinds[this.p] !== TokenKind.RPAR);
      this.expect(TokenKind.RPAR);
    } else {
      do names.push(this.alias(false));
      while (this.accept(TokenKind.COMMA));
    }
    if (level === 0 && module === '__future__' && names.some((alias) => alias.name === 'barry_as_FLUFL')) {
      this.barryAsBdfl = this.rules.readsFlufl;
    }
    return { kind: NodeKind.ImportFrom, ...this.spanFrom(start), module, names, level };
  }
}

/** Whether an expression without parentheses unpacks something. */
export const hasStarred = (value: Expr): boolean =>
  value.kind === NodeKind.Starred ||
  (value.kind === NodeKind.Tuple && value.elts.some((element) => element.kind === NodeKind.Starred));
