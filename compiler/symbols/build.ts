import { CodeFlag } from '../bytecode/code-object.ts';
import {
  type Alias,
  type AnnAssign,
  type Arg,
  type Arguments,
  type AsyncFunctionDef,
  type ClassDef,
  type Comprehension,
  type DictComp,
  type ExceptHandler,
  type Expr,
  ExprContext,
  type FunctionDef,
  type GeneratorExp,
  type Global,
  type Keyword,
  type ListComp,
  type Location,
  type MatchClass,
  type Mod,
  type Name,
  type NamedExpr,
  NodeKind,
  type Nonlocal,
  type Pattern,
  type SetComp,
  type Stmt,
  type TypeAlias,
  type TypeParam,
} from '../syntax/ast.ts';
import { type NameTable, UNKNOWN_KEY } from '../syntax/name-table.ts';
import { isLeftLeaning, isOperation, type LeftLeaning, type Operation } from '../syntax/operations.ts';
import { analyze } from './analyze.ts';
import { recordDirective } from './directives.ts';
import { getDocstring } from './docstring.ts';
import { type FutureFeatures, PyCF_ALLOW_TOP_LEVEL_AWAIT } from './future.ts';
import { maybeMangle } from './mangle.ts';
import type { Reporter } from './reporter.ts';
import type { SymbolRules } from './rules.ts';
import { BlockType, ComprehensionType, Def, isFunctionLike, Scope } from './scope.ts';

/** The blocks of a program, found by the node that makes them. */
export class SymbolTable {
  readonly top: Scope;
  /** The file's names; symbols are found by their numbers there. */
  readonly names: NameTable;
  /** By function, class, lambda, comprehension or type alias. */
  readonly blocks = new Map<object, Scope>();
  /** The block of a function's parameter and return annotations, by the function. */
  readonly annotations = new Map<object, Scope>();
  /** The block that holds the type parameters of a function, class or type alias. */
  readonly typeParams = new Map<object, Scope>();
  /** By TypeVar. */
  readonly bounds = new Map<object, Scope>();
  /** By type parameter of any kind. */
  readonly defaults = new Map<object, Scope>();

  constructor(top: Scope, names: NameTable) {
    this.top = top;
    this.names = names;
  }
}

const NO_PLACE: Location = { lineno: 0, col_offset: 0, end_lineno: 0, end_col_offset: 0 };

type ComprehensionExpr = ListComp | SetComp | DictComp | GeneratorExp;

/**
 * Builds the symbol table of a program: both passes of CPython's symtable.c (`_PySymtable_Build`, 3.14). Errors go to
 * the reporter, and the table is complete all the same.
 */
export function buildSymbolTable(
  module: Mod,
  names: NameTable,
  future: FutureFeatures,
  rules: SymbolRules,
  reporter: Reporter,
): SymbolTable {
  const top = new Scope('top', BlockType.Module, NO_PLACE, null, names);
  const table = new SymbolTable(top, names);
  new SymbolVisitor(table, future, rules, reporter).module(module);
  analyze(top, rules, reporter);
  return table;
}

/** The first pass: collects what each block says of each name. */
class SymbolVisitor {
  private readonly table: SymbolTable;
  private readonly future: FutureFeatures;
  private readonly rules: SymbolRules;
  private readonly reporter: Reporter;
  private readonly stack: Scope[];
  private cur: Scope;
  private privateName: string | null = null;
  private depth = 0;
  private readonly futureAnnotations: boolean;

  constructor(table: SymbolTable, future: FutureFeatures, rules: SymbolRules, reporter: Reporter) {
    this.table = table;
    this.future = future;
    this.rules = rules;
    this.reporter = reporter;
    this.cur = table.top;
    this.stack = [table.top];
    this.futureAnnotations = (future.features & CodeFlag.CO_FUTURE_ANNOTATIONS) !== 0;
  }

