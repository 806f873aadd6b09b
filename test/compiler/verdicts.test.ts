import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { compile } from '../../compiler/compile.ts';
import { targetNamed } from '../../compiler/targets/registry.ts';
import { type Diagnostic, isWarning } from '../../compiler/text/diagnostic.ts';
import { nestingPrograms } from './nesting-programs.ts';
import { olderPrograms } from './older-programs.ts';

const golden = (name: string) => JSON.parse(readFileSync(`test/golden/syntax/${name}.json`, 'utf8'));

const error = (program: string, version: string): Diagnostic | undefined => {
  const target = targetNamed(version);
  assert.ok(target);
  const source = new TextEncoder().encode(program);
  return compile(source, { filename: 'f', target }).diagnostics.find((diagnostic) => !isWarning(diagnostic));
};

describe('compile() and programs that CPython refuses', () => {
  it('3.14: ends nesting as a native CPython 3.13 does', () => {
    const expected: Record<string, string> = golden('nesting')['3.13'];
    for (const [name, program] of nestingPrograms) {
      const found = error(program, '3.14');
      // There the interpreter itself ends.
      if (expected[name] === 'crash') continue;
      const said = found === undefined ? '' : `${found.category}: ${found.message.replace(' or t-strings', '')}`;
      assert.equal(said, expected[name], name);
    }
  });

  it('3.8: accepts and refuses nesting as CPython 3.8 does', () => {
    const expected: Record<string, string> = golden('nesting')['3.8'];
    for (const [name, program] of nestingPrograms) {
      const found = error(program, '3.8');
      // Brackets and f-strings are counted before anything else; there the kind of error can be another.
      assert.equal(found !== undefined, expected[name] !== '', name);
    }
  });

  it('3.8: accepts and refuses broken programs as CPython 3.8 does', function () {
    this.timeout(60_000);
    const expected: string = golden('verdicts-3.8').expected;
    const programs = olderPrograms();
    assert.equal(programs.length, expected.length, 'regenerate with tools/make-verdicts.ts');
    const different = programs.filter((program, i) => (error(program, '3.8') === undefined) !== (expected[i] === 'a'));
    // 3.8's tokenizer doesn't count the spaces after a continued line that has nothing before its backslash.
    const unexpected = different.filter((program) => !/^\\$/m.test(program));
    assert.deepEqual(unexpected, [], `${different.length} of ${programs.length} differ`);
    assert.ok(different.length <= programs.length * 0.005);
  });
});
