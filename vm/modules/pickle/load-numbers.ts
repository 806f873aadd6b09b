import { decodeLatin1 } from '../../codecs/single-byte.ts';
import { vm } from '../../interpreter/state.ts';
import { pythonException } from '../../interpreter/unwind.ts';
import { type Integer, normalize } from '../../numbers/integer.ts';
import { parseInteger } from '../../numbers/integer-text.ts';
import { isException, valueError, valueErrorType } from '../../objects/exception.ts';
import { strRepr } from '../../text/repr.ts';

/** The text of a line, as C reads it: a NUL ends it. */
export function latin1Line(line: Uint8Array): string {
  const text = decodeLatin1(line);
  const end = text.indexOf('\0');
  return end < 0 ? text : text.slice(0, end);
}

const parsed = (text: string): Integer => parseInteger(text, 10, () => strRepr(text), vm.intMaxStrDigits);

/** The argument of INT: an int, or a bool where it is 00 or 01 (load_int). */
export function integerOfLine(line: Uint8Array): Integer | boolean {
  const text = latin1Line(line);
  const small = /^[ \t\n\v\f\r]*[+-]?\d+(?=\n|$)/.exec(text);
  if (small !== null && small[0].length < 19) {
    const value = normalize(BigInt(small[0].trim().replace('+', '')));
    return line.length === 3 && (value === 0 || value === 1) ? value === 1 : value;
  }
  try {
    return parsed(text);
  } catch (error) {
    if (!isException(pythonException(error), valueErrorType)) throw error;
    throw valueError('could not convert string to int');
  }
}

/** The argument of LONG, GET and PUT; an L may end it (load_long). */
export function longOfLine(line: Uint8Array): Integer {
  const text = latin1Line(line);
  return parsed(text.endsWith('L\n') ? text.slice(0, -2) : text);
}
