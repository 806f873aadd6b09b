import docs from './early-docs.json' with { type: 'json' };
import type { Value } from './object.ts';

// Docstrings that programs ask for as they start, in CPython's words: those of the types of builtins, which their instances
// show too, and what library modules read when they are imported. tools/dump-docs.ts writes them.

const earlyDocs: Readonly<Record<string, string>> = docs;

/** `__doc__` of what CPython calls by this dotted name, if it is among them. */
export function earlyDoc(module: Value, qualname: string): string | undefined {
  const name = module === 'builtins' ? qualname : `${module}.${qualname}`;
  return Object.hasOwn(earlyDocs, name) ? earlyDocs[name] : undefined;
}
