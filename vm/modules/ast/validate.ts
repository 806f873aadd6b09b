import { PlainConstant, type PlainField, type PlainNode } from '../../../compiler/syntax/plain-tree.ts';
import { typeError, valueError } from '../../objects/exception.ts';

// What the compiler expects of a tree that the parser didn't make (Python/ast.c, _PyAST_Validate). Raises ValueError, or
// TypeError as CPython does.

type Context = 'Load' | 'Store' | 'Del';
type Nodes = readonly (PlainNode | null)[];

const nodes = (node: PlainNode, field: string): Nodes => node.fields.get(field) as Nodes;
const child = (node: PlainNode, field: string): PlainNode | null => node.fields.get(field) as PlainNode | null;
const texts = (node: PlainNode, field: string): readonly string[] => node.fields.get(field) as readonly string[];
const constantIn = (field: PlainField | undefined): unknown =>
  field instanceof PlainConstant ? field.value : undefined;

export function validate(tree: PlainNode): void {
  if (tree.type === 'Expression') expression(child(tree, 'body') as PlainNode, 'Load');
  else statements(nodes(tree, 'body'));
}

function position({ location }: PlainNode): void {
  if (location === undefined) return;
  const { lineno, end_lineno, col_offset, end_col_offset } = location;
  if (lineno > end_lineno) throw valueError(`AST node line range (${lineno}, ${end_lineno}) is not valid`);
  if ((lineno < 0 && end_lineno !== lineno) || (col_offset < 0 && col_offset !== end_col_offset)) {
    throw valueError(
      `AST node column range (${col_offset}, ${end_col_offset}) for line range (${lineno}, ${end_lineno}) is not valid`,
    );
  }
  if (lineno === end_lineno && col_offset > end_col_offset) {
    throw valueError(`line ${lineno}, column ${col_offset}-${end_col_offset} is not a valid range`);
  }
}

function identifier(name: PlainField | undefined): void {
  if (name === 'None' || name === 'True' || name === 'False') {
    throw valueError(`identifier field can't represent '${name}' constant`);
  }
}

function notEmpty(list: readonly unknown[], what: string, owner: string): void {
  if (list.length === 0) throw valueError(`empty ${what} on ${owner}`);
}

// Statements

function statements(list: Nodes): void {
  for (const statement of list) {
    if (statement === null) throw valueError('None disallowed in statement list');
    validateStatement(statement);
  }
}

function body(node: PlainNode, owner = node.type): void {
  notEmpty(nodes(node, 'body'), 'body', owner);
  statements(nodes(node, 'body'));
}

function targets(list: Nodes, context: Context, owner: string): void {
  notEmpty(list, 'targets', owner);
  expressions(list, context);
}

