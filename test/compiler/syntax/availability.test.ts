import assert from 'node:assert/strict';
import { verdict } from './verdict.ts';

/** What 3.8 lacks, with the version that brought it; and the same meant in words that 3.8 knows. */
const lacking: [since: string, program: string][] = [
  ['3.9', '@a[0].b\ndef f(): pass'],
  ['3.9', 'for x in *a, b: pass'],
  ['3.9', 'with (a as b, c): pass'],
  ['3.9', '{x := 1}'],
  ['3.10', 'match x:\n  case 1: pass'],
  ['3.10', 'a[x := 1]'],
  ['3.11', 'try: pass\nexcept* A: pass'],
  ['3.11', 'a[*b]'],
  ['3.11', 'def f(*args: *T): pass'],
  ['3.12', 'def f[T](): pass'],
  ['3.12', 'type X = int'],
  ['3.12', "f'{a['b']}'"],
  ['3.12', "f'{a\n}'"],
  ['3.12', 'f\'{"\\n"}\''],
  ['3.14', 'try: pass\nexcept A, B: pass'],
  ['3.14', "t'{a}'"],
];

const known = [
  '@a.b(1)\ndef f(): pass',
  'for x in (*a, b): pass',
  'with (a, b): pass',
  '{(x := 1)}',
  'match = 1\nmatch[0] = case = type = 2',
  'a[(x := 1)]',
  'f\'{a["b"]!r:>{w}} {{}} {b=}\'',
  'def f(a, /, b, *, c): return (yield)',
];

describe('syntax of target 3.8', () => {
  for (const [since, program] of lacking) {
    it(`lacks ${JSON.stringify(program)}`, () => {
      assert.match(
        verdict(program, '3.8'),
        new RegExp(`only supported in Python ${since.replace('.', '\\.')} and greater`),
      );
      assert.equal(verdict(program), '');
    });
  }
  it('has what 3.8 has', () => {
    for (const program of known) assert.equal(verdict(program, '3.8'), '', program);
  });
});
