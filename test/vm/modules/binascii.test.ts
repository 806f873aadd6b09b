import { strict as assert } from 'node:assert';
import { type Oracle, pyodideOracle } from '../../../tools/oracle.ts';
import { binascii } from '../../../vm/modules/binascii.ts';
import { unicodedata } from '../../../vm/modules/unicodedata.ts';
import type { Value } from '../../../vm/objects/object.ts';
import { repr } from '../../../vm/operations/text.ts';
import { Random } from '../random.ts';
import { bytes, NativeModule } from './native.ts';

describe('binascii and unicodedata', () => {
  let oracle: Oracle;
  before(async function () {
    this.timeout(30000);
    oracle = await pyodideOracle();
  });

  const check = (module: NativeModule, name: string, cases: [string, Value[]][]): void => {
    const expected = oracle.ask<string[]>(
      `
import ${name} as module
def main(cases):
    def value(name, args):
        try: return repr(getattr(module, name)(*eval(args)))
        except module.Error as e: return f'binascii.Error: {e}'
        except Exception as e: return f'{type(e).__name__}: {e}'
    if not hasattr(module, 'Error'): module.Error = ZeroDivisionError
    return [value(*case) for case in cases]`,
      cases.map(([name, args]) => [name, `[${args.map(repr).join(', ')}]`]),
    );
    const wrong = cases.flatMap(([name, args], i) => {
      const actual = module.outcome(name, args);
      return actual === expected[i] ? [] : [`${name}(${args.map(repr)}): ${actual}, not ${expected[i]}`];
    });
    assert.deepEqual(wrong.slice(0, 20), []);
  };

  it('convert binary data', function () {
    this.timeout(30000);
    const random = new Random(121);
    const data = (most: number): Value => bytes(...random.list(random.between(0, most), () => random.between(0, 255)));
    const text = (alphabet: ArrayLike<string>): Value => random.text(alphabet, 10);
    const make: (() => [string, Value[]])[] = [
      () => ['b2a_base64', [data(20)]],
      () => ['a2b_base64', [text('AQw9+/=== !\n')]],
      () => ['hexlify', [data(9), random.pick([':', '-', 'ab']), random.between(-3, 3)]],
      () => ['unhexlify', [text(['0', 'a', 'F', 'g', '12'])]],
      () => ['b2a_uu', [data(47)]],
      () => ['a2b_uu', [text('#%&86)C `\n ')]],
      () => ['crc32', [data(20), random.between(0, 1000)]],
      () => ['crc_hqx', [data(20), random.between(0, 70000)]],
    ];
    check(
      new NativeModule(binascii),
      'binascii',
      random.list(4000, () => random.pick(make)()),
    );
  });

  it('know characters', function () {
    this.timeout(60000);
    const random = new Random(122);
    const names =
      'bidirectional category combining decimal decomposition digit east_asian_width mirrored name numeric'.split(' ');
    const point = (): number => random.between(0, random.pick([0x300, 0x3000, 0x10000, 0x20000, 0x10ffff]));
    const cases = random.list(15000, (): [string, Value[]] => [random.pick(names), [String.fromCodePoint(point())]]);
    for (let i = 0; i < 3000; i++) {
      const text = String.fromCodePoint(...random.list(4, point).map((c) => ((c & ~0x7ff) === 0xd800 ? 0x41 : c)));
      cases.push([
        random.pick(['normalize', 'is_normalized']),
        [random.pick(['NFC', 'NFD', 'NFKC', 'NFKD', 'X']), text],
      ]);
    }
    check(new NativeModule(unicodedata), 'unicodedata', cases);
  });
});
