import { enterNative, leaveNative } from '../../interpreter/depth.ts';
import { vm } from '../../interpreter/state.ts';
import { pythonException } from '../../interpreter/unwind.ts';
import { floatRepr } from '../../numbers/float-text.ts';
import { integerToText } from '../../numbers/integer-text.ts';
import { bind } from '../../objects/bind.ts';
import { defineType } from '../../objects/define.ts';
import { PyBuiltin } from '../../objects/descriptor.ts';
import { PyDict } from '../../objects/dict.ts';
import { typeError, valueError } from '../../objects/exception.ts';
import { addNote } from '../../objects/exception-notes.ts';
import { PyFloat } from '../../objects/float.ts';
import { integerOf } from '../../objects/int.ts';
import { PyList } from '../../objects/list.ts';
import { dictType, type KwNames, newType, PyObject, type PyType, typeOf, type Value } from '../../objects/object.ts';
import { stringOf } from '../../objects/str.ts';
import { PyTuple, tupleOf } from '../../objects/tuple.ts';
import { fullyQualifiedName } from '../../objects/type-name.ts';
import { index } from '../../operations/arithmetic.ts';
import { callMethod } from '../../operations/attribute.ts';
import { call } from '../../operations/call.ts';
import { toArray } from '../../operations/iterate.ts';
import { repr } from '../../operations/text.ts';
import { isTrue } from '../../operations/truth.ts';
import { quoted, quotedAscii } from './strings.ts';

export const encoderType = newType('_json.Encoder');

/** What quotes strings without being called as a Python function: the module's own. */
type Quote = (text: string) => string;

class Encoder extends PyObject {
  markers: Value = null;
  default: Value = null;
  encoder: Value = null;
  indent: string | null = null;
  keySeparator = '';
  itemSeparator = '';
  sortKeys = false;
  skipKeys = false;
  allowNan = true;
  quote: Quote | undefined = undefined;
  /** The containers that are being written, unless `markers` is None; it stands for that dict. */
  readonly open = new Set<Value>();
}

const RECURSION = ' while encoding a JSON object';

/** Writes one value (encoder_listencode_obj and its helpers). */
class Writer {
  text = '';
  private readonly encoder: Encoder;

  constructor(encoder: Encoder) {
    this.encoder = encoder;
  }

  value(value: Value, level: number): void {
    if (value === null) this.text += 'null';
    else if (value === true) this.text += 'true';
    else if (value === false) this.text += 'false';
    else if (typeof value === 'string') this.text += this.string(value);
    else if (typeof value === 'number') this.text += String(value);
    else if (value instanceof PyFloat) this.text += this.float(value);
    else if (value instanceof PyList || value instanceof PyTuple || value instanceof PyDict) {
      enterNative(RECURSION);
      try {
        if (value instanceof PyDict) this.dict(value, level);
        else this.list(value, level);
      } finally {
        leaveNative();
      }
    } else this.other(value, level);
  }

  /** Instances of subclasses of str and int, large ints, and what only `default` knows. */
  private other(value: Value, level: number): void {
    const text = stringOf(value);
    if (text !== undefined) {
      this.text += this.string(text);
      return;
    }
    const integer = integerOf(value);
    if (integer !== undefined) {
      this.text += integerToText(integer, vm.intMaxStrDigits);
      return;
    }
    this.begin(value);
    const replacement = call(this.encoder.default, value);
    enterNative(RECURSION);
    try {
      this.value(replacement, level);
    } catch (error) {
      throw noted(error, `when serializing ${fullyQualifiedName(typeOf(value))} object`);
    } finally {
      leaveNative();
    }
    this.end(value);
  }

  private list(list: PyList | PyTuple, level: number): void {
    if (list.items.length === 0) {
      this.text += '[]';
      return;
    }
    this.begin(list);
    this.text += '[';
    const { itemSeparator } = this.encoder;
    const newline = this.newline(level + 1);
    // `default` may change the list while it is written.
    for (let i = 0; i < list.items.length; i++) {
      this.text += i > 0 ? itemSeparator + newline : newline;
      try {
        this.value(list.items[i], level + 1);
      } catch (error) {
        throw noted(error, `when serializing ${fullyQualifiedName(list.type)} item ${i}`);
      }
    }
    this.end(list);
    this.text += `${this.newline(level)}]`;
  }

  private dict(dict: PyDict, level: number): void {
    if (dict.used === 0) {
      this.text += '{}';
      return;
    }
    this.begin(dict);
    this.text += '{';
    const newline = this.newline(level + 1);
    const separator = this.encoder.itemSeparator + newline;
    let first = true;
    if (this.encoder.sortKeys || dict.type !== dictType) {
      for (const item of this.items(dict)) {
        if (!(item instanceof PyTuple) || item.items.length !== 2) throw valueError('items must return 2-tuples');
        if (this.entry(dict, item.items[0], item.items[1], first ? newline : separator, level + 1)) first = false;
      }
    } else {
      for (let at = dict.nextEntry(0); at >= 0; at = dict.nextEntry(at + 1)) {
        if (this.entry(dict, dict.keys[at] as Value, dict.values[at], first ? newline : separator, level + 1))
          first = false;
      }
    }
    this.end(dict);
    this.text += first ? '}' : `${this.newline(level)}}`;
  }

