import { strict as assert } from 'node:assert';
import { type Oracle, pyodideOracle } from '../../../tools/oracle.ts';
import { sre } from '../../../vm/modules/sre/sre.ts';
import { PyDict } from '../../../vm/objects/dict.ts';
import type { Value } from '../../../vm/objects/object.ts';
import { callMethod, getAttribute } from '../../../vm/operations/attribute.ts';
import { toArray } from '../../../vm/operations/iterate.ts';
import { described, list, NativeModule, tuple } from './native.ts';

const PATTERNS = ['a', '(a)|b', 'x*', '(?P<n>a)(b)?', '[a-c]+', '\\b', '(a)(b)', '(?:)'];
const TEXTS = ['', 'ab', 'abxaab', 'bxb', 'a😀b'];

/** What is done with a pattern p and a text s, here and in CPython. */
const ACTIONS: Record<string, (p: Value, s: Value) => Value> = {
  'p.match(s)': (p, s) => callMethod(p, 'match', s),
  'p.search(s, 1)': (p, s) => callMethod(p, 'search', s, 1),
  'p.fullmatch(s)': (p, s) => callMethod(p, 'fullmatch', s),
  'p.findall(s)': (p, s) => callMethod(p, 'findall', s),
  'p.findall(s, 1, 3)': (p, s) => callMethod(p, 'findall', s, 1, 3),
  'list(p.finditer(s))': (p, s) => list(...toArray(callMethod(p, 'finditer', s))),
  '[m.groups() for m in p.finditer(s)]': (p, s) =>
    list(...toArray(callMethod(p, 'finditer', s)).map((m) => callMethod(m, 'groups'))),
  '[m.groupdict() for m in p.finditer(s)]': (p, s) =>
    list(...toArray(callMethod(p, 'finditer', s)).map((m) => callMethod(m, 'groupdict'))),
  '[(m.lastindex, m.lastgroup, m.regs) for m in p.finditer(s)]': (p, s) =>
    list(
      ...toArray(callMethod(p, 'finditer', s)).map((m) =>
        tuple(getAttribute(m, 'lastindex'), getAttribute(m, 'lastgroup'), getAttribute(m, 'regs')),
      ),
    ),
  'p.split(s)': (p, s) => callMethod(p, 'split', s),
  'p.split(s, 1)': (p, s) => callMethod(p, 'split', s, 1),
  'p.sub("<>", s)': (p, s) => callMethod(p, 'sub', '<>', s),
  'p.subn("-", s, 2)': (p, s) => callMethod(p, 'subn', '-', s, 2),
  'p.match(s).group("x")': (p, s) => callMethod(callMethod(p, 'match', s), 'group', 'x'),
  'repr(p)': (p) => callMethod(p, '__repr__'),
};

describe('_sre', () => {
  let oracle: Oracle;
  before(async function () {
    this.timeout(30000);
    oracle = await pyodideOracle();
  });

  it('gives patterns and matches the methods of CPython', function () {
    this.timeout(30000);
    const answers = oracle.ask<
      { compile: [number[], number, [string, number][], (string | null)[]]; results: string[] }[]
    >(
      `
import re
from re import _parser, _compiler
def value(code, p, s):
    try: return repr(eval(code, {'p': p, 's': s}))
    except Exception as e: return f'{type(e).__name__}: {e}'
def main(input):
    patterns, texts, actions = input
    answers = []
    for pattern in patterns:
        parsed = _parser.parse(pattern, 0)
        code = [int(c) for c in _compiler._code(parsed, 0)]
        p = re.compile(pattern)
        names = [None] * (p.groups + 1)
        for name, i in p.groupindex.items(): names[i] = name
        answers.append({'compile': [code, p.groups, list(p.groupindex.items()), names],
                        'results': [value(a, p, s) for s in texts for a in actions]})
    return answers`,
      [PATTERNS, TEXTS, Object.keys(ACTIONS)],
    );
    const module = new NativeModule(sre);
    answers.forEach(({ compile: [code, groups, names, indexgroup], results }, i) => {
      const groupindex = new PyDict();
      for (const [name, group] of names) groupindex.set(name, group);
      const pattern = module.call('compile', [
        PATTERNS[i],
        32,
        list(...code),
        groups,
        groupindex,
        tuple(...indexgroup),
      ]);
      const actual = TEXTS.flatMap((text) =>
        Object.values(ACTIONS).map((action) => described(() => action(pattern, text))),
      );
      const named = TEXTS.flatMap((text) =>
        Object.keys(ACTIONS).map((action) => `${PATTERNS[i]} on ${text}: ${action}`),
      );
      assert.deepEqual(
        actual.map((result, k) => `${named[k]}: ${result}`),
        results.map((result, k) => `${named[k]}: ${result}`),
      );
    });
  });
});
