import { Op, opNames } from '../../compiler/bytecode/op.ts';
import { exceptionEntries } from '../../compiler/bytecode/positions.ts';
import { targetOf } from '../../compiler/targets/registry.ts';
import type { Target as CompilerTarget } from '../../compiler/targets/target.ts';
import { InternalError } from '../internal-error.ts';
import type { PyCode } from '../objects/code.ts';
import { translation38 } from './decode-38.ts';
import { translation314 } from './decode-314.ts';
import { intern } from './intern.ts';
import { Opcode } from './opcode.ts';
import { type Layout, Program, withoutKind, wordsOf } from './program.ts';
import { vm } from './state.ts';

/** What a part's operand is. */
export const enum Target {
  /** Itself. */
  NONE = 0,
  /** A code unit, to be made an index. */
  UNIT = 1,
  /** An index counted from the first part of the same instruction. */
  OWN = 2,
}

/** The run loop's instructions while they are made; one draft serves for all programs. */
export class Draft {
  ops = new Uint8Array(1024);
  args = new Int32Array(1024);
  private targets = new Uint8Array(1024);
  offsets = new Int32Array(1024);
  /** Index of the first part of the same instruction. */
  private firsts = new Int32Array(1024);
  length = 0;
  private offset = -1;
  private first = 0;

  /** Begins a new program: what follows stands before the first instruction. */
  begin(): void {
    this.length = 0;
    this.offset = -1;
    this.first = 0;
  }

  /** Begins the parts of the instruction at an offset in bytes. */
  instruction(offset: number): void {
    this.offset = offset;
    this.first = this.length;
  }

  add(opcode: Opcode, arg: number, target: Target): void {
    const at = this.length++;
    if (at === this.ops.length) this.grow();
    this.ops[at] = opcode;
    this.args[at] = arg;
    this.targets[at] = target;
    this.offsets[at] = this.offset;
    this.firsts[at] = this.first;
  }

  /** Makes indices of what the operands of jumps are so far; `indices` has them by code unit. */
  resolve(indices: Int32Array): void {
    const { args, targets, firsts } = this;
    for (let at = 0; at < this.length; at++) {
      if (targets[at] === Target.UNIT) args[at] = indices[args[at]];
      else if (targets[at] === Target.OWN) args[at] += firsts[at];
    }
  }

  private grow(): void {
    const longer = <T extends Uint8Array | Int32Array>(old: T, made: T): T => {
      made.set(old);
      return made;
    };
    const size = this.ops.length * 2;
    this.ops = longer(this.ops, new Uint8Array(size));
    this.args = longer(this.args, new Int32Array(size));
    this.targets = longer(this.targets, new Uint8Array(size));
    this.offsets = longer(this.offsets, new Int32Array(size));
    this.firsts = longer(this.firsts, new Int32Array(size));
  }
}

/** How a target's instructions become the run loop's. */
export interface Translation {
  /** Adds what runs before the first instruction. */
  preamble(draft: Draft, code: PyCode): void;
  /**
   * Adds the parts of an instruction, if it has any. Its EXTENDED_ARGs are folded in; `unit` is its own code unit, `next` the one
   * after its caches: what relative jumps count from.
   */
  translate(draft: Draft, op: Op, arg: number, unit: number, next: number, code: PyCode): void;
  /** Whether this instruction ends a function's preamble: RESUME at its start. */
  endsPreamble(op: Op, arg: number): boolean;
  /** See Program.suspendedLasti. */
  readonly suspendedLasti: number;
}

/** The program of a code object, decoded at its first use. */
export function programOf(code: PyCode): Program {
  if (code.program === undefined) {
    code.program = decode(code);
    vm.debugging?.decoded(code.program);
  }
  return code.program;
}

function translationOf(target: CompilerTarget): Translation {
  return target.features.has('exceptionTable') ? translation314 : translation38;
}

const draft = new Draft();

/**
 * What decoding gives that can be kept beside the code (packed-code.ts): it depends on nothing but the code. Names of such code are interned, and
 * its constants of no kind (withoutKind).
 */
export interface Decoded {
  readonly words: Int32Array;
  /** Opcodes, those of pairs apart. */
  readonly pristine: Uint8Array;
  /** Program.handlers. */
  readonly handlers: Int32Array;
  /** Program.entry. */
  readonly entry: number;
}

