import { strict as assert } from 'node:assert';
import { type Oracle, pyodideOracle } from '../../../tools/oracle.ts';
import * as bytes from '../../../vm/text/byte-strings.ts';
import { outcome } from '../outcome.ts';
import { Random } from '../random.ts';

interface Case {
  s: Uint8Array;
  t: Uint8Array;
  u: Uint8Array;
  i: number;
  j: number;
}

const SPACE = Uint8Array.of(0x20);
const orSpace = (t: Uint8Array): Uint8Array => (t.length ? t : SPACE);
const fill = (t: Uint8Array): number => t[0] ?? 0x20;

const METHODS: Record<string, (c: Case) => unknown> = {
  's.find(t)': ({ s, t }) => bytes.find(s, t),
  's.find(t, i, j)': ({ s, t, i, j }) => bytes.find(s, t, i, j),
  's.rfind(t, i, j)': ({ s, t, i, j }) => bytes.rfind(s, t, i, j),
  's.index(t, i)': ({ s, t, i }) => bytes.index(s, t, i),
  's.rindex(t, i)': ({ s, t, i }) => bytes.rindex(s, t, i),
  's.count(t, i, j)': ({ s, t, i, j }) => bytes.count(s, t, i, j),
  's.startswith(t, i, j)': ({ s, t, i, j }) => bytes.startsWith(s, t, i, j),
  's.endswith(t, i, j)': ({ s, t, i, j }) => bytes.endsWith(s, t, i, j),
  's.removeprefix(t)': ({ s, t }) => bytes.removePrefix(s, t),
  's.removesuffix(t)': ({ s, t }) => bytes.removeSuffix(s, t),
  's == t': ({ s, t }) => bytes.equal(s, t),
  '(s > t) - (s < t)': ({ s, t }) => Math.sign(bytes.compare(s, t)),
  's.join([t, u, t])': ({ s, t, u }) => bytes.join(s, [t, u, t]),
  's.replace(t, u, i)': ({ s, t, u, i }) => bytes.replace(s, t, u, i),
  's.replace(t, u)': ({ s, t, u }) => bytes.replace(s, t, u),
  's.split(t or b" ", i)': ({ s, t, i }) => bytes.split(s, orSpace(t), i),
  's.split(None, i)': ({ s, i }) => bytes.split(s, undefined, i),
  's.split(t)': ({ s, t }) => bytes.split(s, t),
  's.rsplit(t or b" ", i)': ({ s, t, i }) => bytes.rsplit(s, orSpace(t), i),
  's.rsplit(None, i)': ({ s, i }) => bytes.rsplit(s, undefined, i),
  's.splitlines()': ({ s }) => bytes.splitLines(s),
  's.splitlines(True)': ({ s }) => bytes.splitLines(s, true),
  's.partition(t)': ({ s, t }) => bytes.partition(s, t),
  's.rpartition(t)': ({ s, t }) => bytes.rpartition(s, t),
  's.strip()': ({ s }) => bytes.strip(s),
  's.strip(t)': ({ s, t }) => bytes.strip(s, t),
  's.ljust(i, (t or b" ")[:1])': ({ s, t, i }) => bytes.ljust(s, i, fill(t)),
  's.rjust(i, (t or b" ")[:1])': ({ s, t, i }) => bytes.rjust(s, i, fill(t)),
  's.center(i, (t or b" ")[:1])': ({ s, t, i }) => bytes.center(s, i, fill(t)),
  's.zfill(i)': ({ s, i }) => bytes.zfill(s, i),
  's.expandtabs(i)': ({ s, i }) => bytes.expandTabs(s, i),
  's.translate(None, t)': ({ s, t }) => bytes.translate(s, undefined, t),
  's.translate(bytes.maketrans(t[:1], u[:1]), u)': ({ s, t, u }) =>
    bytes.translate(s, bytes.makeTranslation(t.subarray(0, 1), u.subarray(0, 1)), u),
  's.upper()': ({ s }) => bytes.upper(s),
  's.lower()': ({ s }) => bytes.lower(s),
  's.title()': ({ s }) => bytes.title(s),
  's.capitalize()': ({ s }) => bytes.capitalize(s),
  's.swapcase()': ({ s }) => bytes.swapcase(s),
  's.isalpha()': ({ s }) => bytes.isalpha(s),
  's.isalnum()': ({ s }) => bytes.isalnum(s),
  's.isdigit()': ({ s }) => bytes.isdigit(s),
  's.isspace()': ({ s }) => bytes.isspace(s),
  's.isascii()': ({ s }) => bytes.isascii(s),
  's.islower()': ({ s }) => bytes.islower(s),
  's.isupper()': ({ s }) => bytes.isupper(s),
  's.istitle()': ({ s }) => bytes.istitle(s),
  's.hex()': ({ s }) => bytes.hex(s),
  's.hex(":", i or 1)': ({ s, i }) => bytes.hex(s, ':', i || 1),
  'bytes.fromhex(s.decode("latin-1"))': ({ s }) => bytes.fromHex(String.fromCharCode(...s)),
};

const plain = (value: unknown): unknown => {
  if (value instanceof Uint8Array) return Array.from(value);
  return Array.isArray(value) ? value.map(plain) : value;
};

describe('bytes methods', () => {
  let oracle: Oracle;
  before(async function () {
    this.timeout(30000);
    oracle = await pyodideOracle();
  });

  it('give what CPython gives', function () {
    this.timeout(60000);
    const random = new Random(51);
    const alphabets = ['ab', 'aAbB 1', ' \t\n\r\x0b\x0cx', '0a1F g', '-+\x80\xffz', 'abcabc ,'];
    const part = (alphabet: string, length: number): number[] =>
      Array.from(random.text(alphabet, length), (character) => character.charCodeAt(0));
    const rows = random.list(4000, () => {
      const alphabet = random.pick(alphabets);
      return {
        s: part(alphabet, 12),
        t: part(alphabet, 3),
        u: part(alphabet, 3),
        i: random.between(-6, 14),
        j: random.between(-6, 14),
      };
    });
    const expected = oracle.ask<unknown[][]>(
      `
def main(input):
    expressions, rows = input
    code = [compile(e, e, 'eval') for e in expressions]
    def plain(v): return [plain(x) for x in v] if isinstance(v, (bytes, list, tuple)) else v
    def value(c, row):
        try: return plain(eval(c, row))
        except Exception as e: return f'{type(e).__name__}: {e}'
    return [[value(c, {k: bytes(v) if isinstance(v, list) else v for k, v in row.items()}) for c in code] for row in rows]
`.replace('[plain(x) for x in v]', '[x if isinstance(x, int) else plain(x) for x in v]'),
      [Object.keys(METHODS), rows],
    );
    rows.forEach((row, n) => {
      const { s, t, u, i, j } = row;
      const arrays = { s: Uint8Array.from(s), t: Uint8Array.from(t), u: Uint8Array.from(u), i, j };
      Object.entries(METHODS).forEach(([expression, compute], m) => {
        let actual: unknown;
        const problem = outcome(() => {
          actual = plain(compute(arrays));
        });
        assert.deepEqual(
          problem === 'undefined' ? actual : problem,
          expected[n][m],
          `${expression} of ${JSON.stringify(row)}`,
        );
      });
    });
  });
});
