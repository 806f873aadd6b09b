import type { NameTable } from '../syntax/name-table.ts';
import type { Scope } from './scope.ts';

/** The blocks of a program, found by the node that makes them. */
export class SymbolTable {
  readonly top: Scope;
  /** The file's names; symbols are found by their numbers there. */
  readonly names: NameTable;
  /** By function, class, lambda, comprehension or type alias. */
  readonly blocks = new Map<object, Scope>();
  /** The block of a function's parameter and return annotations, by the function. */
  readonly annotations = new Map<object, Scope>();
  /** The block that holds the type parameters of a function, class or type alias. */
  readonly typeParams = new Map<object, Scope>();
  /** By TypeVar. */
  readonly bounds = new Map<object, Scope>();
  /** By type parameter of any kind. */
  readonly defaults = new Map<object, Scope>();

  constructor(top: Scope, names: NameTable) {
    this.top = top;
    this.names = names;
  }
}
