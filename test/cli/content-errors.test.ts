import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compiled } from '../../cli/compiled.ts';
import { py314 } from '../../compiler/targets/py314.ts';
import { type Oracle, pyodideOracle } from '../../tools/oracle.ts';
import { coroscope, inFolder } from './command.ts';

/** Programs that CPython refuses, as bytes in latin-1. */
const broken = [
  'x = (\n',
  'a b\n',
  'return\n',
  '\tx\n  y',
  'if 1:\n\tx\n        y\n',
  'def f():\n  yield\n  return\n break',
  'f(**a, *b)',
  'del f(\n1,\n2)\n',
  'class A:\n  def f(self):\n      y = "abc" "def" 3\n',
  'async def f():\n    return [await x for x in y\n',
  'def f(a, a): pass\n',
  'nonlocal x\n',
  'def f():\n    x = 1\n    global x\n',
  'x = """abc\n def \n',
  '"abc',
  'f"{"',
  'x = 1\r\ny y\r\n',
  '\xc3\xa9 = $',
  '"\xc3\xa9" \xc3\xa9 \xc3\xa9',
  '"\\N{no such name}"',
  "x = '\\x1'",
  'a\0b',
  'x = "\xff"',
  '# coding: nonsense\nx',
  '# coding: latin-1\nx = "\xe9" $ 2\n',
  '\xef\xbb\xbfx x',
  '\xef\xbb\xbf# coding: latin-1\nx',
];

/** Programs in which a keyword is mistyped, or seems to be. */
const mistyped = [
  'fro i in x: pass',
  'x = 1\nimprt os\n',
  'def f():\n    a = 1\n    retrun a\n',
  'class A:\n    pass\n\nwhille True:\n    pass\n',
  'if x:\n  pass\nesle:\n  pass\n',
  'def f(x):\n  yeild x',
  'f(a b)',
  'a = [1 2]',
  'x = 1\ny = 2\nfoo bar\n',
  'asynch def f(): pass',
  'try:\n  x\nexept E: pass',
  'form x import y',
  'a b c d e',
  'deff f(): pass',
  'x = Nonne y',
  'for i inn x: pass',
  'ifx == 3: pass',
  'def f():\n    for a in b:\n        if a: pass\n        else:\n            c\n    whith a as b: pass\n',
  'match x:\n    case 1:\n        pass\nglobl x\n',
  'async def f():\n    awiat x\n',
  'x = [a fr a in b]\n',
  'x = (a\n  fro b)\n',
];

describe('what CPython would report of a file', () => {
  let cpython: Oracle;
  before(async function () {
    this.timeout(60_000);
    cpython = await pyodideOracle();
  });

  const shownByCPython = (programs: readonly string[]): string[] =>
    cpython.ask(
      `
import os, traceback
def main(programs):
    os.makedirs('/tmp/broken', exist_ok=True)
    os.chdir('/tmp/broken')
    shown = []
    for program in programs:
        source = program.encode('latin-1')
        with open('broken.py', 'wb') as file: file.write(source)
        try:
            compile(source, 'broken.py', 'exec')
            shown.append('')
        except Exception as error:
            shown.append(''.join(traceback.format_exception_only(error)))
    return shown
`,
      programs,
    );

  const report = (program: string): string =>
    compiled({ bytes: Buffer.from(program, 'latin1'), filename: 'broken.py' }, py314).report;

  it('names the keyword that was meant, as the traceback module does', () => {
    assert.deepEqual(mistyped.map(report), shownByCPython(mistyped));
  });

  it('is shown as CPython shows it', () => {
    const expected = shownByCPython(broken);
    assert.ok(expected.every((text) => text !== ''));
    assert.deepEqual(broken.map(report), expected);
  });

  it('goes to stderr in every command, with exit code 1', () => {
    const [program] = broken;
    const [expected] = shownByCPython([program]);
    inFolder((folder) => {
      writeFileSync(join(folder, 'broken.py'), program);
      for (const command of [['flags'], ['flags', '--json'], ['dis'], ['dis', '--json'], ['compile', '--out', 'out']]) {
        const { stdout, stderr, status } = coroscope([...command, 'broken.py'], { cwd: folder });
        assert.equal(stderr, expected);
        assert.equal(stdout, command[0] === 'compile' ? '0 compiled, 1 failed\n' : '');
        assert.equal(status, 1);
      }
    });
  });
});
