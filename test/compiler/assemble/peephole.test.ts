import assert from 'node:assert/strict';
import { type CodeUnits, optimizeCodeUnits } from '../../../compiler/assemble/peephole.ts';
import { type Constant, TupleConstant } from '../../../compiler/bytecode/constants.ts';
import { Op, opNames } from '../../../compiler/bytecode/op.ts';
import { nativeOracle } from '../../../tools/oracle.ts';

type Line = readonly [op: Op, oparg?: number];

/** Units of a program whose jumps count bytes, as CPython 3.8's do. */
function unitsOf(program: readonly Line[]): CodeUnits {
  const ops: number[] = [];
  const args: number[] = [];
  for (const [op, oparg = 0] of program) {
    for (let shift = oparg > 0xffff ? 16 : oparg > 0xff ? 8 : 0; shift > 0; shift -= 8) {
      ops.push(Op.EXTENDED_ARG);
      args.push((oparg >> shift) & 0xff);
    }
    ops.push(op);
    args.push(oparg & 0xff);
  }
  return { ops: Uint8Array.from(ops), args: Uint8Array.from(args) };
}

const text = ({ ops, args }: CodeUnits): string[] => Array.from(ops, (op, i) => `${opNames[op]} ${args[i]}`);

function optimized(program: readonly Line[], constants: Constant[] = []): string[] {
  return text(optimizeCodeUnits(unitsOf(program), constants, new Uint8Array(0)));
}

describe('peephole (CPython 3.8)', () => {
  it('folds a tuple of constants into one', () => {
    const constants: Constant[] = [1, 'a'];
    const code = optimized([[Op.LOAD_CONST, 0], [Op.LOAD_CONST, 1], [Op.BUILD_TUPLE, 2], [Op.RETURN_VALUE]], constants);
    assert.deepEqual(code, ['LOAD_CONST 2', 'RETURN_VALUE 0']);
    assert.deepEqual(constants, [1, 'a', new TupleConstant([1, 'a'])]);
  });

  it('swaps instead of packing and unpacking', () => {
    assert.deepEqual(optimized([[Op.BUILD_TUPLE, 3], [Op.UNPACK_SEQUENCE, 3], [Op.RETURN_VALUE]]), [
      'ROT_THREE 0',
      'ROT_TWO 0',
      'RETURN_VALUE 0',
    ]);
  });

  it('drops a test of a true constant, and what follows a return', () => {
    const code = optimized(
      [
        [Op.LOAD_CONST, 0],
        [Op.POP_JUMP_IF_FALSE, 10],
        [Op.LOAD_CONST, 0],
        [Op.RETURN_VALUE],
        [Op.POP_TOP],
        [Op.RETURN_VALUE],
      ],
      [true],
    );
    assert.deepEqual(code, ['LOAD_CONST 0', 'RETURN_VALUE 0', 'RETURN_VALUE 0']);
  });

  it('lets a jump to a jump go to its end', () => {
    const code = optimized([[Op.POP_JUMP_IF_TRUE, 4], [Op.RETURN_VALUE], [Op.JUMP_FORWARD, 2], [Op.NOP], [Op.POP_TOP]]);
    assert.deepEqual(code, ['POP_JUMP_IF_TRUE 6', 'RETURN_VALUE 0', 'JUMP_FORWARD 0', 'POP_TOP 0']);
  });

  it('does what CPython 3.8 does with 2,000 programs made at random', function () {
    const oracle = nativeOracle('3.8');
    if (oracle === undefined) return this.skip();
    this.timeout(30_000);
    const programs = Array.from({ length: 2_000 }, (_, seed) => randomProgram(seed + 1));
    const expected = oracle.ask<[string[], string, string[]][]>(
      PROGRAM,
      programs.map(({ code, lnotab }) => [text(code), Buffer.from(lnotab).toString('hex')]),
    );
    for (const [i, { code, lnotab }] of programs.entries()) {
      const before = text(code);
      const constants: Constant[] = [...CONSTANTS];
      const after = text(optimizeCodeUnits(code, constants, lnotab));
      const actual = [after, Buffer.from(lnotab).toString('hex'), constants.slice(CONSTANTS.length).map(repr)];
      assert.deepEqual(actual, expected[i], `seed ${i + 1}: ${before.join(', ')}`);
    }
  });
});

const CONSTANTS: readonly Constant[] = [0, 1, null, 'x'];

