import { frameBuiltin } from '../interpreter/frame-builtins.ts';
import { vm } from '../interpreter/state.ts';
import { genericGetAttribute, getAttribute, lookupAttribute } from '../operations/attribute.ts';
import { call, callWith } from '../operations/call.ts';
import { equals } from '../operations/compare.ts';
import { hashOf, hashSequence } from '../operations/hash.ts';
import { subscript } from '../operations/subscript.ts';
import { repr } from '../operations/text.ts';
import { bind } from './bind.ts';
import { defineType } from './define.ts';
import { typeError } from './exception.ts';
import { genericAliasType, newGenericAlias, PyGenericAlias } from './generic-alias.ts';

import { PyList } from './list.ts';
import {
  Compare,
  Ellipsis,
  type KwNames,
  NotImplemented,
  newType,
  noneType,
  PyObject,
  PyType,
  type Slot,
  typeOf,
  type Value,
} from './object.ts';
import { stringOf } from './str.ts';
import { emptyTuple, PyTuple, tupleOf } from './tuple.ts';
import { qualifiedName } from './type-name.ts';

// list[int] and int | str: CPython's Objects/genericaliasobject.c and unionobject.c, 3.14.

function argumentText(value: Value): string {
  if (value === Ellipsis) return '...';
  if (value instanceof PyType) return qualifiedName(value);
  return repr(value);
}

/** The type parameters that stand in these arguments, each once (_Py_make_parameters). */
export function parametersOf(args: readonly Value[]): PyTuple {
  const found: Value[] = [];
  const add = (parameter: Value): void => {
    if (!found.includes(parameter)) found.push(parameter);
  };
  for (const arg of args) {
    if (arg instanceof PyType) continue;
    if (arg instanceof PyTuple) parametersOf(arg.items).items.forEach(add);
    else if (lookupAttribute(arg, '__typing_subst__') !== undefined) add(arg);
    else {
      const nested = lookupAttribute(arg, '__parameters__');
      if (nested instanceof PyTuple) nested.items.forEach(add);
    }
  }
  return tupleOf(found);
}

/** The arguments with the parameters replaced by `item` (_Py_subs_parameters). */
function substitute(self: Value, args: readonly Value[], parameters: readonly Value[], item: Value): Value[] {
  if (parameters.length === 0) throw typeError(`${repr(self)} is not a generic class`);
  let given: Value = unpackArguments(item);
  for (const parameter of parameters) {
    const prepare = lookupAttribute(parameter, '__typing_prepare_subst__');
    if (prepare !== undefined && prepare !== null) given = call(prepare, self, given);
  }
  const items = (given as PyTuple).items;
  if (items.length !== parameters.length) {
    throw typeError(
      `Too ${items.length > parameters.length ? 'many' : 'few'} arguments for ${repr(self)}; actual ${items.length}, expected ${parameters.length}`,
    );
  }
  return replaceParameters(args, parameters, items);
}

function replaceParameters(args: readonly Value[], parameters: readonly Value[], items: readonly Value[]): Value[] {
  return args.flatMap((arg): Value[] => {
    if (arg instanceof PyType) return [arg];
    if (arg instanceof PyTuple) return [tupleOf(replaceParameters(arg.items, parameters, items))];
    const unpacks = lookupAttribute(arg, '__typing_is_unpacked_typevartuple__') === true;
    const replace = lookupAttribute(arg, '__typing_subst__');
    if (replace !== undefined) {
      const item = items[parameters.indexOf(arg)];
      const result = call(replace, item);
      return unpacks && result instanceof PyTuple ? [...result.items] : [result];
    }
    const nested = lookupAttribute(arg, '__parameters__');
    if (!(nested instanceof PyTuple) || nested.items.length === 0) return [arg];
    const own = nested.items.flatMap((parameter) => {
      const item = items[parameters.indexOf(parameter)];
      const isTuple = item instanceof PyTuple && typeOf(parameter).tp_name.endsWith('TypeVarTuple');
      return isTuple ? [...(item as PyTuple).items] : [item];
    });
    const result = subscript(arg, tupleOf(own));
    return unpacks && result instanceof PyTuple ? [...result.items] : [result];
  });
}

