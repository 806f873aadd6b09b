import assert from 'node:assert/strict';
import {
  BytesConstant,
  ComplexConstant,
  type Constant,
  FloatConstant,
  TupleConstant,
} from '../../../compiler/bytecode/constants.ts';
import { frozenSetOf } from '../../../compiler/flowgraph/frozenset-order.ts';
import { nativeOracle } from '../../../tools/oracle.ts';

const bytes = (text: string) => new BytesConstant(new TextEncoder().encode(text));

/** Items by Python expression. */
const items: readonly (readonly [source: string, constant: Constant])[] = [
  ...[0, 1, -1, -2, 5, 8, 64, 1000, 123456789, -987654321].map((n) => [String(n), n] as const),
  ['2**61-1', 2n ** 61n - 1n],
  ['-10**30', -(10n ** 30n)],
  ['True', true],
  ['False', false],
  ['None', null],
  ['0.5', new FloatConstant(0.5)],
  ['-2.25', new FloatConstant(-2.25)],
  ['1e300', new FloatConstant(1e300)],
  ['5e-324', new FloatConstant(5e-324)],
  ['3.0', new FloatConstant(3)],
  ['complex(1, 2)', new ComplexConstant(1, 2)],
  ...['', 'a', 'b', 'get', 'HEAD', 'content-length', 'é', 'Ω', '日本', '😀', 'x'.repeat(40)].map(
    (text) => [JSON.stringify(text).replace('😀', '\\U0001f600'), text] as const,
  ),
  ['b""', bytes('')],
  ['b"bytes"', bytes('bytes')],
  ['()', new TupleConstant([])],
  ['(1, "a")', new TupleConstant([1, 'a'])],
  ['((), (2.5, None))', new TupleConstant([new TupleConstant([]), new TupleConstant([new FloatConstant(2.5), null])])],
  ['frozenset((1, "a"))', frozenSetOf([1, 'a'])],
];

const PROGRAM = `
def main(sets):
    answers = []
    for items in sets:
        values = [eval(s) for s in items]
        answers.append([next(i for i, v in enumerate(values) if v is x) for x in frozenset(tuple(values))])
    return answers
`;

/** Indexes of the items in the order of our frozenset. */
const order = (chosen: readonly Constant[]): number[] => frozenSetOf(chosen).items.map((item) => chosen.indexOf(item));

describe('order of frozensets', () => {
  it('is that of the hash table', () => {
    assert.deepEqual(frozenSetOf([3, 1, 2, 8, 16]).items, [1, 2, 3, 8, 16]);
    assert.deepEqual(frozenSetOf([1, new FloatConstant(1), true]).items, [1], 'equal across types, the first stays');
  });

  it('is what CPython 3.13 has with PYTHONHASHSEED=0, for 1,000 sets', function () {
    const oracle = nativeOracle('3.13');
    if (oracle === undefined) return this.skip();
    this.timeout(30_000);
    let state = 1;
    const random = (limit: number): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * limit);
    };
    const sets = Array.from({ length: 1_000 }, (_, size) =>
      Array.from({ length: 1 + (size % 30) }, () => items[random(items.length)]!).filter(
        (item, i, all) => all.indexOf(item) === i,
      ),
    );
    const expected = oracle.ask<number[][]>(
      PROGRAM,
      sets.map((set) => set.map(([source]) => source)),
    );
    for (const [i, set] of sets.entries()) {
      const names = set.map(([source]) => source);
      assert.deepEqual(order(set.map(([, constant]) => constant)), expected[i], names.join(', '));
    }
  });
});
