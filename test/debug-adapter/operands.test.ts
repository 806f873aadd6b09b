import assert from 'node:assert/strict';
import type { CodeObject } from '../../compiler/bytecode/code-object.ts';
import { Op } from '../../compiler/bytecode/op.ts';
import { linesWithCode } from '../../debug-adapter/core/lines.ts';
import { listingOf, rowAfter } from '../../debug-adapter/core/listings.ts';
import { waitingFor } from '../../debug-adapter/core/operands.ts';
import { compiledByPython, functionNamed } from './code.ts';
import { dedent } from './session.ts';

/** What uses each of the values that are on the stack at the function's first yield or call. */
async function usersAt(op: Op, depth: number, source: string): Promise<string[]> {
  const code = functionNamed(await compiledByPython(dedent(source)), 'f');
  const row = listingOf(code).rows.find((candidate) => candidate.op === op)!;
  return waitingFor(code, depth, rowAfter(code, row), 1).map((user) =>
    user === undefined ? '?' : `${user.opname} ${user.argrepr}`.trim(),
  );
}

describe('what operands on the value stack wait for', function () {
  this.timeout(30_000);

  it('the rest of their expression', async () => {
    const source = `
      def f(total, weight):
          total = total + weight * (yield total)
    `;
    assert.deepEqual(await usersAt(Op.YIELD_VALUE, 2, source), ['BINARY_OP +', 'BINARY_OP *']);
  });

  it('a call and its arguments', async () => {
    const source = `
      def f():
          print(1, 2, (yield))
    `;
    assert.deepEqual(await usersAt(Op.YIELD_VALUE, 4, source), ['CALL', 'CALL', 'CALL', 'CALL']);
  });

  it('an iterator waits for the next round of its loop', async () => {
    const source = `
      def f(items):
          for item in items:
              yield item
    `;
    assert.deepEqual(await usersAt(Op.YIELD_VALUE, 1, source), ['FOR_ITER to L3']);
  });

  it('a list that is being built waits for its items', async () => {
    const source = `
      def f(items):
          return [*items, (yield)]
    `;
    assert.deepEqual(await usersAt(Op.YIELD_VALUE, 1, source), ['LIST_APPEND']);
  });

  it('a comparison in a condition, past the call', async () => {
    const source = `
      def f(limit):
          if limit < g(2):
              return 1
    `;
    assert.deepEqual(await usersAt(Op.CALL, 1, source), ['COMPARE_OP bool(<)']);
  });
});

describe('lines with code', function () {
  this.timeout(30_000);
  const lines = async (source: string): Promise<number[]> =>
    linesWithCode((await compiledByPython(dedent(source))) as CodeObject);

  it('are those on which something runs', async () => {
    const found = await lines(`
      # a comment
      x = 1

      def f(a,
            b=2):
          '''Text.'''
          # a comment

          return (a +
                  b)
      class C:
          pass
    `);
    assert.deepEqual(found, [2, 4, 9, 10, 11, 12]);
  });
});
