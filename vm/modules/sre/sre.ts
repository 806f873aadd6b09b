import type { ModuleDefinition } from '../../objects/define.ts';
import type { PyDict } from '../../objects/dict.ts';
import type { PyList } from '../../objects/list.ts';
import type { Value } from '../../objects/object.ts';
import type { PyTuple } from '../../objects/tuple.ts';
import { index } from '../../operations/arithmetic.ts';
import { asciiIsCased, lowerAscii, lowerUnicode, unicodeIsCased } from '../../sre/characters.ts';
import { CODESIZE, MAGIC, MAXGROUPS, MAXREPEAT } from '../../sre/constants.ts';
import { newTemplate } from './match.ts';
import { PyPattern } from './pattern.ts';

function compile(
  pattern: Value,
  flags: Value,
  code: Value,
  groups: Value,
  groupindex: Value,
  indexgroup: Value,
): Value {
  const words = Uint32Array.from((code as PyList).items, (word) => Number(index(word)));
  return new PyPattern(
    pattern,
    Number(index(flags)),
    words,
    Number(index(groups)),
    groupindex as PyDict,
    (indexgroup as PyTuple).items,
  );
}

const onCharacter = (compute: (character: number) => Value): readonly [string, (character: Value) => Value] => [
  '($module, character, /)',
  (character) => compute(Number(index(character))),
];

/** CPython 3.14's Modules/_sre/sre.c; the compiler of patterns is the library's own re/_compiler.py. */
export const sre: ModuleDefinition = {
  name: '_sre',
  functions: {
    compile: ['($module, /, pattern, flags, code, groups, groupindex, indexgroup)', compile],
    template: [
      '($module, pattern, template, /)',
      (_pattern: Value, template: Value) => newTemplate((template as PyList).items.slice()),
    ],
    getcodesize: ['($module, /)', () => CODESIZE],
    ascii_iscased: onCharacter(asciiIsCased),
    unicode_iscased: onCharacter(unicodeIsCased),
    ascii_tolower: onCharacter(lowerAscii),
    unicode_tolower: onCharacter(lowerUnicode),
  },
  attributes: {
    MAGIC,
    CODESIZE,
    MAXREPEAT,
    MAXGROUPS,
    copyright: ' SRE 2.2.2 Copyright (c) 1997-2002 by Secret Labs AB ',
  },
};
