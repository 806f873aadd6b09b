import type { Frame } from './frame.ts';
import { separate } from './fuse.ts';
import { Opcode } from './opcode.ts';
import { type Program, Word } from './program.ts';
import { vm } from './state.ts';

/** Who wants the run loop to call before an instruction runs. */
export const enum Trap {
  DEBUGGER = 1,
  TRACE = 2,
  LAST_REFERENCE = 4,
  /** A function of the library's whose result may be known already. */
  KNOWN_RESULT = 8,
}

/** Puts a TRAP in an instruction's place. */
export function setTrap(program: Program, index: number, owner: Trap): void {
  program.traps ??= new Uint8Array(program.pristine.length);
  program.traps[index] |= owner;
  separate(program, index);
  program.setOpcode(index, Opcode.TRAP);
}

/** Takes one owner's trap away; the instruction is itself again when nobody else has one there. */
export function clearTrap(program: Program, index: number, owner: Trap): void {
  const { traps } = program;
  if (traps === undefined || (traps[index] & owner) === 0) return;
  traps[index] &= ~owner;
  if (traps[index] === 0) program.setOpcode(index, program.pristine[index]);
}

/**
 * A TRAP is about to run in place of the instruction at frame.index: calls its owners, and gives the word to run in its place:
 * that instruction, or the one to which an owner has made the frame jump. Nobody is called for the latter: whoever jumps knows where.
 */
export function throughTraps(frame: Frame): number {
  const { program, index } = frame;
  const owners = program.traps === undefined ? 0 : program.traps[index];
  // Who looks on while the program runs is to see the function run.
  if (owners & Trap.KNOWN_RESULT && vm.debugging === undefined && vm.monitoring === undefined) {
    const result = vm.knownResult?.(frame);
    if (result !== undefined) {
      frame.stack[frame.sp++] = result;
      return Opcode.RETURN_VALUE;
    }
  }
  if (owners & Trap.LAST_REFERENCE) vm.lastReferences.hit(frame);
  if (owners & Trap.TRACE) vm.monitoring?.hit(frame);
  if (owners & Trap.DEBUGGER) vm.debugging?.hit(frame);
  const { index: next } = frame;
  frame.ip = next;
  return program.pristine[next] | (program.words[next] & ~Word.OPCODE);
}
