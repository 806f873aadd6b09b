import assert from 'node:assert/strict';
import { compile } from '../../compiler/compile.ts';
import { py38 } from '../../compiler/targets/py38.ts';
import { py314 } from '../../compiler/targets/py314.ts';
import { decodeSource } from '../../compiler/text/source.ts';
import { libraryFiles } from '../../tools/library-zip.ts';
import { brokenPrograms, seededRandom } from './syntax/broken-programs.ts';

/** The longest that one small program may take, in ms: hangs are found, a slow machine is not. */
const LIMIT = 10_000;

/** Compiles for both targets; whatever the source is, there is code without errors or at least one diagnostic. */
function survives(source: Uint8Array | string): void {
  for (const target of [py314, py38]) {
    const start = performance.now();
    const { code, diagnostics } = compile(source, { filename: 'fuzz.py', target });
    assert.ok(code !== undefined || diagnostics.length > 0, 'neither code nor an error');
    const took = performance.now() - start;
    assert.ok(took < LIMIT, `took ${Math.round(took)} ms for target ${target.version}`);
  }
}

describe('compile() of anything', () => {
  it('ends with code or an error for random bytes', function () {
    this.timeout(120_000);
    const random = seededRandom(11);
    for (let i = 0; i < 4_000; i++) survives(Uint8Array.from({ length: random(80) }, () => random(256)));
  });

  it('ends with code or an error for random sequences of tokens', function () {
    this.timeout(120_000);
    const random = seededRandom(12);
    const tokens =
      'def class lambda : ( ) [ ] { } , = := == + ** * @ -> . ... ; \n \n\t a b c self 1 2.5 "s" b"x" f"{a}" t"{b!r}" if else elif for in while try except except* finally with as async await yield from return raise global nonlocal import pass break continue match case type del assert not and or is None True _ #x'.split(
        ' ',
      );
    for (let i = 0; i < 4_000; i++) {
      survives(Array.from({ length: random(25) }, () => tokens[random(tokens.length)]).join(' '));
    }
  });

  it('ends with code or an error for library files with tokens deleted, doubled or swapped', function () {
    this.timeout(120_000);
    const texts = libraryFiles().map((file) => decodeSource(file.bytes).text);
    for (const program of brokenPrograms(texts, 500, 13)) survives(program);
  });
});
