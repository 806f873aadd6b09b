import type { ModuleDefinition } from '../objects/define.ts';
import { PyDict } from '../objects/dict.ts';
import { PyList } from '../objects/list.ts';
import type { Value } from '../objects/object.ts';
import { callableProxyType, makeProxy, PyWeakref, proxyType, refType, weakReferences } from '../objects/weakref.ts';

/** Takes a dead reference out of a dict of references, if it is still there (_weakref._remove_dead_weakref). */
function removeDead(dict: Value, key: Value): void {
  if (!(dict instanceof PyDict)) return;
  const ref = dict.get(key);
  if (ref instanceof PyWeakref && ref.referent === undefined) dict.delete(key);
}

/** CPython 3.14's Modules/_weakref.c. */
export const weakref = (): ModuleDefinition => ({
  name: '_weakref',
  doc: 'Weak-reference support module.',
  functions: {
    getweakrefcount: ['(object, /)', (object: Value) => weakReferences(object).length],
    getweakrefs: ['(object, /)', (object: Value) => new PyList([...weakReferences(object)])],
    proxy: ['(object, callback=None, /)', makeProxy],
    _remove_dead_weakref: ['(dct, key, /)', removeDead],
  },
  attributes: {
    ref: refType,
    ReferenceType: refType,
    ProxyType: proxyType,
    CallableProxyType: callableProxyType,
  },
});