function validateStatement(node: PlainNode): void {
  position(node);
  switch (node.type) {
    case 'FunctionDef':
    case 'AsyncFunctionDef':
      body(node);
      typeParameters(nodes(node, 'type_params'));
      parameters(child(node, 'args') as PlainNode);
      expressions(nodes(node, 'decorator_list'), 'Load');
      optional(child(node, 'returns'));
      break;
    case 'ClassDef':
      body(node);
      typeParameters(nodes(node, 'type_params'));
      expressions(nodes(node, 'bases'), 'Load');
      keywords(nodes(node, 'keywords'));
      expressions(nodes(node, 'decorator_list'), 'Load');
      break;
    case 'Delete':
      targets(nodes(node, 'targets'), 'Del', 'Delete');
      break;
    case 'Assign':
      targets(nodes(node, 'targets'), 'Store', 'Assign');
      required(node, 'value');
      break;
    case 'AugAssign':
      required(node, 'target', 'Store');
      required(node, 'value');
      break;
    case 'AnnAssign':
      if (child(node, 'target')?.type !== 'Name' && node.fields.get('simple') !== 0) {
        throw typeError('AnnAssign with simple non-Name target');
      }
      required(node, 'target', 'Store');
      optional(child(node, 'value'));
      required(node, 'annotation');
      break;
    case 'TypeAlias':
      if (child(node, 'name')?.type !== 'Name') throw typeError('TypeAlias with non-Name name');
      required(node, 'name', 'Store');
      typeParameters(nodes(node, 'type_params'));
      required(node, 'value');
      break;
    case 'For':
    case 'AsyncFor':
      required(node, 'target', 'Store');
      required(node, 'iter');
      body(node);
      statements(nodes(node, 'orelse'));
      break;
    case 'While':
    case 'If':
      required(node, 'test');
      body(node);
      statements(nodes(node, 'orelse'));
      break;
    case 'With':
    case 'AsyncWith':
      notEmpty(nodes(node, 'items'), 'items', node.type);
      for (const item of nodes(node, 'items') as PlainNode[]) {
        required(item, 'context_expr');
        optional(child(item, 'optional_vars'), 'Store');
      }
      body(node);
      break;
    case 'Match':
      required(node, 'subject');
      notEmpty(nodes(node, 'cases'), 'cases', 'Match');
      for (const each of nodes(node, 'cases') as PlainNode[]) {
        pattern(child(each, 'pattern') as PlainNode, false);
        optional(child(each, 'guard'));
        body(each);
      }
      break;
    case 'Raise':
      if (child(node, 'exc') === null && child(node, 'cause') !== null) {
        throw valueError('Raise with cause but no exception');
      }
      optional(child(node, 'exc'));
      optional(child(node, 'cause'));
      break;
    case 'Try':
    case 'TryStar':
      tryStatement(node);
      break;
    case 'Assert':
      required(node, 'test');
      optional(child(node, 'msg'));
      break;
    case 'ImportFrom': {
      const level = node.fields.get('level');
      if (typeof level === 'number' && level < 0) throw valueError('Negative ImportFrom level');
      notEmpty(nodes(node, 'names'), 'names', node.type);
      break;
    }
    case 'Import':
    case 'Global':
    case 'Nonlocal':
      notEmpty(node.fields.get('names') as readonly unknown[], 'names', node.type);
      break;
    case 'Return':
      optional(child(node, 'value'));
      break;
    case 'Expr':
      required(node, 'value');
      break;
    default:
      break;
  }
}

function tryStatement(node: PlainNode): void {
  const handlers = nodes(node, 'handlers') as PlainNode[];
  const orelse = nodes(node, 'orelse');
  const finalbody = nodes(node, 'finalbody');
  body(node);
  if (handlers.length === 0 && finalbody.length === 0) {
    throw valueError(`${node.type} has neither except handlers nor finalbody`);
  }
  if (handlers.length === 0 && orelse.length > 0) throw valueError(`${node.type} has orelse but no except handlers`);
  for (const handler of handlers) {
    position(handler);
    optional(child(handler, 'type'));
    body(handler);
  }
  statements(finalbody);
  statements(orelse);
}

function typeParameters(list: Nodes): void {
  for (const parameter of list as readonly PlainNode[]) {
    position(parameter);
    identifier(parameter.fields.get('name'));
    if (parameter.type === 'TypeVar') optional(child(parameter, 'bound'));
    optional(child(parameter, 'default_value'));
  }
}

function parameters(node: PlainNode): void {
  const [positionalOnly, positional, keywordOnly] = ['posonlyargs', 'args', 'kwonlyargs'].map((name) =>
    nodes(node, name),
  );
  const single = [child(node, 'vararg'), child(node, 'kwarg')];
  for (const parameter of [...positionalOnly, ...positional, ...keywordOnly, ...single]) {
    if (parameter === null) continue;
    position(parameter);
    optional(child(parameter, 'annotation'));
  }
  const defaults = nodes(node, 'defaults');
  if (defaults.length > positionalOnly.length + positional.length) {
    throw valueError('more positional defaults than args on arguments');
  }
  const keywordDefaults = nodes(node, 'kw_defaults');
  if (keywordDefaults.length !== keywordOnly.length) {
    throw valueError('length of kwonlyargs is not the same as kw_defaults on arguments');
  }
  expressions(defaults, 'Load');
  expressions(keywordDefaults, 'Load', true);
}

function keywords(list: Nodes): void {
  for (const keyword of list as readonly PlainNode[]) required(keyword, 'value');
}

// Expressions

function required(node: PlainNode, field: string, context: Context = 'Load'): void {
  expression(child(node, field) as PlainNode, context);
}

