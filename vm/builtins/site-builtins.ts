import { vm } from '../interpreter/state.ts';
import type { Slot } from '../objects/object.ts';
import { callMethod } from '../operations/attribute.ts';

// The module site adds names to the built-in ones. It is not imported at the start, which would take longer than most short programs:
// the first of its names that is asked for brings them all.

const makers: ReadonlyMap<string, string> = new Map([
  ['quit', 'setquit'],
  ['exit', 'setquit'],
  ['copyright', 'setcopyright'],
  ['credits', 'setcopyright'],
  ['license', 'setcopyright'],
  ['help', 'sethelper'],
]);

/** A built-in name that site makes; undefined for all others, and once it has been made and deleted. */
export function siteBuiltin(name: string): Slot {
  const maker = makers.get(name);
  if (maker === undefined || vm.siteMade.has(maker)) return undefined;
  vm.siteMade.add(maker);
  callMethod(vm.importModule('site'), maker);
  return vm.builtins.getString(name);
}
