import { FUTURE_FLAGS } from '../../compiler/bytecode/code-object.ts';
import type { Scope } from '../../compiler/symbols/scope.ts';
import type { PlainNode } from '../../compiler/syntax/plain-tree.ts';
import { type Diagnostic, endsTooEarly } from '../../compiler/text/diagnostic.ts';
import type { CompileResult } from '../host.ts';
import { InternalError } from '../internal-error.ts';
import { vm } from '../interpreter/state.ts';
import { astValue, isAst } from '../modules/ast/ast.ts';
import { plainTreeOf } from '../modules/ast/from-objects.ts';
import { validate } from '../modules/ast/validate.ts';
import { PyByteArray, PyBytes } from '../objects/bytes.ts';
import type { PyCode } from '../objects/code.ts';
import { codeValue } from '../objects/constant.ts';
import * as exceptions from '../objects/exception.ts';
import { syntaxErrorType, typeError, valueError } from '../objects/exception.ts';
import { type PyType, typeOf, type Value } from '../objects/object.ts';
import { stringOf } from '../objects/str.ts';
import { index } from '../operations/arithmetic.ts';
import { callMethod } from '../operations/attribute.ts';
import { call } from '../operations/call.ts';
import { decodeBytes } from '../operations/codec.ts';
import { filesystemPath } from '../operations/path.ts';
import { isTrue } from '../operations/truth.ts';
import { syntaxError } from './syntax-error.ts';

const PyCF_DONT_IMPLY_DEDENT = 0x200;
const PyCF_ONLY_AST = 0x400;
const PyCF_TYPE_COMMENTS = 0x1000;
const PyCF_ALLOW_TOP_LEVEL_AWAIT = 0x2000;
const PyCF_ALLOW_INCOMPLETE_INPUT = 0x4000;
const PyCF_OPTIMIZED_AST = 0x8400;
const KNOWN_FLAGS =
  FUTURE_FLAGS | 0x100 | 0x200 | PyCF_ONLY_AST | PyCF_TYPE_COMMENTS | PyCF_ALLOW_TOP_LEVEL_AWAIT | 0xc000;

export type Mode = 'exec' | 'eval' | 'single';

/** The text or bytes that compile(), exec() and eval() are given (_Py_SourceAsString). */
function sourceInput(
  source: Value,
  wanted = 'compile() arg 1 must be a string, bytes or AST object',
): string | Uint8Array {
  let input: string | Uint8Array;
  const text = stringOf(source);
  if (text !== undefined) input = text;
  else if (source instanceof PyBytes || source instanceof PyByteArray) input = source.bytes;
  else {
    const buffer = typeOf(source).bf_getbuffer?.(source);
    if (buffer === undefined) throw typeError(wanted);
    input = buffer.bytes;
  }
  if (typeof input === 'string' ? input.includes('\0') : input.includes(0))
    throw call(syntaxErrorType, 'source code string cannot contain null bytes');
  return input;
}

/** Line `lineno` of a source, without its end. */
function lineOf(input: string | Uint8Array, lineno: number): string {
  const text = typeof input === 'string' ? input : decodeBytes(input, 'utf-8', 'replace');
  return text.split(/\r\n|\r|\n/)[lineno - 1] ?? '';
}

/** Warns at the place in the source; a warning that is made an error is a SyntaxError there (_PyErr_EmitSyntaxWarning). */
function warnAboutSyntax(found: readonly Diagnostic[], filename: string, input: string | Uint8Array): void {
  for (const diagnostic of found) {
    const { category, message, lineno } = diagnostic;
    const type = vm.builtins.getString(category) ?? exceptions.syntaxWarningType;
    try {
      callMethod(vm.importModule('warnings'), 'warn_explicit', message, type, filename, lineno);
    } catch (error) {
      if (!exceptions.isException(error, type as PyType)) throw error;
      throw syntaxError({ ...diagnostic, category: 'SyntaxError' }, filename, lineOf(input, lineno));
    }
  }
}

/** The tree of a source (PyCF_ONLY_AST). */
function parseSource(source: Value, filename: string, mode: Mode): PlainNode {
  const input = sourceInput(source);
  const parsed = vm.host.parse(input, { mode, target: vm.frame?.code.code.target });
  warnAboutSyntax(parsed.warnings, filename, input);
  if (parsed.error !== undefined) throw syntaxError(parsed.error, filename, parsed.errorText);
  return parsed.tree;
}

/** The symbol table of a source (_Py_SymtableStringObjectFlags). */
export function symbolTableOf(source: Value, filename: string, mode: Mode): Scope {
  const input = sourceInput(source, 'symtable() arg 1 must be a string or bytes object');
  const options = { mode, target: vm.frame?.code.code.target };
  const { top, error, warnings } = vm.host.symbolTable(input, options);
  warnAboutSyntax(warnings, filename, input);
  if (error !== undefined) {
    const parsed = vm.host.parse(input, options);
    throw syntaxError(error, filename, parsed.error === undefined ? null : parsed.errorText);
  }
  if (top === undefined) throw new InternalError('symtable() gave neither a table nor an error');
  return top;
}

export interface CompileSettings {
  readonly filename: string;
  readonly mode: Mode;
  /** PyCF_ flags. */
  readonly flags: number;
  /** -1 is the interpreter's own level. */
  readonly optimize: number;
  /** Whether the future features of the calling code hold. */
  readonly inherit: boolean;
}