/** The items of a subscription, with `*tuple[int, str]` taken apart (_unpack_args). */
function unpackArguments(item: Value): PyTuple {
  const items = item instanceof PyTuple ? item.items : [item];
  return tupleOf(
    items.flatMap((each): Value[] => {
      if (each instanceof PyType) return [each];
      const inner = lookupAttribute(each, '__typing_unpacked_tuple_args__');
      if (!(inner instanceof PyTuple) || inner.items.at(-1) === Ellipsis) return [each];
      return [...inner.items];
    }),
  );
}

/** Attributes that an alias has itself; all others are its origin's. */
const own = new Set([
  '__class__',
  '__origin__',
  '__args__',
  '__unpacked__',
  '__parameters__',
  '__typing_unpacked_tuple_args__',
  '__mro_entries__',
  '__reduce_ex__',
  '__reduce__',
  '__copy__',
  '__deepcopy__',
  '__instancecheck__',
  '__subclasscheck__',
  '__dir__',
]);

defineType(genericAliasType, {
  doc: 'Represent a PEP 585 generic type\n\nE.g. for t = list[int], t.__origin__ is list and t.__args__ is (int,).',
  signature: '(origin, args, /)',
  module: 'types',
  hasWeakrefs: true,
  tp_new: (_type: PyType, args: Value[], kwNames: KwNames) => {
    const [origin, items] = bind('GenericAlias', '(origin, args, /)', args, kwNames) as [Value, Value];
    return newGenericAlias(origin, items);
  },
  tp_repr: (self: PyGenericAlias) => {
    const items = self.args.items.map((item) =>
      item instanceof PyTuple || item instanceof PyList
        ? `[${item.items.map(argumentText).join(', ')}]`
        : argumentText(item),
    );
    return `${self.starred ? '*' : ''}${argumentText(self.origin)}[${items.length === 0 ? '()' : items.join(', ')}]`;
  },
  tp_hash: (self: PyGenericAlias) => hashSequence([hashOf(self.origin), hashOf(self.args)]),
  tp_richcompare: (self: PyGenericAlias, other: Value, op: Compare) => {
    if (!(other instanceof PyGenericAlias) || (op !== Compare.EQ && op !== Compare.NE)) return NotImplemented;
    const same = self.starred === other.starred && equals(self.origin, other.origin) && equals(self.args, other.args);
    return same === (op === Compare.EQ);
  },
  tp_call: (self: PyGenericAlias, args: Value[], kwNames: KwNames) => {
    const made = callWith(self.origin, args, kwNames);
    if (made instanceof PyObject && made.type.hasDict) {
      const set = made.type.tp_setattro;
      set?.(made, '__orig_class__', self);
    }
    return made;
  },
  tp_getattro: (self: PyGenericAlias, name: string) =>
    own.has(name) ? genericGetAttribute(self, name) : getAttribute(self.origin, name),
  tp_iter: (self: PyGenericAlias) => new UnpackIterator(self),
  mp_subscript: (self: PyGenericAlias, item: Value) => {
    const args = substitute(self, self.args.items, parametersOf(self.args.items).items, item);
    const made = newGenericAlias(self.origin, tupleOf(args));
    made.starred = self.starred;
    return made;
  },
  nb_or: (left: Value, right: Value) => vm.makeUnion(left, right),
  members: {
    __origin__: [(self: PyGenericAlias) => self.origin],
    __args__: [(self: PyGenericAlias) => self.args],
    __unpacked__: [(self: PyGenericAlias) => self.starred],
  },
  getset: {
    __parameters__: [(self: PyGenericAlias) => parametersOf(self.args.items)],
    __typing_unpacked_tuple_args__: [
      (self: PyGenericAlias) => (self.starred && (self.origin as PyType).tp_name === 'tuple' ? self.args : null),
    ],
  },
  methods: {
    __mro_entries__: ['($self, bases, /)', (self: PyGenericAlias) => tupleOf([self.origin])],
    __reduce__: [
      '($self, /)',
      (self: PyGenericAlias) => tupleOf([genericAliasType, tupleOf([self.origin, self.args])]),
    ],
    __instancecheck__: [
      '($self, instance, /)',
      () => {
        throw typeError('isinstance() argument 2 cannot be a parameterized generic');
      },
    ],
    __subclasscheck__: [
      '($self, cls, /)',
      () => {
        throw typeError('issubclass() argument 2 cannot be a parameterized generic');
      },
    ],
  },
});

const unpackIteratorType = newType('generic_alias_iterator');

/** Gives `*alias`, once (ga_iternext). */
class UnpackIterator extends PyObject {
  alias: PyGenericAlias | undefined;
  constructor(alias: PyGenericAlias) {
    super(unpackIteratorType);
    this.alias = alias;
  }
}

