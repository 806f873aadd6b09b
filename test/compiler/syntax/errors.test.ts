import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { parse } from '../../../compiler/syntax/parse.ts';
import { decodeSource } from '../../../compiler/text/source.ts';
import { libraryFiles } from '../../../tools/library-zip.ts';
import { brokenPrograms, seededRandom } from './broken-programs.ts';
import { errorPrograms, evalPrograms, singlePrograms } from './error-programs.ts';
import { verdict } from './verdict.ts';

interface Golden {
  readonly interpreter: string;
  readonly seed: number;
  readonly expected: readonly string[];
}

const golden = (name: string): Golden => JSON.parse(readFileSync(`test/golden/syntax/${name}.json`, 'utf8'));

describe('syntax errors', () => {
  it("are CPython 3.14's in the cases of every rule", () => {
    const { expected } = golden('error-programs');
    assert.equal(errorPrograms.length, expected.length, 'regenerate with tools/broken-programs.ts --cases --golden');
    for (const [i, program] of errorPrograms.entries()) {
      assert.equal(verdict(program), expected[i], JSON.stringify(program));
    }
  });

  it("are CPython 3.14's in the modes eval and single", () => {
    const said = JSON.parse(readFileSync('test/golden/syntax/modes.json', 'utf8'));
    for (const [i, program] of evalPrograms.entries()) {
      assert.equal(verdict(program, undefined, 'eval'), said.eval[i], JSON.stringify(program));
    }
    for (const [i, program] of singlePrograms.entries()) {
      assert.equal(verdict(program, undefined, 'single'), said.single[i], JSON.stringify(program));
    }
  });

  it("are CPython 3.14's in broken library files", function () {
    this.timeout(60_000);
    const { seed, expected } = golden('broken-programs');
    const texts = libraryFiles().map((file) => decodeSource(file.bytes).text);
    const programs = brokenPrograms(texts, expected.length, seed);
    const different = programs.filter((program, i) => verdict(program) !== expected[i]);
    assert.deepEqual(different.slice(0, 3), [], `${different.length} of ${programs.length} differ`);
  });

  it('are all that random bytes give', function () {
    this.timeout(60_000);
    const random = seededRandom(5);
    const alphabet = ' \n\t()[]{}:,.;\'"\\abcdefilmnrstxy0123=+-*/!@#f';
    for (let i = 0; i < 10_000; i++) {
      const bytes = new Uint8Array(random(60));
      for (let j = 0; j < bytes.length; j++) {
        bytes[j] = i % 2 === 0 ? random(256) : alphabet.charCodeAt(random(alphabet.length));
      }
      parse(decodeSource(bytes), { mode: 'exec' });
    }
  });

  const deep: Record<string, [string, RegExp | undefined]> = {
    '199 parentheses': ['('.repeat(199) + ')'.repeat(199), undefined],
    '1,000 parentheses': ['('.repeat(1000), /too many nested parentheses/],
    '20,000 elifs': [`if a: b\n${'elif a: b\n'.repeat(20_000)}`, /Parser stack overflowed/],
    '50,000 additions': [`${'1+'.repeat(50_000)}1`, undefined],
    '50,000 signs': [`${'-'.repeat(50_000)}1`, /Parser stack overflowed/],
    '20,000 conditions': [`${'a if b else '.repeat(20_000)}c`, /Parser stack overflowed/],
    '100 indents': [
      `${Array.from({ length: 100 }, (_, i) => `${' '.repeat(i)}if 1:\n`).join('')}${' '.repeat(100)}1\n`,
      /too many levels of indentation/,
    ],
    '199 f-strings': ["f'{".repeat(199), /too many nested f-strings or t-strings/],
  };
  for (const [what, [program, expected]] of Object.entries(deep)) {
    it(`end as CPython's for ${what}`, () => {
      const said = verdict(program);
      if (expected === undefined) assert.equal(said, '');
      else assert.match(said, expected);
    });
  }
});
