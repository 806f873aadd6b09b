import assert from 'node:assert/strict';
import { decodeSource, sourceFromString } from '../../../compiler/text/source.ts';
import { characterByName } from '../../../compiler/text/unicode-names.ts';

const bytes = (latin1: string): Uint8Array => Uint8Array.from(latin1, (character) => character.charCodeAt(0));
const textOf = (latin1: string): string => decodeSource(bytes(latin1)).text;

/** Message and place of the error, as CPython 3.14 gives them. */
function errorOf(latin1: string): string {
  const { error } = decodeSource(bytes(latin1));
  assert.ok(error);
  return `${error.message} @${error.lineno}:${error.offset}-${error.end_lineno}:${error.end_offset}`;
}

const notUtf8 = (byte: string, line: number): string =>
  `Non-UTF-8 code starting with '\\x${byte}' on line ${line}, but no encoding declared; see https://peps.python.org/pep-0263/ for details`;

describe('decodeSource', () => {
  it('reads coding cookies of the first two lines', () => {
    assert.equal(textOf("# coding: latin-1\nx = '\xe9'\n"), "# coding: latin-1\nx = 'é'\n");
    assert.equal(textOf("#!/usr/bin/python\n# vim: set fileencoding=koi8-r :\nx = '\xc1'\n").slice(-4), "'а'\n");
    assert.equal(textOf("\n\f# -*- coding: cp1252 -*-\nx = '\x80'\n").slice(-4), "'€'\n");
    assert.equal(textOf("# coding: euc-jp\nx = '\xa4\xa2'\n").slice(-4), "'あ'\n");
    assert.equal(textOf("# coding: shift_jis\nx = '\x82\xa0'\n").slice(-4), "'あ'\n");
    assert.equal(textOf("# coding: gbk\nx = '\xd6\xd0'\n").slice(-4), "'中'\n");
    assert.equal(textOf("# coding: big5\nx = '\xa4\xa4'\n").slice(-4), "'中'\n");
    assert.equal(textOf("# coding: iso-8859-15\nx = '\xa4'\n").slice(-4), "'€'\n");
  });
  it('makes line ends the same, and ends the last line', () => {
    assert.equal(textOf('a\r\nb\rc'), 'a\nb\nc\n');
    assert.equal(sourceFromString('').text, '');
  });
  it("reports what CPython 3.14 reports of bytes that don't decode", () => {
    assert.equal(errorOf("x = 1\ny = '\xff'\n"), `${notUtf8('ff', 2)} @2:6-2:6`);
    assert.equal(errorOf("x = 1\n  y = 'ab\xc3\x28'\n"), `${notUtf8('c3', 2)} @2:10-2:10`);
    assert.equal(errorOf("x = 1\n# coding: latin-1\nx = '\xe9'\n"), `${notUtf8('e9', 3)} @3:6-3:6`);
    assert.equal(
      errorOf("# coding: ascii\nx = '\xe9'\n"),
      "'ascii' codec can't decode byte 0xe9 in position 21: ordinal not in range(128) @0:-1-0:0",
    );
    assert.equal(
      errorOf("# coding: cp1252\nx = '\x81'\n"),
      "'charmap' codec can't decode byte 0x81 in position 22: character maps to <undefined> @0:-1-0:0",
    );
    assert.equal(
      errorOf("# coding: euc-jp\nx = '\xff'\n"),
      "'euc_jp' codec can't decode byte 0xff in position 22: illegal multibyte sequence @0:-1-0:0",
    );
    assert.equal(
      errorOf("# coding: utf8\nx = 'ab\xe2\x82'\n"),
      "'utf-8' codec can't decode bytes in position 22-23: invalid continuation byte @0:-1-0:0",
    );
    assert.equal(errorOf('# coding: foo\n'), 'unknown encoding: foo @0:-1-0:0');
    assert.equal(errorOf('\xef\xbb\xbf# coding: latin-1\n'), 'encoding problem: iso-8859-1 with BOM @1:0-1:17');
    assert.equal(errorOf('x = 1\0\n'), 'source code string cannot contain null bytes @0:0-0:0');
  });
});

describe('characterByName', () => {
  it('knows names, aliases, derived names and syllables', () => {
    assert.equal(characterByName('LATIN SMALL LETTER E WITH ACUTE'), 0xe9);
    assert.equal(characterByName('snowman'), 0x2603);
    assert.equal(characterByName('NULL'), 0);
    assert.equal(characterByName('BELL'), 0x1f514);
    assert.equal(characterByName('CJK UNIFIED IDEOGRAPH-4E2D'), 0x4e2d);
    assert.equal(characterByName('HANGUL SYLLABLE GA'), 0xac00);
    assert.equal(characterByName('HANGUL SYLLABLE HIH'), 0xd7a3);
    assert.equal(characterByName('CJK UNIFIED IDEOGRAPH-0041'), undefined);
    assert.equal(characterByName('no such name'), undefined);
  });
});
