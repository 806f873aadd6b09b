import type { Constant } from '../bytecode/constants.ts';
import type { Mod } from './ast.ts';
import { UNKNOWN_KEY } from './name-table.ts';
import {
  contextNames,
  kindNames,
  operatorNames,
  PlainConstant,
  type PlainField,
  type PlainNode,
} from './plain-tree.ts';

const kinds = new Map(kindNames.map((name, kind) => [name, kind]));

/** Fields that CPython's tree has and ours has not. */
const noFields = new Set(['type_comment', 'type_ignores']);

const named = new Set(['FunctionDef', 'AsyncFunctionDef', 'ClassDef']);

/** The tree to compile of a plain one, whose fields are all there and valid: what plainTree() does, backwards. */
export function treeFromPlain(tree: PlainNode): Mod {
  return nodeFrom(tree) as unknown as Mod;
}

function nodeFrom({ type, fields, location }: PlainNode): Record<string, unknown> {
  const node: Record<string, unknown> = { kind: kinds.get(type) };
  for (const [name, field] of fields) {
    if (noFields.has(name)) continue;
    if (type === 'Constant' && name === 'kind') node['literalKind'] = field;
    else if (name === 'simple' || name === 'is_async') node[name] = field !== 0;
    else node[name] = fieldFrom(field, name === 'ctx' ? contextNames : operatorNames[type]?.[name]);
  }
  // Nobody told where the name itself stands.
  if (named.has(type)) node['nameLocation'] = location;
  if (type === 'Name' || type === 'Attribute') node['nameKey'] = UNKNOWN_KEY;
  return location === undefined ? node : Object.assign(node, location);
}

/** `names`: of the enumeration that the node of this field is one of. */
function fieldFrom(field: PlainField, names: readonly string[] | undefined): unknown {
  if (field === null || typeof field !== 'object') return field;
  if (field instanceof PlainConstant) return field.value satisfies Constant;
  if (!('type' in field)) return field.map((item) => fieldFrom(item, names));
  return names === undefined ? nodeFrom(field) : names.indexOf(field.type);
}
