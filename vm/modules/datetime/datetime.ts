import { deprecated } from '../../builtins/warn.ts';
import { daysInMonth, MAX_YEAR } from '../../numbers/calendar.ts';
import { PyBytes } from '../../objects/bytes.ts';
import { type Declaration, defineType } from '../../objects/define.ts';
import { typeError, valueError } from '../../objects/exception.ts';
import { PyFloat } from '../../objects/float.ts';
import { integerOf } from '../../objects/int.ts';
import {
  Compare,
  type KwNames,
  NotImplemented,
  type PyType,
  type Slot,
  typeOf,
  type Value,
} from '../../objects/object.ts';
import { stringOf } from '../../objects/str.ts';
import { tupleOf } from '../../objects/tuple.ts';
import { callMethod } from '../../operations/attribute.ts';
import { hashOf } from '../../operations/hash.ts';
import { repr } from '../../operations/text.ts';
import { lengthOf } from '../../text/code-points.ts';
import { cTime, dateState, isoDate, stateArgument, strptimeMethod, structTime } from './date.ts';
import { findSeparator, type IsoTime, parseIsoDate, parseIsoTime } from './iso-format.ts';
import { dateTimeOfMoment, EPOCH, localZone, now, timestampArgument, utcOfLocal, zoneOfLocal } from './local-time.ts';
import {
  addDeltas,
  checkDate,
  checkTime,
  compareDeltas,
  datetimeType,
  fillDateTime,
  intArgument,
  isZeroDelta,
  makeDate,
  makeDateTime,
  makeDelta,
  makeTime,
  moveDateTime,
  normalDelta,
  offsetText,
  ordinalOfDate,
  PyDate,
  PyDateTime,
  PyDelta,
  PyTime,
  parseArguments,
  tzinfoArgument,
  utcZone,
} from './objects.ts';
import { clockState, isEndOfDay, isoClock, isoZone, reprEnd, stateZone, timespecArgument } from './time.ts';
import { deltaHash, holds } from './timedelta.ts';
import { zoneName, zoneOffset } from './zone-calls.ts';

const NAMES = ['year', 'month', 'day', 'hour', 'minute', 'second', 'microsecond', 'tzinfo', 'fold'];

function dateTimeNew(type: PyType, args: Value[], kwNames: KwNames): Value {
  const moment = type.allocate(type) as PyDateTime;
  const pickled = args.length >= 1 && args.length <= 2 && kwNames === undefined;
  const state = pickled ? stateArgument(args[0], 10) : undefined;
  if (state !== undefined && (state[2] & 0x7f) >= 1 && (state[2] & 0x7f) <= 12) {
    const [high, low, month, day, hour, minute, second] = state;
    return fillDateTime(moment, {
      year: high * 256 + low,
      month: month & 0x7f,
      day,
      hour,
      minute,
      second,
      microsecond: (state[7] << 16) | (state[8] << 8) | state[9],
      tzinfo: stateZone(args),
      fold: month >> 7,
    });
  }
  const values = parseArguments(NAMES, 3, 8, args, kwNames, 'function', (value, at) => {
    if (NAMES[at] !== 'tzinfo') intArgument(value);
  });
  const part = (i: number): number => (values[i] === undefined ? 0 : intArgument(values[i] as Value));
  const parts = {
    year: part(0),
    month: part(1),
    day: part(2),
    hour: part(3),
    minute: part(4),
    second: part(5),
    microsecond: part(6),
    fold: part(8),
  };
  checkDate(parts.year, parts.month, parts.day);
  checkTime(parts.hour, parts.minute, parts.second, parts.microsecond, parts.fold);
  return fillDateTime(moment, { ...parts, tzinfo: tzinfoArgument(values[7]) });
}

const offsetOf = (self: PyDateTime): PyDelta | null => zoneOffset(self.tzinfo, 'utcoffset', self);
const secondOfDay = (self: PyDateTime): number => self.hour * 3600 + self.minute * 60 + self.second;

/** The time between two clocks, whatever their zones. */
const clockDifference = (a: PyDateTime, b: PyDateTime): PyDelta =>
  normalDelta(ordinalOfDate(a) - ordinalOfDate(b), secondOfDay(a) - secondOfDay(b), a.microsecond - b.microsecond);

