import { strict as assert } from 'node:assert';
import { type Oracle, pyodideOracle } from '../../../tools/oracle.ts';
import { floatRepr } from '../../../vm/numbers/float-text.ts';
import { normalize } from '../../../vm/numbers/integer.ts';
import { formatFloat, formatInteger, formatStr } from '../../../vm/text/format-spec.ts';
import { formatTemplate, type TemplateValues } from '../../../vm/text/format-template.ts';
import { type PercentValues, percentFormat, percentFormatBytes } from '../../../vm/text/percent-format.ts';
import { Problem } from '../../../vm/text/problem.ts';
import { bytesRepr, strAscii, strRepr } from '../../../vm/text/repr.ts';
import { outcome } from '../outcome.ts';
import { Random } from '../random.ts';

/** A small model of Python's objects: ints are bigints, floats numbers, lists arrays, bytes Uint8Arrays. */
type Model = bigint | number | string | Model[] | Uint8Array;

const repr = (value: Model): string => {
  if (typeof value === 'bigint') return `${value}`;
  if (typeof value === 'number') return floatRepr(value);
  if (typeof value === 'string') return strRepr(value);
  return value instanceof Uint8Array ? bytesRepr(value) : `[${value.map(repr).join(', ')}]`;
};
const str = (value: Model): string => (typeof value === 'string' ? value : repr(value));
const typeName = (value: Model): string => {
  if (typeof value === 'bigint') return 'int';
  if (typeof value === 'number') return 'float';
  if (typeof value === 'string') return 'str';
  return value instanceof Uint8Array ? 'bytes' : 'list';
};
const format = (value: Model, spec: string): string => {
  if (typeof value === 'bigint') return formatInteger(normalize(value), spec);
  if (typeof value === 'number') return formatFloat(value, spec);
  if (typeof value === 'string') return formatStr(value, spec);
  if (spec === '') return str(value);
  throw new Problem('TypeError', `unsupported format string passed to ${typeName(value)}.__format__`);
};

const ATTEMPT = `
def attempt(f):
    try: return f()
    except KeyError as e: return f'KeyError: {e.args[0]}'
    except Exception as e: return f'{type(e).__name__}: {e}'
`;

