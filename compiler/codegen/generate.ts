import type { CodeObject } from '../bytecode/code-object.ts';
import { buildSymbolTable } from '../symbols/build.ts';
import { futureFeatures } from '../symbols/future.ts';
import type { Reporter } from '../symbols/reporter.ts';
import type { SymbolTable } from '../symbols/table.ts';
import type { Location, Mod } from '../syntax/ast.ts';
import type { NameTable } from '../syntax/name-table.ts';
import type { Target } from '../targets/target.ts';
import type { Diagnostic } from '../text/diagnostic.ts';
import { InternalError } from '../text/internal-error.ts';
import { BlockStackCompiler } from './block-stack/block-stack-compiler.ts';
import { module as blockStackModule } from './block-stack/module.ts';
import { Compiler } from './compiler.ts';
import { module } from './module.ts';
import { preprocess } from './preprocess.ts';
import type { Assemble } from './unit.ts';

export interface GenerateOptions {
  /** The names that the tree's nodes refer to by number. */
  readonly names: NameTable;
  readonly filename: string;
  readonly target: Target;
  readonly optimize: 0 | 1 | 2;
  readonly interactive: boolean;
  /** CO_FUTURE_ bits inherited from the compiling code. */
  readonly features: number;
  readonly assemble: Assemble;
  /** The parser reported errors: the tree is what it made of a broken text. */
  readonly broken: boolean;
}

export interface Generated {
  /** Undefined only where the program is nested too deeply, or too broken, to be compiled at all. */
  readonly code: CodeObject | undefined;
  /** Errors and warnings in the order in which CPython's passes meet them. */
  readonly diagnostics: Diagnostic[];
}

/**
 * From a tree to a code object: future features, preprocessing, symbol table, code generation, and through `assemble`
 * the stages behind (`_PyAST_Compile`). Changes the tree as CPython's preprocessing does.
 */
export function generate(tree: Mod, options: GenerateOptions): Generated {
  const collector = new Collector();
  try {
    const future = futureFeatures(tree, collector);
    const features = future.features | options.features;
    future.features = features;
    const { optimize, target } = options;
    preprocess(tree, { rules: target.foldingRules, optimize, features }, collector);
    const symbols = buildSymbolTable(tree, options.names, future, options.target.symbolRules, collector);
    const code = options.target.features.has('exceptionTable')
      ? module(new Compiler({ ...options, features }, symbols, options.assemble, collector), tree)
      : blockStackModule(new BlockStackCompiler({ ...options, features }, symbols, options.assemble, collector), tree);
    return { code, diagnostics: collector.diagnostics };
  } catch (error) {
    // Only V8 knows how much stack is left; a program that needs more is too deep, as CPython says it of its own stack.
    if (error instanceof RangeError) collector.tooDeep();
    // What is left of a broken program need not keep the invariants of the later stages; its errors are known already.
    else if (!(error instanceof InternalError && (options.broken || collector.failed))) throw error;
    return { code: undefined, diagnostics: collector.diagnostics };
  }
}

/**
 * The symbol table alone, of a tree as the parser gave it (`_Py_SymtableStringObjectFlags`). Undefined only where the program is
 * nested too deeply.
 */
export function symbolsOf(
  tree: Mod,
  { names, target }: Pick<GenerateOptions, 'names' | 'target'>,
): { table: SymbolTable | undefined; diagnostics: Diagnostic[] } {
  const collector = new Collector();
  try {
    const future = futureFeatures(tree, collector);
    const table = buildSymbolTable(tree, names, future, target.symbolRules, collector);
    return { table, diagnostics: collector.diagnostics };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    collector.tooDeep();
    return { table: undefined, diagnostics: collector.diagnostics };
  }
}

class Collector implements Reporter {
  readonly diagnostics: Diagnostic[] = [];
  failed = false;
  private deep = false;

  error(message: string, location: Location): void {
    this.failed = true;
    this.diagnostics.push(diagnosticAt('SyntaxError', message, location));
  }

  warn(message: string, location: Location): void {
    this.diagnostics.push(diagnosticAt('SyntaxWarning', message, location));
  }

  tooDeep(): void {
    if (this.deep) return;
    this.deep = true;
    this.diagnostics.push({
      category: 'RecursionError',
      message: 'maximum recursion depth exceeded during compilation',
      lineno: 0,
      offset: 0,
      end_lineno: 0,
      end_offset: 0,
    });
  }
}

/**
 * The stages after the parser give columns as the tree has them, in bytes, plus one: CPython does not convert them
 * to code points there.
 */
function diagnosticAt(category: 'SyntaxError' | 'SyntaxWarning', message: string, location: Location): Diagnostic {
  return {
    category,
    message,
    lineno: location.lineno,
    offset: location.col_offset + 1,
    end_lineno: location.end_lineno,
    end_offset: location.end_col_offset + 1,
  };
}
