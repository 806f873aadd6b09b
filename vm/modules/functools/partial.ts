import { type Forwarded, forwardsCalls } from '../../interpreter/forward.ts';
import { defineType } from '../../objects/define.ts';
import { PyDict } from '../../objects/dict.ts';
import { typeError } from '../../objects/exception.ts';
import { PyMethod } from '../../objects/function.ts';
import { newGenericAlias } from '../../objects/generic-alias.ts';
import {
  dictType,
  type KwNames,
  newType,
  PyObject,
  type PyType,
  type Slot,
  typeOf,
  type Value,
} from '../../objects/object.ts';
import { stringOf } from '../../objects/str.ts';
import { PyTuple, tupleOf } from '../../objects/tuple.ts';
import { qualifiedName } from '../../objects/type-name.ts';
import { instanceDict } from '../../operations/attribute.ts';
import { callWith, isCallable } from '../../operations/call.ts';
import { enterRepr, leaveRepr } from '../../operations/recursive-repr.ts';
import { repr, str } from '../../operations/text.ts';

const placeholderType = defineType(newType('functools._PlaceholderType'), {
  module: 'functools',
  doc: 'The type of the Placeholder singleton.',
  subclassable: false,
  tp_repr: () => 'Placeholder',
  methods: {
    __reduce__: ['($self, /)', () => 'Placeholder'],
  },
});

/** functools.Placeholder: keeps a place for an argument among those that partial() binds. */
export const placeholder: PyObject = new PyObject(placeholderType);

export const partialType = newType('functools.partial');

class Partial extends PyObject {
  func: Value = null;
  args: PyTuple = tupleOf([]);
  keywords: PyDict = new PyDict();
  /** How many of args are placeholders. */
  holes = 0;
}

function countHoles(args: readonly Value[]): number {
  return args.filter((arg) => arg === placeholder).length;
}

/** `bound` with its placeholders filled from `given`, the rest appended. */
function fill(bound: readonly Value[], holes: number, given: readonly Value[]): Value[] {
  if (holes === 0) return [...bound, ...given];
  let at = 0;
  const filled = bound.map((arg) => (arg === placeholder && at < given.length ? given[at++] : arg));
  return [...filled, ...given.slice(at)];
}

function make(type: PyType, args: Value[], kwNames: KwNames): Value {
  const names = kwNames ?? [];
  const positional = args.slice(0, args.length - names.length);
  if (positional.length === 0) throw typeError("type 'partial' takes at least one argument");
  let [func] = positional;
  if (!isCallable(func)) throw typeError('the first argument must be callable');
  let bound = positional.slice(1);
  if (bound.at(-1) === placeholder) throw typeError('trailing Placeholders are not allowed');
  const keywords = new PyDict();
  // A partial of a partial is one partial, unless somebody has put attributes on the inner one.
  if (func instanceof Partial && func.type === partialType && func.dict === undefined) {
    bound = fill(func.args.items, func.holes, bound);
    for (const [key, value] of func.keywords.entries()) keywords.set(key, value);
    ({ func } = func);
  }
  names.forEach((name, i) => {
    const value = args[positional.length + i];
    if (value === placeholder) throw typeError('Placeholder cannot be passed as a keyword argument');
    keywords.setString(name, value);
  });
  const self = new Partial(type);
  self.func = func;
  self.args = tupleOf(bound);
  self.keywords = keywords;
  self.holes = countHoles(bound);
  return self;
}

/** The call that calling a partial object stands for (partial_vectorcall). */
function forward(self: Partial, args: Value[], kwNames: KwNames): Forwarded {
  const count = kwNames?.length ?? 0;
  const given = args.length - count;
  if (given < self.holes) {
    throw typeError(`missing positional arguments in 'partial' call; expected at least ${self.holes}, got ${given}`);
  }
  const { func: callable } = self;
  const positional = fill(self.args.items, self.holes, args.slice(0, given));
  if (self.keywords.used === 0) {
    return { callable, args: count === 0 ? positional : [...positional, ...args.slice(given)], kwNames };
  }
  const keywords = self.keywords.copy();
  for (const key of keywords.keyList()) if (stringOf(key) === undefined) throw typeError('keywords must be strings');
  for (let i = 0; i < count; i++) keywords.setString(kwNames![i], args[given + i]);
  return { callable, args: [...positional, ...keywords.valueList()], kwNames: keywords.keyList() as string[] };
}

forwardsCalls(partialType, forward);

defineType(partialType, {
  module: 'functools',
  doc: 'Create a new function with partial application of the given arguments and keywords.',
  signature: '(func, /, *args, **keywords)',
  allocate: (type) => new Partial(type),
  hasDict: true,
  hasWeakrefs: true,
  tp_new: make,
  tp_call(self: Partial, args: Value[], kwNames: KwNames) {
    const forwarded = forward(self, args, kwNames);
    return callWith(forwarded.callable, forwarded.args, forwarded.kwNames);
  },
  tp_descr_get(self: Partial, instance: Slot) {
    return instance === undefined || instance === null ? self : new PyMethod(self, instance);
  },
  tp_repr(self: Partial) {
    if (!enterRepr(self)) return '...';
    try {
      const parts = [
        repr(self.func),
        ...self.args.items.map(repr),
        ...[...self.keywords.entries()].map(([key, value]) => `${str(key)}=${repr(value)}`),
      ];
      return `${qualifiedName(self.type)}(${parts.join(', ')})`;
    } finally {
      leaveRepr(self);
    }
  },
  methods: {
    __reduce__: [
      '($self, /)',
      (self: Partial) =>
        tupleOf([
          self.type,
          tupleOf([self.func]),
          tupleOf([self.func, self.args, self.keywords, self.dict === undefined ? null : self.dict]),
        ]),
    ],
    __setstate__: [
      '($self, state, /)',
      (self: Partial, state: Value) => {
        const [func, args, keywords, dict] = state instanceof PyTuple && state.items.length === 4 ? state.items : [];
        const isValid = isCallable(func ?? null) && (keywords === null || keywords instanceof PyDict);
        if (!(args instanceof PyTuple) || !isValid) throw typeError('invalid partial state');
        if (args.items.at(-1) === placeholder) throw typeError('trailing Placeholders are not allowed');
        self.func = func;
        self.args = args.type.heap ? tupleOf(args.items) : args;
        const given = keywords instanceof PyDict ? keywords : new PyDict();
        self.keywords = given.type === dictType ? given : given.copy();
        self.holes = countHoles(args.items);
        self.dict = dict instanceof PyDict ? dict : undefined;
      },
    ],
  },
  classMethods: {
    __class_getitem__: ['($type, object, /)', newGenericAlias, 'See PEP 585'],
  },
  members: {
    func: [(self: Partial) => self.func, undefined, 'function object to use in future partial calls'],
    args: [(self: Partial) => self.args, undefined, 'tuple of arguments to future partial calls'],
    keywords: [(self: Partial) => self.keywords, undefined, 'dictionary of keyword arguments to future partial calls'],
  },
  getset: {
    __dict__: [
      (self: Partial) => instanceDict(self),
      (self: Partial, value: Slot) => {
        if (value === undefined) throw typeError('cannot delete __dict__');
        if (!(value instanceof PyDict)) {
          throw typeError(`__dict__ must be set to a dictionary, not a '${typeOf(value).tp_name}'`);
        }
        self.dict = value;
      },
    ],
  },
});
