import { BytesConstant, SurrogateString } from '../bytecode/constants.ts';
import { characterByName } from '../text/unicode-names.ts';

/** Where a literal's escapes report what is wrong with them. */
export interface EscapeProblems {
  /** The text that CPython's codec would raise, without its position in the file. */
  error: string | undefined;
  /** A SyntaxWarning's text, the number of newlines in the body before the escape, and the character after its backslash. */
  warn(message: string, newlines: number, escaped: number): void;
}

const isOctal = (c: number): boolean => c >= 48 && c <= 55;

function hexValue(c: number): number {
  if (c >= 48 && c <= 57) return c - 48;
  const letter = c | 32;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
}

/** The characters of the escapes that stand for one fixed character; -1 for the others. */
function simpleEscape(c: number): number {
  switch (c) {
    case 92:
    case 39:
    case 34:
      return c;
    case 97:
      return 7;
    case 98:
      return 8;
    case 102:
      return 12;
    case 110:
      return 10;
    case 114:
      return 13;
    case 116:
      return 9;
    case 118:
      return 11;
    default:
      return -1;
  }
}

function countNewlines(body: string, end: number): number {
  let count = 0;
  for (let i = body.indexOf('\n'); i >= 0 && i < end; i = body.indexOf('\n', i + 1)) count++;
  return count;
}

function invalidEscape(sequence: string, octal: boolean): string {
  return `"\\${sequence}" is an invalid ${octal ? 'octal ' : ''}escape sequence. Such sequences will not work in the future. Did you mean "\\\\${sequence}"? A raw string is also an option.`;
}

/**
 * Evaluates the escapes of a str literal's body, as _PyUnicode_DecodeUnicodeEscapeInternal (3.14). With an error the
 * result means nothing.
 */
export function decodeText(body: string, problems: EscapeProblems): string | SurrogateString {
  let result = '';
  let warned = false;
  /** Set when two escapes made a pair of surrogates, which a JavaScript string would take for one character. */
  let pair = false;
  let loneHighEnd = -1;
  let plain = 0;
  const length = body.length;
  for (let i = body.indexOf('\\'); i >= 0; i = body.indexOf('\\', i)) {
    result += body.slice(plain, i);
    const start = i++;
    if (i >= length) {
      // Only before a brace of an f-string; the tokenizer has warned of it.
      result += '\\';
      plain = i;
      break;
    }
    const c = body.charCodeAt(i++);
    const simple = simpleEscape(c);
    let character = -1;
    if (simple >= 0) {
      character = simple;
    } else if (c === 10) {
      plain = i;
      continue;
    } else if (isOctal(c)) {
      character = c - 48;
      for (let digits = 1; digits < 3 && isOctal(body.charCodeAt(i)); digits++) {
        character = character * 8 + body.charCodeAt(i++) - 48;
      }
      if (character > 0o377 && !warned) {
        warned = true;
        problems.warn(invalidEscape(character.toString(8), true), countNewlines(body, start), c);
      }
    } else if (c === 120 || c === 117 || c === 85) {
      const count = c === 120 ? 2 : c === 117 ? 4 : 8;
      character = 0;
      let digits = 0;
      for (; digits < count; digits++) {
        const digit = hexValue(body.charCodeAt(i));
        if (digit < 0 || i >= length) break;
        character = character * 16 + digit;
        i++;
      }
      if (digits < count) {
        const reason = `truncated \\${String.fromCharCode(c)}${'X'.repeat(count)} escape`;
        problems.error = decodeError(body, start, i - start, reason);
        return result;
      }
      if (character > 0x10ffff) {
        problems.error = decodeError(body, start, i - start, 'illegal Unicode character');
        return result;
      }
    } else if (c === 78) {
      const close = body.charCodeAt(i) === 123 ? body.indexOf('}', i) : -1;
      if (close < 0 || close === i + 1) {
        const end = body.charCodeAt(i) !== 123 ? i : close < 0 ? length : close;
        problems.error = decodeError(body, start, end - start, 'malformed \\N character escape');
        return result;
      }
      const found = characterByName(body.slice(i + 1, close));
      i = close + 1;
      if (found === undefined) {
        problems.error = decodeError(body, start, i - start, 'unknown Unicode character name');
        return result;
      }
      character = found;
    } else {
      // Not an escape: the backslash stays. CPython warns of the first one only.
      if (!warned && c < 128) {
        warned = true;
        problems.warn(invalidEscape(String.fromCharCode(c), false), countNewlines(body, start), c);
      }
      result += '\\';
      plain = i - 1;
      continue;
    }
    if (character >= 0xdc00 && character < 0xe000 && loneHighEnd === result.length && result.length > 0) pair = true;
    result += String.fromCodePoint(character);
    if (character >= 0xd800 && character < 0xdc00) loneHighEnd = result.length;
    plain = i;
  }
  result += body.slice(plain);
  return pair ? new SurrogateString(decodePairs(body)) : result;
}

