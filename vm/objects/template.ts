import { repr } from '../operations/text.ts';
import { defineType } from './define.ts';
import { NativeIterator } from './iterator.ts';
import { newType, PyObject, type Value } from './object.ts';
import { type PyTuple, tupleOf } from './tuple.ts';

export const templateType = newType('string.templatelib.Template');
export const interpolationType = newType('string.templatelib.Interpolation');
const templateIteratorType = newType('string.templatelib.TemplateIter');

/** A t-string. */
export class PyTemplate extends PyObject {
  readonly strings: PyTuple;
  readonly interpolations: PyTuple;
  constructor(strings: PyTuple, interpolations: PyTuple) {
    super(templateType);
    this.strings = strings;
    this.interpolations = interpolations;
  }
}

/** A replacement field of a t-string. */
export class PyInterpolation extends PyObject {
  readonly value: Value;
  readonly expression: Value;
  readonly conversion: Value;
  readonly formatSpec: Value;
  constructor(value: Value, expression: Value, conversion: Value, formatSpec: Value) {
    super(interpolationType);
    this.value = value;
    this.expression = expression;
    this.conversion = conversion;
    this.formatSpec = formatSpec;
  }
}

defineType(templateIteratorType, {
  subclassable: false,
  tp_iter: (self: Value) => self,
  tp_iternext: (self: NativeIterator) => self.advance?.(),
});

defineType(templateType, {
  subclassable: false,
  tp_repr: (self: PyTemplate) => `Template(strings=${repr(self.strings)}, interpolations=${repr(self.interpolations)})`,
  tp_iter: (self: PyTemplate) => {
    const parts: Value[] = [];
    self.strings.items.forEach((text, i) => {
      if (text !== '') parts.push(text);
      if (i < self.interpolations.items.length) parts.push(self.interpolations.items[i]);
    });
    let at = 0;
    return new NativeIterator(templateIteratorType, () => parts[at++], parts);
  },
  members: {
    strings: [(self: PyTemplate) => self.strings],
    interpolations: [(self: PyTemplate) => self.interpolations],
  },
  getset: {
    values: [(self: PyTemplate) => tupleOf(self.interpolations.items.map((item) => (item as PyInterpolation).value))],
  },
});

defineType(interpolationType, {
  subclassable: false,
  tp_repr: (self: PyInterpolation) =>
    `Interpolation(${repr(self.value)}, ${repr(self.expression)}, ${repr(self.conversion)}, ${repr(self.formatSpec)})`,
  members: {
    value: [(self: PyInterpolation) => self.value],
    expression: [(self: PyInterpolation) => self.expression],
    conversion: [(self: PyInterpolation) => self.conversion],
    format_spec: [(self: PyInterpolation) => self.formatSpec],
  },
});
