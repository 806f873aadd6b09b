import { CodeFlag, type CodeObject } from '../bytecode/code-object.ts';
import { type CodeRepr, constantRepr } from '../bytecode/constant-repr.ts';
import type { Constant } from '../bytecode/constants.ts';
import { Op } from '../bytecode/op.ts';
import { mangle, maybeMangle } from '../symbols/mangle.ts';
import type { Reporter } from '../symbols/reporter.ts';
import { isFunctionLike, NameScope, type Scope, scopeOf } from '../symbols/scope.ts';
import type { SymbolTable } from '../symbols/table.ts';
import type { Attribute, Location } from '../syntax/ast.ts';
import { UNKNOWN_KEY } from '../syntax/name-table.ts';
import type { Target } from '../targets/target.ts';
import { type ArgumentCounts, CompilerUnit, indexOf, NO_ARGUMENTS, ScopeType } from './compiler-unit.ts';
import { type FrameBlock, FrameBlockType } from './frame-block.ts';
import { type InstructionSequence, NO_LOCATION, recycle, takeSequence } from './instruction.ts';
import { type Numbers, numbersOf } from './numbers.ts';
import type { Assemble } from './unit.ts';

/** co_flags that code inherits from the code that compiles it (PyCF_MASK). */
const INHERITED_FLAGS =
  CodeFlag.CO_FUTURE_DIVISION |
  CodeFlag.CO_FUTURE_ABSOLUTE_IMPORT |
  CodeFlag.CO_FUTURE_WITH_STATEMENT |
  CodeFlag.CO_FUTURE_PRINT_FUNCTION |
  CodeFlag.CO_FUTURE_UNICODE_LITERALS |
  CodeFlag.CO_FUTURE_BARRY_AS_BDFL |
  CodeFlag.CO_FUTURE_GENERATOR_STOP |
  CodeFlag.CO_FUTURE_ANNOTATIONS;

const noCode: CodeRepr = (code) => `<code object ${code.co_name}>`;

export interface CompilerOptions {
  readonly filename: string;
  readonly target: Target;
  readonly optimize: 0 | 1 | 2;
  /** True in 'single' mode: expression statements at the top print their values. */
  readonly interactive: boolean;
  /** CO_FUTURE_ bits in force, from the file and from the compiling code. */
  readonly features: number;
}

/**
 * The state of a compilation, and the operations that emit instructions: CPython's `struct _PyCompiler` (compile.c)
 * and the ADDOP macros of codegen.c. `u` is the code block being compiled, `stack` the ones around it.
 */
export class Compiler {
  readonly options: CompilerOptions;
  readonly symbols: SymbolTable;
  readonly reporter: Reporter;
  readonly assemble: Assemble;
  readonly numbers: Numbers;
  readonly stack: CompilerUnit[] = [];
  u!: CompilerUnit;
  /** The sequence that instructions go to: u's, or the one for its annotations. */
  sequence!: InstructionSequence;
  private warningsDisabled = 0;

  constructor(options: CompilerOptions, symbols: SymbolTable, assemble: Assemble, reporter: Reporter) {
    this.options = options;
    this.symbols = symbols;
    this.assemble = assemble;
    this.reporter = reporter;
    this.numbers = numbersOf(options.target.opcodes.table);
  }

  // --- instructions ------------------------------------------------------------------------------------------------

  op(op: Op, location: Location): void {
    this.sequence.add(op, 0, location);
  }

  opI(op: Op, oparg: number, location: Location): void {
    this.sequence.add(op, oparg, location);
  }

  jump(op: Op, label: number, location: Location): void {
    this.sequence.add(op, label, location);
  }

  newLabel(): number {
    return this.sequence.newLabel();
  }

  useLabel(label: number): void {
    this.sequence.useLabel(label);
  }

  loadConst(value: Constant, location: Location): void {
    this.sequence.add(Op.LOAD_CONST, this.u.consts.add(value), location);
  }

  /** An instruction whose argument is the index of `name`, mangled, in co_names (ADDOP_NAME). */
  opName(op: Op, name: string, location: Location): void {
    this.sequence.add(op, this.nameIndex(name), location);
  }

