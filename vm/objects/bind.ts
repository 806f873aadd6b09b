import { typeError } from './exception.ts';
import type { KwNames, PyType, Slot, Value } from './object.ts';
import { BuiltinDef } from './signature.ts';

/** By signature, then by name: both are texts of the sources, which a Map finds without looking at their characters. */
const definitions = new Map<string, Map<string, BuiltinDef>>();

/** Arguments of a tp_new, tp_init or tp_call bound by a text signature; undefined, or nothing at the end, for those left out. */
export function bind(name: string, signature: string, args: Value[], kwNames: KwNames): Slot[] {
  const def = definitions.get(signature)?.get(name) ?? definition(name, signature);
  if (kwNames === undefined && args.length >= def.least && args.length <= def.most) return args;
  return def.bind(args, kwNames) as Slot[];
}

function definition(name: string, signature: string): BuiltinDef {
  const def = new BuiltinDef(name, name, signature, () => null, false, null);
  const named = definitions.get(signature) ?? new Map<string, BuiltinDef>();
  definitions.set(signature, named.set(name, def));
  return def;
}

/**
 * The positional arguments for a constructor that takes no keywords; those of a subclass are for its own `__init__`
 * (_PyArg_NoKeywords as Argument Clinic uses it). `own` is the built-in type.
 */
export function withoutKeywords(name: string, own: PyType, type: PyType, args: Value[], kwNames: KwNames): Value[] {
  if (kwNames === undefined) return args;
  if (type.tp_init === own.tp_init) throw typeError(`${name}() takes no keyword arguments`);
  return args.slice(0, args.length - kwNames.length);
}
