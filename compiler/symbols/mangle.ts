import type { Scope } from './scope.ts';

/** `__name` inside class `Class` as `_Class__name` (`_Py_Mangle`). `privateName` is the class's name, or null. */
export function mangle(privateName: string | null, name: string): string {
  if (privateName === null || name.charCodeAt(0) !== 0x5f || name.charCodeAt(1) !== 0x5f) return name;
  if (name.endsWith('__') || name.includes('.')) return name;
  let start = 0;
  while (privateName.charCodeAt(start) === 0x5f) start++;
  if (start === privateName.length) return name;
  return `_${privateName.slice(start)}${name}`;
}

/** As `mangle`, but in the type-parameter scope of a generic class only type parameters are (`_Py_MaybeMangle`). */
export function maybeMangle(privateName: string | null, scope: Scope, name: string): string {
  if (scope.mangledNames !== null && !scope.mangledNames.has(name)) return name;
  return mangle(privateName, name);
}
