import { Op } from '../bytecode/op.ts';
import type { Opcodes } from '../targets/target.ts';
import { type FlatCode, NO_TARGET } from './flat-code.ts';

/** END_ASYNC_FOR holds the distance to the END_SEND of its loop, which stands this far behind the SEND it jumps to. */
const END_SEND_OFFSET = 5;

/**
 * Gives unconditional jumps their direction and turns the index that every jump goes to into a distance. Distances depend
 * on sizes and sizes on distances, so this goes round until nothing changes (CPython 3.14's resolve_unconditional_jumps
 * and resolve_jump_offsets).
 */
export function resolveJumps({ count, ops, opargs, targets, layout }: FlatCode, { caches }: Opcodes): void {
  const { offsets, sizes, jumps } = layout;
  let jumpCount = 0;
  for (let i = 0; i < count; i++) {
    const target = targets[i];
    if (target !== NO_TARGET) {
      jumps[jumpCount++] = i;
      const isForward = target > i;
      // A first guess; the real distances are smaller.
      opargs[i] = target;
      if (ops[i] === Op.JUMP) ops[i] = isForward ? Op.JUMP_FORWARD : Op.JUMP_BACKWARD;
      else if (ops[i] === Op.JUMP_NO_INTERRUPT) {
        ops[i] = isForward ? Op.JUMP_FORWARD : Op.JUMP_BACKWARD_NO_INTERRUPT;
      }
    }
    sizes[i] = argumentUnits(opargs[i]) + caches[ops[i]];
  }
  let isChanged: boolean;
  do {
    let offset = 0;
    for (let i = 0; i < count; i++) {
      offsets[i] = offset;
      offset += sizes[i];
    }
    offsets[count] = offset;
    isChanged = false;
    for (let j = 0; j < jumpCount; j++) {
      const i = jumps[j];
      const from = offsets[i] + sizes[i];
      const to = offsets[targets[i]];
      if (ops[i] === Op.END_ASYNC_FOR) opargs[i] = from - to - END_SEND_OFFSET;
      else opargs[i] = to < from ? from - to : to - from;
      const size = argumentUnits(opargs[i]) + caches[ops[i]];
      if (size === sizes[i]) continue;
      sizes[i] = size;
      isChanged = true;
    }
  } while (isChanged);
}

/** Code units of an instruction without its caches: one for every byte of the oparg. */
const argumentUnits = (oparg: number): number => (oparg <= 0xff ? 1 : oparg <= 0xffff ? 2 : oparg <= 0xffffff ? 3 : 4);
