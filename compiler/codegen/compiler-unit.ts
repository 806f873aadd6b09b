import { NameMap } from '../symbols/name-map.ts';
import { Def, NameScope, type Scope, scopeOfSymbol } from '../symbols/scope.ts';
import type { AnnAssign } from '../syntax/ast.ts';
import { ConstantTable } from './const-table.ts';
import type { FrameBlock } from './frame-block.ts';
import { type InstructionSequence, takeSequence } from './instruction.ts';
import { compareCodePoints } from './python-order.ts';

/** CPython's COMPILE_SCOPE_ kinds. */
export const enum ScopeType {
  Module,
  Class,
  Function,
  AsyncFunction,
  Lambda,
  Comprehension,
  Annotations,
}

export interface ArgumentCounts {
  readonly argcount: number;
  readonly posonlyargcount: number;
  readonly kwonlyargcount: number;
}

export const NO_ARGUMENTS: ArgumentCounts = { argcount: 0, posonlyargcount: 0, kwonlyargcount: 0 };

/** A code block while it is being compiled: CPython's `struct compiler_unit`. */
export class CompilerUnit {
  readonly type: ScopeType;
  readonly scope: Scope;
  readonly name: string;
  qualname: string;
  /** 0 where the first instruction's line is to be taken. */
  firstlineno: number;
  /** Name of the class around, for mangling; null outside classes. */
  readonly privateName: string | null;
  readonly counts: ArgumentCounts;
  readonly consts = new ConstantTable();
  /** Indexes of names, in order of first use. */
  readonly names: NameMap;
  readonly varnames: NameMap;
  /** Cells, sorted, then the implicit ones of a class; free variables continue their numbering. */
  readonly cellvars: NameMap;
  readonly freevars: NameMap;
  /** Names that an inlined comprehension hides outside functions: true while it is being compiled. */
  readonly fasthidden = new Map<string, boolean>();
  sequence = takeSequence();
  /** The sequence that waits while the module's annotations are compiled apart. */
  stashedSequence: InstructionSequence | null = null;
  readonly frameBlocks: FrameBlock[] = [];
  /** Line of the statement or expression being compiled; block-stack targets number lines by it. */
  lineno = 0;
  /** Whether an instruction has started that line. */
  lineSet = false;
  /** Whether the current basic block has returned. */
  returned = false;
  /** Labels in the order in which they were placed, while a `finally` is compiled ahead of its `try`. */
  placedLabels: number[] | null = null;
  /** Where names of variables are numbered: `names`, but for code that is compiled for its errors only. */
  variableNames: NameMap;
  /** Said once of a code block. */
  tooManyBlocks = false;
  inInlinedComprehension = 0;
  inConditionalBlock = 0;
  /** Names assigned through `self.` in a class. */
  readonly staticAttributes: Set<string> | null;
  deferredAnnotations: { readonly statement: AnnAssign; readonly index: number }[] | null = null;
  nextConditionalAnnotation = 0;

  constructor(
    type: ScopeType,
    scope: Scope,
    name: string,
    firstlineno: number,
    privateName: string | null,
    counts: ArgumentCounts,
  ) {
    const { table } = scope.symbols;
    this.names = new NameMap(table);
    this.varnames = new NameMap(table);
    this.cellvars = new NameMap(table);
    this.freevars = new NameMap(table);
    this.variableNames = this.names;
    this.type = type;
    this.scope = scope;
    this.name = name;
    this.qualname = name;
    this.firstlineno = firstlineno;
    this.privateName = privateName;
    this.counts = counts;
    this.staticAttributes = type === ScopeType.Class ? new Set() : null;
    for (let i = 0; i < scope.varnames.length; i++) this.varnames.add(scope.varnames[i], i);
    this.numberCells();
  }

  private numberCells(): void {
    const { scope, cellvars, freevars } = this;
    const cells: string[] = [];
    const free: string[] = [];
    const { symbols } = scope;
    for (let i = 0; i < symbols.size; i++) {
      const flags = symbols.values[i];
      const where = scopeOfSymbol(flags);
      if (where === NameScope.CELL || (flags & Def.COMP_CELL) !== 0) cells.push(symbols.nameAt(i));
      if (where === NameScope.FREE || (flags & Def.FREE_CLASS) !== 0) free.push(symbols.nameAt(i));
    }
    for (const name of cells.sort(compareCodePoints)) cellvars.set(name, cellvars.size);
    if (scope.needsClassClosure) indexOf(cellvars, '__class__');
    if (scope.needsClassdict) indexOf(cellvars, '__classdict__');
    if (scope.hasConditionalAnnotations) indexOf(cellvars, '__conditional_annotations__');
    for (const name of free.sort(compareCodePoints)) freevars.set(name, cellvars.size + freevars.size);
  }
}

/** The number of `name` among names, added at the end when it is new. */
export const indexOf = (names: NameMap, name: string): number => names.numberOf(names.table.internString(name));
