import assert from 'node:assert/strict';
import { type Constant, FloatConstant, SurrogateString, TupleConstant } from '../../../compiler/bytecode/constants.ts';
import { dumps, loads, MarshalError } from '../../../compiler/bytecode/marshal.ts';
import { py38 } from '../../../compiler/targets/py38.ts';
import { py314 } from '../../../compiler/targets/py314.ts';
import type { Target } from '../../../compiler/targets/target.ts';
import { nativeOracle, type Oracle, pyodideOracle } from '../../../tools/oracle.ts';
import {
  batches,
  codeObjects,
  compiledByCPython,
  compiledLibrary,
  fromBase64,
  librarySource,
  toBase64,
} from './compiled-by-cpython.ts';

/** Compares every part of the code objects, types of constants included, which == would not. */
const compareWithLibrary = `${librarySource}
import base64, marshal, types, warnings
warnings.simplefilter('ignore')
parts = ('argcount posonlyargcount kwonlyargcount nlocals stacksize flags code names varnames freevars cellvars filename '
         'name qualname firstlineno linetable exceptiontable').split()
parts = ['co_' + p for p in parts if hasattr(compile('', '', 'exec'), 'co_' + p)] + ['co_lnotab']
def same(a, b):
    if type(a) is not type(b): return False
    if isinstance(a, types.CodeType):
        return all(getattr(a, p) == getattr(b, p) for p in parts) and same(a.co_consts, b.co_consts)
    if isinstance(a, tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, slice):
        return same((a.start, a.stop, a.step), (b.start, b.stop, b.step))
    return repr(a) == repr(b) if not isinstance(a, frozenset) else a == b
def main(given):
    return [n for n, data in given
            if not same(marshal.loads(base64.b64decode(data)), compile(library(n), n, 'exec', dont_inherit=True))]
`;

function rereads(oracle: Oracle, target: Target): void {
  const programs = compiledLibrary(oracle, target);
  assert.ok(programs.length > 500);
  const different: string[] = [];
  for (const batch of batches(programs, 100)) {
    const rewritten = batch.map(({ name, code }) => [name, toBase64(dumps(code))]);
    different.push(...oracle.ask<string[]>(compareWithLibrary, rewritten));
  }
  assert.deepEqual(different, []);
}

describe('marshal', () => {
  let cpython: Oracle;
  before(async function () {
    this.timeout(60_000);
    cpython = await pyodideOracle();
  });

  it('gives CPython 3.14 every library code object back as it was', function () {
    this.timeout(120_000);
    rereads(cpython, py314);
  });

  it('gives CPython 3.8 every library code object back as it was', function () {
    this.timeout(120_000);
    const native = nativeOracle('3.8');
    if (native === undefined) return this.skip();
    rereads(native, py38);
  });

  it('reads and writes constants of every type', () => {
    const source = [
      '(None, True, False, ..., 0, -1, 2**31 - 1, -2**31, 2**31, 2**53, -2**53, 2**100, -2**100, 1.0, -0.0, 1e300,',
      ' 0j, 1.5-2j, b"", b"a\\x00\\xff", "", "name", "two words", "é", "\\ud800", "\\ud83d\\ude00", "😀", (), (1, (2,)),',
      ' frozenset({1, 2}), slice(None, 1, ("a", 2)), "x" * 300)',
    ].join('\n');
    const [data, shown] = cpython.ask<[string, string]>(
      `import base64, marshal
def main(source):
    value = eval(source)
    return base64.b64encode(marshal.dumps(value)).decode(), ascii(value)`,
      source,
    );
    const value = loads(fromBase64(data), py314);
    assert.ok(value instanceof TupleConstant);
    const items: readonly Constant[] = value.items;
    assert.equal(items[8], 2 ** 31);
    assert.equal(items[9], 9007199254740992n);
    assert.ok(items[14] instanceof FloatConstant && Object.is(items[14].value, -0));
    assert.equal(items[24], '\ud800');
    assert.ok(items[25] instanceof SurrogateString);
    assert.equal(items[26], '😀');
    const back = cpython.ask<string>(
      'import base64, marshal\ndef main(data): return ascii(marshal.loads(base64.b64decode(data)))',
      toBase64(dumps(value, py314)),
    );
    assert.equal(back, shown);
  });

  it('finds the qualified names that 3.8 keeps beside the code', function () {
    const native = nativeOracle('3.8');
    if (native === undefined) return this.skip();
    const source =
      'class A:\n  class B:\n    def f(self):\n      return lambda: [i for i in self]\n  async def g(): pass\n';
    const names = codeObjects(compiledByCPython(native, py38, source)).map((code) => code.co_qualname);
    assert.deepEqual(names, [
      '<module>',
      'A',
      'A.B',
      'A.B.f',
      'A.B.f.<locals>.<lambda>',
      'A.B.f.<locals>.<lambda>.<locals>.<listcomp>',
      'A.g',
    ]);
  });

  it('refuses what is no marshal data', () => {
    assert.throws(() => loads(Uint8Array.of(0x69, 1), py314), MarshalError);
    assert.throws(() => loads(Uint8Array.of(0x3f), py314), MarshalError);
    assert.throws(() => loads(Uint8Array.of(0x72, 9, 0, 0, 0), py314), MarshalError);
  });
});
