import { decode } from './codecs.ts';
import { codePointLength } from './columns.ts';
import type { Diagnostic } from './diagnostic.ts';
import { firstInvalidUtf8 } from './utf8.ts';

/** Text as the tokenizer wants it: decoded, '\n' line ends only, one at the end unless empty. */
export interface SourceText {
  readonly text: string;
  /** The last line's end was not in the source. */
  readonly addedLineEnd: boolean;
  /** Why the bytes are no Python text; `text` is then what could be made of them. */
  readonly error: Diagnostic | undefined;
}

/** Text that is already decoded, as a str given to compile(): a coding cookie means nothing here. */
export function sourceFromString(text: string): SourceText {
  return fromText(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text, undefined);
}

/**
 * Text of a file's bytes, or of bytes given to compile(): byte order mark and coding cookie (PEP 263) as in CPython 3.14's
 * decode_str (Parser/tokenizer/string_tokenizer.c).
 */
export function decodeSource(bytes: Uint8Array): SourceText {
  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const body = hasMark ? bytes.subarray(3) : bytes;
  const cookie = findCookie(body);
  if (cookie !== undefined && cookie.encoding !== 'utf-8') {
    if (hasMark) {
      return fromText(lenient(body), {
        category: 'SyntaxError',
        message: `encoding problem: ${cookie.encoding} with BOM`,
        lineno: cookie.line,
        offset: 0,
        end_lineno: cookie.line,
        end_offset: cookie.lineLength,
      });
    }
    const decoded = decode(body, cookie.encoding);
    if ('error' in decoded) return fromText(lenient(body), nowhere(decoded.error, 0, -1));
    return fromText(decoded.text, undefined);
  }
  const invalid = firstInvalidUtf8(body);
  if (invalid >= 0) return fromText(lenient(body), notUtf8(body, invalid));
  return fromText(lenient(body), undefined);
}

function fromText(text: string, error: Diagnostic | undefined): SourceText {
  if (text.includes('\0')) {
    const { error: other, ...rest } = fromText(text.replaceAll('\0', ' '), error);
    return { ...rest, error: other ?? nowhere('source code string cannot contain null bytes', 0, 0) };
  }
  const lines = text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
  const addedLineEnd = lines.length > 0 && !lines.endsWith('\n');
  return { text: addedLineEnd ? `${lines}\n` : lines, addedLineEnd, error };
}

/** UTF-8, with U+FFFD for what is none. */
const lenient = (bytes: Uint8Array): string => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);

/** A SyntaxError that CPython gives no place. */
function nowhere(message: string, lineno: number, offset: number): Diagnostic {
  return { category: 'SyntaxError', message, lineno, offset, end_lineno: 0, end_offset: 0 };
}

/** _PyTokenizer_ensure_utf8 */
function notUtf8(bytes: Uint8Array, at: number): Diagnostic {
  const before = lenient(bytes.subarray(0, at)).replace(/\r\n?/g, '\n');
  const line = before.split('\n').length;
  const lineStart = before.lastIndexOf('\n') + 1;
  const offset = codePointLength(before, lineStart, before.length) + 1;
  const byte = bytes[at].toString(16).padStart(2, '0');
  return {
    category: 'SyntaxError',
    message: `Non-UTF-8 code starting with '\\x${byte}' on line ${line}, but no encoding declared; see https://peps.python.org/pep-0263/ for details`,
    lineno: line,
    offset,
    end_lineno: line,
    end_offset: offset,
  };
}

interface Cookie {
  readonly encoding: string;
  readonly line: number;
  /** Length of the cookie's line in bytes. */
  readonly lineLength: number;
}

/** The coding cookie of the first two lines; the second counts only if the first holds no code. */
function findCookie(bytes: Uint8Array): Cookie | undefined {
  let start = 0;
  for (let line = 1; line <= 2 && start < bytes.length; line++) {
    let end = start;
    while (end < bytes.length && bytes[end] !== 10 && bytes[end] !== 13) end++;
    let hash = start;
    while (hash < end && (bytes[hash] === 32 || bytes[hash] === 9 || bytes[hash] === 12)) hash++;
    if (hash < end && bytes[hash] !== 35) return undefined;
    if (hash < end) {
      const comment = String.fromCharCode(...bytes.subarray(hash, Math.min(end, hash + 4096)));
      const match = /coding[:=][ \t]*([-\w.]+)/.exec(comment);
      if (match !== null) return { encoding: normalName(match[1]), line, lineLength: end - start };
    }
    start = end + (bytes[end] === 13 && bytes[end + 1] === 10 ? 2 : 1);
  }
  return undefined;
}

/** CPython's get_normal_name: spells the two most common encodings one way. */
function normalName(name: string): string {
  const lower = name.slice(0, 12).toLowerCase().replaceAll('_', '-');
  if (lower === 'utf-8' || lower.startsWith('utf-8-')) return 'utf-8';
  for (const latin of ['latin-1', 'iso-8859-1', 'iso-latin-1']) {
    if (lower === latin || lower.startsWith(`${latin}-`)) return 'iso-8859-1';
  }
  return name;
}
