import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readPyc } from '../../compiler/bytecode/pyc.ts';
import { nativeOracle, type Oracle, pyodideOracle } from '../../tools/oracle.ts';
import { coroscope, inFolder } from './command.ts';

const program = `\
"""Sums what it is sent."""
import functools
class Adder:
    def __init__(self, start=0): self.total = start
    def add(self):
        while True:
            sent = yield self.total
            self.total += sent
def run(numbers):
    assert numbers, 'nothing to add'
    adder = Adder().add()
    next(adder)
    try:
        return [adder.send(n) for n in numbers]
    finally:
        adder.close()
answer = functools.reduce(lambda a, b: a + b, run([1, 2, 3]))
`;

const importIt = `
import base64, importlib, os, sys
def main(data):
    os.makedirs('/tmp/coroscope_compiled', exist_ok=True)
    with open('/tmp/coroscope_compiled/adder_compiled_here.pyc', 'wb') as file: file.write(base64.b64decode(data))
    sys.path.insert(0, '/tmp/coroscope_compiled')
    sys.modules.pop('adder_compiled_here', None)
    importlib.invalidate_caches()
    import adder_compiled_here as module
    try:
        empty = module.run([])
    except AssertionError as error:
        empty = str(error)
    return [module.answer, module.__doc__, empty]
`;

describe('coroscope compile', () => {
  let cpython: Oracle;
  before(async function () {
    this.timeout(60_000);
    cpython = await pyodideOracle();
  });

  const compiledWith = (folder: string, ...options: string[]): string => {
    writeFileSync(join(folder, 'adder.py'), program);
    const { stdout, stderr, status } = coroscope(['compile', ...options, '--out', 'out', 'adder.py'], { cwd: folder });
    assert.equal(stderr, '');
    assert.equal(stdout, '1 compiled, 0 failed\n');
    assert.equal(status, 0);
    return readFileSync(join(folder, 'out/adder.pyc')).toString('base64');
  };

  it('3.14: writes what CPython imports and runs, at every level of optimisation', () => {
    inFolder((folder) => {
      const doc = 'Sums what it is sent.';
      assert.deepEqual(cpython.ask(importIt, compiledWith(folder)), [10, doc, 'nothing to add']);
      assert.deepEqual(cpython.ask(importIt, compiledWith(folder, '-O')), [10, doc, []]);
      assert.deepEqual(cpython.ask(importIt, compiledWith(folder, '-OO')), [10, null, []]);
    });
  });

  it('3.8: writes what CPython imports and runs', function () {
    const native = nativeOracle('3.8');
    if (native === undefined) return this.skip();
    inFolder((folder) => {
      assert.deepEqual(native.ask(importIt, compiledWith(folder, '--target', '3.8')), [
        10,
        'Sums what it is sent.',
        'nothing to add',
      ]);
    });
  });

  it('takes files and folders, reports what fails, and goes on', () => {
    inFolder((folder) => {
      mkdirSync(join(folder, 'project/inner/__pycache__'), { recursive: true });
      writeFileSync(join(folder, 'project/a.py'), 'x = 1\n');
      writeFileSync(join(folder, 'project/inner/b.py'), 'y = = 2\n');
      writeFileSync(join(folder, 'project/inner/c.py'), 'z = 3\n');
      writeFileSync(join(folder, 'project/inner/__pycache__/d.py'), '');
      writeFileSync(join(folder, 'project/notes.txt'), '');
      writeFileSync(join(folder, 'single.py'), 'w = 4\n');
      const { stdout, stderr, status } = coroscope(['compile', 'project', '--out', 'out', 'single.py'], {
        cwd: folder,
      });
      assert.equal(stdout, '3 compiled, 1 failed\n');
      assert.equal(
        stderr,
        '  File "project/inner/b.py", line 1\n    y = = 2\n        ^\nSyntaxError: invalid syntax\n',
      );
      assert.equal(status, 1);
      for (const written of ['a.pyc', 'inner/c.pyc', 'single.pyc']) assert.ok(existsSync(join(folder, 'out', written)));
      assert.ok(!existsSync(join(folder, 'out/inner/b.pyc')));
      assert.ok(!existsSync(join(folder, 'out/inner/__pycache__')));
      const { check, code } = readPyc(readFileSync(join(folder, 'out/inner/c.pyc')));
      assert.equal(code.co_filename, 'project/inner/c.py');
      const source = statSync(join(folder, 'project/inner/c.py'));
      assert.deepEqual(check, { kind: 'timestamp', mtime: Math.floor(source.mtimeMs / 1000), size: 6 });
    });
  });
});
