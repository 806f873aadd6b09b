import { parseFloatText } from '../numbers/float-text.ts';
import { bind } from '../objects/bind.ts';
import { defineType, type ModuleDefinition } from '../objects/define.ts';
import { PyDict } from '../objects/dict.ts';
import { exceptionTypeRoot, newException, type PyBaseException, typeError, valueError } from '../objects/exception.ts';
import { PyFloat } from '../objects/float.ts';
import { integerOf, isInt } from '../objects/int.ts';
import { PyList } from '../objects/list.ts';
import { type KwNames, newType, PyObject, type PyType, type Slot, typeOf, type Value } from '../objects/object.ts';
import { addRoot } from '../objects/roots.ts';
import { stringOf } from '../objects/str.ts';
import { lookupAttribute } from '../operations/attribute.ts';
import { call } from '../operations/call.ts';
import { forEach, getIterator, iterateNext } from '../operations/iterate.ts';
import { str } from '../operations/text.ts';
import { isTrue } from '../operations/truth.ts';
import { lengthOf } from '../text/code-points.ts';
import { strRepr } from '../text/repr.ts';
import { isOneCharacter } from '../text/strings.ts';

const errorType = newType('_csv.Error', exceptionTypeRoot);
const dialectType = newType('_csv.Dialect');
const readerType = newType('_csv.reader');
const writerType = newType('_csv.writer');
defineType(errorType, { module: '_csv' });

const error = (message: string): PyBaseException => newException(errorType, message);

const enum Quoting {
  Minimal,
  All,
  NonNumeric,
  None,
  Strings,
  NotNull,
}

class Dialect extends PyObject {
  delimiter = ',';
  doublequote = true;
  escapechar = '';
  lineterminator = '\r\n';
  /** Empty when there is none. */
  quotechar = '"';
  quoting = Quoting.Minimal;
  skipinitialspace = false;
  strict = false;
}

const OPTIONS = [
  'delimiter',
  'doublequote',
  'escapechar',
  'lineterminator',
  'quotechar',
  'quoting',
  'skipinitialspace',
  'strict',
] as const;
const DIALECT_SIGNATURE = `(dialect=None, ${OPTIONS.map((name) => `${name}=None`).join(', ')})`;

function character(name: string, value: Slot, otherwise: string): string {
  if (value === undefined) return otherwise;
  const optional = name !== 'delimiter';
  if (value === null && optional) return '';
  const text = stringOf(value);
  const wanted = `"${name}" must be a unicode character${optional ? ' or None' : ''}`;
  if (text === undefined) throw typeError(`${wanted}, not ${typeOf(value).tp_name}`);
  if (!isOneCharacter(text)) throw typeError(`${wanted}, not a string of length ${lengthOf(text)}`);
  return text;
}

let dialects = new PyDict();
addRoot(() => dialects);
let fieldLimit = 131072;

function getDialect(name: Value): Value {
  const found = dialects.get(name);
  if (found === undefined) throw error('unknown dialect');
  return found;
}

/** dialect_new: options by keyword, else from another dialect's attributes. */
function newDialect(type: PyType, args: Value[], kwNames: KwNames): Dialect {
  const [given, ...options] = bind('Dialect', DIALECT_SIGNATURE, args, kwNames);
  const base =
    given !== undefined && given !== null && stringOf(given) !== undefined ? getDialect(given) : (given ?? null);
  if (base instanceof Dialect && base.type === type && options.every((option) => option === undefined)) return base;
  const values: Partial<Record<(typeof OPTIONS)[number], Slot>> = {};
  OPTIONS.forEach((name, i) => {
    const option = options[i];
    values[name] = option === undefined && base !== null ? lookupAttribute(base, name) : option;
  });
  const self = new Dialect(type);
  self.delimiter = character('delimiter', values.delimiter, ',');
  self.escapechar = character('escapechar', values.escapechar, '');
  self.quotechar = character('quotechar', values.quotechar, '"');
  const flag = (value: Slot, otherwise: boolean): boolean => (value === undefined ? otherwise : isTrue(value));
  self.doublequote = flag(values.doublequote, true);
  self.skipinitialspace = flag(values.skipinitialspace, false);
  self.strict = flag(values.strict, false);
  if (values.lineterminator !== undefined) {
    const text = values.lineterminator === null ? undefined : stringOf(values.lineterminator);
    if (text === undefined) {
      throw typeError(`"lineterminator" must be a string, not ${typeOf(values.lineterminator).tp_name}`);
    }
    self.lineterminator = text;
  }
  if (values.quoting !== undefined) {
    if (!isInt(values.quoting)) throw typeError(`"quoting" must be an integer, not ${typeOf(values.quoting).tp_name}`);
    const quoting = Number(integerOf(values.quoting));
    if (quoting < Quoting.Minimal || quoting > Quoting.NotNull) throw typeError('bad "quoting" value');
    self.quoting = quoting;
  }
  if (self.quoting !== Quoting.None && self.quotechar === '') {
    if (values.quotechar !== null || values.quoting !== undefined) {
      throw typeError('quotechar must be set if quoting enabled');
    }
    self.quoting = Quoting.None;
  }
  checkCharacters(self);
  return self;
}

