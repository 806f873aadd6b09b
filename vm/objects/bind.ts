import type { KwNames, Slot, Value } from './object.ts';
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
