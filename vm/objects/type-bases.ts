import { callSpecial } from '../operations/call.ts';
import { toArray } from '../operations/iterate.ts';
import { typeError } from './exception.ts';
import { PyType, type Slot, typeOf, typeType } from './object.ts';
import { PyTuple } from './tuple.ts';
import { needsHeap } from './type-attributes.ts';
import { bestBase, checkedBase, solidBase } from './type-layout.ts';
import { updateAllSlots } from './type-slots.ts';

/** C3 linearisation (mro_implementation), or what a metaclass's mro() gives. */
export function computeMro(type: PyType): PyType[] {
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

export function linearize(type: PyType): PyType[] {
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
    if (base.isSubtype(type)) throw typeError('a __bases__ item causes an inheritance cycle');
    return checkedBase(base);
  });
  const base = bestBase(types);
  if (base.layout !== type.layout) {
    throw typeError(`__bases__ assignment: '${base.tp_name}' object layout differs from '${type.base?.tp_name}'`);
  }
  const { bases: oldBases, base: oldBase } = type;
  const orders = new Map<PyType, PyType[]>();
  const refresh = (changed: PyType): void => {
    const mro = computeMro(changed);
    if (!orders.has(changed)) orders.set(changed, changed.mro);
    changed.mro = mro;
    for (const subclass of changed.subclasses) refresh(subclass);
  };
  type.bases = types;
  type.base = base;
  try {
    refresh(type);
  } catch (error) {
    for (const [changed, mro] of orders) changed.mro = mro;
    type.bases = oldBases;
    type.base = oldBase;
    throw error;
  }
  for (const old of oldBases) old.subclasses.delete(type);
  for (const b of types) b.subclasses.add(type);
  const update = (changed: PyType): void => {
    changed.modified();
    updateAllSlots(changed);
    for (const subclass of changed.subclasses) update(subclass);
  };
  update(type);
}
