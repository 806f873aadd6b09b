import { dateOfOrdinal, daysInMonth, MAX_ORDINAL, MAX_YEAR, MIN_YEAR, ordinalOf } from '../../numbers/calendar.ts';
import { overflowError, typeError, valueError } from '../../objects/exception.ts';
import { isInt } from '../../objects/int.ts';
import { type KwNames, newType, PyObject, type PyType, type Slot, typeOf, type Value } from '../../objects/object.ts';
import { addRoot } from '../../objects/roots.ts';
import { index } from '../../operations/arithmetic.ts';
import { call } from '../../operations/call.ts';
import { repr } from '../../operations/text.ts';

export const timedeltaType = newType('datetime.timedelta');
export const dateType = newType('datetime.date');
export const datetimeType = newType('datetime.datetime', dateType);
export const timeType = newType('datetime.time');
export const tzinfoType = newType('datetime.tzinfo');
export const timezoneType = newType('datetime.timezone', tzinfoType);

/** 0 <= seconds < 86400 and 0 <= microseconds < 1000000; days say the sign. */
export class PyDelta extends PyObject {
  days = 0;
  seconds = 0;
  microseconds = 0;
}

export class PyDate extends PyObject {
  year = 1;
  month = 1;
  day = 1;
}

export class PyDateTime extends PyDate {
  hour = 0;
  minute = 0;
  second = 0;
  microsecond = 0;
  tzinfo: Value = null;
  fold = 0;
}

export class PyTime extends PyObject {
  hour = 0;
  minute = 0;
  second = 0;
  microsecond = 0;
  tzinfo: Value = null;
  fold = 0;
}

export class PyTzInfo extends PyObject {}

export class PyTimeZone extends PyTzInfo {
  readonly offset: PyDelta;
  readonly name: Value;
  constructor(offset: PyDelta, name: Value) {
    super(timezoneType);
    this.offset = offset;
    this.name = name;
  }
}

export const isTzInfo = (value: Value): boolean => value instanceof PyObject && value.type.mro.includes(tzinfoType);

const MAX_DELTA_DAYS = 999999999;

/** A timedelta of these parts, which must be normal (new_delta_ex). */
export function makeDelta(days: number, seconds: number, microseconds: number, type: PyType = timedeltaType): PyDelta {
  if (days < -MAX_DELTA_DAYS || days > MAX_DELTA_DAYS) {
    throw overflowError(`days=${days}; must have magnitude <= ${MAX_DELTA_DAYS}`);
  }
  const delta = type === timedeltaType ? new PyDelta(type) : (type.allocate(type) as PyDelta);
  delta.days = days;
  delta.seconds = seconds;
  delta.microseconds = microseconds;
  return delta;
}

/** A timedelta of parts that may be out of their ranges. */
export function normalDelta(days: number, seconds: number, microseconds: number): PyDelta {
  const carriedSeconds = Math.floor(microseconds / 1_000_000);
  const allSeconds = seconds + carriedSeconds;
  const carriedDays = Math.floor(allSeconds / 86400);
  return makeDelta(days + carriedDays, allSeconds - carriedDays * 86400, microseconds - carriedSeconds * 1_000_000);
}

export const addDeltas = (a: PyDelta, b: PyDelta, sign = 1): PyDelta =>
  normalDelta(a.days + sign * b.days, a.seconds + sign * b.seconds, a.microseconds + sign * b.microseconds);

/** -1, 0 or 1, as a difference. */
export const compareDeltas = (a: PyDelta, b: PyDelta): number =>
  a.days - b.days || a.seconds - b.seconds || a.microseconds - b.microseconds;

export const isZeroDelta = (d: PyDelta): boolean => d.days === 0 && d.seconds === 0 && d.microseconds === 0;

// Arguments

/** What C's format unit i takes: an int of 32 bits. */
export function intArgument(value: Value): number {
  const number = index(value);
  if (typeof number === 'bigint') {
    if (number >= -(2n ** 63n) && number < 2n ** 63n) {
      throw overflowError(`signed integer is ${number < 0n ? 'less than minimum' : 'greater than maximum'}`);
    }
    throw overflowError('Python int too large to convert to C long');
  }
  if (number > 2147483647) throw overflowError('signed integer is greater than maximum');
  if (number < -2147483648) throw overflowError('signed integer is less than minimum');
  return number;
}

