import { typeError } from './exception.ts';
import type { KwNames, PyType, Slot, Value } from './object.ts';
import { BuiltinDef } from './signature.ts';

const definitions = new Map<string, BuiltinDef>();

/** Arguments of a tp_new, tp_init or tp_call bound by a text signature; undefined for those left out. */
export function bind(name: string, signature: string, args: Value[], kwNames: KwNames): Slot[] {
  const key = `${name}${signature}`;
  let def = definitions.get(key);
  if (def === undefined) {
    def = new BuiltinDef(name, name, signature, () => null, false, null);
    definitions.set(key, def);
  }
  return def.bind(args, kwNames) as Slot[];
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
