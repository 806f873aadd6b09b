import { strict as assert } from 'node:assert';
import { type Oracle, pyodideOracle } from '../../../tools/oracle.ts';
import * as cases from '../../../vm/text/case.ts';
import * as points from '../../../vm/text/code-points.ts';
import * as predicates from '../../../vm/text/predicates.ts';
import { asciiOnly, bytesRepr, strAscii, strRepr } from '../../../vm/text/repr.ts';
import * as str from '../../../vm/text/strings.ts';
import { outcome } from '../outcome.ts';
import { Random } from '../random.ts';

/** s, t and u are texts; i and j are indices. */
interface Case {
  s: string;
  t: string;
  u: string;
  i: number;
  j: number;
}

const nonEmpty = (text: string): string => text || ' ';
const first = (text: string): string => Array.from(text)[0] ?? ' ';

const METHODS: Record<string, (c: Case) => unknown> = {
  'len(s)': ({ s }) => points.lengthOf(s),
  's[i % (len(s) or 1):][:1]': ({ s, i }) => {
    const at = modulo(i, points.lengthOf(s) || 1);
    return s === '' ? '' : points.characterAt(s, at);
  },
  's[abs(i):abs(j)]': ({ s, i, j }) => {
    const length = points.lengthOf(s);
    return points.slice(s, Math.min(Math.abs(i), length), Math.min(Math.abs(j), length));
  },
  's[::-1]': ({ s }) => points.extendedSlice(s, points.lengthOf(s) - 1, -1, points.lengthOf(s)),
  's[::2]': ({ s }) => points.extendedSlice(s, 0, 2, Math.ceil(points.lengthOf(s) / 2)),
  '[ord(c) for c in s]': ({ s }) => Array.from(points.toCodePoints(s)),
  'ascii((s > t) - (s < t))': ({ s, t }) => `${Math.sign(points.compare(s, t))}`,
  's.find(t)': ({ s, t }) => str.find(s, t),
  's.find(t, i)': ({ s, t, i }) => str.find(s, t, i),
  's.find(t, i, j)': ({ s, t, i, j }) => str.find(s, t, i, j),
  's.rfind(t, i, j)': ({ s, t, i, j }) => str.rfind(s, t, i, j),
  's.rfind(t)': ({ s, t }) => str.rfind(s, t),
  's.index(t, i)': ({ s, t, i }) => str.index(s, t, i),
  's.count(t)': ({ s, t }) => str.count(s, t),
  's.count(t, i, j)': ({ s, t, i, j }) => str.count(s, t, i, j),
  't in s': ({ s, t }) => str.contains(s, t),
  's.startswith(t, i, j)': ({ s, t, i, j }) => str.startsWith(s, t, i, j),
  's.endswith(t, i, j)': ({ s, t, i, j }) => str.endsWith(s, t, i, j),
  's.endswith(t)': ({ s, t }) => str.endsWith(s, t),
  's.removeprefix(t)': ({ s, t }) => str.removePrefix(s, t),
  's.removesuffix(t)': ({ s, t }) => str.removeSuffix(s, t),
  's.replace(t, u)': ({ s, t, u }) => str.replace(s, t, u),
  's.replace(t, u, i)': ({ s, t, u, i }) => str.replace(s, t, u, i),
  's.split(t or " ")': ({ s, t }) => str.split(s, nonEmpty(t)),
  's.split(t or " ", i)': ({ s, t, i }) => str.split(s, nonEmpty(t), i),
  's.split(None, i)': ({ s, i }) => str.split(s, undefined, i),
  's.rsplit(t or " ")': ({ s, t }) => str.rsplit(s, nonEmpty(t)),
  's.rsplit(t or " ", i)': ({ s, t, i }) => str.rsplit(s, nonEmpty(t), i),
  's.rsplit(None, i)': ({ s, i }) => str.rsplit(s, undefined, i),
  's.splitlines()': ({ s }) => str.splitLines(s),
  's.splitlines(True)': ({ s }) => str.splitLines(s, true),
  'list(s.partition(t or " "))': ({ s, t }) => str.partition(s, nonEmpty(t)),
  'list(s.rpartition(t or " "))': ({ s, t }) => str.rpartition(s, nonEmpty(t)),
  's.strip()': ({ s }) => str.strip(s),
  's.strip(t)': ({ s, t }) => str.strip(s, t),
  's.lstrip(t)': ({ s, t }) => str.strippedLeft(s, t),
  's.rstrip(t)': ({ s, t }) => str.strippedRight(s, t),
  's.ljust(i, (t or " ")[0])': ({ s, t, i }) => str.ljust(s, i, first(t)),
  's.rjust(i, (t or " ")[0])': ({ s, t, i }) => str.rjust(s, i, first(t)),
  's.center(i, (t or " ")[0])': ({ s, t, i }) => str.center(s, i, first(t)),
  's.zfill(i)': ({ s, i }) => str.zfill(s, i),
  's.expandtabs(i)': ({ s, i }) => str.expandTabs(s, i),
  's.upper()': ({ s }) => cases.upper(s),
  's.lower()': ({ s }) => cases.lower(s),
  's.title()': ({ s }) => cases.title(s),
  's.capitalize()': ({ s }) => cases.capitalize(s),
  's.swapcase()': ({ s }) => cases.swapcase(s),
  's.casefold()': ({ s }) => cases.casefold(s),
  's.isalpha()': ({ s }) => predicates.isalpha(s),
  's.isalnum()': ({ s }) => predicates.isalnum(s),
  's.isascii()': ({ s }) => predicates.isascii(s),
  's.isdecimal()': ({ s }) => predicates.isdecimal(s),
  's.isdigit()': ({ s }) => predicates.isdigit(s),
  's.isnumeric()': ({ s }) => predicates.isnumeric(s),
  's.isspace()': ({ s }) => predicates.isspace(s),
  's.isprintable()': ({ s }) => predicates.isprintable(s),
  's.islower()': ({ s }) => predicates.islower(s),
  's.isupper()': ({ s }) => predicates.isupper(s),
  's.istitle()': ({ s }) => predicates.istitle(s),
  's.isidentifier()': ({ s }) => predicates.isidentifier(s),
  'repr(s)': ({ s }) => strRepr(s),
  'ascii(s)': ({ s }) => strAscii(s),
  'ascii([s])': ({ s }) => asciiOnly(`[${strRepr(s)}]`),
};

