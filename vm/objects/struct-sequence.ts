import { toArray } from '../operations/iterate.ts';
import { repr } from '../operations/text.ts';
import { bind } from './bind.ts';
import { defineType } from './define.ts';
import { PyDict } from './dict.ts';
import { typeError } from './exception.ts';
import { type KwNames, newType, type PyType, type Slot, tupleType, typeOf, type Value } from './object.ts';
import { PyTuple, tupleOf } from './tuple.ts';

/**
 * A type such as os.stat_result: a tuple with named fields (PyStructSequence). The first `visible` fields are items of the
 * tuple; the others are attributes alone.
 */
export function structSequence(name: string, fields: readonly string[], visible = fields.length, doc?: string): PyType {
  const type = newType(name, tupleType);
  const all = new WeakMap<PyTuple, readonly Value[]>();
  const make = (values: readonly Value[]): PyTuple => {
    const made = new PyTuple(values.slice(0, visible), type);
    all.set(made, values);
    return made;
  };
  makers.set(type, make);
  /** The fields that are no items. */
  const hidden = (self: PyTuple): PyDict => {
    const dict = new PyDict();
    for (let i = visible; i < fields.length; i++) dict.setString(fields[i], all.get(self)?.[i] ?? null);
    return dict;
  };
  const short = name.slice(name.lastIndexOf('.') + 1);
  defineType(type, {
    module: name.includes('.') ? name.slice(0, name.lastIndexOf('.')) : 'builtins',
    ...(doc === undefined ? {} : { doc }),
    subclassable: false,
    tp_new: (_type: PyType, args: Value[], kwNames: KwNames) => {
      const [sequence, given] = bind('structseq', '(sequence, dict={})', args, kwNames) as [Value, Slot];
      if (given !== undefined && !(given instanceof PyDict)) {
        throw typeError(`${name}() takes a dict as second arg, if any`);
      }
      if (typeOf(sequence).tp_iter === undefined && typeOf(sequence).sq_item === undefined) {
        throw typeError('constructor requires a sequence');
      }
      const values = toArray(sequence);
      if (values.length < visible) {
        throw typeError(`${name}() takes an at least ${visible}-sequence (${values.length}-sequence given)`);
      }
      if (values.length > fields.length) {
        throw typeError(`${name}() takes an at most ${fields.length}-sequence (${values.length}-sequence given)`);
      }
      const rest = fields.slice(values.length);
      if (given !== undefined && [...given.entries()].some(([key]) => !rest.includes(key as string))) {
        throw typeError(`${name}() got duplicate or unexpected field name(s)`);
      }
      return make([...values, ...rest.map((field) => given?.getString(field) ?? null)]);
    },
    tp_repr: (self: PyTuple) => {
      const parts = self.items.map((value, i) => `${fields[i]}=${repr(value)}`);
      return `${name}(${parts.join(', ')})`;
    },
    members: Object.fromEntries(
      fields.map((field, i) => [field, [(self: PyTuple) => (all.get(self) ?? self.items)[i] ?? null] as const]),
    ),
    attributes: {
      n_fields: fields.length,
      n_sequence_fields: visible,
      n_unnamed_fields: 0,
      __match_args__: tupleOf(fields.slice(0, visible)),
    },
    methods: {
      __reduce__: ['($self, /)', (self: PyTuple) => tupleOf([type, tupleOf([tupleOf(self.items), hidden(self)])])],
    },
  });
  type.qualname = short;
  return type;
}

const makers = new Map<PyType, (values: readonly Value[]) => PyTuple>();

/** An instance of a type that structSequence made. */
export function structSequenceOf(type: PyType, values: readonly Value[]): PyTuple {
  return makers.get(type)!(values);
}
