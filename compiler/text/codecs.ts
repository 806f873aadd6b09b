import table from './tables/codecs.json' with { type: 'json' };
import { firstInvalidUtf8, utf8Sequence } from './utf8.ts';

/** What came of decoding bytes: text, or the message of the exception that CPython's codec raises. */
export type Decoded = { readonly text: string } | { readonly error: string };

/** CPython's multi-byte codecs that the platform's TextDecoder knows, by its labels. */
const platformLabels: Record<string, string> = {
  euc_jp: 'euc-jp',
  shift_jis: 'shift_jis',
  cp932: 'shift_jis',
  gb2312: 'gbk',
  gbk: 'gbk',
  gb18030: 'gb18030',
  big5: 'big5',
  cp950: 'big5',
  euc_kr: 'euc-kr',
  cp949: 'euc-kr',
  iso2022_jp: 'iso-2022-jp',
  utf_8: 'utf-8',
  utf_8_sig: 'utf-8',
};

const charmaps: Record<string, string> = table.charmaps;
const aliases: Record<string, string> = table.aliases;

/** Decodes as CPython's codec of that name does; `name` is as a coding cookie has it. */
export function decode(bytes: Uint8Array, name: string): Decoded {
  const normalized = name.toLowerCase().replace(/[^a-z0-9.]+/g, '_');
  const codec = aliases[normalized] ?? aliases[normalized.replaceAll('.', '_')] ?? normalized;
  if (codec === 'latin_1' || codec === 'iso8859_1') return { text: latin1(bytes) };
  if (codec === 'ascii') return ascii(bytes);
  const charmap = charmaps[codec];
  if (charmap !== undefined) return throughCharmap(bytes, charmap);
  const label = platformLabels[codec];
  if (label !== undefined) return throughPlatform(bytes, codec, label);
  if (table.names.includes(codec)) return { error: `Coroscope does not decode '${name}'; save the file as UTF-8` };
  return { error: `unknown encoding: ${name}` };
}

function latin1(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return text;
}

function ascii(bytes: Uint8Array): Decoded {
  const bad = bytes.findIndex((byte) => byte >= 128);
  if (bad < 0) return { text: latin1(bytes) };
  return {
    error: `'ascii' codec can't decode byte ${hexByte(bytes[bad])} in position ${bad}: ordinal not in range(128)`,
  };
}

/** A charmap lists the characters of all bytes, or of those from 128 on; U+FFFE marks bytes without one. */
function throughCharmap(bytes: Uint8Array, charmap: string): Decoded {
  const base = 256 - charmap.length;
  const parts: string[] = [];
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    const character = byte < base ? String.fromCharCode(byte) : charmap[byte - base];
    if (character === undefined || character === '\ufffe') {
      const where = `byte ${hexByte(byte)} in position ${i}`;
      return { error: `'charmap' codec can't decode ${where}: character maps to <undefined>` };
    }
    parts.push(character);
  }
  return { text: parts.join('') };
}

function throughPlatform(bytes: Uint8Array, codec: string, label: string): Decoded {
  try {
    return { text: new TextDecoder(label, { fatal: true }).decode(bytes) };
  } catch {
    if (codec.startsWith('utf_8')) return { error: utf8Error(bytes) };
    const bad = firstUndecodable(bytes, label);
    const where = `byte ${hexByte(bytes[bad])} in position ${bad}`;
    return { error: `'${codec}' codec can't decode ${where}: illegal multibyte sequence` };
  }
}

/** The longest beginning that decodes ends at the bad character. */
function firstUndecodable(bytes: Uint8Array, label: string): number {
  let low = 0;
  let high = bytes.length;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (decodesSoFar(bytes.subarray(0, middle), label)) low = middle;
    else high = middle - 1;
  }
  while (low > 0 && !decodesWhole(bytes.subarray(0, low), label)) low--;
  return Math.min(low, bytes.length - 1);
}

function decodesSoFar(bytes: Uint8Array, label: string): boolean {
  try {
    new TextDecoder(label, { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}

function decodesWhole(bytes: Uint8Array, label: string): boolean {
  try {
    new TextDecoder(label, { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

function utf8Error(bytes: Uint8Array): string {
  const at = firstInvalidUtf8(bytes);
  const first = bytes[at];
  if (first < 0xc2 || first > 0xf4) {
    return `'utf-8' codec can't decode byte ${hexByte(first)} in position ${at}: invalid start byte`;
  }
  const length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  let good = 1;
  while (good < length && at + good < bytes.length && begins(bytes, at, good + 1)) good++;
  const reason = at + good >= bytes.length ? 'unexpected end of data' : 'invalid continuation byte';
  const where = good === 1 ? `byte ${hexByte(first)} in position ${at}` : `bytes in position ${at}-${at + good - 1}`;
  return `'utf-8' codec can't decode ${where}: ${reason}`;
}

/** Whether `count` bytes from `at` can begin a valid sequence. */
function begins(bytes: Uint8Array, at: number, count: number): boolean {
  const padded = new Uint8Array(4);
  padded.set(bytes.subarray(at, at + count));
  padded.fill(0x80, count);
  return utf8Sequence(padded, 0) > 0;
}

const hexByte = (byte: number): string => `0x${byte.toString(16).padStart(2, '0')}`;
