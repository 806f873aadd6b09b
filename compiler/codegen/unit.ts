import type { CodeObject } from '../bytecode/code-object.ts';
import type { Constant } from '../bytecode/constants.ts';
import type { Target } from '../targets/target.ts';
import type { InstructionSequence } from './instruction.ts';

/**
 * What code generation hands on for one code block: CPython's `_PyCompile_CodeUnitMetadata` and its instruction
 * sequence. Names are in index order. The flow graph and the assembler turn it into a CodeObject.
 */
export interface CodeUnit {
  readonly target: Target;
  readonly filename: string;
  readonly name: string;
  readonly qualname: string;
  readonly firstlineno: number;
  readonly argcount: number;
  readonly posonlyargcount: number;
  readonly kwonlyargcount: number;
  /** co_flags as compute_code_flags gives them. */
  readonly flags: number;
  readonly sequence: InstructionSequence;
  /** Constants in the order of u_consts; passes may add, and the assembler drops the unused. */
  readonly consts: Constant[];
  readonly names: readonly string[];
  readonly varnames: readonly string[];
  readonly cellvars: readonly string[];
  readonly freevars: readonly string[];
  /** Names that inlined comprehensions hide (u_fasthidden): localsplus kind CO_FAST_HIDDEN. */
  readonly fasthidden: ReadonlySet<string>;
  /** Number of parameters of every kind, `*args` and `**kwargs` included. */
  readonly nparams: number;
}

/** The door from code generation to the later stages; codegen calls it for nested units and embeds the result. */
export type Assemble = (unit: CodeUnit) => CodeObject;
