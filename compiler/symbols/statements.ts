import {
  type Alias,
  type AnnAssign,
  type AsyncFunctionDef,
  type ClassDef,
  type ExceptHandler,
  type FunctionDef,
  type Global,
  type Location,
  type Mod,
  NodeKind,
  type Nonlocal,
  type Stmt,
  type TypeAlias,
} from '../syntax/ast.ts';
import { recordDirective } from './directives.ts';
import { getDocstring } from './docstring.ts';
import { maybeMangle } from './mangle.ts';
import { PatternVisitor } from './patterns.ts';
import { BlockType, Def, Scope } from './scope.ts';

/** The first pass: collects what each block says of each name, statement by statement. */
export class StatementVisitor extends PatternVisitor {
  module(module: Mod): void {
    if (module.kind === NodeKind.Expression) {
      this.expr(module.body);
      return;
    }
    if (module.kind === NodeKind.Module && getDocstring(module.body) !== null) this.cur.hasDocstring = true;
    this.body(module.body);
  }

  protected body(statements: readonly Stmt[]): void {
    for (const statement of statements) this.stmt(statement);
  }

  /** The statements of a block that may run or not; annotations in it are conditional. */
  protected conditionalBody(...bodies: readonly (readonly Stmt[])[]): void {
    const before = this.cur.inConditionalBlock;
    this.cur.inConditionalBlock = true;
    for (const body of bodies) this.body(body);
    this.cur.inConditionalBlock = before;
  }

  protected stmt(s: Stmt): void {
    if (!this.enterRecursion()) return;
    this.stmtKind(s);
    this.depth--;
  }

  protected stmtKind(s: Stmt): void {
    switch (s.kind) {
      case NodeKind.FunctionDef:
      case NodeKind.AsyncFunctionDef:
        this.functionDef(s);
        break;
      case NodeKind.ClassDef:
        this.classDef(s);
        break;
      case NodeKind.TypeAlias:
        this.typeAlias(s);
        break;
      case NodeKind.Return:
        if (s.value !== null) this.expr(s.value);
        break;
      case NodeKind.Delete:
        this.exprs(s.targets);
        break;
      case NodeKind.Assign:
        this.exprs(s.targets);
        this.expr(s.value);
        break;
      case NodeKind.AnnAssign:
        this.annAssign(s);
        break;
      case NodeKind.AugAssign:
        this.expr(s.target);
        this.expr(s.value);
        break;
      case NodeKind.For:
        this.expr(s.target);
        this.expr(s.iter);
        this.conditionalBody(s.body, s.orelse);
        break;
      case NodeKind.AsyncFor:
        this.requireCoroutine("'async for' outside async function", s);
        this.expr(s.target);
        this.expr(s.iter);
        this.conditionalBody(s.body, s.orelse);
        break;
      case NodeKind.While:
        this.expr(s.test);
        this.conditionalBody(s.body, s.orelse);
        break;
      case NodeKind.If: {
        // A chain of `elif`s is a list here, however long: it must not use up the stack.
        const { depth } = this;
        const before = this.cur.inConditionalBlock;
        let branch = s;
        for (;;) {
          this.expr(branch.test);
          this.cur.inConditionalBlock = true;
          this.body(branch.body);
          const next = branch.orelse.length === 1 ? branch.orelse[0]! : undefined;
          if (next === undefined || next.kind !== NodeKind.If || !this.enterRecursion()) break;
          branch = next;
        }
        this.body(branch.orelse);
        this.depth = depth;
        this.cur.inConditionalBlock = before;
        break;
      }
      case NodeKind.Match: {
        this.expr(s.subject);
        const before = this.cur.inConditionalBlock;
        this.cur.inConditionalBlock = true;
        for (const item of s.cases) {
          this.pattern(item.pattern);
          if (item.guard !== null) this.expr(item.guard);
          this.body(item.body);
        }
        this.cur.inConditionalBlock = before;
        break;
      }
      case NodeKind.Raise:
        if (s.exc !== null) {
          this.expr(s.exc);
          if (s.cause !== null) this.expr(s.cause);
        }
        break;
      case NodeKind.Try:
      case NodeKind.TryStar: {
        const before = this.cur.inConditionalBlock;
        this.cur.inConditionalBlock = true;
        this.body(s.body);
        if (this.rules.elseBeforeHandlers) this.body(s.orelse);
        for (const handler of s.handlers) this.exceptHandler(handler);
        if (!this.rules.elseBeforeHandlers) this.body(s.orelse);
        this.body(s.finalbody);
        this.cur.inConditionalBlock = before;
        break;
      }
      case NodeKind.Assert:
        this.expr(s.test);
        if (s.msg !== null) this.expr(s.msg);
        break;
      case NodeKind.Import:
        for (const alias of s.names) this.alias(alias, s);
        break;
      case NodeKind.ImportFrom:
        for (const alias of s.names) this.alias(alias, s);
        this.checkFutureImport(s);
        break;
      case NodeKind.Global:
        this.globalDirective(s);
        break;
      case NodeKind.Nonlocal:
        this.nonlocalDirective(s);
        break;
      case NodeKind.Expr:
        this.expr(s.value);
        break;
      case NodeKind.Pass:
      case NodeKind.Break:
      case NodeKind.Continue:
        break;
      case NodeKind.With:
      case NodeKind.AsyncWith: {
        if (s.kind === NodeKind.AsyncWith) this.requireCoroutine("'async with' outside async function", s);
        const before = this.cur.inConditionalBlock;
        this.cur.inConditionalBlock = true;
        for (const item of s.items) {
          this.expr(item.context_expr);
          if (item.optional_vars !== null) this.expr(item.optional_vars);
        }
        this.body(s.body);
        this.cur.inConditionalBlock = before;
        break;
      }
    }
  }