const repr = (constant: Constant): string =>
  constant instanceof TupleConstant
    ? `(${constant.items.map(repr).join(', ')}${constant.items.length === 1 ? ',' : ''})`
    : constant === null
      ? 'None'
      : JSON.stringify(constant).replaceAll('"', "'");

const PROGRAM = `
import ctypes, opcode
optimize = ctypes.pythonapi.PyCode_Optimize
optimize.restype = ctypes.py_object
optimize.argtypes = [ctypes.py_object] * 4
def main(programs):
    answers = []
    for units, lnotab in programs:
        code = b''.join(bytes([opcode.opmap[u.split()[0]], int(u.split()[1])]) for u in units)
        consts = [0, 1, None, 'x']
        lnotab = bytes.fromhex(lnotab)
        out = optimize(code, consts, (), lnotab)
        after = ['%s %d' % (opcode.opname[out[i]], out[i + 1]) for i in range(0, len(out), 2)]
        answers.append((after, lnotab.hex(), [repr(c) for c in consts[4:]]))
    return answers
`;

/**
 * A program of what the optimiser looks at, with jumps to the starts of instructions, the same for the same seed. Tests
 * that keep their value only jump forward: in a circle of them CPython goes round for ever.
 */
function randomProgram(seed: number): { code: CodeUnits; lnotab: Uint8Array } {
  let state = seed * 2654435761;
  const random = (limit: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  const jumps = [
    Op.JUMP_ABSOLUTE,
    Op.POP_JUMP_IF_FALSE,
    Op.POP_JUMP_IF_TRUE,
    Op.JUMP_IF_FALSE_OR_POP,
    Op.JUMP_IF_TRUE_OR_POP,
  ];
  const forward = [Op.JUMP_FORWARD, Op.FOR_ITER, Op.SETUP_FINALLY, Op.SETUP_WITH, Op.CALL_FINALLY];
  const others = [Op.LOAD_CONST, Op.LOAD_CONST, Op.LOAD_CONST, Op.BUILD_TUPLE, Op.BUILD_TUPLE, Op.UNPACK_SEQUENCE];
  const plain = [Op.POP_TOP, Op.RETURN_VALUE, Op.RETURN_VALUE, Op.END_FINALLY, Op.POP_BLOCK, Op.DUP_TOP];
  const count = 10 + random(seed % 20 === 0 ? 300 : 30);
  // A program longer than 128 units needs EXTENDED_ARG in its jumps; then all get room for one.
  const isLong = count > 100;
  const units = (op: Op): number => (isLong && (jumps.includes(op) || forward.includes(op)) ? 2 : 1);
  const ops: Op[] = Array.from({ length: count - 1 }, () => {
    const choice = random(10);
    if (choice < 3) return jumps[random(jumps.length)]!;
    if (choice < 4) return forward[random(forward.length)]!;
    return choice < 8 ? others[random(others.length)]! : plain[random(plain.length)]!;
  });
  ops.push(Op.RETURN_VALUE);
  const starts = [0];
  for (const op of ops) starts.push(starts.at(-1)! + units(op));
  const code: { ops: number[]; args: number[] } = { ops: [], args: [] };
  const lnotab: number[] = [];
  let lastStart = 0;
  for (const [i, op] of ops.entries()) {
    let oparg = 0;
    if (op === Op.JUMP_IF_FALSE_OR_POP || op === Op.JUMP_IF_TRUE_OR_POP)
      oparg = starts[i + 1 + random(count - i - 1)]! * 2;
    else if (jumps.includes(op)) oparg = starts[random(count)]! * 2;
    else if (forward.includes(op)) oparg = (starts[i + 1 + random(count - i - 1)]! - starts[i + 1]!) * 2;
    else if (op === Op.LOAD_CONST) oparg = random(CONSTANTS.length);
    else if (op === Op.BUILD_TUPLE || op === Op.UNPACK_SEQUENCE) oparg = random(5);
    if (random(3) === 0 && starts[i]! - lastStart < 100) {
      lnotab.push((starts[i]! - lastStart) * 2, 1 + random(3));
      lastStart = starts[i]!;
    }
    if (units(op) === 2) {
      code.ops.push(Op.EXTENDED_ARG);
      code.args.push(oparg >> 8);
    }
    code.ops.push(op);
    code.args.push(oparg & 0xff);
  }
  return {
    code: { ops: Uint8Array.from(code.ops), args: Uint8Array.from(code.args) },
    lnotab: Uint8Array.from(lnotab),
  };
}
