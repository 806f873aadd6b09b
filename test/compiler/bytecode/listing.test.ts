import assert from 'node:assert/strict';
import { type Listing, listing } from '../../../compiler/bytecode/listing.ts';
import { Op } from '../../../compiler/bytecode/op.ts';
import { stackDepths, UNKNOWN_DEPTH } from '../../../compiler/bytecode/stack-depth.ts';
import { netEffect } from '../../../compiler/bytecode/stack-effect.ts';
import { py314 } from '../../../compiler/targets/py314.ts';
import { type Oracle, pyodideOracle } from '../../../tools/oracle.ts';
import { codeObjects, compiledByCPython, compiledLibrary } from './compiled-by-cpython.ts';

describe('listing', () => {
  let cpython: Oracle;
  before(async function () {
    this.timeout(60_000);
    cpython = await pyodideOracle();
  });

  const listed = (source: string): Listing[] =>
    codeObjects(compiledByCPython(cpython, py314, source)).map((code) => listing(code));

  it('knows the depth of the value stack at a yield inside an expression', () => {
    const [, total] = listed('def total(a):\n  return a + 2 * (yield a)\n');
    const at = total.rows.find((row) => row.op === Op.YIELD_VALUE);
    assert.equal(at?.depth, 3);
    assert.equal(at?.label, null);
    assert.equal(at?.line, 2);
    assert.deepEqual(at?.span, { lineno: 2, col_offset: 18, end_lineno: 2, end_col_offset: 25 });
  });

  it('says which entry of the exception table catches', () => {
    const [module] = listed('try:\n  f()\nexcept E:\n  g()\n');
    const call = module.rows.find((row) => row.op === Op.CALL && row.line === 2);
    assert.ok(call?.handler);
    const handler = module.rows.find((row) => row.offset === call.handler?.target);
    assert.equal(handler?.opname, 'PUSH_EXC_INFO');
    assert.equal(handler?.depth, 1);
  });

  it('folds EXTENDED_ARG into the argument, and says where the instruction begins', () => {
    const names = Array.from({ length: 300 }, (_, index) => `n${index}`);
    const [module] = listed(names.join('\n'));
    const last = module.rows.filter((row) => row.op === Op.LOAD_NAME).at(-1);
    assert.equal(last?.arg, 299);
    assert.equal(last?.argval, 'n299');
    assert.equal(last?.startOffset, (last?.offset ?? 0) - 2);
  });

  it('finds stack depths within co_stacksize for the whole library', function () {
    this.timeout(120_000);
    let highest = 0;
    let exact = 0;
    let all = 0;
    let rows = 0;
    let unreached = 0;
    for (const { name, code } of compiledLibrary(cpython, py314)) {
      for (const each of codeObjects(code)) {
        const depths = stackDepths(each);
        let greatest = 0;
        for (const row of listing(each).rows) {
          const depth = depths?.[row.offset >> 1] ?? UNKNOWN_DEPTH;
          rows++;
          // CPython leaves handlers whose whole range was optimised away: nothing reaches these.
          if (depth === UNKNOWN_DEPTH) {
            unreached++;
            continue;
          }
          greatest = Math.max(greatest, depth, depth + netEffect(row.op, row.arg ?? 0, false));
        }
        assert.ok(greatest <= each.co_stacksize, `${name}: ${each.co_qualname}: ${greatest} > ${each.co_stacksize}`);
        highest = Math.max(highest, greatest);
        all++;
        if (greatest === each.co_stacksize) exact++;
      }
    }
    assert.ok(highest > 20);
    assert.ok(unreached / rows < 0.002, `${unreached} of ${rows} instructions unreached`);
    assert.ok(exact / all > 0.95, `${exact} of ${all}`);
  });
});