/**
 * Arguments of a constructor by C's PyArg_ParseTupleAndKeywords, which doesn't know whose they are. `positional` of the names may
 * be given by position.
 */
export function parseArguments(
  names: readonly string[],
  required: number,
  positional: number,
  args: Value[],
  kwNames: KwNames,
  who = 'function',
  check?: (value: Value, at: number) => void,
): Slot[] {
  const given = args.length - (kwNames?.length ?? 0);
  if (args.length > names.length) {
    const plural = names.length === 1 ? '' : 's';
    throw typeError(`${who} takes at most ${names.length} argument${plural} (${args.length} given)`);
  }
  if (given > positional) {
    throw typeError(`${who} takes at most ${positional} positional arguments (${given} given)`);
  }
  const values: Slot[] = new Array(names.length).fill(undefined);
  for (let i = 0; i < given; i++) values[i] = args[i];
  const unknown: string[] = [];
  kwNames?.forEach((name, k) => {
    const at = names.indexOf(name);
    if (at < 0) unknown.push(name);
    else if (values[at] !== undefined) {
      throw typeError(`argument for ${who} given by name ('${name}') and position (${at + 1})`);
    } else values[at] = args[given + k];
  });
  // What is given is converted in turn, and only then something may be missing.
  for (let i = 0; i < names.length; i++) {
    const value = values[i];
    if (value !== undefined) check?.(value, i);
    else if (i < required) throw typeError(`${who} missing required argument '${names[i]}' (pos ${i + 1})`);
  }
  if (unknown.length > 0) throw typeError(`${who} got an unexpected keyword argument '${unknown[0]}'`);
  return values;
}

export function tzinfoArgument(value: Slot): Value {
  if (value === undefined || value === null) return null;
  if (!isTzInfo(value)) {
    throw typeError(`tzinfo argument must be None or of a tzinfo subclass, not type '${typeOf(value).tp_name}'`);
  }
  return value;
}

export function checkDate(year: number, month: number, day: number): void {
  if (year < MIN_YEAR || year > MAX_YEAR) throw valueError(`year must be in ${MIN_YEAR}..${MAX_YEAR}, not ${year}`);
  if (month < 1 || month > 12) throw valueError(`month must be in 1..12, not ${month}`);
  const days = daysInMonth(year, month);
  if (day < 1 || day > days) {
    throw valueError(`day ${day} must be in range 1..${days} for month ${month} in year ${year}`);
  }
}

export function checkTime(hour: number, minute: number, second: number, microsecond: number, fold: number): void {
  if (hour < 0 || hour > 23) throw valueError(`hour must be in 0..23, not ${hour}`);
  if (minute < 0 || minute > 59) throw valueError(`minute must be in 0..59, not ${minute}`);
  if (second < 0 || second > 59) throw valueError(`second must be in 0..59, not ${second}`);
  if (microsecond < 0 || microsecond > 999999) {
    throw valueError(`microsecond must be in 0..999999, not ${microsecond}`);
  }
  if (fold !== 0 && fold !== 1) throw valueError(`fold must be either 0 or 1, not ${fold}`);
}

// Making objects; a subclass's own constructor is called.

export function makeDate(year: number, month: number, day: number, type: PyType = dateType): Value {
  if (type === datetimeType) return makeDateTime({ year, month, day });
  if (type !== dateType) return call(type, year, month, day);
  checkDate(year, month, day);
  const date = new PyDate(type);
  date.year = year;
  date.month = month;
  date.day = day;
  return date;
}

/** The parts of a datetime; those left out are zero, without a time zone. */
export interface DateTimeParts {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour?: number;
  readonly minute?: number;
  readonly second?: number;
  readonly microsecond?: number;
  readonly tzinfo?: Value;
  readonly fold?: number;
}

export function makeDateTime(parts: DateTimeParts, type: PyType = datetimeType): Value {
  const { year, month, day, hour = 0, minute = 0, second = 0, microsecond = 0, tzinfo = null, fold = 0 } = parts;
  if (type !== datetimeType) {
    const made = call(type, year, month, day, hour, minute, second, microsecond, tzinfo);
    if (made instanceof PyDateTime && fold !== 0) made.fold = fold;
    return made;
  }
  checkDate(year, month, day);
  checkTime(hour, minute, second, microsecond, fold);
  return fillDateTime(new PyDateTime(type), parts);
}

