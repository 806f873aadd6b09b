import type { Location, Mod } from '../syntax/ast.ts';
import type { NameTable } from '../syntax/name-table.ts';
import { analyze } from './analyze.ts';
import type { FutureFeatures } from './future.ts';
import type { Reporter } from './reporter.ts';
import type { SymbolRules } from './rules.ts';
import { BlockType, Scope } from './scope.ts';
import { StatementVisitor } from './statements.ts';
import { SymbolTable } from './table.ts';

const NO_PLACE: Location = { lineno: 0, col_offset: 0, end_lineno: 0, end_col_offset: 0 };

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
  new StatementVisitor(table, future, rules, reporter).module(module);
  analyze(top, rules, reporter);
  return table;
}
