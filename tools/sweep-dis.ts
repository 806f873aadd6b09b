// Compares the text of `coroscope dis` with that of the real `dis`, for whole folders:
//   node tools/run.mjs tools/sweep-dis.ts [--target X.Y] [-C] [-O] [-P] [-S] [PATH…]
// Without PATH: CPython 3.14's library as pyodide ships it. CPython is pyodide for 3.14, else a native interpreter.

import { parseArgs } from 'node:util';
import { disText } from '../compiler/bytecode/dis-text.ts';
import { compile } from '../compiler/compile.ts';
import { targetNamed } from '../compiler/targets/registry.ts';
import { batches, difference, fromBase64 } from '../test/compiler/bytecode/compiled-by-cpython.ts';
import { filesBelow, libraryFiles } from './library-zip.ts';
import { nativeOracle, pyodideOracle } from './oracle.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    target: { type: 'string', default: '3.14' },
    C: { type: 'boolean', short: 'C', default: false },
    O: { type: 'boolean', short: 'O', default: false },
    P: { type: 'boolean', short: 'P', default: false },
    S: { type: 'boolean', short: 'S', default: false },
  },
});
const target = targetNamed(values.target);
if (target === undefined) throw new Error(`no target ${values.target}`);
const options = { showCaches: values.C, showOffsets: values.O, showPositions: values.P, specialized: values.S };
const keywords = {
  ...(values.C && { show_caches: true }),
  ...(values.O && { show_offsets: true }),
  ...(values.P && { show_positions: true }),
  ...(values.S && { adaptive: true }),
};

const program = `
import base64, dis, io, warnings
warnings.simplefilter('ignore')
def main(given):
    files, keywords = given
    answers = []
    for name, data in files:
        try: code = compile(base64.b64decode(data), name, 'exec', dont_inherit=True)
        except Exception: answers.append(None); continue
        out = io.StringIO()
        dis.dis(code, file=out, **keywords)
        answers.append(base64.b64encode(out.getvalue().encode('utf-8', 'surrogatepass')).decode())
    return answers
`;

const cpython = values.target === '3.14' ? await pyodideOracle() : nativeOracle(values.target);
if (cpython === undefined) throw new Error(`no native CPython ${values.target} on this machine`);
const files = positionals.length > 0 ? positionals.flatMap(filesBelow) : libraryFiles();
let equal = 0;
let refused = 0;
let different = 0;
for (const batch of batches(files, 20)) {
  const input = batch.map(({ path, bytes }) => [path, Buffer.from(bytes).toString('base64')]);
  cpython.ask<(string | null)[]>(program, [input, keywords]).forEach((answer, i) => {
    const { path, bytes } = batch[i];
    const { code } = compile(bytes, { filename: path, target });
    if (answer === null) {
      refused++;
      return;
    }
    const found = code
      ? difference(disText(code, options), Buffer.from(fromBase64(answer)).toString('utf8'))
      : 'not compiled';
    if (found === undefined) equal++;
    else {
      different++;
      console.log(`${path}: ${found}`);
    }
  });
}
console.log(
  `${values.target}: ${files.length} files, ${equal} equal, ${refused} that CPython refuses, ${different} different`,
);
process.exitCode = different === 0 ? 0 : 1;
