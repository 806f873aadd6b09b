import { vm } from '../interpreter/state.ts';
import { callMethod, getAttribute } from '../operations/attribute.ts';
import { call } from '../operations/call.ts';
import { getIterator } from '../operations/iterate.ts';
import { repr } from '../operations/text.ts';
import { isTrue } from '../operations/truth.ts';
import { bind } from './bind.ts';
import { defineType, type TypeDefinition } from './define.ts';
import { typeError } from './exception.ts';
import { newGenericAlias } from './generic-alias.ts';
import { unionOf } from './generic-types.ts';
import {
  Compare,
  type KwNames,
  NotImplemented,
  newType,
  PyObject,
  type PyType,
  type Slot,
  typeOf,
  type Value,
} from './object.ts';
import { stringOf } from './str.ts';
import { PyTuple, tupleOf } from './tuple.ts';

// What CPython writes in C of typing (Objects/typevarobject.c): type parameters and aliases, whose bounds, defaults and values are
// functions called when they are first looked at (PEP 695, 696).

const typing = (): Value => vm.importModule('typing');

const noDefaultType = newType('NoDefaultType');

/** typing.NoDefault. */
export const NoDefault: PyObject = new PyObject(noDefaultType);

defineType(noDefaultType, {
  module: 'typing',
  doc: 'The type of the NoDefault singleton.',
  subclassable: false,
  tp_new: () => NoDefault,
  tp_repr: () => 'typing.NoDefault',
  methods: { __reduce__: ['($self, /)', () => 'NoDefault'] },
});

/** A value that a function gives when it is first asked for; `undefined` while there is neither. */
class Lazy {
  value: Slot;
  evaluator: Slot;
  constructor(value: Slot, evaluator: Slot) {
    this.value = value;
    this.evaluator = evaluator;
  }

  /** `missing` where there is no value and nothing that gives one. Format 1 asks for the value itself. */
  get(missing: Value): Value {
    if (this.value === undefined) {
      if (this.evaluator === undefined) return missing;
      this.value = call(this.evaluator, 1);
    }
    return this.value;
  }
}

/** The function that gives a value known already, as `evaluate_bound` shows it (_typing._ConstEvaluator). */
class ConstEvaluator extends PyObject {
  readonly value: Value;
  constructor(value: Value) {
    super(constEvaluatorType);
    this.value = value;
  }
}

const constEvaluatorType = defineType(newType('_typing._ConstEvaluator'), {
  module: '_typing',
  subclassable: false,
  tp_call: (self: ConstEvaluator) => self.value,
  tp_repr: (self: ConstEvaluator) => `<constevaluator ${repr(self.value)}>`,
});

function evaluatorOf(lazy: Lazy): Value {
  if (lazy.evaluator !== undefined) return lazy.evaluator;
  return lazy.value === undefined || lazy.value === NoDefault ? null : new ConstEvaluator(lazy.value);
}

export class PyTypeParameter extends PyObject {
  name = '';
  bound = new Lazy(undefined, undefined);
  constraints = new Lazy(undefined, undefined);
  defaultValue = new Lazy(undefined, undefined);
  covariant = false;
  contravariant = false;
  inferVariance = false;
  module: Value = null;
}

export const typeVarType = newType('typing.TypeVar');
export const paramSpecType = newType('typing.ParamSpec');
export const typeVarTupleType = newType('typing.TypeVarTuple');
export const paramSpecArgsType = newType('typing.ParamSpecArgs');
export const paramSpecKwargsType = newType('typing.ParamSpecKwargs');

/** The name of the module that runs, which `__module__` of a type parameter made by a call is. */
function callingModule(): Value {
  return vm.frame?.globals.getString('__name__') ?? null;
}

function checkType(value: Value, message: string): Value {
  return callMethod(typing(), '_type_check', value, message);
}

const flag = (value: Slot): boolean => value !== undefined && isTrue(value);

function nameOf(value: Value, what: string): string {
  const text = stringOf(value);
  if (text === undefined) throw typeError(`${what} argument 'name' must be str, not ${typeOf(value).tp_name}`);
  return text;
}

const union = (left: Value, right: Value): Value => unionOf([left, right]);

const shared: TypeDefinition = {
  module: 'typing',
  subclassable: false,
  hasDict: true,
  hasWeakrefs: true,
  nb_or: (left: Value, right: Value) => union(left, right),
  tp_repr(self: PyTypeParameter) {
    if (self.inferVariance) return self.name;
    return `${self.covariant ? '+' : self.contravariant ? '-' : '~'}${self.name}`;
  },
};

