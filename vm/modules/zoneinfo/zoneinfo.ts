import { vm } from '../../interpreter/state.ts';
import { ordinalOf } from '../../numbers/calendar.ts';
import { bind } from '../../objects/bind.ts';
import { type Declaration, defineType, type ModuleDefinition } from '../../objects/define.ts';
import { typeError, valueError } from '../../objects/exception.ts';
import { integerOf } from '../../objects/int.ts';
import { type KwNames, newType, type PyType, type Slot, type Value } from '../../objects/object.ts';
import { addRoot } from '../../objects/roots.ts';
import { tupleOf } from '../../objects/tuple.ts';
import { callMethod, getAttribute, setAttribute } from '../../operations/attribute.ts';
import { call, callWith } from '../../operations/call.ts';
import { equals } from '../../operations/compare.ts';
import { forEach } from '../../operations/iterate.ts';
import { repr, str } from '../../operations/text.ts';
import { isTrue } from '../../operations/truth.ts';
import { EPOCH } from '../datetime/local-time.ts';
import { datetimeType, fillDateTime, moveDateTime, PyDateTime, PyTzInfo, tzinfoType } from '../datetime/objects.ts';
import { type TimeType, ZoneData } from './zone-data.ts';

const zoneInfoType = newType('zoneinfo.ZoneInfo', tzinfoType);

/** Where a zone came from, which decides how it is pickled. */
const enum Source {
  NoCache,
  Cache,
  File,
}

class PyZoneInfo extends PyTzInfo {
  key: Value = null;
  fileText: string | undefined;
  data: ZoneData | undefined;
  source: Source = Source.NoCache;
}

/** How many zones are kept alive because they were used last. */
const STRONG = 8;
let strongCache: { key: Value; zone: PyZoneInfo }[] = [];
let weakCache: Value | undefined;
addRoot(() => strongCache);
addRoot(() => weakCache);

const newWeakCache = (): Value => call(getAttribute(vm.importModule('weakref'), 'WeakValueDictionary'));

/** ZoneInfo's own cache, or that of a subclass. */
function weakCacheOf(type: PyType): Value {
  if (type !== zoneInfoType) return getAttribute(type, '_weak_cache');
  weakCache ??= newWeakCache();
  return weakCache;
}

/** A module of the package, not the package itself. */
function library(name: string): Value {
  vm.importModule(name);
  return vm.modules.getString(name) as Value;
}

function load(type: PyType, file: Value): PyZoneInfo {
  const zone = type.allocate(type) as PyZoneInfo;
  zone.data = new ZoneData(callMethod(library('zoneinfo._common'), 'load_data', file));
  return zone;
}

function newZone(type: PyType, key: Value): PyZoneInfo {
  const path = callMethod(library('zoneinfo._tzpath'), 'find_tzfile', key);
  const file =
    path === null
      ? callMethod(library('zoneinfo._common'), 'load_tzdata', key)
      : callMethod(vm.importModule('io'), 'open', path, 'rb');
  try {
    const zone = load(type, file);
    zone.key = key;
    return zone;
  } finally {
    callMethod(file, 'close');
  }
}

/** ZoneInfo(key): the same object for the same key, as long as it lives. */
function cachedZone(type: PyType, key: Value): Value {
  const isBase = type === zoneInfoType;
  const at = isBase ? strongCache.findIndex((entry) => equals(entry.key, key)) : -1;
  let zone: Value = at < 0 ? null : strongCache[at].zone;
  if (zone === null) {
    const cache = weakCacheOf(type);
    zone = callMethod(cache, 'get', key, null);
    if (zone === null) {
      zone = callMethod(cache, 'setdefault', key, newZone(type, key));
      if (zone instanceof PyZoneInfo) zone.source = Source.Cache;
    }
  }
  if (isBase && zone instanceof PyZoneInfo) {
    if (at >= 0) strongCache.splice(at, 1);
    strongCache.unshift({ key, zone });
    if (strongCache.length > STRONG) strongCache.length = STRONG;
  }
  return zone;
}

function uncachedZone(type: PyType, key: Value): Value {
  return newZone(type, key);
}

function fromFile(type: PyType, file: Value, key: Slot): Value {
  const text = repr(file);
  const zone = load(type, file);
  zone.source = Source.File;
  zone.fileText = text;
  zone.key = key ?? null;
  return zone;
}

function clearCache(type: PyType, only: Slot): void {
  const cache = weakCacheOf(type);
  if (only === undefined || only === null) {
    callMethod(cache, 'clear');
    if (type === zoneInfoType) strongCache = [];
    return;
  }
  forEach(only, (key) => {
    if (type === zoneInfoType) strongCache = strongCache.filter((entry) => !equals(entry.key, key));
    callMethod(cache, 'pop', key, null);
  });
}

