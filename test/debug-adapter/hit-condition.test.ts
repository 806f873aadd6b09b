import assert from 'node:assert/strict';
import { parseHitCondition, parseLogMessage } from '../../debug-adapter/core/hit-condition.ts';

describe('hit conditions', () => {
  const stops = (text: string) => [1, 2, 3, 4, 5, 6].filter(parseHitCondition(text));
  for (const [text, expected] of [
    ['3', [3]],
    ['== 3', [3]],
    ['> 4', [5, 6]],
    ['>=4', [4, 5, 6]],
    ['< 3', [1, 2]],
    ['<= 3', [1, 2, 3]],
    ['% 2', [2, 4, 6]],
  ] as const) {
    it(`${text} stops at ${expected}`, () => assert.deepEqual(stops(text), expected));
  }
  for (const text of ['', 'x', '> x', '% 0', '3 4']) {
    it(`refuses '${text}'`, () => assert.throws(() => parseHitCondition(text), { name: 'DebuggerError' }));
  }
});

describe('log messages', () => {
  it('have expressions in braces', () => {
    assert.deepEqual(parseLogMessage('got {data!r} of {d["}"]} {{so}} {'), [
      { text: 'got ' },
      { expression: 'data!r' },
      { text: ' of ' },
      { expression: 'd["}"]' },
      { text: ' {so} {' },
    ]);
  });
});
