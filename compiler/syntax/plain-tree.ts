import type { Constant } from '../bytecode/constants.ts';
import type { Location, Mod, Node } from './ast.ts';

/** A node with its fields by their names in Python.asdl: what `ast.parse` shows of it. Operators and contexts are nodes too. */
export interface PlainNode {
  /** The class's name, such as 'BinOp'. */
  readonly type: string;
  readonly fields: ReadonlyMap<string, PlainField>;
  /** Undefined for nodes without a position. */
  readonly location: Location | undefined;
}

export type PlainField = PlainNode | PlainConstant | readonly PlainField[] | string | number | null;

/** A literal's value, which is no node. */
export class PlainConstant {
  readonly value: Constant;
  constructor(value: Constant) {
    this.value = value;
  }
}

/** Names of the kinds of nodes, in the order of `NodeKind`. */
export const kindNames: readonly string[] =
  'Module Interactive Expression FunctionDef AsyncFunctionDef ClassDef Return Delete Assign TypeAlias AugAssign AnnAssign For AsyncFor While If With AsyncWith Match Raise Try TryStar Assert Import ImportFrom Global Nonlocal Expr Pass Break Continue BoolOp NamedExpr BinOp UnaryOp Lambda IfExp Dict Set ListComp SetComp DictComp GeneratorExp Await Yield YieldFrom Compare Call FormattedValue Interpolation JoinedStr TemplateStr Constant Attribute Subscript Starred Name List Tuple Slice MatchValue MatchSingleton MatchSequence MatchMapping MatchClass MatchStar MatchAs MatchOr comprehension ExceptHandler arguments arg keyword alias withitem match_case TypeVar ParamSpec TypeVarTuple'.split(
    ' ',
  );

/** Names of the enumerations, in their order. */
export const contextNames: readonly string[] = ['Load', 'Store', 'Del'];
const binaryOperators = 'Add Sub Mult MatMult Div Mod Pow LShift RShift BitOr BitXor BitAnd FloorDiv'.split(' ');
export const operatorNames: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  BoolOp: { op: ['And', 'Or'] },
  BinOp: { op: binaryOperators },
  AugAssign: { op: binaryOperators },
  UnaryOp: { op: ['Invert', 'Not', 'UAdd', 'USub'] },
  Compare: { ops: 'Eq NotEq Lt LtE Gt GtE Is IsNot In NotIn'.split(' ') },
};

/** Fields of our tree that CPython's has not, or has as attributes. */
const noFields = new Set(['kind', 'nameKey', 'nameLocation', 'lineno', 'col_offset', 'end_lineno', 'end_col_offset']);

/** The tree as `ast.parse` of CPython 3.14 has it, without the type comments, which are never read. */
export function plainTree(tree: Mod): PlainNode {
  return plainNode(tree);
}

function plainNode(node: Node): PlainNode {
  const type = kindNames[node.kind];
  const fields = new Map<string, PlainField>();
  for (const [name, value] of Object.entries(node)) {
    if (noFields.has(name)) continue;
    if (name === 'value' && (type === 'Constant' || type === 'MatchSingleton')) {
      fields.set(name, new PlainConstant(value as Constant));
    } else {
      const names = name === 'ctx' ? contextNames : operatorNames[type]?.[name];
      fields.set(name === 'literalKind' ? 'kind' : name, plainField(value, names));
    }
  }
  return { type, fields, location: 'lineno' in node ? node : undefined };
}

/** `names`: of the enumeration that numbers of this field belong to. */
function plainField(value: unknown, names: readonly string[] | undefined): PlainField {
  if (Array.isArray(value)) return value.map((item) => plainField(item, names));
  if (typeof value === 'number' && names !== undefined) return symbol(names[value]);
  if (typeof value === 'number' || typeof value === 'string') return value;
  if (typeof value === 'boolean') return Number(value);
  return value === null || value === undefined ? null : plainNode(value as Node);
}

const symbols = new Map<string, PlainNode>();
const none: ReadonlyMap<string, PlainField> = new Map();

function symbol(type: string): PlainNode {
  let node = symbols.get(type);
  if (node === undefined) {
    node = { type, fields: none, location: undefined };
    symbols.set(type, node);
  }
  return node;
}