function difference(left: PyDateTime, right: PyDateTime): PyDelta {
  const delta = clockDifference(left, right);
  if (left.tzinfo === right.tzinfo) return delta;
  const a = offsetOf(left);
  const b = offsetOf(right);
  if ((a === null) !== (b === null)) throw typeError("can't subtract offset-naive and offset-aware datetimes");
  return a === null || b === null ? delta : addDeltas(delta, addDeltas(a, b, -1), -1);
}

const plainCopy = (self: PyDateTime, fold: number): PyDateTime =>
  fillDateTime(new PyDateTime(datetimeType), {
    year: self.year,
    month: self.month,
    day: self.day,
    hour: self.hour,
    minute: self.minute,
    second: self.second,
    microsecond: self.microsecond,
    tzinfo: self.tzinfo,
    fold,
  });

/** Does the offset depend on the fold? Such a time equals none of another zone (pep495_eq_exception). */
function isAmbiguous(self: PyDateTime, offset: PyDelta | null): boolean {
  const other = offsetOf(plainCopy(self, self.fold ? 0 : 1));
  if (other === null || offset === null) return other !== offset;
  return compareDeltas(other, offset) !== 0;
}

function compare(self: PyDateTime, other: Value, op: Compare): Value {
  if (!(other instanceof PyDateTime)) return NotImplemented;
  const clocks = (): number => {
    const delta = clockDifference(self, other);
    return delta.days || delta.seconds || delta.microseconds;
  };
  if (self.tzinfo === other.tzinfo) return holds(clocks(), op);
  const left = offsetOf(self);
  const right = offsetOf(other);
  const equality = op === Compare.EQ || op === Compare.NE;
  let order: number;
  if (left === null || right === null) {
    if (left !== right) {
      if (equality) return op === Compare.NE;
      throw typeError("can't compare offset-naive and offset-aware datetimes");
    }
    order = clocks();
  } else if (compareDeltas(left, right) === 0) order = clocks();
  else {
    const delta = difference(self, other);
    order = delta.days || delta.seconds || delta.microseconds;
  }
  if (equality && order === 0 && (isAmbiguous(self, left) || isAmbiguous(other, right))) order = 1;
  return holds(order, op);
}

const state = (self: PyDateTime): number[] => [...dateState(self), ...clockState(self)];

function hash(self: PyDateTime): number | bigint {
  const offset = offsetOf(self.fold === 0 ? self : plainCopy(self, 0));
  if (offset === null) return hashOf(new PyBytes(Uint8Array.from(state(self))));
  return deltaHash(addDeltas(makeDelta(ordinalOfDate(self), secondOfDay(self), self.microsecond), offset, -1));
}

function isoFormat(self: PyDateTime, separator: Slot, timespec: Slot): string {
  let between = 'T';
  if (separator !== undefined) {
    const text = stringOf(separator);
    if (text === undefined) {
      throw typeError(`isoformat() argument 1 must be a unicode character, not ${typeOf(separator).tp_name}`);
    }
    if (lengthOf(text) !== 1) {
      throw typeError(`isoformat() argument 1 must be a unicode character, not a string of length ${lengthOf(text)}`);
    }
    between = text;
  }
  const text = isoDate(self) + between + isoClock(self, timespecArgument(timespec));
  const offset = offsetOf(self);
  return offset === null ? text : text + offsetText(offset, ':');
}

function dateTimeRepr(self: PyDateTime): string {
  const { year, month, day, hour, minute, second, microsecond } = self;
  const rest = microsecond !== 0 ? `, ${second}, ${microsecond}` : second !== 0 ? `, ${second}` : '';
  const parts = `${year}, ${month}, ${day}, ${hour}, ${minute}${rest}`;
  return `${self.type.tp_name}(${parts}${reprEnd(self.fold, self.tzinfo)}`;
}