const modulo = (a: number, b: number): number => ((a % b) + b) % b;

const ALPHABETS = [
  'aAbB c',
  'ab',
  'aé\t\n ßŉΣσςİıǅ\u0345\u2028\x1c\r',
  ['a', '😀', '\ud83d', '\ude00', '😁', 'b', '𐐀'],
  'x\'"\\\u00ad\u3000٣²Ⅷ_1\x85\x7f',
  ['Σ', 'a', '.', '\u0301', 'ʰ', ' ', 'ΑΣ', '𝒳', 'ﬁ', 'ǰ'],
];

describe('str methods', () => {
  let oracle: Oracle;
  before(async function () {
    this.timeout(30000);
    oracle = await pyodideOracle();
  });

  it('give what CPython gives', function () {
    this.timeout(120000);
    const random = new Random(21);
    const rows: Case[] = random.list(4000, () => {
      const alphabet = random.pick<ArrayLike<string>>(ALPHABETS);
      return {
        s: random.text(alphabet, 14),
        t: random.text(alphabet, 3),
        u: random.text(alphabet, 3),
        i: random.between(-9, 15),
        j: random.between(-9, 15),
      };
    });
    const expected = oracle.ask<unknown[][]>(
      `
def main(input):
    expressions, rows = input
    code = [compile(e, e, 'eval') for e in expressions]
    def value(c, row):
        try: return eval(c, row)
        except Exception as e: return f'{type(e).__name__}: {e}'
    return [[value(c, row) for c in code] for row in rows]
`,
      [Object.keys(METHODS), rows],
    );
    rows.forEach((row, n) => {
      Object.entries(METHODS).forEach(([expression, compute], m) => {
        let actual: unknown;
        const text = outcome(() => {
          actual = compute(row);
        });
        assert.deepEqual(
          text === 'undefined' ? actual : text,
          expected[n][m],
          `${expression} of ${JSON.stringify(row)}`,
        );
      });
    });
  });

  it('know every character of the first two planes as CPython does', function () {
    this.timeout(120000);
    const compute = (c: string): string =>
      [
        cases.upper(c),
        cases.lower(c),
        cases.title(c),
        cases.casefold(c),
        strRepr(c),
        [predicates.isalpha(c), predicates.isspace(c), predicates.isidentifier(c), predicates.isnumeric(c)].map(Number),
        cases.lower(`A${c}Σ`),
        cases.title(`${c}a`),
      ].join();
    const expected = oracle.ask<number[]>(`
import zlib
def main(_):
    def row(c):
        tests = [c.isalpha(), c.isspace(), c.isidentifier(), c.isnumeric()]
        return ','.join([c.upper(), c.lower(), c.title(), c.casefold(), repr(c), ','.join(str(int(t)) for t in tests),
                         ('A' + c + '\\u03a3').lower(), (c + 'a').title()])
    return [zlib.crc32('\\n'.join(row(chr(c)) for c in range(at, at + 256)).encode('utf-8', 'surrogatepass')) for at in range(0, 0x20000, 256)]
`);
    const { crc32 } = require32();
    for (let at = 0, page = 0; at < 0x20000; at += 256, page++) {
      const rows: string[] = [];
      for (let c = at; c < at + 256; c++) rows.push(compute(String.fromCodePoint(c)));
      if (at >= 0xd800 && at < 0xe000) continue;
      assert.equal(crc32(Buffer.from(rows.join('\n'))), expected[page], `page ${at.toString(16)}`);
    }
  });

  it('write bytes as CPython does', () => {
    const random = new Random(22);
    const rows = random.list(500, () => random.list(random.between(0, 12), () => random.between(0, 255)));
    rows.push([0x27], [0x22], [0x27, 0x22]);
    const expected = oracle.ask<string[]>('def main(rows): return [repr(bytes(row)) for row in rows]', rows);
    assert.deepEqual(
      rows.map((row) => bytesRepr(Uint8Array.from(row))),
      expected,
    );
  });
});

function require32(): { crc32(data: Uint8Array): number } {
  const table = Uint32Array.from({ length: 256 }, (_, n) => {
    let c = n;
    for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
    return c >>> 0;
  });
  return {
    crc32(data) {
      let crc = 0xffffffff;
      for (const byte of data) crc = table[(crc ^ byte) & 0xff] ^ (crc >>> 8);
      return (crc ^ 0xffffffff) >>> 0;
    },
  };
}
