// Writes compiler/targets/tables/X.Y.json and compiler/targets/unicode/X.Y.json as the real interpreters give them, then
// compiler/bytecode/op.ts. 3.14 comes from npm's pyodide, the others from native interpreters of this machine.
// node tools/run.mjs tools/generate-tables.ts [X.Y…]

import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { targets } from '../compiler/targets/registry.ts';
import { nativeOracle, type Oracle, pyodideOracle } from './oracle.ts';

const dumps = [
  { script: 'tools/dump_opcodes.py', folder: 'compiler/targets/tables' },
  { script: 'tools/dump_printable.py', folder: 'compiler/targets/unicode' },
];

/** What a script prints in an interpreter. */
function printed(oracle: Oracle, script: string): string {
  return oracle.ask(
    `
import contextlib, io
def main(source):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(source, 'dump', 'exec'), {'__name__': '__main__'})
    return out.getvalue()
`,
    readFileSync(script, 'utf8'),
  );
}

const pyodide = await pyodideOracle();
const wanted = process.argv.slice(2);
for (const version of wanted.length > 0 ? wanted : targets.map((target) => target.version)) {
  const oracle = pyodide.version.startsWith(`${version}.`) ? pyodide : nativeOracle(version);
  if (oracle === undefined) {
    console.log(`${version}: no such interpreter on this machine; its tables stay as they are`);
    continue;
  }
  for (const { script, folder } of dumps) {
    writeFileSync(`${folder}/${version}.json`, printed(oracle, script));
    console.log(`${folder}/${version}.json: CPython ${oracle.version}`);
  }
}
execFileSync(process.execPath, ['tools/generate-opcodes.mjs'], { stdio: 'inherit' });
