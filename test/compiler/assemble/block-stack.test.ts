import assert from 'node:assert/strict';
import { assembleUnit } from '../../../compiler/assemble/assemble.ts';
import type { CodeObject } from '../../../compiler/bytecode/code-object.ts';
import { Op } from '../../../compiler/bytecode/op.ts';
import { InstructionSequence, NO_LOCATION } from '../../../compiler/codegen/instruction.ts';
import type { CodeUnit } from '../../../compiler/codegen/unit.ts';
import { py38 } from '../../../compiler/targets/py38.ts';
import { nativeOracle } from '../../../tools/oracle.ts';

const at = (lineno: number) => ({ lineno, end_lineno: lineno, col_offset: -1, end_col_offset: -1 });

function unit38(sequence: InstructionSequence, fields: Partial<CodeUnit> = {}): CodeUnit {
  return {
    target: py38,
    filename: '<test>',
    name: 'f',
    qualname: 'f',
    firstlineno: 1,
    argcount: 0,
    posonlyargcount: 0,
    kwonlyargcount: 0,
    flags: 0,
    sequence,
    consts: [],
    names: [],
    varnames: [],
    cellvars: [],
    freevars: [],
    fasthidden: new Set(),
    nparams: 0,
    ...fields,
  };
}

const listing = ({ co_code }: CodeObject): string[] => {
  const { op } = py38.opcodes;
  const rows: string[] = [];
  for (let i = 0; i < co_code.length; i += 2) rows.push(`${names.get(op[co_code[i]!]!)} ${co_code[i + 1]}`);
  return rows;
};
const names = new Map(
  Object.entries(py38.opcodes.table.opcodes).map(([name, number]) => [py38.opcodes.op[number]!, name]),
);

describe('assembling for a block stack (CPython 3.8)', () => {
  it('writes jumps in bytes, absolute or from the next instruction, and lines as deltas', () => {
    const sequence = new InstructionSequence();
    const loop = sequence.newLabel();
    const end = sequence.newLabel();
    sequence.add(Op.LOAD_FAST, 0, at(2));
    sequence.add(Op.GET_ITER, 0, NO_LOCATION);
    sequence.useLabel(loop);
    sequence.add(Op.FOR_ITER, end, NO_LOCATION);
    sequence.add(Op.POP_TOP, 0, at(5));
    sequence.add(Op.JUMP_ABSOLUTE, loop, NO_LOCATION);
    sequence.useLabel(end);
    sequence.add(Op.LOAD_CONST, 0, at(3));
    sequence.add(Op.RETURN_VALUE, 0, NO_LOCATION);
    const code = assembleUnit(unit38(sequence, { consts: [null], varnames: ['a'], argcount: 1, nparams: 1 }));
    assert.deepEqual(listing(code), [
      'LOAD_FAST 0',
      'GET_ITER 0',
      'FOR_ITER 4',
      'POP_TOP 0',
      'JUMP_ABSOLUTE 4',
      'LOAD_CONST 0',
      'RETURN_VALUE 0',
    ]);
    // The line goes back by two, written as 254.
    assert.deepEqual([...code.co_linetable], [0, 1, 6, 3, 4, 254]);
    assert.equal(code.co_stacksize, 2);
    assert.equal(code.co_flags, 0x40, 'CO_NOFREE, as nothing is closed over');
  });

  it('spreads a step over several pairs where one is too small', () => {
    const sequence = new InstructionSequence();
    for (let i = 0; i < 128; i++) sequence.add(Op.LOAD_NAME, 0, i === 0 ? at(1) : NO_LOCATION);
    for (let i = 0; i < 128; i++) sequence.add(Op.POP_TOP, 0, NO_LOCATION);
    sequence.add(Op.LOAD_CONST, 0, at(300));
    sequence.add(Op.RETURN_VALUE, 0, NO_LOCATION);
    const code = assembleUnit(unit38(sequence, { consts: [null] }));
    assert.deepEqual([...code.co_linetable], [255, 0, 255, 0, 2, 127, 0, 127, 0, 45]);
  });

  it('puts code of the native library together again as it was', function () {
    const oracle = nativeOracle('3.8');
    if (oracle === undefined) return this.skip();
    this.timeout(60_000);
    const codes = oracle.ask<NativeCode[]>(PROGRAM);
    assert.ok(codes.length > 1_000);
    const wrong: string[] = [];
    for (const native of codes) {
      const { sequence, consts } = takenApart(native);
      const code = assembleUnit(unit38(sequence, { firstlineno: native.firstlineno, consts }));
      // What was optimised away once can have pushed a jump over the 256 bytes that one argument byte reaches.
      if (code.co_code.length < native.optimized.length / 2) continue;
      const actual = [Buffer.from(code.co_code).toString('hex'), Buffer.from(code.co_linetable).toString('hex')];
      if (String(actual) !== String([native.optimized, native.optimizedTable])) wrong.push(native.where);
      // The optimiser can take the code away that needed the most stack.
      if (code.co_stacksize > native.stacksize) wrong.push(`${native.where}: stack of ${code.co_stacksize}`);
    }
    assert.deepEqual(wrong, []);
  });
});

