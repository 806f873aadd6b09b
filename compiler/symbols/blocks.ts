import { CodeFlag } from '../bytecode/code-object.ts';
import { ExprContext, type Location } from '../syntax/ast.ts';
import { UNKNOWN_KEY } from '../syntax/name-table.ts';
import type { FutureFeatures } from './future.ts';
import { maybeMangle } from './mangle.ts';
import type { Reporter } from './reporter.ts';
import type { SymbolRules } from './rules.ts';
import { BlockType, Def, Scope } from './scope.ts';
import type { SymbolTable } from './table.ts';

/** Where the first pass is: the block, and what it says of each name. */
export class BlockVisitor {
  protected readonly table: SymbolTable;
  protected readonly future: FutureFeatures;
  protected readonly rules: SymbolRules;
  protected readonly reporter: Reporter;
  protected readonly stack: Scope[];
  protected cur: Scope;
  protected privateName: string | null = null;
  protected depth = 0;
  protected readonly futureAnnotations: boolean;

  constructor(table: SymbolTable, future: FutureFeatures, rules: SymbolRules, reporter: Reporter) {
    this.table = table;
    this.future = future;
    this.rules = rules;
    this.reporter = reporter;
    this.cur = table.top;
    this.stack = [table.top];
    this.futureAnnotations = (future.features & CodeFlag.CO_FUTURE_ANNOTATIONS) !== 0;
  }

  protected enterBlock(name: string, type: BlockType, location: Location): Scope {
    const scope = new Scope(name, type, location, this.cur, this.table.names);
    this.enterExistingBlock(scope);
    if (type === BlockType.Annotation || type === BlockType.TypeVariable || type === BlockType.TypeAlias) {
      this.addDef('.format', Def.PARAM, location);
      this.addDef('.format', Def.USE, location);
    }
    return scope;
  }

  protected enterExistingBlock(scope: Scope): void {
    const previous = this.cur;
    this.stack.push(scope);
    // CPython disallows every assignment expression in the outermost iterable of a comprehension, in lambdas inside too.
    scope.compIterExpr = previous.compIterExpr;
    if (previous.mangledNames !== null && scope.type !== BlockType.Class) scope.mangledNames = previous.mangledNames;
    this.cur = scope;
    // With `from __future__ import annotations` they become strings, and must not change the symbols.
    if (this.futureAnnotations && scope.type === BlockType.Annotation) return;
    previous.children.push(scope);
  }

  protected exitBlock(): void {
    this.stack.pop();
    this.cur = this.stack[this.stack.length - 1]!;
  }

  protected lookupIn(scope: Scope, name: string): number {
    return scope.symbols.get(maybeMangle(this.privateName, scope, name)) ?? 0;
  }

  protected checkName(name: string, location: Location, ctx: ExprContext): void {
    if (name !== '__debug__') return;
    if (ctx === ExprContext.Store) this.reporter.error('cannot assign to __debug__', location);
    else if (ctx === ExprContext.Del && this.rules.checksReservedAttributes) {
      this.reporter.error('cannot delete __debug__', location);
    }
  }

  protected addDef(name: string, flag: number, location: Location): void {
    this.addDefCtx(name, flag, location, flag === Def.USE ? ExprContext.Load : ExprContext.Store);
  }

  protected addDefCtx(name: string, flag: number, location: Location, ctx: ExprContext, key = UNKNOWN_KEY): void {
    if ((flag & (Def.PARAM | Def.LOCAL | Def.IMPORT)) !== 0) this.checkName(name, location, ctx);
    if ((flag & Def.TYPE_PARAM) !== 0) this.cur.mangledNames?.add(name);
    this.addDefTo(this.cur, name, flag, location, key);
  }

  /** `symtable_add_def_helper`. `key` is that of `name`, where it is known. */
  protected addDefTo(scope: Scope, name: string, flag: number, location: Location, key = UNKNOWN_KEY): void {
    const mangled = this.mangledKey(name, key);
    const { symbols } = scope;
    const index = symbols.find(mangled);
    let flags = flag;
    if (index >= 0) {
      const before = symbols.values[index];
      if ((flag & Def.PARAM) !== 0 && (before & Def.PARAM) !== 0) {
        this.reporter.error(`duplicate argument '${name}' in function definition`, location);
        return;
      }
      if ((flag & Def.TYPE_PARAM) !== 0 && (before & Def.TYPE_PARAM) !== 0) {
        this.reporter.error(`duplicate type parameter '${name}'`, location);
        return;
      }
      flags |= before;
    }
    if (scope.compIterTarget) {
      if ((flags & (Def.GLOBAL | Def.NONLOCAL)) !== 0) {
        this.reporter.error(`comprehension inner loop cannot rebind assignment expression target '${name}'`, location);
        return;
      }
      flags |= Def.COMP_ITER;
    }
    if (index >= 0) symbols.values[index] = flags;
    else symbols.add(mangled, flags);
    if ((flag & Def.PARAM) !== 0) scope.varnames.push(mangled);
    else if ((flag & Def.GLOBAL) !== 0) {
      const top = this.table.top.symbols;
      const known = top.find(mangled);
      if (known >= 0) top.values[known] |= flag;
      else top.add(mangled, flag);
    }
  }

  /** Key of a name as the current block has it, mangled inside a class. */
  protected mangledKey(name: string, key: number): number {
    const { names } = this.table;
    if (this.privateName !== null && name.charCodeAt(0) === 0x5f) {
      const mangled = maybeMangle(this.privateName, this.cur, name);
      if (mangled !== name) return names.internString(mangled);
    }
    return key >= 0 ? key : names.internString(name);
  }

  protected enterRecursion(): boolean {
    if (this.depth >= this.rules.maximumDepth) {
      this.reporter.tooDeep();
      return false;
    }
    this.depth++;
    return true;
  }
}