function optional(node: PlainNode | null, context: Context = 'Load'): void {
  if (node !== null) expression(node, context);
}

function expressions(list: Nodes, context: Context, mayLack = false): void {
  for (const each of list) {
    if (each !== null) expression(each, context);
    else if (!mayLack) throw valueError('None disallowed in expression list');
  }
}

const assignable = new Set(['Attribute', 'Subscript', 'Starred', 'Name', 'List', 'Tuple']);

function expression(node: PlainNode, context: Context): void {
  position(node);
  if (assignable.has(node.type)) {
    if (node.type === 'Name') identifier(node.fields.get('id'));
    const actual = child(node, 'ctx')?.type;
    if (actual !== context) {
      throw valueError(`expression must have ${context} context but has ${actual} instead`);
    }
  } else if (context !== 'Load') {
    throw valueError(`expression which can't be assigned to in ${context} context`);
  }
  switch (node.type) {
    case 'BoolOp':
      if (nodes(node, 'values').length < 2) throw valueError('BoolOp with less than 2 values');
      expressions(nodes(node, 'values'), 'Load');
      break;
    case 'Lambda':
      parameters(child(node, 'args') as PlainNode);
      required(node, 'body');
      break;
    case 'Dict':
      if (nodes(node, 'keys').length !== nodes(node, 'values').length) {
        throw valueError("Dict doesn't have the same number of keys as values");
      }
      expressions(nodes(node, 'keys'), 'Load', true);
      expressions(nodes(node, 'values'), 'Load');
      break;
    case 'Set':
      expressions(nodes(node, 'elts'), 'Load');
      break;
    case 'ListComp':
    case 'SetComp':
    case 'GeneratorExp':
      comprehensions(nodes(node, 'generators'));
      required(node, 'elt');
      break;
    case 'DictComp':
      comprehensions(nodes(node, 'generators'));
      required(node, 'key');
      required(node, 'value');
      break;
    case 'Compare':
      if (nodes(node, 'comparators').length === 0) throw valueError('Compare with no comparators');
      if (nodes(node, 'comparators').length !== nodes(node, 'ops').length) {
        throw valueError('Compare has a different number of comparators and operands');
      }
      expressions(nodes(node, 'comparators'), 'Load');
      required(node, 'left');
      break;
    case 'Call':
      required(node, 'func');
      expressions(nodes(node, 'args'), 'Load');
      keywords(nodes(node, 'keywords'));
      break;
    case 'JoinedStr':
    case 'TemplateStr':
      expressions(nodes(node, 'values'), 'Load');
      break;
    case 'NamedExpr':
      if (child(node, 'target')?.type !== 'Name') throw typeError('NamedExpr target must be a Name');
      required(node, 'value');
      break;
    case 'Starred':
      required(node, 'value', context);
      break;
    case 'List':
    case 'Tuple':
      expressions(nodes(node, 'elts'), context);
      break;
    case 'Subscript':
      required(node, 'slice');
      required(node, 'value');
      break;
    case 'Name':
    case 'Constant':
      break;
    default:
      // What is left has single expressions, some of which may be left out.
      for (const [name, field] of node.fields) if (name !== 'op' && name !== 'ctx' && isNode(field)) optional(field);
  }
}

function isNode(field: PlainField): field is PlainNode {
  return typeof field === 'object' && field !== null && 'type' in field;
}

function comprehensions(list: Nodes): void {
  if (list.length === 0) throw valueError('comprehension with no generators');
  for (const each of list as readonly PlainNode[]) {
    required(each, 'target', 'Store');
    required(each, 'iter');
    expressions(nodes(each, 'ifs'), 'Load');
  }
}

// Patterns

function capture(name: PlainField | undefined): void {
  if (name === '_') throw valueError("can't capture name '_' in patterns");
  identifier(name);
}

function patterns(list: Nodes, starAllowed: boolean): void {
  for (const each of list) pattern(each as PlainNode, starAllowed);
}

