import type { Constant } from '../bytecode/constants.ts';

/**
 * The abstract syntax tree: CPython 3.14's Parser/Python.asdl, node for node and field for field.
 *
 * Every statement and expression carries its span as CPython does: `lineno` and `end_lineno` from 1, `col_offset` and
 * `end_col_offset` from 0 in UTF-8 bytes, end exclusive. `kind` is a small integer so that a `switch` over it is a
 * jump table. Fields are always present, in the order written here, so that each kind has one hidden class.
 */
export const enum NodeKind {
  Module,
  Interactive,
  Expression,

  FunctionDef,
  AsyncFunctionDef,
  ClassDef,
  Return,
  Delete,
  Assign,
  TypeAlias,
  AugAssign,
  AnnAssign,
  For,
  AsyncFor,
  While,
  If,
  With,
  AsyncWith,
  Match,
  Raise,
  Try,
  TryStar,
  Assert,
  Import,
  ImportFrom,
  Global,
  Nonlocal,
  Expr,
  Pass,
  Break,
  Continue,

  BoolOp,
  NamedExpr,
  BinOp,
  UnaryOp,
  Lambda,
  IfExp,
  Dict,
  Set,
  ListComp,
  SetComp,
  DictComp,
  GeneratorExp,
  Await,
  Yield,
  YieldFrom,
  Compare,
  Call,
  FormattedValue,
  Interpolation,
  JoinedStr,
  TemplateStr,
  Constant,
  Attribute,
  Subscript,
  Starred,
  Name,
  List,
  Tuple,
  Slice,

  MatchValue,
  MatchSingleton,
  MatchSequence,
  MatchMapping,
  MatchClass,
  MatchStar,
  MatchAs,
  MatchOr,

  comprehension,
  ExceptHandler,
  arguments,
  arg,
  keyword,
  alias,
  withitem,
  match_case,
  TypeVar,
  ParamSpec,
  TypeVarTuple,
}

export const enum ExprContext {
  Load,
  Store,
  Del,
}

export const enum BoolOperator {
  And,
  Or,
}

/** In the order of CPython's NB_ table, so that the operator is also BINARY_OP's argument before mapping. */
export const enum Operator {
  Add,
  Sub,
  Mult,
  MatMult,
  Div,
  Mod,
  Pow,
  LShift,
  RShift,
  BitOr,
  BitXor,
  BitAnd,
  FloorDiv,
}

export const enum UnaryOperator {
  Invert,
  Not,
  UAdd,
  USub,
}

export const enum CompareOperator {
  Eq,
  NotEq,
  Lt,
  LtE,
  Gt,
  GtE,
  Is,
  IsNot,
  In,
  NotIn,
}

/** A span of source, as CPython's `_Py_SourceLocation`. */
export interface Location {
  lineno: number;
  col_offset: number;
  end_lineno: number;
  end_col_offset: number;
}

// --- mod ---------------------------------------------------------------------------------------------------------

export interface Module {
  kind: NodeKind.Module;
  body: Stmt[];
}
export interface Interactive {
  kind: NodeKind.Interactive;
  body: Stmt[];
}
export interface Expression {
  kind: NodeKind.Expression;
  body: Expr;
}
export type Mod = Module | Interactive | Expression;

// --- stmt --------------------------------------------------------------------------------------------------------