function decode(code: PyCode): Program {
  const target = targetOf(code.code);
  const packed = code.takeDecoded();
  const layout = packed === undefined ? decodeInstructions(code) : undefined;
  const { words, pristine, handlers, entry } = packed ?? decodedOf(code, layout as Instructions);
  return new Program({
    code,
    words,
    pristine,
    layout,
    findLayout: decodeInstructions,
    consts: packed === undefined ? withoutKind(code.consts) : code.consts,
    localCount: code.code.co_localsplusnames.length,
    names: packed === undefined ? code.code.co_names.map(intern) : code.code.co_names,
    handlers,
    entry,
    blockStack: !target.features.has('exceptionTable'),
    suspendedLasti: translationOf(target).suspendedLasti,
  });
}

/** A code object's instructions and where they stand. */
interface Instructions extends Layout {
  readonly ops: Uint8Array;
  readonly args: Int32Array;
  readonly entry: number;
}

function decodeInstructions(code: PyCode): Instructions {
  const { co_code: bytes } = code.code;
  const target = targetOf(code.code);
  const translation = translationOf(target);
  const { op: ops, caches } = target.opcodes;
  const units = bytes.length >> 1;
  const indices = new Int32Array(units + 1);
  draft.begin();
  translation.preamble(draft, code);
  let entry = draft.length;
  let extended = 0;
  let indexed = 0;
  for (let unit = 0; unit < units; ) {
    const op: Op = ops[bytes[unit * 2]];
    if (op < 0) throw new InternalError(`opcode ${bytes[unit * 2]} at ${unit * 2} is unknown to ${target.version}`);
    const arg = (extended << 8) | bytes[unit * 2 + 1];
    if (op === Op.EXTENDED_ARG) {
      extended = arg;
      unit++;
      continue;
    }
    extended = 0;
    const next = unit + 1 + caches[op];
    const first = draft.length;
    while (indexed < next) indices[indexed++] = first;
    if (translation.endsPreamble(op, arg)) entry = first;
    draft.instruction(unit * 2);
    translation.translate(draft, op, arg, unit, next, code);
    unit = next;
  }
  const { length } = draft;
  indices[indexed] = length;
  draft.resolve(indices);
  markDroppedResults(draft.ops, length);
  return {
    ops: draft.ops.slice(0, length),
    args: draft.args.slice(0, length),
    offsets: draft.offsets.slice(0, length),
    indices,
    entry,
  };
}

function decodedOf(code: PyCode, { ops, args, indices, entry }: Instructions): Decoded {
  const hasTable = targetOf(code.code).features.has('exceptionTable') && code.code.co_exceptiontable.length > 0;
  return {
    words: wordsOf(ops, args),
    pristine: ops,
    handlers: hasTable ? handlersOf(code, indices) : noHandlers,
    entry,
  };
}

/** Decodes code for keeping. */
export function decodeToKeep(code: PyCode): Decoded {
  return decodedOf(code, decodeInstructions(code));
}

const noHandlers = new Int32Array(0);

function handlersOf(code: PyCode, indices: Int32Array): Int32Array {
  const handlers: number[] = [];
  for (const { start, end, target, depth, lasti } of exceptionEntries(code.code)) {
    handlers.push(indices[start >> 1], indices[end >> 1], indices[target >> 1], depth, lasti ? 1 : 0);
  }
  return Int32Array.from(handlers);
}

/** Calls whose result the next instruction drops: see finalization.ts. */
function markDroppedResults(ops: Uint8Array, length: number): void {
  for (let i = 1; i < length; i++) {
    if (ops[i] !== Opcode.POP_TOP) continue;
    const before: Opcode = ops[i - 1];
    const isCall =
      before === Opcode.CALL ||
      before === Opcode.CALL_KW ||
      before === Opcode.CALL_FUNCTION_EX ||
      before === Opcode.CALL_FUNCTION_38;
    if (isCall) ops[i] = Opcode.POP_CALL_RESULT;
  }
}

export function untranslatable(op: Op): never {
  throw new InternalError(`the VM has no translation for ${opNames[op]}`);
}
