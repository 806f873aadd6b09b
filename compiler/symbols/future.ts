import { CodeFlag } from '../bytecode/code-object.ts';
import { type ImportFrom, type Location, type Mod, NodeKind, type Stmt } from '../syntax/ast.ts';
import type { Reporter } from './reporter.ts';

export interface FutureFeatures {
  /** CO_FUTURE_ bits. */
  features: number;
  /** The last `from __future__` import that stands where it may; lineno -1 when there is none. */
  location: Location;
}

/** compile()'s flag, among the features of the code that is compiled: the module may await. */
export const PyCF_ALLOW_TOP_LEVEL_AWAIT = 0x2000;

const UNDEFINED = -1;
const MANDATORY = 0;

/** CPython's future.c: what each name turns on. Features that are mandatory by now turn on nothing. */
function featureFlag(name: string): number {
  switch (name) {
    case 'nested_scopes':
    case 'generators':
    case 'division':
    case 'absolute_import':
    case 'with_statement':
    case 'print_function':
    case 'unicode_literals':
    case 'generator_stop':
      return MANDATORY;
    case 'barry_as_FLUFL':
      return CodeFlag.CO_FUTURE_BARRY_AS_BDFL;
    case 'annotations':
      return CodeFlag.CO_FUTURE_ANNOTATIONS;
    default:
      return UNDEFINED;
  }
}

/** Finds the `from __future__` imports at the head of a file (`_PyFuture_FromAST`, 3.14). */
export function futureFeatures(module: Mod, reporter: Reporter): FutureFeatures {
  const future: FutureFeatures = {
    features: 0,
    location: { lineno: -1, col_offset: -1, end_lineno: -1, end_col_offset: -1 },
  };
  if (module.kind === NodeKind.Expression) return future;
  const body: readonly Stmt[] = module.body;
  const first = isDocstring(body[0]) ? 1 : 0;
  for (let i = first; i < body.length; i++) {
    const statement = body[i]!;
    if (statement.kind !== NodeKind.ImportFrom || statement.level !== 0 || statement.module !== '__future__') break;
    readFeatures(statement, future, reporter);
    future.location = statement;
  }
  return future;
}

function readFeatures(statement: ImportFrom, future: FutureFeatures, reporter: Reporter): void {
  for (const alias of statement.names) {
    const flag = featureFlag(alias.name);
    if (flag !== UNDEFINED) future.features |= flag;
    else if (alias.name === 'braces') reporter.error('not a chance', alias);
    else reporter.error(`future feature ${alias.name} is not defined`, alias);
  }
}

function isDocstring(statement: Stmt | undefined): boolean {
  return (
    statement !== undefined &&
    statement.kind === NodeKind.Expr &&
    statement.value.kind === NodeKind.Constant &&
    typeof statement.value.value === 'string'
  );
}