interface FunctionFields extends Location {
  name: string;
  args: Arguments;
  body: Stmt[];
  decorator_list: Expr[];
  returns: Expr | null;
  type_params: TypeParam[];
  /** Span of the name itself: what an editor underlines. Not part of CPython's tree. */
  nameLocation: Location;
}
export interface FunctionDef extends FunctionFields {
  kind: NodeKind.FunctionDef;
}
export interface AsyncFunctionDef extends FunctionFields {
  kind: NodeKind.AsyncFunctionDef;
}
export interface ClassDef extends Location {
  kind: NodeKind.ClassDef;
  name: string;
  bases: Expr[];
  keywords: Keyword[];
  body: Stmt[];
  decorator_list: Expr[];
  type_params: TypeParam[];
  nameLocation: Location;
}
export interface Return extends Location {
  kind: NodeKind.Return;
  value: Expr | null;
}
export interface Delete extends Location {
  kind: NodeKind.Delete;
  targets: Expr[];
}
export interface Assign extends Location {
  kind: NodeKind.Assign;
  targets: Expr[];
  value: Expr;
}
export interface TypeAlias extends Location {
  kind: NodeKind.TypeAlias;
  name: Name;
  type_params: TypeParam[];
  value: Expr;
}
export interface AugAssign extends Location {
  kind: NodeKind.AugAssign;
  target: Name | Attribute | Subscript;
  op: Operator;
  value: Expr;
}
export interface AnnAssign extends Location {
  kind: NodeKind.AnnAssign;
  target: Name | Attribute | Subscript;
  annotation: Expr;
  value: Expr | null;
  /** True for a bare name without parentheses. */
  simple: boolean;
}
interface ForFields extends Location {
  target: Expr;
  iter: Expr;
  body: Stmt[];
  orelse: Stmt[];
}
export interface For extends ForFields {
  kind: NodeKind.For;
}
export interface AsyncFor extends ForFields {
  kind: NodeKind.AsyncFor;
}
export interface While extends Location {
  kind: NodeKind.While;
  test: Expr;
  body: Stmt[];
  orelse: Stmt[];
}
export interface If extends Location {
  kind: NodeKind.If;
  test: Expr;
  body: Stmt[];
  orelse: Stmt[];
}
interface WithFields extends Location {
  items: WithItem[];
  body: Stmt[];
}
export interface With extends WithFields {
  kind: NodeKind.With;
}
export interface AsyncWith extends WithFields {
  kind: NodeKind.AsyncWith;
}
export interface Match extends Location {
  kind: NodeKind.Match;
  subject: Expr;
  cases: MatchCase[];
}
export interface Raise extends Location {
  kind: NodeKind.Raise;
  exc: Expr | null;
  cause: Expr | null;
}
interface TryFields extends Location {
  body: Stmt[];
  handlers: ExceptHandler[];
  orelse: Stmt[];
  finalbody: Stmt[];
}
export interface Try extends TryFields {
  kind: NodeKind.Try;
}
export interface TryStar extends TryFields {
  kind: NodeKind.TryStar;
}
export interface Assert extends Location {
  kind: NodeKind.Assert;
  test: Expr;
  msg: Expr | null;
}
export interface Import extends Location {
  kind: NodeKind.Import;
  names: Alias[];
}
export interface ImportFrom extends Location {
  kind: NodeKind.ImportFrom;
  module: string | null;
  names: Alias[];
  level: number;
}
export interface Global extends Location {
  kind: NodeKind.Global;
  names: string[];
}
export interface Nonlocal extends Location {
  kind: NodeKind.Nonlocal;
  names: string[];
}
export interface ExprStmt extends Location {
  kind: NodeKind.Expr;
  value: Expr;
}
export interface Pass extends Location {
  kind: NodeKind.Pass;
}
export interface Break extends Location {
  kind: NodeKind.Break;
}
export interface Continue extends Location {
  kind: NodeKind.Continue;
}
export type Stmt =
  | FunctionDef
  | AsyncFunctionDef
  | ClassDef
  | Return
  | Delete
  | Assign
  | TypeAlias
  | AugAssign
  | AnnAssign
  | For
  | AsyncFor
  | While
  | If
  | With
  | AsyncWith
  | Match
  | Raise
  | Try
  | TryStar
  | Assert
  | Import
  | ImportFrom
  | Global
  | Nonlocal
  | ExprStmt
  | Pass
  | Break
  | Continue;

// --- expr --------------------------------------------------------------------------------------------------------

