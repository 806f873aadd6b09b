import { PyBytes } from '../../objects/bytes.ts';
import { type Declaration, defineType } from '../../objects/define.ts';
import { typeError, valueError } from '../../objects/exception.ts';
import { integerOf } from '../../objects/int.ts';
import { Compare, type KwNames, NotImplemented, type PyType, type Slot, type Value } from '../../objects/object.ts';
import { stringOf } from '../../objects/str.ts';
import { tupleOf } from '../../objects/tuple.ts';
import { callMethod } from '../../operations/attribute.ts';
import { hashOf } from '../../operations/hash.ts';
import { repr } from '../../operations/text.ts';
import { formatMethod, stateArgument, strptimeMethod } from './date.ts';
import { type IsoTime, parseIsoTime } from './iso-format.ts';
import {
  addDeltas,
  checkTime,
  compareDeltas,
  fillTime,
  intArgument,
  isTzInfo,
  makeDelta,
  makeTime,
  makeTimeZone,
  normalDelta,
  offsetText,
  type PyDelta,
  PyTime,
  pad,
  parseArguments,
  timeType,
  tzinfoArgument,
  utcZone,
} from './objects.ts';
import { formatArgument, wrapStrftime } from './strftime.ts';
import { deltaHash, holds } from './timedelta.ts';
import { zoneName, zoneOffset } from './zone-calls.ts';

/** The fields that times and datetimes have. */
export interface Clock {
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly microsecond: number;
}

/** A time as isoformat() writes it, to the precision that `timespec` names. */
export function isoClock({ hour, minute, second, microsecond }: Clock, timespec: string): string {
  const spec = timespec === 'auto' ? (microsecond === 0 ? 'seconds' : 'microseconds') : timespec;
  switch (spec) {
    case 'hours':
      return pad(hour);
    case 'minutes':
      return `${pad(hour)}:${pad(minute)}`;
    case 'seconds':
      return `${pad(hour)}:${pad(minute)}:${pad(second)}`;
    case 'milliseconds':
      return `${pad(hour)}:${pad(minute)}:${pad(second)}.${pad(Math.floor(microsecond / 1000), 3)}`;
    case 'microseconds':
      return `${pad(hour)}:${pad(minute)}:${pad(second)}.${pad(microsecond, 6)}`;
    default:
      throw valueError('Unknown timespec value');
  }
}

export function timespecArgument(value: Slot): string {
  return value === undefined ? 'auto' : formatArgument(value, "isoformat() argument 'timespec'");
}

/** The end of a repr: what isn't the default. */
export function reprEnd(fold: number, tzinfo: Value): string {
  return `${fold ? ', fold=1' : ''}${tzinfo === null ? '' : `, tzinfo=${repr(tzinfo)}`})`;
}

/** The zone that an ISO time names; None where it names none. */
export function isoZone({ offset }: IsoTime): Value {
  if (offset === undefined) return null;
  if (offset.seconds === 0 && offset.microseconds === 0) return utcZone();
  return makeTimeZone(normalDelta(0, offset.seconds, offset.microseconds));
}

/** 24:00 is the end of a day, if nothing follows it. */
export function isEndOfDay({ hour, minute, second, microsecond }: Clock): boolean {
  if (hour !== 24) return false;
  if (minute === 0 && second === 0 && microsecond === 0) return true;
  throw valueError('minute, second, and microsecond must be 0 when hour is 24');
}

export const clockState = ({ hour, minute, second, microsecond }: Clock): number[] => [
  hour,
  minute,
  second,
  microsecond >> 16,
  (microsecond >> 8) & 255,
  microsecond & 255,
];

export function stateZone(args: Value[]): Value {
  if (args.length < 2) return null;
  if (args[1] !== null && !isTzInfo(args[1])) throw typeError('bad tzinfo state arg');
  return args[1];
}

const NAMES = ['hour', 'minute', 'second', 'microsecond', 'tzinfo', 'fold'];

