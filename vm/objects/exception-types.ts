import { index } from '../operations/arithmetic.ts';
import { genericGetAttribute, genericSetAttribute, instanceDict, setAttribute } from '../operations/attribute.ts';
import { callWith } from '../operations/call.ts';
import { matchGroup } from '../operations/exception-group.ts';
import { toArray } from '../operations/iterate.ts';
import { repr, str, strValue } from '../operations/text.ts';
import { defineType } from './define.ts';
import { PyDict } from './dict.ts';
import * as exceptions from './exception.ts';
import { PyBaseException, typeError, valueError } from './exception.ts';
import { addNote } from './exception-notes.ts';
import { newGenericAlias } from './generic-alias.ts';
import { type KwNames, PyType, type Slot, typeOf, type Value } from './object.ts';
import { osErrorTypeFor } from './os-error.ts';
import { stringOf } from './str.ts';
import { PyTraceback } from './traceback.ts';
import { emptyTuple, type PyTuple, tupleOf } from './tuple.ts';
import { unicodeErrorTypes } from './unicode-error-types.ts';

const base = exceptions.baseExceptionType;

function exceptionOrNone(value: Slot, what: string): PyBaseException | null {
  if (value === undefined) throw typeError(`${what} may not be deleted`);
  if (value !== null && !(value instanceof PyBaseException)) {
    throw typeError(`exception ${what.replaceAll('_', '')} must be None or derive from BaseException`);
  }
  return value;
}

function baseStr(self: PyBaseException): Value {
  const { items } = self.args;
  if (items.length === 0) return '';
  return items.length === 1 ? strValue(items[0]) : repr(self.args);
}

defineType(base, {
  doc: 'Common base class for all exceptions',
  signature: '(*args)',
  hasDict: true,
  allocate: (type: PyType) => new PyBaseException(type),
  tp_new: (type: PyType, args: Value[], kwNames: KwNames) => {
    const made = type.allocate(type) as PyBaseException;
    made.args = tupleOf(kwNames === undefined ? args : args.slice(0, args.length - kwNames.length));
    return made;
  },
  tp_init: (self: PyBaseException, args: Value[], kwNames: KwNames) => {
    if (kwNames !== undefined) throw typeError(`${self.type.tp_name}() takes no keyword arguments`);
    self.args = tupleOf(args);
  },
  tp_repr: (self: PyBaseException) => {
    const { items } = self.args;
    const name = self.type.tp_name.slice(self.type.tp_name.lastIndexOf('.') + 1);
    return items.length === 1 ? `${name}(${repr(items[0])})` : `${name}${repr(self.args)}`;
  },
  tp_str: baseStr,
  tp_getattro: genericGetAttribute,
  tp_setattro: genericSetAttribute,
  getset: {
    args: [
      (self: PyBaseException) => self.args,
      (self: PyBaseException, value: Slot) => {
        if (value === undefined) throw typeError('args may not be deleted');
        self.args = tupleOf(toArray(value));
      },
    ],
    __traceback__: [
      (self: PyBaseException) => self.traceback,
      (self: PyBaseException, value: Slot) => {
        if (value === undefined) throw typeError('__traceback__ may not be deleted');
        if (value !== null && !(value instanceof PyTraceback))
          throw typeError('__traceback__ must be a traceback or None');
        self.traceback = value;
      },
    ],
    __context__: [
      (self: PyBaseException) => self.context,
      (self: PyBaseException, value: Slot) => {
        self.context = exceptionOrNone(value, '__context__');
      },
    ],
    __cause__: [
      (self: PyBaseException) => self.cause,
      (self: PyBaseException, value: Slot) => {
        self.cause = exceptionOrNone(value, '__cause__');
        self.suppressContext = true;
      },
    ],
    __dict__: [
      (self: PyBaseException) => instanceDict(self),
      (self: PyBaseException, value: Slot) => {
        if (!(value instanceof PyDict)) throw typeError('__dict__ must be a dictionary');
        self.dict = value;
      },
    ],
  },
  members: {
    __suppress_context__: [
      (self: PyBaseException) => self.suppressContext,
      (self: PyBaseException, value: Slot) => {
        self.suppressContext = value === true;
      },
    ],
  },
  methods: {
    with_traceback: [
      '($self, object, /)',
      (self: PyBaseException, traceback: Value) => {
        if (traceback !== null && !(traceback instanceof PyTraceback))
          throw typeError('__traceback__ must be a traceback or None');
        self.traceback = traceback;
        return self;
      },
    ],
    add_note: [
      '($self, object, /)',
      (self: PyBaseException, note: Value) => {
        if (stringOf(note) === undefined)
          throw typeError(`add_note() argument must be str, not ${typeOf(note).tp_name}`);
        addNote(self, note);
      },
    ],
    __reduce__: [
      '($self, /)',
      (self: PyBaseException) =>
        self.dict !== undefined && self.dict.used > 0
          ? tupleOf([self.type, self.args, self.dict])
          : tupleOf([self.type, self.args]),
    ],
    __setstate__: [
      '($self, object, /)',
      (self: PyBaseException, state: Value) => {
        if (state === null) return;
        if (!(state instanceof PyDict)) throw typeError('state is not a dictionary');
        for (const [key, value] of state.entries()) setAttribute(self, str(key), value);
      },
    ],
  },
});

