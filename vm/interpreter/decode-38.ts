import type { Translation } from './decode.ts';
import { untranslatable } from './decode.ts';

/** From CPython 3.8's instruction set. */
export const translation38: Translation = {
  opcode: ({ op }) => untranslatable(op),
  argument: ({ arg }) => arg,
  isJump: () => false,
  endsPreamble: () => false,
  suspendedLasti: 0,
};
