import type { CodeObject } from '../bytecode/code-object.ts';
import type { Constant } from '../bytecode/constants.ts';
import { Op } from '../bytecode/op.ts';
import { getDocstring } from '../symbols/docstring.ts';
import { BlockType, NameScope, type Scope, scopeOf } from '../symbols/scope.ts';
import {
  type Arguments,
  type AsyncFunctionDef,
  type Expr,
  ExprContext,
  type FunctionDef,
  type Lambda,
  type Location,
  NodeKind,
} from '../syntax/ast.ts';
import { functionAnnotations } from './annotations.ts';
import { cleanDoc } from './clean-doc.ts';
import { type Compiler, locationOf } from './compiler.ts';
import { type ArgumentCounts, ScopeType } from './compiler-unit.ts';
import { visitExpr, visitExprs } from './expressions.ts';
import { FrameBlockType, NO_LABEL } from './frame-block.ts';
import { NO_LOCATION } from './instruction.ts';
import { nameOp } from './names.ts';
import { MakeFunction, Resume } from './numbers.ts';
import { visitBody } from './statements.ts';
import { typeParams } from './type-params.ts';

/** Begins a code block and emits its RESUME (`codegen_enter_scope`). */
export function enterScope(
  c: Compiler,
  name: string,
  type: ScopeType,
  scope: Scope,
  lineno: number,
  privateName: string | null = null,
  counts?: ArgumentCounts,
): void {
  c.enterScope(name, type, scope, lineno, privateName, counts);
  const isModule = type === ScopeType.Module;
  const location = { lineno: isModule ? 0 : lineno, col_offset: 0, end_lineno: lineno, end_col_offset: 0 };
  c.opI(Op.RESUME, Resume.AT_FUNC_START, location);
  if (isModule) c.op(Op.ANNOTATIONS_PLACEHOLDER, location);
}

/** Names that the code just assembled needs from the block around it (co_freevars). */
export function freeNames(c: Compiler): readonly string[] {
  return c.u.freevars.names();
}

/** Assembles the current block, leaves it, and makes its function in the block around (`codegen_make_closure`). */
export function finishFunction(c: Compiler, addNone: boolean, flags: number, location: Location): void {
  const code = c.optimizeAndAssemble(addNone);
  const free = freeNames(c);
  c.exitScope();
  makeClosure(c, code, free, flags, location);
}

export function makeClosure(
  c: Compiler,
  code: CodeObject,
  free: readonly string[],
  flags: number,
  location: Location,
): void {
  let attributes = flags;
  if (free.length > 0) {
    for (const name of free) c.opI(Op.LOAD_CLOSURE, closureIndex(c, name), location);
    attributes |= MakeFunction.CLOSURE;
    c.opI(Op.BUILD_TUPLE, free.length, location);
  }
  c.loadConst(code, location);
  c.op(Op.MAKE_FUNCTION, location);
  for (const attribute of attributeOrder) {
    if ((attributes & attribute) !== 0) c.opI(Op.SET_FUNCTION_ATTRIBUTE, attribute, location);
  }
}

const attributeOrder = [
  MakeFunction.CLOSURE,
  MakeFunction.ANNOTATIONS,
  MakeFunction.ANNOTATE,
  MakeFunction.KWDEFAULTS,
  MakeFunction.DEFAULTS,
];

/** Where the current block holds a cell that a closure takes (`_PyCompile_LookupArg`). */
export function closureIndex(c: Compiler, name: string): number {
  const { u } = c;
  const implicit = name === '__class__' || name === '__classdict__' || name === '__conditional_annotations__';
  const isCell = (u.type === ScopeType.Class && implicit) || scopeOf(u.scope, name) === NameScope.CELL;
  return (isCell ? u.cellvars : u.freevars).get(name) ?? u.cellvars.get(name) ?? 0;
}

/** The docstring as a constant: cleaned of its indentation. Kept as it is where it holds no plain text. */
export function docstringConstant(value: Constant): Constant {
  return typeof value === 'string' ? cleanDoc(value) : value;
}

/** `codegen_default_arguments`: pushes the defaults and gives the flags that say so. */
function defaultArguments(c: Compiler, args: Arguments, location: Location): number {
  let flags = 0;
  if (args.defaults.length > 0) {
    visitExprs(c, args.defaults);
    c.opI(Op.BUILD_TUPLE, args.defaults.length, location);
    flags |= MakeFunction.DEFAULTS;
  }
  let count = 0;
  for (let i = 0; i < args.kwonlyargs.length; i++) {
    const value = args.kw_defaults[i];
    if (value === null || value === undefined) continue;
    count++;
    c.loadConst(c.mangled(args.kwonlyargs[i]!.arg), location);
    visitExpr(c, value);
  }
  if (count > 0) {
    c.opI(Op.BUILD_MAP, count, location);
    flags |= MakeFunction.KWDEFAULTS;
  }
  return flags;
}

