import { PlainConstant, type PlainField, type PlainNode } from '../../../compiler/syntax/plain-tree.ts';
import { constantValue } from '../../objects/constant.ts';
import { defineType, type ModuleDefinition } from '../../objects/define.ts';
import { PyDict } from '../../objects/dict.ts';
import { deprecationWarningType, typeError } from '../../objects/exception.ts';
import { newGenericAlias } from '../../objects/generic-alias.ts';
import { PyList } from '../../objects/list.ts';
import {
  intType,
  type KwNames,
  newType,
  objectType,
  PyObject,
  type PyType,
  strType,
  typeOf,
  type Value,
} from '../../objects/object.ts';
import { type PyTuple, tupleOf } from '../../objects/tuple.ts';
import { bitOr } from '../../operations/arithmetic.ts';
import { getAttribute, instanceDict, lookupAttribute, setAttribute } from '../../operations/attribute.ts';
import { repr } from '../../operations/text.ts';
import { warn } from '../warnings.ts';
import classes from './classes.json' with { type: 'json' };

/** One node class as the real `_ast` has it (tools/dump-ast-classes.ts). */
export interface NodeClass {
  readonly name: string;
  readonly base: string;
  readonly doc: string | null;
  readonly fields: readonly string[];
  readonly attributes: readonly string[] | null;
  /** Annotation by field, such as 'list[expr]' or 'expr | None'. */
  readonly types: Readonly<Record<string, string>>;
  /** Fields that are None when left out. */
  readonly optional: readonly string[];
}

export const nodeClasses = classes as unknown as readonly NodeClass[];

const loadNode: PlainNode = { type: 'Load', fields: new Map(), location: undefined };

class PyAst extends PyObject {
  override dict: PyDict | undefined = undefined;
}

/** A class of the module: it may be changed, as CPython's may. */
function nodeType(name: string, base?: PyType): PyType {
  const type = newType(name, base);
  type.heap = true;
  return type;
}

const astType = nodeType('AST');
const types = new Map<string, PyType>([['AST', astType]]);

/** ast_type_init: fields by position or name; what is left out becomes None or an empty list where the grammar allows it. */
function initialize(self: PyAst, args: Value[], kwNames: KwNames): void {
  const fieldNames = (getAttribute(self.type, '_fields') as PyTuple).items as string[];
  const count = kwNames?.length ?? 0;
  const given = args.length - count;
  const name = self.type.tp_name;
  if (given > fieldNames.length) {
    const limit = fieldNames.length;
    throw typeError(`${name} constructor takes at most ${limit} positional argument${limit === 1 ? '' : 's'}`);
  }
  const missing = new Set(fieldNames);
  for (let i = 0; i < given; i++) {
    setAttribute(self, fieldNames[i], args[i]);
    missing.delete(fieldNames[i]);
  }
  const attributes = (lookupAttribute(self.type, '_attributes') as PyTuple | undefined)?.items ?? [];
  for (let i = 0; i < count; i++) {
    const key = kwNames![i];
    if (fieldNames.includes(key)) {
      if (!missing.delete(key)) throw typeError(`${name} got multiple values for argument '${key}'`);
    } else if (!attributes.includes(key)) {
      warn(
        deprecationWarningType,
        `${name}.__init__ got an unexpected keyword argument '${key}'. Support for arbitrary keyword arguments is deprecated and will be removed in Python 3.15.`,
      );
    }
    setAttribute(self, key, args[given + i]);
  }
  const fieldTypes = lookupAttribute(self.type, '_field_types');
  if (!(fieldTypes instanceof PyDict)) return;
  for (const field of missing) {
    const annotation = annotations.get(self.type)?.[field];
    if (annotation === undefined || annotation.endsWith('| None')) continue;
    if (annotation.startsWith('list[')) setAttribute(self, field, new PyList([]));
    else if (annotation === 'expr_context') setAttribute(self, field, astValue(loadNode));
    else {
      warn(
        deprecationWarningType,
        `${name}.__init__ missing 1 required positional argument: '${field}'. This will become an error in Python 3.15.`,
      );
    }
  }
}

/** Operators and contexts: one object each, as CPython has them. */
const singletons = new Map<string, PyAst>();

const fieldsByName = new Map<string, readonly string[]>();
const annotations = new Map<PyType, Readonly<Record<string, string>>>();

