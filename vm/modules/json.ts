import { enterNative, leaveNative } from '../interpreter/depth.ts';
import { vm } from '../interpreter/state.ts';
import { parseInteger } from '../numbers/integer-text.ts';
import { bind } from '../objects/bind.ts';
import { defineType, type ModuleDefinition } from '../objects/define.ts';
import { PyDict } from '../objects/dict.ts';
import { stopIteration, typeError, valueError } from '../objects/exception.ts';
import { PyFloat } from '../objects/float.ts';
import { PyList } from '../objects/list.ts';
import {
  floatType,
  intType,
  type KwNames,
  newType,
  PyObject,
  type PyType,
  type Slot,
  typeOf,
  type Value,
} from '../objects/object.ts';
import { stringOf } from '../objects/str.ts';
import { tupleOf } from '../objects/tuple.ts';
import { index } from '../operations/arithmetic.ts';
import { getAttribute } from '../operations/attribute.ts';
import { call } from '../operations/call.ts';
import { isTrue } from '../operations/truth.ts';
import { hexDigit } from '../text/byte-strings.ts';
import { lengthOf, pointIndex, unitOffset } from '../text/code-points.ts';

/** Raises json.JSONDecodeError at a code unit's place in the document. */
function decodeError(message: string, text: string, unit: number): never {
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

/** scanstring_unicode: from behind the opening quote to behind the closing one; offsets are code units. */
function scanString(text: string, start: number, strict: boolean): [value: string, end: number] {
  let value = '';
  let copied = start;
  for (let at = start; ; at++) {
    if (at >= text.length) decodeError('Unterminated string starting at', text, start - 1);
    const unit = text.charCodeAt(at);
    if (unit === 0x22) return [value + text.substring(copied, at), at + 1];
    if (unit !== 0x5c) {
      if (unit <= 0x1f && strict) decodeError('Invalid control character at', text, at);
      continue;
    }
    value += text.substring(copied, at);
    const letter = text[++at];
    if (letter === undefined) decodeError('Unterminated string starting at', text, start - 1);
    if (letter === 'u') {
      let code = 0;
      if (at + 5 >= text.length) decodeError('Invalid \\uXXXX escape', text, at);
      for (let i = 1; i <= 4; i++) {
        const digit = hexDigit(text.charCodeAt(at + i));
        if (digit < 0) decodeError('Invalid \\uXXXX escape', text, at);
        code = code * 16 + digit;
      }
      // Halves of a pair join by themselves, as they do in CPython.
      value += String.fromCharCode(code);
      at += 4;
    } else {
      const simple = SIMPLE[letter];
      if (simple === undefined) decodeError('Invalid \\escape', text, at - 1);
      value += simple;
    }
    copied = at + 1;
  }
}

const scannerType = newType('_json.Scanner');

class Scanner extends PyObject {
  strict = true;
  objectHook: Value = null;
  objectPairsHook: Value = null;
  parseFloat: Value = null;
  parseInt: Value = null;
  parseConstant: Value = null;
}

const isSpace = (unit: number): boolean => unit === 0x20 || unit === 0x0a || unit === 0x0d || unit === 0x09;

/** Reads one document; the offset of what comes next is in `at`. */
class DocumentReader {
  readonly scanner: Scanner;
  readonly text: string;
  at: number;

  constructor(scanner: Scanner, text: string, at: number) {
    this.scanner = scanner;
    this.text = text;
    this.at = at;
  }

  #skipSpace(): void {
    while (isSpace(this.text.charCodeAt(this.at))) this.at++;
  }

  #constant(word: string, value: () => Value): Value {
    if (!this.text.startsWith(word, this.at)) throw this.#noValue(this.at);
    this.at += word.length;
    return value();
  }

  /** What the decoder turns into 'Expecting value'. */
  #noValue(at: number) {
    return stopIteration(pointIndex(this.text, at));
  }

  value(): Value {
    const { text, scanner } = this;
    switch (text[this.at]) {
      case '"': {
        const [value, end] = scanString(text, this.at + 1, scanner.strict);
        this.at = end;
        return value;
      }
      case '{':
        enterNative(' while decoding a JSON object from a unicode string');
        try {
          return this.#object();
        } finally {
          leaveNative();
        }
      case '[':
        enterNative(' while decoding a JSON array from a unicode string');
        try {
          return this.#array();
        } finally {
          leaveNative();
        }
      case 'n':
        return this.#constant('null', () => null);
      case 't':
        return this.#constant('true', () => true);
      case 'f':
        return this.#constant('false', () => false);
      case 'N':
        return this.#constant('NaN', () => call(scanner.parseConstant, 'NaN'));
      case 'I':
        return this.#constant('Infinity', () => call(scanner.parseConstant, 'Infinity'));
      case '-':
        if (text.startsWith('-Infinity', this.at)) {
          return this.#constant('-Infinity', () => call(scanner.parseConstant, '-Infinity'));
        }
    }
    return this.#number();
  }

  #number(): Value {
    const { text, scanner } = this;
    const start = this.at;
    const isDigit = (at: number): boolean => {
      const unit = text.charCodeAt(at);
      return unit >= 0x30 && unit <= 0x39;
    };
    let at = start;
    if (text[at] === '-') at++;
    if (!isDigit(at)) throw this.#noValue(start);
    if (text[at] === '0') at++;
    else while (isDigit(at)) at++;
    let isFloat = false;
    if (text[at] === '.' && isDigit(at + 1)) {
      isFloat = true;
      at += 2;
      while (isDigit(at)) at++;
    }
    if (text[at] === 'e' || text[at] === 'E') {
      let end = at + 1;
      if (text[end] === '+' || text[end] === '-') end++;
      if (isDigit(end)) {
        isFloat = true;
        while (isDigit(end)) end++;
        at = end;
      }
    }
    this.at = at;
    const digits = text.substring(start, at);
    if (isFloat)
      return scanner.parseFloat === floatType ? new PyFloat(Number(digits)) : call(scanner.parseFloat, digits);
    if (scanner.parseInt !== intType) return call(scanner.parseInt, digits);
    return digits.length < 16 ? Number(digits) + 0 : parseInteger(digits, 10, () => digits, vm.intMaxStrDigits);
  }

  #object(): Value {
    const { text, scanner } = this;
    const pairs: [string, Value][] = [];
    this.at++;
    this.#skipSpace();
    if (text[this.at] === '}') {
      this.at++;
    } else {
      for (;;) {
        if (text[this.at] !== '"') {
          decodeError('Expecting property name enclosed in double quotes', text, this.at);
        }
        const [key, end] = scanString(text, this.at + 1, scanner.strict);
        this.at = end;
        this.#skipSpace();
        if (text[this.at] !== ':') decodeError("Expecting ':' delimiter", text, this.at);
        this.at++;
        this.#skipSpace();
        pairs.push([key, this.#item()]);
        this.#skipSpace();
        if (text[this.at] === '}') break;
        if (text[this.at] !== ',') decodeError("Expecting ',' delimiter", text, this.at);
        const comma = this.at++;
        this.#skipSpace();
        if (text[this.at] === '}') decodeError('Illegal trailing comma before end of object', text, comma);
      }
      this.at++;
    }
    if (scanner.objectPairsHook !== null) {
      return call(scanner.objectPairsHook, new PyList(pairs.map(([key, value]) => tupleOf([key, value]))));
    }
    const dict = new PyDict();
    for (const [key, value] of pairs) dict.setString(key, value);
    return scanner.objectHook === null ? dict : call(scanner.objectHook, dict);
  }

  #array(): Value {
    const { text } = this;
    const items: Value[] = [];
    this.at++;
    this.#skipSpace();
    if (text[this.at] === ']') {
      this.at++;
      return new PyList(items);
    }
    for (;;) {
      items.push(this.#item());
      this.#skipSpace();
      if (text[this.at] === ']') break;
      if (text[this.at] !== ',') decodeError("Expecting ',' delimiter", text, this.at);
      const comma = this.at++;
      this.#skipSpace();
      if (text[this.at] === ']') decodeError('Illegal trailing comma before end of array', text, comma);
    }
    this.at++;
    return new PyList(items);
  }

  #item(): Value {
    if (this.at >= this.text.length) throw this.#noValue(this.at);
    return this.value();
  }
}

function textOf(value: Value): string {
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
const SPECIAL = /["\\\x00-\x1f]/g;
const SPECIAL_OR_NOT_ASCII = /["\\]|[^ -~]/g;

/** CPython 3.14's Modules/_json.c, but for make_encoder: the library's own encoder serves, over these strings. */
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
        const [value, at] = scanString(text, unitOffset(text, start), strict === undefined || isTrue(strict));
        return tupleOf([value, pointIndex(text, at)]);
      },
    ],
    encode_basestring: ['(string, /)', (string: Value) => `"${textOf(string).replace(SPECIAL, escapeUnit)}"`],
    encode_basestring_ascii: [
      '(string, /)',
      (string: Value) => `"${textOf(string).replace(SPECIAL_OR_NOT_ASCII, escapeUnit)}"`,
    ],
  },
  attributes: { make_scanner: scannerType },
};
