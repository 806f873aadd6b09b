import { FIRST_IMPLICIT_KEY } from '../syntax/name-table.ts';
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

/** Keys of `implicitNames`. */
const enum Implicit {
  class = 0,
  classdict = 1,
  conditionalAnnotations = 2,
}

const implicitKey = (name: Implicit): number => FIRST_IMPLICIT_KEY + name;

/** Names are keys here: see `NameMap`. */
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
    bound: Set<number> | null,
    free: Set<number>,
    global: Set<number>,
    typeParams: Set<number>,
    classScope: Scope | null,
  ): void {
    if (scope.children.length === 0) {
      this.leaf(scope, bound, free, global, typeParams, classScope);
      return;
    }
    const local = new Set<number>();
    /** By the index of the symbol. */
    const scopes: NameScope[] = [];
    const newGlobal = new Set<number>();
    const newFree = new Set<number>();
    const newBound = new Set<number>();
    const inlinedCells = new Set<number>();
    const isClass = scope.type === BlockType.Class;

    // A class's names are not visible in its functions, so what they see is fixed before its own names are analysed.
    if (isClass) {
      addAll(newGlobal, global);
      if (bound !== null) addAll(newBound, bound);
    }
    const { keys, values } = scope.symbols;
    for (let i = 0; i < keys.length; i++) {
      scopes.push(this.name(scope, keys[i], values[i], bound, local, free, global, typeParams, classScope));
    }
    if (isClass) {
      newBound.add(implicitKey(Implicit.class));
      newBound.add(implicitKey(Implicit.classdict));
      newBound.add(implicitKey(Implicit.conditionalAnnotations));
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

    if (isFunctionLike(scope)) analyzeCells(keys, scopes, newFree, inlinedCells);
    else if (isClass) dropClassFree(scope, newFree);
    updateSymbols(scope, scopes, bound, newFree, inlinedCells);
    addAll(free, newFree);
  }

  /** `analyze_block` for a block that has none inside it: nothing is passed down, and no name becomes a cell. */
  private leaf(
    scope: Scope,
    bound: Set<number> | null,
    free: Set<number>,
    global: Set<number>,
    typeParams: Set<number>,
    classScope: Scope | null,
  ): void {
    const { keys, values } = scope.symbols;
    for (let i = 0; i < keys.length; i++) {
      const where = this.name(scope, keys[i], values[i], bound, null, free, global, typeParams, classScope);
      values[i] |= where << SCOPE_OFFSET;
    }
  }

  /** `analyze_name`: the scope of one name, given its flags. */
  private name(
    scope: Scope,
    key: number,
    flags: number,
    bound: Set<number> | null,
    local: Set<number> | null,
    free: Set<number>,
    global: Set<number>,
    typeParams: Set<number>,
    classScope: Scope | null,
  ): NameScope {
    if ((flags & Def.GLOBAL) !== 0) {
      if ((flags & Def.NONLOCAL) !== 0)
        this.errorAtDirective(scope, key, (name) => `name '${name}' is nonlocal and global`);
      global.add(key);
      bound?.delete(key);
      return NameScope.GLOBAL_EXPLICIT;
    }
    if ((flags & Def.NONLOCAL) !== 0) {
      if (bound === null) {
        this.errorAtDirective(scope, key, () => 'nonlocal declaration not allowed at module level');
        return NameScope.GLOBAL_IMPLICIT;
      }
      if (!bound.has(key)) {
        this.errorAtDirective(scope, key, (name) => `no binding for nonlocal '${name}' found`);
        return NameScope.GLOBAL_IMPLICIT;
      }
      if (typeParams.has(key)) {
        this.errorAtDirective(scope, key, (name) => `nonlocal binding not allowed for type parameter '${name}'`);
      }
      scope.free = true;
      free.add(key);
      return NameScope.FREE;
    }
    if ((flags & Def.BOUND) !== 0) {
      local?.add(key);
      global.delete(key);
      if ((flags & Def.TYPE_PARAM) !== 0) typeParams.add(key);
      else typeParams.delete(key);
      return NameScope.LOCAL;
    }
    // A scope that sees its class's names looks there and in the globals, never in the functions around the class.
    if (classScope !== null) {
      const classFlags = classScope.symbols.valueOf(key);
      if ((classFlags & Def.GLOBAL) !== 0) return NameScope.GLOBAL_EXPLICIT;
      if ((classFlags & Def.BOUND) !== 0 && (classFlags & Def.NONLOCAL) === 0) return NameScope.GLOBAL_IMPLICIT;
    }
    if (bound?.has(key)) {
      scope.free = true;
      free.add(key);
      return NameScope.FREE;
    }
    if (!global.has(key) && scope.nested) scope.free = true;
    return NameScope.GLOBAL_IMPLICIT;
  }

  private errorAtDirective(scope: Scope, key: number, message: (name: string) => string): void {
    const name = scope.symbols.table.names[key];
    this.reporter.error(message(name), findDirective(scope, name)?.location ?? scope.location);
  }
}