function timeNew(type: PyType, args: Value[], kwNames: KwNames): Value {
  const time = type.allocate(type) as PyTime;
  const pickled = args.length >= 1 && args.length <= 2 && kwNames === undefined;
  const state = pickled ? stateArgument(args[0], 6) : undefined;
  if (state !== undefined && (state[0] & 0x7f) < 24) {
    const microsecond = (state[3] << 16) | (state[4] << 8) | state[5];
    const [first, minute, second] = state;
    return fillTime(time, {
      hour: first & 0x7f,
      minute,
      second,
      microsecond,
      tzinfo: stateZone(args),
      fold: first >> 7,
    });
  }
  const values = parseArguments(NAMES, 0, 5, args, kwNames);
  const part = (i: number): number => (values[i] === undefined ? 0 : intArgument(values[i] as Value));
  const [hour, minute, second, microsecond, fold] = [part(0), part(1), part(2), part(3), part(5)];
  checkTime(hour, minute, second, microsecond, fold);
  return fillTime(time, { hour, minute, second, microsecond, tzinfo: tzinfoArgument(values[4]), fold });
}

const offsetOf = (self: PyTime): PyDelta | null => zoneOffset(self.tzinfo, 'utcoffset', null);
const secondsOf = (self: PyTime): number => self.hour * 3600 + self.minute * 60 + self.second;

/** The difference between two times on their own clocks. */
const clockDifference = (a: PyTime, b: PyTime): number => secondsOf(a) - secondsOf(b) || a.microsecond - b.microsecond;

function compare(self: PyTime, other: Value, op: Compare): Value {
  if (!(other instanceof PyTime)) return NotImplemented;
  if (self.tzinfo === other.tzinfo) return holds(clockDifference(self, other), op);
  const left = offsetOf(self);
  const right = offsetOf(other);
  if (left === null && right === null) return holds(clockDifference(self, other), op);
  if (left !== null && right !== null) {
    if (compareDeltas(left, right) === 0) return holds(clockDifference(self, other), op);
    const of = (time: PyTime, offset: PyDelta): number => secondsOf(time) - offset.days * 86400 - offset.seconds;
    return holds(of(self, left) - of(other, right) || self.microsecond - other.microsecond, op);
  }
  if (op === Compare.EQ || op === Compare.NE) return op === Compare.NE;
  throw typeError("can't compare offset-naive and offset-aware times");
}

function hash(self: PyTime): number | bigint {
  const first = self.fold === 0 ? self : fillTime(new PyTime(timeType), { ...self, fold: 0 });
  const offset = offsetOf(first);
  if (offset === null) return hashOf(new PyBytes(Uint8Array.from(clockState(self))));
  return deltaHash(addDeltas(makeDelta(0, secondsOf(self), self.microsecond), offset, -1));
}

function isoFormat(self: PyTime, timespec: Slot): string {
  const text = isoClock(self, timespecArgument(timespec));
  const offset = offsetOf(self);
  return offset === null ? text : text + offsetText(offset, ':');
}

function timeRepr(self: PyTime): string {
  const { hour, minute, second, microsecond } = self;
  const rest = microsecond !== 0 ? `, ${second}, ${microsecond}` : second !== 0 ? `, ${second}` : '';
  return `${self.type.tp_name}(${hour}, ${minute}${rest}${reprEnd(self.fold, self.tzinfo)}`;
}

function fromIsoFormat(type: PyType, value: Value): Value {
  const text = stringOf(value);
  if (text === undefined) throw typeError('fromisoformat: argument must be str');
  const parsed = parseIsoTime(text.startsWith('T') ? text.slice(1) : text);
  if (parsed === undefined) throw valueError(`Invalid isoformat string: ${repr(value)}`);
  const tzinfo = isoZone(parsed);
  const { minute, second, microsecond } = parsed;
  const hour = isEndOfDay(parsed) ? 0 : parsed.hour;
  checkTime(hour, minute, second, microsecond, 0);
  return makeTime({ hour, minute, second, microsecond, tzinfo, fold: 0 }, type);
}

const replaceMethod: Declaration = [
  '($self, /, hour=unchanged, minute=unchanged, second=unchanged, microsecond=unchanged, tzinfo=unchanged, *, fold=unchanged)',
  (self: PyTime, ...given: Slot[]) => {
    const part = (i: number, own: number): number => (given[i] === undefined ? own : intArgument(given[i]));
    const fold = part(5, self.fold);
    if (fold !== 0 && fold !== 1) throw valueError(`fold must be either 0 or 1, not ${fold}`);
    return makeTime(
      {
        hour: part(0, self.hour),
        minute: part(1, self.minute),
        second: part(2, self.second),
        microsecond: part(3, self.microsecond),
        tzinfo: given[4] === undefined ? self.tzinfo : tzinfoArgument(given[4]),
        fold,
      },
      self.type,
    );
  },
  'Return time with new specified fields.',
];

