import {
  type Arguments,
  type Comprehension,
  type DictComp,
  type Expr,
  ExprContext,
  type GeneratorExp,
  type Keyword,
  type ListComp,
  type Location,
  type Name,
  type NamedExpr,
  NodeKind,
  type SetComp,
} from '../syntax/ast.ts';
import { isLeftLeaning, isOperation, type LeftLeaning, type Operation } from '../syntax/operations.ts';
import { BlockVisitor } from './blocks.ts';
import { recordDirective } from './directives.ts';
import { PyCF_ALLOW_TOP_LEVEL_AWAIT } from './future.ts';
import { maybeMangle } from './mangle.ts';
import { BlockType, ComprehensionType, Def, isFunctionLike, type Scope } from './scope.ts';

type ComprehensionExpr = ListComp | SetComp | DictComp | GeneratorExp;

/** What expressions say of names. */
export class ExpressionVisitor extends BlockVisitor {
  protected exprs(nodes: readonly Expr[]): void {
    for (const node of nodes) this.expr(node);
  }

  protected expr(e: Expr): void {
    if (!this.enterRecursion()) return;
    this.exprKind(e);
    this.depth--;
  }

  protected exprKind(e: Expr): void {
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

  protected name(e: Name): void {
    if (this.cur.inUnevaluatedAnnotation) return;
    const load = e.ctx === ExprContext.Load;
    this.addDefCtx(e.id, load ? Def.USE : Def.LOCAL, e, e.ctx, e.nameKey);
    // `super` counts as a use of __class__.
    if (load && e.id === 'super' && isFunctionLike(this.cur)) this.addDef('__class__', Def.USE, e);
  }

  protected keywords(keywords: readonly Keyword[]): void {
    if (this.rules.checksReservedAttributes) {
      for (const keyword of keywords) {
        if (keyword.arg !== null) this.checkName(keyword.arg, keyword, ExprContext.Store);
      }
    }
    for (const keyword of keywords) this.expr(keyword.value);
  }

  /** compile() was told PyCF_ALLOW_TOP_LEVEL_AWAIT, and this is the module's own block (`allows_top_level_await`). */
  protected allowsTopLevelAwait(): boolean {
    return (this.future.features & PyCF_ALLOW_TOP_LEVEL_AWAIT) !== 0 && this.cur.type === BlockType.Module;
  }

  protected checkAwait(e: Location): void {
    if (this.rules.coroutineChecksInCodegen || this.allowsTopLevelAwait()) return;
    if (!isFunctionLike(this.cur)) this.reporter.error("'await' outside function", e);
    else if (!this.isAsyncDef() && this.cur.comprehension === ComprehensionType.None) {
      this.reporter.error("'await' outside async function", e);
    }
  }

  protected isAsyncDef(): boolean {
    return this.cur.type === BlockType.Function && this.cur.coroutine;
  }

  protected namedExpr(e: NamedExpr): void {
    if (this.cur.compIterExpr > 0) {
      this.reporter.error('assignment expression cannot be used in a comprehension iterable expression', e);
      return;
    }
    if (this.cur.comprehension !== ComprehensionType.None && !this.extendNamedExprScope(e.target)) return;
    this.expr(e.value);
    this.expr(e.target);
  }

  protected lookupTarget(scope: Scope, id: string): number {
    return this.rules.manglesNamedTargets ? this.lookupIn(scope, id) : (scope.symbols.get(id) ?? 0);
  }

  /** `symtable_extend_namedexpr_scope`: `:=` in a comprehension binds in the block around it. */
  protected extendNamedExprScope(target: Name): boolean {
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
  protected comprehension(
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
  protected operation(outermost: Operation): void {
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

  protected leftLeaning(outermost: LeftLeaning): void {
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

  protected firstOperand(e: LeftLeaning): Expr {
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
  protected laterOperands(e: Operation): Expr | undefined {
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

  protected comprehensionFor(generator: Comprehension): void {
    this.cur.compIterTarget = true;
    this.expr(generator.target);
    this.cur.compIterTarget = false;
    this.cur.compIterExpr++;
    this.expr(generator.iter);
    this.cur.compIterExpr--;
    this.exprs(generator.ifs);
    if (generator.is_async) this.cur.coroutine = true;
  }

  protected arguments(args: Arguments): void {
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
  protected allowedHere(what: string, e: Location): boolean {
    const place = this.restrictedPlace();
    if (place === undefined) return true;
    this.reporter.error(`${what} cannot be used within ${place}`, e);
    return false;
  }

  protected restrictedPlace(): string | undefined {
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
