import { Op } from '../bytecode/op.ts';
import type { Opcodes } from '../targets/target.ts';
import { type FlatCode, NO_TARGET } from './flat-code.ts';

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

/** Above this many instructions the arrays are let go. */
const LARGEST_KEPT = 1 << 17;

/** Indices of the instructions that jump; as many as were found last. */
let jumps = new Int32Array(256);

/**
 * Gives unconditional jumps their direction and turns the index that every jump goes to into a distance. Distances depend
 * on sizes and sizes on distances, so this goes round until nothing changes (CPython 3.14's resolve_unconditional_jumps
 * and resolve_jump_offsets). The layout is good until the next call.
 */
export function resolveJumps({ count, ops, opargs, targets }: FlatCode, { caches }: Opcodes): Layout {
  if (layout.sizes.length <= count || layout.sizes.length > LARGEST_KEPT) {
    const capacity = Math.max(256, count * 2);
    layout.offsets = new Int32Array(capacity);
    layout.sizes = new Uint8Array(capacity);
    jumps = new Int32Array(capacity);
  }
  const { offsets, sizes } = layout;
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
  return layout;
}

/** Code units of an instruction without its caches: one for every byte of the oparg. */
const argumentUnits = (oparg: number): number => (oparg <= 0xff ? 1 : oparg <= 0xffff ? 2 : oparg <= 0xffffff ? 3 : 4);
