import type { AnalysisRules } from './analyze.ts';

/** What symtable.c does differently from version to version. Part of a target. */
export interface SymbolRules extends AnalysisRules {
  /** Before 3.14: annotations are expressions of the block that they stand in. */
  readonly eagerAnnotations: boolean;
  /** 3.8: `else` of a `try` is visited before its handlers. */
  readonly elseBeforeHandlers: boolean;
  /** 3.8: the bases of a class are visited before its decorators. */
  readonly decoratorsAfterBases: boolean;
  /** 3.8: 'await' and 'async' outside coroutines are code generation's errors. */
  readonly coroutineChecksInCodegen: boolean;
  /** 3.9+: `obj.__debug__ = …` and `f(__debug__=…)` are the symbol table's errors. */
  readonly checksReservedAttributes: boolean;
  /** 3.10+: an alias of an import has a position of its own. */
  readonly aliasesHavePositions: boolean;
  /** 3.8: a dict comprehension's key is visited before its value. */
  readonly keyBeforeValue: boolean;
  /** Not in 3.8: the target of `:=` in a comprehension is looked for under its private name. */
  readonly manglesNamedTargets: boolean;
  /** How deeply statements and expressions may nest: CPython's limit of recursion in C, less its own frames. */
  readonly maximumDepth: number;
}
