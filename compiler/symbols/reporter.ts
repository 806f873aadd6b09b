import type { Location } from '../syntax/ast.ts';

/**
 * Where the stages after the parser put what CPython would raise or warn of. They go on after an error, so that the
 * code around it still compiles; the first error reported is CPython's.
 */
export interface Reporter {
  error(message: string, location: Location): void;
  warn(message: string, location: Location): void;
  /** The program is nested too deeply; CPython raises RecursionError without a position. */
  tooDeep(): void;
}
