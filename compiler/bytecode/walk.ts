import { targetOf } from '../targets/registry.ts';
import { operandTable } from './argument.ts';
import type { CodeObject } from './code-object.ts';
import { Op } from './op.ts';

/** Receives one instruction; `op` is RESERVED for a byte that is no opcode of the target. */
export type Visit = (offset: number, startOffset: number, opcode: number, op: Op, arg: number | null) => void;

/**
 * Walks the instructions of a code object, EXTENDED_ARGs included, caches left out (Lib/dis.py, _unpack_opargs). As
 * there, an argument of 32 bits is a signed one.
 */
export function eachInstruction(code: CodeObject, visit: Visit): void {
  const target = targetOf(code);
  const { hasArgument } = operandTable(target);
  const { op: opOf, caches } = target.opcodes;
  const bytes = code.co_code;
  let extended = 0;
  let prefixes = 0;
  for (let offset = 0; offset < bytes.length; offset += 2) {
    const opcode = bytes[offset];
    const op: Op = opOf[opcode] === -1 ? Op.RESERVED : opOf[opcode];
    const arg = hasArgument[op] === 1 ? bytes[offset + 1] | extended : null;
    if (op === Op.EXTENDED_ARG) {
      extended = (arg as number) << 8;
      prefixes++;
      visit(offset, offset, opcode, op, arg);
      continue;
    }
    visit(offset, offset - prefixes * 2, opcode, op, arg);
    extended = 0;
    prefixes = 0;
    offset += caches[op] * 2;
  }
}
