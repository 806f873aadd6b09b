import { strict as assert } from 'node:assert';
import { type Oracle, pyodideOracle } from '../../../tools/oracle.ts';
import {
  absoluteComplex,
  type Complex,
  complexRepr,
  divideByReal,
  divideComplex,
  divideReal,
  multiplyComplex,
  parseComplex,
  powerComplex,
} from '../../../vm/numbers/complex.ts';
import * as conversion from '../../../vm/numbers/conversion.ts';
import {
  type FloatCode,
  FloatFormat,
  floatFromHex,
  floatHex,
  floatRepr,
  formatFloat,
  parseFloatText,
} from '../../../vm/numbers/float-text.ts';
import { fromWholeNumber } from '../../../vm/numbers/integer.ts';
import { outcome } from '../outcome.ts';
import { Random } from '../random.ts';

/** JSON has no infinities, so floats travel as the text of their bits. */
const bitsOf = (float: number): string => {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, float);
  return view.getBigUint64(0).toString(16).padStart(16, '0');
};

const READ = `
import struct, math
def read(bits): return struct.unpack('>d', bytes.fromhex(bits))[0]
def attempt(f, *args):
    try: return str(f(*args))
    except OverflowError as e:
        return 'OverflowError: ' + (str(e) if len(e.args) == 1 else "(34, 'Numerical result out of range')")
    except Exception as e: return f'{type(e).__name__}: {e}'
`;

