import assert from 'node:assert/strict';
import { cleanDoc } from '../../../compiler/codegen/clean-doc.ts';
import { pyodideOracle } from '../../../tools/oracle.ts';

const docstrings = [
  '',
  'one line',
  '  indented',
  'first\n    second\n      third\n    fourth',
  '\n    all\n\n      indented\n    ',
  'tabs\n\tone\n\t  two',
  'a\tb\n  c\td',
  'blank at the end\n   \n',
  '\t',
];

describe('cleanDoc', () => {
  it('takes the indentation from docstrings as CPython 3.14 does', async function () {
    this.timeout(60_000);
    const oracle = await pyodideOracle();
    const expected = oracle.ask<string[]>(
      `
def main(docstrings):
    out = []
    for text in docstrings:
        namespace = {}
        exec(compile('def f(): ' + repr(text), 'x', 'exec'), namespace)
        out.append(namespace['f'].__doc__)
    return out
`,
      docstrings,
    );
    assert.deepEqual(docstrings.map(cleanDoc), expected);
  });
});
