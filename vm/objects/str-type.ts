import { frameBuiltin } from '../interpreter/frame-builtins.ts';
import { vm } from '../interpreter/state.ts';
import { index } from '../operations/arithmetic.ts';
import { getAttribute } from '../operations/attribute.ts';
import { decodeBytes, encodeText } from '../operations/codec.ts';
import { compareStrings } from '../operations/compare.ts';
import { hashString } from '../operations/hash.ts';
import { forEach } from '../operations/iterate.ts';
import { sliceRange, subscript } from '../operations/subscript.ts';
import { ascii, format, repr, str, strValue } from '../operations/text.ts';
import { isTrue } from '../operations/truth.ts';
import * as cases from '../text/case.ts';
import * as points from '../text/code-points.ts';
import { formatStr } from '../text/format-spec.ts';
import { formatTemplate } from '../text/format-template.ts';
import { percentFormat } from '../text/percent-format.ts';
import * as predicates from '../text/predicates.ts';
import { strRepr } from '../text/repr.ts';
import * as strings from '../text/strings.ts';
import { bind } from './bind.ts';
import { PyByteArray, PyBytes } from './bytes.ts';
import { defineType } from './define.ts';
import { PyDict } from './dict.ts';
import { indexError, isException, keyError, lookupErrorType, typeError, valueError } from './exception.ts';
import { integerOf, isInt } from './int.ts';
import { PyList } from './list.ts';
import { toFloatValue, toInteger } from './number-types.ts';
import {
  type Compare,
  type KwNames,
  NotImplemented,
  newType,
  PyObject,
  type PyType,
  strType,
  typeOf,
  type Value,
} from './object.ts';
import { PySlice } from './slice.ts';
import { makeStr, PyStr, stringOf } from './str.ts';
import { PyTuple, tupleOf } from './tuple.ts';

export const strIteratorType = newType('str_iterator');

class StrIterator extends PyObject {
  text: string | undefined;
  /** What it goes over: an instance of a subclass may have an end that is waited for. */
  source: Value | undefined;
  /** Offset of the next character in UTF-16 units. */
  at = 0;
  constructor(source: Value) {
    super(strIteratorType);
    this.text = text(source);
    this.source = source;
  }
}

defineType(strIteratorType, {
  subclassable: false,
  tp_iter: (self: Value) => self,
  tp_iternext: (self: StrIterator) => {
    const { text, at } = self;
    if (text === undefined) return undefined;
    if (at >= text.length) {
      self.text = undefined;
      self.source = undefined;
      return undefined;
    }
    const character = points.splitsPair(text, at + 1) ? text.slice(at, at + 2) : text[at];
    self.at += character.length;
    return character;
  },
  methods: {
    __length_hint__: [
      '($self, /)',
      ({ text, at }: StrIterator) => (text === undefined ? 0 : points.lengthOf(text) - points.pointIndex(text, at)),
    ],
    __reduce__: [
      '($self, /)',
      (self: StrIterator) => {
        const iter = frameBuiltin('iter');
        const { text, at } = self;
        if (text === undefined) return tupleOf([iter, tupleOf([''])]);
        return tupleOf([iter, tupleOf([text]), points.pointIndex(text, at)]);
      },
    ],
    __setstate__: [
      '($self, state, /)',
      (self: StrIterator, state: Value) => {
        const { text } = self;
        if (text === undefined) return;
        self.at = points.unitOffset(text, Math.max(0, Math.min(Number(index(state)), points.lengthOf(text))));
      },
    ],
  },
});

function text(self: Value): string {
  return stringOf(self) as string;
}

function needString(value: Value, message: (type: string) => string): string {
  const known = stringOf(value);
  if (known === undefined) throw typeError(message(typeOf(value).tp_name));
  return known;
}

const argument = (method: string, position: string) => (type: string) =>
  `${method}() argument ${position}must be str, not ${type}`;

function bound(value: Value, otherwise: number): number {
  if (value === null) return otherwise;
  if (!isInt(value) && typeOf(value).nb_index === undefined) {
    throw typeError('slice indices must be integers or None or have an __index__ method');
  }
  const at = index(value);
  return typeof at === 'number' ? at : at < 0n ? Number.MIN_SAFE_INTEGER : Number.MAX_SAFE_INTEGER;
}

function searcher(name: string, search: (text: string, needle: string, start: number, end: number) => number) {
  return [
    '($self, sub[, start[, end]], /)'.replace('sub[, start[, end]]', 'sub, start=None, end=None'),
    (self: string, needle: Value, start: Value = null, end: Value = null) =>
      search(self, needString(needle, argument(name, '1 ')), bound(start, 0), bound(end, Number.MAX_SAFE_INTEGER)),
  ] as const;
}

