import { Op } from '../bytecode/op.ts';
import type { CfgInstruction } from '../flowgraph/basic-block.ts';
import type { Opcodes } from '../targets/target.ts';

/** END_ASYNC_FOR holds the distance to the END_SEND of its loop, which stands this far behind the SEND it jumps to. */
const END_SEND_OFFSET = 5;

/** Where the instructions lie, in code units. Made once and used for every code object; the arrays are too long. */
export interface Layout {
  /** Offset of each instruction, and one past the end. */
  offsets: Int32Array;
  /** Size of each, EXTENDED_ARG and caches included. */
  sizes: Uint8Array;
}

const layout: Layout = { offsets: new Int32Array(256), sizes: new Uint8Array(256) };

/**
 * Gives unconditional jumps their direction and turns the index that every jump holds into a distance. Distances depend
 * on sizes and sizes on distances, so this goes round until nothing changes (CPython 3.14's resolve_unconditional_jumps
 * and resolve_jump_offsets). The layout is good until the next call.
 */
export function resolveJumps(instructions: readonly CfgInstruction[], { caches }: Opcodes): Layout {
  const count = instructions.length;
  if (layout.sizes.length <= count) {
    layout.offsets = new Int32Array(count * 2);
    layout.sizes = new Uint8Array(count * 2);
  }
  const { offsets, sizes } = layout;
  const jumps: number[] = [];
  for (let i = 0; i < count; i++) {
    const instruction = instructions[i]!;
    if (instruction.target !== null) {
      jumps.push(i);
      const isForward = instruction.oparg > i;
      if (instruction.op === Op.JUMP) {
        instruction.op = isForward ? Op.JUMP_FORWARD : Op.JUMP_BACKWARD;
      } else if (instruction.op === Op.JUMP_NO_INTERRUPT) {
        instruction.op = isForward ? Op.JUMP_FORWARD : Op.JUMP_BACKWARD_NO_INTERRUPT;
      }
    }
    sizes[i] = argumentUnits(instruction.oparg) + caches[instruction.op]!;
  }
  let isChanged: boolean;
  do {
    let offset = 0;
    for (let i = 0; i < count; i++) {
      offsets[i] = offset;
      offset += sizes[i]!;
    }
    offsets[count] = offset;
    isChanged = false;
    for (let j = 0; j < jumps.length; j++) {
      const i = jumps[j]!;
      const instruction = instructions[i]!;
      const from = offsets[i]! + sizes[i]!;
      const to = offsets[instruction.target!.index]!;
      if (instruction.op === Op.END_ASYNC_FOR) instruction.oparg = from - to - END_SEND_OFFSET;
      else instruction.oparg = to < from ? from - to : to - from;
      const size = argumentUnits(instruction.oparg) + caches[instruction.op]!;
      if (size === sizes[i]) continue;
      sizes[i] = size;
      isChanged = true;
    }
  } while (isChanged);
  return layout;
}

/** Code units of an instruction without its caches: one for every byte of the oparg. */
const argumentUnits = (oparg: number): number => (oparg <= 0xff ? 1 : oparg <= 0xffff ? 2 : oparg <= 0xffffff ? 3 : 4);
