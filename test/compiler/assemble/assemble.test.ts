import assert from 'node:assert/strict';
import { assembleUnit } from '../../../compiler/assemble/assemble.ts';
import { LocalKind } from '../../../compiler/bytecode/code-object.ts';
import { Op } from '../../../compiler/bytecode/op.ts';
import { InstructionSequence, NEXT_LOCATION, NO_LOCATION } from '../../../compiler/codegen/instruction.ts';
import type { CodeUnit } from '../../../compiler/codegen/unit.ts';
import { py314 } from '../../../compiler/targets/py314.ts';
import { bareUnit } from '../../../tools/flowgraph-oracle.ts';

const at = (lineno: number, col_offset: number, end_col_offset: number, end_lineno = lineno) => ({
  lineno,
  end_lineno,
  col_offset,
  end_col_offset,
});

function assembled(sequence: InstructionSequence, fields: Partial<CodeUnit> = {}) {
  return assembleUnit({ ...bareUnit(sequence, [null], 0), ...fields });
}

describe('assembling (CPython 3.14)', () => {
  it('writes each location in its shortest form', () => {
    const sequence = new InstructionSequence();
    sequence.add(Op.RESUME, 0, at(1, 0, 0));
    sequence.add(Op.LOAD_NAME, 0, at(1, 4, 9)); // short: same line, start below 80, at most 15 wide
    sequence.add(Op.LOAD_NAME, 1, at(3, 4, 100)); // one line, two further
    sequence.add(Op.LOAD_NAME, 2, at(2, 4, 9)); // long: a line back
    sequence.add(Op.LOAD_NAME, 3, at(2, -1, -1)); // no columns
    sequence.add(Op.BUILD_TUPLE, 4, NO_LOCATION); // takes over the one before
    sequence.add(Op.RETURN_VALUE, 0, at(2, 0, 5, 4)); // long: ends lines later
    const code = assembled(sequence, { names: ['a', 'b', 'c', 'd'] });
    assert.equal(
      Buffer.from(code.co_linetable).toString('hex'),
      ['8000', '8045', 'e00464', 'f003' + '00050a', 'e900', 'f000' + '020106'].join(''),
    );
  });

  it('gives NEXT_LOCATION the location of the instruction that follows', () => {
    const sequence = new InstructionSequence();
    sequence.add(Op.LOAD_NAME, 0, NEXT_LOCATION);
    sequence.add(Op.RETURN_VALUE, 0, at(1, 2, 3));
    assert.deepEqual([...assembled(sequence, { names: ['a'] }).co_linetable], [0x81, 0x21]);
  });

  it('counts jumps in code units, caches included, and takes EXTENDED_ARG where they are long', () => {
    const sequence = new InstructionSequence();
    const end = sequence.newLabel();
    sequence.add(Op.LOAD_NAME, 0, at(1, 0, 1));
    sequence.add(Op.TO_BOOL, 0, at(1, 0, 1));
    sequence.add(Op.POP_JUMP_IF_FALSE, end, at(1, 0, 1));
    for (let i = 0; i < 128; i++) {
      sequence.add(Op.LOAD_NAME, 0, at(2, 0, 1));
      sequence.add(Op.POP_TOP, 0, at(2, 0, 1));
    }
    sequence.useLabel(end);
    sequence.add(Op.LOAD_CONST, 0, at(3, 0, 1));
    sequence.add(Op.RETURN_VALUE, 0, at(3, 0, 1));
    const { co_code } = assembled(sequence, { names: ['a'] });
    const { number } = py314.opcodes;
    // LOAD_NAME, TO_BOOL with three caches, EXTENDED_ARG 1, POP_JUMP_IF_FALSE 1 with a cache, NOT_TAKEN
    assert.deepEqual(
      [...co_code.slice(10, 18)],
      [number[Op.EXTENDED_ARG], 1, number[Op.POP_JUMP_IF_FALSE], 1, 0, 0, number[Op.NOT_TAKEN], 0],
    );
  });

  it('writes which code goes to which handler, at what depth', () => {
    const sequence = new InstructionSequence();
    const handler = sequence.newLabel();
    sequence.add(Op.RESUME, 0, at(1, 0, 0));
    sequence.add(Op.SETUP_FINALLY, handler, at(1, 0, 1));
    sequence.add(Op.LOAD_NAME, 0, at(2, 0, 1));
    sequence.add(Op.POP_BLOCK, 0, NO_LOCATION);
    sequence.add(Op.RETURN_VALUE, 0, at(2, 0, 1));
    sequence.useLabel(handler);
    sequence.add(Op.PUSH_EXC_INFO, 0, NO_LOCATION);
    sequence.add(Op.RERAISE, 0, NO_LOCATION);
    const code = assembled(sequence, { names: ['a'] });
    // From unit 1, one unit, to unit 3, depth 0 without the offset; the first byte is marked.
    assert.deepEqual([...code.co_exceptiontable], [0x80 | 1, 1, 3, 0]);
    assert.equal(code.co_stacksize, 2);
  });

  it('tells what kind of local each name is', () => {
    const sequence = new InstructionSequence();
    sequence.add(Op.LOAD_CONST, 0, at(1, 0, 1));
    sequence.add(Op.RETURN_VALUE, 0, at(1, 0, 1));
    const code = assembled(sequence, {
      varnames: ['p', 'a', 'k', 'rest', 'local', 'hidden'],
      cellvars: ['cell', 'a'],
      freevars: ['free'],
      fasthidden: new Set(['hidden']),
      posonlyargcount: 1,
      argcount: 1,
      kwonlyargcount: 1,
      flags: 0x4,
      nparams: 4,
    });
    assert.deepEqual(code.co_localsplusnames, ['p', 'a', 'k', 'rest', 'local', 'hidden', 'cell', 'free']);
    assert.deepEqual(
      [...code.co_localspluskinds],
      [
        LocalKind.LOCAL | LocalKind.ARG_POS,
        LocalKind.LOCAL | LocalKind.CELL | LocalKind.ARG_POS | LocalKind.ARG_KW,
        LocalKind.LOCAL | LocalKind.ARG_KW,
        LocalKind.LOCAL | LocalKind.ARG_VAR | LocalKind.ARG_POS,
        LocalKind.LOCAL,
        LocalKind.LOCAL | LocalKind.HIDDEN,
        LocalKind.CELL,
        LocalKind.FREE,
      ],
    );
    assert.equal(code.co_argcount, 2);
  });
});
