import { importByName } from '../../importing/import.ts';
import { typeError, valueError } from '../../objects/exception.ts';
import type { Value } from '../../objects/object.ts';
import { stringOf } from '../../objects/str.ts';

/** The module of this name, which may be dotted, imported if need be (PyImport_Import). */
export function importNamed(name: Value): Value {
  const text = stringOf(name);
  if (text === undefined) throw typeError('module name must be a string');
  if (text === '') throw valueError('Empty module name');
  return importByName(text);
}
