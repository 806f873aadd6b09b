// Compares the passes of the flow graph with CPython 3.14's optimize_cfg on the sequences that CPython's own code
// generation gives for the library: node tools/run.mjs tools/check-flowgraph.ts [PATH-PREFIX…]
// The oracle does not tell the constants, so both sides are given the same made-up ones. Files that annotate names are
// left out: code generation alone can't be asked for them.

import { differences, optimizedByCPython, optimizedByUs } from './flowgraph-oracle.ts';
import { libraryFiles } from './library-zip.ts';
import { pyodideOracle } from './oracle.ts';

const prefixes = process.argv.slice(2);
const oracle = await pyodideOracle();
let same = 0;
let different = 0;
for (const { path, bytes } of libraryFiles()) {
  if (prefixes.length > 0 && !prefixes.some((prefix) => path.startsWith(prefix))) continue;
  const sequences = optimizedByCPython(oracle, new TextDecoder().decode(bytes));
  for (const [index, sequence] of sequences.entries()) {
    const found = differences(sequence, optimizedByUs(sequence));
    if (found === undefined) {
      same++;
      continue;
    }
    different++;
    if (different <= 20) console.log(`${path}, sequence ${index}:\n${found}\n`);
  }
}
console.log(`${same} sequences alike, ${different} different`);
process.exitCode = different === 0 ? 0 : 1;
