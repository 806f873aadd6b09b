import {
  type ExceptHandler,
  type Expr,
  type Keyword,
  type Location,
  NodeKind,
  type Stmt,
  type WithItem,
} from './ast.ts';
import { SyntaxFeature } from './availability.ts';
import { ParseFailure } from './cursor.ts';
import { hasStarred, SimpleStatementParser } from './simple-statements.ts';
import { SoftKeyword, TokenKind } from './token.ts';

/** Statements; rule names are the grammar's. */
export abstract class StatementParser extends SimpleStatementParser {
  /** Columns of the blocks around the current statement, outermost first. */
  protected readonly indents: number[] = [0];

  /** Blocks that were read for the statement at hand: what is left of it if it turns out broken. */
  protected readonly salvage: Stmt[][] = [];

  /** Goes on after a syntax error in the statement that begins at the token `start`; its blocks are `salvage` from `salvaged` on. */
  protected abstract recover(start: number, into: Stmt[], failure: unknown, salvaged: number): void;

  /** Statements up to a DEDENT or the end. */
  protected statements(into: Stmt[]): void {
    const { depth } = this;
    const salvaged = this.salvage.length;
    const indents = this.indents.length;
    let start = this.p;
    for (;;) {
      try {
        for (;;) {
          start = this.p;
          const kind = this.kinds[start];
          if (kind === TokenKind.DEDENT || kind === TokenKind.ENDMARKER) return;
          this.statement(into);
          this.tokens.statementEnds[start] = this.p;
          if (this.salvage.length > salvaged) this.salvage.length = salvaged;
        }
      } catch (failure) {
        this.depth = depth;
        this.indents.length = indents;
        this.recover(start, into, failure, salvaged);
      }
    }
  }

  protected statement(into: Stmt[]): void {
    const compound = this.compoundStatement();
    if (compound !== undefined) into.push(compound);
    else this.simpleStatements(into);
  }

  /** A compound statement, or undefined where none begins. */
  protected compoundStatement(): Stmt | undefined {
    const start = this.p;
    switch (this.kinds[start]) {
      case TokenKind.IF:
        return this.ifStatement();
      case TokenKind.DEF:
        return this.functionDefinition(start, []);
      case TokenKind.CLASS:
        return this.classDefinition([]);
      case TokenKind.FOR:
        return this.forStatement(start);
      case TokenKind.WITH:
        return this.withStatement(start);
      case TokenKind.TRY:
        return this.tryStatement();
      case TokenKind.WHILE:
        return this.whileStatement();
      case TokenKind.AT:
        return this.decorated();
      case TokenKind.ASYNC:
        return this.asyncStatement([]);
      case TokenKind.NAME:
        if (this.values[start] === SoftKeyword.MATCH && this.beginsMatch()) return this.matchStatement();
        return undefined;
      default:
        return undefined;
    }
  }

  /** Whether the logical line ends with a colon, as no simple statement that begins with a name does. */
  protected beginsMatch(): boolean {
    let i = this.p + 1;
    while (this.kinds[i] > TokenKind.ERRORTOKEN) i++;
    return this.kinds[i] === TokenKind.NEWLINE && this.kinds[i - 1] === TokenKind.COLON && i > this.p + 2;
  }

  protected block(): Stmt[] {
    const body: Stmt[] = [];
    if (this.kinds[this.p] !== TokenKind.NEWLINE) {
      this.simpleStatements(body);
      return body;
    }
    this.p++;
    this.expect(TokenKind.INDENT);
    this.indents.push(this.values[this.p - 1]);
    this.enter(4);
    this.statements(body);
    this.leave(4);
    this.indents.pop();
    this.expect(TokenKind.DEDENT);
    this.salvage.push(body);
    return body;
  }

  protected decorated(): Stmt {
    const decorators: Expr[] = [];
    while (this.accept(TokenKind.AT)) {
      const start = this.p;
      const decorator = this.namedExpression();
      if (this.lacking.has(SyntaxFeature.RelaxedDecorators) && !this.isDottedCall(start, decorator)) {
        this.use(SyntaxFeature.RelaxedDecorators, start);
      }
      decorators.push(decorator);
      this.expect(TokenKind.NEWLINE);
    }
    switch (this.kinds[this.p]) {
      case TokenKind.DEF:
        return this.functionDefinition(this.p, decorators);
      case TokenKind.CLASS:
        return this.classDefinition(decorators);
      case TokenKind.ASYNC:
        if (this.kinds[this.p + 1] === TokenKind.DEF) return this.asyncStatement(decorators);
        return this.fail();
      default:
        return this.fail();
    }
  }

  /** Whether a decorator is a dotted name, or a call of one. */
  protected isDottedCall(start: number, decorator: Expr): boolean {
    let value = decorator.kind === NodeKind.Call ? decorator.func : decorator;
    while (value.kind === NodeKind.Attribute) value = value.value;
    return value.kind === NodeKind.Name && this.kinds[start] === TokenKind.NAME;
  }

