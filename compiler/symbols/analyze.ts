import { findDirective } from './directives.ts';
import type { Reporter } from './reporter.ts';
import {
  BlockType,
  ComprehensionType,
  Def,
  isFunctionLike,
  NameScope,
  SCOPE_OFFSET,
  type Scope,
  scopeOf,
  scopeOfSymbol,
} from './scope.ts';

const DEF_MASK = (1 << SCOPE_OFFSET) - 1;

/** What the second pass does differently from target to target. */
export interface AnalysisRules {
  /** PEP 709: list, set and dict comprehensions become part of the function around them. */
  readonly inlineComprehensions: boolean;
}

/**
 * The second pass (`symtable_analyze`): decides for every name of every block whether it is local, global, free or a
 * cell, and which comprehensions are inlined. `top` is the module's block.
 */
export function analyze(top: Scope, rules: AnalysisRules, reporter: Reporter): void {
  new Analyzer(rules, reporter).block(top, null, new Set(), new Set(), new Set(), null);
}

class Analyzer {
  private readonly rules: AnalysisRules;
  private readonly reporter: Reporter;

  constructor(rules: AnalysisRules, reporter: Reporter) {
    this.rules = rules;
    this.reporter = reporter;
  }

  /**
   * `analyze_block`. `bound`: names bound in enclosing functions, null for a module. `free` receives the names that
   * are free here and in the children. `global`: names declared global around. The sets are changed.
   */
  block(
    scope: Scope,
    bound: Set<string> | null,
    free: Set<string>,
    global: Set<string>,
    typeParams: Set<string>,
    classScope: Scope | null,
  ): void {
    if (scope.children.length === 0) {
      this.leaf(scope, bound, free, global, typeParams, classScope);
      return;
    }
    const local = new Set<string>();
    const scopes = new Map<string, NameScope>();
    const newGlobal = new Set<string>();
    const newFree = new Set<string>();
    const newBound = new Set<string>();
    const inlinedCells = new Set<string>();
    const isClass = scope.type === BlockType.Class;

    // A class's names are not visible in its functions, so what they see is fixed before its own names are analysed.
    if (isClass) {
      addAll(newGlobal, global);
      if (bound !== null) addAll(newBound, bound);
    }
    for (const [name, flags] of scope.symbols) {
      const where = this.name(scope, name, flags, bound, local, free, global, typeParams, classScope);
      scopes.set(name, where);
    }
    if (isClass) {
      newBound.add('__class__');
      newBound.add('__classdict__');
      newBound.add('__conditional_annotations__');
    } else {
      if (isFunctionLike(scope)) addAll(newBound, local);
      if (bound !== null) addAll(newBound, bound);
      addAll(newGlobal, global);
    }

    let inlined = false;
    for (const child of scope.children) {
      const childClass = child.canSeeClassScope ? (isClass ? scope : classScope) : null;
      const inline =
        this.rules.inlineComprehensions &&
        child.comprehension !== ComprehensionType.None &&
        !child.generator &&
        !scope.canSeeClassScope;
      const childFree = new Set(newFree);
      this.block(child, new Set(newBound), childFree, new Set(newGlobal), new Set(typeParams), childClass);
      if (inline) {
        inlineComprehension(scope, child, scopes, childFree, inlinedCells);
        child.compInlined = true;
        inlined = true;
      }
      addAll(newFree, childFree);
    }
    if (inlined) scope.children = scope.children.flatMap((child) => (child.compInlined ? child.children : [child]));

    if (isFunctionLike(scope)) analyzeCells(scopes, newFree, inlinedCells);
    else if (isClass) dropClassFree(scope, newFree);
    updateSymbols(scope, scopes, bound, newFree, inlinedCells);
    addAll(free, newFree);
  }

  /** `analyze_block` for a block that has none inside it: nothing is passed down, and no name becomes a cell. */
  private leaf(
    scope: Scope,
    bound: Set<string> | null,
    free: Set<string>,
    global: Set<string>,
    typeParams: Set<string>,
    classScope: Scope | null,
  ): void {
    const { symbols } = scope;
    for (const [name, flags] of symbols) {
      const where = this.name(scope, name, flags, bound, null, free, global, typeParams, classScope);
      symbols.set(name, flags | (where << SCOPE_OFFSET));
    }
  }

