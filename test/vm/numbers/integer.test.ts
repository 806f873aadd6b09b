import { strict as assert } from 'node:assert';
import { nativeOracle, type Oracle, pyodideOracle } from '../../../tools/oracle.ts';
import { compareToFloat, trueDivide } from '../../../vm/numbers/conversion.ts';
import { floatRepr } from '../../../vm/numbers/float-text.ts';
import { hashComplex, hashFloat, hashInteger } from '../../../vm/numbers/hash.ts';
import * as int from '../../../vm/numbers/integer.ts';
import { integerToText, parseInteger } from '../../../vm/numbers/integer-text.ts';
import { outcome } from '../outcome.ts';
import { Random } from '../random.ts';

const BINARY: Record<string, (a: int.Integer, b: int.Integer) => unknown> = {
  'a + b': int.add,
  'a - b': int.subtract,
  'a * b': int.multiply,
  'a // b': int.floorDivide,
  'a % b': int.modulo,
  'divmod(a, b)': (a, b) => `(${int.divmod(a, b).join(', ')})`,
  'a & b': int.and,
  'a | b': int.or,
  'a ^ b': int.xor,
  'a << abs(b) % 200': (a, b) => int.shiftLeft(a, int.modulo(int.absolute(b), 200)),
  'a >> abs(b) % 200': (a, b) => int.shiftRight(a, int.modulo(int.absolute(b), 200)),
  'a ** (abs(b) % 20)': (a, b) => int.power(a, int.modulo(int.absolute(b), 20)),
  'math.gcd(a, b)': int.gcd,
  'math.lcm(a, b)': int.lcm,
  'pow(a, b, 10**9+7)': (a, b) => int.powerModulo(a, b, 10 ** 9 + 7),
  'pow(a, abs(b), a-b)': (a, b) => int.powerModulo(a, int.absolute(b), int.subtract(a, b)),
  'round(a, -(abs(b) % 30))': (a, b) => int.roundInteger(a, int.negate(int.modulo(int.absolute(b), 30))),
  '~a, -a, abs(a)': (a) => `(${int.invert(a)}, ${int.negate(a)}, ${int.absolute(a)})`,
  'a.bit_length(), a.bit_count()': (a) => `(${int.bitLength(a)}, ${int.bitCount(a)})`,
  'math.isqrt(a)': (a) => int.isqrt(a),
  "list(a.to_bytes(9, 'big', signed=True))": (a) => `[${Array.from(int.toBytes(a, 9, false, true)).join(', ')}]`,
  "list(a.to_bytes(7, 'little'))": (a) => `[${Array.from(int.toBytes(a, 7, true, false)).join(', ')}]`,
  'a / b': (a, b) => floatRepr(trueDivide(a, b)),
  'str(a)': (a) => integerToText(a),
};