export interface BoolOp extends Location {
  kind: NodeKind.BoolOp;
  op: BoolOperator;
  values: Expr[];
}
export interface NamedExpr extends Location {
  kind: NodeKind.NamedExpr;
  target: Name;
  value: Expr;
}
export interface BinOp extends Location {
  kind: NodeKind.BinOp;
  left: Expr;
  op: Operator;
  right: Expr;
}
export interface UnaryOp extends Location {
  kind: NodeKind.UnaryOp;
  op: UnaryOperator;
  operand: Expr;
}
export interface Lambda extends Location {
  kind: NodeKind.Lambda;
  args: Arguments;
  body: Expr;
}
export interface IfExp extends Location {
  kind: NodeKind.IfExp;
  test: Expr;
  body: Expr;
  orelse: Expr;
}
export interface Dict extends Location {
  kind: NodeKind.Dict;
  /** null stands for `**value`. */
  keys: (Expr | null)[];
  values: Expr[];
}
export interface SetDisplay extends Location {
  kind: NodeKind.Set;
  elts: Expr[];
}
export interface ListComp extends Location {
  kind: NodeKind.ListComp;
  elt: Expr;
  generators: Comprehension[];
}
export interface SetComp extends Location {
  kind: NodeKind.SetComp;
  elt: Expr;
  generators: Comprehension[];
}
export interface DictComp extends Location {
  kind: NodeKind.DictComp;
  key: Expr;
  value: Expr;
  generators: Comprehension[];
}
export interface GeneratorExp extends Location {
  kind: NodeKind.GeneratorExp;
  elt: Expr;
  generators: Comprehension[];
}
export interface Await extends Location {
  kind: NodeKind.Await;
  value: Expr;
}
export interface Yield extends Location {
  kind: NodeKind.Yield;
  value: Expr | null;
}
export interface YieldFrom extends Location {
  kind: NodeKind.YieldFrom;
  value: Expr;
}
export interface Compare extends Location {
  kind: NodeKind.Compare;
  left: Expr;
  ops: CompareOperator[];
  comparators: Expr[];
}
export interface Call extends Location {
  kind: NodeKind.Call;
  func: Expr;
  args: Expr[];
  keywords: Keyword[];
}
export interface FormattedValue extends Location {
  kind: NodeKind.FormattedValue;
  value: Expr;
  /** -1 for none, else the character code of 's', 'r' or 'a'. */
  conversion: number;
  format_spec: JoinedStr | null;
}
export interface Interpolation extends Location {
  kind: NodeKind.Interpolation;
  value: Expr;
  /** The source text of the expression. */
  str: string;
  conversion: number;
  format_spec: JoinedStr | null;
}
export interface JoinedStr extends Location {
  kind: NodeKind.JoinedStr;
  values: Expr[];
}
export interface TemplateStr extends Location {
  kind: NodeKind.TemplateStr;
  values: Expr[];
}
export interface ConstantExpr extends Location {
  kind: NodeKind.Constant;
  value: Constant;
  /** 'u' for a u-prefixed string, else null. */
  literalKind: string | null;
}
export interface Attribute extends Location {
  kind: NodeKind.Attribute;
  value: Expr;
  attr: string;
  ctx: ExprContext;
  /** Number of `attr` in the file's table of names, or UNKNOWN_KEY. Not part of CPython's tree. */
  nameKey: number;
}
export interface Subscript extends Location {
  kind: NodeKind.Subscript;
  value: Expr;
  slice: Expr;
  ctx: ExprContext;
}
export interface Starred extends Location {
  kind: NodeKind.Starred;
  value: Expr;
  ctx: ExprContext;
}
export interface Name extends Location {
  kind: NodeKind.Name;
  id: string;
  ctx: ExprContext;
  /** Number of `id` in the file's table of names, or UNKNOWN_KEY. Not part of CPython's tree. */
  nameKey: number;
}
export interface ListDisplay extends Location {
  kind: NodeKind.List;
  elts: Expr[];
  ctx: ExprContext;
}
export interface Tuple extends Location {
  kind: NodeKind.Tuple;
  elts: Expr[];
  ctx: ExprContext;
}
export interface Slice extends Location {
  kind: NodeKind.Slice;
  lower: Expr | null;
  upper: Expr | null;
  step: Expr | null;
}
export type Expr =
  | BoolOp
  | NamedExpr
  | BinOp
  | UnaryOp
  | Lambda
  | IfExp
  | Dict
  | SetDisplay
  | ListComp
  | SetComp
  | DictComp
  | GeneratorExp
  | Await
  | Yield
  | YieldFrom
  | Compare
  | Call
  | FormattedValue
  | Interpolation
  | JoinedStr
  | TemplateStr
  | ConstantExpr
  | Attribute
  | Subscript
  | Starred
  | Name
  | ListDisplay
  | Tuple
  | Slice;

