import { vm } from '../interpreter/state.ts';
import { getAttribute } from '../operations/attribute.ts';
import { repr } from '../operations/text.ts';
import { bind } from './bind.ts';
import { defineType } from './define.ts';
import { typeError, valueError } from './exception.ts';
import { newGenericAlias } from './generic-alias.ts';
import { NativeIterator } from './iterator.ts';
import { type KwNames, newType, PyObject, type PyType, typeOf, type Value } from './object.ts';
import { stringOf } from './str.ts';
import { type PyTuple, tupleOf } from './tuple.ts';
import { fullyQualifiedName } from './type-name.ts';

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
  module: 'string.templatelib',
  subclassable: false,
  tp_iter: (self: Value) => self,
  tp_iternext: (self: NativeIterator) => self.advance?.(),
});

/** Strings and interpolations in any order; strings that follow each other become one (template_new). */
function templateOf(parts: readonly Value[]): PyTemplate {
  const strings: string[] = [''];
  const interpolations: Value[] = [];
  for (const part of parts) {
    const text = stringOf(part);
    if (text !== undefined) strings[strings.length - 1] += text;
    else if (part instanceof PyInterpolation) {
      interpolations.push(part);
      strings.push('');
    } else {
      throw typeError(
        `Template.__new__ *args need to be of type 'str' or 'Interpolation', got ${fullyQualifiedName(typeOf(part))}`,
      );
    }
  }
  return new PyTemplate(tupleOf(strings), tupleOf(interpolations));
}

/** The texts of both, the last of the first and the first of the second as one (template_concat_templates). */
function concatenated(left: PyTemplate, right: PyTemplate): PyTemplate {
  const first = left.strings.items;
  const [next, ...rest] = right.strings.items;
  const middle = `${first[first.length - 1]}${next}`;
  return new PyTemplate(
    tupleOf([...first.slice(0, -1), middle, ...rest]),
    tupleOf([...left.interpolations.items, ...right.interpolations.items]),
  );
}

defineType(templateType, {
  module: 'string.templatelib',
  doc: 'Template object',
  subclassable: false,
  tp_new: (_type: PyType, args: Value[], kwNames: KwNames) => {
    if (kwNames !== undefined && kwNames.length > 0) throw typeError('Template.__new__ only accepts *args arguments');
    return templateOf(args);
  },
  sq_concat: (left: PyTemplate, right: Value) => {
    if (right instanceof PyTemplate) return concatenated(left, right);
    throw typeError(
      `can only concatenate string.templatelib.Template (not "${fullyQualifiedName(typeOf(right))}") to string.templatelib.Template`,
    );
  },
  methods: {
    __reduce__: [
      '($self, /)',
      (self: PyTemplate) => {
        const unpickle = getAttribute(
          getAttribute(vm.importModule('string.templatelib'), 'templatelib'),
          '_template_unpickle',
        );
        return tupleOf([unpickle, tupleOf([self.strings, self.interpolations])]);
      },
    ],
  },
  classMethods: { __class_getitem__: ['($type, object, /)', newGenericAlias, 'See PEP 585'] },
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

const conversions: readonly Value[] = ['s', 'a', 'r'];

/** Reads an argument that must be a str. */
function textArgument(name: string, value: Value): Value {
  if (stringOf(value) !== undefined) return value;
  throw typeError(`Interpolation() argument '${name}' must be str, not ${typeOf(value).tp_name}`);
}

defineType(interpolationType, {
  module: 'string.templatelib',
  doc: 'Interpolation object',
  subclassable: false,
  signature: "(value, expression='', conversion=None, format_spec='')",
  tp_new: (_type: PyType, args: Value[], kwNames: KwNames) => {
    const [value = null, expression = '', conversion = null, spec = ''] = bind(
      'Interpolation',
      "(value, expression='', conversion=None, format_spec='')",
      args,
      kwNames,
    );
    textArgument('expression', expression);
    if (conversion !== null && !conversions.includes(stringOf(textArgument('conversion', conversion)) as string)) {
      throw valueError("Interpolation() argument 'conversion' must be one of 's', 'a' or 'r'");
    }
    return new PyInterpolation(value, expression, conversion, textArgument('format_spec', spec));
  },
  methods: {
    __reduce__: [
      '($self, /)',
      (self: PyInterpolation) =>
        tupleOf([interpolationType, tupleOf([self.value, self.expression, self.conversion, self.formatSpec])]),
    ],
  },
  classMethods: { __class_getitem__: ['($type, object, /)', newGenericAlias, 'See PEP 585'] },
  attributes: { __match_args__: tupleOf(['value', 'expression', 'conversion', 'format_spec']) },
  tp_repr: (self: PyInterpolation) =>
    `Interpolation(${repr(self.value)}, ${repr(self.expression)}, ${repr(self.conversion)}, ${repr(self.formatSpec)})`,
  members: {
    value: [(self: PyInterpolation) => self.value],
    expression: [(self: PyInterpolation) => self.expression],
    conversion: [(self: PyInterpolation) => self.conversion],
    format_spec: [(self: PyInterpolation) => self.formatSpec],
  },
});
