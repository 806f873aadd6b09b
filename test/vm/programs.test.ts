import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { nativePython, type Oracle, pyodideOracle } from '../../tools/oracle.ts';
import { runInOracle, runInVm } from './twin.ts';

const folder = 'test/fixtures/programs';

describe('programs run in the VM as in CPython 3.14', () => {
  let oracle: Oracle;
  before(async function () {
    this.timeout(30_000);
    oracle = await pyodideOracle();
  });

  for (const name of readdirSync(folder).filter((file) => file.endsWith('.py'))) {
    it(name, () => {
      const file = `${folder}/${name}`;
      assert.deepEqual(runInVm(file), runInOracle(oracle, file));
    }).timeout(20_000);
  }
});

describe('programs compiled for 3.8 run in the VM as in CPython 3.8', () => {
  const python = nativePython('3.8');
  for (const name of readdirSync(`${folder}-3.8`)) {
    it(name, function () {
      if (python === undefined) this.skip();
      const file = `${folder}-3.8/${name}`;
      const { status, stdout, stderr } = spawnSync(python, [file], { encoding: 'utf8' });
      assert.deepEqual(runInVm(file, '3.8'), { output: stdout, errors: stderr, exitCode: status });
    }).timeout(20_000);
  }
});
