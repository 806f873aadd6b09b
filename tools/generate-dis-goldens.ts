// Writes test/golden/dis/X.Y/NAME.txt: what `python -m dis examples/NAME.py` of that version prints, addresses left out.
// The first line says which interpreter it was. node tools/run.mjs tools/generate-dis-goldens.ts

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { targets } from '../compiler/targets/registry.ts';
import { nativeOracle, pyodideOracle } from './oracle.ts';

const program = `
import dis, io
def main(given):
    source, name = given
    out = io.StringIO()
    dis.dis(compile(source, name, 'exec'), file=out)
    return out.getvalue()
`;

const pyodide = await pyodideOracle();
for (const { version } of targets) {
  const oracle = pyodide.version.startsWith(`${version}.`) ? pyodide : nativeOracle(version);
  if (oracle === undefined) {
    console.log(`${version}: no such interpreter on this machine; its goldens stay as they are`);
    continue;
  }
  const folder = `test/golden/dis/${version}`;
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync('examples').filter((each) => each.endsWith('.py'))) {
    const file = `examples/${name}`;
    const text = oracle.ask<string>(program, [readFileSync(file, 'utf8'), file]);
    const steady = text.replace(/(<code object .*? at )0x[0-9a-f]+/g, '$10x');
    writeFileSync(`${folder}/${name.replace(/\.py$/, '.txt')}`, `CPython ${oracle.version}\n${steady}`);
  }
  console.log(`${folder}: CPython ${oracle.version}`);
}