function fromIsoFormat(type: PyType, value: Value): Value {
  const text = stringOf(value);
  if (text === undefined) throw typeError('fromisoformat: argument must be str');
  const invalid = () => valueError(`Invalid isoformat string: ${repr(value)}`);
  if (text.length < 7) throw invalid();
  const separator = findSeparator(text);
  const date = separator < 0 ? undefined : parseIsoDate(text.slice(0, separator));
  if (date === undefined) throw invalid();
  let time: IsoTime = { hour: 0, minute: 0, second: 0, microsecond: 0, offset: undefined };
  if (text.length > separator) {
    const width = text.codePointAt(separator)! > 0xffff ? 2 : 1;
    const parsed = parseIsoTime(text.slice(separator + width));
    if (parsed === undefined) throw invalid();
    time = parsed;
  }
  const tzinfo = isoZone(time);
  const { minute, second, microsecond } = time;
  let { year, month, day } = date;
  let { hour } = time;
  const validMonth = month >= 1 && month <= 12;
  if (validMonth && day <= daysInMonth(year, month) && isEndOfDay(time)) {
    hour = 0;
    if (++day > daysInMonth(year, month)) {
      day = 1;
      if (++month > 12) {
        month = 1;
        year++;
      }
    }
  }
  if (year > MAX_YEAR) checkDate(year, month, day);
  checkDate(year, month, day);
  checkTime(hour, minute, second, microsecond, 0);
  return makeDateTime({ year, month, day, hour, minute, second, microsecond, tzinfo }, type);
}

function combine(type: PyType, date: Value, time: Value, zone: Slot): Value {
  if (!(date instanceof PyDate)) {
    throw typeError(`combine() argument 1 must be datetime.date, not ${typeOf(date).tp_name}`);
  }
  if (!(time instanceof PyTime)) {
    throw typeError(`combine() argument 2 must be datetime.time, not ${typeOf(time).tp_name}`);
  }
  const { year, month, day } = date;
  const { hour, minute, second, microsecond, fold } = time;
  const tzinfo = zone === undefined ? time.tzinfo : tzinfoArgument(zone);
  return makeDateTime({ year, month, day, hour, minute, second, microsecond, tzinfo, fold }, type);
}

function fromTimestamp(type: PyType, timestamp: Value, tz: Slot): Value {
  const tzinfo = tzinfoArgument(tz);
  const made = dateTimeOfMoment(timestampArgument(timestamp), tzinfo === null, tzinfo, type);
  return tzinfo === null ? made : callMethod(tzinfo, 'fromutc', made);
}

const replaceMethod: Declaration = [
  '($self, /, year=unchanged, month=unchanged, day=unchanged, hour=unchanged, minute=unchanged, second=unchanged, microsecond=unchanged, tzinfo=unchanged, *, fold=unchanged)',
  (self: PyDateTime, ...given: Slot[]) => {
    const part = (i: number, own: number): number => (given[i] === undefined ? own : intArgument(given[i]));
    const fold = part(8, self.fold);
    if (fold !== 0 && fold !== 1) throw valueError(`fold must be either 0 or 1, not ${fold}`);
    return makeDateTime(
      {
        year: part(0, self.year),
        month: part(1, self.month),
        day: part(2, self.day),
        hour: part(3, self.hour),
        minute: part(4, self.minute),
        second: part(5, self.second),
        microsecond: part(6, self.microsecond),
        tzinfo: given[7] === undefined ? self.tzinfo : tzinfoArgument(given[7]),
        fold,
      },
      self.type,
    );
  },
  'Return datetime with new specified fields.',
];

/** Seconds since 1970 of a datetime in UTC. */
const utcSeconds = (self: PyDateTime): number => ordinalOfDate(self) * 86400 + secondOfDay(self) - EPOCH;

function astimezone(self: PyDateTime, tz: Slot): Value {
  const target = tzinfoArgument(tz);
  let source = self.tzinfo;
  let offset: PyDelta | null = null;
  if (source !== null) {
    if (source === target) return self;
    offset = zoneOffset(source, 'utcoffset', self);
  }
  if (offset === null) {
    source = zoneOfLocal(self);
    if (source === target) return self;
    offset = zoneOffset(source, 'utcoffset', self) as PyDelta;
  }
  const moved = moveDateTime(self, offset, -1) as PyDateTime;
  const zone = target ?? localZone(utcSeconds(moved));
  const { year, month, day, hour, minute, second, microsecond } = moved;
  const result = makeDateTime({ year, month, day, hour, minute, second, microsecond, tzinfo: zone }, moved.type);
  return zone === utcZone() ? result : callMethod(zone, 'fromutc', result);
}

