import assert from 'node:assert/strict';
import { constantRepr, stableCodeRepr } from '../../../compiler/bytecode/constant-repr.ts';
import { type Constant, TupleConstant } from '../../../compiler/bytecode/constants.ts';
import { loads } from '../../../compiler/bytecode/marshal.ts';
import { py38 } from '../../../compiler/targets/py38.ts';
import { py314 } from '../../../compiler/targets/py314.ts';
import { nativeOracle, type Oracle, pyodideOracle } from '../../../tools/oracle.ts';
import { fromBase64 } from './compiled-by-cpython.ts';

/** Expressions of all the constants whose repr() has a rule of its own. */
const interesting = [
  '(1,)',
  '((), (1, 2))',
  'frozenset()',
  'frozenset({7})',
  '...',
  '(2**70, -3)',
  "('', 'a', \"'\", '\"', '\\'\"', '\\\\', '\\t\\n\\r\\x00\\x7f\\x80\\xa0\\xad', 'é', '\\u2028', '\\U0001f600', '\\ud800', '\\U0010ffff')",
  "(b'', b\"'\", b'\"', b'\\'\"', b'\\\\', bytes(range(256)))",
  '(0.0, -0.0, 1.0, 1e15, 1e16, 123456789012345680.0, 1e22, 1e-4, 1e-5, 1.5e-7, 0.1, 1/3, 1e308*10, -1e308*10, 5e-324, 2.5e100)',
  '(0j, 1j, -1j, 1+0j, -0.0+1j, 1.5-2.5j, 1e20j, complex(-0.0, -0.0), complex(0, float("inf")), complex(1, float("nan")), complex(float("-inf"), -0.0))',
];

describe('repr() of constants', () => {
  let cpython: Oracle;
  before(async function () {
    this.timeout(60_000);
    cpython = await pyodideOracle();
  });

  const shown = (oracle: Oracle, target: typeof py314, expressions: string[]): void => {
    const pairs = oracle.ask<[string, string][]>(
      `import base64, marshal
def main(expressions):
    return [(base64.b64encode(marshal.dumps(eval(e))).decode(), repr(eval(e)).encode('utf-8', 'surrogatepass').decode('latin1')) for e in expressions]`,
      expressions,
    );
    for (const [data, expected] of pairs) {
      const value = loads(fromBase64(data), target);
      assert.equal(
        constantRepr(value, target.isPrintable, stableCodeRepr()),
        Buffer.from(expected, 'latin1').toString('utf8'),
      );
    }
  };

  it('is that of 3.14', () => shown(cpython, py314, [...interesting, 'slice(1, None, (2,))']));

  it('is that of 3.8', function () {
    const native = nativeOracle('3.8');
    if (native === undefined) return this.skip();
    shown(native, py38, interesting);
  });

  it('shows the characters that 3.14 calls printable, and no others', function () {
    this.timeout(60_000);
    const text = cpython.ask<string>(`
import base64, marshal
def main(_):
    return base64.b64encode(bytes(chr(c).isprintable() for c in range(0x110000))).decode()`);
    const expected = fromBase64(text);
    for (let point = 0; point < 0x110000; point++) {
      if (py314.isPrintable(point) !== (expected[point] === 1)) assert.fail(`U+${point.toString(16)}`);
    }
  });

  it('names a code object by an address that stays the same', () => {
    const data = cpython.ask<string>(`
import base64, marshal
def main(_): return base64.b64encode(marshal.dumps(compile('lambda: 0', 'x.py', 'exec').co_consts)).decode()`);
    const value: Constant = loads(fromBase64(data), py314);
    assert.ok(value instanceof TupleConstant);
    assert.equal(
      constantRepr(value.items[0], py314.isPrintable, stableCodeRepr()),
      '<code object <lambda> at 0x7f0000001000, file "x.py", line 1>',
    );
  });
});
