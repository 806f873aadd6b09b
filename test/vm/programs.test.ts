import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { nativePython } from '../../tools/oracle.ts';
import { digest, normalized, programsFolder, readGolden, runInVm, twinPrograms } from './twin.ts';

/** Programs that still differ, by name, with the reason. */
const knownDifferences: Readonly<Record<string, string>> = JSON.parse(
  readFileSync('test/vm/known-differences.json', 'utf8'),
);

/** Throws unless the program does in the VM what it did in CPython. */
function compare(name: string): void {
  const golden = readGolden(name);
  const file = `${programsFolder}/${name}`;
  const current = golden?.program === digest(readFileSync(file, 'utf8'));
  assert.ok(golden && current, `${name} is new or changed: node tools/run.mjs tools/run-programs.ts`);
  const { output, errors, exitCode } = normalized(runInVm(file));
  assert.deepEqual(
    { exitCode, output: output.split('\n'), errors: errors.split('\n') },
    { exitCode: golden.exitCode, output: golden.output, errors: golden.errors },
  );
}

describe('programs run in the VM as in CPython 3.14', () => {
  const programs = twinPrograms();
  for (const name of programs.filter((program) => !(program in knownDifferences))) {
    it(name, () => compare(name));
  }
  for (const [name, reason] of Object.entries(knownDifferences)) {
    it(`${name} is known to differ: ${reason}`, () => {
      assert.ok(programs.includes(name), `${name} in known-differences.json does not exist`);
      assert.throws(() => compare(name), `${name} passes now: take it out of known-differences.json`);
    });
  }
});

describe('programs compiled for 3.8 run in the VM as in CPython 3.8', () => {
  const python = nativePython('3.8');
  for (const name of readdirSync(`${programsFolder}-3.8`)) {
    it(name, function () {
      if (python === undefined) this.skip();
      const file = `${programsFolder}-3.8/${name}`;
      const { status, stdout, stderr } = spawnSync(python, [file], { encoding: 'utf8' });
      assert.deepEqual(runInVm(file, '3.8'), { output: stdout, errors: stderr, exitCode: status });
    });
  }
});