function reduce(self: PyTime, protocol: number): Value {
  const state = clockState(self);
  if (protocol > 3 && self.fold) state[0] |= 0x80;
  const bytes = new PyBytes(Uint8Array.from(state));
  return tupleOf([self.type, tupleOf(self.tzinfo === null ? [bytes] : [bytes, self.tzinfo])]);
}

defineType(timeType, {
  module: 'datetime',
  doc: 'time([hour[, minute[, second[, microsecond[, tzinfo]]]]]) --> a time object\n\nAll arguments are optional. tzinfo may be None, or an instance of\na tzinfo subclass. The remaining arguments may be ints.\n',
  allocate: (type: PyType) => new PyTime(type),
  tp_new: timeNew,
  tp_repr: timeRepr,
  tp_str: (self: PyTime) => callMethod(self, 'isoformat'),
  tp_hash: hash,
  tp_richcompare: compare,
  classMethods: {
    strptime: strptimeMethod(
      '_strptime_datetime_time',
      'string, format -> new time parsed from a string (like time.strptime()).',
    ),
    fromisoformat: ['($type, object, /)', fromIsoFormat, 'Construct a time from a string in ISO 8601 format.'],
  },
  methods: {
    isoformat: [
      "($self, /, timespec='auto')",
      isoFormat,
      "Return the time formatted according to ISO.\n\nThe full format is 'HH:MM:SS.mmmmmm+zz:zz'. By default, the fractional\npart is omitted if self.microsecond == 0.\n\nIf self.tzinfo is not None, the UTC offset is also attached, giving\ngiving a full format of 'HH:MM:SS.mmmmmm+zz:zz'.",
    ],
    strftime: [
      '($self, /, format)',
      (self: PyTime, format: Value) => {
        const text = formatArgument(format, 'strftime() argument 1');
        const tuple = tupleOf([1900, 1, 1, self.hour, self.minute, self.second, 0, 1, -1]);
        return wrapStrftime(text, { object: self, moment: null, year: 1900, month: 1, day: 1, tuple });
      },
      'format -> strftime() style string.',
    ],
    __format__: formatMethod,
    utcoffset: ['($self, /)', offsetOf, 'Return self.tzinfo.utcoffset(self).'],
    tzname: ['($self, /)', (self: PyTime) => zoneName(self.tzinfo, null), 'Return self.tzinfo.tzname(self).'],
    dst: ['($self, /)', (self: PyTime) => zoneOffset(self.tzinfo, 'dst', null), 'Return self.tzinfo.dst(self).'],
    replace: replaceMethod,
    __replace__: replaceMethod,
    __reduce_ex__: [
      '($self, proto, /)',
      (self: PyTime, protocol: Value) => reduce(self, Number(integerOf(protocol) ?? 0)),
      '__reduce_ex__(proto) -> (cls, state)',
    ],
    __reduce__: ['($self, /)', (self: PyTime) => reduce(self, 2), '__reduce__() -> (cls, state)'],
  },
  getset: {
    hour: [(self: PyTime) => self.hour],
    minute: [(self: PyTime) => self.minute],
    second: [(self: PyTime) => self.second],
    microsecond: [(self: PyTime) => self.microsecond],
    tzinfo: [(self: PyTime) => self.tzinfo],
    fold: [(self: PyTime) => self.fold],
  },
});

export function setTimeLimits(): void {
  const { attributes } = timeType;
  const clock = { minute: 0, second: 0, microsecond: 0, tzinfo: null, fold: 0 };
  attributes.set('min', makeTime({ ...clock, hour: 0 }));
  attributes.set('max', makeTime({ ...clock, hour: 23, minute: 59, second: 59, microsecond: 999999 }));
  attributes.set('resolution', makeDelta(0, 0, 1));
  timeType.modified();
}