export function fillDateTime(target: PyDateTime, parts: DateTimeParts): PyDateTime {
  target.year = parts.year;
  target.month = parts.month;
  target.day = parts.day;
  target.hour = parts.hour ?? 0;
  target.minute = parts.minute ?? 0;
  target.second = parts.second ?? 0;
  target.microsecond = parts.microsecond ?? 0;
  target.tzinfo = parts.tzinfo ?? null;
  target.fold = parts.fold ?? 0;
  return target;
}

export interface TimeParts {
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly microsecond: number;
  readonly tzinfo: Value;
  readonly fold: number;
}

export function makeTime(parts: TimeParts, type: PyType = timeType): Value {
  const { hour, minute, second, microsecond, tzinfo, fold } = parts;
  if (type !== timeType) {
    const made = call(type, hour, minute, second, microsecond, tzinfo);
    if (made instanceof PyTime && fold !== 0) made.fold = fold;
    return made;
  }
  checkTime(hour, minute, second, microsecond, fold);
  return fillTime(new PyTime(type), parts);
}

export function fillTime(target: PyTime, parts: TimeParts): PyTime {
  target.hour = parts.hour;
  target.minute = parts.minute;
  target.second = parts.second;
  target.microsecond = parts.microsecond;
  target.tzinfo = parts.tzinfo;
  target.fold = parts.fold;
  return target;
}

export const ordinalOfDate = (date: PyDate): number => ordinalOf(date.year, date.month, date.day);

/** A date moved by days. */
export function moveDate(date: PyDate, days: number): { year: number; month: number; day: number } {
  const ordinal = ordinalOfDate(date) + days;
  if (ordinal < 1 || ordinal > MAX_ORDINAL) throw overflowError('date value out of range');
  return dateOfOrdinal(ordinal);
}

/** A datetime moved by a timedelta, on its own clock (add_datetime_timedelta). */
export function moveDateTime(self: PyDateTime, delta: PyDelta, sign: number): Value {
  let microsecond = self.microsecond + sign * delta.microseconds;
  let second = self.hour * 3600 + self.minute * 60 + self.second + sign * delta.seconds;
  const carriedSeconds = Math.floor(microsecond / 1_000_000);
  microsecond -= carriedSeconds * 1_000_000;
  second += carriedSeconds;
  const carriedDays = Math.floor(second / 86400);
  second -= carriedDays * 86400;
  const date = moveDate(self, sign * delta.days + carriedDays);
  const hour = Math.floor(second / 3600);
  const minute = Math.floor((second % 3600) / 60);
  const { tzinfo } = self;
  return makeDateTime({ ...date, hour, minute, second: second % 60, microsecond, tzinfo }, self.type);
}

// Time zones

let utc: PyTimeZone | undefined;
addRoot(() => utc);

/** timezone.utc. */
export function utcZone(): PyTimeZone {
  utc ??= new PyTimeZone(makeDelta(0, 0, 0), null);
  return utc;
}

export function checkOffset(offset: PyDelta): void {
  const tooSmall = offset.days < -1 || (offset.days === -1 && offset.seconds === 0 && offset.microseconds < 1);
  if (tooSmall || offset.days >= 1) {
    throw valueError(
      `offset must be a timedelta strictly between -timedelta(hours=24) and timedelta(hours=24), not ${repr(offset)}`,
    );
  }
}

/** timezone(offset, name); without a name an offset of zero is UTC. */
export function makeTimeZone(offset: PyDelta, name: Value = null): PyTimeZone {
  if (name === null && isZeroDelta(offset)) return utcZone();
  checkOffset(offset);
  return new PyTimeZone(offset, name);
}

export const pad = (value: number, width = 2): string => String(value).padStart(width, '0');

/** An offset as +HH:MM, with seconds and microseconds where there are any (format_utcoffset). */
export function offsetText(offset: PyDelta, separator: string): string {
  const negative = offset.days < 0;
  const size = negative ? normalDelta(-offset.days, -offset.seconds, -offset.microseconds) : offset;
  const { seconds, microseconds } = size;
  let text = `${negative ? '-' : '+'}${pad(Math.floor(seconds / 3600))}${separator}${pad(Math.floor(seconds / 60) % 60)}`;
  if (seconds % 60 !== 0 || microseconds !== 0) text += separator + pad(seconds % 60);
  if (microseconds !== 0) text += `.${pad(microseconds, 6)}`;
  return text;
}

export const isInteger = isInt;