function timestamp(self: PyDateTime): Value {
  const offset = self.tzinfo === null ? null : offsetOf(self);
  if (offset === null) return new PyFloat(utcOfLocal(self) - EPOCH + self.microsecond / 1e6);
  const seconds = utcSeconds(self) - offset.days * 86400 - offset.seconds;
  const microseconds = self.microsecond - offset.microseconds;
  return new PyFloat((seconds * 1e6 + microseconds) / 1e6);
}

function utcTimeTuple(self: PyDateTime): Value {
  const offset = self.tzinfo === null ? null : offsetOf(self);
  const utc = offset === null ? self : (moveDateTime(plainCopy(self, 0), offset, -1) as PyDateTime);
  return structTime(utc, utc.hour, utc.minute, utc.second, 0);
}

function timeTuple(self: PyDateTime): Value {
  const dst = zoneOffset(self.tzinfo, 'dst', self);
  return structTime(self, self.hour, self.minute, self.second, dst === null ? -1 : isZeroDelta(dst) ? 0 : 1);
}

function timeOf(self: PyDateTime, tzinfo: Value): Value {
  const { hour, minute, second, microsecond, fold } = self;
  return makeTime({ hour, minute, second, microsecond, tzinfo, fold });
}

function reduce(self: PyDateTime, protocol: number): Value {
  const bytes = state(self);
  if (protocol > 3 && self.fold) bytes[2] |= 0x80;
  const packed = new PyBytes(Uint8Array.from(bytes));
  return tupleOf([self.type, tupleOf(self.tzinfo === null ? [packed] : [packed, self.tzinfo])]);
}

function addToDateTime(left: Value, right: Value): Value {
  const [moment, delta] = left instanceof PyDateTime ? [left, right] : [right as PyDateTime, left];
  return delta instanceof PyDelta ? moveDateTime(moment, delta, 1) : NotImplemented;
}

function subtractFromDateTime(left: Value, right: Value): Value {
  if (!(left instanceof PyDateTime)) return NotImplemented;
  if (right instanceof PyDateTime) return difference(left, right);
  return right instanceof PyDelta ? moveDateTime(left, right, -1) : NotImplemented;
}

