import { PlainConstant, type PlainField, type PlainNode } from '../../../compiler/syntax/plain-tree.ts';
import { vm } from '../../interpreter/state.ts';
import { typeError, valueError } from '../../objects/exception.ts';
import { isInt } from '../../objects/int.ts';
import { PyList } from '../../objects/list.ts';
import { typeOf, type Value } from '../../objects/object.ts';
import { index } from '../../operations/arithmetic.ts';
import { lookupAttribute } from '../../operations/attribute.ts';
import { repr } from '../../operations/text.ts';
import { type NodeClass, nodeClasses, nodeTypeNamed } from './ast.ts';
import { constantOf } from './constant-of.ts';

// Objects of the module ast as the plain tree to compile (obj2ast_… of Python-ast.c).

/** Node classes by the class that they are a kind of, such as 'expr'. */
const kindsOf = new Map<string, NodeClass[]>();
const classNamed = new Map<string, NodeClass>();
for (const made of nodeClasses) {
  classNamed.set(made.name, made);
  kindsOf.set(made.base, [...(kindsOf.get(made.base) ?? []), made]);
}

const modes = { exec: 'Module', eval: 'Expression', single: 'Interactive' };

/** Fields whose value is any constant. */
const constantFields = new Set(['Constant.value', 'MatchSingleton.value', 'Interpolation.str']);
const textFields = new Set(['type_comment', 'kind', 'tag']);

/** The tree that a `mod` object stands for. Raises TypeError for objects that are none (PyAST_mod2obj). */
export function plainTreeOf(tree: Value, mode: 'exec' | 'eval' | 'single'): PlainNode {
  const wanted = modes[mode];
  if (!vm.isInstance(tree, nodeTypeNamed(wanted))) {
    throw typeError(`expected ${wanted} node, got ${typeOf(tree).tp_name}`);
  }
  return plainNode(tree, 'mod') as PlainNode;
}

/** `kind` is what the grammar has here: 'expr', or a node class without alternatives such as 'arguments'. */
function plainNode(value: Value, kind: string): PlainNode | null {
  if (value === null) return null;
  const alternatives = kindsOf.get(kind);
  if (alternatives === undefined || kind === 'AST') {
    const only = classNamed.get(kind) as NodeClass;
    const fields = plainFields(value, only);
    return { type: kind, fields, location: locationOf(value, kind, only) };
  }
  const location = locationOf(value, kind, classNamed.get(kind) as NodeClass);
  const made = alternatives.find(({ name }) => vm.isInstance(value, nodeTypeNamed(name)));
  if (made === undefined) throw unexpected(kind, value);
  return { type: made.name, fields: plainFields(value, made), location };
}

const unexpected = (kind: string, value: Value) => typeError(`expected some sort of ${kind}, but got ${repr(value)}`);

function plainFields(value: Value, { name: owner, fields, types }: NodeClass): Map<string, PlainField> {
  const found = new Map<string, PlainField>();
  for (const field of fields) {
    const annotation = types[field];
    const given = lookupAttribute(value, field);
    if (annotation.startsWith('list[')) {
      found.set(field, given === undefined ? [] : plainList(given, annotation.slice(5, -1), owner, field));
      continue;
    }
    const isOptional = annotation.endsWith(' | None');
    if (given === undefined && !isOptional) throw typeError(`required field "${field}" missing from ${owner}`);
    const made = plainField(given ?? null, isOptional ? annotation.slice(0, -7) : annotation, `${owner}.${field}`);
    if (made === null && !isOptional) throw valueError(`field '${field}' is required for ${owner}`);
    found.set(field, made);
  }
  return found;
}

function plainList(value: Value, kind: string, owner: string, field: string): PlainField[] {
  if (!(value instanceof PyList)) {
    throw typeError(`${owner} field "${field}" must be a list, not a ${typeOf(value).tp_name}`);
  }
  return value.items.map((item) => plainField(item, kind, `${owner}.${field}`));
}

/** `place` is such as 'Name.id'. */
function plainField(value: Value, kind: string, place: string): PlainField {
  if (constantFields.has(place)) return new PlainConstant(constantOf(value));
  if (value === null) return null;
  switch (kind) {
    case 'str': {
      const what = textFields.has(place.slice(place.indexOf('.') + 1)) ? 'string' : 'identifier';
      if (typeof value !== 'string') throw typeError(`AST ${what} must be of type str`);
      return value;
    }
    case 'int':
      return integerField(value);
    default:
      return plainNode(value, kind);
  }
}

function integerField(value: Value): number {
  if (!isInt(value)) throw valueError(`invalid integer value: ${repr(value)}`);
  return Number(index(value));
}

/** The position that a node has; where its end is left out, it is where it begins. */
function locationOf(value: Value, kind: string, { attributes }: NodeClass): PlainNode['location'] {
  if (attributes === null || attributes.length === 0) return undefined;
  const required = (name: string): number => {
    const given = lookupAttribute(value, name);
    if (given === undefined) throw typeError(`required field "${name}" missing from ${kind}`);
    return integerField(given);
  };
  const optional = (name: string, fallback: number): number => {
    const given = lookupAttribute(value, name);
    return given === undefined || given === null ? fallback : integerField(given);
  };
  const hasEnd = kind !== 'pattern' && kind !== 'type_param';
  const lineno = required('lineno');
  const col_offset = required('col_offset');
  const end_lineno = hasEnd ? optional('end_lineno', lineno) : required('end_lineno');
  const end_col_offset = hasEnd ? optional('end_col_offset', col_offset) : required('end_col_offset');
  return { lineno, col_offset, end_lineno, end_col_offset };
}
