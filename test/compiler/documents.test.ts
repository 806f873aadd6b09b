import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { disText } from '../../compiler/bytecode/dis-text.ts';
import { type Listing, listing } from '../../compiler/bytecode/listing.ts';
import { codeObjectsInSourceOrder } from '../../compiler/bytecode/nested-code.ts';
import { compile } from '../../compiler/compile.ts';
import { py38 } from '../../compiler/targets/py38.ts';
import { targets } from '../../compiler/targets/registry.ts';
import type { Target } from '../../compiler/targets/target.ts';

const compiled = (filename: string, target: Target) => {
  const { code, diagnostics } = compile(readFileSync(filename), { filename, target });
  assert.deepEqual(diagnostics, []);
  assert.ok(code);
  return code;
};

const listingOf = (filename: string, name: string): Listing => {
  const code = codeObjectsInSourceOrder(compiled(filename, py38)).find((each) => each.co_name === name);
  assert.ok(code, name);
  return listing(code);
};

/** Instructions in a row, as `offset name (meaning)`. */
const rows = ({ rows: all }: Listing, from: string, count: number): string[] => {
  const start = all.findIndex((row) => row.opname === from);
  return all.slice(start, start + count).map((row) => `${row.offset} ${row.opname} ${row.argrepr}`.trimEnd());
};

describe('the programs of the documents, compiled for 3.8', () => {
  it('co_process has the flags 99, and its first yield stands at 14, 16, 18', () => {
    const found = listingOf('examples/co_process.py', 'co_process');
    assert.equal(found.code.co_flags, 99);
    const at = (offset: number) => found.rows.find((row) => row.offset === offset);
    assert.deepEqual([at(14)?.opname, at(14)?.argrepr], ['LOAD_CONST', '1']);
    assert.equal(at(16)?.opname, 'YIELD_VALUE');
    assert.deepEqual([at(18)?.opname, at(18)?.argrepr], ['STORE_FAST', 'data']);
    assert.equal(found.rows.filter((row) => row.opname === 'YIELD_VALUE').length, 3);
  });

  it('yield from is GET_YIELD_FROM_ITER, LOAD_CONST None, YIELD_FROM', () => {
    assert.deepEqual(rows(listingOf('examples/delegation.py', 'outer'), 'GET_YIELD_FROM_ITER', 4), [
      '4 GET_YIELD_FROM_ITER',
      '6 LOAD_CONST None',
      '8 YIELD_FROM',
      '10 POP_TOP',
    ]);
  });

  it('await is GET_AWAITABLE, LOAD_CONST None, YIELD_FROM', () => {
    const found = codeObjectsInSourceOrder(compiled('examples/coroutine_by_hand.py', py38))
      .map((code) => rows(listing(code), 'GET_AWAITABLE', 3).map((row) => row.replace(/^\d+ /, '')))
      .filter((each) => each.length === 3);
    assert.ok(found.length > 0);
    for (const each of found) assert.deepEqual(each, ['GET_AWAITABLE', 'LOAD_CONST None', 'YIELD_FROM']);
  });
});

describe('listings of the examples', () => {
  for (const target of targets) {
    it(`${target.version}: are those that CPython printed`, () => {
      const folder = `test/golden/dis/${target.version}`;
      const examples = readdirSync('examples').filter((name) => name.endsWith('.py'));
      assert.ok(examples.length >= 7);
      for (const example of examples) {
        const golden = readFileSync(`${folder}/${example.replace(/\.py$/, '.txt')}`, 'utf8');
        const text = disText(compiled(`examples/${example}`, target));
        const steady = text.replace(/(<code object .*? at )0x[0-9a-f]+/g, '$10x');
        assert.equal(steady, golden.slice(golden.indexOf('\n') + 1), example);
      }
    });
  }
});
