import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Library } from '../../host/library.ts';
import { runInVm } from './twin.ts';

/** Why modules of the library can't be imported: the error each ends with. Shrinks; nothing may be added without a reason. */
const knownCauses: readonly string[] = JSON.parse(readFileSync('test/vm/known-import-failures.json', 'utf8'));

/** Modules that do something when they are imported. */
const actsAtOnce = /^antigravity$|^this$|(^|\.)__main__$/;

const importAll = (names: readonly string[]): string => `
import json, warnings
warnings.simplefilter('ignore')
failures = {}
for name in ${JSON.stringify(names)}:
    try:
        __import__(name)
    except Exception as error:
        failures.setdefault(f'{type(error).__name__}: {error}', []).append(name)
print(json.dumps(failures))
`;

describe("every module of CPython's library is imported", () => {
  let failures: Record<string, string[]> = {};

  before(() => {
    const library = new Library('dist/library.bin');
    const names = library.moduleNames().filter((name) => !actsAtOnce.test(name));
    library.close();
    const folder = mkdtempSync(join(tmpdir(), 'coroscope-imports-'));
    try {
      const file = join(folder, 'imports.py');
      writeFileSync(file, importAll(names.sort()));
      const { output, errors, exitCode } = runInVm(file, '3.14');
      assert.equal(exitCode, 0, errors);
      failures = JSON.parse(output);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }).timeout(60000);

  it('or says a known reason', () => {
    const unknown = Object.entries(failures).filter(([cause]) => !knownCauses.includes(cause));
    assert.deepEqual(Object.fromEntries(unknown), {});
  });

  it('and every known reason is still one', () => {
    const gone = knownCauses.filter((cause) => !Object.hasOwn(failures, cause));
    assert.deepEqual(gone, [], 'these pass now: take them out of test/vm/known-import-failures.json');
  });
});
