import { callMethod, setTypeAttribute } from '../operations/attribute.ts';
import { call } from '../operations/call.ts';
import { isTrue } from '../operations/truth.ts';
import { builtinDoc } from './builtin-docs.ts';
import { PyDict } from './dict.ts';
import { attributeError, baseExceptionType, typeError, valueError } from './exception.ts';
import { PyFunction } from './function.ts';
import { PyMappingProxy } from './mapping-proxy.ts';
import { objectType, type PyType, type Slot, typeOf, typeType, type Value } from './object.ts';
import { stringOf } from './str.ts';
import { tupleOf } from './tuple.ts';
import { incompleteMro, setBases } from './type-bases.ts';
import { moduleOf } from './type-name.ts';

/** Raises UnicodeEncodeError for what UTF-8 hasn't: a class has its name and docstring in it (PyUnicode_AsUTF8AndSize). */
export function checkEncodable(text: string): void {
  if (/\p{Surrogate}/u.test(text)) callMethod(text, 'encode');
}

/** A class's name has no NUL either (type_set_name). */
export function checkTypeName(name: string): void {
  if (name.includes('\0')) throw valueError('type name must not contain null characters');
  checkEncodable(name);
}

export function needsHeap(type: PyType, name: string, value: Slot): Value {
  if (!type.heap) throw typeError(`cannot set '${name}' attribute of immutable type '${type.tp_name}'`);
  if (value === undefined) throw typeError(`cannot delete '${name}' attribute of immutable type '${type.tp_name}'`);
  return value;
}

/** The type's annotations, by `__annotate__` when they weren't asked for yet (type_get_annotations). */
function getAnnotations(type: PyType): Value {
  if (!type.heap)
    throw attributeError(`type object '${type.tp_name}' has no attribute '__annotations__'`, '__annotations__', type);
  const known = type.attributes.get('__annotations__') ?? type.attributes.get('__annotations_cache__');
  if (known !== undefined) {
    const get = typeOf(known).tp_descr_get;
    return get === undefined ? known : get(known, undefined, type);
  }
  const annotate = getAnnotate(type);
  const annotations = annotate === null ? new PyDict() : call(annotate, 1);
  if (!(annotations instanceof PyDict)) {
    throw typeError(`__annotate__() must return a dict, not ${typeOf(annotations).tp_name}`);
  }
  type.attributes.set('__annotations_cache__', annotations);
  return annotations;
}

function getAnnotate(type: PyType): Value {
  if (!type.heap)
    throw attributeError(`type object '${type.tp_name}' has no attribute '__annotate__'`, '__annotate__', type);
  const found = type.attributes.get('__annotate__') ?? type.attributes.get('__annotate_func__');
  if (found === undefined) return null;
  const get = typeOf(found).tp_descr_get;
  return get === undefined || found instanceof PyFunction ? found : get(found, undefined, type);
}

export const typeGetSet: Record<string, [(self: PyType) => Slot, ((self: PyType, value: Slot) => void)?]> = {
  __name__: [
    (self) => self.tp_name.slice(self.heap ? 0 : self.tp_name.lastIndexOf('.') + 1),
    (self, value) => {
      const name = stringOf(needsHeap(self, '__name__', value));
      if (name === undefined) {
        throw typeError(`can only assign string to ${self.tp_name}.__name__, not '${typeOf(value as Value).tp_name}'`);
      }
      checkTypeName(name);
      self.tp_name = name;
    },
  ],
  __qualname__: [
    (self) => self.qualname.slice(self.heap ? 0 : self.qualname.lastIndexOf('.') + 1),
    (self, value) => {
      const name = stringOf(needsHeap(self, '__qualname__', value));
      if (name === undefined) {
        throw typeError(
          `can only assign string to ${self.tp_name}.__qualname__, not '${typeOf(value as Value).tp_name}'`,
        );
      }
      self.qualname = name;
    },
  ],
  __module__: [
    moduleOf,
    (self, value) => {
      setTypeAttribute(self, '__module__', needsHeap(self, '__module__', value));
      self.attributes.delete('__firstlineno__');
    },
  ],
  __bases__: [(self) => tupleOf(self.bases), setBases],
  __base__: [(self) => self.base ?? null],
  __mro__: [(self) => (self.mro === incompleteMro ? null : tupleOf(self.mro))],
  __dict__: [(self) => new PyMappingProxy(self)],
  __doc__: [
    (self) => {
      if (!self.heap) return builtinDoc(self.module, self.qualname) ?? self.doc;
      const doc = self.attributes.get('__doc__');
      if (doc === undefined) return null;
      const get = typeOf(doc).tp_descr_get;
      return get === undefined ? doc : get(doc, undefined, self);
    },
    (self, value) => {
      setTypeAttribute(self, '__doc__', needsHeap(self, '__doc__', value));
    },
  ],
  __text_signature__: [(self) => self.textSignature],
  __annotations__: [
    getAnnotations,
    (self, value) => {
      if (!self.heap) throw typeError(`cannot set '__annotations__' attribute of immutable type '${self.tp_name}'`);
      self.attributes.delete('__annotations_cache__');
      if (value !== undefined) setTypeAttribute(self, '__annotations__', value);
      else self.attributes.delete('__annotations__');
    },
  ],
  __annotate__: [
    getAnnotate,
    (self, value) => {
      self.attributes.delete('__annotations_cache__');
      setTypeAttribute(self, '__annotate_func__', needsHeap(self, '__annotate__', value));
    },
  ],
  __type_params__: [
    (self) => (self === typeType ? undefined : self.attributes.get('__type_params__')) ?? tupleOf([]),
    (self, value) => setTypeAttribute(self, '__type_params__', needsHeap(self, '__type_params__', value)),
  ],
  __abstractmethods__: [
    (self) => {
      const found = self === typeType ? undefined : self.attributes.get('__abstractmethods__');
      if (found === undefined) throw attributeError('__abstractmethods__', '__abstractmethods__', self);
      return found;
    },
    (self, value) => {
      setTypeAttribute(self, '__abstractmethods__', value);
      self.isAbstract = value !== undefined && isTrue(value);
    },
  ],
  __basicsize__: [(self) => (basicSizes[self.layout.tp_name] ?? 32) + 8 * self.slotCount],
  __itemsize__: [(self) => itemSizes[self.layout.tp_name] ?? 0],
  __flags__: [typeFlags],
  __dictoffset__: [(self) => (self.hasDict ? -1 : 0)],
  __weakrefoffset__: [(self) => (self.hasWeakrefs ? -8 : 0)],
};

