import { callSpecial } from '../operations/call.ts';
import { toArray } from '../operations/iterate.ts';
import { typeError } from './exception.ts';
import { PyType, type Slot, typeOf, typeType } from './object.ts';
import { PyTuple } from './tuple.ts';
import { needsHeap } from './type-attributes.ts';
import { bestBase, checkedBase, solidBase } from './type-layout.ts';
import { updateAllSlots } from './type-slots.ts';

/** The MRO of a class that is being made; `__mro__` shows None. */
export const incompleteMro: PyType[] = [];

/** Gives a type the MRO of its bases, and the one before; undefined when a custom mro() has changed it meanwhile (mro_internal). */
export function updateMro(type: PyType): PyType[] | undefined {
  const before = type.mro;
  const mro = computeMro(type);
  if (type.mro !== before) return undefined;
  type.mro = mro;
  type.modified();
  return before;
}

/** C3 linearisation (mro_implementation), or what a metaclass's mro() gives. */
function computeMro(type: PyType): PyType[] {
  if (type.type !== typeType) {
    const custom = type.type.lookup('mro');
    if (custom !== typeType.attributes.get('mro')) {
      return toArray(callSpecial(type, 'mro')!).map((item) => {
        if (!(item instanceof PyType)) throw typeError(`mro() returned a non-class ('${typeOf(item).tp_name}')`);
        // mro_check: the methods of a class further down may be called with our instances.
        if (item !== type && !solidBase(type).isSubtype(solidBase(item))) {
          throw typeError(`mro() returned base with unsuitable layout ('${item.tp_name}')`);
        }
        return item;
      });
    }
  }
  return linearize(type);
}

/** type.mro(). */
export function linearize(type: PyType): PyType[] {
  for (const base of type.bases) {
    if (base.mro === incompleteMro) throw typeError(`Cannot extend an incomplete type '${base.tp_name}'`);
  }
  if (new Set(type.bases).size < type.bases.length) {
    const twice = type.bases.find((base, index) => type.bases.indexOf(base) !== index)!;
    throw typeError(`duplicate base class ${twice.tp_name}`);
  }
  const lists = [...type.bases.map((base) => base.mro.slice()), type.bases.slice()];
  const mro = [type];
  for (;;) {
    const remaining = lists.filter((list) => list.length > 0);
    if (remaining.length === 0) return mro;
    const next = remaining.map((list) => list[0]).find((head) => !remaining.some((list) => list.indexOf(head) > 0));
    if (next === undefined) {
      const names = [...new Set(remaining.map((list) => list[0].tp_name))].join(', ');
      throw typeError(`Cannot create a consistent method resolution order (MRO) for bases ${names}`);
    }
    mro.push(next);
    for (const list of lists) if (list[0] === next) list.shift();
  }
}

/** Whether a type is among the bases of bases, whose MROs a custom mro() may be about to change (type_is_subtype_base_chain). */
function extendsByBase(type: PyType, wanted: PyType): boolean {
  for (let base: PyType | undefined = type; base !== undefined; base = base.base) if (base === wanted) return true;
  return false;
}

/** `C.__bases__ = …` (type_set_bases). */
export function setBases(type: PyType, value: Slot): void {
  const bases = needsHeap(type, '__bases__', value);
  if (!(bases instanceof PyTuple) || bases.items.length === 0) {
    throw typeError(`can only assign non-empty tuple to ${type.tp_name}.__bases__, not ${typeOf(bases).tp_name}`);
  }
  const types = bases.items.map((base) => {
    if (!(base instanceof PyType)) {
      throw typeError(`${type.tp_name}.__bases__ must be tuple of classes, not '${typeOf(base).tp_name}'`);
    }
    if (base.isSubtype(type) || extendsByBase(base, type)) {
      throw typeError('a __bases__ item causes an inheritance cycle');
    }
    return checkedBase(base);
  });
  const base = bestBase(types);
  if (base.layout !== type.layout) {
    throw typeError(`__bases__ assignment: '${base.tp_name}' object layout differs from '${type.base?.tp_name}'`);
  }
  const { bases: oldBases, base: oldBase } = type;
  const changes: { changed: PyType; now: PyType[]; before: PyType[] }[] = [];
  const refresh = (changed: PyType): void => {
    const before = updateMro(changed);
    if (before === undefined) return;
    changes.push({ changed, now: changed.mro, before });
    for (const subclass of [...changed.subclasses]) refresh(subclass);
  };
  type.bases = types;
  type.base = base;
  try {
    refresh(type);
  } catch (error) {
    // What a custom mro() has assigned meanwhile stays.
    for (const { changed, now, before } of changes) {
      if (changed.mro !== now) continue;
      changed.mro = before;
      changed.modified();
    }
    if (type.bases === types) {
      type.bases = oldBases;
      type.base = oldBase;
    }
    throw error;
  }
  if (type.bases !== types) return;
  for (const old of oldBases) old.subclasses.delete(type);
  for (const b of types) b.subclasses.add(type);
  const update = (changed: PyType): void => {
    changed.modified();
    updateAllSlots(changed);
    for (const subclass of changed.subclasses) update(subclass);
  };
  update(type);
}
