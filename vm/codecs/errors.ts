import { characterAt, lengthOf, slice, toCodePoints } from '../text/code-points.ts';
import { codePointEscape } from '../text/repr.ts';

/** What UnicodeDecodeError and UnicodeEncodeError carry; positions are bytes or code points. No Error, as `Problem` is none. */
export class UnicodeProblem {
  readonly exception: 'UnicodeDecodeError' | 'UnicodeEncodeError';
  readonly encoding: string;
  /** What was to be decoded (bytes) or encoded (str). */
  readonly object: Uint8Array | string;
  readonly start: number;
  readonly end: number;
  readonly reason: string;

  constructor(encoding: string, object: Uint8Array | string, start: number, end: number, reason: string) {
    this.exception = typeof object === 'string' ? 'UnicodeEncodeError' : 'UnicodeDecodeError';
    this.encoding = encoding;
    this.object = object;
    this.start = start;
    this.end = end;
    this.reason = reason;
  }
}

/** `str(error)` from the exception's attributes (exceptions.c, UnicodeDecodeError_str and UnicodeEncodeError_str, 3.14). */
export function unicodeErrorText(problem: UnicodeProblem): string {
  const { encoding, object, start, end, reason } = problem;
  const one = end === start + 1;
  if (typeof object === 'string') {
    const known = one && start < lengthOf(object);
    const what = known
      ? `character '${codePointEscape(characterAt(object, start).codePointAt(0)!)}' in position ${start}`
      : `characters in position ${start}-${end - 1}`;
    return `'${encoding}' codec can't encode ${what}: ${reason}`;
  }
  const what =
    one && start < object.length
      ? `byte 0x${object[start].toString(16).padStart(2, '0')} in position ${start}`
      : `bytes in position ${start}-${end - 1}`;
  return `'${encoding}' codec can't decode ${what}: ${reason}`;
}

/** What takes the place of what couldn't be decoded, and where decoding goes on. */
export interface DecodeRepair {
  replacement: string;
  position: number;
}

/** What takes the place of what couldn't be encoded (text is encoded in turn), and where encoding goes on. */
export interface EncodeRepair {
  replacement: string | Uint8Array;
  position: number;
}

/** An error handler as codecs.register_error knows them: repairs, or throws. Positions that it gives are in range. */
export type DecodeHandler = (problem: UnicodeProblem) => DecodeRepair;
export type EncodeHandler = (problem: UnicodeProblem) => EncodeRepair;

export const strict = (problem: UnicodeProblem): never => {
  throw problem;
};

/** CPython's own decoding error handlers, by the names that codecs knows them by (codecs.c, 3.14). */
export const decodeHandlers: Readonly<Record<string, DecodeHandler>> = {
  strict,
  ignore: ({ end }) => ({ replacement: '', position: end }),
  replace: ({ end }) => ({ replacement: '\ufffd', position: end }),
  backslashreplace: ({ object, start, end }) => {
    let replacement = '';
    for (const byte of (object as Uint8Array).subarray(start, end)) replacement += codePointEscape(byte);
    return { replacement, position: end };
  },
  surrogateescape: (problem) => {
    const bytes = problem.object as Uint8Array;
    let position = problem.start;
    let replacement = '';
    // Bytes of ASCII are never escaped.
    while (position < problem.end && position < problem.start + 4 && bytes[position] >= 0x80) {
      replacement += String.fromCharCode(0xdc00 + bytes[position++]);
    }
    if (replacement === '') throw problem;
    return { replacement, position };
  },
  surrogatepass: (problem) => {
    const form = surrogateForm(problem.encoding);
    const bytes = problem.object as Uint8Array;
    const unit = form?.read(bytes, problem.start);
    if (unit === undefined || (unit & 0xf800) !== 0xd800) throw problem;
    return { replacement: String.fromCharCode(unit), position: problem.start + form!.width };
  },
};

