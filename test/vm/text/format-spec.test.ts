import { strict as assert } from 'node:assert';
import { type Oracle, pyodideOracle } from '../../../tools/oracle.ts';
import { normalize } from '../../../vm/numbers/integer.ts';
import { formatComplex, formatFloat, formatInteger, formatStr } from '../../../vm/text/format-spec.ts';
import { outcome } from '../outcome.ts';
import { Random } from '../random.ts';

describe('format specifications', () => {
  let oracle: Oracle;
  before(async function () {
    this.timeout(30000);
    oracle = await pyodideOracle();
  });

  const random = new Random(31);
  const maybe = (alphabet: ArrayLike<string>, chance = 0.3): string =>
    random.next() < chance ? random.pick(alphabet) : '';
  const spec = (types: ArrayLike<string>): string =>
    maybe(['<', '>', '=', '^', '*<', '*>', '0=', 'é^', '😀>', '0<', 'x=']) +
    maybe('+- ') +
    maybe('z', 0.1) +
    maybe('#', 0.2) +
    maybe('0') +
    maybe(['1', '5', '12', '20', '31'], 0.5) +
    maybe([',', '_', ',_', '_,', ',,'], 0.25) +
    maybe(['.0', '.1', '.3', '.9', '.17', '.', '.3,', '.8_', '._', '.12,', '.4,_'], 0.35) +
    maybe(types, 0.8) +
    maybe('dxé', 0.03);
  const types = ['d', 'b', 'o', 'x', 'X', 'c', 'n', 'e', 'E', 'f', 'F', 'g', 'G', '%', 's', 'r', 'é', '\u0001'];

  const check = (values: string[], format: (value: string, spec: string) => string): void => {
    const cases = values.map((value): [string, string] => [value, spec(types)]);
    // Where C's long has 32 bits, as in WebAssembly, large code points have another message.
    for (const one of cases) if (one[1].endsWith('c') && /^-?\d+$/.test(one[0])) one[0] = one[0].slice(0, 9);
    const expected = oracle.ask<string[]>(
      `
def main(cases):
    def value(v, spec):
        try: return format(eval(v, {'inf': float('inf'), 'nan': float('nan')}), spec)
        except Exception as e: return f'{type(e).__name__}: {e}'
    return [value(*case) for case in cases]
`,
      cases,
    );
    const shown = (results: string[]): string[] => results.map((result, i) => `${cases[i].join(' as ')}: ${result}`);
    const actual = cases.map(([value, text]) => outcome(() => format(value, text)));
    const wrong = actual.flatMap((result, i) => (result === expected[i] ? [] : [i]));
    assert.deepEqual(
      wrong.map((i) => shown(actual)[i]),
      wrong.map((i) => shown(expected)[i]),
    );
  };

  it('of ints', function () {
    this.timeout(30000);
    const values = random.list(15000, () => String(random.integer(random.pick([7, 20, 90]))));
    check(values, (value, text) => formatInteger(normalize(BigInt(value)), text));
  });

  it('of floats', function () {
    this.timeout(30000);
    const literal = (): string => pythonFloat(random.float());
    check(random.list(15000, literal), (value, text) => formatFloat(fromPython(value), text));
  });

  it('of complex numbers', function () {
    this.timeout(30000);
    const part = (): string => pythonFloat(random.pick([0, -0, 1.5, -2, 1e20, random.float()]));
    check(
      random.list(8000, () => `complex(${part()}, ${part()})`),
      (value, text) => {
        const [real, imag] = value.slice(8, -1).split(', ').map(fromPython);
        return formatComplex({ real, imag }, text);
      },
    );
  });

  it('of strings', function () {
    this.timeout(30000);
    const values = random.list(6000, () => JSON.stringify(random.text(['a', 'b', 'é', '😀', 'xyz'], 5)));
    check(values, (value, text) => formatStr(JSON.parse(value), text));
  });
});

const pythonFloat = (value: number): string =>
  Object.is(value, -0)
    ? '-0.0'
    : Number.isFinite(value) && Number.isInteger(value) && Math.abs(value) < 1e21
      ? `${value}.0`
      : `${value}`.replace('Infinity', 'inf').replace('NaN', 'nan');
const fromPython = (text: string): number => Number(text.replace('inf', 'Infinity').replace('nan', 'NaN'));
