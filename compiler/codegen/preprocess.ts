import { CodeFlag } from '../bytecode/code-object.ts';
import type { Constant } from '../bytecode/constants.ts';
import { Op } from '../bytecode/op.ts';
import { binaryOperation, NB, unaryOperation } from '../flowgraph/constant-operations.ts';
import { getDocstring } from '../symbols/docstring.ts';
import type { Reporter } from '../symbols/reporter.ts';
import {
  type Arguments,
  type BinOp,
  type Comprehension,
  type ConstantExpr,
  type Expr,
  ExprContext,
  type FormattedValue,
  type JoinedStr,
  type Location,
  type Mod,
  NodeKind,
  Operator,
  type Pattern,
  type Stmt,
  type TypeParam,
  UnaryOperator,
} from '../syntax/ast.ts';
import { deepOperand, isOperation, type Operation } from '../syntax/operations.ts';
import { foldBinOp, foldCompare, foldIter, foldSubscript, foldTuple, foldUnaryOp } from './block-stack/fold.ts';
import { relocateFString } from './block-stack/fstring-lines.ts';

/** How a target folds in the tree, before the symbol table. */
export interface FoldingRules {
  /**
   * 3.8: constant operations, tuples, subscripts, and lists and sets that are only iterated over (ast_opt.c); and the
   * lines of f-strings are what its parser gives.
   */
  readonly constants: boolean;
  /** 3.11+: '%' formatting with a plain tuple becomes an f-string. */
  readonly formats: boolean;
  /** 3.14: a jump out of a `finally` is warned of, and -OO takes docstrings out of the tree. */
  readonly checksFinally: boolean;
  readonly dropsDocstrings: boolean;
}

export interface PreprocessOptions {
  readonly rules: FoldingRules;
  readonly optimize: 0 | 1 | 2;
  /** CO_FUTURE_ bits in force. */
  readonly features: number;
}

/**
 * What CPython 3.14 does to the tree before the symbol table (ast_preprocess.c): `__debug__` becomes a constant,
 * '%' formatting with a plain tuple an f-string, number patterns constants; -OO drops docstrings. Warns of jumps out of
 * `finally` (PEP 765). Changes the tree in place.
 */
export function preprocess(tree: Mod, options: PreprocessOptions, reporter: Reporter): void {
  new Preprocessor(options, reporter).module(tree);
}

/** What encloses a statement, as far as PEP 765 asks. */
const enum Enclosing {
  Nothing,
  Finally,
  FunctionOrLoop,
}

class Preprocessor {
  private readonly rules: FoldingRules;
  private readonly optimize: number;
  private readonly futureAnnotations: boolean;
  private readonly reporter: Reporter;
  private enclosing = Enclosing.Nothing;

  constructor(options: PreprocessOptions, reporter: Reporter) {
    this.rules = options.rules;
    this.optimize = options.optimize;
    this.futureAnnotations = (options.features & CodeFlag.CO_FUTURE_ANNOTATIONS) !== 0;
    this.reporter = reporter;
  }

  module(tree: Mod): void {
    if (tree.kind === NodeKind.Expression) tree.body = this.expr(tree.body);
    else if (tree.kind === NodeKind.Module) this.docstringBody(tree.body);
    else this.body(tree.body);
  }

  // --- statements ------------------------------------------------------------------------------------------------

  private body(statements: readonly Stmt[]): void {
    for (const statement of statements) this.stmt(statement);
  }

  private bodyIn(enclosing: Enclosing, statements: readonly Stmt[]): void {
    const before = this.enclosing;
    this.enclosing = enclosing;
    this.body(statements);
    this.enclosing = before;
  }

  /** `astfold_body`. */
  private docstringBody(statements: Stmt[]): void {
    let docstring = getDocstring(statements);
    if (docstring !== null && this.optimize >= 2 && this.rules.dropsDocstrings) {
      removeDocstring(statements);
      docstring = null;
    }
    this.body(statements);
    const first = statements[0];
    if (docstring === null && getDocstring(statements) !== null && first?.kind === NodeKind.Expr) {
      // A string that came to stand first must not become the docstring.
      first.value = joined([first.value], first);
    }
  }