function affix(name: string, test: (text: string, affix: string, start: number, end: number) => boolean) {
  return [
    '($self, prefix, start=None, end=None, /)',
    (self: string, given: Value, start: Value = null, end: Value = null) => {
      const from = bound(start, 0);
      const to = bound(end, Number.MAX_SAFE_INTEGER);
      if (given instanceof PyTuple) {
        return given.items.some((item) =>
          test(
            self,
            needString(item, (type) => `tuple for ${name} must only contain str, not ${type}`),
            from,
            to,
          ),
        );
      }
      return test(
        self,
        needString(given, (type) => `${name} first arg must be str or a tuple of str, not ${type}`),
        from,
        to,
      );
    },
  ] as const;
}

function stripper(name: string, strip: (text: string, characters?: string) => string) {
  return [
    '($self, chars=None, /)',
    (self: string, characters: Value = null) =>
      characters === null
        ? strip(self)
        : strip(
            self,
            needString(characters, (type) => `${name} arg must be None or str, not ${type}`),
          ),
  ] as const;
}

function splitter(split: (text: string, separator: string | undefined, limit: number) => string[]) {
  return [
    '($self, /, sep=None, maxsplit=-1)',
    (self: string, separator: Value = null, limit: Value = -1) =>
      new PyList(
        split(
          self,
          separator === null ? undefined : needString(separator, (type) => `must be str or None, not ${type}`),
          Number(index(limit)),
        ),
      ),
  ] as const;
}

function padder(name: string, pad: (text: string, width: number, fill: string) => string) {
  return [
    "($self, width, fillchar=' ', /)",
    (self: string, width: Value, fill: Value = ' ') => {
      const character = needString(fill, (type) => `${name}() argument 2 must be a unicode character, not ${type}`);
      if (!strings.isOneCharacter(character)) throw typeError('The fill character must be exactly one character long');
      return pad(self, Number(index(width)), character);
    },
  ] as const;
}

/** `template % values` of str. */
function modulo(left: Value, right: Value): Value {
  const template = stringOf(left);
  if (template === undefined) return NotImplemented;
  const lookUp =
    !(right instanceof PyTuple) && stringOf(right) === undefined && typeOf(right).mp_subscript !== undefined
      ? (key: string): Value => subscript(right, key)
      : undefined;
  return percentFormat<Value>(template, {
    items: right instanceof PyTuple ? right.items : [right],
    lookUp,
    maxDigits: vm.intMaxStrDigits,
    typeName: (value) => typeOf(value).tp_name,
    str,
    repr,
    ascii,
    int: integerOf,
    toInt: (value) =>
      typeOf(value).nb_int === undefined && typeOf(value).nb_index === undefined ? undefined : toInteger(value),
    toIndex: (value) => (isInt(value) || typeOf(value).nb_index !== undefined ? index(value) : undefined),
    toFloat: toFloatValue,
    text: stringOf,
  });
}

function templateFormat(
  self: string,
  positional: readonly Value[] | undefined,
  keyword: (name: string) => Value,
): string {
  return formatTemplate<Value>(self, {
    ...(positional === undefined ? {} : { positional: (at: number) => positional[at] }),
    keyword,
    attribute: getAttribute,
    item: subscript,
    convert: (value, conversion) => (conversion === 'r' ? repr(value) : conversion === 'a' ? ascii(value) : str(value)),
    format: (value, spec) => text(format(value, spec)),
  });
}

function makeTranslation(x: Value, y?: Value, z?: Value): PyDict {
  const table = new PyDict();
  if (y !== undefined) {
    if (stringOf(x) === undefined)
      throw typeError('first maketrans argument must be a string if there is a second argument');
    for (const [from, to] of strings.translationPairs(text(x), needString(y, argument('maketrans', '2 ')))) {
      table.set(from, to);
    }
    if (z !== undefined)
      for (const character of needString(z, argument('maketrans', '3 '))) table.set(character.codePointAt(0)!, null);
    return table;
  }
  if (!(x instanceof PyDict)) throw typeError('if you give only one argument to maketrans it must be a dict');
  for (const [key, value] of x.entries()) {
    const name = stringOf(key);
    if (name === undefined) {
      if (!isInt(key)) throw typeError('keys in translate table must be strings or integers');
      table.set(key, value);
    } else if (!strings.isOneCharacter(name)) throw valueError('string keys in translate table must be of length 1');
    else table.set(name.codePointAt(0)!, value);
  }
  return table;
}

function translate(self: string, table: Value): string {
  return strings.translate(self, (codePoint) => {
    let found: Value;
    try {
      found = subscript(table, codePoint);
    } catch (error) {
      if (isException(error, lookupErrorType)) return undefined;
      throw error;
    }
    if (found === null) return null;
    const replacement = stringOf(found);
    if (replacement !== undefined) return replacement;
    const code = integerOf(found);
    if (code === undefined) throw typeError('character mapping must return integer, None or str');
    if (code < 0 || code > 0x10ffff) throw valueError('character mapping must be in range(0x110000)');
    return String.fromCodePoint(Number(code));
  });
}

