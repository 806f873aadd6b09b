import {
  type Arg,
  type Arguments,
  type AsyncFunctionDef,
  type ClassDef,
  type Expr,
  type FunctionDef,
  NodeKind,
  type TypeAlias,
  type TypeParam,
} from '../syntax/ast.ts';
import { ExpressionVisitor } from './expressions.ts';
import { BlockType, Def, type Scope } from './scope.ts';

/** Annotations and type parameters, which have blocks of their own. */
export class AnnotationVisitor extends ExpressionVisitor {
  /** `symtable_visit_annotation`: the annotation of a variable. */
  protected annotation(annotation: Expr): void {
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
  protected functionAnnotations(s: FunctionDef | AsyncFunctionDef): void {
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
  protected eagerAnnotations(args: Arguments, returns: Expr | null): void {
    for (const arg of args.posonlyargs) if (arg.annotation !== null) this.expr(arg.annotation);
    for (const arg of args.args) if (arg.annotation !== null) this.expr(arg.annotation);
    if (args.vararg?.annotation) this.expr(args.vararg.annotation);
    if (args.kwarg?.annotation) this.expr(args.kwarg.annotation);
    for (const arg of args.kwonlyargs) if (arg.annotation !== null) this.expr(arg.annotation);
    if (returns !== null) this.expr(returns);
  }

  protected argAnnotations(args: readonly Arg[]): void {
    for (const arg of args) this.argAnnotation(arg);
  }

  protected argAnnotation(arg: Arg): void {
    if (arg.annotation === null) return;
    this.cur.annotationsUsed = true;
    this.expr(arg.annotation);
  }

  protected enterTypeParams(
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

  protected typeParam(param: TypeParam): void {
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
  protected typeParamPart(param: TypeParam, value: Expr | null, blocks: Map<object, Scope>, info: string): void {
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
}