describe('floats', () => {
  let oracle: Oracle;
  let floats: number[];
  before(async function () {
    this.timeout(30000);
    oracle = await pyodideOracle();
    const random = new Random(11);
    floats = random.list(6000, () => random.float());
    for (let exponent = -1074; exponent < 1024; exponent++) floats.push(2 ** exponent);
    for (let exponent = -330; exponent < 309; exponent++)
      floats.push(Number(`1e${exponent}`), Number(`9.5e${exponent}`));
  });

  it('have repr, hex and as_integer_ratio', function () {
    this.timeout(60000);
    const expected = oracle.ask<string[][]>(
      `${READ}
def main(floats):
    return [[repr(f), f.hex(), attempt(f.as_integer_ratio), attempt(round, f), attempt(int, f)] for f in map(read, floats)]
`,
      floats.map(bitsOf),
    );
    floats.forEach((float, i) => {
      const actual = [
        floatRepr(float),
        floatHex(float),
        outcome(() => `(${conversion.floatRatio(float).join(', ')})`),
        outcome(() => conversion.roundToInteger(float)),
        outcome(() => conversion.truncate(float)),
      ];
      assert.deepEqual(actual, expected[i]);
      if (!Number.isNaN(float)) assert.ok(Object.is(floatFromHex(floatHex(float)), float));
    });
  });

  it('format with exact digits', function () {
    this.timeout(60000);
    const random = new Random(12);
    const cases = random.list(12000, () => ({
      bits: bitsOf(random.pick(floats)),
      code: random.pick('eEfFgG'),
      precision: random.next() < 0.95 ? random.between(0, 20) : random.between(0, 400),
      flags: random.pick(['', '+', '#', '+#']),
    }));
    const expected = oracle.ask<string[]>(
      `${READ}
def main(cases):
    return [('%' + c['flags'] + '.' + str(c['precision']) + c['code']) % read(c['bits']) for c in cases]
`,
      cases,
    );
    cases.forEach(({ bits, code, precision, flags }, i) => {
      const view = new DataView(new ArrayBuffer(8));
      view.setBigUint64(0, BigInt(`0x${bits}`));
      const options = (flags.includes('+') ? FloatFormat.Sign : 0) | (flags.includes('#') ? FloatFormat.Alternate : 0);
      const actual = formatFloat(view.getFloat64(0), code as FloatCode, precision, options);
      assert.equal(actual, expected[i], `${flags} ${precision} ${code} ${view.getFloat64(0)}`);
    });
  });

  it('round to places', function () {
    this.timeout(60000);
    const random = new Random(13);
    const cases = random.list(8000, (): [number, number] => [
      random.pick(floats),
      random.next() < 0.8 ? random.between(-3, 8) : random.between(-330, 330),
    ]);
    const expected = oracle.ask<string[]>(
      `${READ}
def main(cases): return [attempt(round, read(f), n) for f, n in cases]
`,
      cases.map(([float, n]) => [bitsOf(float), n]),
    );
    cases.forEach(([float, n], i) => {
      assert.equal(
        outcome(() => floatRepr(conversion.roundFloat(float, n))),
        expected[i],
        `round(${float}, ${n})`,
      );
    });
  });

  it('divide, leave remainders and rise to powers', function () {
    this.timeout(60000);
    const random = new Random(14);
    const small = (): number =>
      random.pick([random.between(-20, 20), random.between(-40, 40) / 4, random.pick(floats)]);
    const cases = random.list(8000, (): [number, number] => [small(), small()]);
    const expected = oracle.ask<string[][]>(
      `${READ}
def main(cases):
    return [[attempt(lambda: a // b), attempt(lambda: a % b), attempt(divmod, a, b), attempt(lambda: type(a ** b).__name__).replace('OverflowError: complex exponentiation', 'complex')]
            for a, b in ((read(a), read(b)) for a, b in cases)]
`,
      cases.map(([a, b]) => [bitsOf(a), bitsOf(b)]),
    );
    cases.forEach(([a, b], i) => {
      const actual = [
        outcome(() => floatRepr(conversion.floatFloorDivide(a, b))),
        outcome(() => floatRepr(conversion.floatModulo(a, b))),
        outcome(() => `(${conversion.floatDivmod(a, b).map(floatRepr).join(', ')})`),
        outcome(() => (conversion.floatPower(a, b) === undefined ? 'complex' : 'float')),
      ];
      assert.deepEqual(actual, expected[i], `${a}, ${b}`);
    });
  });

  it('are read from text', function () {
    this.timeout(60000);
    const random = new Random(15);
    const pieces = [
      '0',
      '1',
      '25',
      '9',
      '.',
      'e',
      'E',
      '+',
      '-',
      '_',
      ' ',
      'inf',
      'NaN',
      'infinity',
      '٣',
      '\u2009',
      '\x1c',
      '\n',
      'x',
      'j',
      '(',
      ')',
    ];
    const texts = random.list(6000, () => random.text(random.next() < 0.3 ? '0123456789.e-_' : pieces, 7));
    texts.push(
      '179769313486231580793e289',
      '2.4703282292062328e-324',
      `0.${'0'.repeat(300)}1${'3'.repeat(800)}`,
      '1e400',
      '-1e-400',
    );
    const expected = oracle.ask<string[][]>(
      `${READ}
def main(texts): return [[attempt(float, t), attempt(complex, t)] for t in texts]
`,
      texts,
    );
    const reprs = oracle.ask<string[]>('def main(texts): return [repr(t) for t in texts]', texts);
    texts.forEach((text, i) => {
      const actual = [
        outcome(() => floatRepr(parseFloatText(text, () => reprs[i]))),
        outcome(() => complexRepr(parseComplex(text, () => reprs[i]))),
      ];
      assert.deepEqual(actual, expected[i], JSON.stringify(text));
    });
  });

  it('are read from hexadecimal', () => {
    const random = new Random(16);
    const texts = random.list(5000, () =>
      random.text(['0x', '1', 'F', 'a8', '.', 'p', 'P-', 'p+10', '-', '+', '7', ' ', 'p-1070', 'ffffffffffffff8'], 6),
    );
    const expected = oracle.ask<string[]>(
      `${READ}\ndef main(texts): return [attempt(float.fromhex, t) for t in texts]`,
      texts,
    );
    texts.forEach((text, i) => {
      assert.equal(
        outcome(() => floatRepr(floatFromHex(text))),
        expected[i],
        text,
      );
    });
  });

  it('form complex numbers', function () {
    this.timeout(60000);
    const random = new Random(17);
    const part = (): number =>
      random.pick([0, -0, 1, -2.5, 3, Infinity, -Infinity, NaN, 1e300, 1e-300, random.between(-9, 9)]);
    const cases = random.list(8000, () => [part(), part(), part(), part(), random.between(-4, 12)]);
    // A negative power of an infinity goes through a NaN, whose sign JavaScript doesn't show.
    for (const row of cases) if (!(Math.abs(row[0]) + Math.abs(row[1]) < 1e50)) row[4] = Math.abs(row[4]);
    const expected = oracle.ask<string[][]>(
      `${READ}
def main(cases):
    def row(a, b, c, d, n):
        x, y = complex(a, b), complex(c, d)
        return [attempt(lambda: x * y), attempt(lambda: x / y), attempt(lambda: x / c), attempt(lambda: a / y), attempt(abs, x), attempt(lambda: x ** n)]
    return [row(*map(read, case)) for case in cases]
`,
      cases.map((row) => row.map(bitsOf)),
    );
    cases.forEach(([a, b, c, d, n], i) => {
      const x: Complex = { real: a, imag: b };
      const y: Complex = { real: c, imag: d };
      const actual = [
        outcome(() => complexRepr(multiplyComplex(x, y))),
        outcome(() => complexRepr(divideComplex(x, y))),
        outcome(() => complexRepr(divideByReal(x, c))),
        outcome(() => complexRepr(divideReal(a, y))),
        outcome(() => floatRepr(absoluteComplex(x))),
        outcome(() => complexRepr(powerComplex(x, { real: n, imag: 0 }))),
      ];
      assert.deepEqual(actual, expected[i], `${cases[i]}`);
    });
  });

  it('become ints without loss', () => {
    assert.equal(fromWholeNumber(1e22), 10n ** 22n);
    assert.ok(Object.is(fromWholeNumber(-0), 0));
  });
});
