import type { PyCode } from '../objects/code.ts';
import type { PyDict } from '../objects/dict.ts';
import type { Shape, Slot, Value } from '../objects/object.ts';

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
  dict: PyDict | undefined = undefined;
  misses = 0;
}

/** A code object decoded for the run loop: one internal instruction an index, whatever the target. */
export class Program {
  readonly code: PyCode;
  /** Opcode per index (vm/interpreter/opcode.ts); specialised and patched while running. */
  readonly ops: Uint8Array;
  /** Opcode per index as decoded, never patched by breakpoints. */
  readonly pristine: Uint8Array;
  readonly args: Int32Array;
  /** Byte offset in co_code of each instruction itself (after its EXTENDED_ARGs): f_lasti. */
  readonly offsets: Int32Array;
  /** Index by byte offset / 2; EXTENDED_ARG and caches belong to the instruction they serve. */
  readonly indices: Int32Array;
  readonly consts: readonly Value[];
  readonly names: readonly string[];
  readonly caches: (Cache | undefined)[];
  /** Triples and more of the exception table, by indices: start, end, handler, stack depth, push-lasti flag. */
  readonly handlers: Int32Array;
  /** Length of co_localsplusnames. */
  readonly localCount: number;
  /** localCount and co_stacksize. */
  readonly frameSize: number;
  /** Positions by index; made when first asked for. */
  private positions: readonly Position[] | undefined = undefined;
  private readonly readPositions: () => readonly Position[];
  /** Indices with a breakpoint or a stepping trap. */
  traps: Set<number> | undefined = undefined;

  constructor(parts: {
    code: PyCode;
    ops: Uint8Array;
    args: Int32Array;
    offsets: Int32Array;
    indices: Int32Array;
    names: readonly string[];
    handlers: Int32Array;
    readPositions: () => readonly Position[];
  }) {
    this.code = parts.code;
    this.ops = parts.ops;
    this.pristine = parts.ops.slice();
    this.args = parts.args;
    this.offsets = parts.offsets;
    this.indices = parts.indices;
    this.consts = parts.code.consts;
    this.names = parts.names;
    this.caches = new Array(parts.ops.length).fill(undefined);
    this.handlers = parts.handlers;
    this.localCount = parts.code.code.co_localsplusnames.length;
    this.frameSize = this.localCount + parts.code.code.co_stacksize + 1;
    this.readPositions = parts.readPositions;
  }

  position(index: number): Position {
    this.positions ??= this.readPositions();
    return this.positions[index];
  }

  /** Source line of an instruction, or -1. */
  lineOf(index: number): number {
    return this.position(index).line;
  }

  /** Whether a line begins here: an instruction with another line than the one before it, or a jump target back to one. */
  isLineStart(index: number): boolean {
    const line = this.lineOf(index);
    return line >= 0 && (index === 0 || this.lineOf(index - 1) !== line);
  }
}
