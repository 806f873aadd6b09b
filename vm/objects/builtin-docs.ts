import { LIBRARY_PATH } from '../importing/library-path.ts';
import { vm } from '../interpreter/state.ts';
import type { PyBuiltin } from './descriptor.ts';
import { earlyDoc } from './early-docs.ts';
import { PyModule } from './module.ts';
import { PyType, type Slot, typeOf, type Value } from './object.ts';

// Docstrings of built-in functions, methods, attributes and types, in CPython's words. Most lie beside the library's files, and are read
// when the first of them is asked for. A docstring in a declaration serves what CPython doesn't have there.

const FILE = `${LIBRARY_PATH}/builtin-docs.json`;

let docs: Readonly<Record<string, string>> | undefined;

/** `__doc__` of what CPython calls by this dotted name; None when it has none. */
export function builtinDoc(module: Value, qualname: string): Value {
  const early = earlyDoc(module ?? 'builtins', qualname);
  if (early !== undefined) return early;
  docs ??= JSON.parse(vm.host.sourceText(FILE) ?? '{}') as Record<string, string>;
  const name = `${module ?? 'builtins'}.${qualname}`;
  return Object.hasOwn(docs, name) ? docs[name] : null;
}

/** `__doc__` of a method or attribute that this type defines; `declared` is what its declaration says. */
export function memberDoc(owner: PyType, name: string, declared: Value = null): Value {
  return (owner.heap ? null : builtinDoc(owner.module, `${owner.qualname}.${name}`)) ?? declared;
}

/** `__doc__` of a function, of a bound method or of one without self. */
export function functionDoc({ def, self, module }: PyBuiltin): Value {
  if (self === undefined || self instanceof PyModule) {
    const prefix = `${module}.`;
    const name = def.qualname.startsWith(prefix) ? def.qualname.slice(prefix.length) : def.qualname;
    return builtinDoc(module, name) ?? def.doc;
  }
  const owner = definerOf(typeOf(self), def) ?? (self instanceof PyType ? definerOf(self, def) : undefined);
  return owner === undefined ? def.doc : memberDoc(owner, def.name, def.doc);
}

function definerOf(type: PyType, def: PyBuiltin['def']): PyType | undefined {
  return type.mro.find((base) => definitionOf(base.attributes.get(def.name)) === def);
}

function definitionOf(attribute: Slot): unknown {
  return (attribute as { def?: unknown } | null | undefined)?.def;
}
