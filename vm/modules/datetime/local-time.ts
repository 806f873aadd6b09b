import { vm } from '../../interpreter/state.ts';
import { daysBeforeYear, MAX_YEAR, MIN_YEAR, ordinalOf } from '../../numbers/calendar.ts';
import { normalize } from '../../numbers/integer.ts';
import { overflowError, typeError, valueError } from '../../objects/exception.ts';
import { PyFloat } from '../../objects/float.ts';
import { isInt } from '../../objects/int.ts';
import { type PyType, typeOf, type Value } from '../../objects/object.ts';
import { index } from '../../operations/arithmetic.ts';
import { type LocalTime, localTime, utcTime } from '../time-zone.ts';
import { makeDateTime, makeTimeZone, normalDelta, type PyDateTime, type PyTimeZone } from './objects.ts';

// The machine's own time zone. Seconds are counted from 0001-01-01 here, as in _datetimemodule.c.

/** Seconds from year 1 to 1970. */
export const EPOCH = (daysBeforeYear(1970) + 1) * 86400;
const MAX_FOLD = 24 * 3600;
/** What JavaScript's dates reach, in seconds from 1970. */
const LAST = 8.64e12;

/** Seconds since 1970, and microseconds. */
export interface Moment {
  readonly seconds: number;
  readonly microseconds: number;
}

/** A timestamp argument, halves of microseconds rounded to the even one (_PyTime_ObjectToTimeval). */
export function timestampArgument(value: Value): Moment {
  if (value instanceof PyFloat) {
    const { value: number } = value;
    if (Number.isNaN(number)) throw valueError('Invalid value NaN (not a number)');
    let seconds = Math.trunc(number);
    let microseconds = roundHalfEven((number - seconds) * 1e6);
    if (microseconds >= 1e6) {
      microseconds -= 1e6;
      seconds++;
    } else if (microseconds < 0) {
      microseconds += 1e6;
      seconds--;
    }
    return { seconds: checked(seconds), microseconds };
  }
  if (!isInt(value) && typeOf(value).nb_index === undefined) {
    throw typeError(`argument must be int or float, not ${typeOf(value).tp_name}`);
  }
  return { seconds: checked(Number(index(value))), microseconds: 0 };
}

/** The same in whole seconds, rounded down. */
export function wholeTimestamp(value: Value): number {
  if (!(value instanceof PyFloat)) return checked(Number(index(value)));
  if (Number.isNaN(value.value)) throw valueError('Invalid value NaN (not a number)');
  return checked(Math.floor(value.value));
}

function checked(seconds: number): number {
  if (Math.abs(seconds) >= 2 ** 63) throw overflowError('timestamp out of range for platform time_t');
  return seconds;
}

function roundHalfEven(x: number): number {
  const rounded = Math.round(x);
  return Math.abs(x - Math.trunc(x)) === 0.5 ? 2 * Math.round(x / 2) : rounded;
}

function fieldsOf(seconds: number, local: boolean): LocalTime {
  if (Math.abs(seconds) > LAST) throw valueError(`year ${seconds < 0 ? -1 : 10000} is out of range`);
  const fields = local ? localTime(seconds) : utcTime(seconds);
  return fields;
}

export function localDate(seconds: number): LocalTime {
  return fieldsOf(seconds, true);
}

const secondsOf = (t: {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
}): number => {
  if (t.year < MIN_YEAR || t.year > MAX_YEAR) throw valueError(`year ${t.year} is out of range`);
  return ordinalOf(t.year, t.month, t.day) * 86400 + t.hour * 3600 + t.minute * 60 + t.second;
};

/** Local seconds of seconds in UTC, both from year 1. */
const local = (u: number): number => secondsOf(fieldsOf(u - EPOCH, true));

/** Seconds in UTC, from year 1, of a local time; `fold` chooses where there are two, and in a gap the other way (local_to_seconds). */
export function utcOfLocal(self: PyDateTime, fold = self.fold): number {
  const t = secondsOf(self);
  const a = local(t) - t;
  const u1 = t - a;
  const t1 = local(u1);
  let b: number;
  if (t1 === t) {
    const u2 = fold ? u1 + MAX_FOLD : u1 - MAX_FOLD;
    b = local(u2) - u2;
    if (a === b) return u1;
  } else b = t1 - u1;
  const u2 = t - b;
  if (local(u2) === t) return u2;
  if (t1 === t) return u1;
  return fold ? Math.min(u1, u2) : Math.max(u1, u2);
}

/** A datetime of a moment, in local time or in UTC (datetime_from_timet_and_us). */
export function dateTimeOfMoment(moment: Moment, isLocal: boolean, tzinfo: Value, type: PyType): Value {
  const t = fieldsOf(moment.seconds, isLocal);
  const second = Math.min(59, t.second);
  let fold = 0;
  if (isLocal && tzinfo === null) {
    const result = secondsOf({ ...t, second });
    // An hour is repeated where the clock said the same a while before.
    const transition = result - local(EPOCH + moment.seconds - MAX_FOLD) - MAX_FOLD;
    if (transition < 0 && local(EPOCH + moment.seconds + transition) === result) fold = 1;
  }
  const { year, month, day, hour, minute } = t;
  return makeDateTime({ year, month, day, hour, minute, second, microsecond: moment.microseconds, tzinfo, fold }, type);
}

/** The machine's zone as it is at a moment, in seconds since 1970. */
export function localZone(seconds: number): PyTimeZone {
  const { offset, zone } = fieldsOf(seconds, true);
  return makeTimeZone(normalDelta(0, offset, 0), zone);
}

/** The machine's zone as a local time has it: in a gap that before it, or with fold 1 that after it (local_timezone_from_local). */
export function zoneOfLocal(self: PyDateTime): PyTimeZone {
  let moment = utcOfLocal(self);
  const other = utcOfLocal(self, self.fold ? 0 : 1);
  if (other !== moment && other > moment === (self.fold === 1)) moment = other;
  return localZone(moment - EPOCH);
}

export function now(): Moment {
  const nanoseconds = vm.host.time();
  const microseconds = nanoseconds / 1000n;
  const seconds = microseconds / 1_000_000n;
  return { seconds: Number(normalize(seconds)), microseconds: Number(microseconds - seconds * 1_000_000n) };
}