  private stmt(s: Stmt): void {
    switch (s.kind) {
      case NodeKind.FunctionDef:
      case NodeKind.AsyncFunctionDef: {
        this.typeParams(s.type_params);
        this.arguments(s.args);
        const before = this.enclosing;
        this.enclosing = Enclosing.FunctionOrLoop;
        this.docstringBody(s.body);
        this.enclosing = before;
        this.exprs(s.decorator_list);
        if (s.returns !== null && !this.futureAnnotations) s.returns = this.expr(s.returns);
        break;
      }
      case NodeKind.ClassDef:
        this.typeParams(s.type_params);
        this.exprs(s.bases);
        for (const keyword of s.keywords) keyword.value = this.expr(keyword.value);
        this.docstringBody(s.body);
        this.exprs(s.decorator_list);
        break;
      case NodeKind.Return:
        if (this.enclosing === Enclosing.Finally) this.warn('return', s);
        if (s.value !== null) s.value = this.expr(s.value);
        break;
      case NodeKind.Break:
        if (this.enclosing === Enclosing.Finally) this.warn('break', s);
        break;
      case NodeKind.Continue:
        if (this.enclosing === Enclosing.Finally) this.warn('continue', s);
        break;
      case NodeKind.Delete:
        this.exprs(s.targets);
        break;
      case NodeKind.Assign:
        this.exprs(s.targets);
        s.value = this.expr(s.value);
        break;
      case NodeKind.AugAssign:
        this.expr(s.target);
        s.value = this.expr(s.value);
        break;
      case NodeKind.AnnAssign:
        this.expr(s.target);
        if (!this.futureAnnotations) s.annotation = this.expr(s.annotation);
        if (s.value !== null) s.value = this.expr(s.value);
        break;
      case NodeKind.TypeAlias:
        this.typeParams(s.type_params);
        s.value = this.expr(s.value);
        break;
      case NodeKind.For:
      case NodeKind.AsyncFor:
        s.target = this.expr(s.target);
        s.iter = this.expr(s.iter);
        if (this.rules.constants && s.kind === NodeKind.For) s.iter = foldIter(s.iter);
        this.bodyIn(Enclosing.FunctionOrLoop, s.body);
        this.body(s.orelse);
        break;
      case NodeKind.While:
        s.test = this.expr(s.test);
        this.bodyIn(Enclosing.FunctionOrLoop, s.body);
        this.body(s.orelse);
        break;
      case NodeKind.If: {
        let branch = s;
        for (;;) {
          branch.test = this.expr(branch.test);
          this.body(branch.body);
          const next = branch.orelse.length === 1 ? branch.orelse[0]! : undefined;
          if (next === undefined || next.kind !== NodeKind.If) break;
          branch = next;
        }
        this.body(branch.orelse);
        break;
      }
      case NodeKind.With:
      case NodeKind.AsyncWith:
        for (const item of s.items) {
          item.context_expr = this.expr(item.context_expr);
          if (item.optional_vars !== null) item.optional_vars = this.expr(item.optional_vars);
        }
        this.body(s.body);
        break;
      case NodeKind.Raise:
        if (s.exc !== null) s.exc = this.expr(s.exc);
        if (s.cause !== null) s.cause = this.expr(s.cause);
        break;
      case NodeKind.Try:
      case NodeKind.TryStar:
        this.body(s.body);
        for (const handler of s.handlers) {
          if (handler.type !== null) handler.type = this.expr(handler.type);
          this.body(handler.body);
        }
        this.body(s.orelse);
        this.bodyIn(Enclosing.Finally, s.finalbody);
        break;
      case NodeKind.Assert:
        s.test = this.expr(s.test);
        if (s.msg !== null) s.msg = this.expr(s.msg);
        break;
      case NodeKind.Expr:
        s.value = this.expr(s.value);
        break;
      case NodeKind.Match:
        s.subject = this.expr(s.subject);
        for (const item of s.cases) {
          this.pattern(item.pattern);
          if (item.guard !== null) item.guard = this.expr(item.guard);
          this.body(item.body);
        }
        break;
    }
  }