/** CPython's own encoding error handlers. */
export const encodeHandlers: Readonly<Record<string, EncodeHandler>> = {
  strict,
  ignore: ({ end }) => ({ replacement: '', position: end }),
  replace: ({ start, end }) => ({ replacement: '?'.repeat(end - start), position: end }),
  backslashreplace: (problem) => replaced(problem, codePointEscape),
  xmlcharrefreplace: (problem) => replaced(problem, (codePoint) => `&#${codePoint};`),
  surrogateescape: (problem) => {
    const points = affected(problem);
    const bytes = new Uint8Array(points.length);
    points.forEach((codePoint, i) => {
      if (codePoint < 0xdc80 || codePoint > 0xdcff) throw notEscaped(problem, problem.start + i);
      bytes[i] = codePoint - 0xdc00;
    });
    return { replacement: bytes, position: problem.end };
  },
  surrogatepass: (problem) => {
    const form = surrogateForm(problem.encoding);
    const points = affected(problem);
    if (form === undefined || points.some((codePoint) => (codePoint & ~0x7ff) !== 0xd800)) throw problem;
    return { replacement: Uint8Array.from([...points].flatMap(form.write)), position: problem.end };
  },
};

/** All encoders but charmap write the escaped bytes in front before they report the rest. */
function notEscaped(problem: UnicodeProblem, at: number): UnicodeProblem {
  const { encoding, object, start, end, reason } = problem;
  return at === start || encoding === 'charmap' ? problem : new UnicodeProblem(encoding, object, at, end, reason);
}

/** The handler namereplace, which needs the names of characters: `nameOf` gives one or undefined. */
export function nameReplace(nameOf: (codePoint: number) => string | undefined): EncodeHandler {
  return (problem) =>
    replaced(problem, (codePoint) => {
      const name = nameOf(codePoint);
      return name === undefined ? codePointEscape(codePoint) : `\\N{${name}}`;
    });
}

const affected = ({ object, start, end }: UnicodeProblem): Uint32Array =>
  toCodePoints(slice(object as string, start, end));

function replaced(problem: UnicodeProblem, replacement: (codePoint: number) => string): EncodeRepair {
  return { replacement: Array.from(affected(problem), replacement).join(''), position: problem.end };
}

interface SurrogateForm {
  width: number;
  read(bytes: Uint8Array, at: number): number | undefined;
  write(unit: number): number[];
}

/** How an encoding would write a lone surrogate, for the handler surrogatepass (get_standard_encoding). */
function surrogateForm(encoding: string): SurrogateForm | undefined {
  const match = /^(?:utf[-_ ]?(8|16|32)|cp65001)(?:[-_]?(le|be))?$/i.exec(encoding);
  if (match === null) return undefined;
  const [, bits = '8', order = 'le'] = match;
  if (bits === '8') return UTF8_SURROGATES;
  const width = bits === '16' ? 2 : 4;
  const bigEndian = order.toLowerCase() === 'be';
  return {
    width,
    read(bytes, at) {
      if (bytes.length - at < width) return undefined;
      let unit = 0;
      for (let i = 0; i < width; i++) unit = unit * 256 + bytes[at + (bigEndian ? i : width - 1 - i)];
      return unit <= 0xffff ? unit : undefined;
    },
    write(unit) {
      const little = [unit & 0xff, unit >> 8, ...new Array<number>(width - 2).fill(0)];
      return bigEndian ? little.reverse() : little;
    },
  };
}

const UTF8_SURROGATES: SurrogateForm = {
  width: 3,
  read(bytes, at) {
    const [a, b, c] = bytes.subarray(at, at + 3);
    if ((a & 0xf0) !== 0xe0 || (b & 0xc0) !== 0x80 || (c & 0xc0) !== 0x80) return undefined;
    return ((a & 0x0f) << 12) | ((b & 0x3f) << 6) | (c & 0x3f);
  },
  write: (unit) => [0xe0 | (unit >> 12), 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f)],
};
