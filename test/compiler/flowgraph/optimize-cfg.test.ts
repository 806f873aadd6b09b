import assert from 'node:assert/strict';
import { differences, optimizedByCPython, optimizedByUs } from '../../../tools/flowgraph-oracle.ts';
import { libraryFiles } from '../../../tools/library-zip.ts';
import { pyodideOracle } from '../../../tools/oracle.ts';

/** Files with many kinds of code; tools/check-flowgraph.ts takes all. */
const SAMPLE = [
  'ast.py',
  'asyncio/',
  'calendar.py',
  'contextlib.py',
  'dataclasses.py',
  'email/',
  'heapq.py',
  'tarfile.py',
];

describe('optimisation of the flow graph', () => {
  it("does what CPython 3.14's optimize_cfg does with what its code generation gives for the library", async function () {
    this.timeout(60_000);
    const oracle = await pyodideOracle();
    let compared = 0;
    for (const { path, bytes } of libraryFiles()) {
      if (!SAMPLE.some((prefix) => path.startsWith(prefix))) continue;
      for (const [index, sequence] of optimizedByCPython(oracle, new TextDecoder().decode(bytes)).entries()) {
        assert.equal(differences(sequence, optimizedByUs(sequence)), undefined, `${path}, sequence ${index}`);
        compared++;
      }
    }
    assert.ok(compared > 2_000, `${compared} code blocks`);
  });
});