  private warn(keyword: string, s: Location): void {
    if (this.rules.checksFinally) this.reporter.warn(`'${keyword}' in a 'finally' block`, s);
  }

  private arguments(args: Arguments): void {
    if (!this.futureAnnotations) {
      for (const arg of args.posonlyargs) if (arg.annotation !== null) arg.annotation = this.expr(arg.annotation);
      for (const arg of args.args) if (arg.annotation !== null) arg.annotation = this.expr(arg.annotation);
      for (const arg of args.kwonlyargs) if (arg.annotation !== null) arg.annotation = this.expr(arg.annotation);
      for (const arg of [args.vararg, args.kwarg]) {
        if (arg !== null && arg.annotation !== null) arg.annotation = this.expr(arg.annotation);
      }
    }
    args.kw_defaults.forEach((value, i) => {
      if (value !== null) args.kw_defaults[i] = this.expr(value);
    });
    this.exprs(args.defaults);
  }

  private typeParams(params: readonly TypeParam[]): void {
    for (const param of params) {
      if (param.kind === NodeKind.TypeVar && param.bound !== null) param.bound = this.expr(param.bound);
      if (param.default_value !== null) param.default_value = this.expr(param.default_value);
    }
  }

  // --- expressions -------------------------------------------------------------------------------------------------

  private exprs(exprs: Expr[]): void {
    for (let i = 0; i < exprs.length; i++) {
      const before = exprs[i]!;
      const after = this.expr(before);
      if (after !== before) exprs[i] = after;
    }
  }

  private comprehensions(generators: readonly Comprehension[]): void {
    for (const generator of generators) {
      generator.target = this.expr(generator.target);
      generator.iter = this.expr(generator.iter);
      if (this.rules.constants) generator.iter = foldIter(generator.iter);
      this.exprs(generator.ifs);
    }
  }

  /** Gives the node, or what stands in its place. */
  private expr(e: Expr): Expr {
    switch (e.kind) {
      case NodeKind.Constant:
        return e;
      case NodeKind.Name:
        return e.id === '__debug__' && e.ctx === ExprContext.Load ? constant(this.optimize === 0, e) : e;
      case NodeKind.Attribute:
      case NodeKind.Call:
      case NodeKind.Subscript:
      case NodeKind.BinOp:
      case NodeKind.UnaryOp:
      case NodeKind.IfExp:
        return this.operation(e);
      case NodeKind.BoolOp:
        this.exprs(e.values);
        return e;
      case NodeKind.Lambda:
        this.arguments(e.args);
        e.body = this.expr(e.body);
        return e;
      case NodeKind.Dict:
        for (let i = 0; i < e.keys.length; i++) {
          const key = e.keys[i]!;
          if (key !== null) e.keys[i] = this.expr(key);
        }
        this.exprs(e.values);
        return e;
      case NodeKind.Set:
      case NodeKind.List:
        this.exprs(e.elts);
        return e;
      case NodeKind.Tuple:
        this.exprs(e.elts);
        return this.rules.constants ? foldTuple(e) : e;
      case NodeKind.ListComp:
      case NodeKind.SetComp:
      case NodeKind.GeneratorExp:
        e.elt = this.expr(e.elt);
        this.comprehensions(e.generators);
        return e;
      case NodeKind.DictComp:
        e.key = this.expr(e.key);
        e.value = this.expr(e.value);
        this.comprehensions(e.generators);
        return e;
      case NodeKind.Await:
      case NodeKind.YieldFrom:
      case NodeKind.Starred:
        e.value = this.expr(e.value);
        return e;
      case NodeKind.NamedExpr:
        // 3.8's optimiser does not know the node.
        if (!this.rules.constants) e.value = this.expr(e.value);
        return e;
      case NodeKind.Yield:
        if (e.value !== null) e.value = this.expr(e.value);
        return e;
      case NodeKind.Compare:
        e.left = this.expr(e.left);
        this.exprs(e.comparators);
        return this.rules.constants ? foldCompare(e) : e;
      case NodeKind.FormattedValue:
      case NodeKind.Interpolation:
        e.value = this.expr(e.value);
        if (e.format_spec !== null) this.exprs(e.format_spec.values);
        return e;
      case NodeKind.JoinedStr:
        this.exprs(e.values);
        if (this.rules.constants) relocateFString(e);
        return e;
      case NodeKind.TemplateStr:
        this.exprs(e.values);
        return e;
      case NodeKind.Slice:
        if (e.lower !== null) e.lower = this.expr(e.lower);
        if (e.upper !== null) e.upper = this.expr(e.upper);
        if (e.step !== null) e.step = this.expr(e.step);
        return e;
    }
  }

