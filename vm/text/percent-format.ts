import { type FloatCode, FloatFormat, formatFloat } from '../numbers/float-text.ts';
import type { Integer } from '../numbers/integer.ts';
import { integerToText } from '../numbers/integer-text.ts';
import { lengthOf, pointIndex, slice } from './code-points.ts';
import { Problem } from './problem.ts';

// printf-style formatting of str (unicode_format.c) and bytes (bytesobject.c, _PyBytes_FormatEx), 3.14.

/** What `template % values` asks of its right side. `V` is a Python object. */
export interface PercentValues<V> {
  /** The items of a tuple, or the one object that isn't a tuple. */
  readonly items: readonly V[];
  /** values[key], where the right side is a mapping. */
  readonly lookUp: ((key: string) => V) | undefined;
  readonly maxDigits: number;
  typeName(value: V): string;
  str(value: V): string;
  repr(value: V): string;
  ascii(value: V): string;
  /** The value of an int, a bool or an instance of an int subclass; undefined for all else. */
  int(value: V): Integer | undefined;
  /** int(value) of a number, or undefined where that is a TypeError. */
  toInt(value: V): Integer | undefined;
  /** operator.index(value), or undefined where that is a TypeError. */
  toIndex(value: V): Integer | undefined;
  toFloat(value: V): number;
  /** For str: the text of a str. For bytes: the bytes of a bytes or bytearray, as Latin-1. Else undefined. */
  text(value: V): string | undefined;
  /** For bytes only: what %s and %b write, as Latin-1. */
  bytes?(value: V): string;
}

const enum Flag {
  LeftJustify = 1,
  Sign = 2,
  Blank = 4,
  Alternate = 8,
  Zero = 16,
}

const FLAGS: Readonly<Record<string, number>> = {
  '-': Flag.LeftJustify,
  '+': Flag.Sign,
  ' ': Flag.Blank,
  '#': Flag.Alternate,
  '0': Flag.Zero,
};

const typeError = (message: string): Problem => new Problem('TypeError', message);
const valueError = (message: string): Problem => new Problem('ValueError', message);

/** `template % values` of a str. */
export function percentFormat<V>(template: string, values: PercentValues<V>): string {
  return new PercentFormatter(template, values, false).run();
}

/** `template % values` of bytes; template and result are bytes written as Latin-1 text. */
export function percentFormatBytes<V>(template: string, values: PercentValues<V>): string {
  return new PercentFormatter(template, values, true).run();
}

class PercentFormatter<V> {
  readonly #template: string;
  readonly #values: PercentValues<V>;
  readonly #forBytes: boolean;
  #items: readonly V[];
  #next = 0;
  #at = 0;
  #flags = 0;
  #width = -1;
  #precision = -1;

  constructor(template: string, values: PercentValues<V>, forBytes: boolean) {
    this.#template = template;
    this.#values = values;
    this.#forBytes = forBytes;
    this.#items = values.items;
  }

