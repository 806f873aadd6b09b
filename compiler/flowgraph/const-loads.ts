import type { Constant } from '../bytecode/constants.ts';
import { Op } from '../bytecode/op.ts';
import { NO_LOCATION } from '../codegen/instruction.ts';
import type { CfgInstruction } from './basic-block.ts';
import type { ConstantPool } from './constant-pool.ts';

/** Longest run of constants that one fold takes (_PY_STACK_USE_GUIDELINE). */
export const MAX_FOLDED_ITEMS = 30;

export const loadsConst = (op: Op): boolean => op === Op.LOAD_CONST || op === Op.LOAD_SMALL_INT;

/** The value of a LOAD_CONST or LOAD_SMALL_INT. */
export const constValue = ({ op, oparg }: CfgInstruction, constants: ConstantPool): Constant =>
  op === Op.LOAD_SMALL_INT ? oparg : constants.at(oparg);

/**
 * The `count` instructions before index `end` that load constants, NOPs skipped; undefined where anything else stands
 * among them (CPython 3.14's get_const_loading_instrs).
 */
export function constLoadsBefore(
  instructions: readonly CfgInstruction[],
  end: number,
  count: number,
): CfgInstruction[] | undefined {
  // Most candidates fail at the first look, so the array is made late.
  let i = end - 1;
  let found = 0;
  for (; i >= 0 && found < count; i--) {
    const { op } = instructions[i]!;
    if (op === Op.NOP) continue;
    if (!loadsConst(op)) return undefined;
    found++;
  }
  if (found < count) return undefined;
  const loads: CfgInstruction[] = [];
  for (i++; i < end; i++) if (instructions[i]!.op !== Op.NOP) loads.push(instructions[i]!);
  return loads;
}

/** Makes NOPs without a location of instructions whose work is done elsewhere, so that they vanish. */
export function nopOut(instructions: readonly CfgInstruction[]): void {
  for (const instruction of instructions) {
    instruction.set(Op.NOP, 0);
    instruction.location = NO_LOCATION;
  }
}

/** Whether LOAD_SMALL_INT can load it (_PY_IS_SMALL_INT). */
export const isSmallInt = (constant: Constant): constant is number =>
  typeof constant === 'number' && constant >= 0 && constant < 256;

/** Turns an instruction into the load of a constant, whichever opcode fits (CPython 3.14's instr_make_load_const). */
export function makeLoadConst(instruction: CfgInstruction, constant: Constant, constants: ConstantPool): void {
  if (isSmallInt(constant)) instruction.set(Op.LOAD_SMALL_INT, constant);
  else instruction.set(Op.LOAD_CONST, constants.add(constant));
}
