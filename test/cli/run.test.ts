import assert from 'node:assert/strict';
import { readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { printed } from '../../tools/oracle.ts';
import { coroscope, inFolder } from './command.ts';

describe('coroscope run', () => {
  it('prints what CPython prints, for every example', async function () {
    this.timeout(60_000);
    for (const name of readdirSync('examples').filter((each) => each.endsWith('.py'))) {
      const { stdout, stderr, status } = coroscope(['run', `examples/${name}`]);
      assert.equal(stderr, '', name);
      assert.equal(stdout, await printed(readFileSync(`examples/${name}`, 'utf8')), name);
      assert.equal(status, 0, name);
    }
  });

  it('gives the program its arguments, its input and its exit code', () => {
    inFolder((folder) => {
      const program = 'import sys\nprint(sys.argv[1:], input())\nsys.exit(3)\n';
      writeFileSync(join(folder, 'echo.py'), program);
      const { stdout, stderr, status } = coroscope(['run', 'echo.py', '--help', 'x y'], {
        cwd: folder,
        input: 'hello\n',
      });
      assert.equal(stderr, '');
      assert.equal(stdout, "['--help', 'x y'] hello\n");
      assert.equal(status, 3);
    });
  });

  it('has the names that site adds, made when they are asked for', () => {
    const program = `
import builtins
print(repr(exit), hasattr(builtins, 'help'), hasattr(builtins, 'nothing'))
help(sum)
quit(7)
`;
    const { stdout, stderr, status } = coroscope(['run', '-c', program]);
    assert.equal(stderr, '');
    assert.match(
      stdout,
      /^Use exit\(\) or Ctrl-D \(i\.e\. EOF\) to exit True False\nHelp on built-in function sum in module builtins:/,
    );
    assert.equal(status, 7);
  });

  it('has a working directory that the program can change', () => {
    inFolder((folder) => {
      const program = `
import os
os.mkdir('below')
os.chdir('below')
with open('made.txt', 'w') as file: file.write('x')
print(os.path.relpath(os.getcwd(), '..'), os.listdir(), os.path.exists('../below/made.txt'))
for wrong in ('made.txt', 'nowhere', ''):
    try: os.chdir(wrong)
    except OSError as error: print(type(error).__name__, error)
`;
      writeFileSync(join(folder, 'moves.py'), program);
      const { stdout, stderr } = coroscope(['run', 'moves.py'], { cwd: folder });
      assert.equal(stderr, '');
      assert.equal(
        stdout,
        "below ['made.txt'] True\n" +
          "NotADirectoryError [Errno 20] Not a directory: 'made.txt'\n" +
          "FileNotFoundError [Errno 2] No such file or directory: 'nowhere'\n" +
          "FileNotFoundError [Errno 2] No such file or directory: ''\n",
      );
    });
  });

  it('runs a program from stdin', () => {
    const { stdout, status } = coroscope(['run', '-', 'a'], { input: 'import sys\nprint(sys.argv, __name__)\n' });
    assert.equal(stdout, "['-', 'a'] __main__\n");
    assert.equal(status, 0);
  });

  it('imports from the folder of the program, and from the library', () => {
    inFolder((folder) => {
      writeFileSync(
        join(folder, 'helper.py'),
        'from collections import namedtuple\nPair = namedtuple("Pair", "a b")\n',
      );
      writeFileSync(join(folder, 'main.py'), 'import helper\nprint(helper.Pair(1, 2))\n');
      const { stdout, stderr } = coroscope(['run', join(folder, 'main.py')]);
      assert.equal(stderr, '');
      assert.equal(stdout, 'Pair(a=1, b=2)\n');
    });
  });

  it('prints the traceback of what nobody caught, and exits 1', () => {
    inFolder((folder) => {
      writeFileSync(join(folder, 'fails.py'), 'def f():\n    yield 1 / 0\n\nlist(f())\n');
      const { stdout, stderr, status } = coroscope(['run', 'fails.py'], { cwd: folder });
      const file = join(realpathSync(folder), 'fails.py');
      assert.equal(stdout, '');
      assert.equal(
        stderr,
        `Traceback (most recent call last):
  File "${file}", line 4, in <module>
    list(f())
    ~~~~^^^^^
  File "${file}", line 2, in f
    yield 1 / 0
          ~~^~~
ZeroDivisionError: division by zero
`,
      );
      assert.equal(status, 1);
    });
  });

  it('shows a syntax error as CPython does, and exits 1', () => {
    inFolder((folder) => {
      writeFileSync(join(folder, 'broken.py'), 'print(1)\nx = (\n');
      const { stdout, stderr, status } = coroscope(['run', 'broken.py'], { cwd: folder });
      const file = join(realpathSync(folder), 'broken.py');
      assert.equal(stdout, '');
      assert.equal(stderr, `  File "${file}", line 2\n    x = (\n        ^\nSyntaxError: '(' was never closed\n`);
      assert.equal(status, 1);
    });
  });
});
