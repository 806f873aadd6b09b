import { toArray } from '../operations/iterate.ts';
import { repr } from '../operations/text.ts';
import { defineType } from './define.ts';
import { typeError } from './exception.ts';
import { newType, type PyType, tupleType, type Value } from './object.ts';
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
  const short = name.slice(name.lastIndexOf('.') + 1);
  defineType(type, {
    module: name.includes('.') ? name.slice(0, name.lastIndexOf('.')) : 'builtins',
    ...(doc === undefined ? {} : { doc }),
    subclassable: false,
    tp_new: (_type: PyType, args: Value[]) => {
      const values = toArray(args[0]);
      if (values.length < visible) {
        throw typeError(`${name}() takes an at least ${visible}-sequence (${values.length}-sequence given)`);
      }
      if (values.length > fields.length) {
        throw typeError(`${name}() takes an at most ${fields.length}-sequence (${values.length}-sequence given)`);
      }
      return make([...values, ...new Array(fields.length - values.length).fill(null)]);
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
    methods: { __reduce__: ['($self, /)', (self: PyTuple) => tupleOf([type, tupleOf([tupleOf(self.items)])])] },
  });
  type.qualname = short;
  return type;
}

const makers = new Map<PyType, (values: readonly Value[]) => PyTuple>();

/** An instance of a type that structSequence made. */
export function structSequenceOf(type: PyType, values: readonly Value[]): PyTuple {
  return makers.get(type)!(values);
}
