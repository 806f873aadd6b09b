import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import {
  digest,
  normalized,
  readGolden,
  runInVm,
  type Suite,
  suite38,
  suite314,
  suiteThreads,
  twinPrograms,
} from './twin.ts';

/** Programs that still differ, by name, with the reason. */
const knownDifferences: Readonly<Record<string, string>> = JSON.parse(
  readFileSync('test/vm/known-differences.json', 'utf8'),
);

/** Throws unless the program does in the VM what it did in CPython. */
function compare(suite: Suite, name: string): void {
  const golden = readGolden(suite, name);
  const file = `${suite.programs}/${name}`;
  const current = golden?.program === digest(readFileSync(file, 'utf8'));
  assert.ok(golden && current, `${name} is new or changed: node tools/run.mjs tools/run-programs.ts`);
  const { output, errors, exitCode } = normalized(runInVm(file, suite.version));
  assert.deepEqual(
    { exitCode, output: output.split('\n'), errors: errors.split('\n') },
    { exitCode: golden.exitCode, output: golden.output, errors: golden.errors },
  );
}

describe('programs run in the VM as in CPython 3.14', () => {
  const programs = twinPrograms(suite314);
  for (const name of programs.filter((program) => !(program in knownDifferences))) {
    it(name, () => compare(suite314, name));
  }
  for (const [name, reason] of Object.entries(knownDifferences)) {
    it(`${name} is known to differ: ${reason}`, () => {
      assert.ok(programs.includes(name), `${name} in known-differences.json does not exist`);
      assert.throws(() => compare(suite314, name), `${name} passes now: take it out of known-differences.json`);
    });
  }
});

describe('programs compiled for 3.8 run in the VM as in CPython 3.8', () => {
  for (const name of twinPrograms(suite38)) it(name, () => compare(suite38, name));
});

describe('programs with threads run in the VM as in CPython 3.13', () => {
  for (const name of twinPrograms(suiteThreads)) it(name, () => compare(suiteThreads, name));
});