/** A plain attribute of an exception type, None while unset. */
function member(name: string) {
  return [
    (self: PyBaseException): Slot => self.members?.[name] ?? null,
    (self: PyBaseException, value: Slot): void => {
      self.members ??= {};
      self.members[name] = value;
    },
  ] as const;
}

/** For pickling: the attributes and some members, set again by `__setstate__`. */
function reduceWith(self: PyBaseException, ...names: string[]): Value {
  const state = self.dict?.copy() ?? new PyDict();
  for (const name of names) {
    const value = name === 'args' ? self.args : self.members?.[name];
    if (value !== undefined && value !== null) state.setString(name, value);
  }
  return state.used > 0 ? tupleOf([self.type, self.args, state]) : tupleOf([self.type, self.args]);
}

function membersOf(...names: string[]): Record<string, ReturnType<typeof member>> {
  return Object.fromEntries(names.map((name) => [name, member(name)]));
}

function keywords(names: readonly string[]) {
  return (self: PyBaseException, args: Value[], kwNames: KwNames): void => {
    const given = args.length - (kwNames?.length ?? 0);
    self.args = tupleOf(args.slice(0, given));
    self.members = {};
    kwNames?.forEach((name, i) => {
      if (!names.includes(name)) throw typeError(`${self.type.tp_name}() got an unexpected keyword argument '${name}'`);
      self.members![name] = args[given + i];
    });
  };
}

