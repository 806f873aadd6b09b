import { isSubclass } from '../builtins/builtins.ts';
import { defineType, type ModuleDefinition } from '../objects/define.ts';
import { assertionErrorType, newException, runtimeError, typeError } from '../objects/exception.ts';
import { integerOf } from '../objects/int.ts';
import { frozensetType, NotImplemented, newType, PyObject, PyType, typeOf, type Value } from '../objects/object.ts';
import { PySet } from '../objects/set.ts';
import { stringOf } from '../objects/str.ts';
import { tupleOf } from '../objects/tuple.ts';
import { callMethod, getAttribute, lookupAttribute, setAttribute } from '../operations/attribute.ts';
import { forEach } from '../operations/iterate.ts';
import { isTrue } from '../operations/truth.ts';

const SEQUENCE_FLAG = 1 << 5;
const MAPPING_FLAG = 1 << 6;

const abcDataType = defineType(newType('_abc._abc_data'), {
  module: '_abc',
  doc: 'Internal state held by ABC machinery.',
  subclassable: false,
});

/** What an abstract base class knows of other classes (`_abc_impl`). */
class AbcData extends PyObject {
  readonly registry = new Set<PyType>();
  readonly cache = new Set<PyType>();
  readonly negativeCache = new Set<PyType>();
  negativeVersion: number;
  constructor(version: number) {
    super(abcDataType);
    this.negativeVersion = version;
  }
}

function dataOf(self: Value): AbcData {
  const data = getAttribute(self, '_abc_impl');
  if (!(data instanceof AbcData)) throw typeError('_abc_impl is set to a wrong type');
  return data;
}

function isAbstract(value: Value): boolean {
  const abstract = lookupAttribute(value, '__isabstractmethod__');
  return abstract !== undefined && isTrue(abstract);
}

/** Finds the names that are still abstract (compute_abstract_methods). */
function computeAbstractMethods(self: PyType): void {
  const abstracts = new PySet(frozensetType);
  for (const [name, value] of self.attributes) if (isAbstract(value)) abstracts.add(name);
  for (const base of self.bases) {
    const inherited = lookupAttribute(base, '__abstractmethods__');
    if (inherited === undefined) continue;
    forEach(inherited, (name) => {
      const value = lookupAttribute(self, stringOf(name)!);
      if (value !== undefined && isAbstract(value)) abstracts.add(name);
    });
  }
  setAttribute(self, '__abstractmethods__', abstracts);
}

/** Takes what pattern matching takes the class for from `__abc_tpflags__`, which it then loses. */
function takeFlags(self: PyType): void {
  const flags = integerOf(self.attributes.get('__abc_tpflags__') ?? null);
  if (typeof flags !== 'number') return;
  const sequence = (flags & SEQUENCE_FLAG) !== 0;
  const mapping = (flags & MAPPING_FLAG) !== 0;
  if (sequence && mapping) {
    throw typeError('__abc_tpflags__ cannot be both Py_TPFLAGS_SEQUENCE and Py_TPFLAGS_MAPPING');
  }
  self.matchesSequence ||= sequence;
  self.matchesMapping ||= mapping;
  setAttribute(self, '__abc_tpflags__', undefined);
}

/** Lets pattern matching take a registered class and those below it for what the abstract class is. */
function spreadFlags(type: PyType, sequence: boolean, mapping: boolean): void {
  if (!type.heap || (sequence && type.matchesSequence) || (mapping && type.matchesMapping)) return;
  type.matchesSequence = sequence;
  type.matchesMapping = mapping;
  for (const subclass of type.subclasses) spreadFlags(subclass, sequence, mapping);
}

const setOf = (types: ReadonlySet<PyType>): Value => {
  const set = new PySet();
  for (const type of types) set.add(type);
  return set;
};

/** The module _abc: what abc.ABCMeta does, with the caches of Modules/_abc.c (CPython 3.14). */
export const abc = (): ModuleDefinition => {
  /** Grows with every registration anywhere, which makes the negative caches stale. */
  let invalidations = 0;

  function subclassCheck(self: Value, subclass: Value): boolean {
    if (!(subclass instanceof PyType)) throw typeError('issubclass() arg 1 must be a class');
    const data = dataOf(self);
    if (data.cache.has(subclass)) return true;
    if (data.negativeVersion < invalidations) {
      data.negativeCache.clear();
      data.negativeVersion = invalidations;
    } else if (data.negativeCache.has(subclass)) return false;
    const hook = callMethod(self, '__subclasshook__', subclass);
    if (typeof hook === 'boolean') {
      (hook ? data.cache : data.negativeCache).add(subclass);
      return hook;
    }
    if (hook !== NotImplemented) {
      throw newException(assertionErrorType, '__subclasshook__ must return either False, True, or NotImplemented');
    }
    let found = subclass.mro.includes(self as PyType);
    for (const registered of found ? [] : [...data.registry]) found ||= isSubclass(subclass, registered);
    if (!found) {
      forEach(callMethod(self, '__subclasses__'), (below) => {
        found = isSubclass(subclass, below);
        return found;
      });
    }
    (found ? data.cache : data.negativeCache).add(subclass);
    return found;
  }

  function register(self: Value, subclass: Value): Value {
    if (!(subclass instanceof PyType)) throw typeError('Can only register classes');
    if (isSubclass(subclass, self)) return subclass;
    if (isSubclass(self, subclass)) throw runtimeError('Refusing to create an inheritance cycle');
    dataOf(self).registry.add(subclass);
    invalidations++;
    if (self instanceof PyType && (self.matchesSequence || self.matchesMapping)) {
      spreadFlags(subclass, self.matchesSequence, self.matchesMapping);
    }
    return subclass;
  }

  function instanceCheck(self: Value, instance: Value): Value {
    const claimed = getAttribute(instance, '__class__');
    const data = dataOf(self);
    if (claimed instanceof PyType && data.cache.has(claimed)) return true;
    const real = typeOf(instance);
    if (real === claimed) {
      if (data.negativeVersion === invalidations && data.negativeCache.has(real)) return false;
      return callMethod(self, '__subclasscheck__', real);
    }
    const result = callMethod(self, '__subclasscheck__', claimed);
    return isTrue(result) ? result : callMethod(self, '__subclasscheck__', real);
  }

  return {
    name: '_abc',
    doc: 'Module contains faster C implementation of abc.ABCMeta',
    functions: {
      get_cache_token: ['($module, /)', () => invalidations],
      _abc_init: [
        '($module, self, /)',
        (self: Value) => {
          computeAbstractMethods(self as PyType);
          setAttribute(self, '_abc_impl', new AbcData(invalidations));
          takeFlags(self as PyType);
        },
      ],
      _abc_register: ['($module, self, subclass, /)', register],
      _abc_instancecheck: ['($module, self, instance, /)', instanceCheck],
      _abc_subclasscheck: ['($module, self, subclass, /)', subclassCheck],
      _get_dump: [
        '($module, self, /)',
        (self: Value) => {
          const { registry, cache, negativeCache, negativeVersion } = dataOf(self);
          return tupleOf([setOf(registry), setOf(cache), setOf(negativeCache), negativeVersion]);
        },
      ],
      _reset_registry: ['($module, self, /)', (self: Value) => dataOf(self).registry.clear()],
      _reset_caches: [
        '($module, self, /)',
        (self: Value) => {
          const data = dataOf(self);
          data.cache.clear();
          data.negativeCache.clear();
        },
      ],
    },
  };
};
