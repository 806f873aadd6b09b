import { strict as assert } from 'node:assert';
import { type Oracle, pyodideOracle } from '../../../tools/oracle.ts';
import { blake2Module, md5Module, sha1Module, sha2Module, sha3Module } from '../../../vm/modules/hashes.ts';
import { random } from '../../../vm/modules/random.ts';
import { normalize } from '../../../vm/numbers/integer.ts';
import { callMethod } from '../../../vm/operations/attribute.ts';
import { repr } from '../../../vm/operations/text.ts';
import { Random } from '../random.ts';
import { bytes, NativeModule } from './native.ts';

describe('_random and the hashes', () => {
  let oracle: Oracle;
  before(async function () {
    this.timeout(30000);
    oracle = await pyodideOracle();
  });

  it('draws the same numbers for the same seed', () => {
    const module = new NativeModule(random);
    const seeds = [0n, 1n, -5n, 2n ** 32n, 2n ** 100n + 7n];
    const expected = oracle.ask<string[]>(
      `
import _random
def main(seeds):
    def draw(seed):
        r = _random.Random(int(seed))
        state = r.getstate()
        return repr([r.random(), r.getrandbits(1), r.getrandbits(32), r.getrandbits(100), r.getrandbits(0), r.random()]
                    + [r.random() for _ in range(700)][-1:] + [state[:3], state[-1], len(state)])
    return [draw(seed) for seed in seeds]`,
      seeds.map(String),
    );
    seeds.forEach((seed, i) => {
      const generator = module.call('Random', [normalize(seed)]);
      const state = callMethod(generator, 'getstate') as unknown as { items: number[] };
      const float = (): string => repr(callMethod(generator, 'random'));
      const bits = (count: number): string => repr(callMethod(generator, 'getrandbits', count));
      const drawn = [float(), bits(1), bits(32), bits(100), bits(0), float()];
      for (let k = 0; k < 699; k++) float();
      const { items } = state;
      drawn.push(float(), `(${items.slice(0, 3).join(', ')})`, `${items.at(-1)}`, `${items.length}`);
      assert.equal(`[${drawn.join(', ')}]`, expected[i]);
    });
  });

  it('gives the digests of CPython', function () {
    this.timeout(30000);
    const source = new Random(111);
    const modules = [md5Module, sha1Module, sha2Module, sha3Module, blake2Module].map(
      (definition) => new NativeModule(definition),
    );
    const names = [
      'md5',
      'sha1',
      'sha224',
      'sha256',
      'sha384',
      'sha512',
      'sha3_224',
      'sha3_512',
      'shake_128',
      'blake2b',
      'blake2s',
    ];
    const owner = [0, 1, 2, 2, 2, 2, 3, 3, 3, 4, 4];
    const data = source.list(20, () => source.list(source.between(0, 300), () => source.between(0, 255)));
    const expected = oracle.ask<string[][]>(
      `
import _md5, _sha1, _sha2, _sha3, _blake2
def main(input):
    names, owner, data = input
    modules = [_md5, _sha1, _sha2, _sha3, _blake2]
    def digest(name, module, d):
        h = getattr(module, name)(bytes(d))
        h.update(b'more')
        return f"{h.hexdigest(20) if 'shake' in name else h.hexdigest()} {h.name} {h.digest_size} {h.block_size}"
    return [[digest(n, modules[o], d) for n, o in zip(names, owner)] for d in data]`,
      [names, owner, data],
    );
    data.forEach((one, i) => {
      const actual = names.map((name, k) => {
        const hash = modules[owner[k]].call(name, [bytes(...one)]);
        callMethod(hash, 'update', bytes(...Array.from('more', (c) => c.charCodeAt(0))));
        const digest = name.startsWith('shake') ? callMethod(hash, 'hexdigest', 20) : callMethod(hash, 'hexdigest');
        const { name: shown, state } = hash as unknown as {
          name: string;
          state: { outputLen: number; blockLen: number };
        };
        const size = name.startsWith('shake') ? 0 : state.outputLen;
        return `${digest} ${shown} ${size} ${state.blockLen}`;
      });
      assert.deepEqual(actual, expected[i]);
    });
  });
});