describe('integers', () => {
  let oracle: Oracle;
  before(async function () {
    this.timeout(30000);
    oracle = await pyodideOracle();
  });

  const ask = (expressions: string[], names: string, rows: string[][]): string[][] =>
    oracle.ask(
      `
import math
def main(input):
    expressions, rows = input
    code = [compile(e, e, 'eval') for e in expressions]
    def value(c, names):
        try: return str(eval(c, {'math': math}, names))
        except Exception as e: return f'{type(e).__name__}: {e}'
    return [[value(c, dict(zip(${JSON.stringify(names)}, map(eval, row)))) for c in code] for row in rows]
`,
      [expressions, rows],
    );

  it('computes as CPython does, of any size', function () {
    this.timeout(60000);
    const random = new Random(1);
    const rows = random.list(1500, () => [
      random.integer(random.pick([8, 31, 54, 64, 300])),
      random.integer(random.pick([4, 31, 54, 64, 200])),
    ]);
    const expected = ask(
      Object.keys(BINARY),
      'ab',
      rows.map((row) => row.map(String)),
    );
    rows.forEach(([a, b], i) => {
      Object.entries(BINARY).forEach(([expression, compute], j) => {
        const actual = outcome(() => compute(int.normalize(a), int.normalize(b)));
        assert.equal(actual, expected[i][j], `${expression} with a=${a} b=${b}`);
      });
    });
  });

  it('never leaves a bigint in the safe range, nor a -0', () => {
    const random = new Random(2);
    for (let i = 0; i < 3000; i++) {
      const [a, b] = [int.normalize(random.integer(60)), int.normalize(random.integer(60))];
      for (const compute of [int.add, int.subtract, int.multiply, int.floorDivide, int.modulo, int.and, int.gcd]) {
        if (b === 0) continue;
        const value = compute(a, b);
        assert.ok(typeof value === 'bigint' ? !Number.isSafeInteger(Number(value)) : Number.isSafeInteger(value));
        assert.ok(!Object.is(value, -0), `${compute.name} ${a} ${b}`);
      }
    }
  });

  it('reads and writes bytes', () => {
    const random = new Random(3);
    for (let i = 0; i < 2000; i++) {
      const value = int.normalize(random.integer(70));
      for (const little of [true, false]) {
        assert.equal(int.fromBytes(int.toBytes(value, 10, little, true), little, true), value);
      }
    }
  });

  it('reads text in every base', function () {
    this.timeout(20000);
    const random = new Random(4);
    const pieces = [
      '0',
      '1',
      '7',
      '9',
      'a',
      'Z',
      '_',
      ' ',
      '+',
      '-',
      '0x',
      '0b',
      '0O',
      '٣',
      '\u2009',
      '\x1c',
      '\n',
      'é',
    ];
    const cases: [string, number][] = random.list(4000, () => [
      random.text(random.next() < 0.5 ? pieces : '0123456789_', 8),
      random.pick([0, 2, 3, 8, 10, 10, 10, 16, 36, 1, 37]),
    ]);
    cases.push(['9'.repeat(4300), 10], ['9'.repeat(4301), 10], ['f'.repeat(5000), 16], ['_1'.repeat(300), 10]);
    cases.push(['12'.repeat(300), 7], ['0'.repeat(4301), 10], ['x'.repeat(300), 10]);
    const expected = oracle.ask<string[]>(
      `
def main(cases):
    def value(text, base):
        try: return hex(int(text, base))
        except Exception as e: return f'{type(e).__name__}: {e}'
    return [value(*case) for case in cases]
`,
      cases,
    );
    const hex = (value: int.Integer): string => (value < 0 ? `-0x${(-value).toString(16)}` : `0x${value.toString(16)}`);
    const repr = (text: string): string => oracle.ask<string>('def main(text): return repr(text)', text);
    cases.forEach(([text, base], i) => {
      assert.equal(
        outcome(() => hex(parseInteger(text, base, () => repr(text)))),
        expected[i],
        JSON.stringify([text, base]),
      );
    });
  });

  it('compares with floats exactly', () => {
    const random = new Random(5);
    const rows = random.list(2000, () => {
      const a = random.integer(80);
      const b = random.next() < 0.5 ? Number(a) : random.float();
      return [a, Number.isNaN(b) ? 0.5 : b] as const;
    });
    const expected = ask(
      ['(a > b) - (a < b)'],
      'ab',
      rows.map(([a, b]) => [String(a), `float("${b}")`]),
    );
    rows.forEach(([a, b], i) => {
      assert.equal(`${compareToFloat(int.normalize(a), b)}`, expected[i][0], `${a} ${b}`);
    });
  });

  it('hashes as a 64-bit CPython', function () {
    const native = nativeOracle('3.13') ?? nativeOracle('3.12');
    if (native === undefined) return this.skip();
    const random = new Random(6);
    const ints = random.list(1000, () => random.integer(random.pick([20, 62, 130])));
    const floats = random.list(2000, () => random.float()).filter((float) => !Number.isNaN(float));
    const expected = native.ask<string[][]>(
      `
def main(input):
    ints, floats = input
    floats = [float.fromhex(f) if 'n' not in f else float(f) for f in floats]
    return [[str(hash(int(i))) for i in ints], [str(hash(f)) for f in floats],
            [str(hash(complex(a, b))) for a, b in zip(floats, floats[1:])]]
`,
      [ints.map(String), floats.map((float) => (Number.isFinite(float) ? hexOf(float) : `${float}`.toLowerCase()))],
    );
    assert.deepEqual(
      ints.map((i) => `${hashInteger(int.normalize(i))}`),
      expected[0],
    );
    assert.deepEqual(
      floats.map((f) => `${hashFloat(f)}`),
      expected[1],
    );
    assert.deepEqual(
      floats.slice(1).map((f, i) => `${hashComplex(hashFloat(floats[i]), hashFloat(f))}`),
      expected[2],
    );
  });
});

/** A whole mantissa and a power of two, which float.fromhex reads. */
function hexOf(float: number): string {
  if (Object.is(float, -0)) return '-0x0p0';
  let exponent = 0;
  let mantissa = float;
  while (!Number.isInteger(mantissa)) {
    mantissa *= 2 ** 20;
    exponent -= 20;
  }
  const size = BigInt(Math.abs(mantissa)).toString(16);
  return `${float < 0 ? '-' : ''}0x${size}p${exponent}`;
}
