import assert from 'node:assert/strict';
import type { CodeObject } from '../../compiler/bytecode/code-object.ts';
import { dumps } from '../../compiler/bytecode/marshal.ts';
import { compile } from '../../compiler/compile.ts';
import { py38 } from '../../compiler/targets/py38.ts';
import { py314 } from '../../compiler/targets/py314.ts';
import type { Target } from '../../compiler/targets/target.ts';
import { NodeHost } from '../../host/node-host.ts';
import { libraryFiles } from '../../tools/library-zip.ts';
import { packCode } from '../../vm/importing/pack-code.ts';
import { unpackCode } from '../../vm/importing/packed-code.ts';
import { startInterpreter } from '../../vm/main-entry.ts';
import { constantOf } from '../../vm/objects/constant.ts';

const unexpected = (): never => assert.fail('a value that is no constant');

function assertSame(source: string | Uint8Array, target: Target): void {
  const { code } = compile(source, { filename: 'packed.py', target });
  assert.ok(code !== undefined);
  const unpacked = unpackCode(packCode(code));
  assert.deepEqual(dumps(constantOf(unpacked, unexpected), target), dumps(code, target));
}

describe('packed code', () => {
  before(() => {
    const host = new NodeHost({ library: 'dist/library.bin' });
    startInterpreter(host, { argv: [''], path: [], executable: '' });
  });

  it('has every kind of constant', () => {
    assertSame(
      `
def f(a, /, b=1.5, *c, d=-7, **e):
    'A docstring.'
    return ((1, ('x', b'\\x00\\xff', None)), 1 << 80, -(1 << 80), 9007199254740991, -0.0, 2j, ..., True, False, a[1:2],
            a in {1, 'two', 3.5}, 'ä € 😀 \\ud800', 300, '')

async def g():
    class C[T]:
        x: T = lambda self: [i async for i in self]
`,
      py314,
    );
  });

  it('is the same for a target before 3.11', () => {
    assertSame('def f(x):\n  def g(): return x, 10 ** 30\n  try: return g\n  finally: x = 1\n', py38);
  });

  it('reads a function when it is first looked at', () => {
    const { code } = compile('def f():\n  "doc"\n  return 12345\n', { filename: 'packed.py', target: py314 });
    const module = unpackCode(packCode(code as CodeObject));
    assert.equal(module.readConsts.length, 0);
    assert.equal(module.name, '<module>');
    assert.ok(module.consts.length > 0);
  });

  it('holds modules of the library', () => {
    const files = libraryFiles().filter(({ path }) =>
      /^(?:enum|re\/_parser|html\/entities|asyncio\/tasks|locale)\.py$/.test(path),
    );
    assert.equal(files.length, 5);
    for (const { bytes } of files) assertSame(bytes, py314);
  });
});
