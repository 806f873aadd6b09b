import { strict as assert } from 'node:assert';
import { type Oracle, pyodideOracle } from '../../../tools/oracle.ts';
import { decodeHandlers, encodeHandlers, UnicodeProblem, unicodeErrorText } from '../../../vm/codecs/errors.ts';
import { decodeAscii, decodeLatin1, encodeAscii, encodeLatin1 } from '../../../vm/codecs/single-byte.ts';
import { decodeUtf8, encodeUtf8 } from '../../../vm/codecs/utf8.ts';
import { ByteOrder, decodeUtf16, decodeUtf32, encodeUtf16, encodeUtf32 } from '../../../vm/codecs/utf16.ts';
import { Random } from '../random.ts';

const shown = (run: () => unknown): unknown => {
  try {
    const value = run();
    return value instanceof Uint8Array ? Array.from(value) : value;
  } catch (problem) {
    if (!(problem instanceof UnicodeProblem)) throw problem;
    const { exception, encoding, start, end, reason } = problem;
    return [exception, encoding, start, end, reason, unicodeErrorText(problem)];
  }
};

type Decode = (bytes: Uint8Array, errors: string) => string;
type Encode = (text: string, errors: string) => Uint8Array;

const DECODERS: Record<string, Decode> = {
  'utf-8': (bytes, errors) => decodeUtf8(bytes, decodeHandlers[errors]).text,
  ascii: (bytes, errors) => decodeAscii(bytes, decodeHandlers[errors]),
  'latin-1': (bytes) => decodeLatin1(bytes),
  'utf-16': (bytes, errors) => decodeUtf16(bytes, ByteOrder.Native, decodeHandlers[errors]).text,
  'utf-16-le': (bytes, errors) => decodeUtf16(bytes, ByteOrder.Little, decodeHandlers[errors]).text,
  'utf-16-be': (bytes, errors) => decodeUtf16(bytes, ByteOrder.Big, decodeHandlers[errors]).text,
  'utf-32': (bytes, errors) => decodeUtf32(bytes, ByteOrder.Native, decodeHandlers[errors]).text,
  'utf-32-be': (bytes, errors) => decodeUtf32(bytes, ByteOrder.Big, decodeHandlers[errors]).text,
};

const ENCODERS: Record<string, Encode> = {
  'utf-8': (text, errors) => encodeUtf8(text, encodeHandlers[errors]),
  ascii: (text, errors) => encodeAscii(text, encodeHandlers[errors]),
  'latin-1': (text, errors) => encodeLatin1(text, encodeHandlers[errors]),
  'utf-16': (text, errors) => encodeUtf16(text, ByteOrder.Native, encodeHandlers[errors]),
  'utf-16-be': (text, errors) => encodeUtf16(text, ByteOrder.Big, encodeHandlers[errors]),
  'utf-32': (text, errors) => encodeUtf32(text, ByteOrder.Native, encodeHandlers[errors]),
  'utf-32-le': (text, errors) => encodeUtf32(text, ByteOrder.Little, encodeHandlers[errors]),
};

describe('codecs', () => {
  let oracle: Oracle;
  before(async function () {
    this.timeout(30000);
    oracle = await pyodideOracle();
  });

  const check = (cases: [string, string, unknown][], expected: unknown[], run: (i: number) => unknown): void => {
    const actual = cases.map((_, i) => shown(() => run(i)));
    const wrong = actual.flatMap((result, i) => (JSON.stringify(result) === JSON.stringify(expected[i]) ? [] : [i]));
    assert.deepEqual(
      wrong.slice(0, 10).map((i) => [cases[i], actual[i]]),
      wrong.slice(0, 10).map((i) => [cases[i], expected[i]]),
    );
  };

  it('decode as CPython does', function () {
    this.timeout(60000);
    const random = new Random(61);
    const pools = [
      [0x41, 0x7f, 0x80, 0xbf, 0xc2, 0xe0, 0xa0, 0xed, 0x9f, 0xf0, 0x90, 0xf4, 0x8f, 0xff],
      [0, 0x41, 0xd8, 0xdc, 0xff, 0xfe],
      [0xc3, 0xa9, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x98, 0x80, 0x61],
      [0, 0, 0, 0x10, 0xd8, 1, 0xfe, 0xff],
    ];
    const cases = random.list(16000, (): [string, string, number[]] => {
      const pool = random.pick(pools);
      const bytes = random.list(random.between(0, random.pick([6, 12, 40])), () => random.pick(pool));
      return [random.pick(Object.keys(DECODERS)), random.pick(Object.keys(decodeHandlers)), bytes];
    });
    const expected = oracle.ask<unknown[]>(
      `
def main(cases):
    def value(encoding, errors, data):
        try: return bytes(data).decode(encoding, errors)
        except UnicodeDecodeError as e: return [type(e).__name__, e.encoding, e.start, e.end, e.reason, str(e)]
    return [value(*case) for case in cases]`,
      cases,
    );
    check(cases, expected, (i) => DECODERS[cases[i][0]](Uint8Array.from(cases[i][2]), cases[i][1]));
  });

  it('encode as CPython does', function () {
    this.timeout(60000);
    const random = new Random(62);
    const alphabet = ['a', 'é', '€', '\ud800', '\udc80', '\udcff', '😀', 'Ā', 'x', '\udfff'];
    const cases = random.list(8000, (): [string, string, string] => [
      random.pick(Object.keys(ENCODERS)),
      random.pick(Object.keys(encodeHandlers)),
      random.text(random.next() < 0.7 ? alphabet : ['a', 'é', '😀'], random.pick([4, 10, 40])),
    ]);
    const expected = oracle.ask<unknown[]>(
      `
def main(cases):
    def value(encoding, errors, text):
        try: return list(text.encode(encoding, errors))
        except UnicodeEncodeError as e: return [type(e).__name__, e.encoding, e.start, e.end, e.reason, str(e)]
    return [value(*case) for case in cases]`,
      cases,
    );
    check(cases, expected, (i) => ENCODERS[cases[i][0]](cases[i][2], cases[i][1]));
  });

  it('leave unfinished characters for later', () => {
    const bytes = new TextEncoder().encode('aé€😀');
    for (let cut = 0; cut <= bytes.length; cut++) {
      const head = decodeUtf8(bytes.subarray(0, cut), decodeHandlers.strict, false);
      const tail = decodeUtf8(bytes.subarray(head.consumed), decodeHandlers.strict);
      assert.equal(head.text + tail.text, 'aé€😀');
    }
  });
});
