import { CodeFlag, LocalKind } from '../bytecode/code-object.ts';
import type { CodeUnit } from '../codegen/unit.ts';

export interface Localsplus {
  readonly names: readonly string[];
  readonly kinds: Uint8Array;
}

/** Names and kinds of locals, cells and free variables, in the frame's order (CPython 3.14's compute_localsplus_info). */
export function localsplus(unit: CodeUnit): Localsplus {
  const { varnames, cellvars, freevars } = unit;
  if (cellvars.length + freevars.length === 0) return { names: varnames, kinds: kindsOf(unit, varnames.length) };
  const locals = new Set(varnames);
  const ownCells = cellvars.filter((name) => !locals.has(name));
  const names = [...varnames, ...ownCells, ...freevars];
  const kinds = kindsOf(unit, names.length);
  const cells = new Set(cellvars);
  for (let i = 0; i < varnames.length; i++) if (cells.has(varnames[i]!)) kinds[i]! |= LocalKind.CELL;
  kinds.fill(LocalKind.CELL, varnames.length, varnames.length + ownCells.length);
  kinds.fill(LocalKind.FREE, varnames.length + ownCells.length);
  return { names, kinds };
}

/** Kinds as far as the order of the arguments tells them. */
function kindsOf(unit: CodeUnit, size: number): Uint8Array {
  const { flags, varnames, fasthidden } = unit;
  const kinds = new Uint8Array(size).fill(LocalKind.LOCAL, 0, varnames.length);
  let i = 0;
  const mark = (count: number, kind: number): void => {
    for (const end = i + count; i < end; i++) kinds[i]! |= kind;
  };
  mark(unit.posonlyargcount, LocalKind.ARG_POS);
  mark(unit.argcount, LocalKind.ARG_POS | LocalKind.ARG_KW);
  mark(unit.kwonlyargcount, LocalKind.ARG_KW);
  if ((flags & CodeFlag.CO_VARARGS) !== 0) mark(1, LocalKind.ARG_VAR | LocalKind.ARG_POS);
  if ((flags & CodeFlag.CO_VARKEYWORDS) !== 0) mark(1, LocalKind.ARG_VAR | LocalKind.ARG_KW);
  if (fasthidden.size > 0) {
    for (i = 0; i < varnames.length; i++) if (fasthidden.has(varnames[i]!)) kinds[i]! |= LocalKind.HIDDEN;
  }
  return kinds;
}
