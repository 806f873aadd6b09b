import { callFunction } from '../interpreter/call.ts';
import { frameBuiltin, shownBuiltins } from '../interpreter/frame-builtins.ts';
import { vm } from '../interpreter/state.ts';
import { genericGetAttribute, getAttribute, instanceDict, lookupAttribute } from '../operations/attribute.ts';
import { call, callWith } from '../operations/call.ts';
import { richCompare } from '../operations/compare.ts';
import { hashOf, identityHash } from '../operations/hash.ts';
import { repr } from '../operations/text.ts';
import { PyCell } from './cell.ts';
import { PyCode } from './code.ts';
import { defineType } from './define.ts';
import { PyDict } from './dict.ts';
import { typeError, valueError } from './exception.ts';
import { PyFunction, PyMethod } from './function.ts';
import {
  Compare,
  cellType,
  functionType,
  type KwNames,
  methodType,
  NotImplemented,
  type PyType,
  type Slot,
  typeOf,
  type Value,
} from './object.ts';
import { addressOf } from './object-type.ts';
import { stringOf } from './str.ts';
import { emptyTuple, PyTuple, tupleOf } from './tuple.ts';

function optionalTuple(name: string, value: Slot): PyTuple | null {
  if (value === undefined || value === null) return null;
  if (value instanceof PyTuple) return value;
  throw typeError(`${name} must be set to a tuple object`);
}

function mustBeString(name: string, value: Slot): string {
  const text = value === undefined ? undefined : stringOf(value);
  if (text === undefined) throw typeError(`${name} must be set to a string object`);
  return text;
}

function annotationsOf(self: PyFunction): PyDict {
  if (self.annotations === null) {
    const made = self.annotate === null ? new PyDict() : call(self.annotate, 1);
    if (!(made instanceof PyDict)) throw typeError(`__annotate__() must return a dict, not ${typeOf(made).tp_name}`);
    self.annotations = made;
  }
  return self.annotations;
}

defineType(functionType, {
  doc: 'Create a function object.',
  signature: '(code, globals, name=None, argdefs=None, closure=None,\n         kwdefaults=None)',
  subclassable: false,
  hasDict: true,
  hasWeakrefs: true,
  identityEquality: true,
  tp_new: (_type: PyType, args: Value[], kwNames: KwNames) => {
    const names = ['code', 'globals', 'name', 'argdefs', 'closure', 'kwdefaults'];
    const values: Value[] = [null, null, null, null, null, null];
    const given = args.length - (kwNames?.length ?? 0);
    for (let i = 0; i < given; i++) values[i] = args[i];
    kwNames?.forEach((name, i) => {
      values[names.indexOf(name)] = args[given + i];
    });
    const [code, globals, name, defaults, closure, kwdefaults] = values;
    if (!(code instanceof PyCode))
      throw typeError(`function() argument 'code' must be code, not ${typeOf(code).tp_name}`);
    if (!(globals instanceof PyDict)) {
      throw typeError(`function() argument 'globals' must be dict, not ${typeOf(globals).tp_name}`);
    }
    const free = code.code.co_localspluskinds.filter((kind) => kind & 0x80).length;
    if (closure !== null && !(closure instanceof PyTuple)) throw typeError('arg 5 (closure) must be None or tuple');
    const cells = closure instanceof PyTuple ? closure.items : [];
    if (free !== cells.length) {
      if (free > 0 && closure === null) throw typeError('arg 5 (closure) must be tuple');
      throw valueError(`${code.code.co_name} requires closure of length ${free}, not ${cells.length}`);
    }
    for (const cell of cells) {
      if (!(cell instanceof PyCell)) throw typeError(`arg 5 (closure) expected cell, found ${typeOf(cell).tp_name}`);
    }
    const func = new PyFunction(code, globals, vm.builtinsOf(globals));
    if (name !== null) func.name = mustBeString('__name__', name);
    if (defaults !== null && !(defaults instanceof PyTuple)) throw typeError('arg 4 (defaults) must be None or tuple');
    if (kwdefaults !== null && !(kwdefaults instanceof PyDict)) {
      throw typeError('arg 6 (kwdefaults) must be None or dict');
    }
    func.defaults = defaults;
    func.closure = closure as PyTuple | null;
    func.kwdefaults = kwdefaults;
    return func;
  },
  tp_repr: (self: PyFunction) => `<function ${self.qualname} at ${addressOf(self)}>`,
  tp_call: callFunction,
  tp_hash: identityHash,
  tp_getattro: genericGetAttribute,
  tp_descr_get: (self: PyFunction, instance: Slot) =>
    instance === undefined || instance === null ? self : new PyMethod(self, instance),
  members: {
    __closure__: [(self: PyFunction) => self.closure],
    __globals__: [(self: PyFunction) => self.globals],
    __builtins__: [(self: PyFunction) => shownBuiltins(self.builtins)],
    __doc__: [
      (self: PyFunction) => self.doc,
      (self: PyFunction, value: Slot) => {
        self.doc = value ?? null;
      },
    ],
    __module__: [
      (self: PyFunction) => self.module,
      (self: PyFunction, value: Slot) => {
        self.module = value ?? null;
      },
    ],
  },
  getset: {
    __code__: [
      (self: PyFunction) => self.code,
      (self: PyFunction, value: Slot) => {
        if (!(value instanceof PyCode)) throw typeError('__code__ must be set to a code object');
        self.code = value;
      },
    ],
    __defaults__: [
      (self: PyFunction) => self.defaults,
      (self: PyFunction, value: Slot) => {
        self.defaults = optionalTuple('__defaults__', value);
      },
    ],
    __kwdefaults__: [
      (self: PyFunction) => self.kwdefaults,
      (self: PyFunction, value: Slot) => {
        if (value !== undefined && value !== null && !(value instanceof PyDict)) {
          throw typeError('__kwdefaults__ must be set to a dict object');
        }
        self.kwdefaults = value ?? null;
      },
    ],
    __name__: [
      (self: PyFunction) => self.name,
      (self: PyFunction, value: Slot) => {
        self.name = mustBeString('__name__', value);
      },
    ],
    __qualname__: [
      (self: PyFunction) => self.qualname,
      (self: PyFunction, value: Slot) => {
        self.qualname = mustBeString('__qualname__', value);
      },
    ],
    __annotations__: [
      annotationsOf,
      (self: PyFunction, value: Slot) => {
        if (value !== undefined && value !== null && !(value instanceof PyDict)) {
          throw typeError('__annotations__ must be set to a dict object');
        }
        self.annotations = value ?? null;
        self.annotate = null;
      },
    ],
    __annotate__: [
      (self: PyFunction) => self.annotate,
      (self: PyFunction, value: Slot) => {
        if (value === undefined) throw typeError('__annotate__ cannot be deleted');
        self.annotate = value;
        if (value !== null) self.annotations = null;
      },
    ],
    __type_params__: [
      (self: PyFunction) => self.typeParams ?? emptyTuple,
      (self: PyFunction, value: Slot) => {
        self.typeParams = optionalTuple('__type_params__', value);
      },
    ],
    __dict__: [
      (self: PyFunction) => instanceDict(self),
      (self: PyFunction, value: Slot) => {
        if (!(value instanceof PyDict))
          throw typeError(`__dict__ must be set to a dictionary, not a '${typeOf(value ?? null).tp_name}'`);
        self.dict = value;
      },
    ],
  },
});

