import { Opcode } from './opcode.ts';
import { type Program, Word } from './program.ts';

// The run loop does some frequent pairs of instructions in one turn. The first of the two has an opcode of its own then, in `words` alone;
// the second stays where it is, for its operand, and for jumps and traps.

/** Makes pairs of a decoded program's instructions into one, where that is known before it runs. */
export function fuse(words: Int32Array): void {
  for (let i = 0; i + 1 < words.length; i++) {
    const fused = fusedOpcode(words[i] & Word.OPCODE, words[i + 1] & Word.OPCODE);
    if (fused !== undefined) words[i] = (words[i] & ~Word.OPCODE) | fused;
  }
}

function fusedOpcode(first: Opcode, second: Opcode): Opcode | undefined {
  switch (first) {
    case Opcode.COMPARE_OP_BOOL:
      if (second === Opcode.POP_JUMP_IF_FALSE) return Opcode.COMPARE_JUMP_IF_FALSE;
      return second === Opcode.POP_JUMP_IF_TRUE ? Opcode.COMPARE_JUMP_IF_TRUE : undefined;
    case Opcode.LOAD_SMALL_INT:
      if (second === Opcode.BINARY_ADD) return Opcode.ADD_SMALL_INT;
      return second === Opcode.BINARY_SUBTRACT ? Opcode.SUBTRACT_SMALL_INT : undefined;
    default:
      return undefined;
  }
}

/** Whether the next instruction may be made one with this. */
export function precedes(program: Program, index: number, opcode: Opcode): boolean {
  return program.opcodeAt(index + 1) === opcode;
}

/** Makes an instruction one of its own again, so that it runs when the one before it has run. */
export function separate(program: Program, index: number): void {
  if (index > 0 && program.opcodeAt(index - 1) >= Opcode.COMPARE_JUMP_IF_FALSE) {
    program.setOpcode(index - 1, program.pristine[index - 1]);
  }
}
