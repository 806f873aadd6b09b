import { Op, opNames } from '../../compiler/bytecode/op.ts';
import { exceptionEntries } from '../../compiler/bytecode/positions.ts';
import { targetOf } from '../../compiler/targets/registry.ts';
import type { Target } from '../../compiler/targets/target.ts';
import { InternalError } from '../internal-error.ts';
import type { PyCode } from '../objects/code.ts';
import { translation38 } from './decode-38.ts';
import { translation314 } from './decode-314.ts';
import { intern } from './intern.ts';
import type { Opcode } from './opcode.ts';
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

/** How a target's instructions become the run loop's. */
export interface Translation {
  /** The run loop's opcode; undefined drops the instruction. */
  opcode(instruction: Instruction, following: Instruction | undefined): Opcode | undefined;
  /** Its operand. For a jump, the code unit of the target instead (see isJump). */
  argument(instruction: Instruction, code: PyCode): number;
  /** Whether `argument` is a code unit to be made an index. */
  isJump(op: Op): boolean;
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

function translationOf(target: Target): Translation {
  return target.features.has('exceptionTable') ? translation314 : translation38;
}

function decode(code: PyCode): Program {
  const target = targetOf(code.code);
  const translation = translationOf(target);
  const instructions = readInstructions(code.code.co_code, target);
  const kept: Instruction[] = [];
  const opcodes: Opcode[] = [];
  const indices = new Int32Array((code.code.co_code.length >> 1) + 1);
  let entry = 0;
  let unit = 0;
  for (let i = 0; i < instructions.length; i++) {
    const instruction = instructions[i];
    while (unit < instruction.next) indices[unit++] = kept.length;
    if (translation.endsPreamble(instruction)) entry = kept.length;
    const opcode = translation.opcode(instruction, instructions[i + 1]);
    if (opcode === undefined) continue;
    opcodes.push(opcode);
    kept.push(instruction);
  }
  indices[unit] = kept.length;
  const args = new Int32Array(kept.length);
  const offsets = new Int32Array(kept.length);
  kept.forEach((instruction, index) => {
    const argument = translation.argument(instruction, code);
    args[index] = translation.isJump(instruction.op) ? indices[argument] : argument;
    offsets[index] = instruction.unit * 2;
  });
  const handlers: number[] = [];
  if (target.features.has('exceptionTable')) {
    for (const { start, end, target: handler, depth, lasti } of exceptionEntries(code.code)) {
      handlers.push(indices[start >> 1], indices[end >> 1], indices[handler >> 1], depth, lasti ? 1 : 0);
    }
  }
  return new Program({
    code,
    ops: Uint8Array.from(opcodes),
    args,
    offsets,
    indices,
    names: code.code.co_names.map(intern),
    handlers: Int32Array.from(handlers),
    entry,
    suspendedLasti: translation.suspendedLasti,
  });
}

function readInstructions(bytes: Uint8Array, target: Target): Instruction[] {
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
