import assert from 'node:assert/strict';
import type { CodeObject } from '../../../compiler/bytecode/code-object.ts';
import { compile } from '../../../compiler/compile.ts';
import { py314 } from '../../../compiler/targets/py314.ts';
import { pyodideOracle } from '../../../tools/oracle.ts';

const annotations = [
  'a + b * c',
  '(a + b) * c',
  'a ** -b ** c',
  '-a ** b',
  'not a and b or c',
  'a if b else c if d else e',
  '(a if b else c) + d',
  'lambda: x',
  'lambda a, /, b=1, *c, d, e=2, **f: a',
  '(lambda x: x)(1)',
  '[a, b]',
  '(a,)',
  '()',
  '{a: b, **c}',
  '{a, b}',
  '[a for b in c if d for e in f]',
  'f(a, *b, c=d, **e)',
  'f(a for b in c)',
  'a < b <= c is not d not in e',
  'a[b]',
  'a[b, c]',
  'a[b:c, ::d]',
  'a[*b]',
  'a.b.c',
  '1 .real',
  '1.5e300 * 1e400',
  '1j',
  '"it\'s"',
  "u'x'",
  'b"x"',
  'None | ...',
  'f"{a!r}b{c:>{d}}{{}}"',
  'f"{ {1} }"',
  't"{a}b"',
  '~a @ b // c % d << e >> f & g ^ h | i',
  'await_',
];

describe('unparse', () => {
  it('writes annotations as CPython 3.14 does under `from __future__ import annotations`', async function () {
    this.timeout(60_000);
    const source = `from __future__ import annotations\n${annotations.map((text, i) => `x${i}: ${text}\n`).join('')}`;
    const expected = (await pyodideOracle()).ask<string[]>(
      `
def main(source):
    namespace = {}
    exec(compile(source, 'x', 'exec'), namespace)
    return list(namespace['__annotations__'].values())
`,
      source,
    );
    const { co_consts } = compile(source, { filename: 'x', target: py314 }).code as CodeObject;
    for (const text of expected) assert.ok(co_consts.includes(text), text);
  });
});