  protected asyncStatement(decorators: Expr[]): Stmt {
    const start = this.p++;
    switch (this.kinds[this.p]) {
      case TokenKind.DEF:
        return this.functionDefinition(start, decorators);
      case TokenKind.FOR:
        return this.forStatement(start);
      case TokenKind.WITH:
        return this.withStatement(start);
      default:
        return this.fail();
    }
  }

  /** The current token is `def`; `start` is it or the `async` before it. */
  protected functionDefinition(start: number, decorator_list: Expr[]): Stmt {
    const isAsync = this.p > start;
    this.p++;
    const nameToken = this.p;
    const name = this.name();
    const type_params = this.typeParameters();
    this.expect(TokenKind.LPAR);
    const args = this.kinds[this.p] === TokenKind.RPAR ? this.noParameters() : this.parameters(TokenKind.RPAR);
    this.expect(TokenKind.RPAR);
    const returns = this.accept(TokenKind.RARROW) ? this.expression() : null;
    this.expect(TokenKind.COLON);
    const body = this.block();
    return {
      kind: isAsync ? NodeKind.AsyncFunctionDef : NodeKind.FunctionDef,
      ...this.spanFrom(start),
      name,
      args,
      body,
      decorator_list,
      returns,
      type_params,
      nameLocation: this.tokenLocation(nameToken),
    };
  }

  protected tokenLocation(token: number): Location {
    return {
      lineno: this.lines[token],
      col_offset: this.cols[token],
      end_lineno: this.endLines[token],
      end_col_offset: this.endCols[token],
    };
  }

  protected classDefinition(decorator_list: Expr[]): Stmt {
    const start = this.p++;
    const nameToken = this.p;
    const name = this.name();
    const type_params = this.typeParameters();
    const bases: Expr[] = [];
    const keywords: Keyword[] = [];
    if (this.kinds[this.p] === TokenKind.LPAR) this.classArguments(bases, keywords);
    this.expect(TokenKind.COLON);
    const body = this.block();
    return {
      kind: NodeKind.ClassDef,
      ...this.spanFrom(start),
      name,
      bases,
      keywords,
      body,
      decorator_list,
      type_params,
      nameLocation: this.tokenLocation(nameToken),
    };
  }

  /** As a call's arguments, but a generator expression needs parentheses of its own. */
  protected classArguments(bases: Expr[], keywords: Keyword[]): void {
    const open = this.p;
    this.callArguments(bases, keywords);
    const lone = bases.length === 1 ? bases[0] : undefined;
    if (
      lone?.kind === NodeKind.GeneratorExp &&
      lone.lineno === this.lines[open] &&
      lone.col_offset === this.cols[open]
    ) {
      this.fail();
    }
  }

  /** `elif`s nest in the tree, but not in the calls that read them: there may be thousands. */
  protected ifStatement(): Stmt {
    const arms: { start: number; test: Expr; body: Stmt[] }[] = [];
    do {
      const start = this.p++;
      const test = this.namedExpression();
      this.expect(TokenKind.COLON);
      arms.push({ start, test, body: this.block() });
      this.enter(this.rules.elifLevels);
    } while (this.kinds[this.p] === TokenKind.ELIF);
    let orelse = this.elseBlock();
    this.leave(arms.length * this.rules.elifLevels);
    for (let i = arms.length - 1; ; i--) {
      const { start, test, body } = arms[i];
      const statement: Stmt = { kind: NodeKind.If, ...this.spanFrom(start), test, body, orelse };
      if (i === 0) return statement;
      orelse = [statement];
    }
  }

  protected elseBlock(): Stmt[] {
    if (!this.accept(TokenKind.ELSE)) return [];
    this.expect(TokenKind.COLON);
    return this.block();
  }

  protected whileStatement(): Stmt {
    const start = this.p++;
    const test = this.namedExpression();
    this.expect(TokenKind.COLON);
    const body = this.block();
    const orelse = this.elseBlock();
    return { kind: NodeKind.While, ...this.spanFrom(start), test, body, orelse };
  }

  protected forStatement(start: number): Stmt {
    const isAsync = this.p > start;
    this.p++;
    const target = this.starTargets();
    this.expect(TokenKind.IN);
    const iterStart = this.p;
    const iter = this.starExpressions();
    if (this.lacking.has(SyntaxFeature.StarredInFor) && this.kinds[iterStart] !== TokenKind.LPAR && hasStarred(iter)) {
      this.use(SyntaxFeature.StarredInFor, iterStart);
    }
    this.expect(TokenKind.COLON);
    const body = this.block();
    const orelse = this.elseBlock();
    return {
      kind: isAsync ? NodeKind.AsyncFor : NodeKind.For,
      ...this.spanFrom(start),
      target,
      iter,
      body,
      orelse,
    };
  }

