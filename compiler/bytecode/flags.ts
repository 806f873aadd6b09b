import { targetOf } from '../targets/registry.ts';
import type { Target } from '../targets/target.ts';
import { CodeFlag, type CodeObject } from './code-object.ts';

export type CodeKind =
  | 'module'
  | 'class'
  | 'function'
  | 'lambda'
  | 'comprehension'
  | 'generator'
  | 'coroutine'
  | 'async generator';

/** What a target's own table of flag names leaves out: `__future__` features, and what only the interpreter looks at. */
const unlisted: ReadonlyMap<number, string> = new Map([
  [CodeFlag.CO_FUTURE_DIVISION, 'FUTURE_DIVISION'],
  [CodeFlag.CO_FUTURE_ABSOLUTE_IMPORT, 'FUTURE_ABSOLUTE_IMPORT'],
  [CodeFlag.CO_FUTURE_WITH_STATEMENT, 'FUTURE_WITH_STATEMENT'],
  [CodeFlag.CO_FUTURE_PRINT_FUNCTION, 'FUTURE_PRINT_FUNCTION'],
  [CodeFlag.CO_FUTURE_UNICODE_LITERALS, 'FUTURE_UNICODE_LITERALS'],
  [CodeFlag.CO_FUTURE_BARRY_AS_BDFL, 'FUTURE_BARRY_AS_BDFL'],
  [CodeFlag.CO_FUTURE_GENERATOR_STOP, 'FUTURE_GENERATOR_STOP'],
  [CodeFlag.CO_FUTURE_ANNOTATIONS, 'FUTURE_ANNOTATIONS'],
  [CodeFlag.CO_NO_MONITORING_EVENTS, 'NO_MONITORING_EVENTS'],
]);

/** The names of the flags that are set, lowest bit first, with CPython's prefix; a bit without a name as hexadecimal. */
export function flagNames(flags: number, target: Target): string[] {
  const names: string[] = [];
  for (let bit = 0; bit < 32; bit++) {
    const flag = (1 << bit) >>> 0;
    if ((flags & flag) === 0) continue;
    const name = target.opcodes.table.flags[flag] ?? unlisted.get(flag);
    names.push(name === undefined ? `0x${flag.toString(16)}` : `CO_${name}`);
  }
  return names;
}

const COMPREHENSIONS: ReadonlySet<string> = new Set(['<listcomp>', '<setcomp>', '<dictcomp>']);

/** Whether a code object is the body of a comprehension or generator expression. */
export const isComprehension = (code: CodeObject): boolean =>
  COMPREHENSIONS.has(code.co_name) || code.co_name === '<genexpr>';

/**
 * What a code object is to its reader. A comprehension that is a code object of its own is one even where it must be
 * awaited; a generator expression is a generator, or an async generator.
 */
export function codeKind(code: CodeObject): CodeKind {
  const { co_flags: flags, co_name: name } = code;
  if (COMPREHENSIONS.has(name)) return 'comprehension';
  if ((flags & CodeFlag.CO_ASYNC_GENERATOR) !== 0) return 'async generator';
  if ((flags & CodeFlag.CO_COROUTINE) !== 0) return 'coroutine';
  if ((flags & CodeFlag.CO_GENERATOR) !== 0) return 'generator';
  if ((flags & CodeFlag.CO_OPTIMIZED) === 0) return name === '<module>' ? 'module' : 'class';
  return name === '<lambda>' ? 'lambda' : 'function';
}

/** The names of a code object's flags. */
export const flagNamesOf = (code: CodeObject): string[] => flagNames(code.co_flags, targetOf(code));
