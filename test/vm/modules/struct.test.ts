import { strict as assert } from 'node:assert';
import { type Oracle, pyodideOracle } from '../../../tools/oracle.ts';
import { struct } from '../../../vm/modules/struct.ts';
import { normalize } from '../../../vm/numbers/integer.ts';
import { PyBytes } from '../../../vm/objects/bytes.ts';
import type { Value } from '../../../vm/objects/object.ts';
import { repr } from '../../../vm/operations/text.ts';
import { Random } from '../random.ts';
import { bytes, float, NativeModule } from './native.ts';

describe('_struct', () => {
  let oracle: Oracle;
  before(async function () {
    this.timeout(30000);
    oracle = await pyodideOracle();
  });

  it('packs and unpacks', function () {
    this.timeout(30000);
    const module = new NativeModule(struct);
    const random = new Random(101);
    const value = (): Value =>
      random.pick<() => Value>([
        () => normalize(random.integer(random.pick([6, 8, 16, 32, 64, 66]))),
        () => float(random.float()),
        () => bytes(...random.list(random.between(0, 4), () => random.between(0, 255))),
        () => random.next() < 0.5,
      ])();
    // Native sizes of 32 and 64 bits differ, so C's own types stay out; and the two F and D are new.
    const formats = (): string =>
      random.pick(['<', '>', '!', '=', '', '@']) +
      random.text(
        [
          'b',
          'B',
          'h',
          'H',
          'i',
          'I',
          'q',
          'Q',
          'e',
          'f',
          'd',
          '?',
          'c',
          '3s',
          '2p',
          'x',
          '2h',
          ' ',
          '0i',
          's',
          'D',
          'z',
          '4',
        ],
        4,
      );
    const cases = random.list(6000, (): [string, Value[]] => {
      const text = formats();
      if (random.next() < 0.5) return ['pack', [text, ...random.list(random.between(1, 3), value)]];
      const data = bytes(...random.list(random.pick([0, 1, 2, 4, 8, 12, 16]), () => random.between(0, 255)));
      const name = random.pick(['unpack', 'unpack_from', 'calcsize']);
      return [
        name,
        name === 'calcsize' ? [text] : name === 'unpack' ? [text, data] : [text, data, random.between(-3, 5)],
      ];
    });
    const expected = oracle.ask<string[]>(
      `
import struct
def main(cases):
    def value(name, args):
        try: return repr(getattr(struct, name)(*eval(args, {'inf': float('inf'), 'nan': float('nan')})))
        except struct.error as e: return f'struct.error: {e}'
        except Exception as e: return f'{type(e).__name__}: {e}'
    return [value(*case) for case in cases]`,
      cases.map(([name, args]) => [name, `[${args.map(repr).join(', ')}]`]),
    );
    const wrong = cases.flatMap(([name, args], i) => {
      const actual = module.outcome(name, args);
      return actual === expected[i] ? [] : [`${name}(${args.map(repr)}): ${actual}, not ${expected[i]}`];
    });
    assert.deepEqual(wrong.slice(0, 20), []);
    assert.ok(module.call('pack', ['i', 1]) instanceof PyBytes);
  });
});