  protected functionDef(s: FunctionDef | AsyncFunctionDef): void {
    this.addDef(s.name, Def.LOCAL, s);
    this.exprs(s.args.defaults);
    for (const value of s.args.kw_defaults) if (value !== null) this.expr(value);
    if (this.rules.eagerAnnotations) this.eagerAnnotations(s.args, s.returns);
    this.exprs(s.decorator_list);
    if (s.type_params.length > 0) {
      const kwDefaults = s.args.kw_defaults.some((value) => value !== null);
      // CPython asks whether there is a list of defaults, and the parser always makes one.
      this.enterTypeParams(s.name, s, true, kwDefaults);
      for (const param of s.type_params) this.typeParam(param);
    }
    const scope = new Scope(s.name, BlockType.Function, s, this.cur, this.table.names);
    this.table.blocks.set(s, scope);
    scope.hasDocstring = getDocstring(s.body) !== null;
    if (!this.rules.eagerAnnotations) this.functionAnnotations(s);
    this.enterExistingBlock(scope);
    if (s.kind === NodeKind.AsyncFunctionDef) scope.coroutine = true;
    this.arguments(s.args);
    this.body(s.body);
    this.exitBlock();
    if (s.type_params.length > 0) this.exitBlock();
  }

  protected classDef(s: ClassDef): void {
    this.addDef(s.name, Def.LOCAL, s);
    if (this.rules.decoratorsAfterBases) {
      this.exprs(s.bases);
      for (const keyword of s.keywords) this.expr(keyword.value);
    }
    this.exprs(s.decorator_list);
    const outer = this.privateName;
    if (s.type_params.length > 0) {
      this.enterTypeParams(s.name, s, false, false);
      this.privateName = s.name;
      this.cur.mangledNames = new Set();
      for (const param of s.type_params) this.typeParam(param);
    }
    if (!this.rules.decoratorsAfterBases) {
      this.exprs(s.bases);
      this.keywords(s.keywords);
    }
    this.table.blocks.set(s, this.enterBlock(s.name, BlockType.Class, s));
    this.privateName = s.name;
    if (s.type_params.length > 0) {
      this.addDef('__type_params__', Def.LOCAL, s);
      this.addDef('.type_params', Def.USE, s);
    }
    this.cur.hasDocstring = getDocstring(s.body) !== null;
    this.body(s.body);
    this.exitBlock();
    if (s.type_params.length > 0) this.exitBlock();
    this.privateName = outer;
  }

