import { bind } from '../../objects/bind.ts';
import { defineType } from '../../objects/define.ts';
import { newException, notImplementedErrorType, typeError, valueError } from '../../objects/exception.ts';
import { Compare, type KwNames, NotImplemented, type PyType, typeOf, type Value } from '../../objects/object.ts';
import { stringOf } from '../../objects/str.ts';
import { tupleOf } from '../../objects/tuple.ts';
import { getAttribute, lookupAttribute } from '../../operations/attribute.ts';
import { call } from '../../operations/call.ts';
import { hashOf } from '../../operations/hash.ts';
import { repr } from '../../operations/text.ts';
import {
  addDeltas,
  compareDeltas,
  isZeroDelta,
  makeDelta,
  makeTimeZone,
  moveDateTime,
  offsetText,
  PyDateTime,
  PyTimeZone,
  PyTzInfo,
  timezoneType,
  tzinfoType,
  utcZone,
} from './objects.ts';
import { deltaArgument } from './timedelta.ts';
import { zoneOffset } from './zone-calls.ts';

const abstract = (method: string) => (): never => {
  throw newException(notImplementedErrorType, `a tzinfo subclass must implement ${method}()`);
};

function ownDateTime(self: Value, value: Value): PyDateTime {
  if (!(value instanceof PyDateTime)) throw typeError('fromutc: argument must be a datetime');
  if (value.tzinfo !== self) throw valueError('fromutc: dt.tzinfo is not self');
  return value;
}

/** From UTC to local time, for zones whose standard offset doesn't depend on the moment (tzinfo_fromutc). */
function fromUtc(self: Value, value: Value): Value {
  const moment = ownDateTime(self, value);
  const offset = zoneOffset(self, 'utcoffset', moment);
  if (offset === null) throw valueError('fromutc: non-None utcoffset() result required');
  const dst = zoneOffset(self, 'dst', moment);
  if (dst === null) throw valueError('fromutc: non-None dst() result required');
  const standard = moveDateTime(moment, addDeltas(offset, dst, -1), 1);
  const localDst = zoneOffset(self, 'dst', standard);
  if (localDst === null) throw valueError('fromutc: tz.dst() gave inconsistent results; cannot convert');
  return isZeroDelta(localDst) ? standard : moveDateTime(standard as PyDateTime, localDst, 1);
}

defineType(tzinfoType, {
  module: 'datetime',
  doc: 'Abstract base class for time zone info objects.',
  allocate: (type: PyType) => new PyTzInfo(type),
  tp_new: (type: PyType) => type.allocate(type),
  methods: {
    tzname: ['($self, object, /)', abstract('tzname'), 'datetime -> string name of time zone.'],
    utcoffset: [
      '($self, object, /)',
      abstract('utcoffset'),
      'datetime -> timedelta showing offset from UTC, negative values indicating West of UTC',
    ],
    dst: ['($self, object, /)', abstract('dst'), 'datetime -> DST offset as timedelta positive east of UTC.'],
    fromutc: ['($self, object, /)', fromUtc, 'datetime in UTC -> datetime in local time.'],
    __reduce__: [
      '($self, /)',
      (self: PyTzInfo) => {
        const initial = lookupAttribute(self, '__getinitargs__');
        const args = initial === undefined ? tupleOf([]) : call(initial);
        return tupleOf([self.type, args, call(getAttribute(self, '__getstate__'))]);
      },
      '-> (cls, state)',
    ],
  },
});

function momentArgument(value: Value, method: string): void {
  if (value === null || value instanceof PyDateTime) return;
  throw typeError(`${method}(dt) argument must be a datetime instance or None, not ${typeOf(value).tp_name}`);
}

function zoneText(self: PyTimeZone): Value {
  if (self.name !== null) return self.name;
  return isZeroDelta(self.offset) ? 'UTC' : `UTC${offsetText(self.offset, ':')}`;
}

defineType(timezoneType, {
  module: 'datetime',
  doc: 'Fixed offset from UTC implementation of tzinfo.',
  subclassable: false,
  tp_new: (_type: PyType, args: Value[], kwNames: KwNames) => {
    const [offset, name] = bind('timezone', '(offset, name=<unrepresentable>)', args, kwNames);
    const delta = deltaArgument(offset, 'timezone() argument 1');
    if (name !== undefined && stringOf(name) === undefined) {
      throw typeError(`timezone() argument 2 must be str, not ${typeOf(name).tp_name}`);
    }
    return makeTimeZone(delta, name ?? null);
  },
  tp_repr: (self: PyTimeZone) => {
    if (self === utcZone()) return 'datetime.timezone.utc';
    const name = self.name === null ? '' : `, ${repr(self.name)}`;
    return `${self.type.tp_name}(${repr(self.offset)}${name})`;
  },
  tp_str: zoneText,
  tp_hash: (self: PyTimeZone) => hashOf(self.offset),
  tp_richcompare: (self: PyTimeZone, other: Value, op: Compare) => {
    if ((op !== Compare.EQ && op !== Compare.NE) || !(other instanceof PyTimeZone)) return NotImplemented;
    return (compareDeltas(self.offset, other.offset) === 0) === (op === Compare.EQ);
  },
  methods: {
    tzname: [
      '($self, object, /)',
      (self: PyTimeZone, moment: Value) => {
        momentArgument(moment, 'tzname');
        return zoneText(self);
      },
      "If name is specified when timezone is created, returns the name.  Otherwise returns offset as 'UTC(+|-)HH:MM'.",
    ],
    utcoffset: [
      '($self, object, /)',
      (self: PyTimeZone, moment: Value) => {
        momentArgument(moment, 'utcoffset');
        return self.offset;
      },
      'Return fixed offset.',
    ],
    dst: ['($self, object, /)', (_self: PyTimeZone, moment: Value) => momentArgument(moment, 'dst'), 'Return None.'],
    fromutc: [
      '($self, object, /)',
      (self: PyTimeZone, value: Value) => moveDateTime(ownDateTime(self, value), self.offset, 1),
      'datetime in UTC -> datetime in local time.',
    ],
    __getinitargs__: [
      '($self, /)',
      (self: PyTimeZone) => tupleOf(self.name === null ? [self.offset] : [self.offset, self.name]),
      'pickle support',
    ],
  },
});

export function setZoneLimits(): void {
  const { attributes } = timezoneType;
  attributes.set('utc', utcZone());
  attributes.set('min', new PyTimeZone(makeDelta(-1, 60, 0), null));
  attributes.set('max', new PyTimeZone(makeDelta(0, 86340, 0), null));
  timezoneType.modified();
}
