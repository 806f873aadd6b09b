import { enterNative, leaveNative } from '../../interpreter/depth.ts';
import { vm } from '../../interpreter/state.ts';
import { parseInteger } from '../../numbers/integer-text.ts';
import { bind } from '../../objects/bind.ts';
import { defineType } from '../../objects/define.ts';
import { PyDict } from '../../objects/dict.ts';
import { type PyBaseException, stopIteration, typeError, valueError } from '../../objects/exception.ts';
import { PyFloat } from '../../objects/float.ts';
import { PyList } from '../../objects/list.ts';
import {
  floatType,
  intType,
  type KwNames,
  newType,
  PyObject,
  type PyType,
  typeOf,
  type Value,
} from '../../objects/object.ts';
import { stringOf } from '../../objects/str.ts';
import { tupleOf } from '../../objects/tuple.ts';
import { index } from '../../operations/arithmetic.ts';
import { getAttribute } from '../../operations/attribute.ts';
import { call } from '../../operations/call.ts';
import { isTrue } from '../../operations/truth.ts';
import { lengthOf, pointIndex, unitOffset } from '../../text/code-points.ts';
import { type Cursor, decodeError, readString } from './strings.ts';

export const scannerType = newType('_json.Scanner');

class Scanner extends PyObject {
  strict = true;
  objectHook: Value = null;
  objectPairsHook: Value = null;
  parseFloat: Value = null;
  parseInt: Value = null;
  parseConstant: Value = null;
}

const enum Unit {
  QUOTE = 0x22,
  PLUS = 0x2b,
  COMMA = 0x2c,
  MINUS = 0x2d,
  POINT = 0x2e,
  ZERO = 0x30,
  NINE = 0x39,
  COLON = 0x3a,
  OPEN_LIST = 0x5b,
  CLOSE_LIST = 0x5d,
  OPEN_OBJECT = 0x7b,
  CLOSE_OBJECT = 0x7d,
}

const isSpace = (unit: number): boolean => unit === 0x20 || unit === 0x0a || unit === 0x0d || unit === 0x09;
const isDigit = (unit: number): boolean => unit >= Unit.ZERO && unit <= Unit.NINE;
const isExponent = (unit: number): boolean => (unit | 0x20) === 0x65;

/** Words that stand for values, and those that parse_constant is asked for. */
const words: ReadonlyMap<string, Value> = new Map([
  ['null', null],
  ['true', true],
  ['false', false],
]);
const constants = ['NaN', 'Infinity', '-Infinity'];

/** An int of so many digits is a safe one. */
const SAFE_DIGITS = 15;

/** Reads one document; the offset of what comes next is in `at`. */
class DocumentReader implements Cursor {
  readonly text: string;
  at: number;
  private readonly scanner: Scanner;
  /** Keys read before: equal ones are one string (the scanner's memo). */
  private readonly memo = new Map<string, string>();

  constructor(scanner: Scanner, text: string, at: number) {
    this.scanner = scanner;
    this.text = text;
    this.at = at;
  }

  /** _match_number_unicode and scan_once_unicode. */
  value(): Value {
    const unit = this.text.charCodeAt(this.at);
    switch (unit) {
      case Unit.QUOTE:
        this.at++;
        return readString(this, this.scanner.strict);
      case Unit.OPEN_OBJECT:
        enterNative(' while decoding a JSON object from a unicode string');
        try {
          return this.object();
        } finally {
          leaveNative();
        }
      case Unit.OPEN_LIST:
        enterNative(' while decoding a JSON array from a unicode string');
        try {
          return this.array();
        } finally {
          leaveNative();
        }
      default:
        return isDigit(unit) || (unit === Unit.MINUS && isDigit(this.text.charCodeAt(this.at + 1)))
          ? this.number()
          : this.word();
    }
  }

  private word(): Value {
    const { text, at } = this;
    for (const [word, value] of words) {
      if (!text.startsWith(word, at)) continue;
      this.at += word.length;
      return value;
    }
    for (const word of constants) {
      if (!text.startsWith(word, at)) continue;
      this.at += word.length;
      return call(this.scanner.parseConstant, word);
    }
    throw this.noValue(at);
  }

  /** What the decoder turns into 'Expecting value'. */
  private noValue(at: number): PyBaseException {
    return stopIteration(pointIndex(this.text, at));
  }

  private number(): Value {
    const { text, scanner } = this;
    const start = this.at;
    const negative = text.charCodeAt(start) === Unit.MINUS;
    let at = negative ? start + 1 : start;
    let value = 0;
    if (text.charCodeAt(at) === Unit.ZERO) at++;
    else
      for (let unit = text.charCodeAt(at); isDigit(unit); unit = text.charCodeAt(++at))
        value = value * 10 + unit - Unit.ZERO;
    const fraction = text.charCodeAt(at) === Unit.POINT && isDigit(text.charCodeAt(at + 1));
    if (fraction || isExponent(text.charCodeAt(at))) {
      const end = this.floatEnd(fraction ? at + 1 : at);
      if (end > at) {
        this.at = end;
        const digits = text.substring(start, end);
        return scanner.parseFloat === floatType ? new PyFloat(Number(digits)) : call(scanner.parseFloat, digits);
      }
    }
    this.at = at;
    if (scanner.parseInt === intType && at - start <= SAFE_DIGITS) return negative ? 0 - value : value;
    const digits = text.substring(start, at);
    if (scanner.parseInt !== intType) return call(scanner.parseInt, digits);
    return parseInteger(digits, 10, () => digits, vm.intMaxStrDigits);
  }