/** tp_basicsize of types, as CPython has them on a machine of 64 bits; 32 for those that nobody asks. */
const basicSizes: Readonly<Record<string, number>> = {
  object: 16,
  int: 24,
  bool: 24,
  float: 24,
  complex: 32,
  tuple: 32,
  list: 40,
  dict: 48,
  str: 64,
  bytes: 33,
  bytearray: 56,
  set: 200,
  frozenset: 200,
  type: 928,
  BaseException: 72,
  Exception: 72,
};

/** tp_itemsize of the types whose instances differ in length, as CPython has them on a machine of 64 bits. */
const itemSizes: Readonly<Record<string, number>> = {
  int: 4,
  bool: 4,
  bytes: 1,
  tuple: 8,
  type: 40,
  code: 2,
  frame: 8,
  generator: 8,
  coroutine: 8,
  async_generator: 8,
};

/** Py_TPFLAGS_ of the built-in types whose subclasses C code tells by a bit. */
const layoutFlags: Readonly<Record<string, number>> = {
  int: 2 ** 24,
  list: 2 ** 25,
  tuple: 2 ** 26,
  bytes: 2 ** 27,
  str: 2 ** 28,
  dict: 2 ** 29,
  type: 2 ** 31 + 2 ** 23 + 2 ** 11,
};

/** Those without Py_TPFLAGS_HAVE_GC, since their instances hold no objects. */
const holdNothing = new Set(['int', 'bool', 'float', 'complex', 'str', 'bytes', 'bytearray', 'object', 'NoneType']);
/** Those that one positional pattern matches as a whole (_Py_TPFLAGS_MATCH_SELF). */
const matchedWhole = new Set('bool bytearray bytes dict float frozenset int list set str tuple'.split(' '));

/** `__flags__`, as far as a type's properties here tell of them (Include/object.h of 3.14). */
function typeFlags(self: PyType): number {
  const { heap, layout } = self;
  const native = layout.tp_name === 'bool' ? 'int' : layout.tp_name;
  let flags = 2 ** 12 + (layoutFlags[native] ?? 0);
  if (self.mro.includes(baseExceptionType)) flags += 2 ** 30;
  if (heap) {
    flags += 2 ** 9;
    if (self.hasDict && !layout.hasDict) flags += 2 ** 4 + (layout === objectType ? 2 ** 2 : 0);
    if (self.hasWeakrefs && !layout.hasWeakrefs) flags += 2 ** 3;
  } else flags += 2 ** 8 + 2;
  if (self.subclassable) flags += 2 ** 10;
  if (heap || !holdNothing.has(native)) flags += 2 ** 14;
  if (self.isAbstract) flags += 2 ** 20;
  if (self.matchesSequence) flags += 2 ** 5;
  if (self.matchesMapping) flags += 2 ** 6;
  if (matchedWhole.has(layout.tp_name)) flags += 2 ** 22;
  return flags;
}