function addAll(target: Set<number>, names: ReadonlySet<number>): void {
  for (const name of names) target.add(name);
}

/** `inline_comprehension`: the names of `comp` become names of `scope`. */
function inlineComprehension(
  scope: Scope,
  comp: Scope,
  scopes: NameScope[],
  compFree: Set<number>,
  inlinedCells: Set<number>,
): void {
  const { symbols } = scope;
  const classKey = implicitKey(Implicit.class);
  let dropsClass = false;
  for (let i = 0; i < comp.symbols.size; i++) {
    const key = comp.symbols.keys[i];
    const symbol = comp.symbols.values[i];
    if ((symbol & Def.PARAM) !== 0) continue;
    let where = scopeOfSymbol(symbol);
    const flags = symbol & DEF_MASK;
    if (where === NameScope.CELL || (flags & Def.COMP_CELL) !== 0) inlinedCells.add(key);
    // These are never free through a class scope (see dropClassFree).
    if (where === NameScope.FREE && scope.type === BlockType.Class && key === classKey) {
      where = NameScope.GLOBAL_IMPLICIT;
      compFree.delete(key);
      dropsClass = true;
    }
    const existing = symbols.find(key);
    if (existing < 0) {
      symbols.add(key, flags);
      scopes.push(where);
    } else if (
      (symbols.values[existing] & Def.BOUND) !== 0 &&
      scope.type !== BlockType.Class &&
      !isFreeInAnyChild(comp, key)
    ) {
      compFree.delete(key);
    }
  }
  if (dropsClass) comp.symbols.remove(classKey);
}

function isFreeInAnyChild(scope: Scope, key: number): boolean {
  return scope.children.some((child) => scopeOfSymbol(child.symbols.valueOf(key)) === NameScope.FREE);
}

/** `analyze_cells`: a local that a child needs is a cell, and free no longer. */
function analyzeCells(
  keys: readonly number[],
  scopes: NameScope[],
  free: Set<number>,
  inlinedCells: Set<number>,
): void {
  if (free.size === 0 && inlinedCells.size === 0) return;
  for (let i = 0; i < scopes.length; i++) {
    const key = keys[i];
    if (scopes[i] !== NameScope.LOCAL || !(free.has(key) || inlinedCells.has(key))) continue;
    scopes[i] = NameScope.CELL;
    free.delete(key);
  }
}

/** `drop_class_free`: the implicit cells that a class provides for its methods. */
function dropClassFree(scope: Scope, free: Set<number>): void {
  if (free.delete(implicitKey(Implicit.class))) scope.needsClassClosure = true;
  if (free.delete(implicitKey(Implicit.classdict))) scope.needsClassdict = true;
  if (free.delete(implicitKey(Implicit.conditionalAnnotations))) scope.hasConditionalAnnotations = true;
}

/** `update_symbols`: writes the scopes into the symbols, and adds what only children need. */
function updateSymbols(
  scope: Scope,
  scopes: readonly NameScope[],
  bound: Set<number> | null,
  free: Set<number>,
  inlinedCells: Set<number>,
): void {
  const { symbols } = scope;
  const { keys, values } = symbols;
  for (let i = 0; i < scopes.length; i++) {
    const cell = inlinedCells.has(keys[i]) ? Def.COMP_CELL : 0;
    values[i] |= cell | (scopes[i] << SCOPE_OFFSET);
  }
  const classFlag = scope.type === BlockType.Class || scope.canSeeClassScope;
  for (const key of free) {
    const index = symbols.find(key);
    if (index >= 0) {
      if (classFlag) values[index] |= Def.FREE_CLASS;
    } else if (bound === null || bound.has(key)) {
      symbols.add(key, NameScope.FREE << SCOPE_OFFSET);
    }
  }
}
