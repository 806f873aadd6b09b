import type { Location } from '../syntax/ast.ts';
import type { NameTable } from '../syntax/name-table.ts';
import { NameMap } from './name-map.ts';

/** CPython's `_Py_block_ty`. */
export const enum BlockType {
  Function,
  Class,
  Module,
  /** The body of `__annotate__`. */
  Annotation,
  TypeAlias,
  /** The scope that holds the type parameters of a generic function, class or alias. */
  TypeParameters,
  /** The bound or default of one type parameter. */
  TypeVariable,
}

/** What a block says of a name: CPython's DEF_ flags and USE (Include/internal/pycore_symtable.h). */
export const enum Def {
  GLOBAL = 1,
  LOCAL = 2,
  PARAM = 4,
  NONLOCAL = 8,
  USE = 16,
  /** Free in a child of a class that binds the name itself as well. */
  FREE_CLASS = 1 << 6,
  IMPORT = 1 << 7,
  ANNOT = 1 << 8,
  /** An iteration variable of a comprehension. */
  COMP_ITER = 1 << 9,
  TYPE_PARAM = 1 << 10,
  /** A cell inside an inlined comprehension. */
  COMP_CELL = 1 << 11,
  /** Any of the flags that bind a name. */
  BOUND = LOCAL | PARAM | IMPORT | TYPE_PARAM,
}

/** Where a name lives, found by the second pass and kept above the Def flags. */
export const enum NameScope {
  Unknown = 0,
  LOCAL = 1,
  GLOBAL_EXPLICIT = 2,
  GLOBAL_IMPLICIT = 3,
  FREE = 4,
  CELL = 5,
}

export const SCOPE_OFFSET = 12;
const SCOPE_MASK = 7;

export const enum ComprehensionType {
  None,
  List,
  Dict,
  Set,
  Generator,
}

/** A `global` or `nonlocal` declaration, or a `:=` that implies one: where an error about the name points. */
export interface Directive {
  readonly name: string;
  readonly location: Location;
}

/** One block of names: CPython's PySTEntryObject. Fields keep its names, without the prefix `ste_`. */
export class Scope {
  readonly name: string;
  readonly type: BlockType;
  readonly location: Location;
  /** Def flags of each name, in order of first mention; after the second pass with NameScope << SCOPE_OFFSET. */
  readonly symbols: NameMap;
  /** Keys of the parameters in CPython's order of local slots. */
  readonly varnames: number[] = [];
  children: Scope[] = [];
  directives: Directive[] | null = null;
  /** Inside the type parameters of a generic class: the only names that are mangled. */
  mangledNames: Set<string> | null = null;
  /** For messages, such as "a TypeVar bound". */
  scopeInfo: string | null = null;
  nested: boolean;
  generator = false;
  coroutine = false;
  comprehension = ComprehensionType.None;
  varargs = false;
  varkeywords = false;
  needsClassClosure = false;
  needsClassdict = false;
  compInlined = false;
  compIterTarget = false;
  compIterExpr = 0;
  canSeeClassScope = false;
  hasConditionalAnnotations = false;
  inConditionalBlock = false;
  inUnevaluatedAnnotation = false;
  annotationsUsed = false;
  annotationBlock: Scope | null = null;
  hasDocstring = false;
  /** A function directly inside a class. */
  method: boolean;
  /** Has names that are free, here or in a child. CO_NOFREE of old targets needs it. */
  free = false;

  constructor(name: string, type: BlockType, location: Location, parent: Scope | null, names: NameTable) {
    this.symbols = new NameMap(names);
    this.name = name;
    this.type = type;
    this.location = location;
    this.nested = parent !== null && (parent.nested || isFunctionLike(parent));
    this.method = parent !== null && parent.type === BlockType.Class && type === BlockType.Function;
  }
}

/** Blocks whose names are fast locals (`_PyST_IsFunctionLike`). */
export function isFunctionLike(scope: Scope): boolean {
  return scope.type !== BlockType.Module && scope.type !== BlockType.Class;
}

export function scopeOfSymbol(flags: number): NameScope {
  return (flags >> SCOPE_OFFSET) & SCOPE_MASK;
}

/** Where `name`, already mangled, lives as seen from `scope` (`_PyST_GetScope`). */
export function scopeOf(scope: Scope, name: string): NameScope {
  const flags = scope.symbols.get(name);
  return flags === undefined ? NameScope.Unknown : scopeOfSymbol(flags);
}
