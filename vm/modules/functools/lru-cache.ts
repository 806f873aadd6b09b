import { defineType } from '../../objects/define.ts';
import { canonicalKey, PyDict } from '../../objects/dict.ts';
import { typeError } from '../../objects/exception.ts';
import { PyMethod } from '../../objects/function.ts';
import { isInt } from '../../objects/int.ts';
import { type KwNames, newType, PyObject, type PyType, type Slot, typeOf, type Value } from '../../objects/object.ts';
import { BuiltinDef } from '../../objects/signature.ts';
import { tupleOf } from '../../objects/tuple.ts';
import { index } from '../../operations/arithmetic.ts';
import { instanceDict } from '../../operations/attribute.ts';
import { call, callWith, isCallable } from '../../operations/call.ts';
import { hashOf } from '../../operations/hash.ts';
import { isTrue } from '../../operations/truth.ts';

export const lruCacheType = newType('functools._lru_cache_wrapper');

/** Stands between positional and keyword arguments in a cache key. */
const keywordMark = new PyObject(defineType(newType('functools._kwd_mark'), { module: 'functools' }));

class LruCache extends PyObject {
  func: Value = null;
  /** Entries from least to most recently used. */
  readonly entries = new PyDict();
  /** -1 for no limit. */
  maxsize = -1;
  typed = false;
  cacheInfo: Value = null;
  hits = 0;
  misses = 0;
}

/** The cache key of a call: the one argument itself where its type can't be confused, else a tuple (lru_cache_make_key). */
function makeKey(typed: boolean, args: readonly Value[], kwNames: KwNames): Value {
  const count = kwNames?.length ?? 0;
  if (!typed && count === 0 && args.length === 1 && (typeof args[0] === 'string' || typeof args[0] === 'number')) {
    return args[0];
  }
  const positional = args.slice(0, args.length - count);
  const key: Value[] = positional;
  if (count > 0) {
    key.push(keywordMark);
    kwNames!.forEach((name, i) => {
      key.push(name, args[args.length - count + i]);
    });
  }
  if (typed) for (const arg of args) key.push(typeOf(arg));
  return tupleOf(key);
}

function callCached(self: LruCache, args: Value[], kwNames: KwNames): Value {
  if (self.maxsize === 0) {
    self.misses++;
    return callWith(self.func, args, kwNames);
  }
  const key = makeKey(self.typed, args, kwNames);
  // A key is asked once for its hash, however often it is looked for.
  const hash = canonicalKey(key) === undefined ? hashOf(key) : undefined;
  const { entries } = self;
  const find = (): number => (hash === undefined ? entries.find(key) : entries.findHashed(key, hash));
  const put = (value: Value): void => {
    if (hash === undefined) entries.set(key, value);
    else entries.setHashed(key, value, hash);
  };
  const entry = find();
  if (entry >= 0) {
    const cached = entries.values[entry];
    self.hits++;
    if (self.maxsize > 0) {
      entries.removeEntry(entry);
      put(cached);
    }
    return cached;
  }
  self.misses++;
  const result = callWith(self.func, args, kwNames);
  if (self.maxsize > 0 && entries.used >= self.maxsize && find() < 0) entries.removeEntry(entries.nextEntry(0));
  put(result);
  return result;
}

const binder = new BuiltinDef(
  '_lru_cache_wrapper',
  '_lru_cache_wrapper',
  '(user_function, maxsize, typed, cache_info_type)',
  () => null,
  false,
  null,
);

defineType(lruCacheType, {
  module: 'functools',
  doc: 'Create a cached callable that wraps another function.',
  allocate: (type) => new LruCache(type),
  hasDict: true,
  hasWeakrefs: true,
  tp_new(type: PyType, args: Value[], kwNames: KwNames) {
    const [func, maxsize, typed, cacheInfo] = binder.bind(args, kwNames) as Value[];
    if (!isCallable(func)) throw typeError('the first argument must be callable');
    const self = new LruCache(type);
    if (maxsize !== null) {
      if (!isInt(maxsize)) throw typeError('maxsize should be integer or None');
      self.maxsize = Math.max(0, Number(index(maxsize)));
    }
    self.func = func;
    self.typed = isTrue(typed);
    self.cacheInfo = cacheInfo;
    return self;
  },
  tp_call: callCached,
  tp_descr_get(self: LruCache, instance: Slot) {
    return instance === undefined || instance === null ? self : new PyMethod(self, instance);
  },
  methods: {
    cache_info: [
      '($self, /)',
      (self: LruCache) =>
        call(self.cacheInfo, self.hits, self.misses, self.maxsize < 0 ? null : self.maxsize, self.entries.used),
      'Report cache statistics',
    ],
    cache_clear: [
      '($self, /)',
      (self: LruCache) => {
        self.hits = 0;
        self.misses = 0;
        self.entries.clear();
      },
      'Clear the cache and cache statistics',
    ],
    __reduce__: ['($self, /)', (self: LruCache) => instanceDict(self).getString('__qualname__') as Value],
    __copy__: ['($self, /)', (self: LruCache) => self],
    __deepcopy__: ['($self, memo, /)', (self: LruCache) => self],
  },
  getset: {
    __dict__: [(self: LruCache) => instanceDict(self)],
  },
});
