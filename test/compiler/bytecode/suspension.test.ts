import assert from 'node:assert/strict';
import type { CodeObject } from '../../../compiler/bytecode/code-object.ts';
import { codeKind, flagNamesOf } from '../../../compiler/bytecode/flags.ts';
import { suspensionPoints } from '../../../compiler/bytecode/suspension.ts';
import { py38 } from '../../../compiler/targets/py38.ts';
import { py314 } from '../../../compiler/targets/py314.ts';
import type { Target } from '../../../compiler/targets/target.ts';
import { nativeOracle, type Oracle, pyodideOracle } from '../../../tools/oracle.ts';
import { codeObjects, compiledByCPython, compiledLibrary } from './compiled-by-cpython.ts';

const everyKind = `\
async def main(source):
    async with source as items:
        async for item in items:
            await item
    listed = [x async for x in source]
    waited = {await x for x in source}
    async for pair in source: {a: [b, *[]] for a in pair async for b in a}
    return (x async for x in listed if await x)
async def numbers():
    yield 1
    other = [*listed, 1]
def delegate():
    yield from (x for x in [])
    return lambda: (yield)
`;

const kinds = (code: CodeObject): [string, string, string[]][] =>
  codeObjects(code).map((each) => [
    each.co_qualname,
    codeKind(each),
    suspensionPoints(each).map(({ kind, line }) => `${kind} ${line}`),
  ]);

describe('suspension points', () => {
  let cpython: Oracle;
  before(async function () {
    this.timeout(60_000);
    cpython = await pyodideOracle();
  });

  it('3.14: every kind is told by the bytecode', () => {
    assert.deepEqual(kinds(compiledByCPython(cpython, py314, everyKind)), [
      ['<module>', 'module', []],
      [
        'main',
        'coroutine',
        [
          'async with 2',
          'async for 3',
          'await 4',
          'async with 2',
          'async with 2',
          'async comprehension 5',
          'await 6',
          'async for 7',
          'async comprehension 7',
        ],
      ],
      ['main.<locals>.<genexpr>', 'async generator', ['async comprehension 8', 'await 8', 'yield 8']],
      ['numbers', 'async generator', ['yield 10']],
      ['delegate', 'generator', ['yield from 13']],
      ['delegate.<locals>.<genexpr>', 'generator', ['yield 13']],
      ['delegate.<locals>.<lambda>', 'generator', ['yield 14']],
    ]);
  });

  it('3.8: every kind is told by the bytecode, comprehensions having code of their own', function () {
    const native = nativeOracle('3.8');
    if (native === undefined) return this.skip();
    const found = kinds(compiledByCPython(native, py38, everyKind));
    assert.deepEqual(found.slice(0, 3), [
      ['<module>', 'module', []],
      [
        'main',
        'coroutine',
        [
          'async with 2',
          'async for 3',
          'await 4',
          // 3.8 gives the end of an `async with` the line of its body.
          'async with 4',
          'async comprehension 5',
          'async comprehension 6',
          'async for 7',
          'async comprehension 7',
        ],
      ],
      ['main.<locals>.<listcomp>', 'comprehension', ['async comprehension 5']],
    ]);
    assert.deepEqual(found.at(-3), ['delegate', 'generator', ['yield from 13']]);
  });

  /** The interpreter's own view: run every generator and note where it stands while it is suspended. */
  const observed = (oracle: Oracle): [string, number, number][] =>
    oracle.ask(
      `
import types
source = '''
@types.coroutine
def inner(n):
    got = yield n
    return got
async def outer():
    await inner(1)
    total = 0 + 2 * await inner(2)
    async with Manager():
        await inner(3)
    async for x in Numbers(): pass
    return [x async for x in Numbers()]
class Manager:
    async def __aenter__(self): await inner(4)
    async def __aexit__(self, *args): await inner(5)
class Numbers:
    left = 2
    def __aiter__(self): return self
    async def __anext__(self):
        await inner(6)
        self.left -= 1
        if self.left == 0: raise StopAsyncIteration
'''
def main(_):
    scope = {'types': types}
    exec(compile(source, 'example.py', 'exec'), scope)
    coroutine = scope['outer']()
    stops = []
    try:
        while True:
            coroutine.send(1 if stops else None)
            stops.append([coroutine.cr_code.co_name, coroutine.cr_frame.f_lasti, coroutine.cr_frame.f_lineno])
    except StopIteration:
        return [source, stops]
`,
    );

  const suspendsWhereItSays = (oracle: Oracle, target: Target, lasti: (offset: number) => number): void => {
    const [source, stops] = observed(oracle) as unknown as [string, [string, number, number][]];
    const outer = codeObjects(compiledByCPython(oracle, target, source)).find((code) => code.co_name === 'outer');
    assert.ok(outer);
    const points = suspensionPoints(outer).map(({ offset, line }) => `${lasti(offset)} ${line}`);
    assert.ok(stops.length >= 7);
    for (const [, offset, line] of stops) assert.ok(points.includes(`${offset} ${line}`), `${offset} ${line}`);
  };

  it('3.14: a suspended frame stands right behind one of them, at the RESUME', () =>
    suspendsWhereItSays(cpython, py314, (offset) => offset + 2));

  it('3.8: a suspended frame stands right before one of them, to come back to YIELD_FROM', function () {
    const native = nativeOracle('3.8');
    if (native === undefined) return this.skip();
    suspendsWhereItSays(native, py38, (offset) => offset - 2);
  });

  it('are there for the library exactly where code objects are generators or coroutines', function () {
    this.timeout(120_000);
    for (const { name, code } of compiledLibrary(cpython, py314)) {
      for (const each of codeObjects(code)) {
        const points = suspensionPoints(each);
        const flags = flagNamesOf(each);
        if (points.length > 0)
          assert.ok(
            flags.some((flag) => /GENERATOR|COROUTINE/.test(flag)),
            name,
          );
        if (points.some(({ kind }) => /await|async/.test(kind))) assert.ok(!flags.includes('CO_GENERATOR'), name);
        for (const point of points) assert.ok(point.column !== null && point.line !== null);
      }
    }
  });
});

describe('flags', () => {
  it('3.8: co_process of the documents has 99: OPTIMIZED, NEWLOCALS, GENERATOR, NOFREE', function () {
    const native = nativeOracle('3.8');
    if (native === undefined) return this.skip();
    const source = 'def co_process(arg):\n    data = yield 1\n    data = yield 2\n    data = yield 3\n';
    const code = codeObjects(compiledByCPython(native, py38, source))[1];
    assert.equal(code.co_flags, 99);
    assert.deepEqual(flagNamesOf(code), ['CO_OPTIMIZED', 'CO_NEWLOCALS', 'CO_GENERATOR', 'CO_NOFREE']);
  });
});
