import type { Op } from '../../compiler/bytecode/op.ts';
import { netEffect } from '../../compiler/bytecode/stack-effect.ts';
import { py314 } from '../../compiler/targets/py314.ts';
import type { ModuleDefinition } from '../objects/define.ts';
import { valueError } from '../objects/exception.ts';
import { PyList } from '../objects/list.ts';
import type { Slot, Value } from '../objects/object.ts';
import { tupleOf } from '../objects/tuple.ts';
import { index } from '../operations/arithmetic.ts';

const { table } = py314.opcodes;
const numbers: Readonly<Record<string, number>> = { ...table.opcodes, ...table.pseudo };

/** Whether an opcode's number stands for one of these names. */
function among(names: readonly string[]): (opcode: Value) => Value {
  const set = new Set(names.map((name) => numbers[name]));
  return (opcode) => set.has(Number(index(opcode)));
}

const list = (items: readonly string[]): Value => new PyList([...items]);

function effect(opcode: Value, oparg: Slot, jump: Slot): Value {
  const number = Number(index(opcode));
  const op = number >= 0 && number < 256 ? py314.opcodes.op[number] : -1;
  if (op < 0) throw valueError('invalid opcode or oparg');
  const argument = oparg === undefined || oparg === null ? 0 : Number(index(oparg));
  if (jump === true) return netEffect(op as Op, argument, true);
  if (jump === false) return netEffect(op as Op, argument, false);
  return Math.max(netEffect(op as Op, argument, true), netEffect(op as Op, argument, false));
}

/** CPython 3.14's Modules/_opcode.c, from the tables dumped from the real interpreter. */
export const opcode = (): ModuleDefinition => ({
  name: '_opcode',
  doc: 'Opcode support module.',
  functions: {
    stack_effect: ['(opcode, oparg=None, /, *, jump=None)', effect],
    is_valid: ['(opcode)', among(Object.keys(numbers))],
    has_arg: ['(opcode)', among(table.hasArgument)],
    has_const: ['(opcode)', among(table.hasConst)],
    has_name: ['(opcode)', among(table.hasName)],
    has_jump: ['(opcode)', among([...table.hasJrel, ...table.hasJabs])],
    has_free: ['(opcode)', among(table.hasFree)],
    has_local: ['(opcode)', among(table.hasLocal)],
    has_exc: ['(opcode)', among(table.hasExc)],
    get_executor: ['(*, code, offset)', () => null],
    get_specialization_stats: ['()', () => null],
    get_nb_ops: ['()', () => new PyList(table.nbOps.map((pair) => tupleOf([...pair])))],
    get_intrinsic1_descs: ['()', () => list(table.intrinsic1)],
    get_intrinsic2_descs: ['()', () => list(table.intrinsic2)],
    get_special_method_names: ['()', () => list(table.specialMethods)],
  },
  attributes: { ENABLE_SPECIALIZATION: true, ENABLE_SPECIALIZATION_FT: true },
});