const special: [PyType, Parameters<typeof defineType>[1]][] = [
  [
    exceptions.stopIterationType,
    {
      doc: 'Signal the end from iterator.__next__().',
      tp_init: (self: PyBaseException, args: Value[], kwNames: KwNames) => {
        base.tp_init!(self, args, kwNames);
        self.members = { value: args[0] ?? null };
      },
      members: membersOf('value'),
    },
  ],
  [
    exceptions.systemExitType,
    {
      doc: 'Request to exit from the interpreter.',
      tp_init: (self: PyBaseException, args: Value[], kwNames: KwNames) => {
        base.tp_init!(self, args, kwNames);
        self.members = { code: args.length === 0 ? null : args.length === 1 ? args[0] : self.args };
      },
      members: membersOf('code'),
    },
  ],
  [
    exceptions.importErrorType,
    {
      doc: "Import can't find module, or can't find name in module.",
      tp_init: (self: PyBaseException, args: Value[], kwNames: KwNames) => {
        keywords(['name', 'path', 'name_from'])(self, args, kwNames);
        const [message] = self.args.items;
        self.members!['msg'] = self.args.items.length === 1 ? message : null;
      },
      tp_str: (self: PyBaseException) => {
        const message = self.members?.['msg'];
        return typeof message === 'string' ? message : baseStr(self);
      },
      members: membersOf('msg', 'name', 'path', 'name_from'),
      methods: { __reduce__: ['($self, /)', (self: PyBaseException) => reduceWith(self, 'name', 'path', 'name_from')] },
    },
  ],
  [
    exceptions.nameErrorType,
    { doc: 'Name not found globally.', tp_init: keywords(['name']), members: membersOf('name') },
  ],
  [
    exceptions.attributeErrorType,
    {
      doc: 'Attribute not found.',
      tp_init: keywords(['name', 'obj']),
      members: membersOf('name', 'obj'),
      // The object itself isn't pickled: it may be anything.
      methods: { __reduce__: ['($self, /)', (self: PyBaseException) => reduceWith(self, 'name', 'args')] },
    },
  ],
  [
    exceptions.keyErrorType,
    {
      doc: 'Mapping key not found.',
      tp_str: (self: PyBaseException) => (self.args.items.length === 1 ? repr(self.args.items[0]) : baseStr(self)),
    },
  ],
  [
    exceptions.osErrorType,
    {
      doc: 'Base class for I/O related errors.',
      tp_new: (type: PyType, args: Value[], kwNames: KwNames) => {
        const actual = type === exceptions.osErrorType && args.length > 1 ? osErrorTypeFor(args[0]) : type;
        const made = base.tp_new!(actual, args, kwNames) as PyBaseException;
        setOSError(made, args);
        return made;
      },
      tp_init: (self: PyBaseException, args: Value[]) => setOSError(self, args),
      tp_str: (self: PyBaseException) => {
        const { errno, strerror, filename, filename2 } = self.members ?? {};
        if (filename !== undefined && filename !== null) {
          const second = filename2 === undefined || filename2 === null ? '' : ` -> ${repr(filename2)}`;
          return `[Errno ${str(errno ?? null)}] ${str(strerror ?? null)}: ${repr(filename)}${second}`;
        }
        if (errno !== undefined && strerror !== undefined) return `[Errno ${str(errno)}] ${str(strerror)}`;
        return baseStr(self);
      },
      members: membersOf('errno', 'strerror', 'filename', 'filename2'),
      getset: { characters_written: [charactersWritten, setCharactersWritten] },
      methods: {
        __reduce__: [
          '($self, /)',
          (self: PyBaseException) => {
            const { filename, filename2 } = self.members ?? {};
            const isNamed = filename !== undefined && filename !== null && self.args.items.length === 2;
            const names = filename2 === undefined || filename2 === null ? [] : [null, filename2];
            const args = isNamed ? tupleOf([...self.args.items, filename, ...names]) : self.args;
            return self.dict !== undefined && self.dict.used > 0
              ? tupleOf([self.type, args, self.dict])
              : tupleOf([self.type, args]);
          },
        ],
      },
    },
  ],
  [
    exceptions.syntaxErrorType,
    {
      doc: 'Invalid syntax.',
      tp_init: (self: PyBaseException, args: Value[]) => {
        self.args = tupleOf(args);
        const members: Record<string, Slot> = { msg: args[0] ?? null };
        if (args.length === 2) {
          const info = toArray(args[1]);
          if (info.length < 4 || info.length > 7) {
            const limit = info.length < 4 ? 'at least 4' : 'at most 7';
            throw typeError(`function takes ${limit} arguments (${info.length} given)`);
          }
          if (info.length === 5) throw typeError('end_offset must be provided when end_lineno is provided');
          const names = ['filename', 'lineno', 'offset', 'text', 'end_lineno', 'end_offset', '_metadata'];
          info.forEach((value, i) => {
            members[names[i]] = value;
          });
        }
        self.members = members;
      },
      tp_str: (self: PyBaseException) => {
        const { msg, filename, lineno } = self.members ?? {};
        const file = typeof filename === 'string' ? filename.slice(filename.lastIndexOf('/') + 1) : undefined;
        const message = str(msg ?? null);
        if (file !== undefined && typeof lineno === 'number') return `${message} (${file}, line ${lineno})`;
        if (file !== undefined) return `${message} (${file})`;
        return typeof lineno === 'number' ? `${message} (line ${lineno})` : message;
      },
      members: membersOf(
        'msg',
        'filename',
        'lineno',
        'offset',
        'text',
        'end_lineno',
        'end_offset',
        'print_file_and_line',
        '_metadata',
      ),
    },
  ],
];

function charactersWritten(self: PyBaseException): Value {
  const written = self.members?.['characters_written'];
  if (written === undefined) throw exceptions.newException(exceptions.attributeErrorType, 'characters_written');
  return written;
}

function setCharactersWritten(self: PyBaseException, value: Slot): void {
  if (value === undefined) charactersWritten(self);
  self.members ??= {};
  self.members['characters_written'] = value === undefined ? undefined : index(value);
}

