import { defineType, type ModuleDefinition } from '../objects/define.ts';
import { typeError } from '../objects/exception.ts';
import { NativeIterator } from '../objects/iterator.ts';
import { newType, typeOf, type Value } from '../objects/object.ts';
import { stringOf } from '../objects/str.ts';
import { tupleOf } from '../objects/tuple.ts';
import { firstOfField, nextFieldStep, TemplateReader } from '../text/format-template.ts';

const formatterType = newType('formatteriterator');
const fieldNameType = newType('fieldnameiterator');

for (const type of [formatterType, fieldNameType]) {
  defineType(type, {
    subclassable: false,
    tp_iter: (self: Value) => self,
    tp_iternext: (self: NativeIterator) => self.advance?.(),
  });
}

function text(value: Value): string {
  const known = stringOf(value);
  if (known === undefined) throw typeError(`expected str, got ${typeOf(value).tp_name}`);
  return known;
}

function formatterParser(template: Value): Value {
  const reader = new TemplateReader(text(template));
  return new NativeIterator(formatterType, () => {
    const part = reader.next();
    if (part === undefined) return undefined;
    const { literal, field } = part;
    if (field === undefined) return tupleOf([literal, null, null, null]);
    return tupleOf([literal, field.name, field.spec, field.conversion === '' ? null : field.conversion]);
  });
}

function splitFieldName(field: Value): Value {
  const name = text(field);
  const { first, rest } = firstOfField(name);
  let at = rest;
  const steps = new NativeIterator(fieldNameType, () => {
    const found = nextFieldStep(name, at);
    if (found === undefined) return undefined;
    at = found.next;
    return tupleOf([found.step.isAttribute, found.step.key]);
  });
  return tupleOf([first, steps]);
}

/** CPython 3.14's _string (Objects/unicodeobject.c), which string.Formatter is built on. */
export const string: ModuleDefinition = {
  name: '_string',
  doc: 'string helper module',
  functions: {
    formatter_parser: ['($module, object, /)', formatterParser],
    formatter_field_name_split: ['($module, object, /)', splitFieldName],
  },
};