// --- pattern -----------------------------------------------------------------------------------------------------

export interface MatchValue extends Location {
  kind: NodeKind.MatchValue;
  value: Expr;
}
export interface MatchSingleton extends Location {
  kind: NodeKind.MatchSingleton;
  value: null | boolean;
}
export interface MatchSequence extends Location {
  kind: NodeKind.MatchSequence;
  patterns: Pattern[];
}
export interface MatchMapping extends Location {
  kind: NodeKind.MatchMapping;
  keys: Expr[];
  patterns: Pattern[];
  rest: string | null;
}
export interface MatchClass extends Location {
  kind: NodeKind.MatchClass;
  cls: Expr;
  patterns: Pattern[];
  kwd_attrs: string[];
  kwd_patterns: Pattern[];
}
export interface MatchStar extends Location {
  kind: NodeKind.MatchStar;
  name: string | null;
}
export interface MatchAs extends Location {
  kind: NodeKind.MatchAs;
  pattern: Pattern | null;
  name: string | null;
}
export interface MatchOr extends Location {
  kind: NodeKind.MatchOr;
  patterns: Pattern[];
}
export type Pattern =
  | MatchValue
  | MatchSingleton
  | MatchSequence
  | MatchMapping
  | MatchClass
  | MatchStar
  | MatchAs
  | MatchOr;

// --- parts -------------------------------------------------------------------------------------------------------

export interface Comprehension {
  kind: NodeKind.comprehension;
  target: Expr;
  iter: Expr;
  ifs: Expr[];
  is_async: boolean;
}
export interface ExceptHandler extends Location {
  kind: NodeKind.ExceptHandler;
  type: Expr | null;
  name: string | null;
  body: Stmt[];
}
export interface Arguments {
  kind: NodeKind.arguments;
  posonlyargs: Arg[];
  args: Arg[];
  vararg: Arg | null;
  kwonlyargs: Arg[];
  /** One entry for each of kwonlyargs; null where there is no default. */
  kw_defaults: (Expr | null)[];
  kwarg: Arg | null;
  /** Defaults of the last posonlyargs + args. */
  defaults: Expr[];
}
export interface Arg extends Location {
  kind: NodeKind.arg;
  arg: string;
  annotation: Expr | null;
}
export interface Keyword extends Location {
  kind: NodeKind.keyword;
  /** null stands for `**value`. */
  arg: string | null;
  value: Expr;
}
export interface Alias extends Location {
  kind: NodeKind.alias;
  name: string;
  asname: string | null;
}
export interface WithItem {
  kind: NodeKind.withitem;
  context_expr: Expr;
  optional_vars: Expr | null;
}
export interface MatchCase {
  kind: NodeKind.match_case;
  pattern: Pattern;
  guard: Expr | null;
  body: Stmt[];
}
export interface TypeVar extends Location {
  kind: NodeKind.TypeVar;
  name: string;
  bound: Expr | null;
  default_value: Expr | null;
}
export interface ParamSpec extends Location {
  kind: NodeKind.ParamSpec;
  name: string;
  default_value: Expr | null;
}
export interface TypeVarTuple extends Location {
  kind: NodeKind.TypeVarTuple;
  name: string;
  default_value: Expr | null;
}
export type TypeParam = TypeVar | ParamSpec | TypeVarTuple;

export type Node =
  | Mod
  | Stmt
  | Expr
  | Pattern
  | Comprehension
  | ExceptHandler
  | Arguments
  | Arg
  | Keyword
  | Alias
  | WithItem
  | MatchCase
  | TypeParam;