  protected withStatement(start: number): Stmt {
    const isAsync = this.p > start;
    this.p++;
    const items = this.parenthesizedItems() ?? this.withItems(TokenKind.COLON);
    this.expect(TokenKind.COLON);
    const body = this.block();
    return { kind: isAsync ? NodeKind.AsyncWith : NodeKind.With, ...this.spanFrom(start), items, body };
  }

  /**
   * The items of `with (a as b, c):`, or undefined where the parentheses belong to an expression. Only text between
   * `with (` and the matching `):` is read twice.
   */
  protected parenthesizedItems(): WithItem[] | undefined {
    const open = this.p;
    if (this.kinds[open] !== TokenKind.LPAR) return undefined;
    const close = this.values[open];
    if (close === 0 || this.kinds[close + 1] !== TokenKind.COLON || close === open + 1) return undefined;
    const depth = this.depth;
    const warnings = this.stringWarnings.length;
    try {
      this.p++;
      const items = this.withItems(TokenKind.RPAR);
      this.expect(TokenKind.RPAR);
      if (this.lacking.has(SyntaxFeature.ParenthesizedWithItems)) {
        if (items.every((item) => item.optional_vars === null)) {
          // To this target the parentheses are those of an expression.
          this.p = open;
          return undefined;
        }
        this.use(SyntaxFeature.ParenthesizedWithItems, open);
      }
      return items;
    } catch (failure) {
      if (!(failure instanceof ParseFailure) || failure.diagnostic !== undefined) throw failure;
      this.p = open;
      this.depth = depth;
      this.stringWarnings.length = warnings;
      return undefined;
    }
  }

  protected withItems(close: TokenKind.COLON | TokenKind.RPAR): WithItem[] {
    const items: WithItem[] = [];
    do {
      const context_expr = this.expression();
      const optional_vars = this.accept(TokenKind.AS) ? this.starTarget() : null;
      items.push({ kind: NodeKind.withitem, context_expr, optional_vars });
    } while (this.accept(TokenKind.COMMA) && (close === TokenKind.COLON || this.kinds[this.p] !== close));
    return items;
  }

  protected tryStatement(): Stmt {
    const start = this.p++;
    this.expect(TokenKind.COLON);
    const body = this.block();
    const handlers: ExceptHandler[] = [];
    let star = false;
    while (this.kinds[this.p] === TokenKind.EXCEPT) {
      const isStar = this.kinds[this.p + 1] === TokenKind.STAR;
      if (handlers.length > 0 && isStar !== star) this.fail();
      star = isStar;
      handlers.push(this.exceptHandler(isStar));
    }
    const orelse = handlers.length > 0 ? this.elseBlock() : [];
    let finalbody: Stmt[] = [];
    if (this.accept(TokenKind.FINALLY)) {
      this.expect(TokenKind.COLON);
      finalbody = this.block();
    } else if (handlers.length === 0) {
      this.fail();
    }
    return {
      kind: star ? NodeKind.TryStar : NodeKind.Try,
      ...this.spanFrom(start),
      body,
      handlers,
      orelse,
      finalbody,
    };
  }

  protected exceptHandler(star: boolean): ExceptHandler {
    const start = this.p++;
    if (star) this.p++;
    if (star) this.use(SyntaxFeature.ExceptStar, start);
    let type: Expr | null = null;
    let name: string | null = null;
    if (star || this.kinds[this.p] !== TokenKind.COLON) {
      type = this.expression();
      if (this.accept(TokenKind.AS)) {
        name = this.name();
      } else if (this.kinds[this.p] === TokenKind.COMMA) {
        this.use(SyntaxFeature.ExceptWithoutParentheses, this.p);
        this.p = start + (star ? 2 : 1);
        type = this.expressions();
      }
    }
    this.expect(TokenKind.COLON);
    const body = this.block();
    return { kind: NodeKind.ExceptHandler, ...this.spanFrom(start), type, name, body };
  }

  protected matchStatement(): Stmt {
    const start = this.p++;
    this.use(SyntaxFeature.MatchStatement, start);
    const subject = this.subjectExpression();
    this.expect(TokenKind.COLON);
    this.expect(TokenKind.NEWLINE);
    this.expect(TokenKind.INDENT);
    const cases = [];
    do cases.push(this.caseBlock());
    while (this.kinds[this.p] !== TokenKind.DEDENT);
    this.p++;
    return { kind: NodeKind.Match, ...this.spanFrom(start), subject, cases };
  }

  protected subjectExpression(): Expr {
    const start = this.p;
    const first = this.starNamedExpression();
    if (this.kinds[this.p] !== TokenKind.COMMA) {
      if (first.kind === NodeKind.Starred) this.fail();
      return first;
    }
    const elts = [first];
    while (this.accept(TokenKind.COMMA) && this.kinds[this.p] !== TokenKind.COLON)
      elts.push(this.starNamedExpression());
    return this.tuple(start, elts);
  }
}