function pattern(node: PlainNode, starAllowed: boolean): void {
  position(node);
  switch (node.type) {
    case 'MatchValue':
      literal(child(node, 'value') as PlainNode);
      break;
    case 'MatchSingleton':
      if (!isSingleton(node.fields.get('value'))) {
        throw valueError('MatchSingleton can only contain True, False and None');
      }
      break;
    case 'MatchSequence':
      patterns(nodes(node, 'patterns'), true);
      break;
    case 'MatchMapping':
      if (nodes(node, 'keys').length !== nodes(node, 'patterns').length) {
        throw valueError("MatchMapping doesn't have the same number of keys as patterns");
      }
      if (node.fields.get('rest') !== null) capture(node.fields.get('rest'));
      for (const key of nodes(node, 'keys') as PlainNode[]) {
        if (key.type !== 'Constant' || !isSingleton(key.fields.get('value'))) literal(key);
      }
      patterns(nodes(node, 'patterns'), false);
      break;
    case 'MatchClass':
      classPattern(node);
      break;
    case 'MatchStar':
      if (!starAllowed) throw valueError("can't use MatchStar here");
      if (node.fields.get('name') !== null) capture(node.fields.get('name'));
      break;
    case 'MatchAs': {
      const inner = child(node, 'pattern');
      if (node.fields.get('name') !== null) capture(node.fields.get('name'));
      else if (inner !== null) throw valueError('MatchAs must specify a target name if a pattern is given');
      if (inner !== null) pattern(inner, false);
      break;
    }
    case 'MatchOr':
      if (nodes(node, 'patterns').length < 2) throw valueError('MatchOr requires at least 2 patterns');
      patterns(nodes(node, 'patterns'), false);
      break;
    default:
      break;
  }
}

function classPattern(node: PlainNode): void {
  if (texts(node, 'kwd_attrs').length !== nodes(node, 'kwd_patterns').length) {
    throw valueError("MatchClass doesn't have the same number of keyword attributes as patterns");
  }
  required(node, 'cls');
  let cls = child(node, 'cls') as PlainNode;
  while (cls.type === 'Attribute') cls = child(cls, 'value') as PlainNode;
  if (cls.type !== 'Name') throw valueError('MatchClass cls field can only contain Name or Attribute nodes.');
  for (const name of texts(node, 'kwd_attrs')) identifier(name);
  patterns(nodes(node, 'patterns'), false);
  patterns(nodes(node, 'kwd_patterns'), false);
}

function isSingleton(field: PlainField | undefined): boolean {
  const value = constantIn(field);
  return value === null || typeof value === 'boolean';
}

/** The value of a MatchValue or the key of a MatchMapping. */
function literal(node: PlainNode): void {
  expression(node, 'Load');
  switch (node.type) {
    case 'Constant': {
      const value = constantIn(node.fields.get('value'));
      const isPlain = typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint';
      const type = (value as { type?: string } | null)?.type;
      if (!isPlain && type !== 'float' && type !== 'bytes' && type !== 'complex' && type !== 'str') {
        throw valueError('unexpected constant inside of a literal pattern');
      }
      return;
    }
    case 'Attribute':
    case 'JoinedStr':
    case 'TemplateStr':
      return;
    case 'UnaryOp':
      if (isNegative(node, true)) return;
      break;
    case 'BinOp': {
      const operator = child(node, 'op')?.type;
      const left = child(node, 'left') as PlainNode;
      const right = child(node, 'right') as PlainNode;
      const isReal = left.type === 'Constant' ? isNumber(left, true, false) : isNegative(left, false);
      if ((operator === 'Add' || operator === 'Sub') && isReal && isNumber(right, false, true)) return;
      break;
    }
    default:
      break;
  }
  throw valueError('patterns may only match literals and attribute lookups');
}

function isNegative(node: PlainNode, imaginaryAllowed: boolean): boolean {
  if (node.type !== 'UnaryOp' || child(node, 'op')?.type !== 'USub') return false;
  return isNumber(child(node, 'operand') as PlainNode, true, imaginaryAllowed);
}

function isNumber(node: PlainNode, real: boolean, imaginary: boolean): boolean {
  if (node.type !== 'Constant') return false;
  const value = constantIn(node.fields.get('value'));
  const type = (value as { type?: string } | null)?.type;
  if (type === 'complex') return imaginary;
  return real && (typeof value === 'number' || typeof value === 'bigint' || type === 'float');
}
