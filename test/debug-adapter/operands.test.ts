import assert from 'node:assert/strict';
import type { CodeObject } from '../../compiler/bytecode/code-object.ts';
import { Op } from '../../compiler/bytecode/op.ts';
import { compile } from '../../compiler/compile.ts';
import { targetNamed } from '../../compiler/targets/registry.ts';
import type { Target } from '../../compiler/targets/target.ts';
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

describe('what operands wait for in code for 3.8', () => {
  const py38 = targetNamed('3.8') as Target;
  const users = (op: Op, depth: number, source: string): string[] => {
    const { code } = compile(dedent(source), { filename: 'test.py', target: py38 });
    const f = functionNamed(code as CodeObject, 'f');
    const row = listingOf(f).rows.find((candidate) => candidate.op === op)!;
    return waitingFor(f, depth, rowAfter(f, row), 1).map((user) =>
      user === undefined ? '?' : `${user.opname} ${user.argrepr}`.trim(),
    );
  };

  it('the rest of their expression, and calls', () => {
    assert.deepEqual(users(Op.YIELD_VALUE, 2, 'def f(a, b): return a + b * (yield)'), [
      'BINARY_ADD',
      'BINARY_MULTIPLY',
    ]);
    assert.deepEqual(users(Op.YIELD_VALUE, 3, 'def f(): print(1, 2, (yield))'), Array(3).fill('CALL_FUNCTION'));
    assert.deepEqual(users(Op.YIELD_VALUE, 3, 'def f(a): a.b(2, (yield))'), Array(3).fill('CALL_METHOD'));
    assert.deepEqual(users(Op.YIELD_VALUE, 2, 'def f(a): a(2, k=(yield))'), Array(2).fill('CALL_FUNCTION_KW'));
    assert.deepEqual(users(Op.YIELD_VALUE, 2, 'def f(a, b): a[b, (yield)] += 1'), ['BINARY_SUBSCR', 'BUILD_TUPLE']);
    assert.deepEqual(users(Op.YIELD_VALUE, 1, 'def f(a): return [a, (yield)]'), ['BUILD_LIST']);
    assert.deepEqual(users(Op.YIELD_VALUE, 1, 'def f(a): return {a: (yield)}'), ['BUILD_MAP']);
    assert.deepEqual(users(Op.YIELD_VALUE, 1, 'def f(a): return a < (yield) < 3'), ['COMPARE_OP <']);
  });

  it('iterators, managers and delegates', () => {
    assert.deepEqual(users(Op.YIELD_VALUE, 1, 'def f(a):\n for b in a: yield b'), ['FOR_ITER to 16']);
    assert.deepEqual(users(Op.YIELD_VALUE, 1, 'def f(a):\n with a: yield'), ['WITH_CLEANUP_START']);
    assert.deepEqual(users(Op.YIELD_VALUE, 0, 'def f(a):\n try: yield\n finally: a()'), []);
    assert.deepEqual(users(Op.CALL_FUNCTION, 1, 'def f(a):\n for b in a:\n  try: b()\n  finally: a'), [
      'FOR_ITER to 28',
    ]);
    assert.deepEqual(users(Op.LOAD_CONST, 1, 'def f(a):\n yield from a'), ['YIELD_FROM']);
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
