import { codeKind } from '../../compiler/bytecode/flags.ts';
import { suspensionPoints } from '../../compiler/bytecode/suspension.ts';
import type { Location } from '../../compiler/syntax/ast.ts';
import type { Program } from '../program.ts';

/** A line above a function that can be suspended. */
export interface Lens {
  readonly span: Location;
  readonly title: string;
  /** co_firstlineno: where the listing of the file begins to show this function. */
  readonly firstLine: number;
}

/** Lenses for the functions whose calls return something to resume; generator expressions have none, for quiet. */
export function lenses(program: Program): Lens[] {
  const found: Lens[] = [];
  for (const { code, name } of program.sites) {
    const kind = codeKind(code);
    const suspendable = kind === 'generator' || kind === 'coroutine' || kind === 'async generator';
    if (!suspendable || code.co_name.startsWith('<')) continue;
    const count = suspensionPoints(code).length;
    const points = count === 0 ? 'never suspends' : `${count} suspension point${count === 1 ? '' : 's'}`;
    found.push({ span: name, title: `${kind} · ${points}`, firstLine: code.co_firstlineno });
  }
  return found;
}