/** Seconds from 1970 on the clock that the datetime shows. */
function localSeconds(moment: Value): number {
  if (moment instanceof PyDateTime) {
    const { year, month, day, hour, minute, second } = moment;
    return ordinalOf(year, month, day) * 86400 + hour * 3600 + minute * 60 + second - EPOCH;
  }
  const part = (name: string): number => Number(integerOf(getAttribute(moment, name)));
  const days = Number(integerOf(callMethod(moment, 'toordinal')));
  return days * 86400 + part('hour') * 3600 + part('minute') * 60 + part('second') - EPOCH;
}

function typeAt(self: PyZoneInfo, moment: Value): TimeType {
  const data = self.data as ZoneData;
  if (moment === null) return data.fixed;
  const part = (name: string): number => Number(integerOf(getAttribute(moment, name)));
  return data.atLocal(localSeconds(moment), part('year'), part('fold'));
}

function fromUtc(self: PyZoneInfo, moment: Value): Value {
  if (!(moment instanceof PyDateTime)) throw typeError('fromutc: argument must be a datetime instance');
  if (moment.tzinfo !== self) throw valueError('fromutc: dt.tzinfo is not self');
  const { type, fold } = (self.data as ZoneData).atUtc(localSeconds(moment), moment.year);
  const local = type.offset === null ? moment : (moveDateTime(moment, type.offset, 1) as PyDateTime);
  if (!fold) return local;
  if (local.type !== datetimeType) return callWith(getAttribute(local, 'replace'), [1], ['fold']);
  return fillDateTime(new PyDateTime(datetimeType), { ...local, fold: 1 });
}

const property = (pick: (type: TimeType) => Value, doc: string): Declaration => [
  '($self, dt, /)',
  (self: PyZoneInfo, moment: Value) => pick(typeAt(self, moment)),
  doc,
];

defineType(zoneInfoType, {
  module: 'zoneinfo',
  hasWeakrefs: true,
  allocate: (type: PyType) => new PyZoneInfo(type),
  tp_new: (type: PyType, args: Value[], kwNames: KwNames) => {
    const [key] = bind('ZoneInfo', '(key)', args, kwNames);
    return cachedZone(type, key as Value);
  },
  tp_repr: (self: PyZoneInfo) => {
    const { tp_name: name } = self.type;
    return self.key === null ? `${name}.from_file(${self.fileText})` : `${name}(key=${repr(self.key)})`;
  },
  tp_str: (self: PyZoneInfo) => (self.key === null ? repr(self) : str(self.key)),
  classMethods: {
    clear_cache: ['($type, /, *, only_keys=None)', clearCache, 'Clear the ZoneInfo cache.'],
    no_cache: ['($type, /, key)', uncachedZone, 'Get a new instance of ZoneInfo, bypassing the cache.'],
    from_file: ['($type, file_obj, /, key=None)', fromFile, 'Create a ZoneInfo file from a file object.'],
    _unpickle: [
      '($type, key, from_cache, /)',
      (type: PyType, key: Value, fromCache: Value) => (isTrue(fromCache) ? call(type, key) : uncachedZone(type, key)),
      'Private method used in unpickling.',
    ],
    __init_subclass__: [
      '($type, /, *args, **kwargs)',
      (type: PyType) => setAttribute(type, '_weak_cache', newWeakCache()),
      'Function to initialize subclasses.',
    ],
  },
  methods: {
    utcoffset: property(
      (type) => type.offset,
      'Retrieve a timedelta representing the UTC offset in a zone at the given datetime.',
    ),
    dst: property(
      (type) => type.dst,
      'Retrieve a timedelta representing the amount of DST applied in a zone at the given datetime.',
    ),
    tzname: property(
      (type) => type.name,
      'Retrieve a string containing the abbreviation for the time zone that applies in a zone at a given datetime.',
    ),
    fromutc: [
      '($self, dt, /)',
      fromUtc,
      'Given a datetime with local time in UTC, retrieve an adjusted datetime in local time.',
    ],
    __reduce__: [
      '($self, /)',
      (self: PyZoneInfo) => {
        if (self.source === Source.File) {
          const error = getAttribute(vm.importModule('pickle'), 'PicklingError');
          throw call(error, 'Cannot pickle a ZoneInfo file created from a file stream.');
        }
        const fromCache = self.source === Source.Cache ? 1 : 0;
        return tupleOf([getAttribute(self.type, '_unpickle'), tupleOf([self.key, fromCache])]);
      },
      'Function for serialization with the pickle protocol.',
    ],
  },
  members: { key: [(self: PyZoneInfo) => self.key] },
});

/** CPython 3.14's Modules/_zoneinfo.c. */
export const zoneinfo = (): ModuleDefinition => {
  strongCache = [];
  weakCache = undefined;
  return {
    name: '_zoneinfo',
    doc: 'C implementation of the zoneinfo module',
    attributes: { ZoneInfo: zoneInfoType },
  };
};