/** dialect_check_chars: characters that would be mistaken for each other. */
function checkCharacters(self: Dialect): void {
  const bad = (name: string, text: string, space: boolean): void => {
    if (text !== '' && (text === '\n' || text === '\r' || (space && text === ' ' && self.skipinitialspace))) {
      throw valueError(`bad ${name} value`);
    }
    if (text !== '' && self.lineterminator.includes(text)) throw valueError(`bad ${name} or lineterminator value`);
  };
  bad('delimiter', self.delimiter, false);
  bad('escapechar', self.escapechar, true);
  if (self.quoting !== Quoting.None) bad('quotechar', self.quotechar, true);
  const pairs: [string, string, string, string][] = [
    ['delimiter', self.delimiter, 'escapechar', self.escapechar],
    ['delimiter', self.delimiter, 'quotechar', self.quoting === Quoting.None ? '' : self.quotechar],
    ['escapechar', self.escapechar, 'quotechar', self.quoting === Quoting.None ? '' : self.quotechar],
  ];
  for (const [first, a, second, b] of pairs) {
    if (a !== '' && a === b) throw valueError(`bad ${first} or ${second} value`);
  }
}

defineType(dialectType, {
  module: '_csv',
  doc: 'CSV dialect',
  allocate: (type: PyType) => new Dialect(type),
  tp_new: newDialect,
  members: {
    delimiter: [(self: Dialect) => self.delimiter],
    doublequote: [(self: Dialect) => self.doublequote],
    escapechar: [(self: Dialect) => self.escapechar || null],
    lineterminator: [(self: Dialect) => self.lineterminator],
    quotechar: [(self: Dialect) => self.quotechar || null],
    quoting: [(self: Dialect) => self.quoting],
    skipinitialspace: [(self: Dialect) => self.skipinitialspace],
    strict: [(self: Dialect) => self.strict],
  },
});

const enum State {
  StartRecord,
  StartField,
  EscapedChar,
  InField,
  InQuotedField,
  EscapeInQuotedField,
  QuoteInQuotedField,
  EatNewline,
  AfterEscapedNewline,
}

/** What stands for the end of a line in the parser, as no character does. */
const END = '';

class Reader extends PyObject {
  readonly iterator: Value;
  readonly dialect: Dialect;
  lineNumber = 0;
  fields: Value[] = [];
  field = '';
  state = State.StartRecord;
  unquoted = false;

  constructor(iterator: Value, dialect: Dialect) {
    super(readerType);
    this.iterator = iterator;
    this.dialect = dialect;
  }

  /** Reader_iternext. */
  next(): Slot {
    this.fields = [];
    this.field = '';
    this.state = State.StartRecord;
    this.unquoted = false;
    do {
      const line = iterateNext(this.iterator);
      if (line === undefined) {
        if (this.field !== '' || (this.state as State) === State.InQuotedField) {
          if (this.dialect.strict) throw error('unexpected end of data');
          this.#saveField();
          break;
        }
        return undefined;
      }
      const text = stringOf(line);
      if (text === undefined) {
        throw error(
          `iterator should return strings, not ${typeOf(line).tp_name} (the file should be opened in text mode)`,
        );
      }
      this.lineNumber++;
      for (const c of text) this.#process(c);
      this.#process(END);
    } while (this.state !== State.StartRecord);
    return new PyList(this.fields);
  }