/** The code points of a body that is known to be well-formed, escapes kept apart. */
function decodePairs(body: string): number[] {
  const quiet: EscapeProblems = { error: undefined, warn: () => {} };
  const points: number[] = [];
  for (let i = 0; i < body.length; ) {
    if (body.charCodeAt(i) !== 92) {
      const c = body.codePointAt(i)!;
      points.push(c);
      i += c > 0xffff ? 2 : 1;
      continue;
    }
    const match = /\\(?:[0-7]{1,3}|x..|u.{4}|U.{8}|N\{[^}]*\}|.)/suy;
    match.lastIndex = i;
    const sequence = match.exec(body)![0];
    for (const character of decodeText(sequence, quiet) as string) points.push(character.codePointAt(0)!);
    i += sequence.length;
  }
  return points;
}

/**
 * As UnicodeDecodeError prints itself. Positions count in the buffer that the parser hands to the codec, in which
 * characters beyond ASCII are written \UXXXXXXXX.
 */
function decodeError(body: string, start: number, size: number, reason: string): string {
  const position = escapedLength(body, 0, start);
  const end = position + escapedLength(body, start, start + size) - 1;
  const where = end === position ? `byte 0x5c in position ${position}` : `bytes in position ${position}-${end}`;
  return `'unicodeescape' codec can't decode ${where}: ${reason}`;
}

function escapedLength(body: string, from: number, to: number): number {
  let count = 0;
  for (let i = from; i < to; i++) {
    const c = body.charCodeAt(i);
    if (c < 128) count++;
    else if (c >= 0xdc00 && c < 0xe000) continue;
    else count += body.charCodeAt(i - 1) === 92 && i > 0 ? 15 : 10;
  }
  return count;
}

/** A string of one or two JavaScript surrogates is ambiguous only where a lone high one meets a lone low one. */
export function joinText(left: string | SurrogateString, right: string | SurrogateString): string | SurrogateString {
  if (typeof left === 'string' && typeof right === 'string') {
    const last = left.charCodeAt(left.length - 1);
    const first = right.charCodeAt(0);
    const meets = last >= 0xd800 && last < 0xdc00 && first >= 0xdc00 && first < 0xe000;
    if (!meets) return left + right;
  }
  return new SurrogateString([...codePoints(left), ...codePoints(right)]);
}

const codePoints = (text: string | SurrogateString): readonly number[] =>
  typeof text === 'string' ? Array.from(text, (character) => character.codePointAt(0)!) : text.codePoints;

/** Evaluates a bytes literal's body, as _PyBytes_DecodeEscape (3.14). null where it holds characters beyond ASCII. */
export function decodeBytes(body: string, raw: boolean, problems: EscapeProblems | undefined): BytesConstant | null {
  const length = body.length;
  const bytes = new Uint8Array(length);
  let warned = false;
  let count = 0;
  for (let i = 0; i < length; ) {
    const at = i;
    const c = body.charCodeAt(i++);
    if (c >= 128) return null;
    if (c !== 92 || raw) {
      bytes[count++] = c;
      continue;
    }
    const escaped = body.charCodeAt(i++);
    const simple = simpleEscape(escaped);
    if (simple >= 0) {
      bytes[count++] = simple;
    } else if (escaped === 10) {
      // A continued line.
    } else if (isOctal(escaped)) {
      let value = escaped - 48;
      for (let digits = 1; digits < 3 && isOctal(body.charCodeAt(i)); digits++) {
        value = value * 8 + body.charCodeAt(i++) - 48;
      }
      if (value > 0o377 && !warned) {
        warned = true;
        problems?.warn(invalidEscape(value.toString(8), true), countNewlines(body, at), escaped);
      }
      bytes[count++] = value;
    } else if (escaped === 120) {
      const high = hexValue(body.charCodeAt(i));
      const low = hexValue(body.charCodeAt(i + 1));
      if (high < 0 || low < 0 || i + 1 >= length) {
        if (problems !== undefined) problems.error = `invalid \\x escape at position ${at}`;
        return new BytesConstant(bytes.slice(0, count));
      }
      bytes[count++] = high * 16 + low;
      i += 2;
    } else {
      if (escaped >= 128) return null;
      if (!warned) {
        warned = true;
        problems?.warn(invalidEscape(String.fromCharCode(escaped), false), countNewlines(body, at), escaped);
      }
      bytes[count++] = 92;
      i--;
    }
  }
  return new BytesConstant(count === length ? bytes : bytes.slice(0, count));
}