  /** The index of `name`, mangled, in co_names. */
  nameIndex(name: string): number {
    return indexOf(this.u.names, this.mangled(name));
  }

  /** The index of an attribute's name, mangled, in co_names. */
  attributeIndex({ attr, nameKey: key }: Attribute): number {
    return this.u.names.numberOf(this.mangledKey(attr, key));
  }

  // --- names -------------------------------------------------------------------------------------------------------

  mangled(name: string): string {
    const { privateName, scope } = this.u;
    if (privateName === null || name.charCodeAt(0) !== 0x5f) return name;
    return maybeMangle(privateName, scope, name);
  }

  /** Key of a name, mangled; `key` is that of the name itself, where it is known. */
  mangledKey(name: string, key = UNKNOWN_KEY): number {
    const { names } = this.symbols;
    const mangled = this.mangled(name);
    return key >= 0 && mangled === name ? key : names.internString(mangled);
  }

  /** repr() of a constant, for messages and for annotations that become text. */
  repr(value: Constant): string {
    return constantRepr(value, this.options.target.isPrintable, noCode);
  }

  // --- errors ------------------------------------------------------------------------------------------------------

  error(message: string, location: Location): void {
    this.reporter.error(message, location);
  }

  /** `_PyCompile_Warn`: silent in the second copy of a `finally` block. */
  warn(message: string, location: Location): void {
    if (this.warningsDisabled === 0) this.reporter.warn(message, location);
  }

  // --- code blocks -------------------------------------------------------------------------------------------------

  /** Begins a code block (`_PyCompile_EnterScope`). `privateName` is given by a class; others inherit. */
  enterScope(
    name: string,
    type: ScopeType,
    scope: Scope,
    firstlineno: number,
    privateName: string | null = null,
    counts: ArgumentCounts = NO_ARGUMENTS,
  ): void {
    const outer = this.u;
    const inherited = privateName ?? outer?.privateName ?? null;
    const unit = new CompilerUnit(type, scope, name, firstlineno, inherited, counts);
    if (outer !== undefined) this.stack.push(outer);
    this.u = unit;
    this.sequence = unit.sequence;
    if (type !== ScopeType.Module) unit.qualname = this.qualifiedName(unit);
  }

  exitScope(): void {
    const outer = this.stack.pop();
    if (outer === undefined) return;
    this.u = outer;
    this.sequence = outer.sequence;
  }

  /** `compiler_set_qualname`. */
  private qualifiedName(unit: CompilerUnit): string {
    const { stack } = this;
    let parent = stack[stack.length - 1];
    if (parent === undefined || stack.length === 1) return unit.name;
    if (parent.type === ScopeType.Annotations) {
      if (stack.length === 2) return unit.name;
      parent = stack[stack.length - 2]!;
    }
    const { type } = unit;
    if (type === ScopeType.Function || type === ScopeType.AsyncFunction || type === ScopeType.Class) {
      const where = scopeOf(parent.scope, mangle(parent.privateName, unit.name));
      if (where === NameScope.GLOBAL_EXPLICIT) return unit.name;
    }
    const isFunction =
      parent.type === ScopeType.Function || parent.type === ScopeType.AsyncFunction || parent.type === ScopeType.Lambda;
    return `${parent.qualname}${isFunction ? '.<locals>' : ''}.${unit.name}`;
  }

  /** Ends the current block's code and assembles it (`_PyCompile_OptimizeAndAssemble`); the block stays current. */
  optimizeAndAssemble(addNone: boolean): CodeObject {
    if (addNone) this.loadConst(null, NO_LOCATION);
    this.op(Op.RETURN_VALUE, NO_LOCATION);
    return this.assembleUnit();
  }

  assembleUnit(): CodeObject {
    const { u } = this;
    const code = this.assemble({
      target: this.options.target,
      filename: this.options.filename,
      name: u.name,
      qualname: u.qualname,
      firstlineno: u.firstlineno,
      argcount: u.counts.argcount,
      posonlyargcount: u.counts.posonlyargcount,
      kwonlyargcount: u.counts.kwonlyargcount,
      flags: this.codeFlags(),
      sequence: u.sequence,
      consts: u.consts.values,
      names: u.names.names(),
      varnames: u.varnames.names(),
      cellvars: u.cellvars.names(),
      freevars: u.freevars.names(),
      fasthidden: new Set(u.fasthidden.keys()),
      nparams: u.scope.varnames.length,
    });
    recycle(u.sequence);
    return code;
  }