  #saveField(): void {
    const { quoting } = this.dialect;
    const { field } = this;
    let value: Value = field;
    if (this.unquoted) {
      if (field === '' && (quoting === Quoting.Strings || quoting === Quoting.NotNull)) value = null;
      else if (field !== '' && (quoting === Quoting.NonNumeric || quoting === Quoting.Strings)) {
        value = new PyFloat(parseFloatText(field, () => strRepr(field)));
      }
    }
    this.fields.push(value);
    this.field = '';
  }

  #add(c: string): void {
    if (this.field.length >= fieldLimit) throw error(`field larger than field limit (${fieldLimit})`);
    this.field += c;
  }

  #endField(c: string): void {
    this.#saveField();
    this.state = c === END ? State.StartRecord : State.EatNewline;
  }

  /** parse_process_char. */
  #process(c: string): void {
    const { dialect } = this;
    const newline = c === '\n' || c === '\r';
    const quotes = c !== END && c === dialect.quotechar && dialect.quoting !== Quoting.None;
    const escapes = c !== END && c === dialect.escapechar;
    switch (this.state) {
      case State.StartRecord:
        if (c === END) break;
        if (newline) {
          this.state = State.EatNewline;
          break;
        }
        this.#startField(c, newline, quotes, escapes);
        break;
      case State.StartField:
        this.#startField(c, newline, quotes, escapes);
        break;
      case State.EscapedChar:
        this.#add(c === END ? '\n' : c);
        this.state = newline ? State.AfterEscapedNewline : State.InField;
        break;
      case State.AfterEscapedNewline:
        if (c !== END) this.#inField(c, newline, escapes);
        break;
      case State.InField:
        this.#inField(c, newline, escapes);
        break;
      case State.InQuotedField:
        if (c === END) break;
        if (escapes) this.state = State.EscapeInQuotedField;
        else if (quotes) this.state = dialect.doublequote ? State.QuoteInQuotedField : State.InField;
        else this.#add(c);
        break;
      case State.EscapeInQuotedField:
        this.#add(c === END ? '\n' : c);
        this.state = State.InQuotedField;
        break;
      case State.QuoteInQuotedField:
        if (quotes) {
          this.#add(c);
          this.state = State.InQuotedField;
        } else if (c === dialect.delimiter) {
          this.#saveField();
          this.state = State.StartField;
        } else if (c === END || newline) {
          this.#endField(c);
        } else if (!dialect.strict) {
          this.#add(c);
          this.state = State.InField;
        } else {
          throw error(`'${dialect.delimiter}' expected after '${dialect.quotechar}'`);
        }
        break;
      case State.EatNewline:
        if (newline) break;
        if (c !== END) {
          throw error("new-line character seen in unquoted field - do you need to open the file with newline=''?");
        }
        this.state = State.StartRecord;
    }
  }

  #startField(c: string, newline: boolean, quotes: boolean, escapes: boolean): void {
    const { dialect } = this;
    this.unquoted = true;
    if (c === END || newline) {
      this.#endField(c);
    } else if (quotes) {
      this.unquoted = false;
      this.state = State.InQuotedField;
    } else if (escapes) {
      this.state = State.EscapedChar;
    } else if (c === ' ' && dialect.skipinitialspace) {
      this.state = State.StartField;
    } else if (c === dialect.delimiter) {
      this.#saveField();
      this.state = State.StartField;
    } else {
      this.#add(c);
      this.state = State.InField;
    }
  }

  #inField(c: string, newline: boolean, escapes: boolean): void {
    if (c === END || newline) {
      this.#endField(c);
    } else if (escapes) {
      this.state = State.EscapedChar;
    } else if (c === this.dialect.delimiter) {
      this.#saveField();
      this.state = State.StartField;
    } else {
      this.#add(c);
      this.state = State.InField;
    }
  }
}

defineType(readerType, {
  module: '_csv',
  subclassable: false,
  tp_iter: (self: Value) => self,
  tp_iternext: (self: Reader) => self.next(),
  members: {
    dialect: [(self: Reader) => self.dialect],
    line_num: [(self: Reader) => self.lineNumber],
  },
});

class Writer extends PyObject {
  readonly write: Value;
  readonly dialect: Dialect;
  constructor(write: Value, dialect: Dialect) {
    super(writerType);
    this.write = write;
    this.dialect = dialect;
  }
}

/** Text of a field, empty for None, with its quotes and escapes (join_append_data). */
function fieldText(dialect: Dialect, text: string, isNone: boolean, alwaysQuote: boolean): string {
  const { delimiter, escapechar, quotechar, quoting, doublequote, lineterminator } = dialect;
  let quoted = alwaysQuote;
  let result = '';
  for (const c of text) {
    const special = c === delimiter || c === escapechar || c === quotechar || c === '\n' || c === '\r';
    if (special || lineterminator.includes(c)) {
      let escapes = quoting === Quoting.None;
      if (!escapes) {
        if (c === quotechar) {
          if (doublequote) result += quotechar;
          else escapes = true;
        } else if (c === escapechar) {
          escapes = true;
        }
        if (!escapes) quoted = true;
      }
      if (escapes) {
        if (escapechar === '') throw error('need to escape, but no escapechar set');
        result += escapechar;
      }
    }
    result += c;
  }
  if (text === '' && delimiter === ' ' && dialect.skipinitialspace) {
    if (quoting === Quoting.None || (isNone && (quoting === Quoting.Strings || quoting === Quoting.NotNull))) {
      throw error('empty field must be quoted if delimiter is a space and skipinitialspace is true');
    }
    quoted = true;
  }
  return quoted ? quotechar + result + quotechar : result;
}