  /** `analyze_name`: the scope of one name, given its flags. */
  private name(
    scope: Scope,
    name: string,
    flags: number,
    bound: Set<string> | null,
    local: Set<string> | null,
    free: Set<string>,
    global: Set<string>,
    typeParams: Set<string>,
    classScope: Scope | null,
  ): NameScope {
    if ((flags & Def.GLOBAL) !== 0) {
      if ((flags & Def.NONLOCAL) !== 0) this.errorAtDirective(scope, name, `name '${name}' is nonlocal and global`);
      global.add(name);
      bound?.delete(name);
      return NameScope.GLOBAL_EXPLICIT;
    }
    if ((flags & Def.NONLOCAL) !== 0) {
      if (bound === null) {
        this.errorAtDirective(scope, name, 'nonlocal declaration not allowed at module level');
        return NameScope.GLOBAL_IMPLICIT;
      }
      if (!bound.has(name)) {
        this.errorAtDirective(scope, name, `no binding for nonlocal '${name}' found`);
        return NameScope.GLOBAL_IMPLICIT;
      }
      if (typeParams.has(name)) {
        this.errorAtDirective(scope, name, `nonlocal binding not allowed for type parameter '${name}'`);
      }
      scope.free = true;
      free.add(name);
      return NameScope.FREE;
    }
    if ((flags & Def.BOUND) !== 0) {
      local?.add(name);
      global.delete(name);
      if ((flags & Def.TYPE_PARAM) !== 0) typeParams.add(name);
      else typeParams.delete(name);
      return NameScope.LOCAL;
    }
    // A scope that sees its class's names looks there and in the globals, never in the functions around the class.
    if (classScope !== null) {
      const classFlags = classScope.symbols.get(name) ?? 0;
      if ((classFlags & Def.GLOBAL) !== 0) return NameScope.GLOBAL_EXPLICIT;
      if ((classFlags & Def.BOUND) !== 0 && (classFlags & Def.NONLOCAL) === 0) return NameScope.GLOBAL_IMPLICIT;
    }
    if (bound?.has(name)) {
      scope.free = true;
      free.add(name);
      return NameScope.FREE;
    }
    if (!global.has(name) && scope.nested) scope.free = true;
    return NameScope.GLOBAL_IMPLICIT;
  }

  private errorAtDirective(scope: Scope, name: string, message: string): void {
    this.reporter.error(message, findDirective(scope, name)?.location ?? scope.location);
  }
}

function addAll(target: Set<string>, names: ReadonlySet<string>): void {
  for (const name of names) target.add(name);
}

/** `inline_comprehension`: the names of `comp` become names of `scope`. */
function inlineComprehension(
  scope: Scope,
  comp: Scope,
  scopes: Map<string, NameScope>,
  compFree: Set<string>,
  inlinedCells: Set<string>,
): void {
  const dropped: string[] = [];
  for (const [name, symbol] of comp.symbols) {
    if ((symbol & Def.PARAM) !== 0) continue;
    let where = scopeOfSymbol(symbol);
    const flags = symbol & DEF_MASK;
    if (where === NameScope.CELL || (flags & Def.COMP_CELL) !== 0) inlinedCells.add(name);
    // These are never free through a class scope (see dropClassFree).
    if (where === NameScope.FREE && scope.type === BlockType.Class && name === '__class__') {
      where = NameScope.GLOBAL_IMPLICIT;
      compFree.delete(name);
      dropped.push(name);
    }
    const existing = scope.symbols.get(name);
    if (existing === undefined) {
      scope.symbols.set(name, flags);
      scopes.set(name, where);
    } else if ((existing & Def.BOUND) !== 0 && scope.type !== BlockType.Class && !isFreeInAnyChild(comp, name)) {
      compFree.delete(name);
    }
  }
  for (const name of dropped) comp.symbols.delete(name);
}

function isFreeInAnyChild(scope: Scope, name: string): boolean {
  return scope.children.some((child) => scopeOf(child, name) === NameScope.FREE);
}

/** `analyze_cells`: a local that a child needs is a cell, and free no longer. */
function analyzeCells(scopes: Map<string, NameScope>, free: Set<string>, inlinedCells: Set<string>): void {
  if (free.size === 0 && inlinedCells.size === 0) return;
  for (const [name, where] of scopes) {
    if (where !== NameScope.LOCAL || !(free.has(name) || inlinedCells.has(name))) continue;
    scopes.set(name, NameScope.CELL);
    free.delete(name);
  }
}

/** `drop_class_free`: the implicit cells that a class provides for its methods. */
function dropClassFree(scope: Scope, free: Set<string>): void {
  if (free.delete('__class__')) scope.needsClassClosure = true;
  if (free.delete('__classdict__')) scope.needsClassdict = true;
  if (free.delete('__conditional_annotations__')) scope.hasConditionalAnnotations = true;
}

/** `update_symbols`: writes the scopes into the symbols, and adds what only children need. */
function updateSymbols(
  scope: Scope,
  scopes: Map<string, NameScope>,
  bound: Set<string> | null,
  free: Set<string>,
  inlinedCells: Set<string>,
): void {
  const { symbols } = scope;
  for (const [name, flags] of symbols) {
    const cell = inlinedCells.has(name) ? Def.COMP_CELL : 0;
    symbols.set(name, flags | cell | (scopes.get(name)! << SCOPE_OFFSET));
  }
  const classFlag = scope.type === BlockType.Class || scope.canSeeClassScope;
  for (const name of free) {
    const flags = symbols.get(name);
    if (flags !== undefined) {
      if (classFlag) symbols.set(name, flags | Def.FREE_CLASS);
    } else if (bound === null || bound.has(name)) {
      symbols.set(name, NameScope.FREE << SCOPE_OFFSET);
    }
  }
}