  run(): string {
    const template = this.#template;
    let result = '';
    for (;;) {
      const percent = template.indexOf('%', this.#at);
      if (percent < 0) break;
      result += template.substring(this.#at, percent);
      this.#at = percent + 1;
      result += this.#specifier();
    }
    if (this.#next < this.#items.length && this.#values.lookUp === undefined) {
      throw typeError(`not all arguments converted during ${this.#forBytes ? 'bytes' : 'string'} formatting`);
    }
    return result + template.substring(this.#at);
  }

  #nextValue(): V {
    if (this.#next >= this.#items.length) throw typeError('not enough arguments for format string');
    return this.#items[this.#next++];
  }

  /** unicode_format_arg: one specifier from behind its '%'. */
  #specifier(): string {
    const template = this.#template;
    if (template[this.#at] === '%') {
      this.#at++;
      return '%';
    }
    this.#flags = 0;
    this.#width = -1;
    this.#precision = -1;
    if (template[this.#at] === '(') this.#key();
    for (let flag = FLAGS[template[this.#at]]; flag !== undefined; flag = FLAGS[template[++this.#at]])
      this.#flags |= flag;
    this.#width = this.#number('width');
    if (this.#width < -1) {
      this.#flags |= Flag.LeftJustify;
      this.#width = -this.#width;
    }
    if (template[this.#at] === '.') {
      this.#at++;
      this.#precision = Math.max(this.#number('precision'), 0);
    }
    const length = template[this.#at];
    if (length === 'h' || length === 'l' || length === 'L') this.#at++;
    if (this.#at >= template.length) throw valueError('incomplete format');
    const code = String.fromCodePoint(template.codePointAt(this.#at)!);
    const codeAt = this.#at;
    this.#at += code.length;
    return this.#converted(code, codeAt);
  }

  #key(): void {
    const { lookUp } = this.#values;
    if (lookUp === undefined) throw typeError('format requires a mapping');
    const start = this.#at + 1;
    let depth = 1;
    let at = start;
    for (; at < this.#template.length; at++) {
      if (this.#template[at] === ')' && --depth === 0) break;
      if (this.#template[at] === '(') depth++;
    }
    if (depth > 0) throw valueError('incomplete format key');
    this.#at = at + 1;
    this.#items = [lookUp(this.#template.substring(start, at))];
    this.#next = 0;
  }

  /** A width or precision: digits, '*', or -1 where there is none. A negative '*' gives a number below -1. */
  #number(what: 'width' | 'precision'): number {
    const template = this.#template;
    if (template[this.#at] === '*') {
      this.#at++;
      const value = this.#values.int(this.#nextValue());
      if (value === undefined) throw typeError('* wants int');
      const largest = what === 'width' ? 0x7fffffffffffffffn : 0x7fffffffn;
      if (value > largest || value < -largest - 1n) {
        const cType = what === 'width' ? 'C ssize_t' : 'C int';
        throw new Problem('OverflowError', `Python int too large to convert to ${cType}`);
      }
      if (what === 'width' && value === -1) {
        this.#flags |= Flag.LeftJustify;
        return 1;
      }
      return Number(value);
    }
    const start = this.#at;
    while (template[this.#at] >= '0' && template[this.#at] <= '9') this.#at++;
    if (this.#at === start) return -1;
    const value = Number(template.substring(start, this.#at));
    if (value >= 2 ** (what === 'width' ? 63 : 31)) throw valueError(`${what} too big`);
    return value;
  }

  #converted(code: string, codeAt: number): string {
    switch (code) {
      case 's':
      case 'r':
      case 'a':
        return this.#padded(this.#cut(this.#written(code, this.#nextValue())));
      case 'b':
        if (!this.#forBytes) break;
        return this.#padded(this.#cut(this.#written('s', this.#nextValue())));
      case 'c':
        return this.#padded(this.#character(this.#nextValue()));
      case 'd':
      case 'i':
      case 'u':
      case 'o':
      case 'x':
      case 'X':
        return this.#numeric(this.#integer(code, this.#nextValue()), code);
      case 'e':
      case 'E':
      case 'f':
      case 'F':
      case 'g':
      case 'G': {
        const options = (this.#flags & Flag.Alternate) !== 0 ? FloatFormat.Alternate : FloatFormat.None;
        const value = this.#values.toFloat(this.#nextValue());
        const precision = this.#precision < 0 ? 6 : this.#precision;
        return this.#numeric(formatFloat(value, code as FloatCode, precision, options), code);
      }
    }
    this.#nextValue();
    const codePoint = code.codePointAt(0)!;
    const shown = codePoint > 31 && (this.#forBytes || codePoint < 127) ? code : '?';
    const index = pointIndex(this.#template, codeAt);
    throw valueError(`unsupported format character '${shown}' (0x${codePoint.toString(16)}) at index ${index}`);
  }

  #written(code: 's' | 'r' | 'a', value: V): string {
    if (code === 's') return this.#forBytes ? this.#values.bytes!(value) : this.#values.str(value);
    return code === 'a' || this.#forBytes ? this.#values.ascii(value) : this.#values.repr(value);
  }

  #cut(text: string): string {
    return this.#precision >= 0 && this.#precision < lengthOf(text) ? slice(text, 0, this.#precision) : text;
  }

  #padded(text: string): string {
    const missing = this.#width - lengthOf(text);
    if (missing <= 0) return text;
    return (this.#flags & Flag.LeftJustify) !== 0 ? text + ' '.repeat(missing) : ' '.repeat(missing) + text;
  }

  /** formatchar and byte_converter. */
  #character(value: V): string {
    const text = this.#values.text(value);
    if (this.#forBytes) {
      if (text?.length === 1) return text;
      const wanted = '%c requires an integer in range(256) or a single byte';
      if (text !== undefined) throw typeError(`${wanted}, not a bytes object of length ${text.length}`);
      const byte = this.#values.int(value) ?? this.#values.toIndex(value);
      if (byte === undefined) throw typeError(`${wanted}, not ${this.#values.typeName(value)}`);
      if (byte < 0 || byte > 255) throw new Problem('OverflowError', '%c arg not in range(256)');
      return String.fromCharCode(Number(byte));
    }
    const wanted = '%c requires an int or a unicode character';
    if (text !== undefined) {
      if (lengthOf(text) !== 1) throw typeError(`${wanted}, not a string of length ${lengthOf(text)}`);
      return text;
    }
    const codePoint = this.#values.toIndex(value);
    if (codePoint === undefined) throw typeError(`${wanted}, not ${this.#values.typeName(value)}`);
    if (codePoint < 0 || codePoint > 0x10ffff) throw new Problem('OverflowError', '%c arg not in range(0x110000)');
    return String.fromCodePoint(Number(codePoint));
  }

  /** mainformatlong and _PyUnicode_FormatLong: the sign, with # the prefix, and at least `precision` digits. */
  #integer(code: 'd' | 'i' | 'u' | 'o' | 'x' | 'X', value: V): string {
    const decimal = code === 'd' || code === 'i' || code === 'u';
    const integer = this.#values.int(value) ?? (decimal ? this.#values.toInt(value) : this.#values.toIndex(value));
    if (integer === undefined) {
      const wanted = decimal ? 'a real number' : 'an integer';
      throw typeError(`%${code} format: ${wanted} is required, not ${this.#values.typeName(value)}`);
    }
    const size = integer < 0 ? -integer : integer;
    let digits = decimal ? integerToText(size, this.#values.maxDigits) : size.toString(code === 'o' ? 8 : 16);
    digits = digits.padStart(this.#precision, '0');
    if (!decimal && (this.#flags & Flag.Alternate) !== 0) digits = `0${code === 'o' ? 'o' : 'x'}${digits}`;
    if (code === 'X') digits = digits.toUpperCase();
    return integer < 0 ? `-${digits}` : digits;
  }

  /** Sign, prefix and zeros of a number (unicode_format_arg_output). */
  #numeric(text: string, code: string): string {
    const negative = text[0] === '-';
    const sign = negative ? '-' : (this.#flags & Flag.Sign) !== 0 ? '+' : (this.#flags & Flag.Blank) !== 0 ? ' ' : '';
    const digits = negative ? text.substring(1) : text;
    const missing = this.#width - sign.length - digits.length;
    if (missing <= 0) return sign + digits;
    if ((this.#flags & Flag.LeftJustify) !== 0) return sign + digits + ' '.repeat(missing);
    if ((this.#flags & Flag.Zero) === 0) return ' '.repeat(missing) + sign + digits;
    const prefixed = (this.#flags & Flag.Alternate) !== 0 && (code === 'x' || code === 'X' || code === 'o');
    const prefix = prefixed ? digits.substring(0, 2) : '';
    return sign + prefix + '0'.repeat(missing) + digits.substring(prefix.length);
  }
}