  protected typeAlias(s: TypeAlias): void {
    this.expr(s.name);
    const inClass = this.cur.type === BlockType.Class;
    const generic = s.type_params.length > 0;
    if (generic) {
      this.enterTypeParams(s.name.id, s, false, false);
      for (const param of s.type_params) this.typeParam(param);
    }
    this.table.blocks.set(s, this.enterBlock(s.name.id, BlockType.TypeAlias, s));
    this.cur.canSeeClassScope = inClass;
    if (inClass) this.addDef('__classdict__', Def.USE, s.value);
    this.expr(s.value);
    this.exitBlock();
    if (generic) this.exitBlock();
  }

  protected annAssign(s: AnnAssign): void {
    this.cur.annotationsUsed = true;
    if (s.target.kind === NodeKind.Name) {
      const { id } = s.target;
      const current = this.lookupIn(this.cur, id);
      if ((current & (Def.GLOBAL | Def.NONLOCAL)) !== 0 && this.cur !== this.table.top && s.simple) {
        const kind = (current & Def.GLOBAL) !== 0 ? 'global' : 'nonlocal';
        this.reporter.error(`annotated name '${id}' can't be ${kind}`, s);
      } else if (s.simple) this.addDef(id, Def.ANNOT | Def.LOCAL, s.target);
      else if (s.value !== null) this.addDef(id, Def.LOCAL, s.target);
    } else this.expr(s.target);
    if (this.rules.eagerAnnotations) this.expr(s.annotation);
    else this.annotation(s.annotation);
    if (s.value !== null) this.expr(s.value);
  }

  protected checkFutureImport(s: Stmt & { module: string | null; level: number }): void {
    if (s.module !== '__future__' || s.level !== 0) return;
    const last = this.future.location;
    if (s.lineno > last.lineno || (s.lineno === last.end_lineno && s.col_offset > last.end_col_offset)) {
      this.reporter.error('from __future__ imports must occur at the beginning of the file', s);
    }
  }

  protected globalDirective(s: Global): void {
    for (const name of s.names) {
      const message = this.directiveConflict(name, 'global');
      if (message !== undefined) {
        this.reporter.error(message, s);
        continue;
      }
      this.addDef(name, Def.GLOBAL, s);
      recordDirective(this.cur, maybeMangle(this.privateName, this.cur, name), s);
    }
  }

  protected nonlocalDirective(s: Nonlocal): void {
    for (const name of s.names) {
      const message = this.directiveConflict(name, 'nonlocal');
      if (message !== undefined) {
        this.reporter.error(message, s);
        continue;
      }
      this.addDef(name, Def.NONLOCAL, s);
      recordDirective(this.cur, maybeMangle(this.privateName, this.cur, name), s);
    }
  }

  protected directiveConflict(name: string, kind: 'global' | 'nonlocal'): string | undefined {
    const current = this.lookupIn(this.cur, name);
    if ((current & (Def.PARAM | Def.LOCAL | Def.USE | Def.ANNOT)) === 0) return undefined;
    if ((current & Def.PARAM) !== 0) return `name '${name}' is parameter and ${kind}`;
    if ((current & Def.USE) !== 0) return `name '${name}' is used prior to ${kind} declaration`;
    if ((current & Def.ANNOT) !== 0) return `annotated name '${name}' can't be ${kind}`;
    return `name '${name}' is assigned to before ${kind} declaration`;
  }

  protected requireCoroutine(message: string, s: Location): void {
    if (this.allowsTopLevelAwait()) this.cur.coroutine = true;
    if (this.rules.coroutineChecksInCodegen || this.cur.coroutine) return;
    this.reporter.error(message, s);
  }

  protected exceptHandler(handler: ExceptHandler): void {
    if (handler.type !== null) this.expr(handler.type);
    if (handler.name !== null) this.addDef(handler.name, Def.LOCAL, handler);
    this.body(handler.body);
  }

  protected alias(alias: Alias, s: Stmt): void {
    const name = alias.asname ?? alias.name;
    if (name === '*') {
      if (this.cur.type !== BlockType.Module) {
        this.reporter.error('import * only allowed at module level', this.rules.aliasesHavePositions ? alias : s);
      }
      return;
    }
    const dot = name.indexOf('.');
    this.addDef(dot < 0 ? name : name.slice(0, dot), Def.IMPORT, this.rules.aliasesHavePositions ? alias : s);
  }
}