  module(module: Mod): void {
    if (module.kind === NodeKind.Expression) {
      this.expr(module.body);
      return;
    }
    if (module.kind === NodeKind.Module && getDocstring(module.body) !== null) this.cur.hasDocstring = true;
    this.body(module.body);
  }

  // --- blocks ----------------------------------------------------------------------------------------------------

  private enterBlock(name: string, type: BlockType, location: Location): Scope {
    const scope = new Scope(name, type, location, this.cur, this.table.names);
    this.enterExistingBlock(scope);
    if (type === BlockType.Annotation || type === BlockType.TypeVariable || type === BlockType.TypeAlias) {
      this.addDef('.format', Def.PARAM, location);
      this.addDef('.format', Def.USE, location);
    }
    return scope;
  }

  private enterExistingBlock(scope: Scope): void {
    const previous = this.cur;
    this.stack.push(scope);
    // CPython disallows every assignment expression in the outermost iterable of a comprehension, in lambdas inside too.
    scope.compIterExpr = previous.compIterExpr;
    if (previous.mangledNames !== null && scope.type !== BlockType.Class) scope.mangledNames = previous.mangledNames;
    this.cur = scope;
    // With `from __future__ import annotations` they become strings, and must not change the symbols.
    if (this.futureAnnotations && scope.type === BlockType.Annotation) return;
    previous.children.push(scope);
  }

  private exitBlock(): void {
    this.stack.pop();
    this.cur = this.stack[this.stack.length - 1]!;
  }

  // --- names -----------------------------------------------------------------------------------------------------

  private lookupIn(scope: Scope, name: string): number {
    return scope.symbols.get(maybeMangle(this.privateName, scope, name)) ?? 0;
  }

  private checkName(name: string, location: Location, ctx: ExprContext): void {
    if (name !== '__debug__') return;
    if (ctx === ExprContext.Store) this.reporter.error('cannot assign to __debug__', location);
    else if (ctx === ExprContext.Del && this.rules.checksReservedAttributes) {
      this.reporter.error('cannot delete __debug__', location);
    }
  }

  private addDef(name: string, flag: number, location: Location): void {
    this.addDefCtx(name, flag, location, flag === Def.USE ? ExprContext.Load : ExprContext.Store);
  }

  private addDefCtx(name: string, flag: number, location: Location, ctx: ExprContext, key = UNKNOWN_KEY): void {
    if ((flag & (Def.PARAM | Def.LOCAL | Def.IMPORT)) !== 0) this.checkName(name, location, ctx);
    if ((flag & Def.TYPE_PARAM) !== 0) this.cur.mangledNames?.add(name);
    this.addDefTo(this.cur, name, flag, location, key);
  }

  /** `symtable_add_def_helper`. `key` is that of `name`, where it is known. */
  private addDefTo(scope: Scope, name: string, flag: number, location: Location, key = UNKNOWN_KEY): void {
    const mangled = this.mangledKey(name, key);
    const { symbols } = scope;
    const index = symbols.find(mangled);
    let flags = flag;
    if (index >= 0) {
      const before = symbols.values[index];
      if ((flag & Def.PARAM) !== 0 && (before & Def.PARAM) !== 0) {
        this.reporter.error(`duplicate argument '${name}' in function definition`, location);
        return;
      }
      if ((flag & Def.TYPE_PARAM) !== 0 && (before & Def.TYPE_PARAM) !== 0) {
        this.reporter.error(`duplicate type parameter '${name}'`, location);
        return;
      }
      flags |= before;
    }
    if (scope.compIterTarget) {
      if ((flags & (Def.GLOBAL | Def.NONLOCAL)) !== 0) {
        this.reporter.error(`comprehension inner loop cannot rebind assignment expression target '${name}'`, location);
        return;
      }
      flags |= Def.COMP_ITER;
    }
    if (index >= 0) symbols.values[index] = flags;
    else symbols.add(mangled, flags);
    if ((flag & Def.PARAM) !== 0) scope.varnames.push(mangled);
    else if ((flag & Def.GLOBAL) !== 0) {
      const top = this.table.top.symbols;
      const known = top.find(mangled);
      if (known >= 0) top.values[known] |= flag;
      else top.add(mangled, flag);
    }
  }