  /** `compute_code_flags`. */
  private codeFlags(): number {
    const { scope } = this.u;
    let flags = this.options.features & INHERITED_FLAGS;
    if (isFunctionLike(scope)) {
      flags |= CodeFlag.CO_NEWLOCALS | CodeFlag.CO_OPTIMIZED;
      if (scope.nested) flags |= CodeFlag.CO_NESTED;
      if (scope.generator) flags |= scope.coroutine ? CodeFlag.CO_ASYNC_GENERATOR : CodeFlag.CO_GENERATOR;
      if (scope.varargs) flags |= CodeFlag.CO_VARARGS;
      if (scope.varkeywords) flags |= CodeFlag.CO_VARKEYWORDS;
      if (scope.hasDocstring && this.marksMethods) flags |= CodeFlag.CO_HAS_DOCSTRING;
      if (scope.method && this.marksMethods) flags |= CodeFlag.CO_METHOD;
    }
    if (scope.coroutine && !scope.generator) flags |= CodeFlag.CO_COROUTINE;
    return flags;
  }

  /** Whether the target has CO_HAS_DOCSTRING and CO_METHOD. */
  private get marksMethods(): boolean {
    return this.options.target.features.has('methodFlags');
  }

  get futureAnnotations(): boolean {
    return (this.options.features & CodeFlag.CO_FUTURE_ANNOTATIONS) !== 0;
  }

  /** True for the outermost block in 'single' mode. */
  get interactiveTopLevel(): boolean {
    return this.options.interactive && this.stack.length === 0;
  }

  // --- the module's annotations ------------------------------------------------------------------------------------

  startAnnotationSetup(): void {
    this.u.stashedSequence = this.u.sequence;
    this.u.sequence = takeSequence();
    this.sequence = this.u.sequence;
  }

  endAnnotationSetup(): void {
    const { u } = this;
    const annotations = u.sequence;
    u.sequence = u.stashedSequence!;
    u.stashedSequence = null;
    u.sequence.annotations = annotations;
    this.sequence = u.sequence;
  }

  // --- frame blocks ------------------------------------------------------------------------------------------------

  /** Most frame blocks that a function may nest (CO_MAXBLOCKS). */
  protected get maximumBlocks(): number {
    return 21;
  }

  pushFrameBlock(block: FrameBlock): void {
    if (this.u.frameBlocks.length === this.maximumBlocks && !this.u.tooManyBlocks) {
      this.u.tooManyBlocks = true;
      this.error('too many statically nested blocks', block.location);
    }
    this.u.frameBlocks.push(block);
    if (block.type === FrameBlockType.FinallyEnd) this.warningsDisabled++;
  }

  popFrameBlock(): FrameBlock {
    const block = this.u.frameBlocks.pop()!;
    if (block.type === FrameBlockType.FinallyEnd) this.warningsDisabled--;
    return block;
  }

  topFrameBlock(): FrameBlock | undefined {
    const { frameBlocks } = this.u;
    return frameBlocks[frameBlocks.length - 1];
  }

  enterConditionalBlock(): void {
    this.u.inConditionalBlock++;
  }

  leaveConditionalBlock(): void {
    this.u.inConditionalBlock--;
  }

  /** Notes `self.name = …` for the class around (`_PyCompile_MaybeAddStaticAttributeToClass`). */
  addStaticAttribute(name: string): void {
    for (let i = this.stack.length - 1; i >= 0; i--) {
      const attributes = this.stack[i]!.staticAttributes;
      if (attributes !== null) {
        attributes.add(name);
        return;
      }
    }
  }
}

/** A location object of one shape for every node: the stages after this one read many of them. */
export function locationOf(node: Location): Location {
  return {
    lineno: node.lineno,
    col_offset: node.col_offset,
    end_lineno: node.end_lineno,
    end_col_offset: node.end_col_offset,
  };
}