const sharedMembers: NonNullable<TypeDefinition['members']> = {
  __name__: [(self: PyTypeParameter) => self.name],
};

const sharedGetset: NonNullable<TypeDefinition['getset']> = {
  __default__: [(self: PyTypeParameter) => self.defaultValue.get(NoDefault)],
  evaluate_default: [(self: PyTypeParameter) => evaluatorOf(self.defaultValue)],
  __module__: [
    (self: PyTypeParameter) => self.module,
    (self: PyTypeParameter, value: Slot) => {
      self.module = value ?? null;
    },
  ],
};

const sharedMethods: NonNullable<TypeDefinition['methods']> = {
  has_default: [
    '($self, /)',
    (self: PyTypeParameter) =>
      self.defaultValue.evaluator !== undefined || self.defaultValue.get(NoDefault) !== NoDefault,
  ],
  __reduce__: ['($self, /)', (self: PyTypeParameter) => self.name],
  __mro_entries__: [
    '($self, bases, /)',
    (self: PyTypeParameter) => {
      throw typeError(`Cannot subclass an instance of ${self.type.qualname}`);
    },
  ],
};

defineType(typeVarType, {
  ...shared,
  doc: 'Type variable.',
  signature:
    '(name, *constraints, bound=None, default=typing.NoDefault, covariant=False, contravariant=False, infer_variance=False)',
  tp_new(type: PyType, args: Value[], kwNames: KwNames) {
    const [name, constraints, bound, defaultValue, covariant, contravariant, inferVariance] = bind(
      'typevar',
      '(name, *constraints, bound=None, default=None, covariant=False, contravariant=False, infer_variance=False)',
      args,
      kwNames,
    ) as unknown as [Value, Value[], Slot, Slot, Slot, Slot, Slot];
    const self = new PyTypeParameter(type);
    self.name = nameOf(name, 'typevar()');
    self.covariant = flag(covariant);
    self.contravariant = flag(contravariant);
    self.inferVariance = flag(inferVariance);
    if (self.covariant && self.contravariant) throw typeError('Bivariant types are not supported.');
    if (self.inferVariance && (self.covariant || self.contravariant)) {
      throw typeError('Variance cannot be specified with infer_variance.');
    }
    if (constraints.length === 1) throw typeError('A single constraint is not allowed');
    const hasBound = bound !== undefined && bound !== null;
    if (constraints.length > 0 && hasBound) throw typeError('Constraints cannot be combined with bound=...');
    if (hasBound) self.bound.value = checkType(bound, 'Bound must be a type.');
    if (constraints.length > 0) {
      self.constraints.value = tupleOf(
        constraints.map((each) => checkType(each, 'TypeVar(name, constraint, ...): constraints must be types.')),
      );
    }
    self.defaultValue.value = defaultValue;
    self.module = callingModule();
    return self;
  },
  members: {
    ...sharedMembers,
    __covariant__: [(self: PyTypeParameter) => self.covariant],
    __contravariant__: [(self: PyTypeParameter) => self.contravariant],
    __infer_variance__: [(self: PyTypeParameter) => self.inferVariance],
  },
  getset: {
    ...sharedGetset,
    __bound__: [(self: PyTypeParameter) => self.bound.get(null)],
    __constraints__: [(self: PyTypeParameter) => self.constraints.get(tupleOf([]))],
    evaluate_bound: [(self: PyTypeParameter) => evaluatorOf(self.bound)],
    evaluate_constraints: [(self: PyTypeParameter) => evaluatorOf(self.constraints)],
  },
  methods: {
    ...sharedMethods,
    __typing_subst__: [
      '($self, arg, /)',
      (self: Value, arg: Value) => callMethod(typing(), '_typevar_subst', self, arg),
    ],
    __typing_prepare_subst__: [
      '($self, alias, args, /)',
      (self: PyTypeParameter, alias: Value, args: Value) => prepareDefault(self, alias, args),
    ],
  },
});

/** Adds the default of a parameter for which a subscription has no argument (typevar_typing_prepare_subst_impl). */
function prepareDefault(self: PyTypeParameter, alias: Value, args: Value): Value {
  const parameters = (getAttribute(alias, '__parameters__') as PyTuple).items;
  const given = (args as PyTuple).items;
  const at = parameters.indexOf(self);
  if (at < given.length) return args;
  const missing = self.defaultValue.get(NoDefault);
  if (at === given.length && missing !== NoDefault) return tupleOf([...given, missing]);
  throw typeError(`Too few arguments for ${repr(alias)}; actual ${given.length}, expected at least ${at + 1}`);
}