function join(self: string, iterable: Value): string {
  const parts: string[] = [];
  if (typeOf(iterable).tp_iter === undefined && typeOf(iterable).sq_item === undefined)
    throw typeError('can only join an iterable');
  forEach(iterable, (item) => {
    const part = stringOf(item);
    if (part === undefined) {
      throw typeError(`sequence item ${parts.length}: expected str instance, ${typeOf(item).tp_name} found`);
    }
    parts.push(part);
  });
  return parts.join(self);
}

function strNew(type: PyType, args: Value[], kwNames: KwNames): Value {
  if (kwNames === undefined && args.length === 1) {
    const value = strValue(args[0]);
    return type === strType ? value : new PyStr(text(value), type);
  }
  if (args.length - (kwNames?.length ?? 0) > 3) throw typeError(`str expected at most 3 arguments, got ${args.length}`);
  const [object, encoding, errors] = bind('str', "(object='', encoding='utf-8', errors='strict')", args, kwNames);
  for (const [name, given] of [
    ['encoding', encoding],
    ['errors', errors],
  ] as const) {
    if (given !== undefined) needString(given, (got) => `str() argument '${name}' must be str, not ${got}`);
  }
  if (object === undefined) return makeStr('', type);
  if (encoding === undefined && errors === undefined) return makeStr(str(object), type);
  if (object instanceof PyBytes || object instanceof PyByteArray || typeOf(object).bf_getbuffer !== undefined) {
    const bytes = typeOf(object).bf_getbuffer!(object).bytes;
    return makeStr(
      decodeBytes(
        bytes,
        encoding === undefined ? 'utf-8' : text(encoding),
        errors === undefined ? 'strict' : text(errors),
      ),
      type,
    );
  }
  if (stringOf(object) !== undefined) throw typeError('decoding str is not supported');
  throw typeError(`decoding to str: need a bytes-like object, ${typeOf(object).tp_name} found`);
}

function item(self: Value, key: Value): Value {
  const source = text(self);
  if (key instanceof PySlice) {
    const length = points.lengthOf(source);
    const { start, stop, step, count } = sliceRange(key, length);
    return step === 1
      ? points.slice(source, start, Math.max(start, stop))
      : points.extendedSlice(source, start, step, count);
  }
  if (!isInt(key) && typeOf(key).nb_index === undefined) {
    throw typeError(`string indices must be integers, not '${typeOf(key).tp_name}'`);
  }
  return characterAt(source, Number(index(key)));
}

function characterAt(source: string, at: number): string {
  if (!points.hasSurrogates(source)) {
    const character = source[at < 0 ? at + source.length : at];
    if (character === undefined) throw indexError('string index out of range');
    return character;
  }
  const length = points.lengthOf(source);
  const position = at < 0 ? at + length : at;
  if (position < 0 || position >= length) throw indexError('string index out of range');
  return points.characterAt(source, position);
}

const plain = (transform: (text: string) => Value) => ['($self, /)', transform] as const;

