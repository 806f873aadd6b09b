import { CodeFlag } from '../../compiler/bytecode/code-object.ts';
import { positions } from '../../compiler/bytecode/positions.ts';
import { InternalError } from '../internal-error.ts';
import type { PyCode } from '../objects/code.ts';
import type { Shape, Slot, Value } from '../objects/object.ts';
import { fuse } from './fuse.ts';
import type { Opcode } from './opcode.ts';

/** Source positions of an instruction: lines from 1, columns in UTF-8 bytes from 0; -1 where unknown. */
export interface Position {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** What an inline cache knows of the instruction it belongs to. */
export class Cache {
  /** Type version, or dict keys version, that makes it valid. */
  version = 0;
  shape: Shape | undefined = undefined;
  /** After STORE_ATTR adds a name. */
  nextShape: Shape | undefined = undefined;
  index = 0;
  value: Slot = undefined;
  /** The name looked up, to be compared with the dict's key at `index`. */
  key: string | undefined = undefined;
  misses = 0;
  /** What the instruction has met besides, of the same kind. */
  next: Cache | undefined = undefined;
}

/** A word of a program: the opcode in its low bits, the operand above them. */
export const enum Word {
  OPCODE = 0xff,
  SHIFT = 8,
}
const MAX_OPERAND = 2 ** 23 - 1;

/** The words of instructions, the first ones of pairs made one. Throws InternalError for an operand that is too large. */
export function wordsOf(ops: Uint8Array, args: Int32Array): Int32Array {
  const words = new Int32Array(ops.length);
  for (let i = 0; i < ops.length; i++) {
    if (args[i] > MAX_OPERAND) throw new InternalError(`an operand of ${args[i]} is too large for the VM`);
    words[i] = ops[i] | (args[i] << Word.SHIFT);
  }
  fuse(words);
  return words;
}

/** A copy that V8 takes for one of values of any kind, even if all are ints: so all programs' constants are arrays of one kind. */
export function withoutKind(consts: readonly Value[]): Value[] {
  const copy: Value[] = [null];
  copy.pop();
  for (let i = 0; i < consts.length; i++) copy.push(consts[i]);
  return copy;
}

/** Where a program's instructions stand in its code. */
export interface Layout {
  /** Byte offset in co_code of each instruction itself (after its EXTENDED_ARGs): f_lasti. */
  readonly offsets: Int32Array;
  /** Index by byte offset / 2; EXTENDED_ARG and caches belong to the instruction they serve. */
  readonly indices: Int32Array;
}

/** What programs that have no caches share. */
const noCaches: (Cache | undefined)[] = [];

/** A code object decoded for the run loop: one internal instruction an index, whatever the target. */
export class Program {
  readonly code: PyCode;
  /** Opcode (vm/interpreter/opcode.ts) and operand of each index; the opcodes are specialised and patched while running. */
  readonly words: Int32Array;
  /** Opcode per index as decoded, never patched by breakpoints. */
  readonly pristine: Uint8Array;
  /** Who has put the TRAPs into `words` (traps.ts), by index; made with the first one. */
  traps: Uint8Array | undefined = undefined;
  /** Whether closing a generator of this code may run code of its own; found out when first asked for. */
  cleansUp: boolean | undefined = undefined;
  private layout: Layout | undefined;
  private readonly findLayout: (code: PyCode) => Layout;
  private operands: Int32Array | undefined = undefined;
  readonly consts: readonly Value[];
  readonly names: readonly string[];
  /** By index; see ownCaches. */
  caches: (Cache | undefined)[] = noCaches;
  /** Triples and more of the exception table, by indices: start, end, handler, stack depth, push-lasti flag. */
  readonly handlers: Int32Array;
  /** Length of co_localsplusnames. */
  readonly localCount: number;
  /** co_argcount of a function whose arguments are positional and no others; -1 for the rest. */
  readonly simpleArguments: number;
  /** Added to the offset of a suspended frame's YIELD_VALUE to give f_lasti: since 3.13 it tells the instruction after it. */
  readonly suspendedLasti: number;
  /** localCount and co_stacksize. */
  readonly frameSize: number;
  /** As many empty places: what a frame's stack begins as. */
  readonly emptyStack: readonly Slot[];
  /** Index of the first instruction after a function's preamble (cells, RETURN_GENERATOR, RESUME). */
  readonly entry: number;
  /** Exceptions find their handlers by the frame's block stack, not by `handlers`. */
  readonly blockStack: boolean;
  /** CPython's co_positions() by code unit; read when first asked for. */
  private positions: Int32Array | undefined = undefined;

