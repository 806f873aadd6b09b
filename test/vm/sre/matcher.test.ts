import { strict as assert } from 'node:assert';
import { type Oracle, pyodideOracle } from '../../../tools/oracle.ts';
import { lowerUnicode, unicodeIsCased } from '../../../vm/sre/characters.ts';
import { Matcher } from '../../../vm/sre/matcher.ts';
import { toCodePoints } from '../../../vm/text/code-points.ts';
import { Random } from '../random.ts';

/** Compiles patterns, and matches them on texts: [code, groups, results] or null for each. */
const PROGRAM = `
import re, warnings
from re import _parser, _compiler
warnings.simplefilter('ignore')
def spans(m):
    return m and [m.span(i) for i in range(m.re.groups + 1)] + [m.lastindex or -1]
def main(cases):
    answers = []
    for pattern, flags, text, start, end in cases:
        try:
            parsed = _parser.parse(pattern, flags)
            code = _compiler._code(parsed, flags)
            p = re.compile(pattern, flags)
        except (re.error, OverflowError):
            answers.append(None)
            continue
        answers.append([[int(c) for c in code], parsed.state.groups - 1, spans(p.match(text, start, end)), spans(p.fullmatch(text, start, end)),
                        spans(p.search(text, start, end)), [spans(m) for m in p.finditer(text, start, end)]])
    return answers
`;

type Spans = unknown[] | null;
type Answer = [code: number[], groups: number, match: Spans, fullmatch: Spans, search: Spans, all: Spans[]] | null;

function spans(matcher: Matcher, matched: boolean): Spans {
  if (!matched) return null;
  const result: unknown[] = [[matcher.start, matcher.ptr]];
  for (let group = 1; group <= matcher.marks.length / 2; group++) result.push(matcher.span(group) ?? [-1, -1]);
  return [...result, matcher.lastindex];
}

function allMatches(matcher: Matcher): Spans[] {
  const found: Spans[] = [];
  while (matcher.start <= matcher.end) {
    matcher.reset();
    if (!matcher.search()) break;
    found.push(spans(matcher, true));
    matcher.mustAdvance = matcher.ptr === matcher.start;
    matcher.start = matcher.ptr;
  }
  return found;
}

describe('regular expressions', () => {
  let oracle: Oracle;
  before(async function () {
    this.timeout(30000);
    oracle = await pyodideOracle();
  });

  const check = (cases: [string, number, string, number, number][]): number => {
    const answers = oracle.ask<Answer[]>(PROGRAM, cases);
    let compared = 0;
    answers.forEach((answer, i) => {
      if (answer === null) return;
      const [code, groups, match, fullmatch, search, all] = answer;
      const [, , text, start, end] = cases[i];
      const chars = toCodePoints(text);
      const make = (): Matcher => {
        const last = Math.min(end, chars.length);
        return new Matcher(Uint32Array.from(code), groups, chars, Math.min(start, chars.length), last);
      };
      const actual = [make(), make(), make()].map((matcher, kind) => {
        matcher.matchAll = kind === 1;
        return spans(matcher, kind === 2 ? matcher.search() : matcher.match());
      });
      assert.deepEqual([...actual, allMatches(make())], [match, fullmatch, search, all], JSON.stringify(cases[i]));
      compared++;
    });
    return compared;
  };

  it('match as CPython matches them', function () {
    this.timeout(120000);
    const random = new Random(71);
    const atoms = [
      'a',
      'b',
      'ab',
      '.',
      '[ab]',
      '[^a]',
      '\\w',
      '\\d',
      '\\s',
      '\\b',
      '\\B',
      '^',
      '$',
      '\\A',
      '\\Z',
      '\\1',
      '\\2',
      'é',
      'É',
      '[à-þ]',
      'c',
      'ß',
      'K',
      '[a-c\\d]',
      '(?i:B)',
      '',
      '\\W',
      '[^\\W\\d]',
      '\\n',
      '[\\s\\S]',
      '[é-ŷ0ż]',
      '(?s:.)',
    ];
    const quantifiers = ['*', '+', '?', '*?', '+?', '??', '*+', '++', '?+', '{2}', '{1,2}', '{0,2}?', '{1,}+', '{,3}'];
    const pattern = (depth: number): string => {
      const piece = (): string => {
        let text: string;
        if (depth > 0 && random.next() < 0.45) {
          const inner = pattern(depth - 1);
          const open = random.pick([
            '(',
            '(',
            '(',
            '(?:',
            '(?:',
            '(?>',
            '(?=',
            '(?!',
            '(?<=',
            '(?<!',
            '(?(1)',
            '(?P<n>',
          ]);
          text = `${open}${inner})`;
        } else {
          text = random.pick(atoms);
        }
        return random.next() < 0.35 ? text + random.pick(quantifiers) : text;
      };
      const sequence = (): string => random.list(random.between(1, 3), piece).join('');
      return random.next() < 0.25 ? `${sequence()}|${sequence()}` : sequence();
    };
    const flags = [0, 0, 0, 2, 8, 16, 2 | 8, 256, 2 | 256];
    const cases = random.list(12000, (): [string, number, string, number, number] => {
      const text = random.text(random.pick(['ab', 'abc \n', 'aAbBéÉßẞkKK', 'ab1_ é\n', ['a', '😀', 'b', 'é']]), 12);
      const whole = random.next() < 0.8;
      return [
        pattern(2),
        random.pick(flags),
        text,
        whole ? 0 : random.between(0, 4),
        whole ? 1000 : random.between(0, 12),
      ];
    });
    assert.ok(check(cases) > 3000);
  });

  it('match long texts without using up the stack', function () {
    this.timeout(60000);
    const long = 'ab'.repeat(50000);
    const texts = [long, `${long}c`];
    const patterns = ['(a|b)*', '(?:[ab]{2})+c?', '((a)(b))*'];
    check(
      patterns.flatMap((pattern) =>
        texts.map((text): [string, number, string, number, number] => [pattern, 0, text, 0, 1e6]),
      ),
    );
  });

  it('know cases as CPython does', () => {
    const [cased, lowered] = oracle.ask<[number[], [number, number][]]>(`
import _sre
def main(_):
    return [[c for c in range(0x110000) if _sre.unicode_iscased(c)], [(c, _sre.unicode_tolower(c)) for c in range(0x110000) if _sre.unicode_tolower(c) != c]]
`);
    const all = Array.from({ length: 0x110000 }, (_, c) => c);
    assert.deepEqual(all.filter(unicodeIsCased), cased);
    assert.deepEqual(
      all.flatMap((c) => (lowerUnicode(c) === c ? [] : [[c, lowerUnicode(c)]])),
      lowered,
    );
  });
});