/** A code object of the library, and what PyCode_Optimize makes of it when it is run once more. */
interface NativeCode {
  readonly where: string;
  readonly firstlineno: number;
  readonly stacksize: number;
  /** Name of the opcode, its whole argument, and the line if the table has an entry for it. */
  readonly rows: readonly [name: string, oparg: number, lineno: number][];
  /** By instruction: where a jump goes, as an index. */
  readonly targets: Readonly<Record<string, number>>;
  /** Truth of each constant, which is all that the optimiser looks at. */
  readonly truths: readonly boolean[];
  readonly optimized: string;
  readonly optimizedTable: string;
}

function takenApart({ rows, targets, truths }: NativeCode) {
  const sequence = new InstructionSequence();
  for (let i = 0; i < rows.length; i++) {
    const label = sequence.newLabel();
    sequence.labels[label] = i;
  }
  for (const [i, [name, oparg, lineno]] of rows.entries()) {
    const op = py38.opcodes.op[py38.opcodes.table.opcodes[name]!]! as Op;
    sequence.add(op, targets[i] ?? oparg, lineno === 0 ? NO_LOCATION : at(lineno));
  }
  return { sequence, consts: [...truths] };
}

const PROGRAM = `
import ctypes, dis, glob, os, types
optimize = ctypes.pythonapi.PyCode_Optimize
optimize.restype = ctypes.py_object
optimize.argtypes = [ctypes.py_object] * 4
def codes(code):
    yield code
    for const in code.co_consts:
        if isinstance(const, types.CodeType): yield from codes(const)
def main(_):
    answers = []
    for path in sorted(glob.glob(os.path.dirname(os.__file__) + '/*.py'))[:80]:
        with open(path, 'rb') as file: module = compile(file.read(), path, 'exec')
        for code in codes(module):
            # An argument that became shorter keeps its EXTENDED_ARGs, which nobody else writes.
            units = list(zip(code.co_code[::2], code.co_code[1::2]))
            if (dis.EXTENDED_ARG, 0) in units: continue
            instructions = [i for i in dis.get_instructions(code) if i.opname != 'EXTENDED_ARG']
            starts, offset = {}, 0
            for n, i in enumerate(instructions):
                starts[offset] = n
                offset = i.offset + 2
            lines, line, offset = {}, code.co_firstlineno, 0
            for bytes_, delta in zip(code.co_lnotab[::2], code.co_lnotab[1::2]):
                offset += bytes_
                line += delta if delta < 128 else delta - 256
                lines[offset] = line
            if len(lines) * 2 != len(code.co_lnotab) or not set(lines) <= set(starts): continue
            byIndex = {starts[o]: l for o, l in lines.items()}
            lnotab = bytes(bytearray(code.co_lnotab))
            table = bytes.fromhex(lnotab.hex())
            out = optimize(code.co_code, list(code.co_consts), (), table)
            jumps = {n: starts[i.argval] for n, i in enumerate(instructions) if i.opcode in dis.hasjrel + dis.hasjabs}
            answers.append(dict(where='%s %s' % (os.path.basename(path), code.co_name), firstlineno=code.co_firstlineno,
                stacksize=code.co_stacksize, rows=[(i.opname, i.arg or 0, byIndex.get(n, 0)) for n, i in enumerate(instructions)],
                targets=jumps, truths=[bool(c) for c in code.co_consts], optimized=out.hex(), optimizedTable=table.hex()))
    return answers
`;
