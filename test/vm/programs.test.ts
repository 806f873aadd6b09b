import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { type Oracle, pyodideOracle } from '../../tools/oracle.ts';
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