  /** An operation and the operations that are its operands, from the innermost outwards, in a loop. */
  private operation(outermost: Operation): Expr {
    let inner = deepOperand(outermost);
    if (!isOperation(inner)) return this.withOperand(outermost, inner, this.expr(inner));
    const path = [outermost];
    while (isOperation(inner)) {
      path.push(inner);
      inner = deepOperand(inner);
    }
    let result = this.expr(inner);
    for (let i = path.length - 1; i >= 0; i--) {
      const node = path[i]!;
      result = this.withOperand(node, inner, result);
      inner = node;
    }
    return result;
  }

  /** The node, or what stands in its place, when its deep operand `before` has become `after`. */
  private withOperand(e: Operation, before: Expr, after: Expr): Expr {
    switch (e.kind) {
      case NodeKind.Attribute:
        e.value = after;
        return e;
      case NodeKind.Call:
        e.func = after;
        this.exprs(e.args);
        for (const keyword of e.keywords) keyword.value = this.expr(keyword.value);
        return e;
      case NodeKind.Subscript:
        e.value = after;
        e.slice = this.expr(e.slice);
        return this.rules.constants ? foldSubscript(e) : e;
      case NodeKind.BinOp: {
        if (e.left === before) {
          e.left = after;
          e.right = this.expr(e.right);
        } else {
          e.left = this.expr(e.left);
          e.right = after;
        }
        const formatted = this.rules.formats ? foldFormat(e) : e;
        return this.rules.constants && formatted === e ? foldBinOp(e) : formatted;
      }
      case NodeKind.UnaryOp:
        e.operand = after;
        return this.rules.constants ? foldUnaryOp(e) : e;
      case NodeKind.IfExp:
        e.test = this.expr(e.test);
        e.body = this.expr(e.body);
        e.orelse = after;
        return e;
    }
  }

  // --- patterns ----------------------------------------------------------------------------------------------------

  private pattern(p: Pattern): void {
    switch (p.kind) {
      case NodeKind.MatchValue:
        p.value = foldPatternNumber(p.value);
        break;
      case NodeKind.MatchSequence:
      case NodeKind.MatchOr:
        for (const item of p.patterns) this.pattern(item);
        break;
      case NodeKind.MatchMapping:
        p.keys.forEach((key, i) => {
          p.keys[i] = foldPatternNumber(key);
        });
        for (const item of p.patterns) this.pattern(item);
        break;
      case NodeKind.MatchClass:
        p.cls = this.expr(p.cls);
        for (const item of p.patterns) this.pattern(item);
        for (const item of p.kwd_patterns) this.pattern(item);
        break;
      case NodeKind.MatchAs:
        if (p.pattern !== null) this.pattern(p.pattern);
        break;
    }
  }
}

/** A docstring that is all there is of a body leaves a `pass` (`remove_docstring`). */
function removeDocstring(statements: Stmt[]): void {
  const [docstring] = statements;
  if (statements.length > 1) {
    statements.shift();
    return;
  }
  const { lineno, col_offset } = docstring!;
  statements[0] = { kind: NodeKind.Pass, lineno, col_offset, end_lineno: lineno, end_col_offset: col_offset + 4 };
}

