import { strict as assert } from 'node:assert';
import { type Oracle, pyodideOracle } from '../../../tools/oracle.ts';
import { codecs } from '../../../vm/modules/codecs/codecs.ts';
import { PyBytes } from '../../../vm/objects/bytes.ts';
import { builtinFunction } from '../../../vm/objects/define.ts';
import { PyDict } from '../../../vm/objects/dict.ts';
import type { Value } from '../../../vm/objects/object.ts';
import { repr } from '../../../vm/operations/text.ts';
import { Random } from '../random.ts';
import { bytes, NativeModule, tuple } from './native.ts';

describe('_codecs', () => {
  let oracle: Oracle;
  before(async function () {
    this.timeout(30000);
    oracle = await pyodideOracle();
  });

  /** Calls by name with arguments that repr() can write. */
  const check = (cases: [string, Value[]][]): void => {
    const module = new NativeModule(codecs());
    const handler = builtinFunction('twice', ['(exception, /)', () => tuple('<>', -1)]);
    module.call('register_error', ['last', handler]);
    const expected = oracle.ask<string[]>(
      `
import _codecs
_codecs.register_error('last', lambda e: ('<>', -1))
def main(cases):
    def value(name, args):
        try: return repr(getattr(_codecs, name)(*eval(args)))
        except Exception as e: return f'{type(e).__name__}: {e}'
    return [value(*case) for case in cases]`,
      cases.map(([name, args]) => [name, `[${args.map(repr).join(', ')}]`]),
    );
    const wrong = cases.flatMap(([name, args], i) => {
      const actual = module.outcome(name, args);
      return actual === expected[i] ? [] : [`${name}(${args.map(repr)}): ${actual}, not ${expected[i]}`];
    });
    assert.deepEqual(wrong.slice(0, 20), []);
  };

  const random = new Random(91);
  const errors = (): string =>
    random.pick(['strict', 'strict', 'ignore', 'replace', 'backslashreplace', 'surrogateescape', 'nope']);

  it('decodes escapes', function () {
    this.timeout(30000);
    const pieces = [
      '\\',
      'x',
      'u',
      'U',
      'N',
      '{',
      '}',
      '41',
      '0',
      '00e9',
      '0010ffff',
      '7',
      'n',
      'DIGIT ONE',
      'é',
      'a',
      '\\x',
      '\\N{',
      '\\u12',
      '\\U0011',
    ];
    check(
      random.list(4000, (): [string, Value[]] => {
        const text = random.text(pieces, 7);
        const data = bytes(...Array.from(text, (character) => character.charCodeAt(0)));
        const name = random.pick(['unicode_escape_decode', 'raw_unicode_escape_decode']);
        return [name, [data, errors(), random.next() < 0.7]];
      }),
    );
    check(
      random.list(1000, (): [string, Value[]] => {
        const text = random.text(['\\', 'x', '41', '0', '7', 'n', 'a', '\\x', '\\400', 'q', "'", '\n'], 6);
        const data = bytes(...Array.from(text, (character) => character.charCodeAt(0)));
        return random.next() < 0.3
          ? ['escape_encode', [data]]
          : ['escape_decode', [data, random.pick(['strict', 'replace', 'ignore'])]];
      }),
    );
  });

  it('encodes escapes and other encodings with every handler', function () {
    this.timeout(30000);
    const names =
      'unicode_escape_encode raw_unicode_escape_encode ascii_encode latin_1_encode utf_8_encode utf_16_encode utf_32_le_encode'.split(
        ' ',
      );
    check(
      random.list(3000, (): [string, Value[]] => [
        random.pick(names),
        [
          random.text(['a', '\n', 'é', '\\', '€', '😀', '\udc80', "'"], 5),
          random.pick(['strict', 'ignore', 'replace', 'namereplace', 'xmlcharrefreplace', 'backslashreplace', 'nope']),
        ],
      ]),
    );
  });

  it('decodes the rest', function () {
    this.timeout(30000);
    const names = 'utf_8_decode utf_16_decode utf_16_ex_decode utf_32_be_decode ascii_decode latin_1_decode'.split(' ');
    check(
      random.list(2000, (): [string, Value[]] => [
        random.pick(names),
        [
          bytes(...random.list(random.between(0, 7), () => random.pick([0x61, 0xc3, 0xa9, 0xff, 0xfe, 0, 0xd8]))),
          errors(),
        ],
      ]),
    );
  });

  it('maps by tables', () => {
    const table = new PyDict();
    table.set(97, 'x');
    table.set(98, 120);
    table.set(99, null);
    table.set(100, 1114112);
    check([
      ['charmap_decode', [bytes(97, 98), 'strict', table]],
      ['charmap_decode', [bytes(97, 99), 'strict', table]],
      ['charmap_decode', [bytes(97, 1), 'replace', table]],
      ['charmap_decode', [bytes(100), 'strict', table]],
      ['charmap_decode', [bytes(0, 1, 2), 'ignore', 'xy']],
      ['charmap_encode', ['ac', 'replace', table]],
      ['charmap_encode', ['b', 'strict', table]],
      ['charmap_encode', ['aé', 'strict', null]],
      ['charmap_build', ['abc']],
      ['lookup_error', ['nope']],
      ['readbuffer_encode', ['é']],
    ]);
    const module = new NativeModule(codecs());
    module.call('register_error', ['last', builtinFunction('f', ['(exception, /)', () => tuple('?', 2)])]);
    const result = module.call('ascii_encode', ['aéb', 'last']);
    assert.equal(repr(result), "(b'a?b', 3)");
    assert.ok(!(result instanceof PyBytes));
  });
});