/** P.args and P.kwargs. */
class ParamSpecPart extends PyObject {
  readonly origin: Value;
  constructor(type: PyType, origin: Value) {
    super(type);
    this.origin = origin;
  }
}

for (const [type, suffix] of [
  [paramSpecArgsType, 'args'],
  [paramSpecKwargsType, 'kwargs'],
] as const) {
  defineType(type, {
    module: 'typing',
    subclassable: false,
    hasWeakrefs: true,
    tp_new(subtype: PyType, args: Value[], kwNames: KwNames) {
      return new ParamSpecPart(subtype, bind(type.tp_name, '(origin)', args, kwNames)[0] as Value);
    },
    tp_repr(self: ParamSpecPart) {
      return self.origin instanceof PyTypeParameter
        ? `${self.origin.name}.${suffix}`
        : `${repr(self.origin)}.${suffix}`;
    },
    tp_richcompare(self: ParamSpecPart, other: Value, op: Compare) {
      if ((op !== Compare.EQ && op !== Compare.NE) || !(other instanceof ParamSpecPart) || other.type !== self.type) {
        return NotImplemented;
      }
      return (self.origin === other.origin) === (op === Compare.EQ);
    },
    members: { __origin__: [(self: ParamSpecPart) => self.origin] },
    methods: {
      __mro_entries__: [
        '($self, bases, /)',
        (self: ParamSpecPart) => {
          throw typeError(`Cannot subclass an instance of ${self.type.qualname}`);
        },
      ],
    },
  });
}

defineType(paramSpecType, {
  ...shared,
  doc: 'Parameter specification variable.',
  signature:
    '(name, *, bound=None, default=typing.NoDefault, covariant=False, contravariant=False, infer_variance=False)',
  tp_new(type: PyType, args: Value[], kwNames: KwNames) {
    const [name, bound, defaultValue, covariant, contravariant, inferVariance] = bind(
      'paramspec',
      '(name, *, bound=None, default=None, covariant=False, contravariant=False, infer_variance=False)',
      args,
      kwNames,
    ) as [Value, Slot, Slot, Slot, Slot, Slot];
    const self = new PyTypeParameter(type);
    self.name = nameOf(name, 'paramspec()');
    self.covariant = flag(covariant);
    self.contravariant = flag(contravariant);
    self.inferVariance = flag(inferVariance);
    if (self.covariant && self.contravariant) throw typeError('Bivariant types are not supported.');
    if (bound !== undefined && bound !== null) self.bound.value = checkType(bound, 'Bound must be a type.');
    self.defaultValue.value = defaultValue;
    self.module = callingModule();
    return self;
  },
  members: {
    ...sharedMembers,
    __bound__: [(self: PyTypeParameter) => self.bound.get(null)],
    __covariant__: [(self: PyTypeParameter) => self.covariant],
    __contravariant__: [(self: PyTypeParameter) => self.contravariant],
    __infer_variance__: [(self: PyTypeParameter) => self.inferVariance],
  },
  getset: {
    ...sharedGetset,
    args: [(self: Value) => new ParamSpecPart(paramSpecArgsType, self)],
    kwargs: [(self: Value) => new ParamSpecPart(paramSpecKwargsType, self)],
  },
  methods: {
    ...sharedMethods,
    __typing_subst__: [
      '($self, arg, /)',
      (self: Value, arg: Value) => callMethod(typing(), '_paramspec_subst', self, arg),
    ],
    __typing_prepare_subst__: [
      '($self, alias, args, /)',
      (self: Value, alias: Value, args: Value) => callMethod(typing(), '_paramspec_prepare_subst', self, alias, args),
    ],
  },
});

const unpacked = (value: Value): Value => callMethod(getAttribute(typing(), 'Unpack'), '__getitem__', value);

defineType(typeVarTupleType, {
  ...shared,
  doc: 'Type variable tuple.',
  signature: '(name, *, default=typing.NoDefault)',
  nb_or: undefined,
  tp_new(type: PyType, args: Value[], kwNames: KwNames) {
    const [name, defaultValue] = bind('typevartuple', '(name, *, default=None)', args, kwNames) as [Value, Slot];
    const self = new PyTypeParameter(type);
    self.name = nameOf(name, 'typevartuple()');
    self.defaultValue.value = defaultValue;
    self.module = callingModule();
    return self;
  },
  tp_repr: (self: PyTypeParameter) => self.name,
  tp_iter: (self: Value) => getIterator(tupleOf([unpacked(self)])),
  members: sharedMembers,
  getset: sharedGetset,
  methods: {
    ...sharedMethods,
    __typing_subst__: [
      '($self, arg, /)',
      (): Value => {
        throw typeError('Substitution of bare TypeVarTuple is not supported');
      },
    ],
    __typing_prepare_subst__: [
      '($self, alias, args, /)',
      (self: Value, alias: Value, args: Value) =>
        callMethod(typing(), '_typevartuple_prepare_subst', self, alias, args),
    ],
  },
});