defineType(methodType, {
  doc: 'Create a bound instance method object.',
  signature: '(function, instance, /)',
  subclassable: false,
  hasWeakrefs: true,
  tp_new: (_type: PyType, args: Value[]) => {
    if (args.length !== 2) throw typeError(`method expected 2 arguments, got ${args.length}`);
    const [func, self] = args;
    if (typeOf(func).tp_call === undefined) throw typeError('first argument must be callable');
    if (self === null) throw typeError('instance must not be None');
    return new PyMethod(func, self);
  },
  tp_repr: (self: PyMethod) => {
    const name = lookupAttribute(self.func, '__qualname__') ?? lookupAttribute(self.func, '__name__');
    return `<bound method ${typeof name === 'string' ? name : '?'} of ${repr(self.self)}>`;
  },
  tp_call: (self: PyMethod, args: Value[], kwNames: KwNames) => callWith(self.func, [self.self, ...args], kwNames),
  tp_hash: (self: PyMethod) => Number(identityHash(self.self)) ^ Number(BigInt.asIntN(32, BigInt(hashOf(self.func)))),
  tp_richcompare: (self: PyMethod, other: Value, op: Compare) => {
    if ((op !== Compare.EQ && op !== Compare.NE) || !(other instanceof PyMethod)) return NotImplemented;
    const same = self.self === other.self && richCompare(self.func, other.func, Compare.EQ) === true;
    return same === (op === Compare.EQ);
  },
  tp_getattro: (self: PyMethod, name: string) => {
    const descriptor = self.type.lookup(name);
    if (descriptor !== undefined) {
      const get = typeOf(descriptor).tp_descr_get;
      return get === undefined ? descriptor : get(descriptor, self, self.type);
    }
    return getAttribute(self.func, name);
  },
  tp_descr_get: (self: PyMethod) => self,
  members: {
    __func__: [(self: PyMethod) => self.func],
    __self__: [(self: PyMethod) => self.self],
  },
  getset: { __doc__: [(self: PyMethod) => getAttribute(self.func, '__doc__')] },
  methods: {
    __reduce__: [
      '($self, /)',
      (self: PyMethod) => tupleOf([frameBuiltin('getattr'), tupleOf([self.self, getAttribute(self.func, '__name__')])]),
    ],
  },
});

defineType(cellType, {
  doc: 'Create a new cell object.',
  subclassable: false,
  tp_new: (_type: PyType, args: Value[]) => new PyCell(args[0]),
  tp_repr: (self: PyCell) =>
    self.contents === undefined
      ? `<cell at ${addressOf(self)}: empty>`
      : `<cell at ${addressOf(self)}: ${typeOf(self.contents).tp_name} object at ${addressOf(self.contents)}>`,
  getset: {
    cell_contents: [
      (self: PyCell) => {
        if (self.contents === undefined) throw valueError('Cell is empty');
        return self.contents;
      },
      (self: PyCell, value: Slot) => {
        self.contents = value;
      },
    ],
  },
});