  /** Where a number ends whose fraction or exponent begins here: the same place, if it is no exponent after all. */
  private floatEnd(from: number): number {
    const { text } = this;
    let at = from;
    while (isDigit(text.charCodeAt(at))) at++;
    if (!isExponent(text.charCodeAt(at))) return at;
    let end = at + 1;
    const sign = text.charCodeAt(end);
    if (sign === Unit.PLUS || sign === Unit.MINUS) end++;
    if (!isDigit(text.charCodeAt(end))) return at;
    while (isDigit(text.charCodeAt(end))) end++;
    return end;
  }

  private object(): Value {
    const { scanner } = this;
    const pairs: Value[] | undefined = scanner.objectPairsHook === null ? undefined : [];
    const dict = new PyDict();
    this.at++;
    if (this.next() === Unit.CLOSE_OBJECT) this.at++;
    else {
      do {
        const key = this.key();
        const value = this.item();
        if (pairs === undefined) dict.setString(key, value);
        else pairs.push(tupleOf([key, value]));
      } while (this.continues(Unit.CLOSE_OBJECT, 'object'));
    }
    if (pairs !== undefined) return call(scanner.objectPairsHook, new PyList(pairs));
    return scanner.objectHook === null ? dict : call(scanner.objectHook, dict);
  }

  /** A key and the colon and spaces behind it. */
  private key(): string {
    const { text } = this;
    if (text.charCodeAt(this.at) !== Unit.QUOTE) {
      decodeError('Expecting property name enclosed in double quotes', text, this.at);
    }
    this.at++;
    const key = readString(this, this.scanner.strict);
    if (this.next() !== Unit.COLON) decodeError("Expecting ':' delimiter", text, this.at);
    this.at++;
    this.next();
    const known = this.memo.get(key);
    if (known !== undefined) return known;
    this.memo.set(key, key);
    return key;
  }

  private array(): Value {
    const items: Value[] = [];
    this.at++;
    if (this.next() === Unit.CLOSE_LIST) this.at++;
    else {
      do items.push(this.item());
      while (this.continues(Unit.CLOSE_LIST, 'array'));
    }
    return new PyList(items);
  }

  private item(): Value {
    if (this.at >= this.text.length) throw this.noValue(this.at);
    return this.value();
  }

  /** Steps over spaces; gives the code unit behind them. */
  private next(): number {
    const { text } = this;
    let unit = text.charCodeAt(this.at);
    while (isSpace(unit)) unit = text.charCodeAt(++this.at);
    return unit;
  }

  /** Steps over the comma behind an item, or over what closes the container. */
  private continues(close: Unit, what: string): boolean {
    const { text } = this;
    const unit = this.next();
    if (unit === Unit.COMMA) {
      const comma = this.at++;
      if (this.next() === close) decodeError(`Illegal trailing comma before end of ${what}`, text, comma);
      return true;
    }
    if (unit !== close) decodeError("Expecting ',' delimiter", text, this.at);
    this.at++;
    return false;
  }
}

/** A str argument's text. */
export function textOf(value: Value): string {
  const text = stringOf(value);
  if (text === undefined) throw typeError(`first argument must be a string, not ${typeOf(value).tp_name}`);
  return text;
}

function scanOnce(self: Scanner, args: Value[], kwNames: KwNames): Value {
  const [string, idx] = bind('scan_once', '(string, idx)', args, kwNames) as Value[];
  const text = textOf(string);
  const start = Number(index(idx));
  if (start < 0) throw valueError('idx cannot be negative');
  if (start >= lengthOf(text)) throw stopIteration(start);
  const reader = new DocumentReader(self, text, unitOffset(text, start));
  const value = reader.value();
  return tupleOf([value, pointIndex(text, reader.at)]);
}

defineType(scannerType, {
  module: '_json',
  doc: 'JSON scanner object',
  allocate: (type: PyType) => new Scanner(type),
  tp_new: (type: PyType, args: Value[], kwNames: KwNames) => {
    const [context] = bind('make_scanner', '(context)', args, kwNames) as Value[];
    const self = type.allocate(type) as Scanner;
    self.strict = isTrue(getAttribute(context, 'strict'));
    self.objectHook = getAttribute(context, 'object_hook');
    self.objectPairsHook = getAttribute(context, 'object_pairs_hook');
    self.parseFloat = getAttribute(context, 'parse_float');
    self.parseInt = getAttribute(context, 'parse_int');
    self.parseConstant = getAttribute(context, 'parse_constant');
    return self;
  },
  tp_call: scanOnce,
  members: {
    strict: [(self: Scanner) => self.strict],
    object_hook: [(self: Scanner) => self.objectHook],
    object_pairs_hook: [(self: Scanner) => self.objectPairsHook],
    parse_float: [(self: Scanner) => self.parseFloat],
    parse_int: [(self: Scanner) => self.parseInt],
    parse_constant: [(self: Scanner) => self.parseConstant],
  },
});