describe('templates', () => {
  let oracle: Oracle;
  before(async function () {
    this.timeout(30000);
    oracle = await pyodideOracle();
  });

  const check = (cases: string[], actual: (text: string) => string, expected: string[]): void => {
    const results = cases.map((text) => `${JSON.stringify(text)}: ${outcome(() => actual(text))}`);
    const wanted = cases.map((text, i) => `${JSON.stringify(text)}: ${expected[i]}`);
    const wrong = results.flatMap((result, i) => (result === wanted[i] ? [] : [i])).slice(0, 20);
    assert.deepEqual(
      wrong.map((i) => results[i]),
      wrong.map((i) => wanted[i]),
    );
  };

  it('of str.format', function () {
    this.timeout(30000);
    const random = new Random(41);
    const pieces = [
      '{',
      '}',
      '{}',
      '{0}',
      '{1!r}',
      '{a}',
      '{a[1]}',
      '{2[0]:>{0}}',
      '{:x}',
      '{a!s:*^9}',
      'x',
      ':',
      '!',
      '[',
      ']',
      '.',
      '{{',
      '}}',
      'r',
      'a',
      '0',
      '{:{}}',
      '{0.real}',
      '{٣}',
      '{:{:{}}}',
      '{b}',
      '😀',
      '!z',
      '{9}',
      '{99999999999999999999}',
      '{a[x]}',
      '{a[1]x}',
      '{a.}',
      '{a[]}',
      '{a[1}',
    ];
    const cases = random.list(12000, () => random.text(pieces, 5));
    const args: Model[] = [5n, 'é\n', [1n, 'two'], 2.5];
    const values: TemplateValues<Model> = {
      positional: (index) => args[index],
      keyword: (name) => {
        if (name === 'a') return ['p', 12n];
        throw new Problem('KeyError', name);
      },
      attribute: (object, name) => {
        if (name === 'real' && (typeof object === 'bigint' || typeof object === 'number')) return object;
        throw new Problem('AttributeError', `'${typeName(object)}' object has no attribute '${name}'`);
      },
      item: (object, key) => {
        if (Array.isArray(object)) {
          if (typeof key === 'string')
            throw new Problem('TypeError', 'list indices must be integers or slices, not str');
          const item = object[key];
          if (item === undefined) throw new Problem('IndexError', 'list index out of range');
          return item;
        }
        if (typeof object === 'string') {
          if (typeof key === 'string') throw new Problem('TypeError', "string indices must be integers, not 'str'");
          if (object[key] === undefined) throw new Problem('IndexError', 'string index out of range');
          return object[key];
        }
        throw new Problem('TypeError', `'${typeName(object)}' object is not subscriptable`);
      },
      convert: (object, conversion) =>
        conversion === 'r' ? repr(object) : conversion === 's' ? str(object) : strAscii(str(object)),
      format,
    };
    // The wasm build's ssize_t has 32 bits, so the largest index is another one there.
    const expected = oracle.ask<string[]>(
      `${ATTEMPT}
def main(cases): return [attempt(lambda: t.format(5, 'é\\n', [1, 'two'], 2.5, a=['p', 12])) for t in cases]`,
      cases,
    );
    check(cases, (text) => formatTemplate(text, values), expected);
  });

  const random = new Random(42);
  const specifier = (): string =>
    '%' +
    random.text('-+ #0', 2) +
    random.pick(['', '', '', '3', '9', '*', '12']) +
    random.pick(['', '', '', '.0', '.2', '.', '.*', '.12']) +
    random.pick(['', '', '', 'l']) +
    random.pick('ddiuoxXeEfFgGcrsa%rsyb\u00e9');
  const literals: Record<string, Model> = {
    '5': 5n,
    '-300': -300n,
    '2.5': 2.5,
    '-0.0': -0,
    "'é'": 'é',
    "'xyz'": 'xyz',
    '[1]': [1n],
    '10**30': 10n ** 30n,
    '65': 65n,
  };

  const modelValues = (items: Model[], forBytes: boolean): PercentValues<Model> => ({
    items,
    lookUp: undefined,
    maxDigits: 4300,
    typeName,
    str,
    repr,
    ascii: (value) => strAscii(repr(value)).slice(1, -1).replaceAll('\\\\', '\\').replaceAll("\\'", "'"),
    int: (value) => (typeof value === 'bigint' ? normalize(value) : undefined),
    toInt: (value) => (typeof value === 'number' ? normalize(BigInt(Math.trunc(value))) : undefined),
    toIndex: (value) => (typeof value === 'bigint' ? normalize(value) : undefined),
    toFloat: (value) => {
      if (typeof value === 'bigint' || typeof value === 'number') return Number(value);
      const what = forBytes ? 'float argument required' : 'must be real number';
      throw new Problem('TypeError', `${what}, not ${typeName(value)}`);
    },
    text: (value) => {
      if (forBytes) return value instanceof Uint8Array ? String.fromCharCode(...value) : undefined;
      return typeof value === 'string' ? value : undefined;
    },
    bytes: (value) => {
      if (value instanceof Uint8Array) return String.fromCharCode(...value);
      throw new Problem(
        'TypeError',
        `%b requires a bytes-like object, or an object that implements __bytes__, not '${typeName(value)}'`,
      );
    },
  });

  it('of str % values', function () {
    this.timeout(30000);
    const cases = random.list(12000, () => {
      const template = random.list(random.between(1, 2), specifier).join(random.pick(['', 'x', '😀']));
      return [template, random.list(random.between(0, 4), () => random.pick(Object.keys(literals)))] as const;
    });
    const expected = oracle.ask<string[]>(
      `${ATTEMPT}
def main(cases): return [attempt(lambda: t % tuple(map(eval, values))) for t, values in cases]`,
      cases,
    );
    check(
      cases.map((one) => JSON.stringify(one)),
      (text) => {
        const [template, values] = JSON.parse(text) as [string, string[]];
        return percentFormat(
          template,
          modelValues(
            values.map((value) => literals[value]),
            false,
          ),
        );
      },
      expected,
    );
  });

  it('of bytes % values', function () {
    this.timeout(30000);
    const byteLiterals: Record<string, Model> = {
      ...literals,
      "b'q'": Uint8Array.of(0x71),
      "b'\\xff\\0'": Uint8Array.of(0xff, 0),
    };
    const cases = random.list(8000, () => {
      // CPython mistakes some bytes beyond ASCII for negative ones where it reports them.
      const template = random.list(random.between(1, 2), specifier).join('x').replaceAll('\u00e9', 'y');
      return [template, random.list(random.between(0, 4), () => random.pick(Object.keys(byteLiterals)))] as const;
    });
    const expected = oracle.ask<string[]>(
      `${ATTEMPT}
def main(cases): return [attempt(lambda: (t.encode('latin-1') % tuple(map(eval, values))).decode('latin-1')) for t, values in cases]`,
      cases,
    );
    check(
      cases.map((one) => JSON.stringify(one)),
      (text) => {
        const [template, values] = JSON.parse(text) as [string, string[]];
        return percentFormatBytes(
          template,
          modelValues(
            values.map((value) => byteLiterals[value]),
            true,
          ),
        );
      },
      expected,
    );
  });
});