  constructor(parts: {
    code: PyCode;
    words: Int32Array;
    pristine: Uint8Array;
    layout: Layout | undefined;
    findLayout: (code: PyCode) => Layout;
    consts: readonly Value[];
    localCount: number;
    names: readonly string[];
    handlers: Int32Array;
    entry: number;
    blockStack: boolean;
    suspendedLasti: number;
  }) {
    this.code = parts.code;
    this.words = parts.words;
    this.pristine = parts.pristine;
    this.layout = parts.layout;
    this.findLayout = parts.findLayout;
    this.consts = parts.consts;
    this.names = parts.names;
    this.handlers = parts.handlers;
    this.localCount = parts.localCount;
    const { co_flags, co_kwonlyargcount, co_argcount } = parts.code.code;
    const simple = co_kwonlyargcount === 0 && (co_flags & (CodeFlag.CO_VARARGS | CodeFlag.CO_VARKEYWORDS)) === 0;
    // Code of a module that is called as a function has its globals for locals.
    this.simpleArguments = simple && (co_flags & CodeFlag.CO_OPTIMIZED) !== 0 ? co_argcount : -1;
    this.suspendedLasti = parts.suspendedLasti;
    this.frameSize = this.localCount + parts.code.code.co_stacksize + 1;
    const empty: Slot[] = [];
    for (let i = 0; i < this.frameSize; i++) empty.push(undefined);
    this.emptyStack = empty;
    this.entry = parts.entry;
    this.blockStack = parts.blockStack;
  }

  /** Byte offset in co_code of each instruction itself (after its EXTENDED_ARGs): f_lasti. */
  get offsets(): Int32Array {
    this.layout ??= this.findLayout(this.code);
    return this.layout.offsets;
  }

  /** Index by byte offset / 2; EXTENDED_ARG and caches belong to the instruction they serve. */
  get indices(): Int32Array {
    this.layout ??= this.findLayout(this.code);
    return this.layout.indices;
  }

  /** Operand per index. */
  get args(): Int32Array {
    this.operands ??= this.words.map((word) => word >> Word.SHIFT);
    return this.operands;
  }

  /** `caches`, which are made when the first one is wanted. */
  ownCaches(): (Cache | undefined)[] {
    if (this.caches === noCaches) this.caches = new Array(this.words.length).fill(undefined);
    return this.caches;
  }

  opcodeAt(index: number): Opcode {
    return this.words[index] & Word.OPCODE;
  }

  /** Puts another opcode in an instruction's place; its operand stays. */
  setOpcode(index: number, opcode: Opcode): void {
    this.words[index] = (this.words[index] & ~Word.OPCODE) | opcode;
  }

  position(index: number): Position {
    this.positions ??= positions(this.code.code);
    const at = (Math.max(0, this.offsets[index]) >> 1) * 4;
    const { [at]: line, [at + 1]: endLine, [at + 2]: column, [at + 3]: endColumn } = this.positions;
    return { line, endLine, column, endColumn };
  }

  /** Source line of an instruction, or -1. */
  lineOf(index: number): number {
    this.positions ??= positions(this.code.code);
    if (this.offsets[index] < 0) return this.code.code.co_firstlineno;
    return this.positions[(this.offsets[index] >> 1) * 4];
  }

  /** Source line of a code unit, or -1. */
  lineOfUnit(unit: number): number {
    this.positions ??= positions(this.code.code);
    return this.positions[unit * 4];
  }

  /** Whether a line begins here: an instruction of another line than the one before it. A function's preamble has none. */
  isLineStart(index: number): boolean {
    if (index < this.entry) return false;
    const line = this.lineOf(index);
    return line > 0 && (index === this.entry || this.lineOf(index - 1) !== line);
  }
}
