import { strict as assert } from 'node:assert';
import { type Oracle, pyodideOracle } from '../../../tools/oracle.ts';
import { math } from '../../../vm/modules/math.ts';
import { normalize } from '../../../vm/numbers/integer.ts';
import type { Value } from '../../../vm/objects/object.ts';
import { repr } from '../../../vm/operations/text.ts';
import { Random } from '../random.ts';
import { float, list, NativeModule } from './native.ts';

const EXACT: Record<string, string> = {
  ceil: 'f',
  floor: 'f',
  trunc: 'f',
  comb: 'ss',
  copysign: 'ff',
  fabs: 'f',
  factorial: 's',
  fma: 'fff',
  fmod: 'ff',
  frexp: 'f',
  fsum: 'F',
  gcd: 'ii',
  lcm: 'iii',
  isclose: 'ff',
  isfinite: 'f',
  isinf: 'f',
  isnan: 'f',
  isqrt: 'i',
  ldexp: 'fs',
  modf: 'f',
  nextafter: 'ff',
  perm: 'ss',
  prod: 'F',
  remainder: 'ff',
  sqrt: 'f',
  ulp: 'f',
  hypot: 'fff',
  sumprod: 'GG',
  degrees: 'f',
  radians: 'f',
};
const NEAR: Record<string, string> = Object.fromEntries(
  'acos acosh asin asinh atan atanh cbrt cos cosh erf erfc exp exp2 expm1 gamma lgamma log log10 log1p log2 sin sinh tan tanh'
    .split(' ')
    .map((name) => [name, 'f']),
);
Object.assign(NEAR, { atan2: 'ff', pow: 'ff' });

describe('math', () => {
  let oracle: Oracle;
  before(async function () {
    this.timeout(30000);
    oracle = await pyodideOracle();
  });

  const random = new Random(81);
  const real = (): number => random.pick([random.float(), random.between(-8, 8) / 4, random.between(-180, 180)]);
  const argument = (kind: string): Value => {
    switch (kind) {
      case 'f':
        return float(real());
      case 'i':
        return normalize(random.integer(random.pick([8, 60, 200])));
      case 's':
        return random.between(-3, 60);
      case 'G':
        return list(...random.list(3, () => float(random.between(-100, 100) / 10)));
      default:
        return list(...random.list(random.between(0, 6), () => float(real())));
    }
  };

  const check = (functions: Record<string, string>, count: number, same: (a: string, b: string) => boolean): void => {
    const module = new NativeModule(math);
    const cases = Object.entries(functions).flatMap(([name, kinds]) =>
      random.list(count, (): [string, Value[]] => [name, Array.from(kinds, argument)]),
    );
    const expected = oracle.ask<string[]>(
      `
import math
def main(cases):
    def value(name, args):
        try: return repr(getattr(math, name)(*eval(args, {'inf': math.inf, 'nan': math.nan})))
        except Exception as e: return f'{type(e).__name__}: {e}'
    return [value(*case) for case in cases]`,
      cases.map(([name, args]) => [name, `[${args.map(repr).join(', ')}]`]),
    );
    const wrong = cases.flatMap(([name, args], i) => {
      const actual = module.outcome(name, args);
      return same(actual, expected[i]) ? [] : [`${name}(${args.map(repr)}): ${actual}, not ${expected[i]}`];
    });
    assert.deepEqual(wrong.slice(0, 20), []);
  };

  it('computes exactly what is exact', function () {
    this.timeout(60000);
    check(EXACT, 300, (a, b) => a === b);
  });

  it('computes transcendental functions to within a few units in the last place', function () {
    this.timeout(60000);
    check(NEAR, 300, (a, b) => {
      const [x, y] = [Number(a), Number(b)];
      return a === b || Math.abs(x - y) <= 5e-14 * Math.max(Math.abs(y), 1e-300);
    });
  });
});