function hostOptions({ filename, mode, flags, optimize, inherit }: CompileSettings) {
  const inherited = inherit ? (vm.frame?.code.code.co_flags ?? 0) & FUTURE_FLAGS : 0;
  return {
    filename,
    mode,
    flags: (flags & (FUTURE_FLAGS | PyCF_ALLOW_TOP_LEVEL_AWAIT)) | inherited,
    optimize: (optimize < 0 ? vm.optimize : optimize) as 0 | 1 | 2,
    target: vm.frame?.code.code.target,
  };
}

/** Whether the last line of a statement of several lines stands in a block of it: what a console may be given more of. */
function endsInBlock(tree: PlainNode): boolean {
  const body = tree.fields.get('body') as readonly PlainNode[] | undefined;
  for (const part of ['body', 'handlers', 'cases', 'orelse', 'finalbody']) {
    const nodes = body?.at(-1)?.fields.get(part);
    if (!Array.isArray(nodes)) continue;
    // A `case` has no place of its own, but its body has.
    const lines = (nodes as PlainNode[]).map(({ location, fields }) => {
      const inner = fields.get('body');
      return location?.lineno ?? (Array.isArray(inner) ? (inner[0] as PlainNode).location?.lineno : 0) ?? 0;
    });
    if (Math.max(0, ...lines) > (body?.at(-1)?.location?.lineno ?? 0)) return true;
  }
  return false;
}

/** Raises _IncompleteInputError for a source that ends before it is whole (_PyPegen_run_parser, PyPARSE_ALLOW_INCOMPLETE_INPUT). */
function checkComplete(input: string | Uint8Array, error: Diagnostic | undefined, settings: CompileSettings): void {
  const { flags, mode } = settings;
  const hasEnd = typeof input === 'string' ? input.endsWith('\n') : input.at(-1) === 10;
  const isOpen =
    error === undefined &&
    (flags & PyCF_DONT_IMPLY_DEDENT) !== 0 &&
    mode === 'single' &&
    !hasEnd &&
    endsInBlock(vm.host.parse(input, { mode, target: vm.frame?.code.code.target }).tree);
  if (!isOpen && (error === undefined || !endsTooEarly(error))) return;
  const { lineno, offset, end_lineno, end_offset } = error ?? { lineno: 1, offset: 1, end_lineno: 1, end_offset: 1 };
  const told = {
    category: '_IncompleteInputError',
    message: 'incomplete input',
    lineno,
    offset,
    end_lineno,
    end_offset,
  } as const;
  throw syntaxError(told, settings.filename, lineOf(input, lineno));
}

/** Code of text or bytes. */
export function compileSource(source: Value, settings: CompileSettings): PyCode {
  const { filename } = settings;
  const input = sourceInput(source);
  const options = hostOptions(settings);
  const result = vm.host.compile(input, options);
  if ((settings.flags & PyCF_ALLOW_INCOMPLETE_INPUT) !== 0) checkComplete(input, result.error, settings);
  warnAboutSyntax(result.warnings, filename, input);
  if (result.error !== undefined) {
    // Stages after the parser take the line from the file, which a string has not.
    const parsed = vm.host.parse(input, options);
    if (parsed.error?.message === result.error.message) throw syntaxError(parsed.error, filename, parsed.errorText);
  }
  return codeOf(result, filename);
}

/** Code of a tree of the module ast (_PyAST_Compile). */
function compileTree(tree: Value, settings: CompileSettings): PyCode {
  const plain = plainTreeOf(tree, settings.mode);
  validate(plain);
  const result = vm.host.compileTree(plain, hostOptions(settings));
  warnAboutSyntax(result.warnings, settings.filename, '');
  return codeOf(result, settings.filename);
}

/** compile() with PyCF_OPTIMIZED_AST, of a source or of a tree. */
function optimizedTree(source: Value, settings: CompileSettings): Value {
  const tree = isAst(source)
    ? plainTreeOf(source, settings.mode)
    : parseSource(source, settings.filename, settings.mode);
  if (isAst(source)) validate(tree);
  return astValue(vm.host.optimizeTree(tree, hostOptions(settings)));
}

function codeOf({ code, error }: CompileResult, filename: string): PyCode {
  if (error !== undefined) throw syntaxError(error, filename, null);
  if (code === undefined) throw new InternalError('compile() gave neither code nor an error');
  return codeValue(code);
}

/** The built-in function compile(). */
export function compileBuiltin(
  source: Value,
  filename: Value,
  mode: Value,
  flags: Value = 0,
  dontInherit: Value = false,
  optimize: Value = -1,
): Value {
  const name = filesystemPath(filename, 'embedded null character');
  const bits = Number(index(flags));
  if ((bits & ~KNOWN_FLAGS) !== 0) throw valueError('compile(): unrecognised flags');
  const level = Number(index(optimize));
  if (level < -1 || level > 2) throw valueError('compile(): invalid optimize value');
  if (mode !== 'exec' && mode !== 'eval' && mode !== 'single') {
    throw valueError("compile() mode must be 'exec', 'eval' or 'single'");
  }
  const settings = { filename: name, mode, flags: bits, optimize: level, inherit: !isTrue(dontInherit) } as const;
  if ((bits & PyCF_OPTIMIZED_AST) === PyCF_OPTIMIZED_AST) return optimizedTree(source, settings);
  if (isAst(source)) return (bits & PyCF_ONLY_AST) !== 0 ? source : compileTree(source, settings);
  if ((bits & PyCF_ONLY_AST) !== 0) return astValue(parseSource(source, name, mode));
  return compileSource(source, settings);
}