const kinds: Readonly<Record<string, PyType>> = {
  TypeVar: typeVarType,
  ParamSpec: paramSpecType,
  TypeVarTuple: typeVarTupleType,
};

/** A TypeVar, ParamSpec or TypeVarTuple of a type parameter list; bound and constraints are the functions that give them. */
export function newTypeParameter(kind: string, name: string, bound: Slot, constraints: Slot): Value {
  const self = new PyTypeParameter(kinds[kind]);
  self.name = name;
  self.inferVariance = true;
  self.bound.evaluator = bound;
  self.constraints.evaluator = constraints;
  self.module = callingModule();
  return self;
}

/** INTRINSIC_SET_TYPEPARAM_DEFAULT: the function that gives a parameter's default. */
export function setTypeParameterDefault(parameter: Value, evaluator: Value): void {
  (parameter as PyTypeParameter).defaultValue.evaluator = evaluator;
}

class PyTypeAlias extends PyObject {
  name = '';
  typeParams: Value = tupleOf([]);
  value = new Lazy(undefined, undefined);
  module: Value = null;
}

export const typeAliasType = defineType(newType('typing.TypeAliasType'), {
  module: 'typing',
  doc: 'Type alias.',
  signature: '(name, value, *, type_params=())',
  subclassable: false,
  hasWeakrefs: true,
  tp_new(type: PyType, args: Value[], kwNames: KwNames) {
    const [name, value, typeParams] = bind('typealias', '(name, value, *, type_params=())', args, kwNames) as [
      Value,
      Value,
      Slot,
    ];
    const self = new PyTypeAlias(type);
    self.name = nameOf(name, 'typealias()');
    if (typeParams !== undefined && !(typeParams instanceof PyTuple)) throw typeError('type_params must be a tuple');
    self.typeParams = typeParams ?? tupleOf([]);
    self.value.value = value;
    self.module = callingModule();
    return self;
  },
  tp_repr: (self: PyTypeAlias) => self.name,
  nb_or: (left: Value, right: Value) => union(left, right),
  tp_iter: (self: PyTypeAlias) => getIterator(tupleOf([unpacked(self)])),
  mp_subscript(self: PyTypeAlias, item: Value) {
    if (self.typeParams instanceof PyTuple && self.typeParams.items.length === 0) {
      throw typeError('Only generic type aliases are subscriptable');
    }
    return newGenericAlias(self, item);
  },
  members: { __name__: [(self: PyTypeAlias) => self.name] },
  getset: {
    __value__: [(self: PyTypeAlias) => self.value.get(null)],
    evaluate_value: [(self: PyTypeAlias) => evaluatorOf(self.value)],
    __type_params__: [(self: PyTypeAlias) => self.typeParams],
    __parameters__: [(self: PyTypeAlias) => self.typeParams],
    __module__: [(self: PyTypeAlias) => self.module],
  },
  methods: { __reduce__: ['($self, /)', (self: PyTypeAlias) => self.name] },
});

/** The object of a `type` statement, from (name, parameters, function). */
export function newTypeAlias(parts: PyTuple): Value {
  const [name, typeParams, evaluator] = parts.items;
  const self = new PyTypeAlias(typeAliasType);
  self.name = stringOf(name) ?? '';
  self.typeParams = typeParams ?? tupleOf([]);
  self.value.evaluator = evaluator;
  self.module = callingModule();
  return self;
}

/** typing.Generic. */
export const genericType = defineType(newType('typing.Generic'), {
  module: 'typing',
  doc: 'Abstract base class for generic types.',
  instantiable: true,
  hasWeakrefs: false,
  classMethods: {
    __class_getitem__: [
      '($type, *args, **kwargs)',
      (type: Value, args: Value[]) => callMethod(typing(), '_generic_class_getitem', type, ...args),
      'Parameterizes a generic class.',
    ],
    __init_subclass__: [
      '($type, /, *args, **kwargs)',
      (type: Value, args: Value[]) => callMethod(typing(), '_generic_init_subclass', type, ...args),
      'Function to initialize subclasses.',
    ],
  },
});