defineType(strType, {
  doc: "str(object='') -> str\nstr(bytes_or_buffer[, encoding[, errors]]) -> str\n\nCreate a new string object from the given object. If encoding or\nerrors is specified, then the object must expose a data buffer\nthat will be decoded using the given encoding and error handler.\nOtherwise, returns the result of object.__str__() (if defined)\nor repr(object).\nencoding defaults to 'utf-8'.\nerrors defaults to 'strict'.",
  unboxSelf: true,
  boxedMethods: {
    __format__: [
      '($self, format_spec, /)',
      (self: Value, spec: Value) => {
        const text = stringOf(spec);
        if (text === undefined) throw typeError(`__format__() argument must be str, not ${typeOf(spec).tp_name}`);
        return text === '' ? strValue(self) : formatStr(stringOf(self) as string, text);
      },
    ],
  },
  allocate: (type: PyType) => new PyStr('', type),
  tp_new: strNew,
  tp_repr: (self: Value) => strRepr(text(self)),
  tp_str: (self: Value) => text(self),
  tp_hash: (self: Value) => hashString(text(self)),
  tp_richcompare: (self: Value, other: Value, op: Compare) => {
    const right = stringOf(other);
    return right === undefined ? NotImplemented : compareStrings(text(self), right, op);
  },
  tp_iter: (self: Value) => new StrIterator(self),
  nb_remainder: modulo,
  sq_length: (self: Value) => points.lengthOf(text(self)),
  sq_concat: (left: Value, right: Value) => {
    const tail = stringOf(right);
    if (tail === undefined) throw typeError(`can only concatenate str (not "${typeOf(right).tp_name}") to str`);
    return text(left) + tail;
  },
  sq_repeat: (self: Value, count: number) => text(self).repeat(Math.max(0, count)),
  sq_item: (self: Value, at: number) => characterAt(text(self), at),
  sq_contains: (self: Value, part: Value) => {
    const needle = stringOf(part);
    if (needle === undefined)
      throw typeError(`'in <string>' requires string as left operand, not ${typeOf(part).tp_name}`);
    return strings.contains(text(self), needle);
  },
  mp_subscript: item,
  methods: {
    upper: plain(cases.upper),
    lower: plain(cases.lower),
    casefold: plain(cases.casefold),
    capitalize: plain(cases.capitalize),
    title: plain(cases.title),
    swapcase: plain(cases.swapcase),
    isalpha: plain(predicates.isalpha),
    isalnum: plain(predicates.isalnum),
    isdecimal: plain(predicates.isdecimal),
    isdigit: plain(predicates.isdigit),
    isnumeric: plain(predicates.isnumeric),
    isspace: plain(predicates.isspace),
    isprintable: plain(predicates.isprintable),
    isascii: plain(predicates.isascii),
    islower: plain(predicates.islower),
    isupper: plain(predicates.isupper),
    istitle: plain(predicates.istitle),
    isidentifier: plain(predicates.isidentifier),
    find: searcher('find', strings.find),
    rfind: searcher('rfind', strings.rfind),
    index: searcher('index', strings.index),
    rindex: searcher('rindex', strings.rindex),
    count: searcher('count', strings.count),
    startswith: affix('startswith', strings.startsWith),
    endswith: affix('endswith', strings.endsWith),
    removeprefix: [
      '($self, prefix, /)',
      (self: string, prefix: Value) => strings.removePrefix(self, needString(prefix, argument('removeprefix', ''))),
    ],
    removesuffix: [
      '($self, suffix, /)',
      (self: string, suffix: Value) => strings.removeSuffix(self, needString(suffix, argument('removesuffix', ''))),
    ],
    replace: [
      '($self, old, new, /, count=-1)',
      (self: string, old: Value, replacement: Value, count: Value = -1) =>
        strings.replace(
          self,
          needString(old, argument('replace', '1 ')),
          needString(replacement, argument('replace', '2 ')),
          Number(index(count)),
        ),
    ],
    split: splitter(strings.split),
    rsplit: splitter(strings.rsplit),
    splitlines: [
      '($self, /, keepends=False)',
      (self: string, keep: Value = false) => new PyList(strings.splitLines(self, isTrue(keep))),
    ],
    partition: [
      '($self, sep, /)',
      (self: string, separator: Value) =>
        tupleOf(
          strings.partition(
            self,
            needString(separator, (type) => `must be str, not ${type}`),
          ),
        ),
    ],
    rpartition: [
      '($self, sep, /)',
      (self: string, separator: Value) =>
        tupleOf(
          strings.rpartition(
            self,
            needString(separator, (type) => `must be str, not ${type}`),
          ),
        ),
    ],
    strip: stripper('strip', strings.strip),
    lstrip: stripper('lstrip', strings.strippedLeft),
    rstrip: stripper('rstrip', strings.strippedRight),
    ljust: padder('ljust', strings.ljust),
    rjust: padder('rjust', strings.rjust),
    center: padder('center', strings.center),
    zfill: ['($self, width, /)', (self: string, width: Value) => strings.zfill(self, Number(index(width)))],
    expandtabs: [
      '($self, /, tabsize=8)',
      (self: string, size: Value = 8) => strings.expandTabs(self, Number(index(size))),
    ],
    join: ['($self, iterable, /)', join],
    translate: ['($self, table, /)', translate],
    encode: [
      "($self, /, encoding='utf-8', errors='strict')",
      (self: string, encoding: Value = 'utf-8', errors: Value = 'strict') =>
        new PyBytes(
          encodeText(
            self,
            needString(encoding, (type) => `encode() argument 'encoding' must be str, not ${type}`),
            needString(errors, (type) => `encode() argument 'errors' must be str, not ${type}`),
          ),
        ),
    ],
    format: [
      '($self, /, *args, **kwargs)',
      (self: string, args: Value[], kwargs: PyDict) =>
        templateFormat(self, args, (name) => {
          const value = kwargs.getString(name);
          if (value === undefined) throw keyError(name);
          return value;
        }),
    ],
    format_map: [
      '($self, mapping, /)',
      (self: string, mapping: Value) => templateFormat(self, undefined, (name) => subscript(mapping, name)),
    ],
    __getnewargs__: ['($self, /)', (self: string) => tupleOf([self])],
    __sizeof__: ['($self, /)', (self: string) => 41 + self.length],
  },
  staticMethods: {
    maketrans: ['(x, y=<unrepresentable>, z=<unrepresentable>, /)', makeTranslation],
  },
});
