import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { compile } from '../../../compiler/compile.ts';
import { py314 } from '../../../compiler/targets/py314.ts';
import { isWarning } from '../../../compiler/text/diagnostic.ts';

interface Outcome {
  readonly source: string;
  /** Class, message, line, offset, end line, end offset; null where CPython accepts the program. */
  readonly error: readonly [string, string, number, number, number, number] | null;
  /** Message and line of each. */
  readonly warnings: readonly (readonly [string, number])[];
}

const golden: { interpreter: string; outcomes: Outcome[] } = JSON.parse(
  readFileSync('test/golden/compiler/errors.json', 'utf8'),
);

describe(`errors of the symbol table and of code generation (CPython ${golden.interpreter})`, () => {
  for (const { source, error, warnings } of golden.outcomes) {
    const title = source.length > 70 ? `${source.slice(0, 70)}…` : source;
    it(JSON.stringify(title), () => {
      const { diagnostics } = compile(source, { filename: '<string>', target: py314 });
      const first = diagnostics.find((diagnostic) => !isWarning(diagnostic));
      const ours =
        first === undefined
          ? null
          : [first.category, first.message, first.lineno, first.offset, first.end_lineno, first.end_offset];
      assert.deepEqual(ours, error);
      // After an error CPython stops, so it has fewer to warn of.
      if (error !== null) return;
      assert.deepEqual(
        diagnostics.filter(isWarning).map(({ message, lineno }) => [message, lineno]),
        warnings,
      );
    });
  }
});