defineType(astType, {
  module: 'ast',
  allocate: (type) => new PyAst(type),
  hasDict: true,
  hasWeakrefs: true,
  tp_new: (type: PyType) => type.allocate(type),
  tp_init: initialize,
  tp_repr(self: PyAst) {
    const fields = (getAttribute(self.type, '_fields') as PyTuple).items as string[];
    const parts = fields.map((field) => `${field}=${shortRepr(lookupAttribute(self, field) ?? null)}`);
    return `${self.type.tp_name}(${parts.join(', ')})`;
  },
  methods: {
    __reduce__: ['($self, /)', (self: PyAst) => tupleOf([self.type, tupleOf([]), instanceDict(self)])],
    __replace__: [
      '($self, /, **fields)',
      (self: PyAst, fields: PyDict) => {
        const copy = new PyAst(self.type);
        for (const [key, value] of instanceDict(self).entries()) setAttribute(copy, key as string, value);
        for (const [key, value] of fields.entries()) setAttribute(copy, key as string, value);
        return copy;
      },
    ],
  },
  getset: { __dict__: [(self: PyAst) => instanceDict(self)] },
  attributes: { __module__: 'ast', _fields: tupleOf([]), _attributes: tupleOf([]), __match_args__: tupleOf([]) },
});

/** The repr of a field: of a list its first and last items (ast_repr_list). */
function shortRepr(value: Value): string {
  if (!(value instanceof PyList) || value.items.length <= 2) return repr(value);
  return `[${repr(value.items[0])}, ..., ${repr(value.items.at(-1) as Value)}]`;
}

/** The type that an annotation of a field names. */
function annotationValue(text: string): Value {
  if (text.startsWith('list[')) return newGenericAlias(typeOf(new PyList([])), annotationValue(text.slice(5, -1)));
  if (text.endsWith(' | None')) return bitOr(annotationValue(text.slice(0, -7)), null);
  if (text === 'str') return strType;
  if (text === 'int') return intType;
  return types.get(text) ?? objectType;
}

for (const { name, base, doc, fields, attributes, types: fieldTypes, optional } of nodeClasses) {
  const type = nodeType(name, types.get(base));
  types.set(name, type);
  annotations.set(type, fieldTypes);
  fieldsByName.set(name, fields);
  const members: Record<string, Value> = {
    __module__: 'ast',
    _fields: tupleOf(fields),
    __match_args__: tupleOf(fields),
  };
  if (attributes !== null) members['_attributes'] = tupleOf(attributes);
  for (const field of optional) members[field] = null;
  defineType(type, { module: 'ast', ...(doc === null ? {} : { doc }), attributes: members });
}

/** A parsed tree as objects of these classes (PyAST_mod2obj). */
export function astValue(node: PlainNode): Value {
  const type = types.get(node.type) as PyType;
  const fieldNames = fieldsByName.get(node.type) as readonly string[];
  if (fieldNames.length === 0 && node.location === undefined) {
    let single = singletons.get(node.type);
    if (single === undefined) {
      single = new PyAst(type);
      singletons.set(node.type, single);
    }
    return single;
  }
  const made = new PyAst(type);
  const dict = instanceDict(made);
  for (const field of fieldNames) {
    const value = node.fields.get(field);
    if (value !== undefined) dict.setString(field, fieldValue(value));
    else dict.setString(field, annotations.get(type)?.[field]?.startsWith('list[') ? new PyList([]) : null);
  }
  if (node.location !== undefined) {
    const { lineno, col_offset, end_lineno, end_col_offset } = node.location;
    dict.setString('lineno', lineno);
    dict.setString('col_offset', col_offset);
    dict.setString('end_lineno', end_lineno);
    dict.setString('end_col_offset', end_col_offset);
  }
  return made;
}

function fieldValue(value: PlainField): Value {
  if (value === null || typeof value !== 'object') return value;
  if (value instanceof PlainConstant) return constantValue(value.value);
  return 'type' in value ? astValue(value) : new PyList(value.map(fieldValue));
}

/** A class of the module by its name. */
export const nodeTypeNamed = (name: string): PyType => types.get(name) as PyType;

export const isAst = (value: Value): boolean => value instanceof PyAst;

/** CPython 3.14's `_ast`: the node classes. */
export const ast = (): ModuleDefinition => {
  for (const { name, types: fieldTypes } of nodeClasses) {
    const dict = new PyDict();
    for (const [field, annotation] of Object.entries(fieldTypes)) dict.setString(field, annotationValue(annotation));
    (types.get(name) as PyType).attributes.set('_field_types', dict);
    (types.get(name) as PyType).attributes.set('__annotations__', dict);
  }
  return {
    name: '_ast',
    attributes: {
      ...Object.fromEntries(types),
      PyCF_ONLY_AST: 0x400,
      PyCF_TYPE_COMMENTS: 0x1000,
      PyCF_ALLOW_TOP_LEVEL_AWAIT: 0x2000,
      PyCF_OPTIMIZED_AST: 0x8400,
    },
  };
};