  private items(dict: PyDict): readonly Value[] {
    const items = new PyList(toArray(callMethod(dict, 'items')));
    if (this.encoder.sortKeys) callMethod(items, 'sort');
    return items.items;
  }

  /** Writes a key and its value; false when the key was skipped (encoder_encode_key_value). */
  private entry(dict: PyDict, key: Value, value: Value, separator: string, level: number): boolean {
    const text = this.keyText(key);
    if (text === undefined) return false;
    this.text += separator + this.string(text) + this.encoder.keySeparator;
    try {
      this.value(value, level);
    } catch (error) {
      throw noted(error, `when serializing ${fullyQualifiedName(dict.type)} item ${repr(key)}`);
    }
    return true;
  }

  private keyText(key: Value): string | undefined {
    if (key === null) return 'null';
    if (typeof key === 'boolean') return key ? 'true' : 'false';
    const text = stringOf(key);
    if (text !== undefined) return text;
    if (key instanceof PyFloat) return this.float(key);
    const integer = integerOf(key);
    if (integer !== undefined) return integerToText(integer, vm.intMaxStrDigits);
    if (this.encoder.skipKeys) return undefined;
    throw typeError(`keys must be str, int, float, bool or None, not ${typeOf(key).tp_name}`);
  }

  private string(text: string): string {
    const { quote, encoder } = this.encoder;
    if (quote !== undefined) return quote(text);
    const result = call(encoder, text);
    const written = stringOf(result);
    if (written === undefined) throw typeError(`encoder() must return a string, not ${typeOf(result).tp_name}`);
    return written;
  }

  private float(float: PyFloat): string {
    const { value } = float;
    if (Number.isFinite(value)) return floatRepr(value);
    if (!this.encoder.allowNan) {
      throw valueError(`Out of range float values are not JSON compliant: ${repr(float)}`);
    }
    return value > 0 ? 'Infinity' : value < 0 ? '-Infinity' : 'NaN';
  }

  private begin(container: Value): void {
    const { markers, open } = this.encoder;
    if (markers === null) return;
    if (open.has(container)) throw valueError('Circular reference detected');
    open.add(container);
  }

  private end(container: Value): void {
    if (this.encoder.markers !== null) this.encoder.open.delete(container);
  }

  /** A new line of this level, where there are lines. */
  private newline(level: number): string {
    const { indent } = this.encoder;
    return indent === null ? '' : `\n${indent.repeat(level)}`;
  }
}

/** The exception, told on its way out where in the document it happened (_PyErr_FormatNote). */
function noted(error: unknown, note: string): unknown {
  const exception = pythonException(error);
  addNote(exception, note);
  return exception;
}

function make(type: PyType, args: Value[], kwNames: KwNames): Value {
  const [markers, fallback, encoder, indent, keySeparator, itemSeparator, sortKeys, skipKeys, allowNan] = bind(
    'make_encoder',
    '(markers, default, encoder, indent, key_separator, item_separator, sort_keys, skipkeys, allow_nan)',
    args,
    kwNames,
  ) as Value[];
  const self = type.allocate(type) as Encoder;
  if (markers !== null && !(markers instanceof PyDict)) {
    throw typeError(`make_encoder() argument 1 must be dict or None, not ${typeOf(markers).tp_name}`);
  }
  self.markers = markers;
  self.default = fallback;
  self.encoder = encoder;
  if (indent !== null && stringOf(indent) === undefined) {
    throw typeError(`make_encoder() argument 4 must be str or None, not ${typeOf(indent).tp_name}`);
  }
  self.indent = indent === null ? null : (stringOf(indent) as string);
  self.keySeparator = separatorOf(keySeparator, 5);
  self.itemSeparator = separatorOf(itemSeparator, 6);
  self.sortKeys = isTrue(sortKeys);
  self.skipKeys = isTrue(skipKeys);
  self.allowNan = isTrue(allowNan);
  if (encoder instanceof PyBuiltin) {
    const { name } = encoder.def;
    if (encoder.module === '_json' && name === 'encode_basestring') self.quote = quoted;
    if (encoder.module === '_json' && name === 'encode_basestring_ascii') self.quote = quotedAscii;
  }
  return self;
}

function separatorOf(value: Value, position: number): string {
  const text = stringOf(value);
  if (text === undefined) {
    throw typeError(`make_encoder() argument ${position} must be str, not ${typeOf(value).tp_name}`);
  }
  return text;
}

defineType(encoderType, {
  module: '_json',
  doc: 'Encoder(markers, default, encoder, indent, key_separator, item_separator, sort_keys, skipkeys, allow_nan)',
  allocate: (type: PyType) => new Encoder(type),
  tp_new: make,
  tp_call: (self: Encoder, args: Value[], kwNames: KwNames) => {
    const [obj, level] = bind('_iterencode', '(obj, _current_indent_level)', args, kwNames) as Value[];
    const writer = new Writer(self);
    writer.value(obj, Number(index(level)));
    return tupleOf([writer.text]);
  },
  members: {
    markers: [(self: Encoder) => self.markers],
    default: [(self: Encoder) => self.default],
    encoder: [(self: Encoder) => self.encoder],
    indent: [(self: Encoder) => self.indent],
    key_separator: [(self: Encoder) => self.keySeparator],
    item_separator: [(self: Encoder) => self.itemSeparator],
    sort_keys: [(self: Encoder) => self.sortKeys],
    skipkeys: [(self: Encoder) => self.skipKeys],
  },
});
