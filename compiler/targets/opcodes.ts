import { type Op, opNames } from '../bytecode/op.ts';
import type { Opcodes, OpcodeTable } from './target.ts';

const opByName = new Map<string, Op>(opNames.map((name, op) => [name, op as Op]));

/** Our number of an opcode name, as a version's table spells it. Throws on a name that op.ts lacks. */
export function opNamed(name: string): Op {
  const op = opByName.get(name);
  if (op === undefined)
    throw new Error(`opcode ${name} is not in compiler/bytecode/op.ts: run tools/generate-opcodes.mjs`);
  return op;
}

/** Indexes a version's table both ways. Pseudo opcodes, numbered above 255, count as what the version has. */
export function opcodesOf(table: OpcodeTable): Opcodes {
  const number = new Int16Array(opNames.length).fill(-1);
  const op = new Int16Array(256).fill(-1);
  const caches = new Uint8Array(opNames.length);
  for (const [name, value] of Object.entries(table.opcodes)) {
    number[opNamed(name)] = value;
    op[value] = opNamed(name);
  }
  for (const [name, value] of Object.entries(table.pseudo)) number[opNamed(name)] = value;
  for (const [name, count] of Object.entries(table.caches)) caches[opNamed(name)] = count;
  return { table, number, op, caches, has: (wanted) => number[wanted] >= 0 };
}
