import { importByName } from '../importing/import.ts';
import { vm } from '../interpreter/state.ts';
import type { ModuleDefinition } from '../objects/define.ts';
import type { Slot, Value } from '../objects/object.ts';
import { callMethod } from '../operations/attribute.ts';

/** Issues a warning as warnings.warn() does; `stackLevel` 1 is the Python code that runs. */
export function warn(category: Value, message: Value, stackLevel = 1, source: Value = null): void {
  callMethod(importByName('warnings'), 'warn', message, category, stackLevel, source);
}

/** Lets objects and operations warn by the name of a built-in category. */
export function startWarnings(): void {
  vm.warn = (category, message, source) => {
    const type = vm.builtins.getString(category);
    if (type !== undefined) warn(type, message, 1, source);
  };
}

/**
 * `_warnings`, which importlib wants to exist. Warnings are the library's own Python version (_py_warnings): the names that
 * would replace it aren't here.
 */
export const warnings = (): ModuleDefinition => ({
  name: '_warnings',
  doc: '_warnings provides basic warning filtering support.',
  functions: {
    warn: [
      '(message, category=None, stacklevel=1, source=None, *, skip_file_prefixes=())',
      (message: Value, category: Slot, stackLevel: Slot) => {
        callMethod(importByName('warnings'), 'warn', message, category ?? null, stackLevel ?? 1);
      },
      'Issue a warning, or maybe ignore it or raise an exception.',
    ],
  },
});