function constant(value: Constant, at: Location): ConstantExpr {
  return { kind: NodeKind.Constant, value, literalKind: null, ...placeOf(at) };
}

function joined(values: Expr[], at: Location): JoinedStr {
  return { kind: NodeKind.JoinedStr, values, ...placeOf(at) };
}

function placeOf(at: Location): Location {
  return {
    lineno: at.lineno,
    col_offset: at.col_offset,
    end_lineno: at.end_lineno,
    end_col_offset: at.end_col_offset,
  };
}

/** `fold_const_match_patterns`: a signed or complex number in a pattern is one constant. */
function foldPatternNumber(e: Expr): Expr {
  if (e.kind === NodeKind.UnaryOp) {
    if (e.op !== UnaryOperator.USub || e.operand.kind !== NodeKind.Constant) return e;
    const value = unaryOperation(Op.UNARY_NEGATIVE, e.operand.value);
    return value === undefined ? e : constant(value, e);
  }
  if (e.kind !== NodeKind.BinOp || e.right.kind !== NodeKind.Constant) return e;
  if (e.op !== Operator.Add && e.op !== Operator.Sub) return e;
  e.left = foldPatternNumber(e.left);
  if (e.left.kind !== NodeKind.Constant) return e;
  const value = binaryOperation(e.op === Operator.Add ? NB.ADD : NB.SUBTRACT, e.left.value, e.right.value);
  return value === undefined ? e : constant(value, e);
}

// --- '%' formatting ----------------------------------------------------------------------------------------------

/** `fold_binop`: '…%s…' % (a, b) as an f-string, where the format is simple and the items are as many. */
function foldFormat(e: BinOp): Expr {
  if (e.op !== Operator.Mod || e.left.kind !== NodeKind.Constant || e.right.kind !== NodeKind.Tuple) return e;
  const format = e.left.value;
  const { elts } = e.right;
  if (typeof format !== 'string' || elts.some((elt) => elt.kind === NodeKind.Starred)) return e;
  const values: Expr[] = [];
  let position = 0;
  let used = 0;
  for (;;) {
    const end = literalEnd(format, position);
    if (end > position) {
      const literal = format.slice(position, end).replaceAll('%%', '%');
      values.push(constant(literal, NOWHERE));
    }
    if (end >= format.length) break;
    const item = elts[used++];
    const unit = simpleFormat.exec(format.slice(end));
    if (item === undefined || unit === null) return e;
    values.push(formatted(item, unit));
    position = end + unit[0].length;
  }
  return used < elts.length ? e : joined(values, e);
}

const NOWHERE: Location = { lineno: -1, col_offset: -1, end_lineno: -1, end_col_offset: -1 };

/** Where the text that begins at `start` ends: at a '%' that is not doubled, or at the end of the format. */
function literalEnd(format: string, start: number): number {
  let position = start;
  while (position < format.length) {
    if (format.charCodeAt(position) !== 0x25) position++;
    else if (format.charCodeAt(position + 1) === 0x25) position += 2;
    else break;
  }
  return position;
}

/** Flags, width and precision of at most two digits, and one of the conversions that f-strings have too. */
const simpleFormat = /^%([-+ #0]*)(\d{0,2})(?:\.(\d{0,2}))?([sra])/;

/** `parse_format`. */
function formatted(item: Expr, unit: RegExpExecArray): FormattedValue {
  const [, flags, width, precision, conversion] = unit;
  let spec = '';
  if (width !== '') {
    const digits = Number(width);
    if (!flags!.includes('-') && digits > 0) spec = '>';
    spec += digits;
  }
  if (precision !== undefined) spec += `.${Number(precision)}`;
  return {
    kind: NodeKind.FormattedValue,
    value: item,
    conversion: conversion!.charCodeAt(0),
    format_spec: spec === '' ? null : joined([constant(spec, NOWHERE)], NOWHERE),
    ...placeOf(item),
  };
}