  /** Key of a name as the current block has it, mangled inside a class. */
  private mangledKey(name: string, key: number): number {
    const { names } = this.table;
    if (this.privateName !== null && name.charCodeAt(0) === 0x5f) {
      const mangled = maybeMangle(this.privateName, this.cur, name);
      if (mangled !== name) return names.internString(mangled);
    }
    return key >= 0 ? key : names.internString(name);
  }

  // --- statements ------------------------------------------------------------------------------------------------

  private body(statements: readonly Stmt[]): void {
    for (const statement of statements) this.stmt(statement);
  }

  /** The statements of a block that may run or not; annotations in it are conditional. */
  private conditionalBody(...bodies: readonly (readonly Stmt[])[]): void {
    const before = this.cur.inConditionalBlock;
    this.cur.inConditionalBlock = true;
    for (const body of bodies) this.body(body);
    this.cur.inConditionalBlock = before;
  }

  private enterRecursion(): boolean {
    if (this.depth >= this.rules.maximumDepth) {
      this.reporter.tooDeep();
      return false;
    }
    this.depth++;
    return true;
  }

  private stmt(s: Stmt): void {
    if (!this.enterRecursion()) return;
    this.stmtKind(s);
    this.depth--;
  }

  private stmtKind(s: Stmt): void {
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

  private functionDef(s: FunctionDef | AsyncFunctionDef): void {
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

  private classDef(s: ClassDef): void {
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

  private typeAlias(s: TypeAlias): void {
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

  private annAssign(s: AnnAssign): void {
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

  private checkFutureImport(s: Stmt & { module: string | null; level: number }): void {
    if (s.module !== '__future__' || s.level !== 0) return;
    const last = this.future.location;
    if (s.lineno > last.lineno || (s.lineno === last.end_lineno && s.col_offset > last.end_col_offset)) {
      this.reporter.error('from __future__ imports must occur at the beginning of the file', s);
    }
  }

  private globalDirective(s: Global): void {
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

  private nonlocalDirective(s: Nonlocal): void {
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

  private directiveConflict(name: string, kind: 'global' | 'nonlocal'): string | undefined {
    const current = this.lookupIn(this.cur, name);
    if ((current & (Def.PARAM | Def.LOCAL | Def.USE | Def.ANNOT)) === 0) return undefined;
    if ((current & Def.PARAM) !== 0) return `name '${name}' is parameter and ${kind}`;
    if ((current & Def.USE) !== 0) return `name '${name}' is used prior to ${kind} declaration`;
    if ((current & Def.ANNOT) !== 0) return `annotated name '${name}' can't be ${kind}`;
    return `name '${name}' is assigned to before ${kind} declaration`;
  }

  private requireCoroutine(message: string, s: Location): void {
    if (this.allowsTopLevelAwait()) this.cur.coroutine = true;
    if (this.rules.coroutineChecksInCodegen || this.cur.coroutine) return;
    this.reporter.error(message, s);
  }

  private exceptHandler(handler: ExceptHandler): void {
    if (handler.type !== null) this.expr(handler.type);
    if (handler.name !== null) this.addDef(handler.name, Def.LOCAL, handler);
    this.body(handler.body);
  }

  private alias(alias: Alias, s: Stmt): void {
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

  // --- annotations and type parameters -----------------------------------------------------------------------------

  /** `symtable_visit_annotation`: the annotation of a variable. */
  private annotation(annotation: Expr): void {
    const parent = this.cur;
    // Annotations in functions are never evaluated.
    const unevaluated = parent.type === BlockType.Function;
    // A module may be run in part, so all its annotations count as conditional.
    const conditional =
      (parent.type === BlockType.Class && parent.inConditionalBlock) || parent.type === BlockType.Module;
    if (conditional && !parent.hasConditionalAnnotations) {
      parent.hasConditionalAnnotations = true;
      this.addDef('__conditional_annotations__', Def.USE, annotation);
    }
    if (parent.annotationBlock === null) {
      parent.annotationBlock = this.enterBlock('__annotate__', BlockType.Annotation, annotation);
      if (parent.type === BlockType.Class && !this.futureAnnotations) {
        this.cur.canSeeClassScope = true;
        this.addDef('__classdict__', Def.USE, annotation);
      }
    } else this.enterExistingBlock(parent.annotationBlock);
    if (unevaluated) this.cur.inUnevaluatedAnnotation = true;
    this.expr(annotation);
    if (unevaluated) this.cur.inUnevaluatedAnnotation = false;
    this.exitBlock();
  }

  /** `symtable_visit_annotations`: those of a function's parameters and result. */
  private functionAnnotations(s: FunctionDef | AsyncFunctionDef): void {
    const seesClass = this.cur.canSeeClassScope || this.cur.type === BlockType.Class;
    const scope = this.enterBlock('__annotate__', BlockType.Annotation, s);
    this.table.annotations.set(s, scope);
    if (seesClass) {
      scope.canSeeClassScope = true;
      this.addDef('__classdict__', Def.USE, s);
    }
    const { args } = s;
    this.argAnnotations(args.posonlyargs);
    this.argAnnotations(args.args);
    if (args.vararg !== null) this.argAnnotation(args.vararg);
    if (args.kwarg !== null) this.argAnnotation(args.kwarg);
    this.argAnnotations(args.kwonlyargs);
    if (s.returns !== null) {
      scope.annotationsUsed = true;
      this.expr(s.returns);
    }
    this.exitBlock();
  }

  /** `symtable_visit_annotations` before 3.14: they are expressions of the block around the function. */
  private eagerAnnotations(args: Arguments, returns: Expr | null): void {
    for (const arg of args.posonlyargs) if (arg.annotation !== null) this.expr(arg.annotation);
    for (const arg of args.args) if (arg.annotation !== null) this.expr(arg.annotation);
    if (args.vararg?.annotation) this.expr(args.vararg.annotation);
    if (args.kwarg?.annotation) this.expr(args.kwarg.annotation);
    for (const arg of args.kwonlyargs) if (arg.annotation !== null) this.expr(arg.annotation);
    if (returns !== null) this.expr(returns);
  }

  private argAnnotations(args: readonly Arg[]): void {
    for (const arg of args) this.argAnnotation(arg);
  }

  private argAnnotation(arg: Arg): void {
    if (arg.annotation === null) return;
    this.cur.annotationsUsed = true;
    this.expr(arg.annotation);
  }

  private enterTypeParams(
    name: string,
    s: FunctionDef | AsyncFunctionDef | ClassDef | TypeAlias,
    hasDefaults: boolean,
    hasKwDefaults: boolean,
  ): void {
    const outer = this.cur.type;
    this.table.typeParams.set(s, this.enterBlock(name, BlockType.TypeParameters, s));
    if (outer === BlockType.Class) {
      this.cur.canSeeClassScope = true;
      this.addDef('__classdict__', Def.USE, s);
    }
    if (s.kind === NodeKind.ClassDef) {
      // Set when the tuple of parameters is made, used when the bases are built.
      this.addDef('.type_params', Def.LOCAL, s);
      this.addDef('.type_params', Def.USE, s);
      this.addDef('.generic_base', Def.LOCAL, s);
      this.addDef('.generic_base', Def.USE, s);
    }
    if (hasDefaults) this.addDef('.defaults', Def.PARAM, s);
    if (hasKwDefaults) this.addDef('.kwdefaults', Def.PARAM, s);
  }

  private typeParam(param: TypeParam): void {
    this.addDef(param.name, Def.TYPE_PARAM | Def.LOCAL, param);
    switch (param.kind) {
      case NodeKind.TypeVar: {
        const info = param.bound?.kind === NodeKind.Tuple ? 'a TypeVar constraint' : 'a TypeVar bound';
        this.typeParamPart(param, param.bound, this.table.bounds, info);
        this.typeParamPart(param, param.default_value, this.table.defaults, 'a TypeVar default');
        break;
      }
      case NodeKind.TypeVarTuple:
        this.typeParamPart(param, param.default_value, this.table.defaults, 'a TypeVarTuple default');
        break;
      case NodeKind.ParamSpec:
        this.typeParamPart(param, param.default_value, this.table.defaults, 'a ParamSpec default');
        break;
    }
  }

  /** `symtable_visit_type_param_bound_or_default`. */
  private typeParamPart(param: TypeParam, value: Expr | null, blocks: Map<object, Scope>, info: string): void {
    if (param.name === '__classdict__') {
      this.reporter.error(`reserved name '${param.name}' cannot be used for type parameter`, param);
      return;
    }
    if (value === null) return;
    const inClass = this.cur.canSeeClassScope;
    const scope = this.enterBlock(param.name, BlockType.TypeVariable, value);
    blocks.set(param, scope);
    scope.canSeeClassScope = inClass;
    if (inClass) this.addDef('__classdict__', Def.USE, value);
    scope.scopeInfo = info;
    this.expr(value);
    this.exitBlock();
  }

  // --- expressions -------------------------------------------------------------------------------------------------

  private exprs(nodes: readonly Expr[]): void {
    for (const node of nodes) this.expr(node);
  }

  private expr(e: Expr): void {
    if (!this.enterRecursion()) return;
    this.exprKind(e);
    this.depth--;
  }

  private exprKind(e: Expr): void {
    switch (e.kind) {
      case NodeKind.Constant:
        break;
      case NodeKind.Name:
        this.name(e);
        break;
      case NodeKind.Attribute:
      case NodeKind.Call:
      case NodeKind.Subscript:
      case NodeKind.BinOp:
      case NodeKind.UnaryOp:
      case NodeKind.IfExp:
        this.operation(e);
        break;
      case NodeKind.NamedExpr:
        if (this.allowedHere('named expression', e)) this.namedExpr(e);
        break;
      case NodeKind.BoolOp:
        this.exprs(e.values);
        break;
      case NodeKind.Lambda:
        this.exprs(e.args.defaults);
        for (const value of e.args.kw_defaults) if (value !== null) this.expr(value);
        this.table.blocks.set(e, this.enterBlock('lambda', BlockType.Function, e));
        this.arguments(e.args);
        this.expr(e.body);
        this.exitBlock();
        break;
      case NodeKind.Dict:
        for (const key of e.keys) if (key !== null) this.expr(key);
        this.exprs(e.values);
        break;
      case NodeKind.Set:
        this.exprs(e.elts);
        break;
      case NodeKind.GeneratorExp:
        this.comprehension(e, 'genexpr', ComprehensionType.Generator, e.elt, null);
        break;
      case NodeKind.ListComp:
        this.comprehension(e, 'listcomp', ComprehensionType.List, e.elt, null);
        break;
      case NodeKind.SetComp:
        this.comprehension(e, 'setcomp', ComprehensionType.Set, e.elt, null);
        break;
      case NodeKind.DictComp:
        this.comprehension(e, 'dictcomp', ComprehensionType.Dict, e.key, e.value);
        break;
      case NodeKind.Yield:
      case NodeKind.YieldFrom:
        if (!this.allowedHere('yield expression', e)) break;
        if (e.value !== null) this.expr(e.value);
        this.cur.generator = true;
        if (this.cur.comprehension !== ComprehensionType.None) {
          this.reporter.error(`'yield' inside ${comprehensionNames[this.cur.comprehension]}`, e);
        }
        break;
      case NodeKind.Await:
        if (!this.allowedHere('await expression', e)) break;
        this.checkAwait(e);
        this.expr(e.value);
        this.cur.coroutine = true;
        break;
      case NodeKind.Compare:
        this.expr(e.left);
        this.exprs(e.comparators);
        break;
      case NodeKind.FormattedValue:
      case NodeKind.Interpolation:
        this.expr(e.value);
        if (e.format_spec !== null) this.expr(e.format_spec);
        break;
      case NodeKind.JoinedStr:
      case NodeKind.TemplateStr:
        this.exprs(e.values);
        break;
      case NodeKind.Starred:
        this.expr(e.value);
        break;
      case NodeKind.Slice:
        if (e.lower !== null) this.expr(e.lower);
        if (e.upper !== null) this.expr(e.upper);
        if (e.step !== null) this.expr(e.step);
        break;
      case NodeKind.List:
      case NodeKind.Tuple:
        this.exprs(e.elts);
        break;
    }
  }

  private name(e: Name): void {
    if (this.cur.inUnevaluatedAnnotation) return;
    const load = e.ctx === ExprContext.Load;
    this.addDefCtx(e.id, load ? Def.USE : Def.LOCAL, e, e.ctx, e.nameKey);
    // `super` counts as a use of __class__.
    if (load && e.id === 'super' && isFunctionLike(this.cur)) this.addDef('__class__', Def.USE, e);
  }

  private keywords(keywords: readonly Keyword[]): void {
    if (this.rules.checksReservedAttributes) {
      for (const keyword of keywords) {
        if (keyword.arg !== null) this.checkName(keyword.arg, keyword, ExprContext.Store);
      }
    }
    for (const keyword of keywords) this.expr(keyword.value);
  }

  /** compile() was told PyCF_ALLOW_TOP_LEVEL_AWAIT, and this is the module's own block (`allows_top_level_await`). */
  private allowsTopLevelAwait(): boolean {
    return (this.future.features & PyCF_ALLOW_TOP_LEVEL_AWAIT) !== 0 && this.cur.type === BlockType.Module;
  }

  private checkAwait(e: Location): void {
    if (this.rules.coroutineChecksInCodegen || this.allowsTopLevelAwait()) return;
    if (!isFunctionLike(this.cur)) this.reporter.error("'await' outside function", e);
    else if (!this.isAsyncDef() && this.cur.comprehension === ComprehensionType.None) {
      this.reporter.error("'await' outside async function", e);
    }
  }

  private isAsyncDef(): boolean {
    return this.cur.type === BlockType.Function && this.cur.coroutine;
  }

  private namedExpr(e: NamedExpr): void {
    if (this.cur.compIterExpr > 0) {
      this.reporter.error('assignment expression cannot be used in a comprehension iterable expression', e);
      return;
    }
    if (this.cur.comprehension !== ComprehensionType.None && !this.extendNamedExprScope(e.target)) return;
    this.expr(e.value);
    this.expr(e.target);
  }

  private lookupTarget(scope: Scope, id: string): number {
    return this.rules.manglesNamedTargets ? this.lookupIn(scope, id) : (scope.symbols.get(id) ?? 0);
  }

  /** `symtable_extend_namedexpr_scope`: `:=` in a comprehension binds in the block around it. */
  private extendNamedExprScope(target: Name): boolean {
    const { id } = target;
    for (let i = this.stack.length - 1; i >= 0; i--) {
      const scope = this.stack[i]!;
      if (scope.comprehension !== ComprehensionType.None) {
        const flags = this.lookupTarget(scope, id);
        if ((flags & Def.COMP_ITER) !== 0 && (flags & Def.LOCAL) !== 0) {
          this.reporter.error(`assignment expression cannot rebind comprehension iteration variable '${id}'`, target);
          return false;
        }
        continue;
      }
      if (scope.type === BlockType.Function) {
        const global = (this.lookupTarget(scope, id) & Def.GLOBAL) !== 0;
        this.addDef(id, global ? Def.GLOBAL : Def.NONLOCAL, target);
        recordDirective(this.cur, maybeMangle(this.privateName, this.cur, id), target);
        this.addDefTo(scope, id, Def.LOCAL, target);
        return true;
      }
      if (scope.type === BlockType.Module) {
        this.addDef(id, Def.GLOBAL, target);
        recordDirective(this.cur, maybeMangle(this.privateName, this.cur, id), target);
        this.addDefTo(scope, id, Def.GLOBAL, target);
        return true;
      }
      const place = namedExprPlaces[scope.type];
      if (place !== undefined) {
        this.reporter.error(`assignment expression within a comprehension cannot be used ${place}`, target);
        return false;
      }
    }
    return true;
  }

  /** `symtable_handle_comprehension`. `value` is null but for a dict comprehension. */
  private comprehension(
    e: ComprehensionExpr,
    name: string,
    type: ComprehensionType,
    elt: Expr,
    value: Expr | null,
  ): void {
    const isGenerator = type === ComprehensionType.Generator;
    const outermost = e.generators[0]!;
    this.cur.compIterExpr++;
    this.expr(outermost.iter);
    this.cur.compIterExpr--;
    const scope = this.enterBlock(name, BlockType.Function, e);
    this.table.blocks.set(e, scope);
    scope.comprehension = type;
    if (outermost.is_async) scope.coroutine = true;
    this.addDef('.0', Def.PARAM, scope.location);
    scope.compIterTarget = true;
    this.expr(outermost.target);
    scope.compIterTarget = false;
    this.exprs(outermost.ifs);
    for (let i = 1; i < e.generators.length; i++) this.comprehensionFor(e.generators[i]!);
    if (value !== null) this.expr(this.rules.keyBeforeValue ? elt : value);
    this.expr(value !== null && this.rules.keyBeforeValue ? value : elt);
    scope.generator = isGenerator;
    const isAsync = scope.coroutine && !isGenerator;
    this.exitBlock();
    if (!isAsync || this.rules.coroutineChecksInCodegen) return;
    if (!this.isAsyncDef() && this.cur.comprehension === ComprehensionType.None && !this.allowsTopLevelAwait()) {
      this.reporter.error('asynchronous comprehension outside of an asynchronous function', e);
      return;
    }
    this.cur.coroutine = true;
  }

  /** An operation: its first operands down to the innermost and back up, then what stands last, both in loops. */
  private operation(outermost: Operation): void {
    const before = this.depth;
    let node = outermost;
    for (;;) {
      if (isLeftLeaning(node)) {
        const first = this.firstOperand(node);
        if (isLeftLeaning(first)) this.leftLeaning(first);
        else this.expr(first);
      }
      const last = this.laterOperands(node);
      if (last === undefined) break;
      if (!isOperation(last)) {
        this.expr(last);
        break;
      }
      if (!this.enterRecursion()) break;
      node = last;
    }
    this.depth = before;
  }

  private leftLeaning(outermost: LeftLeaning): void {
    const before = this.depth;
    const path: LeftLeaning[] = [];
    let node: Expr = outermost;
    while (isLeftLeaning(node)) {
      if (!this.enterRecursion()) {
        this.depth = before;
        return;
      }
      path.push(node);
      node = this.firstOperand(node);
    }
    this.expr(node);
    for (let i = path.length - 1; i >= 0; i--) {
      const last = this.laterOperands(path[i]!);
      if (last !== undefined) this.expr(last);
      this.depth--;
    }
  }

  private firstOperand(e: LeftLeaning): Expr {
    switch (e.kind) {
      case NodeKind.Attribute:
        if (this.rules.checksReservedAttributes) this.checkName(e.attr, e, e.ctx);
        return e.value;
      case NodeKind.Call:
        return e.func;
      case NodeKind.Subscript:
        return e.value;
      case NodeKind.BinOp:
        return e.left;
    }
  }

  /** Visits what follows the first operand, but for the expression that stands last, which it gives. */
  private laterOperands(e: Operation): Expr | undefined {
    switch (e.kind) {
      case NodeKind.Attribute:
        return undefined;
      case NodeKind.Call:
        this.exprs(e.args);
        this.keywords(e.keywords);
        return undefined;
      case NodeKind.Subscript:
        return e.slice;
      case NodeKind.BinOp:
        return e.right;
      case NodeKind.UnaryOp:
        return e.operand;
      case NodeKind.IfExp:
        this.expr(e.test);
        this.expr(e.body);
        return e.orelse;
    }
  }

  private comprehensionFor(generator: Comprehension): void {
    this.cur.compIterTarget = true;
    this.expr(generator.target);
    this.cur.compIterTarget = false;
    this.cur.compIterExpr++;
    this.expr(generator.iter);
    this.cur.compIterExpr--;
    this.exprs(generator.ifs);
    if (generator.is_async) this.cur.coroutine = true;
  }

  private arguments(args: Arguments): void {
    for (const arg of args.posonlyargs) this.addDef(arg.arg, Def.PARAM, arg);
    for (const arg of args.args) this.addDef(arg.arg, Def.PARAM, arg);
    for (const arg of args.kwonlyargs) this.addDef(arg.arg, Def.PARAM, arg);
    if (args.vararg !== null) {
      this.addDef(args.vararg.arg, Def.PARAM, args.vararg);
      this.cur.varargs = true;
    }
    if (args.kwarg !== null) {
      this.addDef(args.kwarg.arg, Def.PARAM, args.kwarg);
      this.cur.varkeywords = true;
    }
  }

  /** `symtable_raise_if_annotation_block`: true where the expression may stand. */
  private allowedHere(what: string, e: Location): boolean {
    const place = this.restrictedPlace();
    if (place === undefined) return true;
    this.reporter.error(`${what} cannot be used within ${place}`, e);
    return false;
  }

  private restrictedPlace(): string | undefined {
    switch (this.cur.type) {
      case BlockType.Annotation:
        return 'an annotation';
      case BlockType.TypeVariable:
        return this.cur.scopeInfo!;
      case BlockType.TypeAlias:
        return 'a type alias';
      case BlockType.TypeParameters:
        return 'the definition of a generic';
      default:
        return undefined;
    }
  }

  // --- patterns ----------------------------------------------------------------------------------------------------

  private patterns(patterns: readonly Pattern[]): void {
    for (const pattern of patterns) this.pattern(pattern);
  }

  private pattern(p: Pattern): void {
    switch (p.kind) {
      case NodeKind.MatchValue:
        this.expr(p.value);
        break;
      case NodeKind.MatchSingleton:
        break;
      case NodeKind.MatchSequence:
      case NodeKind.MatchOr:
        this.patterns(p.patterns);
        break;
      case NodeKind.MatchStar:
        if (p.name !== null) this.addDef(p.name, Def.LOCAL, p);
        break;
      case NodeKind.MatchMapping:
        this.exprs(p.keys);
        this.patterns(p.patterns);
        if (p.rest !== null) this.addDef(p.rest, Def.LOCAL, p);
        break;
      case NodeKind.MatchClass:
        this.expr(p.cls);
        this.patterns(p.patterns);
        this.keywordPatterns(p);
        break;
      case NodeKind.MatchAs:
        if (p.pattern !== null) this.pattern(p.pattern);
        if (p.name !== null) this.addDef(p.name, Def.LOCAL, p);
        break;
    }
  }

  private keywordPatterns(p: MatchClass): void {
    p.kwd_attrs.forEach((attr, i) => {
      this.checkName(attr, p.kwd_patterns[i]!, ExprContext.Store);
    });
    this.patterns(p.kwd_patterns);
  }
}

const comprehensionNames: Readonly<Record<number, string>> = {
  [ComprehensionType.List]: 'list comprehension',
  [ComprehensionType.Set]: 'set comprehension',
  [ComprehensionType.Dict]: 'dict comprehension',
  [ComprehensionType.Generator]: 'generator expression',
};

const namedExprPlaces: Readonly<Record<number, string>> = {
  [BlockType.Class]: 'in a class body',
  [BlockType.TypeParameters]: 'within the definition of a generic',
  [BlockType.TypeAlias]: 'in a type alias',
  [BlockType.TypeVariable]: 'in a TypeVar bound',
};
