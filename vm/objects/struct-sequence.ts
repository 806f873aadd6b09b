import { toArray } from '../operations/iterate.ts';
import { repr } from '../operations/text.ts';
import { defineType } from './define.ts';
import { PyDict } from './dict.ts';
import { typeError } from './exception.ts';
import { type KwNames, newType, type PyType, type Slot, tupleType, type Value } from './object.ts';
import { BuiltinDef } from './signature.ts';
import { PyTuple, tupleOf } from './tuple.ts';

/** A tuple whose items have names, as sys.version_info and os.stat_result; more fields than items may be hidden from the tuple. */
export class PyStructSequence extends PyTuple {
  /** All fields, the hidden ones too. */
  readonly fields: readonly Value[];
  constructor(type: PyType, fields: readonly Value[], visible: number) {
    super(fields.slice(0, visible), type);
    this.fields = fields;
  }
}

export interface StructSequence {
  readonly type: PyType;
  /** A new one of all its fields. */
  make(fields: readonly Value[]): PyStructSequence;
}

/**
 * Makes a struct sequence type (PyStructSequence_NewType). `names` are the fields in order, null for one without a name; the first
 * `visible` are items of the tuple.
 */
export function structSequence(
  name: string,
  definition: { doc: string; names: readonly (string | null)[]; visible?: number; constructible?: boolean },
): StructSequence {
  const { doc, names } = definition;
  const visible = definition.visible ?? names.length;
  const dot = name.lastIndexOf('.');
  const module = dot < 0 ? 'builtins' : name.slice(0, dot);
  const shortName = name.slice(dot + 1);
  const type = newType(name, tupleType);
  const binder = new BuiltinDef(shortName, shortName, '(sequence, dict={})', () => null, false, null);
  const make = (fields: readonly Value[]) => new PyStructSequence(type, fields, visible);

  const create = (args: Value[], kwNames: KwNames): PyStructSequence => {
    const [sequence, extra] = binder.bind(args, kwNames) as [Value, Slot];
    const items = toArray(sequence);
    if (items.length < visible) {
      throw typeError(
        `${name}() takes ${visible === names.length ? `a ${visible}` : `an at least ${visible}`}-sequence (${items.length}-sequence given)`,
      );
    }
    if (items.length > names.length) {
      throw typeError(
        `${name}() takes ${visible === names.length ? `a ${visible}` : `an at most ${names.length}`}-sequence (${items.length}-sequence given)`,
      );
    }
    for (let i = items.length; i < names.length; i++) {
      const field = names[i];
      items.push((extra instanceof PyDict && field !== null ? extra.getString(field) : undefined) ?? null);
    }
    return make(items);
  };

  const members: Record<string, readonly [(self: PyStructSequence) => Slot]> = {};
  names.forEach((field, i) => {
    if (field !== null) members[field] = [(self) => self.fields[i]];
  });

  defineType(type, {
    module,
    doc,
    subclassable: false,
    tp_new(_type: PyType, args: Value[], kwNames: KwNames) {
      if (definition.constructible === false) throw typeError(`cannot create '${name}' instances`);
      return create(args, kwNames);
    },
    tp_repr: (self: PyStructSequence) =>
      `${name}(${self.items.map((item, i) => (names[i] === null ? repr(item) : `${names[i]}=${repr(item)}`)).join(', ')})`,
    members,
    methods: {
      __reduce__: [
        '($self, /)',
        (self: PyStructSequence) => {
          const hidden = new PyDict();
          for (let i = visible; i < names.length; i++) {
            const field = names[i];
            if (field !== null) hidden.setString(field, self.fields[i]);
          }
          return tupleOf([type, tupleOf([tupleOf(self.items), hidden])]);
        },
      ],
      __replace__: [
        '($self, /, **changes)',
        (self: PyStructSequence, changes: PyDict) => {
          const fields = [...self.fields];
          for (const [key, value] of changes.entries()) {
            const at = names.indexOf(key as string);
            if (at < 0) throw typeError(`Got unexpected field name(s): [${repr(key)}]`);
            fields[at] = value;
          }
          return make(fields);
        },
      ],
    },
    attributes: {
      n_sequence_fields: visible,
      n_fields: names.length,
      n_unnamed_fields: names.filter((field) => field === null).length,
      __match_args__: tupleOf(names.slice(0, visible).filter((field): field is string => field !== null)),
    },
  });
  return { type, make };
}