defineType(datetimeType, {
  module: 'datetime',
  doc: 'datetime(year, month, day[, hour[, minute[, second[, microsecond[,tzinfo]]]]])\n\nThe year, month and day arguments are required. tzinfo may be None, or an\ninstance of a tzinfo subclass. The remaining arguments may be ints.\n',
  allocate: (type: PyType) => new PyDateTime(type),
  tp_new: dateTimeNew,
  tp_repr: dateTimeRepr,
  tp_str: (self: PyDateTime) => callMethod(self, 'isoformat', ' '),
  tp_hash: hash,
  tp_richcompare: compare,
  nb_add: addToDateTime,
  nb_subtract: subtractFromDateTime,
  classMethods: {
    now: [
      '($type, /, tz=None)',
      (type: PyType, tz: Slot) => {
        const tzinfo = tzinfoArgument(tz);
        const made = dateTimeOfMoment(now(), tzinfo === null, tzinfo, type);
        return tzinfo === null ? made : callMethod(tzinfo, 'fromutc', made);
      },
      'Returns new datetime object representing current time local to tz.\n\n  tz\n    Timezone object.\n\nIf no tz is specified, uses local timezone.',
    ],
    utcnow: [
      '($type, /)',
      (type: PyType) => {
        deprecated(
          'datetime.datetime.utcnow() is deprecated and scheduled for removal in a future version. Use timezone-aware objects to represent datetimes in UTC: datetime.datetime.now(datetime.UTC).',
        );
        return dateTimeOfMoment(now(), false, null, type);
      },
      'Return a new datetime representing UTC day and time.',
    ],
    fromtimestamp: [
      '($type, /, timestamp, tz=None)',
      fromTimestamp,
      "timestamp[, tz] -> tz's local time from POSIX timestamp.",
    ],
    utcfromtimestamp: [
      '($type, timestamp, /)',
      (type: PyType, value: Value) => {
        deprecated(
          'datetime.datetime.utcfromtimestamp() is deprecated and scheduled for removal in a future version. Use timezone-aware objects to represent datetimes in UTC: datetime.datetime.fromtimestamp(timestamp, datetime.UTC).',
        );
        return dateTimeOfMoment(timestampArgument(value), false, null, type);
      },
      'Construct a naive UTC datetime from a POSIX timestamp.',
    ],
    strptime: strptimeMethod(
      '_strptime_datetime_datetime',
      'string, format -> new datetime parsed from a string (like time.strptime()).',
    ),
    combine: [
      '($type, /, date, time, tzinfo=<unrepresentable>)',
      combine,
      'date, time -> datetime with same date and time fields',
    ],
    fromisoformat: ['($type, object, /)', fromIsoFormat, 'string -> datetime from a string in most ISO 8601 formats'],
  },
  methods: {
    date: [
      '($self, /)',
      (self: PyDateTime) => makeDate(self.year, self.month, self.day),
      'Return date object with same year, month and day.',
    ],
    time: [
      '($self, /)',
      (self: PyDateTime) => timeOf(self, null),
      'Return time object with same time but with tzinfo=None.',
    ],
    timetz: [
      '($self, /)',
      (self: PyDateTime) => timeOf(self, self.tzinfo),
      'Return time object with same time and tzinfo.',
    ],
    ctime: [
      '($self, /)',
      (self: PyDateTime) => cTime(self, self.hour, self.minute, self.second),
      'Return ctime() style string.',
    ],
    timetuple: ['($self, /)', timeTuple, 'Return time tuple, compatible with time.localtime().'],
    timestamp: ['($self, /)', timestamp, 'Return POSIX timestamp as float.'],
    utctimetuple: ['($self, /)', utcTimeTuple, 'Return UTC time tuple, compatible with time.localtime().'],
    isoformat: [
      "($self, /, sep='T', timespec='auto')",
      isoFormat,
      "[sep] -> string in ISO 8601 format, YYYY-MM-DDT[HH[:MM[:SS[.mmm[uuu]]]]][+HH:MM].\nsep is used to separate the year from the time, and defaults to 'T'.\nThe optional argument timespec specifies the number of additional terms\nof the time to include. Valid options are 'auto', 'hours', 'minutes',\n'seconds', 'milliseconds' and 'microseconds'.\n",
    ],
    utcoffset: ['($self, /)', offsetOf, 'Return self.tzinfo.utcoffset(self).'],
    tzname: ['($self, /)', (self: PyDateTime) => zoneName(self.tzinfo, self), 'Return self.tzinfo.tzname(self).'],
    dst: ['($self, /)', (self: PyDateTime) => zoneOffset(self.tzinfo, 'dst', self), 'Return self.tzinfo.dst(self).'],
    replace: replaceMethod,
    __replace__: replaceMethod,
    astimezone: ['($self, /, tz=None)', astimezone, 'tz -> convert to local time in new timezone tz\n'],
    __reduce_ex__: [
      '($self, proto, /)',
      (self: PyDateTime, protocol: Value) => reduce(self, Number(integerOf(protocol) ?? 0)),
      '__reduce_ex__(proto) -> (cls, state)',
    ],
    __reduce__: ['($self, /)', (self: PyDateTime) => reduce(self, 2), '__reduce__() -> (cls, state)'],
  },
  getset: {
    hour: [(self: PyDateTime) => self.hour],
    minute: [(self: PyDateTime) => self.minute],
    second: [(self: PyDateTime) => self.second],
    microsecond: [(self: PyDateTime) => self.microsecond],
    tzinfo: [(self: PyDateTime) => self.tzinfo],
    fold: [(self: PyDateTime) => self.fold],
  },
});

export function setDateTimeLimits(): void {
  const { attributes } = datetimeType;
  attributes.set('min', makeDateTime({ year: 1, month: 1, day: 1 }));
  const end = { hour: 23, minute: 59, second: 59, microsecond: 999999 };
  attributes.set('max', makeDateTime({ year: 9999, month: 12, day: 31, ...end }));
  attributes.set('resolution', makeDelta(0, 0, 1));
  datetimeType.modified();
}