function isNumber(value: Value): boolean {
  const type = typeOf(value);
  return type.nb_index !== undefined || type.nb_int !== undefined || type.nb_float !== undefined;
}

function writeRow(self: Writer, row: Value): Value {
  const { dialect } = self;
  if (typeOf(row).tp_iter === undefined && typeOf(row).sq_item === undefined) {
    throw error(`iterable expected, not ${typeOf(row).tp_name}`);
  }
  const fields: string[] = [];
  forEach(row, (field) => {
    let quoted = false;
    switch (dialect.quoting) {
      case Quoting.NonNumeric:
        quoted = !isNumber(field);
        break;
      case Quoting.All:
        quoted = true;
        break;
      case Quoting.Strings:
        quoted = stringOf(field) !== undefined;
        break;
      case Quoting.NotNull:
        quoted = field !== null;
    }
    fields.push(fieldText(dialect, field === null ? '' : (stringOf(field) ?? str(field)), field === null, quoted));
  });
  if (fields.length === 1 && fields[0] === '') {
    // A lone empty field would read as no field at all.
    const unquotable =
      dialect.quoting === Quoting.None || dialect.quoting === Quoting.Strings || dialect.quoting === Quoting.NotNull;
    if (unquotable) throw error('single empty field record must be quoted');
    fields[0] = dialect.quotechar + dialect.quotechar;
  }
  return call(self.write, fields.join(dialect.delimiter) + dialect.lineterminator);
}

defineType(writerType, {
  module: '_csv',
  subclassable: false,
  methods: {
    writerow: ['($self, row, /)', writeRow],
    writerows: [
      '($self, rows, /)',
      (self: Writer, rows: Value) => {
        forEach(rows, (row) => {
          writeRow(self, row);
        });
      },
    ],
  },
  members: {
    dialect: [(self: Writer) => self.dialect],
  },
});

/** The dialect that keyword arguments of reader(), writer() and register_dialect() describe. */
function dialectFrom(base: Slot, options: PyDict): Dialect {
  const names = options.keyList() as string[];
  const args = [...(base === undefined ? [] : [base]), ...options.valueList()];
  return newDialect(dialectType, args, names.length === 0 ? undefined : names);
}

/** CPython 3.14's Modules/_csv.c. */
export const csv = (): ModuleDefinition => {
  dialects = new PyDict();
  fieldLimit = 131072;
  return {
    name: '_csv',
    doc: 'CSV parsing and writing.',
    functions: {
      reader: [
        '(iterable, dialect=None, /, **fmtparams)',
        (iterable: Value, dialect: Slot, options: PyDict) =>
          new Reader(getIterator(iterable), dialectFrom(dialect, options)),
      ],
      writer: [
        '(fileobj, dialect=None, /, **fmtparams)',
        (file: Value, dialect: Slot, options: PyDict) => {
          const write = lookupAttribute(file, 'write');
          if (write === undefined) throw typeError('argument 1 must have a "write" method');
          return new Writer(write, dialectFrom(dialect, options));
        },
      ],
      register_dialect: [
        '(name, dialect=None, /, **fmtparams)',
        (name: Value, dialect: Slot, options: PyDict) => {
          if (stringOf(name) === undefined) throw typeError('dialect name must be a string');
          dialects.set(name, dialectFrom(dialect, options));
        },
      ],
      unregister_dialect: [
        '(name)',
        (name: Value) => {
          getDialect(name);
          dialects.delete(name);
        },
      ],
      get_dialect: ['($module, /, name)', getDialect],
      list_dialects: ['($module, /)', () => new PyList(dialects.keyList())],
      field_size_limit: [
        '($module, /, new_limit=<unrepresentable>)',
        (limit: Slot) => {
          const old = fieldLimit;
          if (limit !== undefined) {
            if (!isInt(limit)) throw typeError('limit must be an integer');
            fieldLimit = Number(integerOf(limit));
          }
          return old;
        },
      ],
    },
    attributes: {
      Error: errorType,
      Dialect: dialectType,
      Reader: readerType,
      Writer: writerType,
      QUOTE_MINIMAL: Quoting.Minimal,
      QUOTE_ALL: Quoting.All,
      QUOTE_NONNUMERIC: Quoting.NonNumeric,
      QUOTE_NONE: Quoting.None,
      QUOTE_STRINGS: Quoting.Strings,
      QUOTE_NOTNULL: Quoting.NotNull,
      _dialects: dialects,
    },
  };
};
