import {
  BytesConstant,
  ComplexConstant,
  type Constant,
  EllipsisConstant,
  FloatConstant,
  SurrogateString,
} from '../compiler/bytecode/constants.ts';
import type { Node } from '../compiler/syntax/ast.ts';
import { contextNames, kindNames, operatorNames } from '../compiler/syntax/plain-tree.ts';

/** Constants that are values of co_consts, not nodes. */
const constantFields = new Set(['Constant.value', 'MatchSingleton.value']);

const fieldNames: Record<string, string> = { literalKind: 'kind' };
const leaveOut = new Set(['kind', 'nameKey', 'nameLocation', 'lineno', 'col_offset', 'end_lineno', 'end_col_offset']);

/** A text of the whole tree with all positions; `dumpProgram` makes CPython write the same. */
export function dumpTree(node: Node): string {
  const out: string[] = [];
  write(out, node);
  return out.join('');
}

function write(out: string[], node: Node): void {
  const name = kindNames[node.kind];
  out.push(name, '(');
  const fields = node as unknown as Record<string, unknown>;
  for (const field of Object.keys(fields).sort()) {
    if (leaveOut.has(field)) continue;
    out.push(fieldNames[field] ?? field, '=');
    writeValue(out, name, field, fields[field]);
    out.push(' ');
  }
  if ('lineno' in fields) {
    out.push(`@${fields.lineno}:${fields.col_offset}-${fields.end_lineno}:${fields.end_col_offset}`);
  }
  out.push(')\n');
}

function writeValue(out: string[], node: string, field: string, value: unknown): void {
  if (constantFields.has(`${node}.${field}`)) {
    out.push(constantText(value as Constant));
  } else if (Array.isArray(value)) {
    out.push('[');
    for (const item of value) {
      writeValue(out, node, field, item);
      out.push(',');
    }
    out.push(']');
  } else if (value === null || value === undefined) {
    out.push('-');
  } else if (typeof value === 'object') {
    write(out, value as Node);
  } else if (typeof value === 'number' && field === 'ctx') {
    out.push(contextNames[value]);
  } else if (typeof value === 'number' && operatorNames[node]?.[field] !== undefined) {
    out.push(operatorNames[node][field][value]);
  } else if (typeof value === 'string') {
    out.push(textOf(value));
  } else {
    out.push(String(Number(value)));
  }
}

function constantText(value: Constant): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number' || typeof value === 'bigint') return `i${value.toString(16)}`;
  if (typeof value === 'string') return textOf(value);
  if (value instanceof SurrogateString) return pointsText(value.codePoints);
  if (value instanceof FloatConstant) return `f${floatBits(value.value)}`;
  if (value instanceof ComplexConstant) return `c${floatBits(value.real)},${floatBits(value.imag)}`;
  if (value instanceof BytesConstant) return `b${hex(value.value)}`;
  if (value instanceof EllipsisConstant) return '...';
  throw new Error('a constant that no literal has');
}

const textOf = (text: string): string =>
  /^[ -~]*$/.test(text) ? `s${text}` : pointsText(Array.from(text, (c) => c.codePointAt(0)!));
const pointsText = (points: readonly number[]): string => `u${points.join('.')}`;
const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

function floatBits(value: number): string {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return hex(new Uint8Array(view.buffer));
}

/** A Python program with `dump(tree)`, which writes what `dumpTree` writes. */
export const dumpProgram = `
import ast, re, struct
_simple = re.compile('[ -~]*').fullmatch
_attributes = ('lineno', 'col_offset', 'end_lineno', 'end_col_offset')
_fields = {}
def _text(s):
    return 's' + s if _simple(s) else 'u' + '.'.join(str(ord(c)) for c in s)
def _constant(v):
    if v is None or v is True or v is False: return str(v)
    if v is ...: return '...'
    t = type(v)
    if t is int: return 'i%x' % v if v >= 0 else 'i-%x' % -v
    if t is str: return _text(v)
    if t is float: return 'f' + struct.pack('>d', v).hex()
    if t is complex: return 'c' + struct.pack('>d', v.real).hex() + ',' + struct.pack('>d', v.imag).hex()
    if t is bytes: return 'b' + v.hex()
    raise TypeError(v)
def _value(out, node, field, v):
    if isinstance(v, list):
        out.append('[')
        for item in v:
            _value(out, node, field, item)
            out.append(',')
        out.append(']')
    elif field == 'value' and isinstance(node, (ast.Constant, ast.MatchSingleton)): out.append(_constant(v))
    elif v is None: out.append('-')
    elif isinstance(v, (ast.operator, ast.unaryop, ast.boolop, ast.cmpop, ast.expr_context)): out.append(type(v).__name__)
    elif isinstance(v, ast.AST): _write(out, v)
    elif isinstance(v, str): out.append(_text(v))
    else: out.append(str(v))
def _write(out, node):
    cls = type(node)
    fields = _fields.get(cls)
    if fields is None:
        names = [f for f in cls._fields if f not in ('type_comment', 'type_ignores')]
        # The kind of a constant is called literalKind on the other side, and sorted there.
        fields = _fields[cls] = sorted(names, key=lambda f: 'literalKind' if f == 'kind' else f)
    out.append(cls.__name__ + '(')
    for field in fields:
        out.append(field + '=')
        _value(out, node, field, getattr(node, field))
        out.append(' ')
    if 'lineno' in cls._attributes:
        out.append('@%d:%d-%d:%d' % (node.lineno, node.col_offset, node.end_lineno, node.end_col_offset))
    out.append(')\\n')
def dump(tree):
    out = []
    _write(out, tree)
    return ''.join(out)
`;
