import { vm } from '../interpreter/state.ts';
import { pythonException } from '../interpreter/unwind.ts';
import {
  attributeErrorType,
  importErrorType,
  isException,
  nameErrorType,
  type PyBaseException,
} from '../objects/exception.ts';
import type { PyModule } from '../objects/module.ts';
import type { Value } from '../objects/object.ts';
import { PySet } from '../objects/set.ts';
import { stringOf } from '../objects/str.ts';
import type { PyTraceback } from '../objects/traceback.ts';
import { callMethod, getAttribute, lookupAttribute } from '../operations/attribute.ts';
import { toArray } from '../operations/iterate.ts';
import { suggestName } from '../text/suggestion.ts';

/** `. Did you mean: 'x'?` behind an error's message, or the module to import; '' without a suggestion (TracebackException). */
export function suggestion(exception: PyBaseException): string {
  const isName = isException(exception, nameErrorType);
  const { name, name_from } = exception.members ?? {};
  let found: string | undefined;
  if (isException(exception, importErrorType)) {
    if (typeof name === 'string' && typeof name_from === 'string') {
      found = orNothing(() => suggestName(name_from, usableNames(name_from, vm.importModule(name))));
    }
  } else if (typeof name === 'string' && isName) found = likeName(exception, name);
  else if (typeof name === 'string' && isException(exception, attributeErrorType))
    found = likeAttribute(exception, name);
  const text = found === undefined ? '' : `. Did you mean: '${found}'?`;
  if (!isName || typeof name !== 'string' || !isOfLibrary(name)) return text;
  return `${text === '' ? '. Did' : `${text} Or did`} you forget to import '${name}'?`;
}

/** A suggestion is a courtesy: what fails while looking for it says nothing of the program's error. */
function orNothing<Found>(find: () => Found): Found | undefined {
  try {
    return find();
  } catch (error) {
    pythonException(error);
    return undefined;
  }
}

function isOfLibrary(name: string): boolean {
  const names = (vm.modules.getString('sys') as PyModule).dict.getString('stdlib_module_names');
  return names instanceof PySet && names.has(name);
}

function likeAttribute(exception: PyBaseException, name: string): string | undefined {
  const object = exception.members?.['obj'];
  if (object === undefined) return undefined;
  const last = lastEntry(exception);
  return orNothing(() => {
    const isOwn = last !== undefined && localsOf(last).get('self') === object;
    return suggestName(name, isOwn ? namesOf(object) : usableNames(name, object));
  });
}

function likeName(exception: PyBaseException, name: string): string | undefined {
  const last = lastEntry(exception);
  if (last === undefined) return undefined;
  const locals = localsOf(last);
  const self = locals.get('self');
  if (self !== undefined && orNothing(() => lookupAttribute(self, name)) !== undefined) return `self.${name}`;
  const { globals, builtins } = last.frame;
  const names = [...locals.keys(), ...globals.keyList(), ...builtins.keyList()];
  return suggestName(
    name,
    names.filter((candidate) => typeof candidate === 'string'),
  );
}

function lastEntry(exception: PyBaseException): PyTraceback | undefined {
  let last = exception.traceback;
  while (last !== null && last.next !== null) last = last.next;
  return last ?? undefined;
}

function localsOf(entry: PyTraceback): Map<string, Value> {
  const locals = getAttribute(entry.frame, 'f_locals');
  const found = new Map<string, Value>();
  for (const pair of toArray(callMethod(locals, 'items'))) {
    const [name, value] = toArray(pair);
    if (typeof name === 'string') found.set(name, value);
  }
  return found;
}

/** Names that an object has, without the private ones unless such a one is wanted. */
function usableNames(wanted: string, object: Value): string[] {
  const names = namesOf(object);
  return wanted.startsWith('_') ? names : names.filter((name) => !name.startsWith('_'));
}

function namesOf(object: Value): string[] {
  return toArray(callMethod(vm.builtinsModule, 'dir', object)).flatMap((name) => stringOf(name) ?? []);
}