defineType(unpackIteratorType, {
  subclassable: false,
  tp_iter: (self: Value) => self,
  tp_iternext: (self: UnpackIterator) => {
    if (self.alias === undefined) return undefined;
    const starred = newGenericAlias(self.alias.origin, self.alias.args);
    starred.starred = true;
    self.alias = undefined;
    return starred;
  },
  methods: {
    __reduce__: [
      '($self, /)',
      (self: UnpackIterator) => {
        const iter = frameBuiltin('iter');
        return tupleOf([iter, tupleOf([self.alias ?? emptyTuple])]);
      },
    ],
  },
});

export const unionType = newType('typing.Union');

/** int | str. */
export class PyUnion extends PyObject {
  readonly args: PyTuple;
  constructor(args: PyTuple) {
    super(unionType);
    this.args = args;
  }
}

/** The union of these, each once and nested ones taken apart; a single one is itself (_Py_union_from_tuple). */
export function unionOf(members: readonly Value[]): Value {
  const parts: Value[] = [];
  for (const member of members) {
    let items: readonly Value[] = [member];
    if (member instanceof PyUnion) items = member.args.items;
    else if (member === null) items = [noneType];
    else if (stringOf(member) !== undefined)
      items = [call(getAttribute(vm.importModule('typing'), '_type_convert'), member)];
    for (const item of items) if (!parts.some((known) => equals(known, item))) parts.push(item);
  }
  return parts.length === 1 ? parts[0] : new PyUnion(tupleOf(parts));
}

/** What `|` joins without being asked by the other side (is_unionable). */
const isUnionable = (value: Value): boolean =>
  value === null ||
  value instanceof PyType ||
  value instanceof PyGenericAlias ||
  value instanceof PyUnion ||
  typeOf(value).tp_name === 'typing.TypeAliasType';

vm.makeUnion = (left, right) => (isUnionable(left) && isUnionable(right) ? unionOf([left, right]) : NotImplemented);

defineType(unionType, {
  doc: 'Represent a union type\n\nE.g. for int | str',
  module: 'typing',
  subclassable: false,
  hasWeakrefs: true,
  tp_repr: (self: PyUnion) =>
    self.args.items.map((item) => (item === noneType ? 'None' : argumentText(item))).join(' | '),
  tp_hash: (self: PyUnion) =>
    self.args.items.reduce<number>((sum, item) => sum ^ Number(BigInt.asIntN(32, BigInt(hashOf(item)))), 0),
  tp_richcompare: (self: PyUnion, other: Value, op: Compare) => {
    if (!(other instanceof PyUnion) || (op !== Compare.EQ && op !== Compare.NE)) return NotImplemented;
    const same =
      self.args.items.length === other.args.items.length &&
      self.args.items.every((item) => other.args.items.some((known) => equals(known, item)));
    return same === (op === Compare.EQ);
  },
  nb_or: (left: Value, right: Value) => vm.makeUnion(left, right),
  mp_subscript: (self: PyUnion, item: Value) =>
    unionOf(substitute(self, self.args.items, parametersOf(self.args.items).items, item)),
  members: { __args__: [(self: PyUnion) => self.args] },
  getset: {
    __parameters__: [(self: PyUnion) => parametersOf(self.args.items)],
    __origin__: [() => unionType],
    __name__: [() => 'Union'],
    __qualname__: [() => 'Union'],
  },
  classMethods: {
    __class_getitem__: [
      '($type, item, /)',
      (_type: Value, item: Value): Value => {
        const items = item instanceof PyTuple ? item.items : [item];
        if (items.length === 0) throw typeError('Cannot take a Union of no types.');
        return unionOf(items);
      },
    ],
  },
  methods: {
    __mro_entries__: [
      '($self, bases, /)',
      (self: PyUnion): Slot => {
        throw typeError(`Cannot subclass ${repr(self)}`);
      },
    ],
    __instancecheck__: [
      '($self, instance, /)',
      (self: PyUnion, instance: Value) => self.args.items.some((item) => vm.isInstance(instance, item)),
    ],
    __subclasscheck__: [
      '($self, cls, /)',
      (self: PyUnion, cls: Value) => {
        if (!(cls instanceof PyType)) throw typeError('issubclass() arg 1 must be a class');
        return self.args.items.some((item) => vm.isSubclass(cls, item));
      },
    ],
  },
});
