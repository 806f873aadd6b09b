import type { Op } from '../bytecode/op.ts';
import type { OpcodeMeaning } from '../bytecode/opcode-docs.ts';
import type { FoldingRules } from '../codegen/preprocess.ts';
import type { SymbolRules } from '../symbols/rules.ts';
import type { IsPrintable } from './printable.ts';

/** What tools/dump_opcodes.py prints: facts of one CPython version, never edited by hand. */
export interface OpcodeTable {
  readonly version: string;
  readonly interpreter: string;
  readonly magic: string;
  readonly opcodes: Readonly<Record<string, number>>;
  readonly pseudo: Readonly<Record<string, number>>;
  readonly specialized: Readonly<Record<string, number>>;
  readonly caches: Readonly<Record<string, number>>;
  /** What an opcode's inline cache holds: entries and their lengths in code units, in order. */
  readonly cacheFormat: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly haveArgument: number;
  readonly hasArgument: readonly string[];
  readonly hasConst: readonly string[];
  readonly hasName: readonly string[];
  readonly hasJrel: readonly string[];
  readonly hasJabs: readonly string[];
  readonly hasLocal: readonly string[];
  readonly hasFree: readonly string[];
  readonly hasExc: readonly string[];
  readonly hasCompare: readonly string[];
  readonly cmpOp: readonly string[];
  readonly flags: Readonly<Record<string, string>>;
  readonly nbOps: readonly (readonly string[])[];
  readonly intrinsic1: readonly string[];
  readonly intrinsic2: readonly string[];
  readonly specialMethods: readonly string[];
  readonly commonConstants: readonly string[];
}

/** The opcode numbers of one CPython version, indexed both ways. */
export interface Opcodes {
  readonly table: OpcodeTable;
  /** This version's number of an opcode, by Op; -1 where the version lacks it. */
  readonly number: Int16Array;
  /** Op by this version's number (0 to 255); -1 where unused. */
  readonly op: Int16Array;
  /** Inline cache entries that follow an instruction, by Op. */
  readonly caches: Uint8Array;
  has(op: Op): boolean;
}

/** A CPython version as a value. Composed of parts; a later version is `{ ...earlier, what changed }`. */
export interface Target {
  /** Such as '3.14'. A name, never compared by order. */
  readonly version: string;
  readonly opcodes: Opcodes;
  /** Capabilities that a later stage asks about; never a version comparison. */
  readonly features: ReadonlySet<Feature>;
  /** What opcodes mean here and not in the newest target (compiler/bytecode/opcode-docs.ts). */
  readonly meanings: () => Readonly<Record<string, OpcodeMeaning>>;
  /** What it folds in the tree. */
  readonly foldingRules: FoldingRules;
  /** How its symbol table differs. */
  readonly symbolRules: SymbolRules;
  /** By this version's Unicode data. */
  readonly isPrintable: IsPrintable;
}

/** Capabilities that differ between targets. Whoever needs one more adds it here with a comment. */
export type Feature =
  /** 3.11+: zero-cost exceptions; before, SETUP_FINALLY and friends push to a block stack. */
  | 'exceptionTable'
  /** 3.11+: co_positions with columns. */
  | 'positions'
  /** 3.14+: CO_HAS_DOCSTRING and CO_METHOD exist. */
  | 'methodFlags'
  /** 3.8: CO_NOFREE exists. */
  | 'coNofree'
  /** 3.11+: one table of locals, cells and free variables in a code object, and co_qualname. */
  | 'localsPlus'
  /** 3.14+: marshal version 5, in which slices can be constants. */
  | 'marshalSlices'
  /** 3.13+: `dis` calls jump targets L1, L2, … and can show caches, offsets and positions; before, `>>` and offsets. */
  | 'disLabels'
  /** 3.10+: the arguments of jumps count code units of two bytes; before, bytes. */
  | 'jumpsInCodeUnits';
