import assert from 'node:assert/strict';
import { type DisOptions, disText } from '../../../compiler/bytecode/dis-text.ts';
import { compile } from '../../../compiler/compile.ts';
import { py38 } from '../../../compiler/targets/py38.ts';
import { py314 } from '../../../compiler/targets/py314.ts';
import type { Target } from '../../../compiler/targets/target.ts';
import { nativeOracle, type Oracle, pyodideOracle } from '../../../tools/oracle.ts';
import { batches, difference, fromBase64, libraryFiles, librarySource } from './compiled-by-cpython.ts';

const disassemble = `${librarySource}
import base64, dis, io, warnings
warnings.simplefilter('ignore')
def main(given):
    names, options = given
    answers = []
    for name in names:
        code = compile(library(name), name, 'exec', dont_inherit=True)
        out = io.StringIO()
        dis.dis(code, file=out, **options)
        text = out.getvalue().encode('utf-8', 'surrogatepass').decode('latin1')
        answers.append([base64.b64encode(library(name)).decode(), text])
    return answers
`;

/** Compares the text of what we compile with the text of what CPython compiles, which shows both at once. */
function sweep(oracle: Oracle, target: Target, names: string[], options: DisOptions, keywords: object): void {
  const different: string[] = [];
  for (const batch of batches(names, 20)) {
    const answers = oracle.ask<[string, string][]>(disassemble, [batch, keywords]);
    answers.forEach(([source, text], index) => {
      const { code } = compile(fromBase64(source), { filename: batch[index], target });
      assert.ok(code, batch[index]);
      const found = difference(disText(code, options), Buffer.from(text, 'latin1').toString('utf8'));
      if (found !== undefined) different.push(`${batch[index]}: ${found}`);
    });
  }
  assert.deepEqual(different, []);
}

describe('dis', () => {
  let cpython: Oracle;
  let names: string[];
  before(async function () {
    this.timeout(60_000);
    cpython = await pyodideOracle();
    names = libraryFiles(cpython);
  });

  it('3.14: prints the text of every library file', function () {
    this.timeout(300_000);
    sweep(cpython, py314, names, {}, {});
  });

  const every3rd = (_: string, index: number): boolean => index % 3 === 0;
  const every20th = (_: string, index: number): boolean => index % 20 === 0;
  const withOptions: [string, DisOptions, object][] = [
    ['-C', { showCaches: true }, { show_caches: true }],
    ['-O', { showOffsets: true }, { show_offsets: true }],
    ['-P', { showPositions: true }, { show_positions: true }],
    ['-S -C', { specialized: true, showCaches: true }, { adaptive: true, show_caches: true }],
    [
      '-C -O -P',
      { showCaches: true, showOffsets: true, showPositions: true },
      { show_caches: true, show_offsets: true, show_positions: true },
    ],
  ];
  for (const [name, options, keywords] of withOptions) {
    it(`3.14: prints it with ${name}`, function () {
      this.timeout(120_000);
      sweep(cpython, py314, names.filter(every20th), options, keywords);
    });
  }

  it('3.8: prints the text of library files', function () {
    this.timeout(300_000);
    const native = nativeOracle('3.8');
    if (native === undefined) return this.skip();
    sweep(native, py38, libraryFiles(native).filter(every3rd), {}, {});
  });
});
