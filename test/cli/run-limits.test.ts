import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { coroscope, inFolder } from './command.ts';

describe('coroscope run, its options', function () {
  this.timeout(60_000);

  it('runs code, modules and folders as CPython does', () => {
    const code = coroscope(['run', '-c', 'import sys; print(sys.argv, __name__); sys.exit(3)', 'a']);
    assert.deepEqual(code, { stdout: "['-c', 'a'] __main__\n", stderr: '', status: 3 });
    inFolder((folder) => {
      mkdirSync(join(folder, 'app'));
      writeFileSync(join(folder, 'app', '__main__.py'), 'import sys, helper\nprint(sys.argv, __name__)\n');
      writeFileSync(join(folder, 'app', 'helper.py'), 'print(__debug__)\n');
      assert.equal(coroscope(['run', 'app', 'x'], { cwd: folder }).stdout, "True\n['app', 'x'] __main__\n");
      writeFileSync(join(folder, 'module.py'), 'import sys\nprint(__name__, __spec__.name, sys.argv[1:])\n');
      const module = coroscope(['run', '-m', 'module', 'y'], { cwd: folder });
      assert.deepEqual(module, { stdout: "__main__ module ['y']\n", stderr: '', status: 0 });
    });
    assert.equal(coroscope(['run', '-O', '-c', 'assert False']).status, 0);
  });

  it('stops a program whose time or fuel is over', () => {
    for (const limit of [
      ['--timeout', '0.5'],
      ['--fuel', '50000'],
    ]) {
      const { stdout, stderr, status } = coroscope(['run', ...limit, '-c', 'print("begun")\nwhile True: pass']);
      assert.equal(stdout, 'begun\n');
      assert.match(stderr, /^coroscope run: stopped, /);
      assert.equal(status, 124);
    }
  });

  it('raises MemoryError at the limit', () => {
    const program = `
kept = []
try:
    while True: kept.append([0] * 100)
except MemoryError:
    kept = None
    print('MemoryError')
`;
    assert.equal(coroscope(['run', '--max-memory', '150', '-c', program]).stdout, 'MemoryError\n');
  });

  it('closes a chain of 10,000 delegating generators', () => {
    const program = `
import sys
sys.setrecursionlimit(100_000)
def chain(n):
    if n: yield from chain(n - 1)
    else: yield 'deep'
g = chain(10_000)
print(next(g)); g.close(); print(g.gi_frame)
`;
    assert.equal(coroscope(['run', '-c', program]).stdout, 'deep\nNone\n');
  });

  it('makes Ctrl-C a KeyboardInterrupt, in a computation and in sleep', async function () {
    if (process.platform === 'win32') this.skip();
    const program = `
import time
try:
    print('ready', flush=True)
    while True: pass
except KeyboardInterrupt: print('computing', flush=True)
time.sleep(60)
`;
    const child = spawn(process.execPath, [resolve('dist/cli.js'), 'run', '-c', program]);
    let stdout = '';
    child.stdout.on('data', (data) => {
      stdout += data;
      // Twice within a second ends the process at once.
      if (stdout === 'ready\n') child.kill('SIGINT');
      else if (stdout.endsWith('computing\n')) setTimeout(() => child.kill('SIGINT'), 1200);
    });
    const status = await new Promise((done) => {
      child.on('exit', done);
    });
    assert.equal(stdout, 'ready\ncomputing\n');
    assert.equal(status, 130);
  });
});