function countsOf(args: Arguments): ArgumentCounts {
  return {
    argcount: args.args.length,
    posonlyargcount: args.posonlyargs.length,
    kwonlyargcount: args.kwonlyargs.length,
  };
}

export function applyDecorators(c: Compiler, decorators: readonly Expr[]): void {
  for (let i = decorators.length - 1; i >= 0; i--) c.opI(Op.CALL, 0, locationOf(decorators[i]!));
}

/** `codegen_function`, 3.14. */
export function functionDef(c: Compiler, s: FunctionDef | AsyncFunctionDef): void {
  visitExprs(c, s.decorator_list);
  const firstlineno = s.decorator_list[0]?.lineno ?? s.lineno;
  const location = locationOf(s);
  const generic = s.type_params.length > 0;
  let flags = defaultArguments(c, s.args, location);
  let typeParamArgs = 0;
  if (generic) {
    if ((flags & MakeFunction.DEFAULTS) !== 0) typeParamArgs++;
    if ((flags & MakeFunction.KWDEFAULTS) !== 0) typeParamArgs++;
    if (typeParamArgs === 2) c.opI(Op.SWAP, 2, location);
    const name = `<generic parameters of ${s.name}>`;
    enterScope(c, name, ScopeType.Annotations, c.symbols.typeParams.get(s)!, firstlineno, null, {
      argcount: typeParamArgs,
      posonlyargcount: 0,
      kwonlyargcount: 0,
    });
    typeParams(c, s.type_params);
    for (let i = 0; i < typeParamArgs; i++) c.opI(Op.LOAD_FAST, i, location);
  }
  flags |= functionAnnotations(c, s, location);
  functionBody(c, s, flags, firstlineno, location);
  if (generic) {
    c.opI(Op.SWAP, 2, location);
    c.opI(Op.CALL_INTRINSIC_2, c.numbers.SET_FUNCTION_TYPE_PARAMS, location);
    finishFunction(c, false, 0, location);
    if (typeParamArgs > 0) {
      c.opI(Op.SWAP, typeParamArgs + 1, location);
      c.opI(Op.CALL, typeParamArgs - 1, location);
    } else {
      c.op(Op.PUSH_NULL, location);
      c.opI(Op.CALL, 0, location);
    }
  }
  applyDecorators(c, s.decorator_list);
  nameOp(c, s.name, ExprContext.Store, location);
}

/** `codegen_function_body`. */
function functionBody(
  c: Compiler,
  s: FunctionDef | AsyncFunctionDef,
  flags: number,
  firstlineno: number,
  location: Location,
): void {
  const scope = c.symbols.blocks.get(s)!;
  const type = s.kind === NodeKind.AsyncFunctionDef ? ScopeType.AsyncFunction : ScopeType.Function;
  enterScope(c, s.name, type, scope, firstlineno, null, countsOf(s.args));
  let first = 0;
  if (scope.hasDocstring) {
    const docstring = getDocstring(s.body);
    if (docstring !== null) {
      first = 1;
      c.u.consts.add(docstringConstant(docstring.value));
    }
  }
  const start = c.newLabel();
  c.useLabel(start);
  const suspends = scope.coroutine || scope.generator;
  if (suspends) {
    // The handler that wrapInStopIterationHandler adds counts as a block.
    const type = FrameBlockType.StopIteration;
    c.pushFrameBlock({ type, location: NO_LOCATION, block: start, exit: NO_LABEL, finalbody: null, name: null });
  }
  visitBody(c, s.body, first);
  if (suspends) {
    wrapInStopIterationHandler(c);
    c.popFrameBlock();
  }
  finishFunction(c, true, flags, location);
}

/** StopIteration must not leave a generator or coroutine (`codegen_wrap_in_stopiteration_handler`). */
export function wrapInStopIterationHandler(c: Compiler): void {
  const handler = c.newLabel();
  c.sequence.insert(0, Op.SETUP_CLEANUP, handler, NO_LOCATION);
  c.loadConst(null, NO_LOCATION);
  c.op(Op.RETURN_VALUE, NO_LOCATION);
  c.useLabel(handler);
  c.opI(Op.CALL_INTRINSIC_1, c.numbers.STOPITERATION_ERROR, NO_LOCATION);
  c.opI(Op.RERAISE, 1, NO_LOCATION);
}

/** `codegen_lambda`. */
export function lambda(c: Compiler, e: Lambda): void {
  const location = locationOf(e);
  const flags = defaultArguments(c, e.args, location);
  const scope = c.symbols.blocks.get(e)!;
  enterScope(c, '<lambda>', ScopeType.Lambda, scope, e.lineno, null, countsOf(e.args));
  visitExpr(c, e.body);
  if (!scope.generator) c.op(Op.RETURN_VALUE, locationOf(e.body));
  finishFunction(c, !scope.generator, flags, location);
}

/** True in a class body, but not in a comprehension that is inlined there. */
export function inClassBlock(c: Compiler): boolean {
  return c.u.scope.type === BlockType.Class && c.u.inInlinedComprehension === 0;
}
