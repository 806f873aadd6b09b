import type { CodeObject } from '../compiler/bytecode/code-object.ts';
import {
  type AsyncFunctionDef,
  type ClassDef,
  type FunctionDef,
  type GeneratorExp,
  type Lambda,
  type Location,
  type Mod,
  NodeKind,
} from '../compiler/syntax/ast.ts';
import type { Program } from './program.ts';

/** A place in the source that stands for a code object: a `def`, `class`, `lambda` or generator expression. */
export interface CodeSite {
  readonly code: CodeObject;
  /** From the first keyword to the end of the name; a generator expression's is the whole of it. */
  readonly head: Location;
  /** What an editor underlines: the name, or the keyword of what has none. */
  readonly name: Location;
}

type Definition = FunctionDef | AsyncFunctionDef | ClassDef | Lambda | GeneratorExp;

/**
 * Pairs definitions with their code objects, outer ones first. Both come in the order of the source, so definitions of one name
 * and first line take code objects of that name and line in turn; equal ones, which CPython merges, share the last.
 * Code that was removed as unreachable has no site.
 */
export function codeSites(program: Program): CodeSite[] {
  const byKey = new Map<string, CodeObject[]>();
  for (const code of program.codes) {
    const key = `${code.co_firstlineno} ${code.co_name}`;
    const same = byKey.get(key);
    if (same) same.push(code);
    else byKey.set(key, [code]);
  }
  const sites: CodeSite[] = [];
  for (const node of definitions(program.compilation.tree)) {
    const same = byKey.get(`${firstLine(node)} ${codeName(node)}`);
    if (same === undefined) continue;
    const code = same.length > 1 ? same.shift() : same[0];
    if (code) sites.push({ code, ...placeOf(node) });
  }
  return sites;
}

function definitions(tree: Mod): Definition[] {
  const found: Definition[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) {
      for (const item of value) visit(item);
    } else if (typeof value === 'object' && value !== null) {
      if (isDefinition(value)) found.push(value);
      for (const field of Object.values(value)) if (typeof field === 'object') visit(field);
    }
  };
  visit(tree);
  return found.sort((a, b) => firstLine(a) - firstLine(b) || a.lineno - b.lineno || a.col_offset - b.col_offset);
}

function isDefinition(value: object): value is Definition {
  switch ((value as { kind?: unknown }).kind) {
    case NodeKind.FunctionDef:
    case NodeKind.AsyncFunctionDef:
    case NodeKind.ClassDef:
    case NodeKind.Lambda:
    case NodeKind.GeneratorExp:
      return 'lineno' in value;
    default:
      return false;
  }
}

/** As co_firstlineno: decorators count. */
function firstLine(node: Definition): number {
  return 'decorator_list' in node && node.decorator_list.length > 0 ? node.decorator_list[0].lineno : node.lineno;
}

function codeName(node: Definition): string {
  if (node.kind === NodeKind.Lambda) return '<lambda>';
  if (node.kind === NodeKind.GeneratorExp) return '<genexpr>';
  return node.name;
}

function placeOf(node: Definition): { head: Location; name: Location } {
  const { lineno, col_offset } = node;
  if (node.kind === NodeKind.Lambda) {
    const keyword = { lineno, col_offset, end_lineno: lineno, end_col_offset: col_offset + 'lambda'.length };
    return { head: keyword, name: keyword };
  }
  if (node.kind === NodeKind.GeneratorExp) return { head: node, name: node };
  const name = node.nameLocation;
  return { head: { lineno, col_offset, end_lineno: name.end_lineno, end_col_offset: name.end_col_offset }, name };
}

/** The innermost site whose head holds a position (line from 1, column in UTF-8 bytes). */
export function siteAt(program: Program, line: number, column: number): CodeSite | undefined {
  return program.sites.findLast(({ head }) => contains(head, line, column));
}

export function contains(span: Location, line: number, column: number): boolean {
  if (line < span.lineno || line > span.end_lineno) return false;
  if (line === span.lineno && column < span.col_offset) return false;
  return line !== span.end_lineno || column <= span.end_col_offset;
}
