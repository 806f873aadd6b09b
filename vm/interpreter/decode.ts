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
import { Program } from './program.ts';
import { vm } from './state.ts';

/** One instruction of a target with its EXTENDED_ARGs folded in. */
export interface Instruction {
  readonly op: Op;
  readonly arg: number;
  /** Code unit of the instruction itself. */
  readonly unit: number;
  /** Code unit after its caches: what relative jumps count from. */
  readonly next: number;
}

/** What a part's operand is. */
export const enum Target {
  /** Itself. */
  NONE = 0,
  /** A code unit, to be made an index. */
  UNIT = 1,
  /** An index counted from the first part of the same instruction. */
  OWN = 2,
}

/** One instruction of the run loop. */
export interface Part {
  readonly opcode: Opcode;
  readonly arg: number;
  readonly target: Target;
}

/** How a target's instructions become the run loop's. */
export interface Translation {
  /** What runs before the first instruction; its offset is -1. */
  preamble(code: PyCode): readonly Part[];
  /** None drops the instruction. */
  parts(instruction: Instruction, code: PyCode): readonly Part[];
  /** Whether this instruction ends a function's preamble: RESUME at its start. */
  endsPreamble(instruction: Instruction): boolean;
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

function decode(code: PyCode): Program {
  const target = targetOf(code.code);
  const translation = translationOf(target);
  const instructions = readInstructions(code.code.co_code, target);
  const parts: Part[] = [];
  const offsets: number[] = [];
  const firsts: number[] = [];
  const indices = new Int32Array((code.code.co_code.length >> 1) + 1);
  for (const made of translation.preamble(code)) {
    parts.push(made);
    offsets.push(-1);
    firsts.push(0);
  }
  let entry = parts.length;
  let unit = 0;
  for (const instruction of instructions) {
    const first = parts.length;
    while (unit < instruction.next) indices[unit++] = first;
    if (translation.endsPreamble(instruction)) entry = first;
    for (const made of translation.parts(instruction, code)) {
      parts.push(made);
      offsets.push(instruction.unit * 2);
      firsts.push(first);
    }
  }
  indices[unit] = parts.length;
  markDroppedResults(parts);
  const args = parts.map(({ arg, target: kind }, index) => {
    if (kind === Target.UNIT) return indices[arg];
    return kind === Target.OWN ? firsts[index] + arg : arg;
  });
  const handlers: number[] = [];
  if (target.features.has('exceptionTable')) {
    for (const { start, end, target: handler, depth, lasti } of exceptionEntries(code.code)) {
      handlers.push(indices[start >> 1], indices[end >> 1], indices[handler >> 1], depth, lasti ? 1 : 0);
    }
  }
  return new Program({
    code,
    ops: Uint8Array.from(parts, (made) => made.opcode),
    args: Int32Array.from(args),
    offsets: Int32Array.from(offsets),
    indices,
    names: code.code.co_names.map(intern),
    handlers: Int32Array.from(handlers),
    entry,
    blockStack: !target.features.has('exceptionTable'),
    suspendedLasti: translation.suspendedLasti,
  });
}

/** Calls whose result the next instruction drops: see finalization.ts. */
function markDroppedResults(parts: Part[]): void {
  for (let i = 1; i < parts.length; i++) {
    const before = parts[i - 1].opcode;
    const isCall =
      before === Opcode.CALL ||
      before === Opcode.CALL_KW ||
      before === Opcode.CALL_FUNCTION_EX ||
      before === Opcode.CALL_FUNCTION_38;
    if (isCall && parts[i].opcode === Opcode.POP_TOP) parts[i] = { ...parts[i], opcode: Opcode.POP_CALL_RESULT };
  }
}

function readInstructions(bytes: Uint8Array, target: CompilerTarget): Instruction[] {
  const instructions: Instruction[] = [];
  const { op: ops, caches } = target.opcodes;
  let extended = 0;
  for (let unit = 0; unit < bytes.length >> 1; ) {
    const op = ops[bytes[unit * 2]] as Op;
    if (op < 0) throw new InternalError(`opcode ${bytes[unit * 2]} at ${unit * 2} is unknown to ${target.version}`);
    const arg = (extended << 8) | bytes[unit * 2 + 1];
    if (op === Op.EXTENDED_ARG) {
      extended = arg;
      unit++;
      continue;
    }
    extended = 0;
    const next = unit + 1 + caches[op];
    instructions.push({ op, arg, unit, next });
    unit = next;
  }
  return instructions;
}

export function untranslatable(op: Op): never {
  throw new InternalError(`the VM has no translation for ${opNames[op]}`);
}
