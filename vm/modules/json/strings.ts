import { vm } from '../../interpreter/state.ts';
import { getAttribute } from '../../operations/attribute.ts';
import { call } from '../../operations/call.ts';
import { hexDigit } from '../../text/byte-strings.ts';
import { pointIndex } from '../../text/code-points.ts';

/** A document and the code unit of it that is read next. */
export interface Cursor {
  readonly text: string;
  at: number;
}

/** Raises json.JSONDecodeError at a code unit's place in the document. */
export function decodeError(message: string, text: string, unit: number): never {
  const type = getAttribute(vm.importModule('json.decoder'), 'JSONDecodeError');
  throw call(type, message, text, pointIndex(text, unit));
}

const SIMPLE: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** scanstring_unicode: reads from behind the opening quote to behind the closing one. */
export function readString(cursor: Cursor, strict: boolean): string {
  const { text } = cursor;
  const start = cursor.at;
  for (let at = start; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) {
      cursor.at = at + 1;
      return text.substring(start, at);
    }
    if (unit === BACKSLASH) return readEscaped(cursor, at, strict);
    if (unit <= 0x1f && strict) decodeError('Invalid control character at', text, at);
  }
  return decodeError('Unterminated string starting at', text, start - 1);
}

/** The same for a string with escapes, the first of which is at `first`. */
function readEscaped(cursor: Cursor, first: number, strict: boolean): string {
  const { text } = cursor;
  const start = cursor.at;
  let value = '';
  let copied = start;
  for (let at = first; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) {
      cursor.at = at + 1;
      return value + text.substring(copied, at);
    }
    if (unit !== BACKSLASH) {
      if (unit <= 0x1f && strict) decodeError('Invalid control character at', text, at);
      continue;
    }
    value += text.substring(copied, at);
    const letter = text[++at];
    if (letter === undefined) break;
    if (letter === 'u') {
      // Halves of a pair join by themselves, as they do in CPython.
      value += String.fromCharCode(readHex(text, at));
      at += 4;
    } else {
      const simple = SIMPLE[letter];
      if (simple === undefined) decodeError('Invalid \\escape', text, at - 1);
      value += simple;
    }
    copied = at + 1;
  }
  return decodeError('Unterminated string starting at', text, start - 1);
}

/** The four digits behind the `u` at this place. */
function readHex(text: string, at: number): number {
  if (at + 5 >= text.length) decodeError('Invalid \\uXXXX escape', text, at);
  let code = 0;
  for (let i = 1; i <= 4; i++) {
    const digit = hexDigit(text.charCodeAt(at + i));
    if (digit < 0) decodeError('Invalid \\uXXXX escape', text, at);
    code = code * 16 + digit;
  }
  return code;
}

const WRITTEN: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

const escapeUnit = (character: string): string =>
  WRITTEN[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON escapes them.
const SPECIAL = /["\\\x00-\x1f]/;
const SPECIAL_OR_NOT_ASCII = /["\\]|[^ -~]/;
const ALL_SPECIAL = new RegExp(SPECIAL, 'g');
const ALL_SPECIAL_OR_NOT_ASCII = new RegExp(SPECIAL_OR_NOT_ASCII, 'g');

/** A string between quotes (escape_unicode). */
export function quoted(text: string): string {
  return SPECIAL.test(text) ? `"${text.replace(ALL_SPECIAL, escapeUnit)}"` : `"${text}"`;
}

/** A string between quotes, in ASCII (ascii_escape_unicode). */
export function quotedAscii(text: string): string {
  return SPECIAL_OR_NOT_ASCII.test(text) ? `"${text.replace(ALL_SPECIAL_OR_NOT_ASCII, escapeUnit)}"` : `"${text}"`;
}