function setOSError(self: PyBaseException, args: Value[]): void {
  self.members = {};
  self.args = tupleOf(args);
  if (args.length < 2 || args.length > 5) return;
  const [errno, strerror, filename = null, , filename2 = null] = args;
  self.members = { errno, strerror, filename: null, filename2: null };
  if (filename === null) return;
  // A BlockingIOError tells how much was written instead.
  if (self.type === exceptions.blockingIOErrorType && typeOf(filename).nb_index !== undefined) {
    self.members['characters_written'] = index(filename);
    return;
  }
  self.members['filename'] = filename;
  self.members['filename2'] = filename2;
  self.args = tupleOf([errno, strerror]);
}

// Groups

function groupNew(type: PyType, args: Value[]): Value {
  if (args.length !== 2) {
    throw typeError(`BaseExceptionGroup.__new__() takes exactly 2 arguments (${args.length} given)`);
  }
  const [message, given] = args;
  if (stringOf(message as Value) === undefined)
    throw typeError(`BaseExceptionGroup.__new__() argument 1 must be str, not ${typeOf(message as Value).tp_name}`);
  if (typeOf(given as Value).sq_length === undefined || given instanceof PyDict)
    throw typeError('second argument (exceptions) must be a sequence');
  const list = toArray(given as Value);
  if (list.length === 0) throw valueError('second argument (exceptions) must be a non-empty sequence');
  list.forEach((item, i) => {
    if (!(item instanceof PyBaseException))
      throw valueError(`Item ${i} of second argument (exceptions) is not an exception`);
  });
  const plain = list.every((item) => typeOf(item).isSubtype(exceptions.exceptionTypeRoot));
  let actual = type;
  if (type === exceptions.baseExceptionGroupType && plain) actual = exceptionGroupType;
  else if (!plain && type.isSubtype(exceptions.exceptionTypeRoot)) {
    throw typeError(
      type === exceptionGroupType
        ? 'Cannot nest BaseExceptions in an ExceptionGroup'
        : `Cannot nest BaseExceptions in '${type.tp_name}'`,
    );
  }
  const made = new PyBaseException(actual, tupleOf(args));
  made.members = { message, exceptions: tupleOf(list) };
  return made;
}

function subgroup(self: PyBaseException, pattern: Value): Value {
  return matchGroup(self, pattern)[0];
}

export const exceptionGroupType = exceptions.exceptionGroupType;

special.push(
  [
    exceptions.baseExceptionGroupType,
    {
      doc: 'A combination of multiple unrelated exceptions.',
      tp_new: groupNew,
      tp_init: (self: PyBaseException, args: Value[], kwNames: KwNames) => {
        if (kwNames !== undefined) throw typeError(`${self.type.tp_name}() takes no keyword arguments`);
        self.args = tupleOf(args);
      },
      tp_str: (self: PyBaseException) => {
        const count = (self.members!['exceptions'] as PyTuple).items.length;
        return `${str(self.members!['message'] as Value)} (${count} sub-exception${count === 1 ? '' : 's'})`;
      },
      members: {
        message: [(self: PyBaseException) => self.members?.['message'] ?? null],
        exceptions: [(self: PyBaseException) => self.members?.['exceptions'] ?? emptyTuple],
      },
      methods: {
        derive: [
          '($self, excs, /)',
          (self: PyBaseException, list: Value) =>
            callWith(exceptions.baseExceptionGroupType, [self.members!['message'] as Value, list], undefined),
        ],
        split: [
          '($self, matcher_value, /)',
          (self: PyBaseException, pattern: Value) => tupleOf(matchGroup(self, pattern) as Value[]),
        ],
        subgroup: ['($self, matcher_value, /)', subgroup],
      },
      classMethods: { __class_getitem__: ['($cls, object, /)', newGenericAlias] },
    },
  ],
  [exceptionGroupType, {}],
);

special.push(...unicodeErrorTypes);

const defined = new Set(special.map(([type]) => type));
for (const [type, definition] of special) defineType(type, definition);
for (const type of Object.values(exceptions)) {
  if (type instanceof PyType && type !== base && !defined.has(type)) defineType(type, {});
}

/** Every built-in exception type, for the namespace of builtins. */
export function exceptionTypes(): PyType[] {
  return Object.values(exceptions).filter((type) => type instanceof PyType);
}
