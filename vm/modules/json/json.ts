import type { ModuleDefinition } from '../../objects/define.ts';
import { valueError } from '../../objects/exception.ts';
import type { Slot, Value } from '../../objects/object.ts';
import { tupleOf } from '../../objects/tuple.ts';
import { index } from '../../operations/arithmetic.ts';
import { isTrue } from '../../operations/truth.ts';
import { lengthOf, pointIndex, unitOffset } from '../../text/code-points.ts';
import { encoderType } from './encoder.ts';
import { scannerType, textOf } from './scanner.ts';
import { quoted, quotedAscii, readString } from './strings.ts';

/** CPython 3.14's Modules/_json.c. */
export const json: ModuleDefinition = {
  name: '_json',
  doc: 'json speedups',
  functions: {
    scanstring: [
      '(string, end, strict=True, /)',
      (string: Value, end: Value, strict: Slot) => {
        const text = textOf(string);
        const start = Number(index(end));
        if (start < 0 || start > lengthOf(text)) throw valueError('end is out of bounds');
        const cursor = { text, at: unitOffset(text, start) };
        const value = readString(cursor, strict === undefined || isTrue(strict));
        return tupleOf([value, pointIndex(text, cursor.at)]);
      },
    ],
    encode_basestring: ['(string, /)', (string: Value) => quoted(textOf(string))],
    encode_basestring_ascii: ['(string, /)', (string: Value) => quotedAscii(textOf(string))],
  },
  attributes: { make_encoder: encoderType, make_scanner: scannerType },
};
