import { vm } from '../interpreter/state.ts';
import { lookupAttribute } from '../operations/attribute.ts';
import { call, callWith } from '../operations/call.ts';
import { repr } from '../operations/text.ts';
import { PyCell } from './cell.ts';
import { builtinFunction } from './define.ts';
import { PyDict } from './dict.ts';
import { runtimeError, typeError } from './exception.ts';
import { PyFunction } from './function.ts';
import { PyType, typeOf, typeType, type Value } from './object.ts';
import { PyTuple, tupleOf } from './tuple.ts';
import { calculateMetaclass } from './type-new.ts';

/** `__build_class__` (builtin___build_class__). */
export const buildClass = builtinFunction(
  '__build_class__',
  [
    '(func, name, /, *bases, **kwds)',
    (func: Value, name: Value, bases: Value[], kwargs: PyDict) => {
      if (!(func instanceof PyFunction)) throw typeError('__build_class__: func must be a function');
      const original = tupleOf(bases);
      const resolved = resolveBases(original);
      let meta: Value;
      const explicit = kwargs.getString('metaclass');
      if (explicit !== undefined) {
        meta = explicit;
        kwargs.delete('metaclass');
      } else meta = resolved.items.length === 0 ? typeType : typeOf(resolved.items[0]);
      if (meta instanceof PyType) meta = calculateMetaclass(meta, resolved.items);
      const kwNames = kwargs.used === 0 ? undefined : (kwargs.keyList() as string[]);
      const kwValues = kwargs.valueList();
      const prepare = lookupAttribute(meta, '__prepare__');
      const namespace =
        prepare === undefined ? new PyDict() : callWith(prepare, [name, resolved, ...kwValues], kwNames);
      if (typeOf(namespace).mp_subscript === undefined) {
        const who = meta instanceof PyType ? meta.tp_name : '<metaclass>';
        throw typeError(`${who}.__prepare__() must return a mapping, not ${typeOf(namespace).tp_name}`);
      }
      const cell = vm.runClassBody(func, namespace);
      if (resolved !== original) vm.setItem(namespace, '__orig_bases__', original);
      const made = callWith(meta, [name, resolved, namespace, ...kwValues], kwNames);
      if (cell instanceof PyCell && made instanceof PyType) {
        if (cell.contents === undefined) {
          throw runtimeError(
            `__class__ not set defining ${repr(name)} as ${repr(made)}. Was __classcell__ propagated to type.__new__?`,
          );
        }
        if (cell.contents !== made) {
          throw typeError(`__class__ set to ${repr(cell.contents)} defining ${repr(name)} as ${repr(made)}`);
        }
      }
      return made;
    },
  ],
  'builtins',
);

/** Replaces bases that aren't classes by what their `__mro_entries__` gives (update_bases). */
function resolveBases(bases: PyTuple): PyTuple {
  let changed = false;
  const resolved: Value[] = [];
  for (const base of bases.items) {
    const hook = base instanceof PyType ? undefined : lookupAttribute(base, '__mro_entries__');
    if (hook === undefined) {
      resolved.push(base);
      continue;
    }
    const entries = call(hook, bases);
    if (!(entries instanceof PyTuple)) throw typeError('__mro_entries__ must return a tuple');
    resolved.push(...entries.items);
    changed = true;
  }
  return changed ? tupleOf(resolved) : bases;
}
